"""The workers of a sweep: a cluster on this machine, or one that is there; none computes before it is checked.

A local cluster speaks TLS with a key that only its own processes have: anyone who could connect to a scheduler could
have it run code.
"""

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.errors import CallError, name_some
from analysis.runs.kernel import ONE_THREAD
from analysis.runs.kernel_server import SERVER
from analysis.runs.pool import kernel_server, warm_up
from analysis.runs.sweep.archive import pack_data
from analysis.runs.sweep.identity import identity
from analysis.runs.sweep.plan import SweepPlan
from analysis.runs.sweep.worker import describe, install
from analysis.workspace import HOME_VARIABLE, project_root

CONNECT = 10
"""Seconds that a scheduler has to answer."""
FIRST_WORKER = 60
"""Seconds that a first worker has to come."""
DEATHS = 3
"""Workers that may end at one run before the run is a failure."""
WORKER_MEMORY = "600MB"
"""At which the process of a worker is begun again; it has 150 MB. Kernels are not counted: they end with their run."""


def prepare_local() -> None:
    """Let what local workers import be imported in the background, where the system can fork."""
    warm_up("distributed", "analysis.runs.sweep.worker")


@contextmanager
def open_cluster(scheduler: str, workers: int, scratch: Path, kernels: str) -> Iterator[Any]:
    """Give a client of the scheduler at an address, or of a cluster on this machine that ends with the block.

    Parameters
    ----------
    scheduler : str
        Such as ``tcp://10.0.0.5:8786``; empty for a local cluster.
    workers : int
        The processes of a local cluster.
    scratch : Path
        A folder in which local workers keep what they are at; it is removed.
    kernels : {"warm", "plain"}
    """
    import dask
    from distributed import Client

    for name in [each for each in logging.root.manager.loggerDict if each.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # the sweep itself says what matters
    if scheduler:
        with dask.config.set(_configuration()), _connected(scheduler) as client:
            yield client
        return
    try:
        with (
            dask.config.set(_configuration()),
            kernel_server(kernels) as address,
            _local_cluster(workers, scratch, address) as cluster,
            Client(cluster, timeout=CONNECT) as client,
        ):
            yield client
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _configuration() -> dict[str, Any]:
    return {
        "distributed.scheduler.allowed-failures": DEATHS - 1,
        "distributed.scheduler.worker-saturation": 1.0,  # a run that waits is not blamed for one that kills
        "distributed.worker.multiprocessing-method": "forkserver" if sys.platform != "win32" else "spawn",
        "distributed.comm.timeouts.connect": CONNECT,
        "distributed.worker.profile.enabled": False,  # it looks at every thread a hundred times a second
        "distributed.admin.tick.interval": "500ms",
        "distributed.scheduler.http.routes": [],  # a local cluster has no pages to look at
        "distributed.worker.http.routes": [],
    }


@contextmanager
def _local_cluster(workers: int, scratch: Path, kernels: str) -> Iterator[Any]:
    from distributed import LocalCluster

    environment = dict.fromkeys(ONE_THREAD, "1") | {SERVER: kernels, HOME_VARIABLE: str(project_root())}
    cluster = LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, security=True,
        memory_limit=WORKER_MEMORY, local_directory=str(scratch), silence_logs=logging.CRITICAL, env=environment,
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


def check_workers(client: Any, plan: SweepPlan) -> None:
    """Compare scheduler and workers with this process, and send the data to the workers that lack them.

    Raises
    ------
    CallError
        With a line for each that lacks the workbench, has another version of anything, or more than one thread.
    """
    try:
        faults = _faults("the scheduler", {"identity": client.run_on_scheduler(identity)}, plan)
    except Exception as fault:  # whatever its Python makes of a package that it does not have
        faults = [f"the scheduler cannot use the workbench ({_line(fault)}); start it in an environment that has it."]
    found = client.run(describe, plan.snapshots, plan.data, on_error="return")
    for address, about in found.items():
        faults += _faults(f"worker {address}", about, plan)
    if faults:
        raise CallError("\n".join(faults))
    _send(client, plan, [address for address, about in found.items() if not about["has_data"]])


def prepare_worker(client: Any, plan: SweepPlan, address: str) -> None:
    """Check a worker that came later, and send it the data; one that does not fit is closed, and named on stderr."""
    about = client.run(describe, plan.snapshots, plan.data, workers=[address], on_error="return").get(address)
    if about is None:  # it left again
        return
    faults = _faults(f"worker {address}", about, plan)
    if faults:
        sys.stderr.write("".join(f"bijstand: {fault} It is closed.\n" for fault in faults))
        client.retire_workers([address], close_workers=True)
    elif not about["has_data"]:
        _send(client, plan, [address])


def _send(client: Any, plan: SweepPlan, addresses: list[str]) -> None:
    if addresses:
        client.run(install, plan.data, pack_data(plan.snapshots), workers=addresses)


def _faults(name: str, about: Any, plan: SweepPlan) -> list[str]:
    """Return why a process of the cluster cannot take part."""
    if isinstance(about, BaseException):
        return [f"{name} cannot use the workbench ({_line(about)}); install this version there."]
    there, here = about["identity"], plan.identity
    other = [f"{key} {there.get(key, 'none')} there, {here[key]} here" for key in here if there.get(key) != here[key]]
    faults = [f"{name} has another version: {name_some(other, 3)}; install the same there."] if other else []
    if about.get("threads", 1) != 1:
        faults.append(f"{name} has {about['threads']} threads; start it with --nthreads 1, and --nworkers for more.")
    return faults


def _line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]


def default_workers() -> int:
    """Return how many workers run on this machine unless a call says so: one for each processor."""
    return os.cpu_count() or 1
