"""The register on many snapshots, each on a worker that has the same snapshots and the same register."""

import fnmatch
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.cleaning.cells import read_cells
from analysis.errors import CallError, WorkbenchError, did_you_mean
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.runs.workers.cluster import Workers, check_workers, is_fit, open_cluster
from analysis.runs.workers.data import Data, data_here, home_with, send_data
from analysis.runs.workers.engine import Failure, NotReady, run_tasks
from analysis.workspace import HOME_VARIABLE, names_of_snapshots, open_snapshot


@dataclass(frozen=True)
class Vintage:
    """What a worker recomputes: documents (all when there are none) on a snapshot; and the data that it has to have."""

    snapshot: str
    documents: tuple[str, ...]
    data: Data


def read_names(text: str, needs: Iterable[str]) -> list[str]:
    """Return the names of the snapshots that ``A,B,...`` names, ``*`` standing for any letters, in their order.

    Raises
    ------
    CallError
        When there is no such snapshot, or one is named twice.
    """
    names: list[str] = []
    for part in text.split(","):
        if "*" in part:
            found = fnmatch.filter(names_of_snapshots(), part.strip())
            if not found:
                raise CallError(f"--snapshots {part}: matches nothing; {did_you_mean(part, names_of_snapshots())}.")
            names += found
        else:
            names.append(open_snapshot(part.strip(), needs=needs).name)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CallError(f"--snapshots: {twice!r} is named twice; name it once.")
    return names


def find_on(names: list[str], documents: Iterable[str], workers: Workers) -> list[list[dict[str, Any]]]:
    """Return the rows of the register on each snapshot, as from `analysis.register.rows.finding_rows`.

    Raises
    ------
    CallError
        When a snapshot cannot be opened or the workers do not fit; nothing was computed.
    WorkbenchError
        With a line for each snapshot on which the register could not be recomputed.
    """
    data = data_here(names, bank=True)  # why a number differs is looked for in all of them
    tasks = {name: Vintage(name, tuple(documents), data) for name in names}
    found: dict[str, list[dict[str, Any]]] = {}

    def keep(name: str, result: list[dict[str, Any]] | Failure) -> str:
        if isinstance(result, Failure):
            return result.message
        found[name] = result
        return ""

    with (
        tempfile.TemporaryDirectory(prefix="bijstand-") as scratch,
        open_cluster(workers, Path(scratch, "workers"), tasks=len(tasks)) as client,
    ):

        def prepare(address: str) -> None:
            if is_fit(client, address):
                send_data(client, data, address)

        check_workers(client)
        send_data(client, data)
        errors = run_tasks(client, _find, tasks, keep, prepare, "snapshot")
    if errors:
        raise WorkbenchError("\n".join(_named(name, error) for name, error in errors.items()))
    return [found[name] for name in names]


def _named(name: str, error: str) -> str:
    start = f"snapshot {name!r}"  # with which most errors begin
    return error if error.startswith(start) else f"{start}: {error}"


def _find(vintage: Vintage) -> list[dict[str, Any]] | NotReady:
    """Recompute the register on a worker."""
    from distributed import get_worker

    worker = get_worker()
    home = home_with(Path(worker.local_directory), vintage.data)
    if home is None:
        return NotReady(worker.address)
    own = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(home)
    try:
        register, snapshot = read_register(), open_snapshot(vintage.snapshot)
        return finding_rows(find(register, snapshot, vintage.documents or None), register, snapshot)
    finally:
        read_cells.cache_clear()  # of a vintage that is done nothing is read again
        if own is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = own
