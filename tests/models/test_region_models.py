"""Regions compared: cases known by hand or by another formula, and what rounding and small counts widen."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.errors import CallError, CoverageError, DataError
from analysis.missing import UNDECIDED
from analysis.models.regions.associations import rank_correlation
from analysis.models.regions.background import explain, nearest
from analysis.models.regions.beta_binomial import fit_beta_binomial
from analysis.models.regions.change import change
from analysis.models.regions.counts import RegionCounts
from analysis.models.regions.funnel import funnel, funnel_curve
from analysis.models.regions.ranks import compare, ranks
from analysis.models.regions.shrinkage import expected_by_size, shrink


@pytest.fixture
def level(monkeypatch):
    """What `make validate` measures shrunken rates against."""
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[2] / "tools" / "validate")
    from own_rates import level

    return level


def exact(count, exposure):
    return RegionCounts(count, count, count, exposure)


def in_tens(count, exposure):
    tens = (np.asarray(count) + 5) // 10 * 10
    return RegionCounts(tens, np.maximum(tens - 5, 0), tens + 5, exposure)


def alike(regions=200, rate=0.02, seed=1, between=0.0):
    """Regions of 1,000 to a million inhabitants, with a normal spread of the logarithm of their rates."""
    rng = np.random.default_rng(seed)
    exposure = np.round(np.exp(rng.uniform(np.log(1_000), np.log(1_000_000), regions)))
    rates = rate * np.exp(between * rng.standard_normal(regions) - between**2 / 2)
    return rng.binomial(exposure.astype(int), rates).astype(float), exposure, rates


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([10], [5], [15], [0]), "exposure 0"),
        (([np.nan], [5], [15], [100]), "count nan"),
        (([20, 30], [15, 35], [25, 45], [100, 100]), "1 of 2 cannot be used, the first is number 1"),
        (([20, 30], [15], [25], [100]), "four columns of one length"),
    ],
)
def test_counts_that_cannot_be_used_are_refused(columns, message):
    with pytest.raises(DataError, match=message):
        RegionCounts(*columns)


def test_a_part_cannot_exceed_its_whole_but_a_number_can(level):
    counts = exact([120.0], [100.0])
    with pytest.raises(DataError, match="use the family 'poisson'"):
        level(counts)
    assert level(counts, family="poisson").value == pytest.approx([1.2])
    with pytest.raises(CallError, match="expected one of binomial, poisson"):
        level(counts, family="normal")


def test_a_printed_part_that_rounding_lifted_above_its_whole_is_all_of_it(level):
    counts = RegionCounts([10.0], [5.0], [15.0], [7.0])
    found = level(counts)
    assert found.value == 1
    assert found.hi <= 1


def test_where_nobody_is_counted_nothing_is_compared():
    nobody = in_tens(np.zeros(40), np.full(40, 1e3))
    for model in (shrink, funnel, lambda counts: change(counts, counts, 0.5)):
        with pytest.raises(CoverageError, match="somebody counted, found 0 in all 40"):
            model(nobody)
    with pytest.raises(CoverageError, match="somebody counted"):
        explain(nobody, np.arange(40.0)[:, None], ["a"])


def test_a_level_without_rounding_is_that_of_jeffreys(level):
    counts = exact([7.0, 300.0], [500.0, 10_000.0])
    found = level(counts)
    assert found.lo == pytest.approx(stats.beta.ppf(0.025, [7.5, 300.5], [493.5, 9700.5]))
    assert found.hi == pytest.approx(stats.beta.ppf(0.975, [7.5, 300.5], [493.5, 9700.5]))
    many = level(counts, family="poisson")
    assert many.hi == pytest.approx(stats.gamma.ppf(0.975, [7.5, 300.5]) / [500, 10_000])


def test_rounding_widens_the_level_of_a_small_region_and_hardly_that_of_a_large_one(level):
    one, other = level(in_tens([20, 20_000], [1e3, 1e6])), level(exact([20.0, 20_000.0], [1e3, 1e6]))
    wider = (one.hi - one.lo) / (other.hi - other.lo)
    # uniform over ten adds 100 / 12 to a variance of about 20 and of 20,000
    assert wider == pytest.approx(np.sqrt([1 + 100 / 12 / 20, 1]), rel=0.05)


def test_limits_of_chance_are_those_of_the_binomial():
    count, exposure, _ = alike()
    found = funnel(exact(count, exposure), overdispersed=False)
    law = stats.binom(exposure, found.target)
    for number, confidence in enumerate(found.confidence):
        within = law.cdf(np.floor(found.upper[number] * exposure)) - law.cdf(
            np.ceil(found.lower[number] * exposure) - 1
        )
        assert within.mean() == pytest.approx(confidence, abs=0.004)
    assert found.tau == 0
    curve = funnel_curve(found, exposure)
    assert curve[0] == pytest.approx(found.lower)
    assert curve[1] == pytest.approx(found.upper)


def test_differences_between_regions_widen_the_funnel_and_one_far_region_does_not():
    count, exposure, _ = alike(between=0.3)
    found = funnel(exact(count, exposure))
    assert 0.003 < found.tau_rate < 0.009  # 0.3 of 2 percent, with the errors of an estimate from 200 regions
    assert 0.9 < (found.verdict[0] == "inside").mean() < 0.99
    far = count.copy()
    far[np.argmax(exposure)] *= 8
    target = np.full(len(count), 0.02)
    plain, moved = (funnel(exact(each, exposure), target) for each in (count, far))
    assert moved.tau == pytest.approx(plain.tau, rel=0.05)
    assert moved.verdict[1, np.argmax(exposure)] == "above"


def test_the_smallest_regions_have_limits_from_nothing_to_all():
    counts = in_tens([0, 0, 10, 0, 10, 300], [5, 50, 100, 200, 400, 10_000])
    found = funnel(counts)
    assert (found.lower[:, :3] == 0).all()
    assert (found.upper <= 1).all()
    assert np.isfinite(found.z).all()
    assert (funnel(counts, family="poisson").upper >= found.lower).all()


def test_a_region_whose_rounding_crosses_a_limit_is_left_open():
    count, exposure, _ = alike(60)
    at = int(np.argmin(np.abs(exposure - 2_000)))
    upper = funnel(in_tens(count, exposure), overdispersed=False).upper[0, at] * exposure[at]
    verdicts = []
    for number in (0.02 * exposure[at], upper, 2 * upper):
        counts = in_tens(count, exposure)
        counts.count[at], counts.lo[at], counts.hi[at] = number, number - 5, number + 5
        verdicts.append(funnel(counts, np.full(len(count), 0.02), overdispersed=False).verdict[0, at])
    assert verdicts == ["inside", UNDECIDED, "above"]


def test_regions_that_are_alike_shrink_to_one_rate_and_large_ones_that_differ_do_not():
    count, exposure, _ = alike()
    found = shrink(exact(count, exposure))
    assert found.spread < 0.02
    assert found.value == pytest.approx(np.full(200, count.sum() / exposure.sum()), rel=0.05)
    count, exposure, rates = alike(between=0.4)
    found = shrink(exact(count, exposure))
    assert found.spread_lo < 0.4 < found.spread_hi
    large = exposure > 300_000
    assert (found.weight[large] > 0.98).all()
    assert found.value[large] == pytest.approx(count[large] / exposure[large], rel=0.01)
    # gamma with variance mean^2 c^2: a region's own figure weighs n / (n + 1 / (mean c^2)), nearly so for a beta
    assert found.weight == pytest.approx(exposure / (exposure + 1 / (found.expected * found.spread**2)), rel=0.05)
    for family in ("binomial", "poisson"):
        held = shrink(in_tens(count, exposure), family=family)
        assert 0.9 <= np.mean((held.lo <= rates) & (rates <= held.hi)) <= 0.99


def test_shrinkage_goes_to_what_the_background_expects(level):
    rng = np.random.default_rng(4)
    exposure = np.full(80, 2_000.0)
    background = np.repeat([0.01, 0.04], 40)
    count = rng.binomial(2_000, background).astype(float)
    found = shrink(exact(count, exposure), background)
    assert found.value == pytest.approx(background, rel=0.15)
    own = level(exact(count, exposure))
    assert (found.hi - found.lo).mean() < 0.5 * (own.hi - own.lo).mean()


def test_expected_by_size_follows_a_rate_that_goes_with_size():
    exposure = np.geomspace(1_000, 1_000_000, 60)
    rate = 0.01 * (exposure / 1_000) ** 0.1  # doubles over the range
    found = expected_by_size(exact(np.round(rate * exposure), exposure))
    assert found == pytest.approx(rate, rel=0.05)
    assert expected_by_size(exact(np.full(9, 20.0), np.full(9, 1e3))) == pytest.approx(np.full(9, 0.02))


def test_few_regions_are_refused_and_the_same_seed_gives_the_same_numbers():
    count, exposure, _ = alike(4)
    with pytest.raises(CoverageError, match="shrinkage needs 5 regions of one level at least, found 4"):
        shrink(exact(count, exposure))
    count, exposure, _ = alike(12, between=0.2)
    one, two, other = (shrink(in_tens(count, exposure), draws=500, seed=seed) for seed in (3, 3, 4))
    assert (one.draws == two.draws).all()
    assert not (one.draws == other.draws).any()


def test_ranks_and_pairs_of_draws_known_by_hand():
    draws = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [3.0, 2.0, 1.0], [3.0, 1.0, 2.0]])
    found = ranks(draws, part=0.3)
    assert found.expected.tolist() == [1, 2.5, 2.5]
    assert found.lo.tolist() == [1, 2, 2]
    assert found.hi.tolist() == [1, 3, 3]
    assert found.highest.tolist() == [1, 0, 0]
    pair = compare(draws, 1)
    assert pair.higher.tolist() == [1, 0.5, 0.5]
    assert pair.verdict.tolist() == ["higher", "", UNDECIDED]
    with pytest.raises(CallError, match="from 0 to 2"):
        compare(draws, 3)


def two_moments(regions=300, correlation=0.8, seed=2):
    rng = np.random.default_rng(seed)
    exposure = np.full(regions, 20_000.0)
    one, two = rng.standard_normal((2, regions))
    first = 0.02 * np.exp(0.3 * one)
    last = 0.02 * 1.1 * np.exp(0.3 * (correlation * one + np.sqrt(1 - correlation**2) * two))
    return [exact(rng.poisson(rate * exposure).astype(float), exposure) for rate in (first, last)], first, last


def test_a_high_level_lets_expect_a_fall():
    """With correlation 0.8 and equal spreads, four fifths of a distance remain, a little less through chance."""
    (before, after), first, last = two_moments()
    found = change(before, after, 0.0)
    assert found.common == pytest.approx(1.1, rel=0.05)
    assert found.correlation == pytest.approx(0.8, abs=0.1)
    distance = np.log(before.rate / 0.02)
    slope = np.polyfit(distance, np.log(found.expected), 1)[0]
    assert slope == pytest.approx(0.8 * 0.09 / (0.09 + 1 / 400) - 1, abs=0.06)
    assert 0.9 <= np.mean((found.expected_lo <= found.ratio) & (found.ratio <= found.expected_hi)) <= 0.99
    assert 0.9 <= np.mean((found.shrunken_lo <= last / first) & (last / first <= found.shrunken_hi)) <= 0.99
    assert set(found.verdict) == {"inside", "more", "less"}


def test_persons_who_stay_make_a_change_surer():
    """Variance of the logarithm of a ratio: 1/n + 1/m - 2 s/m, so half of it with s = 0.5 and equal counts."""
    counts = exact(np.full(20, 400.0), np.full(20, 20_000.0))
    wide, narrow = (change(counts, counts, staying) for staying in (0.0, 0.5))
    assert np.log(wide.ratio_hi) == pytest.approx(np.full(20, 1.96 * np.sqrt(2 / 400.5)), rel=1e-3)
    assert np.log(narrow.ratio_hi) == pytest.approx(np.log(wide.ratio_hi) / np.sqrt(2), rel=1e-3)
    with pytest.raises(CallError, match="from 0 to 1"):
        change(counts, counts, 1.5)


def test_a_change_of_few_persons_is_left_open():
    (before, after), _, _ = two_moments(40)
    before.count[0] = before.lo[0] = before.hi[0] = 10
    assert change(before, after, 0.5).verdict[0] == UNDECIDED


def test_the_beta_binomial_model_is_that_of_scipy_and_finds_its_coefficients():
    rng = np.random.default_rng(5)
    exposure = np.round(np.exp(rng.uniform(np.log(1_000), np.log(200_000), 400)))
    design = np.column_stack([np.ones(400), rng.standard_normal((400, 2))])
    mean = 1 / (1 + np.exp(-design @ [-4.0, 0.3, -0.1]))
    strength = 300.0
    count = rng.binomial(exposure.astype(int), rng.beta(mean * strength, (1 - mean) * strength)).astype(float)
    found = fit_beta_binomial(count, exposure, design)
    error = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.coefficients - [-4.0, 0.3, -0.1]) < 3 * error).all()
    assert found.correlation == pytest.approx(1 / 301, rel=0.25)

    def likelihood(coefficients, correlation):
        rate, weight = 1 / (1 + np.exp(-design @ coefficients)), 1 / correlation - 1
        return stats.betabinom.logpmf(count, exposure, rate * weight, (1 - rate) * weight).sum()

    best = likelihood(found.coefficients, found.correlation)
    for move in 0.5 * np.diag(error):
        assert likelihood(found.coefficients + move, found.correlation) < best
        assert likelihood(found.coefficients - move, found.correlation) < best


def test_what_cannot_be_explained_is_refused():
    count, exposure, _ = alike(60)
    one = np.random.default_rng(1).standard_normal(60)
    counts = exact(count, exposure)
    with pytest.raises(DataError, match="covariates same: missing somewhere, or the same in every region"):
        explain(counts, np.column_stack([one, np.ones(60)]), ["one", "same"])
    with pytest.raises(DataError, match="one of them follows from the others"):
        explain(counts, np.column_stack([one, 2 - one]), ["one", "other"])
    with pytest.raises(CoverageError, match="9 covariates need 80 regions at least, found 60"):
        explain(counts, np.random.default_rng(1).standard_normal((60, 9)), [*"abcdefghi"])


def test_a_background_that_has_nothing_to_do_with_rates_explains_nothing():
    count, exposure, _ = alike(between=0.3)
    noise = np.random.default_rng(9).standard_normal((200, 4))
    found = explain(exact(count, exposure), noise, [*"abcd"])
    assert found.share < 0.03
    assert found.share_fitted > found.share
    assert found.remaining_sd == pytest.approx(found.between_sd, rel=0.05)


def test_where_regions_do_not_differ_there_is_nothing_to_explain():
    count, exposure, _ = alike(60, seed=3)
    found = explain(in_tens(count, exposure), np.random.default_rng(9).standard_normal((60, 1)), ["a"], folds=3)
    assert np.isnan([found.share, found.share_lo, found.share_hi, found.share_fitted, found.share_quasi]).all()


@pytest.mark.parametrize(("regions", "correlation"), [(12, 0.0), (60, 0.5)])
def test_intervals_of_a_rank_correlation_hold(regions, correlation):
    """Of normal figures with this correlation: Spearman's is 6 / pi arcsin(r / 2) (Kruskal 1958, JASA 53)."""
    rng, held = np.random.default_rng(7), 0
    for _ in range(120):
        one, other = rng.standard_normal((2, regions))
        found = rank_correlation(one, correlation * one + np.sqrt(1 - correlation**2) * other)
        held += found.lo <= 6 / np.pi * np.arcsin(correlation / 2) <= found.hi
    assert 0.9 <= held / 120 <= 0.99  # three Monte Carlo errors are 0.06


