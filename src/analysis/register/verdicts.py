"""The verdicts: what a formula gives, and how that is compared with the number or statement as printed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis.intervals.formula import TRUTHS, Node
from analysis.intervals.formula_range import Interval, Number, Range, range_of, value_at
from analysis.missing import UNDECIDED
from analysis.register.claims import Claim

HOLDS, FAILS = "holds", "fails"
REPRODUCED, WITHIN, UNDECIDABLE = "reproduced", "within_rounding", "undecidable"
INCONSISTENT, DIFFERS = "inconsistent", "differs"
SUPPORTED = "supported"
REVISED, DEFINITION, CLASSIFICATION = "revised_since", "definition_differs", "classification_break"
NOT_IN_SNAPSHOT, NOT_OPEN, NOT_CHECKED = "not_in_snapshot", "not_open_data", "not_checked"
EXCLUDED = "excluded"
"""The outcome of a derivation that contradicts the claim; document, tables and known causes make a verdict of it."""
HOLDING, CONTRADICTED = (REPRODUCED, WITHIN), (INCONSISTENT, DIFFERS)
TONES = {
    **dict.fromkeys(HOLDING, "stands"),
    **dict.fromkeys(CONTRADICTED, "fails"),
    **dict.fromkeys((REVISED, DEFINITION, CLASSIFICATION), "known"),
    SUPPORTED: "supported",
    **dict.fromkeys((UNDECIDABLE, NOT_IN_SNAPSHOT, NOT_OPEN, NOT_CHECKED), "open"),
}
"""What each verdict comes down to: the number stands, it does not, it differs for a known reason, something that stands
rests on it, or that is open."""
VERDICTS = tuple(TONES)


@dataclass(frozen=True, eq=False)
class Recomputed:
    """What a formula or query gives.

    For a number ``value``, ``lo`` and ``hi``; for a statement ``truth``, with the margin of the comparison that comes
    nearest to failing in their place. ``ends`` holds operands with which the ends are reached.
    """

    value: Number
    lo: Number
    hi: Number
    truth: str | None = None
    ends: Range | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is a rank or a number of comparisons that hold."""
        return self.truth is None and self.ends is None


def recompute(tree: Node, operands: Mapping[str, Interval]) -> Recomputed:
    """Return what a formula gives: value and exact range, or whether a statement holds. Raises what `range_of` does."""
    centre = {name: each.value for name, each in operands.items()}
    gaps = [(each.kind, difference(each)) for each in comparisons_of(tree)]
    compared = [(kind, range_of(gap, operands), value_at(gap, centre)) for kind, gap in gaps]
    if tree.kind in TRUTHS:
        return _truth(compared)
    if tree.kind in ("rank", "count"):
        return _number_of(compared, start=1 if tree.kind == "rank" else 0)
    ends = range_of(tree, operands)
    return Recomputed(value_at(tree, centre), ends.lo, ends.hi, ends=ends)


def comparisons_of(tree: Node) -> Sequence[Node]:
    """Return the comparisons that a statement, rank or count consists of; none for a number."""
    if tree.kind == "rank":
        return [Node("<", (tree.parts[0], other)) for other in tree.parts[1:]]
    if tree.kind in ("and", "count"):
        return tree.parts
    return (tree,) if tree.kind in TRUTHS else ()


def difference(comparison: Node) -> Node:
    """Return what is above zero when a comparison holds (zero itself, for ``==``)."""
    one, two = comparison.parts
    return Node("-", (two, one) if comparison.kind in ("<", "<=") else (one, two))


def decided(kind: str, lo: Number, hi: Number) -> str:
    """Return whether a comparison holds, from the range of its difference."""
    if kind == "==":
        return HOLDS if lo == hi == 0 else FAILS if lo > 0 or hi < 0 else UNDECIDED
    strict = kind in ("<", ">")
    if lo > 0 or (lo == 0 and not strict):
        return HOLDS
    return FAILS if hi < 0 or (hi == 0 and strict) else UNDECIDED


def _truth(compared: Sequence[tuple[str, Range, Number]]) -> Recomputed:
    outcomes = [(decided(kind, ends.lo, ends.hi), value, ends) for kind, ends, value in compared]
    truth = min((each for each, _, _ in outcomes), key=(FAILS, UNDECIDED, HOLDS).index)
    _, value, ends = min((each for each in outcomes if each[0] == truth), key=lambda each: each[1])
    return Recomputed(value, ends.lo, ends.hi, truth, ends)


