"""A coefficient of a short series: level, interval and invariances, on series drawn here with known shocks."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import CallError
from analysis.models.persistence import coefficient

N, CHANCE, SHOCK_SD = 24, 0.00062, 0.0424
SEASONS = np.eye(4)[np.arange(N) % 4]
TIME = np.arange(N) / 4 - (N - 1) / 8
LAST_LESS_FIRST = np.repeat([-0.25, 0.0, 0.25], [4, N - 8, 4])
DESIGNS = {
    "difference": (SEASONS[:, :3] - SEASONS[:, 3:], np.ones(N), False),
    "trend": (SEASONS, TIME, False),
    "change": (SEASONS, LAST_LESS_FIRST, True),
}


def drawn(correlation, replicates, seed=5):
    """Series of mean zero: a first-order autoregression in its stationary state, and chance."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal((replicates, N))
    for at in range(1, N):
        shocks[:, at] = correlation * shocks[:, at - 1] + np.sqrt(1 - correlation**2) * shocks[:, at]
    return SHOCK_SD * shocks + np.sqrt(CHANCE) * rng.standard_normal((replicates, N))


def run(series, test, **more):
    nuisance, tested, contrast = DESIGNS[test]
    return coefficient(series, CHANCE, nuisance, tested, contrast=contrast, **more)


@pytest.mark.parametrize("test", DESIGNS)
@pytest.mark.parametrize(("correlation", "most"), [(0.0, 0.07), (0.5, 0.07), (0.8, 0.08)])
def test_true_nulls_are_rejected_as_often_as_was_promised(test, correlation, most):
    """Three standard errors of 400 replicates are left for chance; `make validate` has the narrow margins."""
    p_values = np.array([run(series, test).p_value for series in drawn(correlation, 400)])
    assert (p_values < 0.05).mean() < most + 3 * np.sqrt(most * (1 - most) / 400)


def test_a_students_t_of_independent_quarters_rejects_four_in_ten_of_the_same_nulls():
    p_values = stats.ttest_1samp(drawn(0.8, 400), 0.0, axis=1).pvalue
    assert (p_values < 0.05).mean() > 0.35


@pytest.mark.parametrize("test", DESIGNS)
def test_the_interval_holds_what_the_test_does_not_reject(test):
    for series in drawn(0.6, 40):
        found = run(series, test)
        assert found.lo < found.estimate < found.hi
        if abs(found.p_value - 0.05) > 0.002:
            assert (found.lo < 0 < found.hi) == (found.p_value > 0.05)


@pytest.mark.parametrize("test", DESIGNS)
def test_seasons_fall_out_and_a_true_effect_is_added(test):
    _, tested, contrast = DESIGNS[test]
    (series,) = drawn(0.5, 1)
    season = SEASONS @ [0.3, -0.1, 0.2, -0.4]
    season = season if test == "trend" else season - season.mean()
    effect = 0.1 * tested / (tested @ tested if contrast else 1)
    one, other = run(series, test), run(series + season + effect, test)
    assert other.estimate - one.estimate == pytest.approx(0.1)


def test_the_unit_of_the_series_does_not_matter():
    (series,) = drawn(0.5, 1)
    nuisance, tested, _ = DESIGNS["difference"]
    one, other = (coefficient(k * series, k**2 * CHANCE, nuisance, tested) for k in (1.0, 100.0))
    assert (other.estimate, other.lo, other.hi) == pytest.approx((100 * one.estimate, 100 * one.lo, 100 * one.hi))
    assert (other.p_value, other.correlation) == pytest.approx((one.p_value, one.correlation))


def test_persistence_leaves_fewer_effective_observations():
    few, many = (np.mean([run(s, "difference").effective for s in drawn(r, 40)]) for r in (0.9, 0.0))
    assert few < 8 < many < N


def test_too_few_periods_are_refused():
    nuisance, tested, _ = DESIGNS["trend"]
    with pytest.raises(CallError, match="at least 4"):
        coefficient(np.zeros(8), CHANCE, nuisance[:8], tested[:8])
