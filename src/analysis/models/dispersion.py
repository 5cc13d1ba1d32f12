"""Process variation: what a ratio of flows could have been, had the same rates worked on the period once more.

Register counts have no sampling error. Given the number of moments N = U + I of a period, U is taken as binomial with
logit(p) = log(U / I), and the variance as that of the binomial times a dispersion, because what moves the flows (the
labour market, policy, a lockdown) moves them together. Without it the intervals are far too narrow: a quarter has
forty thousand moments.

Two dispersions. Between the groups of one quarter it is Pearson's X2 over the degrees of freedom (McCullagh and Nelder
1989, section 4.5). In time that would count a lockdown within a year as chance (28 in a simulation whose truth is 1),
so there it is measured between neighbouring quarters, robustly: `neighbour_dispersion`.

Counts enter as shares with the number of moments as variance weights. Given as two columns of counts, statsmodels 0.15
returns a ``scale="X2"`` that forgets the number of trials (0.005 instead of 213 on 82662NED, 2019-2023), and intervals
hundreds of times too narrow.
"""

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
    """Variance over the variance of chance, its degrees of freedom (0: too few cells, NaN), and where it is from.

    ``dimension`` is the one it was estimated from, where that of another dimension can be taken for it; ``first``,
    ``last`` and ``table`` say from which quarters and tables, where its model does not say so.
    """

    value: float = float("nan")
    df: int = 0
    dimension: str = ""
    first: str = ""
    last: str = ""
    table: str = ""


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


def process_range(value: np.ndarray, half_width: np.ndarray) -> dict[str, np.ndarray]:
    """Return positive values with their process interval, from its half-width on the scale of the logarithm."""
    return {"value": value, "value_lo": value * np.exp(-half_width), "value_hi": value * np.exp(half_width)}


def process_ratio(
    outflow: np.ndarray, inflow: np.ndarray, dispersion: Dispersion, confidence: float
) -> dict[str, np.ndarray]:
    """Return outflow / inflow with its process interval as ``value, value_lo, value_hi, missing``.

    Where there is no interval there is no value either: without one it would be the ratio once more.
    """
    outflow, inflow = np.asarray(outflow, float), np.asarray(inflow, float)
    half_width = student(confidence, dispersion.df) * np.sqrt(dispersion.value * log_ratio_variance(outflow, inflow))
    lo, hi = np.exp(-half_width) * outflow / inflow, np.exp(half_width) * outflow / inflow
    known = np.isfinite(lo) & np.isfinite(hi)
    missing = np.where(known, PRESENT, NO_VALUE if dispersion.df else TOO_FEW)
    value = np.divide(outflow, inflow, out=np.full(outflow.shape, np.nan), where=known)
    return {"value": value, "value_lo": lo, "value_hi": hi, "missing": missing}


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


def fit_binomial(formula: str, data: pd.DataFrame, scale: float | str = 1.0):
    """Fit a binomial GLM of ``share`` with ``moments`` trials, with the variance of chance or that of ``scale``."""
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    model = smf.glm(formula, data, family=sm.families.Binomial(), var_weights=data["moments"].to_numpy())
    return solve(model, "outflow of all moments", scale=scale, use_t=True)


def solve(model: Any, about: str, **options: Any) -> Any:
    """Fit a model; a DataError says that its counts allow no solution, as when a group has only inflow."""
    try:
        return model.fit(**options)
    except ValueError as fault:
        raise DataError(
            f"the model of {about} has no solution for these {len(model.endog)} counts ({fault}). "
            "Choose a longer period, or wider groups."
        ) from fault


def fit_quasi_binomial(formula: str, data: pd.DataFrame):
    """Fit a binomial GLM with the dispersion from Pearson's X2.

    The dispersion is at least 1: less than chance is what few degrees of freedom show by chance.
    """
    fit = fit_binomial(formula, data, "X2")
    return fit if fit.scale >= 1 else fit_binomial(formula, data)


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
