"""Number text to values, keeping the reason of every gap.

CBS writes ``.`` for a figure that is unknown, unreliable or secret, and nothing at all where a figure cannot exist.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.errors import DataError, name_some
from analysis.missing import IMPOSSIBLE, PRESENT, UNKNOWN

_NUMBER = r"[+-]?\d+(?:\.\d+)?"  # a decimal point, no thousands marks


def parse_numbers(texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Read number texts as CBS's service and this project's files write them (``350.8``): values, reasons of absence.

    Cells may have the blanks that right-align them. A blank cell is ``impossible``, a lone dot ``unknown``: the value
    is NaN, and the reason is ``""`` where there is a value.

    Raises
    ------
    DataError
        When a cell is neither a number nor blank nor a dot; the first such cells are named.
    """
    column = pd.Series(texts if isinstance(texts, pd.Series) else list(texts), dtype="str")
    index, distinct = pd.factorize(column, use_na_sentinel=False)  # a table repeats its texts: read each only once
    column = pd.Series(distinct, dtype="str").str.strip()
    blank, dot = column.eq("").to_numpy(bool), column.eq(".").to_numpy(bool)
    number = column.str.fullmatch(_NUMBER).to_numpy(bool)
    wrong = ~(blank | dot | number)
    if wrong.any():
        cells = (f"{column[index[row]]!r} (row {row})" for row in np.flatnonzero(wrong[index]))
        raise DataError(f"expected a number such as 350.8, a dot or a blank, found {name_some(cells)}.")
    missing = np.where(blank, IMPOSSIBLE, np.where(dot, UNKNOWN, PRESENT)).astype(object)
    return column.where(number, "nan").to_numpy(dtype=float)[index], missing[index]
