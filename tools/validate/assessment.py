"""Which estimand of which group may be used: by bias and coverage, with the reason where it may not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from study import CELL, summary

LOW, HIGH = 92.0, 98.0
"""Coverage of a 95 % interval that is good enough."""
BIAS = 2.0
"""Bias that needs no reason, in percent of the truth."""
SURE = 2.58
"""Monte Carlo errors by which a cell has to be beyond a margin: of many cells some are, by chance."""
MARGINS = {"low": LOW, "high": HIGH, "bias": BIAS, "sure": SURE}
FEW = 0.2
"""Of an estimand no greater part of the cells may be out of use."""
SOME = "yes, but see below"
BOUNDED = ("bounds of the incidence, left_before_aow", "bounds of the incidence, reached_aow")
"""What lies between bounds: their value is one of the ends, so that its bias says nothing."""
BY_ROUNDING = (
    "other_exits",
    "break_even",
    "standardised share over 5 years, direct",
    "standardised share over 5 years, observed over expected",
    *BOUNDED,
)
"""Their intervals are of rounding, or bounds, and have to hold the truth always."""
SMALL = ("Europe, born in NL",)
AGES = ("<27", "27–45", "45–AOW", "45–55", "55–AOW")

REASONS = {  # estimand, groups (none: all) -> why
    ("return_risk", AGES): "those who left in one class of age come back in the next: older classes get returns of "
    "the younger, the youngest loses them",
    ("exit hazard", ("<27",)): "those who turn 27 in a month were in the stock at the end of the month before and are "
    "not at risk in the class: the exposure is too long, most of all in long bands, which few enter before 25",
    ("median duration", ("<27",)): "its hazards are too low, for the reason given with them",
    ("survival", ("<27",)): "its hazards are too low, for the reason given with them",
    (
        "reinflow_share",
        SMALL,
    ): "tens with halves up are half a person too high on the mean, two in the four quarters of "
    "a year: a few percent of so small a number",
    ("share of the steady state, 2023", ()): "the AOW age rose in the year: for three months nobody reached it, so "
    "that its exits are fewer than those of a steady state; the year without a rise shows nothing of the kind",
    ("season, read as a rule", ()): "the effects also hold the lockdown in some quarters of the years fitted, the "
    "trend within a year, and the changing composition of the stock: they describe those years, no others",
}


def assess(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of each cell of recommended estimands with ``used``, ``fault`` and ``reason``."""
    cells = summary(runs)
    sure = {margin: SURE * np.sqrt(margin * (100 - margin) / cells["replicates"]) for margin in (LOW, HIGH)}
    rounding = cells["estimand"].isin(BY_ROUNDING)
    low, high = np.where(rounding, 100, LOW - sure[LOW]), np.where(rounding, 100, HIGH + sure[HIGH])
    without = cells["coverage"].isna()
    few = (cells["coverage"] < low) & ~without
    many = (cells["coverage"] > high) & ~without & ~rounding
    biased = (cells["bias"].abs() > np.maximum(BIAS, SURE * cells["bias_error"])) & ~cells["estimand"].isin(
        ("other_exits", *BOUNDED)
    )
    faults = [("bias", biased), ("too narrow", few), ("too wide", many)]
    found = pd.Series("", cells.index)
    for name, wrong in faults:
        found = found.where(~wrong, (found + ", " + name).str.removeprefix(", "))
    cells["fault"], cells["used"] = found, found == ""
    cells["reason"] = [_reason(row.estimand, row.group) if row.fault else "" for row in cells.itertuples()]
    return cells


def _reason(estimand: str, group: str) -> str:
    for (name, groups), why in REASONS.items():
        if name == estimand and (not groups or group in groups):
            return why
    return "not explained: perhaps by chance, as one cell in a hundred"


def overall(runs: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row an estimand over the cells that may be used: coverage, bias and error, pooled."""
    none = ~cells.groupby("estimand")["used"].transform("any")  # then all of them say how far it fails
    kept = runs.merge(cells.loc[cells["used"] | none, CELL], on=CELL)
    pooled = summary(kept, ["estimand"])
    by = cells.groupby("estimand", sort=False)
    # a coverage pooled over cells is well enough known to be held against the margins themselves
    counts = pd.DataFrame({"cells": by.size(), "out": by.size() - by["used"].sum()})
    used = cells[cells["used"]].groupby("estimand")
    worst = cells.loc[used["bias"].agg(lambda column: column.abs().idxmax())].set_index("estimand")
    ends = pd.DataFrame(
        {
            "worst": worst["bias"],
            "worst_error": worst["bias_error"],
            "least": used["coverage"].min(),
            "most": used["coverage"].max(),
        }
    )
    found = pooled.set_index("estimand").join(ends).reindex(counts.index).join(counts)
    without, many_out = found["coverage"].isna(), found["out"] > FEW * found["cells"]
    free = without | found.index.isin(BY_ROUNDING)
    tests = [many_out, without, (found["coverage"] < LOW) & ~free, (found["coverage"] > HIGH) & ~free]
    verdict = np.select(tests, ["no", "no: no interval", "no: too narrow", "no: too wide"], "yes")
    return found.assign(verdict=np.where((verdict == "yes") & (found["out"] > 0), SOME, verdict)).reset_index()
