"""Known errors of CBS, and which of them a snapshot has.

They are reported, not corrected: a bank holds what CBS served. An entry that no longer matches is reported as well.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.checked_files import SOME_TEXT, Field, one_of, read_yaml, refuse
from analysis.errors import DataError
from analysis.missing import UNDECIDED
from analysis.snapshots.store import RawTable, Snapshot

HAS_IT, BEFORE, CORRECTED = "has it", "before it", "corrected"
_DATE = r"\d{4}-\d{2}-\d{2}"
_FIELDS = dict.fromkeys(("id", "table", "reason", "source"), Field(SOME_TEXT))
_FIELDS |= {"since": Field(_DATE, "a date such as '2025-02-01'"), "largest": Field(kind=float, optional=True)}
_FIELDS |= {"status": one_of(("open", "acknowledged", "fixed_upstream"))}
_FIELDS |= dict.fromkeys(("reason_nl", "source_nl"), Field(SOME_TEXT, optional=True))
_FIELDS |= {"until": Field(_DATE, "a date such as '2025-02-01'", optional=True)}
_FIELDS |= dict.fromkeys(("measures", "periods", "classes", "expect"), Field(kind=list, optional=True))


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
    reason_nl: str = ""
    source_nl: str = ""


def known_errors(path: Path) -> list[KnownError]:
    """Read the known errors (``data/corrections.yml``).

    Raises
    ------
    DataError
        With a line for each entry that is not what it has to be.
    """
    faults: list[str] = []
    entries = read_yaml(path, _FIELDS, faults)
    faults += [
        f"{entry.position}: expected until, the date from which it is fixed, found none."
        for entry in entries
        if entry.values.get("status") == "fixed_upstream" and not entry.values.get("until")
    ]
    refuse(faults)
    return [_known(entry.values) for entry in entries]


def _known(entry: dict[str, Any]) -> KnownError:
    lists = {name: tuple(entry.get(name, ())) for name in ("measures", "periods", "classes")}
    expect = tuple({key: str(value) for key, value in cell.items()} for cell in entry.get("expect", ()))
    return KnownError(**{**entry, **lists, "expect": expect})


def state_of(error: KnownError, snapshot: Snapshot) -> str | None:
    """Return whether a snapshot has an error: `HAS_IT`, `BEFORE`, `CORRECTED` or `UNDECIDED`.

    CBS's date of change decides; where it is not known, the days on which the cells stood so at CBS, when all of them
    lie on one side. None when the snapshot does not hold the table.

    Raises
    ------
    DataError
        When a state that should have the error does not have the figures by which it is recognised.
    """
    if error.table not in snapshot:
        return None
    modified = snapshot.entry(error.table).modified
    days = (modified[:10],) if modified else snapshot.metadata(error.table).as_of
    states = {_state_on(day, error) for day in days}
    if states != {HAS_IT}:
        return states.pop() if len(states) == 1 else UNDECIDED
    raw = snapshot.table(error.table)
    missing = [cell for cell in error.expect if not _stands(cell, raw)]
    if missing:
        raise DataError(
            f"{raw.name}: known error {error.id} no longer matches: expected {missing[0]}. "
            "CBS may have corrected it; bring data/corrections.yml up to date."
        )
    return HAS_IT


def _state_on(day: str, error: KnownError) -> str:
    """Return the state of an error on a day, or in a month or year (``2025-02``, ``2025``) if it was one throughout."""
    since, until = error.since[: len(day)], error.until[: len(day)]
    if day < since:
        return BEFORE
    if until and (day > until or day == error.until):
        return CORRECTED
    return UNDECIDED if len(day) < len(error.since) and day in (since, until) else HAS_IT


def _stands(cell: dict[str, str], raw: RawTable) -> bool:
    rows = raw.frame
    for column, code in cell.items():
        if column not in rows:
            return False
        rows = rows[rows[column] == code]
    return len(rows) == 1
