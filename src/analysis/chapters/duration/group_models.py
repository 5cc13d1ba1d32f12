"""The models of duration by group in the last year that a snapshot covers."""

from dataclasses import dataclass

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.errors import DataError
from analysis.missing import FINAL, NOT_IN_SNAPSHOT
from analysis.models.duration import cohort, longterm, survival
from analysis.models.duration.hazards import Hazards, exit_hazards
from analysis.models.duration.panel import BandPanel, read_panel
from analysis.snapshots.store import Snapshot

TWO_AND_FIVE_YEARS = (24, 60)  # months


@dataclass(frozen=True, eq=False)
class GroupModels:
    """What the models say of each group.

    Attributes
    ----------
    hazards : Hazards
        Of all years.
    year : int
        The last.
    rates, survival, bounds, remaining, shares : DataFrame
        Of that year, tidy: hazards with process intervals; survival, and what wide bands leave unknown of it; remaining
        time; long-term shares of stock, ended
        spells, entrants and steady state.
    routes : DataFrame
        As from `cohort.compare_routes`, of that year; where bands cannot be followed, a row without figures.
    """

    hazards: Hazards
    year: int
    rates: pd.DataFrame
    survival: pd.DataFrame
    bounds: pd.DataFrame
    remaining: pd.DataFrame
    shares: pd.DataFrame
    routes: pd.DataFrame


def fit_group_models(snapshot: Snapshot, group_by: str = "all", confidence: float = 0.95) -> GroupModels:
    """Fit every model of duration that the snapshot covers, by group.

    Raises
    ------
    CallError, CoverageError
        As `read_panel`.
    """
    panel = read_panel(snapshot, group_by)
    hazards, year = exit_hazards(panel, confidence), int(panel.spells["year"].max())
    try:
        routes = cohort.compare_routes(hazards, cohort.continuation(panel, confidence))
        all_exits = cohort.all_exits(hazards, routes)
    except DataError:  # its bands are too wide to be followed, or no two stocks of them are a year apart
        routes, all_exits = _no_routes(year, panel), None
    months = [month for month in TWO_AND_FIVE_YEARS if month in panel.cuts]
    frames = (
        hazards.tidy_rows(),
        survival.survival(hazards, months),
        survival.bounds(hazards, months),
        survival.remaining(hazards),
        longterm.side_by_side(panel, hazards, all_exits, year),
        routes,
    )
    return GroupModels(hazards, year, *(each[each["year"] == year].reset_index(drop=True) for each in frames))


def _no_routes(year: int, panel: BandPanel) -> pd.DataFrame:
    columns = ("continuation", "continuation_lo", "continuation_hi", "implied", "difference", "other_exit_rate")
    labels = {"dimension": TOTAL, "group": TOTAL, "year": year, "step": NOT_IN_SNAPSHOT}
    tables = ", ".join(sorted(set(panel.stocks["tables"]) - {""}))
    return pd.DataFrame([labels | dict.fromkeys(columns) | {"tables": tables, "status": FINAL}])