def _number_of(compared: Sequence[tuple[str, Range, Number]], start: int) -> Recomputed:
    """Return how many comparisons hold, counted from ``start``: as printed, at least, at most."""
    printed = [decided(kind, value, value) for kind, _, value in compared].count(HOLDS)
    truths = [decided(kind, ends.lo, ends.hi) for kind, ends, _ in compared]
    return Recomputed(start + printed, start + truths.count(HOLDS), start + len(truths) - truths.count(FAILS))


def verdict_for(claim: Claim, result: Recomputed, copy: bool = False) -> str:
    """Return `REPRODUCED`, `WITHIN`, `UNDECIDABLE` or `EXCLUDED`.

    A number is excluded when no value that the operands allow lies in the interval it stands for. Ends that touch do
    not exclude, but for a ``copy``: no one rule of rounding prints a value as 59 and as 60. A statement, a rank, a
    count of comparisons and a number with an open end (at least, at most) hold when every value allowed lies in it, and
    cannot be decided when only some do; a rank or count has whole values only.
    """
    if result.truth is not None:
        return {HOLDS: REPRODUCED, FAILS: EXCLUDED}.get(result.truth, UNDECIDABLE)
    printed = claim.interval
    if (copy and touches(claim, result)) or result.hi < printed.lo or result.lo > printed.hi:
        return EXCLUDED
    if result.is_whole and math.floor(min(result.hi, printed.hi)) < max(result.lo, printed.lo):
        return EXCLUDED
    if claim.is_statement or result.is_whole:
        inside = printed.lo <= result.lo and result.hi <= printed.hi
        return REPRODUCED if inside else UNDECIDABLE
    return REPRODUCED if abs(result.value - claim.value) <= claim.step / 2 else WITHIN


def touches(claim: Claim, result: Recomputed) -> bool:
    """Tell whether the interval of a result and that of a claim have an end in common and nothing else."""
    printed = claim.interval
    return result.lo < result.hi and printed is not None and (result.hi == printed.lo or result.lo == printed.hi)


def as_printed(value: Number, claim: Claim, down: bool = False, finer: int = 0) -> str:
    """Return a number rounded to the step in which the claim is printed, a half upwards, or else ``down``wards.

    With ``finer`` the step is that many digits smaller.
    """
    if math.isinf(value):
        return "any" if value > 0 else "-any"
    step = claim.step / 10**finer
    steps = Fraction(value) / step
    whole = math.ceil(steps - Fraction(1, 2)) if down else math.floor(steps + Fraction(1, 2))
    rounded = whole * step
    decimals = len(claim.row["precision"].partition(".")[2]) + (finer if step < 1 else 0)
    # a count whose thousands mark was printed as a decimal one is a count all the same
    return str(int(rounded)) if rounded == int(rounded) and abs(rounded) >= 1000 else f"{float(rounded):.{decimals}f}"


def suggestion(claim: Claim, result: Recomputed) -> str | None:
    """Return what should be printed instead of an excluded number: one value, or the range that is allowed.

    The ends of a range are its own: a half is rounded into it. Where the number itself is right and its wording is not,
    the right wording stands before it; what is suggested never is what is printed.
    """
    if result.truth is not None or claim.value is None:
        return None
    lo, hi = as_printed(result.lo, claim), as_printed(result.hi, claim, down=True)
    one = lo == hi or result.lo == result.hi
    if claim.row["wording"] and _has(claim.value, lo, lo if one else hi):
        return f"{_right_wording(claim, result)} {claim.row['value']}"
    finer = 0
    while one and finer < _FINEST and Fraction(lo) == claim.value:
        finer += 1
        lo = hi = as_printed(result.value, claim, finer=finer)
    return lo if one else f"{lo} to {hi}"


_FINEST = 6
"""Digits beyond those printed, at the most, where a count that was printed whole is none."""


def _has(value: Fraction, lo: str, hi: str) -> bool:
    """Tell whether a number lies in a range of printed ends; one at infinity is open."""
    return ("any" in lo or Fraction(lo) <= value) and ("any" in hi or value <= Fraction(hi))


def _right_wording(claim: Claim, result: Recomputed) -> str:
    """Return the word that fits a printed number: what was computed lies below it in size, above it, or around it."""
    size = abs(claim.value)
    lo, hi = sorted((abs(result.lo), abs(result.hi)))
    fitting = "nearly" if hi < size else "over" if lo > size else "about"
    return "exactly" if fitting == claim.row["wording"] or lo == hi == size else fitting
