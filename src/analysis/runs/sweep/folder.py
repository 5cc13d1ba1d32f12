"""The folder of a sweep: a folder for each run, ``sweep.json``, and the rule that one sweep fills it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from analysis.errors import CallError, name_some
from analysis.files import PARTIAL, acquire_lock, content_digest, json_bytes, replace_file
from analysis.runs.kernel import FOLDERS
from analysis.runs.plan import Plan
from analysis.runs.report_run import FAILED, write_record
from analysis.runs.sweep.plan import SweepPlan, SweepRun
from analysis.runs.sweep.worker import Result
from analysis.runs.workers.archive import unpack

RECORD, RUNS, TABLES, SCRATCH = "sweep.json", "runs", "tables", ".scratch"
_LOCK = ".lock"


def folder_of(plan: SweepPlan, outputs: Path) -> Path:
    """Return where a sweep goes unless its call says so: the same call always comes to the same folder."""
    digest = content_digest(plan.parts)[:12]  # two sweeps of one folder would stand in each other's way
    return outputs / f"sweep-{plan.notebook.name}-{digest}"


@contextmanager
def claimed(folder: Path, plan: SweepPlan) -> Iterator[None]:
    """Make the folder, or go on in it, for as long as the block lasts.

    Raises
    ------
    CallError
        When it holds something else, or another command is at work in it; nothing was changed.
    """
    record = folder / RECORD
    try:
        if record.is_file():
            _check_same(folder, json.loads(record.read_text(encoding="utf-8")), plan)
        elif folder.exists() and (not folder.is_dir() or any(map(_is_foreign, folder.iterdir()))):
            raise CallError(f"--out {folder}: holds something that is no sweep; choose another folder.")
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("a")
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise CallError(f"--out {folder}: cannot be used ({fault}); choose another folder.") from fault
    with lock:
        try:
            acquire_lock(lock)
        except OSError as fault:
            raise CallError(f"--out {folder}: another command is at work on this sweep; wait for its end.") from fault
        for name in (RUNS, TABLES):
            (folder / name).mkdir(exist_ok=True)
        for rest in [folder / SCRATCH, *(folder / RUNS).glob(f".*{PARTIAL}")]:  # of a command that was killed
            shutil.rmtree(rest, ignore_errors=True)
        try:
            yield
        finally:
            if not record.is_file():  # the sweep was refused, or stopped before its first run
                _remove_empty(folder)


def _is_foreign(path: Path) -> bool:
    """Tell whether something in a folder without ``sweep.json`` is not of a sweep that was stopped early."""
    if path.name in (RUNS, TABLES) and path.is_dir():
        return any(path.iterdir())
    return path.name not in (_LOCK, SCRATCH)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        for name in (RUNS, TABLES):
            (folder / name).rmdir()
        (folder / _LOCK).unlink()
        folder.rmdir()


def _check_same(folder: Path, record: dict[str, Any], plan: SweepPlan) -> None:
    other = [word for word, digest in plan.parts.items() if record["parts"].get(word) != digest]
    if other:
        raise CallError(
            f"--out {folder}: holds another sweep, of {record['notebook']} (other {name_some(other)}); choose another "
            "folder."
        )


def done_in(folder: Path, plan: SweepPlan) -> list[SweepRun]:
    """Return the runs that are there, whole."""
    return [run for run in plan.runs if (folder / RUNS / run.name / "run.json").is_file()]


def keep_run(folder: Path, plan: SweepPlan, run: SweepRun, result: Result) -> str:
    """Put what a run left into its folder, and return its error, empty when it ended well.

    A run that failed is kept beside, under a name that ends in ``-failed``, until it ends well.
    """
    final = folder / RUNS / run.name
    failed, staging = final.with_name(final.name + FAILED), final.with_name(f".{final.name}{PARTIAL}")
    try:
        for name in FOLDERS:
            (staging / name).mkdir(parents=True)
        if result.files:
            unpack(result.files, staging)
        begun = datetime.now().astimezone() - timedelta(seconds=result.outcome.seconds)
        one = Plan([plan.notebook], {plan.notebook.name: run.parameters})
        (outcome,), record = write_record(staging, run.name, begun, one, [result.outcome])
        (staging / "run.json").write_bytes(json_bytes(record))
        shutil.rmtree(failed, ignore_errors=True)
        staging.rename(failed if outcome.error else final)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return outcome.error


def run_entry(folder: Path, run: SweepRun, error: str) -> dict[str, Any]:
    """Return what ``sweep.json`` holds of a run that has ended, ``error`` empty when it ended well."""
    path = folder / RUNS / (run.name + (FAILED if error else "")) / "run.json"
    (notebook,) = json.loads(path.read_text(encoding="utf-8"))["notebooks"]
    status = "failed" if error else "done"
    entry = {"run": run.name, "parameters": run.parameters, "status": status}
    return entry | {"seconds": notebook["seconds"], "error": error}


def write_sweep_record(folder: Path, record: dict[str, Any]) -> None:
    """Write ``sweep.json``; a reader sees the one before or this one."""
    replace_file(folder / RECORD, json_bytes(record))
