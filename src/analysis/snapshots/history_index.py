"""All states of a table in one file beside the vintages: a cell is followed without reading each of them.

The file is derived from the vintages. A row is a cell as one state has it, or several states one after the other; a
state is known by the digests of its data and metadata. The file begins with a SHA-256 of the rest: one that is lost,
damaged or of another format is made again, and a state that it lacks is read and added.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.files import PARTIAL, sha256
from analysis.snapshots.store import Snapshot
from analysis.snapshots.table_file import cells_of_codes, parquet_bytes, read_cells_file, texts_of

FORMAT = 1
FOLDER = ".history"
"""In the folder of the snapshots; a name that no snapshot can have."""
_STATES = "states of the table"
"""The column that says of which states a row is, by the numbers of the first and the last; no other has blanks."""
_LARGEST_ID = 1 << 62

State = tuple[str, str]
Coded = dict[str, tuple[np.ndarray, list[str]]]
"""The number of each cell's text and the texts, by column."""


@dataclass(frozen=True, eq=False)
class HistoryIndex:
    """The states of a table: their numbers by digest, the columns, and the rows as Parquet."""

    states: dict[State, int]
    columns: list[str]
    rows: int
    data: bytes

    def cells(self, key: Mapping[str, str], states: Iterable[State]) -> tuple[pd.DataFrame, dict[State, np.ndarray]]:
        """Return the rows of a key as texts, and which of them each of some states has, of those in the index."""
        found = texts_of(read_cells_file(self.data, "history", self.rows, None, key))
        first, last = _first_and_last(found.pop(_STATES))
        numbers = {state: self.states[state] for state in states if state in self.states}
        return found, {state: np.flatnonzero((first <= n) & (n <= last)) for state, n in numbers.items()}

    def to_bytes(self) -> bytes:
        """Return the file: a SHA-256 of all that follows, a line that describes the rows, and the rows."""
        about = {"format": FORMAT, "columns": self.columns, "rows": self.rows, "states": list(self.states)}
        rest = json.dumps(about).encode() + b"\n" + self.data
        return sha256(rest).encode() + b"\n" + rest


def read_index(folder: Path, table: str) -> HistoryIndex | None:
    """Return the index of a table in the folder of the snapshots, or None where there is none that holds."""
    path = _path(folder, table)
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        digest, _, rest = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if sha256(rest).encode() != digest:
        return None
    line, _, data = rest.partition(b"\n")
    about = json.loads(line)
    if about["format"] != FORMAT:
        return None
    states = {(content, metadata): number for number, (content, metadata) in enumerate(about["states"])}
    return HistoryIndex(states, about["columns"], about["rows"], data)


