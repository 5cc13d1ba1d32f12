"""The models of the flows by group in the last complete year, as far as the snapshot covers each group.

Re-entry has a year of its own: the last of which re-inflow is known. Each model takes the quarters that have all it
needs for every group of a dimension. Where it cannot be fitted, its rows are missing with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.selection import dimensions_of
from analysis.errors import CallError, DataError
from analysis.measures.flows import QUARTERS_A_YEAR
from analysis.measures.tidy_frame import combine
from analysis.missing import FINAL, NOT_IN_SNAPSHOT
from analysis.models.dispersion import TOO_FEW
from analysis.models.duration.longterm import AGEING
from analysis.models.duration.survival import LEAST_FINAL
from analysis.models.flows.account import group_account
from analysis.models.flows.group_comparison import GroupComparison
from analysis.models.flows.outflow import OutflowModel
from analysis.models.flows.panel import GROUPS, STOCKS
from analysis.models.flows.rates import FLOW, fit_rates
from analysis.models.flows.reentry import fit_reentry
from analysis.models.flows.season import compare_season
from analysis.models.recommendations import Refusal, keep, mask

_VALUES = ["value", "value_lo", "value_hi"]
_OF_YEAR = "2023"
"""The year of the validation: of one year alone there is no part."""
_NO_VALUE = dict.fromkeys(_VALUES, float("nan"))

Fit = Callable[[pd.DataFrame, str], pd.DataFrame]
"""Fits a model to the cells of a dimension and returns its estimates by group and year."""


@dataclass(frozen=True, eq=False)
class GroupModels:
    """What the models say of each group.

    Attributes
    ----------
    year, reentry_year : int
        The last complete year of the panel, and the last with re-inflow in all its quarters.
    rates : DataFrame
        Tidy, labels ``dimension, group, year``: ``inflow_rate, outflow_rate`` (percent a quarter; process interval).
    reentry : DataFrame
        In that year: ``reinflow_share, return_risk`` (percent; process interval).
    accounts : DataFrame
        ``ratio, break_even`` (rounding interval), ``other_exits, steady_state`` (persons), ``half_way`` (quarters).
    season : DataFrame
        Of the total, label ``quarter_of_year``: ``model_effect, stl_effect, stl_over_model``.
    withheld : list of Refusal
        What the validation does not recommend, and why: it is in none of these frames.
    """

    year: int
    reentry_year: int
    rates: pd.DataFrame
    reentry: pd.DataFrame
    accounts: pd.DataFrame
    season: pd.DataFrame
    withheld: list[Refusal]


def fit_group_models(
    panel: pd.DataFrame, group_by: str = "all", confidence: float = 0.95, reentry_panel: pd.DataFrame | None = None
) -> GroupModels:
    """Fit the models to the dimensions asked for (with origin comes country of birth) and to the total.

    Parameters
    ----------
    panel : DataFrame
        As from `models.flows.panel.flow_panel`, of all groups.
    group_by : {"all", "age", "origin", "sex"}
    confidence : float
    reentry_panel : DataFrame, optional
        The same, each quarter from a table with re-inflow where there is one; by default the panel itself.
    """
    reentry_panel = panel if reentry_panel is None else reentry_panel
    year = max(_whole_years(panel, "inflow"))
    reentry_year = max(_whole_years(reentry_panel, "reinflow"), default=year)
    dimensions = (*dimensions_of(group_by, GROUPS), TOTAL)

    def estimates(
        fit: Fit, needed: tuple[str, ...], *quantities: str, cells: pd.DataFrame = panel, of: int = year
    ) -> list[pd.DataFrame]:
        return [_estimates(cells, dimension, of, fit, needed, quantities) for dimension in dimensions]

    rates = []
    for rate, flow in FLOW.items():
        fit = partial(fit_rates, quantity=rate, confidence=confidence)
        rates += estimates(lambda cells, by, fit=fit: fit(cells, dimension=by).rates, (flow, "opening"), rate)
    reentry = estimates(
        lambda cells, dimension: _without_ageing(fit_reentry(cells, dimension, confidence)),
        ("inflow", "outflow", "reinflow"),
        *("reinflow_share", "return_risk"),
        cells=reentry_panel,
        of=reentry_year,
    )
    accounts = estimates(
        lambda cells, dimension: group_account(cells, dimension, confidence),
        ("inflow", "outflow", *STOCKS),
        *("ratio", "break_even", "other_exits", "steady_state", "half_way"),
    )
    status, reentry_status = _status(panel, year), _status(reentry_panel, reentry_year)
    frames = [
        combine(each).merge(known, how="left").fillna({"status": FINAL})
        for each, known in ((rates, status), (reentry, reentry_status), (accounts, status))
    ]
    shares = [each.assign(**100 * each[_VALUES], unit="percent") for each in frames[:2]]
    kept = [_recommended(each) for each in (*shares, frames[2])]
    season, refused = keep(_season(panel, confidence), "season, read as a rule")
    withheld = [*(each for _, found in kept for each in found), *refused]
    return GroupModels(year, reentry_year, *(rows for rows, _ in kept), season, withheld)


def _recommended(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Refusal]]:
    """Leave out the quantities, or the groups of them, that the validation does not recommend."""
    found = [mask(rows, quantity, _OF_YEAR) for quantity, rows in frame.groupby("quantity", sort=False)]
    return pd.concat([rows for rows, _ in found], ignore_index=True), [each for _, more in found for each in more]


def recommended_effects(model: OutflowModel) -> tuple[pd.DataFrame, list[Refusal]]:
    """Return the quarter effects of the ratio that the validation recommends, and why others are left out."""
    effects = model.quarter_effects
    return keep(effects, "quarter effect of the ratio", "Q" + effects["quarter_of_year"].astype(str))


def recommended_comparison(compared: GroupComparison) -> tuple[pd.DataFrame, pd.DataFrame, list[Refusal]]:
    """Return ratios and pairs of groups that the validation recommends, and why others are left out."""
    ratios, some = keep(compared.ratios, "process_ratio", _OF_YEAR)
    names = compared.pairs.assign(group=compared.pairs["first"] + " / " + compared.pairs["second"])
    pairs, more = keep(names, "process_ratio: factor between groups", _OF_YEAR)
    return ratios, pairs.drop(columns="group"), [*some, *more]


def _whole_years(panel: pd.DataFrame, flow: str) -> list[int]:
    """Return the calendar years of which all quarters have a flow of the total."""
    known = panel[(panel["dimension"] == TOTAL) & panel[flow].notna()]["quarter"].str[:4].value_counts()
    return [int(year) for year in known.index[known == QUARTERS_A_YEAR]]


def _without_ageing(reentry: pd.DataFrame) -> pd.DataFrame:
    """Leave out the risk of return by age: people come back in an older group than they left (docs/validation.md)."""
    biased = (reentry["dimension"] == "age") & (reentry["quantity"] == "return_risk")
    return reentry.assign(**reentry[_VALUES].mask(biased), missing=reentry["missing"].mask(biased, AGEING))


def _status(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return how final the year of each group is: as final as its least final quarter."""
    cells = panel[panel["quarter"].str.startswith(str(year))].groupby(["dimension", "group"])
    return cells.agg(status=LEAST_FINAL).reset_index()


