"""Running one notebook in a process of its own: papermill, a retry of a lost kernel start, and a log."""

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import analysis.runs.no_iris  # noqa: F401 before papermill
from analysis.files import json_bytes
from analysis.runs.kernel_server import READS, SERVER
from analysis.runs.kernel_versions import VERSIONS
from analysis.runs.translation import PROSE, notebook_in
from analysis.workspace import HOME_VARIABLE, RUN_FOLDER_VARIABLE

STARTS = 3
"""How often a kernel may be started: with several at once, two can be handed the same port (jupyter_client 8)."""
GRACE = 5
"""Seconds a worker has to shut its kernel down when the process it works for has ended."""
CELL_TIMEOUT = 900
"""Seconds after which a cell that does not end is given up."""
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Set to 1 where notebooks run side by side: threads of their own would wait for each other."""


FOLDERS = ("notebooks", "tables", "figures", "log")
"""What a run has in its folder before it begins."""


@dataclass(frozen=True)
class Job:
    """A notebook to run: where it is, the run folder it writes to, all its parameters, and the workbench folder.

    ``kernels`` is the address of a server of kernels, empty for a kernel of its own; ``reads`` is what the notebook
    reads (`Notebook.reads_on`), which such a server reads once for all.
    """

    name: str
    source: Path
    folder: Path
    parameters: dict[str, Any]
    home: Path
    kernels: str = ""
    reads: dict[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        """Where the executed notebook goes."""
        return self.folder / "notebooks" / f"{self.name}.ipynb"


@dataclass(frozen=True)
class Outcome:
    """How the run of a notebook ended; ``error`` is empty when it ended well, and ``cell`` counts from 1.

    ``versions`` are those that the kernel itself reported, none when it never started.
    """

    name: str
    seconds: float
    starts: int
    error: str = ""
    cell: int = 0
    versions: dict[str, str] = field(default_factory=dict)


def run_notebook(job: Job) -> Outcome:
    """Run a notebook to its end or its first error; only the start of its kernel is tried again.

    What kernel and papermill write to the standard streams goes to ``log/<name>.log`` in the run folder.
    """
    begun = time.perf_counter()
    _stop_on_signals()
    # a worker has the environment of the moment its server began, not that of the caller
    versions = job.folder / "log" / f".{job.name}.versions.json"
    os.environ |= {RUN_FOLDER_VARIABLE: str(job.folder), HOME_VARIABLE: str(job.home), VERSIONS: str(versions)}
    os.environ |= {SERVER: job.kernels, READS: json.dumps(job.reads)}
    for threads in ONE_THREAD:
        os.environ.setdefault(threads, "1")
    log = os.open(job.folder / "log" / f"{job.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    kept = os.dup(1), os.dup(2)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        starts, error, cell = _attempts(job)
    finally:
        for number, stream in zip((1, 2), kept, strict=True):
            os.dup2(stream, number)
            os.close(stream)
        os.close(log)
    _remove_paths(job.output)
    return Outcome(job.name, round(time.perf_counter() - begun, 2), starts, error, cell, _reported(versions))


def _reported(file: Path) -> dict[str, str]:
    """Return the versions that a kernel wrote down, and remove the file."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    finally:
        file.unlink(missing_ok=True)


def end_with_the_run() -> None:
    """Let a worker stop its kernel and end when the process it works for has ended, however that went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=[parent], daemon=True).start()


def _watch(parent) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE)
    os._exit(1)


def _stop_on_signals() -> None:
    """Shut the kernel down on a signal to stop; a worker that waits for work ignores it."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
            signal.signal(getattr(signal, name), signal.default_int_handler)


def _attempts(job: Job) -> tuple[int, str, int]:
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from zmq import ZMQError

    from analysis.runs.own_engine import ENGINE
    from analysis.runs.own_kernel import OwnKernelManager

    notebook = str(job.output).replace("{", "{{").replace("}", "}}")  # papermill fills in names between braces
    for start in count(1):
        try:
            _write_source(job)
            papermill.execute_notebook(
                notebook,
                notebook,
                parameters=job.parameters,
                engine_name=ENGINE,
                kernel_name="python3",  # whatever kernel the notebook was last saved with
                kernel_manager_class=OwnKernelManager,
                language="python",
                progress_bar=False,
                execution_timeout=CELL_TIMEOUT,
            )
            return start, "", 0
        except PapermillExecutionError as fault:
            return start, f"{fault.ename}: {fault.evalue}", fault.cell_index + 1
        except Exception as fault:
            begun = _cells_begun(job.output)
            lost = isinstance(fault, (RuntimeError, TimeoutError, ZMQError)) and not begun
            if not lost or start == STARTS:
                return start, f"{type(fault).__name__}: {fault}", begun


def _write_source(job: Job) -> None:
    """Put the notebook, its prose in the language of the run, where papermill executes it in place."""
    content = notebook_in(job.source, job.parameters.get("lang", PROSE))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    job.output.write_bytes(json_bytes(content))


def _cells_begun(notebook: Path) -> int:
    """Return the number of the last cell that was begun, 0 when the kernel never ran one."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return 0
    begun = [n for n, cell in enumerate(cells, 1) if cell["metadata"].get("papermill", {}).get("start_time")]
    return max(begun, default=0)


def _remove_paths(notebook: Path) -> None:
    """Take the paths of this machine out of what papermill notes in the executed notebook."""
    with suppress(OSError, ValueError):  # no notebook, or half of one: what went wrong has been reported already
        content = json.loads(notebook.read_text(encoding="utf-8"))
        noted = content["metadata"].get("papermill", {})
        noted |= {key: Path(noted[key]).name for key in ("input_path", "output_path") if noted.get(key)}
        notebook.write_bytes(json_bytes(content))
