"""The bank of vintages as a pull needs it: locked by one pull at a time, with tables that can be reused."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from analysis.errors import CallError, name_some
from analysis.files import PARTIAL, acquire_lock, staged_folder
from analysis.snapshots.format import TableEntry, TableMetadata
from analysis.snapshots.store import Snapshot
from analysis.snapshots.write import write_manifest, write_table_file
from analysis.statline.catalogue import dimension_names
from analysis.statline.wire_format import WireTable

LOCK = ".pull.lock"
_STAGING = ".pull-"


def newest_with(table: str, vintages: list[Snapshot]) -> Snapshot | None:
    """Return the newest vintage that has a table."""
    return next((vintage for vintage in vintages if table in vintage), None)


def unchanged_in(table: WireTable, entry: TableEntry, metadata: TableMetadata) -> bool:
    """Tell whether a vintage has this state of a table, in the same columns and with the same measures.

    Without a date of change nothing is known of a state. v4 and the bulk download give the same dates.
    """
    columns = ["measure", *dimension_names(table).values(), "period", "value"]
    same = table.modified is not None and _state(table) == _state(entry)
    measures = {measure.code for measure in table.numbers}
    return same and metadata.columns() == columns and {measure.code for measure in metadata.measures} == measures


def lost_codes(table: WireTable, metadata: TableMetadata) -> str:
    """Return the codes that a description lacks though a vintage of the same state has them; nothing when whole."""
    names, old = {**dimension_names(table), table.time.key: "period"}, metadata.codes()
    listed = {names[each.key]: {code.code for code in each.codes} for each in table.dimensions}
    return name_some(f"{name} {code}" for name, codes in listed.items() for code in set(old[name]) - codes)


def _state(table: WireTable | TableEntry) -> tuple[str, str | None]:
    return "v4" if table.platform == "csv" else table.platform, table.modified


def take_over(table: str, vintage: Snapshot, staging: Path) -> TableEntry:
    """Take the data of a table from an older vintage, checksum checked; a DataError when they are damaged.

    The file is copied: a byte that is changed in one vintage changes no other.
    """
    entry = vintage.entry(table)
    if not entry.data.file_sha256:  # format 1
        from analysis.snapshots.table_file import cells_of_frame  # pyarrow: the first requests need not wait for it

        cells = cells_of_frame(vintage.table(table).frame)
        return replace(entry, data=write_table_file(staging, table, cells))
    (staging / entry.data.file).write_bytes(vintage.file_bytes(entry.data))
    return entry


def make_vintage(
    folder: Path, name: str, created: str, fill: Callable[[Path], list[TableEntry]], check: Callable[[Snapshot], None]
) -> Path:
    """Make a snapshot of the tables that ``fill`` puts into a folder and ``check`` has read: all of it or nothing."""
    final, staging = folder / name, folder / f"{_STAGING}{name}{PARTIAL}"
    if final.exists():
        raise CallError(f"snapshot {name!r} exists already and is never overwritten; give another --name.")
    staging.mkdir()
    with staged_folder(final, staging):
        check(Snapshot(name, staging, write_manifest(staging, name, "dated", created, fill(staging))))
    return final


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Hold the bank for one pull; the system lets go of it when the process ends, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a")
    except OSError as fault:
        raise CallError(
            f"the bank {folder} cannot be written ({fault.strerror}); snapshots need a folder that can."
        ) from fault
    with lock:
        try:
            acquire_lock(lock)
        except OSError as fault:
            raise CallError("another pull is at work in this bank; wait until it is done.") from fault
        for left in folder.glob(f"{_STAGING}*{PARTIAL}"):
            shutil.rmtree(left, ignore_errors=True)  # of a pull that was killed: nobody else can be writing
        yield
