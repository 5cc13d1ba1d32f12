"""Process variation: what a rate or ratio could have been, had the same chances worked on the period once more.

Register counts have no sampling error. By chance alone, exits and entries are Poisson given the rates of the period,
and of N = U + I moments U is binomial with logit(p) = log(U / I). What moves the rates (the labour market, policy, a
lockdown) is no chance: it is the period. Where the question is about an ordinary period, `models.flows.shocks` adds it.

A dispersion in time would count a lockdown within a year as chance (28 in a simulation whose truth is 1), so it is
measured between neighbouring quarters, robustly: `neighbour_dispersion`.

Counts enter as shares with the number of moments as variance weights. Given as two columns of counts, statsmodels 0.15
returns a ``scale="X2"`` that forgets the number of trials (0.005 instead of 213 on 82662NED, 2019-2023), and intervals
hundreds of times too narrow.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import CallError, DataError
from analysis.missing import PRESENT

TOO_FEW, NO_VALUE = "too_few_quarters", "no_value"
"""Why a model has no number: too few quarters for its dispersion, or a value that its formula does not have."""
ROUNDING, PROCESS, BOTH = "rounding", "process", "both"
"""The kinds of interval: what rounding allows, what chance allows, or an interval that holds both."""
EFFICIENCY = 0.55
"""Degrees of freedom of `neighbour_dispersion` per difference: 2/3 for differences of neighbours (von Neumann 1941),
times 0.82 for the scale Qn; 300 simulated series of 12 to 56 quarters gave 0.46 to 0.57."""


@dataclass(frozen=True)
class Dispersion:
    """Variance over the variance of chance, its degrees of freedom (0: too few cells, NaN), and its dimension."""

    value: float = float("nan")
    df: int = 0
    dimension: str = ""


def check_confidence(confidence: float) -> float:
    """Return a confidence level from 0.5 to 0.999; raise a CallError for anything else."""
    if not isinstance(confidence, (int, float)) or isinstance(confidence, bool) or not 0.5 <= confidence <= 0.999:
        raise CallError(f"confidence {confidence!r}: expected a number from 0.5 to 0.999, such as 0.95.")
    return float(confidence)


def student(confidence: float, df: int) -> float:
    """Return the two-sided quantile of Student's t; NaN without degrees of freedom."""
    from scipy.stats import t  # half a second to import, and only the models need it

    return float(t.ppf(0.5 + confidence / 2, df)) if df > 0 else float("nan")


def log_ratio_variance(outflow: np.ndarray, inflow: np.ndarray) -> np.ndarray:
    """Return the binomial variance of log(outflow / inflow) given their sum (delta method): 1/outflow + 1/inflow.

    NaN where one of them is zero: the logarithm has no value there.
    """
    counts = [np.where(np.asarray(count, float) > 0, count, np.nan) for count in (outflow, inflow)]
    return 1 / counts[0] + 1 / counts[1]


