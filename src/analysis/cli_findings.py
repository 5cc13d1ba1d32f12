"""The commands on published numbers: enter, check, recompute. Heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import CallError, did_you_mean
from analysis.workspace import open_snapshot, outputs_folder

if TYPE_CHECKING:
    from analysis.register.draft.sheet import Sheet
    from analysis.register.relations import Register


def option(*names: str, **about: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return an argument of a command, as argparse takes it."""
    return names, about


WORKERS = (
    option("--workers", metavar="N", type=int, help="processes on this machine (default: one a processor)"),
    option("--scheduler", metavar="ADDRESS", default="", help="a Dask scheduler, such as tcp://10.0.0.5:8786"),
)
"""On what the tasks of a command run that has many."""


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
    if options.snapshots is not None:
        return _many(options, register)
    if options.workers is not None or options.scheduler:
        raise CallError("--workers and --scheduler are for many snapshots: expected --snapshots A,B,...")
    snapshot = open_snapshot(options.snapshot or "published", needs=register.tables)
    rows = finding_rows(find(register, snapshot, options.document or None), register, snapshot)
    print(format_rows(select_rows(rows, options.verdict, options.location), options.format, next(iter(rows), ())))
    return 0


def _many(options: argparse.Namespace, register: Register) -> int:
    """Recompute the register on several snapshots, and say which verdicts are not the same on all of them."""
    from analysis.register.output import format_rows, select_rows
    from analysis.register.vintages import format_vintages, join_vintages
    from analysis.runs.pool import warm_up
    from analysis.runs.workers.cluster import Workers

    if options.snapshot is not None:
        raise CallError(f"--snapshot {options.snapshot}: expected without --snapshots.")
    workers = Workers(options.scheduler, options.workers)
    if not options.scheduler:
        warm_up("distributed", "analysis.runs.vintages")
    from analysis.runs.vintages import find_on, read_names

    names = read_names(options.snapshots, register.tables)
    claims = [claim.row | {"verdict": ""} for claim in register.claims.values()]
    select_rows(claims, options.verdict, options.location)  # which refuses what there is not, before anything runs
    rows = join_vintages(find_on(names, options.document, workers))
    selected = select_rows(rows, options.verdict, options.location)
    if options.format == "table":
        some = {row["claim_id"] for row in selected}
        print(format_vintages(row for row in rows if row["claim_id"] in some))
    else:
        print(format_rows(selected, options.format, next(iter(rows), ())))
    return 0


def _check(options: argparse.Namespace) -> int:
    """Report all that is wrong with a file of the register, or with all of it, a line each."""
    from analysis.register.file_check import check_file, check_register

    _refuse_filters(options, "findings check")
    published = open_snapshot("published")
    if options.text is not None and options.file is None:
        raise CallError("findings check --text: expected the file of the document too.")
    if options.file is None:
        claims, parts = check_register(published)
        documents = len({claim.document for claim in claims})
        print(f"{documents} documents, {len(claims)} numbers, {parts} parts in the coverage; nothing wrong")
        return 0
    claims = check_file(options.file, published)
    if options.text is not None:
        from analysis.register.draft.completeness import compare_with_text

        found = compare_with_text(claims, options.text)
        print("\n".join(found.lines))
        return 1 if found.lacking else 0
    formulas, queries = (sum(bool(getattr(claim, kind)) for claim in claims) for kind in ("formulas", "queries"))
    print(f"{options.file}: {len(claims)} numbers, {formulas} with a formula, {queries} with a query; nothing wrong")
    return 0


def _draft(options: argparse.Namespace) -> int:
    """Read a document into a draft of its register, or write the register of what is kept of one."""
    from analysis.register.draft.output import draft_lines
    from analysis.register.draft.sheet import SUFFIX, read_sheet, write_sheet

    if options.file.suffix == ".csv":  # a draft that was made before
        sheet, stem = read_sheet(options.file), options.file.name.removesuffix(SUFFIX)
    else:
        from analysis.register.draft.drafting import make_draft
        from analysis.register.entry import read_register

        draft = make_draft(options.file, options.name, read_register(), open_snapshot(options.snapshot or "published"))
        sheet, stem = draft.sheet(), options.file.stem
        print("\n".join(draft_lines(draft)))
        for note in draft.document.notes:
            print(f"bijstand: {options.file}: {note}", file=sys.stderr)
    if options.file.suffix == ".csv" or options.keep:
        return _keep(options, sheet)
    out = options.out or options.file.with_name(f"{stem}{SUFFIX}")
    write_sheet(sheet, out)
    print(out)
    return 0


