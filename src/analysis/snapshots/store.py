"""Opening snapshots: names are checked, formats are checked, and every read is checked against its SHA-256."""

from __future__ import annotations

import re
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

from analysis.errors import CallError, CoverageError, DataError, WorkbenchError, did_you_mean, name_some
from analysis.files import sha256
from analysis.snapshots.format import (
    FORMAT,
    METADATA_FORMAT,
    OPTIONAL_COLUMNS,
    RESTORE,
    FileRecord,
    Manifest,
    TableEntry,
    TableMetadata,
    manifest_from,
    metadata_from,
    read_content,
)
from analysis.summary import SelfDescribing, Summary

MANIFEST = "manifest.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
PRACTICE = "practice"
"""The simulated snapshot that is made when it is first opened (`analysis.simulation.practice`)."""
_RESERVED = ("live", "latest", PRACTICE)
_LARGEST_MANIFEST = 1 << 24
"""Bytes; a manifest of 100 tables has 80 thousand. What is larger is none, and is not read into memory."""
_LARGEST_FILE = 1 << 31


@dataclass(frozen=True, eq=False, repr=False)
class RawTable(SelfDescribing):
    """A table as stored: one row a cell, every column categories of text, nothing interpreted yet."""

    snapshot: str
    entry: TableEntry
    metadata: TableMetadata
    frame: pd.DataFrame

    @property
    def name(self) -> str:
        """The snapshot and table, for messages."""
        return f"snapshot {self.snapshot!r}, table {self.entry.id}"

    def summary(self) -> Summary:
        """Return what the table holds, as stored."""
        facts = table_facts(self.metadata) | _provenance(self.snapshot, self.entry)
        step = f"read_cells(source, {self.entry.id!r}) from analysis.cleaning.cells reads its numbers"
        return Summary(f"Table {self.entry.id}: {self.entry.title}", facts, step)


@dataclass(frozen=True, eq=False, repr=False)
class Snapshot(SelfDescribing):
    """A named, immutable state of tables. Open one with `analysis.workspace.open_snapshot`."""

    name: str
    folder: Path
    manifest: Manifest

    @property
    def kind(self) -> str:
        """``published``, ``dated`` or ``simulated``."""
        return self.manifest.kind

    def summary(self) -> Summary:
        """Return what the snapshot holds and where it comes from."""
        entries = list(self.manifest.tables.values())
        known = [self.metadata(entry.id) for entry in entries]
        measures = Counter(measure.quantity for each in known for measure in each.measures)
        dimensions = Counter(dimension.name for each in known for dimension in each.dimensions)
        whole = sum(entry.coverage == "full" for entry in entries)
        facts = {
            "tables": f"{len(entries)}, of which {whole} in full: {name_some((entry.id for entry in entries), 4)}",
            "measures": name_some((name for name, _ in measures.most_common()), 8),
            "dimensions": name_some((name for name, _ in dimensions.most_common()), 8),
            "periods": span_of(*known),
            "provenance": f"{self.kind}, made {self.manifest.created}, digest {self.digest[:16]}",
            "source": name_some(sorted({entry.attribution for entry in entries}), 2),
        }
        return Summary(f"Snapshot {self.label}", facts)

    @property
    def label(self) -> str:
        """Its name, for what shows figures of it: of simulated ones it says so."""
        return f"{self.name!r} (SIMULATED figures)" if self.kind == "simulated" else repr(self.name)

    @cached_property
    def digest(self) -> str:
        """One SHA-256 for the whole snapshot."""
        return self.manifest.digest()

    @property
    def as_of(self) -> str:
        """The newest day on which CBS had figures of it as they are here, as far as known; empty for simulated ones."""
        days = [
            entry.modified or max(self.metadata(name).as_of, default="") for name, entry in self.manifest.tables.items()
        ]
        return "" if self.kind == "simulated" else max(days, default="")[:10]

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
        return _parsed_metadata(self.file_bytes(record), position)

    def table(self, table: str) -> RawTable:
        """Return a table as stored, checked against its SHA-256, its row count and its columns.

        Raises
        ------
        CoverageError
            When the snapshot has no such table.
        DataError
            When a file is lost or changed, or a column or row is missing.
        """
        raw = RawTable(self.name, self.entry(table), self.metadata(table), self._frame(table))
        _check_columns(raw.name, raw.metadata, list(raw.frame.columns))
        return raw

    def cells(
        self, table: str, columns: Sequence[str] | None = None, key: Mapping[str, str] | None = None
    ) -> pd.DataFrame:
        """Return the cells of a table in some columns and with some codes, as texts.

        Parameters
        ----------
        table : str
        columns : sequence of str, optional
            By default all.
        key : mapping of str to str, optional
            Codes by column; by default every cell.
        """
        entry = self.entry(table)
        if entry.data.file_sha256:
            from analysis.snapshots.table_file import texts_of

            return texts_of(self._stored(entry, columns, key))
        frame = self._frame(table)
        for column, code in (key or {}).items():
            frame = frame[frame[column] == code]
        return frame[list(frame) if columns is None else list(columns)].astype(str).reset_index(drop=True)

    def _frame(self, table: str) -> pd.DataFrame:
        entry = self.entry(table)
        if entry.data.file_sha256:
            return self._stored(entry).to_pandas()
        from analysis.snapshots.format_1 import read_csv_cells

        position = f"snapshot {self.name!r}, table {table}"
        return read_csv_cells(self.file_bytes(entry.data), position, entry.rows, self.metadata(table))

    def _stored(
        self, entry: TableEntry, columns: Sequence[str] | None = None, key: Mapping[str, str] | None = None
    ) -> pa.Table:
        from analysis.snapshots.table_file import read_cells_file  # half a second: who only names snapshots needs none

        position = f"snapshot {self.name!r}, table {entry.id}"
        return read_cells_file(self.file_bytes(entry.data), position, entry.rows, columns, key)

    def verify(self) -> None:
        """Read every file of the snapshot; raise a DataError with a line for each table that is lost or changed."""
        found = []
        for entry in self.manifest.tables.values():
            try:
                self._verify(entry)
            except WorkbenchError as fault:
                found.append(str(fault))
        if found:
            raise DataError("\n".join(found))

    def _verify(self, entry: TableEntry) -> None:
        if not entry.data.file_sha256:  # format 1: the checksum of the file is that of its content
            self.table(entry.id)
            return
        from analysis.snapshots.table_file import content_digest_of

        position = f"snapshot {self.name!r}, table {entry.id}"
        metadata, cells = self.metadata(entry.id), self._stored(entry)
        _check_columns(position, metadata, cells.column_names)
        _check_digest(f"{position}: content", entry.data.sha256, content_digest_of(cells))

    def file_bytes(self, record: FileRecord) -> bytes:
        """Return a file of the snapshot, checked against its SHA-256; a DataError when it is lost or changed."""
        position = f"snapshot {self.name!r}: file {record.file}"
        data = _bytes_of(self.folder / record.file, position, _LARGEST_FILE)
        if record.file_sha256:
            _check_digest(position, record.file_sha256, sha256(data))
        else:  # text: Git for Windows ends its lines in two characters
            data = data.replace(b"\r\n", b"\n")
            _check_digest(position, record.sha256, sha256(data))
        return data


