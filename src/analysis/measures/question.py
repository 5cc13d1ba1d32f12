"""A question put to the figures: one measure, one or two groups of a dimension, the periods between two ends.

What the snapshot cannot answer is refused with the reason and the nearest thing that it can. A missing cell within the
period is refused, never left out unseen; a provisional one is used, with its status in the frame; rounding is in the
interval of each row; people of unknown attributes are in the total, and so in the rest of the total, and in no group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import add

import numpy as np
import pandas as pd

from analysis.classifications.categories import CATEGORIES, TOTAL, USUAL_TOTALS, overlap
from analysis.classifications.groups import MONITOR_GROUPS, TOTAL_GROUP, Group
from analysis.cleaning.cells import read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY, parse_period
from analysis.errors import CallError, CoverageError, DataError, did_you_mean, name_some
from analysis.intervals.rounded import Rounded
from analysis.measures.duration import FROM_2_TO_5, GROUPS, OVER_5, UNDER_2
from analysis.measures.flows import flow_cells
from analysis.measures.sources import ENDED_SPELLS, QUARTERLY_FLOWS, STOCK_SOURCES, STOCK_TABLES, choose, stock_at
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = (*QUARTERLY_FLOWS, *ENDED_SPELLS, *STOCK_TABLES)
# above and below the bar; a share is of those below, so that it cannot pass 1
MEASURES: dict[str, tuple[str, str]] = {
    "outflow_ratio": ("outflow", "inflow"),
    "inflow_rate": ("inflow", "stock a quarter before"),
    "outflow_rate": ("outflow", "stock a quarter before"),
    "reinflow_share": ("reinflow", "inflow"),
    "long_term_share": ("stock over 5 years", "stock"),
    "exit_rate": ("ended spells", "person-years"),
}
DIMENSIONS = ("age", "birth", "origin", "sex")
REST = "rest"
"""All in the total who are not in the other group."""
BACKGROUND, BACKGROUND_ENDS = "background", pd.Period("2023Q3", FREQUENCY["quarter"])
_BY_BAND = {group.name: group for group in (UNDER_2, FROM_2_TO_5, OVER_5)}


@dataclass(frozen=True, eq=False)
class Question:
    """A question with the cells that answer it.

    ``groups`` are one name (the total) or two, of ``dimension``. ``cells`` is tidy: ``group, period``, the counts
    ``above`` and ``below`` the bar as printed, and the measure with its rounding interval; first group first.
    """

    measure: str
    dimension: str
    groups: tuple[str, ...]
    cells: pd.DataFrame

    @property
    def periods(self) -> list[str]:
        """The periods, in order."""
        return list(dict.fromkeys(self.cells["period"]))

    def log_key(self, test: str) -> str:
        """Return what makes two looks the same question: measure, groups and test, whatever the period."""
        return f"{self.measure} | {self.dimension}: {', '.join(sorted(self.groups))} | {test}"


def check_measure(measure: str) -> str:
    """Return a measure; raise a CallError for one that is none, or that counts benefits."""
    if "benefit" in str(measure):
        raise CallError(
            f"measure {measure!r}: benefits go to households (a couple is two persons and one benefit) and cannot be "
            f"set against persons or moments. Of persons and moments: {name_some(MEASURES)}."
        )
    if measure not in MEASURES:
        raise CallError(f"measure {measure!r} is unknown; {did_you_mean(str(measure), MEASURES)}.")
    return measure


def find_groups(measure: str, text: str) -> tuple[str, dict[str, Group | None]]:
    """Return the dimension and the groups that a text such as ``age: <27, 45–AOW`` names.

    One group, or a group and ``total``, is set against the rest of the total (None); ``total`` stands alone.

    Raises
    ------
    CallError
        When dimension or group is unknown for the measure, or the groups have people in common.
    """
    dimension, colon, names = (part.strip() for part in text.partition(":"))
    if text.strip() == TOTAL:
        return TOTAL, {TOTAL: TOTAL_GROUP}
    if not colon:
        raise CallError(f"groups {text!r}: expected a dimension and groups, as in 'sex: men, women', or 'total'.")
    known = groups_of(_check_dimension(measure, dimension))
    found = _names(names, known)
    if found is None:
        strange = [name.strip() for name in names.split(",") if _plain(name) not in (*known, TOTAL)] or [names]
        spelled = [group.name for group in known.values()]
        raise CallError(f"groups: {dimension} has no group {strange[0]!r}; {did_you_mean(strange[0], spelled)}.")
    groups: dict[str, Group | None] = {known[name].name: known[name] for name in found if name != TOTAL}
    if len(groups) == 1 and (len(found) == 1 or TOTAL in found):
        return dimension, groups | {REST: None}
    if len(groups) != 2:
        raise CallError(f"groups {text!r}: expected two groups of one dimension, or one against the total.")
    one, two = groups.values()
    if _in_common(one, two):
        raise CallError(
            f"groups {one.name!r} and {two.name!r} have people in common: they would be set against themselves. "
            f"Choose two that do not overlap, or one against the total: '{dimension}: {one.name}'."
        )
    return dimension, groups


def groups_of(dimension: str) -> dict[str, Group]:
    """Return the groups of a dimension by name: those of the monitors, and every class of the tables."""
    declared = [group for groups in (*MONITOR_GROUPS.values(), *GROUPS.values()) for group in groups]
    found = {_plain(group.name): group for group in declared if group.dimension == dimension}
    found |= {_plain(name): group for name, group in _BY_BAND.items() if dimension == "duration"}
    for category in CATEGORIES[dimension]:
        if category.name not in USUAL_TOTALS:
            alone = Group(dimension, category.name, (((1, {dimension: category.name}),),))
            found.setdefault(_plain(category.name), alone)
    return found


def read_question(snapshot: Snapshot, measure: str, groups: str, start: str = "", end: str = "") -> Question:
    """Return the cells that answer a question.

    Parameters
    ----------
    snapshot : Snapshot
    measure : str
        One of ``MEASURES``. Rates are per person in the stock a quarter before, and a quarter; the exit rate per
        person-year, the exposure being the mean stock at five quarter ends.
    groups : str
        As for `find_groups`.
    start, end : str
        Periods of any grain; an empty text is as far as the cells go.

    Raises
    ------
    CallError
        When the snapshot cannot answer it: group, band, period or cell; with the nearest thing that is possible.
    """
    check_measure(measure)
    dimension, chosen = find_groups(measure, groups)
    _refuse_late_background(dimension, start, end)
    try:
        known = _known_periods(snapshot, measure, dimension)
        columns = {name: _columns(snapshot, measure, group, known, dimension) for name, group in chosen.items()}
        if REST in columns:
            (above, below, tables), name = (
                _columns(snapshot, measure, TOTAL_GROUP, known, dimension),
                next(iter(chosen)),
            )
            columns[REST] = (above - columns[name][0], below - columns[name][1], tables)
    except CoverageError as fault:
        raise CallError(f"{measure} by {groups}: {fault} {_possible(snapshot, measure)}") from fault
    there = np.logical_and.reduce([part.missing == PRESENT for c in columns.values() for part in c[:2]])
    inside = _inside(snapshot.name, f"{measure} of {groups}", known, there, start, end)
    frames = [_frame(measure, name, column, known, inside) for name, column in columns.items()]
    asked = Question(measure, dimension, tuple(chosen), combine(frames))
    zero = asked.cells[(asked.cells["above"] <= 0) | (asked.cells["below"] <= 0)]
    if len(zero):
        places = name_some(f"{row['group']} {row['period']}" for row in zero.to_dict("records"))
        raise CallError(
            f"{measure} by {groups}: a count of zero in {places}, of which no ratio can be compared. "
            "Choose a wider group, or a period without it."
        )
    return asked


def _check_dimension(measure: str, dimension: str) -> str:
    possible = (*DIMENSIONS, "duration") if measure == "exit_rate" else DIMENSIONS
    if dimension in possible or dimension == BACKGROUND:
        return dimension
    if dimension == "duration":
        raise CallError(f"groups: {measure} is not known by duration band; exit_rate is. Here: {name_some(possible)}.")
    if dimension in ("aow", "region"):
        raise CallError(
            f"groups: {dimension} divides benefits to households, and {measure} counts persons or moments: they "
            f"cannot be mixed. Choose among {name_some(possible)}."
        )
    raise CallError(f"groups: dimension {dimension!r} is unknown; {did_you_mean(dimension, possible)}.")


def _plain(name: str) -> str:
    return name.strip().replace("-", "–")


def _names(text: str, known: dict[str, Group]) -> list[str] | None:
    """Return the one or two names in a text; names may hold commas themselves."""
    parts = text.split(",")
    for cut in range(len(parts), 0, -1):
        found = [_plain(",".join(part)) for part in (parts[:cut], parts[cut:]) if part]
        if all(name in known or name == TOTAL for name in found):
            return found
    return None


def _in_common(one: Group, two: Group) -> bool:
    positive = [[classes for weight, classes in group.ways[0] if weight > 0] for group in (one, two)]
    return any(
        all(overlap(name, first[name], second[name]) for name in first.keys() & second.keys())
        for first, second in product(*positive)
    )


def _flows(snapshot: Snapshot, dimension: str):
    """Return the table of flows: for migration background the one that CBS stopped."""
    if dimension != BACKGROUND:
        return flow_cells(snapshot)
    return read_cells(snapshot, choose(snapshot, QUARTERLY_FLOWS[1:], "flows by migration background"), "quarter")


def _known_periods(snapshot: Snapshot, measure: str, dimension: str) -> pd.PeriodIndex:
    if measure == "exit_rate":
        return read_cells(snapshot, choose(snapshot, ENDED_SPELLS, "ended spells"), "year").periods
    if measure == "long_term_share":
        tables = [table for table, grain in STOCK_SOURCES if grain == "quarter" and table in snapshot]
        if not tables:
            raise CoverageError(f"snapshot {snapshot.name!r} holds no stock by duration.")
        return reduce(pd.PeriodIndex.union, [read_cells(snapshot, table, "quarter").periods for table in tables])
    return _flows(snapshot, dimension).periods


def _columns(
    snapshot: Snapshot, measure: str, group: Group | None, periods: pd.PeriodIndex, dimension: str
) -> tuple[Rounded, Rounded, str]:
    """Return what stands above and below the bar, one entry a period, and the tables; for the rest the total's."""
    group = group or TOTAL_GROUP
    if measure == "exit_rate":
        cells = read_cells(snapshot, choose(snapshot, ENDED_SPELLS, "ended spells"), "year")
        ends = [stock_at(snapshot, periods.asfreq(FREQUENCY["quarter"], how="end") - back, group) for back in range(5)]
        exposure = reduce(add, [stock for stock, _ in ends]) * (1 / 5)
        tables = ", ".join(dict.fromkeys([cells.table, *(table for _, table in ends if table)]))
        return group_column(cells, "ended_spells", group, periods), exposure.counted_as("person-years"), tables
    if measure == "long_term_share":
        (over, table), (whole, other) = stock_at(snapshot, periods, group, OVER_5), stock_at(snapshot, periods, group)
        if table != other or not table:
            raise CoverageError(f"snapshot {snapshot.name!r} has no stock of over five years for {group.name}.")
        return over, whole, table
    cells, (above, below) = _flows(snapshot, dimension), MEASURES[measure]
    top = group_column(cells, above, group, periods)
    if below == "inflow":
        return top, group_column(cells, below, group, periods), cells.table
    stock, table = stock_at(snapshot, periods - 1, group)
    return top, stock, ", ".join(name for name in (cells.table, table) if name)


