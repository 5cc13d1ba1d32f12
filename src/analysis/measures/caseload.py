"""How many people receive bijstand, since when: every series there is, each with its source."""

from __future__ import annotations

import pandas as pd

from analysis.classifications.categories import USUAL_TOTALS
from analysis.cleaning.cells import Cells, read_cells
from analysis.errors import CoverageError
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = (
    "85692NED", "factsheet-2024-t1", "85585NED", "82663NED", "82016NED", "81368ned", "82015NED", "37789ksz", "37789eng",
    "news_stock_series", "factsheet-2024-duration",
)  # fmt: skip
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
            if quantities and grain in metadata.grains():
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
        frames.append(tidy_rows(column, quantity, labels, tables=cells.table))
    return combine(frames)


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
