"""A file read into a document: PDF, DOCX, HTML, TXT or XLSX."""

from pathlib import Path

from analysis.register.draft.document import Document
from analysis.register.draft.lines import blocks_of


def read_document(path: Path) -> Document:
    """Return the blocks of a file."""
    lines = [(1, line) for line in path.read_text(encoding="utf-8").splitlines()]
    return Document(path.stem, tuple(blocks_of(lines)))
