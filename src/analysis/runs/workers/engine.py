"""Independent tasks on workers: one at a time on each; what a worker that died was at is done again."""

import sys
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from analysis.errors import WorkbenchError
from analysis.runs.workers.cluster import DEATHS
from analysis.runs.workers.identity import identity

NO_WORKER = 120
"""Seconds without any worker after which the tasks are given up."""
_PULSE = 5
"""Seconds after which the workers are counted while none of them ends a task."""


class SchedulerLostError(WorkbenchError):
    """The scheduler, or every worker, was lost; what was done is kept."""


@dataclass(frozen=True)
class Failure:
    """What a task came to that gave no result: why."""

    message: str


@dataclass(frozen=True)
class NotReady:
    """What a task gives on a worker that cannot do it yet: the address of the worker."""

    worker: str


def run_tasks(
    client: Any,
    function: Callable[[Any], Any],
    tasks: Mapping[str, Any],
    keep: Callable[[str, Any], str],
    prepare: Callable[[str], None],
    unit: str = "run",
    done: int = 0,
) -> dict[str, str]:
    """Run tasks in any order and keep what each comes to, with the rate and the time left on a terminal.

    Parameters
    ----------
    client : distributed.Client
        Its workers are checked already (`cluster.check_workers`).
    function : callable
        What a worker does with a task: a function of a module that it has.
    tasks : mapping
        What the function takes, by the name of the task.
    keep : callable
        Takes the name of a task and its result or `Failure`, and returns its error, empty when it ended well.
    prepare : callable
        Takes the address of a worker that came later, or on which a task was `NotReady` and will be begun again: the
        worker is made ready, or closed.
    unit : str
        What a task is called.
    done : int
        The tasks beside these that were done before.

    Returns
    -------
    dict of str to str
        The first line of the error of each task that failed.

    Raises
    ------
    SchedulerLostError
        When the scheduler ends, or no worker is left for `NO_WORKER` seconds.
    """
    from tqdm import tqdm

    errors: dict[str, str] = {}
    shown = {"disable": True if sys.stderr is None else None, "file": sys.stderr}
    with (
        tqdm(total=done + len(tasks), initial=done, unit=unit, **shown) as bar,
        closing(_results(client, function, tasks, prepare)) as results,
    ):
        for name, result in results:
            error = keep(name, result)
            if error:
                errors[name] = error.splitlines()[0]
                bar.set_postfix_str(f"{len(errors)} failed", refresh=False)
            bar.update()
    return errors


def _results(
    client: Any, function: Callable[[Any], Any], tasks: Mapping[str, Any], prepare: Callable[[str], None]
) -> Iterator[tuple[str, Any]]:  # fmt: skip
    """Give each task and its result, or `Failure`, as it ends."""
    from distributed import wait

    waiting, running, seen = deque(tasks), {}, time.monotonic()
    known = set(client.nthreads())
    call = uuid.uuid4().hex[:8]  # tasks of a command that was killed may still be known to the scheduler
    try:
        while waiting or running:
            workers = set(client.nthreads())
            seen = time.monotonic() if workers else seen
            for address in workers - known:
                prepare(address)
            known |= workers
            if time.monotonic() - seen > NO_WORKER:
                raise SchedulerLostError(f"no worker is left since {NO_WORKER} seconds")
            while waiting and len(running) < len(workers):
                name = waiting.popleft()
                key = f"{call}-{name}-{uuid.uuid4().hex[:8]}"
                running[client.submit(_perform, function, tasks[name], identity(), key=key, pure=False)] = name
            try:
                done = wait(list(running), timeout=_PULSE, return_when="FIRST_COMPLETED").done if running else ()
            except TimeoutError:
                continue
            for future in done:
                name, result = running.pop(future), _result_of(future)
                if isinstance(result, NotReady):
                    prepare(result.worker)
                    waiting.appendleft(name)
                else:
                    yield name, result
    except (OSError, CancelledError) as fault:
        raise SchedulerLostError("the scheduler is no longer there") from fault
    finally:
        if running and client.status == "running":
            client.cancel(list(running), force=True)


def _perform(function: Callable[[Any], Any], task: Any, versions: dict[str, str]) -> Any:
    """Do a task on a worker, unless the worker came later and has other versions than the command."""
    if identity() != versions:
        from distributed import get_worker

        return NotReady(get_worker().address)
    return function(task)


def _result_of(future: Any) -> Any:
    from distributed.scheduler import KilledWorker

    try:
        if future.status != "error":
            return future.result()
        fault = future.exception()
    finally:
        future.release()
    if isinstance(fault, KilledWorker):
        return Failure(f"its worker ended {DEATHS} times while it ran (out of memory?)")
    return Failure(f"{'' if isinstance(fault, WorkbenchError) else f'{type(fault).__name__}: '}{fault}")
