"""Writing that leaves all or nothing: aside first, then renamed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.errors import CallError


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def json_bytes(content: Any) -> bytes:
    """Return ``content`` as indented JSON in UTF-8: the same content always gives the same bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


@contextmanager
def staged_folder(final: Path) -> Iterator[Path]:
    """Yield a folder beside ``final`` that becomes ``final`` when the block ends well, and vanishes when it does not.

    Raises
    ------
    CallError
        When ``final`` exists already: nothing is ever overwritten.
    """
    if final.exists():
        raise CallError(f"{final} exists already and is never overwritten; choose another name.")
    final.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{final.name}.", suffix=".partial", dir=final.parent))
    os.chmod(aside, 0o755)  # mkdtemp keeps others out; a finished folder is as readable as any other
    try:
        yield aside
        # rename() onto a folder that came into being meanwhile fails unless that folder is empty: nothing is lost
        aside.rename(final)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_new(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, which must not exist yet; a reader sees all of it or none of it."""
    if path.exists():
        raise CallError(f"{path} exists already and is never overwritten; choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    finally:
        Path(aside).unlink(missing_ok=True)
