"""A damaged vintage harms itself alone: whatever byte, file or folder it is, the rest of the bank goes on."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from analysis.chapters.data.changes import changes_since, vintage_before
from analysis.cli import main
from analysis.errors import DataError
from analysis.register.causes import Causes
from analysis.register.cells import Tables
from analysis.register.entry import read_register
from analysis.register.evidence import gather
from analysis.snapshots.convert import convert
from analysis.snapshots.store import survey
from analysis.snapshots.vintages import as_of, vintages
from analysis.snapshots.write import write_manifest, write_snapshot
from analysis.workspace import HOME_VARIABLE, open_snapshot
from bank import bring, cells_of, stored
from builders import table
from statline_server import serve, shapes

TABLES = ["37789ksz", "85617NED"]
NAMES = ["2026-01-01", "2026-02-01", "2026-03-01"]
CELL = {"measure": "stock", "sex": "c:men"}


def made(number: int, name: str = "T1"):
    rows = [
        {"measure": "stock", "sex": sex, "period": "2024MM12", "value": value + number}
        for sex, value in (("men", 170), ("total", 400))
    ]
    return table(name, rows, {"sex": ["total", "men"]})


@pytest.fixture
def bank(tmp_path, monkeypatch):
    """Three vintages of two tables; the figures of each are other ones."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    (tmp_path / "data" / "sources").mkdir(parents=True)
    folder = tmp_path / "data" / "snapshots"
    for number, name in enumerate(NAMES):
        write_snapshot(folder, name, "dated", name, [made(number), made(number, "T2")])
    return folder


def change_byte(path: Path, at: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(at * (len(data) - 1))] ^= 1
    path.write_bytes(bytes(data))


def whole_in(printed):
    """Return the snapshots that are whole, beside the published one, which is always there."""
    *names, published = [line.partition(":")[0] for line in printed.splitlines()]
    assert published == "published"
    return names


@pytest.mark.parametrize("at", [0, 0.3, 0.5, 0.8, 1])
def test_a_byte_changed_in_any_file_of_any_vintage_harms_that_vintage_alone(bank, capsys, at):
    files = sorted(path.relative_to(bank) for path in bank.rglob("*.*") if path.is_file())
    assert len(files) == 15
    for file in files:
        kept = (bank / file).read_bytes()
        change_byte(bank / file, at)
        assert main(["snapshots", "verify"]) == 1
        shown = capsys.readouterr()
        assert whole_in(shown.out) == [name for name in NAMES if name != file.parts[0]], file
        assert shown.err.count("\n") == 1
        assert f"snapshot {file.parts[0]!r}" in shown.err
        assert main(["snapshots", "list"]) == 0
        assert set(NAMES) - {file.parts[0]} <= {line.split()[0] for line in capsys.readouterr().out.splitlines()}
        assert open_snapshot("latest", bank).name in NAMES[1:]
        capsys.readouterr()
        (bank / file).write_bytes(kept)
    assert main(["snapshots", "verify"]) == 0


def test_history_and_as_of_go_on_without_a_damaged_vintage_and_name_it(bank, capsys):
    change_byte(bank / NAMES[2] / "T1.parquet", 0.5)
    assert as_of("T1", date(2026, 4, 1), bank, CELL)[["value", "vintage"]].to_numpy().tolist() == [["171", NAMES[1]]]
    assert f"passed over: snapshot {NAMES[2]!r}: file T1.parquet was changed" in capsys.readouterr().err
    assert vintages("T1", CELL, bank)["value"].tolist() == ["170", "171"]
    assert f"passed over: snapshot {NAMES[2]!r}: file T1.parquet was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "file", [f"{table}.{end}" for table in TABLES for end in ("parquet", "json")] + ["manifest.json"]
)
def test_the_next_pull_succeeds_whatever_file_is_damaged(tmp_path, file):
    with serve([shapes.social_security(), shapes.ended_spells()], page=700, page4=3_000) as server:
        bring(server, tmp_path, "old", TABLES)
        change_byte(tmp_path / "old" / file, 0.5)
        new = bring(server, tmp_path, "new", TABLES)
        new.verify()
        for cube in server.cubes:
            assert stored(new, cube.id) == cells_of(cube)


# what lies in a vintage, and what is said of it
def link(folder, path):
    target = folder.parent.parent / "elsewhere"
    shutil.copyfile(path, target)
    path.unlink()
    path.symlink_to(target)


def pipe(folder, path):
    path.unlink()
    os.mkfifo(path)


def folder_in_its_place(folder, path):
    path.unlink()
    path.mkdir()


def shortened(folder, path):
    path.write_bytes(path.read_bytes()[:-20])


def emptied(folder, path):
    path.write_bytes(b"")


def swapped(folder, path):
    other = folder.parent / NAMES[0] / path.name
    path.write_bytes(other.read_bytes())


