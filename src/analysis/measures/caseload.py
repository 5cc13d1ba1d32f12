"""How many people receive bijstand, since when, and which groups the change came from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.cleaning import TOTAL_GROUP, Cells, group_column, monitor_groups, read_cells
from analysis.cleaning.categories import USUAL_TOTALS
from analysis.cleaning.periods import FREQUENCY, grain_of_code
from analysis.errors import CoverageError
from analysis.measures.sources import GROUP_STOCK, choose
from analysis.measures.tidy import combine, tidy
from analysis.missing import PRESENT
from analysis.rounding import Rounded, rank_range, stack
from analysis.snapshots import Snapshot

# what counts as caseload, by unit: persons and benefits (a couple is two persons and one benefit) never share a line
CASELOAD_QUANTITIES = ("stock", "benefits")


def series(snapshot: Snapshot, months: pd.PeriodIndex | None = None) -> pd.DataFrame:
    """Return every series of the caseload that the snapshot holds, each with its source and never joined to another.

    Parameters
    ----------
    snapshot : Snapshot
    months : PeriodIndex, optional
        The months to keep: a figure is in when the day it describes is.

    Returns
    -------
    DataFrame
        Tidy: ``table, edition, grain, period, date`` (last day of the period) and the value columns, for
        the total up to the AOW age. ``unit`` tells persons and benefits apart. Yearly means are left out.
    """
    frames = []
    for table in snapshot.manifest.tables:
        metadata = snapshot.metadata(table)
        quantities = [measure.quantity for measure in metadata.measures if measure.quantity in CASELOAD_QUANTITIES]
        for grain in ("month", "quarter"):
            if quantities and grain in {grain_of_code(code) for code in metadata.periods}:
                cells = read_cells(snapshot, table, grain)
                frames += [_series(cells, quantity, grain) for quantity in quantities if _has_total(cells)]
    if not frames:
        raise CoverageError(f"snapshot {snapshot.name!r} holds no table that counts persons or benefits.")
    found = combine(frames)
    inside = found["missing"] == PRESENT
    if months is not None:
        inside &= found["date"].between(months[0].start_time, months[-1].end_time)
    return found[inside].sort_values(["unit", "table", "edition", "date"], kind="stable", ignore_index=True)


def sources(series_frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a source of the caseload: what it counts, from when to when, how many figures, how low and high.

    Parameters
    ----------
    series_frame : DataFrame
        As from `series`.

    Returns
    -------
    DataFrame
        ``table, edition, unit, grain, first_period, last_period, cells, lowest, highest``.
    """
    by = ["table", "edition", "unit", "grain"]
    grouped = series_frame.groupby(by, sort=False, observed=True)
    return grouped.agg(
        first_period=("period", "first"),
        last_period=("period", "last"),
        cells=("value", "size"),
        lowest=("value", "min"),
        highest=("value", "max"),
    ).reset_index()


def _has_total(cells: Cells) -> bool:
    """Tell whether every dimension but the edition of a chart has a total to stand at."""
    others = [dimension.name for dimension in cells.metadata.dimensions if dimension.name != "edition"]
    return all(set(USUAL_TOTALS) & set(cells.categories(name)) for name in others)


def _series(cells: Cells, quantity: str, grain: str) -> pd.DataFrame:
    periods = cells.periods
    known = [dimension for dimension in cells.metadata.dimensions if dimension.name == "edition"]
    editions = (
        [(code.label, {"edition": code.category or code.code}) for code in known[0].codes] if known else [("", {})]
    )
    frames = []
    for edition, categories in editions:
        column = cells.look_up(quantity, periods, **categories)
        labels = {
            "table": [cells.table] * len(periods),
            "edition": [edition] * len(periods),
            "grain": [grain] * len(periods),
            "period": [str(period) for period in periods],
            "date": periods.to_timestamp(how="end").normalize(),
        }
        frames.append(tidy(column, quantity, labels, tables=cells.table))
    return combine(frames)


def latest_december(snapshot: Snapshot) -> pd.Period:
    """Return the last December for which the snapshot has the caseload by group, a year earlier included."""
    table = choose(snapshot, GROUP_STOCK, "the caseload by group")
    months = read_cells(snapshot, table, "month").periods
    decembers = [month for month in months if month.month == 12 and month - 12 in months]
    if not decembers:
        raise CoverageError(f"snapshot {snapshot.name!r}, table {table}: no December with the one before it.")
    return max(decembers)