def normal(confidence: float) -> float:
    """Return the two-sided quantile of the normal distribution: of chance, whose variance is known."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))


def below(quantiles: np.ndarray) -> np.ndarray:
    """Return the probability that a standard normal variable is below each quantile."""
    from scipy.special import ndtr  # a quarter of a second to import, and only the models need it

    return ndtr(quantiles)


def process_range(value: np.ndarray, half_width: np.ndarray) -> dict[str, np.ndarray]:
    """Return positive values with their process interval, from its half-width on the scale of the logarithm."""
    return {"value": value, "value_lo": value * np.exp(-half_width), "value_hi": value * np.exp(half_width)}


def process_ratio(outflow: np.ndarray, inflow: np.ndarray, confidence: float) -> dict[str, np.ndarray]:
    """Return outflow / inflow with its interval by chance as ``value, value_lo, value_hi, missing``.

    Where one of them is nothing there is no interval, and no value either.
    """
    outflow, inflow = np.asarray(outflow, float), np.asarray(inflow, float)
    variance = log_ratio_variance(outflow, inflow)
    known = np.isfinite(variance)
    value = np.divide(outflow, inflow, out=np.full(outflow.shape, np.nan), where=known)
    missing = np.where(known, PRESENT, NO_VALUE)
    return process_range(value, normal(confidence) * np.sqrt(variance)) | {"missing": missing}


def flow_counts(frame: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    """Return one row for each combination of labels: ``inflow, outflow, moments`` and ``share`` (outflow of moments).

    A combination whose inflow or outflow is missing, or without any moment, is left out: a model makes up nothing for
    it.
    """
    rows = frame[frame["quantity"].isin(["inflow", "outflow"]) & (frame["missing"] == PRESENT)]
    parts = [rows[rows["quantity"] == flow].set_index(labels)["value"].rename(flow) for flow in ("inflow", "outflow")]
    data = pd.concat(parts, axis=1, join="inner").reset_index()
    data["moments"] = data["inflow"] + data["outflow"]
    data = data[data["moments"] > 0].reset_index(drop=True)
    return data.assign(share=data["outflow"] / data["moments"])


def fit_binomial(formula: str, data: pd.DataFrame):
    """Fit a binomial GLM of ``share`` with ``moments`` trials, with the variance of chance."""
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    model = smf.glm(formula, data, family=sm.families.Binomial(), var_weights=data["moments"].to_numpy())
    return solve(model, "outflow of all moments", scale=1.0)


def solve(model: Any, about: str, **options: Any) -> Any:
    """Fit a model; a DataError says that its counts allow no solution, as when a group has only inflow."""
    try:
        return model.fit(**options)
    except ValueError as fault:
        raise DataError(
            f"the model of {about} has no solution for these {len(model.endog)} counts ({fault}). "
            "Choose a longer period, or wider groups."
        ) from fault


def solve_exactly(model: Any, about: str, **options: Any) -> Any:
    """Fit a model as `solve` does, for counts that it may give to the last digit: statsmodels warns of separation then.

    It is none where no count is zero; and where only Pearson's X2 is read, no coefficient has to be identified.
    """
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        return solve(model, about, **options)


def neighbour_dispersion(
    log_value: np.ndarray,
    variance: np.ndarray,
    quarters: pd.PeriodIndex,
    groups: np.ndarray,
    between_groups: bool = False,
) -> Dispersion:
    """Estimate the dispersion from differences between neighbouring quarters, so that a shock does not count as chance.

    With z a log value and v its variance by chance, (z[t] - z[t-1] - step) / sqrt(v[t] + v[t-1]) has the dispersion as
    its variance, ``step`` being the usual change into that quarter of the year (Hodges and Lehmann's estimate, by
    group). The scale is Qn (Rousseeuw and Croux 1993, JASA 88), which bears many differences of a shock or a new level.
    What moves slowly is left to the model; noise that lasts for years is not seen.

    Parameters
    ----------
    log_value, variance : ndarray, shape (cells,)
        Log of a rate, ratio or share, and its variance by chance alone; cells with NaN are left out.
    quarters : PeriodIndex, shape (cells,)
    groups : ndarray, shape (cells,)
    between_groups : bool
        How much groups vary among each other: the mean of each quarter over the groups, each weighted by the inverse of
        its variance, is taken out first.
    """
    data = pd.DataFrame({"z": log_value, "v": variance, "group": groups})
    data = data.assign(at=quarters.year * 4 + quarters.quarter).dropna().sort_values(["group", "at"], kind="stable")
    members = data["group"].nunique()
    if between_groups and members > 1:
        weighted, weight = (
            part.groupby(data["at"]).transform("sum") for part in (data["z"] / data["v"], 1 / data["v"])
        )
        data["z"] -= weighted / weight
    parts = [_steps(rows) for _, rows in data.groupby("group", sort=False, observed=True)]
    steps = np.concatenate([np.zeros(0), *(part for part, _ in parts)])
    df = EFFICIENCY * (len(steps) - sum(used for _, used in parts))
    if between_groups and members > 1:  # of k groups the common part has taken 1/k of the variance and of the freedom
        steps, df = steps * np.sqrt(members / (members - 1)), df * (members - 1) / members
    if df < 1:
        return Dispersion()
    from statsmodels.robust.scale import qn_scale

    return Dispersion(max(1.0, float(qn_scale(steps)) ** 2), int(df))


def _steps(rows: pd.DataFrame) -> tuple[np.ndarray, int]:
    """Return the standardised steps of one series between neighbours, and how many coefficients were taken out."""
    at, z, v = (rows[name].to_numpy() for name in ("at", "z", "v"))
    near = np.diff(at) == 1
    step, season = np.diff(z)[near], at[1:][near] % 4
    kinds = np.unique(season)
    if len(step) <= len(kinds):
        return np.zeros(0), 0
    for kind in kinds:  # the median of the means of all pairs (Hodges and Lehmann 1963)
        of_kind = step[season == kind]
        step[season == kind] -= np.median((of_kind[:, None] + of_kind)[np.triu_indices(len(of_kind))]) / 2
    return step / np.sqrt(v[1:] + v[:-1])[near], len(kinds)
