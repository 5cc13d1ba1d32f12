"""Which estimand of which group may be used: by bias and coverage, with the reason where it may not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from study import CELL, summary

LOW, HIGH = 92.0, 98.0
"""Coverage of a 95 % interval that is good enough."""
BIAS = 2.0
"""Bias that needs no reason, in percent of the truth."""
SURE = 1.96
"""Monte Carlo errors by which a cell has to be beyond a margin: of many cells some are, by chance."""
MARGINS = {"low": LOW, "high": HIGH, "bias": BIAS, "sure": SURE}
BY_ROUNDING = ("other_exits", "break_even")
"""Their intervals are of rounding, and have to hold the truth always."""
AGES = ("<27", "27–45", "45–AOW", "45–55", "55–AOW")

REASONS = {  # (estimand, part of the name of the group) -> why; the first that fits
    ("return_risk", AGES): "who left in one class of age comes back in the next: the oldest get the returns of the "
    "younger, the youngest lose theirs",
    ("steady_state", AGES): "people do not stay in a class of age: the balance of those who grow in and out is carried "
    "on as if it were a share of the stock",
    ("exit hazard", ("<27",)): "who turns 27 within a month is in the stock of the month end before and leaves by age, "
    "not by exit: exposure is a little too long",
    ("survival", ("<27",)): "as for its hazards: exposure is a little too long",
    ("share of the stock", ()): "the stock is the sum of many years' entrants; its share moves less, or more, from one "
    "replicate to another than binomial chance",
    ("share of the steady state", ()): "the hazard of a group changes with the mix of those who are left, and cohorts "
    "that came in at a shock pass through the bands",
    ("continuation of a band", ()): "the interval is too wide or too narrow for the step",
    ("season, read as a rule", ()): "a lockdown that lay in some quarters of the year stands in the effects of those "
    "quarters; they describe the years fitted and are no rule for others",
}


def judged(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of each cell of recommended estimands with ``used``, ``fault`` and ``reason``."""
    cells = summary(runs)
    sure = {margin: SURE * np.sqrt(margin * (100 - margin) / cells["replicates"]) for margin in (LOW, HIGH)}
    rounding = cells["estimand"].isin(BY_ROUNDING)
    low, high = np.where(rounding, 100, LOW - sure[LOW]), np.where(rounding, 100, HIGH + sure[HIGH])
    without = cells["coverage"].isna()
    few = (cells["coverage"] < low) & ~without
    many = (cells["coverage"] > high) & ~without & ~rounding
    biased = (cells["bias"].abs() - SURE * cells["bias_error"] > BIAS) & (cells["estimand"] != "other_exits")
    faults = [("bias", biased), ("too narrow", few), ("too wide", many)]
    told = pd.Series("", cells.index)
    for name, wrong in faults:
        told = told.where(~wrong, (told + ", " + name).str.removeprefix(", "))
    cells["fault"], cells["used"] = told, told == ""
    cells["reason"] = [_reason(row.estimand, row.group) if row.fault else "" for row in cells.itertuples()]
    return cells


def _reason(estimand: str, group: str) -> str:
    for (name, groups), why in REASONS.items():
        if name == estimand and (not groups or group in groups):
            return why
    return "not explained"


def overall(runs: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row an estimand over the cells that may be used: coverage, bias and error, pooled."""
    kept = runs.merge(cells.loc[cells["used"], CELL], on=CELL)
    pooled = summary(kept, ["estimand"])
    by = cells.groupby("estimand", sort=False)
    # a coverage pooled over cells is well enough known to be held against the margins themselves
    counts = pd.DataFrame({"cells": by.size(), "out": by.size() - by["used"].sum()})
    used = cells[cells["used"]].groupby("estimand")
    worst = used["bias"].agg(lambda column: column.loc[column.abs().idxmax()])
    ends = pd.DataFrame({"worst": worst, "least": used["coverage"].min(), "most": used["coverage"].max()})
    found = pooled.set_index("estimand").join(ends).reindex(counts.index).join(counts)
    inside = found["coverage"].between(LOW, HIGH) | found["coverage"].isna() | found.index.isin(BY_ROUNDING)
    return found.assign(recommended=inside & (found["out"] < found["cells"])).reset_index()
