"""Recipients, inflow and outflow per 1,000 inhabitants and per 1,000 in the labour force.

Recipients at the end of December are set against inhabitants on 1 January after it, or against the labour force of
December; the moments of a year against the mean of the year (`analysis.measures.denominators`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from analysis.classifications.groups import LABOUR_FORCE, MONITOR, TOTAL_GROUP, Group
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CallError, CoverageError
from analysis.intervals.rounded import Rounded
from analysis.measures import denominators
from analysis.measures.flows import BOTH, flows_of_year
from analysis.measures.sources import STOCK_TABLES, stock_at
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = STOCK_TABLES
PER = 1000
_DIMENSIONS = ("age", "sex")


@dataclass(frozen=True)
class _Base:
    """A denominator: its name, table, groups, and its number at the end of a year and as a mean of the year."""

    name: str
    table: str
    groups: dict[str, tuple[Group, ...]]
    at_end: Callable[[Snapshot, Group, pd.PeriodIndex], Rounded]
    mean: Callable[[Snapshot, Group, pd.PeriodIndex], Rounded]


def _labour_at_end(snapshot: Snapshot, group: Group, years: pd.PeriodIndex) -> Rounded:
    return denominators.labour_force(snapshot, group, denominators.december(years))


_BASES = {
    "inhabitants": _Base(
        "inhabitants", denominators.INHABITANTS, MONITOR, denominators.at_year_end, denominators.mean_of_year
    ),
    "labour force": _Base(
        "labour force", denominators.LABOUR_FORCE, LABOUR_FORCE, _labour_at_end, denominators.labour_force
    ),
}


def population_rates(snapshot: Snapshot, years: pd.PeriodIndex, per: str, group_by: str = "all") -> pd.DataFrame:
    """Return recipients, inflow and outflow of each group per 1,000, in the last of some years that has them.

    Parameters
    ----------
    snapshot : Snapshot
    years : PeriodIndex
        Calendar years.
    per : {"inhabitants", "labour force"}
    group_by : {"all", "age", "sex"}
        With ``origin`` there is none: no denominator is divided by it.

    Returns
    -------
    DataFrame
        Tidy, labels ``per, dimension, group, year``. Quantities: ``recipients_per_1000`` (persons at the end of the
        year), ``inflow_per_1000`` and ``outflow_per_1000`` (moments of the year). Intervals are of rounding; for
        inhabitants also of the AOW age within a year of age.

    Raises
    ------
    CallError
        When ``per`` is neither of the two, or ``group_by`` a dimension that the denominators do not divide.
    CoverageError
        When the denominator's table is not in the snapshot, or no year has the total.
    """
    if per not in _BASES:
        raise CallError(f"per {per!r}: expected 'inhabitants' or 'labour force'.")
    if group_by not in ("all", *_DIMENSIONS):
        raise CallError(f"group_by {group_by!r}: no denominator is divided by it; possible: all, age, sex.")
    base = _BASES[per]
    denominators.require(snapshot, base.table)
    for year in reversed(years):
        at = pd.PeriodIndex([year], freq=FREQUENCY["year"])
        total = _of_group(snapshot, TOTAL_GROUP, at, base)
        if (total["missing"] == PRESENT).any():
            chosen = [group for name in _DIMENSIONS if group_by in ("all", name) for group in base.groups[name]]
            return combine([total, *(_of_group(snapshot, group, at, base) for group in chosen)])
    raise CoverageError(
        f"snapshot {snapshot.name!r}: no year from {years[0]} to {years[-1]} has both recipients or flows and table "
        f"{base.table} (1 January of the year and of the next, or December). Choose other years, or pull it again."
    )


def _of_group(snapshot: Snapshot, group: Group, year: pd.PeriodIndex, base: _Base) -> pd.DataFrame:
    """Return the three rates of a group in one year; what the tables lack is missing with its reason."""
    stock, source = stock_at(snapshot, year.asfreq(FREQUENCY["quarter"], how="end"), group)
    labels = {"per": base.name, "dimension": group.dimension, "group": group.name, "year": [int(year.year[0])]}
    unit = partial("{} per 1,000 ({})".format)
    numbers = {"recipients_per_1000": (stock, base.at_end, source, unit("persons", base.name))}
    flows, table = flows_of_year(snapshot, group, int(year.year[0]))
    numbers |= {f"{flow}_per_1000": (flows[flow], base.mean, table, unit("moments a year", base.name)) for flow in BOTH}
    frames = []
    for quantity, (column, against, table_of, of_unit) in numbers.items():
        rate = (column / against(snapshot, group, year) * PER).counted_as(of_unit)
        frames.append(tidy_rows({quantity: (rate, base.name)}, labels, join_tables([table_of, base.table])))
    return combine(frames)
