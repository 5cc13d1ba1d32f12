"""Which figures of relations that fail are most likely wrong: the fewest that, changed, make all relations hold."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from analysis.errors import DataError
from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Number, ZeroDenominatorError, value_at
from analysis.language.translator import Message
from analysis.register.claims import Claim
from analysis.register.relations import Evaluation
from analysis.register.verdicts import EXCLUDED, REPRODUCED, recompute, verdict_for

Span = tuple[float, float]
MONEY = ("euro", "million euro")
"""Units in which a level can lie below zero: a result is a loss as well as a profit."""
_STEPS = 60
"""Secant steps towards a root: a straight line needs one, a ratio some ten; what needs more has no root."""


@dataclass(frozen=True)
class Suspect:
    """The figure that is most likely wrong, the values with which all its relations hold, and the reason."""

    claim_id: str
    lo: float
    hi: float
    why: Message | None = None


class Network:
    """The relations between numbers, to find the smallest set of figures that, changed, makes everything close.

    A figure that repeats another is no witness for it: relations that only copy are left out.

    Parameters
    ----------
    claims : mapping of str to Claim
    relations : iterable of Evaluation
    fixed : collection of str
        Figures that tables have decided: they are not the ones that are wrong.
    """

    def __init__(
        self, claims: Mapping[str, Claim], relations: Iterable[Evaluation], fixed: Collection[str] = ()
    ) -> None:
        self.claims, self.fixed = claims, fixed
        self.around: dict[str, list[Evaluation]] = defaultdict(list)
        self.copies: dict[str, list[Evaluation]] = defaultdict(list)
        for relation in relations:
            if relation.is_copy:
                self.copies[relation.tree.claims()[0]].append(relation)
            elif is_numeric(relation):
                for name in {relation.claim.id, *relation.operands}:
                    self.around[name].append(relation)

    def suspect(self, failing: Evaluation) -> tuple[Suspect, ...]:
        """Return the figures that can be wrong in a failing relation: one alone, where the others decide it.

        A figure can be wrong when one value of it makes every relation around it hold. If only one figure of the
        relation can, it is; if several can, it is the one that more independent relations contradict than any other,
        two at least.
        """
        if not is_numeric(failing):
            return ()
        for copy in self.copies[failing.tree.claims()[0]] if failing.is_copy else ():
            if copy.outcome == REPRODUCED and copy.claim.step <= failing.claim.step:
                why = Message("register", "repeated", {"copy": copy.claim.id, "figure": copy.tree.value})
                return (Suspect(failing.claim.id, *holding(failing, failing.claim), why),)
        named = [name for name in (failing.claim.id, *failing.operands) if name not in self.fixed]
        suspects = [each for name in named if (each := Suspect(name, *self._allowed(name, failing))).lo <= each.hi]
        if len(suspects) == 1:
            return (replace(suspects[0], why=Message("register", "fixed_by_others")),)
        against = {each.claim_id: self._independent(each.claim_id) for each in suspects}
        suspects.sort(key=lambda each: against[each.claim_id], reverse=True)
        counts = [against[each.claim_id] for each in suspects]
        if len(counts) > 1 and counts[0] > max(counts[1], 1):
            return (replace(suspects[0], why=Message("register", "contradicted", {"count": counts[0]})),)
        return tuple(suspects)

    def swaps(self, failing: Iterable[Evaluation]) -> dict[str, tuple[Suspect, Suspect]]:
        """Return the pairs of figures that changed places, by each of the two: exchanged, all relations around hold.

        A pair counts where the exchange makes two failing relations hold at least, and no other exchange makes one of
        them hold.
        """
        pairs: dict[frozenset[str], list[Evaluation]] = defaultdict(list)
        for relation in failing:
            for pair in self._exchanged(relation):
                pairs[pair].append(relation)
        whole = {pair: each for pair, each in pairs.items() if len(each) > 1 or len(self._failing_around(pair)) > 1}
        found: dict[str, tuple[Suspect, Suspect]] = {}
        for pair in whole:
            rivals = [other for other in whole if other != pair and set(whole[other]) & set(whole[pair])]
            if not rivals:
                one, two = (self.claims[name] for name in sorted(pair))
                why = Message("register", "exchanged", {"one": one.id, "two": two.id})
                ends = [(float(each.interval.lo), float(each.interval.hi)) for each in (two, one)]
                both = Suspect(one.id, *ends[0], why), Suspect(two.id, *ends[1], why)
                found |= {one.id: both, two.id: (both[1], both[0])}
        return found

    def _failing_around(self, names: Iterable[str]) -> list[Evaluation]:
        return [each for name in names for each in self.around[name] if each.outcome == EXCLUDED]

    def _exchanged(self, failing: Evaluation) -> list[frozenset[str]]:
        """Return the pairs, one figure of this relation and one like it, whose exchange makes all around them hold."""
        found = []
        for name in (failing.claim.id, *failing.operands):
            claim = self.claims[name]
            for other in () if name in self.fixed else self._like(claim, failing):
                around = {id(each): each for each in (failing, *self.around[name], *self.around[other.id])}
                if all(_holds_exchanged(each, claim, other) for each in around.values()):
                    found.append(frozenset((name, other.id)))
        return list(dict.fromkeys(found))

    def _like(self, claim: Claim, failing: Evaluation) -> list[Claim]:
        """Return the figures that can have changed places with one: alike, near it in a relation, of another value."""
        near = {
            name
            for relation in (failing, *self.around[claim.id])
            for name in (relation.claim.id, *relation.operands)
            if name not in self.fixed and name != claim.id
        }
        return [self.claims[other] for other in sorted(near) if alike(claim, self.claims[other])]

    def _independent(self, name: str) -> int:
        """Return how many relations contradict a figure that have nothing in common but this figure."""
        met: list[set[str]] = []
        for relation in self.around[name]:
            figures = {relation.claim.id, *relation.operands} - {name}
            if relation.outcome == EXCLUDED and all(map(figures.isdisjoint, met)):
                met.append(figures)
        return len(met)

    def _allowed(self, name: str, failing: Evaluation) -> Span:
        """Return the printed values of a figure with which the failing relation and all others around it hold."""
        claim = self.claims[name]
        lows, highs = zip(*(holding(relation, claim) for relation in (failing, *self.around[name])), strict=True)
        return max(lows), min(highs)


def alike(one: Claim, two: Claim) -> bool:
    """Tell whether two figures can have changed places: the same document, unit, kind and step, another value."""
    same = ("unit", "kind", "precision", "wording")
    return one.document == two.document and one.value != two.value and all(one.row[k] == two.row[k] for k in same)


def _holds_exchanged(relation: Evaluation, one: Claim, two: Claim) -> bool:
    """Tell whether a relation holds with the printed values of two figures exchanged."""
    places = {one.id: two, two.id: one}
    operands = {name: places[name].interval if name in places else each for name, each in relation.operands.items()}
    claim = places.get(relation.claim.id, relation.claim)
    try:
        return verdict_for(claim, recompute(relation.tree, operands), relation.is_copy) != EXCLUDED
    except DataError:
        return False


def is_numeric(relation: Evaluation) -> bool:
    """Tell whether a relation ties numbers to one value, not to a bound or a truth."""
    result = relation.result
    return result.ends is not None and result.truth is None and not relation.claim.is_statement


def holding(relation: Evaluation, claim: Claim) -> Span:
    """Return the printed values of one figure with which a relation holds, the others within their intervals.

    A printed number y stands for [y - a, y + b]. The relation f(x) = y holds when [min f, max f] meets that interval.
    """
    name, printed, result = claim.id, relation.claim.interval, relation.result
    if name == relation.claim.id:
        # y + b >= min f and y - a <= max f, so y lies in [min f - b, max f + a]
        lower, upper = float(printed.value - printed.lo), float(printed.hi - printed.value)
        return float(result.lo) - upper, float(result.hi) + lower
    own = relation.operands[name]
    if name not in result.ends.at_hi or math.isinf(own.lo) or math.isinf(own.hi):
        return -math.inf, math.inf
    tree, start = relation.tree, float(own.value)
    # With the other operands at the corner where f is highest, max f = y - a at x = up; at the corner where f is
    # lowest, min f = y + b at x = down. f is monotone in x, so the true x lies between, and the printed x, which is
    # rounded by h = half its interval, in [min(up, down) - h, max(up, down) + h]; only what counts stays above zero.
    up = root(along(tree, result.ends.at_hi, name, printed.lo), start, float(own.hi - own.lo) or 1.0)
    down = root(along(tree, result.ends.at_lo, name, printed.hi), start, float(own.hi - own.lo) or 1.0)
    if up is None or down is None:  # f does not depend on x
        return (math.inf, -math.inf) if relation.outcome == EXCLUDED else (-math.inf, math.inf)
    half, (low, high) = float(own.hi - own.lo) / 2, sorted((up, down))
    counts = claim.row["kind"] in ("level", "share") and claim.row["unit"] not in MONEY
    return max(low - half, 0.0) if counts and own.lo >= 0 else low - half, high + half


def along(tree: Node, corner: Mapping[str, Number], name: str, level: Number = 0) -> Callable[[float], float]:
    """Return a formula, less a level, as a function of one of its operands, the others as given."""
    others = {other: float(value) for other, value in corner.items()}
    goal, tree = float(level), _in_floats(tree)
    return lambda x: float(value_at(tree, others | {name: x})) - goal


def _in_floats(node: Node) -> Node:
    """Return a formula with its numbers as floats: where a root is only looked for, fractions cost time."""
    value = float(node.value) if node.kind == "number" else node.value
    return Node(node.kind, tuple(_in_floats(part) for part in node.parts), value)


def root(function: Callable[[float], float], start: float, width: float) -> float | None:
    """Return a zero of a function near ``start`` by the secant method, None when none is found."""
    try:
        x0, x1 = start, start + width
        f0, f1 = function(x0), function(x1)
        for _ in range(_STEPS):
            if f0 == 0:
                return x0
            if f1 == f0:
                return None
            x0, x1, f0 = x1, x1 - f1 * (x1 - x0) / (f1 - f0), f1
            if not math.isfinite(x1):
                return None
            f1 = function(x1)
            if abs(x1 - x0) <= 1e-12 * max(abs(x1), 1e-9):
                return x1
        return x1 if abs(f1) <= 1e-9 * max(abs(f0), 1.0) else None
    except (ZeroDenominatorError, ZeroDivisionError, OverflowError):
        return None