def span_of(*tables: TableMetadata) -> str:
    """Return the first and the last year of the periods of tables."""
    years = sorted(re.findall(r"\d{4}", " ".join(period for table in tables for period in table.periods)))
    return f"{years[0]} to {years[-1]}" if years else "none"


def table_facts(metadata: TableMetadata) -> dict[str, str]:
    """Return the periods, measures and groups of a table in words."""
    names = sorted(metadata.periods)
    groups = {each.name: [code.category or code.label for code in each.codes] for each in metadata.dimensions}
    return {
        "periods": f"{len(names)}: {names[0]} to {names[-1]}" if names else "none",
        "measures": ", ".join(f"{each.quantity} ({each.unit}, in {each.rounding:g}s)" for each in metadata.measures),
        **{f"by {name}": name_some(each, 8) for name, each in groups.items()},
        "notes": name_some(metadata.notes, 1) if metadata.notes else "none",
    }


def _provenance(snapshot: str, entry: TableEntry) -> dict[str, str]:
    changed = entry.modified or "(no date)"
    return {
        "cells": f"{entry.rows}, {entry.coverage} cover",
        "provenance": f"snapshot {snapshot}, {entry.platform}, changed {changed}, retrieved {entry.retrieved}",
        "source": f"{entry.attribution}, {entry.licence}",
    }


def _check_digest(position: str, expected: str, found: str) -> None:
    if found != expected:
        raise DataError(
            f"{position} was changed: expected SHA-256 {expected[:12]}…, found {found[:12]}…. "
            "Nothing was read from it; restore it from git or pull again."
        )


def read_snapshot(name: str, folder: Path, elsewhere: Sequence[str] = ()) -> Snapshot:
    """Read the manifest of a snapshot that lies in a folder; raises what `analysis.workspace.open_snapshot` raises.

    ``elsewhere`` are the names of snapshots in other folders, for the message that a name is unknown.
    """
    if not (folder / check_name(name)).is_dir():
        raise CallError(f"snapshot {name!r} is unknown; {did_you_mean(name, {*snapshot_names(folder), *elsewhere})}.")
    path = folder / name / MANIFEST
    position = f"snapshot {name!r}, {MANIFEST}"
    manifest = _parsed(_bytes_of(path, position, _LARGEST_MANIFEST), position)
    if manifest.name != name:
        raise DataError(
            f"{position}: expected the name {name!r}, found {manifest.name!r}. A snapshot is never renamed."
        )
    return Snapshot(name, path.parent, manifest)


