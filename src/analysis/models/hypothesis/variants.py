"""Other choices that were as plausible: one at a time (`alternatives`), and all together (`specifications`)."""

from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import LONG_TERM, MONITOR
from analysis.errors import CallError
from analysis.measures.comparison import REST, VERSUS, compared_groups, groups_text, other_groups
from analysis.measures.question import Question, read_question
from analysis.missing import UNDECIDED
from analysis.models.dispersion import student
from analysis.models.hypothesis.series import TESTS, Design, LogSeries, design_of, log_series
from analysis.models.hypothesis.testing import (
    SUPPORTED,
    HypothesisTest,
    cap,
    fit,
    one_sided,
    run_test,
    tables_of,
    verdict_of,
)
from analysis.models.multiplicity import holm
from analysis.models.persistence import Coefficient
from analysis.snapshots.store import Snapshot, check_snapshot

UNTESTABLE = "cannot be tested"
PERSISTENT, INDEPENDENT = "shocks that persist", "independent quarters"
"""How a specification takes the quarters. The second is there to show what difference it makes: its level does not
hold (``docs/validation.md``)."""
RELATED = (("outflow_ratio", "outflow_rate", "exit_rate"),)
"""Measures that a question on outflow can be asked with."""
_FOUR_YEARS = 16


def alternatives(snapshot: Snapshot, tested: HypothesisTest) -> pd.DataFrame:
    """Return the variants of a question: the other groups of the dimension, half periods and other tests.

    Returns
    -------
    DataFrame
        One row a variant, the question as asked first: ``varied`` (``asked``, ``groups``, ``period``, ``test``),
        ``test, first, second, first_period, last_period``, ``estimate`` with its interval ``estimate_lo, estimate_hi``,
        ``p`` and ``p_value`` (Holm 1979, over the variants of groups, of periods and of tests, each separately);
        ``outcome``, the verdict of each, which Holm's p has to confirm; and ``tables``. Where the cells do not allow a
        variant its numbers are missing and the outcome is ``cannot be tested``.
    """
    check_snapshot(snapshot)
    question = tested.question
    periods, half = question.periods, len(question.periods) // 2
    groups, whole = groups_text(question.dimension, question.groups), (periods[0], periods[-1])
    variants = [("asked", groups, whole, tested.test)]
    variants += [("groups", text, whole, tested.test) for text in _other_groups(question)]
    halves = [(whole[0], periods[half - 1]), (periods[half], whole[1])] if half else []
    variants += [("period", groups, part, tested.test) for part in halves]
    variants += [("test", groups, whole, test) for test in TESTS if test != tested.test]
    rows = pd.DataFrame([_variant(snapshot, tested, *variant) for variant in variants])
    for _, family in rows[rows["p"].notna()].groupby(rows["varied"].replace("asked", "groups")):
        rows.loc[family.index, "p_value"] = holm(family["p"])
    reopened = (rows["p_value"] >= 1 - tested.confidence) & (rows["outcome"] == SUPPORTED)
    return rows.assign(outcome=rows["outcome"].mask(reopened, UNDECIDED))


def _other_groups(question: Question) -> list[str]:
    """Return the other comparisons: the pairs of the classification of the groups, or each of its groups with the rest.

    Of two groups of different dimensions the first is varied.
    """
    dimension, own = question.dimension, [name for name in question.groups if name != REST]
    first, *second = dimension.split(VERSUS)
    if second:
        texts = [groups_text(dimension, (name, own[1])) for name in other_groups(first, (MONITOR, LONG_TERM), {own[0]})]
    else:
        names = other_groups(dimension, (MONITOR, LONG_TERM), set(own)) or (own if len(question.groups) == 2 else [])
        pairs = [(name, REST) for name in names] if REST in question.groups else list(combinations(names, 2))
        texts = [groups_text(dimension, pair) for pair in pairs if set(pair) != set(question.groups)]
    return [
        text for text in texts if text != groups_text(dimension, question.groups) and _is_comparison(question, text)
    ]


def _is_comparison(question: Question, text: str) -> bool:
    try:
        compared_groups(question.measure, text)
    except CallError:  # the two have people in common
        return False
    return True


def _variant(
    snapshot: Snapshot, tested: HypothesisTest, varied: str, groups: str, period: tuple[str, str], test: str
) -> dict[str, Any]:
    question = tested.question
    row = {"varied": varied, "test": test} | _labels(tuple(compared_groups(question.measure, groups)[1]), period)
    row |= dict.fromkeys(("estimate", "estimate_lo", "estimate_hi", "p", "p_value"), np.nan)
    try:
        other = read_question(snapshot, question.measure, groups, *period)
        found = run_test(other, test, tested.alternative, tested.confidence).outcome
    except CallError:
        return row | {"outcome": UNTESTABLE, "tables": tables_of(question)}
    ends = {"estimate": found["estimate"], "estimate_lo": found["lo"], "estimate_hi": found["hi"]}
    return row | ends | {"p": found["p"], "outcome": found["verdict"], "tables": tables_of(other)}


