"""A file read into a document: PDF, DOCX, HTML, TXT or XLSX."""

from collections.abc import Callable
from pathlib import Path

from analysis.errors import CallError
from analysis.register.draft.document import Document

LARGEST = 60_000_000
"""Bytes of a file: reports of 300 pages with pictures have some 20 million."""
SUFFIXES = (".pdf", ".docx", ".html", ".htm", ".txt", ".xlsx")


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
    if suffix not in SUFFIXES:
        raise CallError(f"{path}: expected one of {', '.join(SUFFIXES)}, found {suffix or 'no suffix'}.")
    if path.stat().st_size > LARGEST:
        size = path.stat().st_size // 10**6
        raise CallError(f"{path}: expected at most {LARGEST // 10**6} MB, found {size}; draft it in parts.")
    blocks, notes = _reader(suffix)(path)
    if not any(each.text.strip() or each.rows for each in blocks):
        raise CallError(f"{path}: there is no text in it{_why(suffix)}.")
    return Document(name or path.stem, tuple(blocks), tuple(notes))


def _why(suffix: str) -> str:
    hint = "; its pages are pictures: recognise the text first (OCR), and draft the result"
    return hint if suffix == ".pdf" else ""


def _reader(suffix: str) -> Callable:
    """Return what reads a kind of file; libraries are imported when one is read."""
    if suffix == ".pdf":
        from analysis.register.draft.reading.pdf import read_pdf

        return read_pdf
    if suffix == ".docx":
        from analysis.register.draft.reading.docx import read_docx

        return read_docx
    if suffix == ".xlsx":
        from analysis.register.draft.reading.xlsx import read_xlsx

        return read_xlsx
    if suffix == ".txt":
        from analysis.register.draft.reading.text import read_text

        return read_text
    from analysis.register.draft.reading.html import read_html

    return read_html
