"""Why a share or a ratio changed: who is in it (composition), or what happens within groups (behaviour).

R = sum of w r over groups, w the part of a group in the denominator and r its own share or ratio. With one dimension
the change splits as in Kitagawa (1955, JASA 50): composition, the change of w times the mean r; behaviour, the change
of r times the mean w. With several dimensions that are crossed, w is a product of one factor for each dimension and
each factor's effect is the mean over all orders in which factors can change (Das Gupta 1993, US Census Bureau P23-186;
the Shapley value). The factors come from the same mean over orders of the marginal tables' logarithms. The parts add
up to the change but for floats.

Dimensions that are known separately, not crossed, cannot be split together: their effects overlap and must not be
added. Cells: a missing one, or a zero in a denominator, is refused and named; provisional and rounded ones are used,
and the parts have neither a rounding nor a process interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from math import comb

import numpy as np
import pandas as pd

from analysis.classifications.durations import duration_band
from analysis.classifications.groups import LONG_TERM
from analysis.classifications.selection import check_dimension
from analysis.cleaning.cells import read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CallError, CoverageError, DataError, did_you_mean, name_some
from analysis.measures.sources import STOCK_SOURCES, STOCK_TABLES
from analysis.missing import NOT_IN_SNAPSHOT, PRESENT
from analysis.snapshots.store import Snapshot
from analysis.summary import SelfDescribing

READS = STOCK_TABLES
BEHAVIOUR = "behaviour"
MOVERS = ("age", "sex", "origin")
_LONG_TERM = 60  # months
_UNKNOWN_PART = 0.02  # of the denominator that may have no known group


@dataclass(frozen=True, eq=False, repr=False)
class Decomposition(SelfDescribing):
    """A change of a share or ratio in parts that add up to it.

    ``before`` and ``after`` are the two values; ``parts`` has a row for each ``component`` (a dimension's name for its
    composition, ``behaviour`` for what happens within groups) with its ``value``.
    """

    before: float
    after: float
    parts: pd.DataFrame


def shapley(names: Sequence[str], value: Callable[[frozenset], np.ndarray]) -> dict[str, np.ndarray]:
    """Return for each name what it adds to ``value`` of a set of names, the mean over all orders of adding them.

    The parts add up to ``value(all) - value(none)`` (Shapley 1953).
    """
    sets = chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))
    known, parts = {frozenset(chosen): value(frozenset(chosen)) for chosen in sets}, {}
    for name in names:
        added = (
            (known[chosen | {name}] - known[chosen]) / (len(names) * comb(len(names) - 1, len(chosen)))
            for chosen in known
            if name not in chosen
        )
        parts[name] = sum(added)
    return parts


def decompose(before: pd.DataFrame, after: pd.DataFrame, by: Sequence[str], part: str, whole: str) -> Decomposition:
    """Split the change of ``part`` over ``whole`` into composition by each dimension, and behaviour.

    Parameters
    ----------
    before, after : DataFrame
        One row a cell: the columns of ``by``, and the two counts. Groups must not overlap and be the same in both.
    by : sequence of str
        The dimensions, crossed: every row has a group of each. With one it is Kitagawa's formula.
    part, whole : str
        Columns of counts: long-term persons and stock; outflow and inflow.

    Raises
    ------
    CallError
        When a column is missing, or a frame gives dimensions separately (columns ``dimension`` and ``group``).
    DataError
        When a cell occurs twice or in one of the two only, a count is missing, or a denominator is zero.
    """
    cells = [_checked(frame, list(by), part, whole) for frame in (before, after)]
    if not cells[0].index.equals(cells[1].index):
        names = name_some(cells[0].index.symmetric_difference(cells[1].index))
        raise DataError(f"cells {names}: expected the same before and after; join classes or leave both out.")
    names, rates = [*by, BEHAVIOUR], [(frame[part] / frame[whole]).to_numpy() for frame in cells]
    marginals = [_factors(frame[whole], list(by)) for frame in cells]
    factors = [of_groups | {BEHAVIOUR: rate} for of_groups, rate in zip(marginals, rates, strict=True)]

    def rate(changed: frozenset) -> np.ndarray:
        return np.prod([factors[name in changed][name] for name in names], axis=0)

    found = shapley(names, rate)
    totals = [float(frame[part].sum() / frame[whole].sum()) for frame in cells]
    parts = pd.DataFrame({"component": names, "value": [float(found[name].sum()) for name in names]})
    return Decomposition(*totals, parts)


def _checked(frame: pd.DataFrame, by: list[str], part: str, whole: str) -> pd.DataFrame:
    lacking = [name for name in (*by, part, whole) if name not in frame]
    if lacking and {"dimension", "group"} <= set(frame):
        raise CallError(
            f"{name_some(lacking)}: the frame gives dimensions separately, not crossed: their effects overlap and "
            "cannot be split together. Take one dimension at a time, or a table that crosses them."
        )
    if lacking or not by:
        raise CallError(f"columns {name_some(lacking or ['of by'])}: {did_you_mean(str(lacking), frame.columns)}.")
    if frame.duplicated(by).any():
        raise DataError(f"a cell of {name_some(by)} occurs twice: expected groups that do not overlap.")
    cells = frame.set_index(by)[[part, whole]].sort_index()
    wrong = cells[cells.isna().any(axis=1) | ~(cells[whole] > 0)]
    if len(wrong):
        raise DataError(
            f"{whole} or {part}: missing, or nothing to divide by, for {name_some(wrong.index)}; join classes."
        )
    return cells.astype(float)


def _factors(whole: pd.Series, by: list[str]) -> dict[str, np.ndarray]:
    """Return one factor for each dimension whose product is the part of each cell in the whole."""

    def log_marginal(kept: frozenset) -> np.ndarray:
        of_cells = whole.groupby(level=[name for name in by if name in kept]) if kept else whole.groupby(lambda _: 0)
        return np.log(of_cells.transform("sum").to_numpy())

    return {name: np.exp(part) for name, part in shapley(by, log_marginal).items()}


def crossed_stock(snapshot: Snapshot, by: Sequence[str], quarter: str) -> pd.DataFrame:
    """Return the stock and its part over five years in every crossing of groups at the end of a quarter.

    Parameters
    ----------
    snapshot : Snapshot
    by : sequence of {"age", "sex", "origin", "birth"}
    quarter : str

    Returns
    -------
    DataFrame
        ``<by>, stock, long`` (persons), ``quarter, tables``. People of unknown attributes are in no cell. A crossing
        without anyone is left out.

    Raises
    ------
    CallError
        When a dimension is unknown.
    CoverageError
        When no table crosses these dimensions at that quarter, or more than two percent are in no cell.
    """
    crossings = list(product(*(LONG_TERM[check_dimension(name, LONG_TERM)] for name in by)))
    names, at = name_some(by), pd.PeriodIndex([quarter], freq=FREQUENCY["quarter"])
    long, reasons = duration_band(_LONG_TERM), set()
    for table in [name for name, grain in STOCK_SOURCES if grain == "quarter" and name in snapshot]:
        cells = read_cells(snapshot, table, "quarter")
        try:
            total = group_column(cells, "stock", duration_band(0), at).value[0]
            rows = [
                [group_column(cells, "stock", groups[0], at, *groups[1:], *more) for more in ((), (long,))]
                for groups in crossings
            ]
        except CoverageError:
            continue
        reasons |= {str(column.missing[0]) for row in rows for column in row} - {PRESENT}
        if reasons:
            continue
        frame = pd.DataFrame([[group.name for group in groups] for groups in crossings], columns=by)
        frame = frame.assign(stock=[row[0].value[0] for row in rows], long=[row[1].value[0] for row in rows])
        if abs(total - frame["stock"].sum()) > _UNKNOWN_PART * total:
            raise CoverageError(f"table {table}, {quarter}: {names} do not add up to the total within 2 percent.")
        return frame[frame["stock"] > 0].assign(quarter=quarter, tables=table).reset_index(drop=True)
    raise CoverageError(
        f"snapshot {snapshot.name!r} does not cross {names} with duration at the end of {quarter} "
        f"(cells: {name_some(reasons) or 'no such table'}); take fewer dimensions, another quarter or another snapshot."
    )


def longterm_moved(snapshot: Snapshot, quarters: pd.PeriodIndex, by: Sequence[str] = MOVERS) -> pd.DataFrame:
    """Return why the share of the stock over five years changed from the first to the last of some quarters.

    Both ends are of the same quarter of the year, so that no season is between them.

    Returns
    -------
    DataFrame
        Tidy, labels ``component`` (the dimensions, ``behaviour``, and ``change``, their sum), ``first_period``,
        ``last_period``; quantity ``contribution_pp`` (percentage points). Where no table crosses the dimensions at both
        ends the values are missing with the reason ``not_in_snapshot``.
    """
    same = quarters[quarters.quarter == quarters[-1].quarter]
    ends, names = (str(same[0]), str(same[-1])), [*by, BEHAVIOUR]
    values, tables, missing = [np.nan] * (len(names) + 1), "", NOT_IN_SNAPSHOT
    try:
        cells = [crossed_stock(snapshot, by, end) for end in ends]
    except CoverageError:
        cells = []
    if cells and ends[0] < ends[1]:
        common = cells[0][[*by]].merge(cells[1][[*by]])  # a printed zero at one end has no share of its own
        found = decompose(*(frame.merge(common, on=[*by]) for frame in cells), by, "long", "stock")
        values = [*(100 * found.parts["value"]), 100 * (found.after - found.before)]
        tables, missing = ", ".join(sorted({each["tables"].iloc[0] for each in cells})), PRESENT
    labels = {"component": [*names, "change"], "first_period": ends[0], "last_period": ends[1], "tables": tables}
    numbers = {"quantity": "contribution_pp", "value": values, "value_lo": np.nan, "value_hi": np.nan}
    return pd.DataFrame(labels | numbers | {"missing": missing, "unit": "percentage points"})
