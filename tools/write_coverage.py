"""Write ``docs/coverage.md`` from ``data/coverage.csv`` and the register.

    python tools/write_coverage.py [--check]

With ``--check`` nothing is written and the exit status says whether the file is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from analysis.findings import Coverage, Part, Register, read_coverage, read_register

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# What the workbench shows of each document

Made by `tools/write_coverage.py` from `data/coverage.csv` and the register; change those. *Numbers* counts what the
register holds of a part, numbers and statements; a place in the text may belong to two parts and then counts in both.
*Open data* says whether its figures can be had from open tables of CBS.
"""
COLUMNS = """\
| part | notebook | tables | numbers | open data | what cannot be had |
| --- | --- | --- | --: | --- | --- |
"""


def row(part: Part, register: Register) -> str:
    """Return a part of a document as a row of its table."""
    numbers = sum(
        claim.document == part.document and claim.row["location"] in part.locations
        for claim in register.claims.values()
    )
    notebook = f"`{part.notebook}`" if part.notebook else "not shown"
    tables = ", ".join(f"`{table}`" for table in part.shown)
    return f"| {part.part} | {notebook} | {tables} | {numbers} | {part.open_data} | {part.missing} |\n"


def text(coverage: Coverage, register: Register) -> str:
    """Return the text of ``docs/coverage.md``: a table a document."""
    said = HEAD
    for document in dict.fromkeys(part.document for part in coverage.parts):
        rows = [row(part, register) for part in coverage.parts if part.document == document]
        said += f"\n## {register.documents[document]['title']}\n\n{COLUMNS}{''.join(rows)}"
    return said


if __name__ == "__main__":
    register = read_register()
    made, target = text(read_coverage(register), register), ROOT / "docs" / "coverage.md"
    if "--check" in sys.argv[1:]:
        sys.exit(0 if target.is_file() and target.read_text(encoding="utf-8") == made else f"{target} is out of date")
    target.write_text(made, encoding="utf-8")
