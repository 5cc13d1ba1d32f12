"""Where the project's folders are, whatever the working directory of a kernel or a test, and its snapshots by name."""

import os
from collections.abc import Iterable
from pathlib import Path

from analysis.errors import CallError
from analysis.snapshots.store import PRACTICE, check_name, dated_snapshots, read_snapshot
from analysis.source import Source

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


def corrections_file() -> Path:
    """Return the file of the known errors of CBS."""
    return project_root() / "data" / "corrections.yml"


def notebooks_folder() -> Path:
    """Return the folder that holds the notebooks."""
    return project_root() / "notebooks"


def outputs_folder() -> Path:
    """Return the folder in which every run makes a folder of its own."""
    return project_root() / "outputs"


def open_snapshot(name: str = "published", folder: Path | None = None, needs: Iterable[str] | None = None) -> Source:
    """Open a snapshot by name.

    Parameters
    ----------
    name : str
        ``published``, the name of a snapshot in ``data/snapshots``, ``latest`` for the newest dated one, ``live`` for a
        vintage of today, pulled from CBS when there is none yet, or ``practice`` for a small simulated population,
        made in seconds when there is none yet.
    folder : Path, optional
        The folder that holds the snapshots; by default the project's.
    needs : iterable of str, optional
        The tables that will be read, for ``live``; by default all that the workbench uses.

    Returns
    -------
    Source

    Raises
    ------
    CallError
        When there is no such snapshot or the name is not one (a path, say).
    DataError
        When its manifest is lost, changed, or of a later format.
    """
    folder = snapshots_folder() if folder is None else folder
    if check_name(name) == "live":
        from analysis.statline.live import todays  # asks CBS: nothing else that opens a snapshot needs it

        name = todays(folder, None if needs is None else list(needs))
    elif name == PRACTICE:
        from analysis.simulation.practice import make_practice  # draws a population: half a second to import

        make_practice(folder)
    elif name == "latest":
        dated = dated_snapshots(folder)
        if not dated:
            raise CallError(
                "snapshot 'latest': there is no vintage yet; make one with `bijstand pull`. At hand: published."
            )
        name = dated[-1].name
    snapshot = read_snapshot(name, folder)
    return Source(snapshot.name, snapshot.folder, snapshot.manifest)
