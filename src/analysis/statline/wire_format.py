"""The description of a table in one form, whichever platform it is from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from analysis.errors import CallError, DataError, name_some
from analysis.missing import FINAL, PROVISIONAL, REVISED_PROVISIONAL
from analysis.statline.retry import TransientError, UnreachableError

STATUS_OF_WORD = {
    "Definitief": FINAL,
    "Voorlopig": PROVISIONAL,
    "NaderVoorlopig": REVISED_PROVISIONAL,
    "Nader voorlopig": REVISED_PROVISIONAL,
}
TIME, REGIONS = "TimeDimension", ("GeoDimension", "GeoDetail")
DIMENSIONS = ("Dimension", TIME, *REGIONS)
_STUB = "tijdelijknietbeschikbaar"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")


@dataclass(frozen=True)
class WireCode:
    """A category: its code without the blanks that fill a column up, its title, and for a period its status.

    ``group`` is the id or title of the group it stands in, ``description`` CBS's explanation.
    """

    code: str
    title: str
    status: str = ""
    group: str = ""
    description: str = ""


@dataclass(frozen=True)
class WireDimension:
    """A classification of a table: the name of its column, its title, its kind and its categories."""

    key: str
    title: str
    kind: str
    codes: tuple[WireCode, ...]


@dataclass(frozen=True)
class WireMeasure:
    """A measure: its column (v3) or identifier (v4, csv), and the titles of the groups it stands in.

    ``code`` is what it is kept under, the same on every platform; a measure whose cells are words is a ``text``.
    """

    key: str
    title: str
    groups: tuple[str, ...]
    unit: str
    decimals: int
    text: bool = False
    code: str = ""


@dataclass(frozen=True)
class WireTable:
    """A table as a platform describes it.

    ``announced`` is how many rows (v3) or cells (v4, csv) its data should have, where that is known; ``kept`` are the
    keys of the measures that it is pulled for, all of them when there are none; ``notes`` are on what is odd.
    """

    id: str
    title: str
    platform: str
    modified: str | None
    description: str
    dimensions: tuple[WireDimension, ...]
    measures: tuple[WireMeasure, ...]
    announced: int | None
    kept: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [*(each.key for each in self.dimensions), *(each.key for each in self.measures), self.title]
        if any(title_key(name).startswith(_STUB) for name in names):
            raise UnreachableError(f"table {self.id}: CBS has replaced it by a note that it is not available for now.")
        times = sum(dimension.kind == TIME for dimension in self.dimensions)
        if times > 1 or not self.numbers:
            raise DataError(
                f"table {self.id}: expected one dimension of periods and a measure, found {times} and "
                f"{len(self.numbers)}."
            )
        if not times:
            object.__setattr__(self, "dimensions", (*self.dimensions, _time_of_title(self.id, self.title)))
        object.__setattr__(self, "measures", with_codes(self.measures))

    @property
    def time(self) -> WireDimension:
        """The dimension of the periods; its key is empty where the table has none and its title names the one."""
        return next(dimension for dimension in self.dimensions if dimension.kind == TIME)

    @property
    def others(self) -> tuple[WireDimension, ...]:
        """All other dimensions, by the name of their column: the platforms list them in different orders."""
        return tuple(sorted((d for d in self.dimensions if d.kind != TIME), key=lambda dimension: dimension.key))

    @property
    def regions(self) -> WireDimension | None:
        """The dimension of the regions, where there is one."""
        return next((dimension for dimension in self.dimensions if dimension.kind in REGIONS), None)

    @property
    def numbers(self) -> tuple[WireMeasure, ...]:
        """The measures that the table is pulled for."""
        return tuple(each for each in self.measures if not each.text and (not self.kept or each.key in self.kept))

    @property
    def texts(self) -> tuple[WireMeasure, ...]:
        """The topics whose cells are words."""
        return tuple(measure for measure in self.measures if measure.text)

    @property
    def crossing(self) -> int:
        """How many rows (v3) or cells (v4, csv) there are when every combination of codes has one."""
        cells = 1
        for dimension in self.dimensions:
            cells *= len(dimension.codes)
        return cells if self.platform == "v3" else cells * len(self.measures)


def title_key(title: str) -> str:
    """Return a title in lower case without anything but letters and digits.

    The column of a measure is named after its title on v3 (``WWUitkeringen_8``) and by a code of its own on v4
    (``M006400``); what they have in common is the title. (85615NED and 37789ksz, July 2026.)
    """
    return re.sub(r"[^a-z0-9]", "", title.lower())


def with_codes(measures: Iterable[WireMeasure]) -> tuple[WireMeasure, ...]:
    """Return measures with the code under which each is kept: its title, with those of its groups where needed.

    Raises
    ------
    DataError
        When two measures cannot be distinguished by their titles and those of their groups.
    """
    measures = tuple(measures)
    short = [title_key(measure.title) for measure in measures]
    codes = []
    for measure, code in zip(measures, short, strict=True):
        whole = "-".join(title_key(title) for title in (*measure.groups, measure.title))
        codes.append(code if short.count(code) == 1 else whole)
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise DataError(f"measures: expected titles that distinguish them, found {name_some(twice)} more than once.")
    return tuple(replace(measure, code=code) for measure, code in zip(measures, codes, strict=True))


def wire_dimension(
    key: str, title: str, kind: str, codes: Iterable[tuple[str, str, str | None, str | None, str | None]]
) -> WireDimension:
    """Return a dimension from the fields of its codes, in the order of `WireCode`, as a platform gives them.

    Texts lose the blanks around them; periods alone have a status.
    """
    stripped = (
        WireCode(
            code.strip(),
            label.strip(),
            (status or "") if kind == TIME else "",
            group or "",
            (description or "").strip(),
        )
        for code, label, status, group, description in codes
    )
    return WireDimension(key, title.strip(), kind, tuple(stripped))


def same_id(asked: str, found: str) -> str:
    """Return the id of a table; a CallError names one that CBS spells otherwise."""
    if asked != found:
        raise CallError(f"table {asked!r}: CBS spells it {found!r}; ids differ by case.")
    return found


def whole_number(value: object) -> int | None:
    """Return a number of rows, None where a platform gives none (null, a word, a negative number)."""
    text = str(value)
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def change_date(value: object) -> str | None:
    """Return the date of a table's last change; None where a platform gives none."""
    return value if isinstance(value, str) and _DATE.fullmatch(value) else None


def check_list(rows: object, name: str) -> list[dict]:
    """Return the rows of a list when each is there once under its own name."""
    try:
        names = [row[name] for row in rows]  # type: ignore[union-attr]
        distinct = set(names)
    except (KeyError, TypeError) as fault:
        raise TransientError(f"not a list of rows ({fault!r})") from fault
    if len(distinct) != len(names):
        raise TransientError("expected each row once, found some twice")
    return rows  # type: ignore[return-value]


def _time_of_title(table: str, title: str) -> WireDimension:
    """Return the period that the title of a table without periods names (85984NED: key figures of 2024)."""
    years = sorted(set(re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", title)))
    if len(years) != 1:
        raise DataError(
            f"table {table}: expected periods, or one year in its title, found {name_some(years) or 'none'} ({title})."
        )
    return WireDimension("", "", TIME, (WireCode(f"{years[0]}JJ00", years[0], "Definitief"),))
