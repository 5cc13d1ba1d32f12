"""The columns ``q, q_lo, q_hi`` of a panel as one rounded column, and back."""

import numpy as np
import pandas as pd

from analysis.intervals.cell_pool import CellPool
from analysis.intervals.rounded import Rounded
from analysis.missing import FINAL, NOT_IN_SNAPSHOT, PRESENT, STATUSES


def rounded_column(frame: pd.DataFrame, quantity: str, unit: str, missing: str = "") -> Rounded:
    """Return one quantity of a panel with its rounding, one entry a row; each is an unknown of its own.

    Parameters
    ----------
    frame : DataFrame
        With ``q, q_lo, q_hi`` for the quantity ``q``, and ``status`` where it is known.
    quantity, unit : str
    missing : str, optional
        The column that holds the reason of a missing value; without it a NaN is not in the snapshot.
    """
    value, lo, hi = (frame[f"{quantity}{end}"].to_numpy(float) for end in ("", "_lo", "_hi"))
    known = frame[missing].fillna(NOT_IN_SNAPSHOT) if missing else pd.Series(PRESENT, frame.index)
    reasons = known.mask((known == PRESENT) & np.isnan(value), NOT_IN_SNAPSHOT).to_numpy(object)
    status = frame["status"].fillna(FINAL).map(STATUSES.index).to_numpy(int)
    pool = CellPool.of_ranges(value, lo, hi, reasons, status)
    return Rounded.of_cells(pool, np.arange(len(frame)), unit)


def range_columns(quantity: str, column: Rounded) -> dict[str, np.ndarray]:
    """Return a rounded column as the columns ``q, q_lo, q_hi`` of a panel."""
    return {quantity: column.value, f"{quantity}_lo": column.lo, f"{quantity}_hi": column.hi}
