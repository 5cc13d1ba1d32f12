"""How long a pull takes beside cbsodata and beside the bare download, on tables of known size from a loopback server.

    python benchmarks/pull.py [--rows 60000 1000000] [--delays 0 0.3] [--runs 3]

Each run is a process of its own, so that its peak memory is its own. The server is a process of its own too; with a
delay it waits before every answer, as CBS does on a usual day.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
TABLE = "99999NED"
MEASURES = 3

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
WORKS = {"bijstand pull": PULL, "cbsodata": CBSODATA, "bare download": BARE}
MEASURED = """
import resource, sys, time
begun = time.perf_counter()
exec(sys.argv[1])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("\\n", time.perf_counter() - begun, peak / 1024)
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
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    process = subprocess.Popen(
        [*command, "--delay", str(delay), "--stay"], stdout=subprocess.PIPE, text=True, env=environment, cwd=TESTS
    )
    try:
        yield f"127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def run(work: str, address: str, rows: int, home: Path) -> tuple[float, float]:
    """Do one piece of work in a process of its own; return its seconds (with the start of Python) and peak MB."""
    code = WORKS[work].format(address=address, table=TABLE, rows=rows)
    environment = os.environ | {"BIJSTAND_HOME": str(home)}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, code], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{work}: {done.stderr[-2000:]}")
    return time.perf_counter() - begun, float(done.stdout.split()[-1])


def opened(home: Path) -> tuple[float, float]:
    """Return the seconds to open the stored table, and to read the same file raw."""
    code = f"""
import time, pandas
from analysis.workspace import open_snapshot

snapshot = open_snapshot("made")
path = snapshot.folder / "{TABLE}.csv"
for _ in range(2):  # the first reading warms up
    begun = time.perf_counter(); snapshot.table("{TABLE}"); middle = time.perf_counter()
    pandas.read_csv(path, dtype=str, keep_default_na=False, na_filter=False); end = time.perf_counter()
print(middle - begun, end - middle)
"""
    environment = os.environ | {"BIJSTAND_HOME": str(home)}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    library, raw = told.stdout.split()
    return float(library), float(raw)


def compare(rows: int, delay: float, runs: int) -> dict[str, object]:
    """Run all works side by side, in turn; return medians and ratios."""
    seconds: dict[str, list[float]] = {work: [] for work in WORKS}
    memory: dict[str, list[float]] = {work: [] for work in WORKS}
    found: dict[str, object] = {"rows": rows, "delay": delay, "runs": runs}
    with server(rows, delay) as address:
        for _ in range(runs):
            for work in WORKS:
                with tempfile.TemporaryDirectory() as folder:
                    home = Path(folder)
                    (home / "data" / "sources").mkdir(parents=True)
                    took, peak = run(work, address, rows, home)
                    seconds[work].append(took)
                    memory[work].append(peak)
                    if work == "bijstand pull" and "stored_mb" not in found:
                        stored = home / "data" / "snapshots" / "made" / f"{TABLE}.csv"
                        found["stored_mb"] = round(stored.stat().st_size / 1e6, 1)
                        library, raw = opened(home)
                        found["open_over_raw_read"] = round(library / raw, 2)
    middle = {work: statistics.median(times) for work, times in seconds.items()}
    peaks = {work: statistics.median(sizes) for work, sizes in memory.items()}
    return found | {
        "seconds": {work: round(each, 2) for work, each in middle.items()},
        "peak_mb": {work: round(each) for work, each in peaks.items()},
        "pull_over_cbsodata": round(middle["bijstand pull"] / middle["cbsodata"], 3),
        "pull_over_bare": round(middle["bijstand pull"] / middle["bare download"], 3),
        "memory_over_cbsodata": round(peaks["bijstand pull"] / peaks["cbsodata"], 3),
    }


def main() -> None:
    """Print one line of JSON for each size and delay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[60_000, 1_000_000])
    parser.add_argument("--delays", type=float, nargs="+", default=[0.0, 0.3])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    for rows in options.rows:
        for delay in options.delays:
            sys.stdout.write(json.dumps(compare(rows, delay, options.runs)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