def _inside(snapshot: str, what: str, known: pd.PeriodIndex, there: np.ndarray, start: str, end: str) -> np.ndarray:
    """Return the places of the periods asked for, all of whose cells are there."""
    if not there.any():
        raise CallError(f"snapshot {snapshot!r} has no period of {what}. Choose another snapshot or other groups.")
    first, last = known[there][0], known[there][-1]
    bounds = {"start": first.start_time, "end": last.end_time}
    for name, text in (("start", start), ("end", end)):
        if text:
            bounds[name] = getattr(_period(name, text), f"{name}_time")
    inside = (known.start_time >= bounds["start"]) & (known.end_time <= bounds["end"])
    outside = bounds["start"] < first.start_time or bounds["end"] > last.end_time
    gone = known[inside & ~there]
    if outside or len(gone) or not inside.any():
        runs = np.split(np.flatnonzero(there), np.flatnonzero(np.diff(np.flatnonzero(there)) > 1) + 1)
        longest = known[max(runs, key=len)]
        told = f"missing: {name_some(gone)}. " if len(gone) else ""
        raise CallError(
            f"start {start or first} and end {end or last}: snapshot {snapshot!r} does not cover {what} there. {told}"
            f"Nearest: start={longest[0]}, end={longest[-1]}."
        )
    return np.flatnonzero(inside)


