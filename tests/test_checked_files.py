"""The checked loader: every fault of a file at once, each with file, line, column, expected and found."""

from __future__ import annotations

import subprocess
import sys

import pytest

from analysis.checked_files import SOME_TEXT, Field, check_unique, one_of, read_csv, read_toml, read_yaml, refuse
from analysis.errors import DataError

FIELDS = {
    "name": Field(SOME_TEXT),
    "kind": one_of(("", "level", "share")),
    "step": Field(r"(\d+)?", "a step such as 10"),
    "note": Field(optional=True),
}


def faults_in(tmp_path, text: str, **options) -> list[str]:
    path = tmp_path / "made.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    faults: list[str] = []
    read_csv(path, FIELDS, faults, **options)
    return faults


def test_a_table_in_order_gives_its_rows_with_their_lines(tmp_path):
    path = tmp_path / "made.csv"
    path.write_text('\ufeffname,kind,step\na,,\n\n"b\nb",share,10\nc,level,5\n', encoding="utf-8")
    faults: list[str] = []
    rows = read_csv(path, FIELDS, faults, key="name")
    assert [fault.partition(":")[0] for fault in faults] == ["made.csv, line 5, b\nb"]  # a line break is no name
    assert [(row.position, row.values["kind"]) for row in rows] == [
        ("made.csv, line 2, a", ""), ("made.csv, line 5, b\nb", "share"), ("made.csv, line 6, c", "level"),
    ]  # fmt: skip


def test_every_fault_of_a_table_is_told_by_line_and_column(tmp_path):
    text = "name,kind,step\n a,mean,x\nb,level\nc,share,10\nc,level,\n"
    assert faults_in(tmp_path, text, key="name") == [
        "made.csv, line 3: expected 3 values, found 2.",
        "made.csv, line 2,  a: name: expected something, with no blanks around it, found ' a'.",
        "made.csv, line 2,  a: kind: expected one of level, share, found 'mean'.",
        "made.csv, line 2,  a: step: expected a step such as 10, found 'x'.",
        "made.csv, line 5, c: occurs already in made.csv, line 4.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "made.csv, line 1: expected name, kind, step, found none."),
        ("name,kind\n", "made.csv, line 1: expected step, found none."),
        ("name,kind,kind,step\n", "made.csv, line 1: kind stands there twice."),
        ("name,kind,step,nota\n", "made.csv, line 1: nota is not known; did you mean 'note'? known: kind, name, note,"),
        (b"\xff\xfe\x00", "made.csv: cannot be read as a table in UTF-8"),
        ('name,kind,step\n"a\n', "made.csv, line 2: cannot be read as a table in UTF-8 (unexpected end of data)."),
    ],
    ids=["empty", "short", "twice", "unknown", "bytes", "quote"],
)
def test_what_is_no_such_table_is_named(tmp_path, text, told):
    (fault,) = faults_in(tmp_path, text)
    assert fault.startswith(told)


def test_a_list_of_entries_is_told_by_line_and_key(tmp_path):
    path, faults = tmp_path / "made.yml", []
    fields = FIELDS | {"parts": Field(kind=list, optional=True), "size": Field(kind=float, optional=True)}
    path.write_text(
        "# by hand\n- {name: a, kind: share, step: '10', size: 3}\n- name: b\n  parts: 4\n  size: yes\n- 7\n"
    )
    (first, second) = read_yaml(path, fields, faults)
    assert (first.line, first.values["size"], second.line) == (2, 3, 3)
    assert faults == [
        "made.yml, line 6: expected named values, found int.",
        "made.yml, line 3: expected kind, step, found none.",
        "made.yml, line 3: parts: expected a list, found 4.",
        "made.yml, line 3: size: expected a number, found True.",
    ]
    for text, told in (("a: 1", "expected a list of entries, found dict"), ("- [", "cannot be read as YAML in UTF-8")):
        path.write_text(text)
        faults.clear()
        assert read_yaml(path, fields, faults) == []
        assert faults[0].startswith(f"made.yml: {told}")
    path.write_text("")
    assert read_yaml(path, fields, []) == []


def test_a_description_that_cannot_be_read_is_named(tmp_path):
    faults: list[str] = []
    assert read_toml(tmp_path / "gone.toml", faults) == {}
    (tmp_path / "made.toml").write_text("a = [")
    assert read_toml(tmp_path / "made.toml", faults, "sources/made.toml") == {}
    assert [fault.partition(" (")[0] for fault in faults] == [
        "gone.toml: cannot be read as TOML in UTF-8", "sources/made.toml: cannot be read as TOML in UTF-8",
    ]  # fmt: skip


def test_faults_are_refused_together_each_once():
    refuse([])
    with pytest.raises(DataError, match=r"^one\ntwo$"):
        refuse(["one", "two", "one"])
    check_unique([], ["name"], [])


def test_a_schema_is_made_only_when_a_file_is_read():
    """Pandera takes a quarter of a second, which no command that reads no such file should wait for."""
    code = "import sys, analysis.checked_files, analysis.snapshots.store; print('pandera' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
