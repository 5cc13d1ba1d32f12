"""Process variation: what a ratio of flows could have been, had the period been run again with the same rates.

Register counts have no sampling error. Given the number of moments N = U + I of a period, U is taken as binomial with
logit(p) = log(U / I), and the variance as that of the binomial times a dispersion, because what moves the flows (the
labour market, policy, a lockdown) moves them together. Without it the intervals are absurdly narrow: a quarter has
forty thousand moments.

The dispersion is Pearson's X2 over the degrees of freedom (McCullagh and Nelder 1989, section 4.5). Counts enter as
shares with the number of moments as variance weights. Given as two columns of counts, statsmodels 0.15 returns a
``scale="X2"`` that forgets the number of trials (0.005 instead of 213 on 82662NED, 2019-2023), and intervals hundreds
of times too narrow.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import CallError
from analysis.missing import PRESENT

TOO_FEW = "too_few_quarters"


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


def process_interval(
    outflow: np.ndarray, inflow: np.ndarray, dispersion: float, df: int, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the process interval of outflow / inflow.

    Parameters
    ----------
    outflow, inflow : ndarray
        Moments, of equal length.
    dispersion : float
        Variance over binomial variance.
    df : int
        Degrees of freedom it was estimated with.
    confidence : float
    """
    spread = student(confidence, df) * np.sqrt(dispersion * log_ratio_variance(outflow, inflow))
    ratio = np.exp(-spread) * outflow / inflow, np.exp(spread) * outflow / inflow
    return np.asarray(ratio[0], float), np.asarray(ratio[1], float)


def flow_counts(frame: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    """Return one row for each combination of labels: ``inflow, outflow, moments`` and ``share`` (outflow of moments).

    A combination whose inflow or outflow is missing is left out: a model makes up nothing for it.
    """
    rows = frame[frame["quantity"].isin(["inflow", "outflow"]) & (frame["missing"] == PRESENT)]
    parts = [rows[rows["quantity"] == flow].set_index(labels)["value"].rename(flow) for flow in ("inflow", "outflow")]
    data = pd.concat(parts, axis=1, join="inner").reset_index()
    data["moments"] = data["inflow"] + data["outflow"]
    return data.assign(share=data["outflow"] / data["moments"])


def fit_quasi_binomial(formula: str, data: pd.DataFrame):
    """Fit a binomial GLM of ``share`` with ``moments`` trials; t intervals with the dispersion from Pearson's X2.

    The dispersion is at least 1: less than chance is what few degrees of freedom show by chance.
    """
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    model = smf.glm(formula, data, family=sm.families.Binomial(), var_weights=data["moments"].to_numpy())
    fit = model.fit(scale="X2", use_t=True)
    return fit if fit.scale >= 1 else model.fit(scale=1.0, use_t=True)
