"""Funnel plots: how far from a target rates lie by chance, and by the ordinary differences between regions.

Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Statistics in Medicine 24: exact limits
of a binomial or Poisson count, interpolated, and an additive variance tau^2 between regions, on the scale of the
logit of a part or the logarithm of a rate. He estimates tau^2 by moments of z-scores that were winsorised once, which
makes limits too narrow where regions differ in size: the largest z are cut, and they are those of the largest
regions. Here tau^2 is the value at which the winsorised z-scores *with* it have the mean square that winsorised
normal ones have.
"""

from dataclasses import dataclass

import numpy as np

from analysis.errors import CallError
from analysis.missing import UNDECIDED
from analysis.models.dispersion import check_confidence, normal
from analysis.models.regions.counts import BINOMIAL, RegionCounts, counted, require_regions

ABOVE, INSIDE, BELOW = "above", "inside", "below"
WINSORISED = 0.1
"""The part of the z-scores at each end that is set to the value that ends it."""
LIMITS = (0.95, 0.998)
FEWEST = 5
_HALVINGS = 50
_ROUNDS = 6
"""Rounds in which middle and tau are found in turn; the third no longer moves the fourth digit."""


@dataclass(frozen=True, eq=False)
class Funnel:
    """Limits of R regions for L confidences.

    Attributes
    ----------
    target : ndarray, shape (R,)
        The rate that a region is set against.
    tau : float
        Standard deviation between regions beyond chance, of the logit or the logarithm (0.3: some 30 percent of a
        rate); ``tau_rate`` is what it comes to in rates at the mean target.
    z : ndarray, shape (R,)
        Distance from the target in standard deviations of chance, rounding and ``tau`` together.
    lower, upper : ndarray, shape (L, R)
        The rates between which a region lies so often by chance and ``tau``.
    confidence : tuple of float, L
    verdict : ndarray of str, shape (L, R)
        ``above``, ``inside`` or ``below``, or that its rounding leaves it open.
    family : str
    """

    target: np.ndarray
    tau: float
    tau_rate: float
    z: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    confidence: tuple[float, ...]
    verdict: np.ndarray
    family: str


def funnel(
    counts: RegionCounts,
    target: np.ndarray | None = None,
    confidence: tuple[float, ...] = LIMITS,
    family: str = BINOMIAL,
    overdispersed: bool = True,
) -> Funnel:
    """Return the limits of a funnel plot for each region, and on which side of them it lies.

    Limits are of process variation: of counts of independent persons, and of differences between regions as they are
    usual here. Rounding is no part of them: a region whose range of rounding crosses a limit is left open.

    Parameters
    ----------
    counts : RegionCounts
        At least five regions of one level.
    target : ndarray, shape (R,), optional
        Rates to set regions against, such as those expected by background. By default the middle of the regions: the
        mean on the transformed scale by the precision of each, chance and ``tau`` together. The rate of all persons
        together is that of the large ones, and no middle where rates go with size.
    confidence : tuple of float
    family : {"binomial", "poisson"}
    overdispersed : bool
        Whether regions may differ beyond chance; without it ``tau`` is 0 and limits are of chance alone.

    Raises
    ------
    CallError
        When a confidence or the family is none, or a target does not lie where a rate can.
    CoverageError
        When there are fewer than five regions.
    """
    counts = counted(counts, family)
    require_regions(counts, FEWEST, "a funnel plot")
    levels = tuple(check_confidence(each) for each in confidence)
    if target is None:
        target = _middle(counts, family, overdispersed)
    target = np.broadcast_to(np.asarray(target, float), counts.count.shape)
    if (target <= 0).any() or (family == BINOMIAL and (target >= 1).any()):
        raise CallError("target: expected rates above 0, and below 1 for a part of the exposure.")
    slope = _slope(target, family)
    distance, variance = _distances(counts, target, family)
    tau2 = _between(distance, variance) if overdispersed else 0.0
    lower, upper = _limits(target, counts.exposure, np.sqrt(tau2), levels, family)
    verdict = _verdict(counts.lo / counts.exposure, counts.hi / counts.exposure, lower, upper)
    tau_rate = float(np.sqrt(tau2) / slope.mean())
    z = distance / np.sqrt(variance + tau2)
    return Funnel(target, float(np.sqrt(tau2)), tau_rate, z, lower, upper, levels, verdict, family)


