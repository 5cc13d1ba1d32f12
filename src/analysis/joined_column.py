"""Columns of several tables, one below the other, of which only the cells that are asked for are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class JoinedColumn:
    """A column in parts that stay where they are: a table has millions of cells, an expression a few hundred."""

    parts: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __getitem__(self, cells: np.ndarray) -> np.ndarray:
        """Return the cells at some positions of the whole column."""
        starts = starts_of(map(len, self.parts))
        of_part, found = part_of(cells, starts), np.empty(len(cells), np.result_type(*self.parts))
        for number in np.unique(of_part):
            chosen = of_part == number
            found[chosen] = self.parts[number][cells[chosen] - starts[number]]
        return found


Column = np.ndarray | JoinedColumn


def join_columns(one: Column, two: Column, chosen: Iterable[int]) -> JoinedColumn:
    """Return the parts of a column with some of another, by their numbers, below them."""
    parts = _parts(two)
    return JoinedColumn((*_parts(one), *(parts[number] for number in chosen)))


def starts_of(sizes: Iterable[int]) -> np.ndarray:
    """Return the position at which each of several parts begins."""
    return np.cumsum([0, *sizes])[:-1]


def part_of(cells: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the number of the part in which each cell is."""
    return np.searchsorted(starts, cells, side="right") - 1


def _parts(column: Column) -> tuple[np.ndarray, ...]:
    return column.parts if isinstance(column, JoinedColumn) else (column,)
