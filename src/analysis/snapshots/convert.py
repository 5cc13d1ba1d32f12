"""A snapshot of format 1 (CSV) stored in Parquet: the same content, the same digest."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from analysis.errors import DataError
from analysis.files import PARTIAL
from analysis.snapshots.store import MANIFEST, read_snapshot
from analysis.snapshots.table_file import cells_of_frame
from analysis.snapshots.write import write_manifest, write_table_file


def convert(folder: Path, name: str) -> tuple[int, int]:
    """Store a snapshot in Parquet, in the place of its CSV; return the bytes it had and has, none when it is converted.

    The new folder is written and read back before it takes the place of the old one, which is kept until then.

    Raises
    ------
    CallError
        When there is no such snapshot.
    DataError
        When it is damaged, the digest of the new one is another, or the folder cannot be written. It stays as it was.
    """
    old = read_snapshot(name, folder)
    if all(entry.data.file_sha256 for entry in old.manifest.tables.values()):
        return 0, 0
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=PARTIAL, dir=folder))
    except OSError as fault:
        raise DataError(f"snapshot {name!r}: cannot be converted ({fault.strerror}); it stays as it was.") from fault
    try:
        new, replaced = staging / name, staging / "replaced"
        shutil.copytree(old.folder, new, ignore=shutil.ignore_patterns("*.csv", MANIFEST))
        entries = [
            replace(entry, data=write_table_file(new, entry.id, cells_of_frame(old.table(entry.id).frame)))
            for entry in old.manifest.tables.values()
        ]
        write_manifest(new, name, old.kind, old.manifest.created, entries)
        written = read_snapshot(name, staging)
        written.verify()
        if written.digest != old.digest:
            raise DataError(f"snapshot {name!r}: expected digest {old.digest}, found {written.digest} when converted.")
        sizes = _bytes_in(old.folder), _bytes_in(new)
        old.folder.rename(replaced)
        try:
            new.rename(old.folder)
        except OSError:
            replaced.rename(old.folder)
            raise
        return sizes
    except OSError as fault:
        raise DataError(f"snapshot {name!r}: cannot be converted ({fault.strerror}); it stays as it was.") from fault
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
