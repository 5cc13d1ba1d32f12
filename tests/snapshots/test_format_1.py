"""Snapshots of format 1, with CSV: read as they are, and stored in Parquet under the same digests."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import asdict

import pytest

from analysis.cli import main
from analysis.errors import DataError
from analysis.files import json_bytes, sha256
from analysis.snapshots.content import content_digest
from analysis.snapshots.convert import convert
from analysis.snapshots.format import metadata_bytes
from analysis.workspace import HOME_VARIABLE, open_snapshot
from builders import CREATED, table
from project_copy import ROOT

ROWS = [
    {"measure": "stock", "sex": "men", "period": "2024MM12", "value": 170},
    {"measure": "stock", "sex": "total", "period": "2024MM12", "value": "."},
    {"measure": "stock", "sex": 'a "code", quoted', "period": "2024MM12", "value": ""},
]


def old(folder, line_end="\n", without=()):
    """Write a snapshot as format 1 wrote it, by hand; return its digest."""
    made = table("T1", ROWS, {"sex": ["total", "men", 'a "code", quoted']})
    folder.mkdir(parents=True)
    files = {
        "T1.csv": b"measure,sex,period,value\nstock,c:men,2024MM12,170\nstock,c:total,2024MM12,.\n"
        b'stock,"c:a ""code"", quoted",2024MM12,\n',
        "T1.json": json_bytes({n: v for n, v in json.loads(metadata_bytes(made.metadata)).items() if n not in without}),
    }
    records = {name: {"file": name, "sha256": sha256(data)} for name, data in files.items()}
    same = ("id", "title", "platform", "modified", "retrieved")
    entry = {name: getattr(made, name) for name in same} | {"rows": 3, "coverage": "partial"}
    entry |= {"licence": "none", "attribution": "hand-made"}
    entry |= {"data": records["T1.csv"], "metadata": records["T1.json"]}
    content = {"name": folder.name, "kind": "dated", "created": CREATED, "tables": {"T1": entry}}
    digest = sha256(json_bytes(content))
    files["manifest.json"] = json_bytes({"format": 1, "digest": digest, **content})
    for name, data in files.items():
        (folder / name).write_bytes(data.replace(b"\n", line_end.encode()))
    return digest


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_snapshot_of_format_1_is_read_whatever_its_line_ends(tmp_path, line_end):
    digest = old(tmp_path / "old", line_end)
    snapshot = open_snapshot("old", tmp_path)
    assert snapshot.digest == digest
    assert snapshot.table("T1").frame["value"].tolist() == ["170", ".", ""]
    assert snapshot.table("T1").frame["sex"].tolist() == ["c:men", "c:total", 'c:a "code", quoted']
    snapshot.verify()


def test_metadata_without_states_as_the_first_snapshots_have_them_are_read(tmp_path):
    old(tmp_path / "old", without=("as_of",))
    assert open_snapshot("old", tmp_path).metadata("T1").as_of == ()
    convert(tmp_path, "old")
    open_snapshot("old", tmp_path).verify()


@pytest.mark.parametrize("commit", ["fa7fa95", "2a2969d"], ids=["first", "last"])
def test_published_of_an_old_commit_is_read_and_converted(tmp_path, commit):
    """The first and the last that had CSV: the same digests of snapshot and content in Parquet."""
    archived = ["git", "archive", commit, "data/snapshots/published"]
    found = shutil.which("git") and subprocess.run(archived, cwd=ROOT, capture_output=True, check=False)
    if not found or found.returncode:
        pytest.skip("no git or no history here")
    with tarfile.open(fileobj=io.BytesIO(found.stdout)) as files:
        files.extractall(tmp_path, filter="data")
    folder = tmp_path / "data" / "snapshots"
    before = open_snapshot("published", folder)
    contents = {name: content_digest(before.table(name)) for name in before.manifest.tables}
    convert(folder, "published")
    after = open_snapshot("published", folder)
    assert not list(after.folder.glob("*.csv"))
    assert after.digest == before.digest
    assert {name: content_digest(after.table(name)) for name in after.manifest.tables} == contents
    assert len(contents) >= 21


def test_converting_changes_no_digest_and_no_cell(tmp_path):
    digest = old(tmp_path / "old")
    before = open_snapshot("old", tmp_path)
    cells, content = before.cells("T1"), content_digest(before.table("T1"))
    convert(tmp_path, "old")
    after = open_snapshot("old", tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["T1.json", "T1.parquet", "manifest.json"]
    assert after.digest == before.digest == digest
    assert after.entry("T1").data.sha256 == before.entry("T1").data.sha256
    assert content_digest(after.table("T1")) == content
    assert after.cells("T1").equals(cells)
    assert asdict(after.metadata("T1")) == asdict(before.metadata("T1"))
    after.verify()
    assert convert(tmp_path, "old") == (0, 0)


def test_a_damaged_snapshot_is_not_converted_and_stays(tmp_path):
    old(tmp_path / "old")
    path = tmp_path / "old" / "T1.csv"
    path.write_bytes(path.read_bytes().replace(b"170", b"180"))
    before = {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()}
    with pytest.raises(DataError, match=r"T1\.csv was changed"):
        convert(tmp_path, "old")
    assert {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()} == before
    assert os.listdir(tmp_path) == ["old"]


def test_the_command_converts_all_and_names_what_it_cannot(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    bank = tmp_path / "data" / "snapshots"
    (tmp_path / "data" / "sources").mkdir(parents=True)
    old(bank / "one")
    old(bank / "two")
    (bank / "two" / "manifest.json").write_text(json.dumps({"format": 1}))
    assert main(["snapshots", "convert"]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("one: ")
    assert "snapshot 'two', manifest.json: the manifest is incomplete" in shown.err
    assert main(["snapshots", "verify", "one"]) == 0
