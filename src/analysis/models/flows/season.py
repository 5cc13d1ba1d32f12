"""The season in two ways: quarter effects of the model and those of STL, and by how much they differ.

The model's effects are those of a GLM with a level for each year; a shock within a year moves them. STL (Cleveland
and others 1990, Journal of Official Statistics 6) follows a moving level and leaves out what does not fit. Where the
two differ by more than the process interval, the season is changing or holds a shock. STL needs every quarter from
first to last; a missing or zero cell is refused. Provisional and rounded cells are used as they are.
"""

import numpy as np
import pandas as pd

from analysis.classifications.selection import check_dimension
from analysis.errors import CallError, CoverageError
from analysis.measures.tidy_frame import combine
from analysis.missing import PRESENT
from analysis.models.flows.panel import pick_cells
from analysis.models.flows.rates import FLOW, RateModel, fit_rates


def compare_season(
    panel: pd.DataFrame, quantity: str = "ratio", dimension: str = "total", confidence: float = 0.95
) -> pd.DataFrame:
    """Estimate the quarter effects of each group in both ways, from its own figures alone.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, quarter_of_year``; factors relative to the average quarter: ``model_effect``
        (process interval), ``stl_effect`` and ``stl_over_model`` (no intervals).

    Raises
    ------
    CoverageError, DataError
        When a cell is missing or zero, or quarters are not in a row.
    CallError
        When there are fewer than three years.
    """
    frames = []
    rows = panel[panel["dimension"] == check_dimension(dimension, panel["dimension"].unique())]
    for name, own in rows.groupby("group", sort=False):
        model = fit_rates(own, quantity, dimension, confidence=confidence)
        frames.append(_both(own, model).assign(dimension=dimension, group=name))
    return combine(frames)


def _both(own: pd.DataFrame, model: RateModel) -> pd.DataFrame:
    from statsmodels.tsa.seasonal import STL

    needed = ("outflow", "inflow") if model.quantity == "ratio" else (FLOW[model.quantity], "opening")
    rows = pick_cells(own, model.dimension, needed)
    at = pd.PeriodIndex(rows["quarter"], freq="Q-DEC")
    if len(at) < 12:
        raise CallError(f"season of {model.quantity}: {len(at)} quarters; expected 12 or more for STL.")
    if len(pd.period_range(at[0], at[-1])) != len(at):
        raise CoverageError(
            f"season of {model.quantity}: quarters between {at[0]} and {at[-1]} are missing; STL needs all."
        )
    series = np.log(rows[needed[0]] / rows[needed[1]]).to_numpy()
    swing = pd.Series(STL(series, period=4, robust=True).fit().seasonal).groupby(rows["season"]).mean()
    stl = np.exp(swing - swing.mean()).to_numpy()
    effects = model.effects[["quarter_of_year", "value", "value_lo", "value_hi", "missing", "tables", "unit"]]
    bare = effects.assign(value_lo=np.nan, value_hi=np.nan, missing=PRESENT)
    other = {"stl_effect": stl, "stl_over_model": stl / effects["value"]}
    return combine(
        [effects.assign(quantity="model_effect"), *(bare.assign(quantity=name, value=other[name]) for name in other)]
    )
