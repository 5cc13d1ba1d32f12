"""Numerator and denominator of every measure that a question can ask, by group and period."""

from functools import reduce
from operator import add

import pandas as pd

from analysis.classifications.durations import duration_band
from analysis.classifications.groups import Group
from analysis.cleaning.cells import Cells, classes_of, read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded
from analysis.measures.flows import flow_cells
from analysis.measures.sources import ENDED_SPELLS, QUARTERLY_FLOWS, STOCK_SOURCES, STOCK_TABLES, choose, stock_at
from analysis.snapshots.store import Snapshot

READS = (*QUARTERLY_FLOWS, *ENDED_SPELLS, *STOCK_TABLES)
MEASURES: dict[str, tuple[str, str]] = {
    "outflow_ratio": ("outflow", "inflow"),
    "inflow_rate": ("inflow", "stock a quarter before"),
    "outflow_rate": ("outflow", "stock a quarter before"),
    "reinflow_share": ("reinflow", "inflow"),
    "long_term_share": ("stock over 5 years", "stock"),
    "exit_rate": ("ended spells", "person-years"),
}
"""Each measure with its numerator and denominator; a share has its numerator within its denominator."""


def periods_of(snapshot: Snapshot, measure: str, dimension: str) -> pd.PeriodIndex:
    """Return the periods of the tables of a measure: years for the exit rate, else quarters.

    Raises
    ------
    CoverageError
        When the snapshot has no table for the measure.
    """
    if measure == "exit_rate":
        return _ended_spells(snapshot).periods
    if measure == "long_term_share":
        tables = [table for table, grain in STOCK_SOURCES if grain == "quarter" and table in snapshot]
        if not tables:
            raise CoverageError(f"snapshot {snapshot.name!r} has no stock by duration.")
        return reduce(pd.PeriodIndex.union, [read_cells(snapshot, table, "quarter").periods for table in tables])
    return _flows_by(snapshot, dimension).periods


def fraction_of(
    snapshot: Snapshot, measure: str, group: Group, periods: pd.PeriodIndex, dimension: str
) -> tuple[Rounded, Rounded, str]:
    """Return numerator and denominator of a measure, one entry a period, and the tables they come from.

    Rates have the stock a quarter before as denominator; the exit rate has person-years, the mean of five quarter ends.

    Parameters
    ----------
    snapshot : Snapshot
    measure : str
        One of ``MEASURES``.
    group : Group
    periods : PeriodIndex
    dimension : str
        The dimension of the question: flows come from the first table that divides it, those of the total too.

    Raises
    ------
    CoverageError
        When the snapshot cannot give the measure for the group.
    """
    if measure == "exit_rate":
        return _exit_rate(snapshot, group, periods)
    if measure == "long_term_share":
        (over, table), (whole, other) = (stock_at(snapshot, periods, *each) for each in ((group, _LONG), (group,)))
        if table != other or not table:
            raise CoverageError(f"snapshot {snapshot.name!r} has no stock of over five years for {group.name}.")
        return over, whole, table
    cells, (numerator, denominator) = _flows_by(snapshot, dimension), MEASURES[measure]
    flow = group_column(cells, numerator, group, periods)
    if denominator == "inflow":
        return flow, group_column(cells, denominator, group, periods), cells.table
    stock, table = stock_at(snapshot, periods - 1, group)
    return flow, stock, ", ".join(name for name in (cells.table, table) if name)


_LONG = duration_band(60)


def _exit_rate(snapshot: Snapshot, group: Group, years: pd.PeriodIndex) -> tuple[Rounded, Rounded, str]:
    cells = _ended_spells(snapshot)
    ends = [stock_at(snapshot, years.asfreq(FREQUENCY["quarter"], how="end") - back, group) for back in range(5)]
    exposure = reduce(add, [stock for stock, _ in ends]) * (1 / 5)
    tables = ", ".join(dict.fromkeys([cells.table, *(table for _, table in ends if table)]))
    return group_column(cells, "ended_spells", group, years), exposure.counted_as("person-years"), tables


def _ended_spells(snapshot: Snapshot) -> Cells:
    return read_cells(snapshot, choose(snapshot, ENDED_SPELLS, "ended spells"), "year")


def _flows_by(snapshot: Snapshot, dimension: str) -> Cells:
    """Return the first table of quarterly flows that divides a dimension, else the first there is."""
    for table in QUARTERLY_FLOWS:
        if table in snapshot and dimension in classes_of(snapshot.metadata(table)):
            return read_cells(snapshot, table, "quarter")
    return flow_cells(snapshot)
