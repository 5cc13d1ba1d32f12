"""What either platform says of a table, in one form."""

import re
from dataclasses import dataclass

from analysis.errors import CallError, DataError, name_some
from analysis.missing import FINAL, PROVISIONAL, REVISED_PROVISIONAL

STATUS_OF_WORD = {
    "Definitief": FINAL,
    "Voorlopig": PROVISIONAL,
    "NaderVoorlopig": REVISED_PROVISIONAL,
    "Nader voorlopig": REVISED_PROVISIONAL,
}
TIME = "TimeDimension"


@dataclass(frozen=True)
class WireCode:
    """A category: its code without the blanks that fill a column up, its title, and for a period its status."""

    code: str
    title: str
    status: str = ""


@dataclass(frozen=True)
class WireDimension:
    """A classification of a table: the name of its column, its title, its kind and its categories."""

    key: str
    title: str
    kind: str
    codes: tuple[WireCode, ...]


@dataclass(frozen=True)
class WireMeasure:
    """A measure: the name of its column (v3) or its identifier (v4), and the titles of the groups it stands in."""

    key: str
    title: str
    groups: tuple[str, ...]
    unit: str
    decimals: int


@dataclass(frozen=True)
class WireTable:
    """A table as a platform describes it; ``rows`` is how many its data should have, where it says so."""

    id: str
    title: str
    platform: str
    modified: str
    description: str
    dimensions: tuple[WireDimension, ...]
    measures: tuple[WireMeasure, ...]
    rows: int | None

    def __post_init__(self) -> None:
        times = sum(dimension.kind == TIME for dimension in self.dimensions)
        if times != 1 or not self.measures:
            raise DataError(
                f"table {self.id}: expected one dimension of periods and a measure, found {times} and "
                f"{len(self.measures)}."
            )

    @property
    def time(self) -> WireDimension:
        """The dimension of the periods."""
        return next(dimension for dimension in self.dimensions if dimension.kind == TIME)

    @property
    def others(self) -> tuple[WireDimension, ...]:
        """All other dimensions, by the name of their column: the platforms list them in different orders."""
        return tuple(sorted((d for d in self.dimensions if d.kind != TIME), key=lambda dimension: dimension.key))


def plain(title: str) -> str:
    """Return a title in lower case without anything but letters and digits.

    The column of a measure is named after its title on v3 (``WWUitkeringen_8``) and by a code of its own on v4
    (``M006400``); what they have in common is the title. (85615NED and 37789ksz, July 2026.)
    """
    return re.sub(r"[^a-z0-9]", "", title.lower())


def measure_codes(measures: tuple[WireMeasure, ...]) -> dict[str, str]:
    """Return for each measure's key the code under which it is kept, the same for both platforms.

    Raises
    ------
    DataError
        When two measures cannot be told apart by their titles and those of their groups.
    """
    short = [plain(measure.title) for measure in measures]
    codes = {}
    for measure, code in zip(measures, short, strict=True):
        whole = "-".join(plain(title) for title in (*measure.groups, measure.title))
        codes[measure.key] = code if short.count(code) == 1 else whole
    twice = sorted({code for code in codes.values() if list(codes.values()).count(code) > 1})
    if twice:
        raise DataError(f"measures: expected titles that tell them apart, found {name_some(twice)} more than once.")
    return codes


def wire_dimension(
    table: str, key: str, title: str, kind: str, codes: list[tuple[str, str, str | None]]
) -> WireDimension:
    """Return a dimension from its codes, titles and statuses as a platform gives them; periods alone have a status."""
    place = f"table {table}, {key}"
    return WireDimension(
        key,
        title.strip(),
        kind,
        tuple(
            WireCode(code.strip(), name.strip(), status_of(status, place) if kind == TIME else "")
            for code, name, status in codes
        ),
    )


def same_id(asked: str, found: str) -> str:
    """Return the id of a table; a CallError tells one that CBS spells otherwise."""
    if asked != found:
        raise CallError(f"table {asked!r}: CBS spells it {found!r}; ids are told apart by case.")
    return found


def status_of(word: str | None, place: str) -> str:
    """Return the status that CBS's word for it means; a DataError names a word that is not known."""
    if word in STATUS_OF_WORD:
        return STATUS_OF_WORD[word]
    raise DataError(f"{place}: expected a status of {name_some(STATUS_OF_WORD)}, found {word!r}.")
