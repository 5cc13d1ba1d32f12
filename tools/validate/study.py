"""Many replicates of every estimand, and what they come to: bias, root mean square error, coverage."""

from __future__ import annotations

import gc
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

CELL = ["estimand", "figures", "group", "part"]
COLUMNS = [*CELL, "estimate", "lo", "hi", "truth"]
"""A row of a replicate. Where the truth is NaN, it is the mean over the replicates of the row's ``realised``."""


def rows(estimand: str, labels: list[str] | np.ndarray, part: str, estimate, lo, hi, truth, realised=np.nan):
    """Return the estimates of one estimand, one row a group."""
    values = {"estimate": estimate, "lo": lo, "hi": hi, "truth": truth, "realised": realised}
    return pd.DataFrame({"estimand": estimand, "group": list(labels), "part": part, **values})


def keep(frame: pd.DataFrame, path: Path) -> None:
    """Write raw results whole, so that what is there need not be run again."""
    partial_path = path.with_suffix(".partial")
    frame.to_csv(partial_path, index=False, lineterminator="\n")
    partial_path.replace(path)


def replicate(make: Callable[[int], pd.DataFrame], seeds: list[int], processes: int = 2) -> pd.DataFrame:
    """Return the rows of every seed, with ``seed``; the order of the seeds, whichever process came first."""
    if processes == 1:
        frames = [make(seed) for seed in seeds]
    else:
        # statsmodels collects garbage at every correction for several tests: what was imported is kept out of that
        with get_context("spawn").Pool(processes, gc.freeze) as pool:
            frames = pool.map(make, seeds, chunksize=1)
    return pd.concat(
        [frame.assign(seed=seed) for seed, frame in zip(seeds, frames, strict=True)], ignore_index=True
    ).sort_values([*CELL, "seed"], kind="stable", ignore_index=True)


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
    truth = runs["truth"].fillna(runs.groupby(CELL)["realised"].transform("mean"))
    known = np.isfinite(runs["lo"]) & np.isfinite(runs["hi"])
    inside = ((runs["lo"] <= truth) & (truth <= runs["hi"])).where(known)
    relative = 100 * (runs["estimate"] - truth) / truth.groupby([runs[name] for name in by]).transform("mean").abs()
    width = 50 * (runs["hi"] - runs["lo"]).where(known) / truth.abs()
    each = runs[[*by, "seed"]].assign(
        truth=truth, bias=relative, square=relative**2, width=width, coverage=100 * inside.astype(float)
    )
    means = each.groupby([*by, "seed"], sort=False).mean().groupby(by, sort=False)
    found, count = means.mean(), means.size()
    errors = means[["bias", "coverage"]].std().div(np.sqrt(count), axis=0)
    found = found.assign(replicates=count, bias_error=errors["bias"], coverage_error=errors["coverage"])
    return found.assign(rmse=np.sqrt(found.pop("square"))).reset_index()
