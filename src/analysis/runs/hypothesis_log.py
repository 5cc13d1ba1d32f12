"""The hypothesis log: a row for each test, so that a reader knows how often a question was tested.

Where a row goes: in a run, beside the run's folder (``outputs/hypotheses.csv``; with ``--out DIR`` in ``DIR``); from a
notebook opened in JupyterLab, into ``outputs/`` of the workbench, with the run ``by hand``. A kernel that neither of
them started (nbval, nbclient, `tools/refresh_notebooks.py`, a script) writes nothing. JupyterLab names the notebook of
a kernel in ``JPY_SESSION_NAME``; ``PYTEST_VERSION`` is set in a session of tests.
"""

import csv
import io
import json
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from analysis.checked_files import Field, read_csv, refuse
from analysis.errors import CallError, DataError
from analysis.files import PARTIAL, acquire_lock
from analysis.language.translator import Translator
from analysis.models.hypothesis import HypothesisTest
from analysis.snapshots.difference_output import escape_spreadsheet_formula
from analysis.snapshots.store import Snapshot
from analysis.workspace import RUN_FOLDER_VARIABLE, outputs_folder

LOG, BY_HAND = "hypotheses.csv", "by hand"
COLUMNS = (
    "time", "run", "hypothesis", "question", "parameters", "snapshot", "kind", "digest",
    "estimate", "lo", "hi", "interval", "p", "verdict", "times_tested",
)  # fmt: skip
_FIELDS = dict.fromkeys(COLUMNS, Field())
_FIELDS |= {"parameters": Field(r"\{.*\}", "names and values as JSON"), "times_tested": Field(r"[1-9]\d*", "a number")}
_LONGEST = 500
"""Characters of a hypothesis."""
_LOCK_TIMEOUT = 60.0
"""Seconds to wait while others write."""


def check_hypothesis(text: str) -> str:
    """Return a hypothesis on one line; raise a CallError for one that is empty or very long."""
    line = " ".join(text.split())
    if not line or len(line) > _LONGEST:
        raise CallError(f"hypothesis: expected a statement of 1 to {_LONGEST} characters, found {len(line)}.")
    return line


def log_of_process() -> tuple[Path, str] | None:
    """Return the log that this process writes to and the id of its run, None where it writes to none."""
    run = os.environ.get(RUN_FOLDER_VARIABLE)
    if run:
        folder = Path(run)
        return folder.parent / LOG, folder.name.removeprefix(".").removesuffix(PARTIAL)
    if os.environ.get("JPY_SESSION_NAME") and "PYTEST_VERSION" not in os.environ:
        return outputs_folder() / LOG, BY_HAND
    return None


def record(tested: HypothesisTest, hypothesis: str, snapshot: Snapshot, translator: Translator) -> str:
    """Write a test into the log, where this process has one; return what was written, in words."""
    found = log_of_process()
    if found is None:
        return translator.word("texts", "hypothesis_not_recorded")
    log, run = found
    row, times = append(log, _row(tested, check_hypothesis(hypothesis), snapshot, run))
    corrected = translator.number(min(1.0, tested.p_value * times), 3)
    return translator.word("texts", "hypothesis_recorded", log=LOG, row=str(row), times=str(times), p=corrected)


def append(log: Path, row: dict[str, str]) -> tuple[int, int]:
    """Add a row to a log, made when absent; return its number and how often its question was tested, this time too.

    Raises
    ------
    DataError
        When the log is damaged, or the disk takes no more: it is left as it was.
    CallError
        When others write for more than a minute.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with _exclusive_lock(log.with_name(f".{log.name}.lock")):
        rows = read(log)
        times = 1 + sum(each["question"] == row["question"] for each in rows)
        lines = [] if log.exists() else [COLUMNS]
        lines.append(tuple((row | {"times_tested": str(times)})[name] for name in COLUMNS))
        _add(log, _text(lines))
        return len(rows) + 1, times


def read(log: Path) -> list[dict[str, str]]:
    """Return the rows of a log, none when there is no log; raise a DataError for one that is damaged."""
    if not log.exists():
        return []
    faults: list[str] = []
    rows = read_csv(log, _FIELDS, faults, file=str(log))
    data = log.read_bytes()
    if not (data.startswith(_text([COLUMNS])) and data.endswith(b"\n")):
        faults.append(f"{log}: expected whole rows under {','.join(COLUMNS)}; found another order, or half a row.")
    if faults:
        faults.append(f"{log}: nothing was written to it. Correct it, or move it away: a new log is begun.")
    refuse(faults)
    return [row.values for row in rows]


def _row(tested: HypothesisTest, hypothesis: str, snapshot: Snapshot, run: str) -> dict[str, str]:
    numbers = {name: tested.summary[name] for name in ("estimate", "lo", "hi")} | {"p": tested.p_value}
    return {
        "time": datetime.now().astimezone().isoformat(timespec="seconds"),
        "run": run,
        "hypothesis": str(escape_spreadsheet_formula(hypothesis)),
        "question": tested.question.log_key(tested.test),
        "parameters": json.dumps(tested.parameters, ensure_ascii=False),
        "snapshot": snapshot.name,
        "kind": snapshot.kind,
        "digest": snapshot.digest,
        **{name: f"{number:.6g}" if math.isfinite(number) else "" for name, number in numbers.items()},
        "interval": f"process and rounding, {100 * tested.confidence:g}%",
        "verdict": tested.verdict,
    }


def _text(lines: list[tuple[str, ...]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(lines)
    return stream.getvalue().encode("utf-8")


def _add(log: Path, data: bytes) -> None:
    """Write at the end and through to the disk; where that fails, take back the half that was written."""
    with log.open("ab", buffering=0) as stream:
        before = stream.tell()
        try:
            if stream.write(data) != len(data):
                raise OSError("the disk took half a row")
            os.fsync(stream.fileno())
        except OSError as fault:
            stream.truncate(before)
            raise DataError(f"{log}: the row could not be written ({fault}); the log is as it was.") from fault


@contextmanager
def _exclusive_lock(lock: Path) -> Iterator[None]:
    """Lock the log for one row, once others have unlocked it; the system unlocks it when the process ends."""
    last = time.monotonic() + _LOCK_TIMEOUT
    with lock.open("a") as stream:
        while True:
            try:
                acquire_lock(stream)
                break
            except OSError as fault:
                if time.monotonic() > last:
                    raise CallError(f"{lock}: others have been writing for a minute; try again.") from fault
                time.sleep(0.02)
        yield
