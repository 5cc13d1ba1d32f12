"""The flow models of every group in its last complete year, wherever the panel covers them; where not, the reason.

Each model takes the quarters that have all it needs for all groups of a dimension; what a model refuses is missing
here, not left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.errors import CallError, DataError
from analysis.measures.flows import QUARTERS_A_YEAR
from analysis.measures.tidy_frame import combine
from analysis.missing import FINAL, NOT_IN_SNAPSHOT, STATUSES
from analysis.models.dispersion import TOO_FEW
from analysis.models.duration.longterm import AGEING
from analysis.models.flows.account import group_account
from analysis.models.flows.panel import GROUPS, STOCKS
from analysis.models.flows.rates import fit_rates
from analysis.models.flows.reentry import fit_reentry
from analysis.models.flows.season import compare_season

WITH = {"origin": ("origin", "birth")}


@dataclass(frozen=True, eq=False)
class FlowOverview:
    """What the models say of each group.

    Attributes
    ----------
    year : int
        The last complete year of the panel.
    rates : DataFrame
        Tidy, labels ``dimension, group, year``: ``inflow_rate, outflow_rate`` (percent a quarter; process interval).
    reentry : DataFrame
        ``reinflow_share, return_risk`` (percent; process interval).
    accounts : DataFrame
        ``ratio, break_even`` (rounding interval), ``other_exits, steady_state`` (persons), ``half_way`` (quarters).
    season : DataFrame
        Of the total, label ``quarter_of_year``: ``model_effect, stl_effect, stl_over_model``.
    """

    year: int
    rates: pd.DataFrame
    reentry: pd.DataFrame
    accounts: pd.DataFrame
    season: pd.DataFrame


def flow_overview(panel: pd.DataFrame, group_by: str = "all", confidence: float = 0.95) -> FlowOverview:
    """Fit the models to the dimensions asked for (origin brings birth country along) and the total.

    Parameters
    ----------
    panel : DataFrame
        As from `flow_panel.flow_panel`, of all groups.
    group_by : {"all", "age", "origin", "sex"}
    confidence : float
    """
    sizes = panel[panel["dimension"] == TOTAL]["quarter"].str[:4].value_counts()
    year = int(sizes.index[sizes == QUARTERS_A_YEAR].max())
    dimensions = (*(tuple(GROUPS) if group_by == "all" else WITH.get(group_by, (group_by,))), TOTAL)

    def rates(whole: pd.DataFrame, dimension: str, quantity: str) -> pd.DataFrame:
        return fit_rates(whole, quantity, dimension, confidence=confidence).rates

    def reentry(whole: pd.DataFrame, dimension: str, quantity: str) -> pd.DataFrame:
        frame = fit_reentry(whole, dimension, confidence).frame
        # older classes get the returns of younger ones: docs/validation.md has it too low under 27, too high over 45
        wrong = (frame["dimension"] == "age") & (frame["quantity"] == "return_risk")
        values = frame[["value", "value_lo", "value_hi"]].mask(wrong)
        return frame.assign(**values, missing=frame["missing"].mask(wrong, AGEING))

    def accounts(whole: pd.DataFrame, dimension: str, quantity: str) -> pd.DataFrame:
        return group_account(whole, dimension, confidence).years

    flows = ("inflow", "outflow")
    wanted: dict[str, tuple] = {
        "inflow_rate": (rates, ("inflow", "opening")),
        "outflow_rate": (rates, ("outflow", "opening")),
        "reinflow_share": (reentry, (*flows, "reinflow")),
        "return_risk": (reentry, (*flows, "reinflow")),
        **dict.fromkeys(
            ("ratio", "break_even", "other_exits", "steady_state", "half_way"), (accounts, (*flows, *STOCKS))
        ),
    }
    parts: dict[Callable, list[pd.DataFrame]] = {rates: [], reentry: [], accounts: []}
    for quantity, (fit, needed) in wanted.items():
        for dimension in dimensions:
            parts[fit].append(_attempt(panel, dimension, needed, fit, quantity, year))
    worst = _status(panel, year)
    found = [combine(part).drop(columns="interval", errors="ignore") for part in parts.values()]
    found = [frame.merge(worst, how="left").fillna({"status": FINAL}) for frame in found]
    for frame in found[:2]:
        frame[["value", "value_lo", "value_hi"]] *= 100
        frame["unit"] = "percent"
    return FlowOverview(year, *found, _season(panel, confidence))


def _status(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return how final the year of each group is: as final as its least final quarter."""
    rows = panel[panel["quarter"].str.startswith(str(year))]
    order = rows.assign(status=rows["status"].map(STATUSES.index)).groupby(["dimension", "group"])["status"].max()
    return order.map(dict(enumerate(STATUSES))).reset_index()


def _attempt(
    panel: pd.DataFrame, dimension: str, needed: tuple[str, ...], fit: Callable, quantity: str, year: int
) -> pd.DataFrame:
    """Return one row a group of a dimension, missing with the reason where the model refuses."""
    rows, reason = panel[panel["dimension"] == dimension], NOT_IN_SNAPSHOT
    whole = rows[list(needed)].gt(0).all(axis=1).groupby(rows["quarter"]).transform("all")
    if whole.any():
        try:
            found = fit(rows[whole], dimension, quantity)
            found = found[(found["quantity"] == quantity) & (found["year"] == year)]
            if len(found):
                return found
        except (CallError, DataError):
            reason = TOO_FEW
    names = list(rows["group"].unique()) or [group.name for group in GROUPS[dimension]]
    nothing = {"year": year, "quantity": quantity, "tables": "", "unit": "", "denominator": "", "missing": reason}
    empty = dict.fromkeys(("value", "value_lo", "value_hi"), float("nan"))
    return pd.DataFrame({"dimension": dimension, "group": names, **nothing, **empty})


def _season(panel: pd.DataFrame, confidence: float) -> pd.DataFrame:
    try:
        return compare_season(panel, "ratio", TOTAL, confidence).frame.assign(denominator="inflow")
    except (CallError, DataError):
        names = ("model_effect", "stl_effect", "stl_over_model")
        empty = {"value": float("nan"), "value_lo": float("nan"), "value_hi": float("nan"), "missing": TOO_FEW}
        return pd.DataFrame(
            [
                {"quarter_of_year": at, "quantity": name, "tables": panel["tables"].iloc[0], **empty}
                for name in names
                for at in (1, 2, 3, 4)
            ]
        )
