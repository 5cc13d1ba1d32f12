"""Opening snapshots: names are checked, formats are checked, and every read is checked against its SHA-256."""

from __future__ import annotations

import io
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

from analysis.errors import CallError, CoverageError, DataError, did_you_mean
from analysis.files import sha256
from analysis.snapshots.format import (
    OPTIONAL_COLUMNS,
    Manifest,
    TableEntry,
    TableMetadata,
    manifest_from,
    metadata_from,
    read_content,
)

MANIFEST = "manifest.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_RESERVED = ("live", "latest")


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as stored: one row a cell, every column text, nothing interpreted yet."""

    snapshot: str
    entry: TableEntry
    metadata: TableMetadata
    frame: pd.DataFrame

    @property
    def name(self) -> str:
        """The snapshot and table, for messages."""
        return f"snapshot {self.snapshot!r}, table {self.entry.id}"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A named, immutable state of tables. Open one with `analysis.workspace.open_snapshot`.

    The codes of a ``categorical`` one are read as categories: a fraction of memory and time for one who only checks it.
    """

    name: str
    folder: Path
    manifest: Manifest
    categorical: bool = False

    @property
    def kind(self) -> str:
        """``published``, ``dated`` or ``simulated``."""
        return self.manifest.kind

    @cached_property
    def digest(self) -> str:
        """One SHA-256 for the whole snapshot."""
        return self.manifest.digest()

    def __contains__(self, table: str) -> bool:
        return table in self.manifest.tables

    def entry(self, table: str) -> TableEntry:
        """Return what the manifest says of a table.

        Raises
        ------
        CoverageError
            When the snapshot has no such table.
        """
        if table not in self.manifest.tables:
            raise CoverageError(
                f"snapshot {self.name!r} does not hold table {table}; {did_you_mean(table, self.manifest.tables)}. "
                "Pull a snapshot that covers it, or choose another table."
            )
        return self.manifest.tables[table]

    def metadata(self, table: str) -> TableMetadata:
        """Return the metadata of a table, checked against their SHA-256."""
        record = self.entry(table).metadata
        position = f"snapshot {self.name!r}, table {table}, file {record.file}"
        return metadata_from(read_content(self._read(record.file, record.sha256), position), position)

    def table(self, table: str) -> RawTable:
        """Return a table as stored, checked against its SHA-256, its row count and its columns.

        Raises
        ------
        CoverageError
            When the snapshot has no such table.
        DataError
            When a file is lost or changed, or a column or row is missing.
        """
        import pandas as pd  # half a second: whoever only names or makes snapshots need not wait for it

        entry, metadata = self.entry(table), self.metadata(table)
        data = self._read(entry.data.file, entry.data.sha256)
        codes = metadata.codes() if self.categorical else {}
        known = {name: pd.CategoricalDtype(listed) for name, listed in codes.items()}
        known |= {"value": pd.CategoricalDtype()} if self.categorical else {}
        options = {"dtype": defaultdict(lambda: str, known), "keep_default_na": False, "na_filter": False}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                frame = pd.read_csv(io.BytesIO(data), **options)
        except (ValueError, Warning) as fault:  # a row of another length, bytes that are no UTF-8
            if self.categorical:  # or a code that the metadata lack: who reads text names it
                return replace(self, categorical=False).table(table)
            raise DataError(
                f"snapshot {self.name!r}, table {table}: the data file cannot be read ({fault})."
            ) from fault
        raw = RawTable(self.name, entry, metadata, frame)
        _check_columns(raw)
        if not isinstance(frame.index, pd.RangeIndex):  # pandas takes the first of too many fields for an index
            raise DataError(
                f"{raw.name}: expected {len(frame.columns)} fields a row, found more. Restore it or pull again."
            )
        if len(frame) != entry.rows:
            raise DataError(f"{raw.name}: expected {entry.rows} rows, found {len(frame)}. Restore it or pull again.")
        return raw

    def verify(self) -> None:
        """Read every file of the snapshot once; raise a DataError on the first that is lost or changed."""
        for table in self.manifest.tables:
            self.table(table)

    def _read(self, file: str, expected: str) -> bytes:
        # a manifest names files of its own folder, whatever it says
        data = _bytes_of(self.folder / Path(file).name, f"snapshot {self.name!r}: file {file}")
        found = sha256(data)
        if found != expected:
            raise DataError(
                f"snapshot {self.name!r}: file {file} was changed: expected SHA-256 {expected[:12]}…, found "
                f"{found[:12]}…. Nothing was read from it; restore it from git or pull again."
            )
        return data


def read_snapshot(name: str, folder: Path) -> Snapshot:
    """Read the manifest of a snapshot that lies in a folder; raises what `analysis.workspace.open_snapshot` raises."""
    known = snapshot_names(folder)
    if check_name(name) not in known:
        raise CallError(f"snapshot {name!r} is unknown; {did_you_mean(name, known)}.")
    path = folder / name / MANIFEST
    position = f"snapshot {name!r}, {MANIFEST}"
    manifest = manifest_from(read_content(_bytes_of(path, position), position), position)
    if manifest.name != name:
        raise DataError(
            f"{position}: expected the name {name!r}, found {manifest.name!r}. A snapshot is never renamed."
        )
    return Snapshot(name, path.parent, manifest)


def _bytes_of(path: Path, position: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise DataError(f"{position} cannot be read ({fault.strerror}). Restore it or pull again.") from fault


def snapshot_names(folder: Path) -> list[str]:
    """Return the names of all snapshots in a folder, sorted."""
    return sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}") if _NAME.fullmatch(path.parent.name))


def dated_snapshots(folder: Path) -> list[Snapshot]:
    """Return the vintages in a folder, the oldest first."""
    opened = (read_snapshot(name, folder) for name in snapshot_names(folder))
    return in_order(snapshot for snapshot in opened if snapshot.kind == "dated")


def in_order(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Return snapshots by age, the oldest first."""
    return sorted(snapshots, key=lambda snapshot: (snapshot.manifest.created, snapshot.name))


def check_name(name: str) -> str:
    """Return ``name`` when it can be the name of a snapshot; a path, an empty text or a hidden name is refused."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or ".." in name:
        raise CallError(
            f"snapshot name {name!r} is not a name: expected lower-case letters, digits, dots, dashes and underscores "
            "without a path. Snapshots live in data/snapshots and are called by their name alone."
        )
    return name


def check_new_name(name: str) -> str:
    """Return ``name`` when a new snapshot can have it: names that are resolved at opening stand for others."""
    if check_name(name) in _RESERVED:
        raise CallError(f"snapshot name {name!r} stands for another snapshot and cannot be given; choose another.")
    return name


def _check_columns(raw: RawTable) -> None:
    expected, found = raw.metadata.columns(), list(raw.frame.columns)
    missing = [column for column in expected if column not in found]
    unexpected = [column for column in found if column not in expected and column not in OPTIONAL_COLUMNS]
    if missing or unexpected:
        raise DataError(
            f"{raw.name}: expected column {', '.join(missing) or '(all there)'}, "
            f"found {', '.join(unexpected) or 'nothing'} instead. The file and its metadata do not belong together."
        )
