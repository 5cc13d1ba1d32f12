"""Rates of inflow and outflow, and the outflow ratio, by group and period.

A rate is a Poisson GLM of the moments with the log of the opening stock as offset; the ratio a binomial GLM of the
outflow among all moments (logit = log ratio). Terms: season, and for each group its years or a straight trend. The
variance is that of chance times a dispersion measured between neighbouring quarters
(`dispersion.neighbour_dispersion`), or comes from scores clustered by year, or from HAC over quarters (summed over the
groups of a quarter; Driscoll and Kraay 1998, Review of Economics and Statistics 80). Comparisons of groups take the
dispersion between groups and Holm's correction.

Cells that are missing or zero are refused. Provisional ones are used as they are. Rounding (5 in a cell) is part of
the scatter and so of the dispersion; it is not added again.
"""

import warnings
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import CallError, check_choice
from analysis.measures.tidy_frame import join_tables
from analysis.missing import PRESENT
from analysis.models.dispersion import TOO_FEW, Dispersion, check_confidence, neighbour_dispersion, solve, student
from analysis.models.flows.pairs import decide_pairs, pair_factor
from analysis.models.flows.panel import pick_cells
from analysis.summary import SelfDescribing

FLOW = {"inflow_rate": "inflow", "outflow_rate": "outflow"}
QUANTITIES = (*FLOW, "ratio")
PERIODS = ("year", "trend")
COVARIANCES = ("dispersion", "cluster", "hac")
HAC_LAGS = 4
_ROW = ["dimension", "group", "year"]


@dataclass(frozen=True, eq=False, repr=False)
class RateModel(SelfDescribing):
    """A rate or ratio by group and year, and what its season and groups do to it.

    Attributes
    ----------
    quantity, dimension, covariance, confidence
        What was fitted, and how its intervals were made; all intervals are process intervals.
    dispersion, between_groups : Dispersion
        Of each group by itself, and of groups among each other.
    rates : DataFrame
        Tidy, labels ``dimension, group, year``: moments a quarter for each person in the opening stock, or outflow
        over inflow, as the model has it over the cells of the year.
    effects : DataFrame
        Tidy, label ``quarter_of_year``: factor relative to the average quarter.
    """

    quantity: str
    dimension: str
    covariance: str
    confidence: float
    dispersion: Dispersion
    between_groups: Dispersion
    rates: pd.DataFrame
    effects: pd.DataFrame
    _logs: np.ndarray  # log rate of each row of `rates`
    _pair_covariance: np.ndarray  # its covariance, with the dispersion between groups
    _pair_df: int

    def compare(self, year: int | None = None) -> pd.DataFrame:
        """Return for each pair of groups whose rate is higher in a year (the last, when none is given).

        Returns
        -------
        DataFrame
            ``dimension, first, second, year, factor, factor_lo, factor_hi`` (interval of that pair alone), ``p_value``
            (Holm, all pairs of the year together) and ``process`` (``higher``, ``lower``, ``undecidable``).
        """
        years = sorted(self.rates["year"].unique())
        if (year := years[-1] if year is None else year) not in years:
            raise CallError(f"year {year!r} is not among those fitted; choose from {years[0]} to {years[-1]}.")
        pairs, group, covariance = [], self.rates["group"], self._pair_covariance
        for one, two in combinations(self.rates.index[self.rates["year"] == year], 2):
            error = np.sqrt(covariance[one, one] + covariance[two, two] - 2 * covariance[one, two])
            factor = pair_factor(self._logs[one] - self._logs[two], error, self._pair_df, self.confidence)
            names = {"dimension": self.dimension, "first": group[one], "second": group[two], "year": year}
            pairs.append(names | factor)
        if not pairs:
            raise CallError(f"dimension {self.dimension!r} has one group in {year}: nothing to compare it with.")
        return decide_pairs(pd.DataFrame(pairs), self.confidence)


