"""Rates of inflow and outflow, and the outflow ratio, by group and period.

A rate is a Poisson GLM of the moments with the log of the opening stock as offset; the ratio a binomial GLM of the
outflow among all moments (logit = log ratio). Terms: group, season, and years or a straight trend, with or without
their own course for each group. The variance is that of chance times a dispersion measured between neighbouring
quarters (`process.neighbour_dispersion`), or comes from scores clustered by year, or from HAC over quarters (summed
over the groups of a quarter; Driscoll and Kraay 1998). Comparisons of groups take the dispersion of groups beside
each other and Holm's correction.

Cells that are missing or zero are refused. Provisional ones are used as they are. Rounding (5 in a cell) is part of
the scatter and so of the dispersion; it is not added again.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import CallError, did_you_mean
from analysis.missing import PRESENT
from analysis.models.dispersion import TOO_FEW, Dispersion, check_confidence, neighbour_dispersion, student
from analysis.models.flows.group_comparison import holm
from analysis.models.flows.panel import pick_cells

FLOW = {"inflow_rate": "inflow", "outflow_rate": "outflow"}
QUANTITIES = (*FLOW, "ratio")
PERIODS = ("year", "trend")
COVARIANCES = ("dispersion", "cluster", "hac")
HAC_LAGS = 4
ENDS = {"": 0, "_lo": -1, "_hi": 1}


@dataclass(frozen=True, eq=False)
class RateModel:
    """A rate or ratio by group and year, and what its season and groups do to it.

    Attributes
    ----------
    quantity, dimension, covariance, confidence
        What was fitted, and how its intervals were made; all intervals are process intervals.
    dispersion, beside : Dispersion
        Of each group by itself, and of groups beside each other.
    rates : DataFrame
        Tidy, labels ``dimension, group, year``: moments a quarter for each person in the opening stock, or outflow
        over inflow, as the model has it over the cells of the year.
    effects : DataFrame
        Tidy, label ``quarter_of_year``: factor beside the average quarter.
    """

    quantity: str
    dimension: str
    covariance: str
    confidence: float
    cells: int
    dispersion: Dispersion
    beside: Dispersion
    rates: pd.DataFrame
    effects: pd.DataFrame
    _logs: np.ndarray  # log rate of each row of `rates`
    _spread: np.ndarray  # its covariance, with the variance of groups beside each other
    _df: int

    def compare(self, year: int | None = None) -> pd.DataFrame:
        """Return for each pair of groups whose rate is higher in a year (the last, when none is given).

        Returns
        -------
        DataFrame
            ``dimension, first, second, year, factor, factor_lo, factor_hi`` (interval of that pair alone), ``p_value``
            (Holm, all pairs of the year together) and ``process`` (``higher``, ``lower``, ``undecidable``).
        """
        from scipy.stats import t

        years = sorted(self.rates["year"].unique())
        if (year := years[-1] if year is None else year) not in years:
            raise CallError(f"year {year!r} is not among those fitted; choose from {years[0]} to {years[-1]}.")
        at, reach, pairs = self.rates.index[self.rates["year"] == year], student(self.confidence, self._df), []
        for one, two in combinations(at, 2):
            log = self._logs[one] - self._logs[two]
            error = np.sqrt(self._spread[one, one] + self._spread[two, two] - 2 * self._spread[one, two])
            names = {"first": self.rates["group"][one], "second": self.rates["group"][two], "year": year}
            factors = {f"factor{end}": np.exp(log + by * reach * error) for end, by in ENDS.items()}
            p_value = 2 * t.sf(abs(log) / error, self._df) if self._df > 0 else np.nan
            pairs.append({"dimension": self.dimension, **names, **factors, "p_value": p_value})
        if not pairs:
            raise CallError(f"dimension {self.dimension!r} has one group in {year}: nothing to compare it with.")
        found = pd.DataFrame(pairs)
        found["p_value"] = holm(found["p_value"])
        decided, higher = found["p_value"] < 1 - self.confidence, found["factor"] > 1
        return found.assign(
            process=np.select([decided & higher, decided & ~higher], ["higher", "lower"], "undecidable")
        )

    @property
    def summary(self) -> pd.DataFrame:
        """One row: what was fitted, on how many cells, with which dispersion."""
        told = {name: getattr(self, name) for name in ("quantity", "dimension", "covariance", "confidence", "cells")}
        spread = {"dispersion": self.dispersion.value, "df": self.dispersion.df, "beside": self.beside.value}
        return pd.DataFrame([told | spread])


def fit_rates(
    panel: pd.DataFrame,
    quantity: str,
    dimension: str = "total",
    period: str = "year",
    interaction: bool = True,
    covariance: str = "dispersion",
    confidence: float = 0.95,
) -> RateModel:
    """Fit a rate or ratio.

    Parameters
    ----------
    panel : DataFrame
        As from `flow_panel.flow_panel`; the quarters of one dimension all enter.
    quantity : {"inflow_rate", "outflow_rate", "ratio"}
        Denominators: opening stock, opening stock, inflow.
    dimension : str
    period : {"year", "trend"}
        An effect for each year, or a straight line in time.
    interaction : bool
        Each group with its own years or line; else all groups with the same.
    covariance : {"dispersion", "cluster", "hac"}
    confidence : float

    Raises
    ------
    CallError
        When a choice is unknown, there are not more cells than coefficients, or years are both clusters and effects.
    CoverageError, DataError
        When a cell that the rate needs is missing, or zero.
    """
    confidence = check_confidence(confidence)
    _check_choices(quantity, period, covariance)
    needed = ("outflow", "inflow") if quantity == "ratio" else (FLOW[quantity], "opening")
    data = pick_cells(panel, dimension, needed).assign(exposed=lambda rows: rows[needed[-1]])
    design, names = _design(data, period, interaction)
    if len(data) <= design.shape[1]:
        raise CallError(
            f"{quantity} by {dimension}: {len(data)} cells for {design.shape[1]} coefficients; expected more cells. "
            "Choose more quarters, period='trend' or interaction=False."
        )
    own, beside = _dispersions(data, quantity, needed)
    fit = _fit(data, design, quantity, covariance)
    # chance's own covariance times a dispersion; clustered and HAC scores carry theirs
    plain = covariance == "dispersion"
    spread = np.asarray(fit.cov_params()) * (own.value if plain else 1.0)
    df = own.df if plain else data["year"].nunique() - 1
    logs, gradient, labels = _marginal(data, design, np.asarray(fit.params), quantity)
    tables = ", ".join(dict.fromkeys(data["tables"]))
    told = {"unit": "ratio", "tables": tables}
    labels = labels.assign(quantity=quantity, **told | {"denominator": "inflow" if quantity == "ratio" else "opening"})
    rates = _interval(labels, logs, gradient @ spread @ gradient.T, df, confidence)
    season = [place for place, name in enumerate(names) if name.startswith("season")]
    effects = _effects(
        sorted(data["season"].unique()), np.asarray(fit.params)[season], spread[np.ix_(season, season)], df, confidence
    ).assign(**told)
    apart = gradient @ (spread * (beside.value / own.value if plain else 1.0)) @ gradient.T
    told_of = (quantity, dimension, covariance, confidence, len(data), own, beside)
    return RateModel(*told_of, rates, effects, logs, apart, beside.df if plain else df)


def _check_choices(quantity: str, period: str, covariance: str) -> None:
    for name, given, known in (
        ("quantity", quantity, QUANTITIES),
        ("period", period, PERIODS),
        ("covariance", covariance, COVARIANCES),
    ):
        if given not in known:
            raise CallError(f"{name} {given!r} is unknown; {did_you_mean(str(given), known)}.")
    if covariance == "cluster" and period == "year":
        raise CallError(
            "covariance 'cluster' goes by year, and an effect for each year leaves nothing within one: every interval "
            "would have no width. Choose period='trend', or covariance='dispersion'."
        )


def _design(data: pd.DataFrame, period: str, interaction: bool) -> tuple[np.ndarray, list[str]]:
    """Return the design of groups, years or trend, and seasons that sum to zero, and the names of its columns."""
    group = pd.get_dummies(data["group"], dtype=float)[list(data["group"].unique())]
    if period == "year":
        time = pd.get_dummies(data["year"], prefix="year", dtype=float)
        time = time if interaction else time.iloc[:, 1:]
    else:
        at = data["year"] + (data["season"] - 2.5) / 4
        time = (at - at.mean()).to_frame("trend")
    parts = [] if interaction and period == "year" else [group]
    if interaction:
        parts += [time.mul(group[name], axis=0).add_prefix(f"{name} ") for name in group]
    else:
        parts.append(time)
    last = data["season"].max()
    for season in sorted(data["season"].unique())[:-1]:
        column = (data["season"] == season).astype(float) - (data["season"] == last).astype(float)
        parts.append(column.to_frame(f"season {season}"))
    whole = pd.concat(parts, axis=1)
    whole = whole.loc[:, (whole != 0).any()]
    return whole.to_numpy(), list(whole)


def _dispersions(data: pd.DataFrame, quantity: str, needed: tuple[str, str]) -> tuple[Dispersion, Dispersion]:
    """Return the dispersion of each group by itself, and of groups beside each other."""
    top = data[needed[0]]
    variance = 1 / top + (1 / data["inflow"] if quantity == "ratio" else 0)
    column = (
        np.log(top / data["exposed"]).to_numpy(),
        variance.to_numpy(),
        pd.PeriodIndex(data["quarter"], freq="Q-DEC"),
    )
    return tuple(neighbour_dispersion(*column, data["group"].to_numpy(), beside) for beside in (False, True))  # type: ignore[return-value]


def _fit(data: pd.DataFrame, design: np.ndarray, quantity: str, covariance: str) -> Any:
    """Fit the GLM with the variance of chance (scale 1), or with that of clustered or HAC scores."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    at = (data["year"] * 4 + data["season"]).to_numpy()
    kept = np.argsort(at, kind="stable")  # HAC sums over neighbours in time
    data, design, order = data.iloc[kept], design[kept], {"scale": 1.0}
    if covariance == "cluster":
        order |= {"cov_type": "cluster", "cov_kwds": {"groups": data["year"].to_numpy()}}
    if covariance == "hac":
        order |= {"cov_type": "hac-groupsum", "cov_kwds": {"time": at[kept], "maxlags": HAC_LAGS}}
    if quantity == "ratio":
        counts = data[["outflow", "inflow"]].to_numpy()  # the scale is fixed, so that X2 of two columns does no harm,
        model = sm.GLM(counts, design, family=sm.families.Binomial())  # and clustered scores need them (not weights)
    else:
        offset = np.log(data["exposed"].to_numpy())
        model = sm.GLM(data[FLOW[quantity]].to_numpy(), design, family=sm.families.Poisson(), offset=offset)
    with warnings.catch_warnings():  # cells that fit to the last digit are no separation: zero cells were refused
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        return model.fit(**order)


