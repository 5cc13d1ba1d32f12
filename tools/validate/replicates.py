"""Replicates on workers: each a file of raw results, the same whatever made it; what is there is not run again."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from study import CELL

from analysis.errors import WorkbenchError
from analysis.runs.pool import warm_up
from analysis.runs.workers.cluster import Workers, check_workers, is_fit, open_cluster
from analysis.runs.workers.engine import Failure, run_tasks


@dataclass(frozen=True)
class Replicate:
    """One draw: the name of its file among the raw results, and what makes its rows, from its seed alone."""

    file: str
    make: Callable[[], pd.DataFrame]


class Crew:
    """The workers of a validation, from the first replicate that is not there yet; they end with the block.

    Parameters
    ----------
    raw : Path
        The folder of raw results.
    workers : Workers
    """

    def __init__(self, raw: Path, workers: Workers) -> None:
        self.raw, self.workers = raw, workers
        self._stack, self._client = ExitStack(), None

    def __enter__(self) -> Crew:
        self.raw.mkdir(parents=True, exist_ok=True)
        if not self.workers.scheduler:
            warm_up("distributed", "experiments", "levels", "composition", "regions")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def results(self, replicates: Iterable[Replicate]) -> list[pd.DataFrame]:
        """Return the rows of every replicate, in this order; those without a file are made.

        Raises
        ------
        WorkbenchError
            With a line for each that failed; the others are kept.
        """
        tasks = {each.file: each for each in replicates}
        left = {file: each for file, each in tasks.items() if not (self.raw / file).exists()}
        if left:
            client = self._ready()
            errors = run_tasks(client, _make, left, self._keep, partial(is_fit, client), "replicate")
            if errors:
                raise WorkbenchError("\n".join(f"{file}: {error}" for file, error in sorted(errors.items())))
        return [_read(self.raw / file) for file in tasks]

    def by_seed(self, replicates: Mapping[int, Replicate]) -> pd.DataFrame:
        """Return the rows of every seed, with ``seed``, cell by cell."""
        frames = zip(replicates, self.results(replicates.values()), strict=True)
        whole = pd.concat([frame.assign(seed=seed) for seed, frame in frames], ignore_index=True)
        return whole.sort_values([*CELL, "seed"], kind="stable", ignore_index=True)

    def _keep(self, file: str, rows: pd.DataFrame | Failure) -> str:
        """Write raw results whole: a run that is stopped goes on with what is there."""
        if isinstance(rows, Failure):
            return rows.message
        partial_path = (self.raw / file).with_suffix(".partial")
        rows.to_csv(partial_path, index=False, lineterminator="\n")
        partial_path.replace(self.raw / file)
        return ""

    def _ready(self) -> Any:
        """Start the workers, or give those of a scheduler the modules of this folder."""
        if self._client is None:
            scratch = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="validate-")))
            client = self._stack.enter_context(open_cluster(self.workers, scratch / "workers"))
            check_workers(client)
            if self.workers.scheduler:
                client.upload_file(_modules(scratch))
            self._client = client
        return self._client


def _modules(folder: Path) -> str:
    """Return a zip of the modules beside this one, which workers elsewhere do not have."""
    here = Path(__file__).parent
    shutil.copytree(here, folder / "modules", ignore=shutil.ignore_patterns("__*"))
    return shutil.make_archive(str(folder / "validate_modules"), "zip", folder / "modules")


def _make(replicate: Replicate) -> pd.DataFrame:
    _freeze()
    return replicate.make()


@cache
def _freeze() -> None:
    """Keep what was imported out of every later search for garbage: statsmodels asks for one in each of its tests."""
    gc.freeze()


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"group": str, "part": str})
