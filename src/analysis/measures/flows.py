"""National inflow, re-inflow and outflow in moments, and their ratios.

All three count moments, not persons: one person can enter twice in a year. The outflow leaves out people who reach
the AOW age, so an outflow ratio of 1 is not balance.
"""

import numpy as np
import pandas as pd

from analysis.cleaning.cells import Cells, read_cells
from analysis.errors import CoverageError, name_some
from analysis.intervals.rounded import Rounded
from analysis.measures.sources import QUARTERLY_FLOWS, choose
from analysis.measures.tidy_frame import tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = QUARTERLY_FLOWS
FLOWS = ("inflow", "reinflow", "outflow")
QUARTERS_A_YEAR = 4


def flow_cells(snapshot: Snapshot) -> Cells:
    """Return the table of quarterly flows of a snapshot: the live one, else its predecessor."""
    return read_cells(snapshot, choose(snapshot, QUARTERLY_FLOWS, "quarterly flows"), "quarter")


def flow_window(snapshot: Snapshot) -> pd.PeriodIndex:
    """Return the quarters in which national inflow and outflow are both known; there may be gaps between them."""
    cells = flow_cells(snapshot)
    known = [cells.look_up(flow, cells.periods).missing == PRESENT for flow in ("inflow", "outflow")]
    quarters = cells.periods[np.logical_and.reduce(known)]
    if quarters.empty:
        raise CoverageError(f"snapshot {snapshot.name!r}, table {cells.table}: no quarter of the national flows.")
    return quarters


def national(snapshot: Snapshot, quarters: pd.PeriodIndex) -> dict[str, Rounded]:
    """Return the national flows of these quarters, one column of moments for each of ``FLOWS``.

    Raises
    ------
    CoverageError
        When inflow or outflow of a quarter is not in the snapshot; it is named. Re-inflow may be missing.
    """
    cells = flow_cells(snapshot)
    columns = {flow: cells.look_up(flow, quarters) for flow in FLOWS}
    for flow in ("inflow", "outflow"):
        reasons = zip(quarters, columns[flow].missing, strict=True)
        if missing := [f"{quarter} ({reason})" for quarter, reason in reasons if reason != PRESENT]:
            raise CoverageError(
                f"snapshot {snapshot.name!r}, table {cells.table}, {flow}: missing for {name_some(missing)}. "
                "Choose other periods or groups, or pull them."
            )
    return columns


def quarterly(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return the national flows of each quarter and what they say of each other.

    Returns
    -------
    DataFrame
        Tidy, label ``quarter``. Quantities: ``inflow``, ``reinflow``, ``outflow`` (moments), ``ratio`` (outflow over
        inflow) and ``reinflow_share`` (percent of the inflow that had left less than a year before).
    """
    labels = {"quarter": [str(quarter) for quarter in quarters]}
    return tidy_rows(_flows_and_ratios(national(snapshot, quarters)), labels, flow_cells(snapshot).table)


def by_year(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return the flows of the complete calendar years among these quarters, and their pooled ratios.

    Returns
    -------
    DataFrame
        Tidy, label ``year``. As `quarterly`, on the sums of four quarters (the ratio of sums, not the mean of
        ratios), and ``return_risk``: re-inflow over outflow of the same four quarters, in percent; an approximation
        of the chance that one who left is back within a year, where ``reinflow_share`` has the inflow as denominator.
    """
    years, flows = of_complete_years(snapshot, quarters)
    labels, table = {"year": years}, flow_cells(snapshot).table
    risk = (flows["reinflow"] / flows["outflow"]).percent()
    return tidy_rows(_flows_and_ratios(flows) | {"return_risk": (risk, "outflow")}, labels, table)


def complete_years(quarters: pd.PeriodIndex) -> list[int]:
    """Return the calendar years of which all four quarters are given."""
    counts = pd.Series(1, index=quarters.year).groupby(level=0).sum()
    return [int(year) for year in counts.index[counts == QUARTERS_A_YEAR]]


def of_complete_years(snapshot: Snapshot, quarters: pd.PeriodIndex) -> tuple[list[int], dict[str, Rounded]]:
    """Return the complete years among these quarters, and the national flows of each, summed over its quarters."""
    years = complete_years(quarters)
    inside = np.flatnonzero(np.isin(quarters.year, years))
    index = np.searchsorted(years, quarters.year[inside])
    flows = national(snapshot, quarters)
    return years, {flow: column.take(inside).sum_by(index, len(years)) for flow, column in flows.items()}


def _flows_and_ratios(flows: dict[str, Rounded]) -> dict[str, Rounded | tuple[Rounded, str]]:
    ratio, share = flows["outflow"] / flows["inflow"], (flows["reinflow"] / flows["inflow"]).percent()
    return flows | {"ratio": (ratio, "inflow"), "reinflow_share": (share, "inflow")}
