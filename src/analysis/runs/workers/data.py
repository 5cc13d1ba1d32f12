"""The data of tasks on their workers: snapshots and register, by digest; what a worker lacks is sent to it, once."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import WorkbenchError
from analysis.files import PARTIAL, sha256
from analysis.runs.workers.archive import pack, unpack
from analysis.runs.workers.identity import digest_of
from analysis.snapshots.store import PRACTICE, Snapshot, read_snapshot, survey
from analysis.workspace import data_path, open_snapshot, project_root, snapshots_folder

REGISTER = ("findings", "corrections.yml", "coverage.csv")
"""What notebooks read beside snapshots, in ``data``."""


@dataclass(frozen=True)
class Data:
    """What tasks read.

    Attributes
    ----------
    snapshots : tuple of str
        The snapshots that they open.
    bank : bool
        Whether they also read the dated snapshots beside these: what CBS revised, or changed since the one before.
    digest : str
        Of all of them, and of the register, as the command has them.
    """

    snapshots: tuple[str, ...]
    bank: bool
    digest: str


def data_here(snapshots: Iterable[str], bank: bool) -> Data:
    """Return what this process would read of snapshots by name, with the dated ones beside them where ``bank``."""
    names = tuple(sorted(snapshots))
    digests = {each.name: each.digest for each in [*map(_snapshot, names), *(_dated() if bank else ())]}
    register = [digest_of(data_path(name)) for name in REGISTER]
    lines = [*register, *(f"{name} {digest}" for name, digest in sorted(digests.items()))]
    return Data(names, bank, sha256("\n".join(lines).encode()))


def send_data(client: Any, data: Data, address: str | None = None) -> None:
    """Send data to the worker at an address, or to all, unless they have it.

    Parameters
    ----------
    client : distributed.Client
    data : Data
    address : str, optional
        A worker.
    """
    found = client.run(_has_data, data, workers=None if address is None else [address])
    lacking = [each for each, has in found.items() if not has]
    if lacking:
        snapshots = [*map(_snapshot, data.snapshots), *(_dated() if data.bank else ())]
        paths = {f"data/snapshots/{each.name}": each.folder for each in snapshots}
        archive = pack(paths | {f"data/{name}": data_path(name) for name in REGISTER})
        client.run(_install, data.digest, archive, workers=lacking)


def home_with(local: Path, data: Data) -> Path | None:
    """Return the workbench folder that has the data of a task: what was sent, or the worker's own; None without.

    ``local`` is the folder that a worker has for itself.
    """
    sent = _installed(local, data.digest)
    return sent if sent.is_dir() else _own_home(data)


def _has_data(data: Data, dask_worker: Any) -> bool:
    return home_with(Path(dask_worker.local_directory), data) is not None


def _install(digest: str, archive: bytes, dask_worker: Any) -> None:
    """Keep data in the worker's own folder, as long as the worker lives."""
    folder = _installed(Path(dask_worker.local_directory), digest)
    staging = folder.with_name(folder.name + PARTIAL)
    shutil.rmtree(staging, ignore_errors=True)
    unpack(archive, staging)
    staging.rename(folder)


def _installed(local: Path, digest: str) -> Path:
    return local / f"data-{digest[:32]}"


@cache
def _own_home(data: Data) -> Path | None:
    """Return the workbench folder of this process if it would read the same from it."""
    try:
        return project_root() if data_here(data.snapshots, data.bank) == data else None
    except (WorkbenchError, OSError):
        return None


def _snapshot(name: str) -> Snapshot:
    """Open a snapshot; none is made."""
    return read_snapshot(name, snapshots_folder()) if name == PRACTICE else open_snapshot(name)


def _dated() -> list[Snapshot]:
    """Return the dated snapshots; whoever reads them names those that cannot be opened."""
    return [each for each in survey(snapshots_folder())[0] if each.kind == "dated"]
