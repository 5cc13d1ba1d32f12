"""Plain text as a document: UTF-8, or what Windows writes."""

import re
from pathlib import Path

from analysis.errors import CallError
from analysis.register.draft.document import Block
from analysis.register.draft.lines import blocks_of

_BLANKS = re.compile(r"(?:(?!(?<=\d)[\u00a0\u202f]\d{3}(?!\d))\s)+")
"""White space, but for a blank that divides thousands."""


def read(path: Path) -> tuple[list[Block], list[str]]:
    """Return the blocks of a text file, and what to know of how it was read; pages end with a form feed."""
    text, notes = decoded(path)
    pages = text.split("\f")
    return list(
        blocks_of((page, line) for page, part in enumerate(pages, start=1) for line in part.splitlines())
    ), notes


def decoded(path: Path) -> tuple[str, list[str]]:
    """Return the text of a file, and a note where it was not in UTF-8."""
    data = path.read_bytes()
    if b"\0" in data[:100_000] or data.startswith((b"%PDF", b"PK\x03\x04")):
        raise CallError(f"{path}: expected text, found something else; name the file after what it is.")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), ["it is not in UTF-8: read in the encoding of Windows (cp1252)"]


def one_line(text: str) -> str:
    """Return a text with single blanks, and without any around it; what divides thousands stays as it is."""
    return _BLANKS.sub(" ", text).strip()
