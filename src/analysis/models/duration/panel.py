"""One panel of stocks and ended spells by group and duration band: what the models of duration are fitted to.

Stocks are persons at quarter ends; ended spells are counted by year. The exposure of a year is the person-time spent in
the band, from its five quarter ends by the trapezoid rule: half of the first and the last, all of those between, over
four. Where those are not all known, the stock at the end of the year can be taken for it; each row says which it has.

Cells: a missing one stays missing with its reason, and the models say what they do with it; provisional ones are used,
with their status; every value has its rounding interval; people of unknown attributes are in the total alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.classifications.durations import band_groups, duration_band
from analysis.classifications.groups import LONG_TERM, TOTAL_GROUP, Group
from analysis.classifications.selection import chosen_groups
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError, DataError, name_some
from analysis.intervals.rounded import Rounded
from analysis.measures.duration import ended_spells
from analysis.measures.sources import PERSONS, STOCK_SOURCES, STOCK_TABLES, YEAR_WEIGHTS, stock_at
from analysis.measures.tidy_frame import join_tables
from analysis.missing import FINAL, NOT_IN_SNAPSHOT, PRESENT, STATUSES
from analysis.models.rounded_columns import range_columns, rounded_column
from analysis.snapshots.store import Snapshot
from analysis.summary import SelfDescribing

FINE, COARSE = (6, 12, 24, 36, 48, 60), (24, 60)
"""The schemes of bands that the tables' classes allow whole: the months at which a band ends and the next begins."""
TRAPEZOID, CLOSING = "five quarter ends", "end of the year"
READS = STOCK_TABLES
_CLOSING_WEIGHTS = np.array([0, 0, 0, 0, 1.0])
UNITS = {"ended": "ended spells", "exposure": "person-years"}
CELL = ["dimension", "group", "band"]
PRINTED = [f"over_{months}" for months in (0, *COARSE)]
"""Numbers of a group with a cell of its own, rounded by itself: the sum of its bands differs by their rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class BandPanel(SelfDescribing):
    """Stocks, ended spells and exposure of groups by duration band.

    Attributes
    ----------
    cuts : tuple of int
        Months at which the bands end; the last band is open.
    bands : tuple of str
        Their names, one more than there are cuts.
    stocks : DataFrame
        ``dimension, group, band, quarter, stock, stock_lo, stock_hi`` (persons; rounding interval), ``missing, status,
        tables``.
    spells : DataFrame
        ``dimension, group, band, year, ended`` (ended spells), ``exposure`` (person-years), each with ``_lo`` and
        ``_hi``, ``basis`` (where the exposure comes from), ``over_0, over_24, over_60`` (ended spells of the group
        that lasted so many months, as printed), ``missing, status, tables``.
    """

    cuts: tuple[int, ...]
    bands: tuple[str, ...]
    stocks: pd.DataFrame
    spells: pd.DataFrame


def read_panel(snapshot: Snapshot, group_by: str = "all", cuts: Sequence[int] | None = None) -> BandPanel:
    """Read the panel of a snapshot, for all years of ended spells of which the total has every band.

    Parameters
    ----------
    snapshot : Snapshot
    group_by : {"all", "age", "origin", "sex"}
        The groups of `analysis.classifications.groups.LONG_TERM` and the total. A group of which the snapshot has no
        stock in any band is left out.
    cuts : sequence of int, optional
        Months between the bands; by default the finest scheme of which the total has exposure.

    Raises
    ------
    CallError
        When the bands do not fit the tables' classes, or ``group_by`` is unknown.
    CoverageError
        When no year has stocks by these bands.
    """
    groups = [TOTAL_GROUP, *chosen_groups(group_by, LONG_TERM)]
    years = list(ended_spells(snapshot)[0].periods.year.unique())
    for scheme in [tuple(cuts)] if cuts is not None else [FINE, COARSE]:
        panel = _panel(snapshot, groups, band_groups(scheme), scheme, years)
        total = panel.spells[panel.spells["dimension"] == "total"]
        whole = (total["missing"] == PRESENT).groupby(total["year"]).all()
        if whole.any():
            return replace(panel, spells=panel.spells[panel.spells["year"].map(whole)].reset_index(drop=True))
    raise CoverageError(
        f"snapshot {snapshot.name!r} does not have the stock by bands {name_some(scheme)} months around "
        f"{name_some(years)}; choose wider bands, such as {name_some(COARSE)}, or another snapshot."
    )


def _panel(snapshot: Snapshot, groups: list[Group], bands: tuple[Group, ...], cuts, years: list[int]) -> BandPanel:
    quarters = _quarters(snapshot)
    yearly = pd.PeriodIndex([str(year) for year in years], freq=FREQUENCY["year"])
    cells, stocks, spells = ended_spells(snapshot)[0], [], []
    for group in groups:
        columns = [stock_at(snapshot, quarters, group, band) for band in bands]
        if not any((column.missing == PRESENT).any() for column, _ in columns):
            continue
        printed = {f"over_{months}": _printed_over(cells, group, yearly, months) for months in (0, *COARSE)}
        for band, (column, table) in zip(bands, columns, strict=True):
            labels = {"dimension": group.dimension, "group": group.name, "band": band.name}
            stocks.append(_rows("stock", column, labels | {"quarter": quarters.astype(str), "tables": table}))
            try:
                ended = group_column(cells, "ended_spells", group, yearly, band)
            except CoverageError:
                ended = Rounded.absent(len(years), "ended spells")
            spells.append(_rows("ended", ended, labels | {"year": years, "tables": cells.table} | printed))
    if not stocks:
        raise CoverageError(f"snapshot {snapshot.name!r} has no stock by duration for any of these groups.")
    return panel_of_frames(pd.concat(stocks, ignore_index=True), pd.concat(spells, ignore_index=True), cuts)


def _printed_over(cells: Cells, group: Group, years: pd.PeriodIndex, months: int) -> np.ndarray:
    """Return the ended spells of a group that lasted so long, from the fewest cells; NaN where the table has none."""
    try:
        return group_column(cells, "ended_spells", group, years, duration_band(months)).value
    except CoverageError:
        return np.full(len(years), np.nan)


def _rows(count: str, column: Rounded, labels: dict) -> pd.DataFrame:
    return pd.DataFrame(range_columns(count, column) | {"missing": column.missing, "status": column.status} | labels)


def _quarters(snapshot: Snapshot) -> pd.PeriodIndex:
    known = pd.PeriodIndex([], freq=FREQUENCY["quarter"])
    for table, grain in STOCK_SOURCES:
        if table in snapshot:
            ends = read_cells(snapshot, table, grain).periods
            known = known.union(ends[ends.month % 3 == 0].asfreq(FREQUENCY["quarter"]))
    return known


def panel_of_frames(stocks: pd.DataFrame, spells: pd.DataFrame, cuts: Sequence[int] = FINE) -> BandPanel:
    """Return the panel of two frames: those of a snapshot, or of a simulation's exact counts.

    Parameters
    ----------
    stocks : DataFrame
        ``dimension, group, band, quarter`` (text such as ``2023Q4``) and ``stock`` (persons at its end).
    spells : DataFrame
        ``dimension, group, band, year`` and ``ended`` (ended spells of the year).
        Both may have the further columns of a `BandPanel`; without them figures are exact, final and present where they
        are no NaN.
    cuts : sequence of int
        Months between the bands.

    Raises
    ------
    DataError
        When the bands of the frames are not those between the cuts, a cell occurs twice, or a count is negative.
    """
    bands = tuple(band.name for band in band_groups(cuts))
    stocks, spells = _checked(stocks, "stock", "quarter", bands), _checked(spells, "ended", "year", bands)
    return BandPanel(tuple(cuts), bands, stocks, _with_exposure(stocks, spells))


def _checked(frame: pd.DataFrame, count: str, period: str, bands: tuple[str, ...]) -> pd.DataFrame:
    if set(frame["band"]) != set(bands):
        raise DataError(
            f"{count} by band: expected {name_some(bands, 8)}, found {name_some(frame['band'].unique(), 8)}."
        )
    if frame.duplicated([*CELL, period]).any():
        raise DataError(f"{count}: a cell of {', '.join(CELL)}, {period} occurs twice; expected one row a cell.")
    if (frame[count] < 0).any():
        raise DataError(f"{count}: found a negative number; expected counts.")
    known = np.where(frame[count].isna(), NOT_IN_SNAPSHOT, PRESENT)
    exact = {
        f"{count}_lo": frame[count],
        f"{count}_hi": frame[count],
        "missing": known,
        "status": FINAL,
        "tables": "",
    } | dict.fromkeys(PRINTED, np.nan)
    frame = frame.assign(**{name: value for name, value in exact.items() if name not in frame})
    columns = [*CELL, period, count, f"{count}_lo", f"{count}_hi", *PRINTED, "missing", "status", "tables"]
    return frame[columns].reset_index(drop=True)


def _with_exposure(stocks: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """Add the person-time of each year: from five quarter ends, or where no year of a cell has those, from its last."""
    quarters = [[f"{year - 1}Q4", *(f"{year}Q{number}" for number in range(1, 5))] for year in spells["year"]]
    row = np.repeat(np.arange(len(spells)), 5)
    ends = stock_column(stocks, spells[CELL].iloc[row].assign(quarter=np.ravel(quarters)))
    whole = pd.Series((ends.missing == PRESENT).reshape(-1, 5).all(axis=1))
    trapezoid = whole.groupby([spells[name].to_numpy() for name in CELL]).transform("any").to_numpy()
    weights = np.where(trapezoid[:, None], np.array(YEAR_WEIGHTS), _CLOSING_WEIGHTS).ravel()
    used = np.flatnonzero(weights)
    exposure = ends.take(used).sum_by(row[used], len(spells), weights[used])
    tables = stocks.groupby(CELL, sort=False)["tables"].first().reindex(pd.MultiIndex.from_frame(spells[CELL]))
    pairs = zip(spells["tables"], tables.fillna(""), strict=True)
    return spells.assign(
        **range_columns("exposure", exposure),
        basis=np.where(trapezoid, TRAPEZOID, CLOSING),
        status=[max(pair, key=STATUSES.index) for pair in zip(exposure.status, spells["status"], strict=True)],
        missing=spells["missing"].where(spells["missing"] != PRESENT, exposure.missing),
        tables=[join_tables(pair) for pair in pairs],
    )


def stock_column(stocks: pd.DataFrame, cells: pd.DataFrame) -> Rounded:
    """Return the stock of each cell (``dimension, group, band, quarter``), missing where the panel does not have it."""
    keys = [*CELL, "quarter"]
    found = stocks.set_index(keys).reindex(pd.MultiIndex.from_frame(cells[keys])).reset_index()
    return rounded_column(found, "stock", PERSONS, "missing")
