"""Rates drawn towards what regions have in common, the more so the less a region's own figure says.

Rates of regions have a gamma distribution (counts Poisson) or a beta distribution (counts binomial) around a common
mean or around what their background lets expect, with the same coefficient of variation c everywhere. Mean and c have a
posterior of their own, on a grid with flat priors for log(mean) and for c, and each draw of the rates uses a draw of
them: an interval from their best values alone would be too narrow (Morris 1983, JASA 78; Deely and Lindley 1981, JASA
76; Christiansen and Morris 1997, JASA 92).
"""

from dataclasses import dataclass

import numpy as np

from analysis.models.dispersion import check_confidence
from analysis.models.regions.beta_binomial import fit_beta_binomial
from analysis.models.regions.counts import BINOMIAL, RegionCounts, counted, require_regions

FEWEST = 5
"""Regions below which a spread between them says next to nothing."""
_WIDTH, _OF_MEAN, _OF_SPREAD = 3.5, 9, 15
"""The grid: so many standard errors to both sides, and points of the mean and of the coefficient of variation."""
_LEAST, _MOST = np.log(0.003), np.log(3.0)
"""Logarithms of the least and greatest coefficient of variation: regions that are alike, or have nothing in common."""


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Shrunken rates of R regions.

    Attributes
    ----------
    value, lo, hi : ndarray, shape (R,)
        Posterior mean and interval of the rate, count per unit of exposure.
    weight : ndarray, shape (R,)
        The part that a region's own figure has in its value; the rest is what is expected of it.
    expected : ndarray, shape (R,)
        What it is drawn towards: the common mean, or what its background lets expect, at the common level.
    spread, spread_lo, spread_hi : float
        Coefficient of variation of rates between regions around what is expected of them.
    draws : ndarray, shape (D, R)
        Draws of all rates from their joint posterior.
    """

    value: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    weight: np.ndarray
    expected: np.ndarray
    spread: float
    spread_lo: float
    spread_hi: float
    draws: np.ndarray


def shrink(
    counts: RegionCounts,
    expected: np.ndarray | None = None,
    confidence: float = 0.95,
    family: str = BINOMIAL,
    draws: int = 4000,
    seed: int = 1,
) -> Shrunken:
    """Return the rates of regions, each drawn towards what is expected of it.

    The interval holds the rate that a region's persons were exposed to, taken over all regions: among regions as
    different as these it holds so often. It is of process variation and of rounding. For a region far from the others
    it holds less often than for one near them.

    Parameters
    ----------
    counts : RegionCounts
        At least five regions of one level.
    expected : ndarray, shape (R,), optional
        Rates by background (`background.explain`) or by size (`expected_by_size`), right but for a common factor; by
        default all are alike.
    confidence : float
    family : {"binomial", "poisson"}
    draws, seed : int
        The same seed gives the same numbers.

    Raises
    ------
    CallError
        When the confidence or the family is none.
    CoverageError
        When there are fewer than five regions.
    """
    counts = counted(counts, family)
    require_regions(counts, FEWEST, "shrinkage")
    tail = (1 - check_confidence(confidence)) / 2
    base = np.ones(len(counts)) if expected is None else np.asarray(expected, float)
    base = base * counts.count.sum() / (base * counts.exposure).sum()
    points, probability = _hyperparameters(_Likelihood(counts, base, family))
    rng = np.random.default_rng(seed)
    chosen = np.bincount(rng.choice(len(points), size=draws, p=probability), minlength=len(points))
    rates = np.concatenate([
        _draw(counts, base, family, *point, number, rng) for point, number in zip(points, chosen, strict=True) if number
    ])  # fmt: skip
    order = np.sort(rates, axis=0)
    at = tail * (draws - 1)
    lo, hi = order[int(at)], order[draws - 1 - int(at)]
    spreads = np.sort(np.repeat(np.exp(points[:, 1]), chosen))
    mean, spread = (probability[:, None] * np.exp(points)).sum(axis=0)
    before = _strength(mean * base, spread, family)
    return Shrunken(
        rates.mean(axis=0), lo, hi, counts.exposure / (counts.exposure + before), mean * base,
        float(spread), float(spreads[int(at)]), float(spreads[draws - 1 - int(at)]), rates,
    )  # fmt: skip


def expected_by_size(counts: RegionCounts) -> np.ndarray:
    """Return the rate that is expected of regions of such an exposure, (R,): to shrink towards without a background.

    A beta-binomial model on the logarithm of the exposure. Where rates go with size, as they do in the Netherlands, a
    common mean is that of larger regions, and intervals of small ones then hold too seldom (docs/validation.md). Counts
    are a part of the exposure; raises a DataError where the model has no solution.
    """
    counts = counted(counts, BINOMIAL)
    size = np.log(counts.exposure)
    if size.std() == 0:
        return np.full(len(counts), counts.count.sum() / counts.exposure.sum())
    design = np.column_stack([np.ones(len(counts)), (size - size.mean()) / size.std()])
    return fit_beta_binomial(counts.count, counts.exposure, design).rates(design)


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """The marginal likelihood of (log mean factor, log coefficient of variation), counts being rounded."""

    counts: RegionCounts
    base: np.ndarray
    family: str

    def __call__(self, point: np.ndarray) -> float:
        from scipy.special import logsumexp

        if not _LEAST - 2 <= point[1] <= _MOST + 1:
            return -np.inf
        return float(logsumexp(_log_probability(self.counts, self.base, self.family, *point), axis=0).sum())


def _strength(mean: np.ndarray, spread: float, family: str) -> np.ndarray:
    """Return the exposure that the prior of each rate counts for: var = mean^2 c^2 solved for it."""
    if family == BINOMIAL:
        return np.maximum((1 - mean) / (mean * spread**2) - 1, 1e-3)
    return 1 / (mean * spread**2)


def _log_probability(counts: RegionCounts, base: np.ndarray, family: str, level: float, spread: float) -> np.ndarray:
    """Return the logarithm of the probability of each possible count, (S, R): negative- or beta-binomial."""
    from scipy.special import betaln, gammaln

    number, weight = counts.possible()
    mean, exposure = np.exp(level) * base, counts.exposure
    if family == BINOMIAL:
        mean = np.minimum(mean, 1 - 1e-9)
        strength = _strength(mean, np.exp(spread), family)
        first, second = mean * strength, (1 - mean) * strength
        orders = gammaln(exposure + 1) - gammaln(number + 1) - gammaln(exposure - number + 1)
        return weight + orders + betaln(number + first, exposure - number + second) - betaln(first, second)
    shape, expected = np.exp(-2 * spread), mean * exposure
    return (
        weight + gammaln(number + shape) - gammaln(shape) - gammaln(number + 1)
        + shape * np.log(shape / (shape + expected)) + number * np.log(expected / (shape + expected))
    )  # fmt: skip


def _hyperparameters(likelihood: _Likelihood) -> tuple[np.ndarray, np.ndarray]:
    """Return a grid of points around the best one, and the posterior probability of each."""
    from scipy.optimize import minimize

    start = np.array([0.0, np.log(0.3)])
    best = minimize(
        lambda point: -likelihood(point), start, method="Nelder-Mead", options={"xatol": 2e-3, "fatol": 1e-2}
    ).x
    best[1] = np.clip(best[1], _LEAST, _MOST)
    half = [_WIDTH * error for error in _errors(likelihood, best)]
    of_mean = best[0] + half[0] * np.linspace(-1, 1, _OF_MEAN)
    of_spread = np.linspace(max(best[1] - half[1], _LEAST), min(best[1] + half[1], _MOST), _OF_SPREAD)
    points = np.array([(one, two) for one in of_mean for two in of_spread])
    # a flat prior for c is exp(log c) on the grid of its logarithm
    value = np.array([likelihood(point) for point in points]) + points[:, 1]
    probability = np.exp(value - value.max())
    return points, probability / probability.sum()


def _errors(likelihood: _Likelihood, best: np.ndarray) -> list[float]:
    """Return the standard error of each by the curvature at the best point, within limits where it is flat."""
    errors = []
    for axis, (step, most) in enumerate(((0.02, 1.0), (0.05, 1.0))):
        move = np.eye(2)[axis] * step
        curvature = (2 * likelihood(best) - likelihood(best + move) - likelihood(best - move)) / step**2
        errors.append(float(np.clip(1 / np.sqrt(curvature), 1e-3, most)) if curvature > 0 else most)
    return errors


def _draw(
    counts: RegionCounts, base: np.ndarray, family: str, level: float, spread: float, number: int,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Draw rates given mean and spread: first the count behind the rounding, then the rate, (number, R)."""
    log_probability = _log_probability(counts, base, family, level, spread)
    part = np.exp(log_probability - log_probability.max(axis=0)).cumsum(axis=0)
    chosen = (rng.random((number, 1, len(counts))) * part[-1] > part).sum(axis=1)
    count = np.take_along_axis(counts.possible()[0], chosen, axis=0)
    mean = np.exp(level) * base
    strength = _strength(mean, np.exp(spread), family)
    if family == BINOMIAL:
        return rng.beta(count + mean * strength, counts.exposure - count + (1 - mean) * strength)
    return rng.gamma(count + mean * strength) / (counts.exposure + strength)
