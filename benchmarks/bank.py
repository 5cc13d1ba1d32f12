"""What a bank of vintages at full size takes: bytes, opening, listing, verifying, a day, a cell through all vintages.

    python benchmarks/bank.py [--quick] [--report] [--vintages 50]

A full-size simulated snapshot is the first vintage; in each next one CBS has revised a cell of the table that is read
(``changed``) or nothing (``unchanged``). Times of calls are medians within one process. In the end a byte of a vintage
is changed and a table is pulled twice. ``--report`` adds the whole report on both snapshots, and each notebook alone.
"""

from __future__ import annotations

import gc
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from measuring import Bench, command_line, cost_of_call, cost_of_command, median_cpu, median_wall
from pull import TABLE as PULLED
from pull import server

from analysis.simulation.parameters import default_parameters
from analysis.simulation.simulate import simulate
from analysis.snapshots.store import Snapshot, read_snapshot, survey
from analysis.snapshots.table_file import cells_of_codes
from analysis.snapshots.vintages import as_of, vintages
from analysis.snapshots.write import write_manifest, write_table_file
from analysis.workspace import HOME_VARIABLE, open_snapshot, snapshots_folder

BIN = Path(sys.executable).parent
TABLE = "85615NED"
KEY = {"measure": "instromers", "sex": "3000", "age": "10000", "origin": "T001040", "birth": "T001638"}
GOALS = {
    "stored bytes over CSV": 0.15,
    "opening over reading Parquet raw": 1.5,
    "vintages, unchanged: 50 over 10": 1.5,
    "vintages, changed: 50 over 10": 1.5,
}
REPORT_GOALS = {
    "report on full size over published": 2.5,
    "processors of the report on full size over published": 2.5,
    "peak memory of a process, MB": 1200,
}


def csv_bytes(snapshot: Snapshot) -> int:
    """Return the bytes of the same tables as format 1 stored them, with the same metadata."""
    cells = (snapshot.cells(table).to_csv(index=False, lineterminator="\n") for table in snapshot.manifest.tables)
    return sum(len(text.encode()) for text in cells) + sum(
        path.stat().st_size for path in snapshot.folder.glob("*.json")
    )


def bank(folder: Path, first: Snapshot, count: int, changed: bool) -> Path:
    """Make a bank of weekly vintages of a snapshot; when changed, one cell of `TABLE` is another in each."""
    frame = first.table(TABLE).frame
    for number in range(count):
        day = date(2026, 1, 1) + timedelta(weeks=number)
        target = folder / f"{day}"
        shutil.copytree(first.folder, target, ignore=shutil.ignore_patterns("truth.json", "manifest.json"))
        tables = dict(first.manifest.tables)
        if changed:
            tables[TABLE] = replace(tables[TABLE], data=revised(target, TABLE, frame, number))
        modified = f"{day}T02:00:00" if changed else "2026-01-01T02:00:00"
        entries = [replace(entry, modified=modified) for entry in tables.values()]
        write_manifest(target, target.name, "dated", f"{day}T10:00:00+00:00", entries)
    return folder


