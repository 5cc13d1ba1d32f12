"""Whether the classes of a table add up to its totals, and whether what is left over is more than rounding explains.

A gap within rounding says nothing; one beyond it is a class that is not published: people whose attribute is unknown
are in the total alone (85617NED, 2023: born in the Netherlands and born abroad are 50 short).
"""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from analysis.cleaning import CATEGORIES, Cells, overlap, read_cells
from analysis.errors import CoverageError
from analysis.measures.tidy import combine
from analysis.missing import PRESENT
from analysis.snapshots import Snapshot
from analysis.snapshots.categories import USUAL_TOTALS

WITHIN, BEYOND, UNDECIDED = "within rounding", "beyond rounding", "cannot be decided"
_SHARES = ("percent", "ratio")  # of which the parts do not add up to the whole
_COLUMNS = ("table", "measured", "dimension", "grain", "closure", "checks", "gap", "gap_lo", "gap_hi", "tables")


def closures(snapshot: Snapshot, tables: list[str]) -> pd.DataFrame:
    """Check every classification of these tables, the other dimensions at their total.

    Returns
    -------
    DataFrame
        One row for each ``table, measured, dimension, grain`` and outcome ``closure`` (`WITHIN`, `BEYOND`, or
        `UNDECIDED`: a class or the total is missing): ``checks`` (periods), and of the gaps (total less classes, in the
        unit of the quantity) the largest: ``gap`` with ``gap_lo, gap_hi``; ``tables``.
    """
    rows = []
    for table in tables:
        for grain in snapshot.metadata(table).grains():
            cells = read_cells(snapshot, table, grain)
            for dimension in cells.metadata.dimensions:
                rows += _of_dimension(cells, dimension.name, grain)
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def partition(dimension: str, known: list[str]) -> list[str]:
    """Return the finest classes among ``known`` that cover the total of a dimension and do not overlap, if there are.

    Unknown attributes belong to the total; where a table gives them, they are a class, and where it does not, their
    absence does not keep the others from being checked.
    """
    names = {category.name for category in CATEGORIES.get(dimension, ())}
    chosen: list[str] = []
    for name in sorted(names.intersection(known).difference(USUAL_TOTALS), key=lambda n: (_size(dimension, n), n)):
        if not any(overlap(dimension, name, other) for other in chosen):
            chosen.append(name)
    total = next((name for name in USUAL_TOTALS if name in known and name in names), None)
    if total is None or len(chosen) < 2:
        return []
    inside = [name for name in chosen if overlap(dimension, name, total)]
    unknown = _size(dimension, "unknown") if "unknown" in names - set(inside) else 0.0
    left = _size(dimension, total) - sum(_size(dimension, name) for name in inside)
    return inside if left <= unknown else []


def holdings(snapshot: Snapshot, tables: list[str]) -> pd.DataFrame:
    """Return what the snapshot holds of each table, grain by grain.

    Returns
    -------
    DataFrame
        ``table, title, coverage, grain, first_period, last_period``, ``cells`` and how many of them are ``unknown`` and
        ``impossible``, ``periods`` and how many of them are ``provisional``, and ``tables``.
    """
    frames = []
    for table in tables:
        entry = snapshot.entry(table)
        for grain in snapshot.metadata(table).grains():
            cells = read_cells(snapshot, table, grain)
            frame, periods = cells.frame, cells.periods
            reasons = frame["missing"].value_counts()
            row = {
                "table": table,
                "title": entry.title,
                "coverage": entry.coverage,
                "grain": grain,
                "first_period": str(periods[0]),
                "last_period": str(periods[-1]),
                "cells": len(frame),
                "unknown": int(reasons.get("unknown", 0)),
                "impossible": int(reasons.get("impossible", 0)),
                "periods": len(periods),
                "provisional": int(frame.loc[frame["status"] != "final", "period"].nunique()),
                "tables": table,
            }
            frames.append(pd.DataFrame([row]))
    return combine(frames)


def _size(dimension: str, name: str) -> float:
    covered = next(category.covers for category in CATEGORIES[dimension] if category.name == name)
    return covered[1] - covered[0] if isinstance(covered, tuple) else float(len(covered))


def _of_dimension(cells: Cells, dimension: str, grain: str) -> list[tuple]:
    classes, rows = partition(dimension, list(cells.categories(dimension))), []
    additive = [measure for measure in cells.metadata.measures if measure.unit not in _SHARES]
    for measure in additive if classes else ():
        try:
            total = cells.look_up(measure.quantity, cells.periods)
        except CoverageError:
            break  # another dimension has no total to stand at
        parts = reduce(add, (cells.look_up(measure.quantity, cells.periods, **{dimension: name}) for name in classes))
        gap = total - parts
        known = gap.missing == PRESENT
        inside = known & (gap.lo <= 0) & (gap.hi >= 0)
        for outcome, places in ((WITHIN, inside), (BEYOND, known & ~inside), (UNDECIDED, ~known)):
            if places.any():
                at = int(np.argmax(np.where(places, np.nan_to_num(np.abs(gap.value)), -1.0)))
                found = (gap.value[at], gap.lo[at], gap.hi[at])
                rows.append(
                    (cells.table, measure.quantity, dimension, grain, outcome, int(places.sum()), *found, cells.table)
                )
    return rows