def _marginal(data: pd.DataFrame, design: np.ndarray, params: np.ndarray, quantity: str):
    """Return the log of the pooled rate of each group and year as the model has it, its gradient, and labels."""
    line = design @ params
    if quantity == "ratio":
        share = 1 / (1 + np.exp(-line))
        above, below = (data["outflow"] + data["inflow"]) * share, (data["outflow"] + data["inflow"]) * (1 - share)
        slope = above * (1 - share)  # of both: what the outflow gains the inflow loses
    else:
        above, below = data["exposed"] * np.exp(line), data["exposed"]
        slope = above
    place, keys = pd.factorize(pd.MultiIndex.from_frame(data[["dimension", "group", "year"]]))
    total = [np.bincount(place, column) for column in (above, below)]
    pull = 1 / total[0] + (1 / total[1] if quantity == "ratio" else 0)
    moved = np.zeros((len(keys), design.shape[1]))
    np.add.at(moved, place, design * np.asarray(slope)[:, None])
    labels = pd.DataFrame(list(keys), columns=["dimension", "group", "year"])
    return np.log(total[0] / total[1]), moved * pull[:, None], labels


def _interval(labels: pd.DataFrame, logs: np.ndarray, spread: np.ndarray, df: int, confidence: float) -> pd.DataFrame:
    """Return logs as a tidy frame with process intervals; without degrees of freedom they are missing."""
    reach = student(confidence, df) * np.sqrt(np.diag(spread))
    ends = {"value": np.exp(logs), "value_lo": np.exp(logs - reach), "value_hi": np.exp(logs + reach)}
    return labels.assign(**ends, missing=np.where(np.isfinite(reach), PRESENT, TOO_FEW))


def _effects(seasons: list[int], params: np.ndarray, spread: np.ndarray, df: int, confidence: float) -> pd.DataFrame:
    """Return the factor of each quarter of the year, the last one from the others: their logs sum to zero."""
    whole = np.vstack([np.eye(len(params)), -np.ones(len(params))])
    labels = pd.DataFrame({"quarter_of_year": seasons, "quantity": "effect"})
    return _interval(labels, whole @ params, whole @ spread @ whole.T, df, confidence)