def _december_and_before(snapshot: Snapshot) -> pd.PeriodIndex:
    period = latest_december(snapshot)
    return pd.PeriodIndex([period, period - 12], freq=FREQUENCY["month"])


def by_group(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return the state of each group at the end of the last year covered, and its part in the change.

    Parameters
    ----------
    snapshot : Snapshot
    group_by : {"all", "age", "origin", "sex"}

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, period``. Quantities: ``level`` (persons), ``share`` (percent; denominator:
        all persons with bijstand), ``change`` (persons, over a year), ``growth_pct`` (percent; denominator: the group
        a year earlier) and ``contribution_pp`` (percentage points of the growth of the total; denominator: all persons
        a year earlier). Contributions of the groups of one dimension add up to the growth of the total.

    Raises
    ------
    CoverageError
        When the snapshot lacks the groups.
    """
    table = choose(snapshot, GROUP_STOCK, "the caseload by group")
    cells = read_cells(snapshot, table, "month")
    both = _december_and_before(snapshot)
    groups = monitor_groups(group_by)
    levels = stack([group_column(cells, "stock", group, both) for group in groups])
    level, before = levels.take(2 * np.arange(len(groups))), levels.take(2 * np.arange(len(groups)) + 1)
    totals = group_column(cells, "stock", TOTAL_GROUP, both)
    total, total_before = totals.take([0] * len(groups)), totals.take([1] * len(groups))
    labels = {
        "dimension": [group.dimension for group in groups],
        "group": [group.name for group in groups],
        "period": [str(both[0])] * len(groups),
    }
    change = level - before
    return combine(
        [
            tidy(level, "level", labels, tables=table),
            tidy((level / total).percent(), "share", labels, "level of the total", table),
            tidy(change, "change", labels, tables=table),
            tidy((level / before - 1).percent(), "growth_pct", labels, "level a year earlier", table),
            tidy(
                (change / total_before).percent(), "contribution_pp", labels, "level of the total a year earlier", table
            ),
        ]
    )


def ranks(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return the ranks that rounding leaves open to each group: by growth, and by contribution to the growth.

    Returns
    -------
    DataFrame
        One row a group: ``dimension, group, tables, growth_rank, contribution_rank``. A rank reads ``2`` or ``3–4``;
        1 is the highest among the groups of the dimension.
    """
    cells = read_cells(snapshot, choose(snapshot, GROUP_STOCK, "the caseload by group"), "month")
    both = _december_and_before(snapshot)
    groups = [group for group in monitor_groups(group_by) if group is not TOTAL_GROUP]
    frames = []
    for dimension in dict.fromkeys(group.dimension for group in groups):
        members = [group for group in groups if group.dimension == dimension]
        levels = stack([group_column(cells, "stock", group, both) for group in members])
        now, before = levels.take(range(0, 2 * len(members), 2)), levels.take(range(1, 2 * len(members), 2))
        names = {"dimension": dimension, "group": [group.name for group in members]}
        names["tables"] = cells.table
        rank = {"growth_rank": _ranks(now / before - 1), "contribution_rank": _ranks(now - before)}
        frames.append(pd.DataFrame(names | rank))
    return combine(frames)


def _ranks(column: Rounded) -> list[str]:
    return [str(best) if best == worst else f"{best}–{worst}" for best, worst in zip(*rank_range(column), strict=True)]


def revised(series_frame: pd.DataFrame) -> pd.DataFrame:
    """Return the periods for which the first and the last edition of a series print another figure.

    Parameters
    ----------
    series_frame : DataFrame
        As from `series`.

    Returns
    -------
    DataFrame
        ``table, period, first_edition, first_figure, last_edition, last_figure``: what the first and the last edition
        that hold the period say.
    """
    rows = []
    editions = series_frame[series_frame["edition"] != ""]
    for (table, period), cells in editions.groupby(["table", "period"], sort=True, observed=True):
        cells = cells.sort_values("edition")
        first, last = cells.iloc[0], cells.iloc[-1]
        if first["value"] != last["value"]:
            rows.append((table, table, period, first["edition"], first["value"], last["edition"], last["value"]))
    return pd.DataFrame(
        rows, columns=["tables", "table", "period", "first_edition", "first_figure", "last_edition", "last_figure"]
    )
