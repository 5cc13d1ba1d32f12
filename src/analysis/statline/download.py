"""A pull: tables downloaded into one new dated snapshot, proven whole and read back, or the bank left as it was."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from analysis.errors import DataError, WorkbenchError
from analysis.snapshots.format import TableEntry
from analysis.snapshots.store import Snapshot, check_new_name, dated_snapshots
from analysis.statline.addresses import check_table
from analysis.statline.bank import exclusive_lock, make_vintage
from analysis.statline.catalogue import catalogued
from analysis.statline.retry import UnreachableError
from analysis.statline.service import make_services
from analysis.statline.session import Session
from analysis.statline.table_download import ProgressCallback, PulledTable, TableDownload


def pull(
    folder: Path,
    tables: list[str] | None = None,
    name: str | None = None,
    platform: str = "auto",
    base_url: str | None = None,
    session: Session | None = None,
    progress: ProgressCallback | None = None,
    all_measures: bool = False,
) -> tuple[Path, list[PulledTable]]:
    """Download tables into a new snapshot.

    Parameters
    ----------
    folder : Path
        The folder that holds the snapshots.
    tables : list of str, optional
        Table ids; by default those of the catalogue.
    name : str, optional
        The name of the snapshot; by default today's date.
    platform : {"auto", "csv", "v3", "v4"}
        ``auto`` is the bulk download, then v3, then v4, each where those before give no whole answer.
    base_url : str, optional
        Another scheme and host instead of CBS's.
    session, progress : optional
        How CBS is asked, and who is called with the progress.
    all_measures : bool
        Also the measures of a table that the workbench does not use.

    Returns
    -------
    Path
        The new snapshot.
    list of PulledTable
        What became of each table.

    Raises
    ------
    CallError
        When a name or address is none, the snapshot exists, or another pull is at work.
    UnreachableError
        When CBS gave no whole answer; the message names what is at hand.
    DataError
        When an answer is no table that can be read, or the disk is full. Nothing is left behind.
    """
    now = datetime.now(UTC)
    name = check_new_name(f"{now.astimezone():%Y-%m-%d}" if name is None else name)
    asked = [check_table(table) for table in dict.fromkeys(tables or catalogued())]
    session = session or Session()
    services = make_services(platform, base_url, session)
    done: list[PulledTable] = []
    threading.Thread(target=_import_reader, daemon=True).start()
    with exclusive_lock(folder):
        known, created = dated_snapshots(folder)[::-1], now.isoformat(timespec="seconds")

        def fill(staging: Path) -> list[TableEntry]:
            tables = TableDownload(services, session, known, staging, created, progress or _ignore, all_measures)
            pulled = [tables.download(table) for table in asked]
            done.extend(each for _, each in pulled)
            return [entry for entry, _ in pulled]

        try:
            return make_vintage(folder, name, created, fill, read_back), done
        except UnreachableError as fault:
            raise UnreachableError(f"{fault}\n{_at_hand(known)}") from fault
        except OSError as fault:
            raise DataError(f"snapshot {name!r}: cannot be written ({fault.strerror}); nothing was left.") from fault
        finally:
            session.stop()
            for service in services:
                service.close()


def read_back(snapshot: Snapshot) -> None:
    """Read every table of a snapshot as everyone will read it; a DataError names what the reader refuses."""
    from analysis.cleaning.cells import check_cells

    for table in snapshot.manifest.tables:
        try:
            check_cells(snapshot, table)  # keeps nothing: the folder is to be renamed
        except WorkbenchError as fault:
            raise DataError(f"table {table}: cannot be read back ({fault}) Nothing was left.") from fault


def _import_reader() -> None:
    """Import what reads a table back, while the first answers are waited for: it takes longer than a small table."""
    import analysis.cleaning.cells
    import analysis.snapshots.table_file  # noqa: F401


def _ignore(table: str, rows: int) -> None:
    """Show no progress."""


def _at_hand(known: list[Snapshot]) -> str:
    newest = f"--snapshot {known[0].name} (the newest vintage) or " if known else ""
    return f"At hand without CBS: {newest}--snapshot published."
