"""A notebook as a run sees it: its parameters, what it shows and which tables it reads, all read from its cells."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.checked_files import refuse
from analysis.errors import CallError, DataError, did_you_mean
from analysis.measures.sources import EVERY
from analysis.runs.dependencies import calls, code_of, reads_vintages, shown_by, tables_of, window_of
from analysis.snapshots.store import Snapshot
from analysis.workspace import MINE, installed_folder, notebooks_folder

TAG = "parameters"
METADATA = "bijstand"
_FORMAT = 4
"""Before it, a notebook had worksheets and no cells of its own."""


@dataclass(frozen=True)
class Notebook:
    """A notebook that can be run: its parameters with their defaults, and what is derived from its code.

    ``window`` names the periods it works on, ``reads`` the tables it may read, ``needs`` those without which it has
    nothing to show (it may read those as well); ``tables`` and ``figures`` are what a run of it has to leave behind.
    ``register``: it reads the published numbers; ``vintages``: it reads dated snapshots beside the one that is named.
    ``on_request``, from its metadata: it runs only when it is named.
    """

    name: str
    path: Path
    defaults: dict[str, Any]
    window: str | None = None
    reads: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    register: bool = False
    vintages: bool = False
    on_request: bool = False

    def reads_on(self, snapshot: Snapshot) -> dict[str, Any]:
        """Return what it reads on a snapshot: its name and tables of it, and whether it reads the register."""
        tables = snapshot.manifest.tables if EVERY in self.reads else self.reads
        return {
            "snapshot": snapshot.name,
            "tables": [table for table in tables if table in snapshot],
            "register": self.register,
        }


def read_notebook(path: Path) -> Notebook:
    """Read a notebook.

    Raises
    ------
    DataError
        When it is no notebook, has not exactly one parameter cell, or that cell holds more than plain values.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("nbformat", _FORMAT) < _FORMAT:
            raise ValueError(f"format {content['nbformat']}; open and save it in JupyterLab, which makes it format 4")
        tagged = [cell for cell in content["cells"] if TAG in cell["metadata"].get("tags", [])]
        about = content["metadata"].get(METADATA, {})
        code = code_of(content["cells"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DataError(f"notebook {path.name}: not readable as a notebook ({fault}).") from fault
    if len(tagged) != 1:
        raise DataError(
            f"notebook {path.name}: expected one cell with the tag {TAG!r}, found {len(tagged)}. Tag the cell that "
            "holds lines like name = value (in JupyterLab: Property Inspector, Cell Tags)."
        )
    needs = tables_of(code, "NEEDS")
    return Notebook(
        name=path.stem,
        path=path,
        defaults=_plain_values("".join(tagged[0]["source"]), path.name),
        window=window_of(code),
        reads=tuple(dict.fromkeys((*needs, *tables_of(code, "READS")))),
        needs=needs,
        tables=shown_by(code, "table"),
        figures=shown_by(code, "figure"),
        register=calls(code, "read_register"),
        vintages=reads_vintages(code),
        on_request=about.get("on_request", False) is True,
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


def notebook_paths(folder: Path) -> dict[str, Path]:
    """Return the notebooks of a folder by name, with those of one's own in ``mine`` below it.

    The folder that commands work in has those of the installation too.
    """
    installed = [installed_folder() / "notebooks"] if folder == notebooks_folder() else []
    folders = [folder / MINE.name, *installed, folder]
    return {path.stem: path for each in folders for path in sorted(each.glob("*.ipynb"))}


def find_notebooks(folder: Path, names: list[str] | None = None) -> list[Notebook]:
    """Return the notebooks of these names, or the numbered ones that do not wait to be named, in order.

    Raises
    ------
    CallError
        When a name is unknown.
    """
    known = notebook_paths(folder)
    chosen = [name.removesuffix(".ipynb") for name in names or ()]
    mine = folder / MINE.name
    chosen = chosen or sorted(name for name, path in known.items() if name[:2].isdigit() and path.parent != mine)
    unknown = [f"notebook {name!r} is unknown; {did_you_mean(name, known)}." for name in chosen if name not in known]
    refuse(unknown, CallError)
    found = [read_notebook(known[name]) for name in dict.fromkeys(chosen)]
    return [notebook for notebook in found if names or not notebook.on_request]


def tables_read(notebooks: list[Notebook]) -> list[str] | None:
    """Return the tables that any of these notebooks may read, None for every table of the snapshot."""
    reads = {table for notebook in notebooks for table in notebook.reads}
    return None if EVERY in reads else sorted(reads)
