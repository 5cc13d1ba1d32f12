"""The frame of a table as a notebook gives it: completed, or refused in one line before any of it is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis.checked_files import refuse
from analysis.cleaning.periods import parse_period
from analysis.errors import CallError, DataError, name_some
from analysis.language.glossary import glossary
from analysis.missing import PRESENT, STATUSES
from analysis.report.table_spec import PERIODS, TIME, declared_tables

_ROW = "row"
"""What a column of row names is called that have no name themselves."""


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of one's own with its row names as columns, and a tidy one with the columns that it left out.

    Row names are an index that has a name or that holds no whole numbers: a count of rows is no name.
    """
    if isinstance(frame.index, pd.MultiIndex) or any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    elif len(frame) and not pd.api.types.is_integer_dtype(frame.index):
        frame = frame.rename_axis(_ROW).reset_index()
    if not isinstance(frame.columns, pd.MultiIndex):
        frame = frame.set_axis([str(name) if isinstance(name, int) else name for name in frame.columns], axis=1)
    for name in frame.columns.intersection(TIME):
        if pd.api.types.is_float_dtype(frame[name]) and (frame[name].dropna() % 1 == 0).all():
            frame = frame.assign(**{name: frame[name].astype("Int64")})  # a year is missing somewhere: 2021.0 is none
    if "quantity" in frame and "value" in frame:
        absent = {"value_lo": float("nan"), "value_hi": float("nan")}
        absent["missing"] = frame["value"].isna().map({True: "no_value", False: PRESENT})
        frame = frame.assign(**{name: value for name, value in absent.items() if name not in frame})
    return frame


def completed_table(name: str, frame: Any) -> pd.DataFrame:
    """Return the frame of a table as `complete` does, when a table can be made of it.

    Raises
    ------
    CallError
        With a line for each fault: no frame; column names that are no texts or stand there twice; the name of a table
        of a chapter with other columns; a column that means something in every table, with other values.
    """
    check_frame(f"table {name!r}", frame)
    frame = complete(frame)
    refuse([f"table {name!r}: {fault}" for fault in [*_undeclared(name, frame), *_misused(frame)]], CallError)
    return frame


def check_frame(what: str, frame: Any) -> None:
    """Raise a CallError for what is no frame, or has names of columns by which a number could not be found again."""
    if not isinstance(frame, pd.DataFrame):
        hint = "; a Series becomes one with .to_frame('value')" if isinstance(frame, pd.Series) else ""
        raise CallError(f"{what}: expected a DataFrame, found {type(frame).__name__}{hint}.")
    columns = [*(each for each in frame.index.names if each is not None), *frame.columns]
    odd = [each for each in columns if not isinstance(each, (str, int))]
    twice = [each for place, each in enumerate(columns) if each in columns[:place]]
    faults = [f"columns are named by texts, found {name_some(map(repr, odd), 3)}; set frame.columns."] if odd else []
    faults += [f"column {each!r} stands there twice; rename one." for each in dict.fromkeys(twice)]
    refuse([f"{what}: {fault}" for fault in faults], CallError)


def _undeclared(name: str, frame: pd.DataFrame) -> list[str]:
    """Return that a chapter has a table of this name with other columns."""
    spec = declared_tables().get(name)
    if spec is None or frame.empty:
        return []
    lacking = [column for column in spec.labels if column not in frame]
    found = set(frame["quantity"]) if "quantity" in frame else set(frame)
    if not lacking and spec.quantities and not found & set(spec.quantities):
        lacking = [*spec.quantities]
    return [f"a chapter's table of this name has {name_some(lacking)} too; choose another name."] if lacking else []


def _misused(frame: pd.DataFrame) -> list[str]:
    """Return which columns mean something in every table, and hold something else."""
    faults = []
    if "quantity" in frame and "value" not in frame:
        faults.append("a frame with a column 'quantity' has its numbers in 'value', which is not there.")
    reason = _is_reason if "quantity" in frame else _are_reasons
    for column in frame.columns.intersection(PERIODS):
        wrong = [each for each in frame[column].dropna().drop_duplicates() if not _is_period(each)]
        if wrong:
            faults.append(_other_name(column, "periods such as 2024-12, 2024Q4 or 2024", wrong[0]))
    for column, (expected, holds) in (_MEANS | {"missing": (_REASONS, reason)}).items():
        values = frame[column].drop_duplicates().tolist() if column in frame else []
        wrong = [each for each in values if not isinstance(each, str) or not holds(each)]
        if wrong:
            faults.append(_other_name(column, expected, wrong[0]))
    return faults


def _other_name(column: str, expected: str, found: Any) -> str:
    return f"column {column!r}: expected {expected}, found {found!r}; give a column of another meaning another name."


def _is_period(found: Any) -> bool:
    first, _, last = str(found).partition("/")  # of the test of a hypothesis: from one period to another (ISO 8601)
    try:
        parse_period(first)
        parse_period(last or first)
    except DataError:
        return False
    return True


def _is_reason(text: str) -> bool:
    return "=" not in text and ";" not in text


def _are_reasons(text: str) -> bool:
    return not text or all(part.count("=") == 1 for part in text.split("; "))


_REASONS = "the reason why a number is missing, or of several 'stock=unknown; inflow=unknown'"
_MEANS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "status": (name_some(STATUSES), ("", *STATUSES).__contains__),
    "tables": ("names of tables as text", lambda _: True),
    "verdict": (name_some(glossary()["verdicts"]), lambda text: text in glossary()["verdicts"]),
}
"""Columns that mean something in every table: what they hold, and whether a text is that."""
