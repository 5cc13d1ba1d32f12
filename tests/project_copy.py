"""A workbench folder of its own for a test: copies that may be broken, and outputs that vanish with it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd

from analysis.files import sha256
from analysis.snapshots.format import FileRecord, Manifest, TableEntry
from analysis.snapshots.table_file import cells_of_frame
from analysis.snapshots.write import write_table_file

ROOT = Path(__file__).resolve().parents[1]


def committed_notebooks() -> list[Path]:
    """Return the notebooks that git knows, all where there is no git: one's own may lie beside them, as they are."""
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return paths
    listed = subprocess.run(["git", "ls-files", "notebooks"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in paths if f"notebooks/{path.name}" in listed.stdout.splitlines()]


def copy_project(folder: Path) -> Path:
    """Copy notebooks, the published snapshot, the register with its coverage, the known errors; return the folder."""
    for part in ("data/snapshots/published", "data/findings", "notebooks"):
        shutil.copytree(ROOT / part, folder / part)
    for name in ("corrections.yml", "coverage.csv"):
        shutil.copyfile(ROOT / "data" / name, folder / "data" / name)
    return folder


def rewrite(folder: Path, file: str, change) -> None:
    """Change a file of a snapshot and make its manifest agree, as a mistaken maker of snapshots would.

    The cells of a Parquet file are changed as lines of text.
    """
    path = folder / file
    content = json.loads((folder / "manifest.json").read_bytes())
    tables = {}
    for name, entry in content["tables"].items():
        entry |= {part: FileRecord(**entry[part]) for part in ("data", "metadata")}
        if entry["data"].file == file:
            frame = pd.read_parquet(path).astype(str) if path.suffix == ".parquet" else None
            data = path.read_bytes() if frame is None else frame.to_csv(index=False, lineterminator="\n").encode()
            data = change(data)
            entry |= {"data": FileRecord(file, sha256(data)), "rows": data.count(b"\n") - 1}
            if frame is None:
                path.write_bytes(data)
            else:
                frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
                entry["data"] = write_table_file(folder, name, cells_of_frame(frame))
        elif entry["metadata"].file == file:
            path.write_bytes(change(path.read_bytes()))
            entry["metadata"] = FileRecord(file, sha256(path.read_bytes()))
        tables[name] = TableEntry(**entry)
    manifest = Manifest(content["name"], content["kind"], content["created"], tables)
    (folder / "manifest.json").write_bytes(manifest.to_bytes())


def outputs(folder: Path) -> list[str]:
    """Return what runs left in the outputs folder, hidden parts too."""
    return sorted(path.name for path in (folder / "outputs").glob("*")) if (folder / "outputs").exists() else []
