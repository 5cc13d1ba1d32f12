"""Notebooks side by side: a bounded pool of processes, a progress bar on a terminal, nothing left running."""

import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from analysis.errors import CallError, did_you_mean
from analysis.runs.kernel import ONE_THREAD, Job, Outcome, end_with_the_run, run_notebook
from analysis.runs.kernel_server import SERVER

KERNELS = ("warm", "plain")
"""Kernels forked from a process that has imported what they need, or started one by one."""
LONGEST_ADDRESS = 100
"""Bytes that the path of a socket may have (macOS allows 103)."""
NOTEBOOK_MODULES = ("analysis.runs.kernel", "analysis.runs.own_engine", "analysis.runs.own_kernel")
"""What a process imports that runs notebooks."""
_END = 10
"""Seconds that a server of kernels has to end."""
_FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods()


def check_kernels(kind: str) -> None:
    """Raise a CallError for a kind of kernels that there is not."""
    if kind not in KERNELS:
        raise CallError(f"--kernel {kind}: {did_you_mean(kind, KERNELS)}.")


def warm_up(*modules: str) -> None:
    """Let modules that take seconds to import be imported in the background, once for all workers, where it can be."""
    if _FORKSERVER:
        from multiprocessing import forkserver

        _context(*modules)
        # the server and its idle workers ignore Ctrl-C; a worker at work stops on it (kernel.py)
        before = signal.getsignal(signal.SIGINT)
        try:
            _on_interrupt(signal.SIG_IGN)
            forkserver.ensure_running()
        finally:
            _on_interrupt(before)


@contextmanager
def kernel_server(kernels: str = "warm", several: bool = True) -> Iterator[str]:
    """Run a server of kernels (`kernel_server`) for a while and give its address, empty for plain kernels.

    One that the environment names already is used again. None is begun for a single notebook, which imports only what
    it needs; nor where the system cannot fork, or its folder for temporary files has too long a name.
    """
    if kernels == "warm" and os.environ.get(SERVER):
        yield os.environ[SERVER]
        return
    folder = Path(tempfile.mkdtemp(prefix="bijstand-"))
    address = str(folder / "kernels")
    can = (
        several and hasattr(os, "fork") and hasattr(socket, "send_fds") and len(os.fsencode(address)) <= LONGEST_ADDRESS
    )
    server = _start_server(address) if can and kernels == "warm" else None
    try:
        yield address if server else ""
    finally:
        if server:
            server.stdin.close()  # at which it ends its kernels and itself, or at the signal while it still imports
            server.terminate()
            try:
                server.wait(_END)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start_server(address: str) -> subprocess.Popen:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)  # requests wait there while the server is still importing
        return subprocess.Popen(
            [sys.executable, "-m", "analysis.runs.kernel_server", str(listening.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listening.fileno()],
            env=dict.fromkeys(ONE_THREAD, "1") | os.environ,
            start_new_session=True,  # Ctrl-C is for the command
        )


def run_all(work: list[Job], jobs: int | None = None) -> dict[str, Outcome]:
    """Run all jobs and return their outcomes by name.

    Parameters
    ----------
    work : list of Job
    jobs : int, optional
        How many run at once; by default one more than there are processors, because a notebook also waits.
    """
    from tqdm import tqdm

    at_once = max(1, min(jobs or (os.cpu_count() or 1) + 1, len(work)))
    outcomes = {}
    bar = {"total": len(work), "unit": "notebook", "disable": True if sys.stderr is None else None, "file": sys.stderr}
    with ProcessPoolExecutor(at_once, mp_context=_context(*NOTEBOOK_MODULES), initializer=end_with_the_run) as pool:
        waiting = {pool.submit(run_notebook, job): job for job in work}
        try:
            for done in tqdm(as_completed(waiting), **bar):
                job = waiting[done]
                try:
                    outcomes[job.name] = done.result()
                except BrokenProcessPool:
                    outcomes[job.name] = Outcome(job.name, 0.0, 1, "its process was killed (out of memory?)")
        except BaseException:
            _on_interrupt(signal.SIG_IGN)  # a second Ctrl-C would leave behind what the first stops
            for worker in multiprocessing.active_children():
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGINT)  # each shuts its kernel down
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return outcomes


def _on_interrupt(handler: Any) -> None:
    """Set what happens on Ctrl-C, as only the main thread can."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, handler)


def _context(*modules: str) -> BaseContext:
    """Return how processes are begun, which have these modules at once where the system can fork."""
    context = multiprocessing.get_context("forkserver" if _FORKSERVER else "spawn")
    if _FORKSERVER:
        context.set_forkserver_preload(list(modules))
    return context
