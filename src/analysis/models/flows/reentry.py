"""Who comes back: the share of re-entrants among the entrants, and the risk of return of those who left. Apart.

The share has the inflow below the bar. It falls by itself when fewer people left in the year before, so it is no risk.
The risk has the outflow below it. CBS counts who comes back within a year by the quarter of coming back; they left in
that quarter or one of the four before, so the outflow at risk is a half of this quarter's, the three before, and a
half of the fourth (leaving and coming back spread evenly over a quarter), divided by four: a year of leaving. That is
the risk of those who left in about the year before; a quarter of it is the risk a quarter.

A missing or zero cell is refused; provisional ones are used as they are; rounding is in the dispersion. For groups by
age, who left in one group may come back in the next: the youngest group's risk comes out a little too low for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import CoverageError
from analysis.measures.tidy_frame import combine
from analysis.missing import PRESENT
from analysis.models.dispersion import TOO_FEW, Dispersion, check_confidence, neighbour_dispersion, student
from analysis.models.flows.panel import pick_cells

AT_RISK = (0.5, 1.0, 1.0, 1.0, 0.5)
"""Weights of the outflow of this quarter and the four before; they add up to a year of leaving."""


@dataclass(frozen=True, eq=False)
class Reentry:
    """Re-entry of the groups of a dimension.

    Attributes
    ----------
    dispersions : dict of str to Dispersion
        Of ``reinflow_share`` and ``return_risk``.
    confidence : float
    frame : DataFrame
        Tidy, labels ``dimension, group, year``; quantities ``reinflow_share`` (denominator: inflow) and
        ``return_risk`` (denominator: outflow of about the year before; only years of which all cells are there), as
        ratios, with process intervals.
    """

    dispersions: dict[str, Dispersion]
    confidence: float
    frame: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """One row a quantity: dispersion and degrees of freedom."""
        return pd.DataFrame(
            [
                {"quantity": name, "dispersion": spread.value, "df": spread.df}
                for name, spread in self.dispersions.items()
            ]
        )


def fit_reentry(panel: pd.DataFrame, dimension: str = "total", confidence: float = 0.95) -> Reentry:
    """Estimate both by group and year.

    Parameters
    ----------
    panel : DataFrame
        As from `flow_panel.flow_panel`, quarters in a row.
    dimension : str
    confidence : float

    Raises
    ------
    CoverageError, DataError
        When a cell is missing or zero, or no year has four quarters of outflow before it.
    """
    confidence = check_confidence(confidence)
    data = pick_cells(panel, dimension, ("inflow", "outflow", "reinflow"))
    periods = pd.PeriodIndex(data["quarter"], freq="Q-DEC")
    data["at"] = periods.year * 4 + periods.quarter
    series = data.set_index(["group", "at"])["outflow"]
    before = [
        series.reindex(pd.MultiIndex.from_arrays([data["group"], data["at"] - back])).to_numpy() for back in range(5)
    ]
    data["left"] = sum(weight * one for weight, one in zip(AT_RISK, before, strict=True)) / 4
    dispersions, frames = {}, []
    for quantity, below, denominator in (
        ("reinflow_share", "inflow", "inflow"),
        ("return_risk", "left", "outflow of the year before"),
    ):
        # given the inflow, who of it comes back is binomial; given who left long ago, comings back are Poisson
        chance = 1 / data["reinflow"] - (1 / data["inflow"] if quantity == "reinflow_share" else 0)
        logs = np.log(data["reinflow"] / data[below])
        dispersions[quantity] = spread = neighbour_dispersion(logs, chance, periods, data["group"])
        frames.append(_of_years(data, below, spread, confidence).assign(quantity=quantity, denominator=denominator))
    frame = combine(frames).assign(unit="ratio", tables=", ".join(dict.fromkeys(data["tables"])))
    if not (frame["quantity"] == "return_risk").any():
        raise CoverageError(
            f"risk of return by {dimension}: {data['quarter'].min()} to {data['quarter'].max()} has no calendar year "
            "with outflow of the four quarters before; expected five quarters in a row up to a fourth. Choose more."
        )
    return Reentry(dispersions, confidence, frame)


def _of_years(data: pd.DataFrame, below: str, spread: Dispersion, confidence: float) -> pd.DataFrame:
    by = data.dropna(subset=below).groupby(["dimension", "group", "year"], sort=False)
    years = by[["reinflow", below]].sum()[by.size() == 4].reset_index()
    value = years["reinflow"] / years[below]
    chance = 1 / years["reinflow"] - (1 / years[below] if below == "inflow" else 0)
    reach = student(confidence, spread.df) * np.sqrt(spread.value * chance)
    ends = {"value": value, "value_lo": value * np.exp(-reach), "value_hi": value * np.exp(reach)}
    return years[["dimension", "group", "year"]].assign(**ends, missing=np.where(np.isfinite(reach), PRESENT, TOO_FEW))
