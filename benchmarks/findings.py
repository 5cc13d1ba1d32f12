"""How fast: the whole register read, recomputed and written as rows, and ten times as many claims of the same mix.

python benchmarks/findings.py [--quick] [--repeats 5]
"""

from __future__ import annotations

import csv
import re
import sys
import tempfile
from pathlib import Path

import pandera.pandas  # noqa: F401 (import time is not measured)
from measuring import ROOT, Bench, Cost, command_line, cost_of_call, median_wall

from analysis.register.coverage import read_coverage
from analysis.register.entry import findings_folder, read_register
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.workspace import open_snapshot

GOALS = {"register": 1.16, "ten times the register": 11.6, "ten times as many, per claim": 1.5}
"""Seconds; 1.2 for a register of 1,200 claims and 12 for ten times that, in the measure of the 1,168 there are."""
COVERAGE = ROOT / "data" / "coverage.csv"


def rows_from(folder: Path, coverage: Path) -> list[dict[str, object]]:
    """Read a register, recompute every claim and make the rows."""
    register, snapshot = read_register(folder), open_snapshot("published")
    return finding_rows(find(register, snapshot), register, snapshot, coverage=read_coverage(register, coverage))


def multiply(source: Path, target: Path, renamed, copies: int) -> None:
    """Write a table several times below itself, each copy's rows through ``renamed(row, number)``."""
    with source.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    with target.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(renamed(row, number) for number in range(copies) for row in rows)


def other_document(row: dict[str, str], number: int) -> dict[str, str]:
    """Return a row under the name of a copy of its document."""
    return row | {"document": f"{row['document']}-{number}"}


def multiplied(folder: Path, copies: int) -> tuple[Path, Path]:
    """Write the register with every document several times, each copy with ids and references of its own."""
    source, target = findings_folder(), folder / "findings"
    target.mkdir()
    for name in ("sources.csv", "dutch.csv"):
        (target / name).write_bytes((source / name).read_bytes())
    multiply(source / "documents.csv", target / "documents.csv", other_document, copies)
    multiply(COVERAGE, folder / "coverage.csv", other_document, copies)
    for path in sorted(source.glob("*.csv")):
        if path.stem not in ("documents", "sources", "dutch", "template"):
            for number in range(copies):
                prefix = f"n{number}-"

                def renamed(row: dict[str, str], _, prefix: str = prefix) -> dict[str, str]:
                    formula = re.sub(r"\[", f"[{prefix}", row["formula"])
                    return row | {"claim_id": prefix + row["claim_id"], "formula": formula}

                multiply(path, target / f"{path.stem}-{number}.csv", renamed, 1)
    return target, folder / "coverage.csv"


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    repeats, copies = (1, 2) if options.quick else (options.repeats, 10)
    bench = Bench("findings", GOALS, options.quick)
    found: list[int] = []

    def cost(folder: Path, coverage: Path) -> Cost:
        return cost_of_call(lambda: found.append(len(rows_from(folder, coverage))))

    with tempfile.TemporaryDirectory() as folder:
        many = multiplied(Path(folder), copies)
        once = [cost(findings_folder(), COVERAGE) for _ in range(repeats)]
        often = [cost(*many) for _ in range(max(repeats // 2, 1))]
    claims, more = found[0], found[-1]
    bench.costs("register", once)
    bench.costs(f"{more} claims in the place of {claims}", often)
    bench.value("ten times the register", 10 * claims / more * median_wall(often), "s")
    bench.value("ten times as many, per claim", (median_wall(often) / more) / (median_wall(once) / claims))
    return bench.status()


if __name__ == "__main__":
    sys.exit(main())
