"""The rounding interval as part of a number, carried exactly through sums, shares, ratios, growth and rankings.

Arithmetic of its own: it knows cells, not tables, so that cleaning, measures and findings can all stand on it.
"""

from analysis.rounding.column import Rounded, stack
from analysis.rounding.decide import EQUAL, HIGHER, LOWER, UNDECIDABLE, decide, decide_pairs, rank_range
from analysis.rounding.pool import CellPool

__all__ = [
    "EQUAL",
    "HIGHER",
    "LOWER",
    "UNDECIDABLE",
    "CellPool",
    "Rounded",
    "decide",
    "decide_pairs",
    "rank_range",
    "stack",
]
