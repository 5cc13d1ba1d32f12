"""``python tools/published``: build the published snapshot from ``data/sources``.

It is built aside. When it comes out as the one that is there, nothing changes; else it takes its place, and git keeps
the one before.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from analysis.errors import WorkbenchError
from analysis.snapshots.store import snapshot_names
from analysis.workspace import open_snapshot, project_root, snapshots_folder

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the tools stand beside the library, not in it

from published.build import build_published

NAME = "published"


def main() -> str:
    """Build the snapshot; return a line that says what became of it."""
    place = snapshots_folder()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".published.", dir=place) as staging:
        made = build_published(project_root() / "data" / "sources", Path(staging))
        digest = open_snapshot(NAME, Path(staging)).digest
        if NAME in snapshot_names(place) and open_snapshot(NAME, place).digest == digest:
            return f"unchanged: {digest[:16]}"
        shutil.rmtree(place / NAME, ignore_errors=True)
        made.rename(place / NAME)
    return f"built: {digest[:16]}"


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main()}\n")
    except WorkbenchError as fault:
        sys.exit(f"published: {fault}")
