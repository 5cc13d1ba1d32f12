"""What the parameters of a notebook mean and may be, on a snapshot: for whoever writes a call."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from analysis.classifications.groups import MONITOR
from analysis.classifications.selection import ALL
from analysis.errors import CallError, CoverageError, DataError
from analysis.language.glossary import LANGUAGES
from analysis.runs.notebook import TAG, Notebook, find_notebooks, notebook_paths
from analysis.snapshots.store import PRACTICE
from analysis.source import Source
from analysis.workspace import MINE, names_of_snapshots, notebooks_folder

_KINDS = {str: "text", int: "whole number", float: "number", bool: "True or False"}
_ANY = {str: "a text", int: "a whole number", float: "a number", bool: "True or False"}


@dataclass(frozen=True)
class ParameterHelp:
    """A parameter: its name, kind and default, what it means, and what it may be on a snapshot.

    ``values`` are those that can be listed; ``allowed`` says in words what else there is.
    """

    name: str
    kind: str
    default: Any
    meaning: str
    values: tuple[str, ...]
    allowed: str


def notebook_lines() -> list[str]:
    """Return a line for each notebook: its name, what it is about, and whether it runs only when it is named."""
    folder = notebooks_folder()
    paths = notebook_paths(folder)
    names = sorted(paths, key=lambda name: (paths[name].parent == folder / MINE.name, name))
    width = max(map(len, names), default=0)
    return [f"{name:<{width}}  {_line_of(name)}" for name in names]


def _line_of(name: str) -> str:
    """Return what a notebook is about; of one that cannot be run why, so that it does not hide the others."""
    try:
        (notebook,) = find_notebooks(notebooks_folder(), [name])
    except DataError as fault:
        return f"cannot be run: {fault}"
    return f"{_title(notebook)}{_when(notebook)}"


def parameter_lines(name: str, source: Source) -> list[str]:
    """Return what a notebook takes, two lines a parameter."""
    (notebook,) = find_notebooks(notebooks_folder(), [name])
    lines = [f"{notebook.name}  {_title(notebook)}{_when(notebook)}", f"  on snapshot {source.name!r}:"]
    for each in parameter_help(notebook, source):
        allowed = "; ".join(part for part in (", ".join(map(repr, each.values)), each.allowed) if part)
        lines += [f"  {each.name} = {each.default!r}  ({each.kind}) {each.meaning}", f"      allowed: {allowed}"]
    call = f"bijstand report --notebook {notebook.name} --snapshot {source.name}"
    return [*lines, f'  call: {call} -p "NAME=VALUE"']


def parameter_help(notebook: Notebook, source: Source) -> list[ParameterHelp]:
    """Return what each parameter of a notebook means and may be on a snapshot."""
    from analysis.runs.parameters import own_parameters  # takes a second to import, which a list of notebooks spares

    meanings, found = _comments(notebook), []
    own = own_parameters(notebook)
    for name, default in notebook.defaults.items():
        values = () if name in own else allowed_values(name, source)
        allowed = _ANY.get(type(default), f"such as {default!r}")
        if name in ("start", "end"):
            allowed = _window(notebook, source)
        elif name in _WORDS and name not in own:
            allowed = _WORDS[name]
        elif values:
            allowed = ""
        kind = _KINDS.get(type(default), type(default).__name__)
        found.append(ParameterHelp(name, kind, default, meanings.get(name, ""), values, allowed))
    return found


def allowed_values(name: str, source: Source, month: str = "") -> tuple[str, ...]:
    """Return what a parameter of this name may be on a snapshot, nothing where that cannot be listed.

    ``month`` is the parameter of that name in the same call, which says of what day the regions are.
    """
    with suppress(CallError, CoverageError):
        if name == "region":
            return tuple(_regions(source, month))
        if name in _VALUES:
            return tuple(_VALUES[name](source))
    return ()


def _testable(column: str) -> Callable[[Source], Iterable[str]]:
    """Return what lists the measures or groups of which a snapshot has enough periods for a test."""

    def values(source: Source) -> Iterable[str]:
        from analysis.measures.answerable import ENOUGH

        found = source.what_can_i_ask()
        return found.loc[found["periods"] >= ENOUGH, column].unique()

    return values


def _named(module: str, name: str) -> Callable[[Source], Iterable[str]]:
    """Return what lists a constant of a module that takes long to import."""
    return lambda _: getattr(import_module(f"analysis.{module}"), name)


def _documents(_: Source) -> Iterable[str]:
    from analysis.register.entry import document_names

    return ["", *document_names()]


def _regions(source: Source, month: str) -> Iterable[str]:
    from analysis.chapters.municipalities.selection import regions_to_choose

    return ["", *regions_to_choose(source, month)]


_VALUES: dict[str, Callable[[Source], Iterable[str]]] = {
    "snapshot": lambda _: dict.fromkeys([*names_of_snapshots(), PRACTICE]),
    "lang": lambda _: LANGUAGES,
    "compare_with": _named("chapters.municipalities.selection", "COMPARISONS"),
    "group_by": lambda _: [ALL, *MONITOR],
    "measure": _testable("measure"),
    "groups": _testable("groups"),
    "test": _named("models.hypothesis.series", "TESTS"),
    "alternative": _named("models.hypothesis.testing", "ALTERNATIVES"),
    "table": lambda source: ["", *source.manifest.tables],
    "document": _documents,
    "verdict": lambda source: ["", *_named("register.verdicts", "VERDICTS")(source)],
    "period": _named("chapters.work_disability.schemes", "YEARS"),
}
"""What can be listed."""
_WORDS = {
    "across_break": "True or False",
    "groups": "and any groups of source.groups(), crossed with &, where the tables have the cells",
    "confidence": "a number from 0.5 to 0.999",
    "hypothesis": "a statement of 1 to 500 characters",
    "month": "a month or year with figures, such as '2025-12', or '' for the newest",
    "first": "a month with figures, such as '2023-12', or '' for a year before the last",
    "last": "a month with figures, such as '2024-12', or '' for the newest",
}


def _window(notebook: Notebook, source: Source) -> str:
    from analysis.measures.windows import WINDOWS

    try:
        if notebook.window:
            known = WINDOWS[notebook.window](source)
            return f"a period from {known[0]} to {known[-1]}, or ''"
        found = source.what_can_i_ask()
        return f"a period from {found['first_period'].min()} to {found['last_period'].max()}, or ''; of each " \
            "question: source.periods(measure, groups)"  # fmt: skip
    except CoverageError as fault:
        return f"none: {fault}"


def _comments(notebook: Notebook) -> dict[str, str]:
    """Return the comment above each parameter."""
    cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
    (cell,) = [cell for cell in cells if TAG in cell["metadata"].get("tags", [])]
    found, above = {}, []
    for line in "".join(cell["source"]).splitlines():
        if line.startswith("#"):
            above.append(line.removeprefix("#").strip())
        elif "=" in line:
            found[line.partition("=")[0].strip()], above = " ".join(above), []
    return found


def _title(notebook: Notebook) -> str:
    cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
    lines = (line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines())
    return next((line.lstrip("# ") for line in lines if line.startswith("#")), "")


def _when(notebook: Notebook) -> str:
    return "" if notebook.name[:2].isdigit() and not notebook.on_request else "  (only when it is named)"
