"""How long: long-term shares in the stock beside those among the spells that ended.

The stock over-represents long spells: who stays long is there to be counted at many moments, who leaves soon is not.
A share of the stock is therefore never given without its counterpart among ended spells, where that exists.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.classifications.groups import MONITOR_GROUPS, TOTAL_GROUP, Group
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CallError, CoverageError, did_you_mean
from analysis.intervals.rounded import Rounded
from analysis.measures.sources import (
    DURATION_SHARES,
    ENDED_SPELLS,
    STOCK_SOURCES,
    STOCK_TABLES,
    choose,
    in_persons,
    stock_at,
)
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = (*ENDED_SPELLS, *STOCK_TABLES)
CLASS_ENDS = {"0-6m": 6, "6-12m": 12, "1-2y": 24, "2-3y": 36, "3-4y": 48, "4-5y": 60}
"""The closed duration classes, each with the months at which it ends; after them comes ``5y+``."""


def _sum(*names: str) -> tuple[tuple[int, dict[str, str]], ...]:
    return tuple((1, {"duration": name}) for name in names)


def at_least(months: int) -> Group:
    """Return the group with a duration of at least so many months: an end of a class, or 0 for everyone.

    The ways with the fewest cells come first: the classes from there on, or the total less the classes before.
    """
    before = [name for name, end in CLASS_ENDS.items() if end <= months]
    after = [name for name in CLASS_ENDS if name not in before]
    rest = ((1, {}), *((-1, {"duration": name}) for name in before))
    own = (_sum("2y+"),) if months == CLASS_ENDS["1-2y"] else ()
    ways = sorted([rest, _sum(*after, "5y+")], key=len)
    return Group("duration", f"{months}+", (*own, *ways))


UNDER_2 = Group("duration", "<2y", (_sum("<2y"), _sum("0-6m", "6-12m", "1-2y")))
FROM_2_TO_5 = Group("duration", "2–5y", (_sum("2-5y"), _sum("2-3y", "3-4y", "4-5y")))
OVER_5 = replace(at_least(60), name=">5y")
LONG_TERM = {"over_2y": at_least(24), "from_2_to_5y": FROM_2_TO_5, "over_5y": OVER_5}
STOCK, ENDED = "stock", "ended spells"


def _one(dimension: str, name: str, category: str) -> Group:
    return Group(dimension, name, (((1, {dimension: category}),),))


# The groups in which documents give long-term shares: finer by age than the monitor's, and birth country for exits.
GROUPS: dict[str, tuple[Group, ...]] = {
    "age": (*MONITOR_GROUPS["age"][:2], _one("age", "45–55", "45-55"), _one("age", "55–AOW", "55-AOW")),
    "origin": (
        *(_one("origin", name, name) for name in ("Netherlands", "Europe", "outside Europe")),
        *(_one("birth", name, name) for name in ("born in NL", "born outside NL")),
    ),
    "sex": MONITOR_GROUPS["sex"],
}


def groups_of(group_by: str) -> list[Group]:
    """Return the groups of one dimension, or of all, with the total first."""
    if group_by != "all" and group_by not in GROUPS:
        raise CallError(f"group_by {group_by!r} is unknown; {did_you_mean(str(group_by), ('all', *GROUPS))}.")
    chosen = GROUPS.values() if group_by == "all" else [GROUPS[group_by]]
    return [TOTAL_GROUP, *(group for groups in chosen for group in groups)]


def longterm_shares(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return the long-term shares of each group, in the stock and among the spells that ended.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, source`` (``stock`` or ``ended spells``) and ``period``. Quantities, in
        percent of the same group in the same source: ``over_2y``, ``from_2_to_5y``, ``over_5y``. A group of which the
        snapshot knows nothing at all is left out; else what is not there is missing with its reason.
    """
    quarter = last_long_term_quarter(snapshot)
    frames = []
    for group in groups_of(group_by):
        both = combine([_shares_of_stock(snapshot, group, quarter), _shares_of_ended(snapshot, group)])
        if (both["missing"] == PRESENT).any():
            frames.append(both)
    return combine(frames)


def _shares_of_stock(snapshot: Snapshot, group: Group, quarter: pd.Period) -> pd.DataFrame:
    """Return the shares of the stock: from counts where there are counts, else as a document printed them."""
    at = pd.PeriodIndex([quarter], freq=FREQUENCY["quarter"])
    frames = []
    for quantity, band in LONG_TERM.items():
        (within, *named), (whole, *other) = stock_at(snapshot, at, group, band), stock_at(snapshot, at, group)
        share, table = (within / whole).percent(), ", ".join(dict.fromkeys(name for name in named + other if name))
        if share.missing[0] != PRESENT and DURATION_SHARES in snapshot:
            printed = _printed_share(snapshot, group, band, quarter)
            share, table = (printed, DURATION_SHARES) if printed is not None else (share, table)
        frames.append(tidy_rows(share, quantity, _labels(group, STOCK, quarter), "stock of the group", table))
    return combine(frames)


