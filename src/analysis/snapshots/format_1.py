"""Data files of format 1: CSV. They are read as they always were; `convert` makes Parquet of them."""

import io
import warnings
from collections import defaultdict

import pandas as pd

from analysis.errors import DataError
from analysis.snapshots.format import RESTORE, TableMetadata


def read_csv_cells(data: bytes, position: str, rows: int, metadata: TableMetadata) -> pd.DataFrame:
    """Return the cells of a table as categories of texts.

    Raises
    ------
    DataError
        When the file is no table of text, or has another number of rows or of fields a row.
    """
    try:
        frame = _frame(data, {name: pd.CategoricalDtype(codes) for name, codes in metadata.codes().items()})
    except (ValueError, Warning):  # also a code that the metadata lack, which the reader of cells names
        try:
            frame = _frame(data, {})
        except (ValueError, Warning) as fault:
            raise DataError(f"{position}: the data file cannot be read ({fault}). {RESTORE}") from fault
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes the first of too many fields for an index
        raise DataError(f"{position}: expected {len(frame.columns)} fields a row, found more. {RESTORE}")
    if len(frame) != rows:
        raise DataError(f"{position}: expected {rows} rows, found {len(frame)}. {RESTORE}")
    return frame.astype({name: "category" for name in frame if not isinstance(frame[name].dtype, pd.CategoricalDtype)})


def _frame(data: bytes, known: dict[str, pd.CategoricalDtype]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return pd.read_csv(
            io.BytesIO(data), dtype=defaultdict(lambda: str, known), keep_default_na=False, na_filter=False
        )
