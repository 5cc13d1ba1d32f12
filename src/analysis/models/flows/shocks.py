"""Shocks of each group's own, that last: how far a quarter or a year can lie from an ordinary one, beyond chance.

The logarithm of a rate or ratio of a group in a quarter is modelled as what all groups share + u + e: u a first-order
autoregression with the variance s and the lag-one correlation r, the same for all groups, and e chance, whose variance
is known from the counts (1/U + 1/I). So the variance is additive, chance + s (Spiegelhalter 2005, Statistics in
Medicine 24): s counts most for a large group, chance for a small one. A multiple of chance, as it was before, gave
intervals that were too narrow for large groups and too wide for small ones.

What all groups share is an effect of each quarter; of one group alone, a straight line. Each group has its own level
and, where there are years enough, its own season. Neither s nor r is estimated well from a few years, so both are
integrated out of the restricted likelihood over the grid of `analysis.models.persistence`.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.models.dispersion import below
from analysis.models.persistence import FLOWS, LEAST_FREEDOM

YEAR = np.full(4, 0.25)
"""Weights of quarters in a row: a year is their mean."""
OWN_SEASONS = 12
"""Quarters from which each group has its own season: three years."""
_NONE = np.zeros(0)


@dataclass(frozen=True, eq=False)
class Shocks:
    """What is known of shocks: the weight of each point of the grid, its variance and its correlation.

    ``dimension``, ``first``, ``last`` and ``tables`` say from which groups, quarters and tables. Without points there
    were too few quarters, and every number that rests on shocks is NaN.
    """

    weights: np.ndarray = field(default_factory=lambda: _NONE)
    variances: np.ndarray = field(default_factory=lambda: _NONE)
    correlations: np.ndarray = field(default_factory=lambda: _NONE)
    dimension: str = ""
    first: str = ""
    last: str = ""
    tables: str = ""

    @property
    def known(self) -> bool:
        """Whether there were quarters enough."""
        return len(self.weights) > 0

    @property
    def sd(self) -> float:
        """The standard deviation of a quarter, on the scale of the logarithm."""
        return float(np.sqrt(self.weights @ self.variances)) if self.known else float("nan")

    @property
    def correlation(self) -> float:
        """From one quarter to the next; the mean over the grid, each point by its weight and its variance."""
        mass = self.weights * self.variances
        return float(mass @ self.correlations / mass.sum()) if self.known and mass.sum() > 0 else float("nan")

    def spread(self, span: np.ndarray) -> np.ndarray:
        """Return at each point the variance that shocks give to a weighted sum of quarters in a row."""
        lags = np.abs(np.subtract.outer(np.arange(len(span)), np.arange(len(span))))
        known = {each: span @ each**lags @ span for each in np.unique(self.correlations)}
        return self.variances * np.array([known[each] for each in self.correlations])

    def half_width(self, chance: float, confidence: float, span: np.ndarray = YEAR, groups: int = 1) -> float:
        """Return the half-width of an interval of the logarithm, from its variance by chance and these shocks."""
        from scipy.optimize import brentq  # a quarter of a second to import, and who only checks parameters needs none

        if not self.known or not np.isfinite(chance):
            return float("nan")
        errors = np.sqrt(chance + groups * self.spread(span))

        def beyond(half_width: float) -> float:
            return 2 * float(self.weights @ below(-half_width / errors)) - (1 - confidence)

        return float(brentq(beyond, 0.0, 40 * errors.max()))

    def p_value(self, log_factor: float, chance: float, span: np.ndarray = YEAR) -> float:
        """Return the two-sided p-value of a factor between two groups."""
        if not self.known or not np.isfinite(chance) or not np.isfinite(log_factor):
            return float("nan")
        errors = np.sqrt(chance + 2 * self.spread(span))
        return float(min(1.0, 2 * self.weights @ below(-abs(log_factor) / errors)))


def estimate_shocks(log_value: np.ndarray, chance: np.ndarray, quarters: pd.PeriodIndex, groups: np.ndarray) -> Shocks:
    """Estimate the shocks of groups of one dimension, or of one group.

    Parameters
    ----------
    log_value, chance : ndarray, shape (cells,)
        Log of a rate or ratio, and its variance by chance; cells with NaN are left out.
    quarters : PeriodIndex, shape (cells,)
    groups : ndarray, shape (cells,)
    """
    data = pd.DataFrame({"z": log_value, "v": chance, "group": groups})
    data = data.assign(at=quarters.year * 4 + quarters.quarter - 1).replace([np.inf, -np.inf], np.nan).dropna()
    if not len(data):
        return Shocks()
    columns = _columns(data)
    left, values, _ = np.linalg.svd(columns)
    basis = left[:, int((values > 1e-9 * values[0]).sum()) :]
    if basis.shape[1] < LEAST_FREEDOM:
        return Shocks()
    unit = float(np.median(data["v"]))
    turn = np.linalg.inv(np.linalg.cholesky(basis.T @ np.diag(data["v"] / unit) @ basis)) @ basis.T
    series = turn @ data["z"].to_numpy() / np.sqrt(unit)
    same = np.equal.outer(data["group"].to_numpy(), data["group"].to_numpy())
    lags = np.abs(np.subtract.outer(data["at"].to_numpy(), data["at"].to_numpy()))
    ratios, logliks = np.array(FLOWS.ratios), []
    for correlation in FLOWS.correlations:
        between = correlation**lags * same
        eigen, vectors = np.linalg.eigh(turn @ between @ turn.T)
        scale = 1 + ratios[:, None] * np.maximum(eigen, 0.0)
        squares = ((vectors.T @ series) ** 2 / scale).sum(axis=1)
        logliks.append(-0.5 * (squares + np.log(scale).sum(axis=1)))
    loglik = np.concatenate(logliks)
    weights = np.exp(loglik - loglik.max())
    return Shocks(
        weights / weights.sum(),
        unit * np.tile(ratios, len(FLOWS.correlations)),
        np.repeat(FLOWS.correlations, len(ratios)),
    )


def _columns(data: pd.DataFrame) -> np.ndarray:
    """Return the columns of what is no shock: levels and seasons of each group, and what all groups share."""
    own = data["group"].astype(str)
    if data["at"].nunique() >= OWN_SEASONS:
        own = own + " " + (data["at"] % 4).astype(str)
    parts = [pd.get_dummies(own, dtype=float)]
    if len(data["group"].unique()) > 1:
        parts.append(pd.get_dummies(data["at"], dtype=float))
    else:
        parts.append((data["at"] - data["at"].mean()).to_frame().astype(float))
    return np.column_stack([part.to_numpy() for part in parts])
