"""The exact range of a formula over the intervals of its operands, each counted once however often it occurs.

The slope in an operand says in which direction it moves the value. Bounds of all slopes over the box of intervals come
from interval arithmetic with forward differentiation (Moore, Kearfott and Cloud 2009, Introduction to Interval
Analysis, SIAM). Where every slope keeps its sign, the formula has its ends in two corners, and its value there is
computed in fractions: nothing is lost. Where a slope changes sign, the box is cut until it does not, or until what is
left cannot matter (branch and bound).
"""

import heapq
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import count

from analysis.errors import NotExactError
from analysis.intervals.formula import FormulaError, Node

Number = Fraction | float
Span = tuple[float, float]
Bounds = tuple[Span, dict[str, Span]]

CLOSE = 1e-9
"""How close to the end of its range a formula with a slope that changes sign is followed, as a share of its size:
thousands of times the noise of floats (some thirty steps at 2**-52), and far below any printed precision."""
_MOST_BOXES = 20_000


@dataclass(frozen=True)
class Interval:
    """A number as printed and the closed interval that it stands for; an end may be infinite."""

    value: Number
    lo: Number
    hi: Number


@dataclass(frozen=True)
class Range:
    """The lowest and the highest value of a formula, and operands with which it has them."""

    lo: Number
    hi: Number
    at_lo: Mapping[str, Number]
    at_hi: Mapping[str, Number]


class ZeroDenominatorError(FormulaError):
    """A division by something that may be zero."""


def _ratio(one: Number, two: Number) -> Number:
    if two == 0:
        raise ZeroDenominatorError("a division by zero.")
    return one / two


_VALUES: dict[str, Callable[..., Number]]
_VALUES = {"-": operator.sub, "*": operator.mul, "/": _ratio, "min": min, "max": max, "abs": abs}
_VALUES |= {"+": lambda *parts: sum(parts[1:], parts[0])}


def value_at(node: Node, at: Mapping[str, Number]) -> Number:
    """Return the value of a formula for given operands: exact when they are fractions."""
    if node.kind == "number":
        return node.value
    if node.kind in ("claim", "cell"):
        return at[node.value]
    return _VALUES[node.kind](*[value_at(part, at) for part in node.parts])


def range_of(node: Node, operands: Mapping[str, Interval]) -> Range:
    """Return the range of a formula over the box of its operands.

    Raises
    ------
    ZeroDenominatorError
        When something that is divided by may be zero.
    NotExactError
        When the range cannot be followed closely enough.
    """
    names = dict.fromkeys(str(each.value) for each in node.walk() if each.kind in ("claim", "cell"))
    box = {name: (float(operands[name].lo), float(operands[name].hi)) for name in names}
    exact = {name: (operands[name].lo, operands[name].hi) for name in names}
    _, slopes = _span(node, box)
    # a slope that is zero throughout moves nothing: either end will do
    rising = {name: None if lo < 0 < hi else lo >= 0 for name, (lo, hi) in slopes.items()}
    if None in rising.values():
        low, high = _end(node, box, exact, -1), _end(node, box, exact, 1)
    else:
        high = {name: exact[name][rising.get(name, True)] for name in names}
        low = {name: exact[name][not rising.get(name, True)] for name in names}
    ends = value_at(node, low), value_at(node, high)
    if any(math.isnan(end) for end in ends):
        raise NotExactError("an operand without an end leaves the formula without a range.")
    return Range(*ends, low, high)


def _end(node: Node, box: dict[str, Span], exact: Mapping[str, tuple], sign: int) -> dict[str, Number]:
    """Return operands with which the formula is highest (``sign`` 1) or lowest (-1), to within `CLOSE` of its size."""
    best, best_at = -math.inf, {}
    ties, waiting = count(), [(-math.inf, 0, box)]
    for _ in range(_MOST_BOXES):
        bound, _, part = heapq.heappop(waiting)
        if best > -math.inf and -bound <= best + CLOSE * max(abs(best), 1.0):
            return best_at
        (lo, hi), slopes = _span(node, part)
        fixed = {n: (p[s * sign > 0],) * 2 for n, p in part.items() for s in [_sign(slopes.get(n, _NIL))] if s}
        part = part | fixed
        corner = {n: _exactly(ends[0] if n in fixed else sum(ends) / 2, exact[n], box[n]) for n, ends in part.items()}
        value = sign * float(value_at(node, corner))
        if value > best:
            best, best_at = value, corner
        open_sides = {n: (ends[1] - ends[0]) * max(map(abs, slopes[n])) for n, ends in part.items() if n not in fixed}
        if not open_sides:
            if not waiting:
                return best_at
            continue
        # mean value theorem: from the middle of the box, half of each side times its steepest slope at most
        mean_value = value + sum(open_sides.values()) / 2
        upper = min(hi if sign > 0 else -lo, mean_value)
        widest = max(open_sides, key=open_sides.__getitem__)
        left, right = part[widest]
        for half in ((left, (left + right) / 2), ((left + right) / 2, right)):
            heapq.heappush(waiting, (-upper, next(ties), part | {widest: half}))
    raise NotExactError(
        "a formula that turns too often: its range cannot be followed. Write it with each operand once."
    )


