"""A number of a tidy frame in a sentence: with no more decimals than rounding decides, else with its interval."""

import html
import math
import re
from typing import Any

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick


def select_row(frame: pd.DataFrame, quantity: str, **labels: Any) -> pd.Series | None:
    """Return the single row of a quantity at these labels, None when it is not there."""
    rows = pick(frame, quantity)
    for name, value in labels.items():
        rows = rows[rows[name] == value]
    return rows.iloc[0] if len(rows) else None


def format_rounded(
    row: pd.Series | None, translator: Translator, decimals: int = 0, factor: float = 1, sign: bool = False
) -> str:
    """Return a number with no more decimals than rounding decides; where that is not even these, its interval."""
    if row is None or pd.isna(row["value"]):
        return translator.value("no_value")
    lo, hi = factor * row["value_lo"], factor * row["value_hi"]
    for digits in (decimals, decimals + 1) if math.isfinite(lo) and math.isfinite(hi) else ():
        ends = {translator.number(end, digits, sign) for end in (lo, hi)}
        if len(ends) == 1:
            return ends.pop()
    return translator.interval(lo, hi, decimals + 1, sign, "span")


def format_with_interval(
    row: pd.Series | None,
    translator: Translator,
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
        return translator.value("no_value")
    value, lo, hi = (factor * row[name] for name in ("value", "value_lo", "value_hi"))
    text = f"{translator.number(value, decimals, sign)}{unit}"
    return text if lo == hi else f"{text} {translator.interval(lo, hi, decimals + finer, sign, 'rounding')}"


def decided(rows: pd.DataFrame, highest: bool = True) -> pd.Series | None:
    """Return the row with the highest (or lowest) value, where its interval is beyond those of all others; else None.

    Two rows at least: one that stands alone is not the highest of anything.
    """
    rows = rows.dropna(subset="value").sort_values("value", ascending=not highest, kind="stable")
    if len(rows) < 2:
        return None
    first, others = rows.iloc[0], rows.iloc[1:]
    beyond = first["value_lo"] > others["value_hi"].max() if highest else first["value_hi"] < others["value_lo"].min()
    return first if beyond else None


def value_in(row: pd.Series | None) -> float:
    """Return the value of a row, not a number when there is no row."""
    return float("nan") if row is None else row["value"]


def format_percent(confidence: float, translator: Translator) -> str:
    """Return a confidence level as a percentage, with a decimal only where it has one."""
    level = round(100 * confidence, 1)
    return translator.number(level, 0 if level % 1 == 0 else 1)


def quote(text: str) -> str:
    """Return a text of the reader's own as a Markdown quotation, with nothing in it that would be taken for markup."""
    return "> " + html.escape(re.sub(r"([\\`*_\[\]#|$~])", r"\\\1", text), quote=False)
