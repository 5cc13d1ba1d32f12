from __future__ import annotations

import json

import pytest

from analysis.errors import CallError, CoverageError, DataError
from analysis.snapshots.store import snapshot_names
from analysis.snapshots.write import write_snapshot
from analysis.workspace import open_snapshot
from builders import CREATED, snapshot, table
from project_copy import rewrite

ROWS = [
    {"measure": "stock", "sex": "men", "period": "2024MM12", "value": 170},
    {"measure": "stock", "sex": "total", "period": "2024MM12", "value": 400},
]
DIMENSIONS = {"sex": ["total", "men"]}


@pytest.fixture
def tiny(tmp_path):
    return snapshot(tmp_path, table("T1", ROWS, DIMENSIONS))


def test_what_is_written_is_read_back(tiny):
    raw = tiny.table("T1")
    assert list(raw.frame.columns) == ["measure", "sex", "period", "value"]
    assert list(raw.frame["value"]) == ["170", "400"]
    assert raw.metadata.dimensions[0].codes[1].category == "men"
    assert tiny.kind == "dated"
    assert "T1" in tiny
    assert "T2" not in tiny
    tiny.verify()


def test_the_same_tables_give_the_same_digest_anywhere(tmp_path):
    digests = {snapshot(tmp_path / part, table("T1", ROWS, DIMENSIONS)).digest for part in ("a", "b")}
    assert len(digests) == 1
    other = snapshot(tmp_path / "c", table("T1", [*ROWS[:1], {**ROWS[1], "value": 401}], DIMENSIONS))
    assert other.digest not in digests


def test_a_snapshot_is_never_overwritten(tiny, tmp_path):
    before = (tmp_path / "tiny" / "manifest.json").read_bytes()
    with pytest.raises(CallError, match="never overwritten"):
        write_snapshot(tmp_path, "tiny", "dated", CREATED, [])
    assert (tmp_path / "tiny" / "manifest.json").read_bytes() == before


def test_a_write_that_fails_leaves_nothing(tmp_path):
    broken = table("T1", ROWS, DIMENSIONS)
    object.__setattr__(broken, "frame", None)
    with pytest.raises(TypeError):
        write_snapshot(tmp_path, "tiny", "dated", CREATED, [broken])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["T1.parquet", "T1.json"])
def test_a_flipped_bit_is_found_on_read(tiny, tmp_path, file):
    path = tmp_path / "tiny" / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(DataError, match=rf"file {file} was changed: expected SHA-256"):
        open_snapshot("tiny", tmp_path).table("T1")


def test_a_changed_manifest_is_found_on_opening(tiny, tmp_path):
    path = tmp_path / "tiny" / "manifest.json"
    path.write_text(path.read_text().replace('"rows": 2', '"rows": 3'))
    with pytest.raises(DataError, match="digest differs"):
        open_snapshot("tiny", tmp_path)


def test_a_lost_file(tiny, tmp_path):
    (tmp_path / "tiny" / "T1.parquet").unlink()
    with pytest.raises(DataError, match=r"T1\.parquet cannot be read"):
        tiny.table("T1")


def test_a_later_format_is_refused_by_number(tiny, tmp_path):
    path = tmp_path / "tiny" / "manifest.json"
    path.write_text(path.read_text().replace('"format": 2', '"format": 3'))
    with pytest.raises(DataError, match="format 3 is later than 2"):
        open_snapshot("tiny", tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "one"}', '{"format": 1}', '{"format": 0}', '{"format": true}', "{", "[" * 100_000],
)
def test_what_is_no_manifest_is_refused(tiny, tmp_path, text):
    (tmp_path / "tiny" / "manifest.json").write_text(text)
    with pytest.raises(DataError, match=r"manifest\.json"):
        open_snapshot("tiny", tmp_path)


def test_an_incomplete_manifest_is_told_table_by_table(tiny, tmp_path):
    path = tmp_path / "tiny" / "manifest.json"
    content = json.loads(path.read_bytes())
    del content["tables"]["T1"]["licence"]
    content["tables"]["T1"] |= {"coverage": "half", "rows": "two"}
    path.write_text(json.dumps(content))
    with pytest.raises(DataError) as told:
        open_snapshot("tiny", tmp_path)
    assert str(told.value) == (
        "snapshot 'tiny', manifest.json: the manifest is incomplete (table T1: expected licence, found none. table T1: "
        "rows: expected a whole number, found 'two'. table T1: coverage: expected one of full, partial, found 'half'). "
        "Restore it from git or pull again."
    )


def test_a_renamed_column_is_named(tiny, tmp_path):
    rewrite(tmp_path / "tiny", "T1.parquet", lambda data: data.replace(b"sex", b"geslacht"))
    with pytest.raises(DataError, match="table T1: expected column sex, found geslacht instead"):
        open_snapshot("tiny", tmp_path).table("T1")


def test_a_manifest_that_names_a_file_elsewhere_reads_none_there(tiny, tmp_path):
    (tmp_path / "secret.csv").write_text("secret")
    text = (tmp_path / "tiny" / "manifest.json").read_text().replace('"T1.parquet"', '"../secret.csv"')
    (tmp_path / "tiny" / "manifest.json").write_text(text)
    with pytest.raises(DataError):
        open_snapshot("tiny", tmp_path).table("T1")


def test_a_table_that_is_not_there_is_named_with_its_neighbours(tiny):
    with pytest.raises(CoverageError, match="'tiny' does not hold table T2; known: T1"):
        tiny.table("T2")


@pytest.mark.parametrize("name", ["../tiny", "a/b", "/etc", "", ".hidden", "Tiny", "a..b", "tiny\n", "C:\\x", None, 3])
def test_a_path_is_no_name(tiny, tmp_path, name):
    with pytest.raises(CallError, match="is not a name"):
        open_snapshot(name, tmp_path)


def test_an_unknown_name_tells_the_known_ones(tiny, tmp_path):
    with pytest.raises(CallError, match="'tinny' is unknown; did you mean 'tiny'"):
        open_snapshot("tinny", tmp_path)


def test_latest_is_the_newest_dated_one(tmp_path):
    write_snapshot(tmp_path, "2026-01-01", "dated", "2026-01-01", [])
    write_snapshot(tmp_path, "older", "dated", "2025-01-01", [])
    write_snapshot(tmp_path, "made", "simulated", "2026-12-31", [])
    assert open_snapshot("latest", tmp_path).name == "2026-01-01"
    assert snapshot_names(tmp_path) == ["2026-01-01", "made", "older"]


def test_latest_without_a_dated_one_says_what_is_at_hand(tmp_path):
    with pytest.raises(CallError, match="no vintage yet; make one with `bijstand pull`"):
        open_snapshot("latest", tmp_path)


def test_a_folder_renamed_by_hand_is_refused(tiny, tmp_path):
    (tmp_path / "tiny").rename(tmp_path / "other")
    with pytest.raises(DataError, match="expected the name 'other', found 'tiny'"):
        open_snapshot("other", tmp_path)
