"""A hypothesis on made figures with a known answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import CallError
from analysis.measures.question import Question
from analysis.models import hypothesis

QUARTERS = [f"{year}Q{number}" for year in (2019, 2020, 2021, 2022) for number in (1, 2, 3, 4)]


def question_with(first, second=None, measure="outflow_ratio", periods=QUARTERS, below=10_000.0, width=10.0):
    """Return a question with these values of the measure, one a period; the counts above have a rounding."""
    groups = {"men": first} if second is None else {"men": first, "women": second}
    frames = []
    for name, values in groups.items():
        above = np.asarray(values, float) * below
        lo, hi = (above - width / 2) / below, (above + width / 2) / below
        columns = {"group": name, "period": periods, "tables": "made", "value": above / below, "missing": ""}
        frames.append(
            pd.DataFrame(
                columns | {"value_lo": lo, "value_hi": hi, "numerator_count": above, "denominator_count": below}
            )
        )
    dimension = "total" if second is None else "sex"
    return Question(measure, dimension, tuple(groups), pd.concat(frames, ignore_index=True))


def shaken(seed, deviation=0.03):
    return np.exp(np.random.default_rng(seed).normal(0, deviation, len(QUARTERS)))


SWING = shaken(1, 0.5)
ENDS = ["value_lo", "value_hi"]


def ends(tested, kind):
    return tested.intervals.set_index("kind").loc[kind, ENDS].to_numpy(float)


@pytest.mark.parametrize("measure", ["outflow_ratio", "inflow_rate", "reinflow_share", "long_term_share"])
def test_what_moves_both_groups_falls_out_of_their_difference(measure):
    common = 0.2 * SWING / SWING.max()
    found = hypothesis.run_test(question_with(1.5 * common, common, measure), "difference", "higher")
    assert found.estimate == pytest.approx(1.5)
    assert found.verdict == hypothesis.SUPPORTED
    assert found.df == len(QUARTERS) - 1
    process, rounding, both = (ends(found, kind) for kind in ("process", "rounding", "both"))
    assert both[0] == pytest.approx(process[0] * rounding[0] / found.estimate)
    assert both[0] < process[0] < 1.5 < process[1] < both[1]


def test_the_change_between_years_by_hand():
    """Years 1, 1, 1 and 0.8 of the first group, all 1 of the second: the factor of the last year over the first."""
    year = np.repeat([1.0, 1.0, 1.0, 0.8], 4)
    pair = hypothesis.run_test(question_with(year * SWING, SWING), "change", "lower")
    alone = hypothesis.run_test(question_with(year * np.tile([0.9, 1.0, 1.2, 1.0], 4)), "change", "lower")
    assert (pair.estimate, alone.estimate) == pytest.approx((0.8, 0.8))
    assert (pair.df, alone.df) == (32 - 20, 16 - 7)


def test_a_trend_is_the_factor_of_a_year():
    growth = 0.97 ** (np.arange(16) / 4)
    assert hypothesis.run_test(question_with(growth * SWING, SWING), "trend").estimate == pytest.approx(0.97)
    assert hypothesis.run_test(
        question_with(growth * np.tile([0.9, 1.0, 1.2, 1.0], 4)), "trend"
    ).estimate == pytest.approx(0.97)
    years = [str(year) for year in range(2012, 2026)]
    yearly = question_with(0.3 * 1.02 ** np.arange(14.0), None, "exit_rate", years)
    assert hypothesis.run_test(yearly, "trend").estimate == pytest.approx(1.02)


def test_the_dispersion_is_that_of_the_model_by_formula():
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    question = question_with(1.2 * shaken(2), shaken(3))
    found = hypothesis.run_test(question)
    fit = smf.glm(
        "numerator_count + denominator_count ~ C(group, Treatment('women')) + C(period)",
        question.cells,
        family=sm.families.Binomial(),
    ).fit()
    assert np.log(found.estimate) == pytest.approx(fit.params.iloc[1])
    assert found.dispersion == pytest.approx(fit.pearson_chi2 / fit.df_resid)


def test_rounding_reach_is_close_to_the_worst_corner_and_never_short_of_it():
    question = question_with(1.2 * shaken(2), shaken(3), below=500.0)
    low, high = ends(hypothesis.run_test(question), "rounding")
    first = (question.cells["group"] == "men").to_numpy()
    corner = np.where(first, question.cells["value_hi"], question.cells["value_lo"]) * 500.0
    moved = Question("inflow_rate", "sex", question.groups, question.cells.assign(numerator_count=corner))
    highest = hypothesis.run_test(moved).estimate
    assert low < 1.2 < high
    assert high == pytest.approx(highest, rel=2e-3)


@pytest.mark.parametrize(
    ("factor", "alternative", "verdict"),
    [
        (1.5, "higher", "supported"),
        (1.5, "lower", "not supported"),
        (1.5, "different", "supported"),
        (0.7, "lower", "supported"),
        (1.001, "higher", "cannot be decided"),
        (1.001, "different", "cannot be decided"),
    ],
)
def test_verdicts(factor, alternative, verdict):
    found = hypothesis.run_test(question_with(factor * shaken(4), shaken(5)), "difference", alternative)
    assert found.verdict == verdict
    assert (found.p_value < 0.025) == (verdict == "supported")


def test_rounding_alone_can_leave_it_open():
    first, second = 0.16 * shaken(4, 1e-6), 0.155 * shaken(5, 1e-6)
    fine = hypothesis.run_test(question_with(first, second, "inflow_rate", below=20_000.0, width=1.0))
    coarse = hypothesis.run_test(question_with(first, second, "inflow_rate", below=20_000.0, width=400.0))
    assert (fine.verdict, coarse.verdict) == ("supported", "cannot be decided")
    assert fine.p_value == coarse.p_value


def test_successive_stocks_weigh_as_one():
    """More quarters of the same people say no more: the error is that of one stock of the mean size."""
    few, many = (
        hypothesis.run_test(question_with([0.45] * n, [0.5] * n, "long_term_share", QUARTERS[:n])).intervals.set_index(
            "kind"
        )
        for n in (8, 16)
    )
    error = np.sqrt((1 - 0.475) * (1 / 4500 + 1 / 5000))
    half_width = np.log(many.loc["process", "value_hi"] / 0.9)
    assert half_width == pytest.approx(hypothesis.student(0.95, 15) * error, rel=1e-6)
    assert np.log(few.loc["process", "value_hi"] / 0.9) == pytest.approx(hypothesis.student(0.95, 7) * error, rel=1e-6)


def test_coverage_when_both_groups_ride_the_same_wave():
    """Simulated: binomial flows with variation between groups and quarters; 95 % intervals cover about 95 %."""
    rng, covered, runs = np.random.default_rng(11), 0, 200
    for _ in range(runs):
        wave = rng.normal(0, 0.4, len(QUARTERS))
        drawn = []
        for factor in (1.1, 1.0):
            ratio = factor * np.exp(wave + rng.normal(0, 0.05, len(QUARTERS)))
            out = rng.binomial(10_000, ratio / (1 + ratio))
            drawn.append((out, 10_000 - out))
        question = question_with(*(out / into for out, into in drawn))
        above = np.concatenate([out for out, _ in drawn]).astype(float)
        below = np.concatenate([into for _, into in drawn]).astype(float)
        cells = question.cells.assign(numerator_count=above, denominator_count=below)
        exact = Question("outflow_ratio", "sex", question.groups, cells)
        low, high = ends(hypothesis.run_test(exact), "process")
        covered += low <= 1.1 <= high
    assert abs(covered / runs - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize(("name", "value"), [("test", "slope"), ("alternative", "above"), ("confidence", 95)])
def test_what_is_no_test_alternative_or_confidence(name, value):
    with pytest.raises(CallError, match=name):
        hypothesis.run_test(question_with(SWING, SWING), **{name: value})


def test_the_alternatives_of_a_published_question(published):
    from analysis.measures.question import read_question

    tested = hypothesis.run_test(read_question(published, "outflow_ratio", "sex: men, women"), "difference", "higher")
    variants = hypothesis.alternatives(published, tested)
    assert list(variants["varied"]) == ["asked", "period", "period", "test", "test"]
    assert variants.loc[0, "estimate"] == tested.estimate
    assert list(variants["outcome"])[3] == hypothesis.UNTESTABLE
    assert variants.loc[3, ["estimate", "p"]].isna().all()
    assert (variants["p_value"].dropna() >= variants["p"].dropna()).all()
    assert tested.summary["estimate"] == pytest.approx(1.015, abs=5e-4)
