"""The commands on notebooks: which there are, what they take, and one of one's own. Heavy imports wait."""

import argparse

from analysis.cli_findings import option
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
    print(f"run it: bijstand report --notebook {path.stem}; or open it: make lab ARGS=mine/{path.name}")
    return 0


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
}  # fmt: skip
"""Each command: what runs it, its line in the help, and its arguments."""
