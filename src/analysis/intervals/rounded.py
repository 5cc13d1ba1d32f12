"""Columns of numbers that carry their rounding.

A printed cell stands for an interval (a count in tens lies within 5 of what is printed, and not below zero). A
`Rounded` column is built from cells by sums, differences and weights, and at most one division:

    constant + sum(num * x) / sum(den * x).

A cell that occurs several times is one unknown: it moves numerator and denominator together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.errors import MixedUnitsError, NotExactError
from analysis.intervals.cell_pool import CellPool
from analysis.intervals.linear_fractions import fraction_range, sum_range
from analysis.missing import NOT_IN_SNAPSHOT, PRESENT, REASONS, STATUSES, UNDEFINED


@dataclass(frozen=True, eq=False)
class Rounded:
    """A column of ``size`` numbers, each with the exact range that the rounding of its cells leaves it.

    Term ``k`` adds ``num[k]`` times cell ``cell[k]`` of the pool to the numerator of entry ``row[k]``, and ``den[k]``
    times that cell to its denominator. ``den`` is None for a sum.
    """

    pool: CellPool
    unit: str
    size: int
    row: np.ndarray
    cell: np.ndarray
    num: np.ndarray
    den: np.ndarray | None = None
    constant: float = 0.0

    @classmethod
    def of_cells(cls, pool: CellPool, cells: np.ndarray, unit: str) -> Rounded:
        """Return the cells at these positions of the pool, one entry each."""
        cells = np.asarray(cells, dtype=np.intp)
        return cls(pool, unit, len(cells), np.arange(len(cells)), cells, np.ones(len(cells)))

    @classmethod
    def absent(cls, size: int, unit: str) -> Rounded:
        """Return ``size`` entries without a value: they are not in the snapshot."""
        return cls.of_ranges(*np.full((3, size), np.nan), unit)

    @classmethod
    def of_ranges(
        cls, value: np.ndarray | float, lo: np.ndarray | float, hi: np.ndarray | float, unit: str, *sources: Rounded
    ) -> Rounded:
        """Return numbers whose ranges were found in another way.

        Each is an unknown of its own: nothing in it counts as the same as a cell elsewhere. ``sources`` are columns of
        the same size that the numbers were made of: where one of them is missing they are, for its reason, and they are
        as final as the least final of them. A NaN without such a reason is not in the snapshot.
        """
        value, lo, hi = (np.atleast_1d(np.asarray(each, float)) for each in (value, lo, hi))
        missing = np.where(np.isnan(value), NOT_IN_SNAPSHOT, PRESENT).astype(object)
        status = np.zeros(len(value), int)
        for source in reversed(sources):
            missing = np.where(source.missing == PRESENT, missing, source.missing)
            status = np.maximum(status, source._status_index)
        pool = CellPool.of_ranges(value, lo, hi, missing, status)
        return cls.of_cells(pool, np.arange(len(value)), unit)

    def __len__(self) -> int:
        return self.size

    def __add__(self, other: Rounded | float) -> Rounded:
        if not isinstance(other, Rounded):
            return replace(self, constant=self.constant + float(other))
        self.refuse_other_unit(other)
        if self.den is not None or other.den is not None:
            raise NotExactError("a fraction can be added to a constant only; form the sum before the division.")
        one, two = _aligned(self, other)
        constant = self.constant + other.constant
        return _merged(replace(one, constant=constant), (one.row, two.row), (one.cell, two.cell), (one.num, two.num))

    __radd__ = __add__

    def __neg__(self) -> Rounded:
        return replace(self, num=-self.num, constant=-self.constant)

    def __sub__(self, other: Rounded | float) -> Rounded:
        return self + (-other)

    def __mul__(self, factor: float) -> Rounded:
        return replace(self, num=self.num * float(factor), constant=self.constant * float(factor))

    __rmul__ = __mul__

    def __truediv__(self, other: Rounded | float) -> Rounded:
        if not isinstance(other, Rounded):
            return self * (1.0 / float(other))
        if self.den is not None or other.den is not None or self.constant or other.constant:
            raise NotExactError("only a sum of cells can be divided by a sum of cells.")
        one, two = _aligned(self, other)
        weights = (one.num, np.zeros(len(two.num))), (np.zeros(len(one.num)), two.num)
        unit = "ratio" if self.unit == other.unit else f"{self.unit} per {other.unit}"
        return _merged(replace(one, unit=unit), (one.row, two.row), (one.cell, two.cell), *weights)

    def percent(self) -> Rounded:
        """Return a ratio as a percentage."""
        return (self * 100.0).counted_as("percent")

    def counted_as(self, unit: str) -> Rounded:
        """Return the same numbers in another unit: a change of meaning, to be explained where it is made."""
        return replace(self, unit=unit)

    def take(self, entries: Iterable[int]) -> Rounded:
        """Return the entries at these positions, in this order; an entry may be taken more than once."""
        entries = np.asarray(list(entries), dtype=np.intp)
        order = np.argsort(self.row, kind="stable")
        starts = np.searchsorted(self.row[order], np.arange(self.size + 1))
        counts = np.diff(starts)[entries]
        first = np.repeat(starts[entries] - np.cumsum(counts) + counts, counts)
        picked = order[first + np.arange(counts.sum())]
        return replace(
            self,
            size=len(entries),
            row=np.repeat(np.arange(len(entries)), counts),
            cell=self.cell[picked],
            num=self.num[picked],
            den=None if self.den is None else self.den[picked],
        )

    def sum_by(self, groups: Iterable[int], size: int, weights: np.ndarray | float = 1.0) -> Rounded:
        """Return ``size`` sums: entry ``i``, times its weight, is added to sum ``groups[i]``."""
        if self.den is not None or self.constant:
            raise NotExactError("only sums of cells can be summed; form the sums before the division.")
        row = np.asarray(list(groups), dtype=np.intp)[self.row]
        weighted = self.num * np.broadcast_to(weights, self.size)[self.row]
        return _merged(replace(self, size=size), (row,), (self.cell,), (weighted,))

    def sum(self) -> Rounded:
        """Return the sum of all entries, as one entry."""
        return self.sum_by([0] * self.size, 1)

    @cached_property
    def value(self) -> np.ndarray:
        """The numbers as computed from the printed cells; NaN where a cell is missing."""
        cells = self.pool.value[self.cell]
        total = np.bincount(self.row, self.num * cells, minlength=self.size)
        if self.den is not None:
            total = np.divide(total, self._denominator, out=np.full(self.size, np.nan), where=self._denominator != 0)
        return total + self.constant

    @cached_property
    def _denominator(self) -> np.ndarray:
        return np.bincount(self.row, self.den * self.pool.value[self.cell], minlength=self.size)

    @property
    def lo(self) -> np.ndarray:
        """The lowest value that the intervals of the cells allow; -inf where the denominator may be zero."""
        return self._range[0]

    @property
    def hi(self) -> np.ndarray:
        """The highest value that the intervals of the cells allow; inf where the denominator may be zero."""
        return self._range[1]

    @cached_property
    def missing(self) -> np.ndarray:
        """The reason why an entry has no value, ``""`` where it has one."""
        reasons = np.full(self.size, PRESENT, dtype=object)
        of_terms = self.pool.missing[self.cell]
        for reason in reversed(REASONS):
            reasons[self.row[of_terms == reason]] = reason
        if self.den is not None:
            reasons[(reasons == PRESENT) & (self._denominator == 0)] = UNDEFINED
        return reasons

    @cached_property
    def status(self) -> np.ndarray:
        """How final each entry is: as final as the least final of its cells."""
        return np.array(STATUSES, dtype=object)[self._status_index]

    @cached_property
    def _status_index(self) -> np.ndarray:
        worst = np.zeros(self.size, dtype=int)
        np.maximum.at(worst, self.row, self.pool.status[self.cell])
        return worst

    @cached_property
    def _range(self) -> tuple[np.ndarray, np.ndarray]:
        lo, hi = self.pool.lo[self.cell], self.pool.hi[self.cell]
        if self.den is None:
            ends = sum_range(self.row, self.num, lo, hi, self.size)
        else:
            ends = fraction_range(self.row, self.num, self.den, lo, hi, self.size)
        present = self.missing == PRESENT
        return np.where(present, ends[0] + self.constant, np.nan), np.where(present, ends[1] + self.constant, np.nan)

    def refuse_other_unit(self, other: Rounded) -> None:
        """Raise a MixedUnitsError when ``other`` counts something else."""
        if self.unit != other.unit:
            raise MixedUnitsError(
                f"{self.unit} and {other.unit} are different quantities and cannot be added or compared; divide one by "
                "the other, or say with counted_as() what one is taken for."
            )


def together(one: Rounded, two: Rounded) -> tuple[Rounded, Rounded]:
    """Return both columns over one pool of cells."""
    pool = one.pool.join(two.pool)
    return tuple(  # type: ignore[return-value]
        column
        if column.pool.key == pool.key
        else replace(column, pool=pool, cell=column.pool.positions_in(pool, column.cell))
        for column in (one, two)
    )


def stack(parts: list[Rounded]) -> Rounded:
    """Return the entries of several columns one after another: one unit, sums with sums, fractions with fractions."""
    whole = parts[0]
    for part in parts[1:]:
        whole.refuse_other_unit(part)
        if (whole.den is None) != (part.den is None) or whole.constant != part.constant:
            raise NotExactError("columns of different form cannot be stacked; stack the sums before the division.")
        one, two = together(whole, part)
        whole = replace(
            one,
            size=one.size + two.size,
            row=np.concatenate([one.row, two.row + one.size]),
            cell=np.concatenate([one.cell, two.cell]),
            num=np.concatenate([one.num, two.num]),
            den=None if one.den is None else np.concatenate([one.den, two.den]),
        )
    return whole


def _aligned(one: Rounded, two: Rounded) -> tuple[Rounded, Rounded]:
    if one.size != two.size:
        raise NotExactError(f"columns of {one.size} and {two.size} entries cannot be combined; they must be aligned.")
    return together(one, two)


def _merged(column: Rounded, rows: tuple, cells: tuple, *weights: tuple) -> Rounded:
    """Return a column of these terms, in parts: a cell that occurs twice in an entry becomes one term."""
    size = len(column.pool.value)
    terms, index = np.unique(np.concatenate(rows) * size + np.concatenate(cells), return_inverse=True)
    num, *den = (np.bincount(index, np.concatenate(parts), minlength=len(terms)) for parts in weights)
    return replace(column, row=terms // size, cell=terms % size, num=num, den=den[0] if den else None)
