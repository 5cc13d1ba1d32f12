"""The regions that are compared, the month, and the peers that one region is set beside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.classifications.regions import level_of
from analysis.cleaning.cells import read_cells
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CallError, CoverageError, check_choice, name_some
from analysis.measures.regional_map import RegionalMap, check_region, levels_of, map_of
from analysis.measures.regions import background, inhabitants_of, latest_month
from analysis.measures.sources import PERSONS_BY_REGION, POPULATION
from analysis.measures.windows import parse_bound
from analysis.models.regions.background import nearest
from analysis.snapshots.store import Snapshot

NEEDS = (PERSONS_BY_REGION, POPULATION)
COMPARISONS = COUNTRY, PROVINCE, SIZE, NEAREST = ("country", "province", "size", "nearest")
SIZES = (20_000, 50_000, 100_000, 250_000)
"""Inhabitants at which a class of size begins, as CBS groups municipalities."""
NUMBER_OF_NEAREST = 20
_FEWEST = 5
"""Peers below which a middle and quarters say nothing."""


@dataclass(frozen=True)
class Choice:
    """What the chapter is about: the regions of one level, a month, and a region with its peers (none: all regions)."""

    regions: RegionalMap
    month: pd.Period
    region: str
    compare_with: str
    peers: tuple[str, ...]


def choose(snapshot: Snapshot, region: str = "", compare_with: str = COUNTRY, month: str = "") -> Choice:
    """Return what is compared with what.

    Parameters
    ----------
    snapshot : Snapshot
    region : str
        The code of a municipality or a province; empty for the national picture: municipalities, or provinces where
        the snapshot has no municipalities.
    compare_with : {"country", "province", "size", "nearest"}
        The peers of a region: all of its level, or the municipalities of its province, of its class of size, or the
        twenty nearest in background.
    month : str
        A month, or a year for its December; empty: the latest that has persons and inhabitants.

    Raises
    ------
    CallError
        In one line, when the region, the peers or the month cannot be had.
    """
    check_choice("compare_with", compare_with, COMPARISONS)
    asked = _asked(month)
    try:
        level = level_of(region) or ("municipality" if "municipality" in levels_of(snapshot) else "province")
        found = _month_of(snapshot, level, asked)
        regions = map_of(snapshot, level, found.year)
        if region:
            check_region(snapshot, region, (found if asked is None else asked).year)
    except CoverageError as fault:
        raise CallError(str(fault)) from fault
    if asked is not None and found != asked:
        raise CallError(
            f"month {asked}: the last before it with figures of level {level}, also of a year before, is {found}."
        )
    if not region:
        if compare_with != COUNTRY:
            raise CallError(f"compare_with {compare_with!r} needs a region; name one, or leave it at 'country'.")
        return Choice(regions, found, "", COUNTRY, ())
    peers = _peers(snapshot, regions, found, region, compare_with)
    if len(peers) < _FEWEST:
        other = "choose 'country'" if compare_with != COUNTRY else "name a province or a municipality"
        raise CallError(
            f"compare_with {compare_with!r}: region {region} has {len(peers)} peers, too few to compare; {other}."
        )
    return Choice(regions, found, region, compare_with, peers)


def _asked(month: str) -> pd.Period | None:
    """Return the month that a parameter names, None for an empty one."""
    return parse_bound("month", month).asfreq(FREQUENCY["month"], how="end") if month else None


def _month_of(snapshot: Snapshot, level: str, asked: pd.Period | None) -> pd.Period:
    """Return the latest month with figures of a level, up to the one that is asked for."""
    return latest_month(snapshot, map_of(snapshot, level, asked.year if asked else _last_year(snapshot)), asked)


def _last_year(snapshot: Snapshot) -> int:
    if PERSONS_BY_REGION not in snapshot:
        raise CoverageError(
            f"snapshot {snapshot.name!r} has no persons by region; pull them: bijstand pull {PERSONS_BY_REGION}."
        )
    return read_cells(snapshot, PERSONS_BY_REGION, "month").periods[-1].year


def _peers(
    snapshot: Snapshot, regions: RegionalMap, month: pd.Period, region: str, compare_with: str
) -> tuple[str, ...]:
    """Return the regions that one is set beside, itself not among them."""
    others = [code for code in regions.codes if code != region]
    if compare_with == COUNTRY:
        return tuple(others)
    if regions.level != "municipality":
        raise CallError(f"compare_with {compare_with!r}: only a municipality has such peers; choose 'country'.")
    if compare_with == PROVINCE:
        return tuple(code for code in others if regions.parent[code] == regions.parent[region])
    known = _characteristics(snapshot, regions, month)
    if compare_with == SIZE:
        classes = dict(
            zip(known.index, np.searchsorted(SIZES, np.exp(known["size"]).round(), side="right"), strict=True)
        )
        return tuple(code for code in others if classes[code] == classes[region] and pd.notna(known["size"][code]))
    known = known.dropna()
    if region not in known.index or known.shape[1] == 1:
        raise CallError(
            f"compare_with 'nearest': snapshot {snapshot.name!r} has no background of {region} (table 85984NED); "
            f"choose {name_some(COMPARISONS[:-1])}."
        )
    number = min(NUMBER_OF_NEAREST, len(known) - 1)
    found = nearest(known.to_numpy(), known.index.get_loc(region), number)
    return tuple(known.index[found])


@lru_cache(maxsize=8)
def _characteristics(snapshot: Snapshot, regions: RegionalMap, month: pd.Period) -> pd.DataFrame:
    """Return the background of each region and the logarithm of its inhabitants: asked for each row of a sweep."""
    people = inhabitants_of(snapshot, regions, [month]).value
    return background(snapshot, regions).assign(size=np.log(people))


def regions_to_choose(snapshot: Snapshot, month: str = "") -> list[str]:
    """Return the codes of the provinces and municipalities that there are in the month that `choose` takes.

    Raises
    ------
    CallError
        When the month cannot be read.
    CoverageError
        When the snapshot has no figures of regions up to it.
    """
    asked = _asked(month)
    return [
        code for level in ("province", "municipality") if level in levels_of(snapshot)
        for code in map_of(snapshot, level, (asked or _month_of(snapshot, level, None)).year).codes
    ]  # fmt: skip
