"""Pairs of groups: the factor between two, its process interval, and which of the two is higher by more than chance."""

import numpy as np
import pandas as pd

from analysis.intervals.comparison import HIGHER, LOWER, UNDECIDABLE
from analysis.models.flows.shocks import YEAR, Shocks
from analysis.models.multiplicity import holm


def pair_factor(log_factor: float, chance: float, shocks: Shocks, confidence: float) -> dict[str, float]:
    """Return ``factor, factor_lo, factor_hi, p_value`` of one pair in a year.

    Parameters
    ----------
    log_factor, chance : float
        Logarithm of the first over the second, and its variance by chance.
    shocks : Shocks
        What each of the two may have of its own, on top of chance; where it is not known, interval and p-value are NaN.
    confidence : float
        Level of the interval of this pair alone.
    """
    half_width = shocks.half_width(chance, confidence, YEAR, 2)
    factor, lo, hi = np.exp([log_factor, log_factor - half_width, log_factor + half_width])
    return {"factor": factor, "factor_lo": lo, "factor_hi": hi, "p_value": shocks.p_value(log_factor, chance)}


def decide_pairs(pairs: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return pairs with ``p_value`` adjusted for all pairs of a dimension together (Holm) and ``process``.

    ``process`` is ``higher``, ``lower`` or ``undecidable``, of the first against the second.
    """
    p_value = pairs.groupby("dimension", sort=False, observed=True)["p_value"].transform(holm)
    decided, higher = p_value < 1 - confidence, pairs["factor"] > 1
    process = np.select([decided & higher, decided & ~higher], [HIGHER, LOWER], UNDECIDABLE)
    return pairs.assign(p_value=p_value, process=process)
