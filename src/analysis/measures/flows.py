"""National inflow, re-inflow and outflow in moments, and their ratios.

All three count moments, not persons: one person can enter twice in a year. The outflow leaves out people who reach
the AOW age, so an outflow ratio of 1 is not balance.

Every quarter comes from one table, the live one where it has it, and so does every year: where a year begins in one
table and ends in another, neither has it whole, and it is not complete.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import reduce

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import TOTAL_GROUP, Group
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError, name_some
from analysis.intervals.rounded import Rounded
from analysis.measures.sources import QUARTERLY_FLOWS, choose, choose_by_row, divides, name_both
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = QUARTERLY_FLOWS
MOMENTS = "moments"
FLOWS = ("inflow", "reinflow", "outflow")
BOTH = ("inflow", "outflow")
QUARTERS_A_YEAR = 4
AT_RISK = (0.5, 1.0, 1.0, 1.0, 0.5)
"""Weights of the outflow of a quarter and of the four before, for those who come back in it within a year; they add up
to a year of leaving."""
_AT_RISK_OF_YEAR = np.convolve(AT_RISK, np.ones(QUARTERS_A_YEAR)) / QUARTERS_A_YEAR
"""The same for a year: of its four quarters and the four before, a quarter of the sum of the weights."""


def flow_tables(snapshot: Snapshot, dimension: str = TOTAL) -> list[Cells]:
    """Return the tables of quarterly flows of a snapshot that have classes of a dimension, the live one first.

    Raises
    ------
    CoverageError
        When it holds none; those of the total where it has some, and none of the dimension.
    """
    choose(snapshot, QUARTERLY_FLOWS, "quarterly flows")
    present = [table for table in QUARTERLY_FLOWS if table in snapshot]
    dividing = [table for table in present if divides(snapshot, table, dimension)]
    return [read_cells(snapshot, table, "quarter") for table in dividing or present]


def flows_of(
    snapshot: Snapshot, quarters: pd.PeriodIndex, group: Group = TOTAL_GROUP, needed: Sequence[str] = BOTH
) -> tuple[dict[str, Rounded], list[str]]:
    """Return the flows of a group in these quarters, all flows of a quarter from one table.

    Parameters
    ----------
    snapshot : Snapshot
    quarters : PeriodIndex
    group : Group
    needed : sequence of str
        The flows for whose sake a table is chosen: the first that has all of them, else the one that has most.

    Returns
    -------
    flows : dict of str to Rounded
        A column of moments for each of ``FLOWS``; what the table lacks is missing.
    tables : list of str
        The table of each quarter.
    """
    return _choose({cells.table: _in_table(cells, quarters, group) for cells in flow_tables(snapshot)}, needed)


def _in_table(cells: Cells, quarters: pd.PeriodIndex, group: Group = TOTAL_GROUP) -> dict[str, Rounded]:
    """Return the flows of a group in one table; what it does not measure, or not for the group, is missing."""
    flows = dict.fromkeys(FLOWS, Rounded.absent(len(quarters), MOMENTS))
    for flow in FLOWS:
        with suppress(CoverageError):
            flows[flow] = group_column(cells, flow, group, quarters)
    return flows


def _choose(of_tables: dict[str, dict[str, Rounded]], needed: Sequence[str]) -> tuple[dict[str, Rounded], list[str]]:
    """Return the flows of each period from the first table that has all that are needed, and that table."""
    parts = {table: [flows[flow] for flow in FLOWS] for table, flows in of_tables.items()}
    chosen, tables = choose_by_row(parts, [FLOWS.index(flow) for flow in needed])
    return dict(zip(FLOWS, chosen, strict=True)), tables


def _known(flows: dict[str, Rounded]) -> np.ndarray:
    """Tell for each period whether inflow and outflow are both there."""
    return np.logical_and.reduce([flows[flow].missing == PRESENT for flow in BOTH])


def flow_window(snapshot: Snapshot) -> pd.PeriodIndex:
    """Return the quarters in which national inflow and outflow are both known; there may be gaps between them."""
    tables = flow_tables(snapshot)
    quarters = reduce(pd.PeriodIndex.union, [cells.periods for cells in tables])
    known = quarters[_known(flows_of(snapshot, quarters)[0])]
    if known.empty:
        names = ", ".join(cells.table for cells in tables)
        raise CoverageError(f"snapshot {snapshot.name!r}, table {names}: no quarter of the national flows.")
    return known


def national(snapshot: Snapshot, quarters: pd.PeriodIndex) -> tuple[dict[str, Rounded], list[str]]:
    """Return the national flows of these quarters, one column of moments for each of ``FLOWS``, and their tables.

    Raises
    ------
    CoverageError
        When inflow or outflow of a quarter is not in the snapshot; it is named. Re-inflow may be missing.
    """
    columns, tables = flows_of(snapshot, quarters)
    for flow in BOTH:
        reasons = zip(quarters, columns[flow].missing, strict=True)
        if missing := [f"{quarter} ({reason})" for quarter, reason in reasons if reason != PRESENT]:
            raise CoverageError(
                f"snapshot {snapshot.name!r}, table {join_tables(tables)}, {flow}: missing for {name_some(missing)}. "
                "Choose other periods or groups, or pull them."
            )
    return columns, tables


def quarterly(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return the national flows of each quarter and what they say of each other.

    Returns
    -------
    DataFrame
        Tidy, label ``quarter``. Quantities: ``inflow``, ``reinflow``, ``outflow`` (moments), ``ratio`` (outflow over
        inflow) and ``reinflow_share`` (percent of the inflow that had left less than a year before).
    """
    columns, tables = national(snapshot, quarters)
    return tidy_rows(_flows_and_ratios(columns), {"quarter": [str(quarter) for quarter in quarters]}, tables)


