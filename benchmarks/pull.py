"""How long a pull takes beside cbsodata and beside the bare download, on tables of known size from a loopback server.

    python benchmarks/pull.py [--quick] [--repeats 3]

Each run is a process of its own, so that its peak memory is its own. The server is a process of its own too; with a
delay it waits before every answer, as CBS does on a usual day.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import ROOT, Bench, Cost, command_line, cost_of_command, median_cpu, median_wall

TESTS = ROOT / "tests"
TABLE = "99999NED"
MEASURES = 3
SIZES = ((60_000, 0.0), (60_000, 0.3), (300_000, 0.0), (1_000_000, 0.0))
"""Rows of the table, and seconds before each answer of the server."""
QUICK_SIZES = ((2_000, 0.0),)
GOALS = {
    "60,000 rows: pull over bare": 1.8,
    "60,000 rows, answers after 0.3 s: pull over cbsodata": 0.3,
    "300,000 rows: processors of the pull over bare": 2.0,
    "1,000,000 rows: pull over bare": 1.4,
    "1,000,000 rows: peak memory over cbsodata": 0.45,
}
LIMITS = {
    "60,000 rows: pull over bare": 5.2,
    "60,000 rows, answers after 0.3 s: pull over cbsodata": 0.47,
    "300,000 rows: processors of the pull over bare": 6.3,
    "1,000,000 rows: pull over bare": 3.4,
    "1,000,000 rows: peak memory over cbsodata": 0.85,
}
"""What was measured on two quiet cores on 2026-11-29 (4.15, 0.374, 5.02, 2.67, 0.678), and a quarter more."""

PULL = """
from analysis.cli import main
status = main(["pull", {table!r}, "--base-url", "http://{address}", "--name", "made", "--platform", "v3"])
assert status == 0, status
"""
CBSODATA = """
import cbsodata, pandas
cbsodata.options.use_https = False
cbsodata.options.catalog_url = {address!r}
frame = pandas.DataFrame(cbsodata.get_data({table!r}))
assert len(frame) == {rows}, len(frame)
"""
BARE = """
import json, urllib.request
url, rows = "http://{address}/ODataFeed/odata/{table}/UntypedDataSet?$format=json", 0
while url:
    with urllib.request.urlopen(url) as answer:
        page = json.loads(answer.read())
    rows += len(page["value"])
    url = page.get("odata.nextLink")
assert rows == {rows}, rows
"""
WORKS = {"pull": PULL, "cbsodata": CBSODATA, "bare download": BARE}
OPEN = f"""
import time, pandas
from analysis.workspace import open_snapshot

snapshot = open_snapshot("made")
path = snapshot.folder / "{TABLE}.parquet"
for _ in range(2):  # the first reading warms up
    begun = time.perf_counter(); snapshot.table("{TABLE}"); middle = time.perf_counter()
    pandas.read_parquet(path); end = time.perf_counter()
print(middle - begun, end - middle)
"""


@contextlib.contextmanager
def server(rows: int, delay: float) -> Iterator[str]:
    """Run the server with one generated table; yield its address."""
    command = [
        sys.executable,
        "-m",
        "statline_server",
        "--rows",
        str(rows),
        "--measures",
        str(MEASURES),
        "--table",
        TABLE,
    ]
    process = subprocess.Popen(
        [*command, "--delay", str(delay), "--stay"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        cwd=TESTS,
    )
    try:
        yield f"127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def run(work: str, address: str, rows: int, home: Path) -> Cost:
    """Do one piece of work in a process of its own, the start of Python included."""
    (home / "data" / "sources").mkdir(parents=True)
    code = WORKS[work].format(address=address, table=TABLE, rows=rows)
    return cost_of_command(sys.executable, "-c", code, more={"BIJSTAND_HOME": str(home)})


def opened(home: Path) -> float:
    """Return the seconds to open the stored table over those to read the same file raw."""
    done = cost_of_command(sys.executable, "-c", OPEN, more={"BIJSTAND_HOME": str(home)})
    library, raw = (float(word) for word in done.printed.split())
    return library / raw


def compare(bench: Bench, rows: int, delay: float, repeats: int) -> None:
    """Run all works side by side, in turn; print medians and ratios."""
    size = f"{rows:,} rows" + (f", answers after {delay:g} s" if delay else "")
    costs: dict[str, list[Cost]] = {work: [] for work in WORKS}
    with server(rows, delay) as address, tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / str(number) for number in range(repeats)]
        for home in homes:
            for work in WORKS:
                costs[work].append(run(work, address, rows, home / work))
        kept = homes[0] / "pull"
        stored = sum(path.stat().st_size for path in (kept / "data" / "snapshots" / "made").iterdir())
        over_raw = opened(kept)
    for work, found in costs.items():
        bench.costs(f"{size}: {work}", found)
    bench.value(f"{size}: pull over bare", median_wall(costs["pull"]) / median_wall(costs["bare download"]))
    processors = median_cpu(costs["pull"]) / median_cpu(costs["bare download"])
    bench.value(f"{size}: processors of the pull over bare", processors)
    bench.value(f"{size}: pull over cbsodata", median_wall(costs["pull"]) / median_wall(costs["cbsodata"]))
    peaks = {work: statistics.median(each.peak_mb for each in found) for work, found in costs.items()}
    bench.value(f"{size}: peak memory of the pull", peaks["pull"], "MB")
    bench.value(f"{size}: peak memory over cbsodata", peaks["pull"] / peaks["cbsodata"])
    bench.value(f"{size}: stored", stored / 1e6, "MB")
    bench.value(f"{size}: opening over reading raw", over_raw)


def main() -> int:
    """Measure and print; return 1 when a goal is missed by more than is known."""
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of the small tables; the large one has one")
    options = parser.parse_args()
    bench = Bench("pull", {} if options.quick else GOALS, options.quick, LIMITS)
    for rows, delay in QUICK_SIZES if options.quick else SIZES:
        compare(bench, rows, delay, 1 if options.quick or rows > 100_000 else options.repeats)
    return bench.status()


if __name__ == "__main__":
    sys.exit(main())
