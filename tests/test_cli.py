"""Bad input: one clear message, the right exit status, and nothing left behind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from analysis.cli import main
from analysis.runs.notebook import find_notebooks
from analysis.runs.parameters import check_parameters
from analysis.workspace import HOME_VARIABLE, open_snapshot
from project_copy import outputs, rewrite


def call(capsys, *arguments):
    status = main(arguments)
    captured = capsys.readouterr()
    assert captured.out == "" or status == 0
    return status, captured.err


WRONG_CALLS = {
    "unknown parameter": (["-p", "grup_by=age"], r"parameter 'grup_by' is unknown; did you mean 'group_by'?"),
    "a number that is none": (["-p", "confidence=high"],
                              "parameter confidence: expected a number like 0.95, found 'high'"),
    "a level outside its range": (["-p", "confidence=95"], "expected a number from 0.5 to 0.999"),
    "a truth value for a number": (["-p", "confidence=True"], "expected a number like 0.95"),
    "unknown group": (["-p", "group_by=colour"], "dimension 'colour' is unknown; known: age, all, origin, sex"),
    "unknown language": (["--lang", "de"], "parameter lang: language 'de' is unknown; known: en, nl"),
    "period outside the data": (["-p", "start=1990"], "notebook 02_flows: start 1990 lies outside the data"),
    "period far ahead": (["-p", "end=2050Q1"], "end 2050Q1 lies outside the data"),
    "impossible order": (["-p", "start=2023Q1", "-p", "end=2020Q4"], "start 2023Q1 lies after end 2020Q4"),
    "no period": (["-p", "start=soon"], "start: period 'soon' is no month, quarter or year"),
    "between two figures": (["--notebook", "03_duration", "-p", "start=2022", "-p", "end=2022"],
                            "there is no duration figure between them"),
    "too short": (["--notebook", "02_flows", "-p", "start=2025Q3"], "hold no complete calendar year"),
    "unknown snapshot": (["--snapshot", "publishd"], "snapshot 'publishd' is unknown; did you mean 'published'?"),
    "a path for a snapshot": (["--snapshot", "../published"], "snapshot name '../published' is not a name"),
    "an absolute path": (["--snapshot", "/etc"], "is not a name"),
    "unknown notebook": (["--notebook", "02_flow"], "notebook '02_flow' is unknown; did you mean '02_flows'?"),
    "no assignment": (["-p", "group_by"], "-p 'group_by': expected KEY=VALUE"),
    "two notebooks that are none": (["--notebook", "nope", "--notebook", "nope2"], "notebook 'nope2' is unknown"),
    "an empty folder": (["--out", ""], "--out '': expected a folder"),
    "a number without end": (["-p", "confidence=" + "9" * 400], "expected a number like 0.95"),
    "given twice": (["-p", "lang=nl", "-p", "lang=en"], "-p lang: given twice"),
    "contradiction": (["--lang", "nl", "-p", "lang=en"], "--lang nl and -p lang=en contradict each other"),
    "no job": (["--jobs", "0"], "--jobs 0: expected a whole number from 1"),
    "across a break": (["--notebook", "05_support", "-p", "first=2022-12"],
                       "first 2022-12 and last 2024-12 lie on both sides of the break of 2023-01: 84511NED counts to"),
    "months in the wrong order": (["--notebook", "05_support", "-p", "first=2024-12"], "does not lie before last"),
    "no month": (["--notebook", "05_support", "-p", "last=2024"], "last '2024': expected a month"),
    "no dated snapshot": (["--snapshot", "latest"], "there is no vintage yet; make one with `bijstand pull`"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_is_refused_with_status_2_and_leaves_nothing(home, capsys, case):
    arguments, message = WRONG_CALLS[case]
    status, told = call(capsys, "report", *arguments)
    assert status == 2
    assert message in told
    assert "Traceback" not in told
    assert all(line.startswith("bijstand: ") for line in told.splitlines())
    assert outputs(home) == []


def test_all_faults_are_told_at_once(home, capsys):
    status, told = call(
        capsys, "report", "-p", "grup_by=age", "-p", "confidence=high", "--lang", "de", "--snapshot", "publishd"
    )
    assert status == 2
    for part in ("grup_by", "confidence", "lang", "publishd"):
        assert part in told
    assert len(told.splitlines()) == 4


def test_faults_of_periods_are_told_with_the_others(home, capsys):
    status, told = call(
        capsys, "report", "--notebook", "02_flows", "--lang", "de", "-p", "start=1990", "-p", "end=2050"
    )
    assert status == 2
    assert [part in told for part in ("language 'de'", "start 1990 lies outside", "end 2050 lies outside")] == [
        True
    ] * 3
    assert len(told.splitlines()) == 3


def test_latest_is_resolved_once(home):
    """What a run records, and what its notebooks open, is the snapshot that was newest when the call was checked."""
    folder = home / "data" / "snapshots"
    for name in ("2026-01-05", "2026-02-05"):
        shutil.copytree(folder / "published", folder / name)
        manifest = replace(open_snapshot("published").manifest, name=name, kind="dated")
        (folder / name / "manifest.json").write_bytes(manifest.to_bytes())
    notebooks = find_notebooks(home / "notebooks")
    checked = check_parameters(notebooks, {"snapshot": "latest"})
    assert {values["snapshot"] for values in checked.values()} == {"2026-02-05"}


def test_a_fault_nobody_thought_of_is_one_line_with_status_1(home, capsys, monkeypatch):
    import analysis.runs.report_run

    def broken(*arguments):
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(analysis.runs.report_run, "run_report", broken)
    status, told = call(capsys, "report")
    assert status == 1
    assert told == "bijstand: ZeroDivisionError: float division by zero (see where with bijstand --debug)\n"


def test_a_folder_that_may_not_be_written_is_named_with_what_to_do(home, capsys, monkeypatch):
    def refused(*arguments):
        raise PermissionError(13, "Permission denied", "/srv/notebooks")

    monkeypatch.setattr("analysis.runs.own_notebook.new_notebook", refused)
    status, told = call(capsys, "new", "my-question")
    own = "work in a folder of your own, such as `bijstand init FOLDER` lays out"
    assert (status, told) == (2, f"bijstand: /srv/notebooks: Permission denied; {own}.\n")


def test_a_parameter_of_another_notebook_is_unknown_to_the_one_chosen(home, capsys):
    status, told = call(capsys, "report", "--notebook", "01_caseload", "-p", "confidence=0.9")
    assert status == 2
    assert "parameter 'confidence' is unknown" in told


def flip(data: bytes) -> bytes:
    return data[:100] + bytes([data[100] ^ 1]) + data[101:]


def later_format(data: bytes) -> bytes:
    content = json.loads(data)
    return json.dumps({**content, "format": 99}).encode()


def replaced(old: bytes, new: bytes):
    return lambda data: data.replace(old, new, 1)


def doubled(data: bytes) -> bytes:
    return data + data.splitlines()[1] + b"\n"


# what is broken: file, how, whether the manifest is made to agree with it, and what has to be said
WRONG_DATA = {
    "flipped bit": ("82662NED.parquet", flip, False, "file 82662NED.parquet was changed: expected SHA-256"),
    "missing column": ("85617NED.parquet", replaced(b"duration,", b""), True,
                       "table 85617NED: expected column duration"),
    "renamed column": ("82662NED.parquet", replaced(b"sex", b"geslacht"), True,
                       "table 82662NED: expected column sex, found geslacht instead"),
    "letters in a number": ("82662NED.parquet", replaced(b"23790", b"2379O"), True,
                            "table 82662NED, column inflow, period 2019KW01: expected a number"),
    "duplicated cell": ("82662NED.parquet", doubled, True, "table 82662NED: expected each cell once, found 2 rows"),
    "negative count": ("82662NED.parquet", replaced(b"24690", b"-24690"), True, "found a count below zero (-24690)"),
    "two totals": ("82662NED.json", replaced(b'"category": "men"', b'"category": "total"'), True,
                   "sex, categories: expected each once, found total more than once"),
    "flows in persons": ("82662NED.json", replaced(b'"unit": "moments"', b'"unit": "persons"'), True,
                         "inflow counts moments, found 'persons'"),
    "a period that is none": ("82662NED.parquet", replaced(b"2021KW02", b"2021KW2"), True,
                              "column period: 2021KW2 is no period of this table"),
    "later format": ("manifest.json", later_format, False, "format 99 is later than 2"),
    "no manifest": ("manifest.json", lambda data: b"{", False, "not readable as JSON"),
    "lost file": ("85617NED.parquet", None, False, "file 85617NED.parquet cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_DATA)
def test_wrong_data_stop_a_run_before_it_begins_with_status_1(home, capsys, case):
    file, breaking, signed, message = WRONG_DATA[case]
    folder = home / "data" / "snapshots" / "published"
    if breaking is None:
        (folder / file).unlink()
    elif signed:
        rewrite(folder, file, breaking)
    else:
        (folder / file).write_bytes(breaking((folder / file).read_bytes()))
    status, told = call(capsys, "report")
    assert status == 1
    assert message in told
    assert len(told.splitlines()) == 1
    assert outputs(home) == []


def test_snapshots_verify_and_list(home, capsys):
    assert main(["snapshots", "verify"]) == 0
    assert main(["snapshots", "list"]) == 0
    listed = capsys.readouterr().out
    assert "published  published  2026-11-29" in listed
    assert "82662NED  partial" in listed
    (home / "data/snapshots/published/82662NED.parquet").unlink()
    assert main(["snapshots", "verify", "published"]) == 1
    assert "82662NED.parquet cannot be read" in capsys.readouterr().err


def test_an_output_folder_that_cannot_be_made(home, capsys):
    status, told = call(capsys, "report", "--out", str(home / "notebooks" / "01_caseload.ipynb" / "runs"))
    assert status == 2
    assert "no folder can be made there" in told


def test_a_folder_to_work_in_that_is_not_there(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "nowhere"))
    assert main(["report"]) == 2
    assert "nowhere', which is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["--version"]])
def test_help_and_version(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0


@pytest.mark.parametrize("arguments", [[], ["repport"], ["report", "--jobs", "many"], ["snapshots"]])
def test_a_call_that_is_none_ends_with_status_2(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_call_without_a_command_names_the_commands(capsys):
    for words, expected in (([], "expected COMMAND: report, register, notebooks, new, init, "),
                            (["snapshots"], "expected ACTION: list, verify, convert, show, history, diff "),
                            (["init"], "expected FOLDER (see bijstand init --help)"),
                            (["repport"], "COMMAND 'repport' is unknown; did you mean 'report'? known: certificate, "),
                            (["findings", "chek"], "ACTION 'chek' is unknown; did you mean 'check'? "),
                            (["report", "--notebok", "x"], "unrecognized arguments: --notebok x; did you mean "
                             "--notebook (see bijstand report --help)")):  # fmt: skip
        with pytest.raises(SystemExit):
            main(words)
        assert expected in capsys.readouterr().err


def test_help_imports_nothing_heavy():
    code = "import sys, analysis.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("numpy", "pandas", "matplotlib", "statsmodels", "papermill", "IPython", "tqdm"):
        assert f"'{heavy}'" not in loaded


def test_the_traceback_is_there_when_asked_for(home, capsys):
    assert main(["--debug", "report", "--snapshot", "publishd"]) == 2
    assert "Traceback" in capsys.readouterr().err
