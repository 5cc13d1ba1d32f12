"""One quantity of one table broken down by one dimension, as the table itself breaks it down.

For tables of published documents, whose classes are their own: groups of a work-development company, kinds of
provision, lines of a financial table. The groups of the monitors are built by `analysis.cleaning.group_column`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.selection import unknown_group
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.periods import parse_period, period_grain
from analysis.errors import CoverageError, name_some
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.tidy_frame import tidy_rows
from analysis.snapshots.store import Snapshot
from analysis.summary import SelfDescribing


@dataclass(frozen=True, eq=False, repr=False)
class Breakdown(SelfDescribing):
    """A quantity in each class of a dimension, one entry a class, in the order of the table."""

    table: str
    quantity: str
    dimension: str
    classes: list[str]
    numbers: Rounded

    def tidy_rows(self, **labels: Iterable[object] | str) -> pd.DataFrame:
        """Return the numbers as a tidy frame: a column with the name of the dimension, then ``labels``."""
        return tidy_rows({self.quantity: self.numbers}, {self.dimension: self.classes, **labels}, self.table)

    def of(self, *classes: str) -> Rounded:
        """Return the numbers of these classes, one entry each; a CoverageError names those it has."""
        for each in classes:
            if each not in self.classes:
                raise CoverageError(f"table {self.table}: {unknown_group(self.dimension, each, self.classes)}")
        return self.numbers.take([self.classes.index(each) for each in classes])


def breakdown(
    snapshot: Snapshot, table: str, quantity: str, dimension: str, period: str = "", total: bool = False, **at: str
) -> Breakdown:
    """Return a quantity of a table by one of its dimensions, in one period.

    Parameters
    ----------
    snapshot : Snapshot
    table : str
    quantity : str
    dimension : str
        What to break down by.
    period : str, optional
        ``2024``, ``2024-12`` and so on; not needed where the table has one period only.
    total : bool
        Whether the total is one of the classes.
    **at : str
        The class of another dimension; its total when it is not named.

    Raises
    ------
    CoverageError
        When the snapshot lacks the table, or the table the quantity, dimension, class or period: with what it has.
    """
    cells = require_table(snapshot, table, period)
    codes = {name: cells.code(name, each) for name, each in at.items()}
    known = cells.categories(dimension)
    rows = cells.frame[cells.frame["measure"] == cells.measure(quantity).code]
    when = _period(cells, quantity, pd.PeriodIndex(rows["period"].unique()).sort_values(), period)
    rows = rows[rows["period"] == when[0]]
    for name, code in codes.items():
        rows = rows[rows[name] == code]
    printed = set(rows[dimension])
    classes = [name for name, code in known.items() if code in printed and (total or name != TOTAL)]
    if not classes:
        raise CoverageError(f"table {table}: no {quantity} by {dimension} in {period or when[0]}.")
    columns = [cells.look_up(quantity, when, **{dimension: each}, **at) for each in classes]
    return Breakdown(table, quantity, dimension, classes, stack(columns))


def require_table(snapshot: Snapshot, table: str, period: str = "") -> Cells:
    """Return the cells of a table, of the grain of ``period``; a CoverageError when the snapshot lacks it."""
    if table not in snapshot:
        raise CoverageError(
            f"snapshot {snapshot.name!r} has no table {table}. Figures of documents are in the snapshot 'published'."
        )
    return read_cells(snapshot, table, period_grain(parse_period(period)) if period else None)


def _period(cells: Cells, quantity: str, known: pd.PeriodIndex, period: str) -> pd.PeriodIndex:
    chosen = [parse_period(period)] if period else list(known)
    if len(chosen) != 1 or chosen[0] not in known:
        expected = f"expected one of the periods {name_some(known.astype(str))}, found {period or 'none'}"
        raise CoverageError(f"table {cells.table}, {quantity}: {expected}.")
    return pd.PeriodIndex(chosen)
