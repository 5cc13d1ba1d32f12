"""Write ``docs/coverage.md`` from ``data/coverage.csv`` and the register.

    python tools/write_coverage.py [--check]

With ``--check`` nothing is written and the exit status says whether the file is up to date. A table that the report
does not have is refused.
"""

from __future__ import annotations

import sys
from pathlib import Path

from analysis.errors import DataError, did_you_mean
from analysis.register.coverage import Part, read_coverage
from analysis.register.entry import read_register
from analysis.register.relations import Register
from analysis.report.table_spec import declared_tables

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# What the workbench shows of each document

Made by `tools/write_coverage.py` from `data/coverage.csv` and the register; change those. *Numbers* counts what the
register holds of a part, numbers and statements; a location in the text may belong to two parts and then counts in
both. *Open data* says whether its figures can be had from open tables of CBS.
"""
COLUMNS = """\
| part | notebook | tables | numbers | open data | what cannot be had, or is in no table |
| --- | --- | --- | --: | --- | --- |
"""


def row(part: Part, register: Register) -> str:
    """Return a part of a document as a row of its table."""
    numbers = sum(
        claim.document == part.document and claim.row["location"] in part.locations
        for claim in register.claims.values()
    )
    notebook = f"`{part.notebook}`" if part.notebook else "not shown"
    tables = ", ".join(f"`{table}`" for table in part.tables)
    return f"| {part.part} | {notebook} | {tables} | {numbers} | {part.open_data} | {part.missing} |\n"


def text(coverage: list[Part], register: Register) -> str:
    """Return the text of ``docs/coverage.md``: a table a document."""
    page = HEAD
    for document in dict.fromkeys(part.document for part in coverage):
        rows = [row(part, register) for part in coverage if part.document == document]
        page += f"\n## {register.documents[document]['title']}\n\n{COLUMNS}{''.join(rows)}"
    return page


def check_tables(coverage: list[Part]) -> None:
    """Raise a DataError, with a line for each, when a part names a table that the report does not have."""
    known = declared_tables()
    wrong = [
        f"coverage.csv, {part.document}, {part.part}: table {table!r} is unknown; {did_you_mean(table, known)}."
        for part in coverage
        for table in part.tables
        if table not in known
    ]
    if wrong:
        raise DataError("\n".join(wrong))


def main(arguments: list[str]) -> str:
    """Write or check the page; return what is wrong, or nothing."""
    try:
        register = read_register()
        coverage = read_coverage(register)
        check_tables(coverage)
    except DataError as fault:
        return str(fault)
    page, target = text(coverage, register), ROOT / "docs" / "coverage.md"
    if "--check" in arguments:
        same = target.is_file() and target.read_text(encoding="utf-8") == page
        return "" if same else f"{target} is out of date"
    target.write_text(page, encoding="utf-8")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
