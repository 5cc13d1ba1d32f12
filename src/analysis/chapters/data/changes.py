"""What changed in the tables of a snapshot since the vintage before, and which known errors of CBS they have."""

import pandas as pd

from analysis.errors import CallError, DataError, did_you_mean
from analysis.measures.sources import EVERY
from analysis.snapshots.corrections import known_errors, state_of
from analysis.snapshots.store import Snapshot, dated_snapshots, report_damage
from analysis.snapshots.vintages import TableDiff, diff
from analysis.workspace import corrections_file

READS, VINTAGES = (EVERY,), True


def select_tables(snapshot: Snapshot, table: str = "") -> list[str]:
    """Return one table of a snapshot, or with an empty text all; a CallError names those it holds."""
    known = list(snapshot.manifest.tables)
    if table and table not in known:
        raise CallError(f"table {table!r} is not in snapshot {snapshot.name!r}; {did_you_mean(table, known)}.")
    return [table] if table else sorted(known)


def vintage_before(snapshot: Snapshot) -> Snapshot | None:
    """Return the vintage before a vintage, None when there is none."""
    if snapshot.kind != "dated":
        return None
    made = snapshot.manifest.created
    return next((each for each in dated_snapshots(snapshot.folder.parent)[::-1] if each.manifest.created < made), None)


def changes_since(older: Snapshot | None, snapshot: Snapshot, tables: list[str]) -> list[TableDiff]:
    """Return what changed in these tables since an older vintage; nothing where its file is damaged."""
    changes: list[TableDiff] = []
    for table in tables if older else ():
        try:
            changes += diff(older, snapshot, [table])
        except DataError as fault:
            report_damage([f"passed over: {fault}"])
    return [change for change in changes if change.state in ("same", "changed")]


def figures_changed(changes: list[TableDiff], vintage: str) -> pd.DataFrame:
    """Return how many figures changed in each table that both vintages hold.

    Parameters
    ----------
    changes : list of TableDiff
        From the vintage before, as from `changes_since`.
    vintage : str
        Its name.

    Returns
    -------
    DataFrame
        ``table, vintage, new_periods``, ``definitive_changed`` and ``provisional_changed`` (figures, by the status they
        had), ``largest`` (change among the definitive ones, in their unit) and ``tables``.
    """
    rows = []
    for change in changes:
        definitive = change.cells["definitive"]
        largest = change.cells["change"].abs()[definitive].max()
        new_periods = len(change.came.get("period", []))
        counts = (int(definitive.sum()), int((~definitive).sum()))
        rows.append((change.table, vintage, new_periods, *counts, largest, change.table))
    names = ["table", "vintage", "new_periods", "definitive_changed", "provisional_changed", "largest", "tables"]
    return pd.DataFrame(rows, columns=names)


def codes_changed(changes: list[TableDiff]) -> pd.DataFrame:
    """Return the columns and codes that came and went, but for periods.

    Returns
    -------
    DataFrame
        ``table, column, code, happened`` (``came`` or ``went``) and ``tables``.
    """
    rows = [
        (change.table, column, code, happened, change.table)
        for change in changes
        for happened, codes in (("came", change.came), ("went", change.went))
        for column, names in codes.items()
        for code in names
        if column != "period"
    ]
    return pd.DataFrame(rows, columns=["table", "column", "code", "happened", "tables"])


def errors_known(snapshot: Snapshot, tables: list[str]) -> pd.DataFrame:
    """Return the known errors of CBS in these tables, and whether this state of them has each.

    Returns
    -------
    DataFrame
        ``table, error`` (its name in ``data/corrections.yml``), ``handling`` (open, acknowledged, fixed_upstream),
        ``state`` (of the snapshot) and ``tables``.

    Raises
    ------
    DataError
        When an entry of the file no longer matches a state that should have the error.
    """
    known = [error for error in known_errors(corrections_file()) if error.table in tables]
    rows = [(error.table, error.id, error.status, state_of(error, snapshot), error.table) for error in known]
    return pd.DataFrame(rows, columns=["table", "error", "handling", "state", "tables"])
