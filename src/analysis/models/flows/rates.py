"""Rates of inflow and outflow, and the outflow ratio, by group and period.

A rate is a Poisson GLM of the moments with the log of the opening stock as offset; the ratio a binomial GLM of the
outflow among all moments (logit = log ratio). Terms: season, and for each group its years or a straight trend. The
variance of a rate is that of chance: what could have been, had the same chances worked on the year once more. Or it
comes from scores clustered by year, or from HAC over quarters (summed over the groups of a quarter; Driscoll and Kraay
1998, Review of Economics and Statistics 80): those ask for an ordinary year. Comparisons of groups add the shocks of
each group's own (`models.flows.shocks`) and take Holm's correction.

Chance takes persons as independent. Couples leave together: where a part c of the moments are of couples, the variance
is up to 1 + c times as large. Cells that are missing or zero are refused. Provisional ones are used as they are.
Rounding is in the interval.
"""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import CallError, check_choice
from analysis.measures.tidy_frame import join_tables
from analysis.missing import PRESENT
from analysis.models.dispersion import TOO_FEW, check_confidence, normal, solve_exactly, student
from analysis.models.flows.pairs import decide_pairs, pair_factor
from analysis.models.flows.panel import pick_cells, rounding_variance
from analysis.models.flows.shocks import Shocks, estimate_shocks
from analysis.summary import SelfDescribing

FLOW = {"inflow_rate": "inflow", "outflow_rate": "outflow"}
QUANTITIES = (*FLOW, "ratio")
PERIODS = ("year", "trend")
COVARIANCES = ("chance", "cluster", "hac")
HAC_LAGS = 4
_ROW = ["dimension", "group", "year"]


@dataclass(frozen=True, eq=False, repr=False)
class RateModel(SelfDescribing):
    """A rate or ratio by group and year, and what its season and groups do to it.

    Attributes
    ----------
    quantity, dimension, covariance, confidence
        What was fitted, and how its intervals were made; all intervals are process intervals.
    shocks : Shocks
        Of each group's own: what comparisons hold on top of chance.
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
    shocks: Shocks
    rates: pd.DataFrame
    effects: pd.DataFrame
    _logs: np.ndarray  # log rate of each row of `rates`
    _covariance: np.ndarray  # its covariance by chance and rounding

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
        pairs, group, covariance = [], self.rates["group"], self._covariance
        for one, two in combinations(self.rates.index[self.rates["year"] == year], 2):
            chance = float(covariance[one, one] + covariance[two, two] - 2 * covariance[one, two])
            factor = pair_factor(self._logs[one] - self._logs[two], chance, self.shocks, self.confidence)
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
    covariance: str = "chance",
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
    covariance : {"chance", "cluster", "hac"}
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
    shocks = _shocks(data, quantity, needed)
    fit = _fit(data, design, quantity, covariance)
    params, of_params = np.asarray(fit.params), np.asarray(fit.cov_params())
    quantile = normal(confidence) if covariance == "chance" else student(confidence, data["year"].nunique() - 1)
    logs, gradient, labels = _marginal(data, design, params, quantity)
    about = {"unit": "ratio", "tables": join_tables(data["tables"])}
    labels = labels.assign(quantity=quantity, **about | {"denominator": needed[-1]})
    of_rates = gradient @ of_params @ gradient.T + np.diag(_rounding(data, needed))
    rates = _interval(labels, logs, of_rates, quantile)
    season = [index for index, name in enumerate(names) if name.startswith("season")]
    effects = _effects(data, params[season], of_params[np.ix_(season, season)], quantile).assign(**about)
    return RateModel(quantity, dimension, covariance, confidence, shocks, rates, effects, logs, of_rates)


def _check_choices(quantity: str, period: str, covariance: str) -> None:
    check_choice("quantity", quantity, QUANTITIES)
    check_choice("period", period, PERIODS)
    check_choice("covariance", covariance, COVARIANCES)
    if covariance == "cluster" and period == "year":
        raise CallError(
            "covariance 'cluster' goes by year, and an effect for each year leaves nothing within one: every interval "
            "would have no width. Choose period='trend', or covariance='chance'."
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


def _shocks(data: pd.DataFrame, quantity: str, needed: tuple[str, str]) -> Shocks:
    logs = np.log(data[needed[0]] / data["exposed"]).to_numpy()
    chance = (1 / data[needed[0]] + (1 / data["inflow"] if quantity == "ratio" else 0)).to_numpy()
    found = estimate_shocks(logs, chance, pd.PeriodIndex(data["quarter"], freq="Q-DEC"), data["group"].to_numpy())
    return replace(found, dimension=data["dimension"].iloc[0])


def _rounding(data: pd.DataFrame, needed: tuple[str, str]) -> np.ndarray:
    """Return the variance that rounding gives the log rate of each group and year."""
    terms = data[_ROW].assign(**{name: data[name] for name in needed})
    terms = terms.assign(**{f"{name}_round": rounding_variance(data, name) for name in needed})
    sums = terms.groupby(_ROW, sort=False).sum()
    return sum((sums[f"{name}_round"] / sums[name] ** 2).to_numpy() for name in needed)


def _fit(data: pd.DataFrame, design: np.ndarray, quantity: str, covariance: str) -> Any:
    """Fit the GLM with the variance of chance (scale 1), or with that of clustered or HAC scores."""
    import statsmodels.api as sm

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
    # cells that fit to the last digit are no separation: zero cells were refused
    return solve_exactly(model, f"the {quantity} by {data['dimension'].iloc[0]}", **options)


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


def _interval(labels: pd.DataFrame, logs: np.ndarray, covariance: np.ndarray, quantile: float):
    """Return logs as a tidy frame with process intervals; without degrees of freedom they are missing."""
    half_width = quantile * np.sqrt(np.diag(covariance))
    ends = {"value": np.exp(logs), "value_lo": np.exp(logs - half_width), "value_hi": np.exp(logs + half_width)}
    return labels.assign(**ends, missing=np.where(np.isfinite(half_width), PRESENT, TOO_FEW))


def _effects(data: pd.DataFrame, params: np.ndarray, covariance: np.ndarray, quantile: float):
    """Return the factor of each quarter of the year, the last one from the others: their logs sum to zero."""
    sums = np.vstack([np.eye(len(params)), -np.ones(len(params))])
    labels = pd.DataFrame({"quarter_of_year": sorted(data["season"].unique()), "quantity": "effect"})
    return _interval(labels, sums @ params, sums @ covariance @ sums.T, quantile)