def _printed_share(snapshot: Snapshot, group: Group, band: Group, quarter: pd.Period) -> Rounded | None:
    month = pd.PeriodIndex([quarter.asfreq(FREQUENCY["month"], how="end")])
    try:
        return group_column(read_cells(snapshot, DURATION_SHARES, "month"), "stock_share", group, month, band)
    except CoverageError:
        return None


def _shares_of_ended(snapshot: Snapshot, group: Group) -> pd.DataFrame:
    cells, years = ended_spells(snapshot)
    frames = []
    for quantity, band in LONG_TERM.items():
        ended = group_column(cells, "ended_spells", group, years, band) if _knows(cells, group) else None
        if ended is None:
            continue
        share = (ended / group_column(cells, "ended_spells", group, years)).percent()
        frames.append(
            tidy_rows(share, quantity, _labels(group, ENDED, years[0]), "ended spells of the group", cells.table)
        )
    return combine(frames) if frames else pd.DataFrame({"missing": []})


def _knows(cells: Cells, group: Group) -> bool:
    return any(all(cells.has(**categories) for _, categories in way) for way in group.ways)


def _labels(group: Group, counted: str, period: pd.Period) -> dict[str, list[str]]:
    return {"dimension": [group.dimension], "group": [group.name], "source": [counted], "period": [str(period)]}


def ended_spells(snapshot: Snapshot) -> tuple[Cells, pd.PeriodIndex]:
    """Return the table of ended spells and its last year."""
    cells = read_cells(snapshot, choose(snapshot, ENDED_SPELLS, "ended spells by duration"), "year")
    return cells, cells.periods[-1:]


def last_long_term_quarter(snapshot: Snapshot) -> pd.Period:
    """Return the last quarter at whose end the number of persons with more than five years of bijstand is known.

    Raises
    ------
    CoverageError
        When no table of the snapshot tells it.
    """
    known = []
    for table, grain in STOCK_SOURCES:
        if table in snapshot and _tells_duration(snapshot.metadata(table)):
            cells = read_cells(snapshot, table, grain)
            there = cells.periods[group_column(cells, "stock", OVER_5, cells.periods).missing == PRESENT]
            known += [period.asfreq(FREQUENCY["quarter"]) for period in there]
    if not known:
        raise CoverageError(f"snapshot {snapshot.name!r} does not tell who has bijstand for more than five years.")
    return max(known)


def _tells_duration(metadata) -> bool:
    return any(code.category == "5y+" for dimension in metadata.dimensions for code in dimension.codes)


def starters(snapshot: Snapshot, quarters: pd.PeriodIndex | None = None) -> pd.DataFrame:
    """Return the persons in the stock whose benefit began less than half a year ago, quarter by quarter.

    Parameters
    ----------
    snapshot : Snapshot
    quarters : PeriodIndex, optional
        The quarters to keep; by default all there are.

    Returns
    -------
    DataFrame
        Tidy, labels ``quarter, table``. Quantities: ``starters`` (persons, 0 to 6 months) and ``starters_share``
        (percent; denominator: the stock). Each table has its own rows; none is continued by another.
    """
    frames = []
    for table in [name for name, grain in STOCK_SOURCES if grain == "quarter" and name in snapshot]:
        cells = read_cells(snapshot, table, "quarter")
        if not cells.has(duration="0-6m"):
            continue
        there = cells.periods if quarters is None else cells.periods[cells.periods.isin(quarters)]
        within, whole = in_persons(cells.look_up("stock", there, duration="0-6m")), cells.look_up("stock", there)
        known = np.flatnonzero(within.missing == PRESENT)
        labels = {"quarter": [str(there[place]) for place in known], "table": [table] * len(known)}
        share = (within / whole).percent().take(known)
        frames.append(tidy_rows(within.take(known), "starters", labels, tables=table))
        frames.append(tidy_rows(share, "starters_share", labels, "stock", table))
    if not frames or combine(frames).empty:
        raise CoverageError(f"snapshot {snapshot.name!r} does not tell who has bijstand for less than half a year.")
    return combine(frames).sort_values(["quantity", "quarter", "table"], kind="stable", ignore_index=True)
