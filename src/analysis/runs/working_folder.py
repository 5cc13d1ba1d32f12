"""A folder to work in, without a clone: where notebooks of one's own, snapshots and runs go."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from analysis.errors import CallError
from analysis.files import PARTIAL
from analysis.workspace import MINE

_FOLDERS = (Path("data", "snapshots"), Path("outputs"), MINE)
_README = """\
# A working folder of the bijstand workbench

Commands that are run here, or in a folder below, work here. Notebooks, published numbers and the snapshot `published`
come with the workbench itself; a later version brings later ones.

- `notebooks/mine`: your notebooks. `bijstand new my-question` makes one, with `--from tutorial` as a copy.
- `data/snapshots`: your snapshots. `bijstand pull` downloads one from CBS, `bijstand simulate` makes one.
- `outputs`: a folder for each run. `bijstand report` makes a page of every notebook and prints where it is.

`bijstand notebooks` lists the notebooks, `bijstand --help` the commands; `jupyter lab` opens JupyterLab here.

## Nederlands

Opdrachten die u hier of in een map hieronder geeft, werken in deze map. De notebooks, de gepubliceerde cijfers en de
snapshot `published` horen bij de workbench zelf; een latere versie brengt nieuwere mee.

- `notebooks/mine`: uw eigen notebooks. `bijstand new mijn-vraag` maakt er een, met `--from tutorial` als kopie.
- `data/snapshots`: uw snapshots. `bijstand pull` haalt er een op bij het CBS, `bijstand simulate` maakt er een.
- `outputs`: een map per run. `bijstand report --lang nl` maakt een pagina van alle notebooks en meldt waar die staat.
"""


def make_working_folder(folder: Path) -> Path:
    """Lay out a folder to work in, and return it as it will be called from anywhere.

    Raises
    ------
    CallError
        When it holds anything, is a file, or cannot be written; then nothing is left in it.
    """
    target = folder.resolve()
    made = not target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise CallError(f"{folder} is not empty; name a new folder or an empty one.")
        _lay_out(target)
    except OSError as fault:
        if made:
            with suppress(OSError):
                target.rmdir()
        reason = "it is a file" if isinstance(fault, FileExistsError | NotADirectoryError) else fault.strerror
        raise CallError(f"{folder}: no folder can be laid out there ({reason}); choose another.") from fault
    return target


def _lay_out(folder: Path) -> None:
    """Make everything aside and move it here, last what makes it a folder to work in."""
    staging = Path(tempfile.mkdtemp(prefix=".init", suffix=PARTIAL, dir=folder))
    try:
        for each in _FOLDERS:
            (staging / each).mkdir(parents=True)
        (staging / "README.md").write_text(_README, encoding="utf-8")
        for name in ("README.md", *(each.parts[0] for each in _FOLDERS)):
            (staging / name).rename(folder / name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
