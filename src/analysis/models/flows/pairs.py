"""Pairs of groups: the factor between two, its process interval, and which of the two is higher by more than chance."""

import numpy as np
import pandas as pd

from analysis.intervals.comparison import HIGHER, LOWER, UNDECIDABLE
from analysis.models.dispersion import student
from analysis.models.multiplicity import holm


def pair_factor(log_factor: float, error: float, df: int, confidence: float) -> dict[str, float]:
    """Return ``factor, factor_lo, factor_hi, p_value`` of one pair: Student's t on the logarithm of the factor.

    Parameters
    ----------
    log_factor, error : float
        Logarithm of the first over the second, and its standard error.
    df : int
        Degrees of freedom of the error; without any, interval and p-value are NaN.
    confidence : float
        Level of the interval of this pair alone.
    """
    from scipy.stats import t

    half_width = student(confidence, df) * error
    factor, lo, hi = np.exp([log_factor, log_factor - half_width, log_factor + half_width])
    p_value = 2 * t.sf(abs(log_factor) / error, df) if df > 0 else float("nan")
    return {"factor": factor, "factor_lo": lo, "factor_hi": hi, "p_value": p_value}


def decide_pairs(pairs: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return pairs with ``p_value`` adjusted for all pairs of a dimension together (Holm) and ``process``.

    ``process`` is ``higher``, ``lower`` or ``undecidable``, of the first against the second.
    """
    p_value = pairs.groupby("dimension", sort=False, observed=True)["p_value"].transform(holm)
    decided, higher = p_value < 1 - confidence, pairs["factor"] > 1
    process = np.select([decided & higher, decided & ~higher], [HIGHER, LOWER], UNDECIDABLE)
    return pairs.assign(p_value=p_value, process=process)
