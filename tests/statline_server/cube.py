"""A table: dimensions, measures and cells, with rows that can be taken by number without holding dicts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

# What a cell shows that was not given while its row is there, by the ``Default`` of its measure.
DEFAULTS = {"Missing": ".", "Impossible": "", "Zero": "0"}
UNKNOWN, IMPOSSIBLE = ".", ""


class Code(NamedTuple):
    """A code of a dimension: ``status`` for periods alone, ``group`` the id of a group of the dimension."""

    key: str
    title: str
    status: str | None = None
    group: str | None = None
    description: str = ""


class Group(NamedTuple):
    """A group of codes or of measures, perhaps inside another."""

    id: str
    title: str
    parent: str | None = None


@dataclass(frozen=True, eq=False)
class Dimension:
    """A dimension; ``kind`` is ``Dimension``, ``TimeDimension`` or ``GeoDimension``.

    In v3 a code is padded with blanks to the column width: the longest code and ``extra`` more. Periods are not.
    """

    key: str
    title: str
    codes: tuple[Code, ...]
    kind: str = "Dimension"
    groups: tuple[Group, ...] = ()
    extra: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", tuple(Code(*code) for code in self.codes))

    @cached_property
    def padded(self) -> list[str]:
        """The codes as v3 gives them."""
        width = 0 if self.kind == "TimeDimension" else max(len(code.key) for code in self.codes) + self.extra
        return [code.key.ljust(width) for code in self.codes]

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each code, by its key without blanks."""
        return {code.key: number for number, code in enumerate(self.codes)}


@dataclass(frozen=True, eq=False)
class Measure:
    """A measure: its key in v3, its id in v4, and what both tell of it."""

    key: str
    id: str
    title: str
    unit: str = "aantal"
    decimals: int = 0
    datatype: str = "Long"
    group: str | None = None
    default: str = "Missing"

    @property
    def text(self) -> bool:
        """Whether its cells are words."""
        return self.datatype == "String"


class Listed(NamedTuple):
    """A group or measure with its number in the listing of the table, which starts at the dimensions."""

    number: int
    item: Group | Measure


@dataclass(frozen=True, eq=False)
class Cube:
    """A table.

    ``cells`` maps ``(measure key, *codes)`` to text: a plain number, ``.`` (unknown) or nothing (impossible).
    A combination of codes without any cell has no row. ``cells=None`` makes a full crossing of generated numbers.
    ``surplus`` is what the announced number of rows or cells has too many. With ``numbered_by_crossing`` the ids of v4
    are places in the crossing, as in 80072ned (2020), else they count the observations.
    """

    id: str
    title: str
    modified: str | None
    period: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    cells: Mapping[tuple[str, ...], str] | None = None
    groups: tuple[Group, ...] = ()
    frequency: str = "Perkwartaal"
    surplus: int | None = 0
    numbered_by_crossing: bool = False

    def announced(self, found: int) -> int | None:
        """Return the number that is announced for so many; None where none is."""
        return None if self.surplus is None else found + self.surplus

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """How many codes each dimension has."""
        return tuple(len(dimension.codes) for dimension in self.dimensions)

    @cached_property
    def rows(self) -> np.ndarray:
        """The places in the full crossing, last dimension fastest, of the rows that are there."""
        places = np.arange(np.prod(self.shape, dtype=np.int64))
        return places if self.cells is None else places[(self._table[1] >= 0).any(axis=0)]

    @cached_property
    def pools(self) -> list[list[str]]:
        """The different texts of each measure; ``choose`` tells which of them a cell shows."""
        return _generated_pools(self.measures) if self.cells is None else self._table[0]

    def choose(self, measure: int, places: np.ndarray) -> np.ndarray:
        """Return which text of its pool the measure shows at places of the crossing."""
        if self.cells is not None:
            return self._table[1][measure, places]  # -1 is the last of the pool: the default of the measure
        mixed = (places.astype(np.uint64) + np.uint64(measure * 7_919 + 1)) * np.uint64(2_654_435_761)
        return ((mixed >> np.uint64(11)) % np.uint64(len(self.pools[measure]))).astype(np.int64)

    def listing(self) -> Iterator[Listed]:
        """Yield groups and measures as the table lists them: a group comes just before its first member."""
        groups = {group.id: group for group in self.groups}
        seen: set[str] = set()
        number = len(self.dimensions)
        for measure in self.measures:
            chain, parent = [], measure.group
            while parent is not None and parent not in seen:
                seen.add(parent)
                chain.append(groups[parent])
                parent = groups[parent].parent
            for item in [*reversed(chain), measure]:
                yield Listed(number, item)
                number += 1

    @cached_property
    def _table(self) -> tuple[list[list[str]], np.ndarray]:
        """Pools of text, and for every measure and place of the crossing the number in the pool, -1 without cell."""
        places = {measure.key: number for number, measure in enumerate(self.measures)}
        pools: list[dict[str, int]] = [{} for _ in self.measures]
        strides = [int(np.prod(self.shape[at + 1 :], dtype=np.int64)) for at in range(len(self.shape))]
        table = np.full((len(self.measures), int(np.prod(self.shape, dtype=np.int64))), -1, dtype=np.int64)
        for (key, *codes), text in (self.cells or {}).items():
            measure = places[key]
            steps = zip(self.dimensions, codes, strides, strict=True)
            place = sum(dimension.place[code] * stride for dimension, code, stride in steps)
            table[measure, place] = pools[measure].setdefault(text, len(pools[measure]))
        return [[*pool, DEFAULTS[m.default]] for pool, m in zip(pools, self.measures, strict=True)], table


