"""Process intervals of rates per inhabitant and per labour force, and the chance that groups' flows vary by.

Given the period, the moments of a group are Poisson times a dispersion: what the groups of a dimension vary among each
other from quarter to quarter. What moves them all alike is the period itself, and no chance. Denominators are taken as
known. The total has no other groups beside it: it takes the dispersion of men and women.
"""

from functools import cache, partial

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import TOTAL_GROUP
from analysis.classifications.selection import find_group
from analysis.measures.flows import BOTH, flows_of_year
from analysis.missing import PRESENT
from analysis.models.dispersion import (
    NO_VALUE,
    PROCESS,
    TOO_FEW,
    Dispersion,
    check_confidence,
    log_ratio_variance,
    neighbour_dispersion,
    process_range,
    student,
)
from analysis.snapshots.store import Snapshot

RATIO = "ratio"
_STEPS_IN = ("sex", "age", "origin")


def flow_dispersion(panel: pd.DataFrame, dimension: str, quantity: str) -> Dispersion:
    """Return how much the flows (``inflow``, ``outflow``) or ratios of the groups of a dimension vary by chance.

    Quarters in which a cell is missing or zero are left out.

    Parameters
    ----------
    panel : DataFrame
        As from `analysis.models.flows.panel.flow_panel`.
    dimension : str
    quantity : {"inflow", "outflow", "ratio"}
    """
    for name in _STEPS_IN if dimension == TOTAL else (dimension,):
        rows = panel[panel["dimension"] == name].sort_values(["group", "quarter"])
        needed = list(BOTH) if quantity == RATIO else [quantity]
        whole = rows[needed].gt(0).all(axis=1).groupby(rows["quarter"]).transform("all")
        rows = rows[whole]
        if rows["group"].nunique() < 2:
            continue
        counts = [rows[each].to_numpy(float) for each in needed]
        logs = np.log(counts[1] / counts[0]) if quantity == RATIO else np.log(counts[0])
        variance = log_ratio_variance(counts[1], counts[0]) if quantity == RATIO else 1 / counts[0]
        quarters = pd.PeriodIndex(rows["quarter"], freq="Q-DEC")
        found = neighbour_dispersion(logs, variance, quarters, rows["group"].to_numpy(), between_groups=True)
        if found.df:
            return found
    return Dispersion()


def process_rates(
    snapshot: Snapshot, rates: pd.DataFrame, panel: pd.DataFrame, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the rates of inflow and outflow with process intervals.

    Parameters
    ----------
    snapshot : Snapshot
    rates : DataFrame
        As from `analysis.measures.population_rates.population_rates`; recipients are left out: a stock is no flow.
    panel : DataFrame
        As from `analysis.models.flows.panel.flow_panel`.
    confidence : float
    """
    check_confidence(confidence)
    rows = rates[rates["quantity"].isin([f"{flow}_per_1000" for flow in BOTH])].reset_index(drop=True)
    ends = {name: np.full(len(rows), np.nan) for name in ("value_lo", "value_hi")}
    reasons = rows["missing"].to_numpy(object).copy()
    dispersion_of = cache(partial(flow_dispersion, panel))  # the groups of a dimension share one
    for at, row in enumerate(rows.itertuples()):
        if row.missing != PRESENT:
            continue
        flow = row.quantity.removesuffix("_per_1000")
        group = TOTAL_GROUP if row.dimension == TOTAL else find_group(row.dimension, row.group)
        moments = flows_of_year(snapshot, group, row.year)[0][flow].value[0]
        dispersion = dispersion_of(row.dimension, flow)
        found = flow_interval(row.value, moments, dispersion, confidence)
        ends["value_lo"][at], ends["value_hi"][at] = found
        if not np.isfinite(found).all():
            reasons[at] = NO_VALUE if dispersion.df else TOO_FEW
    return rows.assign(**ends, missing=reasons, interval=PROCESS)


def flow_interval(value: float, moments: float, dispersion: Dispersion, confidence: float) -> tuple[float, float]:
    """Return the process interval of a rate that rests on so many moments, on the logarithm; NaN for none at all."""
    if not moments > 0:
        return np.nan, np.nan
    half_width = student(confidence, dispersion.df) * np.sqrt(dispersion.value / moments)
    found = process_range(np.array(value), np.array(half_width))
    return float(found["value_lo"]), float(found["value_hi"])
