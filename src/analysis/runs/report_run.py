"""A run of the report: notebooks side by side in a bounded pool, and one folder with all that came out of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.errors import CallError, WorkbenchError
from analysis.files import PARTIAL, json_bytes, staged_folder
from analysis.runs.data_package import write_data_package
from analysis.runs.kernel import FOLDERS, Job, Outcome
from analysis.runs.notebook import Notebook
from analysis.runs.parameters import HYPOTHESIS
from analysis.runs.plan import Plan
from analysis.runs.pool import run_all
from analysis.snapshots.store import Snapshot
from analysis.workspace import project_root

FAILED = "-failed"


class NotebookFailedError(WorkbenchError):
    """A notebook of a run, or a page made of it, ended in an error."""


def run_report(
    plan: Plan, out: Path, jobs: int | None, make_pages: Callable[[Path, Plan, dict[str, Any]], None], kernels: str = ""
) -> Path:
    """Run the notebooks of a plan and put everything into a new folder of ``out``.

    Parameters
    ----------
    plan : Plan
    out : Path
        The folder in which runs make theirs.
    jobs : int, optional
        How many run at once; by default one more than there are processors, because a notebook also waits.
    make_pages : callable
        Called with the folder, the plan and the record when every notebook ended well; it writes the pages.
    kernels : str
        The address of a server of kernels; empty: each notebook starts one of its own.

    Returns
    -------
    Path
        The folder of the run: executed notebooks, ``index.html``, tables, figures and ``run.json``.

    Raises
    ------
    NotebookFailedError
        When a notebook or the pages failed. What there is stays in a folder that ends in ``-failed``.
    DataError
        When a notebook writes to the hypothesis log and that is damaged; nothing was run.
    """
    if HYPOTHESIS in plan.parameters:
        from analysis.runs import hypothesis_log  # scipy: other runs need not wait for it

        hypothesis_log.read(out / hypothesis_log.LOG)
    begun = datetime.now().astimezone()
    (final, staging), home = _new_folder(out, begun, plan.parameters), project_root()
    with staged_folder(final, staging) as stage:
        for name in FOLDERS:
            (stage / name).mkdir()
        work = [
            Job(each.name, each.path, stage, plan.parameters[each.name], home, kernels, plan.reads_of(each))
            for each in plan.notebooks
        ]
        found = run_all(work, jobs)
        outcomes, record = write_record(stage, final.name, begun, plan, [found[each.name] for each in plan.notebooks])
        failed = [outcome for outcome in outcomes if outcome.error]
        kept, fault = final.with_name(f"{final.name}{FAILED}"), None
        if not failed:
            try:
                make_pages(stage, plan, record)
            except Exception as found:
                record["status"], fault = "failed", found
        (stage / "run.json").write_bytes(json_bytes(record))
        if failed or fault:
            stage.rename(kept)
        if failed:
            raise NotebookFailedError("\n".join(_failure(kept, outcome) for outcome in failed))
        if fault:
            raise NotebookFailedError(
                f"the notebooks ran and are kept in {kept}; the pages could not be made: {fault}"
            ) from fault
    return final


def write_record(
    stage: Path, run: str, begun: datetime, plan: Plan, outcomes: list[Outcome]
) -> tuple[list[Outcome], dict[str, Any]]:
    """Write the data dictionary of a run; return its outcomes and what ``run.json`` is to hold.

    An outcome is an error when the notebook did not leave what it promises.
    """
    outcomes = [_with_missing(stage, *each) for each in zip(plan.notebooks, outcomes, strict=True)]
    record = _record(run, begun, plan, outcomes)
    write_data_package(stage / "tables", record)
    return outcomes, record


def _failure(folder: Path, outcome: Outcome) -> str:
    cell = f", cell {outcome.cell}" if outcome.cell else ""
    return f"{folder / 'notebooks' / outcome.name}.ipynb{cell}: {outcome.error}"


def _new_folder(out: Path, begun: datetime, parameters: dict[str, dict[str, Any]]) -> tuple[Path, Path]:
    """Return a folder name that no run has (time, snapshot and, within one second, a number), and a folder to work in.

    Making the second one claims the name: of two runs that begin in the same second, one makes it.
    """
    snapshots = dict.fromkeys(str(values.get("snapshot", "no-snapshot")) for values in parameters.values())
    name = f"{begun:%Y%m%d-%H%M%S}-{'-'.join(snapshots)}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            folder = out / (name if number == 1 else f"{name}-{number}")
            staging = out / f".{folder.name}{PARTIAL}"
            with suppress(FileExistsError):
                staging.mkdir()
                if not folder.exists() and not folder.with_name(f"{folder.name}{FAILED}").exists():
                    return folder, staging
                staging.rmdir()
    except OSError as fault:
        raise CallError(f"{out}: no folder can be made there ({fault.strerror}); choose another with --out.") from fault
    raise CallError(f"{out}: a thousand runs in one second; try again.")


def _with_missing(stage: Path, notebook: Notebook, outcome: Outcome) -> Outcome:
    """Return the outcome as an error when the notebook ended well without leaving what it promises."""
    promised = [f"tables/{name}.csv" for name in notebook.tables] + [f"figures/{name}.png" for name in notebook.figures]
    missing = [name for name in promised if not (stage / name).is_file()]
    if outcome.error or not missing:
        return outcome
    return replace(outcome, error=f"ended without writing {', '.join(missing)}")


def about_snapshot(snapshot: Snapshot) -> dict[str, str]:
    """Return what is written down of a snapshot that a run reads."""
    about = {"name": snapshot.name, "kind": snapshot.kind, "created": snapshot.manifest.created}
    return about | {"digest": snapshot.digest, "as_of": snapshot.as_of}


def _record(run: str, begun: datetime, plan: Plan, outcomes: list[Outcome]) -> dict[str, Any]:
    """Return what is written down of a run: parameters, digests of the snapshots, outcomes and versions."""
    return {
        "run": run,
        "begun": begun.isoformat(timespec="seconds"),
        "status": "failed" if any(outcome.error for outcome in outcomes) else "done",
        "snapshots": [about_snapshot(each) for each in plan.snapshots.values()],
        "notebooks": [
            {
                "name": notebook.name,
                "parameters": plan.parameters[notebook.name],
                "seconds": outcome.seconds,
                "kernel_starts": outcome.starts,
                "error": outcome.error,
                "versions": outcome.versions,
            }
            for notebook, outcome in zip(plan.notebooks, outcomes, strict=True)
        ],
        "versions": _common([outcome.versions for outcome in outcomes if outcome.versions]),
        "skipped": plan.skipped,
    }


def _common(reported: list[dict[str, str]]) -> dict[str, str]:
    """Return the versions that all kernels reported alike; each notebook has its own beside it."""
    first = reported[0] if reported else {}
    return {name: text for name, text in first.items() if all(each.get(name) == text for each in reported)}
