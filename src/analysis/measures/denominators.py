"""What numbers of recipients are set against: inhabitants from 18 to the AOW age, and the labour force.

Inhabitants are counted on 1 January. A stock at the end of December is set against those of the day after, moments of a
year against their mean over it: half of 1 January and half of 31 December, which is how CBS defines its mean population
(03759ned). The AOW age is that of the year. Where it is no whole number of years, the part of the last year of age is
taken as if births were spread evenly, and the interval goes from none to all of that year of age.

The labour force is a survey's: persons from 15 to 75 in private households, in thousands, as a mean over the period. It
includes workers above the AOW age, and leaves out recipients who neither work nor look for work: a rate by it is no
share. Its sampling error is not in the table; an interval holds its rounding alone.
"""

from collections.abc import Iterable
from functools import reduce
from operator import add

import pandas as pd

from analysis.classifications.categories import CATEGORIES, TOTAL, single_year
from analysis.classifications.groups import Group
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.aow import AOW_AGE
from analysis.snapshots.store import Snapshot

INHABITANTS, LABOUR_FORCE = "03759ned", "80590ned"
READS = (INHABITANTS, LABOUR_FORCE)
YOUNGEST = 18
"""Nobody has bijstand of their own before (Participatiewet, article 13)."""
PERSONS_IN_IT = "persons in the labour force"
_BEYOND_WORK = 67  # stands for the AOW age in the categories of age
_OF_LABOUR_FORCE = {TOTAL: "15-75", "<25": "<25", "25–45": "25-45", "45–AOW": "45-75"}


def require(snapshot: Snapshot, table: str) -> None:
    """Raise a CoverageError when a denominator is not in the snapshot; it says what would bring it."""
    if table not in snapshot:
        what = "inhabitants by age and sex" if table == INHABITANTS else "the labour force"
        raise CoverageError(
            f"snapshot {snapshot.name!r} has no table {table} ({what}), and a rate has no denominator without it. "
            f"Pull it: bijstand pull {table}. Without it, rates of the stock are possible (flow_rates)."
        )


def at_year_end(snapshot: Snapshot, group: Group, years: pd.PeriodIndex) -> Rounded:
    """Return the inhabitants of a group at the end of each year, from 18 to the AOW age of the year.

    Raises
    ------
    CoverageError
        When the snapshot lacks the table, the table does not divide by the group's dimension, or the AOW age of a year
        is not known.
    """
    require(snapshot, INHABITANTS)
    cells, named, ages = read_cells(snapshot, INHABITANTS, "year"), *_classes(group)
    return stack([_inhabitants(cells, named, ages, year, year + 1) for year in years])


def mean_of_year(snapshot: Snapshot, group: Group, years: pd.PeriodIndex) -> Rounded:
    """Return the mean inhabitants of a group in each year; raises as `at_year_end` does."""
    require(snapshot, INHABITANTS)
    cells, named, ages = read_cells(snapshot, INHABITANTS, "year"), *_classes(group)
    ends = ([_inhabitants(cells, named, ages, year, day) for day in (year, year + 1)] for year in years)
    return stack([(first + last) * 0.5 for first, last in ends])


def _classes(group: Group) -> tuple[dict[str, str], set[int]]:
    """Return the class of sex of a group, and its years of age below the AOW age, which 67 stands for."""
    named, ages = {}, set(range(YOUNGEST, _BEYOND_WORK))
    for _, classes in group.definitions[0]:
        if beyond := sorted(classes.keys() - {"age", "sex"}):
            raise CoverageError(
                f"table {INHABITANTS} does not divide inhabitants by {beyond[0]}; rates are possible by age and by sex."
            )
        named |= {"sex": classes["sex"]} if "sex" in classes else {}
    added = [classes["age"] for _, classes in group.definitions[0] if "age" in classes]
    covered = set().union(*(CATEGORIES["age"][name].covers for name in added)) if added else ages
    return named, ages & covered


def _inhabitants(cells: Cells, named: dict[str, str], ages: Iterable[int], year: pd.Period, day: pd.Period) -> Rounded:
    """Return who is in these years of age on 1 January of ``day``, up to the AOW age of ``year``; one entry."""
    if year.year not in AOW_AGE:
        raise CoverageError(f"the AOW age of {year.year} is not known; it is from {min(AOW_AGE)} to {max(AOW_AGE)}.")
    (aow, months), at = AOW_AGE[year.year], pd.PeriodIndex([day])

    def aged(age: int) -> Rounded:
        return cells.look_up("population", at, age=single_year(age), **named)

    reaches = _BEYOND_WORK - 1 in ages
    whole = reduce(add, (aged(age) for age in (range(min(ages), aow) if reaches else sorted(ages))))
    if not reaches or not months:
        return whole
    part = aged(aow)
    value = whole.value + months / 12 * part.value
    return Rounded.of_ranges(value, whole.lo, whole.hi + part.hi, whole.unit, whole, part)


def labour_force(snapshot: Snapshot, group: Group, periods: pd.PeriodIndex) -> Rounded:
    """Return the labour force of a group, the mean over each period (months or years), not corrected for season.

    Groups are the total, men and women, and the classes of age of `analysis.classifications.groups.LABOUR_FORCE`; for
    those from 45 on it holds workers up to 75.

    Raises
    ------
    CoverageError
        When the snapshot lacks the table, or the table the group.
    """
    require(snapshot, LABOUR_FORCE)
    grain = {"M": "month", "Y-DEC": "year"}[periods.freqstr]
    age = _OF_LABOUR_FORCE.get(group.name if group.dimension == "age" else TOTAL)
    if group.dimension not in (TOTAL, "age", "sex") or age is None:
        raise CoverageError(
            f"table {LABOUR_FORCE} has no labour force of {group.dimension}: {group.name}; it has men and women, and "
            "below 25, 25 to 45 and 45 to 75."
        )
    named = {"sex": group.name} if group.dimension == "sex" else {}
    column = read_cells(snapshot, LABOUR_FORCE, grain).look_up("labour_force", periods, age=age, **named)
    return (column * 1000).counted_as(PERSONS_IN_IT)


def december(years: pd.PeriodIndex) -> pd.PeriodIndex:
    """Return the last month of each year."""
    return years.asfreq(FREQUENCY["month"], how="end")
