"""The ledger of hypotheses: a row for each look, so that it can be told how often a question was asked.

Where a row goes: in a run, beside the run's folder (``outputs/hypotheses.csv``; with ``--out DIR`` in ``DIR``); from a
notebook opened in JupyterLab, into ``outputs/`` of the workbench, with the run ``by hand``. A kernel that neither of
them started (nbval, nbclient, `tools/refresh_notebooks.py`, a script) writes nothing. JupyterLab tells its kernels
which notebook they are of in ``JPY_SESSION_NAME``; a test session tells in ``PYTEST_VERSION`` that it is one.
"""

from __future__ import annotations

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

from analysis.errors import CallError, DataError
from analysis.files import PARTIAL, acquire_lock
from analysis.language.translator import Translator
from analysis.models.hypothesis import Tested
from analysis.snapshots.difference_output import escape_spreadsheet_formula
from analysis.snapshots.store import Snapshot
from analysis.workspace import RUN_FOLDER_VARIABLE, outputs_folder

LEDGER, BY_HAND = "hypotheses.csv", "by hand"
COLUMNS = (
    "time", "run", "hypothesis", "question", "parameters", "snapshot", "kind", "digest",
    "estimate", "lo", "hi", "interval", "p", "verdict", "looks",
)  # fmt: skip
_LONGEST, _PATIENCE = 500, 60.0  # characters of a hypothesis; seconds to wait for others to have written


@dataclass(frozen=True)
class Look:
    """A row of the ledger: its number, and how many looks at the same question there are with it."""

    row: int
    looks: int


def check_hypothesis(text: str) -> str:
    """Return a hypothesis on one line; raise a CallError for one that is empty or very long."""
    line = " ".join(text.split())
    if not line or len(line) > _LONGEST:
        raise CallError(f"hypothesis: expected a statement of 1 to {_LONGEST} characters, found {len(line)}.")
    return line


def place() -> tuple[Path, str] | None:
    """Return the ledger that this process writes to and the id of its run, None where it writes to none."""
    run = os.environ.get(RUN_FOLDER_VARIABLE)
    if run:
        folder = Path(run)
        return folder.parent / LEDGER, folder.name.removeprefix(".").removesuffix(PARTIAL)
    if os.environ.get("JPY_SESSION_NAME") and "PYTEST_VERSION" not in os.environ:
        return outputs_folder() / LEDGER, BY_HAND
    return None


def record(tested: Tested, hypothesis: str, snapshot: Snapshot, translator: Translator) -> str:
    """Write a look into the ledger, where one belongs; return what was written, in words."""
    found = place()
    if found is None:
        return translator.word("texts", "hypothesis_not_recorded")
    look = append(found[0], _row(tested, check_hypothesis(hypothesis), snapshot, found[1]))
    corrected = min(1.0, tested.p_value * look.looks)
    places = {"row": str(look.row), "looks": str(look.looks), "p": translator.number(corrected, 3)}
    return translator.word("texts", "hypothesis_recorded", ledger=LEDGER, **places)


def append(ledger: Path, row: dict[str, str]) -> Look:
    """Add a row to a ledger, made when absent; its looks are counted here.

    Raises
    ------
    DataError
        When the ledger is damaged, or the disk takes no more: it is left as it was.
    CallError
        When others write for more than a minute.
    """
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with _exclusive_lock(ledger.with_name(f".{ledger.name}.lock")):
        rows = read(ledger)
        look = Look(len(rows) + 1, 1 + sum(each["question"] == row["question"] for each in rows))
        lines = [] if ledger.exists() else [COLUMNS]
        lines.append(tuple((row | {"looks": str(look.looks)})[name] for name in COLUMNS))
        _add(ledger, _text(lines))
        return look


def read(ledger: Path) -> list[dict[str, str]]:
    """Return the rows of a ledger, none when there is no ledger; raise a DataError for one that is damaged."""
    if not ledger.exists():
        return []
    try:
        text = ledger.read_bytes().decode("utf-8")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        rows = [dict(zip(COLUMNS, line, strict=True)) for line in lines[1:]]
        whole = text.endswith("\n") and tuple(lines[0]) == COLUMNS
        whole &= all(isinstance(json.loads(row["parameters"]), dict) and int(row["looks"]) > 0 for row in rows)
    except (UnicodeDecodeError, csv.Error, ValueError, IndexError) as fault:
        raise DataError(_told(ledger, str(fault))) from fault
    if not whole:
        raise DataError(_told(ledger, "other columns, or half a row at the end"))
    return rows


def _told(ledger: Path, what: str) -> str:
    return (
        f"{ledger}: expected a ledger of whole rows with the columns {', '.join(COLUMNS)}; found: {what}. Nothing was "
        "written to it. Mend it, or move it away: a new one is begun."
    )


def _row(tested: Tested, hypothesis: str, snapshot: Snapshot, run: str) -> dict[str, str]:
    summary = tested.summary
    numbers = {
        name: f"{summary[name]:.6g}" if math.isfinite(summary[name]) else "" for name in ("estimate", "lo", "hi")
    }
    return {
        "time": datetime.now().astimezone().isoformat(timespec="seconds"),
        "run": run,
        "hypothesis": str(escape_spreadsheet_formula(hypothesis)),
        "question": tested.asked.log_key(tested.test),
        "parameters": json.dumps(tested.parameters, ensure_ascii=False),
        "snapshot": snapshot.name,
        "kind": snapshot.kind,
        "digest": snapshot.digest,
        **numbers,
        "interval": f"process and rounding, {100 * tested.confidence:g}%",
        "p": f"{tested.p_value:.6g}" if math.isfinite(tested.p_value) else "",
        "verdict": tested.verdict,
    }


def _text(lines: list[tuple[str, ...]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(lines)
    return stream.getvalue().encode("utf-8")


def _add(ledger: Path, data: bytes) -> None:
    """Write at the end and through to the disk; where that fails, take back the half that was written."""
    with ledger.open("ab", buffering=0) as stream:
        before = stream.tell()
        try:
            if stream.write(data) != len(data):
                raise OSError("the disk took half a row")
            os.fsync(stream.fileno())
        except OSError as fault:
            stream.truncate(before)
            raise DataError(f"{ledger}: the row could not be written ({fault}); the ledger is as it was.") from fault


@contextmanager
def _exclusive_lock(lock: Path) -> Iterator[None]:
    """Hold the ledger for one row, after those who hold it now; the system lets go when the process ends."""
    last = time.monotonic() + _PATIENCE
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
