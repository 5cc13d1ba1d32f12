"""Slips of rounding: to the wrong side, or twice."""

from collections.abc import Iterator
from fractions import Fraction

from analysis.intervals.formula_range import Number
from analysis.register.slips.case import Case, Explanation, Variant, plain
from analysis.register.slips.odds import rounded

_FINER = (Fraction(1, 10), Fraction(1, 100))
"""First steps, as a part of the last, with which a number is often rounded before it is printed."""


def rounding_slips(case: Case) -> list[Explanation]:
    """Return the roundings to the wrong side, or in two steps, that give the printed number."""
    if case.claim.row["wording"]:
        return []
    found = []
    for value in dict.fromkeys(each.result.value for each in case.evaluations if each.result.value):
        twice = list(_twice(case, Fraction(value)))
        found += [*case.giving("double_rounding", twice[:1]), *case.giving("double_rounding", twice[1:])]
        found += case.giving("rounding_direction", _other_side(case, value))
    return found


def _other_side(case: Case, value: Number) -> Iterator[Variant]:
    """Yield the printed number where what was computed lies less than a step from it, on the far side of a half."""
    printed, step = case.claim.value, case.claim.step
    if step / 2 < abs(value - printed) < step:
        yield Variant(printed, (case.claim.id,), f"{plain(value)} → {case.claim.row['value']}")


def _twice(case: Case, value: Fraction) -> Iterator[Variant]:
    step = case.claim.step
    for part in _FINER:
        first = rounded(value, step * part)
        second = rounded(first, step)
        if second != rounded(value, step):
            worked = f"{plain(value)} → {plain(first)} → {plain(second)}"
            yield Variant(second, (case.claim.id,), worked)
