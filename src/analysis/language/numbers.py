"""How a number is printed: decimals, significant digits, thousands and decimal marks, ends of an interval."""

import math

from analysis.intervals.formula_range import Number

NOISE = 1e-9
"""A float such as ``0.29 * 100`` misses its integer by a few units in the last place: no interval is widened for it."""
_DIGITS, _DIGITS_BELOW_ONE = 4, 3  # significant digits of a number in a sentence
_DUTCH_MARKS = str.maketrans(",.", ".,")


def format_number(value: Number, lang: str, decimals: int = 0, sign: bool = False) -> str:
    """Return a number as a language prints it: ``1,234.5`` in English, ``1.234,5`` in Dutch.

    Parameters
    ----------
    value : Fraction or float
        A finite number.
    lang : {"nl", "en"}
    decimals : int
    sign : bool
        Whether a positive number has a plus.
    """
    rounded = round(float(value), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    text = f"{rounded:{'+' if sign and rounded else ''},.{decimals}f}"
    return text.translate(_DUTCH_MARKS) if lang == "nl" else text


def format_significant(value: Number | None, lang: str) -> str:
    """Return a number with its significant digits and no trailing zero, ``…`` for an end that is infinite or absent."""
    if value is None or math.isinf(value):
        return "…"
    decimals = significant_decimals(value, _DIGITS if abs(value) >= 1 else _DIGITS_BELOW_ONE)
    return format_number(value, lang, decimals_needed(decimals, float(value)))


def significant_decimals(value: Number, digits: int) -> int:
    """Return how many decimals show so many significant digits of a number."""
    return max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0


def decimals_needed(most: int, *values: float) -> int:
    """Return how many decimals these numbers need, ``most`` at the most."""
    return max((len(f"{value:.{most}f}".partition(".")[2].rstrip("0")) for value in values), default=0)


def distinct_ends(lo: Number | None, hi: Number | None, lang: str) -> tuple[str, str]:
    """Return the ends of an interval with their significant digits, or with as many decimals as tell them apart."""
    ends = format_significant(lo, lang), format_significant(hi, lang)
    for decimals in range(1, 7):
        if lo == hi or ends[0] != ends[1] or math.isinf(lo):
            break
        ends = format_number(lo, lang, decimals), format_number(hi, lang, decimals)
    return ends


def round_outward(lo: float, hi: float, decimals: int) -> tuple[float, float]:
    """Round the ends of an interval away from each other, so that what is printed contains all of it."""
    scale = 10.0**decimals
    return math.floor(lo * scale + NOISE) / scale, math.ceil(hi * scale - NOISE) / scale
