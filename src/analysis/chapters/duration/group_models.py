"""The models of duration by group in the last year that a snapshot covers."""

from dataclasses import dataclass

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.errors import DataError
from analysis.measures.duration import OVER_5
from analysis.missing import FINAL, NOT_IN_SNAPSHOT
from analysis.models.duration import cohort, longterm, survival
from analysis.models.duration.hazards import Hazards, exit_hazards
from analysis.models.duration.panel import BandPanel, read_panel
from analysis.models.recommendations import Refusal, keep, mask
from analysis.snapshots.store import Snapshot

LONG_TERM_SHARES = (
    "share of the stock",
    "share of ended spells",
    "share of the steady state",
    "continuation of a band",
)
"""The estimands of the four measures of long-term bijstand, and of the routes beside them."""
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
    withheld : list of Refusal
        What the validation does not recommend, and why: missing in these frames, or not in them.
    """

    hazards: Hazards
    year: int
    rates: pd.DataFrame
    survival: pd.DataFrame
    bounds: pd.DataFrame
    remaining: pd.DataFrame
    shares: pd.DataFrame
    routes: pd.DataFrame
    withheld: list[Refusal]


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
    rates, still, bounds, remaining, shares, routes = (
        each[each["year"] == year].reset_index(drop=True) for each in frames
    )
    rates, one = mask(rates, "exit hazard", rates["band"].replace(OVER_5.name, "5y+"))
    still, two = mask(still, "survival", still["months"].astype(str) + " months")
    entrants = (remaining["quantity"] == "median_remaining") & (remaining["months"] == 0)
    medians, three = mask(remaining[entrants], "median duration", "months")
    shares, four = _recommended_shares(shares)
    routes, five = keep(routes, "continuation of a band", routes["step"])
    remaining = pd.concat([medians, remaining[~entrants]], ignore_index=True)
    withheld = [*one, *two, *three, *four, *five]
    return GroupModels(hazards, year, rates, still, bounds, remaining, shares, routes, withheld)


def _recommended_shares(shares: pd.DataFrame) -> tuple[pd.DataFrame, list[Refusal]]:
    estimands = {longterm.STOCK: "share of the stock", longterm.ENDED: "share of ended spells"}
    estimands |= {longterm.ENTRANTS: "survival", longterm.STEADY: "share of the steady state"}
    months = {name: f"{cut} months" for cut, name in longterm.QUANTITIES.items()}
    kept, withheld = [], []
    for source, rows in shares.groupby("source", sort=False):
        part = rows["quantity"].map(months) if source == longterm.ENTRANTS else rows["quantity"]
        allowed, refused = keep(rows, estimands[source], part)
        if len(allowed):  # a table has both shares of a source, or none
            allowed, refused = mask(rows, estimands[source], part)
        kept, withheld = [*kept, allowed], [*withheld, *refused]
    return pd.concat(kept, ignore_index=True), withheld


def recommended_change(parts: pd.DataFrame) -> tuple[pd.DataFrame, list[Refusal]]:
    """Return why the long-term share changed (`decomposition.longterm_moved`), if the validation recommends it."""
    return mask(parts, "change of the share over 5 years")


def _no_routes(year: int, panel: BandPanel) -> pd.DataFrame:
    columns = ("continuation", "continuation_lo", "continuation_hi", "implied", "difference", "other_exit_rate")
    labels = {"dimension": TOTAL, "group": TOTAL, "year": year, "step": NOT_IN_SNAPSHOT}
    tables = ", ".join(sorted(set(panel.stocks["tables"]) - {""}))
    return pd.DataFrame([labels | dict.fromkeys(columns) | {"tables": tables, "status": FINAL}])