@lru_cache(maxsize=256)
def _parsed(data: bytes, position: str) -> Manifest:
    """Return a manifest, parsed and checked once for the same bytes: a run opens its snapshots many times."""
    return manifest_from(read_content(data, position, FORMAT), position)


@lru_cache(maxsize=256)
def _parsed_metadata(data: bytes, position: str) -> TableMetadata:
    """Return metadata, parsed and checked once for the same bytes: a notebook asks for them many times."""
    return metadata_from(read_content(data, position, METADATA_FORMAT), position)


def _bytes_of(path: Path, position: str, largest: int) -> bytes:
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):  # a pipe would be waited for, a link leads out of the snapshot
            raise DataError(f"{position}: expected a file, found a {_kind_of(about.st_mode)}. {RESTORE}")
        if about.st_size > largest:
            raise DataError(f"{position}: expected at most {largest} bytes, found {about.st_size}. {RESTORE}")
        return path.read_bytes()
    except OSError as fault:
        raise DataError(f"{position} cannot be read ({fault.strerror}). {RESTORE}") from fault


def _kind_of(mode: int) -> str:
    kinds = {stat.S_IFLNK: "link", stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe"}
    return kinds.get(stat.S_IFMT(mode), "device")


def survey(folder: Path) -> tuple[list[Snapshot], list[str]]:
    """Return the snapshots in a folder that can be opened, by name, and a line for each that cannot."""
    snapshots, damage = [], []
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as fault:
        return [], [f"the bank {folder} cannot be read ({fault.strerror})."] if folder.exists() else []
    for name in names:
        try:
            snapshots.append(read_snapshot(name, folder))
        except WorkbenchError as fault:
            damage.append(f"passed over: {fault}")
    return snapshots, damage


def snapshot_names(folder: Path) -> list[str]:
    """Return the names of all snapshots in a folder, sorted."""
    return sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}") if _NAME.fullmatch(path.parent.name))


def dated_snapshots(folder: Path) -> list[Snapshot]:
    """Return the vintages in a folder, the oldest first; those that cannot be opened are passed over, and named."""
    snapshots, damage = survey(folder)
    report_damage(damage)
    return in_order(snapshot for snapshot in snapshots if snapshot.kind == "dated")


def report_damage(lines: Iterable[str]) -> None:
    """Name what was passed over, on stderr."""
    for line in lines:
        sys.stderr.write(f"bijstand: {line}\n")


def in_order(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Return snapshots by age, the oldest first."""
    return sorted(snapshots, key=lambda snapshot: (snapshot.manifest.created, snapshot.name))


def check_snapshot(found: object) -> None:
    """Raise a CallError for what is no snapshot, such as the name of one."""
    if not isinstance(found, Snapshot):
        step = f"open_snapshot({found!r}) opens it" if isinstance(found, str) else "open_snapshot(name) opens one"
        raise CallError(f"expected a snapshot, found {_shown(found)}; {step}.")


def _shown(found: object) -> str:
    """Return what was found instead of a snapshot or its name; of anything but a text only what kind of thing it is."""
    return repr(found) if isinstance(found, str) or found is None else f"a {type(found).__name__}"


def check_name(name: str) -> str:
    """Return ``name`` when it can be the name of a snapshot; a path, an empty text or a hidden name is refused."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or ".." in name:
        raise CallError(
            f"snapshot name {_shown(name)} is not a name: expected lower-case letters, digits, dots, dashes and "
            "underscores without a path. Snapshots live in data/snapshots and are called by their name alone."
        )
    return name


def check_new_name(name: str) -> str:
    """Return ``name`` when a new snapshot can have it: names that are resolved at opening stand for others."""
    if check_name(name) in _RESERVED:
        raise CallError(f"snapshot name {name!r} stands for another snapshot and cannot be given; choose another.")
    return name


def _check_columns(position: str, metadata: TableMetadata, found: list[str]) -> None:
    expected = metadata.columns()
    missing = [column for column in expected if column not in found]
    unexpected = [column for column in found if column not in expected and column not in OPTIONAL_COLUMNS]
    if missing or unexpected:
        raise DataError(
            f"{position}: expected column {', '.join(missing) or '(all there)'}, "
            f"found {', '.join(unexpected) or 'nothing'} instead. The file and its metadata do not belong together."
        )