def write_index(folder: Path, table: str, index: HistoryIndex) -> None:
    """Keep the index of a table; where the bank cannot be written or is full, none is kept and nothing is lost."""
    path = _path(folder, table)
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        handle, staging = tempfile.mkstemp(prefix=f".{table}.", suffix=PARTIAL, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(index.to_bytes())
            os.chmod(staging, 0o644)
            os.replace(staging, path)
        finally:
            Path(staging).unlink(missing_ok=True)


def coded_cells(vintage: Snapshot, table: str) -> Coded:
    """Return the cells of a table in a vintage, with the status of each, as numbers and texts; checked as stored."""
    raw = vintage.table(table)
    columns = [*raw.metadata.columns(), *(["status"] if "status" in raw.frame else [])]
    coded = {name: (raw.frame[name].cat.codes.to_numpy(), list(raw.frame[name].cat.categories)) for name in columns}
    if "status" not in coded:
        numbers, periods = coded["period"]
        unknown = sorted(set(periods) - set(raw.metadata.periods))
        if unknown:
            raise DataError(f"{raw.name}, column period: {unknown[0]!r} is not in the metadata.")
        coded["status"] = (numbers, [raw.metadata.periods[period] for period in periods])
    return coded


def with_states(index: HistoryIndex | None, added: Iterable[tuple[State, Coded]]) -> HistoryIndex | None:
    """Return an index with further states, all of the same columns; None when there is no state."""
    states = dict(index.states) if index else {}
    rows = _Rows.of(index) if index else None
    for state, coded in added:
        rows = _Rows.without_cells(coded) if rows is None else rows
        rows.add(len(states), coded)
        states[state] = len(states)
    if rows is None or len(states) == len(index.states if index else {}):
        return index
    coded = rows.sorted()
    return HistoryIndex(states, list(rows.numbers), len(rows.first), parquet_bytes(cells_of_codes(coded)))


class _Rows:
    """The rows of an index while states are added: texts as numbers, and of which states each row is."""

    def __init__(self, numbers: dict[str, np.ndarray], texts: dict[str, dict[str, int]], first: np.ndarray,
                 last: np.ndarray) -> None:  # fmt: skip
        self.numbers, self.texts, self.first, self.last = numbers, texts, first, last
        self.latest = np.empty(0, np.int64)
        """The rows of the state that was added last, in the order of its cells where that is known."""

    @classmethod
    def of(cls, index: HistoryIndex) -> _Rows:
        frame = read_cells_file(index.data, "history", index.rows).to_pandas()
        first, last = _first_and_last(frame.pop(_STATES))
        numbers = {name: frame[name].cat.codes.to_numpy().astype(np.int32) for name in frame}
        rows = cls(numbers, {name: _numbered(frame[name].cat.categories) for name in frame}, first, last)
        rows.latest = np.flatnonzero(last == len(index.states) - 1)
        return rows

    @classmethod
    def without_cells(cls, coded: Coded) -> _Rows:
        none = np.empty(0, np.int32)
        return cls(dict.fromkeys(coded, none), {name: {} for name in coded}, none, none)

    def add(self, state: int, coded: Coded) -> None:
        """Add a state: a row that it shares with the state before goes on, one that only it has begins."""
        new = {name: self._renumbered(name, *coded[name]) for name in self.numbers}
        count = len(new["value"])
        going_on = np.full(count, -1)  # the row of the index that each cell of the new state continues
        if count == len(self.latest):  # most states change some cells of the one before, in the same order
            same = np.logical_and.reduce([self.numbers[name][self.latest] == new[name] for name in new])
            going_on[same] = self.latest[same]
        is_open = np.zeros(len(self.first), bool)
        is_open[self.latest], is_open[going_on[going_on >= 0]] = True, False
        open_rows, cells = np.flatnonzero(is_open), np.flatnonzero(going_on < 0)
        ids = _row_ids(
            [np.concatenate([self.numbers[name][open_rows], new[name][cells]]) for name in new],
            [len(self.texts[name]) for name in new],
        )
        before, after = ids[: len(open_rows)], ids[len(open_rows) :]
        if len(before) and len(after):
            order = np.argsort(before)
            at = np.minimum(np.searchsorted(before, after, sorter=order), len(before) - 1)
            match = order[at]
            found = before[match] == after
            going_on[cells[found]] = open_rows[match[found]]
        self.last[going_on[going_on >= 0]] = state
        fresh = np.flatnonzero(going_on < 0)
        going_on[fresh] = len(self.first) + np.arange(len(fresh))
        began = np.full(len(fresh), state, np.int32)
        self.numbers = {name: np.concatenate([self.numbers[name], new[name][fresh]]) for name in new}
        self.first, self.last = np.concatenate([self.first, began]), np.concatenate([self.last, began])
        self.latest = going_on

    def sorted(self) -> Coded:
        """Return the rows in the order of their codes, so that the cells of a key lie together."""
        keys = [name for name in self.numbers if name not in ("value", "status")]
        ranks = []
        for name in keys:
            rank = np.empty(len(self.texts[name]), np.int64)
            rank[np.argsort(list(self.texts[name]))] = np.arange(len(rank))
            ranks.append(rank[self.numbers[name]])
        order = np.lexsort((self.first, _row_ids(ranks, [len(self.texts[name]) for name in keys])))
        spans, numbers = np.unique(self.first.astype(np.int64) << 32 | self.last, return_inverse=True)
        texts = [f"{span >> 32}-{span & 0xFFFFFFFF}" for span in spans.tolist()]
        coded = {name: (numbers[order], list(self.texts[name])) for name, numbers in self.numbers.items()}
        return coded | {_STATES: (numbers[order], texts)}

    def _renumbered(self, name: str, numbers: np.ndarray, texts: list[str]) -> np.ndarray:
        known = self.texts[name]
        return np.array([known.setdefault(text, len(known)) for text in texts], np.int32)[numbers]


def _row_ids(columns: list[np.ndarray], sizes: list[int]) -> np.ndarray:
    """Return a number for each row that is the same where all columns are, in the order of the columns."""
    ids, size = np.zeros(len(columns[0]), np.int64), 1
    for numbers, count in zip(columns, sizes, strict=True):
        if size * count >= _LARGEST_ID:
            distinct, ids = np.unique(ids, return_inverse=True)
            size = len(distinct)
        ids, size = ids * count + numbers, size * count
    return ids


def _first_and_last(spans: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    numbers, texts = pd.factorize(spans)
    bounds = np.array([text.split("-") for text in texts], np.int32).reshape(-1, 2)
    return bounds[numbers, 0], bounds[numbers, 1]


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(texts)}


def _path(folder: Path, table: str) -> Path:
    return folder / FOLDER / f"{table}.index"
