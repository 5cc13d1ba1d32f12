"""Slips of the hand: digits that changed places or stand twice, a power of ten, a lost sign."""

from collections.abc import Iterator
from fractions import Fraction

from analysis.register.slips.case import Case, Explanation, Variant, plain
from analysis.register.suspects import MONEY

_LARGEST_POWER = 6


def digit_slips(case: Case) -> list[Explanation]:
    """Return the slips of the hand that turn a number which everything allows into the printed one."""
    return [
        *case.turned("transposed_digits", _transposed(case)),
        *case.turned("power_of_ten", _powers(case)),
        *case.turned("sign", _sign(case)),
    ]


def _variant(case: Case, value: Fraction) -> Variant:
    printed = case.claim.row["value"]
    return Variant(value, (case.claim.id,), f"{_as_entered(value, printed)} → {printed}")


def _as_entered(value: Fraction, printed: str) -> str:
    decimals = len(printed.partition(".")[2])
    return (
        plain(value)
        if value % Fraction(1, 10**decimals)
        else f"{float(value):.{0 if value == int(value) else decimals}f}"
    )


def _transposed(case: Case) -> Iterator[Variant]:
    """Yield the numbers of which two neighbouring digits changed places, or one digit was doubled or left out."""
    printed, step = case.claim.value, case.claim.step
    unit = step if printed % step == 0 else Fraction(1, 10 ** len(case.claim.row["value"].partition(".")[2]))
    digits, sign = str(abs(int(printed / unit))), -1 if printed < 0 else 1
    places = range(len(digits) - 1)
    swapped = {digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in places if digits[i] != digits[i + 1]}
    once = {digits[:i] + digits[i + 1 :] for i in places if digits[i] == digits[i + 1] != "0"}
    twice = {digits[: i + 1] + digits[i:] for i in range(len(digits)) if digits[i] != "0"}
    for each in sorted(each for each in swapped | once | twice if each != digits and each[0] != "0"):
        yield _variant(case, sign * int(each) * unit)


def _powers(case: Case) -> Iterator[Variant]:
    for power in range(1, _LARGEST_POWER + 1):
        for factor in (Fraction(10) ** power, Fraction(1, 10**power)):
            yield _variant(case, case.claim.value * factor)


def _sign(case: Case) -> Iterator[Variant]:
    kind, unit = case.claim.row["kind"], case.claim.row["unit"]
    if kind in ("change", "growth_rate") or unit in MONEY or case.claim.value < 0:
        yield _variant(case, -case.claim.value)
