"""``python tools/validate [--quick] [--into FOLDER] [--replicates N]``: test the models against a known truth.

Writes ``validation.md`` and its figures into ``docs`` (or FOLDER), and ``recommendations.csv``. About
half an hour on two free cores; ``--quick`` takes a few replicates of a small population, to see that everything
runs, and its margins are wide. ``--sections`` makes those of the tests of hypotheses, of the second world and of
municipalities alone, ``--regions`` that of municipalities (six minutes of one core). Raw results are kept in
``outputs/validation``, and what is there is not run again.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import sys
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
from sections import write_section, write_sections
from study import replicate
from world import YEAR

from analysis.models.recommendations import FILE
from analysis.workspace import outputs_folder, project_root

FULL = {"persons": 50_000, "replicates": 140, "shaken_replicates": 40}
QUICK = {"persons": 20_000, "replicates": 4, "shaken_replicates": 1}
MUNICIPALITIES = 40
NULLS, POPULATIONS, COMPOSED = 1800, 60, {"first": 40, "second": 60}
"""Replicates of each null, and populations of the second world, and of both for what depends on composition."""


def main(quick: bool, folder: Path, raw: Path, replicates: int | None = None, processes: int = 2) -> pd.DataFrame:
    """Run the first world and write the page and its rows of the table; return the cells assessed."""
    size = QUICK if quick else FULL
    size = size if replicates is None else {**size, "replicates": replicates, "shaken_replicates": replicates}
    about = {"persons": size["persons"], "raw": raw}
    by_rules = partial(as_the_rules_are, dimensions=DIMENSIONS[:2] if quick else DIMENSIONS, **about)
    shaken = partial(with_own_quarters, **about)
    runs, shaken_runs = (
        replicate(make, list(range(1, 1 + size[count])), processes)
        for make, count in ((by_rules, "replicates"), (shaken, "shaken_replicates"))
    )
    cells, whole = write(runs, shaken_runs, {**size, **NOISE, "year": YEAR}, folder)
    write_table(_table(folder), rows_of(FIRST, cells, whole))
    return cells


def _table(folder: Path) -> Path:
    """Return where the table goes: into the package, or beside a page that is written elsewhere."""
    return FILE if folder == project_root() / "docs" else folder / FILE.name


def sections(quick: bool, folder: Path, raw: Path, processes: int = 2) -> None:
    """Run the tests of hypotheses and the second world, and put their sections into the page."""
    results = levels.run(raw, levels.CHUNK if quick else NULLS, processes, levels.NULLS[:1] if quick else levels.NULLS)
    persons, seeds = (20_000, 1) if quick else (50_000, POPULATIONS)
    second = replicate(partial(as_the_second_world, persons=persons, raw=raw), list(range(1, 1 + seeds)), processes)
    composed = {
        name: replicate(
            partial(composition, persons=persons, which=name, raw=raw),
            list(range(1, 1 + (1 if quick else COMPOSED[name]))),
            1 if quick else processes,
        )
        for name in (WORLDS[1:] if quick else WORLDS)
    }
    summary = levels.summary(results)
    summary.round(2).to_csv(folder / "validation" / "levels.csv", index=False, lineterminator="\n")
    found = write_sections(folder / "validation.md", summary, second, composed)
    write_table(_table(folder), rows_of(SECOND, *found))


def municipalities(quick: bool, folder: Path, raw: Path, processes: int = 2) -> None:
    """Run the worlds of municipalities, and put their section into the page."""
    worlds = ("normal", "chance alone") if quick else (*regions.WORLDS, *regions.NULLS)
    runs = regions.run(raw, 2 if quick else MUNICIPALITIES, 1 if quick else processes, worlds)
    found = regions.summary(runs)
    found.round(2).to_csv(folder / "validation" / "regions.csv", index=False, lineterminator="\n")
    write_section(folder / "validation.md", "municipalities", regions_text(found))


if __name__ == "__main__":
    read = argparse.ArgumentParser(prog="validate", description=__doc__)
    read.add_argument("--quick", action="store_true")
    read.add_argument("--into", type=Path, default=None)
    read.add_argument("--replicates", type=int, default=None)
    read.add_argument("--processes", type=int, default=2)
    read.add_argument("--sections", action="store_true")
    read.add_argument("--regions", action="store_true")
    read.add_argument("--raw", type=Path, default=None)
    given = read.parse_args()
    into, kept = given.into or project_root() / "docs", given.raw or outputs_folder() / "validation"
    kept = (given.into / "raw") if given.quick and given.into else kept
    if not given.sections and not given.regions:
        cells = main(given.quick, into, kept, given.replicates, given.processes)
        sys.stdout.write(f"{len(cells)} cells, {int((~cells['used']).sum())} of them not to be used\n")
    if not given.regions:
        sections(given.quick, into, kept, given.processes)
    municipalities(given.quick, into, kept, given.processes)
