"""Which of two rounded numbers is the higher, as far as rounding lets one tell; and the ranks that leaves open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.missing import PRESENT
from analysis.rounding.column import Rounded, together

HIGHER, LOWER, EQUAL, UNDECIDABLE = "higher", "lower", "equal", "undecidable"


def decide(one: Rounded, two: Rounded) -> np.ndarray:
    """Say for each entry of ``one`` whether it is higher or lower than the same entry of ``two``.

    Exact where both are sums, where both have the same denominator, and where no cell stands above one fraction bar
    and below another (the ratios or growth rates of two groups). Elsewhere it is sound: what is decided is so, but a
    cell common to both may leave undecided what could be told.

    Parameters
    ----------
    one, two : Rounded
        Columns of equal length and unit.

    Returns
    -------
    ndarray of str
        ``higher``, ``lower``, ``equal`` (whatever the rounding) or ``undecidable`` (also where a value is missing).

    Raises
    ------
    MixedUnitsError
        When the units differ.
    """
    one.refuse_other_unit(two)
    lo, hi = _difference_range(one, two)
    verdict = np.select([lo > 0, hi < 0, (lo == 0) & (hi == 0)], [HIGHER, LOWER, EQUAL], UNDECIDABLE).astype(object)
    verdict[(one.missing != PRESENT) | (two.missing != PRESENT)] = UNDECIDABLE
    return verdict


def decide_pairs(column: Rounded) -> np.ndarray:
    """Return the verdicts of every entry (rows) against every entry (columns) of one column."""
    first, second = np.divmod(np.arange(column.size**2), max(column.size, 1))
    return decide(column.take(first), column.take(second)).reshape(column.size, column.size)


def rank_range(column: Rounded) -> tuple[np.ndarray, np.ndarray]:
    """Return for each entry its best and its worst possible rank; 1 is the highest value."""
    verdicts = decide_pairs(column)
    return 1 + (verdicts == LOWER).sum(axis=1), column.size - (verdicts == HIGHER).sum(axis=1)


def _difference_range(one: Rounded, two: Rounded) -> tuple[np.ndarray, np.ndarray]:
    """Return a range that has the sign of ``one - two`` in every entry."""
    if one.den is None and two.den is None:
        difference = one - two
        return difference.lo, difference.hi
    plain = one.lo - two.hi, one.hi - two.lo
    if one.den is None or two.den is None or one.constant != two.constant:
        return plain
    one, two = together(one, two)
    tops, belows = (_part(one, "num"), _part(two, "num")), (_part(one, "den"), _part(two, "den"))
    positive = [(part.lo > 0) for part in (*tops, *belows)]
    # num1/den > num2/den  <=>  num1 > num2
    same = positive[2] & positive[3] & _all_zero(belows[0] - belows[1])
    # num1/den1 > num2/den2  <=>  num1/num2 > den1/den2 where all four are positive; the two sides share no cell
    apart = np.logical_and.reduce(positive) & ~_shared(tops, belows)
    top, ratio, inverse = tops[0] - tops[1], tops[0] / tops[1], belows[0] / belows[1]
    with np.errstate(invalid="ignore"):
        crossed = ratio.lo - inverse.hi, ratio.hi - inverse.lo
    return tuple(  # type: ignore[return-value]
        np.select([same, apart], [of_top, of_cross], of_plain)
        for of_top, of_cross, of_plain in zip((top.lo, top.hi), crossed, plain, strict=True)
    )


def _part(column: Rounded, side: str) -> Rounded:
    """Return the numerator or the denominator of a column as a plain sum of the cells that stand in it."""
    weights = getattr(column, side)
    used = weights != 0
    return replace(
        column, unit=side, row=column.row[used], cell=column.cell[used], num=weights[used], den=None, constant=0.0
    )


def _all_zero(column: Rounded) -> np.ndarray:
    """Tell for each entry whether it is zero whatever its cells are."""
    return np.bincount(column.row, column.num != 0, minlength=column.size) == 0


def _shared(tops: tuple[Rounded, Rounded], belows: tuple[Rounded, Rounded]) -> np.ndarray:
    """Tell for each entry whether a cell stands both in a numerator and in a denominator."""
    cells = len(tops[0].pool.value)
    above = np.concatenate([part.row * cells + part.cell for part in tops])
    below = np.concatenate([part.row * cells + part.cell for part in belows])
    both = np.zeros(tops[0].size, dtype=bool)
    both[np.intersect1d(above, below) // cells] = True
    return both
