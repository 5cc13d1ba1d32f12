"""Persons with bijstand in the country and in each province, and per thousand inhabitants.

Provinces are one level of region: they are set beside the country and never added to another level. Persons whose
region is not known are in the country alone.
"""

from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.regions import COUNTRY, regions_of
from analysis.cleaning.cells import read_cells
from analysis.cleaning.periods import FREQUENCY
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.sources import PERSONS, PERSONS_BY_REGION, POPULATION, in_persons
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = (PERSONS_BY_REGION, POPULATION)
_QUANTITIES = {PERSONS_BY_REGION: ("stock", PERSONS), POPULATION: ("population", "inhabitants")}
REGIONS = (COUNTRY, *regions_of("province"))
RATE_UNIT = "persons per 1,000 inhabitants"
MONTHS_A_YEAR = 12


def by_province(snapshot: Snapshot, until: pd.Period) -> pd.DataFrame:
    """Return persons with bijstand in the country and its provinces at the end of the latest month that has all.

    Parameters
    ----------
    snapshot : Snapshot
    until : Period
        The last month to consider. Where none has all provinces, and a year before as well, every number is missing.

    Returns
    -------
    DataFrame
        Tidy, labels ``region`` (the code of the country, then those of the provinces) and ``period``. Quantities:
        ``level``, ``change`` (persons; over a year), ``growth_pct`` (percent; denominator: the level a year earlier),
        ``per_1000`` (persons per 1,000 inhabitants of all ages at the end of the month; denominator: population) and
        ``per_1000_change`` (over a year). Inhabitants are counted whole, so that the interval is that of the persons.
    """
    month = _latest(snapshot, until)
    now, before = (
        in_persons(_of_regions(snapshot, PERSONS_BY_REGION, each)) for each in (month, month - MONTHS_A_YEAR)
    )
    rates = [
        (persons / _of_regions(snapshot, POPULATION, each) * 1000).counted_as(RATE_UNIT)
        for persons, each in ((now, month), (before, month - MONTHS_A_YEAR))
    ]
    # the two months have no cell in common: the ends of the difference lie at opposite ends of both
    lo, hi = rates[0].lo - rates[1].hi, rates[0].hi - rates[1].lo
    difference = Rounded.of_ranges(rates[0].value - rates[1].value, lo, hi, RATE_UNIT, *rates)
    persons = {
        "level": now,
        "change": now - before,
        "growth_pct": ((now / before - 1).percent(), "level a year earlier"),
    }
    population = {"per_1000": rates[0], "per_1000_change": difference}
    labels = {"region": REGIONS, "period": str(month)}
    rates_of = {name: (column, "population") for name, column in population.items()}
    tables_of = [join_tables(table for table in tables if table in snapshot) for tables in (READS[:1], READS)]
    return combine([tidy_rows(persons, labels, tables_of[0]), tidy_rows(rates_of, labels, tables_of[1])])


def outside_provinces(snapshot: Snapshot, until: pd.Period) -> pd.DataFrame:
    """Return the persons who are in the country and in no province (``outside``), in the month of `by_province`."""
    month = _latest(snapshot, until)
    persons = in_persons(_of_regions(snapshot, PERSONS_BY_REGION, month))
    country, *provinces = (persons.take([at]) for at in range(len(REGIONS)))
    return tidy_rows(
        {"outside": country - reduce(add, provinces)},
        {"period": str(month)},
        PERSONS_BY_REGION if PERSONS_BY_REGION in snapshot else "",
    )


def _latest(snapshot: Snapshot, until: pd.Period) -> pd.Period:
    """Return the latest month up to one in which every region has persons, with a year before; else that month."""
    month = until.asfreq(FREQUENCY["month"], how="end")
    if PERSONS_BY_REGION not in snapshot:
        return month
    periods = read_cells(snapshot, PERSONS_BY_REGION, "month").periods
    periods = periods[periods <= month]
    regions = _columns(snapshot, PERSONS_BY_REGION, periods)
    whole = periods[np.logical_and.reduce([region.missing == PRESENT for region in regions])]
    return max(whole[(whole - MONTHS_A_YEAR).isin(whole)], default=month)


def _of_regions(snapshot: Snapshot, table: str, month: pd.Period) -> Rounded:
    """Return the quantity of a table in each region at the end of a month, one entry a region."""
    return stack(_columns(snapshot, table, pd.PeriodIndex([month])))


def _columns(snapshot: Snapshot, table: str, months: pd.PeriodIndex) -> list[Rounded]:
    """Return for each region the quantity of a table at month ends, missing where the snapshot lacks it."""
    quantity, unit = _QUANTITIES[table]
    absent = Rounded.absent(len(months), unit)
    if table not in snapshot:
        return [absent] * len(REGIONS)
    cells, names = read_cells(snapshot, table, "month"), [TOTAL, *REGIONS[1:]]
    return [cells.look_up(quantity, months, region=name) if cells.has(region=name) else absent for name in names]
