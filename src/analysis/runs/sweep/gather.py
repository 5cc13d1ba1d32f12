"""Tables of equal name, of all runs of a sweep, as one: a column for each parameter of the grid, and the run."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from analysis.runs.data_package import FILE
from analysis.runs.sweep.folder import RUNS, TABLES
from analysis.runs.sweep.plan import SweepPlan, SweepRun

_TYPES = {"number": pa.float64(), "boolean": pa.bool_()}
_ZSTD = "zstd"
_ONE_THREAD = pa_csv.ReadOptions(use_threads=False)  # the tables of a run are small


def gather_tables(folder: Path, plan: SweepPlan, done: Iterable[SweepRun]) -> dict[str, int]:
    """Write ``tables/NAME.parquet`` for each table that runs left; return the rows of each.

    A column that some runs do not have is null in their rows, and so is a number that is missing; one that is a number
    in some runs and a text in others is the text that stands in their CSV. A parameter that has the name of a column
    of the table is called ``parameter_NAME``; the run is called ``sweep_run`` where the table has a column ``run``.
    """
    found: dict[str, list[tuple[SweepRun, pa.Table, dict[str, pa.DataType]]]] = {}
    for run in done:
        for name, table, types in _tables_of(folder / RUNS / run.name / "tables"):
            found.setdefault(name, []).append((run, table, types))
    for path in (folder / TABLES).glob("*"):
        path.unlink()
    rows = {}
    for name, parts in sorted(found.items()):
        types = _types([(table, of_run) for _, table, of_run in parts])
        table = _joined(plan, [run for run, _, _ in parts], [_typed(table, types) for _, table, _ in parts])
        pq.write_table(table, folder / TABLES / f"{name}.parquet", compression=_ZSTD)
        rows[name] = table.num_rows
    return rows


def _tables_of(folder: Path) -> Iterable[tuple[str, pa.Table, dict[str, pa.DataType]]]:
    """Return the tables of a run as texts, with the type of each column as its data package gives it."""
    for about in json.loads((folder / FILE).read_text(encoding="utf-8"))["resources"]:
        types = {field["name"]: _TYPES.get(field["type"], pa.string()) for field in about["schema"]["fields"]}
        convert = pa_csv.ConvertOptions(column_types=dict.fromkeys(types, pa.string()), strings_can_be_null=False)
        quoted = pa_csv.ParseOptions(newlines_in_values=True)
        table = pa_csv.read_csv(folder / about["path"], _ONE_THREAD, parse_options=quoted, convert_options=convert)
        yield about["path"].removesuffix(".csv"), table, types


def _types(parts: list[tuple[pa.Table, dict[str, pa.DataType]]]) -> dict[str, pa.DataType]:
    """Return the one type of each column; runs in which it is empty throughout have no say."""
    found: dict[str, set[pa.DataType]] = {}
    for table, types in parts:
        for name in table.column_names:
            found.setdefault(name, set()).update({types[name]} if pc.any(pc.not_equal(table[name], "")).as_py() else ())
    return {name: types.pop() if len(types) == 1 else pa.string() for name, types in found.items()}


def _typed(table: pa.Table, types: dict[str, pa.DataType]) -> pa.Table:
    columns = {name: _column(table[name], types[name]) for name in table.column_names}
    return pa.table(columns)


def _column(texts: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_string(kind):
        return texts
    known = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return pc.equal(known, "True") if pa.types.is_boolean(kind) else known.cast(kind)


def _joined(plan: SweepPlan, runs: list[SweepRun], tables: list[pa.Table]) -> pa.Table:
    whole = pa.concat_tables(tables, promote_options="default")
    columns = whole.column_names
    named = {name: f"parameter_{name}" if name in [*columns, "run"] else name for name in plan.swept}
    keys = [("sweep_run" if "run" in columns else "run", [run.name for run in runs])]
    keys += [(named[name], [run.parameters[name] for run in runs]) for name in plan.swept]
    counts = pa.array([index for index, table in enumerate(tables) for _ in range(table.num_rows)], pa.int32())
    for position, (name, values) in enumerate(keys):
        whole = whole.add_column(position, name, _repeated(values, counts))
    return whole


def _repeated(values: list[Any], counts: pa.Array) -> pa.Array:
    """Return a value for each row, as a dictionary where it is a text."""
    array = pa.array(values)
    if not pa.types.is_string(array.type):
        return array.take(counts)
    encoded = array.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(counts), encoded.dictionary)