def fit_rates(
    panel: pd.DataFrame,
    quantity: str,
    dimension: str = "total",
    period: str = "year",
    covariance: str = "dispersion",
    confidence: float = 0.95,
) -> RateModel:
    """Fit a rate or ratio.

    Parameters
    ----------
    panel : DataFrame
        As from `panel.flow_panel`; the quarters of one dimension all enter.
    quantity : {"inflow_rate", "outflow_rate", "ratio"}
        Denominators: opening stock, opening stock, inflow.
    dimension : str
    period : {"year", "trend"}
        An effect for each year, or a straight line in time; each group has its own.
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
    design, names = _design(data, period)
    if len(data) <= design.shape[1]:
        raise CallError(
            f"{quantity} by {dimension}: {len(data)} cells for {design.shape[1]} coefficients; expected more cells. "
            "Choose more quarters, or period='trend'."
        )
    own, between = _dispersions(data, quantity, needed)
    fit = _fit(data, design, quantity, covariance)
    params, of_params = np.asarray(fit.params), np.asarray(fit.cov_params())
    factors, dfs = (own.value, between.value / own.value), (own.df, between.df)
    if covariance != "dispersion":  # clustered and HAC scores hold all variation already
        factors, dfs = (1.0, 1.0), (data["year"].nunique() - 1,) * 2
    of_params = of_params * factors[0]
    logs, gradient, labels = _marginal(data, design, params, quantity)
    about = {"unit": "ratio", "tables": join_tables(data["tables"])}
    labels = labels.assign(quantity=quantity, **about | {"denominator": needed[-1]})
    rates = _interval(labels, logs, gradient @ of_params @ gradient.T, dfs[0], confidence)
    season = [index for index, name in enumerate(names) if name.startswith("season")]
    effects = _effects(data, params[season], of_params[np.ix_(season, season)], dfs[0], confidence).assign(**about)
    of_pairs = gradient @ (of_params * factors[1]) @ gradient.T
    return RateModel(quantity, dimension, covariance, confidence, own, between, rates, effects, logs, of_pairs, dfs[1])


def _check_choices(quantity: str, period: str, covariance: str) -> None:
    check_choice("quantity", quantity, QUANTITIES)
    check_choice("period", period, PERIODS)
    check_choice("covariance", covariance, COVARIANCES)
    if covariance == "cluster" and period == "year":
        raise CallError(
            "covariance 'cluster' goes by year, and an effect for each year leaves nothing within one: every interval "
            "would have no width. Choose period='trend', or covariance='dispersion'."
        )


def _design(data: pd.DataFrame, period: str) -> tuple[np.ndarray, list[str]]:
    """Return the design of groups, years or trend, and seasons that sum to zero, and the names of its columns."""
    group = pd.get_dummies(data["group"], dtype=float)[list(data["group"].unique())]
    if period == "year":
        time, parts = pd.get_dummies(data["year"], prefix="year", dtype=float), []
    else:
        at = data["year"] + (data["season"] - 2.5) / 4
        time, parts = (at - at.mean()).to_frame("trend"), [group]
    parts += [time.mul(group[name], axis=0).add_prefix(f"{name} ") for name in group]
    last = data["season"].max()
    for season in sorted(data["season"].unique())[:-1]:
        column = (data["season"] == season).astype(float) - (data["season"] == last).astype(float)
        parts.append(column.to_frame(f"season {season}"))
    whole = pd.concat(parts, axis=1)
    whole = whole.loc[:, (whole != 0).any()]
    return whole.to_numpy(), list(whole)


def _dispersions(data: pd.DataFrame, quantity: str, needed: tuple[str, str]) -> tuple[Dispersion, Dispersion]:
    moments, quarters = data[needed[0]], pd.PeriodIndex(data["quarter"], freq="Q-DEC")
    logs = np.log(moments / data["exposed"]).to_numpy()
    variance = (1 / moments + (1 / data["inflow"] if quantity == "ratio" else 0)).to_numpy()
    of_group = neighbour_dispersion(logs, variance, quarters, data["group"].to_numpy())
    return of_group, neighbour_dispersion(logs, variance, quarters, data["group"].to_numpy(), between_groups=True)


def _fit(data: pd.DataFrame, design: np.ndarray, quantity: str, covariance: str) -> Any:
    """Fit the GLM with the variance of chance (scale 1), or with that of clustered or HAC scores."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    at = (data["year"] * 4 + data["season"]).to_numpy()
    in_time = np.argsort(at, kind="stable")  # HAC sums over neighbours in time
    data, design, options = data.iloc[in_time], design[in_time], {"scale": 1.0}
    if covariance == "cluster":
        options |= {"cov_type": "cluster", "cov_kwds": {"groups": data["year"].to_numpy()}}
    if covariance == "hac":
        options |= {"cov_type": "hac-groupsum", "cov_kwds": {"time": at[in_time], "maxlags": HAC_LAGS}}
    if quantity == "ratio":
        counts = data[["outflow", "inflow"]].to_numpy()  # the scale is fixed, so that X2 of two columns does no harm,
        model = sm.GLM(counts, design, family=sm.families.Binomial())  # and clustered scores need them (not weights)
    else:
        offset = np.log(data["exposed"].to_numpy())
        model = sm.GLM(data[FLOW[quantity]].to_numpy(), design, family=sm.families.Poisson(), offset=offset)
    with warnings.catch_warnings():  # cells that fit to the last digit are no separation: zero cells were refused
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        return solve(model, f"the {quantity} by {data['dimension'].iloc[0]}", **options)


