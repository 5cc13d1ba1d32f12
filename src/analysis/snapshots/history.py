"""One cell through all vintages, and a table as it was known on a day, in lines."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import CallError, did_you_mean, name_some
from analysis.snapshots.content import describe_table
from analysis.snapshots.format import TableMetadata
from analysis.snapshots.states import newest_metadata
from analysis.snapshots.vintages import cells_in, cells_through, vintage_of, vintages_with


def read_day(text: str) -> date:
    """Return a day such as ``2026-11-29``; a CallError for any other text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CallError(f"--as-of {text!r}: expected a day such as 2026-11-29.") from None


def history_lines(table: str, cell: Sequence[str], folder: Path) -> list[str]:
    """Return the states of a cell, or of all cells with some codes, a line each: the date CBS gives, and the figure.

    Parameters
    ----------
    table : str
    cell : sequence of str
        ``COLUMN=CODE`` each; a category, the quantity of a measure and a code are taken alike.
    folder : Path
        The folder that holds the snapshots.

    Raises
    ------
    CallError
        When a column or code is unknown, or none is given.
    CoverageError
        When no vintage holds the table.
    """
    if not cell:
        raise CallError("a cell is named by COLUMN=CODE, such as measure=instromers sex=men period=2025KW04.")
    dated = vintages_with(table, folder)
    metadata = newest_metadata(dated, table)
    found = cells_through(dated, table, dict(_column_and_code(metadata, table, each) for each in cell), folder)
    if found.empty:
        raise CallError(f"table {table}: no vintage has a cell with {', '.join(cell)}.")
    return _lines(found)


def as_of_lines(table: str, day: date, cell: Sequence[str], folder: Path) -> list[str]:
    """Return what a table was on a day: a description, or with ``COLUMN=CODE`` the cells that have these codes."""
    vintage = vintage_of(table, day, folder)
    if not cell:
        return [f"as known on {day}:", *describe_table(vintage, table)]
    metadata = vintage.metadata(table)
    key = dict(_column_and_code(metadata, table, each) for each in cell)
    return [f"as known on {day}, from snapshot {vintage.name}:", *_lines(cells_in(vintage, table, key))]


def _column_and_code(metadata: TableMetadata, table: str, text: str) -> tuple[str, str]:
    column, sign, code = text.partition("=")
    known = metadata.codes()
    if not sign or column not in known:
        raise CallError(f"table {table}: expected COLUMN=CODE with one of {name_some(known, 12)}, found {text!r}.")
    names = {code: code for code in known[column]}
    names |= {each.quantity: each.code for each in metadata.measures if column == "measure"}
    for dimension in metadata.dimensions:
        names |= {each.category: each.code for each in dimension.codes if each.category and dimension.name == column}
    if code not in names:
        raise CallError(f"table {table}, column {column}: {code!r} is unknown; {did_you_mean(code, names)}.")
    return column, names[code]


def _lines(frame: pd.DataFrame) -> list[str]:
    return frame.to_string(index=False, max_colwidth=None).splitlines()
