"""The flows by group: means of a quarter in one year, their ratios, and which group's ratio rounding calls higher."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import MONITOR, TOTAL_GROUP, Group
from analysis.classifications.selection import chosen_groups
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.intervals.comparison import decide_pairs
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.flows import BOTH, QUARTERS_A_YEAR, flow_tables, flow_window, of_complete_years
from analysis.measures.sources import GROUP_FLOW_MEANS, QUARTERLY_FLOWS, choose
from analysis.measures.tidy_frame import combine, group_labels, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot
from analysis.summary import SelfDescribing

READS = (*QUARTERLY_FLOWS, *GROUP_FLOW_MEANS)


@dataclass(frozen=True, eq=False, repr=False)
class GroupFlows(SelfDescribing):
    """The flows of groups in one year, one entry a group, the total last.

    ``inflow`` and ``outflow`` are moments, the mean of a quarter; ``reinflow_share`` is in percent of the inflow.
    """

    groups: list[Group]
    inflow: Rounded
    outflow: Rounded
    reinflow_share: Rounded
    table: str
    year: int


def group_flows(snapshot: Snapshot, group_by: str = "all", until: pd.Period | None = None) -> GroupFlows:
    """Return the flows of each group in the last complete year up to ``until``.

    Parameters
    ----------
    snapshot : Snapshot
    group_by : {"all", "age", "origin", "sex"}
    until : Period, optional
        A quarter. It chooses among the years of the quarterly table; published means have but one year.

    Raises
    ------
    CallError
        When ``group_by`` is unknown.
    CoverageError
        When the snapshot lacks the groups, or a complete year up to ``until``.
    """
    groups = [*chosen_groups(group_by, MONITOR), TOTAL_GROUP]
    if QUARTERLY_FLOWS[0] in snapshot:
        try:
            return _means_of_a_year(snapshot, groups, until)
        except CoverageError:  # the table lacks the groups, or every year up to then
            if not any(table in snapshot for table in GROUP_FLOW_MEANS):
                raise
    cells = read_cells(snapshot, choose(snapshot, GROUP_FLOW_MEANS, "flows by group"), "year")
    year = cells.periods[-1:]
    printed = ("inflow_mean", "outflow_mean", "reinflow_share")
    columns = [stack([group_column(cells, quantity, group, year) for group in groups]) for quantity in printed]
    return GroupFlows(groups, *columns, cells.table, int(year.year[0]))


def _means_of_a_year(snapshot: Snapshot, groups: list[Group], until: pd.Period | None) -> GroupFlows:
    """Return the means of the last complete year up to ``until`` in the live table."""
    cells, known = read_cells(snapshot, QUARTERLY_FLOWS[0], "quarter"), flow_window(snapshot)
    years, _, tables = of_complete_years(snapshot, known[known <= until] if until is not None else known)
    years = [year for year, table in zip(years, tables, strict=True) if table == cells.table]
    if not years:
        raise CoverageError(f"snapshot {snapshot.name!r}, table {cells.table}: no complete year up to {until}.")
    quarters = pd.period_range(f"{years[-1]}Q1", periods=QUARTERS_A_YEAR, freq=FREQUENCY["quarter"])
    together = [0] * QUARTERS_A_YEAR
    inflow, outflow, reinflow = (
        stack([group_column(cells, flow, group, quarters).sum_by(together, 1) for group in groups]) / QUARTERS_A_YEAR
        for flow in ("inflow", "outflow", "reinflow")
    )
    return GroupFlows(groups, inflow, outflow, (reinflow / inflow).percent(), cells.table, years[-1])


def by_group(flows: GroupFlows) -> pd.DataFrame:
    """Return the flows of each group and its outflow ratio.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year``. Quantities: ``inflow``, ``outflow`` (moments, mean of a quarter),
        ``ratio`` (outflow over inflow; a ratio of means over the same quarters is the pooled ratio) and
        ``reinflow_share`` (percent; denominator: inflow).
    """
    labels = group_labels(flows.groups) | {"year": flows.year}
    columns = {
        "inflow": flows.inflow,
        "outflow": flows.outflow,
        "ratio": (flows.outflow / flows.inflow, "inflow"),
        "reinflow_share": (flows.reinflow_share, "inflow"),
    }
    return tidy_rows(columns, labels, flows.table)


def as_means(frame: pd.DataFrame) -> pd.DataFrame:
    """Return flows of groups, as from `by_group`, under the names of what they are: means of a quarter."""
    names = {flow: f"{flow}_per_quarter" for flow in ("inflow", "outflow", "reinflow")}
    return frame.assign(quantity=frame["quantity"].replace(names))


def orderings(flows: GroupFlows) -> pd.DataFrame:
    """Return for each pair of groups of a dimension whether rounding leaves open whose outflow ratio is higher.

    Returns
    -------
    DataFrame
        One row a pair: ``dimension, first, second, rounding`` (``higher``, ``lower``, ``equal`` or ``undecidable``, of
        the first against the second).
    """
    verdicts = decide_pairs(flows.outflow / flows.inflow)
    rows = [
        (one.dimension, one.name, two.name, verdicts[first, second])
        for (first, one), (second, two) in combinations(enumerate(flows.groups), 2)
        if one.dimension == two.dimension != TOTAL
    ]
    return pd.DataFrame(rows, columns=["dimension", "first", "second", "rounding"])


def by_quarter(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Return the flows of the groups of each dimension in the quarters that are known for all of them.

    Returns
    -------
    dict of str to DataFrame
        For each dimension with at least two such quarters in one table: tidy, labels ``group, quarter``, quantities
        ``inflow`` and ``outflow`` (moments).
    """
    found: dict[str, pd.DataFrame] = {}
    for dimension, groups in MONITOR.items():
        for cells in flow_tables(snapshot, dimension):
            if dimension not in found:
                found |= _known_quarters(cells, dimension, groups)
    return found


def _known_quarters(cells: Cells, dimension: str, groups: tuple[Group, ...]) -> dict[str, pd.DataFrame]:
    """Return the flows of the groups of a dimension in one table, under its name; nothing where it lacks them."""
    try:
        columns = {
            (group.name, flow): group_column(cells, flow, group, cells.periods) for group in groups for flow in BOTH
        }
    except CoverageError:
        return {}  # the table does not have these groups by any definition
    known = np.flatnonzero(np.logical_and.reduce([column.missing == PRESENT for column in columns.values()]))
    if len(known) < 2:
        return {}
    quarters = cells.periods[known].astype(str)
    frames = (
        tidy_rows({flow: column.take(known)}, {"group": name, "quarter": quarters}, cells.table)
        for (name, flow), column in columns.items()
    )
    return {dimension: combine(frames)}
