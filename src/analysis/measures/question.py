"""A question on the figures: one measure, one or two groups (crossings too), the periods between two ends.

A question that the snapshot cannot answer is refused with the reason and the nearest one that it can. A missing cell
within the period is refused, never left out silently; a provisional one is used, with its status in the frame; rounding
is in the interval of each row; people of unknown attributes are in the total, and so in the rest, and in no group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.classifications.selection import dimension_note
from analysis.errors import CallError, CoverageError, check_choice, name_some
from analysis.intervals.rounded import Rounded
from analysis.measures.answerable import ENOUGH, Figures, advice, figures_of, nearest_question
from analysis.measures.comparison import REST, groups_text
from analysis.measures.fractions import MEASURES
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.measures.windows import check_order, parse_bound
from analysis.snapshots.store import Snapshot, check_snapshot
from analysis.summary import SelfDescribing, Summary


@dataclass(frozen=True, eq=False, repr=False)
class Question(SelfDescribing):
    """A question with the cells that answer it.

    ``groups`` are one name (the total) or two, of ``dimension``. ``cells`` is a tidy frame: ``group, period``, the
    printed counts ``numerator_count`` and ``denominator_count``, and the measure with its rounding interval; the first
    group comes first. ``available`` are the periods of the longest run that the snapshot has, and
    ``snapshot`` is its name, with the word simulated where its figures are.
    """

    measure: str
    dimension: str
    groups: tuple[str, ...]
    cells: pd.DataFrame
    available: tuple[str, ...] = ()
    snapshot: str = ""

    def summary(self) -> Summary:
        """Return what was asked, of which periods and tables, and how to test it."""
        values = self.cells.groupby("group", sort=False)["value"]
        facts = {
            "groups": groups_text(self.dimension, self.groups) + (", all others" if REST in self.groups else ""),
            "measure": " / ".join(MEASURES[self.measure]),
            "periods": f"{len(self.periods)}: {self.periods[0]} to {self.periods[-1]}" if self.periods else "none",
            **{f"{name}, first and last": f"{each.iloc[0]:.3f}, {each.iloc[-1]:.3f}" for name, each in values},
            "figures": f"{self.snapshot}, table {join_tables(self.cells['tables'])}",
        }
        step = "run_test(question, test, alternative) from analysis.models.hypothesis.testing; question.cells"
        return Summary(f"Question: {self.measure} of {groups_text(self.dimension, self.groups)}", facts, step)

    @property
    def periods(self) -> list[str]:
        """The periods, in order."""
        return list(dict.fromkeys(self.cells["period"]))

    def within(self, periods: Sequence[str]) -> Question:
        """Return the same question over some of its periods, which are a list of texts such as ``2021Q1``."""
        return replace(self, cells=self.cells[self.cells["period"].isin(list(periods))].reset_index(drop=True))


def check_measure(measure: str) -> str:
    """Return a measure; raise a CallError for one that is unknown, or that counts benefits."""
    if "benefit" in str(measure):
        raise CallError(
            f"measure {measure!r}: benefits go to households (a couple is two persons and one benefit) and cannot be "
            f"compared with persons or moments. Of persons and moments: {name_some(MEASURES)}."
        )
    return check_choice("measure", measure, MEASURES)


def read_question(snapshot: Snapshot, measure: str, groups: str, start: str = "", end: str = "") -> Question:
    """Return the cells that answer a question.

    Parameters
    ----------
    snapshot : Snapshot
    measure : str
        One of ``MEASURES``. Rates are per person in the stock a quarter before, and a quarter; the exit rate is per
        person-year, the exposure being that of five quarter ends (trapezoid).
    groups : str
        As for `analysis.measures.comparison.compared_groups`.
    start, end : str
        Periods of any grain; an empty text is as far as the cells go.

    Raises
    ------
    CallError
        When the snapshot cannot answer it: group, band, period or cell; with the nearest thing that is possible.
    """
    check_snapshot(snapshot)
    try:
        figures = figures_of(snapshot, check_measure(measure), groups)
    except CoverageError as fault:
        raise CallError(f"{measure} by {groups}: {fault} {advice(snapshot, measure, groups)}") from fault
    bounds = {name: parse_bound(name, text) for name, text in (("start", start), ("end", end)) if text}
    if len(bounds) == 2:
        check_order(*bounds.values())
    if not figures.usable.any():
        near = advice(snapshot, measure, groups)
        raise CallError(f"snapshot {snapshot.name!r} has no period of {measure} by {groups}. {near}")
    try:
        inside = _covered(f"{measure} by {groups}: snapshot {snapshot.name!r}", figures, bounds)
    except CallError as fault:
        if len(figures.longest()) >= ENOUGH:
            raise
        near = nearest_question(snapshot, measure, groups)
        raise CallError(f"{fault} For a test that is too few; {near} has enough.") from fault
    frames = [_frame(measure, name, columns, figures.known, inside) for name, columns in figures.parts.items()]
    available = tuple(figures.longest().astype(str))
    return Question(measure, figures.dimension, tuple(figures.parts), combine(frames), available, snapshot.label)


def _covered(position: str, figures: Figures, bounds: dict[str, pd.Period]) -> np.ndarray:
    """Return the positions of the periods between the bounds that were given, in all of which there has to be a figure.

    Without a bound the figures begin and end where there are any.
    """
    known, some = figures.known, figures.known[figures.present]
    start, end = bounds.get("start", some[0]), bounds.get("end", some[-1])
    inside = (known.start_time >= start.start_time) & (known.end_time <= end.end_time)
    faults = []
    if start.start_time < some[0].start_time or end.end_time > some[-1].end_time or not inside.any():
        given = " and ".join(f"{name} {bound}" for name, bound in bounds.items())
        faults.append(f"it has figures from {some[0]} to {some[-1]}, which does not cover {given}" if given else "")
    if missing := list(known[inside & ~figures.present]):
        faults.append(f"missing: {name_some(missing)}")
    elif zeros := figures.zeros(np.flatnonzero(inside)):
        faults.append(f"a count of zero in {name_some(zeros)}, of which no ratio can be compared")
    if faults:
        near = figures.longest(inside) if (figures.usable & inside).any() else figures.longest()
        nearest = f"Nearest: start={str(near[0])!r}, end={str(near[-1])!r}"
        raise CallError(f"{position}: {'; '.join(faults)}. {nearest}.{dimension_note(figures.dimension)}")
    return np.flatnonzero(inside)


def _frame(
    measure: str, name: str, columns: tuple[Rounded, Rounded, list[str]], known: pd.PeriodIndex, inside: np.ndarray
) -> pd.DataFrame:
    numerator, denominator = (part.take(inside) for part in columns[:2])
    labels = {"group": name, "period": known[inside].astype(str)}
    tables = [columns[2][each] for each in inside]
    frame = tidy_rows({measure: (numerator / denominator, MEASURES[measure][1])}, labels, tables)
    return frame.assign(numerator_count=numerator.value, denominator_count=denominator.value)
