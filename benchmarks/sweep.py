"""What a run in a sweep costs beside papermill, how much faster two workers are, their memory, and the gathered tables.

    python benchmarks/sweep.py [--quick]

The start of a sweep (imports, workers, the server of kernels) is left out of the cost of a run: it is the difference
of two sweeps. Two workers are compared with one by the time from run to run. Memory is the proportional share (PSS) of
workers, kernels and their server, divided by the workers.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
from measuring import Bench, Cost, command_line, cost_of_call, cost_of_command

from analysis.runs.notebook import find_notebooks
from analysis.runs.sweep.folder import RUNS, TABLES
from analysis.runs.sweep.gather import gather_tables
from analysis.runs.sweep.plan import plan_sweep
from analysis.workspace import HOME_VARIABLE, notebooks_folder

BIN = Path(sys.executable).parent
MUNICIPALITIES = 342
GOALS = {
    "cpu of a run over papermill": 0.4,
    "time of two workers over one": 1 / 1.8,
    "memory of a worker": 500.0,
    "memory of the second half over the first": 1.1,
    f"tables of {MUNICIPALITIES} runs gathered": 5.0,
}
LIMITS = {"cpu of a run over papermill": 0.5}
"""0.45 was measured while others used the same two processors: a kernel of 01_caseload works for two seconds itself."""
TINY = (
    'snapshot = "published"\nlang = "en"\ngroup_by = "all"',
    "import pandas as pd\nfrom analysis.report import Report\nfrom analysis.workspace import open_snapshot",
    'report = Report(open_snapshot(snapshot), lang)\nreport.table("tiny", pd.DataFrame({"name": ["a"], "size": [1]}))',
)


class Memory:
    """The proportional memory of workers and kernels while a block runs, in MB, each second."""

    def __init__(self) -> None:
        self.found: list[float] = []
        self.stop = threading.Event()

    def __enter__(self) -> Memory:
        self.thread = threading.Thread(target=self._sample)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop.set()
        self.thread.join()

    def _sample(self) -> None:
        while not self.stop.wait(1):
            total = 0.0
            for each in psutil.Process().children(recursive=True):
                try:
                    words = " ".join(each.cmdline())
                    at_work = "kernel_server" in words or "forkserver" in words
                    total += each.memory_full_info().pss / 1024**2 if at_work else 0
                except (psutil.Error, AttributeError):  # it ended meanwhile; or a system that has no such figure
                    continue
            self.found.append(total)


def sweep(folder: Path, name: str, groups: str, langs: str, workers: int) -> Cost:
    """Run a sweep in a new folder."""
    words = ("-p", f"group_by={groups}", "--lang", langs, "--workers", str(workers), "--out", folder)
    return cost_of_command(BIN / "bijstand", "sweep", name, *words)


def pace(folder: Path, workers: int) -> float:
    """Return the seconds from run to run, without the first of each worker, which waits for the server of kernels."""
    ends = sorted(path.stat().st_mtime for path in (folder / RUNS).glob("*/run.json"))
    return (ends[-1] - ends[workers - 1]) / max(len(ends) - workers, 1)


def gather_many(folder: Path, name: str) -> Cost:
    """Gather the tables of as many runs as there are municipalities: copies of one run."""
    many = folder / "many"
    (many / TABLES).mkdir(parents=True)
    plan = plan_sweep(notebooks_folder(), name, {"group_by": "all"}, None)
    first = next((folder / "two" / RUNS).iterdir())
    runs = [replace(plan.runs[0], name=f"{n:04}") for n in range(MUNICIPALITIES)]
    for run in runs:
        shutil.copytree(first / "tables", many / RUNS / run.name / "tables")
    return cost_of_call(lambda: gather_tables(many, plan, runs))


def tiny_notebook(folder: Path) -> str:
    """Make a folder to work in with a notebook that takes no time."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in TINY]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (folder / "notebooks" / "mine").mkdir(parents=True)
    nbformat.write(notebook, folder / "notebooks" / "mine" / "tiny.ipynb")
    os.environ[HOME_VARIABLE] = str(folder)
    return "tiny"


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    options = command_line(__doc__).parse_args()
    bench = Bench("sweep", GOALS, options.quick, LIMITS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        name = tiny_notebook(folder / "home") if options.quick else "01_caseload"
        with Memory() as memory:
            two = sweep(folder / "two", name, "all,age,origin,sex", "en,nl", 2)
        bench.costs("eight runs, two workers", [two])
        one = two
        if not options.quick:
            one = sweep(folder / "one", name, "all,age,sex", "en", 1)
            bench.costs("three runs, one worker", [one])
        (path,) = (each.path for each in find_notebooks(notebooks_folder(), [name]))
        plain = cost_of_command(
            BIN / "papermill", "--no-progress-bar", path, folder / "plain.ipynb", "-p", "group_by", "age"
        )
        bench.costs("one run with papermill", [plain])
        bench.value("cpu of a run over papermill", (two.cpu - one.cpu) / 5 / plain.cpu)
        paces = pace(folder / "two", 2), pace(folder / ("two" if options.quick else "one"), 1)
        bench.value("time of two workers over one", paces[0] / paces[1])
        half = len(memory.found) // 2 or 1
        bench.value("memory of a worker", max(memory.found) / 2, "MB")
        bench.value("memory of the second half over the first", max(memory.found[half:]) / max(memory.found[:half]))
        bench.costs(f"tables of {MUNICIPALITIES} runs gathered", [gather_many(folder, name)])
    return bench.status()


if __name__ == "__main__":
    sys.exit(main())
