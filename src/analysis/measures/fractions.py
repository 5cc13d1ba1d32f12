"""Numerator and denominator of every measure that a question can ask, by group and period."""

from functools import reduce

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.durations import duration_band
from analysis.classifications.groups import Group
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.groups import group_column
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded
from analysis.measures.flows import FLOWS, flow_tables, flows_of
from analysis.measures.sources import (
    ENDED_SPELLS,
    NATIONAL_STOCK_TABLES,
    QUARTERLY_FLOWS,
    choose,
    name_both,
    person_years,
    quarterly_stocks,
    stock_at,
    stock_spans,
)
from analysis.snapshots.store import Snapshot

READS = (*QUARTERLY_FLOWS, *ENDED_SPELLS, *NATIONAL_STOCK_TABLES)
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
        tables = list(quarterly_stocks(snapshot))
        if not tables:
            raise CoverageError(f"snapshot {snapshot.name!r} has no stock by duration.")
        return reduce(pd.PeriodIndex.union, [cells.periods for cells in tables])
    return reduce(pd.PeriodIndex.union, [cells.periods for cells in _flow_tables(snapshot, dimension)])


def fraction_of(
    snapshot: Snapshot, measure: str, group: Group, periods: pd.PeriodIndex, dimension: str
) -> tuple[Rounded, Rounded, list[str]]:
    """Return numerator and denominator of a measure, one entry a period, and the tables each period comes from.

    Rates have the stock a quarter before as denominator; the exit rate has person-years, from five quarter ends.

    Parameters
    ----------
    snapshot : Snapshot
    measure : str
        One of ``MEASURES``.
    group : Group
    periods : PeriodIndex
    dimension : str
        The dimension of the question: flows and stocks come from the first table that divides it, those of the total
        too. Of the total alone each period comes from the first table that has it.

    Raises
    ------
    CoverageError
        When the snapshot cannot give the measure for the group.
    """
    if measure == "exit_rate":
        return _exit_rate(snapshot, group, periods, dimension)
    if measure == "long_term_share":
        (over, table), (whole, other) = (stock_at(snapshot, periods, *each) for each in ((group, _LONG), (group,)))
        if table != other or not table:
            raise CoverageError(f"snapshot {snapshot.name!r} has no stock of over five years for {group.name}.")
        return over, whole, [table] * len(periods)
    numerator, denominator = MEASURES[measure]
    needed = (numerator,) if denominator not in FLOWS else (numerator, denominator)
    if dimension == TOTAL:
        flows, tables = flows_of(snapshot, periods, group, needed)
    else:
        (cells,) = _flow_tables(snapshot, dimension)
        flows = {flow: group_column(cells, flow, group, periods) for flow in needed}
        tables = [cells.table] * len(periods)
    if denominator in FLOWS:
        return flows[numerator], flows[denominator], tables
    (stock,), stocks = stock_spans(snapshot, [periods - 1], group, dividing=dimension)
    return flows[numerator], stock, name_both(tables, stocks)


_LONG = duration_band(60)


def _exit_rate(
    snapshot: Snapshot, group: Group, years: pd.PeriodIndex, dimension: str
) -> tuple[Rounded, Rounded, list[str]]:
    cells = _ended_spells(snapshot)
    spent, tables = person_years(snapshot, years, group, dividing=dimension)
    return group_column(cells, "ended_spells", group, years), spent, name_both([cells.table] * len(years), tables)


def _ended_spells(snapshot: Snapshot) -> Cells:
    return read_cells(snapshot, choose(snapshot, ENDED_SPELLS, "ended spells"), "year")


def _flow_tables(snapshot: Snapshot, dimension: str) -> list[Cells]:
    """Return the tables of flows that a question is put to: the first that divides its dimension, of the total all."""
    return flow_tables(snapshot, dimension)[: None if dimension == TOTAL else 1]
