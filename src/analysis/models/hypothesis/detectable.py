"""What a test could find: the smallest difference that it would support in four of five cases, known before it runs."""

from dataclasses import dataclass

import numpy as np

from analysis.errors import CallError
from analysis.measures.comparison import groups_text
from analysis.measures.question import Question, read_question
from analysis.models.hypothesis.series import Design, LogSeries, design_of, log_series
from analysis.models.hypothesis.testing import HIDING, fit
from analysis.models.persistence import Coefficient, p_values
from analysis.snapshots.store import Snapshot

POWER = 0.8
OUTSIDE, INSIDE = "outside the period", "the period itself"
_DRAWS, _SEED, _STEPS = 400, 8, 12
_LARGEST = np.log(10.0)
"""A factor of ten, or a tenth: what cannot be found below that is not found at all."""


@dataclass(frozen=True)
class Detectable:
    """The smallest factor above 1 that a test supports with a chance of 80 %, and the figures that this is taken from.

    ``factor`` is infinite where even a factor of ten is not found. ``basis`` is `OUTSIDE` where figures before or after
    the period asked give shocks and persistence, else `INSIDE`: then it describes the test that was run.
    """

    factor: float
    basis: str
    first_period: str
    last_period: str


def minimal_detectable(snapshot: Snapshot, question: Question, test: str, confidence: float) -> Detectable:
    """Return the smallest effect that a test of a question finds with a chance of 80 %.

    Raises
    ------
    CallError
        As `design_of`.
    """
    design, asked = design_of(question, test), log_series(question)
    outside = _outside(snapshot, question)
    figures = outside or question
    try:
        known = fit(log_series(figures), design_of(figures, "trend"), confidence)
    except CallError:  # eight quarters are enough for a difference, and not for a trend
        known = fit(asked, design, confidence)
    factor = float(np.exp(smallest_effect(asked, design, known, 1 - confidence)))
    return Detectable(factor, OUTSIDE if outside else INSIDE, figures.periods[0], figures.periods[-1])


def _outside(snapshot: Snapshot, question: Question) -> Question | None:
    """Return the same question over the longer of the periods before and after it, where that is long enough."""
    try:
        everything = read_question(snapshot, question.measure, groups_text(question.dimension, question.groups))
    except CallError:  # a gap somewhere
        return None
    known = everything.periods
    first, last = known.index(question.periods[0]), known.index(question.periods[-1])
    part = everything.within(max(known[:first], known[last + 1 :], key=len))
    try:
        design_of(part, "trend")
    except (CallError, IndexError):  # too few periods, or none
        return None
    return part


def smallest_effect(asked: LogSeries, design: Design, known: Coefficient, level: float) -> float:
    """Return the logarithm of the smallest effect whose test rejects in `POWER` of series drawn with such shocks."""
    rng = np.random.default_rng(_SEED)
    n, keep = len(asked.values), np.sqrt(1 - known.correlation**2)
    shocks = rng.standard_normal((_DRAWS, n))
    for at in range(1, n):
        shocks[:, at] = known.correlation * shocks[:, at - 1] + keep * shocks[:, at]
    drawn = known.shock_sd * shocks + np.sqrt(asked.chance) * rng.standard_normal((_DRAWS, n))

    def power(effect: float) -> float:
        series = drawn + effect * design.effect
        found, longest = p_values(series, asked.chance, design.nuisance, design.tested, design.contrast, asked.shocks)
        if np.sqrt(asked.chance) > HIDING:
            found = np.fmax(found, longest)
        return float(((found < level) & (series @ design.weights > 0)).mean())

    low, high = 0.0, _LARGEST
    if power(high) < POWER:
        return float("inf")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high