def funnel_curve(
    drawn: Funnel, exposure: np.ndarray, target: np.ndarray | float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper limits of a funnel at N exposures, shape (L, N) each; to draw them as lines.

    By default the target is the mean of those of the regions.
    """
    exposure = np.asarray(exposure, float)
    around = np.broadcast_to(drawn.target.mean() if target is None else np.asarray(target, float), exposure.shape)
    return _limits(around, exposure, drawn.tau, drawn.confidence, drawn.family)


def transformed(count: np.ndarray, exposure: np.ndarray, family: str) -> np.ndarray:
    """Return the logit of a part or the logarithm of a rate; half a count is added, so that it has hardly any bias."""
    rest = exposure - count + 0.5 if family == BINOMIAL else exposure
    return np.log((count + 0.5) / rest)


def _transform(rate: np.ndarray, family: str) -> np.ndarray:
    with np.errstate(divide="ignore"):  # a limit of chance at 0 or 1 lies infinitely far on this scale, and comes back
        return np.log(rate / (1 - rate)) if family == BINOMIAL else np.log(rate)


def _back(value: np.ndarray, family: str) -> np.ndarray:
    return 1 / (1 + np.exp(-value)) if family == BINOMIAL else np.exp(value)


def _slope(rate: np.ndarray, family: str) -> np.ndarray:
    """Return the derivative of the transform at a rate."""
    return 1 / (rate * (1 - rate)) if family == BINOMIAL else 1 / rate


def _distances(counts: RegionCounts, target: np.ndarray, family: str) -> tuple[np.ndarray, np.ndarray]:
    """Return how far regions lie from a target on the transformed scale, and the variance of chance and rounding."""
    distance = transformed(counts.count, counts.exposure, family) - _transform(target, family)
    slope = _slope(target, family)
    rounding = counts.rounding_variance * (slope / counts.exposure) ** 2
    return distance, slope / counts.exposure + rounding


def _middle(counts: RegionCounts, family: str, overdispersed: bool) -> float:
    """Return the middle of the regions; what lies further out than the winsorised counts as lying at their end."""
    target = np.float64(counts.count.sum() / counts.exposure.sum())
    for _ in range(_ROUNDS if 0 < target < 1 or family != BINOMIAL else 0):
        distance, variance = _distances(counts, target, family)
        total = variance + (_between(distance, variance) if overdispersed else 0.0)
        z = distance / np.sqrt(total)
        near = np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED])) * np.sqrt(total)
        target = _back(_transform(target, family) + (near / total).sum() / (1 / total).sum(), family)
    return float(target)


def _between(distance: np.ndarray, variance: np.ndarray) -> float:
    """Return tau^2, such that winsorised z-scores with it have the mean square of winsorised normal ones."""
    edge = normal(1 - 2 * WINSORISED)
    density = np.exp(-(edge**2) / 2) / np.sqrt(2 * np.pi)
    usual = (1 - 2 * WINSORISED) - 2 * edge * density + 2 * WINSORISED * edge**2

    def excess(tau2: float) -> float:
        z = distance / np.sqrt(variance + tau2)
        ends = np.quantile(z, [WINSORISED, 1 - WINSORISED])
        return float((np.clip(z, *ends) ** 2).mean() - usual)

    low, high = 0.0, float(distance.var() + (distance**2).max())
    if excess(low) <= 0:
        return 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def _limits(
    target: np.ndarray, exposure: np.ndarray, tau: float, levels: tuple[float, ...], family: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return both limits: that of chance and that of the differences, added in squares on the transformed scale."""
    centre = _transform(target, family)
    ends = []
    for side in (-1, 1):
        rows = []
        for level in levels:
            chance = _transform(_exact(target, exposure, (1 + side * level) / 2, family), family) - centre
            rows.append(_back(centre + side * np.hypot(chance, normal(level) * tau), family))
        ends.append(np.array(rows))
    return ends[0], ends[1]


def _exact(target: np.ndarray, exposure: np.ndarray, probability: float, family: str) -> np.ndarray:
    """Return the rate below which a count lies with a probability, interpolated between whole numbers."""
    from scipy.stats import binom, poisson

    whole = np.maximum(np.round(exposure), 1)
    law = binom(whole, target) if family == BINOMIAL else poisson(target * exposure)
    number = law.ppf(probability)
    chance = law.pmf(number)
    number = number - np.divide(law.cdf(number) - probability, chance, out=np.zeros_like(chance), where=chance > 0)
    # half a count more: a count stands for the span from half below to half above it
    rate = np.maximum(number + 0.5, 0) / exposure
    return np.minimum(rate, 1) if family == BINOMIAL else rate


def _verdict(lo: np.ndarray, hi: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return on which side of the limits a range of rounding lies as a whole."""
    inside = (lo >= lower) & (hi <= upper)
    return np.select([inside, lo > upper, hi < lower], [INSIDE, ABOVE, BELOW], UNDECIDED).astype(object)
