"""A sweep from its plan to its end: what is done is kept, the rest is run, tables are gathered, failures are named."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.runs.report_run import NotebookFailedError
from analysis.runs.sweep.cluster import check_workers, open_cluster
from analysis.runs.sweep.engine import SchedulerLostError, run_all
from analysis.runs.sweep.folder import SCRATCH, claimed, done_in, keep_run, run_entry, write_sweep_record
from analysis.runs.sweep.gather import gather_tables
from analysis.runs.sweep.plan import SweepPlan, SweepRun
from analysis.runs.sweep.worker import Result

_MOST_NAMED = 20
Page = Callable[[Path, dict[str, Any]], None]


@dataclass(frozen=True)
class Workers:
    """On what a sweep runs: the address of a scheduler, empty for workers here; how many; the kind of kernels."""

    scheduler: str
    number: int
    kernels: str


def run_sweep(plan: SweepPlan, folder: Path, workers: Workers, make_page: Page) -> None:
    """Run what is not done yet, and write tables, page and ``sweep.json`` over all that is.

    Parameters
    ----------
    plan : SweepPlan
    folder : Path
        The folder of the sweep; a sweep that was stopped goes on in it.
    workers : Workers
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
                with open_cluster(workers.scheduler, workers.number, folder / SCRATCH, workers.kernels) as client:
                    check_workers(client, plan)
                    write_sweep_record(folder, record | {"status": "running"})
                    _run(client, plan, todo, workers.kernels, folder, errors)
        except SchedulerLostError as fault:
            left = len(plan.runs) - len(done_in(folder, plan))
            raise SchedulerLostError(
                f"{fault}; {len(plan.runs) - left} of {len(plan.runs)} runs are done. The same command goes on."
            ) from fault
        _finish(folder, plan, record, errors, make_page)
    if errors:
        raise NotebookFailedError(_failures(folder, plan, errors))


def _run(
    client: Any, plan: SweepPlan, todo: list[SweepRun], kernels: str, folder: Path, errors: dict[str, str]
) -> None:  # fmt: skip
    from tqdm import tqdm

    shown = {"disable": True if sys.stderr is None else None, "file": sys.stderr}
    with tqdm(total=len(plan.runs), initial=len(plan.runs) - len(todo), unit="run", **shown) as bar:

        def keep(run: SweepRun, result: Result) -> None:
            error = keep_run(folder, plan, run, result)
            if error:
                errors[run.name] = error.splitlines()[0]
                bar.set_postfix_str(f"{len(errors)} failed", refresh=False)
            bar.update()

        run_all(client, plan, todo, kernels, keep)


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
            f"{len(errors)} of {len(plan.runs)} runs failed; the others are in {folder / 'index.html'}.",
        ]
    )
