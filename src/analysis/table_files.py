"""Tables as people save them, as rows of text: CSV with commas, semicolons or tabs, and workbooks of Excel."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

WORKBOOK = ".xlsx"
_LARGEST = 20_000_000
"""Bytes of a file: a register of 10,000 numbers has some 3 million."""
_MARKS = ",;\t"
_SAVE = "save it as 'CSV UTF-8'"
Row = tuple[int, list[str]]


class TableFileError(ValueError):
    """A file that is no table; ``line`` is 0 where the whole of it is meant."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def read_rows(path: Path) -> Iterator[Row]:
    """Return the rows of a table with the line of each, the header first; rows without any text are left out.

    Values that stand beyond the last name of the header and are empty are left out too: Excel saves all cells that
    were ever used.

    Raises
    ------
    TableFileError
        When the file is no such table, naming what it is and how to save it.
    OSError
        When it cannot be opened.
    """
    if path.stat().st_size > _LARGEST:
        raise TableFileError(f"expected a table of at most {_LARGEST // 10**6} MB, found {path.stat().st_size} bytes")
    data = path.read_bytes()
    rows = _of_workbook(path) if path.suffix == WORKBOOK else _of_text(_decoded(data))
    width = 0
    for line, row in rows:
        if not any(each.strip() for each in row):
            continue
        width = width or max(index for index, each in enumerate(row, start=1) if each.strip())
        while len(row) > width and not row[-1].strip():
            row.pop()
        yield line, row + [""] * (width - len(row) if path.suffix == WORKBOOK else 0)


def _decoded(data: bytes) -> str:
    """Return the text of a CSV file, or say in which encoding it is."""
    failed = "cannot be read as a table in UTF-8"
    for start, kind in (
        (b"PK\x03\x04", "a workbook of Excel: name it .xlsx"),
        (b"\xd0\xcf\x11\xe0", "an old workbook"),
    ):
        if data.startswith(start):
            raise TableFileError(f"{failed}: it is {kind}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableFileError(f"{failed}: it is in UTF-16; {_SAVE}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        byte = data[fault.start]
        before, after = data[: fault.start].rfind(b"\n") + 1, data.find(b"\n", fault.start)
        line = data[before : after if after >= 0 else None].decode("cp1252", errors="replace")
        at = fault.start - before
        word = next((each[0] for each in re.finditer(r"[^\s,;]+", line) if each.start() <= at < each.end()), line[at])
        found = f"byte 0x{byte:02X} at {word!r}, as read in the encoding of Windows (cp1252)"
        raise TableFileError(f"{failed}: {found}; {_SAVE}", data[: fault.start].count(b"\n") + 1) from fault
    if "\0" in text:
        raise TableFileError(f"{failed}: it holds a byte of value 0; {_SAVE}")
    return text


def _of_text(text: str) -> Iterator[Row]:
    header = text.partition("\n")[0]
    if re.fullmatch(r"\"?sep=.?\"?\s*", header, re.IGNORECASE):
        raise TableFileError(f"expected the names of the columns, found {header.strip()!r}: delete this line", 1)
    mark = max(_MARKS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        yield from ((reader.line_num, row) for row in reader)
    except csv.Error as fault:
        raise TableFileError(f"cannot be read as a table in UTF-8 ({fault})", reader.line_num) from fault


def _of_workbook(path: Path) -> Iterator[Row]:
    """Return the rows of the only sheet of a workbook that holds anything."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook  # a third of a second that a CSV does not need

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError, TypeError, AttributeError) as fault:
        kind = "broken, of an older kind (.xls) or protected by a password"
        raise TableFileError(f"cannot be read as a workbook: it is {kind}") from fault
    try:
        sheets = {sheet.title: list(_of_sheet(sheet)) for sheet in book.worksheets}
    finally:
        book.close()
    filled = {title: rows for title, rows in sheets.items() if rows}
    if len(filled) > 1:
        raise TableFileError(f"expected one sheet, found {len(filled)} that hold something: {', '.join(filled)}")
    yield from next(iter(filled.values()), [])


def _of_sheet(sheet: Any) -> Iterator[Row]:
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        row = [_cell_text(cell, line) for cell in cells]
        if any(row):
            yield line, row


def _cell_text(cell: Any, line: int) -> str:
    """Return what a cell of a workbook holds as text, with a decimal point."""
    value, form = cell.value, str(getattr(cell, "number_format", ""))
    position = f"column {getattr(cell, 'column', '?')}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (datetime, date)):
        if "d" not in form.lower():
            made = f"Excel made the date {value:%Y-%m-%d} of a month"
            raise TableFileError(f"{position}: {made}; format the column as text and type it again", line)
        return f"{value:%Y-%m-%d}"
    if isinstance(value, (int, float)):
        if "%" in form:
            raise TableFileError(
                f"{position}: expected a plain number, found {value:g} shown in percent; format the column as text",
                line,
            )
        return f"{value:.12g}" if abs(value) < 1e12 else str(value)
    return str(value)
