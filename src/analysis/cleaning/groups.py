"""A number for a group of the monitors, from the classes that a table has."""

from functools import reduce
from operator import add

import pandas as pd

from analysis.classifications.categories import USUAL_TOTALS
from analysis.classifications.groups import Group, cross
from analysis.cleaning.cells import Cells
from analysis.errors import CoverageError, name_some
from analysis.intervals.rounded import Rounded
from analysis.missing import PRESENT


def group_column(cells: Cells, quantity: str, group: Group, periods: pd.PeriodIndex, *crossed: Group) -> Rounded:
    """Return one number a period for a group, or for its crossing with others.

    Of the definitions that the table's classes allow, the first whose cells are all in the snapshot is taken; where
    none is complete, the first, and its missing entries say why.

    Raises
    ------
    CallError
        When two of the groups divide the same dimension.
    CoverageError
        When the table's classes allow none of the definitions.
    """
    columns = []
    for terms in cross(group, *crossed):
        if all(cells.has(**categories) for _, categories in terms):
            columns.append(reduce(add, (cells.look_up(quantity, periods, **named) * weight for weight, named in terms)))
            if (columns[-1].missing == PRESENT).all():
                return columns[-1]
    if columns:
        return columns[0]
    divided = [name for name, classes in cells.classes.items() if set(classes).difference(USUAL_TOTALS)]
    pairs = (zip(each.dimension.split(" & "), each.name.split(" & "), strict=False) for each in (group, *crossed))
    names = " & ".join(f"{dimension}: {name}" for named in pairs for dimension, name in named)
    lacks = f"it lacks the classes for it; it divides {name_some(divided) or 'nothing'}."
    raise CoverageError(f"table {cells.table} cannot give {quantity} for {names}: {lacks}")
