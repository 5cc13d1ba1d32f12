"""The shape of every measure: one row a number, with its rounding interval, unit and denominator."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifications.groups import Group
from analysis.errors import CallError
from analysis.intervals.rounded import Rounded


def tidy_rows(
    columns: Mapping[str, Rounded | tuple[Rounded, str]], labels: Mapping[str, Any], tables: str | list[str] = ""
) -> pd.DataFrame:
    """Return columns of numbers as a tidy frame, the quantities below each other.

    Parameters
    ----------
    columns : mapping of str to Rounded or (Rounded, str)
        Each quantity with its ``n`` numbers; for a share, ratio or rate also the name of its denominator.
    labels : mapping of str to iterable or scalar
        Columns that distinguish the ``n`` rows (period, dimension, group); a single value holds for all rows.
    tables : str or list of str
        Id of the table, or ids of the tables, that the cells come from; a list has one entry a row.

    Returns
    -------
    DataFrame
        The labels, then ``tables, quantity, value, value_lo, value_hi, unit, denominator, missing, status``.
        ``value_lo`` and ``value_hi`` bound the value by the rounding of the printed cells, exactly.
    """
    shared = {name: value if np.isscalar(value) else list(value) for name, value in labels.items()}
    frames = []
    for quantity, given in columns.items():
        column, denominator = given if isinstance(given, tuple) else (given, "")
        numbers = {"value": column.value, "value_lo": column.lo, "value_hi": column.hi, "unit": column.unit}
        reasons = {"denominator": denominator, "missing": column.missing, "status": column.status}
        frames.append(pd.DataFrame({**shared, "tables": tables, "quantity": quantity, **numbers, **reasons}))
    return combine(frames)


def join_tables(names: Iterable[str]) -> str:
    """Return ids of tables, each once, as one text; a name may hold several ids with commas between them."""
    return ", ".join(dict.fromkeys(table for name in names for table in name.split(", ") if table))


def group_labels(groups: Iterable[Group]) -> dict[str, list[str]]:
    """Return the labels ``dimension, group`` of rows that are groups."""
    return {"dimension": [group.dimension for group in groups], "group": [group.name for group in groups]}


def combine(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return several tidy frames below each other."""
    return pd.concat(list(frames), ignore_index=True)


def pick(frame: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Return the rows of one quantity.

    Raises
    ------
    CallError
        When the frame does not have the quantity.
    """
    rows = frame[frame["quantity"] == quantity]
    if rows.empty:
        raise CallError(f"quantity {quantity!r} is not in this table; it has {', '.join(frame['quantity'].unique())}.")
    return rows.reset_index(drop=True)


def wide(frame: pd.DataFrame, labels: list[str], quantities: list[str]) -> pd.DataFrame:
    """Return one row for each combination of labels, with ``q, q_lo, q_hi`` for every quantity ``q``.

    The order of the rows is that of their first appearance.
    """
    keys = frame[labels].drop_duplicates(ignore_index=True)
    for quantity in quantities:
        rows = pick(frame, quantity)[[*labels, "value", "value_lo", "value_hi"]]
        names = {"value": quantity, "value_lo": f"{quantity}_lo", "value_hi": f"{quantity}_hi"}
        keys = keys.merge(rows.rename(columns=names), how="left", on=labels, validate="one_to_one")
    return keys
