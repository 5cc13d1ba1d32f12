"""One language of the glossary: words, sentences, numbers, periods."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.classifications.categories import read_list
from analysis.cleaning.periods import parse_period, period_grain, period_title
from analysis.errors import DataError, check_choice
from analysis.intervals.formula_range import Number
from analysis.language.glossary import LANGUAGES, glossary, glossary_entry
from analysis.language.numbers import decimals_needed, round_outward, significant_decimals

_NUMERAL = re.compile(r"-?\d+(?:\.(\d+))?")
_DIGITS, _DIGITS_BELOW_ONE = 4, 3  # significant digits of a number in a sentence
_DUTCH_MARKS = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Message:
    """A sentence not yet in a language: the section and key of its entry with what fills its fields, or plain text.

    ``dutch`` is the Dutch of a plain text in English, where there is one.
    """

    section: str = ""
    key: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    dutch: str = ""


class Translator:
    """One language of the glossary.

    Parameters
    ----------
    code : {"nl", "en"}

    Raises
    ------
    CallError
        When there is no such language.
    """

    def __init__(self, code: str) -> None:
        self.code = check_choice("lang", code, LANGUAGES)

    def word(self, section: str, key: str, **fields: Any) -> str:
        """Return an entry of the glossary, its fields filled in.

        Raises
        ------
        DataError
            When the glossary has no such entry, or a field is left empty.
        """
        return self.fill(glossary_entry(section, key), f"entry {section}.{key}", **fields)

    def fill(self, entry: Mapping[str, str], name: str, **fields: Any) -> str:
        """Return the text of an entry in this language, its fields filled in; ``name`` is for the message."""
        try:
            return entry[self.code].format(**fields)
        except KeyError as fault:
            raise DataError(f"glossary: {name} needs a value for {fault}.") from fault

    def render(self, message: Message) -> str:
        """Return a message as a sentence; messages among its fields are rendered first."""
        if message.text:
            return message.dutch if self.code == "nl" and message.dutch else message.text
        fields = {
            name: self.render(each) if isinstance(each, Message) else each for name, each in message.fields.items()
        }
        return self.word(message.section, message.key, **fields)

    def column(self, name: str, section: str = "labels") -> str:
        """Return what a column is called: an entry of ``labels`` or ``quantities``, else its own name in words."""
        entry = glossary()[section].get(name)
        return entry[self.code] if entry else name.replace("_", " ")

    def figure(self, name: str, **fields: Any) -> tuple[str, str]:
        """Return title and alternative text of a figure; one that no chapter declares has its own name for both."""
        if name not in glossary()["figures"]:
            return (self.column(name),) * 2
        return tuple(self.word(f"figures.{name}", part, **fields) for part in ("title", "alt"))  # type: ignore

    def value(self, text: str) -> str:
        """Return the name of a group, region, unit or reason; one that is not known stands for itself."""
        entry = glossary()["values"].get(text) or read_list("regions")["regions"].get(text)
        if not entry and " & " in text:  # groups that cross
            return " & ".join(map(self.value, text.split(" & ")))
        return entry[self.code] if entry else text

    def series(self, table: str) -> str:
        """Return what a line is called that is drawn of a table: in words where there are, its number tells nobody."""
        entry = glossary()["series"].get(table)
        return entry[self.code] if entry else self.value(table)

    def number(self, value: Number, decimals: int = 0, sign: bool = False) -> str:
        """Return a number as ``1,234.5``, in Dutch ``1.234,5``, or that there is none; ``sign`` shows a plus too."""
        if pd.isna(value):
            return self.value("no_value")
        rounded = round(float(value), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
        text = f"{rounded:{'+' if sign and rounded else ''},.{decimals}f}"
        return text.translate(_DUTCH_MARKS) if self.code == "nl" else text

    def significant(self, value: Number | None) -> str:
        """Return a number with its significant digits and no trailing zero, ``…`` for an infinite or absent one."""
        if value is None or math.isinf(value):
            return "…"
        decimals = significant_decimals(value, _DIGITS if abs(value) >= 1 else _DIGITS_BELOW_ONE)
        return self.number(value, decimals_needed(decimals, float(value)))

    def distinct_ends(self, lo: Number | None, hi: Number | None) -> tuple[str, str]:
        """Return the ends of an interval with their significant digits, or as many decimals as tell them apart."""
        ends = self.significant(lo), self.significant(hi)
        for decimals in range(1, 7):
            if lo == hi or ends[0] != ends[1] or math.isinf(lo):
                break
            ends = self.number(lo, decimals), self.number(hi, decimals)
        return ends

    def interval(self, lo: float, hi: float, decimals: int, sign: bool = False, form: str = "brackets") -> str:
        """Return an interval, rounded outward; ``form`` is how section ``intervals`` words one with two finite ends."""
        finite = [end for end in (lo, hi) if math.isfinite(end)]
        if not finite:
            return self.word("intervals", "unbounded")
        low, high = (self.number(end, decimals, sign) for end in round_outward(finite[0], finite[-1], decimals))
        form = form if len(finite) == 2 else "or_more" if math.isfinite(lo) else "or_less"
        return self.word("intervals", form, lo=low, hi=high)

    def span(self, lo: Number | None, hi: Number | None) -> str:
        """Return an interval with as many digits as tell its ends apart, or the one number that it is."""
        low, high = self.distinct_ends(lo, hi)
        return low if lo == hi else self.word("intervals", "span", lo=low, hi=high)

    def numerals(self, text: str) -> str:
        """Return a text with each number in it as the language prints it, and ``to`` between two in the language."""
        entry = glossary()["values"].get(text)
        if entry:
            return entry[self.code]
        printed = _NUMERAL.sub(lambda found: self.number(float(found[0]), len(found[1] or "")), text)
        return printed.replace(" to ", self.word("intervals", "to"))

    def period(self, text: str, short: bool = False) -> str:
        """Return a period as it is written in a sentence, or with ``short`` in a table (``2024 Q4``, ``2024 kw 4``).

        ``2019Q1/2025Q4`` goes from the one to the other.
        """
        if "/" in text:
            return self.word("intervals", "through").join(self.period(each, short) for each in text.split("/"))
        period: pd.Period = parse_period(text)
        grain, title = period_grain(period), period_title(period, self.code)
        if short and grain == "quarter":
            return f"{period.year} {'kw ' if self.code == 'nl' else 'Q'}{period.quarter}"
        if short or grain == "year":
            return title
        year, part = title.split(" ", 1)
        if grain == "month":
            return f"{part} {year}"
        return f"het {part} van {year}" if self.code == "nl" else f"the {part} of {year}"
