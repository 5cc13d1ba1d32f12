"""Whether numbers can stand to each other as a formula says, fast enough to try every pair of a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.register.claims import Claim

_CLOSE = 0.12
"""A fit says something only where the intervals of both sides together are narrower than this part of the number."""


@dataclass(frozen=True)
class Span:
    """A number with the interval it stands for, in floats."""

    value: float
    lo: float
    hi: float

    @classmethod
    def of(cls, claim: Claim) -> "Span":
        """Return the interval of a claim; one that is open to a side is taken as it is printed."""
        interval = claim.interval
        lo, hi = float(interval.lo), float(interval.hi)
        value, half = float(interval.value), float(claim.step) / 2
        return cls(value, lo if lo > -1e300 else value - half, hi if hi < 1e300 else value + half)

    def meets(self, other: "Span") -> bool:
        """Tell whether two intervals have a value in common."""
        return self.lo <= other.hi and other.lo <= self.hi

    def tells(self, other: "Span") -> bool:
        """Tell whether it would be no chance that the two meet."""
        width = (self.hi - self.lo) + (other.hi - other.lo)
        return width <= _CLOSE * max(abs(other.value), abs(self.value)) and abs(other.value) > 0


def total(parts: Sequence[Span]) -> Span:
    """Return the sum."""
    return Span(sum(each.value for each in parts), sum(each.lo for each in parts), sum(each.hi for each in parts))


def _corners(function: Callable[[float, float], float], a: Span, b: Span) -> Span | None:
    try:
        ends = [function(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
        return Span(function(a.value, b.value), min(ends), max(ends))
    except ZeroDivisionError:
        return None


TEMPLATES: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "difference": ("[{a}] - [{b}]", lambda a, b: a - b),
    "share": ("share([{a}], [{b}])", lambda a, b: 100 * a / b),
    "ratio": ("[{a}] / [{b}]", lambda a, b: a / b),
    "growth": ("growth([{a}], [{b}])", lambda a, b: 100 * (a / b - 1)),
    "growth_by": ("growth_by([{a}], [{b}])", lambda a, b: 100 * b / (a - b)),
    "change": ("change([{a}], [{b}])", lambda a, b: a - a / (1 + b / 100)),
    "before": ("before([{a}], [{b}])", lambda a, b: a / (1 + b / 100)),
}
"""Formulas of two numbers: how each is written, and what it gives."""


def fitted(name: str, a: Span, b: Span) -> Span | None:
    """Return what a template gives of two numbers, None where it has no value."""
    if (name in ("share", "ratio", "growth") and b.lo <= 0 <= b.hi) or (name in ("change", "before") and b.lo <= -100):
        return None
    return _corners(TEMPLATES[name][1], a, b)


def templates_for(target: Claim, a: Claim, b: Claim) -> list[str]:
    """Return the templates whose units agree: what gives percent for counts of one unit, what gives counts."""
    units = {a.row["unit"], b.row["unit"]}
    if "growth_rate" in (a.row["kind"], b.row["kind"]):
        return []
    if len(units) > 1 or any(unit.startswith(("percent", "ratio", "per ", "years")) for unit in units):
        return ["difference"] if units == {target.row["unit"]} else []
    if target.row["unit"] == "percent":
        growth = target.row["kind"] == "growth_rate"
        return ["growth", "growth_by"] if growth else ["share"]
    if target.row["unit"] == "ratio":
        return ["ratio"]
    return ["difference"] if units == {target.row["unit"]} else []
