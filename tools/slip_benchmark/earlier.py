"""An earlier edition of a snapshot: every figure of CBS some tenths of a percent lower."""

import random
from pathlib import Path

from analysis.cleaning.numbers import parse_numbers
from analysis.errors import DataError
from analysis.snapshots.store import RawTable, Snapshot
from analysis.snapshots.write import NewTable, write_snapshot

LOWER = (0.003, 0.008)
"""How much lower, drawn for each figure: as large as CBS's own revisions."""


def write_earlier(snapshot: Snapshot, bank: Path, name: str, seed: int) -> None:
    """Write the tables of CBS of a snapshot, revised, as another one of that name."""
    draw = random.Random(seed)
    tables = [_revised(snapshot.table(each), draw) for each in snapshot.manifest.tables if each[:5].isdigit()]
    write_snapshot(bank, name, "dated", name, tables)


def _revised(raw: RawTable, draw: random.Random) -> NewTable:
    frame = raw.frame.astype(str)
    frame["value"] = [_lower(text, draw) for text in frame["value"]]
    entry = raw.entry
    kept = ("id", "title", "platform", "modified", "retrieved", "coverage", "licence", "attribution")
    return NewTable(**{each: getattr(entry, each) for each in kept}, metadata=raw.metadata, frame=frame)


def _lower(text: str, draw: random.Random) -> str:
    try:
        (value,), _ = parse_numbers([text])
    except DataError:
        return text
    if not value > 0:
        return text
    lower = value * (1 - draw.uniform(*LOWER))
    step = 10 if value >= 1000 and value % 10 == 0 else 1 if value == int(value) else 0.1
    return f"{round(lower / step) * step:.10g}"
