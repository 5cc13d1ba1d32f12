"""Where the project's folders are, whatever the working directory of a kernel or a test."""

from __future__ import annotations

import os
from pathlib import Path

from analysis.errors import CallError

HOME_VARIABLE = "BIJSTAND_HOME"
RUN_FOLDER_VARIABLE = "BIJSTAND_RUN_FOLDER"
"""How a run tells its notebooks where to save tables and figures; unset, a notebook only shows them."""
_MARKER = Path("data", "snapshots", "published", "manifest.json")


def project_root() -> Path:
    """Find the folder that holds ``data/``, ``notebooks/`` and ``outputs/``.

    The variable ``BIJSTAND_HOME`` decides when it is set; else the checkout this library was installed from (an
    editable install), else the nearest folder above the working directory.

    Raises
    ------
    CallError
        When none of these holds the published snapshot.
    """
    named = os.environ.get(HOME_VARIABLE)
    candidates = [Path(named)] if named else [Path(__file__).resolve().parents[2], Path.cwd(), *Path.cwd().parents]
    for folder in candidates:
        if (folder / _MARKER).is_file() or (folder / "data" / "sources").is_dir():
            return folder.resolve()
    raise CallError(
        f"no workbench folder found: expected {_MARKER.as_posix()} below {named or 'this folder or one above it'}. "
        f"Run inside a clone of the repository, or set {HOME_VARIABLE} to it."
    )


def snapshots_folder() -> Path:
    """Return the folder that holds one folder a snapshot."""
    return project_root() / "data" / "snapshots"


def notebooks_folder() -> Path:
    """Return the folder that holds the notebooks."""
    return project_root() / "notebooks"


def outputs_folder() -> Path:
    """Return the folder in which every run makes a folder of its own."""
    return project_root() / "outputs"
