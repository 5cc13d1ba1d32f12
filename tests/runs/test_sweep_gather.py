"""Tables of the runs of a sweep as one, and the folder that a sweep claims; runs are made by hand."""

import json
from types import SimpleNamespace

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.errors import CallError
from analysis.runs.sweep.folder import claimed
from analysis.runs.sweep.gather import gather_tables
from analysis.runs.sweep.plan import SweepRun


def gathered(folder, swept, *runs):
    """Write a table ``t`` for each run, ``(parameters, {column: (type, texts)})``; return the gathered one."""
    done = []
    for number, (parameters, columns) in enumerate(runs, 1):
        tables = folder / "runs" / f"{number}" / "tables"
        tables.mkdir(parents=True)
        frame = pd.DataFrame({name: texts for name, (_, texts) in columns.items()})
        frame.to_csv(tables / "t.csv", index=False)
        fields = [{"name": name, "type": kind} for name, (kind, _) in columns.items()]
        about = {"resources": [{"path": "t.csv", "schema": {"fields": fields}}]}
        (tables / "datapackage.json").write_text(json.dumps(about))
        done.append(SweepRun(f"{number}", parameters))
    (folder / "tables").mkdir()
    rows = gather_tables(folder, SimpleNamespace(swept=swept), done)
    table = pq.read_table(folder / "tables" / "t.parquet")
    assert rows == {"t": table.num_rows}
    return table


def test_a_column_of_one_type_keeps_it_and_a_run_in_which_it_is_empty_has_no_say(tmp_path):
    numbers = {
        "size": ("number", ["1.5", "2"]),
        "known": ("boolean", ["True", "False"]),
        "name": ("string", ["NA", ""]),
    }
    empty = {"size": ("string", ["", ""]), "known": ("string", ["", "True"]), "name": ("string", ["a", "b"])}
    table = gathered(tmp_path, ("level",), ({"level": 1}, numbers), ({"level": 2}, empty))
    assert table["size"].to_pylist() == [1.5, 2.0, None, None]
    assert table["level"].to_pylist() == [1, 1, 2, 2]
    assert table["name"].to_pylist() == ["NA", "", "a", "b"]


def test_a_column_of_two_types_is_the_text_of_the_single_runs(tmp_path):
    one = {"size": ("number", ["12345678901234567", ""]), "known": ("boolean", ["True", "False"])}
    two = {"size": ("string", ["many", "few"]), "known": ("string", ["perhaps", "True"])}
    table = gathered(tmp_path, (), ({}, one), ({}, two))
    assert table["size"].to_pylist() == ["12345678901234567", "", "many", "few"]
    assert table["known"].to_pylist() == ["True", "False", "perhaps", "True"]


def test_a_column_that_some_runs_lack_is_null_in_their_rows(tmp_path):
    table = gathered(
        tmp_path, (), ({}, {"a": ("string", ["x"])}), ({}, {"a": ("string", ["y"]), "b": ("number", ["3"])})
    )
    assert table["b"].to_pylist() == [None, 3.0]


def test_columns_that_have_the_names_of_a_sweep_keep_them(tmp_path):
    columns = {"run": ("string", ["own"]), "level": ("number", ["7"])}
    table = gathered(tmp_path, ("level",), ({"level": 1}, columns))
    assert table.column_names == ["sweep_run", "parameter_level", "run", "level"]
    assert pd.read_parquet(tmp_path / "tables" / "t.parquet")["run"].tolist() == ["own"]


PLAN = SimpleNamespace(parts={"grid": "1"})


def test_a_sweep_that_is_refused_leaves_no_folder_and_one_that_was_killed_then_is_gone_on_with(tmp_path):
    folder = tmp_path / "out"
    with pytest.raises(CallError), claimed(folder, PLAN):
        raise CallError("no scheduler answers")
    assert not folder.exists()
    for name in ("runs", "tables", ".scratch"):
        (folder / name).mkdir(parents=True)
    with claimed(folder, PLAN):
        (folder / "sweep.json").write_text(json.dumps({"notebook": "x", "parts": PLAN.parts}))
    with claimed(folder, PLAN):
        assert not (folder / ".scratch").exists()


def test_a_folder_with_runs_but_no_record_is_no_sweep(tmp_path):
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    with pytest.raises(CallError, match="holds something that is no sweep"), claimed(tmp_path, PLAN):
        pass
