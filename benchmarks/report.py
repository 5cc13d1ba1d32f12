"""How fast: the report beside the same notebooks one after the other, the start of the command, opening a snapshot.

    python benchmarks/report.py [--quick] [--repeats 1]

Both sides of a comparison run in turn in one go, so that what else the machine does weighs on both.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from measuring import Bench, Cost, command_line, cost_of_call, cost_of_command, median_cpu, median_wall

from analysis.cleaning.cells import read_cells
from analysis.runs.notebook import find_notebooks
from analysis.workspace import notebooks_folder, open_snapshot

BIN = Path(sys.executable).parent
GOALS = {
    "report": 60.0,
    "report over one after the other": 0.35,
    "cpu of the report over one after the other": 0.60,
    "cpu of a report of one notebook over papermill": 0.8,
    "bijstand --help": 0.4,
}
LIMITS = {
    "report over one after the other": 0.45,
    "cpu of the report over one after the other": 0.66,
    "cpu of a report of one notebook over papermill": 1.35,
}
"""1.26 was measured for one notebook: its kernel costs what papermill's does; plan, page and workbook come on top."""
ONE = "01_caseload"


def report(folder: Path, names: list[str]) -> Cost:
    """Run ``bijstand report``: notebooks side by side, checks, page."""
    chosen = [word for name in names for word in ("--notebook", name)]
    cost = cost_of_command(BIN / "bijstand", "report", *chosen, "--out", folder / "report")
    shutil.rmtree(folder / "report")
    return cost


def one_after_the_other(folder: Path, names: list[str]) -> Cost:
    """Run the same notebooks with the papermill command, one by one."""
    costs = [
        cost_of_command(BIN / "papermill", "--no-progress-bar", notebooks_folder() / f"{name}.ipynb", folder / name)
        for name in names
    ]
    return Cost(sum(each.wall for each in costs), sum(each.cpu for each in costs))


def open_published() -> None:
    """Open the snapshot and read every table of it into cells, checksums included."""
    read_cells.cache_clear()
    snapshot = open_snapshot("published")
    for table in snapshot.manifest.tables:
        for grain in snapshot.metadata(table).grains():
            read_cells(snapshot, table, grain)


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=1, help="reports (default: 1); the others run once less")
    options = parser.parse_args()
    repeats = 0 if options.quick else options.repeats  # a report of one notebook is measured anyhow
    bench = Bench("report", GOALS, options.quick, LIMITS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = [notebook.name for notebook in find_notebooks(notebooks_folder())]
        one, alone = report(folder, [ONE]), one_after_the_other(folder, [ONE])
        ours, plain = ([one], [alone]) if options.quick else ([], [])
        for number in range(repeats):
            ours.append(report(folder, names))
            plain += [one_after_the_other(folder, names)] if number < max(repeats - 1, 1) else []
    bench.costs("report", ours)
    bench.costs("one after the other", plain)
    bench.value("report over one after the other", median_wall(ours) / median_wall(plain))
    bench.value("cpu of the report over one after the other", median_cpu(ours) / median_cpu(plain))
    bench.costs("report of one notebook", [one])
    bench.costs("one notebook with papermill", [alone])
    bench.value("cpu of a report of one notebook over papermill", one.cpu / alone.cpu)
    bench.costs("bijstand --help", [cost_of_command(BIN / "bijstand", "--help") for _ in range(max(4 * repeats, 1))])
    bench.costs("open published, all tables", [cost_of_call(open_published) for _ in range(max(2 * repeats, 1))])
    return bench.status()


if __name__ == "__main__":
    sys.exit(main())
