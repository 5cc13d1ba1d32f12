"""One panel of flows and stocks: what every model of rates, ratios, accounts and re-entry reads.

A row is a group in a quarter. Flows are moments, stocks persons; a model that sets one against the other takes each
moment for one person. A cell that is missing keeps its reason and its row; provisional and rounded cells are used as
they are, with their status and their rounding interval.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import pandas as pd

from analysis.classifications.groups import LONG_TERM, MONITOR, TOTAL_GROUP, Group
from analysis.classifications.selection import check_dimension
from analysis.errors import CoverageError, DataError, name_some
from analysis.measures.flows import BOTH, FLOWS, flow_tables, flow_window, flows_of
from analysis.measures.sources import NATIONAL_STOCK_TABLES, name_both, stock_spans
from analysis.missing import FINAL, NOT_IN_SNAPSHOT, PRESENT, STATUSES
from analysis.models.rounded_columns import range_columns
from analysis.snapshots.store import Snapshot

READS = NATIONAL_STOCK_TABLES
STOCKS = ("opening", "closing")
QUANTITIES = (*FLOWS, *STOCKS)
KEYS = ["dimension", "group", "quarter"]
GROUPS: dict[str, tuple[Group, ...]] = MONITOR | {"birth": LONG_TERM["birth"]}


def flow_panel(
    snapshot: Snapshot, quarters: pd.PeriodIndex | None = None, needed: Sequence[str] = BOTH
) -> pd.DataFrame:
    """Return the panel of a snapshot: the groups of every dimension of which it has figures, and the total.

    Parameters
    ----------
    snapshot : Snapshot
    quarters : PeriodIndex, optional
        Without it, every quarter of the national flows.
    needed : sequence of str
        The flows for whose sake the table of a quarter is chosen: re-entry needs one with re-inflow.

    Returns
    -------
    DataFrame
        One row a group and quarter: ``dimension, group, quarter``, then ``q, q_lo, q_hi`` (rounding interval) for
        ``inflow, reinflow, outflow`` (moments), ``opening`` (the exposure) and ``closing`` (persons at the end of the
        quarter before and of this one). The flows of a row are from one table, and so are its stocks. Then ``status``,
        ``missing`` (``quantity=reason``, joined by semicolons) and ``tables``.

    Raises
    ------
    CoverageError
        When the snapshot lacks a quarter; those it has are named.
    """
    known = flow_window(snapshot)
    quarters = known if quarters is None else quarters
    outside = quarters.difference(known)
    if len(outside):
        table = ", ".join(cells.table for cells in flow_tables(snapshot))
        raise CoverageError(
            f"snapshot {snapshot.name!r}, table {table}: no flows of {name_some(outside)}; "
            f"it has {known[0]} to {known[-1]}. Choose among these, or pull the table."
        )
    dimensions = (*GROUPS.values(), (TOTAL_GROUP,))
    parts = [pd.concat([_group(snapshot, group, quarters, needed) for group in groups]) for groups in dimensions]
    return pd.concat([rows for rows in parts if rows["inflow"].notna().any()], ignore_index=True)


def panel_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of counts as a panel: figures of a simulation, or of another source.

    Parameters
    ----------
    frame : DataFrame
        ``dimension, group, quarter`` (``2024Q1``) and any of the quantities (stocks in persons); NaN is a missing cell.

    Raises
    ------
    DataError
        When a column is missing, a group has a quarter twice, or a number is negative.
    """
    if lacking := [name for name in (*KEYS, "inflow", "outflow") if name not in frame]:
        raise DataError(f"panel: expected the columns {', '.join(lacking)}; found {name_some(frame.columns, 12)}.")
    panel = frame.reset_index(drop=True).assign(quarter=frame["quarter"].astype(str).to_numpy())
    if (twice := panel.duplicated(KEYS)).any():
        raise DataError(f"panel: {_label(panel[twice].iloc[0])} occurs twice; expected one row a group and quarter.")
    reasons = pd.Series("", index=panel.index)
    for name in QUANTITIES:
        panel[name] = panel.get(name, pd.Series(float("nan"), panel.index)).astype(float)
        if (panel[name] < 0).any():
            row = panel[panel[name] < 0].iloc[0]
            raise DataError(f"panel: {name} of {_label(row)}: expected a count, found {row[name]:g}.")
        reasons += panel[name].isna().map({True: f"; {name}={NOT_IN_SNAPSHOT}", False: ""})
        for end in ("_lo", "_hi"):
            panel[name + end] = panel.get(name + end, panel[name])
    known = {"status": FINAL, "missing": reasons.str.removeprefix("; "), "tables": "given"}
    return panel.assign(**{name: value for name, value in known.items() if name not in panel})


