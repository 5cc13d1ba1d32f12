"""Reading what people write by hand: descriptions and pages, with one message for what cannot be read."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import DataError, name_some

_WIDTH = re.compile(r"(\d+(\.\d+)?)?")


def read_description(path: Path, needed: tuple[str, ...]) -> dict[str, Any]:
    """Read a description in TOML that has these tables.

    Raises
    ------
    DataError
        When it cannot be read, or lacks a table.
    """
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise DataError(f"{path}: cannot be read as TOML in UTF-8 ({fault}).") from fault
    if missing := [name for name in needed if not isinstance(described.get(name), dict)]:
        raise DataError(f"{path}: expected the tables {', '.join(needed)}; {name_some(missing)} is not there.")
    return described


def read_page(path: Path) -> pd.DataFrame:
    """Read a CSV as text: a header of names that differ, rows as long as the header, at least one.

    Raises
    ------
    DataError
        When it is something else.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            header, *rows = [row for row in csv.reader(text, strict=True) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise DataError(f"{path}: cannot be read as a table in UTF-8 ({fault}).") from fault
    if not rows:
        raise DataError(f"{path}: expected a header and rows below it, found {'no rows' if header else 'nothing'}.")
    if len(set(header)) < len(header) or "" in header:
        raise DataError(f"{path}: expected columns with names that differ, found {','.join(header)}.")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise DataError(f"{path}, row {number}: expected {len(header)} values, found {len(row)}.")
    page = pd.DataFrame(rows, columns=header, dtype=str)
    for number, width in enumerate(page.get("rounding", ()), start=2):
        if not _WIDTH.fullmatch(width):
            raise DataError(f"{path}, row {number}, column rounding: expected a width such as 10, found {width!r}.")
    return page
