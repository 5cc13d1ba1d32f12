"""What the ranges of rounded numbers decide: which of two is higher, whether one is zero, which ranks are open."""

from dataclasses import replace

import numpy as np

from analysis.intervals.rounded import Rounded, together
from analysis.missing import PRESENT, UNDECIDED

HIGHER, LOWER, EQUAL, UNDECIDABLE = "higher", "lower", "equal", "undecidable"
WITHIN, BEYOND = "within rounding", "beyond rounding"

# Ends that touch do not decide, and floats can miss a tie by a few units in the last place (2**-52) of the terms.
_TIE = 1e-12


def zero_within_rounding(column: Rounded) -> np.ndarray:
    """Say for each entry whether zero lies within its range: `WITHIN`, `BEYOND`, or `UNDECIDED` where it is missing."""
    within = (column.lo <= 0) & (column.hi >= 0)
    return np.select([column.missing != PRESENT, within], [UNDECIDED, WITHIN], BEYOND).astype(object)


def decide(one: Rounded, two: Rounded) -> np.ndarray:
    """Say for each entry of ``one`` whether it is higher or lower than the same entry of ``two``.

    Exact where both are sums, where both have the same positive denominator, and where numerators and denominators are
    positive and no cell stands in both (the ratios or growth rates of two groups). Elsewhere it is sound: what is
    decided is so, but what a common cell could decide may stay undecided. The columns are of equal size and unit.

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
    missing = (one.missing != PRESENT) | (two.missing != PRESENT)
    with np.errstate(invalid="ignore"):
        tie = _TIE * (np.abs(one.value) + np.abs(two.value))
        outcomes = [missing, lo > tie, hi < -tie, (lo == 0) & (hi == 0)]
        return np.select(outcomes, [UNDECIDABLE, HIGHER, LOWER, EQUAL], UNDECIDABLE).astype(object)


def decide_pairs(column: Rounded) -> np.ndarray:
    """Return the verdicts of every entry (rows) against every entry (columns) of one column."""
    first, second = np.divmod(np.arange(column.size**2), max(column.size, 1))
    return decide(column.take(first), column.take(second)).reshape(column.size, column.size)


def rank_range(column: Rounded) -> tuple[np.ndarray, np.ndarray]:
    """Return for each entry its best and its worst possible rank; 1 is the highest value.

    From all pairs: exact for entries without common cells, never too narrow for others. A tie that rounding allows
    leaves both ranks open.
    """
    verdicts = decide_pairs(column)
    return 1 + (verdicts == LOWER).sum(axis=1), column.size - (verdicts == HIGHER).sum(axis=1)


def _difference_range(one: Rounded, two: Rounded) -> tuple[np.ndarray, np.ndarray]:
    """Return a range that has the sign of ``one - two`` in every entry, in the magnitude of the values."""
    if one.den is None and two.den is None:
        difference = one - two
        return difference.lo, difference.hi
    # what holds whichever cells the two share
    always = one.lo - two.hi, one.hi - two.lo
    if one.den is None or two.den is None:
        return always
    one, two = together(one, two)
    num, den = (tuple(_part(column, side) for column in (one, two)) for side in ("num", "den"))
    # num1/den + c1 > num2/den + c2  <=>  num1 - num2 + (c1 - c2) den > 0; over den it is in the magnitude of the values
    unlike = den[0] - den[1]
    alike = np.bincount(unlike.row, unlike.num != 0, minlength=unlike.size) == 0  # zero whatever the cells are
    same_denominator = alike & (den[0].lo > 0) & (den[1].lo > 0)
    gap = num[0] - num[1] + den[0] * (one.constant - two.constant)
    # num1/den1 > num2/den2  <=>  num1/num2 > den1/den2 where all four are positive; the two sides share no cell
    positive = np.logical_and.reduce([part.lo > 0 for part in (*num, *den)])
    crossable = positive & ~_shared(num, den) & (one.constant == two.constant)
    of_num, of_den, scale = num[0] / num[1], den[0] / den[1], np.abs(one.value - one.constant)
    with np.errstate(invalid="ignore", divide="ignore"):
        crossed = (of_num.lo - of_den.hi) * scale, (of_num.hi - of_den.lo) * scale
        return tuple(  # type: ignore[return-value]
            np.select([same_denominator, crossable], [of_gap / den[0].hi, of_cross], of_always)
            for of_gap, of_cross, of_always in zip((gap.lo, gap.hi), crossed, always, strict=True)
        )


def _part(column: Rounded, side: str) -> Rounded:
    """Return the numerator or the denominator of a column as a sum of the cells that stand in it."""
    weights = getattr(column, side)
    used = weights != 0
    terms = {"row": column.row[used], "cell": column.cell[used], "num": weights[used]}
    return replace(column, unit="terms", den=None, constant=0.0, **terms)


def _shared(num: tuple[Rounded, ...], den: tuple[Rounded, ...]) -> np.ndarray:
    """Tell for each entry whether a cell stands both in a numerator and in a denominator."""
    cells = len(num[0].pool.value)
    keys = (np.concatenate([part.row * cells + part.cell for part in parts]) for parts in (num, den))
    both = np.zeros(num[0].size, dtype=bool)
    both[np.intersect1d(*keys) // cells] = True
    return both
