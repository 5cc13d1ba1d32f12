"""Many replicates of every estimand, and what they come to: bias, root mean square error, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd

CELL = ["estimand", "figures", "group", "part"]
COLUMNS = [*CELL, "estimate", "lo", "hi", "truth"]
"""A row of a replicate. Where the truth is NaN, it is the mean of the row's ``realised`` over replicates."""


def rows(estimand: str, labels: list[str] | np.ndarray, part: str, estimate, lo, hi, truth, realised=np.nan):
    """Return the estimates of one estimand, one row a group."""
    values = {"estimate": estimate, "lo": lo, "hi": hi, "truth": truth, "realised": realised}
    return pd.DataFrame({"estimand": estimand, "group": list(labels), "part": part, **values})


def _errors(each: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the Monte Carlo errors of bias and coverage: those of means by history, or by replicate without such."""
    means = each.groupby([*by, "history" if "history" in each else "seed"], sort=False)[["bias", "coverage"]].mean()
    own = means.groupby(by, sort=False)
    return own.std().div(np.sqrt(own.size()), axis=0)


def _expected(runs: pd.DataFrame) -> pd.Series:
    """Return what was to be expected where only ``realised`` is known: its mean over replicates of the same history.

    Of m replicates the mean holds the replicate itself, so that the deviations from it have (1 - 1/m) of the variance;
    they are made larger by as much.
    """
    by = runs.groupby([*CELL, "history"] if "history" in runs else CELL)["realised"]
    mean, size = by.transform("mean"), by.transform("count")
    return runs["realised"] - (runs["realised"] - mean) * np.sqrt(size / (size - 1).where(size > 1))


def summary(runs: pd.DataFrame, by: list[str] = CELL) -> pd.DataFrame:
    """Return one row a cell.

    Returns
    -------
    DataFrame
        The cell; ``replicates``; ``truth`` (mean); ``bias`` and ``rmse`` in percent of the truth, ``bias_error`` (Monte
        Carlo standard error of the bias); ``width`` (mean half-width of the interval, percent); ``coverage`` and its
        ``coverage_error`` in percent, NaN where the estimand has no interval. Where several cells of one replicate are
        taken together, Monte Carlo errors are those of the means by replicate.
    """
    truth = runs["truth"].fillna(_expected(runs))
    known = np.isfinite(runs["lo"]) & np.isfinite(runs["hi"])
    inside = ((runs["lo"] <= truth) & (truth <= runs["hi"])).where(known)
    relative = 100 * (runs["estimate"] - truth) / truth.groupby([runs[name] for name in by]).transform("mean").abs()
    width = 50 * (runs["hi"] - runs["lo"]).where(known) / truth.abs()
    each = runs[[*by, "seed", *(["history"] if "history" in runs else [])]].assign(
        truth=truth, bias=relative, square=relative**2, width=width, coverage=100 * inside.astype(float)
    )
    means = each.groupby([*by, "seed"], sort=False).mean().groupby(by, sort=False)
    found, count = means.mean().drop(columns="history", errors="ignore"), means.size()
    errors = _errors(each, by)
    found = found.assign(replicates=count, bias_error=errors["bias"], coverage_error=errors["coverage"])
    return found.assign(rmse=np.sqrt(found.pop("square"))).reset_index()
