"""The rate of each region by its own figure, with an interval of process variation and rounding.

It is what shrunken rates are measured against: no page shows it, because it takes no account of what others have.
"""

from dataclasses import dataclass

import numpy as np

from analysis.models.dispersion import check_confidence
from analysis.models.regions.counts import BINOMIAL, RegionCounts, counted

_HALVINGS = 40
"""Halvings of the interval in which a limit lies: a limit is right to a billionth of it."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A number for each region with its interval, shape (R,) each, in the unit of a count per unit of exposure."""

    value: np.ndarray
    lo: np.ndarray
    hi: np.ndarray


def level(counts: RegionCounts, confidence: float = 0.95, family: str = BINOMIAL) -> Estimate:
    """Return the rate of each region by its own figure alone.

    The interval holds the rate that the region's persons were exposed to: the posterior under Jeffreys' prior (Brown,
    Cai and DasGupta 2001, Statistical Science 16), beta for a part of the exposure and gamma for a number, averaged
    over the counts that the printed one may stand for. It is of process variation with independent persons, and of
    rounding; that regions differ is no part of it.

    Parameters
    ----------
    counts : RegionCounts
    confidence : float
    family : {"binomial", "poisson"}

    Returns
    -------
    Estimate
        Count over exposure (denominator: exposure).

    Raises
    ------
    CallError
        When the confidence or the family is none.
    """
    counts = counted(counts, family)
    tail = (1 - check_confidence(confidence)) / 2
    ends = [_quantile(counts, each, family) for each in (tail, 1 - tail)]
    return Estimate(counts.rate, np.minimum(ends[0], counts.rate), np.maximum(ends[1], counts.rate))


def _quantile(counts: RegionCounts, probability: float, family: str) -> np.ndarray:
    """Return the quantile of a mixture of posteriors; it lies between those of the least and the greatest count."""
    from scipy.special import betainc, betaincinv, gammainc, gammaincinv

    numbers, weight = counts.possible()
    exposure, weight = counts.exposure, np.exp(weight)

    def below(rate: np.ndarray) -> np.ndarray:
        if family == BINOMIAL:
            return (weight * betainc(numbers + 0.5, exposure - numbers + 0.5, rate)).sum(axis=0)
        return (weight * gammainc(numbers + 0.5, exposure * rate)).sum(axis=0)

    def by_count(number: np.ndarray) -> np.ndarray:
        if family == BINOMIAL:
            return betaincinv(number + 0.5, exposure - number + 0.5, probability)
        return gammaincinv(number + 0.5, probability) / exposure

    low, high = by_count(numbers[0]), by_count(numbers[-1])
    for _ in range(_HALVINGS if (numbers[-1] > numbers[0]).any() else 0):
        middle = (low + high) / 2
        rises = below(middle) < probability
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    return (low + high) / 2
