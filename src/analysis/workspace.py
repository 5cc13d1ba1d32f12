"""Where the folders are, whatever the working directory of a kernel or a test, and the snapshots by name.

A command works in one folder: that of ``BIJSTAND_HOME``, else the nearest one from the working directory upwards that
has ``notebooks/mine`` (a clone, or what ``bijstand init`` laid out), else the clone that the library is installed from,
else the working directory. There it writes: ``outputs``, ``data/snapshots``, ``notebooks/mine``. What it reads and that
folder does not have, it takes from the installation: the notebooks, the register and the published snapshot.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from analysis.errors import CallError, WorkbenchError
from analysis.snapshots.store import (
    PRACTICE,
    Snapshot,
    check_name,
    dated_snapshots,
    read_snapshot,
    snapshot_names,
    survey,
)
from analysis.source import Source

HOME_VARIABLE = "BIJSTAND_HOME"
RUN_FOLDER_VARIABLE = "BIJSTAND_RUN_FOLDER"
"""How a run tells its notebooks where to save tables and figures; unset, a notebook only shows them."""
PUBLISHED = "published"
"""The snapshot that ships with the workbench."""
MINE = Path("notebooks", "mine")
"""The folder for notebooks of one's own, and the sign of a folder that commands work in."""
_KEPT: dict[tuple[Path, str], Source] = {}
_CLONE = Path(__file__).resolve().parents[2]
_PACKED = Path(__file__).resolve().parent / "shipped"
"""Where a wheel has what stands in ``notebooks`` and ``data`` of a clone (``pyproject.toml``)."""


def project_root() -> Path:
    """Return the folder that commands work in, which holds ``data``, ``notebooks`` and ``outputs`` or will.

    Raises
    ------
    CallError
        When ``BIJSTAND_HOME`` names no folder.
    """
    named = os.environ.get(HOME_VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise CallError(f"{HOME_VARIABLE} is {named!r}, which is no folder; name one that is there, or unset it.")
        return Path(named).resolve()
    here = Path.cwd()
    nearest = next((folder for folder in (here, *here.parents) if (folder / MINE).is_dir()), None)
    if (_CLONE / MINE).is_dir() and (nearest is None or (nearest / "src" / "analysis").is_dir()):
        return _CLONE  # the library of a clone goes with its own notebooks, not with those of another clone
    return nearest or here


def installed_folder() -> Path:
    """Return what the workbench was installed with: what its wheel carries, or the clone."""
    return _PACKED if _PACKED.is_dir() else _CLONE


def data_path(name: str) -> Path:
    """Return a file or folder of ``data`` that commands read: that of the working folder, else the installed one."""
    own = project_root() / "data" / name
    return own if own.exists() else installed_folder() / "data" / name


def snapshots_folder() -> Path:
    """Return the folder that new snapshots are written to, and that holds one folder a snapshot."""
    return project_root() / "data" / "snapshots"


def corrections_file() -> Path:
    """Return the file of the known errors of CBS."""
    return data_path("corrections.yml")


def notebooks_folder() -> Path:
    """Return the folder of the notebooks in the working folder; it may lack those that are installed."""
    return project_root() / "notebooks"


def outputs_folder() -> Path:
    """Return the folder in which every run makes a folder of its own."""
    return project_root() / "outputs"


def all_snapshots() -> tuple[list[Snapshot], list[str]]:
    """Return every snapshot that can be opened, by name, and a line for each that cannot."""
    snapshots, damage = survey(snapshots_folder())
    if (folder := _folder_of(PUBLISHED)) != snapshots_folder():
        try:
            snapshots.append(read_snapshot(PUBLISHED, folder))
        except WorkbenchError as fault:
            damage.append(f"passed over: {fault}")
    return sorted(snapshots, key=lambda each: each.name), damage


def names_of_snapshots() -> list[str]:
    """Return the names of all snapshots, sorted."""
    return sorted({*snapshot_names(snapshots_folder()), *snapshot_names(_folder_of(PUBLISHED))})


def _folder_of(name: str) -> Path:
    """Return the folder that holds a snapshot: of ``published`` it may be the installed one."""
    return data_path(f"snapshots/{PUBLISHED}").parent if name == PUBLISHED else snapshots_folder()


def open_snapshot(name: str = "published", folder: Path | None = None, needs: Iterable[str] | None = None) -> Source:
    """Open a snapshot by name.

    Parameters
    ----------
    name : str
        ``published``, the name of a snapshot in ``data/snapshots``, ``latest`` for the newest dated one, ``live`` for a
        vintage of today, pulled from CBS when there is none yet, or ``practice`` for a small simulated population,
        made in seconds when there is none yet.
    folder : Path, optional
        The folder that holds the snapshots; by default that of the working folder, for ``published`` the installed
        one where the working folder has none.
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
    folder, shipped = (_folder_of(name), (PUBLISHED,)) if folder is None else (folder, ())
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
    snapshot = read_snapshot(name, folder, shipped)
    opened = Source(snapshot.name, snapshot.folder, snapshot.manifest)
    return _KEPT.get((opened.folder, opened.digest), opened) if _KEPT else opened


def keep_snapshot(name: str) -> Source:
    """Open a snapshot that this process and those forked from it open once: what is read of it stays read.

    A file that is changed later is not noticed: what was read before was checked against its digest.
    """
    opened = open_snapshot(name)
    return _KEPT.setdefault((opened.folder, opened.digest), opened)
