"""Run every notebook in place with its own parameters, so that its committed outputs are those of ``published``.

    python tools/refresh_notebooks.py [NAME ...]

Only outputs change. What differs from one machine or moment to the next (times, paths, execution metadata) is not kept.
Then the translations are held against the prose: one that is stale or missing is named, and the exit status is 1.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from strip_notebooks import strip

from analysis.errors import DataError
from analysis.runs.translation import check_translations

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
STARTS = 3
"""How often a kernel may be started: with several at once, two can be handed the same port (jupyter_client 8)."""


def refresh(path: Path) -> None:
    """Run one notebook and write it back."""
    for start in range(1, STARTS + 1):
        notebook = nbformat.read(path, as_version=4)
        try:
            NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False).execute()
            break
        except RuntimeError:  # a kernel that did not start; a cell that fails raises another error
            if start == STARTS:
                raise
    strip(notebook)
    nbformat.write(notebook, path)


def main(names: list[str]) -> None:
    """Refresh the notebooks of these names, or all, side by side."""
    paths = [NOTEBOOKS / f"{name}.ipynb" for name in names] or sorted(NOTEBOOKS.glob("*.ipynb"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for path, _ in zip(paths, pool.map(refresh, paths), strict=True):
            sys.stderr.write(f"refreshed {path.stem}\n")
    for lang in sorted({path.parent.name for path in NOTEBOOKS.glob("*/*.md")}):
        try:
            check_translations(dict.fromkeys(paths, lang))
        except DataError as fault:
            sys.exit(str(fault))


if __name__ == "__main__":
    main(sys.argv[1:])
