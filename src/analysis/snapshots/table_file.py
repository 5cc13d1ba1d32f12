"""The data file of a table: Parquet (zstd), each column a dictionary of texts; and the digest of what it says.

The digest is of the cells as lines of text (CSV in UTF-8), not of the bytes of the file: another version of the
library, another compression or another checkout gives the same digest. It is what format 1 stored, byte by byte.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.errors import DataError
from analysis.files import sha256
from analysis.snapshots.format import RESTORE

if TYPE_CHECKING:
    import pandas as pd

_ROW_GROUP = 1 << 16
"""Rows that are stored together: who asks for one measure or class reads only the groups that have it."""
_ROWS_A_DIGEST = 1 << 18
"""Rows that are made lines at once: some 20 MB of text."""
_TEXTS = pa.dictionary(pa.int32(), pa.string())
_TO_QUOTE = re.compile('[,"\r\n]')


def cells_of_frame(frame: pd.DataFrame) -> pa.Table:
    """Return a frame of texts as columns of distinct texts, in the order of their codes."""
    import pandas as pd  # a quarter of a second that opening a manifest does not need

    factorized = {name: pd.factorize(frame[name], sort=True) for name in frame}
    return cells_of_codes({name: (numbers, list(texts)) for name, (numbers, texts) in factorized.items()})


def cells_of_codes(columns: Mapping[str, tuple[np.ndarray, Sequence[str]]]) -> pa.Table:
    """Return a table from the number of each cell's text and the texts, by column; texts not used are left out."""
    arrays = {}
    for name, (numbers, texts) in columns.items():
        used = np.bincount(numbers, minlength=len(texts)) > 0
        kept = (np.cumsum(used) - 1).astype(np.int32)
        arrays[name] = pa.DictionaryArray.from_arrays(
            kept[numbers], pa.array([text for text, use in zip(texts, used, strict=True) if use], pa.string())
        )
    return pa.table(arrays)


def write_cells(path: Path, cells: pa.Table) -> tuple[str, str]:
    """Write the cells of a table; return the digest of their content and the SHA-256 of the file."""
    data = parquet_bytes(cells)
    path.write_bytes(data)
    return content_digest_of(cells), sha256(data)


def parquet_bytes(cells: pa.Table) -> bytes:
    """Return the cells of a table as Parquet."""
    sink = pa.BufferOutputStream()  # a disk that is full is then named in the words of the system
    pq.write_table(cells, sink, compression="zstd", compression_level=9, row_group_size=_ROW_GROUP)
    return sink.getvalue().to_pybytes()


def content_digest_of(cells: pa.Table) -> str:
    """Return the SHA-256 of the cells as lines of text, in the order in which they stand."""
    digest = hashlib.sha256((",".join(map(_quoted, cells.column_names)) + "\n").encode())
    columns = [_quoted_texts(column) for column in cells.columns]
    for start in range(0, cells.num_rows, _ROWS_A_DIGEST):
        *keys, last = (texts.take(numbers.slice(start, _ROWS_A_DIGEST)) for texts, numbers in columns)
        ends = pc.binary_join_element_wise(last, "", "\n")
        lines = pc.binary_join_element_wise(*keys, ends, ",")
        digest.update(lines.buffers()[2])
    return digest.hexdigest()


def _quoted_texts(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Return the distinct texts of a column as they stand in a line, and for each cell the number of its text."""
    array = column.unify_dictionaries().combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), [""])
    return pa.array([_quoted(text) for text in array.dictionary.to_pylist()], pa.string()), array.indices


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _TO_QUOTE.search(text) else text


def read_cells_file(
    data: bytes, position: str, rows: int, columns: Sequence[str] | None = None, key: Mapping[str, str] | None = None
) -> pa.Table:
    """Read the cells of a table, or those of a key in some columns.

    Parameters
    ----------
    data : bytes
        The file, its SHA-256 checked already.
    position : str
        What messages call it.
    rows : int
        How many rows it has to have.
    columns : sequence of str, optional
        The columns to read; by default all.
    key : mapping of str to str, optional
        Only the rows with these texts, by column.

    Raises
    ------
    DataError
        When it is no Parquet, has another number of rows, or a column that is no dictionary of texts.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        if file.metadata.num_rows != rows:
            raise DataError(f"{position}: expected {rows} rows, found {file.metadata.num_rows}. {RESTORE}")
        wrong = [field.name for field in file.schema_arrow if field.type != _TEXTS]
        if wrong:
            raise DataError(
                f"{position}: expected texts in every column, found others in {', '.join(wrong)}. {RESTORE}"
            )
        if not key:
            return file.read(columns)
        groups = [number for number in range(file.num_row_groups) if _may_have(file.metadata.row_group(number), key)]
        return _with_codes(file.read_row_groups(groups), key).select(columns or file.schema_arrow.names)
    except pa.ArrowException as fault:
        raise DataError(f"{position}: the data file cannot be read ({fault}). {RESTORE}") from fault


def _may_have(group: pq.RowGroupMetaData, key: Mapping[str, str]) -> bool:
    """Tell whether a group of rows may have cells of a key, by the least and greatest text of each column."""
    for number in range(group.num_columns):
        column = group.column(number)
        code, found = key.get(column.path_in_schema), column.statistics
        if code is not None and found is not None and found.has_min_max and not found.min <= code <= found.max:
            return False
    return True


def _with_codes(cells: pa.Table, key: Mapping[str, str]) -> pa.Table:
    """Return the rows with these codes, found by their numbers among the texts of each column."""
    chosen = np.ones(cells.num_rows, bool)
    for name, code in key.items():
        column, at = cells[name], 0
        for chunk in column.chunks:
            number = pc.index(chunk.dictionary, code).as_py()
            chosen[at : at + len(chunk)] &= chunk.indices.to_numpy() == number
            at += len(chunk)
    return cells.take(np.flatnonzero(chosen))


def texts_of(cells: pa.Table) -> pd.DataFrame:
    """Return cells as a frame of plain texts, for few of them."""
    return pa.table({name: cells[name].cast(pa.string()) for name in cells.column_names}).to_pandas()
