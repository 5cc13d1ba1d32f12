"""What a worker of a sweep does: run a notebook and send back its files.

A worker process runs one notebook at a time. Its kernels are forked from one server, which it starts for its first run
(or which the environment names) and which ends with it.
"""

import atexit
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.runs.kernel import FOLDERS, Job, Outcome, run_notebook
from analysis.runs.pool import kernel_server
from analysis.runs.workers.archive import pack
from analysis.runs.workers.data import Data, home_with
from analysis.runs.workers.engine import NotReady


@dataclass(frozen=True)
class Request:
    """A run that a worker is asked for: the notebook with its files, its parameters, and the data it has to have."""

    run: str
    notebook: str
    files: dict[str, bytes]
    parameters: dict[str, Any]
    data: Data
    kernels: str
    reads: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """How a run ended, and its files."""

    outcome: Outcome
    files: bytes = b""


def run_request(request: Request) -> Result | NotReady:
    """Run a notebook in a folder of its own and return the folder as an archive; not without its data."""
    from distributed import get_worker

    worker = get_worker()
    home = home_with(Path(worker.local_directory), request.data)
    if home is None:
        return NotReady(worker.address)
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
            outcome = run_notebook(
                Job(request.notebook, notebook, folder, request.parameters, home, address, request.reads)
            )
        finally:  # a run names its folders in the environment; what comes next has its own
            os.environ.clear()
            os.environ.update(own)
        return Result(outcome, pack({"": folder}))


@cache
def _kernels() -> str:
    """Start the server of kernels of this process, once."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(kernel_server())
