"""How fast: the report against the same notebooks one after the other, the start of the command, opening a snapshot.

    python benchmarks/report.py [REPEATS]

Both sides of a comparison are run in turn in one go, so that what else the machine does weighs on both. Prints medians
and ratios; exits with 1 when a goal is missed.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis.cleaning.cells import read_cells
from analysis.workspace import notebooks_folder, open_snapshot

BIN = Path(sys.executable).parent
GOALS = {"report over one after the other": 0.75, "report (s)": 60.0, "bijstand --help (s)": 0.4}


def seconds(work) -> float:
    """Return how long a call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def quietly(*command: str | Path) -> None:
    """Run a command without a word; its failure is ours."""
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def report(folder: Path) -> None:
    """Run ``bijstand report``: notebooks side by side, checks, page."""
    quietly(BIN / "bijstand", "report", "--out", folder / "report")
    shutil.rmtree(folder / "report")


def one_after_the_other(folder: Path) -> None:
    """Run the same notebooks with the papermill command, one by one."""
    for notebook in sorted(notebooks_folder().glob("*.ipynb")):
        quietly(BIN / "papermill", "--no-progress-bar", notebook, folder / notebook.name)


def open_published() -> None:
    """Open the snapshot and read every table of it into cells, checksums included."""
    snapshot = open_snapshot("published")
    for table in snapshot.manifest.tables:
        for grain in snapshot.metadata(table).grains():
            read_cells(snapshot, table, grain)


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    repeats = int(sys.argv[1]) if sys.argv[1:] else 3
    taken: dict[str, list[float]] = {"report (s)": [], "one after the other (s)": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            taken["report (s)"].append(seconds(lambda: report(Path(folder))))
            taken["one after the other (s)"].append(seconds(lambda: one_after_the_other(Path(folder))))
    taken["bijstand --help (s)"] = [seconds(lambda: quietly(BIN / "bijstand", "--help")) for _ in range(4 * repeats)]
    taken["open published, all tables (s)"] = [seconds(open_published) for _ in range(4 * repeats)]
    medians = {name: statistics.median(times) for name, times in taken.items()}
    medians["report over one after the other"] = medians["report (s)"] / medians["one after the other (s)"]
    missed = 0
    for name, median in medians.items():
        goal = GOALS.get(name)
        missed += goal is not None and median > goal
        verdict = "" if goal is None else f"  goal {goal:g}: {'missed' if median > goal else 'met'}"
        spread = f"  ({min(taken[name]):.3f} to {max(taken[name]):.3f})" if name in taken else ""
        print(f"{name:34} {median:8.3f}{spread}{verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
