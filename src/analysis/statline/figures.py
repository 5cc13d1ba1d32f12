"""The text of a cell as it comes to the text that is kept, and the rounding that all texts of a measure share."""

import math
import re
from collections.abc import Iterable
from typing import Any

from analysis.errors import DataError

_NUMBER = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_SWAPPED = str.maketrans(",.", ".,")
MOST_DIGITS = 15
"""A double keeps so many digits exactly."""
DOT, BLANK = 0, 1


class FigureTexts(list):
    """The different texts that are kept; a cell is the number of its text. The first two are the dot and the blank."""

    def __init__(self) -> None:
        super().__init__([".", ""])
        self._numbers = {".": DOT, "": BLANK}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        if text not in self._numbers:
            self._numbers[text] = len(self)
            self.append(text)
        return self._numbers[text]


class Figures(dict):
    """The number of the text that is kept of each cell of one measure: each different cell is parsed once.

    A text of v3 has as many decimals as are declared or fewer: ``1.230`` in a measure without decimals may be 1,230 or
    1.23, and is refused. Numbers of v4 and csv may end in zeros, those of v4 in an exponent; csv has decimal commas.
    """

    def __init__(self, texts: FigureTexts, column: str, decimals: int, platform: str) -> None:
        super().__init__({None: BLANK})
        self.texts, self.column, self.decimals = texts, column, decimals
        self.typed, self.comma, self.exponents = platform != "v3", platform == "csv", platform == "v4"

    def __missing__(self, raw: Any) -> int:
        text = str(raw).strip() if not isinstance(raw, bool) else repr(raw)
        self[raw] = self.texts.number(text if text in ("", ".") else self._kept(text))
        return self[raw]

    def _kept(self, text: str) -> str:
        written = text.translate(_SWAPPED) if self.comma else text
        written = _plain_exponent(written) if self.exponents and _EXPONENT.fullmatch(written) else written
        found = _NUMBER.fullmatch(written)
        if not found:
            raise DataError(f"{self.column}: expected a number, a dot or a blank, found {text[:40]!r}.")
        sign, whole, fraction = found[1], found[2].lstrip("0") or "0", found[3] or ""
        shown = fraction.rstrip("0") if self.typed else fraction
        if len(shown) > self.decimals:
            raise DataError(f"{self.column}: expected at most {self.decimals} decimals, found {text[:40]!r}.")
        if len(whole) + len(shown) > MOST_DIGITS:
            raise DataError(
                f"{self.column}: expected at most {MOST_DIGITS} digits, found {len(whole)} in {text[:20]}…."
            )
        fraction = fraction.rstrip("0")
        kept = f"{whole}.{fraction}" if fraction else whole
        return f"-{kept}" if sign == "-" and kept != "0" else kept


def _plain_exponent(text: str) -> str:
    from decimal import Decimal

    return f"{Decimal(text):f}"


def common_step(texts: Iterable[str]) -> float | None:
    """Return the largest of 1 and 5 times a power of ten of which all figures are multiples; None without any but 0.

    No table of CBS is known that rounds to more than thousands of what it prints: a step is at most 1,000.
    """
    figures = {text.lstrip("-") for text in texts if text not in (".", "", "0")}
    if not figures:
        return None
    decimals = max(len(text.partition(".")[2]) for text in figures)
    divisor = math.gcd(*(int(f"{float(text):.{decimals}f}".replace(".", "")) for text in figures))
    unit = 10**decimals
    steps = [width * 10**power for power in range(decimals + 4) for width in (1, 5)]
    return max(step for step in steps if divisor % step == 0 and step <= 1000 * unit) / unit
