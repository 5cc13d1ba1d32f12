"""The commands on published numbers: enter, check, recompute. Heavy imports wait until a command needs them."""

import argparse
from pathlib import Path
from typing import Any

from analysis.errors import CallError, did_you_mean
from analysis.workspace import open_snapshot


def option(*names: str, **about: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return an argument of a command, as argparse takes it."""
    return names, about


def _findings(options: argparse.Namespace) -> int:
    """Recompute every number of the register from its own document and from a snapshot's tables."""
    from analysis.register.entry import read_register
    from analysis.register.evaluation import find
    from analysis.register.output import FORMATS, format_rows, select_rows
    from analysis.register.rows import finding_rows

    if options.format not in FORMATS:
        raise CallError(f"--format {options.format}: unknown; {did_you_mean(options.format, FORMATS)}.")
    register = read_register()
    for document in options.document:
        if document not in register.documents:
            raise CallError(f"--document {document}: unknown; {did_you_mean(document, register.documents)}.")
    snapshot = open_snapshot(options.snapshot, needs=register.tables)
    rows = finding_rows(find(register, snapshot, options.document or None), register, snapshot)
    print(format_rows(select_rows(rows, options.verdict, options.location), options.format, next(iter(rows), ())))
    return 0


def _check(options: argparse.Namespace) -> int:
    """Report all that is wrong with a file of the register, or with all of it, a line each."""
    from analysis.register.file_check import check_file, check_register

    _refuse_filters(options, "findings check")
    published = open_snapshot("published")
    if options.file is None:
        claims, parts = check_register(published)
        documents = len({claim.document for claim in claims})
        print(f"{documents} documents, {len(claims)} numbers, {parts} parts in the coverage; nothing wrong")
        return 0
    claims = check_file(options.file, published)
    formulas, queries = (sum(bool(getattr(claim, kind)) for claim in claims) for kind in ("formulas", "queries"))
    print(f"{options.file}: {len(claims)} numbers, {formulas} with a formula, {queries} with a query; nothing wrong")
    return 0


def _compare(options: argparse.Namespace) -> int:
    """Set two people's entries of one document side by side; the status is 1 when they differ."""
    from analysis.register.entry_comparison import compare_entries

    _refuse_filters(options, "findings compare")
    compared = compare_entries(options.one, options.two)
    print("\n".join(compared.lines or ("the two entries are alike",)))
    print(f"{compared.shared} rows in both, {len(compared.lines)} differences")
    return 1 if compared.lines else 0


def _refuse_filters(options: argparse.Namespace, command: str) -> None:
    if options.document or options.verdict or options.location or options.format != "table":
        raise CallError(f"{command} takes no filters: it reports all that is wrong.")


FINDINGS_COMMANDS = {
    "findings": (
        _findings, "recompute published numbers and give a verdict on each",
        option("--snapshot", metavar="NAME", default="published", help="the figures to use (default: published)"),
        option("--document", metavar="ID", action="append", default=[], help="a document; may be repeated"),
        option("--verdict", metavar="V", action="append", default=[], help="a verdict; may be repeated"),
        option("--location", metavar="TEXT", help="part of the name of a heading, table or figure"),
        option("--format", metavar="table|json|csv", default="table", help="how to print (default: table)"),
    ),
    "findings check": (
        _check, "report all that is wrong with a file of the register",
        option("file", nargs="?", metavar="FILE", type=Path, help="a CSV or workbook (default: the whole register)"),
    ),
    "findings compare": (
        _compare, "set two entries of one document side by side",
        option("one", metavar="A", type=Path), option("two", metavar="B", type=Path),
    ),
}  # fmt: skip
"""Each command: what runs it, its line in the help, and its arguments."""
