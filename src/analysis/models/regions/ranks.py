"""Ranks of regions with their uncertainty, and which regions differ from one: from draws of all rates together."""

from dataclasses import dataclass

import numpy as np

from analysis.errors import CallError
from analysis.missing import UNDECIDED
from analysis.models.dispersion import check_confidence

HIGHER, LOWER, ITSELF = "higher", "lower", ""


@dataclass(frozen=True, eq=False)
class Ranks:
    """Ranks of R regions, 1 being the highest rate.

    ``expected`` is the mean of the posterior, ``lo`` and ``hi`` an interval of whole ranks, and ``highest`` the
    probability to be among the highest part of the regions.
    """

    expected: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    highest: np.ndarray


@dataclass(frozen=True, eq=False)
class Comparison:
    """Whether the rate of each of R regions is higher than that of one: the probability, and a verdict."""

    higher: np.ndarray
    verdict: np.ndarray


def ranks(draws: np.ndarray, confidence: float = 0.95, part: float = 0.1) -> Ranks:
    """Return the rank of each region with its interval.

    Parameters
    ----------
    draws : ndarray, shape (D, R)
        Draws of the rates of all regions (`shrinkage.Shrunken.draws`).
    confidence : float
        Of the interval of each rank by itself (Goldstein and Spiegelhalter 1996, JRSS A 159): that all intervals hold
        at once is less certain.
    part : float
        The part of the regions that counts as the highest.

    Raises
    ------
    CallError
        When the confidence is none, or the part does not lie between 0 and 1.
    """
    tail = (1 - check_confidence(confidence)) / 2
    if not 0 < part < 1:
        raise CallError(f"part {part!r}: expected a number between 0 and 1, such as 0.1.")
    count, regions = draws.shape
    order = np.argsort(-draws, axis=1)
    rank = np.empty(draws.shape, np.int32)
    np.put_along_axis(rank, order, np.arange(1, regions + 1, dtype=np.int32)[None, :], axis=1)
    ordered, at = np.sort(rank, axis=0), int(tail * (count - 1))
    highest = (rank <= np.ceil(part * regions)).mean(axis=0)
    return Ranks(rank.mean(axis=0), ordered[at], ordered[count - 1 - at], highest)


def compare(draws: np.ndarray, at: int, confidence: float = 0.95) -> Comparison:
    """Return for each region whether its rate is higher or lower than that of region number ``at``.

    The verdict is ``higher`` or ``lower`` where the posterior probability of the contrary is at most half of what the
    confidence leaves, else that it cannot be decided; it is of each pair by itself. Raises a CallError for a confidence
    or a region that there is not.
    """
    tail = (1 - check_confidence(confidence)) / 2
    if not 0 <= at < draws.shape[1]:
        raise CallError(f"region number {at}: expected a number from 0 to {draws.shape[1] - 1}.")
    higher = (draws > draws[:, [at]]).mean(axis=0)
    verdict = np.select([higher >= 1 - tail, higher <= tail], [HIGHER, LOWER], UNDECIDED).astype(object)
    higher[at], verdict[at] = 0.5, ITSELF
    return Comparison(higher, verdict)
