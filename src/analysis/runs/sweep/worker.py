"""What a worker of a sweep does: tell what it has, take the data that it lacks, run a notebook and send back its files.

A worker process runs one notebook at a time. Its kernels are forked from one server, which it starts for its first run
(or which the environment names) and which ends with it.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.files import PARTIAL
from analysis.runs.kernel import FOLDERS, Job, Outcome, run_notebook
from analysis.runs.pool import kernel_server
from analysis.runs.sweep.archive import pack, unpack
from analysis.runs.sweep.identity import has_data, identity
from analysis.workspace import project_root


@dataclass(frozen=True)
class Request:
    """A run that a worker is asked for: the notebook with its files, its parameters, and the data it has to have."""

    run: str
    notebook: str
    files: dict[str, bytes]
    parameters: dict[str, Any]
    snapshots: dict[str, str]
    data: str
    kernels: str


@dataclass(frozen=True)
class Result:
    """How a run ended, and its files; ``outcome`` is None when the worker lacks the data, and nothing was run."""

    worker: str
    outcome: Outcome | None = None
    files: bytes = b""


def describe(snapshots: dict[str, str], data: str, dask_worker: Any) -> dict[str, Any]:
    """Return the versions of a worker, its threads, and whether it has the data of a sweep."""
    found = _home(Path(dask_worker.local_directory), snapshots, data)
    return {"identity": identity(), "threads": dask_worker.state.nthreads, "has_data": found is not None}


def install(data: str, archive: bytes, dask_worker: Any) -> None:
    """Keep the data of a sweep in the worker's own folder, as long as the worker lives."""
    folder = _installed(Path(dask_worker.local_directory), data)
    staging = folder.with_name(folder.name + PARTIAL)
    shutil.rmtree(staging, ignore_errors=True)
    unpack(archive, staging)
    staging.rename(folder)


def run_request(request: Request) -> Result:
    """Run a notebook in a folder of its own and return the folder as an archive."""
    from distributed import get_worker

    worker = get_worker()
    home = _home(Path(worker.local_directory), request.snapshots, request.data)
    if home is None:
        return Result(worker.address)
    with tempfile.TemporaryDirectory(prefix=f"{request.run}.", dir=worker.local_directory) as name:
        source, folder = Path(name) / "source", Path(name) / request.run
        for path, content in request.files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)
        for each in FOLDERS:
            (folder / each).mkdir(parents=True)
        address = _kernels() if request.kernels == "warm" else ""
        notebook = source / f"{request.notebook}.ipynb"
        own = dict(os.environ)
        try:
            outcome = run_notebook(Job(request.notebook, notebook, folder, request.parameters, home, address))
        finally:  # a run names its folders in the environment; what comes next has its own
            os.environ.clear()
            os.environ.update(own)
        return Result(worker.address, outcome, pack({"": folder}))


def _installed(local: Path, data: str) -> Path:
    return local / f"data-{data[:32]}"


def _home(local: Path, snapshots: dict[str, str], data: str) -> Path | None:
    """Return the workbench folder with the data of a sweep: the worker's own, or what was sent; None without."""
    sent = _installed(local, data)
    if sent.is_dir():
        return sent
    return _own_home(tuple(snapshots.items()), data)


@cache
def _own_home(snapshots: tuple[tuple[str, str], ...], data: str) -> Path | None:
    return project_root() if has_data(dict(snapshots), data) else None


@cache
def _kernels() -> str:
    """Start the server of kernels of this process, once."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(kernel_server())
