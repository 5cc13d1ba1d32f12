"""``python tools/published``: build the published snapshot from ``data/sources``.

It is built in a folder of its own. When it equals the one that is there, nothing changes; else it replaces it, and git
keeps the one before.
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
    bank = snapshots_folder()
    bank.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".published.", dir=bank) as staging:
        built = build_published(project_root() / "data" / "sources", Path(staging))
        digest = open_snapshot(NAME, Path(staging)).digest
        if NAME in snapshot_names(bank) and open_snapshot(NAME, bank).digest == digest:
            return f"unchanged: {digest[:16]}"
        shutil.rmtree(bank / NAME, ignore_errors=True)
        built.rename(bank / NAME)
    return f"built: {digest[:16]}"


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main()}\n")
    except WorkbenchError as fault:
        sys.exit(f"published: {fault}")
