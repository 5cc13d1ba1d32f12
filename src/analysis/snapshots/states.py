"""The states of a table in a bank, and the cells of a key in each: from the index, or from a vintage that has it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from tqdm import tqdm

from analysis.errors import CoverageError, DataError, name_some
from analysis.snapshots.format import TableMetadata
from analysis.snapshots.history_index import (
    Coded,
    HistoryIndex,
    State,
    coded_cells,
    read_index,
    with_states,
    write_index,
)
from analysis.snapshots.store import Snapshot, report_damage

T = TypeVar("T")
_SILENT = 2.0
"""Seconds before a terminal shows how far the reading is."""


def state_of(vintage: Snapshot, table: str) -> State:
    """Return what tells the state of a table in a vintage from others: the digests of its data and metadata."""
    entry = vintage.entry(table)
    return entry.data.sha256, entry.metadata.sha256


def cells_with_status(snapshot: Snapshot, table: str, key: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the cells of a table, or those of a key, as text, with the status of each."""
    metadata = snapshot.metadata(table)
    _check_key(key or {}, metadata.columns(), f"snapshot {snapshot.name!r}, table {table}")
    cells = snapshot.cells(table, key=key)
    status = cells["status"] if "status" in cells else cells["period"].map(metadata.periods)
    return cells[metadata.columns()].assign(status=status)


def newest_metadata(dated: list[Snapshot], table: str) -> TableMetadata:
    """Return the metadata of a table in the newest vintage where they are whole.

    Raises
    ------
    CoverageError
        When they are in none; those that are damaged are then named on stderr.
    """
    faults = []
    for vintage in dated[::-1]:
        try:
            return vintage.metadata(table)
        except DataError as fault:
            faults.append(f"passed over: {fault}")
    report_damage(faults)
    raise CoverageError(f"table {table}: no vintage holds it; pull one.")


def cells_by_state(
    table: str, key: Mapping[str, str], dated: list[Snapshot], folder: Path
) -> tuple[pd.DataFrame, dict[State, np.ndarray]]:
    """Return the cells of a key in the states of a table, with the status of each, and which rows each state has.

    They come from the index in the folder of the snapshots. A state that it lacks is read and added, where the folder
    can be written; else its cells of the key are read. A vintage that cannot be read is named on stderr, and the next
    one that holds the state is read; without one the state is left out.

    Raises
    ------
    CoverageError
        When the table has not a column of the key.
    """
    holders: dict[State, list[Snapshot]] = {}
    for vintage in dated:
        holders.setdefault(state_of(vintage, table), []).append(vintage)
    index, unreadable = read_index(folder, table), set()
    lacking = [state for state in holders if index is None or state not in index.states]
    if lacking and len(holders) > 1 and os.access(folder, os.W_OK):
        columns = _columns(newest_metadata(dated, table))
        _check_key(key, columns, f"table {table}")
        index, unreadable = _with_lacking(index, table, columns, holders)
        if index:
            write_index(folder, table, index)
    frames, rows = [], {}
    if index:
        _check_key(key, index.columns, f"table {table}")
        found, rows = index.cells(key, holders)
        frames.append(found)
    for state in [state for state in holders if state not in rows and state not in unreadable]:
        read = _first_whole(holders[state], lambda vintage: cells_with_status(vintage, table, key))
        if read is not None:
            rows[state] = sum(map(len, frames)) + np.arange(len(read))
            frames.append(read)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(), rows


def _with_lacking(
    index: HistoryIndex | None, table: str, columns: list[str], holders: dict[State, list[Snapshot]]
) -> tuple[HistoryIndex | None, set[State]]:
    """Return the index with the states that it lacks and that have these columns, and those that cannot be read."""
    if index and index.columns != columns:
        index = None
    unreadable = set()

    def added() -> Iterator[tuple[State, Coded]]:
        lacking = [state for state in holders if index is None or state not in index.states]
        for state in tqdm(lacking, desc=f"{table}: states", disable=None, delay=_SILENT, leave=False):
            coded = _first_whole(holders[state], lambda vintage: _coded(vintage, table, columns))
            if coded:
                yield state, coded
            elif coded is None:
                unreadable.add(state)

    return with_states(index, added()), unreadable


def _columns(metadata: TableMetadata) -> list[str]:
    return [*metadata.columns(), "status"]


def _coded(vintage: Snapshot, table: str, columns: list[str]) -> Coded:
    """Return the cells of a table in a vintage; nothing when it has other columns."""
    return coded_cells(vintage, table) if _columns(vintage.metadata(table)) == columns else {}


def _first_whole(holders: list[Snapshot], read: Callable[[Snapshot], T]) -> T | None:
    """Return what can be read from the first vintage that is whole; those that are not are named on stderr."""
    for vintage in holders:
        try:
            return read(vintage)
        except CoverageError:
            raise
        except DataError as fault:
            report_damage([f"passed over: {fault}"])
    return None


def _check_key(key: Mapping[str, str], columns: list[str], position: str) -> None:
    known = [column for column in columns if column not in ("value", "status")]
    for column in key:
        if column not in known:
            raise CoverageError(f"{position}: no column {column!r}; known: {name_some(known)}.")
