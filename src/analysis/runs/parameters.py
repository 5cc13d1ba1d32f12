"""The parameters of a notebook, read from its parameter cell and checked before anything runs.

papermill itself lets an unknown name pass with a log line and puts a word where a number should be. Here every fault
of a call is found before a kernel starts, and all of them are reported at once.
"""

import ast
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from typing import Any

from analysis.chapters.findings.tables import check_document, check_verdict
from analysis.chapters.municipalities.selection import COMPARISONS, choose
from analysis.chapters.support.monthly_series import months_to_compare
from analysis.chapters.work_disability.schemes import YEARS
from analysis.checked_files import refuse
from analysis.classifications.groups import MONITOR
from analysis.classifications.selection import ALL, check_dimension
from analysis.errors import CallError, CoverageError, check_choice, did_you_mean, name_some
from analysis.language.glossary import LANGUAGES
from analysis.measures.comparison import check_groups
from analysis.measures.question import check_measure, read_question
from analysis.measures.windows import between
from analysis.models.dispersion import check_confidence
from analysis.models.hypothesis.series import TESTS, design_of
from analysis.models.hypothesis.testing import ALTERNATIVES
from analysis.models.strata import check_standard_year
from analysis.runs.hypothesis_plan import HypothesisPlan, check_hypothesis
from analysis.runs.notebook import Notebook, find_notebooks, tables_read
from analysis.snapshots.store import Snapshot
from analysis.workspace import notebooks_folder, open_snapshot

HYPOTHESIS = "08_hypothesis"
"""The notebook that tests a hypothesis."""


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
        values, own = dict(notebook.defaults), own_parameters(notebook)
        wrong = set(own)  # with these no check of several parameters says anything
        for name in notebook.defaults:
            try:
                typed = _typed(given[name], values[name]) if name in given else values[name]
                values[name] = checks[name](typed) if name in checks.keys() - own else typed
            except CallError as fault:
                faults.append(f"parameter {name}: {fault}")
                wrong.add(name)
        faults += _data_faults(notebook, values, wrong)
        parameters[notebook.name] = values
    refuse(faults, CallError)
    return parameters


def own_parameters(notebook: Notebook) -> set[str]:
    """Return the parameters that mean something else here than elsewhere: the notebook's own default says so."""
    own = set()
    for name in notebook.defaults.keys() & (_CHECKS.keys() - _SAME_EVERYWHERE):
        try:
            _CHECKS[name](notebook.defaults[name])
        except CallError:
            own.add(name)
    return own


def _typed(text: str, default: Any) -> Any:
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
        raise CallError(f"expected {_TYPES.get(type(default), 'a value')} like {default!r}, found {text[:40]!r}.")
    return value


_TYPES = {int: "a whole number", float: "a number", bool: "True or False"}


# What a parameter of this name may be, in every notebook whose default is such a value: each returns the value to use.
# A snapshot is opened with what the notebooks need, and periods are checked against its data.
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "lang": partial(check_choice, "language", allowed=LANGUAGES),
    "group_by": partial(check_dimension, possible=(ALL, *MONITOR)),
    "confidence": check_confidence,
    "standard_year": check_standard_year,
    "document": check_document,
    "verdict": check_verdict,
    "hypothesis": check_hypothesis,
    "measure": check_measure,
    "groups": check_groups,
    "test": partial(check_choice, "test", allowed=TESTS),
    "alternative": partial(check_choice, "alternative", allowed=ALTERNATIVES),
    "period": partial(check_choice, "year", allowed=YEARS),
    "compare_with": partial(check_choice, "compare_with", allowed=COMPARISONS),
}
_SAME_EVERYWHERE = ("lang", "confidence")


_OPENED: dict[tuple[Path, str], Snapshot] = {}
_CHECKED: dict[tuple, list[str]] = {}
"""What checks against a snapshot, which never changes, have found: a sweep asks the same for many of its runs."""


def _data_faults(notebook: Notebook, values: dict[str, Any], wrong: set[str]) -> list[str]:
    """Return why the snapshot cannot answer with these values: its window, the months it compares, its question."""
    if "snapshot" not in values or "snapshot" in wrong:
        return []
    opened, faults = open_snapshot(values["snapshot"]), []
    snapshot = _OPENED.setdefault((opened.folder, opened.digest), opened)  # cells that were read are kept with it
    for names, check in (
        (("start", "end"), lambda *ends: notebook.window and between(snapshot, notebook.window, *ends)),
        (("first", "last", "across_break"), lambda *months: _check_months(snapshot, *months)),
        (("measure", "groups", "start", "end", "test"), lambda *asked: _check_question(snapshot, *asked)),
        (("region", "compare_with", "month"), lambda *asked: choose(snapshot, *asked)),
    ):
        if values.keys() >= set(names) and not wrong & set(names):
            asked = tuple(values[name] for name in names)
            key = (snapshot.name, snapshot.digest, notebook.window, names, asked)
            if key not in _CHECKED:
                _CHECKED[key] = _lines_of(partial(check, *asked))
            faults += [f"notebook {notebook.name}: {line}" for line in _CHECKED[key]]
    return faults


def _lines_of(check: Callable[[], Any]) -> list[str]:
    """Return the lines of the error that a check ends in, none when it holds."""
    try:
        check()
    except CallError as fault:
        return str(fault).splitlines()
    return []


def _check_months(snapshot: Snapshot, *months: Any) -> None:
    with suppress(CoverageError):  # there is nothing to compare: what the notebook needs is checked elsewhere
        months_to_compare(snapshot, *months)


def _check_question(snapshot: Snapshot, measure: str, groups: str, start: str, end: str, test: str) -> None:
    design_of(read_question(snapshot, measure, groups, start, end), test)


def plan_of_call(given: dict[str, str]) -> HypothesisPlan:
    """Return the plan of a hypothesis; what is not given is as in the notebook that tests it. No figure is opened.

    Raises
    ------
    CallError
        With one line for each fault.
    """
    (notebook,) = find_notebooks(notebooks_folder(), [HYPOTHESIS])
    names = [each.name for each in fields(HypothesisPlan)]
    faults = [f"parameter {name!r} is unknown; {did_you_mean(name, names)}." for name in given if name not in names]
    if "hypothesis" not in given:
        faults.append('parameter hypothesis: expected the hypothesis in words, as -p "hypothesis=...".')
    values = {name: notebook.defaults[name] for name in names}
    for name in set(given) & set(names):
        try:
            values[name] = _typed(given[name], values[name])
        except CallError as fault:
            faults.append(f"parameter {name}: {fault}")
    refuse(faults, CallError)
    return HypothesisPlan(**values)


def parse_assignments(texts: list[str], **options: str | None) -> dict[str, str]:
    """Return the parameters of a call: ``KEY=VALUE`` texts, and those that have an option of their own.

    Raises
    ------
    CallError
        For a text without a key, and for a parameter that is given twice.
    """
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
    for key, value in options.items():
        if value is not None and given.setdefault(key, value) != value:
            faults.append(f"--{key} {value} and -p {key}={given[key]} contradict each other; give one.")
    refuse(faults, CallError)
    return given
