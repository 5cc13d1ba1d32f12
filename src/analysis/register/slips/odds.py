"""How likely each slip is, and when it explains a number better than an error without a name."""

from fractions import Fraction

KINDS = (
    "transposed_digits", "power_of_ten", "sign", "wrong_base", "pp_as_percent", "percent_as_pp", "share_as_growth",
    "omitted_part", "counted_twice", "neighbouring_cell", "swapped_rows", "earlier_edition", "rounding_direction",
    "double_rounding", "mean_of_ratios", "complement", "copied_error",
)  # fmt: skip
PRIOR = {
    "copied_error": 0.30,
    "swapped_rows": 0.20,
    "earlier_edition": 0.10,
    "sign": 0.08,
    "neighbouring_cell": 0.06,
    "double_rounding": 0.12,
    "rounding_direction": 0.10,
    "omitted_part": 0.06,
    "transposed_digits": 0.05,
    "wrong_base": 0.05,
    "power_of_ten": 0.04,
    "counted_twice": 0.03,
    "complement": 0.03,
    "pp_as_percent": 0.03,
    "percent_as_pp": 0.03,
    "share_as_growth": 0.02,
    "mean_of_ratios": 0.02,
}
"""Odds of a slip before anything is known, beside those of an error without a name (`UNNAMED`). A judgement, not a
count: what a checker meets often (a figure taken over wrong, a line too high or too low, an old edition) stands above
what takes a mistake in the method. `swapped_rows` and `copied_error` ask for a second figure that is wrong in the same
way, and `double_rounding` for digits that only it turns over, so that where they fit they are nearly always right."""
UNNAMED = 0.15
"""Odds of an error that no hypothesis gives; where it leaves the number is taken as even over a range of its size."""
LEAST = 0.25
"""A slip is shown when it is not much less likely than an error without a name: of ``tools/slip_benchmark`` the coarse
numbers (a growth of 1 percent that lost its sign) would have none otherwise."""


def odds(kind: str, count: int, width: float, size: float) -> float:
    """Return how much likelier a slip is that gives the printed number than an error that happens to give it.

    A hypothesis of which many variants were worked out is spread over them, so that each is worth less; the more values
    a variant would fit (``width``, beside the ``size`` of the number), the more often it fits by chance.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    count : int
        Variants of the hypothesis that were worked out.
    width : float
        Width of the values that would have fitted: the printed step, or the range that the evidence leaves.
    size : float
        The larger of the printed and the right number, in size.
    """
    chance = min(width / size, 1.0) if size > 0 else 1.0
    return PRIOR[kind] / max(count, 1) / (UNNAMED * max(chance, 1e-6))


def rounded(value: Fraction | float, step: Fraction, down: bool = False) -> Fraction:
    """Return a number rounded to a step, a half away from zero, or else with ``down`` towards it."""
    steps = abs(Fraction(value)) / step
    whole = -((-2 * steps + 1) // 2) if down else (2 * steps + 1) // 2
    return (whole if value >= 0 else -whole) * step
