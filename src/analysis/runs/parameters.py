"""The parameters of a notebook, read from its parameter cell and checked before anything runs.

papermill itself lets an unknown name pass with a log line and puts a word where a number should be. Here every fault
of a call is found before a kernel starts, and all of them are told at once.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from analysis.chapters.findings.tables import check_document, check_verdict
from analysis.chapters.support.monthly_series import months_to_compare
from analysis.chapters.work_disability.schemes import YEARS
from analysis.classifications.groups import GROUPINGS
from analysis.cleaning.cells import read_cells
from analysis.errors import CallError, CoverageError, DataError, did_you_mean, name_some
from analysis.language.glossary import LANGUAGES
from analysis.measures.question import check_measure, read_question
from analysis.measures.windows import between
from analysis.models.dispersion import check_confidence
from analysis.models.hypothesis import check_alternative, check_test, design_of
from analysis.runs.hypothesis_log import check_hypothesis
from analysis.workspace import open_snapshot

TAG = "parameters"
METADATA = "bijstand"
EVERY = "*"
"""What a notebook names that reads every table of its snapshot."""


@dataclass(frozen=True)
class Notebook:
    """A notebook that can be run: its parameters with their defaults, and what it says of itself.

    ``window`` names the periods it works on, ``reads`` the tables it may read, ``needs`` those without which it has
    nothing to show (it may read those as well); ``tables`` and ``figures`` are what a run of it has to leave behind.
    ``on_request``: it runs only when it is named. ``question``: its parameters put a question that the snapshot has to
    be able to answer.
    """

    name: str
    path: Path
    defaults: dict[str, Any]
    window: str | None = None
    reads: tuple[str, ...] = field(default=())
    needs: tuple[str, ...] = field(default=())
    tables: tuple[str, ...] = field(default=())
    figures: tuple[str, ...] = field(default=())
    on_request: bool = False
    question: bool = False


def read_notebook(path: Path) -> Notebook:
    """Read the parameters of a notebook.

    Raises
    ------
    DataError
        When it is no notebook, has not exactly one parameter cell, or that cell holds more than plain values.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in content["cells"] if TAG in cell["metadata"].get("tags", [])]
        about = content["metadata"].get(METADATA, {})
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DataError(f"notebook {path.name}: not readable as a notebook ({fault}).") from fault
    if len(cells) != 1:
        raise DataError(f"notebook {path.name}: expected one cell with the tag {TAG!r}, found {len(cells)}.")
    return Notebook(
        name=path.stem,
        path=path,
        defaults=_plain_values("".join(cells[0]["source"]), path.name),
        window=about.get("window"),
        reads=tuple(dict.fromkeys((*about.get("needs", ()), *about.get("reads", ())))),
        needs=tuple(about.get("needs", ())),
        tables=tuple(about.get("tables", ())),
        figures=tuple(about.get("figures", ())),
        on_request=about.get("on_request", False) is True,
        question=about.get("question", False) is True,
    )


def _plain_values(source: str, name: str) -> dict[str, Any]:
    values = {}
    try:
        for node in ast.parse(source).body:
            (target,) = node.targets  # type: ignore[attr-defined]
            values[target.id] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
    except (AttributeError, SyntaxError, ValueError) as fault:
        raise DataError(f"notebook {name}: the parameter cell may only hold lines like name = value.") from fault
    return values


def find_notebooks(folder: Path, names: list[str] | None = None) -> list[Notebook]:
    """Return the notebooks of these names, or the numbered ones that do not wait to be named, in order.

    Raises
    ------
    CallError
        When a name is unknown.
    """
    known = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
    chosen = [name.removesuffix(".ipynb") for name in names] if names else [n for n in known if n[:2].isdigit()]
    strange = [f"notebook {name!r} is unknown; {did_you_mean(name, known)}." for name in chosen if name not in known]
    if strange:
        raise CallError("\n".join(strange))
    found = [read_notebook(known[name]) for name in dict.fromkeys(chosen)]
    return [notebook for notebook in found if names or not notebook.on_request]


