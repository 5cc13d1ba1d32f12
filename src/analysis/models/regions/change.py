"""Change between two moments against regression to the mean: what a high level lets expect by itself.

Logarithms of the rates at both moments have a bivariate normal distribution between regions, and chance and rounding on
top of it (z ~ N(theta, V), theta ~ N(m, S); Carter and Rolph 1974, JASA 69, in two dimensions). S is estimated by
restricted maximum likelihood; its uncertainty and that of m go into every interval, by draws from their approximate
posterior.
"""

from dataclasses import dataclass

import numpy as np

from analysis.errors import CallError, DataError
from analysis.missing import UNDECIDED
from analysis.models.dispersion import check_confidence, normal
from analysis.models.regions.counts import RegionCounts, require_regions

MORE, INSIDE, LESS = "more", "inside", "less"
FEWEST = 8
FEWEST_PERSONS = 15
"""A printed count below which the logarithm of a rate is not near normal: in a simulation the interval of what a level
lets expect covered 86 to 89 % of regions with 0 or 10 persons, and 93 % or more of those with 20 and on."""
_DRAWS = 200


@dataclass(frozen=True, eq=False)
class Change:
    """Rate after over rate before of R regions, shape (R,) unless said otherwise.

    Attributes
    ----------
    ratio, ratio_lo, ratio_hi : ndarray
        By a region's own figures alone.
    expected, expected_lo, expected_hi : ndarray
        What its level before lets expect, with the interval in which its own ratio then lies: regression to the mean
        and the common change.
    shrunken, shrunken_lo, shrunken_hi : ndarray
        Ratio of the underlying rates, given both figures and how regions differ and change.
    verdict : ndarray of str
        ``more`` or ``less`` than its level lets expect, ``inside``, or that it cannot be decided: rounding leaves it
        open, or one of the counts is below 15.
    common : float
        The ratio of a region in the middle.
    correlation : float
        Of the underlying logarithms before and after, between regions.
    """

    ratio: np.ndarray
    ratio_lo: np.ndarray
    ratio_hi: np.ndarray
    expected: np.ndarray
    expected_lo: np.ndarray
    expected_hi: np.ndarray
    shrunken: np.ndarray
    shrunken_lo: np.ndarray
    shrunken_hi: np.ndarray
    verdict: np.ndarray
    common: float
    correlation: float


