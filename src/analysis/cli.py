"""The command ``bijstand``. Heavy imports wait until a command needs them."""

import argparse
import errno
import io
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from analysis import __version__
from analysis.cli_findings import FINDINGS_COMMANDS, option
from analysis.cli_notebooks import INTERRUPTED, NOTEBOOK_COMMANDS, SIMULATE_COMMAND
from analysis.errors import CallError, DataError, WorkbenchError, did_you_mean, nearest
from analysis.files import staged_folder
from analysis.snapshots.store import report_damage, snapshot_names, survey
from analysis.workspace import all_snapshots, notebooks_folder, open_snapshot, outputs_folder, snapshots_folder

_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when it is done, 1 when the work found something wrong, 2 when the call was wrong."""
    options, unknown = _parser().parse_known_args(arguments)
    if unknown:
        known = dict.fromkeys(re.findall(r"--[a-z-]+", options.parser.format_help()))
        hint = f"; {nearest(unknown[0], known)}" if unknown[0].startswith("--") else ""
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    _stop_on_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Dutch letters still shows the rest
    try:
        status = options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("bijstand: stopped; nothing was left behind.", file=sys.stderr)
        return INTERRUPTED
    except Exception as fault:
        if options.debug:
            traceback.print_exc()
        text, status = _message(fault)
        print("\n".join(f"bijstand: {line}" for line in text.splitlines()), file=sys.stderr)
        return status


def _message(fault: Exception) -> tuple[str, int]:
    """Return what an error says on the terminal, and the exit status."""
    if isinstance(fault, WorkbenchError):
        return str(fault), fault.exit_status
    if isinstance(fault, OSError) and fault.errno in _NOT_ALLOWED and fault.filename:
        own = "work in a folder of your own, such as `bijstand init FOLDER` lays out"
        return f"{fault.filename}: {fault.strerror}; {own}.", CallError.exit_status
    return f"{type(fault).__name__}: {fault} (see where with bijstand --debug)", WorkbenchError.exit_status


def _stop_on_signals() -> None:
    """Take a signal to stop, or the end of the terminal, as Ctrl-C."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)


