"""The hypothesis log: a row for each test, so that a reader knows how often a question was tested.

It also keeps the rate of false findings: each look at a question spends a smaller part of the level, and over all tests
of the log the rate of false discoveries is kept (`analysis.models.multiplicity`). The same test of the same figures run
again is no other look. A plan can be registered in it before the figures are opened.

Where a row goes: in a run, beside the run's folder (``outputs/hypotheses.csv``; with ``--out DIR`` in ``DIR``); from a
notebook opened in JupyterLab, into ``outputs/`` of the workbench, with the run ``by hand``. A kernel that neither of
them started (nbval, nbclient, `tools/refresh_notebooks.py`, a script) writes nothing. JupyterLab names the notebook of
a kernel in ``JPY_SESSION_NAME``; ``PYTEST_VERSION`` is set in a session of tests.
"""

import codecs
import csv
import io
import json
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from analysis.checked_files import Field, read_csv, refuse
from analysis.errors import CallError, DataError
from analysis.files import PARTIAL, acquire_lock
from analysis.language.translator import Translator
from analysis.missing import UNDECIDED
from analysis.models.hypothesis.testing import SUPPORTED, HypothesisTest
from analysis.models.multiplicity import discoveries, spent
from analysis.runs.hypothesis_plan import HypothesisPlan, check_hypothesis
from analysis.snapshots.difference_output import escape_spreadsheet_formula
from analysis.snapshots.store import Snapshot
from analysis.workspace import RUN_FOLDER_VARIABLE, outputs_folder

LOG, BY_HAND = "hypotheses.csv", "by hand"
COLUMNS = (
    "time", "run", "hypothesis", "question", "parameters", "snapshot", "kind", "digest",
    "estimate", "lo", "hi", "interval", "p", "verdict", "times_tested", "plan", "attempt", "p_question", "p_log",
    "verdict_in_log",
)  # fmt: skip
_NUMBER = r"\d+(\.\d+)?(e-?\d+)?"
_FIELDS = dict.fromkeys(COLUMNS, Field())
_FIELDS |= {"parameters": Field(r"\{.*\}", "names and values as JSON"), "times_tested": Field(r"\d+", "a number")}
_FIELDS |= {
    "plan": Field(r"[0-9a-f]{64}", "the digest of a plan"),
    "p": Field(rf"({_NUMBER})?", "a number, or nothing"),
}
_FIELDS |= dict.fromkeys(("p_question", "p_log"), _FIELDS["p"])
REGISTERED = "registered"
_LOCK_TIMEOUT = 60.0
"""Seconds to wait while others write."""


@dataclass(frozen=True)
class LogEntry:
    """What the log makes of a test.

    Attributes
    ----------
    row : int
        Its number; 0 where this process writes to no log.
    times_tested, attempt, tests : int
        How often the question was tested, this time included; which of its looks this is; how many tests there are in
        the log.
    p_question, p_log : float
        The p-value for all looks at the question, and for all tests of the log.
    verdict : str
        ``supported`` only where both leave it so.
    registered : str
        When the plan was registered, empty when it was not.
    tests_before : int
        How often the question had been tested when it was registered.
    """

    row: int
    times_tested: int
    attempt: int
    tests: int
    p_question: float
    p_log: float
    verdict: str
    registered: str = ""
    tests_before: int = 0


def log_of_process() -> tuple[Path, str] | None:
    """Return the log that this process writes to and the id of its run, None where it writes to none."""
    run = os.environ.get(RUN_FOLDER_VARIABLE)
    if run:
        folder = Path(run)
        return folder.parent / LOG, folder.name.removeprefix(".").removesuffix(PARTIAL)
    if os.environ.get("JPY_SESSION_NAME") and "PYTEST_VERSION" not in os.environ:
        return outputs_folder() / LOG, BY_HAND
    return None


def record(tested: HypothesisTest, plan: HypothesisPlan, snapshot: Snapshot) -> LogEntry:
    """Write a test into the log, where this process has one; return what the log makes of it."""
    found = log_of_process()
    if found is None:
        return _entry([], _row(tested, plan, snapshot, ""), 0)
    log, run = found
    return append(log, _row(tested, plan, snapshot, run))


def register(log: Path, plan: HypothesisPlan) -> int:
    """Write a plan into a log before its figures are opened; return how often its question was tested before.

    Raises
    ------
    CallError, DataError
        As `append`; also when the plan is registered already.
    """
    row = dict.fromkeys(COLUMNS, "") | {
        "time": _now(), "run": REGISTERED, "hypothesis": _text_of(plan), "question": plan.log_key,
        "parameters": json.dumps(plan.content, ensure_ascii=False), "kind": REGISTERED, "verdict": REGISTERED,
        "plan": plan.digest,
    }  # fmt: skip
    with _open_log(log) as rows:
        earlier = [each for each in rows if each["kind"] == REGISTERED and each["plan"] == plan.digest]
        if earlier:
            raise CallError(f"{log}: this plan is registered already, at {earlier[0]['time']}; run its test.")
        times = sum(each["question"] == plan.log_key and each["kind"] != REGISTERED for each in rows)
        _write(log, row | {"times_tested": str(times)})
    return times


