"""A document of Word: its paragraphs, headings and tables in their order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.errors import CallError
from analysis.register.draft.document import PARAGRAPH, Block
from analysis.register.draft.lines import is_caption
from analysis.register.draft.reading.grids import grid_block
from analysis.register.draft.reading.text import one_line


def read(path: Path) -> tuple[list[Block], list[str]]:
    """Return the blocks of a document of Word, and what of it could not be read."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = Document(str(path))
        pictures = len(document.inline_shapes)
    except (PackageNotFoundError, KeyError, ValueError, OSError, AttributeError) as fault:
        raise CallError(
            f"{path}: cannot be read as DOCX: it is broken, protected by a password, or an old .doc."
        ) from fault
    notes = [f"{pictures} pictures: numbers drawn in them are not in the draft"] if pictures else []
    return list(_blocks(document)), notes


def _blocks(document: Any) -> Iterator[Block]:
    from docx.table import Table

    heading = caption = ""
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            block = grid_block(1, heading, caption, [[cell.text for cell in row.cells] for row in item.rows])
            if block is not None:
                yield block
            caption = ""
            continue
        text = one_line(item.text)
        style = (item.style.name or "").lower() if item.style is not None else ""
        if style.startswith(("heading", "kop", "title", "titel")) and text:
            heading, caption = text, ""
        elif style.startswith(("caption", "bijschrift")) or is_caption(text):
            caption = text
        elif text:
            yield Block(PARAGRAPH, 1, heading, text)
