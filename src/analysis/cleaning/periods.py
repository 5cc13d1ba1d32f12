"""Periods of CBS tables: strict reading of codes and titles, and the exact way back.

CBS writes a period as a code (``2024MM12``, ``2024KW04``, ``2024JJ00``) and as a title (``2024 december``,
``2024 4e kwartaal``, ``2024``; in English tables ``2024 December``, ``2024 4th quarter``). A title ends in ``*`` when
the figures are provisional and in ``**`` when they are further provisional.
"""

import re
from collections.abc import Iterable

import pandas as pd

from analysis.errors import DataError
from analysis.missing import FINAL, PROVISIONAL, REVISED_PROVISIONAL
from analysis.snapshots.format import GRAIN_OF_LETTERS, PERIOD_CODE

FREQUENCY: dict[str, str] = {"month": "M", "quarter": "Q-DEC", "year": "Y-DEC"}
_GRAIN = {frequency: grain for grain, frequency in FREQUENCY.items()}
_LETTERS = {grain: letters for letters, grain in GRAIN_OF_LETTERS.items()}
_LAST = {"month": 12, "quarter": 4, "year": 0}

MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_QUARTERS = {
    "nl": ["1e kwartaal", "2e kwartaal", "3e kwartaal", "4e kwartaal"],
    "en": ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"],
}
_TITLE_PARTS = {
    part: (grain, number)
    for grain, names in (("month", MONTHS), ("quarter", _QUARTERS))
    for language in names.values()
    for number, part in enumerate(language, start=1)
}

SPAN = re.compile(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}")
"""ISO 8601, from day to day: what is no month, quarter or year."""
_TITLE = re.compile(r"(\d{4})(?: (\S.*))?")
_SHORT = re.compile(r"(\d{4})(?:Q([1-4])|-(\d{2}))")

STATUS_OF_MARK = {"": FINAL, "*": PROVISIONAL, "**": REVISED_PROVISIONAL}
"""What the mark after a title says of its figures."""


def parse_period(text: str) -> pd.Period:
    """Read one period: a CBS code, a Dutch or English title without mark, or ``2024Q4`` and ``2024-12``.

    Raises
    ------
    DataError
        When the text is none of these, down to a stray blank or a month 13.
    """
    grain, year, number = _parts(text)
    if number > _LAST[grain] or (number == 0) != (grain == "year"):
        raise _refusal(text)
    return pd.Period(year=year, freq=FREQUENCY[grain], **({grain: number} if number else {}))


def _parts(text: str) -> tuple[str, int, int]:
    """Return grain, year, and number within the year; a year has number 0."""
    if found := PERIOD_CODE.fullmatch(text):
        return GRAIN_OF_LETTERS[found[2]], int(found[1]), int(found[3])
    if found := _SHORT.fullmatch(text):
        return ("quarter", int(found[1]), int(found[2])) if found[2] else ("month", int(found[1]), int(found[3]))
    if found := _TITLE.fullmatch(text):
        if found[2] is None:
            return "year", int(found[1]), 0
        if found[2] in _TITLE_PARTS:
            return (_TITLE_PARTS[found[2]][0], int(found[1]), _TITLE_PARTS[found[2]][1])
    raise _refusal(text)


def _refusal(text: str) -> DataError:
    return DataError(
        f"period {text!r} is no month, quarter or year: expected a code (2024MM12, 2024KW04, 2024JJ00), a title "
        "(2024 december, 2024 4e kwartaal, 2024) or a short form (2024-12, 2024Q4)."
    )


def period_grain(period: pd.Period) -> str:
    """Return ``month``, ``quarter`` or ``year``."""
    if period.freqstr not in _GRAIN:
        raise DataError(f"period {period} has frequency {period.freqstr}: expected a month, a quarter or a year.")
    return _GRAIN[period.freqstr]


def period_code(period: pd.Period) -> str:
    """Return the code of a period: the exact inverse of `parse_period`."""
    grain = period_grain(period)
    number = {"month": period.month, "quarter": period.quarter, "year": 0}[grain]
    return f"{period.year:04d}{_LETTERS[grain]}{number:02d}"


def period_title(period: pd.Period, lang: str = "nl") -> str:
    """Return the title of a period in Dutch or English, as CBS writes it, without mark."""
    grain = period_grain(period)
    if grain == "year":
        return f"{period.year:04d}"
    name = MONTHS[lang][period.month - 1] if grain == "month" else _QUARTERS[lang][period.quarter - 1]
    return f"{period.year:04d} {name}"


def parse_periods(texts: Iterable[str]) -> pd.PeriodIndex:
    """Read a column of periods of one grain; each distinct text is parsed once.

    Raises
    ------
    DataError
        When a text is no period, or when the grains differ (a yearly mean is not a month's figure).
    """
    column = pd.Series(list(texts), dtype="str")
    known = {text: parse_period(text) for text in column.unique()}
    grains = sorted({period_grain(period) for period in known.values()})
    if len(grains) > 1:
        raise DataError(f"periods of different grain ({', '.join(grains)}) in one column; choose one grain.")
    return pd.PeriodIndex(column.map(known), freq=FREQUENCY[grains[0]] if grains else FREQUENCY["quarter"])