def pick_cells(panel: pd.DataFrame, dimension: str, quantities: tuple[str, ...], positive: bool = True) -> pd.DataFrame:
    """Return the rows of a dimension, sorted by group and quarter, with ``year`` and ``season`` (1 to 4).

    Raises
    ------
    CallError
        When the panel does not hold the dimension.
    CoverageError
        When a cell of these quantities is missing; it is named with its reason and the quarters that all groups have.
    DataError
        When one is zero and has to be positive.
    """
    rows = panel[panel["dimension"] == check_dimension(dimension, panel["dimension"].unique())]
    by_group = [members.sort_values("quarter") for _, members in rows.groupby("group", sort=False)]
    rows = pd.concat(by_group, ignore_index=True)
    cells = rows[list(quantities)]
    for fault, wrong in (("missing", cells.isna()), ("zero", cells <= 0)):
        if wrong.any(axis=None) and (positive or fault == "missing"):
            _refuse(rows, wrong, fault)
    return rows.assign(year=rows["quarter"].str[:4].astype(int), season=rows["quarter"].str[-1].astype(int))


def rounding_variance(rows: pd.DataFrame, quantity: str) -> pd.Series:
    """Return the variance that rounding gives a count: its width squared over twelve, that of a uniform error."""
    return (rows[f"{quantity}_hi"] - rows[f"{quantity}_lo"]) ** 2 / 12


def _refuse(rows: pd.DataFrame, wrong: pd.DataFrame, fault: str) -> None:
    row = rows[wrong.any(axis=1)].iloc[0]
    quantity = wrong.columns[wrong.loc[row.name]][0]
    whole, possible = sorted({*rows["quarter"]} - {*rows["quarter"][wrong.any(axis=1)]}), "no quarter is whole"
    if whole:
        possible = f"all groups have it in {len(whole)} quarters, {whole[0]} to {whole[-1]}"
    text = f"table {row['tables']}: {quantity} of {_label(row)} is {fault} ({row['missing'] or 'a printed 0'})"
    raise (CoverageError if fault == "missing" else DataError)(
        f"{text}, and the model needs it; {possible}. Choose those quarters, or wider groups."
    )


def _label(row: pd.Series) -> str:
    return f"{row['dimension']} {row['group']}, {row['quarter']}"


def _group(snapshot: Snapshot, group: Group, quarters: pd.PeriodIndex, needed: Sequence[str]) -> pd.DataFrame:
    size, (columns, flows) = len(quarters), flows_of(snapshot, quarters, group, needed)
    (opening, closing), stocks = stock_spans(snapshot, [quarters - 1, quarters], group)
    columns = columns | {"opening": opening, "closing": closing}
    labels = {"dimension": [group.dimension] * size, "group": [group.name] * size, "quarter": quarters.astype(str)}
    ranges = [range_columns(quantity, columns[quantity]) for quantity in QUANTITIES]
    status = [max(of, key=STATUSES.index) for of in zip(*(column.status for column in columns.values()), strict=True)]
    reasons = pd.DataFrame({name: column.missing for name, column in columns.items()}).to_dict("records")
    missing = ["; ".join(f"{name}={why}" for name, why in row.items() if why != PRESENT) for row in reasons]
    about = {"status": status, "missing": missing, "tables": name_both(flows, stocks)}
    return pd.DataFrame(reduce(or_, [labels, *ranges, about]))
