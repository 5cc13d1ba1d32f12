"""The tables of a snapshot that notebooks read: those that lack, and whether those that are there can be read."""

from __future__ import annotations

from typing import Any

from analysis.cleaning.cells import read_cells
from analysis.errors import CallError, name_some
from analysis.measures.sources import EVERY
from analysis.runs.notebook import Notebook
from analysis.workspace import open_snapshot


def tables_read(notebooks: list[Notebook]) -> list[str] | None:
    """Return the tables that any of these notebooks may read, None for every table of the snapshot."""
    reads = {table for notebook in notebooks for table in notebook.reads}
    return None if EVERY in reads else sorted(reads)


def with_their_tables(
    notebooks: list[Notebook], given: dict[str, str], named: bool
) -> tuple[list[Notebook], list[dict[str, Any]]]:
    """Return the notebooks whose snapshot has every table they need, and for ``run.json`` which were left out and why.

    Parameters
    ----------
    notebooks : list of Notebook
    given : dict of str to str
        The parameters of the call; a snapshot that is not there is left to `check_parameters`.
    named : bool
        Whether the call names these notebooks.

    Raises
    ------
    CallError
        With a line for each notebook that was named and lacks a table, or when no notebook is left.
    """
    skipped = []
    for notebook in notebooks:
        lacks, name = _lacking(notebook, given, notebooks)
        if lacks:
            reason = f"snapshot {name!r} does not have {name_some(lacks)}"
            skipped.append({"name": notebook.name, "reason": reason, "lacks": lacks})
    out = {each["name"] for each in skipped}
    if skipped and (named or len(out) == len(notebooks)):
        raise CallError("\n".join(f"notebook {each['name']}: {each['reason']}; {_advice(each)}." for each in skipped))
    return [notebook for notebook in notebooks if notebook.name not in out], skipped


def _advice(left_out: dict[str, Any]) -> str:
    published = open_snapshot("published")
    has_them = all(table in published for table in left_out["lacks"])
    return "use --snapshot published, which has them" if has_them else "choose a snapshot that has them"


def _lacking(notebook: Notebook, given: dict[str, str], run: list[Notebook]) -> tuple[list[str], str]:
    if not notebook.needs:
        return [], ""
    name = given.get("snapshot", notebook.defaults.get("snapshot"))
    try:
        snapshot = open_snapshot(name, needs=tables_read(run))
    except CallError:
        return [], ""
    return [table for table in notebook.needs if table not in snapshot], snapshot.name


def check_data(notebooks: list[Notebook], parameters: dict[str, dict[str, Any]]) -> None:
    """Read every table that the notebooks may read, so that wrong data stop a run before it begins.

    Raises
    ------
    DataError
        For the first file, column or cell that is not what it has to be.
    """
    for notebook in notebooks:
        if "snapshot" not in parameters[notebook.name]:
            continue
        snapshot = open_snapshot(parameters[notebook.name]["snapshot"])
        for table in list(snapshot.manifest.tables) if EVERY in notebook.reads else notebook.reads:
            if table in snapshot:
                for grain in snapshot.metadata(table).grains():
                    read_cells(snapshot, table, grain)
