"""Re-entry: the share of those who came back among the entrants, and the risk of return of those who left. Separate.

The share has the inflow as denominator. It falls by itself when fewer people left in the year before, so it is no risk.
The risk has the outflow as denominator. CBS counts those who come back within a year by the quarter of return; they
left in that quarter or one of the four before, so the outflow at risk is a half of this quarter's, the three before,
and a half of the fourth (leaving and coming back spread evenly over a quarter), divided by four: a year of leaving.
That is the risk of those who left in about the year before; a quarter of it is the risk a quarter.

Intervals are those of chance, the year being what it was. A missing or zero cell is refused; provisional ones are used
as they are; rounding is in the interval. For groups by
age, those who left in one group may come back in the next: the youngest group's risk comes out too low for it.
"""

import numpy as np
import pandas as pd

from analysis.errors import CoverageError
from analysis.measures.flows import AT_RISK, QUARTERS_A_YEAR
from analysis.measures.tidy_frame import combine, join_tables
from analysis.missing import PRESENT
from analysis.models.dispersion import check_confidence, normal, process_range
from analysis.models.flows.panel import pick_cells, rounding_variance

_ROW = ["dimension", "group", "year"]


def fit_reentry(panel: pd.DataFrame, dimension: str = "total", confidence: float = 0.95) -> pd.DataFrame:
    """Estimate both by group and year.

    Parameters
    ----------
    panel : DataFrame
        As from `panel.flow_panel`, quarters in a row.
    dimension : str
    confidence : float

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year``; quantities ``reinflow_share`` (denominator: inflow) and
        ``return_risk`` (denominator: outflow of about the year before; only years of which all cells are known), as
        ratios, with process intervals.

    Raises
    ------
    CoverageError, DataError
        When a cell is missing or zero, or no year has four quarters of outflow before it.
    """
    confidence = check_confidence(confidence)
    data = pick_cells(panel, dimension, ("inflow", "outflow", "reinflow"))
    periods = pd.PeriodIndex(data["quarter"], freq="Q-DEC")
    data = data.assign(
        left=_left_before(data, periods.year * 4 + periods.quarter), rounding=rounding_variance(data, "reinflow")
    )
    frames = []
    for quantity, column, denominator in (
        ("reinflow_share", "inflow", "inflow"),
        ("return_risk", "left", "outflow of the year before"),
    ):
        by = data.dropna(subset=column).groupby(_ROW, sort=False)
        years = by[[*dict.fromkeys(("reinflow", "rounding", column))]].sum()[by.size() == QUARTERS_A_YEAR].reset_index()
        half_width = normal(confidence) * np.sqrt(_log_variance(years, column))
        ratio = process_range(years["reinflow"] / years[column], half_width)
        frames.append(years[_ROW].assign(**ratio, missing=PRESENT, quantity=quantity, denominator=denominator))
    frame = combine(frames).assign(unit="ratio", tables=join_tables(data["tables"]))
    if not (frame["quantity"] == "return_risk").any():
        raise CoverageError(
            f"risk of return by {dimension}: {data['quarter'].min()} to {data['quarter'].max()} has no calendar year "
            "with outflow of the four quarters before; expected five quarters in a row up to a fourth. Choose more."
        )
    return frame


def _left_before(data: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """Return those who left in about the year before each quarter, a quarter; NaN where the panel lacks a quarter."""
    outflow = pd.Series(data["outflow"].to_numpy(), pd.MultiIndex.from_arrays([data["group"], at]))
    before = (outflow.reindex(pd.MultiIndex.from_arrays([data["group"], at - back])).to_numpy() for back in range(5))
    return sum(weight * one for weight, one in zip(AT_RISK, before, strict=True)) / QUARTERS_A_YEAR


def _log_variance(data: pd.DataFrame, column: str) -> pd.Series:
    """Return the variance by chance of the log of re-inflow over a column.

    Given the inflow, those of it who return are binomial: (1 - p) / (n p) = 1/reinflow - 1/inflow (delta method). Given
    those who left long ago, returns are Poisson: 1/reinflow. On top comes the rounding of the re-inflow.
    """
    chance = 1 / data["reinflow"] - (1 / data["inflow"] if column == "inflow" else 0)
    return chance + data["rounding"] / data["reinflow"] ** 2