def _sign(slope: Span) -> int:
    lo, hi = slope
    return 1 if lo >= 0 else -1 if hi <= 0 else 0


def _exactly(end: float, exact: tuple[Number, Number], box: Span) -> Number:
    """Return an end of the box as the fraction it is, any other point as the fraction that the float stands for."""
    return exact[0] if end == box[0] else exact[1] if end == box[1] else Fraction(end)


def _span(node: Node, box: Mapping[str, Span]) -> Bounds:
    """Return bounds of a formula over a box, and bounds of its slope in each operand."""
    if node.kind == "number":
        return (float(node.value), float(node.value)), {}
    if node.kind in ("claim", "cell"):
        return box[str(node.value)], {str(node.value): (1.0, 1.0)}
    parts = [_span(part, box) for part in node.parts]
    if node.kind == "+":
        return reduce(_sum, parts)
    if node.kind == "-":
        return _sum(parts[0], _negative(parts[1]))
    if node.kind in ("*", "/"):
        return _product(node.kind, *parts)
    if node.kind in ("min", "max"):
        choose = min if node.kind == "min" else max
        span = choose(lo for (lo, _), _ in parts), choose(hi for (_, hi), _ in parts)
        return span, _of_any([slopes for _, slopes in parts])
    (lo, hi), slopes = parts[0]  # abs
    if lo >= 0 or hi <= 0:
        return parts[0] if lo >= 0 else _negative(parts[0])
    return (0.0, max(-lo, hi)), _of_any([slopes, _negative(parts[0])[1]])


def _sum(one: Bounds, two: Bounds) -> Bounds:
    (a, slopes), (b, more) = one, two
    return _plus(a, b), {n: _plus(slopes.get(n, _NIL), more.get(n, _NIL)) for n in slopes | more}


def _negative(one: Bounds) -> Bounds:
    span, slopes = one
    return _minus(span), {n: _minus(slope) for n, slope in slopes.items()}


def _product(kind: str, one: Bounds, two: Bounds) -> Bounds:
    (a, slopes), (b, more) = one, two
    names = slopes | more
    if kind == "*":  # (a b)' = a' b + a b'
        return _times(a, b), {n: _plus(_times(slopes.get(n, _NIL), b), _times(a, more.get(n, _NIL))) for n in names}
    if b[0] <= 0 <= b[1]:
        raise ZeroDenominatorError(f"a division by something between {b[0]:.6g} and {b[1]:.6g}, which holds zero.")
    over = 1 / b[1], 1 / b[0]
    quotient = _times(a, over)  # (a / b)' = (a' - (a / b) b') / b
    return quotient, {
        n: _times(_plus(slopes.get(n, _NIL), _times(quotient, _minus(more.get(n, _NIL)))), over) for n in names
    }


_NIL = (0.0, 0.0)


def _minus(one: Span) -> Span:
    return -one[1], -one[0]


def _plus(one: Span, two: Span) -> Span:
    return one[0] + two[0], one[1] + two[1]


def _times(one: Span, two: Span) -> Span:
    if one == _NIL or two == _NIL:
        return _NIL
    ends = [x * y if x and y else 0.0 for x in one for y in two]
    return min(ends), max(ends)


def _of_any(each: list[dict[str, Span]]) -> dict[str, Span]:
    """Return slopes that hold whichever of several formulas is the one that counts."""
    names = {name for slopes in each for name in slopes}
    spans = {name: [slopes.get(name, _NIL) for slopes in each] for name in names}
    return {name: (min(lo for lo, _ in some), max(hi for _, hi in some)) for name, some in spans.items()}
