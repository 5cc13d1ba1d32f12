"""Folders as bytes: how data go to a worker and the files of a run come back."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis.runs.sweep.identity import REGISTER, files_below
from analysis.workspace import data_path, open_snapshot


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


def pack_data(snapshots: Iterable[str]) -> bytes:
    """Return snapshots and the register as an archive of a workbench folder."""
    paths = {f"data/snapshots/{name}": open_snapshot(name).folder for name in snapshots}
    return pack(paths | {f"data/{name}": data_path(name) for name in REGISTER})
