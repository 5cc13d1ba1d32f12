"""Which of the figures in a relation that fails most likely slipped, where the other relations decide it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from analysis.findings.language import Node
from analysis.findings.ranges import Number, ZeroBelowError, value_at
from analysis.findings.relations import Relation
from analysis.findings.verdicts import EXCLUDED, judge

Span = tuple[float, float]
_STEPS = 12
"""Secant steps towards a root: a fraction of straight lines needs three or four."""


@dataclass(frozen=True)
class Suspect:
    """The figure that most likely slipped, the values with which every relation it is in holds, and why it is it."""

    claim_id: str
    lo: float
    hi: float
    why: str


class Network:
    """The relations that numbers stand in, to tell which figure slipped.

    A figure that repeats another is no witness for it: relations that only copy are left out.
    """

    def __init__(self, relations: Iterable[Relation]) -> None:
        self.around: dict[str, list[Relation]] = defaultdict(list)
        for relation in relations:
            numeric = relation.result.ends is not None and relation.result.truth is None
            if numeric and relation.way.tree.kind != "claim" and not relation.target.is_statement:
                for name in {relation.target.id, *relation.operands}:
                    self.around[name].append(relation)

    def suspect(self, failing: Relation) -> Suspect | None:
        """Return the figure in a failing relation that slipped, or None where that cannot be told.

        A figure can have slipped when one value of it makes every relation around it hold. When only one figure of the
        relation can, it did; when several can, the one that more relations contradict than any other, two at least.
        """
        if failing.result.ends is None or failing.result.truth is not None or failing.target.is_statement:
            return None
        able: dict[str, Span] = {}
        for name in (failing.target.id, *failing.operands):
            span = self._allowed(name, failing)
            if span[0] <= span[1]:
                able[name] = span
        against = {
            name: sum(judge(each.target, each.result) == EXCLUDED for each in self.around[name]) for name in able
        }
        if len(able) == 1:
            name = next(iter(able))
            return Suspect(name, *able[name], "every other figure is held in its place by relations of its own")
        most = sorted(against, key=against.__getitem__, reverse=True)[:2]
        if len(most) == 2 and against[most[0]] >= 2 and against[most[0]] > against[most[1]]:
            return Suspect(most[0], *able[most[0]], f"{against[most[0]]} relations contradict it")
        return None

    def _allowed(self, name: str, failing: Relation) -> Span:
        """Return the printed values of a figure with which the failing relation and all others around it hold."""
        lo, hi = -math.inf, math.inf
        for relation in {id(each): each for each in (failing, *self.around[name])}.values():
            low, high = _holding(relation, name)
            lo, hi = max(lo, low), min(hi, high)
        return lo, hi


def _holding(relation: Relation, name: str) -> Span:
    """Return the printed values of one figure with which a relation holds, the others within their intervals."""
    printed, result = relation.target.interval, relation.result
    if name == relation.target.id:
        below, above = float(printed.value - printed.lo), float(printed.hi - printed.value)
        return float(result.lo) - above, float(result.hi) + below
    own = relation.operands[name]
    if name not in result.ends.at_hi or math.isinf(own.lo) or math.isinf(own.hi):
        return -math.inf, math.inf
    tree, start = relation.way.tree, float(own.value)
    # the highest value of the formula has to reach the lowest that is printed, and the other way round
    up = root(along(tree, result.ends.at_hi, name, printed.lo), start, float(own.hi - own.lo) or 1.0)
    down = root(along(tree, result.ends.at_lo, name, printed.hi), start, float(own.hi - own.lo) or 1.0)
    ends = sorted((up, down)) if up is not None and down is not None else (-math.inf, math.inf)
    half = float(own.hi - own.lo) / 2
    return ends[0] - half, ends[1] + half


def along(tree: Node, corner: Mapping[str, Number], name: str, level: Number = 0) -> Callable[[float], float]:
    """Return a formula, less a level, as a function of one of its operands, the others as given."""
    others = {other: float(value) for other, value in corner.items()}
    goal = float(level)
    return lambda x: float(value_at(tree, others | {name: x})) - goal


def root(function: Callable[[float], float], start: float, width: float) -> float | None:
    """Return a place near ``start`` where a function is zero, or None when none is found."""
    try:
        one, two = start, start + width
        here, there = function(one), function(two)
        for _ in range(_STEPS):
            if here == 0:
                return one
            if there == here:
                return None
            one, two, here = two, two - there * (two - one) / (there - here), there
            if not math.isfinite(two):
                return None
            there = function(two)
            if abs(two - one) <= 1e-12 * max(abs(two), 1e-9):
                return two
        return two if abs(there) <= 1e-9 * max(abs(here), 1.0) else None
    except (ZeroBelowError, ZeroDivisionError, OverflowError):
        return None
