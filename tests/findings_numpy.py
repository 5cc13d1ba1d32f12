"""A second way to work formulas out, over arrays of random fillings, beside the exact one of the library."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Interval

FILLINGS = 2000
_BINARY = {"-": np.subtract, "*": np.multiply, "/": np.divide, "+": np.add, "min": np.minimum, "max": np.maximum}
_TRUTH = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}


def fillings(operands: Mapping[str, Interval], seed: int) -> dict[str, np.ndarray]:
    """Return random values within the interval of each operand; one in four at an end of it."""
    chance, filled = np.random.default_rng(seed), {}
    for name, each in operands.items():
        lo, hi = float(each.lo), float(each.hi)
        lo, hi = (lo if np.isfinite(lo) else hi - 100 * abs(hi)), (hi if np.isfinite(hi) else lo + 100 * abs(lo))
        inside = chance.uniform(lo, hi, FILLINGS)
        filled[name] = np.where(chance.random(FILLINGS) < 0.25, chance.choice([lo, hi], FILLINGS), inside)
    return filled


def worked_out(tree: Node, filled: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the value of a formula for each filling: numbers, or whether a statement holds."""
    if tree.kind == "number":
        return np.full(FILLINGS, float(tree.value))
    if tree.kind in ("claim", "cell"):
        return filled[str(tree.value)]
    parts = [worked_out(part, filled) for part in tree.parts]
    if tree.kind == "and":
        return np.logical_and.reduce(parts)
    if tree.kind == "count":
        return np.sum(parts, axis=0)
    if tree.kind == "rank":
        return 1 + np.sum([other > parts[0] for other in parts[1:]], axis=0)
    if tree.kind == "abs":
        return np.abs(parts[0])
    return _TRUTH[tree.kind](*parts) if tree.kind in _TRUTH else reduce(_BINARY[tree.kind], parts)
