"""The counts that regions are compared by, and the counts that a rounded one may stand for."""

from dataclasses import dataclass, fields

import numpy as np

from analysis.errors import CallError, CoverageError, DataError

BINOMIAL, POISSON = FAMILIES = ("binomial", "poisson")
"""How counts vary by chance: as a part of the exposure (persons of inhabitants), or as a number that may exceed it.

Both take what is counted for independent. Provisions are less so than persons: one person can have several.
"""
_STEPS = 10
"""A range of rounding is divided into so many steps: those between whole numbers for counts in tens."""


@dataclass(frozen=True, eq=False)
class RegionCounts:
    """Counts of R regions of one level, an entry a region.

    Attributes
    ----------
    count, lo, hi : ndarray, shape (R,)
        A printed count (persons, benefits, provisions), and the range that its rounding leaves.
    exposure : ndarray, shape (R,)
        What it is divided by: inhabitants, households or recipients. Taken as exact.

    Raises
    ------
    DataError
        When shapes differ, a number is missing or negative, a count lies outside its range, or an exposure is zero.
    """

    count: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    exposure: np.ndarray

    def __post_init__(self) -> None:
        columns = [np.atleast_1d(np.asarray(getattr(self, each.name), float)) for each in fields(self)]
        for each, column in zip(fields(self), columns, strict=True):
            object.__setattr__(self, each.name, column)
        shapes = {column.shape for column in columns}
        if len(shapes) > 1 or columns[0].ndim != 1:
            raise DataError(f"counts of regions: expected four columns of one length, found {sorted(shapes)}.")
        wrong = ~np.isfinite(columns).all(axis=0) | (self.lo < 0) | (self.exposure <= 0)
        wrong |= (self.count < self.lo) | (self.count > self.hi)
        if wrong.any():
            at = int(np.argmax(wrong))
            found = ", ".join(f"{each.name} {column[at]:g}" for each, column in zip(fields(self), columns, strict=True))
            raise DataError(
                f"counts of regions: {int(wrong.sum())} of {len(wrong)} cannot be used, the first is number {at} "
                f"({found}). Leave out regions without a figure, and give each count with its range of rounding."
            )

    def __len__(self) -> int:
        return len(self.count)

    @property
    def rate(self) -> np.ndarray:
        """The printed rate: count over exposure."""
        return self.count / self.exposure

    @property
    def rounding_variance(self) -> np.ndarray:
        """The variance of the rounding error of each count: that of a uniform distribution over its range."""
        return (self.hi - self.lo) ** 2 / 12

    def take(self, regions: np.ndarray) -> "RegionCounts":
        """Return the counts of some regions, by their positions or as a mask."""
        return RegionCounts(*(getattr(self, each.name)[regions] for each in fields(self)))

    def possible(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the counts that the printed ones may stand for, (S, R), and the logarithm of their weights, (S, 1).

        All within the range are taken as equally likely before the model is asked, the two ends half as much: a count
        at an end may have been rounded either way.
        """
        step = np.linspace(0, 1, _STEPS + 1)[:, None]
        numbers = self.lo + step * (self.hi - self.lo)
        weight = np.full(step.shape, 1.0 / _STEPS)
        weight[[0, -1]] /= 2
        return numbers, np.log(weight)


def counted(counts: RegionCounts, family: str) -> RegionCounts:
    """Return counts as a family takes them: a part of the exposure that rounding lifted above it is all of it.

    Raises a CallError for no such family, a DataError for more persons than exposure whatever the rounding.
    """
    if family not in FAMILIES:
        raise CallError(f"family {family!r}: expected one of {', '.join(FAMILIES)}.")
    if family == POISSON:
        return counts
    if (counts.lo > counts.exposure).any():
        at = int(np.argmax(counts.lo > counts.exposure))
        raise DataError(
            f"region number {at}: {counts.count[at]:g} of {counts.exposure[at]:g} is no part of a whole; "
            "for a count that may exceed what it is divided by, use the family 'poisson'."
        )
    count, hi = (np.minimum(each, counts.exposure) for each in (counts.count, counts.hi))
    return RegionCounts(count, counts.lo, hi, counts.exposure)


def require_regions(counts: RegionCounts, fewest: int, what: str) -> None:
    """Raise a CoverageError where there are too few regions for a model, or nobody is counted in any."""
    if len(counts) < fewest:
        raise CoverageError(f"{what} needs {fewest} regions of one level at least, found {len(counts)}.")
    if not counts.count.any():
        raise CoverageError(f"{what} needs a region with somebody counted, found 0 in all {len(counts)}.")
