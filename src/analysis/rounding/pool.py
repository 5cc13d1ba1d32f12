"""The cells that expressions refer to, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class CellPool:
    """Cells of one or more tables: printed value, interval and reason of absence, one entry a cell.

    ``key`` names the tables and ``sizes`` says how many cells each has. Equal keys mean the same cells.
    """

    key: tuple[str, ...]
    sizes: tuple[int, ...]
    value: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    missing: np.ndarray

    def join(self, other: CellPool) -> CellPool:
        """Return one pool with the cells of both; the cells of a table that is in both occur once."""
        fresh = [key for key in other.key if key not in self.key]
        if not fresh:
            return self
        parts = np.concatenate([np.arange(*other.span(key)) for key in fresh])
        return CellPool(
            key=self.key + tuple(fresh),
            sizes=self.sizes + tuple(other.sizes[other.key.index(key)] for key in fresh),
            value=np.concatenate([self.value, other.value[parts]]),
            lo=np.concatenate([self.lo, other.lo[parts]]),
            hi=np.concatenate([self.hi, other.hi[parts]]),
            missing=np.concatenate([self.missing, other.missing[parts]]),
        )

    def span(self, key: str) -> tuple[int, int]:
        """Return the positions of the cells of one table."""
        place = self.key.index(key)
        start = sum(self.sizes[:place])
        return start, start + self.sizes[place]

    def positions_in(self, pool: CellPool) -> np.ndarray:
        """Return, for each cell of this pool, its position in ``pool``."""
        return np.concatenate([np.arange(*pool.span(key)) for key in self.key])
