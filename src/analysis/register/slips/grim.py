"""Whether a percentage can come from whole counts at all (the GRIM test of Brown and Heathers, 2017)."""

import math
from fractions import Fraction

from analysis.intervals.formula_range import Interval
from analysis.register.claims import Claim
from analysis.register.relations import FORMULA, Evaluation
from analysis.register.slips.bases import growth_of, ratio_of
from analysis.register.slips.case import plain


def nearest_shares(printed: Interval, whole: int) -> tuple[Fraction, Fraction] | None:
    """Return the two percentages around a printed one that whole counts give; None where one gives it.

    Parameters
    ----------
    printed : Interval
        The percentage, with all that its printed digits stand for.
    whole : int
        The number of which it is a part, exactly.
    """
    first = math.ceil(printed.lo * whole / 100)
    if 100 * Fraction(first, whole) <= printed.hi:
        return None
    return 100 * Fraction(first - 1, whole), 100 * Fraction(first, whole)


def impossible(claim: Claim, evaluation: Evaluation) -> tuple[int, Fraction, Fraction] | None:
    """Return the whole of a share and the percentages around it, where no whole count gives the printed one.

    Asked only where the whole is a figure that is printed without rounding, and so small that the digits can tell.
    """
    ratio = ratio_of(evaluation.tree) if growth_of(evaluation.tree) is None else None
    if evaluation.method != FORMULA or ratio is None or ratio[1].kind != "claim" or claim.row["unit"] != "percent":
        return None
    whole = evaluation.operands[str(ratio[1].value)]
    exact = whole.value == int(whole.value) and whole.hi - whole.lo <= 1 and 0 < whole.value * claim.step < 100
    around = nearest_shares(claim.interval, int(whole.value)) if exact else None
    return (int(whole.value), *around) if around is not None else None


def sentence_fields(found: tuple[int, Fraction, Fraction]) -> dict[str, str]:
    """Return what a sentence on an impossible percentage says."""
    whole, low, high = found
    return {"whole": str(whole), "low": plain(low), "high": plain(high)}
