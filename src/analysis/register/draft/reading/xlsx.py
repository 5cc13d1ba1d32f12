"""A workbook of Excel: each sheet as a table, numbers as they are shown."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from analysis.errors import CallError
from analysis.register.draft.document import PARAGRAPH, Block
from analysis.register.draft.numbers import decimal_mark
from analysis.register.draft.reading.grids import grid_block

_MOST_CELLS = 200_000


def read(path: Path) -> tuple[list[Block], list[str]]:
    """Return the sheets of a workbook as tables, and what of it could not be read."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError, TypeError, AttributeError) as fault:
        raise CallError(
            f"{path}: cannot be read as a workbook: it is broken, protected by a password, or an old .xls."
        ) from fault
    blocks, cells = [], 0
    try:
        for sheet in book.worksheets:
            rows = [list(row) for row in sheet.iter_rows()]
            cells += sum(map(len, rows))
            if cells > _MOST_CELLS:
                raise CallError(f"{path}: expected at most {_MOST_CELLS} cells, found more; draft the sheets apart.")
            mark = decimal_mark(
                " ".join(str(cell.value) for row in rows for cell in row if isinstance(cell.value, str))
            )
            blocks += _of_sheet(sheet.title, [[_shown(cell, mark) for cell in row] for row in rows])
    finally:
        book.close()
    return blocks, []


def _of_sheet(title: str, rows: list[list[str]]) -> list[Block]:
    """Return a sheet as a table, with the lines above it as its caption."""
    lines = []
    while rows and sum(map(bool, rows[0])) <= 1:
        lines += [cell for cell in rows[0] if cell]
        rows = rows[1:]
    block = grid_block(1, title, " ".join([title, *lines]), rows)
    texts = [Block(PARAGRAPH, 1, title, line) for line in lines]
    return [*texts, block] if block is not None else texts


def _shown(cell: Any, mark: str) -> str:
    """Return a cell as Excel shows it, as far as decimals and percent signs go."""
    value, form = cell.value, str(getattr(cell, "number_format", "") or "")
    if value is None or isinstance(value, bool):
        return ""
    if not isinstance(value, (int, float)):
        return f"{value:%Y-%m}" if hasattr(value, "strftime") else str(value)
    percent, places = "%" in form, len(form.partition(".")[2].partition(";")[0].rstrip("%_) ")) if "." in form else None
    number = value * 100 if percent else value
    if places is None:
        text = f"{number:.10g}" if form in ("", "General") else f"{number:.0f}"
    else:
        text = f"{number:.{places}f}"
    return text.replace(".", mark) + ("%" if percent else "")
