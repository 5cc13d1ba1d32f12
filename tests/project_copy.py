"""A workbench folder of its own for a test: copies that may be broken, and outputs that vanish with it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from analysis.files import sha256
from analysis.snapshots.format import FileRecord, Manifest, TableEntry

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
    """Change a file of a snapshot and make its manifest agree, as a mistaken maker of snapshots would."""
    path = folder / file
    path.write_bytes(change(path.read_bytes()))
    content = json.loads((folder / "manifest.json").read_bytes())
    tables = {}
    for name, entry in content["tables"].items():
        for part in ("data", "metadata"):
            record = entry[part]
            digest = sha256(path.read_bytes()) if record["file"] == file else record["sha256"]
            entry[part] = FileRecord(record["file"], digest)
        if entry["data"].file == file:
            entry["rows"] = path.read_text(encoding="utf-8").count("\n") - 1
        tables[name] = TableEntry(**entry)
    manifest = Manifest(content["name"], content["kind"], content["created"], tables)
    (folder / "manifest.json").write_bytes(manifest.to_bytes())


def outputs(folder: Path) -> list[str]:
    """Return what runs left in the outputs folder, hidden parts too."""
    return sorted(path.name for path in (folder / "outputs").glob("*")) if (folder / "outputs").exists() else []
