"""The national outflow ratio: year effects, quarter effects and the process interval of each period."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.tidy_frame import join_tables
from analysis.missing import PRESENT
from analysis.models.dispersion import (
    TOO_FEW,
    check_confidence,
    fit_binomial,
    flow_counts,
    log_ratio_variance,
    normal,
    process_ratio,
)
from analysis.models.flows.shocks import Shocks, estimate_shocks
from analysis.summary import SelfDescribing


@dataclass(frozen=True, eq=False, repr=False)
class OutflowModel(SelfDescribing):
    """A binomial model of the outflow ratio with year and quarter effects.

    Attributes
    ----------
    shocks : Shocks
        How far a quarter lies from an ordinary one, and for how long (`models.flows.shocks`).
    confidence : float
        Level of the intervals.
    year_effects, quarter_effects : DataFrame
        Tidy, label ``year`` or ``quarter_of_year``, quantity ``effect``: the ratio of a year in its average quarter,
        and the factor by which a quarter differs from the average one. ``value_lo`` and ``value_hi`` are the process
        interval: of a year by chance, the year being what it was; of a quarter of the year with shocks, for that is to
        hold in ordinary years.
    """

    shocks: Shocks
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
            Tidy, quantity ``process_ratio``, the period being what it was; missing where a flow is nothing.
        """
        data = flow_counts(flows, [label])
        found = process_ratio(data["outflow"], data["inflow"], self.confidence)
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
    shocks = estimate_shocks(logs, chance, at, np.zeros(len(data)))
    if not shocks.known or len(years) < 2 or len(seasons) < 2 or len(data) <= len(years) + len(seasons) - 1:
        nothing = dict.fromkeys(("value", "value_lo", "value_hi"), np.nan) | {"missing": TOO_FEW}
        return OutflowModel(Shocks(), confidence, *(_rows(label, tables, **nothing) for label in labels))
    fit = fit_binomial("share ~ 0 + C(year) + C(season, Sum)", data)
    count = len(years) + len(seasons) - 1
    # a row for each effect as a sum of coefficients; the logs of the quarter effects sum to zero, which gives the last
    of_year = np.eye(count)[: len(years)]
    of_season = np.vstack([np.eye(count)[len(years) :], -np.eye(count)[len(years) :].sum(axis=0)])
    effects = []
    for label, contrast in zip(labels, (of_year, of_season), strict=True):
        tested = fit.t_test(contrast)
        in_a_row = np.zeros((len(contrast), at.year.max() * 4 + 4 - at.year.min() * 4))
        in_a_row[:, at.year * 4 + at.quarter - 1 - at.year.min() * 4] = contrast @ np.linalg.pinv(fit.model.exog)
        half_width = normal(confidence) * tested.sd.ravel()
        if "quarter_of_year" in label:
            errors = zip(tested.sd.ravel() ** 2, in_a_row, strict=True)
            half_width = np.array([shocks.half_width(of_chance, confidence, span) for of_chance, span in errors])
        value, lo, hi = np.exp([tested.effect, tested.effect - half_width, tested.effect + half_width])
        effects.append(_rows(label, tables, value=value, value_lo=lo, value_hi=hi, missing=PRESENT))
    return OutflowModel(shocks, confidence, *effects)


def _rows(labels: dict[str, Any], tables: str, quantity: str = "effect", **numbers: Any) -> pd.DataFrame:
    about = {"tables": tables, "quantity": quantity}
    return pd.DataFrame({**labels, **about, **numbers, "unit": "ratio", "denominator": "inflow"})
