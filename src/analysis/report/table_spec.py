"""Which columns a table of the report has, and how it is written for scripts.

The tables of a chapter stand in its ``tables.toml``. The columns of any other table are inferred from its frame.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.measures.tidy_frame import join_tables, wide
from analysis.missing import FINAL, PRESENT, STATUSES
from analysis.models.dispersion import ROUNDING

NAMED, UNSTATED, BOUNDS = "named in the row", "unstated", "bounds"
TIME = ("period", "year", "quarter", "month", "span", "first_period", "last_period")
"""Labels that say the period of a row themselves."""
PERIODS = ("quarter", "period", "first_period", "last_period")
"""Those that hold one period each, which is printed in words."""
_OF_A_NUMBER = (
    "value", "value_lo", "value_hi", "quantity", "unit", "denominator", "missing", "status", "tables", "interval",
)  # fmt: skip


@dataclass(frozen=True)
class TableSpec:
    """The columns of a table: those that tell its rows apart, and its quantities.

    ``title`` holds the caption by language. ``intervals`` names the quantities that are printed with their interval;
    ``kind`` says what interval that is. ``absent`` stands where a row lacks a quantity altogether. With ``from_tables``
    the tables of each row are printed too; ``unprinted`` labels stand in the CSV alone. ``each`` and ``parts`` say
    where documents print its figures, as in `analysis.report.document_tables`.
    """

    labels: tuple[str, ...]
    quantities: tuple[str, ...]
    intervals: tuple[str, ...] = ()
    kind: str = ROUNDING
    absent: str = "no_value"
    from_tables: bool = False
    unprinted: tuple[str, ...] = ()
    each: dict[str, Any] = field(default_factory=dict)
    parts: tuple[dict[str, Any], ...] = ()
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
    """Return the columns of a table: as its chapter declares them, else inferred from its frame.

    Of a tidy frame the labels are the columns that do not describe the number, and each quantity has an interval whose
    ends differ somewhere. Of another frame text, truth values and periods are labels, and numbers are quantities.

    Raises
    ------
    DataError
        When the labels of a tidy frame do not tell its rows apart.
    """
    if name in declared_tables():
        return declared_tables()[name]
    if "quantity" not in frame:
        columns = [column for column in frame if column != "tables" and not column.endswith(("_lo", "_hi"))]
        numbers = frame.select_dtypes("number", exclude=["timedelta", "complex"])
        quantities = tuple(column for column in columns if column in numbers and column not in TIME)
        intervals = tuple(column for column in quantities if {f"{column}_lo", f"{column}_hi"} <= set(frame))
        return TableSpec(tuple(c for c in columns if c not in quantities), quantities, intervals, UNSTATED)
    kinds = frame["interval"].unique() if "interval" in frame else [ROUNDING if "status" in frame else UNSTATED]
    labels = tuple(c for c in frame if c not in _OF_A_NUMBER or (c == "interval" and len(kinds) > 1))
    twice = frame[frame.duplicated([*labels, "quantity"])]
    if len(twice):
        row = ", ".join(f"{column} {twice.iloc[0][column]}" for column in [*labels, "quantity"])
        raise DataError(f"table {name}: two rows for {row}; expected a column that tells them apart.")
    ranged = set(frame.loc[frame["value_lo"].notna() & (frame["value_lo"] != frame["value_hi"]), "quantity"])
    quantities = tuple(frame["quantity"].unique())
    intervals = tuple(name for name in quantities if name in ranged)
    return TableSpec(labels, quantities, intervals, kinds[0] if len(kinds) == 1 else NAMED)


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
        columns = [*labels, *(c for c in [*ends, "tables"] if c in frame and c not in labels)]
        return frame[columns].reset_index(drop=True)
    if frame.empty:
        return pd.DataFrame(
            columns=[*labels, *(f"{each}{end}" for each in spec.quantities for end in ("", "_lo", "_hi"))]
        )
    table = wide(frame, labels, list(spec.quantities))
    rows = frame[frame["quantity"].isin(spec.quantities)]
    is_missing = rows["missing"] != PRESENT
    if "status" in rows and rows["status"].ne(FINAL).any():
        rank = rows["status"][~is_missing].map(STATUSES.index)
        table = _joined(table, rows[~is_missing], labels, "status", rank, lambda ranks: STATUSES[ranks.max()])
    if is_missing.any():
        reasons = rows["quantity"] + "=" + rows["missing"]
        table = _joined(table, rows[is_missing], labels, "missing", reasons[is_missing], "; ".join)
    if "tables" in rows:
        table = _joined(table, rows, labels, "tables", rows["tables"], join_tables)
    return table


def _joined(
    table: pd.DataFrame, rows: pd.DataFrame, labels: list[str], name: str, column: pd.Series, combine: Callable
) -> pd.DataFrame:
    """Return a table with one more column: for each row what ``combine`` makes of a column over its quantities."""
    added = column.groupby([rows[label] for label in labels], observed=True).agg(combine).rename(name)
    return table.merge(added.reset_index(), how="left", on=labels).fillna({name: ""})
