"""The national outflow ratio: year effects, quarter effects and the process interval of each period."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.tidy_frame import join_tables
from analysis.missing import PRESENT
from analysis.models.dispersion import (
    TOO_FEW,
    Dispersion,
    check_confidence,
    fit_binomial,
    flow_counts,
    log_ratio_variance,
    neighbour_dispersion,
    process_ratio,
    student,
)
from analysis.summary import SelfDescribing


@dataclass(frozen=True, eq=False, repr=False)
class OutflowModel(SelfDescribing):
    """A binomial model of the outflow ratio with year and quarter effects.

    Attributes
    ----------
    dispersion : Dispersion
        Variance over binomial variance, from differences between neighbouring quarters: a lockdown within a year is
        no chance (`dispersion.neighbour_dispersion`). Without degrees of freedom when there are too few quarters.
    confidence : float
        Level of the intervals.
    year_effects, quarter_effects : DataFrame
        Tidy, label ``year`` or ``quarter_of_year``, quantity ``effect``: the ratio of a year in its average quarter,
        and the factor by which a quarter differs from the average one. ``value_lo`` and ``value_hi`` are the process
        interval.
    """

    dispersion: Dispersion
    confidence: float
    year_effects: pd.DataFrame
    quarter_effects: pd.DataFrame

    def ratios(self, flows: pd.DataFrame, label: str) -> pd.DataFrame:
        """Return the outflow ratio of each period with its process interval.

        Parameters
        ----------
        flows : DataFrame
            Tidy ``inflow`` and ``outflow`` by ``label``, as from `analysis.measures.flows.by_year`.
        label : str
            ``quarter`` or ``year``.

        Returns
        -------
        DataFrame
            Tidy, quantity ``process_ratio``; missing, with the reason, where there is no interval.
        """
        data = flow_counts(flows, [label])
        found = process_ratio(data["outflow"], data["inflow"], self.dispersion, self.confidence)
        return _rows({label: data[label]}, join_tables(flows["tables"]), "process_ratio", **found)


def fit_outflow(quarterly: pd.DataFrame, confidence: float = 0.95) -> OutflowModel:
    """Fit year and quarter effects to the national flows.

    Parameters
    ----------
    quarterly : DataFrame
        Tidy ``inflow`` and ``outflow`` by ``quarter``, as from `analysis.measures.flows.quarterly`. A quarter
        with a missing cell is left out; provisional ones are used as they are; rounding (5 in 20,000) is not in the
        interval.
    confidence : float
        Level of the intervals, 0.5 to 0.999.

    Returns
    -------
    OutflowModel
        With no residual degree of freedom, or no second year or quarter, every effect is missing with the reason
        ``too_few_quarters``.
    """
    confidence = check_confidence(confidence)
    data = flow_counts(quarterly, ["quarter"])
    data["year"], data["season"] = data["quarter"].str[:4].astype(int), data["quarter"].str[-1].astype(int)
    years, seasons = sorted(data["year"].unique()), sorted(data["season"].unique())
    labels, tables = ({"year": years}, {"quarter_of_year": seasons}), join_tables(quarterly["tables"])
    with np.errstate(divide="ignore"):
        logs = np.log(data["outflow"] / data["inflow"]).where(data["outflow"] * data["inflow"] > 0)
    chance = log_ratio_variance(data["outflow"], data["inflow"])
    at = pd.PeriodIndex(data["quarter"], freq="Q-DEC")
    dispersion = neighbour_dispersion(logs, chance, at, np.zeros(len(data)))
    if dispersion.df < 1 or len(years) < 2 or len(seasons) < 2 or len(data) <= len(years) + len(seasons) - 1:
        nothing = dict.fromkeys(("value", "value_lo", "value_hi"), np.nan) | {"missing": TOO_FEW}
        return OutflowModel(Dispersion(), confidence, *(_rows(label, tables, **nothing) for label in labels))
    fit = fit_binomial("share ~ 0 + C(year) + C(season, Sum)", data)
    count = len(years) + len(seasons) - 1
    # a row for each effect as a sum of coefficients; the logs of the quarter effects sum to zero, which gives the last
    of_year = np.eye(count)[: len(years)]
    of_season = np.vstack([np.eye(count)[len(years) :], -np.eye(count)[len(years) :].sum(axis=0)])
    effects = []
    for label, contrast in zip(labels, (of_year, of_season), strict=True):
        tested = fit.t_test(contrast)
        half_width = student(confidence, dispersion.df) * np.sqrt(dispersion.value) * tested.sd.ravel()
        value, lo, hi = np.exp([tested.effect, tested.effect - half_width, tested.effect + half_width])
        effects.append(_rows(label, tables, value=value, value_lo=lo, value_hi=hi, missing=PRESENT))
    return OutflowModel(dispersion, confidence, *effects)


def _rows(labels: dict[str, Any], tables: str, quantity: str = "effect", **numbers: Any) -> pd.DataFrame:
    about = {"tables": tables, "quantity": quantity}
    return pd.DataFrame({**labels, **about, **numbers, "unit": "ratio", "denominator": "inflow"})