def check_parameters(notebooks: list[Notebook], given: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the parameters of each notebook: its defaults, with what was given in their place.

    Parameters
    ----------
    notebooks : list of Notebook
    given : dict of str to str
        Name and value as text, as they stand in the call. A parameter goes to every notebook that has it.

    Returns
    -------
    dict of str to dict
        For each notebook all its parameters; a snapshot by the name it has in the end: ``latest`` and
        ``live`` are resolved once, for all of them.

    Raises
    ------
    CallError
        With one line for each fault: a name no notebook has, a value of another type, a value that is not allowed, a
        period that is none, out of order or outside the data, a snapshot that is not there.
    """
    known = {name for notebook in notebooks for name in notebook.defaults}
    faults = [f"parameter {name!r} is unknown; {did_you_mean(name, known)}." for name in given if name not in known]
    parameters: dict[str, dict[str, Any]] = {}
    checks = _CHECKS | {"snapshot": cache(lambda name: open_snapshot(name, needs=tables_read(notebooks)).name)}
    for notebook in notebooks:
        values, wrong = dict(notebook.defaults), set()
        for name in notebook.defaults:
            try:
                typed = _typed(name, given[name], values[name]) if name in given else values[name]
                values[name] = _allowed(name, typed, checks)
            except CallError as fault:
                faults.append(str(fault))
                wrong.add(name)
        if "snapshot" not in wrong:  # periods are periods of a snapshot
            faults += _window_faults(notebook, values) + _month_faults(notebook, values, wrong)
            faults += _question_faults(notebook, values) if not wrong else []
        parameters[notebook.name] = values
    if faults:
        raise CallError("\n".join(dict.fromkeys(faults)))
    return parameters


def tables_read(notebooks: list[Notebook]) -> list[str] | None:
    """Return the tables that any of these notebooks may read, None for every table of the snapshot."""
    reads = {table for notebook in notebooks for table in notebook.reads}
    return None if EVERY in reads else sorted(reads)


def _typed(name: str, text: str, default: Any) -> Any:
    """Return the text as a value of the default's type."""
    if isinstance(default, str):
        return text
    try:
        value = ast.literal_eval(text)
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError, OverflowError):
        value = None
    if type(value) is not type(default):
        raise CallError(
            f"parameter {name} = {text[:40]!r}: expected {_TYPES.get(type(default), 'a value')} like {default!r}."
        )
    return value


_TYPES = {int: "a whole number", float: "a number", bool: "True or False"}


def _one_of(*allowed: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise CallError(f"{value!r} is not allowed; {did_you_mean(str(value), allowed)}.")
        return value

    return check


# What a parameter of this name may be, in every notebook: each returns the value to use. A snapshot is opened with what
# the notebooks need, and periods are checked against its data.
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "lang": _one_of(*LANGUAGES),
    "group_by": _one_of(*GROUPINGS),
    "confidence": check_confidence,
    "document": check_document,
    "verdict": check_verdict,
    "hypothesis": check_hypothesis,
    "measure": check_measure,
    "test": check_test,
    "alternative": check_alternative,
    "period": _one_of(*YEARS),
}


def _allowed(name: str, value: Any, checks: dict[str, Callable[[Any], Any]]) -> Any:
    try:
        return checks.get(name, lambda same: same)(value)
    except CallError as fault:
        raise CallError(f"parameter {name}: {fault}") from fault


def _window_faults(notebook: Notebook, values: dict[str, Any]) -> list[str]:
    """Return what is wrong with the periods of a notebook, a line each."""
    if notebook.window is None or not {"snapshot", "start", "end"} <= values.keys():
        return []
    try:
        between(open_snapshot(values["snapshot"]), notebook.window, values["start"], values["end"])
    except CallError as fault:
        return [f"notebook {notebook.name}: {line}" for line in str(fault).splitlines()]
    return []


def _month_faults(notebook: Notebook, values: dict[str, Any], wrong: set[str]) -> list[str]:
    """Return why two months that a notebook compares cannot be compared."""
    names = ("first", "last", "across_break")
    if not {"snapshot", *names} <= values.keys() or wrong & set(names):
        return []
    try:
        months_to_compare(open_snapshot(values["snapshot"]), *(values[name] for name in names))
    except CallError as fault:
        return [f"notebook {notebook.name}: {fault}"]
    except CoverageError:
        return []  # there is nothing to compare: what the notebook needs is checked elsewhere
    return []


def _question_faults(notebook: Notebook, values: dict[str, Any]) -> list[str]:
    """Return why the snapshot cannot answer the question that a notebook puts."""
    if not notebook.question:
        return []
    try:
        asked = read_question(
            open_snapshot(values["snapshot"]), *(values[name] for name in ("measure", "groups", "start", "end"))
        )
        design_of(asked, values["test"])
    except CallError as fault:
        return [f"notebook {notebook.name}: {fault}"]
    return []


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


def parse_assignments(texts: list[str]) -> dict[str, str]:
    """Split ``KEY=VALUE`` texts of a call; raise a CallError for one without a key or given twice."""
    given: dict[str, str] = {}
    faults = []
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.isidentifier():
            faults.append(f"-p {text!r}: expected KEY=VALUE, such as -p group_by=age.")
        elif key in given:
            faults.append(f"-p {key}: given twice ({name_some([given[key], value])}); give it once.")
        else:
            given[key] = value
    if faults:
        raise CallError("\n".join(faults))
    return given
