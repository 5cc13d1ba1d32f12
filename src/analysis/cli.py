"""The command ``bijstand``. Heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from analysis import __version__
from analysis.errors import CallError, DataError, WorkbenchError, did_you_mean

INTERRUPTED = 130
Commands = argparse._SubParsersAction


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when it is done, 1 when the work found something wrong, 2 when the call was wrong."""
    options = _parser().parse_args(arguments)
    _be_told_to_stop()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Dutch letters still shows the rest
    try:
        status = options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except WorkbenchError as fault:
        if options.debug:
            traceback.print_exc()
        print("\n".join(f"bijstand: {line}" for line in str(fault).splitlines()), file=sys.stderr)
        return fault.exit_status
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("bijstand: stopped; nothing was left behind.", file=sys.stderr)
        return INTERRUPTED
    except Exception as fault:
        if options.debug:
            traceback.print_exc()
        print(f"bijstand: {type(fault).__name__}: {fault} (see where with bijstand --debug)", file=sys.stderr)
        return WorkbenchError.exit_status


def _be_told_to_stop() -> None:
    """Take being told to stop, or the end of the terminal, as Ctrl-C."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)


class _Parser(argparse.ArgumentParser):
    """Tells a wrong call in one line, as every other fault is told."""

    def error(self, message: str) -> NoReturn:
        self.exit(CallError.exit_status, f"bijstand: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="bijstand",
        description="A workbench on Dutch social assistance: reports from CBS figures, with every interval stated.",
    )
    parser.add_argument("--version", action="version", version=f"bijstand-workbench {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_report, _add_findings, _add_pull, _add_snapshots, _add_simulate):
        add(commands)
    return parser


def _add_report(commands: Commands) -> None:
    report = commands.add_parser(
        "report",
        help="run the notebooks and make one page of them",
        description="Run the notebooks side by side; put page, tables, figures and notebooks into a new folder.",
    )
    report.add_argument("--snapshot", metavar="NAME", help="the figures to use (default: published)")
    report.add_argument("--notebook", metavar="NAME", action="append", help="a notebook to run; may be repeated")
    report.add_argument(
        "-p", dest="parameters", metavar="KEY=VALUE", action="append", default=[], help="a parameter; may be repeated"
    )
    report.add_argument("--lang", metavar="nl|en", help="the language of the report (default: en)")
    report.add_argument("--out", metavar="DIR", help="where runs make their folders (default: outputs/)")
    report.add_argument("--jobs", metavar="N", type=int, help="notebooks to run at once")
    report.set_defaults(run=_report)


def _add_findings(commands: Commands) -> None:
    found = commands.add_parser(
        "findings",
        help="recompute published numbers and say how far each stands",
        description="Recompute every number of the register from its own document and from a snapshot's tables.",
    )
    found.add_argument(
        "--snapshot", metavar="NAME", default="published", help="the figures to use (default: published)"
    )
    found.add_argument("--document", metavar="ID", action="append", default=[], help="a document; may be repeated")
    found.add_argument("--verdict", metavar="V", action="append", default=[], help="a verdict; may be repeated")
    found.add_argument("--location", metavar="TEXT", help="part of the name of a heading, table or figure")
    found.add_argument("--format", metavar="table|json|csv", default="table", help="how to print (default: table)")
    found.set_defaults(run=_findings)
    checked = found.add_subparsers(metavar="check").add_parser(
        "check", help="report all that is wrong with a file of the register"
    )
    checked.add_argument("file", metavar="FILE", type=Path)
    checked.set_defaults(run=_check)


def _add_pull(commands: Commands) -> None:
    pulled = commands.add_parser(
        "pull",
        help="bring tables of CBS home into a new dated snapshot",
        description="Fetch whole tables from CBS StatLine into a new, checksummed snapshot; all of it or nothing.",
    )
    pulled.add_argument("tables", nargs="*", metavar="TABLE", help="table ids (default: all that the workbench uses)")
    pulled.add_argument("--name", metavar="SNAPSHOT", help="name of the snapshot (default: today's date)")
    pulled.add_argument("--platform", metavar="auto|v3|v4", default="auto", help="which platform of CBS to ask")
    pulled.add_argument("--base-url", metavar="URL", help="scheme and host to ask in the place of CBS")
    pulled.set_defaults(run=_pull)


def _add_snapshots(commands: Commands) -> None:
    snapshots = commands.add_parser("snapshots", help="list, verify and compare the snapshots there are")
    actions = snapshots.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="name every snapshot, with its tables").set_defaults(run=_list)
    verify = actions.add_parser("verify", help="read every file and compare it with its checksum")
    verify.add_argument("name", nargs="?", metavar="NAME", help="one snapshot (default: all)")
    verify.set_defaults(run=_verify)
    diff = actions.add_parser("diff", help="say what changed from one snapshot to another")
    diff.add_argument("before", metavar="A")
    diff.add_argument("after", metavar="B")
    diff.add_argument("--out", metavar="DIR", type=Path, help="also write the changed cells as CSV, into a new folder")
    diff.set_defaults(run=_diff)


def _add_simulate(commands: Commands) -> None:
    simulated = commands.add_parser(
        "simulate",
        help="make a population with known parameters, in the shape of the tables",
        description="Draw a population month by month, 2012-2025, and keep its tables as a snapshot, the truth beside.",
    )
    simulated.add_argument("--seed", metavar="N", type=int, default=1, help="the draw (default: 1)")
    simulated.add_argument(
        "--persons", metavar="N", type=int, default=400_000, help="the stock to begin with (default: 400000)"
    )
    simulated.add_argument("--name", metavar="SNAPSHOT", default="simulated", help="its name (default: simulated)")
    simulated.set_defaults(run=_simulate)


def _report(options: argparse.Namespace) -> int:
    from analysis.runs.pool import warm_up

    warm_up()
    from analysis.runs.notebook import find_notebooks
    from analysis.runs.parameters import check_parameters, parse_assignments
    from analysis.runs.tables import check_data, with_their_tables
    from analysis.runs.translation import check_translations
    from analysis.workspace import notebooks_folder, outputs_folder

    given = parse_assignments(options.parameters)
    for name in ("snapshot", "lang"):
        value = getattr(options, name)
        if value is not None and given.setdefault(name, value) != value:
            raise CallError(f"--{name} {value} and -p {name}={given[name]} contradict each other; give one.")
    if options.out == "":
        raise CallError("--out '': expected a folder.")
    if options.jobs is not None and options.jobs < 1:
        raise CallError(f"--jobs {options.jobs}: expected a whole number from 1.")
    notebooks = find_notebooks(notebooks_folder(), options.notebook)
    notebooks, skipped = with_their_tables(notebooks, given, named=bool(options.notebook))
    parameters = check_parameters(notebooks, given)
    check_translations({each.path: parameters[each.name].get("lang", "en") for each in notebooks})
    check_data(notebooks, parameters)
    for each in skipped:
        print(f"bijstand: notebook {each['name']} is left out: {each['reason']}.", file=sys.stderr)

    from analysis.runs.report_run import run_report

    def make_pages(*run) -> None:
        from analysis.site import build  # nbconvert takes seconds to import, a failed run needs none

        build.make_pages(*run)

    folder = run_report(notebooks, parameters, Path(options.out or outputs_folder()), options.jobs, make_pages, skipped)
    print(folder / "index.html")
    return 0


def _pull(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from analysis.statline.download import damaged, pull
    from analysis.workspace import snapshots_folder

    bar = tqdm(unit=" rows", disable=None, file=sys.stderr)

    def tell(table: str, rows: int) -> None:
        bar.set_description(table)
        bar.update(rows - bar.n if rows >= bar.n else rows)

    with bar:
        folder, tables = pull(
            snapshots_folder(), options.tables, options.name, options.platform, options.base_url, tell=tell
        )
    for each in tables:
        origin = f"unchanged since {each.taken_from}" if each.taken_from else f"from {each.platform}"
        print(f"{each.table}  {each.cells} cells  {origin}")
        for line in each.drift:
            print(f"bijstand: table {each.table}: {line}", file=sys.stderr)
    for line in damaged(snapshots_folder()):
        print(f"bijstand: {line}", file=sys.stderr)
    print(folder)
    return 0


def _findings(options: argparse.Namespace) -> int:
    from analysis.register.entry import read_register
    from analysis.register.evaluation import find
    from analysis.register.output import FORMATS, format_rows, select_rows
    from analysis.register.rows import finding_rows
    from analysis.workspace import open_snapshot

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
    from analysis.register.cells import TableOutline, query_faults, table_outlines
    from analysis.register.entry import read_register
    from analysis.statline.catalogue import catalogued, expected_of
    from analysis.workspace import open_snapshot

    if options.document or options.verdict or options.location or options.format != "table":
        raise CallError("findings check FILE takes no filters: it tells all that is wrong with the file.")
    register = read_register(extra=options.file)
    own = [claim for claim in register.claims.values() if claim.document == options.file.stem]
    tables = table_outlines(open_snapshot("published"))
    for table in catalogued(by_name=True):
        live = expected_of(table)
        measured = [measure["quantity"] for measure in live.measures.values() if "quantity" in measure]
        printed = tables[table].dimensions if table in tables else {}
        tables[table] = TableOutline(live.grain, measured, {name: printed.get(name, ()) for name in live.dimensions})
    wrong = query_faults(own, tables)
    if wrong:
        raise DataError("\n".join(wrong))
    formulas, queries = (sum(bool(getattr(claim, kind)) for claim in own) for kind in ("formulas", "queries"))
    print(f"{options.file}: {len(own)} numbers, {formulas} with a formula, {queries} with a query; nothing wrong")
    return 0


def _simulate(options: argparse.Namespace) -> int:
    from analysis.simulation import default_parameters, simulate
    from analysis.workspace import snapshots_folder

    rules = default_parameters(options.seed, options.persons)
    print(simulate(snapshots_folder(), rules, options.name))
    return 0


def _diff(options: argparse.Namespace) -> int:
    from analysis.snapshots.difference_output import changes_text, write_changes
    from analysis.snapshots.vintages import diff
    from analysis.workspace import open_snapshot

    changes = diff(open_snapshot(options.before), open_snapshot(options.after))
    print(changes_text(changes))
    if options.out is not None:
        print(write_changes(changes, options.out))
    return 0


def _list(options: argparse.Namespace) -> int:
    from analysis.snapshots.store import snapshot_names
    from analysis.workspace import open_snapshot, snapshots_folder

    for name in snapshot_names(snapshots_folder()):
        snapshot = open_snapshot(name)
        print(f"{name}  {snapshot.kind}  {snapshot.manifest.created}  {snapshot.digest[:16]}")
        for entry in snapshot.manifest.tables.values():
            print(f"  {entry.id}  {entry.coverage}  {entry.rows} cells  {entry.title}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from analysis.snapshots.store import snapshot_names
    from analysis.workspace import open_snapshot, snapshots_folder

    for name in snapshot_names(snapshots_folder()) if options.name is None else [options.name]:
        open_snapshot(name).verify()
        print(f"{name}: every file is as it was written")
    return 0


def command() -> None:
    """Run the command and end the process; one that was told to stop waits for no answer that is still on its way."""
    status = main()
    if status == INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    command()
