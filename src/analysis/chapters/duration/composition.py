"""Standardised long-term shares, and the AOW age as a competing risk, as far as a snapshot has what they take."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.chapters.duration.group_models import TWO_AND_FIVE_YEARS, GroupModels
from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import LONG_TERM, TOTAL_GROUP, Group
from analysis.classifications.selection import ALL
from analysis.errors import CoverageError
from analysis.measures.account import other_exits_of_year
from analysis.measures.duration import last_long_term_quarter
from analysis.measures.tidy_frame import combine, join_tables
from analysis.missing import PRESENT
from analysis.models.duration import cohort
from analysis.models.duration.competing import cumulative_incidence, incidence_bounds
from analysis.models.duration.survival import ROW
from analysis.models.standardisation import standardised_rows
from analysis.models.strata import OVER, check_standard_year, stock_strata
from analysis.snapshots.store import Snapshot

NOTHING = pd.DataFrame(columns=["quantity", "value", "value_lo", "value_hi", "missing", "tables"])
OLDEST = "55–AOW"
"""The class of age from which all reach the AOW age: its other exits are those of the total."""


@dataclass(frozen=True, eq=False)
class DurationComposition:
    """What the snapshot allows; a frame is empty where it lacks what that takes.

    Attributes
    ----------
    shares : DataFrame
        As from `standardised_rows`: the share over five years of the stock at the end of the last year.
    standard : int
        The year whose stock is the standard.
    incidence : DataFrame
        As from `cumulative_incidence`, in the year of the models.
    bounds : DataFrame
        As from `incidence_bounds`, in that year, of the groups that have no incidence.
    """

    shares: pd.DataFrame
    standard: int
    incidence: pd.DataFrame
    bounds: pd.DataFrame


def duration_composition(
    snapshot: Snapshot, models: GroupModels, group_by: str = ALL, standard_year: str = ""
) -> DurationComposition:
    """Return the standardised shares, and the chances to leave and to reach the AOW age.

    Parameters
    ----------
    snapshot : Snapshot
    models : GroupModels
    group_by : {"all", "age", "origin", "sex"}
    standard_year : str
        The year whose stock is the standard; empty: the last with figures at its end.

    Raises
    ------
    CallError
        When the standard is no year.
    """
    quarter = last_long_term_quarter(snapshot)
    last = quarter.year if quarter.quarter == 4 else quarter.year - 1
    base, shares = int(check_standard_year(standard_year) or last), []
    for dimension in OVER if group_by == ALL else [group_by]:
        try:
            strata = stock_strata(snapshot, dimension, last, base)
        except CoverageError:
            continue
        shares += [standardised_rows(each, "over_5y") for each in strata]
    months = [month for month in TWO_AND_FIVE_YEARS if month in models.hazards.cuts]
    incidence = NOTHING
    if "rate_error" in models.routes:  # the bands can be followed from stock to stock
        everything = cohort.all_exits(models.hazards, models.routes)
        found = cumulative_incidence(models.hazards, everything, months)
        incidence = found[(found["year"] == models.year) & (found["dimension"] != "age")]
    account = _other_exits(snapshot, models)
    bounds = incidence_bounds(models.hazards, account, months).merge(account, how="left", on=ROW)
    bounds["tables"] = [join_tables(each) for each in zip(bounds["tables"], bounds.pop("account_tables"), strict=True)]
    bounds = bounds[~bounds["group"].isin(set(incidence["group"]) if len(incidence) else ())]
    bounds = bounds.drop(columns="other_exits_hi") if len(bounds) else NOTHING
    frames = (each.reset_index(drop=True) for each in (incidence, bounds))
    return DurationComposition(combine(shares) if shares else NOTHING, base, *frames)


def _other_exits(snapshot: Snapshot, models: GroupModels) -> pd.DataFrame:
    """Return the upper end of the other exits of each group in the year of the models, where the account gives it."""
    rows = []
    for group, of in _groups_of(models):
        column, tables = other_exits_of_year(snapshot, models.year, of)
        if column.missing[0] == PRESENT:
            about = {"dimension": group.dimension, "group": group.name, "year": models.year}
            rows.append(about | {"other_exits_hi": column.hi[0], "account_tables": tables})
    return pd.DataFrame(rows, columns=[*ROW, "other_exits_hi", "account_tables"])


def _groups_of(models: GroupModels) -> Iterator[tuple[Group, Group]]:
    """Yield each group that the models have, with the one whose account bounds its other exits (without ageing)."""
    cells = models.hazards.cells
    known = set(cells[["dimension", "group"]].itertuples(index=False, name=None))
    listed = [TOTAL_GROUP, *(group for groups in LONG_TERM.values() for group in groups)]
    for group in (each for each in listed if (each.dimension, each.name) in known):
        if group.dimension != "age" or group.name == OLDEST:
            yield group, TOTAL_GROUP if group.dimension in (TOTAL, "age") else group
