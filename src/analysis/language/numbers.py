"""How many decimals a number is printed with, and the ends of an interval."""

import math

from analysis.intervals.formula_range import Number

NOISE = 1e-9
"""A float such as ``0.29 * 100`` misses its integer by a few units in the last place: no interval is widened for it."""


def significant_decimals(value: Number, digits: int) -> int:
    """Return how many decimals show so many significant digits of a number."""
    return max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0


def decimals_needed(most: int, *values: float) -> int:
    """Return how many decimals these numbers need, ``most`` at the most."""
    return max((len(f"{value:.{most}f}".partition(".")[2].rstrip("0")) for value in values), default=0)


def round_outward(lo: float, hi: float, decimals: int) -> tuple[float, float]:
    """Round the ends of an interval away from each other, so that what is printed contains all of it."""
    scale = 10.0**decimals
    return math.floor(lo * scale + NOISE) / scale, math.ceil(hi * scale - NOISE) / scale