def in_both(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return the flows of the quarters that several tables have, from each of them; the leading table comes first.

    Returns
    -------
    DataFrame
        As `quarterly`, with the label ``table``; no row where every quarter is in one table alone.
    """
    found = {cells.table: _in_table(cells, quarters) for cells in flow_tables(snapshot)}
    several = np.sum([_known(flows) for flows in found.values()], axis=0) > 1
    frames = []
    for table, flows in found.items():
        at = np.flatnonzero(several & _known(flows))
        taken = {flow: column.take(at) for flow, column in flows.items()}
        labels = {"quarter": quarters[at].astype(str), "table": table}
        frames.append(tidy_rows(_flows_and_ratios(taken), labels, table))
    return combine(frames).sort_values(["quantity", "quarter"], kind="stable", ignore_index=True)


def by_year(snapshot: Snapshot, quarters: pd.PeriodIndex, needed: Sequence[str] = BOTH) -> pd.DataFrame:
    """Return the flows of the complete calendar years among these quarters, and their pooled ratios.

    Parameters
    ----------
    snapshot : Snapshot
    quarters : PeriodIndex
    needed : sequence of str
        The flows for whose sake the table of a year is chosen: with re-inflow, one that has it goes first.

    Returns
    -------
    DataFrame
        Tidy, label ``year``. As `quarterly`, on the sums of four quarters (the ratio of sums, not the mean of
        ratios), and ``return_risk``: re-inflow over the outflow that could come back in the year, in percent: the
        chance that one who left is back within a year, where ``reinflow_share`` has the inflow as denominator. It is
        missing where outflow of the year before is.
    """
    years, flows, tables = of_complete_years(snapshot, quarters, needed)
    left, before = _left_before(snapshot, years)
    risk = {"return_risk": ((flows["reinflow"] / left).percent(), "outflow of the year before")}
    of_year = {"year": years}
    of_flows = tidy_rows(_flows_and_ratios(flows), of_year, tables)
    return combine([of_flows, tidy_rows(risk, of_year, name_both(tables, before))])


def _left_before(snapshot: Snapshot, years: list[int]) -> tuple[Rounded, list[str]]:
    """Return for each year those who left and could come back in it within a year, and the tables they are from."""
    last = pd.PeriodIndex([f"{year}Q4" for year in years], freq=FREQUENCY["quarter"])
    back = len(_AT_RISK_OF_YEAR)
    quarters = pd.PeriodIndex([end - step for end in last for step in reversed(range(back))], freq=last.freq)
    flows, tables = flows_of(snapshot, quarters, needed=("outflow",))
    weights, year = np.tile(_AT_RISK_OF_YEAR, len(years)), np.repeat(np.arange(len(years)), back)
    named = [join_tables(tables[back * at : back * (at + 1)]) for at in range(len(years))]
    return flows["outflow"].sum_by(year, len(years), weights), named


def flows_of_year(snapshot: Snapshot, group: Group, year: int) -> tuple[dict[str, Rounded], str]:
    """Return inflow and outflow of a group in a calendar year (moments, one entry each), all from one table.

    The first table that has both in all four quarters; where none has, they are missing.
    """
    quarters = pd.period_range(f"{year}Q1", periods=QUARTERS_A_YEAR, freq=FREQUENCY["quarter"])
    for cells in flow_tables(snapshot, group.dimension):
        try:
            columns = {flow: group_column(cells, flow, group, quarters).sum() for flow in BOTH}
        except CoverageError:
            continue  # the table lacks the classes: the next may have them
        if all((column.missing == PRESENT).all() for column in columns.values()):
            return columns, cells.table
    return {flow: Rounded.of_ranges(*np.full((3, 1), np.nan), MOMENTS) for flow in BOTH}, ""


def complete_years(snapshot: Snapshot, quarters: pd.PeriodIndex) -> list[int]:
    """Return the calendar years of which all four quarters are there, in one table."""
    return of_complete_years(snapshot, quarters)[0]


def of_complete_years(
    snapshot: Snapshot, quarters: pd.PeriodIndex, needed: Sequence[str] = BOTH
) -> tuple[list[int], dict[str, Rounded], list[str]]:
    """Return the complete years among these quarters, the national flows of each year, and its table.

    The flows of a year are summed over its quarters in one table.
    """
    counts = pd.Series(1, index=quarters.year).groupby(level=0).sum()
    years = counts.index[counts == QUARTERS_A_YEAR]
    inside = quarters[np.isin(quarters.year, years)]
    year = np.searchsorted(years, inside.year)
    sums = {
        cells.table: {flow: column.sum_by(year, len(years)) for flow, column in _in_table(cells, inside).items()}
        for cells in flow_tables(snapshot)
    }
    flows, tables = _choose(sums, needed)
    whole = np.flatnonzero(_known(flows))
    return [int(years[at]) for at in whole], {f: flows[f].take(whole) for f in FLOWS}, [tables[at] for at in whole]


def _flows_and_ratios(flows: dict[str, Rounded]) -> dict[str, Rounded | tuple[Rounded, str]]:
    ratio, share = flows["outflow"] / flows["inflow"], (flows["reinflow"] / flows["inflow"]).percent()
    return flows | {"ratio": (ratio, "inflow"), "reinflow_share": (share, "inflow")}
