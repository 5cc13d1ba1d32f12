"""Every measure of every group that a snapshot has, by period: what the explorer lets a reader choose from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import TOTAL_GROUP, Group
from analysis.errors import CallError, CoverageError
from analysis.intervals.rounded import Rounded
from analysis.measures.answerable import known_groups
from analysis.measures.comparison import DIMENSIONS
from analysis.measures.fractions import MEASURES, fraction_of, periods_of
from analysis.measures.sources import stock_spans
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

COUNTS = {"outflow_ratio": ("outflow", "inflow"), "reinflow_share": ("reinflow", "")}
"""Measures whose numerator or denominator is a count that is shown by itself too."""
_COLUMNS = ["dimension", "group", "period", "quantity", "value", "value_lo", "value_hi", "unit", "tables"]


def explorable(snapshot: Snapshot) -> pd.DataFrame:
    """Return all measures that questions can ask, and the counts behind them, of all groups that have a figure.

    Returns
    -------
    DataFrame
        Tidy: ``dimension, group, period, quantity, value, value_lo, value_hi, unit, tables``; one row a figure, with
        its rounding interval. Shares and rates are fractions of one; the stock is persons at the end of a quarter.
    """
    frames = [frame for dimension in (TOTAL, *DIMENSIONS) for frame in _of_dimension(snapshot, dimension)]
    if not frames:
        return pd.DataFrame(columns=_COLUMNS)
    found = combine(frames)
    found = found[np.isfinite(found["value"])].drop_duplicates(["quantity", "dimension", "group", "period"])
    return found[_COLUMNS].reset_index(drop=True)


def _of_dimension(snapshot: Snapshot, dimension: str) -> Iterator[pd.DataFrame]:
    for measure, (_, denominator_name) in MEASURES.items():
        try:
            known = periods_of(snapshot, measure, dimension)
        except (CallError, CoverageError):
            continue
        for group in _groups(dimension):
            try:
                numerator, denominator, tables = fraction_of(snapshot, measure, group, known, dimension)
            except (CallError, CoverageError):
                continue
            columns: dict[str, Rounded | tuple[Rounded, str]] = {measure: (numerator / denominator, denominator_name)}
            counts = zip(COUNTS.get(measure, ()), (numerator, denominator), strict=False)
            columns |= {name: count for name, count in counts if name}
            labels = {"dimension": dimension, "group": group.name, "period": known.astype(str)}
            yield tidy_rows(columns, labels, tables)
            if measure == "inflow_rate":
                (stock,), names = stock_spans(snapshot, [known], group, dividing=dimension)
                yield tidy_rows({"stock": stock}, labels, names)


def _groups(dimension: str) -> list[Group]:
    return [TOTAL_GROUP] if dimension == TOTAL else list(known_groups(dimension))
