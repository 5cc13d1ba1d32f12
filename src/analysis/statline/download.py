"""The bank of vintages: a pull brings tables home into one new dated snapshot, or leaves the bank as it was."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from analysis.errors import CallError, DataError, WorkbenchError, did_you_mean
from analysis.files import PARTIAL, acquire_lock, staged_folder
from analysis.snapshots.format import FileRecord, TableEntry, metadata_bytes
from analysis.snapshots.store import Snapshot, check_new_name, in_order, read_snapshot, snapshot_names
from analysis.snapshots.write import write_file, write_manifest
from analysis.statline.addresses import check_table
from analysis.statline.catalogue import catalogued, dimension_names, metadata_of
from analysis.statline.expectations import drift, marked
from analysis.statline.http import NotThereError, UnreachableError, Web
from analysis.statline.service import Service, make_service
from analysis.statline.table_writer import Tidier
from analysis.statline.wire_format import WireTable

_STARTS = 3
"""How often a table is begun anew when CBS publishes a new state of it while it is being read."""
LOCK = ".pull.lock"
_ASIDE = ".pull-"


@dataclass(frozen=True)
class Pulled:
    """What became of a table: fetched, or taken over unchanged from an older vintage; and what is not as expected."""

    table: str
    cells: int
    platform: str
    taken_from: str = ""
    drift: tuple[str, ...] = ()


Told = Callable[[str, int], None]
"""Called with a table and the rows that have come of it so far."""


def pull(
    folder: Path,
    tables: list[str] | None = None,
    name: str | None = None,
    platform: str = "auto",
    base_url: str | None = None,
    web: Web | None = None,
    tell: Told | None = None,
) -> tuple[Path, list[Pulled]]:
    """Bring tables home into a new snapshot.

    Parameters
    ----------
    folder : Path
        The folder that holds the snapshots.
    tables : list of str, optional
        Table ids; by default those of the catalogue.
    name : str, optional
        The name of the snapshot; by default today's date.
    platform : {"auto", "v3", "v4"}
        ``auto`` is v3, and v4 where v3 gives no whole answer.
    base_url : str, optional
        Another scheme and host in the place of CBS's.
    web, tell : optional
        Patience, and who is told of progress.

    Returns
    -------
    Path
        The new snapshot.
    list of Pulled
        What became of each table.

    Raises
    ------
    CallError
        When a name or address is none, the snapshot exists, or another pull is at work.
    UnreachableError
        When CBS gave no whole answer; the message names what is at hand.
    DataError
        When what came is not a table, or the disk takes no more. Nothing is left behind.
    """
    now = datetime.now(UTC)
    name = check_new_name(f"{now.astimezone():%Y-%m-%d}" if name is None else name)
    asked = [check_table(table) for table in dict.fromkeys(tables or catalogued())]
    web = web or Web()
    services = _services(platform, base_url, web)
    with _exclusive_lock(folder):
        known = _vintages(folder)
        try:
            return _make(
                folder,
                name,
                now,
                lambda staging: [_bring(services, table, staging, known, now, tell or _quiet) for table in asked],
            )
        except UnreachableError as fault:
            raise UnreachableError(f"{fault}\n{_at_hand(known)}") from fault
        except OSError as fault:
            raise DataError(f"snapshot {name!r}: cannot be written ({fault.strerror}); nothing was left.") from fault
        finally:
            web.stop()
            for service in services:
                service.close()


def _make(
    folder: Path, name: str, now: datetime, bring: Callable[[Path], list[tuple[TableEntry, Pulled]]]
) -> tuple[Path, list[Pulled]]:
    """Make a snapshot of the tables that ``bring`` puts into a folder, all of it or nothing."""
    final, staging = folder / name, folder / f"{_ASIDE}{name}{PARTIAL}"
    if final.exists():
        raise CallError(f"snapshot {name!r} exists already and is never overwritten; give another --name.")
    staging.mkdir()
    with staged_folder(final, staging):
        done = bring(staging)
        write_manifest(staging, name, "dated", now.isoformat(timespec="seconds"), [entry for entry, _ in done])
    return final, [told for _, told in done]


def _quiet(table: str, rows: int) -> None:
    """Tell nobody."""


def _services(platform: str, base_url: str | None, web: Web) -> list[Service]:
    if platform == "auto" and base_url is None:
        return [make_service(each, None, web) for each in ("v3", "v4")]
    return [make_service(platform, base_url, web)]


def _bring(
    services: list[Service], table: str, staging: Path, known: list[Snapshot], now: datetime, tell: Told
) -> tuple[TableEntry, Pulled]:
    """Bring one table home from the first service that gives all of it."""
    for number, service in enumerate(services, 1):
        try:
            for _ in range(_STARTS):
                described = service.describe(table, ahead=not any(table in vintage for vintage in known))
                old = _unchanged(described, known)
                if old is not None:
                    return _taken_over(old, described, staging, known)
                tidier = Tidier(described, dimension_names(described))
                for _ in service.fill(described, tidier):
                    tell(table, tidier.rows)
                with ThreadPoolExecutor(1) as pool:
                    since = pool.submit(service.modified, table)
                    made = _written(described, tidier, staging, now, known)
                    if since.result() == described.modified:
                        return made
            raise UnreachableError(f"table {table}: changed at CBS while it was read, {_STARTS} times. Try again.")
        except NotThereError as fault:
            if number == len(services):
                others = [known_table for known_table in catalogued(by_name=True) if known_table != table]
                raise CallError(f"table {table!r} is not at CBS; {did_you_mean(table, others)}.") from fault
        except UnreachableError:
            if number == len(services):
                raise
    raise WorkbenchError("no service to ask")


def _written(
    table: WireTable, tidier: Tidier, staging: Path, now: datetime, known: list[Snapshot]
) -> tuple[TableEntry, Pulled]:
    cells, record = tidier.write(staging / f"{table.id}.csv")
    metadata, said = _said(table, staging, known)
    entry = TableEntry(
        id=table.id,
        title=table.title,
        platform=table.platform,
        modified=table.modified,
        retrieved=now.isoformat(timespec="seconds"),
        rows=cells,
        coverage="full",
        licence="CC BY 4.0",
        attribution="CBS StatLine",
        data=record,
        metadata=metadata,
    )
    return entry, Pulled(table.id, cells, table.platform, drift=said)


def _said(table: WireTable, staging: Path, known: list[Snapshot]) -> tuple[FileRecord, tuple[str, ...]]:
    """Write the metadata of a table, marked with how it differs from what it should be and was; return both."""
    metadata, before = metadata_of(table), next((each for each in known if table.id in each), None)
    lines = drift(table.id, metadata, before and before.metadata(table.id))
    return write_file(staging / f"{table.id}.json", metadata_bytes(marked(metadata, lines))), tuple(lines)


def _unchanged(table: WireTable, known: list[Snapshot]) -> Snapshot | None:
    """Return the newest vintage that has the table, when it has this state of it in the same columns; else None."""
    vintage = next((each for each in known if table.id in each), None)
    if vintage is None:
        return None
    entry, columns = vintage.entry(table.id), metadata_of(table).columns()
    same = (entry.platform, entry.modified) == (table.platform, table.modified)
    return vintage if same and vintage.metadata(table.id).columns() == columns else None


def _taken_over(vintage: Snapshot, table: WireTable, staging: Path, known: list[Snapshot]) -> tuple[TableEntry, Pulled]:
    """Take the data of a table from an older vintage, checksum checked; what is said of them is said anew."""
    vintage.table(table.id)
    entry = vintage.entry(table.id)
    _link(vintage.folder / entry.data.file, staging / entry.data.file)
    metadata, said = _said(table, staging, known)
    return replace(entry, metadata=metadata), Pulled(table.id, entry.rows, table.platform, vintage.name, said)


def _link(source: Path, target: Path) -> None:
    """Make a second name for a file where the disk can; a snapshot's files never change. Else copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def damaged(folder: Path) -> list[str]:
    """Return what is wrong with the manifests of the bank, a line each; none keeps a new pull from being made."""
    lines = []
    for name in snapshot_names(folder):
        try:
            read_snapshot(name, folder)
        except DataError as fault:
            lines.append(str(fault))
    return lines


def _vintages(folder: Path) -> list[Snapshot]:
    """Return the dated snapshots that can be opened, the newest first."""
    opened = []
    for name in snapshot_names(folder):
        with suppress(DataError):
            opened.append(read_snapshot(name, folder))
    return in_order(snapshot for snapshot in opened if snapshot.kind == "dated")[::-1]


def _at_hand(known: list[Snapshot]) -> str:
    newest = f"--snapshot {known[0].name} (the newest vintage) or " if known else ""
    return f"At hand without CBS: {newest}--snapshot published."


@contextmanager
def _exclusive_lock(folder: Path) -> Iterator[None]:
    """Hold the bank for one pull; the system lets go of it when the process ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        try:
            acquire_lock(lock)
        except OSError as fault:
            raise CallError("another pull is at work in this bank; wait until it is done.") from fault
        for left in folder.glob(f"{_ASIDE}*{PARTIAL}"):
            shutil.rmtree(left, ignore_errors=True)  # of a pull that was killed: nobody else can be writing
        yield
