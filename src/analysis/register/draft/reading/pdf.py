"""The text of a PDF in reading order: lines, and columns side by side one after the other."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from analysis.errors import CallError
from analysis.register.draft.document import Block
from analysis.register.draft.lines import blocks_of

_LINE = 3.0
"""Points by which words of a line may differ in height."""
_GUTTER = 9.0
"""Points of white between two columns, at least."""
_PICTURE = 0.12
"""The part of a page from which a picture may hold a table or a chart."""


def read(path: Path) -> tuple[list[Block], list[str]]:
    """Return the blocks of a PDF, and what of it is not text.

    Raises
    ------
    CallError
        When it is encrypted or broken.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    lines: list[tuple[int, str]] = []
    notes: list[str] = []
    try:
        with pdfplumber.open(path) as document:
            for number, page in enumerate(document.pages, start=1):
                words = page.extract_words(use_text_flow=False, x_tolerance=1.5, y_tolerance=_LINE)
                lines += ((number, line) for line in lines_of(words, float(page.width)))
                notes += _pictures(page, number, bool(words))
                page.close()
    except Exception as fault:  # pdfminer raises whatever a broken file makes it meet
        locked = isinstance(fault, PDFPasswordIncorrect) or "Password" in f"{type(fault)} {fault!r} {fault.__cause__!r}"
        what = "is protected by a password: save it without" if locked else "cannot be read as a PDF: it is broken"
        raise CallError(f"{path}: {what}.") from fault
    return list(blocks_of(lines)), notes


def _pictures(page: Any, number: int, has_text: bool) -> list[str]:
    size = float(page.width) * float(page.height)
    large = [
        each
        for each in page.images
        if abs((each["x1"] - each["x0"]) * (each["bottom"] - each["top"])) > _PICTURE * size
    ]
    if not large:
        return [] if has_text else [f"page {number}: no text"]
    if not has_text:
        return [f"page {number}: a picture without text; its numbers are not in the draft"]
    return [
        f"page {number}: {len(large)} large picture{'s' * (len(large) > 1)}; numbers drawn in it are not in the draft"
    ]


def lines_of(words: list[dict[str, Any]], width: float) -> Iterator[str]:
    """Return the lines of a page; two columns one after the other, and what stands across both between them."""
    rows = _rows(words)
    gutter = _gutter(rows, width)
    left: list[str] = []
    right: list[str] = []
    last = None
    for row in rows:
        top = min(word["top"] for word in row)
        blank = last is not None and top - last > 1.9 * _height(row)
        last = top
        parts = _split(row, gutter) if gutter else None
        if parts is None:
            yield from [*left, *([""] if left and right else []), *right]
            left, right = [], []
            yield from ([""] if blank else [])
            yield _text(row)
            continue
        for side, part in ((left, parts[0]), (right, parts[1])):
            if part:
                side += [""] * (blank and bool(side)) + [_text(part)]
    yield from [*left, *([""] if left and right else []), *right]
    yield ""


def _rows(words: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the words by line, from the top; a small raised number stays in the line of its word."""
    ordered = sorted(words, key=lambda word: word["bottom"])
    rows: list[list[dict[str, Any]]] = []
    for word in ordered:
        middle = (word["top"] + word["bottom"]) / 2
        if (
            rows
            and rows[-1][0]["top"] - _LINE < middle < rows[-1][0]["bottom"] + _LINE
            and word["bottom"] - rows[-1][0]["bottom"] < _LINE
        ):
            rows[-1].append(word)
        else:
            rows.append([word])
    rows = [sorted(row, key=lambda word: word["x0"]) for row in rows]
    return sorted(rows, key=lambda row: min(word["top"] for word in row))


def _gutter(rows: list[list[dict[str, Any]]], width: float) -> float | None:
    """Return where a page of two columns parts, None for a page of one."""
    if len(rows) < 8:
        return None
    best = None
    for step in range(36, 65):
        at = width * step / 100
        both = sum(all(parts) for row in rows if (parts := _split(row, at)))
        if both >= 0.3 * len(rows) and (best is None or both > best[0]):
            best = (both, at)
    if best is None or _is_table(rows, best[1]):
        return None
    return best[1]


def _is_table(rows: list[list[dict[str, Any]]], at: float) -> bool:
    """Tell whether what stands right of a gap is mostly numbers: then it parts a table, not columns of text."""
    right = [word["text"] for row in rows if (parts := _split(row, at)) for word in parts[1]]
    return sum(any(sign.isdigit() for sign in text) for text in right) > 0.4 * max(len(right), 1)


def _split(row: list[dict[str, Any]], at: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
    """Return the words of a line on both sides of a gutter, None where the line goes across it."""
    left, right = [word for word in row if word["x1"] <= at], [word for word in row if word["x0"] >= at]
    if len(left) + len(right) < len(row):
        return None
    gap = (right[0]["x0"] if right else 1e9) - (left[-1]["x1"] if left else -1e9)
    return (left, right) if gap >= _GUTTER else None


def _height(row: list[dict[str, Any]]) -> float:
    return max(word["bottom"] - word["top"] for word in row)


def _text(row: list[dict[str, Any]]) -> str:
    """Return a line as text; cells of a table, which stand apart, with more white between them."""
    parts = [row[0]["text"]]
    for one, two in pairwise(row):
        raised = two["bottom"] < one["bottom"] - 1.5 and two["text"].isdigit() and two["x0"] - one["x1"] < 2
        parts.append("" if raised else " ")
        parts.append(two["text"])
    return "".join(parts)
