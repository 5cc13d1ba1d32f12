"""The caseload by group at the end of a year: shares, growth, and which groups the change of the total came from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import MONITOR, TOTAL_GROUP, Group
from analysis.classifications.selection import chosen_groups
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.groups import group_column
from analysis.errors import CoverageError
from analysis.intervals.comparison import rank_range
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.sources import GROUP_STOCK, GROUP_STOCK_TABLES, in_persons
from analysis.measures.tidy_frame import combine, group_labels, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot
from analysis.summary import SelfDescribing

READS = GROUP_STOCK_TABLES
_YEAR = {"M": 12, "Q-DEC": 4}


@dataclass(frozen=True, eq=False, repr=False)
class GroupState(SelfDescribing):
    """Persons in each group at the end of a year and of the year before, one entry a group, the total last."""

    groups: list[Group]
    now: Rounded
    before: Rounded
    table: str
    period: pd.Period


def group_state(snapshot: Snapshot, group_by: str = "all", until: pd.Period | None = None) -> GroupState:
    """Return the groups at the end of the last year up to ``until`` that the snapshot covers.

    Where it covers no such year, the first one after it. All figures are from one table, the first that has them all,
    else the one that has most.

    Raises
    ------
    CallError
        When ``group_by`` is unknown.
    CoverageError
        When no table has the groups at the end of a year and of the year before.
    """
    groups, best, most = [*chosen_groups(group_by, MONITOR), TOTAL_GROUP], None, 0
    for table, grain in GROUP_STOCK:
        if table not in snapshot:
            continue
        cells = read_cells(snapshot, table, grain)
        for end in _year_ends(cells, until):
            try:
                state = _state(cells, groups, end)
            except CoverageError:
                break  # the table lacks the classes, at this end of a year as at any other
            available = int(((state.now.missing == PRESENT) & (state.before.missing == PRESENT)).sum())
            if available > most:
                best, most = state, available
            if available == len(groups):
                return state
    if best is None:
        tables = ", ".join(table for table, _ in GROUP_STOCK)
        raise CoverageError(
            f"snapshot {snapshot.name!r} has the caseload by group at the end of no year and the year before in any of "
            f"{tables}. Choose another snapshot, or pull one of them."
        )
    return best


def _year_ends(cells: Cells, until: pd.Period | None) -> list[pd.Period]:
    """Return the ends of years with the year before them: the last up to ``until`` first, then the later ones."""
    ends = [end for end in cells.periods if end.month == 12 and end - _YEAR[end.freqstr] in cells.periods]
    late = [end for end in ends if until is not None and end.end_time > until.end_time]
    return ends[: len(ends) - len(late)][::-1] + late


def _state(cells: Cells, groups: list[Group], end: pd.Period) -> GroupState:
    both = pd.PeriodIndex([end, end - _YEAR[end.freqstr]])
    levels = in_persons(stack([group_column(cells, "stock", group, both) for group in groups]))
    now = np.arange(0, len(levels), 2)
    return GroupState(groups, levels.take(now), levels.take(now + 1), cells.table, end)


def by_group(state: GroupState) -> pd.DataFrame:
    """Return the state of each group and its part in the change of the total.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, period``. Quantities: ``level`` (persons), ``share`` (percent; denominator:
        all persons with bijstand), ``change`` (persons, over a year), ``growth_pct`` (percent; denominator: the group
        a year earlier) and ``contribution_pp`` (percentage points of the growth of the total; denominator: all persons
        a year earlier). Contributions of the groups of one dimension add up, but for rounding, to the total's growth.
    """
    last = [len(state.groups) - 1] * len(state.groups)
    total, total_before, change = state.now.take(last), state.before.take(last), state.now - state.before
    labels = group_labels(state.groups) | {"period": str(state.period)}
    columns = {
        "level": state.now,
        "share": ((state.now / total).percent(), "level of the total"),
        "change": change,
        "growth_pct": ((state.now / state.before - 1).percent(), "level a year earlier"),
        "contribution_pp": (
            (change / total_before).percent().counted_as("percentage points"),
            "level of the total a year earlier",
        ),
    }
    return tidy_rows(columns, labels, state.table)


def ranks(state: GroupState) -> pd.DataFrame:
    """Return the ranks that rounding leaves open to each group: by growth, and by contribution to the growth.

    Returns
    -------
    DataFrame
        One row a group: ``dimension, group, tables, growth_rank, contribution_rank``. A rank reads ``2`` or ``3–4``;
        1 is the highest among the groups of the dimension.
    """
    dimensions = np.array([group.dimension for group in state.groups])
    frames = []
    for dimension in dict.fromkeys(dimensions[dimensions != TOTAL]):
        members = np.flatnonzero(dimensions == dimension)
        now, before = state.now.take(members), state.before.take(members)
        columns = {"growth_rank": now / before - 1, "contribution_rank": now - before}
        open_ranks = {name: [_rank(*ends) for ends in zip(*rank_range(c), strict=True)] for name, c in columns.items()}
        names = [state.groups[member].name for member in members]
        frames.append(pd.DataFrame({"dimension": dimension, "group": names, "tables": state.table, **open_ranks}))
    return combine(frames)


def _rank(best: int, worst: int) -> str:
    return str(best) if best == worst else f"{best}–{worst}"
