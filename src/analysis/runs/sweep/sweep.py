"""A sweep from its plan to its end: what is done is kept, the rest is run, tables are gathered, failures are named."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.runs.kernel import Outcome
from analysis.runs.kernel_server import SERVER
from analysis.runs.pool import kernel_server
from analysis.runs.report_run import NotebookFailedError
from analysis.runs.sweep.folder import SCRATCH, claimed, done_in, keep_run, run_entry, write_sweep_record
from analysis.runs.sweep.gather import gather_tables
from analysis.runs.sweep.plan import SweepPlan, SweepRun
from analysis.runs.sweep.worker import Request, Result, run_request
from analysis.runs.workers.cluster import Workers, check_workers, is_fit, open_cluster
from analysis.runs.workers.data import send_data
from analysis.runs.workers.engine import Failure, SchedulerLostError, run_tasks

WORKER_MEMORY = "600MB"
"""At which the process of a worker is begun again; it has 150 MB. Kernels are not counted: they end with their run."""
_MOST_NAMED = 20
Page = Callable[[Path, dict[str, Any]], None]


def run_sweep(plan: SweepPlan, folder: Path, workers: Workers, kernels: str, make_page: Page) -> None:
    """Run what is not done yet, and write tables, page and ``sweep.json`` over all that is.

    Parameters
    ----------
    plan : SweepPlan
    folder : Path
        The folder of the sweep; a sweep that was stopped goes on in it.
    workers : Workers
    kernels : {"warm", "plain"}
    make_page : callable
        Called with the folder and what ``sweep.json`` holds.

    Raises
    ------
    NotebookFailedError
        When runs failed, with a line for each; everything else was done.
    CallError
        When the folder is of another sweep, or the cluster does not fit; nothing was run.
    """
    with claimed(folder, plan):
        done, begun = done_in(folder, plan), datetime.now().astimezone()
        errors: dict[str, str] = {}
        todo = [run for run in plan.runs if run not in done]
        record = _record(plan, begun)
        try:
            if todo:
                with _cluster(workers, len(todo), folder, kernels) as client:
                    check_workers(client)
                    send_data(client, plan.data)
                    write_sweep_record(folder, record | {"status": "running"})
                    try:
                        errors = _run(client, plan, todo, kernels, folder)
                    except BaseException:
                        write_sweep_record(folder, record | {"status": "stopped"})
                        raise
        except SchedulerLostError as fault:
            left = len(plan.runs) - len(done_in(folder, plan))
            raise SchedulerLostError(
                f"{fault}; {len(plan.runs) - left} of {len(plan.runs)} runs are done. The same command goes on."
            ) from fault
        _finish(folder, plan, record, errors, make_page)
    if errors:
        raise NotebookFailedError(_failures(folder, plan, errors))


@contextmanager
def _cluster(workers: Workers, runs: int, folder: Path, kernels: str) -> Iterator[Any]:
    """Give a client of the workers; those of this machine share a server of kernels."""
    with ExitStack() as stack:
        address = "" if workers.scheduler else stack.enter_context(kernel_server(kernels))
        yield stack.enter_context(open_cluster(workers, folder / SCRATCH, WORKER_MEMORY, {SERVER: address}, runs))


def _run(client: Any, plan: SweepPlan, todo: list[SweepRun], kernels: str, folder: Path) -> dict[str, str]:
    """Run what is to be done, and return the errors of those that failed."""
    runs = {run.name: run for run in todo}
    requests = {
        run.name: Request(
            run.name, plan.notebook.name, plan.files, run.parameters, plan.data, kernels,
            plan.reads.get(run.parameters.get("snapshot"), {}),
        )
        for run in todo
    }  # fmt: skip

    def keep(name: str, result: Result | Failure) -> str:
        if isinstance(result, Failure):
            result = Result(Outcome(plan.notebook.name, 0.0, 1, result.message))
        return keep_run(folder, plan, runs[name], result)

    def prepare(address: str) -> None:
        if is_fit(client, address):
            send_data(client, plan.data, address)

    return run_tasks(client, run_request, requests, keep, prepare, done=len(plan.runs) - len(todo))


def _record(plan: SweepPlan, begun: datetime) -> dict[str, Any]:
    return {
        "notebook": plan.notebook.name,
        "parts": plan.parts,
        "snapshots": plan.snapshots,
        "versions": plan.identity,
        "swept": list(plan.swept),
        "begun": begun.isoformat(timespec="seconds"),
    }


def _finish(
    folder: Path, plan: SweepPlan, record: dict[str, Any], errors: dict[str, str], make_page: Page
) -> None:  # fmt: skip
    tables = gather_tables(folder, plan, done_in(folder, plan))
    ended = datetime.now().astimezone().isoformat(timespec="seconds")
    whole = record | {
        "ended": ended,
        "status": "failed" if errors else "done",
        "tables": tables,
        "runs": [run_entry(folder, run, errors.get(run.name, "")) for run in plan.runs],
    }
    make_page(folder, whole)
    write_sweep_record(folder, whole)


def _failures(folder: Path, plan: SweepPlan, errors: dict[str, str]) -> str:
    """Return a line for each run that failed, the first ones of many, and how many there are."""
    runs = {run.name: run for run in plan.runs}
    lines = [
        f"run {name} ({', '.join(f'{key}={runs[name].parameters[key]}' for key in plan.swept)}): {error}"
        for name, error in sorted(errors.items())
    ]
    more = [f"and {len(lines) - _MOST_NAMED} more, in {folder / 'sweep.json'}"] if len(lines) > _MOST_NAMED else []
    return "\n".join(
        [
            *lines[:_MOST_NAMED],
            *more,
            f"{len(errors)} of {len(plan.runs)} runs failed; every run is on {folder / 'index.html'}.",
        ]
    )
