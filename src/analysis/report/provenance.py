"""What a row of a CSV needs to be read on its own: the period it is of, and the snapshot it was made from."""

from typing import Any

import pandas as pd

from analysis.cleaning.periods import SPAN, parse_period
from analysis.report.table_spec import TIME, TableSpec
from analysis.snapshots.store import Snapshot

_WITH_THE_YEAR_BEFORE = 2
_OF_FRAME = ("period", "quarter", "year")


def with_provenance(
    table: pd.DataFrame, spec: TableSpec, frame: pd.DataFrame, snapshot: Snapshot, fields: dict[str, Any]
) -> pd.DataFrame:
    """Return a table with ``period`` and ``snapshot``, where no label says them.

    The period is that of the frame the table was made from, else the year its caption names, else the one of the tables
    that it rests on, where these have one only; it is empty where a row is of no single period.
    """
    periods = [] if set(TIME) & set(spec.labels) else _periods(table, list(spec.labels), frame, snapshot, fields)
    columns: dict[str, Any] = {"period": periods} if any(periods) else {}
    if "snapshot" not in spec.labels:  # a table of several snapshots names that of each row itself
        columns["snapshot"] = snapshot.name
    return table.assign(**columns)


def _periods(
    table: pd.DataFrame, labels: list[str], frame: pd.DataFrame, snapshot: Snapshot, fields: dict[str, Any]
) -> list[str]:
    for name in _OF_FRAME:
        if name in frame and labels and frame.groupby(labels, observed=True, dropna=False)[name].nunique().max() == 1:
            found = frame.drop_duplicates(labels).set_index(labels)[name].astype(str)
            keys = table[labels[0]] if len(labels) == 1 else list(table[labels].itertuples(index=False, name=None))
            return [found.get(key, "") for key in keys]
    if "year" in fields:
        return [str(fields["year"])] * len(table)
    if "tables" not in table:
        return [""] * len(table)
    of_tables = {names: _single_period(snapshot, names) for names in table["tables"].unique()}
    return [of_tables[names] for names in table["tables"]]


def _single_period(snapshot: Snapshot, names: str) -> str:
    """Return the period of tables that have one; of a document that prints the year before as well, the later."""
    found = {code for name in names.split(", ") if name in snapshot for code in snapshot.metadata(name).periods}
    if not 1 <= len(found) <= _WITH_THE_YEAR_BEFORE:
        return ""
    code = max(found)
    return code if SPAN.fullmatch(code) else str(parse_period(code))