def revised(folder: Path, table: str, frame: pd.DataFrame, number: int):
    """Write a table with another figure in one cell."""
    columns = {
        name: (frame[name].cat.codes.to_numpy().astype("int64"), list(frame[name].cat.categories)) for name in frame
    }
    numbers, texts = columns["value"]
    numbers = numbers.copy()
    numbers[0], texts = len(texts), [*texts, f"{1_000_000 + 10 * number}"]
    return write_table_file(folder, table, cells_of_codes(columns | {"value": (numbers, texts)}))


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median processor seconds of some calls, after one that warms up."""
    work()
    gc.collect()
    return statistics.median(cost_of_call(work).cpu for _ in range(repeats))


def opening(bench: Bench, snapshot: Snapshot, table: str, repeats: int) -> None:
    """Open the largest table, and read the same file raw."""
    path = snapshot.folder / f"{table}.parquet"
    ours = seconds(lambda: read_snapshot(snapshot.name, snapshot.folder.parent).table(table), repeats)
    raw = seconds(lambda: pd.read_parquet(path), repeats)
    bench.value("opening the largest table", ours, "s", f"raw {raw:.3f} s")
    bench.value("opening over reading Parquet raw", ours / raw)


def through_all(bench: Bench, word: str, folder: Path, count: int, repeats: int) -> None:
    """Measure a bank, and the part of it that has few vintages."""
    few = folder.with_name(f"{folder.name}-few")
    few.mkdir()
    for name in sorted(path.name for path in folder.iterdir())[: max(count // 5, 1)]:
        (few / name).symlink_to(folder / name, target_is_directory=True)
    stored = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    bench.value(f"{word}: {count} vintages", stored / 1e6, "MB")
    bench.value(f"{word}: list", seconds(lambda: survey(folder), repeats), "s")
    bench.value(f"{word}: latest", seconds(lambda: open_snapshot("latest", folder), repeats), "s")
    begun = time.process_time()
    read_snapshot(min(path.name for path in folder.iterdir()), folder).verify()
    bench.value(f"{word}: verify, one vintage", time.process_time() - begun, "s")
    day = date(2030, 1, 1)
    found = seconds(lambda: as_of(TABLE, day, folder, KEY), repeats)
    bench.value(f"{word}: as_of, cells of a key", found, "s")
    begun = time.process_time()
    vintages(TABLE, KEY, folder)
    bench.value(f"{word}: vintages of a cell, first time", time.process_time() - begun, "s")
    all_of_them, some = (seconds(lambda at=at: vintages(TABLE, KEY, at), repeats) for at in (folder, few))
    bench.value(f"{word}: vintages of a cell, again", all_of_them, "s", f"of a fifth {some:.3f} s")
    bench.value(f"vintages, {word}: 50 over 10", all_of_them / some)


def pulls_beside_damage(bench: Bench, home: Path) -> None:
    """Pull a table into a bank with a damaged vintage, and again when its own newest file is damaged too."""
    folder = home / "data" / "snapshots"
    damage(folder / max(path.name for path in folder.glob("2*")) / f"{TABLE}.parquet")
    found = []
    with server(20_000, 0.0) as address:
        for name in ("next-1", "next-2"):
            words = ["pull", PULLED, "--base-url", f"http://{address}", "--name", name, "--platform", "v3"]
            found.append(cost_of_command(BIN / "bijstand", *words, more={HOME_VARIABLE: str(home)}))
            read_snapshot(name, folder).verify()
            damage(folder / name / f"{PULLED}.parquet")
    bench.costs("pull beside a damaged vintage, of 20,000 rows", found[:1])
    bench.costs("pull of a table whose last vintage is damaged", found[1:])


def damage(path: Path) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def report(bench: Bench, folder: Path) -> None:
    """Run the whole report on the simulated tables at full size and on those that ship, then each notebook alone."""
    name = "bench-full-size"
    made = snapshots_folder() / name
    simulate(snapshots_folder(), default_parameters(), name, full_size=True)
    try:
        full, published = (
            [cost_of_command(BIN / "bijstand", "report", "--snapshot", each, "--out", folder / each)]
            for each in (name, "published")
        )
        bench.costs("report on full size", full)
        bench.costs("report on published", published)
        bench.value("report on full size over published", median_wall(full) / median_wall(published))
        processors = median_cpu(full) / median_cpu(published)
        bench.value("processors of the report on full size over published", processors)
        bench.value("peak memory of a process, MB", full[0].peak_mb)
        record = json.loads(next((folder / name).glob("*/run.json")).read_text(encoding="utf-8"))
        for notebook in (each["name"] for each in record["notebooks"]):
            words = ["report", "--snapshot", name, "--notebook", notebook, "--out", folder / notebook]
            alone = cost_of_command(BIN / "bijstand", *words)
            bench.costs(f"{notebook} alone, at most {alone.peak_mb:.0f} MB", [alone])
    finally:
        shutil.rmtree(made)


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = command_line(__doc__)
    parser.add_argument("--report", action="store_true", help="also the whole report at full size, some minutes")
    parser.add_argument("--vintages", type=int, default=50, help="how many there are (default: 50)")
    options = parser.parse_args()
    count, repeats = (5, 1) if options.quick else (options.vintages, 5)
    bench = Bench("bank", GOALS | (REPORT_GOALS if options.report else {}), options.quick)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rules = default_parameters(persons=1_000 if options.quick else 400_000)
        simulate(folder, rules, "made", full_size=not options.quick)
        first = read_snapshot("made", folder)
        stored = sum(path.stat().st_size for path in first.folder.iterdir() if path.name != "truth.json")
        plain = csv_bytes(first)
        bench.value("stored bytes over CSV", stored / plain, "", f"{stored / 1e6:.2f} MB of {plain / 1e6:.1f}")
        opening(bench, first, max(first.manifest.tables.values(), key=lambda each: each.rows).id, repeats)
        for word in ("unchanged", "changed"):
            home = folder / word
            (home / "data" / "sources").mkdir(parents=True)
            filled = bank(home / "data" / "snapshots", first, count, word == "changed")
            through_all(bench, word, filled, count, repeats)
        pulls_beside_damage(bench, home)
        if options.report:
            report(bench, folder)
    return bench.status()


if __name__ == "__main__":
    sys.exit(main())
