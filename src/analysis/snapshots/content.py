"""The content of a table, whatever platform it was pulled from: one digest, and a description in lines."""

from collections import Counter

from analysis.files import sha256
from analysis.snapshots.format import Dimension, Measure
from analysis.snapshots.store import RawTable, Snapshot


def content_digest(raw: RawTable) -> str:
    """Return one SHA-256 over the figures and impossible cells of a table, in the order of their keys.

    A dot is no content: v3 prints one where v4 and the bulk download have no row (docs/decisions/pulling.md).
    """
    columns = raw.metadata.columns()
    cells = raw.frame.loc[raw.frame["value"] != ".", columns].astype(str).sort_values(columns[:-1], kind="stable")
    return sha256(cells.to_csv(index=False, lineterminator="\n").encode())


def snapshot_line(snapshot: Snapshot) -> str:
    """Return what a snapshot is, in one line."""
    return f"{snapshot.name}  {snapshot.kind}  {snapshot.manifest.created}  {snapshot.digest[:16]}"


def describe_snapshot(snapshot: Snapshot) -> list[str]:
    """Return a line for each table of a snapshot, with how many notes it has."""
    lines = [snapshot_line(snapshot)]
    for entry in snapshot.manifest.tables.values():
        notes = len(snapshot.metadata(entry.id).notes)
        changed = f"changed {entry.modified}" if entry.modified else "no date of change"
        lines.append(f"  {entry.id}  {entry.coverage}  {entry.rows} cells  {changed}  {notes} notes  {entry.title}")
    return lines


def describe_table(snapshot: Snapshot, table: str) -> list[str]:
    """Return what a table holds and what has to be known of it, in lines."""
    raw = snapshot.table(table)
    entry, metadata = raw.entry, raw.metadata
    statuses = Counter(metadata.periods.values())
    periods = ", ".join(f"{count} {status}" for status, count in statuses.items())
    found = sorted(metadata.periods)
    return [
        f"{entry.id}  {entry.title}",
        f"  snapshot {snapshot.name}, {entry.coverage}, from {entry.platform}, retrieved {entry.retrieved}",
        f"  changed at CBS {entry.modified or '(no date)'}; {entry.rows} cells; content {content_digest(raw)}",
        f"  periods {found[0]} to {found[-1]}: {periods}",
        *(_dimension(each) for each in metadata.dimensions),
        *(_measure(each) for each in metadata.measures),
        *(f"  note: {note}" for note in metadata.notes),
    ]


def _dimension(dimension: Dimension) -> str:
    levels = Counter(code.attributes["level"] for code in dimension.codes if "level" in code.attributes)
    categories = [code.category for code in dimension.codes if code.category]
    unknown = len(dimension.codes) - len(categories)
    if levels:
        text = ", ".join(f"{count} of level {level}" for level, count in levels.items())
    else:
        text = ", ".join(categories) + (f"; {unknown} without a category" if unknown else "")
    return f"  dimension {dimension.name} ({dimension.title}): {len(dimension.codes)} codes: {text}"


def _measure(measure: Measure) -> str:
    coarse = f", provisional in {measure.provisional_rounding:g}" if measure.provisional_rounding else ""
    return f"  measure {measure.quantity} ({measure.title}): {measure.unit}, in steps of {measure.rounding:g}{coarse}"
