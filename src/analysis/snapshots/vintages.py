"""Two states of a table compared, and one cell through all its states.

CBS corrects figures that were definitive (one release of 85880NED changed 1,103 of them) and keeps no old state. What
changed can only be seen from vintages that were kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import CoverageError, DataError
from analysis.missing import FINAL
from analysis.snapshots.history_index import State
from analysis.snapshots.states import cells_by_state, cells_with_status, state_of
from analysis.snapshots.store import Snapshot, dated_snapshots, report_damage


def _no_cells() -> pd.DataFrame:
    return pd.DataFrame({"change": pd.Series(dtype=float), "definitive": pd.Series(dtype=bool)})


@dataclass(frozen=True, eq=False)
class TableDiff:
    """What changed in a table from one snapshot to another.

    Attributes
    ----------
    table : str
    state : str
        ``same``, ``changed``, ``came`` (not in the first) or ``went`` (not in the second).
    came, went : dict of str to list of str
        For each column (``measure``, a dimension, ``period``) the codes that only one of them has; a dimension that
        only one has stands under ``column``.
    cells : DataFrame
        The cells whose figure differs, or that only one has though its codes are in both (NaN there):
        ``measure, <dimensions>, period, before, after, status_before,
        status_after, change`` (after less before; NaN where one is no number) and ``definitive`` (whether the figure
        was final before).
    """

    table: str
    state: str
    came: dict[str, list[str]] = field(default_factory=dict)
    went: dict[str, list[str]] = field(default_factory=dict)
    cells: pd.DataFrame = field(default_factory=_no_cells)


def diff(before: Snapshot, after: Snapshot, tables: list[str] | None = None) -> list[TableDiff]:
    """Return what changed in each table that one of two snapshots holds, or in those named.

    Raises
    ------
    DataError
        When a file is lost or changed.
    """
    found = []
    tables_of_either = {*before.manifest.tables, *after.manifest.tables}
    for table in sorted(tables_of_either if tables is None else tables_of_either.intersection(tables)):
        if table not in after:
            found.append(TableDiff(table, "went"))
        elif table not in before:
            found.append(TableDiff(table, "came"))
        else:
            found.append(_table_diff(table, before, after))
    return found


def _table_diff(table: str, before: Snapshot, after: Snapshot) -> TableDiff:
    if before.entry(table).data.sha256 == after.entry(table).data.sha256 and (
        before.entry(table).metadata.sha256 == after.entry(table).metadata.sha256
        or before.metadata(table).periods == after.metadata(table).periods
    ):
        return TableDiff(table, "same")
    old, new = cells_with_status(before, table), cells_with_status(after, table)
    keys = [column for column in old.columns if column not in ("value", "status")]
    common = [column for column in keys if column in new.columns]
    came, went = ({}, {})
    for only, one, other in ((came, new, old), (went, old, new)):
        columns = [column for column in one.columns if column not in other.columns]
        only |= {"column": columns} if columns else {}
        for column in common:
            codes = sorted(set(one[column].unique()) - set(other[column].unique()))
            only |= {column: codes} if codes else {}
    if "column" in came or "column" in went:
        return TableDiff(table, "changed", came, went)  # cells of other classes are no cells to compare
    both = old.merge(new, on=keys, how="outer", suffixes=("_before", "_after"), validate="one_to_one")
    both = both.rename(columns={"value_before": "before", "value_after": "after"})
    figures = [pd.to_numeric(both[side], errors="coerce") for side in ("before", "after")]
    unlike = (both["before"] != both["after"]) & (figures[0] != figures[1])  # 714.0 is 714
    # v3 prints a dot where v4 and the bulk download have no row: neither is a figure
    unlike &= ~((both["before"].isna() | both["before"].eq(".")) & (both["after"].isna() | both["after"].eq(".")))
    for column in common:  # the cells of a code that came or went are reported by the code
        unlike &= ~both[column].isin([*came.get(column, []), *went.get(column, [])])
    cells, figures = both[unlike].reset_index(drop=True), [each[unlike].reset_index(drop=True) for each in figures]
    cells = cells.assign(change=figures[1] - figures[0], definitive=cells["status_before"] == FINAL)
    same = cells.empty and not came and not went
    return TableDiff(table, "same" if same else "changed", came, went, cells)


def vintage_of(table: str, day: date, folder: Path) -> Snapshot:
    """Return the newest vintage of a day or before that holds a table and can be read; damaged ones are named.

    Raises
    ------
    CoverageError
        When there is none.
    """
    for vintage in vintages_with(table, folder)[::-1]:
        if vintage.manifest.created[:10] <= day.isoformat():
            try:
                vintage.file_bytes(vintage.entry(table).data)
                vintage.metadata(table)
                return vintage
            except DataError as fault:
                report_damage([f"passed over: {fault}"])
    raise CoverageError(f"table {table}: no vintage of {day.isoformat()} or before holds it; pull one.")


def as_of(table: str, day: date, folder: Path, key: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return a table as it was known on a day: each cell once, from the newest vintage of that day or before.

    Parameters
    ----------
    table : str
    day : date
    folder : Path
        The folder that holds the snapshots.
    key : mapping of str to str, optional
        Codes by column: only these cells are read.

    Returns
    -------
    DataFrame
        Text columns ``measure, <dimensions>, period, value, status`` and ``vintage``. A vintage whose file is damaged
        is passed over and named on stderr; ``vintage`` says which one was read.

    Raises
    ------
    CoverageError
        When no vintage of that day or before holds the table, or the table not a column of the key.
    """
    return cells_in(vintage_of(table, day, folder), table, key)


