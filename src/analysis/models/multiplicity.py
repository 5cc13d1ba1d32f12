"""Many tests at once: p-values that keep the rate of false findings over all of them.

Looks at one question are nearly copies of each other, and a researcher stops when he likes. There each look spends a
part of the level that is smaller than that of the look before; the parts add up to the level whatever the dependence
and whenever one stops. Over the questions of a log the rate of false discoveries is kept (Benjamini and Hochberg 1995,
Journal of the Royal Statistical Society B 57), which holds for tests that depend on each other positively.
"""

import numpy as np
import pandas as pd


def holm(p_values: pd.Series) -> pd.Series:
    """Return adjusted p-values (Holm 1979, Scandinavian Journal of Statistics 6).

    Those that are missing count among the comparisons and stay missing.
    """
    values = p_values.fillna(1.0).to_numpy(float)
    order, remaining = np.argsort(values), np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.maximum.accumulate(values[order] * remaining)
    return pd.Series(np.minimum(adjusted, 1.0), p_values.index).where(p_values.notna())


def spent(p_value: float, attempt: int) -> float:
    """Return the p-value of the k-th look at a question, which spends 6 / (pi k)^2 of the level: these add up to 1."""
    return min(1.0, p_value * (np.pi * attempt) ** 2 / 6)


def discoveries(p_values: np.ndarray) -> np.ndarray:
    """Return adjusted p-values that keep the rate of false discoveries (Benjamini and Hochberg 1995)."""
    order = np.argsort(p_values)[::-1]
    ranks = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum.accumulate(np.asarray(p_values)[order] * len(p_values) / ranks)
    return np.minimum(adjusted, 1.0)
