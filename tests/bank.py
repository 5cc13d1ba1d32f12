"""A bank of vintages for a test: pulls with little patience, digests, and what a cube says its cells are."""

from __future__ import annotations

from pathlib import Path

from analysis.snapshots.content import content_digest
from analysis.snapshots.store import Snapshot, snapshot_names
from analysis.statline.download import pull
from analysis.statline.retry import RetryPolicy
from analysis.statline.session import Session
from analysis.statline.wire_format import title_key
from analysis.workspace import open_snapshot
from statline_server import Cube

QUICK = RetryPolicy(
    connect=1,
    read=1,
    request=5,
    file=5,
    attempts=6,
    first_wait=0.001,
    longest_wait=0.01,
    longest_pause=0.1,
    total=20,
    page_bytes=1 << 23,
    file_bytes=1 << 24,
)
# the names of the workbench for the columns of CBS, written down apart from the catalogue
NAMES = {
    "Geslacht": "sex",
    "Leeftijd": "age",
    "Herkomstland": "origin",
    "GeboortelandOuders": "birth",
    "DuurVanDeUitkeringssituatie": "duration",
}
STATUS = {"Definitief": "final", "Voorlopig": "provisional", "NaderVoorlopig": "revised_provisional"}


def quick() -> Session:
    """Return a session that gives up within seconds."""
    return Session(QUICK)


def bring(server, folder: Path, name: str, tables: list[str] | None = None, platform: str = "v3", **options):
    """Pull all measures from the server and open what came."""
    asked = tables or [cube.id for cube in server.cubes]
    options.setdefault("all_measures", True)
    pull(folder, asked, name, platform, server.base_url, options.pop("session", None) or quick(), **options)
    return open_snapshot(name, folder)


def digests(snapshot: Snapshot) -> dict[str, str]:
    """Return the digest of the data of each table."""
    return {table: entry.data.sha256 for table, entry in snapshot.manifest.tables.items()}


def contents(snapshot: Snapshot) -> dict[str, str]:
    """Return the digest of the content of each table, which does not depend on the platform."""
    return {table: content_digest(snapshot.table(table)) for table in snapshot.manifest.tables}


def cells_of(cube: Cube, platform: str = "v3") -> dict[tuple[str, ...], str]:
    """Return the cells of a cube under measure, codes by name of their column, and period; figures without zeros.

    Only v3 has a dot; the others have no row for such a cell.
    """
    order = sorted(range(len(cube.dimensions) - 1), key=lambda number: cube.dimensions[number].key)
    titles = {measure.key: title_key(measure.title) for measure in cube.measures}
    return {
        (titles[key], *(codes[number] for number in order), codes[-1]): f"{float(text):g}" if text[1:] else text
        for (key, *codes), text in cube.cells.items()
        if platform == "v3" or text != "."
    }


def stored(snapshot: Snapshot, table: str) -> dict[tuple[str, ...], str]:
    """Return the cells of a table of a snapshot in the same way; a cell that is there twice fails."""
    frame = snapshot.table(table).frame
    found = {tuple(key): text for *key, text in frame.itertuples(index=False)}
    assert len(found) == len(frame)
    return {key: f"{float(text):g}" if text[1:] else text for key, text in found.items()}


def left(folder: Path) -> list[str]:
    """Return what lies in the bank beside whole snapshots and the lock."""
    whole = {*snapshot_names(folder), ".pull.lock"}
    return sorted(path.name for path in folder.glob("*") if path.name not in whole) if folder.exists() else []


def is_data(path: str) -> bool:
    """Tell whether a request asks for data."""
    return any(name in path for name in ("UntypedDataSet", "Observations", "/csv/"))
