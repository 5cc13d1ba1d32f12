"""The vintage bank: named, immutable, checksummed states of tables.

A snapshot is a folder with ``manifest.json`` and, for each table, one data file and one metadata file. Every read is
checked against the SHA-256 in the manifest. See ``data/README.md`` for the format.
"""

from analysis.snapshots.format import Code, Dimension, Manifest, Measure, TableEntry, TableMetadata
from analysis.snapshots.store import RawTable, Snapshot, check_name, check_new_name, open_snapshot, snapshot_names
from analysis.snapshots.write import NewTable, write_snapshot

__all__ = [
    "Code",
    "Dimension",
    "Manifest",
    "Measure",
    "NewTable",
    "RawTable",
    "Snapshot",
    "TableEntry",
    "TableMetadata",
    "check_name",
    "check_new_name",
    "open_snapshot",
    "snapshot_names",
    "write_snapshot",
]
