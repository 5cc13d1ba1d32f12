"""Every state of a table in one file: the figures are those of the vintages, whatever happens to the file."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis.snapshots.states as states
import analysis.snapshots.table_file as table_file
from analysis.cli import main
from analysis.errors import CoverageError
from analysis.snapshots.history_index import read_index
from analysis.snapshots.vintages import vintages
from analysis.snapshots.write import write_snapshot
from analysis.workspace import HOME_VARIABLE
from builders import table

SEXES, PERIODS = ("men", "women", "total"), ("2024KW01", "2024KW02", "2024KW03")
CELLS = [(sex, period) for sex in SEXES for period in PERIODS]
KEYS = [{}, {"sex": "c:men"}, {"period": "2024KW02"}, {"sex": "c:total", "period": "2024KW01"}, {"sex": "c:nobody"}]


def keep(folder, number, figures, provisional=(), extra=()):
    """Keep a vintage of table T1 with some figures: of 3 sexes in 3 quarters, a crossing without one is left out."""
    rows = [
        {"measure": "stock", "sex": sex, **dict.fromkeys(extra, "all"), "period": period, "value": value}
        for (sex, period), value in figures.items()
    ]
    made = table("T1", rows, {"sex": SEXES, **{name: ["all"] for name in extra}})
    status = {period: "provisional" if period in provisional else "final" for period in PERIODS}
    day = f"2026-{1 + number // 28:02}-{1 + number % 28:02}"
    made = replace(made, metadata=replace(made.metadata, periods=status), modified=day)
    write_snapshot(folder, f"v{number}", "dated", f"{day}T10:00:00", [made])


@pytest.fixture
def bank(tmp_path):
    """Three vintages in three states: a revision, and a quarter more."""
    keep(tmp_path, 0, dict.fromkeys(CELLS[:2], "170"))
    keep(tmp_path, 1, {CELLS[0]: "160", CELLS[1]: "170"})
    keep(tmp_path, 2, {CELLS[0]: "160", CELLS[1]: "170", CELLS[2]: "180"})
    return tmp_path


@pytest.fixture
def read(monkeypatch):
    """Return the list of what was read: of which vintage, and how many rows."""
    calls, plain = [], table_file.read_cells_file

    def counted(data, position, rows, columns=None, key=None):
        found = plain(data, position, rows, columns, key)
        calls.append((position, found.num_rows))
        return found

    monkeypatch.setattr(table_file, "read_cells_file", counted)
    return calls


def without_index(folder, key):
    """Return what a bank that cannot be written gives: every state is read from a vintage."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(states, "read_index", lambda *_: None)
        patched.setattr(states.os, "access", lambda *_: False)
        return vintages("T1", key, folder)


FIGURES = st.dictionaries(st.sampled_from(CELLS), st.sampled_from(["", ".", "0", "170", "180"]), min_size=1)


@settings(max_examples=10, deadline=None)
@given(
    drawn=st.lists(st.tuples(FIGURES, st.sets(st.sampled_from(PERIODS), max_size=1)), min_size=2, max_size=5),
    asked=st.integers(1, 5),
)
def test_the_index_gives_what_the_vintages_have(tmp_path_factory, drawn, asked):
    folder = tmp_path_factory.mktemp("bank")
    for number, (figures, provisional) in enumerate(drawn):
        keep(folder, number, figures, provisional)
        if number % asked == 0:
            vintages("T1", {}, folder)  # the index grows by one state or by several
    for key in KEYS:
        assert vintages("T1", key, folder).equals(without_index(folder, key)), key


def test_a_figure_that_comes_back_is_each_time_a_row(tmp_path):
    for number, value in enumerate(["170", "180", "170"]):
        keep(tmp_path, number, {CELLS[0]: value})
    found = vintages("T1", {"sex": "c:men"}, tmp_path)
    assert found[["value", "published", "vintage"]].to_numpy().tolist() == [
        ["170", "2026-01-01", "v0"],
        ["180", "2026-01-02", "v1"],
        ["170", "2026-01-03", "v2"],
    ]


def test_each_state_is_read_once_ever(bank, read):
    key = {"sex": "c:men", "period": "2024KW01"}
    vintages("T1", key, bank)
    assert [position for position, _ in read] == [f"snapshot 'v{n}', table T1" for n in range(3)]
    read.clear()
    assert vintages("T1", key, bank)["value"].tolist() == ["170", "160", "160"]
    assert read == []
    keep(bank, 3, {CELLS[0]: "150"})
    read.clear()
    assert vintages("T1", key, bank)["value"].tolist() == ["170", "160", "160", "150"]
    assert [position for position, _ in read] == ["snapshot 'v3', table T1"]


