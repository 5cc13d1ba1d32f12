"""A file read into a document: PDF, DOCX, HTML, TXT or XLSX."""

from importlib import import_module
from pathlib import Path

from analysis.errors import CallError
from analysis.register.draft.document import Document

LARGEST = 60_000_000
"""Bytes of a file: reports of 300 pages with pictures have some 20 million."""
READERS = {".pdf": "pdf", ".docx": "docx", ".html": "html", ".htm": "html", ".txt": "text", ".xlsx": "xlsx"}
"""The module that reads each kind of file."""


def read_document(path: Path, name: str = "") -> Document:
    """Return the blocks of a file.

    Parameters
    ----------
    path : Path
    name : str, optional
        What the document is called; by default the name of the file.

    Raises
    ------
    CallError
        In one line, when there is no such file, it is of another kind, too large, encrypted, broken, or has no text.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise CallError(f"{path}: no such file.")
    if suffix not in READERS:
        raise CallError(f"{path}: expected one of {', '.join(READERS)}, found {suffix or 'no suffix'}.")
    if path.stat().st_size > LARGEST:
        size = path.stat().st_size // 10**6
        raise CallError(f"{path}: expected at most {LARGEST // 10**6} MB, found {size}; draft it in parts.")
    module = import_module(f"{__name__}.{READERS[suffix]}")  # its libraries are imported when one is read
    blocks, notes = module.read(path)
    if not any(each.text.strip() or each.rows for each in blocks):
        hint = (
            "; its pages are pictures: recognise the text first (OCR), and draft the result" if suffix == ".pdf" else ""
        )
        raise CallError(f"{path}: there is no text in it{hint}.")
    return Document(name or path.stem, tuple(blocks), tuple(notes))
