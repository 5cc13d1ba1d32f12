"""``python tools/validate [--quick] [--into FOLDER] [--workers N]``: test the models against a known truth.

Writes ``validation.md`` and its figures into ``docs`` (or FOLDER), and ``recommendations.csv``. About
half an hour on two free cores; ``--quick`` takes a few replicates of a small population, to see that everything
runs, and its margins are wide. ``--sections`` makes those of the tests of hypotheses, of the second world and of
municipalities alone, ``--regions`` that of municipalities (six minutes of one core). Replicates run on the workers of
``bijstand sweep``: ``--workers`` on this machine, or those of a ``--scheduler``. Raw results are kept in
``outputs/validation``, a file a replicate; what is there is not run again, and numbers do not depend on the workers.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import levels
import pandas as pd
import regions
from composition import WORLDS, composition
from estimands import DIMENSIONS
from experiments import NOISE, as_the_rules_are, as_the_second_world, with_own_quarters
from page import write
from recommend import FIRST, SECOND, rows_of, write_table
from regions_page import regions_text
from replicates import Crew, Replicate
from sections import write_section, write_sections
from world import YEAR

from analysis.errors import WorkbenchError
from analysis.models.recommendations import FILE
from analysis.runs.workers.cluster import Workers
from analysis.workspace import outputs_folder, project_root

FULL = {"persons": 50_000, "replicates": 140, "shaken_replicates": 40}
QUICK = {"persons": 20_000, "replicates": 4, "shaken_replicates": 1}
MUNICIPALITIES = 40
NULLS, POPULATIONS, COMPOSED = 1800, 60, {"first": 40, "second": 60}
"""Replicates of each null, and populations of the second world, and of both for what depends on composition."""


def main(quick: bool, folder: Path, crew: Crew, replicates: int | None = None) -> pd.DataFrame:
    """Run the first world and write the page and its rows of the table; return the cells assessed."""
    size = QUICK if quick else FULL
    size = size if replicates is None else {**size, "replicates": replicates, "shaken_replicates": replicates}
    by_rules = partial(as_the_rules_are, dimensions=DIMENSIONS[:2] if quick else DIMENSIONS)
    runs, shaken_runs = (
        _by_seed(crew, partial(make, persons=size["persons"]), size[count])
        for make, count in ((by_rules, "replicates"), (with_own_quarters, "shaken_replicates"))
    )
    cells, whole = write(runs, shaken_runs, {**size, **NOISE, "year": YEAR}, folder)
    write_table(_table(folder), rows_of(FIRST, cells, whole))
    return cells


def _by_seed(crew: Crew, make: Callable[[int], Replicate], replicates: int) -> pd.DataFrame:
    return crew.by_seed({seed: make(seed) for seed in range(1, 1 + replicates)})


def _table(folder: Path) -> Path:
    """Return where the table goes: into the package, or beside a page that is written elsewhere."""
    return FILE if folder == project_root() / "docs" else folder / FILE.name


def sections(quick: bool, folder: Path, crew: Crew) -> None:
    """Run the tests of hypotheses and the second world, and put their sections into the page."""
    results = levels.run(crew, levels.CHUNK if quick else NULLS, levels.NULLS[:1] if quick else levels.NULLS)
    persons, seeds = (20_000, 1) if quick else (50_000, POPULATIONS)
    second = _by_seed(crew, partial(as_the_second_world, persons=persons), seeds)
    composed = {
        name: _by_seed(crew, partial(composition, persons=persons, which=name), 1 if quick else COMPOSED[name])
        for name in (WORLDS[1:] if quick else WORLDS)
    }
    summary = levels.summary(results)
    summary.round(2).to_csv(folder / "validation" / "levels.csv", index=False, lineterminator="\n")
    found = write_sections(folder / "validation.md", summary, second, composed)
    write_table(_table(folder), rows_of(SECOND, *found))


def municipalities(quick: bool, folder: Path, crew: Crew) -> None:
    """Run the worlds of municipalities, and put their section into the page."""
    worlds = ("normal", "chance alone") if quick else (*regions.WORLDS, *regions.NULLS)
    runs = regions.run(crew, 2 if quick else MUNICIPALITIES, worlds)
    found = regions.summary(runs)
    found.round(2).to_csv(folder / "validation" / "regions.csv", index=False, lineterminator="\n")
    write_section(folder / "validation.md", "municipalities", regions_text(found))


def _call() -> argparse.Namespace:
    read = argparse.ArgumentParser(prog="validate", description=__doc__)
    read.add_argument("--quick", action="store_true")
    read.add_argument("--into", type=Path, default=None)
    read.add_argument("--replicates", type=int, default=None)
    read.add_argument("--workers", type=int, default=None)
    read.add_argument("--scheduler", default="")
    read.add_argument("--sections", action="store_true")
    read.add_argument("--regions", action="store_true")
    read.add_argument("--raw", type=Path, default=None)
    given = read.parse_args()
    page = (given.into or project_root() / "docs") / "validation.md"
    if (given.sections or given.regions) and not page.is_file():
        read.error(f"{page} is not there: --sections and --regions put their part into a page that was made whole.")
    return given


if __name__ == "__main__":
    given = _call()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end the workers, and leave no folder of theirs
    into, raw = given.into or project_root() / "docs", given.raw or outputs_folder() / "validation"
    raw = (given.into / "raw") if given.quick and given.into else raw
    try:
        with Crew(raw, Workers(given.scheduler, given.workers)) as crew:
            if not given.sections and not given.regions:
                cells = main(given.quick, into, crew, given.replicates)
                sys.stdout.write(f"{len(cells)} cells, {int((~cells['used']).sum())} of them not to be used\n")
            if not given.regions:
                sections(given.quick, into, crew)
            municipalities(given.quick, into, crew)
    except KeyboardInterrupt:
        sys.exit("validate: stopped; the same command goes on.")
    except WorkbenchError as fault:
        sys.stderr.write("".join(f"validate: {line}\n" for line in str(fault).splitlines()))
        sys.exit(fault.exit_status)
