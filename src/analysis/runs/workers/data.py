"""The data of tasks on their workers: snapshots and register, by digest; what a worker lacks is sent to it, once."""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import WorkbenchError
from analysis.files import PARTIAL, sha256
from analysis.runs.workers.archive import pack, unpack
from analysis.runs.workers.identity import digest_of
from analysis.snapshots.store import PRACTICE, Snapshot, read_snapshot
from analysis.workspace import data_path, open_snapshot, project_root, snapshots_folder

REGISTER = ("findings", "corrections.yml", "coverage.csv")
"""What notebooks read beside snapshots, in ``data``."""


def data_digest(snapshots: dict[str, str]) -> str:
    """Return the digest of snapshots, by theirs, and of the register that this process reads."""
    register = [digest_of(data_path(name)) for name in REGISTER]
    return sha256("\n".join([*register, *(f"{name} {digest}" for name, digest in sorted(snapshots.items()))]).encode())


def send_data(client: Any, snapshots: dict[str, str], data: str, address: str | None = None) -> None:
    """Send data to the worker at an address, or to all, unless they have it.

    Parameters
    ----------
    client : distributed.Client
    snapshots : dict of str to str
        Digests by name.
    data : str
        The digest of all, as from `data_digest`.
    address : str, optional
        A worker.
    """
    found = client.run(_has_data, snapshots, data, workers=None if address is None else [address])
    lacking = [each for each, has in found.items() if not has]
    if lacking:
        paths = {f"data/snapshots/{name}": open_snapshot(name).folder for name in snapshots}
        archive = pack(paths | {f"data/{name}": data_path(name) for name in REGISTER})
        client.run(_install, data, archive, workers=lacking)


def home_with(local: Path, snapshots: dict[str, str], data: str) -> Path | None:
    """Return the workbench folder that has the data of a task: what was sent, or the worker's own; None without.

    ``local`` is the folder that a worker has for itself.
    """
    sent = _installed(local, data)
    if sent.is_dir():
        return sent
    return _own_home(tuple(snapshots.items()), data)


def _has_data(snapshots: dict[str, str], data: str, dask_worker: Any) -> bool:
    return home_with(Path(dask_worker.local_directory), snapshots, data) is not None


def _install(data: str, archive: bytes, dask_worker: Any) -> None:
    """Keep data in the worker's own folder, as long as the worker lives."""
    folder = _installed(Path(dask_worker.local_directory), data)
    staging = folder.with_name(folder.name + PARTIAL)
    shutil.rmtree(staging, ignore_errors=True)
    unpack(archive, staging)
    staging.rename(folder)


def _installed(local: Path, data: str) -> Path:
    return local / f"data-{data[:32]}"


@cache
def _own_home(snapshots: tuple[tuple[str, str], ...], data: str) -> Path | None:
    """Return the workbench folder of this process if it would read these snapshots and the same register from it."""
    try:
        own = {name: _snapshot(name).digest for name, _ in snapshots}
        return project_root() if data_digest(own) == data else None
    except (WorkbenchError, OSError):
        return None


def _snapshot(name: str) -> Snapshot:
    """Open a snapshot; none is made."""
    return read_snapshot(name, snapshots_folder()) if name == PRACTICE else open_snapshot(name)
