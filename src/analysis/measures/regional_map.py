"""The regions of one level on one day, as the table of persons by region lists them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from analysis.classifications.categories import TOTAL
from analysis.classifications.regions import COUNTRY, level_of
from analysis.errors import CallError, CoverageError, name_some
from analysis.measures.reorganisations import Part, exists, parts_on, refuse_ended
from analysis.measures.sources import PERSONS_BY_REGION
from analysis.snapshots.format import Code
from analysis.snapshots.store import Snapshot

READS = (PERSONS_BY_REGION,)


@dataclass(frozen=True, eq=False)
class RegionalMap:
    """The regions of a level that there are on a day, in the order of their codes.

    ``parent`` is the province of a municipality, where the table names it. ``parts`` are those that a region was made
    of, by its code; ``ends`` the first and the last day of a region as its table tells them.
    """

    level: str
    day: str
    codes: tuple[str, ...]
    names: dict[str, str]
    parent: dict[str, str]
    parts: dict[str, list[Part]] = field(default_factory=dict)
    ends: dict[str, tuple[str, str]] = field(default_factory=dict)

    def merged_since(self, day: str) -> list[str]:
        """Return the codes whose figures of that day are those of several regions added up."""
        return [code for code in self.codes if any(self.lives(part.code, day) for part in self.parts.get(code, ()))]

    def lives(self, code: str, day: str) -> bool:
        """Tell whether a region is one on a day (``2024-12-31``)."""
        return _lives(code, day, *self.ends.get(code, ("", "")))


def _lives(code: str, day: str, first: str, end: str) -> bool:
    return exists(code, day) and first <= day and (not end or day < end)


def levels_of(snapshot: Snapshot) -> list[str]:
    """Return the levels of the persons by region, from the country down."""
    return list(dict.fromkeys(level for code in _codes(snapshot) if (level := level_of(code))))


@lru_cache(maxsize=64)
def map_of(snapshot: Snapshot, level: str, year: int) -> RegionalMap:
    """Return the regions of a level that there are at the end of a year; a second call returns the same object.

    Raises
    ------
    CoverageError
        When the table of persons by region has none.
    """
    day = f"{year}-12-31"
    listed = _codes(snapshot)
    ends = {
        code: (each.attributes.get("valid_from", ""), each.attributes.get("valid_until", ""))
        for code, each in listed.items()
    }
    here = [
        code for code, (first, end) in sorted(ends.items()) if level_of(code) == level and _lives(code, day, first, end)
    ]
    if not here:
        raise CoverageError(
            f"snapshot {snapshot.name!r}, table {PERSONS_BY_REGION}: no region of level {level!r} in {year}; it has "
            f"{name_some(levels_of(snapshot)) or 'none'}."
        )
    names = {code: each.label for code, each in listed.items()}
    parents = {code: listed[code].attributes.get("parent", "") for code in here}
    parts = parts_on(day) if level == "municipality" else {}
    return RegionalMap(level, day, tuple(here), names, parents, parts, ends)


def _codes(snapshot: Snapshot) -> dict[str, Code]:
    """Return the regions of the table of persons, the country under its code."""
    if PERSONS_BY_REGION not in snapshot:
        return {}
    (regions,) = [each for each in snapshot.metadata(PERSONS_BY_REGION).dimensions if each.name == "region"]
    return {COUNTRY if each.category == TOTAL else each.category or each.code: each for each in regions.codes}


def check_region(snapshot: Snapshot, code: str, year: int) -> str:
    """Return the level of a region that the table of persons has at the end of a year.

    Raises
    ------
    CallError
        In one line, when there is no such code, the table lacks it or its level, or it has been merged away by then.
    """
    level = level_of(code)
    if not level or level == "country":
        raise CallError(f"region {code!r}: expected a code such as GM0344 or PV26; the whole country is an empty text.")
    refuse_ended(code, f"{year}-12-31")
    if level not in levels_of(snapshot):
        raise CallError(
            f"region {code}: table {PERSONS_BY_REGION} of snapshot {snapshot.name!r} has no {level.replace('_', ' ')}; "
            f"it has {name_some(levels_of(snapshot)) or 'none'}."
        )
    known = map_of(snapshot, level, year).codes
    if code not in known:
        raise CallError(
            f"region {code} is not in table {PERSONS_BY_REGION} at the end of {year}; known: {name_some(known)}."
        )
    return level