def replace_cells(cube: Cube, changes: Mapping[tuple[str, ...], str | None]) -> Cube:
    """Return the cube with other cells; None takes a cell away. A generated cube has no cells to replace."""
    if cube.cells is None:
        raise ValueError(f"{cube.id} is generated: it holds no cells")
    cells = {**cube.cells, **changes}
    return dataclasses.replace(cube, cells={key: text for key, text in cells.items() if text is not None})


def with_modified(cube: Cube, modified: str) -> Cube:
    """Return the cube as of another date of change."""
    return dataclasses.replace(cube, modified=modified)


def _generated_pools(measures: tuple[Measure, ...]) -> list[list[str]]:
    """Return texts to draw from: one in 1,999 unknown, one impossible, the rest tens below a million."""
    texts = [UNKNOWN, IMPOSSIBLE, *(str(number * 37 % 99_999 * 10) for number in range(1_997))]
    return [texts for _ in measures]


def generated_cube(rows: int, measures: int = 3, table: str = "99001NED") -> Cube:
    """Return a large cube of exactly so many rows: a full crossing of five dimensions and generated numbers."""
    left, dimensions = rows, []
    sizes = {"Perioden": 168, "Leeftijd": 9, "Herkomstland": 6, "Geslacht": 4}
    for key, most in sizes.items():
        size = max(number for number in range(1, most + 1) if left % number == 0)
        left //= size
        if key == "Perioden":
            codes = tuple(
                (f"{2000 + n // 12}MM{n % 12 + 1:02}", f"{2000 + n // 12} {n % 12 + 1}", "Definitief")
                for n in range(size)
            )
            dimensions.append(Dimension(key, key, codes, "TimeDimension"))
        else:
            codes = tuple((f"{10_000 + 10 * n}", f"{key} {n}") for n in range(size))
            dimensions.append(Dimension(key, key, codes, extra=2))
    regions = Dimension("RegioS", "Regio's", tuple((f"GM{n:04}", f"Gemeente {n}") for n in range(left)), "GeoDimension")
    return Cube(
        id=table,
        title="Gegenereerde tabel",
        modified="2026-06-12T02:00:00",
        period="2000 januari - 2013 december",
        dimensions=(*reversed(dimensions[1:]), regions, dimensions[0]),
        measures=tuple(Measure(f"Getal{n}_{n}", f"M{n:06}", f"Getal {n}") for n in range(1, measures + 1)),
        frequency="Permaand",
    )
