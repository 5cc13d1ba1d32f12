"""Number text to values, keeping the reason of every gap.

CBS writes ``.`` for a figure that is unknown, unreliable or secret, and nothing at all where a figure cannot exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import DataError, name_some
from analysis.missing import IMPOSSIBLE, PRESENT, UNKNOWN

Style = Literal["wire", "dutch"]
_PATTERNS = {
    # CBS's service and this project's files: a decimal point, no thousands marks
    "wire": r"[+-]?\d+(?:\.\d+)?",
    # Dutch print: a decimal comma, dots between thousands (all of them or none)
    "dutch": r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?",
}


@dataclass(frozen=True, eq=False)
class Numbers:
    """Parsed cells: ``value`` (float, NaN where missing) and ``missing`` (a reason, or ``""``), of equal length."""

    value: np.ndarray
    missing: np.ndarray


def parse_numbers(texts: Iterable[str], style: Style = "wire") -> Numbers:
    """Read a column of number texts.

    Parameters
    ----------
    texts : iterable of str
        Cells, with or without the blanks that right-align them.
    style : {"wire", "dutch"}
        ``wire`` for CBS's service (``350.8``), ``dutch`` for printed tables (``1.234,5``). There is no guessing:
        ``1.234`` is one thing in the one and another in the other.

    Returns
    -------
    Numbers
        A blank cell is ``impossible``, a lone dot ``unknown``.

    Raises
    ------
    DataError
        When a cell is neither a number of that style nor blank nor a dot; the first such cells are named.
    """
    column = pd.Series(texts if isinstance(texts, pd.Series) else list(texts), dtype="str")
    place, different = pd.factorize(column, use_na_sentinel=False)  # a table repeats its texts: read each but once
    column = pd.Series(different, dtype="str").str.strip()
    blank, dot = column.eq("").to_numpy(bool), column.eq(".").to_numpy(bool)
    number = column.str.fullmatch(_PATTERNS[style]).to_numpy(bool)
    wrong = ~(blank | dot | number)
    if wrong.any():
        cells = (f"{column[place[row]]!r} (row {row})" for row in np.flatnonzero(wrong[place]))
        raise DataError(f"expected a number in {style} style, a dot or a blank, found {name_some(cells)}.")
    plain = column.where(number, "nan")
    if style == "dutch":
        plain = plain.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    missing = np.where(blank, IMPOSSIBLE, np.where(dot, UNKNOWN, PRESENT)).astype(object)
    return Numbers(plain.to_numpy(dtype=float)[place], missing[place])