def test_one_state_alone_makes_no_index_and_only_the_cells_of_the_key_are_read(tmp_path, read):
    keep(tmp_path, 0, dict.fromkeys(CELLS, "170"))
    vintages("T1", {"sex": "c:men", "period": "2024KW01"}, tmp_path)
    assert read == [("snapshot 'v0', table T1", 1)]
    assert not (tmp_path / ".history").exists()


def test_a_bank_that_cannot_be_written_is_read_state_by_state(bank, read, monkeypatch):
    monkeypatch.setattr(states.os, "access", lambda *_: False)
    assert vintages("T1", {"sex": "c:men", "period": "2024KW01"}, bank)["value"].tolist() == ["170", "160", "160"]
    assert read == [(f"snapshot 'v{number}', table T1", 1) for number in range(3)]
    assert not (bank / ".history").exists()


def test_a_full_disk_keeps_no_index_and_no_half_of_one(bank, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("analysis.snapshots.history_index.os.replace", full)
    assert vintages("T1", {"sex": "c:men", "period": "2024KW01"}, bank)["value"].tolist() == ["170", "160", "160"]
    assert list((bank / ".history").iterdir()) == []


def test_an_index_that_was_changed_cut_or_swapped_gives_no_number_and_is_made_again(bank):
    expected = {number: without_index(bank, key) for number, key in enumerate(KEYS)}
    vintages("T1", {}, bank)
    path = bank / ".history" / "T1.index"
    whole = path.read_bytes()
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), len(whole) // 20)]
    for damaged in [*flipped, whole[:-1], whole[: len(whole) // 2], b"", whole + b"\n", whole[65:], b"\xff" * 100]:
        path.write_bytes(damaged)
        assert read_index(bank, "T1") is None
        for number, key in enumerate(KEYS[:2]):
            assert vintages("T1", key, bank).equals(expected[number])
        assert path.read_bytes() == whole


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_or_a_folder_in_the_place_of_the_index_is_not_waited_for(bank):
    expected = without_index(bank, {})
    (bank / ".history").mkdir()
    os.mkfifo(bank / ".history" / "T1.index")
    assert vintages("T1", {}, bank).equals(expected)
    assert read_index(bank, "T1") is not None  # a rename takes the place of a pipe
    (bank / ".history" / "T1.index").unlink()
    (bank / ".history" / "T1.index").mkdir()
    assert vintages("T1", {}, bank).equals(expected)
    assert os.listdir(bank / ".history") == ["T1.index"]


def test_an_index_of_another_bank_gives_no_number_of_it(bank, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for number in range(3):
        keep(other, number, {CELLS[0]: f"{9_000 + number}"})
    vintages("T1", {}, other)
    expected = without_index(bank, {})
    (bank / ".history").mkdir()
    os.rename(other / ".history" / "T1.index", bank / ".history" / "T1.index")
    assert vintages("T1", {}, bank).equals(expected)


def test_a_dimension_that_came_begins_a_new_index_and_older_states_are_read(bank):
    vintages("T1", {}, bank)
    keep(bank, 3, {CELLS[0]: "150"}, extra=("age",))
    for key in ({}, {"sex": "c:men"}):
        found = vintages("T1", key, bank)
        assert sorted(found["vintage"].unique()) == ["v0", "v1", "v2", "v3"]
        assert found.sort_index(axis=1).equals(without_index(bank, key).sort_index(axis=1))
    assert read_index(bank, "T1").columns == ["measure", "sex", "age", "period", "value", "status"]
    with pytest.raises(CoverageError, match="no column 'age'"):
        vintages("T1", {"age": "c:all"}, bank)


def test_what_was_read_once_survives_the_damage_of_its_vintage(bank, capsys):
    expected = vintages("T1", {}, bank)
    path = bank / "v1" / "T1.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    assert vintages("T1", {}, bank).equals(expected)
    (bank / ".history" / "T1.index").unlink()
    assert "v1" not in set(vintages("T1", {}, bank)["vintage"])
    assert capsys.readouterr().err.count("passed over: snapshot 'v1': file T1.parquet was changed") == 1


def test_the_command_reads_the_newest_vintage_once(bank, read, tmp_path_factory, monkeypatch, capsys):
    home = tmp_path_factory.mktemp("home")
    (home / "data" / "sources").mkdir(parents=True)
    bank.rename(home / "data" / "snapshots")
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    opened = []
    monkeypatch.setattr("analysis.snapshots.store.Snapshot.file_bytes", lambda s, r, plain=states.Snapshot.file_bytes:
                        (opened.append((s.name, r.file)), plain(s, r))[1])  # fmt: skip
    assert main(["snapshots", "history", "T1", "sex=men", "period=2024KW01"]) == 0
    assert [line.split()[3] for line in capsys.readouterr().out.splitlines()[1:]] == ["170", "160", "160"]
    assert opened.count(("v2", "T1.parquet")) == 1
