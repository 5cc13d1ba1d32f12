"""How fast: the whole register read, recomputed and written as rows, and ten times as many claims of the same mix.

    python benchmarks/findings.py [REPEATS]

Prints medians; exits with 1 when a goal is missed.
"""

from __future__ import annotations

import csv
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pandera.pandas  # noqa: F401 (import time is not measured)

from analysis.register.entry import findings_folder, read_register
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.register.schema import CLAIM_FIELDS, DOCUMENT_FIELDS
from analysis.workspace import open_snapshot

TIMES = 10
GOALS = {"register (s)": 1.0, "ten times as many, per claim": 1.5}


def seconds(folder: Path) -> tuple[float, int]:
    """Return how long it takes to read a register, recompute every claim and make the rows, and how many there are."""
    begun = time.perf_counter()
    register, snapshot = read_register(folder), open_snapshot("published")
    rows = finding_rows(find(register, snapshot), register, snapshot)
    return time.perf_counter() - begun, len(rows)


def rows_in(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of the register."""
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """Write rows as a file of the register."""
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def multiplied(folder: Path) -> Path:
    """Write the register with every document several times, each copy with ids and references of its own."""
    source = findings_folder()
    documents = rows_in(source / "documents.csv")
    (folder / "sources.csv").write_bytes((source / "sources.csv").read_bytes())
    copies = [{**each, "document": f"{each['document']}-{copy}"} for copy in range(TIMES) for each in documents]
    write(folder / "documents.csv", DOCUMENT_FIELDS, copies)
    for document in documents:
        rows = rows_in(source / f"{document['document']}.csv")
        for number in range(TIMES):
            renamed = [
                {
                    **row,
                    "claim_id": f"n{number}-{row['claim_id']}",
                    "formula": re.sub(r"\[", f"[n{number}-", row["formula"]),
                }
                for row in rows
            ]
            write(folder / f"{document['document']}-{number}.csv", CLAIM_FIELDS, renamed)
    return folder


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        many = multiplied(Path(folder))
        one = [seconds(findings_folder()) for _ in range(repeats)]
        ten = [seconds(many) for _ in range(max(repeats // 2, 1))]
    once, claims = statistics.median(each[0] for each in one), one[0][1]
    often, more = statistics.median(each[0] for each in ten), ten[0][1]
    found = {"register (s)": once, "ten times as many, per claim": (often / more) / (once / claims)}
    print(f"{claims} claims: {once:.3f} s; {more} claims: {often:.3f} s")
    missed = [name for name, goal in GOALS.items() if found[name] > goal]
    for name, value in found.items():
        print(f"{name}: {value:.3f} (goal {GOALS[name]}{', MISSED' if name in missed else ''})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
