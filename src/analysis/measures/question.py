"""A question on the figures: one measure, one or two groups of a dimension, the periods between two ends.

A question that the snapshot cannot answer is refused with the reason and the nearest one that it can. A missing cell
within the period is refused, never left out silently; a provisional one is used, with its status in the frame; rounding
is in the interval of each row; people of unknown attributes are in the total, and so in the rest, and in no group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import TOTAL_GROUP, Group, members_in_common
from analysis.classifications.selection import check_dimension, dimension_note, find_groups, split_dimension
from analysis.errors import CallError, CoverageError, check_choice, name_some
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.fractions import MEASURES, fraction_of, periods_of
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.measures.windows import parse_bound
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

DIMENSIONS = ("age", "background", "birth", "origin", "sex")
REST = "rest"
"""All in the total who are not in the other group."""


@dataclass(frozen=True, eq=False)
class Question:
    """A question with the cells that answer it.

    ``groups`` are one name (the total) or two, of ``dimension``. ``cells`` is a tidy frame: ``group, period``, the
    printed counts ``numerator_count`` and ``denominator_count``, and the measure with its rounding interval; the first
    group comes first.
    """

    measure: str
    dimension: str
    groups: tuple[str, ...]
    cells: pd.DataFrame

    @property
    def periods(self) -> list[str]:
        """The periods, in order."""
        return list(dict.fromkeys(self.cells["period"]))

    def within(self, periods: Sequence[str]) -> Question:
        """Return the same question over some of its periods."""
        return replace(self, cells=self.cells[self.cells["period"].isin(periods)].reset_index(drop=True))


def log_key(measure: str, dimension: str, groups: tuple[str, ...], test: str) -> str:
    """Return what two looks at the same question share: measure, groups and test, whatever the period."""
    return f"{measure} | {dimension}: {', '.join(sorted(groups))} | {test}"


def check_measure(measure: str) -> str:
    """Return a measure; raise a CallError for one that is unknown, or that counts benefits."""
    if "benefit" in str(measure):
        raise CallError(
            f"measure {measure!r}: benefits go to households (a couple is two persons and one benefit) and cannot be "
            f"compared with persons or moments. Of persons and moments: {name_some(MEASURES)}."
        )
    return check_choice("measure", measure, MEASURES)


def compared_groups(measure: str, text: str) -> tuple[str, dict[str, Group | None]]:
    """Return the dimension and the groups that a text such as ``age: <27, 45–AOW`` names.

    One group, or a group and ``total``, is compared with the rest of the total (None); ``total`` stands alone.

    Raises
    ------
    CallError
        When dimension or group is unknown for the measure, or the groups have people in common.
    """
    if text.strip() == TOTAL:
        return TOTAL, {TOTAL: TOTAL_GROUP}
    dimension, names = split_dimension(text)
    if dimension == "duration" and measure != "exit_rate":
        raise CallError(f"{measure} is not known by duration band; exit_rate is. Here: {name_some(DIMENSIONS)}.")
    check_dimension(dimension, (*DIMENSIONS, "duration") if measure == "exit_rate" else DIMENSIONS)
    found = find_groups(dimension, names)
    groups: dict[str, Group | None] = {group.name: group for group in found if group.name != TOTAL}
    if len(groups) == 1 and (len(found) == 1 or any(group.name == TOTAL for group in found)):
        return dimension, groups | {REST: None}
    if len(groups) != 2:
        raise CallError(f"groups {text!r}: expected two groups of one dimension, or one against the total.")
    one, two = groups.values()
    if members_in_common(one, two):
        raise CallError(
            f"groups {one.name!r} and {two.name!r} have people in common: they would be compared with themselves. "
            f"Choose two that do not overlap, or one against the total: '{dimension}: {one.name}'."
        )
    return dimension, groups


def read_question(snapshot: Snapshot, measure: str, groups: str, start: str = "", end: str = "") -> Question:
    """Return the cells that answer a question.

    Parameters
    ----------
    snapshot : Snapshot
    measure : str
        One of ``MEASURES``. Rates are per person in the stock a quarter before, and a quarter; the exit rate is per
        person-year, the exposure being that of five quarter ends (trapezoid).
    groups : str
        As for `compared_groups`.
    start, end : str
        Periods of any grain; an empty text is as far as the cells go.

    Raises
    ------
    CallError
        When the snapshot cannot answer it: group, band, period or cell; with the nearest thing that is possible.
    """
    dimension, chosen = compared_groups(check_measure(measure), groups)
    try:
        known = periods_of(snapshot, measure, dimension)
        parts = {
            name: fraction_of(snapshot, measure, group or TOTAL_GROUP, known, dimension)
            for name, group in chosen.items()
        }
    except CoverageError as fault:
        raise CallError(f"{measure} by {groups}: {fault} {_advice(measure, dimension)}") from fault
    if REST in parts:
        parts[REST] = _rest(*parts.values())
    complete = np.logical_and.reduce([part.missing == PRESENT for columns in parts.values() for part in columns[:2]])
    bounds = {name: parse_bound(name, text) for name, text in (("start", start), ("end", end)) if text}
    inside = _covered(f"snapshot {snapshot.name!r}", f"{measure} of {groups}", known, complete, bounds, dimension)
    frames = [_frame(measure, name, columns, known, inside) for name, columns in parts.items()]
    question = Question(measure, dimension, tuple(chosen), combine(frames))
    zero = question.cells[(question.cells[["numerator_count", "denominator_count"]] <= 0).any(axis=1)]
    if len(zero):
        named = name_some(f"{row['group']} {row['period']}" for row in zero.to_dict("records"))
        raise CallError(
            f"{measure} by {groups}: a count of zero in {named}, of which no ratio can be compared. "
            "Choose a wider group, or a period without it."
        )
    return question


def _rest(
    group: tuple[Rounded, Rounded, list[str]], total: tuple[Rounded, Rounded, list[str]]
) -> tuple[Rounded, Rounded, list[str]]:
    """Return the total less a group; missing in periods in which they do not come from the same tables."""
    same = np.array([one == other for one, other in zip(group[2], total[2], strict=True)])
    within = np.where(same, 0, len(same)) + np.arange(len(same))
    columns = []
    for part, whole in zip(group[:2], total[:2], strict=True):
        rest = whole - part
        columns.append(stack([rest, Rounded.absent(len(rest), rest.unit)]).take(within))
    return columns[0], columns[1], total[2]


def _covered(
    snapshot: str, what: str, known: pd.PeriodIndex, complete: np.ndarray, bounds: dict[str, pd.Period], dimension: str
) -> np.ndarray:
    """Return the positions of the known periods between the bounds, all of which have to be complete."""
    if not complete.any():
        raise CallError(
            f"{snapshot} has no period of {what}. Choose another snapshot or other groups.{dimension_note(dimension)}"
        )
    first, last = known[complete][0], known[complete][-1]
    start, end = bounds.get("start", first), bounds.get("end", last)
    inside = (known.start_time >= start.start_time) & (known.end_time <= end.end_time)
    outside = start.start_time < first.start_time or end.end_time > last.end_time
    missing = known[inside & ~complete]
    if outside or len(missing) or not inside.any():
        runs = np.split(np.flatnonzero(complete), np.flatnonzero(np.diff(np.flatnonzero(complete)) > 1) + 1)
        longest = known[max(runs, key=len)]
        named = f" missing: {name_some(missing)}." if len(missing) else ""
        raise CallError(
            f"start {start} and end {end}: {snapshot} does not cover {what} there.{named} "
            f"Nearest: start={longest[0]}, end={longest[-1]}.{dimension_note(dimension)}"
        )
    return np.flatnonzero(inside)


def _frame(
    measure: str, name: str, columns: tuple[Rounded, Rounded, list[str]], known: pd.PeriodIndex, inside: np.ndarray
) -> pd.DataFrame:
    numerator, denominator = (part.take(inside) for part in columns[:2])
    labels = {"group": name, "period": known[inside].astype(str)}
    tables = [columns[2][each] for each in inside]
    frame = tidy_rows({measure: (numerator / denominator, MEASURES[measure][1])}, labels, tables)
    return frame.assign(numerator_count=numerator.value, denominator_count=denominator.value)


def _advice(measure: str, dimension: str) -> str:
    """Return what to do about a question that the snapshot does not cover."""
    if measure == "long_term_share":
        return "It needs the band of five years or longer (5y+): pull 85585NED, or ask for another measure."
    advice = f"Choose other groups ({name_some(DIMENSIONS)}), 'total', or a snapshot with the whole tables."
    return advice + dimension_note(dimension)
