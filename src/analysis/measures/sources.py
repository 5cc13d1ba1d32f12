"""Which tables can serve a measure, the preferred first, and the choice among those that a snapshot has.

One line of figures comes from one table. The live table goes before its stopped predecessor and is never joined to
it: 85615NED counts origin where 82662NED counted migration background, and the same total differs by 10 to 20 persons
between 85585NED and 82663NED (another state of the population register; seen 2019Q1-2021Q1, in October 2025).
"""

import pandas as pd

from analysis.classifications.groups import Group
from analysis.cleaning.cells import read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError, MixedUnitsError
from analysis.intervals.rounded import Rounded
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

QUARTERLY_FLOWS = ("85615NED", "82662NED")
GROUP_FLOW_MEANS = ("factsheet-2024-t2",)
ENDED_SPELLS = ("85617NED",)
DURATION_SHARES = "factsheet-2024-duration"
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
GROUP_STOCK_TABLES, STOCK_TABLES = (tuple(table for table, _ in each) for each in (GROUP_STOCK, STOCK_SOURCES))
EVERY = "*"
"""What a module reads that may read every table of a snapshot.

A module that reads tables declares ``READS``, those that it can read, and ``NEEDS``, those without which it has nothing
to say; what a notebook reads is derived from the modules that it imports (`analysis.runs.dependencies`).
"""


PERSONS = "persons"


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


def stock_at(snapshot: Snapshot, quarters: pd.PeriodIndex, *groups: Group) -> tuple[Rounded, str]:
    """Return the persons with bijstand in a group (or a crossing of groups) at the end of each quarter.

    Returns
    -------
    stock : Rounded
        Persons, one entry a quarter. All come from one table: the first that has all of them, else the one that has
        most; what it lacks is missing.
    table : str
        That table, ``""`` when there is none.
    """
    best, source = Rounded.absent(len(quarters), "persons"), ""
    for table, grain in STOCK_SOURCES:
        if table not in snapshot:
            continue
        ends = quarters if grain == "quarter" else quarters.asfreq(FREQUENCY[grain], how="end")
        try:
            column = in_persons(group_column(read_cells(snapshot, table, grain), "stock", groups[0], ends, *groups[1:]))
        except CoverageError:
            continue  # the table lacks a class or a dimension: the next may have it
        if (column.missing == PRESENT).sum() > (best.missing == PRESENT).sum():
            best, source = column, table
    return best, source


def in_persons(column: Rounded) -> Rounded:
    """Return a stock that counts persons; raise a MixedUnitsError for one in thousands or of anything else."""
    if column.unit != PERSONS:
        raise MixedUnitsError(
            f"expected a stock in {PERSONS}, found one in {column.unit}; flows cannot be compared with it."
        )
    return column
