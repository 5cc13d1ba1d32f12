"""The caseload: every series of persons and of benefits in a snapshot, each with its source."""

import pandas as pd

from analysis.classifications.categories import USUAL_TOTALS
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.periods import FREQUENCY, period_grain
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded
from analysis.measures.sources import GROUP_STOCK, NATIONAL_STOCK, NATIONAL_STOCK_TABLES, PERSONS, in_persons
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = (
    *NATIONAL_STOCK_TABLES, "82016NED", "81368ned", "82015NED", "37789ksz", "37789eng", "news_stock_series",
)  # fmt: skip
# what counts as caseload, by unit: persons and benefits (a couple is two persons and one benefit) never share a line
CASELOAD_QUANTITIES = ("stock", "benefits")
_YEAR = {"month": 12, "quarter": 4}


def series(snapshot: Snapshot, months: pd.PeriodIndex | None = None) -> pd.DataFrame:
    """Return every series of the caseload in the snapshot, each with its source and never joined to another.

    Parameters
    ----------
    snapshot : Snapshot
    months : PeriodIndex, optional
        The months to keep: a figure is kept when its last day lies in one of them.

    Returns
    -------
    DataFrame
        Tidy: ``table, edition, grain, period, date`` (last day of the period) and the value columns, for
        the total up to the AOW age. ``unit`` distinguishes persons and benefits. Yearly means are left out.
    """
    frames = []
    for table in snapshot.manifest.tables:
        metadata = snapshot.metadata(table)
        quantities = [measure.quantity for measure in metadata.measures if measure.quantity in CASELOAD_QUANTITIES]
        for grain in ("month", "quarter"):
            if quantities and grain in metadata.grains():
                cells = read_cells(snapshot, table, grain)
                frames += [_series(cells, quantity, grain) for quantity in quantities if _has_total(cells)]
    if not frames:
        raise CoverageError(f"snapshot {snapshot.name!r} has no table that counts persons or benefits.")
    found = combine(frames)
    inside = found["missing"] == PRESENT
    if months is not None:
        inside &= found["date"].between(months[0].start_time, months[-1].end_time)
    return found[inside].sort_values(["unit", "table", "edition", "date"], kind="stable", ignore_index=True)


def sources(series_frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a source of the caseload, as from `series`: its unit, periods, figures, lowest and highest.

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


def by_year(snapshot: Snapshot, until: pd.Period) -> pd.DataFrame:
    """Return the persons with bijstand at the end of the latest month and of the same month of earlier years.

    All are from one table: the one that has the latest month with a figure, and with one a year before; of several the
    one with the newest state.

    Parameters
    ----------
    snapshot : Snapshot
    until : Period
        The last month to consider.

    Returns
    -------
    DataFrame
        Tidy, label ``period`` (a month, the latest last). Quantities: ``level`` and ``change`` (persons; over a year)
        and ``growth_pct`` (percent; denominator: the level a year earlier). One row of missing numbers where no table
        has two such months up to then.
    """
    found: list[tuple[Cells, pd.PeriodIndex]] = []
    for table, grain in dict.fromkeys((NATIONAL_STOCK[0], *GROUP_STOCK, *NATIONAL_STOCK)):
        if table in snapshot and grain in snapshot.metadata(table).grains():
            cells = read_cells(snapshot, table, grain)
            known = _with_persons(cells, until)
            last = known[(known - _YEAR[grain]).isin(known)][-1:]
            found += [(cells, known[known.month.isin(last.month)])] if len(last) else []
    if not found:
        absent = Rounded.absent(1, PERSONS)
        return _levels(absent, absent, pd.PeriodIndex([until]), "")
    cells, periods = max(found, key=lambda each: each[1][-1].end_time)  # the first of several
    level, before = (
        in_persons(cells.look_up("stock", periods - back)) for back in (0, _YEAR[period_grain(periods[0])])
    )
    return _levels(level, before, periods.asfreq(FREQUENCY["month"], how="end"), cells.table)


def _levels(level: Rounded, before: Rounded, periods: pd.PeriodIndex, table: str) -> pd.DataFrame:
    growth = (level / before - 1).percent()
    columns = {"level": level, "change": level - before, "growth_pct": (growth, "level a year earlier")}
    return tidy_rows(columns, {"period": periods.astype(str)}, table)


def _with_persons(cells: Cells, until: pd.Period) -> pd.PeriodIndex:
    """Return the periods up to a month in which a table has persons; none where it has no total of them."""
    if not _has_total(cells):
        return cells.periods[:0]
    known = cells.periods[cells.look_up("stock", cells.periods).missing == PRESENT]
    return known[known.end_time <= until.end_time]


def _has_total(cells: Cells) -> bool:
    """Tell whether every dimension but the edition of a chart has a total."""
    others = [dimension.name for dimension in cells.metadata.dimensions if dimension.name != "edition"]
    return all(set(USUAL_TOTALS) & set(cells.categories(name)) for name in others)


def _series(cells: Cells, quantity: str, grain: str) -> pd.DataFrame:
    periods = cells.periods
    labels = {"table": cells.table, "edition": "", "grain": grain, "period": periods.astype(str)}
    labels["date"] = periods.to_timestamp(how="end").normalize()
    editions = [each for each in cells.metadata.dimensions if each.name == "edition"]
    if not editions:
        return tidy_rows({quantity: cells.look_up(quantity, periods)}, labels, cells.table)
    return combine(
        tidy_rows(
            {quantity: cells.look_up(quantity, periods, edition=code.category or code.code)},
            labels | {"edition": code.label},
            cells.table,
        )
        for code in editions[0].codes
    )


def revised(series_frame: pd.DataFrame) -> pd.DataFrame:
    """Return the periods for which the first and the last edition of a series, as from `series`, print another figure.

    Returns
    -------
    DataFrame
        ``table, period, first_edition, first_figure, last_edition, last_figure``: what the first and the last edition
        with the period say; and ``tables``.
    """
    editions = series_frame[series_frame["edition"] != ""].sort_values("edition", kind="stable")
    found = editions.groupby(["table", "period"], as_index=False).agg(
        first_edition=("edition", "first"),
        first_figure=("value", "first"),
        last_edition=("edition", "last"),
        last_figure=("value", "last"),
    )
    return found[found["first_figure"] != found["last_figure"]].assign(tables=found["table"]).reset_index(drop=True)
