"""Making a snapshot: all of it or nothing, and never over another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

from analysis.errors import DataError
from analysis.files import sha256, staged_folder
from analysis.snapshots.format import Coverage, FileRecord, Kind, Manifest, TableEntry, TableMetadata, metadata_bytes
from analysis.snapshots.store import MANIFEST, check_name


@dataclass(frozen=True, eq=False)
class NewTable:
    """A table on its way into a snapshot: text cells, one row a cell, with the columns that the metadata name."""

    id: str
    title: str
    platform: str
    modified: str | None
    retrieved: str
    coverage: Coverage
    licence: str
    attribution: str
    metadata: TableMetadata
    frame: pd.DataFrame


def write_snapshot(
    folder: Path, name: str, kind: Kind, created: str, tables: list[NewTable], extra: dict[str, bytes] | None = None
) -> Path:
    """Write a snapshot into a staging folder and rename it.

    Parameters
    ----------
    folder : Path
        The folder that holds the snapshots.
    name, kind, created : str
        Name, kind (``published``, ``dated``, ``simulated``) and ISO date of the snapshot.
    tables : list of NewTable
        Its tables. The same tables always give the same bytes.
    extra : dict of str to bytes, optional
        Other files to lie in the folder, by name; they are not in the manifest.

    Returns
    -------
    Path
        The new folder.

    Raises
    ------
    CallError
        When the name is no name or the snapshot exists.
    DataError
        When the folder cannot be written or the disk is full.
    """
    final = folder / check_name(name)
    try:
        with staged_folder(final) as staging:
            for file, data in (extra or {}).items():
                write_file(staging / file, data)
            write_manifest(staging, name, kind, created, [_write_table(staging, table) for table in tables])
    except OSError as fault:
        reason = fault.strerror or fault
        raise DataError(f"snapshot {name!r}: cannot be written ({reason}); nothing was left.") from fault
    return final


def write_manifest(folder: Path, name: str, kind: Kind, created: str, entries: Iterable[TableEntry]) -> Manifest:
    """Write what a snapshot says of itself, its tables in the order of their ids, and return it."""
    manifest = Manifest(name, kind, created, {entry.id: entry for entry in sorted(entries, key=lambda each: each.id)})
    (folder / MANIFEST).write_bytes(manifest.to_bytes())
    return manifest


def _write_table(folder: Path, table: NewTable) -> TableEntry:
    from analysis.snapshots.table_file import cells_of_frame  # pyarrow: a manifest is written without

    same = {each.name: getattr(table, each.name, None) for each in fields(TableEntry)}
    return TableEntry(
        **same
        | {"rows": len(table.frame), "data": write_table_file(folder, table.id, cells_of_frame(table.frame))}
        | {"metadata": write_file(folder / f"{table.id}.json", metadata_bytes(table.metadata))}
    )


def write_table_file(folder: Path, table: str, cells: pa.Table) -> FileRecord:
    """Write the cells of a table into the folder of its snapshot; return the file's record."""
    from analysis.snapshots.table_file import write_cells

    file = f"{table}.parquet"
    return FileRecord(file, *write_cells(folder / file, cells))


def write_file(path: Path, data: bytes) -> FileRecord:
    """Write a file of a snapshot; return its record."""
    path.write_bytes(data)
    return FileRecord(path.name, sha256(data))
