"""The grid of a sweep: the parameters of every run, as a call or a file gives them, patterns spelled out."""

import csv
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis.checked_files import refuse
from analysis.errors import CallError, name_some
from analysis.table_files import TableFileError, read_rows

MANY = 10_000
"""Runs that a sweep may have unasked."""
Row = dict[str, str]
Allowed = Callable[[str, Row], Iterable[Any]]
"""Returns what a parameter may be in a row, nothing when that cannot be listed."""


def read_grid(given: Row, file: Path | None, allowed: Allowed, sure: bool = False) -> list[Row]:
    """Return the rows of a grid: values as texts, by the name of the parameter.

    Parameters
    ----------
    given : dict of str to str
        For each parameter of the call ``A,B,...``; the values of several are crossed, and with the rows of the file.
    file : Path, optional
        CSV or Parquet, a column for each parameter and a row for each run.
    allowed : callable
        What ``*`` in a value can stand for.
    sure : bool
        Whether more than `MANY` runs are meant.

    Raises
    ------
    CallError
        When the grid cannot be read, is empty or has too many runs, or a pattern matches nothing.
    """
    if not given and not file:
        raise CallError("expected a grid: -p KEY=A,B,... or --grid FILE; one run is `bijstand report --notebook NAME`.")
    values = {name: split_values(name, text) for name, text in given.items()}
    rows = _file_rows(file) if file else [{}]
    both = [name for name in values if name in rows[0]]
    refuse([f"-p {name}: the grid file has a column {name} too; give it once." for name in both], CallError)
    _check_size(len(rows) * math.prod(map(len, values.values())), sure)
    crossed = (
        row | dict(zip(values, each, strict=True)) for row in rows for each in itertools.product(*values.values())
    )
    found: list[Row] = []
    for row in itertools.chain.from_iterable(_spelled_out(each, allowed) for each in crossed):
        found.append(row)
        _check_size(len(found), sure)
    return found


def _check_size(runs: int, sure: bool) -> None:
    if runs > MANY and not sure:
        raise CallError(f"the grid has more than {MANY} runs; add --yes when all of them are meant.")


def split_values(name: str, text: str) -> list[str]:
    """Return the values of ``A,B,...``; one that has a comma of its own stands between double quotes."""
    try:
        (values,) = csv.reader([text], skipinitialspace=True, strict=True) if text else [[""]]
    except (csv.Error, ValueError) as fault:
        raise CallError(f'-p {name}: expected values such as A,B or "A, with a comma",B; {fault}.') from fault
    values = [value.strip() for value in values]
    twice = [value for value, count in Counter(values).items() if count > 1]
    refuse([f"-p {name}: {name_some(map(repr, twice))} stands there twice; give it once."] if twice else [], CallError)
    return values


def _file_rows(path: Path) -> list[Row]:
    """Return the rows of a grid file as texts."""
    try:
        header, rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (OSError, TableFileError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise CallError(f"--grid {path}: cannot be read ({reason}); expected CSV or Parquet.") from fault
    faults = [
        f"--grid {path}: column {name!r} is no name of a parameter." for name in header if not name.isidentifier()
    ]
    faults += [
        f"--grid {path}: column {name!r} is the index of a data frame; write it with index=False."
        for name in header
        if name.startswith("__index_level_")
    ]
    faults += [f"--grid {path}: column {name} stands there twice." for name in {*header} if header.count(name) > 1]
    faults += [
        f"--grid {path}, row {number}: expected {len(header)} values, found {len(row)}."
        for number, row in enumerate(rows, 1)
        if len(row) != len(header)
    ]
    faults += [] if rows else [f"--grid {path}: expected a row for each run, found none."]
    refuse(faults[:5], CallError)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _csv(path: Path) -> tuple[list[str], list[list[str]]]:
    lines = [row for _, row in read_rows(path)]
    return (lines[0], lines[1:]) if lines else ([], [])


def _parquet(path: Path) -> tuple[list[str], list[list[str]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException as fault:
        raise TableFileError(str(fault).splitlines()[0]) from fault
    columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in table.columns]
    return table.column_names, [list(row) for row in zip(*columns, strict=True)]


def _spelled_out(row: Row, allowed: Allowed) -> Iterator[Row]:
    """Return the rows that a row with patterns stands for; that of the snapshot first, on which others depend."""
    patterns = sorted((name for name, value in row.items() if "*" in value), key=lambda name: name != "snapshot")
    for name in patterns:
        known = [str(value) for value in allowed(name, row)]
        if not known:  # a free text, such as a hypothesis, may have a star
            continue
        meant = re.compile(".*".join(map(re.escape, row[name].split("*"))), re.DOTALL)
        matching = [value for value in known if value and meant.fullmatch(value)]
        if not matching:
            named = name_some(filter(None, known), 12)
            raise CallError(f"parameter {name}: nothing matches {row[name]!r}; known: {named}.")
        for value in matching:
            yield from _spelled_out(row | {name: value}, allowed)
        return
    yield row
