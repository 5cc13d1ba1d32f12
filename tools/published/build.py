"""Source files to snapshot: labels become categories, titles become period codes, marks become statuses.

A page shows labels, not CBS's codes. The codes of ``published`` are therefore the workbench's own category names and,
where it has none, a plain form of the label; the label is kept beside them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
from published.documents import document_tables, period_statuses
from published.files import read_description, read_page

from analysis.classifications.categories import TOTAL, category_of
from analysis.cleaning.numbers import parse_numbers
from analysis.cleaning.periods import MONTHS, STATUS_OF_MARK, parse_period, period_code
from analysis.errors import DataError, name_some
from analysis.register.entry import read_register
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable, write_snapshot

CREATED = "2026-11-21"
DESCRIPTIONS = "tables.toml"
_DESCRIBED = {"attribution", "licence", "measures", "retrieved", "title"}
_DAY = rf"(\d{{1,2}}) ({'|'.join(MONTHS['nl'])}) (\d{{4}})"
_SPAN = re.compile(rf"{_DAY} tot {_DAY}")


def build_published(sources: Path, folder: Path) -> Path:
    """Build the snapshot ``published`` in ``folder`` from the files in ``sources``; return the new folder."""
    return write_snapshot(folder, "published", "published", CREATED, published_tables(sources))


def published_tables(sources: Path) -> list[NewTable]:
    """Read every table described in ``sources/tables.toml`` and in the folder of each document.

    Raises
    ------
    DataError
        When a file is not described or a description has no file; when a column, measure, period or number is not
        what the description says; when pages contradict each other about a cell.
    """
    described = read_description(sources / DESCRIPTIONS, ("defaults", "dimensions", "totals", "tables"), _DESCRIBED)
    files = {path.stem for path in sources.glob("*.csv")}
    if files != set(described["tables"]):
        odd = sorted(files ^ set(described["tables"]))
        raise DataError(
            f"{sources}: expected one CSV for each table of {DESCRIPTIONS}, found a difference: {name_some(odd)}."
        )
    pages = [
        _table(sources / f"{name}.csv", {**described["defaults"], **about}, described)
        for name, about in described["tables"].items()
    ]
    register = read_register()
    return pages + [
        table
        for folder in sorted(path for path in sources.iterdir() if path.is_dir())
        for table in document_tables(folder, register)
    ]


def _table(path: Path, about: dict[str, Any], described: dict[str, Any]) -> NewTable:
    page = read_page(path)
    _check_columns(path, page, described["dimensions"])
    dimensions = {column: described["dimensions"][column] for column in page if column in described["dimensions"]}
    measures = {
        title: Measure(title=title, quantity=given["code"], **given) for title, given in about["measures"].items()
    }
    codes = {
        column: _codes(page[column], name, described["totals"].get(name, ())) for column, name in dimensions.items()
    }
    strange = sorted(set(page["measure"]) - set(measures))
    if strange:
        raise DataError(f"{path.name}, column measure: {name_some(strange)} is not described in {DESCRIPTIONS}.")
    frame = pd.DataFrame({"measure": page["measure"].map({title: known.code for title, known in measures.items()})})
    for column, name in dimensions.items():
        frame[name] = page[column].map({code.label: code.code for code in codes[column]})
    frame["period"] = page["perioden"].map(
        {
            title: _period(title, f"{path}, row {page['perioden'].eq(title).idxmax() + 2}, column perioden")
            for title in page["perioden"].unique()
        }
    )
    frame["value"] = _values(page, path)
    frame["status"] = page["status"].str.rstrip(".").map(STATUS_OF_MARK)
    if "rounding" in page:
        frame["rounding"] = page["rounding"]
    keys = ["measure", *dimensions.values(), "period"]
    frame = _one_row_a_cell(frame, keys, path)
    metadata = TableMetadata(
        dimensions=tuple(Dimension(name, column, codes[column]) for column, name in dimensions.items()),
        measures=tuple(measures.values()),
        periods=period_statuses(frame),
        source_note="Transcribed by hand from the addresses below; a page shows only part of a table.",
        sources=tuple(sorted(set(page["source_url"]))),
        notes=tuple(about.get("notes", ())),
        as_of=tuple(about.get("as_of", ())),
    )
    return NewTable(
        id=path.stem,
        title=about["title"],
        platform="page",
        modified=None,
        retrieved=about["retrieved"],
        coverage="partial",
        licence=about["licence"],
        attribution=about["attribution"],
        metadata=metadata,
        frame=frame,
    )


def _check_columns(path: Path, page: pd.DataFrame, dimensions: dict[str, str]) -> None:
    needed = {"table_id", "perioden", "measure", "value", "status", "source_url", "as_of"}
    missing, strange = needed - set(page), set(page) - needed - set(dimensions) - {"rounding"}
    if missing or strange:
        raise DataError(
            f"{path.name}: expected column {name_some(sorted(missing)) or '(all there)'}, "
            f"found {name_some(sorted(strange)) or 'nothing'} instead."
        )
    if page["source_url"].eq("").any():
        raise DataError(
            f"{path.name}, row {page['source_url'].eq('').idxmax() + 2}: expected a source address, found none."
        )


def _codes(labels: pd.Series, dimension: str, totals: list[str]) -> tuple[Code, ...]:
    codes = []
    for label in sorted(labels.unique()):
        category = TOTAL if label in totals else category_of(dimension, "", label)
        codes.append(Code(category or re.sub(r"\W+", "-", label.lower()).strip("-"), label, category))
    if len({code.code for code in codes}) < len(codes):
        raise DataError(f"dimension {dimension}: expected different categories, found two labels for one of them.")
    return tuple(codes)


def _period(title: str, place: str) -> str:
    if found := _SPAN.fullmatch(title):
        ends = (
            f"{year}-{MONTHS['nl'].index(month) + 1:02d}-{int(day):02d}"
            for day, month, year in (found.groups()[:3], found.groups()[3:])
        )
        return "/".join(ends)  # ISO 8601: a span that is no month, quarter or year
    try:
        return period_code(parse_period(title))
    except DataError as fault:
        raise DataError(f"{place}: {fault}") from fault


def _values(page: pd.DataFrame, path: Path) -> pd.Series:
    try:
        parse_numbers(page["value"])
    except DataError as fault:
        raise DataError(f"{path.name}, column value: {fault}") from fault
    unknown = page["status"].str.endswith(".")
    if (unknown & page["value"].ne("")).any():
        raise DataError(f"{path.name}: expected no value where the status is a dot, found one.")
    return page["value"].where(~unknown, ".")


def _one_row_a_cell(frame: pd.DataFrame, keys: list[str], path: Path) -> pd.DataFrame:
    """Keep one row of a cell that several pages show alike; refuse pages that contradict each other."""
    frame = frame.drop_duplicates()
    clash = frame[frame.duplicated(keys, keep=False)]
    if len(clash):
        cell = ", ".join(clash.iloc[0][keys])
        raise DataError(f"{path.name}: expected one figure a cell, found several for {cell}. Tell editions apart.")
    return frame.sort_values(keys, kind="stable", ignore_index=True)
