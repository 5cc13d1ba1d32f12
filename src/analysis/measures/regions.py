"""Recipients, households and provisions by region, of one level, on the map of one day.

A figure of a municipality is that of all who lived in it: those of the municipalities that it was made of are added, so
that years before and after a merger can be compared. What a divided municipality brought to each successor is not
known; it lies between bounds that its inhabitants give, and the interval holds them. Levels are never mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.regions import COUNTRY
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded
from analysis.measures.regional_map import RegionalMap
from analysis.measures.reorganisations import Part
from analysis.measures.sources import PERSONS_BY_REGION, POPULATION, in_persons
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

BENEFITS, PROVISIONS, KEY_FIGURES = "82015NED", "85588NED", "85984NED"
READS = (PERSONS_BY_REGION, POPULATION, BENEFITS, PROVISIONS, KEY_FIGURES)
MONTHS_A_YEAR = 12
OLDEST_HOUSEHOLDS = 2
"""Years: households are counted on one 1 January; a count before that says little of a month."""
_COUNTED_PEOPLE = ("persons", "inhabitants", "benefits", "households")
"""Units of which nobody has two, so that no more can have moved than inhabitants did."""
_PER_1000 = "persons per 1,000 inhabitants"


@lru_cache(maxsize=64)
def latest_month(snapshot: Snapshot, regions: RegionalMap, until: pd.Period | None = None) -> pd.Period:
    """Return the latest month of which, and of a year before, most regions have persons and inhabitants.

    Raises
    ------
    CoverageError
        When there is none.
    """
    months = read_cells(snapshot, PERSONS_BY_REGION, "month").periods.intersection(
        read_cells(snapshot, POPULATION, "month").periods
    )
    for month in reversed(months):
        if until is None or month <= until:
            both = [month, month - MONTHS_A_YEAR]
            columns = [persons_of(snapshot, regions, both), inhabitants_of(snapshot, regions, both)]
            known = np.logical_and.reduce([column.missing == PRESENT for column in columns])
            if known.mean() > 0.5:
                return month
    raise CoverageError(
        f"snapshot {snapshot.name!r}: no month{f' up to {until}' if until is not None else ''} has persons "
        f"({PERSONS_BY_REGION}) and inhabitants ({POPULATION}) of level {regions.level!r}, with a year before. Choose "
        "a later month, or pull both tables."
    )


def persons_of(snapshot: Snapshot, regions: RegionalMap, months: Sequence[pd.Period]) -> Rounded:
    """Return the persons with bijstand below the AOW age of each region, the months of a region one after another."""
    return in_persons(figures(snapshot, PERSONS_BY_REGION, "stock", "persons", regions, months))


def inhabitants_of(snapshot: Snapshot, regions: RegionalMap, months: Sequence[pd.Period]) -> Rounded:
    """Return the inhabitants of all ages of each region at the end of each month."""
    return figures(snapshot, POPULATION, "population", "inhabitants", regions, months)


def households_of(snapshot: Snapshot, regions: RegionalMap, month: pd.Period) -> tuple[Rounded, str]:
    """Return the households of each region, and the 1 January that they are of: the last up to the month, if recent."""
    years = read_cells(snapshot, KEY_FIGURES, "year").periods if KEY_FIGURES in snapshot else ()
    recent = [year for year in years if month.year - OLDEST_HOUSEHOLDS < year.year <= month.year]
    if not recent:
        return Rounded.absent(len(regions.codes), "households"), ""
    found = figures(snapshot, KEY_FIGURES, "households", "households", regions, [max(recent)])
    return found, f"{max(recent)}-01-01"


def figures(
    snapshot: Snapshot,
    table: str,
    quantity: str,
    unit: str,
    regions: RegionalMap,
    periods: Sequence[pd.Period],
    **categories: str,
) -> Rounded:
    """Return a quantity of each region in each period, merged regions added up.

    Parameters
    ----------
    snapshot : Snapshot
    table, quantity, unit : str
        ``unit`` is what an absent table's entries count.
    regions : RegionalMap
    periods : sequence of Period
        Of one grain.
    **categories : str
        Of the other dimensions; the total where one is not named.

    Returns
    -------
    Rounded
        The periods of the first region, then those of the second. Missing where a region that there was lacks it, and
        where a percentage would have to be added up.
    """
    size = len(regions.codes) * len(periods)
    if table not in snapshot:
        return Rounded.absent(size, unit)
    grain = next(name for name, frequency in FREQUENCY.items() if periods[0].freqstr == frequency)
    cells = read_cells(snapshot, table, grain)
    terms = _terms(regions, tuple(periods))
    asked = list(dict.fromkeys((code, period) for _, code, period, _, _ in terms))
    found = dict(zip(asked, _positions(cells, quantity, asked, categories), strict=True))
    used = [each for each in terms if each[4] or found[each[1], each[2]] < len(cells.frame)]
    bare = sorted(set(range(size)).difference(each[0] for each in used))  # a region that there was not has no figure
    rows = [*(found[code, period] for _, code, period, _, _ in used), *(len(cells.frame) for _ in bare)]
    column = Rounded.of_cells(cells.pool, np.array(rows), cells.measure(quantity).unit)
    entries, parts = [*(each[0] for each in used), *bare], [*(each[3] for each in used), *(None for _ in bare)]
    whole = [number for number, part in enumerate(parts) if part is None or part.share == 1]
    total = column.take(whole).sum_by([entries[number] for number in whole], size)
    several = np.bincount(entries, minlength=size) > 1
    if column.unit == "percent" and several.any():
        return Rounded.of_ranges(*(np.where(several, np.nan, end) for end in (total.value, total.lo, total.hi)),
                                 total.unit, total)  # fmt: skip
    divided = [number for number, part in enumerate(parts) if part is not None and part.share < 1]
    if not divided:
        return total
    return _with_divided(total, column.take(divided), [entries[n] for n in divided], [parts[n] for n in divided])


@lru_cache(maxsize=64)
def _terms(regions: RegionalMap, periods: tuple[pd.Period, ...]) -> list[tuple[int, str, pd.Period, Part | None, bool]]:
    """Return what each entry is the sum of: entry, code, period, part, and whether the cell has to be there.

    In the calendar year of a change that was not on 1 January a table may follow the map before or after it: then the
    cell counts where it is there.
    """
    days = [(f"{each.end_time:%Y-%m-%d}", f"{each.year}-01-01", f"{each.year}-12-31") for each in periods]
    terms = []
    for at, code in enumerate(regions.codes):
        everyone: list[tuple[str, Part | None]] = [(code, None)]
        everyone += [(part.code, part) for part in regions.parts.get(code, ())]
        for number, period in enumerate(periods):
            for each, part in everyone:
                lives = [regions.lives(each, day) for day in days[number]]
                if any(lives):
                    terms.append((at * len(periods) + number, each, period, part, lives[0]))
    return terms


def _positions(
    cells: Cells, quantity: str, asked: list[tuple[str, pd.Period]], categories: dict[str, str]
) -> np.ndarray:
    """Return where the cells of these regions and periods are, the length of the frame for one that is not there."""
    rows, index = _index(cells, quantity, tuple(categories.items()))
    known = cells.categories("region")
    names = [known.get(TOTAL if code == COUNTRY else code, "") for code, _ in asked]
    at = index.get_indexer(pd.MultiIndex.from_arrays([names, pd.PeriodIndex([period for _, period in asked])]))
    return np.where(at < 0, len(cells.frame), rows[np.maximum(at, 0)] if len(rows) else 0)


@lru_cache(maxsize=32)
def _index(cells: Cells, quantity: str, categories: tuple[tuple[str, str], ...]) -> tuple[np.ndarray, pd.MultiIndex]:
    """Return the rows of a quantity in these categories, and their regions and periods."""
    keep, chosen = (cells.frame["measure"] == cells.measure(quantity).code).to_numpy(), dict(categories)
    for dimension in set(cells.classes) - {"region"}:
        keep = keep & (cells.frame[dimension] == cells.code(dimension, chosen.get(dimension, ""))).to_numpy()
    rows = np.flatnonzero(keep)
    keys = [cells.frame["region"].to_numpy(object)[rows], cells.frame["period"].iloc[rows]]
    return rows, pd.MultiIndex.from_arrays(keys)


def _with_divided(total: Rounded, column: Rounded, entries: list[int], parts: list[Part]) -> Rounded:
    """Return sums with the share of divided municipalities, between the bounds that their inhabitants give."""
    limit = column.unit in _COUNTED_PEOPLE
    here = np.array([part.here if limit else np.inf for part in parts])
    elsewhere = np.array([part.elsewhere if limit else np.inf for part in parts])
    added = np.zeros((3, total.size))
    ends = (
        column.value * [part.share for part in parts],
        np.maximum(column.lo - elsewhere, 0),
        np.minimum(column.hi, here),
    )
    for row, end in zip(added, ends, strict=True):
        np.add.at(row, entries, end)
    value, lo, hi = total.value + added[0], total.lo + added[1], total.hi + added[2]
    return Rounded.of_ranges(value, lo, hi, total.unit, total, column.sum_by(entries, total.size))


def rates(snapshot: Snapshot, regions: RegionalMap, month: pd.Period, before: pd.Period) -> pd.DataFrame:
    """Return persons, households and provisions of each region in a month, and the growth since another.

    Parameters
    ----------
    snapshot : Snapshot
    regions : RegionalMap
    month, before : Period
        Months; growth is from the end of ``before`` to the end of ``month``.

    Returns
    -------
    DataFrame
        Tidy, labels ``region`` (code) and ``period``. Quantities: ``level`` (persons), ``inhabitants``, ``per_1000``
        (persons per 1,000 inhabitants of all ages; denominator: population), ``growth_pct`` (percent; denominator: the
        level before), ``benefits_per_100`` (benefits below the AOW age per 100 households; denominator: households)
        and ``provisions_per_100`` (re-integration provisions per 100 persons with bijstand; denominator: level).
        Intervals are of rounding, and of the division of municipalities.
    """
    now, then = (persons_of(snapshot, regions, [each]) for each in (month, before))
    people = inhabitants_of(snapshot, regions, [month])
    households, _ = households_of(snapshot, regions, month)
    benefits = figures(snapshot, BENEFITS, "benefits", "benefits", regions, [month], aow="up to AOW")
    provisions = figures(snapshot, PROVISIONS, "provisions", "provisions", regions, [month])
    columns = {
        (PERSONS_BY_REGION,): {"level": now, "growth_pct": ((now / then - 1).percent(), f"level {before}")},
        (POPULATION,): {"inhabitants": people},
        (PERSONS_BY_REGION, POPULATION): {"per_1000": ((now / people * 1000).counted_as(_PER_1000), "population")},
        (BENEFITS, KEY_FIGURES): {
            "benefits_per_100": ((benefits / households * 100).counted_as("benefits per 100 households"), "households")
        },
        (PROVISIONS, PERSONS_BY_REGION): {
            "provisions_per_100": ((provisions / now * 100).counted_as("provisions per 100 persons"), "level")
        },
    }
    labels = {"region": regions.codes, "period": str(month)}
    return combine(
        tidy_rows(quantities, labels, join_tables(table for table in tables if table in snapshot))
        for tables, quantities in columns.items()
    )


def trend(snapshot: Snapshot, regions: RegionalMap, months: pd.PeriodIndex) -> pd.DataFrame:
    """Return ``per_1000`` of each region in each month: tidy, labels ``region, month``."""
    rate = persons_of(snapshot, regions, months) / inhabitants_of(snapshot, regions, months) * 1000
    labels = {
        "region": np.repeat(regions.codes, len(months)),
        "month": [str(month) for _ in regions.codes for month in months],
    }
    tables = join_tables(table for table in (PERSONS_BY_REGION, POPULATION) if table in snapshot)
    return tidy_rows({"per_1000": (rate.counted_as(_PER_1000), "population")}, labels, tables)


BACKGROUND: dict[str, tuple[str, float]] = {
    "aged_65": ("population", 100.0),
    "non_european": ("population", 100.0),
    "disability_benefits": ("population", 100.0),
    "single_households": ("households", 100.0),
    "low_income": ("", 1.0),
}
"""Background of regions: the quantity that each is a share of (none where it is one), and its factor to percent."""


def background(snapshot: Snapshot, regions: RegionalMap) -> pd.DataFrame:
    """Return the background of each region in percent: one column a characteristic that the key figures have.

    Returns
    -------
    DataFrame
        Indexed by code; NaN where a region lacks it. Of the latest year in the table; shares of inhabitants for age,
        origin and disability benefits, of households for the others. What is a share itself cannot be added up: it is
        NaN for a region that was merged since. No columns where the snapshot lacks the table.
    """
    if KEY_FIGURES not in snapshot:
        return pd.DataFrame(index=pd.Index(regions.codes))
    cells = read_cells(snapshot, KEY_FIGURES, "year")
    known, year = {each.quantity for each in cells.metadata.measures}, [cells.periods[-1]]
    columns = {}

    def of(name: str) -> np.ndarray:
        return figures(snapshot, KEY_FIGURES, name, "", regions, year).value

    for name, (base, factor) in BACKGROUND.items():
        if name in known and (not base or base in known):
            columns[name] = factor * (of(name) / of(base) if base else of(name))
    frame = pd.DataFrame(columns, index=pd.Index(regions.codes))
    return frame.loc[:, frame.notna().any()]
