"""The cells that expressions refer to, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

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
    value: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    missing: np.ndarray
    status: np.ndarray

    @classmethod
    def of_ranges(cls, *columns: np.ndarray) -> CellPool:
        """Return numbers that are no cells of a table as a pool with its own key: value, lo, hi, missing, status."""
        return cls((f"ranges {next(_NUMBER)}",), (len(columns[0]),), *columns)

    def join(self, other: CellPool) -> CellPool:
        """Return one pool with the cells of both; the cells of a table that is in both occur once."""
        fresh = [key for key in other.key if key not in self.key]
        if not fresh:
            return self
        parts = np.concatenate([np.arange(*other.span(key)) for key in fresh])
        return CellPool(
            key=self.key + tuple(fresh),
            sizes=self.sizes + tuple(other.sizes[other.key.index(key)] for key in fresh),
            **{name: np.concatenate([getattr(self, name), getattr(other, name)[parts]]) for name in _COLUMNS},
        )

    def span(self, key: str) -> tuple[int, int]:
        """Return the positions of the cells of one table."""
        index = self.key.index(key)
        start = sum(self.sizes[:index])
        return start, start + self.sizes[index]

    def positions_in(self, pool: CellPool) -> np.ndarray:
        """Return, for each cell of this pool, its position in ``pool``."""
        return np.concatenate([np.arange(*pool.span(key)) for key in self.key])
