"""Writing that leaves all or nothing: into a staging file or folder first, then renamed."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from analysis.errors import CallError

PARTIAL = ".partial"
"""How the name of something not yet finished ends."""


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def content_digest(content: Any) -> str:
    """Return the SHA-256 of content by what it holds, whatever the order of its keys."""
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8"))


def json_bytes(content: Any) -> bytes:
    """Return ``content`` as indented JSON in UTF-8: the same content always gives the same bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


@contextmanager
def staged_folder(final: Path, staging: Path | None = None) -> Iterator[Path]:
    """Yield a folder beside ``final`` that becomes ``final`` when the block ends well, and vanishes when it does not.

    Parameters
    ----------
    final : Path
    staging : Path, optional
        The folder to yield, made already by a caller that wanted its name for itself; by default a new one.

    Raises
    ------
    CallError
        When ``final`` exists already, or came into being meanwhile: nothing is ever overwritten.
    """
    taken = f"{final} exists already and is never overwritten; choose another name."
    if final.exists():
        raise CallError(taken)
    final.parent.mkdir(parents=True, exist_ok=True)
    if staging is None:
        staging = Path(tempfile.mkdtemp(prefix=f".{final.name}.", suffix=PARTIAL, dir=final.parent))
        os.chmod(staging, 0o755)  # mkdtemp keeps others out; a finished folder is as readable as any other
    try:
        yield staging
        try:
            staging.rename(final)  # onto a folder with anything in it, this fails
        except OSError as fault:
            if not final.exists():
                raise
            raise CallError(taken) from fault
    finally:
        _remove(staging)


def _remove(folder: Path) -> None:
    """Remove a folder, again while a process that is being stopped still writes into it."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def write_new(path: Path, data: bytes) -> None:
    """Write ``data`` to a new file in a folder that is there; a reader sees all of it or none of it."""
    if path.exists():
        raise CallError(f"{path} exists already and is never overwritten; choose another name.")
    replace_file(path, data)


def replace_file(path: Path, data: bytes) -> None:
    """Write ``data`` to a file in a folder that is there; a reader sees the file before, or all of this one."""
    # its folder is not made here: a kernel that outlives its run must not bring back a folder that was removed
    handle, staging = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PARTIAL, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(staging, 0o644)
        os.replace(staging, path)
    finally:
        Path(staging).unlink(missing_ok=True)


def acquire_lock(stream: IO) -> None:
    """Take the lock that an open file stands for; an OSError when another holds it. It ends with the file."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
