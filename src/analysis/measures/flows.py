"""Who comes in, who comes back, who leaves: moments of inflow, re-inflow and outflow, and their ratios.

All three count moments, not persons: one person can enter twice in a year. The outflow leaves out people who reach
the AOW age, so an outflow ratio of 1 is not balance.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.cleaning import MONITOR_GROUPS, TOTAL, Cells, group_column, monitor_groups, read_cells, require
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.measures.sources import GROUP_FLOW_MEANS, QUARTERLY_FLOWS, choose
from analysis.measures.tidy import combine, tidy
from analysis.missing import PRESENT
from analysis.rounding import Rounded, decide_pairs, stack
from analysis.snapshots import Snapshot

FLOWS = ("inflow", "reinflow", "outflow")


def flow_cells(snapshot: Snapshot) -> Cells:
    """Return the table of quarterly flows of a snapshot: the live one, else its predecessor."""
    return read_cells(snapshot, choose(snapshot, QUARTERLY_FLOWS, "quarterly flows"), "quarter")


def flow_window(snapshot: Snapshot) -> pd.PeriodIndex:
    """Return the quarters in which the national flows are known, from the first to the last."""
    cells = flow_cells(snapshot)
    known = cells.periods[cells.look_up("inflow", cells.periods).missing == PRESENT]
    if known.empty:
        raise CoverageError(f"snapshot {snapshot.name!r}, table {cells.table}: no quarter of the national flows.")
    return pd.period_range(known[0], known[-1], freq=FREQUENCY["quarter"])


def national(snapshot: Snapshot, quarters: pd.PeriodIndex) -> dict[str, Rounded]:
    """Return the national flows of these quarters, one column of moments for each of ``FLOWS``.

    Raises
    ------
    CoverageError
        When a quarter is not in the snapshot; it is named.
    """
    cells = flow_cells(snapshot)
    names = [str(quarter) for quarter in quarters]
    what = f"snapshot {snapshot.name!r}, table {cells.table}"
    return {flow: require(cells.look_up(flow, quarters), names, f"{what}, {flow}") for flow in FLOWS}


def quarterly(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return the national flows of each quarter and what they say of each other.

    Returns
    -------
    DataFrame
        Tidy, label ``quarter``. Quantities: ``inflow``, ``reinflow``, ``outflow`` (moments), ``ratio`` (outflow over
        inflow) and ``reinflow_share`` (percent of the inflow that had left less than a year before).
    """
    labels = {"quarter": [str(quarter) for quarter in quarters]}
    return _flows_and_ratios(national(snapshot, quarters), labels, flow_cells(snapshot).table)


