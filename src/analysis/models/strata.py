"""Counts of groups by strata: what a ratio or share is standardised over, and the standard itself.

Strata cross the dimensions that a table crosses: 85615NED (flows) and 85585NED (stock by duration) cross sex, age,
origin and country of birth. Where a cell of the crossing is not in the snapshot, or secret, one dimension is taken at a
time. The standard is all recipients (the inflow, or the stock) of a base year, in the same strata. People of unknown
sex or origin are in no stratum.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from analysis.classifications.durations import duration_band
from analysis.classifications.groups import LONG_TERM, MONITOR, TOTAL_GROUP, Group, one_class
from analysis.classifications.selection import check_dimension
from analysis.cleaning.cells import Cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CallError, CoverageError
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.flows import QUARTERS_A_YEAR, flow_tables
from analysis.measures.sources import QUARTERLY_FLOWS, STOCK_TABLES, check_total, quarterly_stocks
from analysis.missing import PRESENT, STATUSES
from analysis.snapshots.store import Snapshot

READS = (*QUARTERLY_FLOWS, *STOCK_TABLES)
STRATA: dict[str, tuple[Group, ...]] = {
    "age": tuple(one_class("age", name) for name in ("<25", "25-35", "35-45", "45-55", "55-AOW")),
    "sex": MONITOR["sex"],
    "origin": LONG_TERM["origin"],
}
"""Classes that tables have cells of, so that none is a difference of others."""
OVER = {"age": ("sex", "origin"), "sex": ("age", "origin"), "origin": ("age", "sex")}
"""What groups of each dimension are standardised over."""


@dataclass(frozen=True, eq=False)
class Strata:
    """The counts of one group and of the standard, an entry a stratum.

    ``part`` over ``whole`` is the ratio or share: outflow over inflow, or long-term persons over the stock.
    """

    part: Rounded
    whole: Rounded
    standard_part: Rounded
    standard_whole: Rounded
    same_period: bool

    @property
    def status(self) -> str:
        """How final the counts are: as final as the least final."""
        columns = (self.part, self.whole, self.standard_part, self.standard_whole)
        return max((word for column in columns for word in column.status), key=STATUSES.index)


@dataclass(frozen=True, eq=False)
class GroupStrata:
    """The strata of all groups of a dimension: ``over`` names what they cross, ``table`` where the counts are from."""

    dimension: str
    over: tuple[str, ...]
    groups: tuple[Group, ...]
    strata: tuple[Strata, ...]
    table: str
    year: int
    base: int


@dataclass(frozen=True, eq=False)
class _Source:
    """Tables of one kind: how part and whole of a crossing of groups are read, and the groups of each dimension."""

    tables: list[Cells]
    read: Callable[..., tuple[Rounded, Rounded]]
    scheme: Mapping[str, tuple[Group, ...]]


def flow_strata(snapshot: Snapshot, dimension: str, year: int, base: int) -> list[GroupStrata]:
    """Return outflow over inflow of the groups of a dimension in a year, by strata, with the inflow of a base year.

    One entry over all dimensions together where a table has every cell of the crossing, else one for each by itself.

    Raises
    ------
    CallError
        When the dimension is none of age, sex and origin.
    CoverageError
        When no table has the strata of the groups, or those of the standard: its weights.
    """

    def read(cells: Cells, at: int, first: Group, *more: Group) -> tuple[Rounded, Rounded]:
        quarters = pd.period_range(f"{at}Q1", periods=QUARTERS_A_YEAR, freq=FREQUENCY["quarter"])
        out, into = (group_column(cells, flow, first, quarters, *more).sum() for flow in ("outflow", "inflow"))
        return out, into

    return _strata(snapshot, _Source(flow_tables(snapshot), read, MONITOR), dimension, year, base)


def stock_strata(snapshot: Snapshot, dimension: str, year: int, base: int) -> list[GroupStrata]:
    """Return persons over five years in the stock at the end of a year, by strata; otherwise as `flow_strata`."""
    long = duration_band(60)

    def read(cells: Cells, at: int, first: Group, *more: Group) -> tuple[Rounded, Rounded]:
        end = pd.PeriodIndex([f"{at}Q4"], freq=FREQUENCY["quarter"])
        return group_column(cells, "stock", first, end, *more, long), group_column(cells, "stock", first, end, *more)

    return _strata(snapshot, _Source(list(quarterly_stocks(snapshot)), read, LONG_TERM), dimension, year, base)


def _strata(snapshot: Snapshot, source: _Source, dimension: str, year: int, base: int) -> list[GroupStrata]:
    """Return the strata from the first table that has all of them, crossed, else those of each dimension by itself."""
    over, reasons = OVER[check_dimension(dimension, OVER)], []

    def over_these(*names: str) -> list[GroupStrata]:
        crossed, groups = list(product(*(STRATA[name] for name in names))), source.scheme[dimension]
        for cells in source.tables:
            try:
                found = _in_table(cells, source.read, groups, crossed, year, base)
            except CoverageError as fault:
                reasons.append(str(fault).rstrip("."))
                continue
            return [GroupStrata(dimension, names, groups, tuple(found), cells.table, year, base)]
        return []

    found = over_these(*over) or [each for name in over for each in over_these(name)]
    if not found:
        raise CoverageError(
            f"snapshot {snapshot.name!r} has nothing to standardise groups by {dimension} over, in {year} with {base} "
            f"as the standard: {'; '.join(reasons[:2]) or 'no table by class'}. Crude ratios are possible "
            "(flow_ratio_by_group)."
        )
    return found


def _in_table(
    cells: Cells, read: Callable, groups: Sequence[Group], crossed: list, year: int, base: int
) -> list[Strata]:
    standard = _stacked(cells, read, crossed, base, ())
    total = read(cells, base, TOTAL_GROUP)[1].value[0]
    check_total(f"table {cells.table}, {base}: strata", total, np.nansum(standard[1].value))
    of_groups = (_stacked(cells, read, crossed, year, (group,)) for group in groups)
    return [Strata(*counts, *standard, year == base) for counts in of_groups]


def _stacked(
    cells: Cells, read: Callable, crossed: list, year: int, group: tuple[Group, ...]
) -> tuple[Rounded, Rounded]:
    """Return part and whole in every stratum; a CoverageError names the first that is missing."""
    parts = [read(cells, year, *group, *strata) for strata in crossed]
    columns = tuple(stack([pair[at] for pair in parts]) for at in (0, 1))
    for column in columns:
        if (column.missing != PRESENT).any():
            at = int(np.argmax(column.missing != PRESENT))
            names = " by ".join(each.name for each in (*group, *crossed[at]))
            what = "a cell" if group else "a weight of the standard"
            raise CoverageError(f"table {cells.table}, {year}: {what} is missing, {names} ({column.missing[at]})")
    return columns


def check_standard_year(text: str) -> str:
    """Return the year of a standard as it was given; raise a CallError for what is neither empty nor a year."""
    if text and not re.fullmatch(r"(19|20)\d\d", text):
        raise CallError(
            f"standard_year {text!r}: expected a year such as '2019', or nothing for the last complete one."
        )
    return text