def _estimates(
    panel: pd.DataFrame, dimension: str, year: int, fit: Fit, needed: tuple[str, ...], quantities: tuple[str, ...]
) -> pd.DataFrame:
    """Return each quantity of the groups of a dimension in a year, missing with the reason where there is none."""
    cells, found, reason = panel[panel["dimension"] == dimension], None, NOT_IN_SNAPSHOT
    complete = cells[list(needed)].gt(0).all(axis=1).groupby(cells["quarter"]).transform("all")
    if complete.any():
        try:
            found = fit(cells[complete], dimension)
            found = found[found["year"] == year].drop(columns="interval", errors="ignore")
        except (CallError, DataError):
            reason = TOO_FEW
    groups = list(cells["group"].unique()) or [group.name for group in GROUPS[dimension]]
    frames = []
    for quantity in quantities:
        rows = None if found is None else found[found["quantity"] == quantity]
        if rows is None or rows.empty:
            rows = pd.DataFrame({"dimension": dimension, "group": groups, "year": year, "quantity": quantity})
            rows = rows.assign(**_NO_VALUE, tables="", unit="", denominator="", missing=reason)
        frames.append(rows)
    return combine(frames)


def _season(panel: pd.DataFrame, confidence: float) -> pd.DataFrame:
    try:
        return compare_season(panel, "ratio", TOTAL, confidence).assign(denominator="inflow")
    except (CallError, DataError):
        labels = {"quantity": ["model_effect", "stl_effect", "stl_over_model"], "quarter_of_year": [1, 2, 3, 4]}
        rows = pd.MultiIndex.from_product(labels.values(), names=list(labels)).to_frame(index=False)
        return rows.assign(**_NO_VALUE, missing=TOO_FEW, tables=panel["tables"].iloc[0])
