"""The caseload: every series of persons and of benefits in a snapshot, each with its source."""

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
