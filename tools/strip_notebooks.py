"""Take out of notebooks what differs from one session to the next, and leave what nbval compares.

    python tools/strip_notebooks.py FILE ...

Sources and outputs stay as they are. Cells are numbered as in a run from top to bottom; times, what an editor remembers
and the Python that ran them go. With a notebook that was changed the exit status is 1, as pre-commit expects.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT = {"notebook": ("bijstand",), "cell": ("tags",)}
"""The metadata that mean something to a run."""


def strip(notebook: nbformat.NotebookNode) -> None:
    """Strip a notebook in place."""
    kept = {name: value for name, value in notebook.metadata.items() if name in KEPT["notebook"]}
    notebook.metadata = kept | {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    number = 0
    for cell in notebook.cells:
        cell.metadata = {name: value for name, value in cell.metadata.items() if name in KEPT["cell"]}
        if cell.cell_type == "code":
            number += bool(cell.source.strip())
            cell.execution_count = number if cell.source.strip() else None
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = cell.execution_count


def stripped(path: Path) -> bytes:
    """Return the file of a notebook as it is after stripping."""
    notebook = nbformat.read(path, as_version=4)
    strip(notebook)
    return (nbformat.writes(notebook) + "\n").encode("utf-8")


def main(paths: list[str]) -> None:
    """Strip the notebooks and name those that were changed."""
    changed = []
    for path in map(Path, paths):
        if (after := stripped(path)) != path.read_bytes():
            path.write_bytes(after)
            changed.append(path)
            sys.stderr.write(f"stripped {path}\n")
    sys.exit(1 if changed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