def huge(folder, path):
    with path.open("ab") as file:
        file.truncate(1 << 33)  # a hole: no byte of it is on disk


def deep(folder, path):
    path.write_bytes(b'{"format": 2, "tables": ' + b"[" * 200_000)


BAD = [link, pipe, folder_in_its_place, shortened, emptied, swapped, huge]


@pytest.mark.parametrize("file", ["T1.parquet", "T1.json", "manifest.json"])
@pytest.mark.parametrize("damage", [*BAD, deep])
def test_what_is_no_file_of_the_vintage_is_named_and_the_rest_goes_on(bank, capsys, file, damage):
    damage(bank / NAMES[1], bank / NAMES[1] / file)
    if (damage, file) == (swapped, "T1.json"):
        return  # the metadata of both vintages are the same bytes
    assert main(["snapshots", "verify"]) == 1
    shown = capsys.readouterr()
    assert whole_in(shown.out) == [NAMES[0], NAMES[2]]
    assert f"snapshot {NAMES[1]!r}" in shown.err
    assert file in shown.err
    assert main(["snapshots", "list"]) == 0
    assert open_snapshot("latest", bank).name == NAMES[2]


def test_folders_that_are_no_snapshots_are_named_on_one_line_each(bank, capsys):
    for name in ("two\nlines", "Big", "empty", ".hidden"):
        (bank / name).mkdir()
    (bank / "notes.txt").write_text("mine")
    snapshots, damage = survey(bank)
    assert [snapshot.name for snapshot in snapshots] == NAMES
    assert len(damage) == 3
    assert all("\n" not in line for line in damage)
    assert any(r"'two\nlines'" in line for line in damage)
    assert main(["snapshots", "list"]) == 0


@pytest.mark.parametrize("file", ["../elsewhere.parquet", "/etc/passwd", "T2.parquet", "a/T1.parquet"])
def test_a_manifest_that_leads_out_is_refused(bank, file):
    path = bank / NAMES[1] / "manifest.json"
    path.write_text(path.read_text().replace('"T1.parquet"', f'"{file}"'))
    with pytest.raises(DataError, match=r"table T1: expected the file T1\.parquet, found"):
        open_snapshot(NAMES[1], bank)


def test_a_file_without_rights_is_named(bank, capsys, monkeypatch):
    read = Path.read_bytes

    def refused(path):
        if path == bank / NAMES[1] / "T1.parquet":
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert main(["snapshots", "verify"]) == 1
    assert f"snapshot {NAMES[1]!r}: file T1.parquet cannot be read (Permission denied)" in capsys.readouterr().err


def full(*arguments, **options):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_no_space_leaves_nothing(bank, monkeypatch):
    monkeypatch.setattr("analysis.snapshots.table_file.pq.write_table", full)
    with pytest.raises(DataError, match=r"'new': cannot be written \(No space left on device\); nothing was left"):
        write_snapshot(bank, "new", "dated", "2026-04-01", [made(1)])
    assert sorted(os.listdir(bank)) == NAMES


def test_no_space_leaves_a_snapshot_of_format_1_as_it_was(bank, monkeypatch):
    from test_format_1 import old

    old(bank / "old")
    monkeypatch.setattr("analysis.snapshots.table_file.pq.write_table", full)
    with pytest.raises(DataError, match=r"'old': cannot be converted \(No space left on device\); it stays as it was"):
        convert(bank, "old")
    assert sorted(os.listdir(bank)) == [*NAMES, "old"]
    open_snapshot("old", bank).verify()


def test_findings_go_on_beside_a_damaged_vintage(home, capsys):
    bank = home / "data" / "snapshots"
    published = open_snapshot("published", bank)
    for name in ("2026-01-01", "2026-02-01"):
        shutil.copytree(published.folder, bank / name)
        entries = published.manifest.tables.values()
        write_manifest(bank / name, name, "dated", name, entries)
    for path in (bank / "2026-01-01").glob("*.parquet"):
        change_byte(path, 0.5)
    register = read_register()
    evidence = gather(register, Tables(published))
    first = next(each.table for each in evidence.values() if each.table is not None)
    found = Causes(published, register, evidence).known(
        first
    )  # the vintage that is whole gives the number that was printed
    assert found is None or found.fields["vintage"] == "2026-02-01"
    assert "passed over: snapshot '2026-01-01': file" in capsys.readouterr().err


def test_what_changed_is_shown_for_the_tables_of_the_vintage_before_that_are_whole(bank, capsys):
    change_byte(bank / NAMES[1] / "T1.parquet", 0.5)
    newest = open_snapshot("latest", bank)
    (found,) = changes_since(vintage_before(newest), newest, ["T1", "T2"])
    assert (found.table, found.state, len(found.cells)) == ("T2", "changed", 2)
    assert f"passed over: snapshot {NAMES[1]!r}: file T1.parquet" in capsys.readouterr().err
