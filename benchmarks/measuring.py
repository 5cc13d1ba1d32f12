"""What every bench shares: a command line with a quick form, times of wall and processors, goals printed alike.

    python benchmarks/measuring.py FILE COMMAND [ARG ...]

As a script it runs a command and writes to FILE what it took with all its descendants, those it left behind included.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BECOME_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of Linux: a process that outlives its parent becomes ours, so that its time is counted."""
STRAGGLERS = 10
"""Seconds that processes which outlive their command are waited for."""


@dataclass(frozen=True)
class Cost:
    """What a piece of work took.

    Attributes
    ----------
    wall : float
        Seconds on the clock.
    cpu : float
        Seconds of the processors, those of all descendants included; nan where the system does not count them.
    peak_mb : float
        The largest memory of one process, in MB; nan where the system does not tell.
    printed : str
        What a command wrote on its standard output.
    """

    wall: float
    cpu: float
    peak_mb: float = float("nan")
    printed: str = ""


def cost_of_call(work: Callable[[], object]) -> Cost:
    """Return what a call in this process takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def cost_of_command(*command: str | Path, more: Mapping[str, str] | None = None) -> Cost:
    """Return what a command takes with all its descendants; end the bench when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "cost.json"
        words = [str(part) for part in (sys.executable, Path(__file__).resolve(), result, *command)]
        done = subprocess.run(words, capture_output=True, text=True, env=os.environ | dict(more or {}), check=False)
        if done.returncode:
            sys.exit(f"{' '.join(words[3:5])}: status {done.returncode}\n{done.stderr[-2000:]}")
        return Cost(**json.loads(result.read_text(encoding="utf-8")), printed=done.stdout)


class Bench:
    """The rows of one bench, printed as they come; a goal is an upper limit.

    Parameters
    ----------
    name : str
    goals : mapping of str to float
        For a row by its name.
    quick : bool
        With few data goals are not judged: they are about full sizes.
    limits : mapping of str to float, optional
        For a goal that is known to be missed: how far. Within this the miss is printed and does not fail the bench.
    """

    def __init__(
        self, name: str, goals: Mapping[str, float], quick: bool, limits: Mapping[str, float] | None = None
    ) -> None:
        self.goals, self.quick, self.limits, self.missed, self.named = goals, quick, limits or {}, [], set()
        print(f"{name}{' (quick: few data, goals not judged)' if quick else ''}")

    def costs(self, name: str, found: Sequence[Cost]) -> None:
        """Print the median seconds of several times the same work."""
        walls = [each.wall for each in found]
        more = f"cpu {statistics.median(each.cpu for each in found):7.2f}"
        if len(walls) > 1:
            more += f"  from {min(walls):.2f} to {max(walls):.2f}"
        self.value(name, statistics.median(walls), "s", more)

    def value(self, name: str, value: float, unit: str = "", more: str = "") -> None:
        """Print one measured value, held against its goal when it has one."""
        self.named.add(name)
        goal = self.goals.get(name)
        verdict = ""
        if goal is not None:
            met, limit = value <= goal, self.limits.get(name, goal)
            self.missed += [name] if value > limit else []
            known = f", known up to {limit:g}" if goal < value <= limit else ""
            verdict = f"goal {goal:g}" + ("" if self.quick else ": met" if met else f": MISSED{known}")
        print(f"  {name:50} {value:9.3f} {unit:3} {more:38} {verdict}".rstrip(), flush=True)

    def status(self) -> int:
        """Return the exit status: 1 when a goal is missed by more than is known, or was never measured."""
        if forgotten := set(self.goals) - self.named:
            sys.exit(f"goals without a measurement: {', '.join(sorted(forgotten))}")
        return 1 if self.missed and not self.quick else 0


def median_wall(found: Sequence[Cost]) -> float:
    """Return the median seconds on the clock."""
    return statistics.median(each.wall for each in found)


def median_cpu(found: Sequence[Cost]) -> float:
    """Return the median seconds of the processors."""
    return statistics.median(each.cpu for each in found)


def command_line(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with what every bench takes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few data, in seconds: does it still run?")
    return parser


def _measure(command: Sequence[str]) -> tuple[int, Cost]:
    """Run a command and wait for all its descendants."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
    begun = time.perf_counter()
    status = subprocess.run(command, check=False).returncode
    wall, deadline = time.perf_counter() - begun, time.monotonic() + STRAGGLERS
    with contextlib.suppress(ChildProcessError, AttributeError):  # none is left; no such thing on Windows
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.005)
    try:
        import resource
    except ImportError:
        return status, Cost(wall, float("nan"))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return status, Cost(
        wall, used.ru_utime + used.ru_stime, used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    )


if __name__ == "__main__":
    exit_status, cost = _measure(sys.argv[2:])
    kept = {name: value for name, value in asdict(cost).items() if name != "printed"}
    Path(sys.argv[1]).write_text(json.dumps(kept), encoding="utf-8")
    sys.exit(exit_status)
