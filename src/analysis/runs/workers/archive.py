"""Folders as bytes: how data go to a worker and the files of a task come back."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from analysis.runs.workers.identity import files_below


def pack(paths: Mapping[str, Path]) -> bytes:
    """Return files and whole folders as an archive, each under its name there."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, path in paths.items():
            for file in files_below(path):
                archive.add(file, (Path(name) / file.relative_to(path)).as_posix())
    return stream.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """Put the files of an archive into a folder; none can land outside it."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")
