"""Reading what people write by hand: a description in TOML, and the pages it describes, one CSV a table."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.checked_files import SOME_TEXT, Field, Fields, Record, check, read_csv, read_toml, refuse
from analysis.cleaning.periods import MONTHS, parse_period, period_code
from analysis.errors import DataError, name_some

DESCRIPTIONS = "tables.toml"
TEXT, LIST, NAMED = Field(SOME_TEXT), Field(kind=list, optional=True), Field(kind=dict)
NUMBER, MARK = Field(kind=float, optional=True), Field(kind=bool, optional=True)
_DAY = rf"(\d{{1,2}}) ({'|'.join(MONTHS['nl'])}) (\d{{4}})"
_SPAN = re.compile(rf"{_DAY} tot {_DAY}")
WIDTH = Field(r"(\d+(\.\d+)?)?", "a width such as 10", optional=True)


def read_description(
    folder: Path, parts: tuple[str, ...], of_table: Fields, of_measure: Fields
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the description of a folder, and what it says of each table, its defaults filled in.

    Raises
    ------
    DataError
        When it cannot be read; when it lacks a part, a table or measure of it lacks a key or has one that is not
        known; when a table has no CSV, or a CSV no table.
    """
    path, faults = folder / DESCRIPTIONS, []
    described = read_toml(path, faults, str(path))
    refuse(faults)
    check([Record(str(path), 0, described)], dict.fromkeys((*parts, "tables"), NAMED), faults)
    refuse(faults)
    defaults = {name: replace(field, optional=True) for name, field in of_table.items()}
    check([Record(str(path), 0, described["defaults"], "defaults")], defaults, faults)
    refuse(faults)
    text = path.read_text(encoding="utf-8")
    tables = {
        name: {**described["defaults"], **about} if isinstance(about, dict) else about
        for name, about in described["tables"].items()
    }
    records = [Record(str(path), _line(text, name), about, f"table {name}") for name, about in tables.items()]
    check(records, of_table, faults)
    refuse(faults)
    measures = [
        Record(str(path), _line(text, name, measure), known, f"table {name}, measure {measure}")
        for name, about in tables.items()
        for measure, known in about["measures"].items()
    ]
    check(measures, of_measure, faults)
    odd = sorted({page.stem for page in folder.glob("*.csv")} ^ set(tables))
    faults += [f"{folder}: expected a CSV for each table of {DESCRIPTIONS}; {name_some(odd)} has none."] if odd else []
    refuse(faults)
    return described, tables


def _line(text: str, table: str, measure: str = "") -> int:
    """Return the line of a description on which a table, or a measure of it, begins; 0 where it is not found."""
    head = re.search(rf'^\[tables\."?{re.escape(table)}"?\]', text, re.MULTILINE)
    if head and measure:
        key = re.compile(rf'^"?{re.escape(measure)}"? *=', re.MULTILINE)
        head = key.search(text, head.end())
    return text.count("\n", 0, head.start()) + 1 if head else 0


def read_page(path: Path, fields: Fields) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of a page as text, at least one, and the file and line of each, for messages.

    Raises
    ------
    DataError
        With a line for each column, row or cell that is not what the fields say.
    """
    faults: list[str] = []
    records = read_csv(path, fields, faults, file=str(path))
    if not records and not faults:
        faults.append(f"{path}: expected rows below the header, found none.")
    refuse(faults)
    page = pd.DataFrame([record.values for record in records], dtype=str)
    return page, [record.position for record in records]


def read_period(title: str, position: str) -> str:
    """Return the code of a period; of a span of days that is no month, quarter or year, what ISO 8601 gives."""
    if found := _SPAN.fullmatch(title):
        ends = (found.groups()[:3], found.groups()[3:])
        return "/".join(f"{year}-{MONTHS['nl'].index(month) + 1:02d}-{int(day):02d}" for day, month, year in ends)
    try:
        return period_code(parse_period(title))
    except DataError as fault:
        raise DataError(f"{position}: period: {fault}") from fault
