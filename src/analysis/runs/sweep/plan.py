"""What a sweep will do: its notebook, the parameters of every run, the data they read; all checked before any runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.checked_files import refuse
from analysis.errors import CallError, did_you_mean
from analysis.files import content_digest, sha256
from analysis.runs.notebook import Notebook, find_notebooks
from analysis.runs.parameter_help import allowed_values
from analysis.runs.parameters import check_parameters, own_parameters
from analysis.runs.plan import plan_run
from analysis.runs.sweep.grid import Row, read_grid
from analysis.runs.translation import PROSE, translation_path
from analysis.runs.workers.data import Data, data_here
from analysis.runs.workers.identity import identity
from analysis.workspace import open_snapshot

_LOG = "hypothesis_log"
_MOST_FAULTS = 5


@dataclass(frozen=True)
class SweepRun:
    """One run: its name, which is that of its folder, and all parameters of the notebook."""

    name: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep will do.

    Attributes
    ----------
    notebook : Notebook
    files : dict of str to bytes
        The notebook and its translations, by path below the folder of notebooks.
    swept : tuple of str
        The parameters that the call or its file gives.
    runs : list of SweepRun
    snapshots : dict of str to str
        Digests by name.
    data : Data
        What a worker has to have.
    identity : dict of str to str
        The version of the workbench and of the packages it computes with, and the digest of its code.
    reads : dict of str to dict
        By snapshot what the notebook reads, as `Notebook.reads_on` gives it.
    """

    notebook: Notebook
    files: dict[str, bytes]
    swept: tuple[str, ...]
    runs: list[SweepRun]
    snapshots: dict[str, str]
    data: Data
    identity: dict[str, str]
    reads: dict[str, dict[str, Any]]

    @property
    def parts(self) -> dict[str, str]:
        """What makes this sweep another than others, by the word for it."""
        files = {path: sha256(content) for path, content in self.files.items()}
        runs = [[run.name, run.parameters] for run in self.runs]
        parts = {"notebook": files, "data": self.data.digest, "versions": self.identity, "grid": runs}
        return {word: content_digest(part) for word, part in parts.items()}


def plan_sweep(folder: Path, name: str, given: Row, file: Path | None, sure: bool = False) -> SweepPlan:
    """Return what a sweep will do, every run checked as ``bijstand report`` would check it.

    Parameters
    ----------
    folder : Path
        Where the notebooks are.
    name : str
        The notebook.
    given : dict of str to str
        For each parameter of the call its values, ``A,B,...``.
    file : Path, optional
        A grid file.
    sure : bool
        Whether any number of runs is meant.

    Raises
    ------
    CallError
        When the notebook or grid is not what it has to be.
    DataError
        When a notebook, its translation or a table is not.
    """
    (notebook,) = find_notebooks(folder, [name])
    if f"import {_LOG}" in notebook.path.read_text(encoding="utf-8"):
        raise CallError(
            f"notebook {notebook.name}: it corrects each test for those before it in the log, which runs side by side "
            f"cannot; run each hypothesis with `bijstand report --notebook {notebook.name}`."
        )
    rows = read_grid(given, file, _allowed_in(notebook), sure)
    unknown = [key for key in {**given, **rows[0]} if key not in notebook.defaults]
    refuse([f"parameter {key!r} is unknown; {did_you_mean(key, notebook.defaults)}." for key in unknown], CallError)
    runs = _named(_checked(notebook, rows, given))
    _check_once_each(folder, notebook, rows, runs)
    snapshots = {run.parameters["snapshot"] for run in runs if "snapshot" in run.parameters}
    opened = {each: open_snapshot(each) for each in sorted(snapshots)}
    digests = {name: each.digest for name, each in opened.items()}
    reads = {name: notebook.reads_on(each) for name, each in opened.items()}
    data = data_here(digests, notebook.vintages)
    return SweepPlan(notebook, _files_of(notebook, runs), tuple(rows[0]), runs, digests, data, identity(), reads)


def _allowed_in(notebook: Notebook):
    @cache
    def listed(name: str, snapshot: str, month: str) -> Iterable[str]:
        return () if name in own_parameters(notebook) else allowed_values(name, open_snapshot(snapshot), month)

    def allowed(name: str, row: Row) -> Iterable[str]:
        called = {"snapshot": "published", "month": ""} | notebook.defaults | row
        snapshot = "published" if name == "snapshot" else called["snapshot"]
        return listed(name, snapshot, called["month"] if name == "region" else "")

    return allowed


def _checked(notebook: Notebook, rows: list[Row], given: Row) -> list[dict[str, Any]]:
    """Return the typed parameters of every row; rows that say the same are refused."""
    faults, found, first = [], [], {}
    for number, row in enumerate(rows, 1):
        try:
            values = check_parameters([notebook], row)[notebook.name]
        except CallError as fault:
            faults += [_with_quotes(line, notebook, given) for line in str(fault).splitlines()]
            continue
        earlier = first.setdefault(content_digest(values), number)
        if earlier != number:
            faults.append(f"the grid has the same run twice: rows {earlier} and {number}.")
        found.append(values)
    faults = list(dict.fromkeys(faults))
    more = [f"and {len(faults) - _MOST_FAULTS} more faults in the grid."] if len(faults) > _MOST_FAULTS else []
    refuse([*faults[:_MOST_FAULTS], *more], CallError)
    return found


def _with_quotes(fault: str, notebook: Notebook, given: Row) -> str:
    """Return a fault of a parameter that may have a comma, and was taken apart there, with how that is prevented."""
    commas = [key for key, text in given.items() if "," in text and "," in str(notebook.defaults[key])]
    split = [key for key in commas if fault.startswith(f"parameter {key}:")]
    return f"{fault} One value with a comma stands between double quotes: -p '{split[0]}=\"A, B\"'." if split else fault


def _named(found: list[dict[str, Any]]) -> list[SweepRun]:
    """Return the runs with their names: number and digest of the parameters."""
    width = max(4, len(str(len(found))))
    digests = (content_digest(values)[:8] for values in found)
    return [
        SweepRun(f"{number:0{width}}-{digest}", values)
        for number, (values, digest) in enumerate(zip(found, digests, strict=True), 1)
    ]


def _check_once_each(folder: Path, notebook: Notebook, rows: list[Row], runs: list[SweepRun]) -> None:
    """Check tables, register and translations, once for each snapshot and language."""
    seen = set()
    for row, run in zip(rows, runs, strict=True):
        kind = run.parameters.get("snapshot"), run.parameters.get("lang")
        if kind not in seen:
            seen.add(kind)
            plan_run(folder, [notebook.name], row)


def _files_of(notebook: Notebook, runs: list[SweepRun]) -> dict[str, bytes]:
    """Return the notebook and its translations into the languages of the runs."""
    languages = {run.parameters.get("lang", PROSE) for run in runs} - {PROSE}
    translations = [translation_path(notebook.path, lang) for lang in sorted(languages)]
    paths = [notebook.path, *(path for path in translations if path.is_file())]
    return {path.relative_to(notebook.path.parent).as_posix(): path.read_bytes() for path in paths}