def _refuse_late_background(dimension: str, start: str, end: str) -> None:
    bounds = [_period(name, text) for name, text in (("start", start), ("end", end)) if text]
    if dimension == BACKGROUND and any(bound.end_time > BACKGROUND_ENDS.end_time for bound in bounds):
        origins = name_some(group.name for group in MONITOR_GROUPS["origin"])
        raise CallError(
            f"{bounds[-1]}: CBS stopped migration background after {BACKGROUND_ENDS}, and it does not map onto origin. "
            f"Nearest: end={BACKGROUND_ENDS}, or groups of origin: {origins}."
        )


def _period(name: str, text: str) -> pd.Period:
    try:
        return parse_period(text)
    except (DataError, TypeError) as fault:
        raise CallError(f"{name}: {fault}") from fault


def _frame(
    measure: str, name: str, column: tuple[Rounded, Rounded, str], known: pd.PeriodIndex, inside: np.ndarray
) -> pd.DataFrame:
    above, below = (part.take(inside) for part in column[:2])
    labels = {"group": [name] * len(inside), "period": [str(period) for period in known[inside]]}
    value = above / below
    frame = tidy_rows(value, measure, labels, MEASURES[measure][1], column[2])
    return frame.assign(above=above.value, below=below.value)


def _possible(snapshot: Snapshot, measure: str) -> str:
    """Return what a snapshot can tell of a measure: the dimensions with two groups at least, or the total alone."""
    if measure == "long_term_share":
        return "It needs the band of five years or longer (5y+): pull 85585NED, or ask for another measure."
    return f"Choose other groups ({name_some(DIMENSIONS)}), 'total', or a snapshot with the whole tables."
