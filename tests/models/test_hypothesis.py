"""A hypothesis on made figures with a known answer."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.errors import CallError
from analysis.measures.question import Question
from analysis.models.hypothesis import series, testing, variants
from analysis.models.hypothesis.detectable import OUTSIDE, minimal_detectable, smallest_effect

QUARTERS = [f"{year}Q{number}" for year in range(2018, 2024) for number in (1, 2, 3, 4)]
SEASON, OTHER = np.tile([0.9, 1.0, 1.2, 0.95], 6), np.tile([1.1, 0.9, 1.0, 1.05], 6)


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


def noisy(seed, deviation=0.03):
    return np.exp(np.random.default_rng(seed).normal(0, deviation, len(QUARTERS)))


def persistent(seed, deviation, correlation):
    """A first-order autoregression in its stationary state, as factors."""
    shocks = np.random.default_rng(seed).standard_normal(len(QUARTERS))
    for at in range(1, len(shocks)):
        shocks[at] = correlation * shocks[at - 1] + np.sqrt(1 - correlation**2) * shocks[at]
    return np.exp(deviation * shocks)


COMMON = noisy(1, 0.5) / 5
ENDS = ["value_lo", "value_hi"]


def ends(tested, kind):
    return tested.intervals.set_index("kind").loc[kind, ENDS].to_numpy(float)


@pytest.mark.parametrize("measure", ["outflow_ratio", "inflow_rate", "reinflow_share"])
def test_what_moves_both_groups_falls_out_of_their_difference_and_so_do_their_seasons(measure):
    """Finding 3: opposite seasons cost all power when they are not in the model; here the estimate is exact."""
    found = testing.run_test(question_with(1.5 * COMMON * SEASON, COMMON, measure), "difference", "higher")
    factor = 1.5 * np.exp(np.log(SEASON).mean())
    assert found.estimate == pytest.approx(factor, rel=1e-6)
    assert found.verdict == testing.SUPPORTED
    assert found.dispersion < 1.5
    low, high = ends(found, "both")
    assert low < factor < high < 1.1 * factor


def test_a_season_of_a_groups_own_costs_no_power():
    """Two groups of 6,500 moments a quarter, opposite seasons of 10 %, a true difference of 3 %: found in most runs."""
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rates = (1.03 * SEASON / np.exp(np.log(SEASON).mean()), OTHER / np.exp(np.log(OTHER).mean()))
        counts = [rng.poisson(3200 * rate) / 10_000 for rate in rates]
        found.append(testing.run_test(question_with(*counts, "inflow_rate")).verdict)
    assert found.count(testing.SUPPORTED) >= 17


def test_the_change_between_years_by_hand():
    """The first year 1, the last 0.8, of the first group; all 1 of the second: last over first."""
    year = np.repeat([1.0, 1.0, 1.0, 1.0, 1.0, 0.8], 4)
    pair = testing.run_test(question_with(year * COMMON * SEASON, COMMON), "change", "lower")
    alone = testing.run_test(question_with(0.2 * year * SEASON), "change", "lower")
    assert (pair.estimate, alone.estimate) == pytest.approx((0.8, 0.8))


def test_a_trend_is_the_factor_of_a_year():
    growth = 0.97 ** (np.arange(24) / 4)
    assert testing.run_test(question_with(growth * COMMON, COMMON), "trend").estimate == pytest.approx(0.97)
    assert testing.run_test(question_with(0.2 * growth * SEASON), "trend").estimate == pytest.approx(0.97)
    years = [str(year) for year in range(2012, 2026)]
    yearly = question_with(0.3 * 1.02 ** np.arange(14.0), None, "exit_rate", years)
    assert testing.run_test(yearly, "trend").estimate == pytest.approx(1.02)


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
    found = testing.run_test(question_with(0.2 * factor * noisy(4), 0.2 * noisy(5)), "difference", alternative)
    assert found.verdict == verdict
    assert (found.p_value < 0.025) == (verdict == "supported")


def test_shocks_that_last_leave_open_what_independent_quarters_would_support():
    """The same deviation of 4 %: the interval is wide where it lasts, narrow where it does not; the old one never."""
    wide, old = [], []
    for correlation in (0.0, 0.8):
        parts = []
        for seed in range(30):
            question = question_with(0.2 * persistent(seed, 0.04, correlation), [0.2] * 24, "inflow_rate")
            found = testing.run_test(question)
            plain = variants.independent_quarters(
                series.log_series(question), series.design_of(question, "difference"), 0.95
            )
            parts.append((np.diff(np.log(ends(found, "both")))[0], plain.hi - plain.lo))
        new, plain = np.mean(parts, axis=0)
        wide.append(new)
        old.append(plain)
    assert wide[1] > 1.6 * wide[0]
    assert old[1] < 1.3 * old[0]


def test_rounding_enters_the_verdict_once():
    """Finding 5: a true 6 % in groups of 400 a quarter, counts in tens: about as many are supported as have p < .05."""
    supported, small, hidden = 0, 0, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        first, second = (np.round(rng.poisson(400 * factor, 24), -1) / 4000 for factor in (1.06, 1.0))
        found = testing.run_test(question_with(first, second, "inflow_rate", below=4000.0))
        assert not series.log_series(found.question).alike
        supported += found.verdict == testing.SUPPORTED
        small += found.p_value < 0.05
        hidden += found.reason == testing.HIDDEN  # left open for another reason than rounding
    assert supported + hidden == small > 30
    assert supported > 20


def test_a_group_of_which_chance_hides_how_long_shocks_last_has_its_verdict_capped():
    """Groups of 400 and 20,000, shocks of 3 % with correlation 0.8: before, 11 % of true nulls were supported.

    Measured on 1,000 others (``docs/validation.md``); here the cap itself: whatever is supported stands at 0.8 too, and
    what does not says how many quarters it would take.
    """
    capped, supported = [], 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        first, second = (rng.poisson(size * persistent(1000 * seed + size, 0.03, 0.8)) / size for size in (400, 20_000))
        found = testing.run_test(question_with(first, second, "inflow_rate", below=400.0, width=1e-6))
        supported += found.verdict == testing.SUPPORTED
        if found.reason == testing.HIDDEN:
            capped.append(found)
    assert capped
    assert {found.verdict for found in capped} == {"cannot be decided"}
    assert all(found.p_value < 0.05 and found.quarters_needed > 24 for found in capped)
    assert supported <= 9  # 8 % of 60, and two standard errors


def test_two_stocks_say_how_many_quarters_their_difference_would_take():
    first = 0.45 * 1.02 * persistent(5, 0.03, 0.97)
    found = testing.run_test(question_with(first, [0.45] * 24, "long_term_share", below=100_000.0))
    assert (found.verdict, found.reason) == ("cannot be decided", testing.NO_POWER)
    assert found.quarters_needed > 48  # a correlation near 1 leaves one or two effective quarters of 24


def test_rounding_that_is_alike_in_all_quarters_moves_the_ends():
    """Figures that move by less than their rounding: its errors do not average out."""
    first, second = 0.16 * noisy(4, 1e-6), 0.155 * noisy(5, 1e-6)
    fine = testing.run_test(question_with(first, second, "inflow_rate", below=1e6, width=1.0))
    coarse = testing.run_test(question_with(first, second, "inflow_rate", below=1e6, width=10_000.0))
    assert (fine.verdict, coarse.verdict) == ("supported", "cannot be decided")
    low, high = ends(coarse, "rounding")
    assert np.log(high / coarse.estimate) == pytest.approx(np.log(165 / 160) + np.log(155 / 150), abs=1e-3)
    assert low < coarse.estimate < high


def test_two_stocks_that_drift_are_not_decided():
    """Long-term shares whose difference wanders (correlation 0.97): independent quarters support it in half."""
    new, old = [], []
    for seed in range(40):
        first = 0.45 * persistent(seed, 0.03, 0.97)
        question = question_with(first, [0.45] * 24, "long_term_share", below=100_000.0)
        new.append(testing.run_test(question).verdict)
        plain = variants.independent_quarters(
            series.log_series(question), series.design_of(question, "difference"), 0.95
        )
        old.append(not plain.lo < 0 < plain.hi)
    assert new.count(testing.SUPPORTED) <= 2
    assert np.mean(old) > 0.4


def test_where_no_test_holds_the_verdict_is_open_and_says_how_long_it_would_take():
    """A straight drift of a share: whatever the estimate, no number of years here tells it from a shock that lasts."""
    capped = []
    for seed in range(40):
        first = 0.45 * persistent(seed, 0.05, 0.999)
        found = testing.run_test(question_with(first, [0.45] * 24, "long_term_share", below=100_000.0))
        if found.reason == testing.TOO_PERSISTENT:
            capped.append(found)
    assert capped
    assert {found.verdict for found in capped} == {"cannot be decided"}
    assert all(found.quarters_needed > 100 for found in capped)


@pytest.mark.parametrize("test", series.TESTS)
def test_a_period_that_is_too_short_is_refused_with_what_is_possible(test):
    question = question_with([0.2] * 8, [0.2] * 8, periods=QUARTERS[:8])
    if test == "trend":
        with pytest.raises(CallError, match=r"at least 9 are needed.*Nearest: test='difference'\."):
            series.design_of(question, test)
    else:
        series.design_of(question, test)
    short = question_with([0.2] * 7, [0.2] * 7, periods=QUARTERS[:7])
    with pytest.raises(CallError, match=r"No test of so few figures is possible"):
        series.design_of(short, test)
    longer = dataclasses.replace(short, available=tuple(QUARTERS[:12]))
    with pytest.raises(CallError, match=r"Nearest: start='2018Q1', end='2020Q4'\."):
        series.design_of(longer, test)


def test_what_a_test_can_find_is_found_in_four_of_five_runs():
    """Drawn anew with the same shocks and chance: power at the detectable factor, from the period itself."""
    asked = question_with(0.2 * persistent(3, 0.04, 0.5), [0.2] * 24, "inflow_rate", below=30_000.0)
    about, design = series.log_series(asked), series.design_of(asked, "difference")
    known = testing.fit(about, design, 0.95)
    factor = np.exp(smallest_effect(about, design, known, 0.05))
    assert 1.01 < factor < 1.5
    runs = []
    for seed in range(100, 250):
        chance = noisy(1000 + seed, np.sqrt(about.chance))
        first = 0.2 * factor * persistent(seed, known.shock_sd, known.correlation) * chance
        runs.append(testing.run_test(question_with(first, [0.2] * 24, "inflow_rate", below=30_000.0)).verdict)
    assert abs(runs.count(testing.SUPPORTED) / 150 - 0.8) < 3 * np.sqrt(0.8 * 0.2 / 150)


@pytest.mark.parametrize(("name", "value"), [("test", "slope"), ("alternative", "above"), ("confidence", 95)])
def test_what_is_no_test_alternative_or_confidence(name, value):
    with pytest.raises(CallError, match=name):
        testing.run_test(question_with(0.2 * COMMON, 0.2 * COMMON), **{name: value})


def test_the_alternatives_and_specifications_of_a_published_question(published):
    from analysis.measures.question import read_question

    tested = testing.run_test(read_question(published, "outflow_ratio", "total"), "trend", "lower")
    others = variants.alternatives(published, tested)
    assert list(others["varied"]) == ["asked", "period", "period", "test", "test"]
    assert others.loc[0, "estimate"] == tested.estimate
    assert list(others["outcome"])[3] == variants.UNTESTABLE
    assert others.loc[3, ["estimate", "p"]].isna().all()
    assert (others["p_value"].dropna() >= others["p"].dropna()).all()
    curve = variants.specifications(published, tested)
    assert curve["estimate"].is_monotonic_increasing
    asked = curve[curve["asked"]]
    assert len(asked) == 1
    assert asked["estimate"].iloc[0] == tested.estimate
    assert set(curve["measure"]) == {"outflow_ratio", "outflow_rate"}
    assert set(curve["method"]) == {variants.PERSISTENT, variants.INDEPENDENT}
    part = read_question(published, "outflow_ratio", "total", "2022Q1", "2023Q4")
    assert minimal_detectable(published, part, "change", 0.95).basis == OUTSIDE
