"""Tables of equal name, of all runs of a sweep, as one: a column for each parameter of the grid, and the run."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
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

    A column that some runs do not have is null in their rows; one that is a number in some and a text in others is a
    text. A parameter that has the name of a column of the table is called ``parameter_NAME``.
    """
    found: dict[str, list[tuple[SweepRun, pa.Table]]] = {}
    for run in done:
        for name, table in _tables_of(folder / RUNS / run.name / "tables"):
            found.setdefault(name, []).append((run, table))
    for path in (folder / TABLES).glob("*"):
        path.unlink()
    rows = {}
    for name, parts in sorted(found.items()):
        table = _joined(plan, parts)
        pq.write_table(table, folder / TABLES / f"{name}.parquet", compression=_ZSTD)
        rows[name] = table.num_rows
    return rows


def _tables_of(folder: Path) -> Iterable[tuple[str, pa.Table]]:
    """Return the tables of a run, each column of the type that its data package gives."""
    for about in json.loads((folder / FILE).read_text(encoding="utf-8"))["resources"]:
        types = {field["name"]: _TYPES.get(field["type"], pa.string()) for field in about["schema"]["fields"]}
        convert = pa_csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=False,
            true_values=["True"],
            false_values=["False"],
        )
        quoted = pa_csv.ParseOptions(newlines_in_values=True)
        table = pa_csv.read_csv(folder / about["path"], _ONE_THREAD, parse_options=quoted, convert_options=convert)
        yield about["path"].removesuffix(".csv"), table


def _joined(plan: SweepPlan, parts: list[tuple[SweepRun, pa.Table]]) -> pa.Table:
    columns = list(dict.fromkeys(name for _, table in parts for name in table.column_names))
    named = {name: f"parameter_{name}" if name in [*columns, "run"] else name for name in plan.swept}
    mixed = _mixed(parts)
    whole = pa.concat_tables([_same_types(table, mixed) for _, table in parts], promote_options="default")
    keys = [("run", [run.name for run, _ in parts])]
    keys += [(named[name], [run.parameters[name] for run, _ in parts]) for name in plan.swept]
    counts = pa.array([index for index, (_, table) in enumerate(parts) for _ in range(table.num_rows)], pa.int32())
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


def _mixed(parts: list[tuple[SweepRun, pa.Table]]) -> set[str]:
    """Return the columns that have one type in some runs and another in others."""
    types: dict[str, set[pa.DataType]] = {}
    for _, table in parts:
        for field in table.schema:
            types.setdefault(field.name, set()).add(field.type)
    return {name for name, found in types.items() if len(found) > 1}


def _same_types(table: pa.Table, mixed: set[str]) -> pa.Table:
    for name in mixed and mixed & set(table.column_names):
        column = table.column(name).cast(pa.string()).fill_null("")
        table = table.set_column(table.column_names.index(name), name, column)
    return table
