"""Why a share or a ratio changed: who is in it (composition), or what happens within groups (behaviour).

R = sum of w r over groups, w the part of a group in the denominator and r its own share or ratio. With one dimension
the change splits as in Kitagawa (1955, JASA 50): composition, the change of w times the mean r; behaviour, the change
of r times the mean w. With several dimensions that are crossed, w is a product of one factor for each dimension and
each factor's effect is the mean over all orders in which factors can change (Das Gupta 1993, US Census Bureau P23-186;
the Shapley value). The factors come from the same mean over orders of the marginal tables' logarithms. The parts add
up to the change but for floats.

The process interval of a part is that of chance: each count as Poisson, by the delta method. Those who are long-term at
the second moment and were there at the first count at both, so that the two counts move together; of those who may be
long-term by then (``eligible``) each is taken as likely to be still there.

Dimensions that are known separately, not crossed, cannot be split together: their effects overlap and must not be
added. Cells: a missing one, or a zero in a denominator, is refused and named; provisional and rounded ones are used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, combinations, product
from math import comb

import numpy as np
import pandas as pd

from analysis.classifications.durations import duration_band
from analysis.classifications.groups import LONG_TERM
from analysis.classifications.selection import check_dimension
from analysis.cleaning.cells import Cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CallError, CoverageError, DataError, did_you_mean, name_some
from analysis.measures.sources import STOCK_TABLES, check_total, quarterly_stocks
from analysis.missing import NOT_IN_SNAPSHOT, PRESENT
from analysis.models.dispersion import PROCESS, check_confidence, normal
from analysis.snapshots.store import Snapshot
from analysis.summary import SelfDescribing

READS = STOCK_TABLES
BEHAVIOUR, CHANGE = "behaviour", "change"
_STEP = 1e-4
"""Of a cell: the step of numerical derivatives."""
MOVERS = ("age", "sex", "origin")
_LONG_TERM = 60  # months
_ENDS = ["value", "value_lo", "value_hi"]


@dataclass(frozen=True, eq=False, repr=False)
class Decomposition(SelfDescribing):
    """A change of a share or ratio in parts that add up to it.

    ``before`` and ``after`` are the two values; ``parts`` has a row for each ``component`` (a dimension's name for its
    composition, ``behaviour`` for what happens within groups, ``change`` for their sum) with its ``value`` and its
    process interval ``value_lo, value_hi``.
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


