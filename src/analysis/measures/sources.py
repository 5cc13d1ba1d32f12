"""Which tables can serve a measure, the preferred first, and the choice among those that a snapshot has.

A number comes from one table: the flows of a quarter or a year, the stock at both ends of it. The live table goes
before its stopped predecessor where it has the period, and each row names its table: 85615NED counts origin where
82662NED counted migration background, and the same total differs by 10 to 20 persons between 85585NED and 82663NED
(another state of the population register; seen 2019Q1-2021Q1, in October 2025).
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL, USUAL_TOTALS
from analysis.classifications.groups import Group
from analysis.cleaning.cells import Cells, classes_of, read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError, MixedUnitsError
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.comparison import single_dimensions
from analysis.measures.tidy_frame import join_tables
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

QUARTERLY_FLOWS = ("85615NED", "82662NED")
GROUP_FLOW_MEANS = ("factsheet-2024-t2",)
ENDED_SPELLS = ("85617NED",)
DURATION_SHARES = "factsheet-2024-duration"
# persons up to the AOW age, and residents of all ages, by region at the end of a month
PERSONS_BY_REGION, POPULATION = "80794ned", "37230ned"
# persons by monitor group at the end of a period, with the grain in which each table gives it
GROUP_STOCK = (("85692NED", "month"), ("85585NED", "quarter"), ("factsheet-2024-t1", "month"))
# persons up to the AOW age at the end of a period, with the grain in which each table gives it
STOCK_SOURCES = (
    ("85585NED", "quarter"),
    ("82663NED", "quarter"),
    ("85692NED", "month"),
    ("factsheet-2024-t1", "month"),
    (DURATION_SHARES, "month"),
)
# the same of the country, with the newest state first: 80794ned has regions, and no other groups
NATIONAL_STOCK = ((PERSONS_BY_REGION, "month"), *STOCK_SOURCES)
GROUP_STOCK_TABLES, STOCK_TABLES, NATIONAL_STOCK_TABLES = (
    tuple(table for table, _ in each) for each in (GROUP_STOCK, STOCK_SOURCES, NATIONAL_STOCK)
)
EVERY = "*"
"""What a module reads that may read every table of a snapshot.