def describe(entry: LogEntry, translator: Translator) -> str:
    """Return what the log makes of a test, in words."""
    registered = "hypothesis_registered" if entry.registered else "hypothesis_unregistered"
    words = [translator.word("texts", registered, time=entry.registered, earlier=str(entry.tests_before))]
    if not entry.row:
        return " ".join([*words, translator.word("texts", "hypothesis_not_recorded")])
    fields = {"log": LOG, "row": str(entry.row), "times": str(entry.times_tested), "attempt": str(entry.attempt)}
    fields |= {name: translator.number(getattr(entry, name), 3) for name in ("p_question", "p_log")}
    return " ".join([*words, translator.word("texts", "hypothesis_recorded", tests=str(entry.tests), **fields)])


def append(log: Path, row: dict[str, str]) -> LogEntry:
    """Add a row to a log, made when absent; how often its question was tested is counted here.

    Raises
    ------
    DataError
        When the log is damaged, or the disk takes no more: it is left as it was.
    CallError
        When others write for more than a minute.
    """
    with _open_log(log) as rows:
        entry = _entry(rows, row, len(rows) + 1)
        numbers = {name: f"{getattr(entry, name):.6g}" if row["p"] else "" for name in ("p_question", "p_log")}
        counts = {"times_tested": str(entry.times_tested), "attempt": str(entry.attempt)}
        _write(log, row | counts | numbers | {"verdict_in_log": entry.verdict})
    return entry


def _entry(rows: list[dict[str, str]], row: dict[str, str], number: int) -> LogEntry:
    """Return what a log makes of one more test."""
    tests = [each for each in rows if each["kind"] != REGISTERED]
    same_question = [each for each in tests if each["question"] == row["question"]]
    attempts = list(dict.fromkeys(map(_identity, [*same_question, row])))
    attempt = attempts.index(_identity(row)) + 1
    p_value = float(row["p"]) if row["p"] else 1.0
    p_question = spent(p_value, attempt)
    others = {_identity(each): float(each["p_question"] or 1.0) for each in tests} | {_identity(row): p_question}
    p_log = float(discoveries(np.array(list(others.values())))[list(others).index(_identity(row))])
    level = 1 - json.loads(row["parameters"]).get("confidence", 0.95)
    open_again = row["verdict"] == SUPPORTED and max(p_question, p_log) > level
    verdict = UNDECIDED if open_again else row["verdict"]
    plans = [at for at, each in enumerate(rows) if each["kind"] == REGISTERED and each["plan"] == row["plan"]]
    registered = (rows[plans[0]]["time"], int(rows[plans[0]]["times_tested"])) if plans else ("", 0)
    return LogEntry(number, len(same_question) + 1, attempt, len(others), p_question, p_log, verdict, *registered)


def _identity(row: dict[str, str]) -> tuple[str, ...]:
    """Return what two rows of the same test of the same figures share."""
    return row["question"], row["parameters"], row["digest"]


def read(log: Path) -> list[dict[str, str]]:
    """Return the rows of a log, none when there is no log; raise a DataError for one that is damaged."""
    if not log.exists():
        return []
    faults: list[str] = []
    rows = read_csv(log, _FIELDS, faults, file=str(log))
    data = log.read_bytes().removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")  # as Excel saves CSV UTF-8
    if not (data.startswith(_text([COLUMNS])) and data.endswith(b"\n")):
        faults.append(
            f"{log}: expected whole rows under {','.join(COLUMNS)}; found another order or separator, or half a row."
        )
    if faults:
        faults.append(f"{log}: nothing was written to it. Correct it, or move it away: a new log is begun.")
    refuse(faults)
    return [row.values for row in rows]


def _row(tested: HypothesisTest, plan: HypothesisPlan, snapshot: Snapshot, run: str) -> dict[str, str]:
    summary = tested.outcome
    numbers = {
        name: f"{summary[name]:.6g}" if math.isfinite(summary[name]) else "" for name in ("estimate", "lo", "hi")
    }
    return {
        "time": _now(),
        "run": run,
        "hypothesis": _text_of(plan),
        "question": plan.log_key,
        "parameters": json.dumps(tested.parameters, ensure_ascii=False),
        "snapshot": snapshot.name,
        "kind": snapshot.kind,
        "digest": snapshot.digest,
        **numbers,
        "interval": f"process and rounding, {100 * tested.confidence:g}%",
        "p": f"{tested.p_value:.6g}" if math.isfinite(tested.p_value) else "",
        "verdict": tested.verdict,
        "plan": plan.digest,
    }


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _text_of(plan: HypothesisPlan) -> str:
    return str(escape_spreadsheet_formula(check_hypothesis(plan.hypothesis)))


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
def _open_log(log: Path) -> Iterator[list[dict[str, str]]]:
    """Give the rows of a log, to which nobody else writes meanwhile."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with _exclusive_lock(log.with_name(f".{log.name}.lock")):
        yield read(log)


def _write(log: Path, row: dict[str, str]) -> None:
    lines = [] if log.exists() else [COLUMNS]
    _add(log, _text([*lines, tuple(row[name] for name in COLUMNS)]))


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
