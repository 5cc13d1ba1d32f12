"""Stored text to cells: one row a cell, with value or reason, period, status, unit and rounding."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL, USUAL_TOTALS
from analysis.classifications.selection import unknown_dimension, unknown_group
from analysis.cleaning.numbers import parse_numbers
from analysis.cleaning.periods import SPAN, parse_periods
from analysis.errors import CallError, CoverageError, DataError, MixedUnitsError, did_you_mean, name_some
from analysis.intervals.cell_pool import CellPool
from analysis.intervals.rounded import Rounded
from analysis.missing import FINAL, NO_FIGURE, NOT_IN_SNAPSHOT, STATUSES
from analysis.snapshots.format import Measure, TableMetadata, grain_of_code
from analysis.snapshots.store import RawTable, Snapshot, table_facts
from analysis.summary import SelfDescribing, Summary

# The units of these quantities, in every table: a flow in persons, or a stock in another unit, would give wrong ratios.
UNITS = {
    **dict.fromkeys(("inflow", "reinflow", "outflow", "inflow_mean", "outflow_mean"), ("moments",)),
    **dict.fromkeys(("reinflow_share", "stock_share"), ("percent",)),
    "stock": ("persons", "thousand persons"),
    "benefits": ("benefits", "thousand benefits"),
    "ended_spells": ("ended spells",),
    **dict.fromkeys(("population", "mean_population"), ("inhabitants",)),
    "labour_force": ("thousand persons",),
}
_SMALL = 50_000  # rows of a table that is kept when it was only checked: five megabytes
_FEW = 20  # cells looked up one by one cost some 30 microseconds each, an index of them some four milliseconds


@dataclass(frozen=True, eq=False, repr=False)
class Cells(SelfDescribing):
    """The cells of a table at one grain.

    ``frame`` holds one row a cell: ``table, measure, <dimensions as codes>, period, value, missing, status, unit,
    rounding``. It is shared between callers: read it, never write to it. ``key`` is what no other table's cells have,
    ``absent`` why a cell that is not there is missing.
    """

    table: str
    metadata: TableMetadata
    frame: pd.DataFrame
    key: str
    absent: str

    def summary(self) -> Summary:
        """Return what the cells are of, and how to look one up."""
        title = f"Cells of table {self.table} ({self.key})"
        return Summary(title, table_facts(self.metadata), "cells.look_up(quantity, cells.periods); cells.frame")

    @property
    def periods(self) -> pd.PeriodIndex:
        """The periods that have cells, sorted."""
        return pd.PeriodIndex(self.frame["period"].unique()).sort_values()

    def measure(self, quantity: str) -> Measure:
        """Return the measure of a quantity; a CoverageError names those that the table has."""
        known = {measure.quantity: measure for measure in reversed(self.metadata.measures)}
        if quantity not in known:
            raise CoverageError(f"table {self.table} does not measure {quantity!r}; {did_you_mean(quantity, known)}.")
        return known[quantity]

    def categories(self, dimension: str) -> dict[str, str]:
        """Return the categories of a dimension of this table, each with its code; a code without one is its own."""
        if dimension not in self.classes:
            raise CoverageError(f"table {self.table}: {unknown_dimension(dimension, self.classes)}")
        return self.classes[dimension]

    def has(self, **categories: str) -> bool:
        """Tell whether the table distinguishes all these categories."""
        return all(category in self.classes.get(dimension, ()) for dimension, category in categories.items())

    def look_up(self, quantity: str, periods: pd.PeriodIndex, **categories: str) -> Rounded:
        """Return one number a period for a quantity and these categories; of other dimensions the total is taken.

        A cell that the table does not have is ``not_in_snapshot``, or ``no_figure`` where the table is here in full.

        Raises
        ------
        CoverageError
            When the table does not measure the quantity or does not know a category.
        """
        measure = self.measure(quantity)
        named = dict.fromkeys(self.classes, "") | categories
        key = (measure.code, *(self.code(dimension, category) for dimension, category in named.items()))
        if len(periods) <= _FEW:
            rows = np.array([self._row((*key, period)) for period in periods], dtype=np.intp)
        else:
            keys = pd.MultiIndex.from_arrays([*([part] * len(periods) for part in key), periods])
            rows = self._index.get_indexer(keys)
        return Rounded.of_cells(self.pool, np.where(rows < 0, len(self.frame), rows), measure.unit)

    def code(self, dimension: str, category: str = "") -> str:
        """Return the code of a category, or of the total; a CoverageError names the categories that the table has."""
        known = self.categories(dimension)
        for name in [category] if category else USUAL_TOTALS:
            if name in known:
                return known[name]
        raise CoverageError(f"table {self.table}: {unknown_group(dimension, category or TOTAL, known)}")

    def _row(self, key: tuple) -> int:
        try:
            return int(self._index.get_loc(key))
        except KeyError:
            return -1

    @cached_property
    def pool(self) -> CellPool:
        """The intervals of the cells; the last entry stands for every cell that the snapshot does not have."""
        value, half = self.frame["value"].to_numpy(), self.frame["rounding"].to_numpy() / 2
        signed = self.frame["measure"].map({each.code: each.signed for each in self.metadata.measures}).to_numpy(bool)
        lo = np.where(signed, value - half, np.maximum(value - half, 0.0))  # no count lies below zero
        columns = {"value": value, "lo": lo, "hi": value + half}
        padded = {name: np.append(column, np.nan) for name, column in columns.items()}
        missing = np.append(self.frame["missing"].to_numpy(object), self.absent)
        status = np.append(pd.Categorical(self.frame["status"], categories=STATUSES).codes.astype(int), 0)
        return CellPool((self.key,), (len(missing),), missing=missing, status=status, **padded)

    @cached_property
    def classes(self) -> dict[str, dict[str, str]]:
        """The classes of the table, as from `classes_of`."""
        return classes_of(self.metadata)

    @cached_property
    def _index(self) -> pd.MultiIndex:
        return pd.MultiIndex.from_frame(self.frame[_key_columns(self.metadata)])


def classes_of(metadata: TableMetadata) -> dict[str, dict[str, str]]:
    """Return the classes of a table by dimension, each with its code: categories, or codes that mean none."""
    return {
        dimension.name: {code.category or code.code: code.code for code in dimension.codes}
        for dimension in metadata.dimensions
    }


@lru_cache(maxsize=96)
def read_cells(snapshot: Snapshot, table: str, grain: str | None = None) -> Cells:
    """Read a table of a snapshot into cells; a second call returns the same object.

    Parameters
    ----------
    snapshot : Snapshot
    table : str
        Table id.
    grain : {"month", "quarter", "year"}, optional
        Needed when the table has periods of several grains: a yearly mean and a month's end are different quantities.

    Raises
    ------
    CoverageError
        When the snapshot lacks the table, or the table the grain.
    DataError
        When a cell is no number, occurs twice, or carries a code, measure or status the metadata do not know.
    """
    if grain is None and len(grains := snapshot.metadata(table).grains()) == 1:
        return read_cells(snapshot, table, *grains)
    raw = snapshot.table(table)
    _check_units(raw)
    frame, grain = _one_grain(raw, grain)
    _check_codes(raw, frame)
    _check_duplicates(raw, frame)
    measures = {measure.code: measure for measure in raw.metadata.measures}
    value, missing = _numbers(raw, frame)
    status = frame["status"] if "status" in frame else frame["period"].map(raw.metadata.periods)
    if not status.isin(STATUSES).all():
        raise DataError(f"{raw.name}: expected a status of {', '.join(STATUSES)} for each cell.")
    width = _rounding(raw, frame, status, value)
    signed = frame["measure"].map({code: measure.signed for code, measure in measures.items()}).to_numpy(bool)
    _check_values(raw, frame, signed, value, width)
    with _naming(f"{raw.name}, column period"):
        periods = parse_periods(frame["period"])
    cells = frame.drop(columns=["value", "status", "rounding"], errors="ignore").assign(
        table=table,
        period=periods,
        value=value,
        missing=missing,
        status=status,
        unit=frame["measure"].map({code: measure.unit for code, measure in measures.items()}),
        rounding=width,
    )
    cells = cells[["table", *_key_columns(raw.metadata), "value", "missing", "status", "unit", "rounding"]]
    key = f"{snapshot.digest[:12]}/{table}/{grain}"
    return Cells(table, raw.metadata, cells, key, NO_FIGURE if raw.entry.coverage == "full" else NOT_IN_SNAPSHOT)


def check_cells(snapshot: Snapshot, table: str) -> None:
    """Read a table in all its grains as `read_cells` does, and keep small ones: all of real tables take a gigabyte.

    Raises
    ------
    CoverageError, DataError
        As `read_cells`.
    """
    for grain in snapshot.metadata(table).grains():
        (read_cells if snapshot.entry(table).rows <= _SMALL else read_cells.__wrapped__)(snapshot, table, grain)


def _check_units(raw: RawTable) -> None:
    for measure in raw.metadata.measures:
        known = UNITS.get(measure.quantity, (measure.unit,))
        if measure.unit not in known:
            raise MixedUnitsError(
                f"{raw.name}, column {measure.code}: {measure.quantity} counts {' or '.join(known)}, "
                f"found {measure.unit!r}."
            )


def _key_columns(metadata: TableMetadata) -> list[str]:
    return ["measure", *(dimension.name for dimension in metadata.dimensions), "period"]


def _one_grain(raw: RawTable, grain: str | None) -> tuple[pd.DataFrame, str]:
    """Return the rows of a grain and its name, the same whether the grain was named or is the only one."""
    of_code = {code: grain_of_code(code) for code in raw.frame["period"].unique()}
    odd = {code for code, name in of_code.items() if name == "other" and not SPAN.fullmatch(code)}
    if unknown := sorted(odd | of_code.keys() - raw.metadata.periods.keys()):
        raise DataError(f"{raw.name}, column period: {name_some(unknown)} is no period of this table.")
    grains = sorted(set(of_code.values()))
    if grain is None and len(grains) > 1:
        raise CallError(f"{raw.name}: has periods of {name_some(grains)}; name the grain to read.")
    if grain is not None and grain not in grains:
        raise CoverageError(f"{raw.name}: expected periods by {grain}, found {name_some(grains) or 'none'}.")
    if len(grains) <= 1:
        return raw.frame, "".join(grains)
    return raw.frame[raw.frame["period"].map(of_code) == grain].reset_index(drop=True), str(grain)


def _check_codes(raw: RawTable, frame: pd.DataFrame) -> None:
    known = {"measure": {measure.code for measure in raw.metadata.measures}}
    known |= {dimension.name: {code.code for code in dimension.codes} for dimension in raw.metadata.dimensions}
    for column, codes in known.items():
        if unknown := sorted(set(frame[column].unique()) - codes):
            raise DataError(f"{raw.name}, column {column}: code {name_some(unknown)} is not in the table's metadata.")


def _check_duplicates(raw: RawTable, frame: pd.DataFrame) -> None:
    keys = _key_columns(raw.metadata)
    twice = frame[frame.duplicated(keys, keep=False)]
    if len(twice):
        cell = ", ".join(f"{key} {twice.iloc[0][key]}" for key in keys)
        raise DataError(f"{raw.name}: expected each cell once, found {len(twice)} rows for the same cells ({cell}).")


@contextmanager
def _naming(column: str) -> Iterator[None]:
    """Put the name of the column before the message of a DataError."""
    try:
        yield
    except DataError as fault:
        raise DataError(f"{column}: {fault}") from fault


def _numbers(raw: RawTable, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    try:
        return parse_numbers(frame["value"])
    except DataError:  # slow, to name the first wrong cell
        for measure, period, text in zip(frame["measure"], frame["period"], frame["value"], strict=True):
            with _naming(f"{raw.name}, column {measure}, period {period}"):
                parse_numbers([text])
        raise


def _check_values(raw: RawTable, frame: pd.DataFrame, signed: np.ndarray, value: np.ndarray, width: np.ndarray) -> None:
    """Refuse a count below zero, a figure without end, and a rounding that is no width."""
    wrong = {
        "a count below zero": ~signed & (value < 0),
        "a number too large to hold": np.isinf(value),
        "a rounding that is no width": ~np.isfinite(width) | (width < 0),
    }
    for what, having in wrong.items():
        if having.any():
            row = frame.iloc[int(np.argmax(having))]
            cell = f"{raw.name}, column {row['measure']}, period {row['period']}"
            raise DataError(f"{cell}: expected a count, found {what} ({row['value'][:20]}).")


def _rounding(raw: RawTable, frame: pd.DataFrame, status: pd.Series, value: np.ndarray) -> np.ndarray:
    """Return the width of each cell's interval: its own where the file gives one, else that of its measure."""
    measures = raw.metadata.measures
    fine = {measure.code: measure.rounding for measure in measures}
    coarse = {measure.code: measure.provisional_rounding or measure.rounding for measure in measures}
    width, wide = frame["measure"].map(fine).to_numpy(float), frame["measure"].map(coarse).to_numpy(float)
    # a provisional cell that is no multiple of the coarse step was printed finer (82015NED, ** of early 2021)
    with np.errstate(invalid="ignore"):  # a number without end is refused by its own check
        width = np.where((status != FINAL) & (value % wide == 0), wide, width)
    if "rounding" not in frame:
        return width
    with _naming(f"{raw.name}, column rounding"):
        own, _ = parse_numbers(frame["rounding"])
    return np.where(np.isnan(own), width, own)
