"""The commands on notebooks and simulated populations, and on work of one's own. Heavy imports wait."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli_findings import WORKERS, option
from analysis.errors import CallError
from analysis.workspace import notebooks_folder, open_snapshot, outputs_folder, snapshots_folder

if TYPE_CHECKING:
    from analysis.runs.workers.cluster import Workers

INTERRUPTED = 130


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
    opens = f"make lab ARGS=mine/{path.name}" if in_clone else f"jupyter lab {_from_here(path)}"
    print(f"run it: bijstand report --notebook {path.stem}; or open it: {opens}")
    return 0


def _init(options: argparse.Namespace) -> int:
    """Lay out a folder to work in, without a clone: your notebooks, snapshots and runs; a README says what is what."""
    from analysis.runs.working_folder import make_working_folder

    if not options.folder:
        raise CallError("init '': expected a folder.")
    folder = make_working_folder(Path(options.folder))
    print(folder)
    enter = "" if folder == Path.cwd() else f"cd {_from_here(folder)}, then "
    print(f"next: {enter}bijstand report")
    return 0


def _from_here(path: Path) -> str:
    """Return a path as it is typed in the working directory, whole where it lies elsewhere."""
    name = str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
    if name[0] in "~-":  # a home folder, or an option
        name = f"./{name}"
    return f'"{name}"' if " " in name else name


def _sweep(options: argparse.Namespace) -> int:
    """Run a notebook over a grid of parameters; gather its tables. The same call again goes on where it was stopped."""
    from analysis.runs.pool import NOTEBOOK_MODULES, check_kernels, warm_up
    from analysis.runs.workers.cluster import Workers

    check_kernels(options.kernel)
    workers = Workers(options.scheduler, options.workers)
    if not options.scheduler:
        warm_up(*NOTEBOOK_MODULES, "distributed", "analysis.runs.sweep.worker")
    from analysis.runs.parameters import parse_assignments
    from analysis.runs.sweep.folder import folder_of
    from analysis.runs.sweep.plan import plan_sweep
    from analysis.runs.sweep.sweep import run_sweep

    given = parse_assignments(options.parameters, snapshot=options.snapshot, lang=options.lang)
    plan = plan_sweep(notebooks_folder(), options.name, given, options.grid, options.yes)
    folder = options.out or folder_of(plan, outputs_folder())

    def make_page(*sweep) -> None:
        from analysis.site.sweep_page import write_page

        write_page(*sweep)

    try:
        run_sweep(plan, folder, workers, options.kernel, make_page)
    except KeyboardInterrupt:
        return _stopped(folder)
    print(folder / "index.html")
    return 0


def _stopped(folder: Path) -> int:
    """Say that work on many processes was stopped, and what there is of it."""
    gc.collect()  # the queues of workers, of which Python would say as it ends that they were left
    print(f"bijstand: stopped; what was done is in {folder}, and the same command goes on.", file=sys.stderr)
    return INTERRUPTED


def _simulate(options: argparse.Namespace) -> int:
    """Draw a population month by month, 2012-2025, and keep its tables as a snapshot together with the truth."""
    from analysis.runs.workers.cluster import Workers

    workers = Workers(options.scheduler, options.workers)
    if options.seeds is not None:
        return _simulate_many(options, workers)
    if options.workers or options.scheduler:
        raise CallError("--workers and --scheduler are for many populations: expected --seeds, such as 1-100.")
    from analysis.simulation.parameters import default_parameters
    from analysis.simulation.simulate import simulate
    from analysis.simulation.unrest import default_unrest

    rules = default_parameters(1 if options.seed is None else options.seed, options.persons)
    unrest = default_unrest() if options.world == "continuous" else None
    print(simulate(snapshots_folder(), rules, options.name, unrest, options.full_size, options.regions))
    return 0


def _simulate_many(options: argparse.Namespace, workers: Workers) -> int:
    from analysis.runs.pool import warm_up

    if options.seed is not None:
        raise CallError(f"--seed {options.seed}: expected without --seeds.")
    if not workers.scheduler:
        warm_up("distributed", "analysis.runs.simulations")
    from analysis.runs.simulations import Population, draw_populations, name_of, read_seeds
    from analysis.simulation.parameters import default_parameters
    from analysis.simulation.unrest import default_unrest

    unrest = default_unrest() if options.world == "continuous" else None
    populations = [
        Population(default_parameters(seed, options.persons), name_of(options.name, seed), unrest,
                   options.full_size, options.regions)
        for seed in read_seeds(options.seeds)
    ]  # fmt: skip
    folder = snapshots_folder()
    try:
        drawn = draw_populations(folder, options.name, populations, workers)
    except KeyboardInterrupt:
        return _stopped(folder)
    for each in populations:
        print(folder / each.name)
    print(f"bijstand: {len(populations)} populations, {drawn} of them drawn now", file=sys.stderr)
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
    "init": (
        _init, "lay out a folder to work in",
        option("folder", metavar="FOLDER", help="a new folder, or an empty one"),
    ),
    "sweep": (
        _sweep, "run a notebook over a grid of parameters",
        option("name", metavar="NOTEBOOK", help="a notebook, one of your own too"),
        option("-p", dest="parameters", metavar="KEY=A,B,...", action="append", default=[],
                help="values of a parameter, * for any letters; several are crossed"),
        option("--grid", metavar="FILE", type=Path, help="CSV or Parquet: a column a parameter, a row a run"),
        option("--snapshot", metavar="NAME", help="the figures to use (default: that of the notebook)"),
        option("--lang", metavar="nl|en", help="the language of the runs (default: en)"),
        option("--out", metavar="DIR", type=Path, help="the folder of the sweep (default: one of its own in outputs/)"),
        *WORKERS,
        option("--kernel", metavar="warm|plain", default="warm",
               help="kernels forked from one process, or started one by one (default: warm)"),
        option("--yes", action="store_true", help="more than 10,000 runs are meant"),
    ),
}  # fmt: skip
"""Each command: what runs it, its line in the help, and its arguments."""
SIMULATE_COMMAND = {
    "simulate": (
        _simulate, "make a population with known parameters, in the shape of the tables",
        option("--seed", metavar="N", type=int, help="the draw (default: 1)"),
        option("--seeds", metavar="A-B", help="many draws, each a snapshot NAME-SEED: 1-100, or 3,5,8; the same "
               "command goes on where it was stopped"),
        option("--persons", metavar="N", type=int, default=400_000, help="the stock to begin with (default: 400000)"),
        option("--name", metavar="SNAPSHOT", default="simulated", help="its name (default: simulated)"),
        option("--world", choices=("monthly", "continuous"), default="monthly",
               help="people leave at month ends (default), or on any day with shocks that last"),
        option("--full-size", action="store_true", help="tables as large as the real ones, provisions by region too"),
        option("--regions", action="store_true", help="tables by municipality as well, with the truth of their rates"),
        *WORKERS,
    ),
}  # fmt: skip
"""The command on simulated populations, likewise."""
