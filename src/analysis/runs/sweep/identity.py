"""What code and data a process has, in digests: a sweep computes with the same on every worker."""

from functools import cache
from pathlib import Path

import analysis
from analysis.errors import WorkbenchError
from analysis.files import sha256
from analysis.runs.kernel_versions import versions
from analysis.snapshots.store import PRACTICE, Snapshot, read_snapshot
from analysis.workspace import data_path, open_snapshot, snapshots_folder

REGISTER = ("findings", "corrections.yml", "coverage.csv")
"""What notebooks read beside snapshots, in ``data``."""
_CRLF, _LF = b"\r\n", b"\n"


@cache
def identity() -> dict[str, str]:
    """Return the versions that this process has, and the digest of the code of the workbench."""
    folder = Path(analysis.__file__).parent
    return versions() | {"code": _digest_of(folder)[:16]}


def data_digest(snapshots: dict[str, str]) -> str:
    """Return the digest of snapshots, by theirs, and of the register that this process reads."""
    register = [_digest_of(data_path(name)) for name in REGISTER]
    return sha256("\n".join([*register, *(f"{name} {digest}" for name, digest in sorted(snapshots.items()))]).encode())


def has_data(snapshots: dict[str, str], data: str) -> bool:
    """Tell whether this process would read these snapshots and the same register; none is made."""
    try:
        own = {name: _snapshot(name).digest for name in snapshots}
        return data_digest(own) == data
    except (WorkbenchError, OSError):
        return False


def _snapshot(name: str) -> Snapshot:
    return read_snapshot(name, snapshots_folder()) if name == PRACTICE else open_snapshot(name)


def files_below(path: Path) -> list[Path]:
    """Return the files of a folder, or the file itself, in order; what Python or an editor makes there is left out."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    parts = {each: each.relative_to(path).parts for each in found if each.is_file()}
    return [each for each in parts if not any(part[0] == "." or part == "__pycache__" for part in parts[each])]


def _digest_of(path: Path) -> str:
    """Return the digest of a file, or of all below a folder, whatever ends its lines; not of what a wheel carries."""
    files = {file.relative_to(path).as_posix(): file for file in files_below(path)}
    lines = [
        f"{name} {sha256(file.read_bytes().replace(_CRLF, _LF))}"
        for name, file in files.items()
        if not name.startswith("shipped/")
    ]
    return sha256("\n".join(lines).encode())
