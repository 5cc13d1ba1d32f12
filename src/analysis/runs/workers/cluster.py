"""Where tasks run: a cluster on this machine, or one that is there; no worker computes before it is checked.

A local cluster speaks TLS with a key that only its own processes have: anyone who could connect to a scheduler could
have it run code.
"""

import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import CallError, name_some
from analysis.runs.kernel import ONE_THREAD
from analysis.runs.workers.identity import identity
from analysis.workspace import HOME_VARIABLE, project_root

CONNECT = 10
"""Seconds that a scheduler has to answer."""
FIRST_WORKER = 60
"""Seconds that a first worker has to come."""
DEATHS = 3
"""Workers that may end at one task before the task is a failure."""


@dataclass(frozen=True)
class Workers:
    """On what tasks run: the address of a scheduler, or how many processes here.

    Attributes
    ----------
    scheduler : str
        Such as ``tcp://10.0.0.5:8786``; empty for a cluster on this machine.
    number : int, optional
        The processes of a cluster on this machine; by default one for each processor.

    Raises
    ------
    CallError
        When both are given, or there would be no process.
    """

    scheduler: str = ""
    number: int | None = None

    def __post_init__(self) -> None:
        if self.number is not None and (self.number < 1 or self.scheduler):
            raise CallError(f"--workers {self.number}: expected a whole number from 1, and no --scheduler.")


@contextmanager
def open_cluster(
    workers: Workers,
    scratch: Path,
    memory: str = "auto",
    environment: Mapping[str, str] | None = None,
    tasks: int | None = None,
) -> Iterator[Any]:
    """Give a client of a scheduler, or of a cluster on this machine that ends with the block.

    Parameters
    ----------
    workers : Workers
    scratch : Path
        A folder in which local workers keep what they are at; it is removed.
    memory : str
        At which the process of a local worker is begun again; by default its part of what the machine has.
    environment : mapping, optional
        Variables that local workers have beside those of this process.
    tasks : int, optional
        How many are to be done: no more processes are started.
    """
    import dask
    from distributed import Client

    for name in [each for each in logging.root.manager.loggerDict if each.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # the command itself says what matters
    if workers.scheduler:
        with dask.config.set(_configuration()), _connected(workers.scheduler) as client:
            yield client
        return
    number = workers.number or os.cpu_count() or 1
    number = number if tasks is None else min(number, tasks)
    try:
        with (
            dask.config.set(_configuration()),
            _local_cluster(number, scratch, memory, environment or {}) as cluster,
            Client(cluster, timeout=CONNECT) as client,
        ):
            yield client
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _configuration() -> dict[str, Any]:
    return {
        "distributed.scheduler.allowed-failures": DEATHS - 1,
        "distributed.scheduler.worker-saturation": 1.0,  # a task that waits is not blamed for one that kills
        "distributed.worker.multiprocessing-method": "forkserver" if sys.platform != "win32" else "spawn",
        "distributed.comm.timeouts.connect": CONNECT,
        # what a worker has in memory is that of its task: it cannot wait for less, nor put it on disk
        **dict.fromkeys((f"distributed.worker.memory.{name}" for name in ("target", "spill", "pause")), False),
        "distributed.worker.profile.enabled": False,  # it looks at every thread a hundred times a second
        "distributed.admin.tick.interval": "500ms",
        "distributed.scheduler.http.routes": [],  # a local cluster has no pages to look at
        "distributed.worker.http.routes": [],
    }


@contextmanager
def _local_cluster(workers: int, scratch: Path, memory: str, environment: Mapping[str, str]) -> Iterator[Any]:
    from distributed import LocalCluster

    environment = dict.fromkeys(ONE_THREAD, "1") | {HOME_VARIABLE: str(project_root()), **environment}
    cluster = LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, security=True,
        memory_limit=memory, local_directory=str(scratch), silence_logs=logging.CRITICAL, env=environment,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    )  # fmt: skip
    try:
        yield cluster
    finally:
        cluster.close(timeout=CONNECT)


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=CONNECT)
    except (OSError, ValueError, TimeoutError) as fault:
        raise CallError(
            f"--scheduler {scheduler}: no scheduler answers there within {CONNECT} seconds; start one with "
            "`dask scheduler`, or leave --scheduler out for workers on this machine."
        ) from fault
    try:
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER)
        except TimeoutError as fault:
            raise CallError(
                f"--scheduler {scheduler}: no worker came within {FIRST_WORKER} seconds; start one with "
                f"`dask worker {scheduler} --nthreads 1`."
            ) from fault
        yield client
    finally:
        client.close(timeout=CONNECT)


def check_workers(client: Any) -> None:
    """Compare scheduler and workers with this process.

    Raises
    ------
    CallError
        With a line for each that lacks the workbench, has another version of anything, or more than one thread.
    """
    try:
        faults = _faults("the scheduler", {"identity": client.run_on_scheduler(identity)})
    except Exception as fault:  # whatever its Python makes of a package that it does not have
        faults = [f"the scheduler cannot use the workbench ({_line(fault)}); start it in an environment that has it."]
    for address, about in client.run(_describe, on_error="return").items():
        faults += _faults(f"worker {address}", about)
    if faults:
        raise CallError("\n".join(faults))


def is_fit(client: Any, address: str) -> bool:
    """Tell whether a worker that came later fits; one that does not is closed, and named on stderr."""
    found = client.run(_describe, workers=[address], on_error="return")
    faults = [fault for about in found.values() for fault in _faults(f"worker {address}", about)]
    if faults:
        sys.stderr.write("".join(f"bijstand: {fault} It is closed.\n" for fault in faults))
        client.retire_workers([address], close_workers=True)
    return bool(found) and not faults  # none is found when it left again


def _describe(dask_worker: Any) -> dict[str, Any]:
    """Return the versions of a worker, and its threads."""
    return {"identity": identity(), "threads": dask_worker.state.nthreads}


def _faults(name: str, about: Any) -> list[str]:
    """Return why a process of the cluster cannot take part."""
    if isinstance(about, BaseException):
        return [f"{name} cannot use the workbench ({_line(about)}); install this version there."]
    there, here = about["identity"], identity()
    other = [f"{key} {there.get(key, 'none')} there, {here[key]} here" for key in here if there.get(key) != here[key]]
    faults = [f"{name} has another version: {name_some(other, 3)}; install the same there."] if other else []
    if about.get("threads", 1) != 1:
        faults.append(f"{name} has {about['threads']} threads; start it with --nthreads 1, and --nworkers for more.")
    return faults


def _line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]
