"""The commands on notebooks: which there are, what they take, and work of one's own. Heavy imports wait."""

import argparse
import shlex
from pathlib import Path

from analysis.cli_findings import option
from analysis.errors import CallError
from analysis.workspace import notebooks_folder, open_snapshot


def _notebooks(options: argparse.Namespace) -> int:
    """List the notebooks, or the parameters of one with what they may be on a snapshot."""
    from analysis.runs.parameter_help import notebook_lines, parameter_lines

    if options.name is None:
        print("\n".join(notebook_lines()))
    else:
        print("\n".join(parameter_lines(options.name, open_snapshot(options.snapshot))))
    return 0


def _new(options: argparse.Namespace) -> int:
    """Make a notebook of your own in notebooks/mine, which git and the tests leave alone."""
    from analysis.runs.own_notebook import new_notebook

    path = new_notebook(notebooks_folder(), options.name, options.origin)
    print(path)
    in_clone = (notebooks_folder().parent / "Makefile").is_file()
    opens = f"make lab ARGS=mine/{path.name}" if in_clone else f"jupyter lab {shlex.quote(_from_here(path))}"
    print(f"run it: bijstand report --notebook {path.stem}; or open it: {opens}")
    return 0


def _init(options: argparse.Namespace) -> int:
    """Lay out a folder to work in, without a clone: your notebooks, snapshots and runs; a README says what is what."""
    from analysis.runs.working_folder import make_working_folder

    if not options.folder:
        raise CallError("init '': expected a folder.")
    folder = make_working_folder(Path(options.folder))
    print(folder)
    enter = "" if folder == Path.cwd() else f"cd {shlex.quote(_from_here(folder))}, then "
    print(f"next: {enter}bijstand report")
    return 0


def _from_here(path: Path) -> str:
    """Return a path as it is called from the working directory, whole where it lies elsewhere."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


NOTEBOOK_COMMANDS = {
    "notebooks": (
        _notebooks, "list the notebooks, or the parameters of one with what they may be",
        option("name", nargs="?", metavar="NAME", help="a notebook"),
        option("--snapshot", metavar="NAME", default="published", help="the figures to use (default: published)"),
    ),
    "new": (
        _new, "make a notebook of your own",
        option("name", metavar="NAME", help="its name: letters, digits, - and _"),
        option("--from", dest="origin", metavar="NOTEBOOK", default="", help="the notebook to begin from"),
    ),
    "init": (
        _init, "lay out a folder to work in",
        option("folder", metavar="FOLDER", help="a new folder, or an empty one"),
    ),
}  # fmt: skip
"""Each command: what runs it, its line in the help, and its arguments."""
