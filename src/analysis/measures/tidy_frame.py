"""The shape of every measure: one row a number, with its rounding interval, unit and denominator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from analysis.errors import CallError
from analysis.intervals.rounded import Rounded


def tidy_rows(
    column: Rounded,
    quantity: str,
    labels: Mapping[str, Iterable[Any]],
    denominator: str = "",
    tables: str | list[str] = "",
) -> pd.DataFrame:
    """Return a column of numbers as a tidy frame.

    Parameters
    ----------
    column : Rounded
        ``n`` numbers.
    quantity : str
        What they are.
    labels : mapping of str to iterable
        Columns that tell the ``n`` rows apart (period, dimension, group).
    denominator : str
        The quantity below the fraction bar, for a share, ratio or rate.
    tables : str or list of str
        Id of the table, or ids of the tables, that the cells come from; a list has one entry a row.

    Returns
    -------
    DataFrame
        The labels, then ``tables, quantity, value, value_lo, value_hi, unit, denominator, missing, status``.
        ``value_lo`` and ``value_hi`` bound the value by the rounding of the printed cells, exactly.
    """
    return pd.DataFrame(
        {
            **{name: list(values) for name, values in labels.items()},
            "tables": tables,
            "quantity": quantity,
            "value": column.value,
            "value_lo": column.lo,
            "value_hi": column.hi,
            "unit": column.unit,
            "denominator": denominator,
            "missing": column.missing,
            "status": column.status,
        }
    )


def combine(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return several tidy frames below each other."""
    return pd.concat(list(frames), ignore_index=True)


def tidy_columns(
    columns: Mapping[str, Rounded | tuple[Rounded, str]],
    labels: Mapping[str, Iterable[Any]],
    tables: str | list[str] = "",
) -> pd.DataFrame:
    """Return several quantities of the same rows below each other, as from `tidy_rows`.

    Parameters
    ----------
    columns : mapping of str to Rounded or (Rounded, str)
        Each quantity with its numbers; for a share, ratio or rate also its denominator.
    labels, tables
        As for `tidy_rows`.
    """
    pairs = {name: column if isinstance(column, tuple) else (column, "") for name, column in columns.items()}
    return combine(
        tidy_rows(column, name, labels, denominator, tables) for name, (column, denominator) in pairs.items()
    )


def pick(frame: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Return the rows of one quantity.

    Raises
    ------
    CallError
        When the frame does not hold the quantity.
    """
    rows = frame[frame["quantity"] == quantity]
    if rows.empty:
        raise CallError(
            f"quantity {quantity!r} is not in this table; it holds {', '.join(frame['quantity'].unique())}."
        )
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
