"""Notebooks whose tables a snapshot lacks: left out of a run of all, refused when they are named."""

from __future__ import annotations

from typing import Any

from analysis.errors import CallError, name_some
from analysis.runs.parameters import Notebook, tables_read
from analysis.workspace import open_snapshot


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
