"""Hand-made tables and snapshots of a few cells, in the shape the library reads."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd

from analysis.measures.tidy_frame import pick
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.store import Snapshot
from analysis.snapshots.write import NewTable, write_snapshot
from analysis.workspace import open_snapshot

CREATED = "2026-11-21"


def row(frame: pd.DataFrame, quantity: str, **labels) -> dict:
    """Return the one row of a quantity that has these labels."""
    rows = pick(frame, quantity)
    for name, value in labels.items():
        rows = rows[rows[name] == value]
    (found,) = rows.to_dict("records")
    return found


def table(
    name: str,
    rows: list[dict],
    dimensions: dict[str, list[str]] | None = None,
    unit: str | dict[str, str] = "persons",
    rounding: float = 10,
    coverage: str = "partial",
    **measure,
) -> NewTable:
    """Return a table: rows of ``measure, <dimension>, period, value`` (and ``status``, ``rounding``), text or numbers.

    The codes of a dimension are its categories with a ``c:`` before them, so that a mix-up of the two shows.
    """
    dimensions = dimensions or {}
    frame = pd.DataFrame(rows).astype(str)
    for dimension in dimensions:
        frame[dimension] = "c:" + frame[dimension]
    codes = list(dict.fromkeys(frame["measure"]))
    units = dict.fromkeys(codes, unit) if isinstance(unit, str) else unit
    metadata = TableMetadata(
        dimensions=tuple(
            Dimension(d, d, tuple(Code(f"c:{category}", category, category) for category in categories))
            for d, categories in dimensions.items()
        ),
        measures=tuple(Measure(code, code, code, units[code], rounding, **measure) for code in codes),
        periods=dict.fromkeys(frame["period"], "final"),
        source_note="hand-made",
    )
    optional = [column for column in ("status", "rounding") if column in frame]
    return NewTable(
        id=name,
        title=name,
        platform="test",
        modified=None,
        retrieved=CREATED,
        coverage=coverage,
        licence="none",
        attribution="hand-made",
        metadata=metadata,
        frame=frame[[*metadata.columns(), *optional]],
    )


def cube(measure: str, period: str, dimensions: dict[str, dict[str, int]]) -> list[dict]:
    """Return one row for each category of each dimension, the others at their total; the values are given."""
    rows = []
    for dimension, values in dimensions.items():
        for category, value in values.items():
            others = {other: "total" for other in dimensions if other != dimension}
            rows.append({"measure": measure, dimension: category, **others, "period": period, "value": value})
    return rows


def crossing(measure: str, period: str, dimensions: dict[str, list[str]], value) -> list[dict]:
    """Return one row for every combination of categories; ``value`` is called with them."""
    return [
        {"measure": measure, **dict(zip(dimensions, found, strict=True)), "period": period, "value": value(*found)}
        for found in itertools.product(*dimensions.values())
    ]


def snapshot(folder: Path, *tables: NewTable, name: str = "tiny", kind: str = "dated") -> Snapshot:
    """Write these tables as a snapshot and open it."""
    write_snapshot(folder, name, kind, CREATED, list(tables))
    return open_snapshot(name, folder)


def national_flows(inflow: list[int], reinflow: list[int], outflow: list[int], first: str = "2019Q1") -> list[dict]:
    """Return rows of national quarterly flows from a first quarter on."""
    quarters = pd.period_range(first, periods=len(inflow), freq="Q-DEC")
    return [
        {"measure": flow, "sex": "total", "age": "total", "period": f"{q.year}KW0{q.quarter}", "value": value}
        for flow, values in (("inflow", inflow), ("reinflow", reinflow), ("outflow", outflow))
        for q, value in zip(quarters, values, strict=True)
    ]
