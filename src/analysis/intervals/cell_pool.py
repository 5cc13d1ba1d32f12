"""The cells that expressions refer to, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

from analysis.joined_column import Column, join_columns, part_of, starts_of

_COLUMNS = ("value", "lo", "hi", "missing", "status")
_NUMBER = count()


@dataclass(frozen=True, eq=False)
class CellPool:
    """Cells of one or more tables: printed value, interval, reason of absence and status, one entry a cell.

    ``key`` names the tables and ``sizes`` says how many cells each has. Equal keys mean the same cells. ``status`` is
    an index into `analysis.missing.STATUSES`.
    """

    key: tuple[str, ...]
    sizes: tuple[int, ...]
    value: Column
    lo: Column
    hi: Column
    missing: Column
    status: Column

    @classmethod
    def of_ranges(cls, *columns: np.ndarray) -> CellPool:
        """Return numbers that are no cells of a table as a pool with its own key: value, lo, hi, missing, status."""
        return cls((f"ranges {next(_NUMBER)}",), (len(columns[0]),), *columns)

    def join(self, other: CellPool) -> CellPool:
        """Return one pool with the cells of both; the cells of a table that is in both occur once."""
        fresh = [number for number, key in enumerate(other.key) if key not in self.key]
        if not fresh:
            return self
        return CellPool(
            key=self.key + tuple(other.key[number] for number in fresh),
            sizes=self.sizes + tuple(other.sizes[number] for number in fresh),
            **{name: join_columns(getattr(self, name), getattr(other, name), fresh) for name in _COLUMNS},
        )

    def positions_in(self, pool: CellPool, cells: np.ndarray) -> np.ndarray:
        """Return the positions in ``pool``, which has these tables too, of cells of this pool."""
        starts, own = dict(zip(pool.key, starts_of(pool.sizes), strict=True)), starts_of(self.sizes)
        return cells + (np.array([starts[key] for key in self.key]) - own)[part_of(cells, own)]
