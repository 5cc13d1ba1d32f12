"""Sentences and numbers of findings, in Dutch or English."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from analysis.cleaning.numbers import localise_number
from analysis.intervals.formula_range import Number


@dataclass(frozen=True)
class Message:
    """A sentence to be said: its key in ``sentences.toml`` with what fills its places, or a text as it was entered."""

    key: str = ""
    places: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("analysis.register").joinpath("words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Words:
    """One language, ``nl`` or ``en``."""

    code: str = "en"

    def say(self, said: Message) -> str:
        """Return a sentence with its places filled in."""
        places = {name: self.say(part) if isinstance(part, Message) else part for name, part in said.places.items()}
        return said.text or _sentences()[said.key][self.code].format(**places)

    def key(self, key: str, **places: Any) -> str:
        """Return a sentence by its key."""
        return self.say(Message(key, places))

    def number(self, value: Number | None, decimals: int | None = None) -> str:
        """Return a number for a sentence: with these decimals, or with four digits after what its size makes clear."""
        if value is None or math.isinf(value):
            return "…"
        size = float(value)
        digits = max(0, 3 - int(math.log10(abs(size)))) if decimals is None and size else decimals or 0
        text = f"{size:,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text and decimals is None else text
        return localise_number(text, self.code)

    def ends(self, lo: Number, hi: Number) -> tuple[str, str]:
        """Return the ends of an interval with as many digits as tell them apart."""
        ends = self.number(lo), self.number(hi)
        for digits in range(1, 7):
            if lo == hi or ends[0] != ends[1]:
                break
            ends = self.number(lo, digits), self.number(hi, digits)
        return ends

    def span(self, lo: Number, hi: Number) -> str:
        """Return an interval, or the one number that it is."""
        ends = self.ends(lo, hi)
        return ends[0] if lo == hi else self.key("to", lo=ends[0], hi=ends[1])
