"""The grid of a sweep: what a call or file stands for, and what is refused before anything runs."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_run import make_notebook

from analysis.cli import main
from analysis.errors import CallError
from analysis.runs.notebook import find_notebooks
from analysis.runs.parameter_help import allowed_values
from analysis.runs.sweep import plan
from analysis.runs.sweep.folder import RECORD, claimed, folder_of
from analysis.runs.sweep.grid import MANY, read_grid, split_values
from analysis.runs.sweep.plan import plan_sweep
from analysis.runs.workers import cluster
from project_copy import ROOT, outputs

REGIONS = {"published": ("", "GM0001", "GM0002", "PV20"), "later": ("GM0001", "GM0003")}


def allowed(name, row):
    return REGIONS if name == "snapshot" else REGIONS[row.get("snapshot", "published")] if name == "region" else ()


def test_values_are_crossed_in_the_order_of_the_call():
    assert read_grid({"a": "1,2", "b": "x"}, None, allowed) == [{"a": "1", "b": "x"}, {"a": "2", "b": "x"}]


def test_a_pattern_stands_for_the_values_that_the_snapshot_of_its_row_has():
    rows = read_grid({"region": "GM*,PV20", "snapshot": "published"}, None, allowed)
    assert [row["region"] for row in rows] == ["GM0001", "GM0002", "PV20"]
    rows = read_grid({"region": "GM*", "snapshot": "*"}, None, allowed)
    assert [(row["snapshot"], row["region"]) for row in rows] == [
        ("published", "GM0001"), ("published", "GM0002"), ("later", "GM0001"), ("later", "GM0003"),
    ]  # fmt: skip
    with pytest.raises(CallError, match=r"nothing matches 'XX\*'"):
        read_grid({"region": "XX*"}, None, allowed)


def test_regions_are_those_of_the_month_of_their_row(monkeypatch):
    (notebook,) = find_notebooks(ROOT / "notebooks", ["09_municipalities"])
    monkeypatch.setattr(plan, "open_snapshot", lambda name: name)
    monkeypatch.setattr(plan, "allowed_values", lambda name, source, month: [f"GM-{source}-{month}"])
    rows = read_grid({"region": "GM*", "month": "2020-12,2024"}, None, plan._allowed_in(notebook))
    assert [row["region"] for row in rows] == ["GM-published-2020-12", "GM-published-2024"]


def test_a_star_in_a_free_text_is_a_star():
    assert read_grid({"hypothesis": "five * are enough"}, None, allowed) == [{"hypothesis": "five * are enough"}]


@given(st.lists(st.text("ab,;*\" é'", min_size=1).map(str.strip), min_size=1, max_size=4, unique=True))
def test_a_value_may_have_anything_when_it_is_quoted(values):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="").writerow(values)
    assert split_values("a", text.getvalue()) == values


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=4, unique=True), min_size=1, max_size=3))
def test_the_grid_has_every_combination_once(axes):
    rows = read_grid({f"p{n}": ",".join(map(str, axis)) for n, axis in enumerate(axes)}, None, allowed)
    found = {tuple(row.values()) for row in rows}
    size = 1
    for axis in axes:
        size *= len(axis)
    assert len(rows) == len(found) == size
    for n, axis in enumerate(axes):
        assert {row[f"p{n}"] for row in rows} == set(map(str, axis))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_grid_file_has_a_row_for_each_run_and_is_crossed_with_the_call(tmp_path, ending):
    frame = pd.DataFrame({"level": [1, 2], "region": ["GM0001", "GM*"]})
    path = tmp_path / f"grid.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    rows = read_grid({"year": "2024,2025"}, path, allowed)
    assert [tuple(row.values()) for row in rows] == [
        ("1", "GM0001", "2024"), ("1", "GM0001", "2025"),
        ("2", "GM0001", "2024"), ("2", "GM0002", "2024"), ("2", "GM0001", "2025"), ("2", "GM0002", "2025"),
    ]  # fmt: skip
    with pytest.raises(CallError, match="column level too"):
        read_grid({"level": "3"}, path, allowed)


def test_a_grid_of_many_runs_is_meant_or_refused_before_it_is_made():
    many = ",".join(map(str, range(MANY // 2 + 1)))
    with pytest.raises(CallError, match="--yes"):
        read_grid({"a": many, "b": "1,2"}, None, allowed)
    assert len(read_grid({"a": many, "b": "1,2"}, None, allowed, sure=True)) == MANY + 2
    with pytest.raises(CallError, match="--yes"):  # seen before the billion rows are made
        read_grid(dict.fromkeys("abc", many), None, allowed)


@pytest.fixture
def notebook(home):
    parameters = 'snapshot = "published"\nlang = "en"\nlevel = 1\ngroup_by = "all"\n'
    make_notebook(home / "notebooks", "90_small", "print(level)", parameters=parameters)
    return home


def refused(capsys, *words):
    assert main(["sweep", *map(str, words)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("bijstand: ") for line in lines)
    return lines


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["90_small"], "expected a grid"),
        (["90_smal", "-p", "level=1"], "did you mean '90_small'"),
        (["90_small", "-p", "levle=1,2"], "parameter 'levle' is unknown; did you mean 'level'"),
        (["90_small", "-p", "level=1,two"], "parameter level: expected a whole number like 1, found 'two'"),
        (["90_small", "-p", "group_by=sex,shoe"], "shoe"),
        (["90_small", "-p", "level=1,1"], "'1' stands there twice"),
        (["90_small", "-p", "level=1,01e0"], "expected a whole number"),
        (["90_small", "-p", "level=1, +1"], "the grid has the same run twice: rows 1 and 2"),
        (["90_small", "-p", "level=1", "-p", "level=2"], "given twice"),
        (["90_small", "-p", "snapshot=x*"], "nothing matches 'x*'"),
        (["90_small", "-p", "snapshot=published,gone"], "snapshot 'gone' is unknown"),
        (["90_small", "-p", 'level=1,"2'], "unexpected end"),
        (["90_small", "--grid", "nowhere.csv"], "nowhere.csv: cannot be read"),
        (["90_small", "-p", "level=1", "--workers", "0"], "--workers 0"),
        (["90_small", "-p", "level=1", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "no --scheduler"),
        (["90_small", "-p", "level=1", "--kernel", "wram"], "warm"),
        (["90_small", "-p", "level=1", "--scheduler", "nonsense://x"], "no scheduler answers"),
        (["08_hypothesis", "-p", "test=trend,change"], "in the log"),
    ],
)
def test_a_wrong_grid_is_refused_in_a_line_before_anything_runs(notebook, capsys, words, message):
    (line,) = refused(capsys, *words)
    assert message in line
    assert [name for name in outputs(notebook) if (notebook / "outputs" / name / RECORD).exists()] == []


def test_groups_without_quotes_are_refused_before_anything_runs(home, capsys):
    """They were taken apart at the comma, and the second half failed after the first had run."""
    make_notebook(home / "notebooks" / "mine", "own", parameters='snapshot = "published"\ngroups = "sex: men, women"\n')
    assert main(["sweep", "own", "-p", "groups=sex: men, women"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "bijstand: parameter groups: groups 'women': expected a dimension and groups ('sex: men, women'), or 'total'. "
        "One value with a comma stands between double quotes: -p 'groups=\"A, B\"'."
    ]
    assert outputs(home) == []


def test_a_parameter_may_be_a_list(home):
    make_notebook(home / "notebooks" / "mine", "own", parameters="names = [1, 2]\nlevel = 1\n")
    planned = plan_sweep(home / "notebooks", "own", {"level": "1,2"}, None)
    assert [run.parameters for run in planned.runs] == [{"names": [1, 2], "level": level} for level in (1, 2)]


def test_a_grid_with_many_faults_names_a_few(notebook, capsys):
    lines = refused(capsys, "90_small", "-p", "level=" + ",".join(f"x{n}" for n in range(30)))
    assert len(lines) == 6
    assert lines[-1] == "bijstand: and 25 more faults in the grid."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("level\n", "expected a row for each run"),
        ("level,level\n1,2\n", "column level stands there twice"),
        ("level,no name\n1,2\n", "'no name' is no name"),
        ("level,lang\n1\n", "row 1: expected 2 values, found 1"),
    ],
)
def test_a_wrong_grid_file_is_refused(notebook, capsys, tmp_path, text, message):
    path = tmp_path / "grid.csv"
    path.write_text(text)
    assert message in refused(capsys, "90_small", "--grid", path)[0]


def test_a_scheduler_that_is_not_there_is_waited_for_no_longer_than_said(notebook, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 1)
    (line,) = refused(capsys, "90_small", "-p", "level=1,2", "--scheduler", "tcp://127.0.0.1:9")
    assert "no scheduler answers there within 1 seconds" in line


def test_a_sweep_has_a_folder_of_its_own_and_refuses_that_of_another(notebook, tmp_path):
    def plan(level):
        return plan_sweep(notebook / "notebooks", "90_small", {"level": level}, None)

    one, same, other = plan("1,2"), plan("1,2"), plan("1,3")
    assert folder_of(one, tmp_path) == folder_of(same, tmp_path) != folder_of(other, tmp_path)
    folder = tmp_path / "sweep"
    with claimed(folder, one):
        (folder / RECORD).write_text(json.dumps({"notebook": "90_small", "parts": one.parts}))
        with pytest.raises(CallError, match="another command is at work"), claimed(folder, same):
            pass
    with pytest.raises(CallError, match=r"holds another sweep, of 90_small \(other grid\)"), claimed(folder, other):
        pass
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(CallError, match="no sweep"), claimed(tmp_path / "full", one):
        pass


def test_the_regions_of_a_snapshot_can_be_spelled_out(published):
    rows = read_grid({"region": "PV*"}, None, lambda name, _: allowed_values(name, published))
    assert [row["region"] for row in rows] == [f"PV{number}" for number in range(20, 32)]