def _marginal(data: pd.DataFrame, design: np.ndarray, params: np.ndarray, quantity: str):
    """Return the log of the pooled rate of each group and year as the model has it, its gradient, and labels.

    With the fitted counts a and b of the cells i of a year and the linear predictor x_i'beta, log R = log sum a - log
    sum b. For a rate a = exposure exp(x'beta) and b is given: d log R = sum a_i x_i / sum a. For the ratio a = n p is
    the outflow and b = n (1 - p) the inflow of n moments, and da = -db = n p (1 - p) x: what the outflow gains the
    inflow loses, so d log R = sum n_i p_i (1 - p_i) x_i (1 / sum a + 1 / sum b). The variance of log R is then
    gradient' Cov(beta) gradient (delta method; Casella and Berger 2002, section 5.5.4).
    """
    predictor = design @ params
    if quantity == "ratio":
        share, moments = 1 / (1 + np.exp(-predictor)), data["outflow"] + data["inflow"]
        numerator, denominator = moments * share, moments * (1 - share)
        slope = numerator * (1 - share)
    else:
        numerator, denominator = data["exposed"] * np.exp(predictor), data["exposed"]
        slope = numerator
    row, keys = pd.factorize(pd.MultiIndex.from_frame(data[_ROW]))
    sums = [np.bincount(row, column) for column in (numerator, denominator)]
    gain = 1 / sums[0] + (1 / sums[1] if quantity == "ratio" else 0)
    gradient = np.zeros((len(keys), design.shape[1]))
    np.add.at(gradient, row, design * np.asarray(slope)[:, None])
    return np.log(sums[0] / sums[1]), gradient * gain[:, None], pd.DataFrame(list(keys), columns=_ROW)


def _interval(labels: pd.DataFrame, logs: np.ndarray, covariance: np.ndarray, df: int, confidence: float):
    """Return logs as a tidy frame with process intervals; without degrees of freedom they are missing."""
    half_width = student(confidence, df) * np.sqrt(np.diag(covariance))
    ends = {"value": np.exp(logs), "value_lo": np.exp(logs - half_width), "value_hi": np.exp(logs + half_width)}
    return labels.assign(**ends, missing=np.where(np.isfinite(half_width), PRESENT, TOO_FEW))


def _effects(data: pd.DataFrame, params: np.ndarray, covariance: np.ndarray, df: int, confidence: float):
    """Return the factor of each quarter of the year, the last one from the others: their logs sum to zero."""
    sums = np.vstack([np.eye(len(params)), -np.ones(len(params))])
    labels = pd.DataFrame({"quarter_of_year": sorted(data["season"].unique()), "quantity": "effect"})
    return _interval(labels, sums @ params, sums @ covariance @ sums.T, df, confidence)
