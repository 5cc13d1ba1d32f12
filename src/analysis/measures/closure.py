"""Whether the classes of a table add up to its totals, and whether what is left over is more than rounding explains.

A gap within rounding can be rounding alone; a larger one is a class that is not published: people whose attribute is
unknown are in the total alone (85617NED, 2023: born in the Netherlands and born abroad are 50 short).
"""

from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifications.categories import ABOVE_AOW, CATEGORIES, TOTAL, USUAL_TOTALS, finest
from analysis.classifications.regions import regions_of
from analysis.cleaning.cells import Cells, read_cells
from analysis.cleaning.numbers import parse_numbers
from analysis.errors import CoverageError
from analysis.intervals.comparison import BEYOND, WITHIN, zero_within_rounding
from analysis.missing import FINAL, IMPOSSIBLE, UNDECIDED, UNKNOWN
from analysis.snapshots.format import grain_of_code
from analysis.snapshots.store import Snapshot

UNCHECKED, SPAN = "cannot be checked", "years of its own"
_SHARES = ("percent", "ratio")  # of which the parts do not add up to the whole
_SEVERAL = ("provision", "persons")  # people with several kinds of provisions count in each kind, and once in the total
_COLUMNS = ("table", "measured", "dimension", "grain", "closure", "checks", "gap", "gap_lo", "gap_hi", "tables")


def closures(snapshot: Snapshot, tables: list[str]) -> pd.DataFrame:
    """Check every classification of these tables, the other dimensions at their total.

    Returns
    -------
    DataFrame
        One row for each ``table, measured, dimension, grain`` and outcome ``closure`` (`WITHIN`, `BEYOND`,
        `UNDECIDED`: a class or the total is missing; `UNCHECKED`: the table's classes do not cover its total, another
        dimension has no total, or a person can be in several classes): ``checks`` (periods), and of the
        gaps (total less classes, in the unit of the quantity) the largest: ``gap`` with ``gap_lo, gap_hi``; ``tables``.
        A dimension of which a quantity has nothing but a total has no row.
    """
    rows = []
    for table in tables:
        for grain in snapshot.metadata(table).grains():
            cells = read_cells(snapshot, table, grain)
            for dimension in cells.metadata.dimensions:
                rows += _of_dimension(cells, dimension.name, grain)
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def partition(dimension: str, known: list[str]) -> tuple[str, list[str]]:
    """Return a total among ``known`` and the finest classes that cover it and do not overlap; none where none do.

    The usual total goes first: bijstand up to the AOW age, where its classes are known. Where they are not (82015NED),
    that is a class itself, of the total of all ages.

    Unknown attributes belong to the total; where a table gives them, they are a class, and where it does not, their
    absence does not keep the others from being checked. A table without a class above the AOW age has a total up to
    the AOW age: its code for all ages (``10000``) says the same in 85615NED as in 85692NED, which has such a class.
    """
    if dimension == "region":  # of the levels that a table may have, provinces alone cover the country by their codes
        provinces = regions_of("province")
        return (TOTAL, provinces) if set(provinces) <= set(known) else ("", [])
    categories = CATEGORIES.get(dimension, {})
    for name in [name for name in USUAL_TOTALS if name in known and name in categories]:
        total = categories[name]
        chosen = finest(dimension, categories.keys() & known, {name, TOTAL})
        inside = [category for category in chosen if category.overlaps(total)]
        left = len(total.covers) - sum(len(category.covers) for category in inside)
        if "unknown" in categories.keys() - {category.name for category in inside}:
            left -= len(categories["unknown"].covers)
        if (dimension, name) == ("age", TOTAL) and ABOVE_AOW not in known:
            left -= len(categories[ABOVE_AOW].covers)
        if len(inside) > 1 and left <= 0:
            return name, [category.name for category in inside]
    return "", []


def holdings(snapshot: Snapshot, tables: list[str]) -> pd.DataFrame:
    """Return what the snapshot has of each table, by grain.

    Returns
    -------
    DataFrame
        ``table, title, coverage, grain, first_period, last_period``, ``cells`` and how many of them are ``unknown`` and
        ``impossible``, ``periods`` and how many of them are ``provisional``, and ``tables``. Periods that are no month,
        quarter or year have the grain ``years of its own``, of which the first and the last year are given.
    """
    rows = []
    for table in tables:
        metadata = snapshot.metadata(table)
        for grain in metadata.grains():
            cells = read_cells(snapshot, table, grain)
            rows.append(_holding(snapshot, table, grain, cells.frame, list(map(str, cells.periods))))
        if spans := sorted(code for code in metadata.periods if grain_of_code(code) == "other"):
            frame = snapshot.table(table).frame
            frame = frame[frame["period"].isin(spans)]
            frame = frame.assign(missing=parse_numbers(frame["value"])[1])
            rows.append(_holding(snapshot, table, SPAN, frame, spans))
    return pd.DataFrame(rows)


def _holding(snapshot: Snapshot, table: str, grain: str, frame: pd.DataFrame, periods: list[str]) -> dict[str, Any]:
    entry, years = snapshot.entry(table), slice(4) if grain == SPAN else slice(None)
    first, last = periods[0][years], periods[-1].rpartition("/")[2][years]
    row = {"table": table, "title": entry.title, "coverage": entry.coverage, "grain": grain}
    row |= {"first_period": first, "last_period": last, "cells": len(frame)}
    row |= {reason: int((frame["missing"] == reason).sum()) for reason in (UNKNOWN, IMPOSSIBLE)}
    provisional = frame.loc[frame["status"] != FINAL, "period"].nunique()
    return row | {"periods": len(periods), "tables": table, "provisional": provisional}


def _of_dimension(cells: Cells, dimension: str, grain: str) -> list[tuple]:
    codes = cells.classes[dimension]
    classes = [code for name, code in codes.items() if name not in USUAL_TOTALS]
    if dimension == "edition" or not classes:
        return []  # editions of a chart are no classes of a whole
    divided = set(cells.frame.loc[cells.frame[dimension].isin(classes), "measure"])  # documents print some totals alone
    rows = []
    for measure in cells.metadata.measures:
        if measure.unit not in _SHARES and measure.code in divided:
            total, parts = ("", []) if (dimension, measure.unit) == _SEVERAL else partition(dimension, list(codes))
            outcomes = _outcomes(cells, measure.quantity, dimension, total, parts)
            rows += [(cells.table, measure.quantity, dimension, grain, *outcome, cells.table) for outcome in outcomes]
    return rows


def _outcomes(cells: Cells, quantity: str, dimension: str, name: str, classes: list[str]) -> list[tuple]:
    """Return each outcome that occurs: its name, its number of periods, and its largest gap with both ends."""
    unchecked = [(UNCHECKED, len(cells.periods), np.nan, np.nan, np.nan)]
    if not classes:
        return unchecked
    try:
        total = cells.look_up(quantity, cells.periods, **{dimension: name})
    except CoverageError:
        return unchecked  # another dimension has no total
    gap = total - reduce(add, (cells.look_up(quantity, cells.periods, **{dimension: name}) for name in classes))
    found, rows = zero_within_rounding(gap), []
    for outcome in (WITHIN, BEYOND, UNDECIDED):
        having = found == outcome
        if having.any():
            at = int(np.argmax(np.where(having, np.nan_to_num(np.abs(gap.value)), -1.0)))
            rows.append((outcome, int(having.sum()), gap.value[at], gap.lo[at], gap.hi[at]))
    return rows
