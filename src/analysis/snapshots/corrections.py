"""Known errors of CBS, and which of them a snapshot has.

They are told, not mended: a bank holds what CBS served. An entry that no longer matches is told as loudly as the error.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import DataError, name_some
from analysis.missing import UNDECIDED
from analysis.snapshots.store import RawTable, Snapshot

HAS_IT, BEFORE, CORRECTED = "has it", "before it", "corrected"
STATUSES = ("open", "acknowledged", "fixed_upstream")
_NEEDED = {"id", "table", "reason", "source", "status", "since"}
_OPTIONAL = {"until", "measures", "periods", "classes", "largest", "expect"}


@dataclass(frozen=True)
class KnownError:
    """An error of CBS in one table: the states that have it (by CBS's date of change) and what it is."""

    id: str
    table: str
    reason: str
    source: str
    status: str
    since: str
    until: str = ""
    measures: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    largest: float | None = None
    expect: tuple[dict[str, str], ...] = ()


def known_errors(path: Path) -> list[KnownError]:
    """Read the known errors (``data/corrections.yml``).

    Raises
    ------
    DataError
        With a line for each entry that is not what it has to be.
    """
    import yaml

    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError) as fault:
        raise DataError(f"{path.name}: cannot be read ({fault}).") from fault
    faults = [
        fault for number, entry in enumerate(entries, 1) for fault in _faults(entry, f"{path.name}, entry {number}")
    ]
    if faults:
        raise DataError("\n".join(faults))
    return [_known(entry) for entry in entries]


def _faults(entry: Any, place: str) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{place}: expected named values, found {type(entry).__name__}."]
    gone, strange = _NEEDED - entry.keys(), entry.keys() - _NEEDED - _OPTIONAL
    faults = [f"{place}: expected {name_some(sorted(gone))}, found none."] if gone else []
    faults += [f"{place}: {name_some(sorted(strange))} is not known."] if strange else []
    if entry.get("status", STATUSES[0]) not in STATUSES:
        faults.append(f"{place}: expected a status of {name_some(STATUSES)}, found {entry['status']!r}.")
    if entry.get("status") == "fixed_upstream" and not entry.get("until"):
        faults.append(f"{place}: expected until, the date from which it is fixed, found none.")
    return faults


def _known(entry: dict[str, Any]) -> KnownError:
    lists = {name: tuple(entry.get(name, ())) for name in ("measures", "periods", "classes")}
    expect = tuple({key: str(value) for key, value in cell.items()} for cell in entry.get("expect", ()))
    return KnownError(**{**entry, **lists, "expect": expect})


def state_of(error: KnownError, snapshot: Snapshot) -> str | None:
    """Return whether a snapshot has an error: `HAS_IT`, `BEFORE`, `CORRECTED` or `UNDECIDED` (no date of change).

    None when it does not hold the table.

    Raises
    ------
    DataError
        When a state that should have the error does not have the figures by which it is recognised.
    """
    if error.table not in snapshot:
        return None
    modified = snapshot.entry(error.table).modified
    if modified is None:
        return UNDECIDED
    if modified[:10] < error.since:
        return BEFORE
    if error.until and modified[:10] >= error.until:
        return CORRECTED
    raw = snapshot.table(error.table)
    gone = [cell for cell in error.expect if not _stands(cell, raw)]
    if gone:
        raise DataError(
            f"{raw.place}: known error {error.id} no longer matches: expected {gone[0]}. "
            "It may have been mended at CBS; bring data/corrections.yml up to date."
        )
    return HAS_IT


def _stands(cell: dict[str, str], raw: RawTable) -> bool:
    rows = raw.frame
    for column, code in cell.items():
        if column not in rows:
            return False
        rows = rows[rows[column] == code]
    return len(rows) == 1