def change(
    before: RegionCounts, after: RegionCounts, staying: float, confidence: float = 0.95, seed: int = 1
) -> Change:
    """Return how the rate of each region changed, and how that compares with what was to be expected of its level.

    Intervals are of process variation (counts are Poisson, given the rates) and of rounding.

    Parameters
    ----------
    before, after : RegionCounts
        The same regions on the same map, in the same order; at least eight.
    staying : float
        The part of the persons of before who are counted after as well, from 0 to 1: the two counts share their chance
        so far (some 0.7 for recipients after a year; 1 less the yearly outflow rate). Taken too low, the interval of
        a region's own change is too wide, and that of the underlying change too narrow: the model then takes for
        steadiness of the rates what is persons who stayed.
    confidence : float
    seed : int

    Raises
    ------
    CallError
        When the confidence or ``staying`` is none, or the moments have other numbers of regions.
    CoverageError
        When there are fewer than eight regions.
    """
    if not 0 <= staying <= 1:
        raise CallError(f"staying {staying!r}: expected a part from 0 to 1, such as 0.7.")
    if len(before) != len(after):
        raise CallError(f"before has {len(before)} regions and after {len(after)}: expected the same, in one order.")
    require_regions(before, FEWEST, "change against regression to the mean")
    width = normal(check_confidence(confidence))
    figures = _Figures.of(before, after, staying)
    fit = _fit(figures)
    own = figures.logs[1] - figures.logs[0]
    error = width * np.sqrt(
        figures.chance[0] + figures.chance[2] - 2 * figures.chance[1] + figures.rounding.sum(axis=0)
    )
    expected, of_expected, shrunken, of_shrunken = _predictions(figures, fit, np.random.default_rng(seed))
    low, high = expected - width * of_expected, expected + width * of_expected
    ends = [np.log((end + 0.5) / after.exposure) - figures.logs[0] for end in (after.lo, after.hi)]
    inside = (ends[0] >= low) & (ends[1] <= high)
    few = np.minimum(before.count, after.count) < FEWEST_PERSONS
    cases, words = [few, inside, ends[0] > high, ends[1] < low], [UNDECIDED, INSIDE, MORE, LESS]
    verdict = np.select(cases, words, UNDECIDED).astype(object)
    return Change(
        *(np.exp(each) for each in (own, own - error, own + error, expected, low, high)),
        *(np.exp(shrunken + side * width * of_shrunken) for side in (0, -1, 1)),
        verdict, float(np.exp(fit.mean[1] - fit.mean[0])), float(np.tanh(fit.best[2])),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Figures:
    """Logarithms of the rates (2, R), their chance variances and covariance (3, R), variances of rounding (2, R)."""

    logs: np.ndarray
    chance: np.ndarray
    rounding: np.ndarray

    @classmethod
    def of(cls, before: RegionCounts, after: RegionCounts, staying: float) -> "_Figures":
        """Half a count is added, so that the logarithm has hardly any bias and an empty region a value."""
        both = (before, after)
        logs = np.array([np.log((each.count + 0.5) / each.exposure) for each in both])
        first, last = (each.count + 0.5 for each in both)
        shared = np.minimum(staying, last / first) / last  # of independent persons, those of both moments
        chance = np.array([1 / first, shared, 1 / last])
        rounding = np.array([each.rounding_variance / (each.count + 0.5) ** 2 for each in both])
        return cls(logs, chance, rounding)


@dataclass(frozen=True, eq=False)
class _Fit:
    """The best log standard deviations and atanh correlation, their covariance, and the mean at the best."""

    best: np.ndarray
    covariance: np.ndarray
    mean: np.ndarray


def _total(figures: _Figures, point: np.ndarray) -> np.ndarray:
    """Return variance before, covariance and variance after of the figures of each region, (3, R)."""
    first, last = np.exp(point[:2])
    between = np.array([first**2, first * last * np.tanh(point[2]), last**2])
    total = between[:, None] + figures.chance
    total[[0, 2]] += figures.rounding
    return total


def _inverse(total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the inverse of each symmetric two by two, in the same form, and its determinant."""
    determinant = total[0] * total[2] - total[1] ** 2
    return np.array([total[2], -total[1], total[0]]) / determinant, determinant


def _mean(figures: _Figures, inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean by generalised least squares, and its precision."""
    a, b, c = inverse.sum(axis=1)
    first, last = figures.logs
    right = np.array([
        (inverse[0] * first + inverse[1] * last).sum(), (inverse[1] * first + inverse[2] * last).sum()
    ])  # fmt: skip
    precision = np.array([[a, b], [b, c]])
    return np.linalg.solve(precision, right), precision


def _criterion(point: np.ndarray, figures: _Figures) -> float:
    """Return minus the restricted log-likelihood."""
    inverse, determinant = _inverse(_total(figures, point))
    if not (determinant > 0).all():
        return 1e12
    mean, precision = _mean(figures, inverse)
    first, last = figures.logs - mean[:, None]
    squares = inverse[0] * first**2 + 2 * inverse[1] * first * last + inverse[2] * last**2
    return 0.5 * float(np.log(determinant).sum() + squares.sum() + np.log(np.linalg.det(precision)))


def _fit(figures: _Figures) -> _Fit:
    from scipy.optimize import minimize

    spread = np.log(np.maximum(figures.logs.std(axis=1), 0.02))
    start = np.array([*spread, 2.0])
    bounds = [(np.log(0.003), np.log(5.0))] * 2 + [(-0.5, 5.0)]
    found = minimize(_criterion, start, args=(figures,), method="L-BFGS-B", bounds=bounds)
    if not np.isfinite(found.fun):
        raise DataError("change of regions: the model has no solution for these counts; look at each region by itself.")
    steps = np.array([0.05, 0.05, 0.1])
    curvature = _curvature(found.x, figures, steps)
    values, vectors = np.linalg.eigh(curvature)
    covariance = (vectors / np.maximum(values, 1.0)) @ vectors.T  # a direction that is not known has an error of one
    mean, _ = _mean(figures, _inverse(_total(figures, found.x))[0])
    return _Fit(found.x, covariance, mean)


def _curvature(point: np.ndarray, figures: _Figures, steps: np.ndarray) -> np.ndarray:
    """Return the second derivatives of the criterion by central differences."""
    moves = np.diag(steps)
    found = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            ends = [
                one * two * _criterion(point + one * moves[i] + two * moves[j], figures)
                for one in (1, -1) for two in (1, -1)
            ]  # fmt: skip
            found[i, j] = sum(ends) / (4 * steps[i] * steps[j])
    return found


def _predictions(figures: _Figures, fit: _Fit, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return expected change with its error, and change of the underlying rates with its error, over draws of S and m.

    Variance over draws: the mean of the variances plus the variance of the means.
    """
    means, variances = np.zeros((2, _DRAWS, figures.logs.shape[1])), np.zeros((2, _DRAWS, figures.logs.shape[1]))
    drawn = rng.multivariate_normal(fit.best, fit.covariance, size=_DRAWS)
    drawn[:, 2] = np.clip(drawn[:, 2], -0.5, 5.0)
    for number, point in enumerate(drawn):
        total = _total(figures, point)
        inverse, _ = _inverse(total)
        centre, precision = _mean(figures, inverse)
        mean = rng.multivariate_normal(centre, np.linalg.inv(precision))
        apart = figures.logs - mean[:, None]
        slope = total[1] / total[0]
        means[0, number] = mean[1] + slope * apart[0] - figures.logs[0]
        variances[0, number] = total[2] - figures.rounding[1] - slope * total[1]
        means[1, number], variances[1, number] = _underlying(point, mean, apart, inverse)
    error = np.sqrt(np.maximum(variances, 0).mean(axis=1) + means.var(axis=1))
    middle = means.mean(axis=1)
    return middle[0], error[0], middle[1], error[1]


def _underlying(point: np.ndarray, mean: np.ndarray, apart: np.ndarray, inverse: np.ndarray) -> tuple:
    """Return mean and variance of theta after less theta before, given both figures."""
    first, last = np.exp(point[:2])
    shared = first * last * np.tanh(point[2])
    # covariance of the change with the two figures is that with the two underlying logarithms
    one, two = shared - first**2, last**2 - shared
    gain = np.array([one * inverse[0] + two * inverse[1], one * inverse[1] + two * inverse[2]])
    prior = first**2 + last**2 - 2 * shared
    return mean[1] - mean[0] + (gain * apart).sum(axis=0), prior - gain[0] * one - gain[1] * two
