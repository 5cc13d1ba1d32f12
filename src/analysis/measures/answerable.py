"""What a snapshot can answer: the figures of a question, where they are whole, and the nearest question that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.classifications.categories import CATEGORIES, TOTAL, USUAL_TOTALS
from analysis.classifications.durations import named_bands
from analysis.classifications.groups import GROUPS, LONG_TERM, MONITOR, Group
from analysis.classifications.selection import check_dimension, dimension_note, find_group
from analysis.cleaning.cells import classes_of
from analysis.errors import CallError, CoverageError, check_choice, name_some
from analysis.intervals.rounded import Rounded
from analysis.measures.comparison import AND, DIMENSIONS, VERSUS, compared_groups, groups_text, single_dimensions
from analysis.measures.fractions import MEASURES, fraction_of, periods_of
from analysis.missing import PRESENT
from analysis.snapshots.store import PRACTICE, Snapshot

ENOUGH = 9
"""Periods that every test can be made of."""
_PRACTICE_DIMENSIONS = frozenset(("age", "birth", "origin", "sex", "duration"))
"""Those of the snapshot ``practice``, which has the groups of the tables that CBS keeps up to date."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Numerator, denominator and tables of each group of a question, in all periods that the tables know."""

    dimension: str
    parts: dict[str, tuple[Rounded, Rounded, list[str]]]
    known: pd.PeriodIndex

    @cached_property
    def present(self) -> np.ndarray:
        """Whether no number of a period is missing."""
        return np.logical_and.reduce(
            [part.missing == PRESENT for columns in self.parts.values() for part in columns[:2]]
        )

    @cached_property
    def usable(self) -> np.ndarray:
        """Whether no number of a period is missing, or zero: of zero no ratio can be compared."""
        counts = [part.value for columns in self.parts.values() for part in columns[:2]]
        return self.present & np.logical_and.reduce([np.nan_to_num(count) > 0 for count in counts])

    def longest(self, inside: np.ndarray | None = None) -> pd.PeriodIndex:
        """Return the longest run of usable periods, of all or of those inside."""
        found = np.flatnonzero(self.usable if inside is None else self.usable & inside)
        runs = np.split(found, np.flatnonzero(np.diff(found) > 1) + 1)
        return self.known[max(runs, key=len)]

    def zeros(self, at: np.ndarray) -> list[str]:
        """Return the groups and periods with a count of zero, among the positions."""
        counts = {name: np.minimum(columns[0].value, columns[1].value) for name, columns in self.parts.items()}
        return [f"{name} {self.known[each]}" for name, count in counts.items() for each in at if count[each] <= 0]


def figures_of(snapshot: Snapshot, measure: str, groups: str) -> Figures:
    """Return the figures of a question.

    Raises
    ------
    CallError
        When a group is none.
    CoverageError
        When the tables of the snapshot do not have the measure or the groups.
    """
    dimension, chosen = compared_groups(measure, groups)
    known = periods_of(snapshot, measure, dimension)
    parts = {name: fraction_of(snapshot, measure, group, known, dimension) for name, group in chosen.items()}
    return Figures(dimension, parts, known)


def answerable_periods(snapshot: Snapshot, measure: str, groups: str) -> pd.PeriodIndex:
    """Return the longest run of periods in which a snapshot answers a question; none where it cannot."""
    try:
        return figures_of(snapshot, measure, groups).longest()
    except (CallError, CoverageError):
        return pd.PeriodIndex([], freq="Q-DEC")


def groups_of(dimension: str) -> list[str]:
    """Return the names of the groups of a dimension: those of the monitors, else those of documents on duration."""
    return [group.name for group in MONITOR.get(dimension) or LONG_TERM.get(dimension, ())]


def nearest_question(snapshot: Snapshot, measure: str, groups: str) -> str:
    """Return the nearest question that the snapshot answers, as the parameters that ask it; ``""`` when there is none.

    Each was tried: the first with enough periods for a test, else the one with most.
    """
    best, longest = "", 0
    for other, text in _candidates(measure, groups):
        length = len(answerable_periods(snapshot, other, text))
        if length > longest:
            best = f"groups={text!r}" if other == measure else f"measure={other!r}, groups={text!r}"
            longest = length
        if longest >= ENOUGH:
            break
    return best


def _candidates(measure: str, groups: str) -> Iterator[tuple[str, str]]:
    """Yield questions from near to far: a part of the crossing, another dimension, the total, another measure."""
    parts = [part.strip() for each in groups.split(VERSUS.strip()) for part in each.split(AND.strip())]
    named = dict.fromkeys(parts) if len(parts) > 1 else {}
    asked = {part.partition(":")[0] for part in parts}
    pairs = [
        groups_text(each, tuple(groups_of(each)[:2])) for each in DIMENSIONS if each not in asked and groups_of(each)
    ]
    yield from ((measure, text) for text in [*named, *pairs, TOTAL] if text != groups)
    yield from ((other, text) for text in (groups, TOTAL) for other in MEASURES if other != measure)