A module that reads tables declares ``READS``, those that it can read, and ``NEEDS``, those without which it has nothing
to say; what a notebook reads is derived from the modules that it imports (`analysis.runs.dependencies`).
"""


PERSONS = "persons"
UNKNOWN_PART = 0.02
"""Of a total, at most so much may be in no group: people of unknown sex or origin."""
YEAR_WEIGHTS = (0.125, 0.25, 0.25, 0.25, 0.125)
"""Of five quarter ends, from that of the year before: the time spent in a year, by the trapezoid rule."""


def choose(snapshot: Snapshot, tables: tuple[str, ...], what: str) -> str:
    """Return the first of ``tables`` that the snapshot has.

    Raises
    ------
    CoverageError
        When it has none.
    """
    for table in tables:
        if table in snapshot:
            return table
    raise CoverageError(
        f"snapshot {snapshot.name!r} has none of the tables for {what} ({', '.join(tables)}). "
        "Choose another snapshot, or pull one of them."
    )


def quarterly_stocks(snapshot: Snapshot) -> Iterator[Cells]:
    """Yield the tables of a snapshot that have the stock at the end of each quarter, the preferred first."""
    for table, grain in STOCK_SOURCES:
        if grain == "quarter" and table in snapshot:
            yield read_cells(snapshot, table, grain)


def check_total(groups: str, total: float, added: float) -> None:
    """Raise a CoverageError where groups that are added up leave too much of a total out."""
    if abs(total - added) > UNKNOWN_PART * total:
        raise CoverageError(f"{groups} do not add up to the total within {100 * UNKNOWN_PART:g} percent.")


def stock_at(
    snapshot: Snapshot, quarters: pd.PeriodIndex, *groups: Group, dividing: str = TOTAL
) -> tuple[Rounded, str]:
    """Return the persons with bijstand in a group (or a crossing of groups) at the end of each quarter.

    Parameters
    ----------
    snapshot : Snapshot
    quarters : PeriodIndex
    *groups : Group
    dividing : str
        A dimension or crossing (``age & sex``): only a table that has classes of it will do, so that its total can be
        set against them.

    Returns
    -------
    stock : Rounded
        Persons, one entry a quarter. All come from one table: the first that has all of them, else the one that has
        most; what it lacks is missing.
    table : str
        That table, ``""`` when there is none.
    """
    best, source = Rounded.absent(len(quarters), PERSONS), ""
    for table, column in _stocks(snapshot, STOCK_SOURCES, quarters, groups, dividing):
        if (column.missing == PRESENT).sum() > (best.missing == PRESENT).sum():
            best, source = column, table
    return best, source


def stock_spans(
    snapshot: Snapshot, ends: list[pd.PeriodIndex], *groups: Group, dividing: str = TOTAL
) -> tuple[list[Rounded], list[str]]:
    """Return the persons with bijstand in a group at several quarter ends of each period, these all from one table.

    Parameters
    ----------
    snapshot : Snapshot
    ends : list of PeriodIndex
        For each of the ends one quarter a period: the quarter before each period, say, and its last.
    *groups, dividing
        As for `stock_at`; of the country the newest state goes first.

    Returns
    -------
    stocks : list of Rounded
        For each of the ends a column of persons, one entry a period.
    tables : list of str
        For each period its table: the first that has all of its ends, else the one that has most, ``""`` when none has.
    """
    size, together = len(ends[0]), ends[0].append(list(ends[1:]))
    parts = {
        table: [column.take(range(at * size, (at + 1) * size)) for at in range(len(ends))]
        for table, column in _stocks(snapshot, NATIONAL_STOCK, together, groups, dividing)
    }
    absent = [Rounded.absent(size, PERSONS)] * len(ends)
    return choose_by_row(parts or {"": absent}, range(len(ends)))


def person_years(
    snapshot: Snapshot, years: pd.PeriodIndex, *groups: Group, dividing: str = TOTAL
) -> tuple[Rounded, list[str]]:
    """Return the time spent in a group in each year, from five quarter ends of one table, and that table."""
    last = years.asfreq(FREQUENCY["quarter"], how="end")
    ends = [last - back for back in range(len(YEAR_WEIGHTS))]
    stocks, tables = stock_spans(snapshot, ends, *groups, dividing=dividing)
    spent = reduce(add, (stock * weight for stock, weight in zip(stocks, YEAR_WEIGHTS, strict=True)))
    return spent.counted_as("person-years"), tables


def choose_by_row(parts: dict[str, list[Rounded]], needed: Sequence[int]) -> tuple[list[Rounded], list[str]]:
    """Return columns of which every row comes from one table.

    Parameters
    ----------
    parts : dict of str to list of Rounded
        For each table, the preferred first, the same columns with the same rows, all of one unit.
    needed : sequence of int
        The columns that count: a row comes from the first table that has all of them, else from the one that has most.

    Returns
    -------
    columns : list of Rounded
    tables : list of str
        The table of each row.
    """
    present = [sum((part[at].missing == PRESENT).astype(int) for at in needed) for part in parts.values()]
    chosen = np.argmax(present, axis=0)  # the first of several that are alike
    size, of_table = len(chosen), [stack(part) for part in parts.values()]
    whole = stack(of_table)  # all columns at once: joining the cells of large tables takes most of the time
    first = chosen * len(of_table[0]) + np.arange(size)
    columns = [whole.take(first + number * size) for number, _ in enumerate(next(iter(parts.values())))]
    return columns, [list(parts)[each] for each in chosen]


def name_both(first: list[str], second: list[str]) -> list[str]:
    """Return for each row the tables that two parts of its numbers come from, as one text."""
    return [join_tables(pair) for pair in zip(first, second, strict=True)]


def _stocks(
    snapshot: Snapshot,
    sources: tuple[tuple[str, str], ...],
    quarters: pd.PeriodIndex,
    groups: tuple[Group, ...],
    dividing: str,
) -> Iterator[tuple[str, Rounded]]:
    """Yield each table that has the classes of a group, with the stock at the end of each quarter."""
    for table, grain in sources:
        if table not in snapshot or not divides(snapshot, table, dividing):
            continue
        ends = quarters if grain == "quarter" else quarters.asfreq(FREQUENCY[grain], how="end")
        try:
            cells = read_cells(snapshot, table, grain)
            yield table, in_persons(group_column(cells, "stock", groups[0], ends, *groups[1:]))
        except CoverageError:
            continue  # the table lacks a class or a dimension: the next may have it


def divides(snapshot: Snapshot, table: str, dimension: str) -> bool:
    """Tell whether a table has classes beside the total of every dimension that ``age & sex`` names.

    Every table has the total itself.
    """
    classes = classes_of(snapshot.metadata(table))
    return all(set(classes.get(each, ())).difference(USUAL_TOTALS) for each in single_dimensions(dimension))


def in_persons(column: Rounded) -> Rounded:
    """Return a stock that counts persons; raise a MixedUnitsError for one in thousands or of anything else."""
    if column.unit != PERSONS:
        raise MixedUnitsError(
            f"expected a stock in {PERSONS}, found one in {column.unit}; flows cannot be compared with it."
        )
    return column