def decompose(
    before: pd.DataFrame, after: pd.DataFrame, by: Sequence[str], part: str, whole: str, confidence: float = 0.95
) -> Decomposition:
    """Split the change of ``part`` over ``whole`` into composition by each dimension, and behaviour.

    Parameters
    ----------
    before, after : DataFrame
        One row a cell: the columns of ``by``, and the two counts. Groups must not overlap and be the same in both.
        ``before`` may have ``eligible``: how many of the whole may be in the part at the second moment (of a stock,
        those who will have been there for long enough by then); without it nobody is taken to count at both moments.
    by : sequence of str
        The dimensions, crossed: every row has a group of each. With one it is Kitagawa's formula.
    part, whole : str
        Columns of counts: long-term persons and stock, the part being of the whole.
    confidence : float

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
    counts = np.array([[frame[part], frame[whole] - frame[part]] for frame in cells])
    split = partial(_split, by=list(by), codes=_codes(cells[0].index, list(by)))
    eligible = (
        before.set_index(list(by))["eligible"].reindex(cells[0].index).to_numpy(float) if "eligible" in before else None
    )
    eligible = None if eligible is None or np.isnan(eligible).any() else eligible
    value, half_width = (
        split(counts),
        normal(check_confidence(confidence)) * np.sqrt(_variance(split, counts, eligible)),
    )
    ends = {"value": value, "value_lo": value - half_width, "value_hi": value + half_width}
    totals = [float(frame[part].sum() / frame[whole].sum()) for frame in cells]
    return Decomposition(*totals, pd.DataFrame({"component": [*by, BEHAVIOUR, CHANGE], **ends}))


def _split(counts: np.ndarray, by: list[str], codes: dict[frozenset, np.ndarray]) -> np.ndarray:
    """Return the parts and their sum from counts: of both moments, in the part and not, by cell (2, 2, cells)."""
    names, rates = [*by, BEHAVIOUR], counts[:, 0] / counts.sum(axis=1)
    factors = [
        _factors(whole, by, codes) | {BEHAVIOUR: rate} for whole, rate in zip(counts.sum(axis=1), rates, strict=True)
    ]

    def rate_of(changed: frozenset) -> np.ndarray:
        return np.prod([factors[name in changed][name] for name in names], axis=0)

    found = shapley(names, rate_of)
    parts = np.array([found[name].sum() for name in names])
    return np.append(parts, parts.sum())


def _variance(split: Callable[[np.ndarray], np.ndarray], counts: np.ndarray, eligible: np.ndarray | None) -> np.ndarray:
    """Return the variance by chance of each part: the sum of g^2 n, and of 2 g1 g2 n of those at both moments."""
    step = _STEP * counts.sum(axis=1, keepdims=True).repeat(2, axis=1)
    slopes = []
    for at in np.ndindex(counts.shape):
        moved = np.zeros_like(counts)
        moved[at] = step[at]
        slopes.append((split(counts + moved) - split(counts - moved)) / (2 * step[at]))
    slope = np.array(slopes).reshape(*counts.shape, -1)
    variance = (slope**2 * counts[..., None]).sum(axis=(0, 1, 2))
    if eligible is None:
        return variance
    (was, _), (now, _) = counts
    still = np.minimum(1.0, now / np.maximum(eligible, 1.0))  # of those who may be long-term by now
    both = np.array([still * was, still * np.maximum(eligible - was, 0.0)])
    return variance + 2 * (slope[0] * slope[1, :1] * both[..., None]).sum(axis=(0, 1))


def _codes(cells: pd.Index, by: list[str]) -> dict[frozenset, np.ndarray]:
    """Return for each set of dimensions the group of each cell, as numbers from zero."""
    frame = cells.to_frame(index=False)
    sets = chain.from_iterable(combinations(by, size) for size in range(len(by) + 1))
    return {
        frozenset(kept): frame.groupby(list(kept)).ngroup().to_numpy() if kept else np.zeros(len(frame), int)
        for kept in sets
    }


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


def _factors(whole: np.ndarray, by: list[str], codes: dict[frozenset, np.ndarray]) -> dict[str, np.ndarray]:
    """Return one factor for each dimension whose product is the part of each cell in the whole."""

    def log_marginal(kept: frozenset) -> np.ndarray:
        return np.log(np.bincount(codes[kept], whole)[codes[kept]])

    return {name: np.exp(part) for name, part in shapley(by, log_marginal).items()}


def crossed_stock(snapshot: Snapshot, by: Sequence[str], quarter: str, eligible: int | None = None) -> pd.DataFrame:
    """Return the stock and its part over five years in every crossing of groups at the end of a quarter.

    Parameters
    ----------
    snapshot : Snapshot
    by : sequence of {"age", "sex", "origin", "birth"}
    quarter : str
    eligible : int, optional
        Months of duration beyond which persons are counted as ``eligible`` too.

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
    for cells in quarterly_stocks(snapshot):
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
        frame = frame if eligible is None else frame.assign(eligible=_eligible(cells, crossings, at, eligible))
        check_total(f"table {cells.table}, {quarter}: {names}", total, frame["stock"].sum())
        return frame[frame["stock"] > 0].assign(quarter=quarter, tables=cells.table).reset_index(drop=True)
    raise CoverageError(
        f"snapshot {snapshot.name!r} does not cross {names} with duration at the end of {quarter} "
        f"(cells: {name_some(reasons) or 'no such table'}); take fewer dimensions, another quarter or another snapshot."
    )


def _eligible(cells: Cells, crossings: list[tuple], at: pd.PeriodIndex, months: int) -> np.ndarray | float:
    """Return the stock beyond so many months in each crossing; NaN where the table has no such classes."""
    try:
        band = () if months == 0 else (duration_band(months),)
        columns = [group_column(cells, "stock", groups[0], at, *groups[1:], *band) for groups in crossings]
    except CoverageError:
        return np.nan
    return np.array([column.value[0] for column in columns])


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
    ends, names = (str(same[0]), str(same[-1])), [*by, BEHAVIOUR, CHANGE]
    values, tables, missing = pd.DataFrame(np.nan, range(len(names)), _ENDS), "", NOT_IN_SNAPSHOT
    months = _LONG_TERM - 12 * (same[-1].year - same[0].year)
    try:
        cells = [crossed_stock(snapshot, by, ends[0], months if months >= 0 else None)]
        cells.append(crossed_stock(snapshot, by, ends[1]))
    except CoverageError:
        cells = []
    if cells and ends[0] < ends[1]:
        common = cells[0][[*by]].merge(cells[1][[*by]])  # a printed zero at one end has no share of its own
        found = decompose(*(frame.merge(common, on=[*by]) for frame in cells), by, "long", "stock")
        values = 100 * found.parts[_ENDS]
        tables, missing = ", ".join(sorted({each["tables"].iloc[0] for each in cells})), PRESENT
    labels = {"component": names, "first_period": ends[0], "last_period": ends[1], "tables": tables}
    about = {"quantity": "contribution_pp", "interval": PROCESS, "missing": missing, "unit": "percentage points"}
    return values.assign(**labels | about)[[*labels, "quantity", *_ENDS, "interval", "missing", "unit"]]