def advice(snapshot: Snapshot, measure: str, groups: str) -> str:
    """Return what to do about a question that the snapshot does not answer, each of it tried."""
    near = nearest_question(snapshot, measure, groups)
    text = f"Nearest: {near}." if near else "It answers no question."
    dimensions = single_dimensions(compared_groups(measure, groups)[0])
    if snapshot.kind != "simulated" and _PRACTICE_DIMENSIONS.issuperset(dimensions):
        text += f" The same question on simulated figures: snapshot={PRACTICE!r}; on the whole tables: `bijstand pull`."
    return text + "".join(map(dimension_note, dimensions))


def what_can_i_ask(snapshot: Snapshot, measure: str = "") -> pd.DataFrame:
    """Return the questions that a snapshot answers: one row a measure and dimension.

    Parameters
    ----------
    snapshot : Snapshot
    measure : str, optional
        One of ``MEASURES``; by default all, which takes some seconds on whole tables.

    Returns
    -------
    DataFrame
        ``measure``, ``dimension`` (with ``total``), ``groups`` (a text that `read_question` takes as it is: two groups,
        else one against all others), ``first_period, last_period, periods`` (the longest run without a missing or zero
        count), ``answered_by`` (numerator and denominator).
    """
    rows = []
    for name in [check_choice("measure", measure, MEASURES)] if measure else MEASURES:
        for dimension in (TOTAL, *DIMENSIONS, *(["duration"] if name == "exit_rate" else [])):
            names = ["<2y", ">5y"] if dimension == "duration" else groups_of(dimension) or ["western", "non-western"]
            text = TOTAL if dimension == TOTAL else groups_text(dimension, tuple(names[:2]))
            found = answerable_periods(snapshot, name, text)
            if len(found):
                ends = {"first_period": str(found[0]), "last_period": str(found[-1]), "periods": len(found)}
                named = {"measure": name, "dimension": dimension, "groups": text}
                rows.append(named | ends | {"answered_by": " / ".join(MEASURES[name])})
    columns = ["measure", "dimension", "groups", "first_period", "last_period", "periods", "answered_by"]
    return pd.DataFrame(rows, columns=columns)


def groups_in(snapshot: Snapshot, dimension: str = "") -> pd.DataFrame:
    """Return every group that questions name and a table of the snapshot has the classes for.

    Returns
    -------
    DataFrame
        ``dimension, group``, ``groups`` (the text that a question takes) and ``tables`` (those with all classes of a
        definition of it).

    Raises
    ------
    CallError
        When there is no such dimension.
    """
    classes = {table: classes_of(snapshot.metadata(table)) for table in snapshot.manifest.tables}
    rows = []
    for each in (*DIMENSIONS, "duration") if not dimension else [check_dimension(dimension, (*DIMENSIONS, "duration"))]:
        for group in known_groups(each):
            tables = [table for table, known in classes.items() if _divisible(group, known)]
            if tables:
                rows.append({"dimension": each, "group": group.name, "groups": groups_text(each, (group.name,))})
                rows[-1]["tables"] = name_some(tables)
    return pd.DataFrame(rows, columns=["dimension", "group", "groups", "tables"])


def known_groups(dimension: str) -> list[Group]:
    """Return every group of a dimension but its totals."""
    bands = [band.name for band in named_bands()] if dimension == "duration" else []
    names = [*CATEGORIES.get(dimension, ()), *GROUPS.get(dimension, ()), *bands]
    found = (find_group(dimension, name) for name in names if name not in (*USUAL_TOTALS, "unknown"))
    return list({group.name: group for group in found}.values())


def _divisible(group: Group, classes: dict[str, dict[str, str]]) -> bool:
    return any(
        all(name in classes.get(each, ()) for _, named in terms for each, name in named.items())
        for terms in group.definitions
    )


def periods_in(snapshot: Snapshot, measure: str = "", groups: str = TOTAL) -> pd.DataFrame:
    """Return the periods in which measures of groups are known, a row a measure.

    Returns
    -------
    DataFrame
        ``measure, groups``; ``first_period, last_period, periods`` of the longest run in which nothing is missing or
        zero, and ``also`` the other periods that are known.

    Raises
    ------
    CallError
        When there is no such measure or group, or the snapshot has nothing of it, with the nearest that it has.
    """
    rows = []
    for name in [check_choice("measure", measure, MEASURES)] if measure else MEASURES:
        try:
            figures = figures_of(snapshot, name, groups)
        except CoverageError as fault:
            if measure:
                raise CallError(f"{name} by {groups}: {fault} {advice(snapshot, name, groups)}") from fault
            continue
        run = figures.longest()
        if measure and run.empty:
            position = f"snapshot {snapshot.name!r} has no period of {name} by {groups}."
            raise CallError(f"{position} {advice(snapshot, name, groups)}")
        if len(run):
            other = figures.known[figures.usable].difference(run)
            ends = {"first_period": str(run[0]), "last_period": str(run[-1]), "periods": len(run)}
            rows.append({"measure": name, "groups": groups} | ends | {"also": name_some(other)})
    return pd.DataFrame(rows, columns=["measure", "groups", "first_period", "last_period", "periods", "also"])