def test_a_fit_to_chance_alone_has_a_solution():
    """The strength of the beta distribution has no end then, and noise of floats stops the search: 31 of 200 failed."""
    for seed in (4, 9, 18):
        rng = np.random.default_rng(seed)
        exposure = rng.integers(5_000, 200_000, 40)
        design = np.column_stack([np.ones(40), rng.standard_normal(40)])
        fit = fit_beta_binomial(rng.binomial(exposure, 0.05), exposure, design)
        assert fit.rates(design) == pytest.approx(0.05, rel=0.02)


def test_the_nearest_in_background_are_by_standard_deviations():
    covariates = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 300.0], [9.0, 900.0]])
    assert nearest(covariates, 0, 2).tolist() == [1, 2]
    with pytest.raises(CallError, match="no region number 4"):
        nearest(covariates, 4, 2)


def test_intervals_hold_and_the_explained_share_is_found_on_simulated_municipalities(monkeypatch):
    """One draw of 342; `make validate` has the many that decide. Margins are three Monte Carlo errors of one draw."""
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[2] / "tools" / "validate")
    import regions

    found = regions.world_figures(2, "normal")
    for name in ("level", "shrunken", "rank", "change", "change, shrunken", "remaining"):
        assert 0.91 <= found[name] <= 0.99, name
    assert abs(found["explained share"] - found["explained share, true"]) < 0.05
    null = regions.null_figures(2, "chance alone")
    assert null["inside 95, by chance alone"] == pytest.approx(0.95, abs=0.036)