def by_year(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return the flows of the complete calendar years among these quarters, and their pooled ratios.

    Returns
    -------
    DataFrame
        Tidy, label ``year``. As `quarterly`, on the sums of four quarters (the ratio of sums, not the mean of
        ratios), and ``return_risk``: re-inflow over outflow of the same four quarters, in percent; an approximation
        of the chance that one who left is back within a year, where ``reinflow_share`` has the inflow below the bar.
    """
    years = complete_years(quarters)
    inside = np.flatnonzero(np.isin(quarters.year, years))
    place = np.searchsorted(years, quarters.year[inside])
    flows = {
        flow: column.take(inside).sum_by(place, len(years)) for flow, column in national(snapshot, quarters).items()
    }
    labels, table = {"year": years}, flow_cells(snapshot).table
    risk = (flows["reinflow"] / flows["outflow"]).percent()
    return combine([_flows_and_ratios(flows, labels, table), tidy(risk, "return_risk", labels, "outflow", table)])


def complete_years(quarters: pd.PeriodIndex) -> list[int]:
    """Return the calendar years of which all four quarters are there."""
    counts = pd.Series(1, index=quarters.year).groupby(level=0).sum()
    return [int(year) for year in counts.index[counts == 4]]


def _flows_and_ratios(flows: dict[str, Rounded], labels: dict[str, list], table: str) -> pd.DataFrame:
    counts = [tidy(flows[flow], flow, labels, tables=table) for flow in FLOWS]
    ratio = tidy(flows["outflow"] / flows["inflow"], "ratio", labels, "inflow", table)
    share = tidy((flows["reinflow"] / flows["inflow"]).percent(), "reinflow_share", labels, "inflow", table)
    return combine([*counts, ratio, share])


def group_means(snapshot: Snapshot, group_by: str = "all") -> tuple[pd.DataFrame, dict[str, Rounded], str, int]:
    """Return the flows of each group as the mean of a quarter in the last complete year.

    Returns
    -------
    labels : DataFrame
        ``dimension, group``, one row a group, the total last.
    flows : dict of str to Rounded
        ``inflow`` and ``outflow``, moments a quarter, and ``reinflow_share``, percent of the inflow.
    table : str
        The table they come from: the quarterly flows where they know the groups, else the published means.
    year : int
    """
    groups = monitor_groups(group_by)
    labels = pd.DataFrame({"dimension": [g.dimension for g in groups], "group": [g.name for g in groups]})
    if QUARTERLY_FLOWS[0] in snapshot:
        cells = flow_cells(snapshot)
        year = complete_years(flow_window(snapshot))[-1]
        quarters = pd.period_range(f"{year}Q1", f"{year}Q4", freq=FREQUENCY["quarter"])
        flows = {
            flow: stack([group_column(cells, flow, group, quarters).sum_by([0] * 4, 1) * 0.25 for group in groups])
            for flow in FLOWS
        }
        flows["reinflow_share"] = (flows.pop("reinflow") / flows["inflow"]).percent()
        return labels, flows, cells.table, year
    cells = read_cells(snapshot, choose(snapshot, GROUP_FLOW_MEANS, "flows by group"), "year")
    last = cells.periods[-1:]
    printed = {"inflow": "inflow_mean", "outflow": "outflow_mean", "reinflow_share": "reinflow_share"}
    flows = {
        flow: stack([group_column(cells, quantity, group, last) for group in groups])
        for flow, quantity in printed.items()
    }
    return labels, flows, cells.table, int(last.year[0])


def by_group(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return the mean quarterly flows of each group in the last complete year, and its outflow ratio.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year``. Quantities: ``inflow``, ``outflow`` (moments, mean of a quarter),
        ``ratio`` (outflow over inflow; a ratio of means over the same quarters is the pooled ratio).

    Raises
    ------
    CallError
        When ``group_by`` is unknown.
    CoverageError
        When the snapshot lacks the groups.
    """
    groups, flows, table, year = group_means(snapshot, group_by)
    labels = {"dimension": groups["dimension"], "group": groups["group"], "year": [year] * len(groups)}
    counts = [tidy(flows[flow], flow, labels, tables=table) for flow in ("inflow", "outflow")]
    return combine([*counts, tidy(flows["outflow"] / flows["inflow"], "ratio", labels, "inflow", table)])


def reinflow_by_group(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return the share of each group's inflow in the last complete year that had left less than a year before.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year``; quantity ``reinflow_share`` (percent; denominator: inflow).
    """
    groups, flows, table, year = group_means(snapshot, group_by)
    labels = {"dimension": groups["dimension"], "group": groups["group"], "year": [year] * len(groups)}
    return tidy(flows["reinflow_share"], "reinflow_share", labels, "inflow", table)


def groups_by_quarter(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Return the flows of the groups of each dimension in the quarters that are known for all of them.

    Returns
    -------
    dict of str to DataFrame
        For each dimension with at least two such quarters: tidy, labels ``group, quarter``, quantities ``inflow`` and
        ``outflow`` (moments).
    """
    cells, found = flow_cells(snapshot), {}
    for dimension, groups in MONITOR_GROUPS.items():
        try:
            columns = {
                (group.name, flow): group_column(cells, flow, group, cells.periods)
                for group in groups
                for flow in ("inflow", "outflow")
            }
        except CoverageError:
            continue  # the table does not have these groups in any way
        known = np.flatnonzero(np.logical_and.reduce([column.missing == PRESENT for column in columns.values()]))
        if len(known) >= 2:
            quarters = [str(cells.periods[place]) for place in known]
            found[dimension] = combine(
                tidy(column.take(known), flow, {"group": [name] * len(known), "quarter": quarters}, tables=cells.table)
                for (name, flow), column in columns.items()
            )
    return found


def orderings(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Say for each pair of groups of a dimension whether rounding lets one tell whose outflow ratio is higher.

    Returns
    -------
    DataFrame
        One row a pair: ``dimension, first, second, rounding`` (``higher``, ``lower``, ``equal`` or ``undecidable``, of
        the first against the second).
    """
    groups, flows, _, _ = group_means(snapshot, group_by)
    verdicts = decide_pairs(flows["outflow"] / flows["inflow"])
    rows = []
    for dimension, members in groups[groups["dimension"] != TOTAL].groupby("dimension", sort=False, observed=True):
        rows += [
            {
                "dimension": dimension,
                "first": members["group"][one],
                "second": members["group"][two],
                "rounding": verdicts[one, two],
            }
            for one, two in combinations(members.index, 2)
        ]
    return pd.DataFrame(rows)
