"""Two people's entries of one document, side by side: what they agree on, and every value in which they differ."""

from dataclasses import dataclass
from pathlib import Path

from analysis.checked_files import Record, read_csv, refuse
from analysis.errors import CallError
from analysis.register.formulas import split_derivations
from analysis.register.row_check import plain_numbers
from analysis.register.schema import CLAIM_FIELDS

_WHO = ("claim_id", "entered_by", "entered_on", "second_reader")
"""Columns in which two people differ without disagreeing."""
_PLACE = ("location", "quantity", "group", "period", "kind")
"""What names a number where the ids differ."""


@dataclass(frozen=True)
class EntryComparison:
    """What two entries have in common: how many rows, the values that differ, and the rows that one of them lacks."""

    shared: int
    lines: tuple[str, ...]


def compare_entries(one: Path, two: Path) -> EntryComparison:
    """Compare two entries of one document, row by row and column by column.

    Rows belong together when they have the same id, or else when they alone have the same location, quantity, group,
    period and kind. Numbers are compared as numbers, derivations without regard to blanks and order.

    Raises
    ------
    CallError
        When one of the files is missing, or both are the same file.
    DataError
        With a line for each fault of a file.
    """
    for path in (one, two):
        if not path.is_file():
            raise CallError(f"{path}: no such file; expected an entry of a document, CSV or workbook.")
    if one.resolve() == two.resolve():
        raise CallError(f"{one}: expected two files, found the same one twice.")
    faults: list[str] = []
    names = (one.name, two.name) if one.name != two.name else (str(one), str(two))
    first, second = (
        read_csv(path, CLAIM_FIELDS, faults, "claim_id", name, plain_numbers)
        for path, name in zip((one, two), names, strict=True)
    )
    refuse(faults)
    pairs = _pairs(first, second)
    differing = [line for pair in pairs for line in _differences(*pair)]
    paired = {id(record) for pair in pairs for record in pair}
    unpaired = [
        f"{each.position}: only in {each.file}: {_what(each)}" for each in [*first, *second] if id(each) not in paired
    ]
    return EntryComparison(len(pairs), (*differing, *unpaired))


def _pairs(first: list[Record], second: list[Record]) -> list[tuple[Record, Record]]:
    by_id = {each.name: each for each in second}
    pairs = [(each, by_id[each.name]) for each in first if each.name in by_id]
    paired = {id(record) for pair in pairs for record in pair}
    places: list[dict[tuple[str, ...], list[Record]]] = [{}, {}]
    for place, records in zip(places, (first, second), strict=True):
        for each in (record for record in records if id(record) not in paired):
            place.setdefault(tuple(each.values[name].casefold() for name in _PLACE), []).append(each)
    for key, found in places[0].items():
        others = places[1].get(key, [])
        if len(found) == len(others) == 1:
            pairs.append((found[0], others[0]))
    return pairs


def _differences(one: Record, two: Record) -> list[str]:
    columns = [name for name in CLAIM_FIELDS if name not in _WHO]
    differing = [name for name in columns if _compared(name, one) != _compared(name, two)]
    return [
        f"{one.position}: {name}: {one.values[name] or 'nothing'!r} and in {two.file}, line {two.line}, "
        f"{two.values[name] or 'nothing'!r}"
        for name in differing
    ]


def _compared(name: str, record: Record) -> object:
    text = record.values[name]
    if name in ("value", "precision", "source_rounding") and text:
        return float(text)
    if name in ("formula", "query"):
        return {"".join(each.split()) for each in split_derivations(text)}
    return " ".join(text.split())


def _what(record: Record) -> str:
    values = record.values
    return f"{values['quantity']}, {values['group']}, {values['period']}: {values['value'] or 'a statement'}"
