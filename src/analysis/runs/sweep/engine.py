"""The runs of a sweep on its workers: one at a time on each; what a worker that died was at is done again."""

import time
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from analysis.errors import WorkbenchError
from analysis.runs.kernel import Outcome
from analysis.runs.sweep.cluster import DEATHS, prepare_worker
from analysis.runs.sweep.plan import SweepPlan, SweepRun
from analysis.runs.sweep.worker import Request, Result, run_request

NO_WORKER = 120
"""Seconds without any worker after which a sweep stops."""
_PULSE = 5
"""Seconds after which the workers are counted while none of them ends a run."""


class SchedulerLostError(WorkbenchError):
    """The scheduler, or every worker, was lost; what was done is kept."""


def run_all(
    client: Any, plan: SweepPlan, todo: list[SweepRun], kernels: str, keep: Callable[[SweepRun, Result], None]
) -> None:
    """Run what is to be done and hand each result to ``keep`` as it comes.

    Parameters
    ----------
    client : distributed.Client
    plan : SweepPlan
    todo : list of SweepRun
    kernels : {"warm", "plain"}
    keep : callable
        Takes a run and its result.

    Raises
    ------
    SchedulerLostError
        When the scheduler ends, or no worker is left for `NO_WORKER` seconds.
    """
    from distributed import wait

    waiting, running, seen = deque(todo), {}, time.monotonic()
    call = uuid.uuid4().hex[:8]  # runs of a command that was killed may still be known to the scheduler
    try:
        while waiting or running:
            workers = len(client.nthreads())
            seen = time.monotonic() if workers else seen
            if time.monotonic() - seen > NO_WORKER:
                raise SchedulerLostError(f"no worker is left since {NO_WORKER} seconds")
            while waiting and len(running) < workers:
                run = waiting.popleft()
                running[_submit(client, plan, run, kernels, call)] = run
            try:
                done = wait(list(running), timeout=_PULSE, return_when="FIRST_COMPLETED").done if running else ()
            except TimeoutError:
                continue
            for future in done:
                _take(client, plan, future, running, waiting, keep)
    except (OSError, CancelledError) as fault:
        raise SchedulerLostError("the scheduler is no longer there") from fault
    finally:
        if running and client.status == "running":
            client.cancel(list(running), force=True)


def _submit(client: Any, plan: SweepPlan, run: SweepRun, kernels: str, call: str) -> Any:
    request = Request(
        run.name, plan.notebook.name, plan.files, run.parameters, plan.snapshots, plan.data, kernels
    )  # fmt: skip
    return client.submit(run_request, request, key=f"{call}-{run.name}-{uuid.uuid4().hex[:8]}", pure=False)


def _take(
    client: Any, plan: SweepPlan, future: Any, running: dict[Any, SweepRun], waiting: deque[SweepRun],
    keep: Callable[[SweepRun, Result], None],
) -> None:  # fmt: skip
    """Keep what a run came to, or put it back at the front when its worker lacked the data and now has them."""
    from distributed.scheduler import KilledWorker

    run = running.pop(future)
    try:
        result = future.result()
    except KilledWorker:
        fault = f"its worker ended {DEATHS} times while it ran (out of memory?)"
        keep(run, Result("", Outcome(plan.notebook.name, 0.0, 1, fault)))
    else:
        if result.outcome is None:
            prepare_worker(client, plan, result.worker)
            waiting.appendleft(run)
        else:
            keep(run, result)
    finally:
        future.release()
