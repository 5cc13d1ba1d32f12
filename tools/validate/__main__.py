"""``python tools/validate [--quick] [--into FOLDER] [--replicates N]``: test the models against a known truth.

Writes ``validation.md`` and its figures into ``docs`` (or FOLDER). About ten minutes on two free cores; ``--quick``
takes a few replicates of a small population, to see that everything runs, and its margins are wide.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import sys
from functools import partial
from pathlib import Path

import pandas as pd
from estimands import DIMENSIONS
from experiments import NOISE, as_the_rules_are, with_own_quarters
from page import write
from study import replicate
from world import YEAR

from analysis.workspace import project_root

FULL = {"persons": 50_000, "replicates": 140, "shaken_replicates": 40}
QUICK = {"persons": 20_000, "replicates": 8, "shaken_replicates": 4}


def main(quick: bool, folder: Path, replicates: int | None = None, processes: int = 2) -> pd.DataFrame:
    """Run everything and write the page; return the cells assessed."""
    size = QUICK if quick else FULL
    size = size if replicates is None else {**size, "replicates": replicates, "shaken_replicates": replicates}
    by_rules = partial(as_the_rules_are, persons=size["persons"], dimensions=DIMENSIONS[:2] if quick else DIMENSIONS)
    shaken = partial(with_own_quarters, persons=size["persons"])
    runs, shaken_runs = (
        replicate(make, list(range(1, 1 + size[count])), processes)
        for make, count in ((by_rules, "replicates"), (shaken, "shaken_replicates"))
    )
    return write(runs, shaken_runs, {**size, **NOISE, "year": YEAR}, folder)


if __name__ == "__main__":
    read = argparse.ArgumentParser(prog="validate", description=__doc__)
    read.add_argument("--quick", action="store_true")
    read.add_argument("--into", type=Path, default=None)
    read.add_argument("--replicates", type=int, default=None)
    read.add_argument("--processes", type=int, default=2)
    given = read.parse_args()
    cells = main(given.quick, given.into or project_root() / "docs", given.replicates, given.processes)
    sys.stdout.write(f"{len(cells)} cells, {int((~cells['used']).sum())} of them not to be used\n")
