"""How a number is told in a sentence: with no more decimals than rounding decides, else with its interval."""

from __future__ import annotations

import html
import math
import re
from typing import Any

import pandas as pd

from analysis.language.translator import Language
from analysis.measures.tidy_frame import pick
from analysis.report.table_html import outward


def row_of(frame: pd.DataFrame, quantity: str, **labels: Any) -> pd.Series | None:
    """Return the single row of a quantity at these labels, None when it is not there."""
    rows = pick(frame, quantity)
    for name, value in labels.items():
        rows = rows[rows[name] == value]
    return rows.iloc[0] if len(rows) else None


def told(row: pd.Series | None, language: Language, decimals: int = 0, factor: float = 1, sign: bool = False) -> str:
    """Return a number with no more decimals than rounding decides; where that is not even these, its interval."""
    if row is None or pd.isna(row["value"]):
        return language.value("no_value")
    lo, hi = factor * row["value_lo"], factor * row["value_hi"]
    if not (math.isfinite(lo) and math.isfinite(hi)):
        return language.word("page", "unbounded")
    for places in (decimals, decimals + 1):
        ends = {language.number(end, places, sign) for end in (lo, hi)}
        if len(ends) == 1:
            return ends.pop()
    low, high = _ends(lo, hi, language, decimals + 1, sign)
    return language.word("page", "between", lo=low, hi=high)


def spanned(
    row: pd.Series | None,
    language: Language,
    decimals: int = 0,
    factor: float = 1,
    sign: bool = False,
    unit: str = "",
    finer: int = 0,
) -> str:
    """Return a number with its rounding interval and the word that says what interval that is; an exact one alone.

    The ends have ``finer`` decimals more than the number: one for a number that was printed in whole units.
    """
    if row is None or pd.isna(row["value"]):
        return language.value("no_value")
    value, lo, hi = (factor * row[name] for name in ("value", "value_lo", "value_hi"))
    text = f"{language.number(value, decimals, sign)}{unit}"
    if not (math.isfinite(lo) and math.isfinite(hi)):
        return f"{text} {language.word('page', 'unbounded')}"
    if lo == hi:
        return text
    low, high = _ends(lo, hi, language, decimals + finer, sign)
    return f"{text} {language.word('page', 'rounding', lo=low, hi=high)}"


def span(row: pd.Series | None, language: Language, decimals: int = 0, sign: bool = False) -> str:
    """Return the interval of a number, rounded outward to so many decimals."""
    if row is None or pd.isna(row["value"]):
        return language.value("no_value")
    low, high = _ends(row["value_lo"], row["value_hi"], language, decimals, sign)
    return language.word("page", "between", lo=low, hi=high)


def _ends(lo: float, hi: float, language: Language, decimals: int, sign: bool) -> tuple[str, ...]:
    return tuple(language.number(end, decimals, sign) for end in outward(lo, hi, decimals))


def plain(value: float, language: Language, decimals: int = 0, sign: bool = False) -> str:
    """Return a number with so many decimals, or that there is none."""
    return language.value("no_value") if pd.isna(value) else language.number(value, decimals, sign)


def printed(row: pd.Series | None, language: Language, sign: bool = False) -> str:
    """Return a count as it was printed."""
    return plain(value_of(row), language, sign=sign)


def value_of(row: pd.Series | None) -> float:
    """Return the value of a row, not a number when there is no row."""
    return float("nan") if row is None else row["value"]


def percent(confidence: float, language: Language) -> str:
    """Return a confidence level as a percentage, with a decimal only where it has one."""
    level = round(100 * confidence, 1)
    return language.number(level, 0 if level % 1 == 0 else 1)


def quoted(text: str) -> str:
    """Return a text of the reader's own as a Markdown quotation, with nothing in it that would be taken for markup."""
    return "> " + html.escape(re.sub(r"([\\`*_\[\]#|$~])", r"\\\1", text), quote=False)