def _keep(options: argparse.Namespace, sheet: Sheet) -> int:
    """Write what is kept of a draft as a document of the register."""
    from analysis.register.draft.keeping import choose, keep, ticked
    from analysis.register.draft.sheet import write_register

    kept = keep(sheet, choose(sheet, options.keep) if options.keep else ticked(sheet))
    out = options.out or options.file.with_name(f"{options.name or sheet.document}.csv")
    write_register(kept.rows, out)
    circles = f"; left out, because they go in a circle: {', '.join(kept.circles)}" if kept.circles else ""
    print(f"{len(kept.rows)} numbers with {kept.proposals} derivations{circles}")
    print(out)
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
    filters = (options.snapshots, options.document, options.verdict, options.location)
    if any(filters) or options.format != "table":
        raise CallError(f"{command} takes no filters: it reports all that is wrong.")


def _certificate(options: argparse.Namespace) -> int:
    """Make the certificate of a document, an RO-Crate in a zip: its numbers, their verdicts and what these rest on."""
    from datetime import datetime

    from analysis.site.certificate import write_certificate

    if options.document == "verify":
        return _verify(options)
    if options.file is not None:
        raise CallError(f"{options.file}: expected `certificate DOCUMENT` or `certificate verify FILE`.")
    name = f"certificate-{options.document}-{datetime.now():%Y%m%d-%H%M%S}.zip"
    out = options.out or outputs_folder() / name
    write_certificate(options.document, open_snapshot(options.snapshot or "published"), out)
    print(out)
    return 0


def _verify(options: argparse.Namespace) -> int:
    """Recompute a certificate and say what changed: status 1 when anything did, 2 for a broken file."""
    from analysis.site.certificate_check import verify_certificate

    if options.file is None or options.out or options.snapshot:
        raise CallError("expected `certificate verify FILE`, with nothing else.")
    verified = verify_certificate(options.file)
    for line in [*verified.changes, *(f"note: {each}" for each in verified.notes)]:
        print(line)
    outcome = f"{len(verified.changes)} changes" if verified.changes else "nothing changed"
    print(f"{options.file}: {verified.numbers} numbers recomputed; {outcome}")
    return 1 if verified.changes else 0


FINDINGS_COMMANDS = {
    "findings": (
        _findings, "recompute published numbers and give a verdict on each",
        option("--snapshot", metavar="NAME", help="the figures to use (default: published)"),
        option("--snapshots", metavar="A,B,...", help="several, * for any letters: which verdicts differ between them"),
        option("--document", metavar="ID", action="append", default=[], help="a document; may be repeated"),
        option("--verdict", metavar="V", action="append", default=[], help="a verdict; may be repeated"),
        option("--location", metavar="TEXT", help="part of the name of a heading, table or figure"),
        option("--format", metavar="table|json|csv", default="table", help="how to print (default: table)"),
        *WORKERS,
    ),
    "findings check": (
        _check, "report all that is wrong with a file of the register",
        option("file", nargs="?", metavar="FILE", type=Path, help="a CSV or workbook (default: the whole register)"),
        option("--text", metavar="DOCUMENT", type=Path, help="also list the numbers of this text that FILE lacks"),
    ),
    "findings draft": (
        _draft, "read the numbers of a document into a draft of its register, with how they may follow",
        option("file", metavar="FILE", type=Path, help="a PDF, DOCX, HTML, TXT or XLSX; or a draft with ticks"),
        option("--document", dest="name", metavar="ID", default="", help="its id (default: made of the file name)"),
        option("--out", metavar="CSV", type=Path, help="a new file (default: NAME.draft.csv beside FILE)"),
        option("--keep", metavar="all|held|ID", nargs="+", default=[],
               help="write the register of what is kept: all, what holds, or rows by their ids"),
    ),
    "findings compare": (
        _compare, "set two entries of one document side by side",
        option("one", metavar="A", type=Path), option("two", metavar="B", type=Path),
    ),
    "certificate": (
        _certificate, "make or verify the certificate of a document",
        option("document", metavar="DOCUMENT|verify", help="a document of the register; or verify, to recompute FILE"),
        option("file", nargs="?", metavar="FILE", type=Path, help="with verify: a certificate"),
        option("--snapshot", metavar="NAME", help="the figures to use (default: published)"),
        option("--out", metavar="FILE", type=Path, help="where to write it (default: in outputs/)"),
    ),
}  # fmt: skip
"""Each command: what runs it, its line in the help, and its arguments."""
