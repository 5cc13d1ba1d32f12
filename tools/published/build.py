"""Source files to snapshot: labels become categories, titles become period codes, marks become statuses.

A page shows labels, not CBS's codes. The codes of ``published`` are therefore the workbench's own category names and,
where it has none, a plain form of the label; the label is kept beside them. Where a source gives CBS's codes, those are
kept.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
from published.documents import document_tables, period_statuses
from published.files import LIST, MARK, NAMED, NUMBER, TEXT, WIDTH, read_description, read_page, read_period

from analysis.checked_files import SOME_TEXT, Field, one_of
from analysis.classifications.categories import TOTAL, category_of
from analysis.cleaning.numbers import parse_numbers
from analysis.cleaning.periods import STATUS_OF_MARK
from analysis.errors import DataError
from analysis.register.entry import read_register
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable, write_snapshot

CREATED = "2026-11-29"
_OF_TABLE = {**dict.fromkeys(("attribution", "licence", "retrieved", "source_note", "title"), TEXT), "measures": NAMED}
_OF_TABLE |= {"notes": LIST, "as_of": LIST, "marked": MARK}
_OF_MEASURE = {
    "code": TEXT,
    **dict.fromkeys(("title", "quantity"), Field(SOME_TEXT, optional=True)),
    "unit": TEXT,
    "rounding": Field(kind=float),
    "provisional_rounding": NUMBER,
    "signed": MARK,
}
_OF_PAGE = dict.fromkeys(("table_id", "perioden", "measure", "value", "status", "source_url", "as_of"), Field())
_OF_PAGE |= {"status": one_of(f"{mark}{dot}" for mark in STATUS_OF_MARK for dot in ("", ".")), "rounding": WIDTH}
_OF_PAGE |= {"source_url": Field(SOME_TEXT, "a source address")}


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
    described, tables = read_description(sources, ("defaults", "dimensions", "codes", "totals"), _OF_TABLE, _OF_MEASURE)
    pages = [_table(sources / f"{name}.csv", about, described) for name, about in tables.items()]
    register = read_register()
    return pages + [
        table
        for folder in sorted(path for path in sources.iterdir() if path.is_dir())
        for table in document_tables(folder, register)
    ]


def _table(path: Path, about: dict[str, Any], described: dict[str, Any]) -> NewTable:
    classes = dict.fromkeys((*described["dimensions"], *described["codes"]), Field(optional=True))
    page, positions = read_page(path, _OF_PAGE | classes | {"measure": one_of(about["measures"])})
    dimensions = {column: described["dimensions"][column] for column in page if column in described["dimensions"]}
    measures = {
        title: Measure(**{"title": title, "quantity": given["code"], **given})
        for title, given in about["measures"].items()
    }
    given = {label: page[code] for code, label in described["codes"].items() if code in page}
    codes = {
        column: _codes(page[column], given.get(column), name, described["totals"].get(name, ()))
        for column, name in dimensions.items()
    }
    frame = pd.DataFrame({"measure": page["measure"].map({title: known.code for title, known in measures.items()})})
    for column, name in dimensions.items():
        frame[name] = page[column].map({code.label: code.code for code in codes[column]})
    frame["period"] = [read_period(*each) for each in zip(page["perioden"], positions, strict=True)]
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
        source_note=about["source_note"],
        sources=tuple(sorted(set(page["source_url"]))),
        notes=tuple(about.get("notes", ())),
        as_of=tuple(about.get("as_of", ())),
        marked=about.get("marked", True),
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


def _codes(labels: pd.Series, given: pd.Series | None, dimension: str, totals: list[str]) -> tuple[Code, ...]:
    """Return the codes of a dimension: those that the source gives, else made of the labels."""
    named = dict(zip(labels, labels.map(lambda label: "") if given is None else given, strict=True))
    codes = []
    for label, own in sorted(named.items()):
        category = TOTAL if label in totals else category_of(dimension, own, label)
        codes.append(Code(own or category or re.sub(r"\W+", "-", label.lower()).strip("-"), label, category))
    pairs = labels.nunique() if given is None else len(set(zip(labels, given, strict=True)))
    if not len({code.code for code in codes}) == len(codes) == pairs:
        raise DataError(f"dimension {dimension}: expected one label a category, found two labels or codes for one.")
    return tuple(sorted(codes, key=lambda code: code.code) if given is not None else codes)


def _values(page: pd.DataFrame, path: Path) -> pd.Series:
    try:
        parse_numbers(page["value"])
    except DataError as fault:
        raise DataError(f"{path.name}: value: {fault}") from fault
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
