"""The exact range of sums and fractions over the intervals of their cells.

Terms are flat: term ``k`` belongs to entry ``row[k]`` and multiplies a cell that lies between ``lo[k]`` and ``hi[k]``.
"""

import numpy as np

_STEP = 1e-14
"""A rise below this share of Dinkelbach's ratio is noise of the sums (some thirty terms at 2**-52 each)."""
_MOST_STEPS = 100
"""Each step passes a corner for good and convergence is superlinear: five steps are usual, a hundred never."""


def sum_range(
    row: np.ndarray, weight: np.ndarray, lo: np.ndarray, hi: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest value of ``sum(weight * x)`` for each of ``size`` entries."""
    at_lo, at_hi = weight * lo, weight * hi
    lowest = np.bincount(row, np.minimum(at_lo, at_hi), minlength=size)
    return lowest, np.bincount(row, np.maximum(at_lo, at_hi), minlength=size)


def fraction_range(
    row: np.ndarray, num: np.ndarray, den: np.ndarray, lo: np.ndarray, hi: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest value of ``sum(num * x) / sum(den * x)`` for each of ``size`` entries.

    A cell with both a ``num`` and a ``den`` is one unknown. Where the denominator may be zero, the fraction is
    unbounded and its range is (-inf, inf).

    Notes
    -----
    A linear fraction over a box takes its extremes in corners. Dinkelbach (1967), "On nonlinear fractional
    programming", Management Science 13(7): the corner that is highest in num * x - r den * x, r being the ratio at the
    corner before, until the ratio no longer rises.
    """
    negative = sum_range(row, den, lo, hi, size)[1] < 0
    num, den = (np.where(negative[row], -weight, weight) for weight in (num, den))
    return -_highest(row, -num, den, lo, hi, size), _highest(row, num, den, lo, hi, size)


def _highest(row, num, den, lo, hi, size) -> np.ndarray:
    safe = sum_range(row, den, lo, hi, size)[0] > 0
    best = np.where(safe, -np.inf, np.inf)
    ratio = np.zeros(size)
    for _ in range(_MOST_STEPS):
        corner = np.where(num - ratio[row] * den > 0, hi, lo)
        numerator = np.bincount(row, num * corner, minlength=size)
        denominator = np.bincount(row, den * corner, minlength=size)
        ratio = np.divide(numerator, denominator, out=np.zeros(size), where=safe)
        rises = safe & (ratio > best)
        grew = rises & ~(ratio - best <= _STEP * np.abs(ratio))
        best = np.where(rises, ratio, best)
        if not grew.any():
            break
    return best
