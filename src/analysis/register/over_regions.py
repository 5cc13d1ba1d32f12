"""What is computed over all regions of a level: their figures are looked up in a snapshot, the models do the rest."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pandas as pd

from analysis.errors import CallError, CoverageError, DataError
from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Interval
from analysis.intervals.rounded import Rounded
from analysis.measures.regional_map import RegionalMap, levels_of, map_of
from analysis.measures.regions import figures
from analysis.missing import NOT_IN_SNAPSHOT
from analysis.models.regions.associations import Association, explained_share, rank_correlation
from analysis.register.formulas import level_of_cell
from analysis.snapshots.store import Snapshot


@dataclass(frozen=True)
class Sampled(Interval):
    """A number about regions: its interval is for regions like these (95%), not of rounding.

    Ends at infinity, and NaN for the value, stand for a share of differences that may all be chance and rounding, or,
    of no regions, for a model without a solution.
    """

    level: str
    regions: int


def over_regions(node: Node, snapshot: Snapshot) -> tuple[Sampled | None, tuple[str, ...]]:
    """Return what a node of the kinds `OVER_REGIONS` gives, or None with the cells that are missing and why.

    The regions are those of the map of the year that the first cell is of. Figures of merged municipalities are added
    up; regions that lack one of the figures are left out, as long as half of them have all.
    """
    names = list(dict.fromkeys(str(each.value) for each in node.walk() if each.kind == "cell"))
    level, year = level_of_cell(names[0]), pd.Period(names[0].split(" | ")[3]).year
    known = level in levels_of(snapshot)
    absent = [name for name in names if not known or name.split(" | ")[0] not in snapshot]
    if absent:
        return None, tuple(f"{name} ({NOT_IN_SNAPSHOT})" for name in absent)
    try:
        regions = map_of(snapshot, level, year)
        figures_of = cache(partial(_figures, snapshot, regions))
        for name in names:
            with suppress(CoverageError):  # a characteristic that no region has may be left out; damaged data never
                figures_of(name)
        found = _found(node, figures_of)
    except (CallError, CoverageError) as fault:
        return None, (f"{names[0]} ({fault})",)
    ends = (found.lo, found.hi) if np.isfinite(found.value) else (-np.inf, np.inf)
    return Sampled(found.value, *map(float, ends), level, found.regions), ()


FiguresOf = Callable[[str], Rounded]


def _found(node: Node, figures_of: FiguresOf) -> Association:
    """Return a number about regions; of none, and without a value, when its model has no solution."""
    try:
        return _STATISTICS[node.kind](node, figures_of)
    except CoverageError:
        raise
    except DataError:
        return Association(*[float("nan")] * 3, regions=0)


def _figures(snapshot: Snapshot, regions: RegionalMap, name: str) -> Rounded:
    table, quantity, _, period = name.split(" | ")
    column = figures(snapshot, table, quantity, "", regions, [pd.Period(period)])
    return column * 1000 if column.unit.startswith("thousand ") else column


def _rank_correlation(node: Node, figures_of: FiguresOf) -> Association:
    return rank_correlation(*(_values(part, figures_of) for part in node.parts))


def _explained_share(node: Node, figures_of: FiguresOf) -> Association:
    """Return the share that is explained; a characteristic that its table does not measure is left out."""
    rate, *background = node.parts
    count, exposure = (figures_of(str(part.value)) for part in rate.parts)
    covariates = {}
    for number, part in enumerate(background):
        try:
            covariates[str(number)] = _values(part, figures_of)
        except CoverageError:
            covariates[str(number)] = np.full(len(count), np.nan)
    return explained_share(count, exposure, pd.DataFrame(covariates))


_STATISTICS = {"rank_correlation": _rank_correlation, "explained_share": _explained_share}


def _values(node: Node, figures_of: FiguresOf) -> np.ndarray:
    """Return a figure of each region, NaN where one that it is computed from is missing or divided by zero."""
    if node.kind == "number":
        return np.array(float(node.value))
    if node.kind == "cell":
        return figures_of(str(node.value)).value
    first, *others = (_values(part, figures_of) for part in node.parts)
    for other in others:
        first = _OPERATORS[node.kind](first, other)
    return first


def _ratio(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    return np.divide(one, two, out=np.full(np.broadcast(one, two).shape, np.nan), where=two != 0)


_OPERATORS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": _ratio}