class _Parser(argparse.ArgumentParser):
    """Reports a wrong call in one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        split = [name.rpartition(" ") for name in _COMMANDS]
        names = [last for group, _, last in split if f"bijstand {group}".strip() == self.prog]
        message = message.replace("the following arguments are required:", "expected")
        message = re.sub(r"^expected -p$", "expected -p KEY=VALUE", message)
        message = re.sub(r"argument (--\S+): invalid int value: ('.*')", r"\1 \2: expected a whole number", message)
        if message in ("expected COMMAND", "expected ACTION"):
            message += f": {', '.join(names)}"
        if wrong := re.match(r"argument (COMMAND|ACTION): invalid choice: '(.*?)'", message):
            message = f"{wrong[1]} {wrong[2]!r} is unknown; {did_you_mean(wrong[2], names)}"
        self.exit(CallError.exit_status, f"bijstand: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    """Return the parser of all commands, each described by the docstring of what runs it."""
    about = "A workbench on Dutch social assistance: reports from CBS figures, with every interval stated."
    parser = _Parser(prog="bijstand", description=about)
    parser.add_argument("--version", action="version", version=f"bijstand-workbench {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parsers, groups = {"": parser}, {}
    for name, (run, summary, *options) in _COMMANDS.items():
        group, _, last = name.rpartition(" ")
        if group not in groups:
            metavar, required = _GROUPS[group]
            groups[group] = parsers[group].add_subparsers(metavar=metavar, required=required)
        parsers[name] = groups[group].add_parser(last, help=summary, description=run and run.__doc__)
        parsers[name].set_defaults(run=run, parser=parsers[name])
        for names, about in options:
            parsers[name].add_argument(*names, **about)
    return parser


def _report(options: argparse.Namespace) -> int:
    """Run the notebooks side by side; put page, tables, figures and notebooks into a new folder."""
    from analysis.runs.pool import NOTEBOOK_MODULES, check_kernels, kernel_server, warm_up

    warm_up(*NOTEBOOK_MODULES)
    from analysis.runs.parameters import parse_assignments
    from analysis.runs.plan import plan_run

    given = parse_assignments(options.parameters, snapshot=options.snapshot, lang=options.lang)
    if options.out == "":
        raise CallError("--out '': expected a folder.")
    if options.jobs is not None and options.jobs < 1:
        raise CallError(f"--jobs {options.jobs}: expected a whole number from 1.")
    check_kernels(options.kernel)
    out = Path(options.out or outputs_folder())
    with kernel_server(options.kernel, several=len(set(options.notebook or ())) != 1) as address:
        plan = plan_run(notebooks_folder(), options.notebook, given)
        for each in plan.skipped:
            print(f"bijstand: notebook {each['name']} is left out: {each['reason']}.", file=sys.stderr)

        from analysis.runs.report_run import run_report

        with ThreadPoolExecutor(1) as preparing:
            pages = preparing.submit(_prepare_pages, plan)

            def make_pages(*run) -> None:
                pages.result()(*run, single=options.single_file)

            folder = run_report(plan, out, options.jobs, make_pages, address)
    print(folder / "index.html")
    if options.single_file:
        print(folder / "report.html")
    return 0


def _prepare_pages(plan: Any) -> Callable[..., None]:
    """Prepare the pages of a run while its notebooks run, for which this process only waits; return what makes them."""
    from analysis.site.build import make_pages, prepare  # nbconvert takes a second to import

    return partial(make_pages, prepared=prepare(plan))


def _register(options: argparse.Namespace) -> int:
    """Write a hypothesis and how it will be tested into the hypothesis log, before any figure is opened."""
    from analysis.runs.hypothesis_log import LOG, register
    from analysis.runs.parameters import parse_assignments, plan_of_call

    plan = plan_of_call(parse_assignments(options.parameters))
    log = Path(options.out or outputs_folder()) / LOG
    earlier = register(log, plan)
    print(f"registered in {log}: {plan.digest}")
    if earlier:
        print(f"bijstand: this question was tested {earlier} times before; the log says so.", file=sys.stderr)
    return 0


def _pull(options: argparse.Namespace) -> int:
    """Download whole tables from CBS StatLine into a new, checksummed snapshot; all of it or nothing."""
    from analysis.statline.download import pull
    from analysis.statline.progress import Progress
    from analysis.statline.session import Session

    session, asked = Session(), (options.tables, options.name, options.platform, options.base_url)
    with Progress(session) as progress:
        folder, tables = pull(snapshots_folder(), *asked, session, progress.update, options.all_measures)
    for each in tables:
        origin = f"unchanged since {each.taken_from}" if each.taken_from else f"from {each.platform}"
        print(f"{each.table}  {each.cells} cells  {origin}")
        for line in each.notes:
            print(f"bijstand: table {each.table}: {line}", file=sys.stderr)
    print(folder)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    """Ask CBS for the metadata of tables, on both platforms, and say what is not as expected."""
    from analysis.statline.doctor import RecordingSession, examine
    from analysis.statline.doctor_output import examination_lines, lines_to_paste
    from analysis.statline.progress import Progress

    final = options.out or outputs_folder() / f"doctor-{datetime.now():%Y-%m-%d-%H%M%S-%f}"
    with staged_folder(final) as staging:
        session = RecordingSession(staging)
        try:
            with Progress(session) as progress:
                found = examine(options.tables, options.base_url, session, progress.update)
        finally:
            session.stop()
        lines = [*examination_lines(found), *lines_to_paste(found)]
        (staging / "doctor.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    print(final)
    return 1 if any(each.differences for each in found) else 0


def _diff(options: argparse.Namespace) -> int:
    """Say what changed from one snapshot to another."""
    from analysis.snapshots.difference_output import changes_text, write_changes
    from analysis.snapshots.vintages import diff

    changes = diff(open_snapshot(options.before), open_snapshot(options.after))
    print(changes_text(changes))
    if options.out is not None:
        print(write_changes(changes, options.out))
    return 0


def _list(options: argparse.Namespace) -> int:
    """Name every snapshot, with its tables."""
    from analysis.snapshots.content import snapshot_line

    snapshots, damage = all_snapshots()
    for snapshot in snapshots:
        print(snapshot_line(snapshot))
        for entry in snapshot.manifest.tables.values():
            print(f"  {entry.id}  {entry.coverage}  {entry.rows} cells  {entry.title}")
    report_damage(damage)
    return 0


def _show(options: argparse.Namespace) -> int:
    """Describe a snapshot, or one of its tables; or a table as it was known on a day."""
    from analysis.snapshots.content import describe_snapshot, describe_table

    name, table = options.name, options.table
    if options.as_of:
        from analysis.snapshots.history import as_of_lines, read_day

        if not name:
            raise CallError("--as-of: expected a table, such as snapshots show 85615NED --as-of 2026-11-29.")
        cell = [table, *options.cell] if table else options.cell
        print("\n".join(as_of_lines(name, read_day(options.as_of), cell, snapshots_folder())))
        return 0
    if options.cell:
        raise CallError(f"{options.cell[0]!r}: cells are shown with --as-of DATE or by snapshots history.")
    if name and table is None and name[:5].isdigit() and name not in snapshot_names(snapshots_folder()):
        name, table = None, name  # one word that is no snapshot and begins as tables do
    snapshot = open_snapshot(name or "published")
    print("\n".join(describe_snapshot(snapshot) if table is None else describe_table(snapshot, table)))
    return 0


def _history(options: argparse.Namespace) -> int:
    """Follow cells of a table through all vintages: every figure that CBS gave, and since when."""
    from analysis.snapshots.history import history_lines

    print("\n".join(history_lines(options.table, options.cell, snapshots_folder())))
    return 0


def _verify(options: argparse.Namespace) -> int:
    """Read every file and compare it with its checksum."""
    snapshots, damage = all_snapshots() if options.name is None else ([open_snapshot(options.name)], [])
    for snapshot in snapshots:
        try:
            snapshot.verify()
            print(f"{snapshot.name}: every file is as it was written")
        except DataError as fault:
            damage += str(fault).splitlines()
    report_damage(damage)
    return 1 if damage else 0


def _convert(options: argparse.Namespace) -> int:
    """Store snapshots of format 1 (CSV) in Parquet; their digests stay what they are."""
    from analysis.snapshots.convert import convert

    snapshots, damage = survey(snapshots_folder()) if not options.names else ([], [])
    for name in options.names or [snapshot.name for snapshot in snapshots]:
        try:
            before, after = convert(snapshots_folder(), name)
            print(f"{name}: {before} bytes, now {after}" if before else f"{name}: is in Parquet already")
        except WorkbenchError as fault:
            damage.append(str(fault))
    report_damage(damage)
    return 1 if damage else 0


_GROUPS = {"": ("COMMAND", True), "findings": ("ACTION", False), "snapshots": ("ACTION", True)}
"""The commands that have commands: how their place is called in the usage, and whether one has to be given."""
_COMMANDS = {
    "report": (
        _report, "run the notebooks and make one page of them",
        option("--snapshot", metavar="NAME", help="the figures to use (default: published)"),
        option("--notebook", metavar="NAME", action="append", help="a notebook to run; may be repeated"),
        option("-p", dest="parameters", metavar="KEY=VALUE", action="append", default=[],
                help="a parameter; may be repeated"),
        option("--lang", metavar="nl|en", help="the language of the report (default: en)"),
        option("--out", metavar="DIR", help="where runs make their folders (default: outputs/)"),
        option("--jobs", metavar="N", type=int, help="notebooks to run at once"),
        option("--kernel", metavar="warm|plain", default="warm",
               help="kernels forked from one process, or started one by one (default: warm)"),
        option("--single-file", action="store_true", help="also report.html: the whole report in one file to mail"),
    ),
    "register": (
        _register, "write down a hypothesis before its figures are opened",
        option("-p", dest="parameters", metavar="KEY=VALUE", action="append", default=[], required=True,
                help="a parameter of 08_hypothesis; may be repeated"),
        option("--out", metavar="DIR", help="where runs make their folders (default: outputs/)"),
    ),
    **NOTEBOOK_COMMANDS,
    **FINDINGS_COMMANDS,
    "pull": (
        _pull, "download tables of CBS into a new dated snapshot",
        option("tables", nargs="*", metavar="TABLE", help="table ids (default: all that the workbench uses)"),
        option("--name", metavar="SNAPSHOT", help="name of the snapshot (default: today's date)"),
        option("--platform", metavar="auto|csv|v3|v4", default="auto", help="which platform of CBS to ask"),
        option("--base-url", metavar="URL", help="scheme and host to ask instead of those of CBS"),
        option("--all-measures", action="store_true", help="also the measures that the workbench does not use"),
    ),
    "doctor": (
        _doctor, "compare CBS's live metadata with what the workbench expects",
        option("tables", nargs="*", metavar="TABLE", help="table ids (default: all of the catalogue)"),
        option("--base-url", metavar="URL", help="scheme and host to ask instead of those of CBS"),
        option("--out", metavar="DIR", type=Path, help="a new folder for the raw answers (default: in outputs/)"),
    ),
    "snapshots": (None, "list, verify and compare snapshots"),
    "snapshots list": (_list, "name every snapshot, with its tables"),
    "snapshots verify": (
        _verify, "read every file and compare it with its checksum",
        option("name", nargs="?", metavar="NAME", help="one snapshot (default: all)"),
    ),
    "snapshots convert": (
        _convert, "store snapshots of format 1 in Parquet",
        option("names", nargs="*", metavar="NAME", help="snapshots (default: all)"),
    ),
    "snapshots show": (
        _show, "describe a snapshot, or one of its tables with its notes",
        option("name", nargs="?", metavar="NAME", help="a snapshot (default: published)"),
        option("table", nargs="?", metavar="TABLE", help="one of its tables"),
        option("cell", nargs="*", metavar="COLUMN=CODE", help="with --as-of: only the cells with these codes"),
        option("--as-of", metavar="DATE", help="a table (in the place of NAME) as the vintages knew it on a day"),
    ),
    "snapshots history": (
        _history, "follow a cell of a table through all vintages",
        option("table", metavar="TABLE", help="its id"),
        option("cell", nargs="+", metavar="CELL", help="COLUMN=CODE for each column that is fixed"),
    ),
    "snapshots diff": (
        _diff, "say what changed from one snapshot to another",
        option("before", metavar="A"), option("after", metavar="B"),
        option("--out", metavar="DIR", type=Path, help="also write the changed cells as CSV, into a new folder"),
    ),
    **SIMULATE_COMMAND,
}  # fmt: skip
"""Each command: what runs it, its line in the help, and its arguments."""


def command() -> None:
    """Run the command and end the process; one that was stopped waits for no answer that is still on its way."""
    status = main()
    if status == INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    command()
