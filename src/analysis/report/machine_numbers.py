"""Numbers as programs read them: as many digits as they have, and none that only the arithmetic left."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

DIGITS = 12
"""Significant digits of a number in a file: a float has fifteen, and sums of a few hundred lose the last two or so."""


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV, its numbers without false digits and whole numbers without a decimal point."""
    return clean_numbers(table).to_csv(index=False, lineterminator="\n", float_format=_text)


def _text(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def clean_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose floats have `DIGITS` significant digits: 0.8150000000000001 becomes 0.815."""
    floats = table.select_dtypes("float")
    return table.assign(**{name: column.map(_clean) for name, column in floats.items()})


def _clean(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def has_numbers(frames: Iterable[pd.DataFrame]) -> bool:
    """Return whether any of the frames has a finite number to show: of a tidy frame a value, else any number."""
    for frame in frames:
        numbers = frame[["value"]] if "value" in frame else frame.select_dtypes("number")
        if np.isfinite(numbers.to_numpy(float, na_value=np.nan)).any():
            return True
    return False
