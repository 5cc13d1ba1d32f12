"""A number or statement of a document, as it may become a row of its register, and what a reader has in mind."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from analysis.register.draft.numbers import Printed
from analysis.register.schema import QUOTE_WORDS

LEVEL, CHANGE, GROWTH, SHARE = "level", "change", "growth_rate", "share"
RATIO, MEAN, STATEMENT = "ratio", "mean", "statement"


@dataclass(frozen=True)
class Candidate:
    """A number or statement of a document.

    ``reason`` says why it is no figure; ``row`` and ``column`` are its position in table ``block``, ``start`` that in a
    paragraph. ``precision`` and ``source_rounding`` are texts, as in the register.
    """

    id: str
    page: int
    location: str
    quote: str
    printed: str
    value: Fraction | None
    unit: str
    precision: str
    source_rounding: str
    wording: str
    kind: str
    quantity: str
    group: str
    period: str
    reason: str = ""
    block: int = 0
    sentence: int = 0
    start: int = 0
    row: int = -1
    column: int = -1

    @property
    def is_figure(self) -> bool:
        """Whether it is a number that the register should hold."""
        return not self.reason and self.value is not None

    @property
    def step(self) -> Fraction:
        """The step in which it is printed, as a claim has it."""
        return Fraction(self.precision or 0) or Fraction(1)


@dataclass
class Memory:
    """What a reader has in mind at a place of the text: the period and group last spoken of, and those of all of it."""

    main: str
    comma: str
    universe: frozenset[str]
    baseline: str = ""
    period: str = ""
    group: str = ""
    unit: str = ""
    stated_last: str = ""
    heading: str = ""
    stated: Counter[str] = field(default_factory=Counter)


def quote(text: str, start: int, end: int) -> str:
    """Return at most 25 words of a sentence around a number, as they stand there."""
    words = text.split()
    first = len(text[:start].split()) - (start > 0 and not text[start - 1].isspace())
    last = len(text[:end].split())
    behind = len(words) - last
    begin = max(0, first - max(QUOTE_WORDS // 2, QUOTE_WORDS - (last - first) - behind))
    return " ".join(words[begin : begin + QUOTE_WORDS])


def pooled_step(numbers: list[Printed]) -> dict[int, str]:
    """Return the step of each plain count of a passage: what is rounded in a passage is rounded alike.

    A count with a word such as "bijna" is rounded by itself, at most to its second digit after "circa".
    """
    zeros: dict[str, int] = {}
    for each in numbers:
        if _is_plain(each) and not each.wording and each.value:
            zeros[each.unit] = min(zeros.get(each.unit, each.zeros), each.zeros)
    least = min(
        (
            each.zeros
            for each in numbers
            if _is_plain(each) and not each.unit and not each.wording and each.value >= 100
        ),
        default=9,
    )
    steps = {}
    for index, each in enumerate(numbers):
        if not _is_plain(each):
            continue
        money = each.unit.startswith("euro")
        power = (
            each.zeros
            if each.wording or money
            else min(each.zeros, zeros.get(each.unit, 9), least if not each.unit or least == 1 else 9)
        )
        if each.wording == "about":
            power = min(power, max(len(str(int(abs(each.value)))) - 2, 0))
        steps[index] = str(10**power)
    return steps


def _is_plain(number: Printed) -> bool:
    return (
        not number.reason
        and number.step == "1"
        and number.value.denominator == 1
        and not number.unit.startswith(("percent", "ratio", "million", "billion"))
    )
