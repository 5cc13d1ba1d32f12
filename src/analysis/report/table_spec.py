"""Which columns a table of the report has, and how it is written for scripts.

The tables of a chapter stand in its ``tables.toml``. A table of another name is read off its frame.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import pandas as pd

from analysis.measures.tidy_frame import wide
from analysis.missing import FINAL, PRESENT, STATUSES
from analysis.models.dispersion import ROUNDING

NAMED = "named in the row"
_OF_A_NUMBER = ("value", "value_lo", "value_hi", "quantity", "unit", "denominator", "missing", "status", "tables")


@dataclass(frozen=True)
class TableSpec:
    """The columns of a table: those that tell its rows apart, and its quantities.

    ``title`` holds the caption by language. ``intervals`` names the quantities that are printed with their interval;
    ``kind`` says what interval that is. ``absent`` stands where a row lacks a quantity altogether.
    """

    labels: tuple[str, ...]
    quantities: tuple[str, ...]
    intervals: tuple[str, ...] = ()
    kind: str = ROUNDING
    absent: str = "no_value"
    title: dict[str, str] = field(default_factory=dict)


@cache
def declared_tables() -> dict[str, TableSpec]:
    """Return the tables that the chapters declare, by name."""
    tables = {}
    for chapter in sorted(files("analysis").joinpath("chapters").iterdir(), key=lambda each: each.name):
        path = chapter.joinpath("tables.toml")
        if path.is_file():
            for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
                title = {lang: entry.pop(lang) for lang in ("nl", "en")}
                columns = {key: tuple(each) if isinstance(each, list) else each for key, each in entry.items()}
                tables[name] = TableSpec(**columns, title=title)
    return tables


def table_spec(name: str, frame: pd.DataFrame) -> TableSpec:
    """Return the columns of a table: as its chapter declares them, else as its frame has them.

    Of a tidy frame the labels are the columns that say nothing of the number, and each quantity whose rounding leaves
    a range has an interval. Of another frame text tells rows apart, and numbers are quantities.
    """
    return declared_tables().get(name) or _read_off(frame)


def _read_off(frame: pd.DataFrame) -> TableSpec:
    if "quantity" in frame:
        labels = tuple(column for column in frame if column not in _OF_A_NUMBER)
        quantities = tuple(frame["quantity"].unique())
        ends = frame[["value_lo", "value_hi"]].dropna()
        ranged = frame.loc[ends.index[ends["value_lo"] != ends["value_hi"]], "quantity"]
        return TableSpec(labels, quantities, tuple(name for name in quantities if name in set(ranged)))
    columns = [column for column in frame if column != "tables" and not column.endswith(("_lo", "_hi"))]
    numbers = tuple(column for column in columns if pd.api.types.is_numeric_dtype(frame[column]))
    intervals = tuple(column for column in numbers if {f"{column}_lo", f"{column}_hi"} <= set(frame))
    return TableSpec(tuple(column for column in columns if column not in numbers), numbers, intervals)


def machine_table(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table as scripts read it: labels, then each quantity with ``_lo`` and ``_hi`` where it has them.

    Parameters
    ----------
    spec : TableSpec
    frame : DataFrame
        A tidy frame of measures, or one with the columns themselves.

    Returns
    -------
    DataFrame
        With last columns ``status`` where figures are not final (the least final of the row), ``missing`` where values
        are absent (which, and why), and ``tables`` (what the row was made from).
    """
    labels = list(spec.labels)
    if "quantity" not in frame:
        ends = [f"{quantity}{end}" for quantity in spec.quantities for end in ("", "_lo", "_hi")]
        return frame[[*labels, *(c for c in [*ends, "tables"] if c in frame and c not in labels)]].reset_index(
            drop=True
        )
    table = wide(frame, labels, list(spec.quantities))
    rows = frame[frame["quantity"].isin(spec.quantities)]
    by, gone = [rows[label] for label in labels], rows["missing"] != PRESENT
    if "status" in rows and rows["status"].ne(FINAL).any():
        there = [label[~gone] for label in by]
        worst = rows["status"][~gone].map(STATUSES.index).groupby(there, observed=True).max().map(STATUSES.__getitem__)
        table = table.merge(worst.rename("status").reset_index(), how="left", on=labels).fillna({"status": ""})
    if gone.any():
        said = (rows["quantity"] + "=" + rows["missing"])[gone].groupby([label[gone] for label in by], observed=True)
        reasons = said.agg("; ".join).rename("missing").reset_index()
        table = table.merge(reasons, how="left", on=labels).fillna({"missing": PRESENT})
    if "tables" in rows:
        named = rows["tables"].groupby(by, observed=True).agg(_each_once)
        table = table.merge(named.reset_index(), how="left", on=labels)
    return table


def _each_once(names: pd.Series) -> str:
    return ", ".join(dict.fromkeys(table for name in names for table in name.split(", ")))
