"""What code a process has, in digests: every worker computes with the same."""

from functools import cache
from pathlib import Path

import analysis
from analysis.files import sha256
from analysis.runs.kernel_versions import versions

_CRLF, _LF = b"\r\n", b"\n"


@cache
def identity() -> dict[str, str]:
    """Return the versions that this process has, and the digest of the code of the workbench."""
    folder = Path(analysis.__file__).parent
    return versions() | {"code": digest_of(folder)[:16]}


def files_below(path: Path) -> list[Path]:
    """Return the files of a folder, or the file itself, in order; what Python or an editor makes there is left out."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    parts = {each: each.relative_to(path).parts for each in found if each.is_file()}
    return [each for each in parts if not any(part[0] == "." or part == "__pycache__" for part in parts[each])]


def digest_of(path: Path) -> str:
    """Return the digest of a file, or of all below a folder, whatever ends its lines; not of what a wheel carries."""
    files = {file.relative_to(path).as_posix(): file for file in files_below(path)}
    lines = [
        f"{name} {sha256(file.read_bytes().replace(_CRLF, _LF))}"
        for name, file in files.items()
        if not name.startswith("shipped/")
    ]
    return sha256("\n".join(lines).encode())
