"""All models of duration on one snapshot, as far as it covers them: what a notebook asks for in one call."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError
from analysis.missing import NOT_IN_SNAPSHOT
from analysis.models.duration import cohort, longterm, survival
from analysis.models.duration.hazards import Hazards, exit_hazards
from analysis.models.duration.panel import BandPanel, read_panel
from analysis.snapshots.store import Snapshot


@dataclass(frozen=True, eq=False)
class DurationModels:
    """The models of the last year that a snapshot covers.

    Attributes
    ----------
    panel, hazards
        Of all its years.
    year : int
        The last.
    rates, survival, remaining, shares : DataFrame
        Of that year, tidy: hazards with process intervals; survival; remaining time; long-term shares of stock, ended
        spells, entrants and steady state.
    routes : DataFrame
        As from `cohort.compare_routes`, of that year; where bands cannot be followed, a row without figures.
    """

    panel: BandPanel
    hazards: Hazards
    year: int
    rates: pd.DataFrame
    survival: pd.DataFrame
    remaining: pd.DataFrame
    shares: pd.DataFrame
    routes: pd.DataFrame


def fit_durations(snapshot: Snapshot, group_by: str = "all", confidence: float = 0.95) -> DurationModels:
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
        everything = cohort.all_exits(hazards, routes)
    except DataError:  # its bands are too wide to be followed, or no two stocks of them are a year apart
        routes, everything = _no_routes(year, panel), None
    last = (
        hazards.tidy_rows(),
        survival.survival(hazards, [cut for cut in (24, 60) if cut in panel.cuts]),
        survival.remaining(hazards),
        longterm.side_by_side(panel, hazards, everything, year),
        routes,
    )
    return DurationModels(
        panel, hazards, year, *(frame[frame["year"] == year].reset_index(drop=True) for frame in last)
    )


def _no_routes(year: int, panel: BandPanel) -> pd.DataFrame:
    gap = dict.fromkeys(
        ("continuation", "continuation_lo", "continuation_hi", "implied", "difference", "other_exit_rate")
    )
    total = {"dimension": "total", "group": "total", "year": year, "step": NOT_IN_SNAPSHOT, **gap}
    return pd.DataFrame([total | {"tables": ", ".join(sorted(set(panel.stocks["tables"]) - {""})), "status": "final"}])