def cells_in(vintage: Snapshot, table: str, key: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return a table, or its cells of a key, as a vintage has it: the columns of `as_of`, each cell once."""
    frame = cells_with_status(vintage, table, key)
    if frame.duplicated([column for column in frame.columns if column not in ("value", "status")]).any():
        raise DataError(f"snapshot {vintage.name!r}, table {table}: expected each cell once.")
    return frame.assign(vintage=vintage.name)


def vintages(table: str, key: Mapping[str, str], folder: Path) -> pd.DataFrame:
    """Return the cells of one key in all vintages.

    Parameters
    ----------
    table : str
    key : mapping of str to str
        Codes by column, such as ``{"measure": "instromers", "sex": "T001038"}``; columns that are left out are kept.
    folder : Path
        The folder that holds the snapshots.

    Returns
    -------
    DataFrame
        Text columns of the table with ``published`` (the date CBS gives for the state) and ``vintage``: one row for
        each cell and state, the states of a cell one after the other. A state that several vintages hold stands once,
        under the oldest. A vintage that has to be read and is damaged is passed over and named on stderr.

    Raises
    ------
    CoverageError
        When no vintage holds the table, or the table not a column of the key.
    """
    return cells_through(vintages_with(table, folder), table, key, folder)


def cells_through(dated: list[Snapshot], table: str, key: Mapping[str, str], folder: Path) -> pd.DataFrame:
    """Return what `vintages` does, for vintages that hold the table, the oldest first."""
    cells, rows = cells_by_state(table, key, dated, folder)
    first: dict[tuple[State, str], str] = {}
    for vintage in dated:
        published = (vintage.entry(table).modified or vintage.manifest.created)[:10]
        if state_of(vintage, table) in rows:
            first.setdefault((state_of(vintage, table), published), vintage.name)
    if not first:
        raise CoverageError(f"table {table}: no vintage holds it; pull one.")
    return _in_order_of_cells(cells, [(rows[state], published, name) for (state, published), name in first.items()])


def _in_order_of_cells(cells: pd.DataFrame, states: list[tuple[np.ndarray, str, str]]) -> pd.DataFrame:
    """Return rows of some cells as states have them, each figure of a date once, the states of a cell together."""
    counts = [len(rows) for rows, *_ in states]
    row = np.concatenate([rows for rows, *_ in states])
    published, vintage = (
        np.repeat(np.array(each, object), counts) for each in zip(*(s[1:] for s in states), strict=True)
    )
    date = np.unique(published.astype(str), return_inverse=True)[1]
    # of few rows what is alike and how they are sorted is found once, not for each state that has them
    same, cell = (
        cells.groupby(list(columns), sort=True, dropna=False).ngroup().to_numpy()
        for columns in (cells, [column for column in cells if column not in ("value", "status")])
    )
    once = np.sort(np.unique(np.column_stack([same[row], date]), axis=0, return_index=True)[1])
    order = once[np.lexsort((date[once], cell[row[once]]))]
    found = cells.take(row[order]).reset_index(drop=True)
    return found.assign(published=published[order], vintage=vintage[order])


def vintages_with(table: str, folder: Path) -> list[Snapshot]:
    """Return the vintages that hold a table, the oldest first; those that cannot be opened are named on stderr."""
    return [snapshot for snapshot in dated_snapshots(folder) if table in snapshot]
