"""The verdicts, and how a recomputed number or statement is compared with the printed one."""

from __future__ import annotations

import math
from fractions import Fraction

from analysis.intervals.formula_range import Number
from analysis.register.claims import Claim
from analysis.register.relations import FAILS, HOLDS, Recomputed

REPRODUCED, WITHIN, UNDECIDABLE = "reproduced", "within_rounding", "undecidable"
INCONSISTENT, DIFFERS = "inconsistent", "differs"
REVISED, DEFINITION, CLASSIFICATION = "revised_since", "definition_differs", "classification_break"
NOT_IN_SNAPSHOT, NOT_OPEN, NOT_CHECKED = "not_in_snapshot", "not_open_data", "not_checked"
VERDICTS = (
    REPRODUCED, WITHIN, INCONSISTENT, DIFFERS, REVISED, DEFINITION, CLASSIFICATION,
    UNDECIDABLE, NOT_IN_SNAPSHOT, NOT_OPEN, NOT_CHECKED,
)  # fmt: skip
EXCLUDED = "excluded"
"""The outcome of a derivation that contradicts the claim; document, tables and known causes make a verdict of it."""
CONTRADICTED = (INCONSISTENT, DIFFERS)
TONES = {
    **dict.fromkeys((REPRODUCED, WITHIN), "stands"),
    **dict.fromkeys(CONTRADICTED, "fails"),
    **dict.fromkeys((REVISED, DEFINITION, CLASSIFICATION), "known"),
    **dict.fromkeys((UNDECIDABLE, NOT_IN_SNAPSHOT, NOT_OPEN, NOT_CHECKED), "open"),
}
"""What each verdict comes down to: the number stands, it does not, it differs for a known reason, or that is open."""


def verdict_for(claim: Claim, result: Recomputed, copy: bool = False) -> str:
    """Return `REPRODUCED`, `WITHIN`, `UNDECIDABLE` or `EXCLUDED`.

    A number is excluded when no value that the operands allow lies in the interval it stands for. Ends that touch do
    not exclude, but for a ``copy``: no one rule of rounding prints a value as 59 and as 60. A statement, a rank and a
    number with an open end (at least, at most) hold when every value allowed lies in it, and cannot be decided when
    only some do.
    """
    if result.truth is not None:
        return {HOLDS: REPRODUCED, FAILS: EXCLUDED}.get(result.truth, UNDECIDABLE)
    printed = claim.interval
    if (copy and touches(claim, result)) or result.hi < printed.lo or result.lo > printed.hi:
        return EXCLUDED
    if claim.is_statement:
        inside = printed.lo <= result.lo and result.hi <= printed.hi
        return REPRODUCED if inside else UNDECIDABLE
    return REPRODUCED if abs(result.value - claim.value) <= claim.step / 2 else WITHIN


def touches(claim: Claim, result: Recomputed) -> bool:
    """Tell whether the interval of a result and that of a claim have an end in common and nothing else."""
    printed = claim.interval
    return result.lo < result.hi and printed is not None and (result.hi == printed.lo or result.lo == printed.hi)


def as_printed(value: Number, claim: Claim, down: bool = False) -> str:
    """Return a number rounded to the step in which the claim is printed, a half upwards, or else ``down``wards."""
    if math.isinf(value):
        return "any" if value > 0 else "-any"
    steps = Fraction(value) / claim.step
    whole = math.ceil(steps - Fraction(1, 2)) if down else math.floor(steps + Fraction(1, 2))
    rounded = whole * claim.step
    decimals = len(claim.row["precision"].partition(".")[2])
    # a count whose thousands mark was printed as a decimal one is a count all the same
    return str(int(rounded)) if rounded == int(rounded) and abs(rounded) >= 1000 else f"{float(rounded):.{decimals}f}"


def suggestion(claim: Claim, result: Recomputed) -> str | None:
    """Return what should be printed instead of an excluded number: one value, or the range that is allowed.

    The ends of a range are its own: a half is rounded into it.
    """
    if result.truth is not None or claim.value is None:
        return None
    ends = as_printed(result.lo, claim), as_printed(result.hi, claim, down=True)
    return ends[0] if ends[0] == ends[1] or result.lo == result.hi else f"{ends[0]} to {ends[1]}"