def _labels(groups: tuple[str, ...], periods: Sequence[str]) -> dict[str, str]:
    """Return which groups are compared, and over which period."""
    second = groups[1] if len(groups) == 2 else ""
    return {"first": groups[0], "second": second, "first_period": periods[0], "last_period": periods[-1]}


def specifications(snapshot: Snapshot, tested: HypothesisTest) -> pd.DataFrame:
    """Return the specification curve: the question with every combination of measure, groups, window and method.

    Returns
    -------
    DataFrame
        Ordered by estimate: ``measure, first, second, first_period, last_period, method``, ``asked`` (whether it is the
        question as asked), ``estimate`` with ``estimate_lo, estimate_hi``, ``p``, ``outcome`` and ``tables``. What the
        cells do not allow is left out.

    Notes
    -----
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4.
    """
    asked = tested.question
    measures = next((each for each in RELATED if asked.measure in each), (asked.measure,))
    rows = []
    for measure, groups in product(measures, _definitions(asked)):
        question = _read(snapshot, measure, groups, asked)
        for part in _windows(question) if question else []:
            same = (part.measure, part.groups, part.periods) == (asked.measure, asked.groups, asked.periods)
            rows += _by_method(part, tested, same)
    table = pd.DataFrame(rows).sort_values(["estimate", "measure", "first_period"], kind="stable")
    return table.reset_index(drop=True)


def _definitions(question: Question) -> list[str]:
    """Return the groups as asked, and the first of them against all others."""
    asked = groups_text(question.dimension, question.groups)
    if question.dimension == TOTAL:
        return [asked]
    return list(dict.fromkeys([asked, groups_text(question.dimension.split(VERSUS)[0], (question.groups[0], REST))]))


def _read(snapshot: Snapshot, measure: str, groups: str, asked: Question) -> Question | None:
    try:
        whole = read_question(snapshot, measure, groups)
    except CallError:
        return None
    years = (period[:4] for period in (asked.periods[0], asked.periods[-1]))
    first, last = (asked.periods[0], asked.periods[-1]) if "Q" in whole.periods[0] + asked.periods[0] else years
    inside = [period for period in whole.periods if first[: len(period)] <= period <= last]
    return whole.within(inside)


def _windows(question: Question) -> list[Question]:
    periods, half = question.periods, len(question.periods) // 2
    windows = [periods, periods[:half], periods[half:], periods[-_FOUR_YEARS:]]
    return [question.within(window) for window in dict.fromkeys(map(tuple, windows)) if window]


def _by_method(question: Question, tested: HypothesisTest, asked: bool) -> list[dict[str, Any]]:
    try:
        design, series = design_of(question, tested.test), log_series(question)
    except CallError:
        return []
    about, rows = {"measure": question.measure} | _labels(question.groups, question.periods), []
    for method, estimate in ((PERSISTENT, fit), (INDEPENDENT, independent_quarters)):
        found = estimate(series, design, tested.confidence)
        numbers = np.exp([found.estimate, found.lo, found.hi])
        ends = dict(zip(("estimate", "estimate_lo", "estimate_hi"), numbers, strict=True))
        outcome = verdict_of(found.lo, found.hi, tested.alternative)
        outcome = UNDECIDED if cap(found, series, tested.test, outcome, tested.confidence) else outcome
        p_value = one_sided(found, tested.alternative)
        rows.append(about | {"method": method, "asked": asked and method == PERSISTENT, **ends, "p": p_value,
                             "outcome": outcome, "tables": tables_of(question)})  # fmt: skip
    return rows


def independent_quarters(series: LogSeries, design: Design, confidence: float) -> Coefficient:
    """Return the coefficient by least squares with Student's t: right only if shocks do not last."""
    from scipy.stats import t

    columns = design.nuisance if design.contrast else np.column_stack([design.nuisance, design.tested])
    left = series.values - columns @ np.linalg.lstsq(columns, series.values, rcond=None)[0]
    df = len(left) - np.linalg.matrix_rank(columns)
    variance = max(float(left @ left) / df, series.chance)
    estimate, error = float(design.weights @ series.values), float(np.sqrt(variance * design.weights @ design.weights))
    half_width, p_value = student(confidence, df) * error, 2 * t.sf(abs(estimate) / error, df)
    sd = float(np.sqrt(variance - series.chance))
    return Coefficient(estimate, estimate - half_width, estimate + half_width, p_value, 0.0, sd, float(df), False)
