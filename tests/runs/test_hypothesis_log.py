"""The hypothesis log: a row a test, none lost, none overwritten, none where none belongs."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from analysis.cli import main
from analysis.errors import CallError, DataError
from analysis.files import PARTIAL
from analysis.language.translator import Translator
from analysis.measures.question import read_question
from analysis.models.hypothesis.testing import run_test
from analysis.report.numbers import quote
from analysis.runs import hypothesis_log
from analysis.runs.hypothesis_plan import HypothesisPlan
from analysis.runs.kernel_server import SERVER
from analysis.runs.notebook import find_notebooks
from analysis.runs.parameters import check_parameters
from analysis.runs.plan import plan_run
from analysis.runs.report_run import run_report
from analysis.site.build import make_pages
from analysis.workspace import HOME_VARIABLE, RUN_FOLDER_VARIABLE
from project_copy import ROOT, copy_project, outputs

ROW = dict.fromkeys(hypothesis_log.COLUMNS, "x") | {"question": "a | b | c", "parameters": "{}", "plan": "0" * 64}
ROW |= dict.fromkeys(("p", "p_question", "p_log"), "0.5")
SERVED = os.environ.get(SERVER, "")  # the server of kernels that whole runs of the tests share
PLAN = HypothesisPlan("x", "outflow_ratio", "total", "", "", "trend", "lower", 0.95)


def rows(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def tested(published):
    return run_test(read_question(published, "outflow_ratio", "total"), "trend", "lower")


def test_two_runs_leave_two_rows_and_neither_is_touched_and_a_page_says_what_was_registered(home, capsys):
    out = home / "outputs"
    given = ["-p", "hypothesis=Fewer leave.", "-p", "groups=total", "-p", "test=trend", "-p", "alternative=lower"]
    assert main(["register", *given]) == 0
    digest = capsys.readouterr().out.split()[-1]
    assert main(["register", *given]) == 2
    assert "registered already" in capsys.readouterr().err
    folders, texts, pages = [], [], []
    other = {"start": "2020Q1", "end": "2022Q4", "hypothesis": "=1+1 | <b>"}
    for parameters in ({"hypothesis": "Fewer leave."}, other):
        plan = plan_run(home / "notebooks", ["08_hypothesis"], parameters)
        folders.append(run_report(plan, out, 1, make_pages, SERVED))
        texts.append((out / hypothesis_log.LOG).read_bytes())
        pages.append((folders[-1] / "08_hypothesis.html").read_text(encoding="utf-8"))
    assert texts[1].startswith(texts[0])
    registered, one, two = rows(out / hypothesis_log.LOG)
    assert (registered["verdict"], registered["p"]) == ("registered", "")
    assert registered["plan"] == one["plan"] == digest != two["plan"]
    assert [one["run"], two["run"]] == [folder.name for folder in folders]
    assert [one["times_tested"], two["times_tested"]] == ["1", "2"]  # the same question, whatever the period
    assert [one["attempt"], two["attempt"]] == ["1", "2"]
    assert two["hypothesis"] == "'=1+1 | <b>"
    asked = json.loads(two["parameters"])
    assert (asked["groups"], asked["start"], asked["end"]) == ("total", "2020Q1", "2022Q4")
    assert one["snapshot"] == "published"
    assert len(one["digest"]) == 64
    assert float(one["lo"]) < float(one["estimate"]) < float(one["hi"])
    assert one["verdict"] == "cannot be decided"
    assert "Registered beforehand" in pages[0]
    assert "had been tested 0 times" in pages[0]
    assert "Not registered beforehand" in pages[1]
    assert "<b>" not in pages[1].replace("<b></b>", "")
    assert "in row 3 of hypotheses.csv" in pages[1]


def test_a_run_names_its_folder_and_not_the_one_it_is_made_in(tmp_path, monkeypatch):
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(tmp_path / f".20261121-100000-published{PARTIAL}"))
    assert hypothesis_log.log_of_process() == (tmp_path / hypothesis_log.LOG, "20261121-100000-published")


def test_by_hand_in_jupyterlab_alone(tmp_path, monkeypatch):
    home = copy_project(tmp_path)
    for name in (RUN_FOLDER_VARIABLE, "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    assert hypothesis_log.log_of_process() is None
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/08_hypothesis.ipynb")
    assert hypothesis_log.log_of_process() is None  # a test session that was begun from a notebook
    monkeypatch.delenv("PYTEST_VERSION")
    assert hypothesis_log.log_of_process() == (home / "outputs" / hypothesis_log.LOG, hypothesis_log.BY_HAND)


def test_without_run_or_jupyterlab_nothing_is_written(tmp_path, monkeypatch, tested, published):
    home = copy_project(tmp_path)
    monkeypatch.delenv(RUN_FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    assert "Not recorded" in hypothesis_log.describe(hypothesis_log.record(tested, PLAN, published), Translator("en"))
    assert outputs(home) == []


def test_a_row_by_hand(tmp_path, monkeypatch, tested, published):
    monkeypatch.setattr(
        hypothesis_log, "log_of_process", lambda: (tmp_path / "outputs" / hypothesis_log.LOG, hypothesis_log.BY_HAND)
    )
    plan = replace(PLAN, hypothesis='Men leave\nmore, "often"')
    first, second = (hypothesis_log.record(tested, plan, published) for _ in range(2))
    assert "in row 1 " in hypothesis_log.describe(first, Translator("en"))
    assert "is 2 maal getoetst; dit is kijk 1." in hypothesis_log.describe(second, Translator("nl"))
    assert (first.p_question, first.p_log) == (second.p_question, second.p_log), "the same test run again is one look"
    found = rows(tmp_path / "outputs" / hypothesis_log.LOG)
    assert [row["run"] for row in found] == ["by hand", "by hand"]
    assert found[0]["hypothesis"] == 'Men leave more, "often"'


def test_writers_at_the_same_moment_lose_no_row(tmp_path):
    script = (
        "import sys; from pathlib import Path; from analysis.runs import hypothesis_log\n"
        "row = dict.fromkeys(hypothesis_log.COLUMNS, '0' * 64) | {'question': sys.argv[2], 'parameters': '{}'}\n"
        "print(*(hypothesis_log.append(Path(sys.argv[1]), row).times_tested for _ in range(25)))"
    )
    log = tmp_path / hypothesis_log.LOG
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(log), "ab"[n % 2]], stdout=subprocess.PIPE)
        for n in range(4)
    ]
    counted = [int(number) for writer in writers for number in writer.communicate(timeout=120)[0].split()]
    assert len(rows(log)) == 100
    assert sorted(counted) == sorted(2 * list(range(1, 51)))
    for question in "ab":
        own = [int(row["times_tested"]) for row in rows(log) if row["question"] == question]
        assert own == list(range(1, 51))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-5],
        lambda data: data.replace(b"time,run", b"when,run"),
        lambda data: data + b"half a row",
        lambda data: data + b"a,b,c\n",
        lambda data: data.replace(b"{}", b"{"),
        lambda data: b"",
        lambda data: data.replace(b"time,run,", b"run,time,"),
        lambda data: b"\xff\xfe" + data,
    ],
    ids=["cut", "columns", "half", "short", "json", "empty", "order", "bytes"],
)
def test_a_damaged_log_is_refused_and_left_as_it_is(tmp_path, damage):
    log = tmp_path / hypothesis_log.LOG
    hypothesis_log.append(log, ROW)
    broken = damage(log.read_bytes())
    log.write_bytes(broken)
    with pytest.raises(DataError, match="nothing was written to it"):
        hypothesis_log.append(log, ROW)
    assert log.read_bytes() == broken


def test_a_log_that_excel_saved_as_utf8_is_read_and_goes_on(tmp_path):
    log = tmp_path / hypothesis_log.LOG
    hypothesis_log.append(log, ROW)
    log.write_bytes(b"\xef\xbb\xbf" + log.read_bytes().replace(b"\n", b"\r\n"))
    assert hypothesis_log.append(log, ROW).times_tested == 2
    assert [row["question"] for row in hypothesis_log.read(log)] == [ROW["question"]] * 2


def test_a_disk_that_takes_no_more_leaves_the_log_as_it_was(tmp_path, monkeypatch):
    log = tmp_path / hypothesis_log.LOG
    hypothesis_log.append(log, ROW)
    before = log.read_bytes()

    def full(_):
        raise OSError("No space left on device")

    monkeypatch.setattr(hypothesis_log.os, "fsync", full)
    with pytest.raises(DataError, match="could not be written"):
        hypothesis_log.append(log, ROW)
    assert log.read_bytes() == before


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 501])
def test_a_hypothesis_that_says_nothing_or_too_much(text):
    with pytest.raises(CallError, match="1 to 500 characters"):
        hypothesis_log.check_hypothesis(text)


def test_a_hypothesis_is_quoted_without_markup():
    assert quote("a <script> *b* [c](d) $e$") == "> a &lt;script&gt; \\*b\\* \\[c\\](d) \\$e\\$"


def test_it_runs_on_request_alone():
    assert "08_hypothesis" not in [each.name for each in find_notebooks(ROOT / "notebooks")]
    assert [each.name for each in find_notebooks(ROOT / "notebooks", ["08_hypothesis"])] == ["08_hypothesis"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"groups": "sex: men, wimen"}, "did you mean 'women'"),
        ({"end": "2026Q2"}, "Nearest: start='2019Q1', end='2025Q4'"),
        ({"start": "2024Q1"}, "at least 9 are needed"),
        ({"groups": "sex: men, women", "test": "difference"}, "2019Q1 to 2020Q1 are 5 quarters; at least 8"),
        ({"measure": "benefits"}, "one benefit"),
        ({"measure": "long_term_share"}, "Nearest: measure='outflow_ratio', groups='total'"),
        ({"groups": "background: western, non-western", "end": "2023Q4"}, "stopped migration background"),
        ({"test": "change", "start": "2024Q2"}, "two complete years"),
        ({"test": "slope"}, "parameter test"),
        ({"alternative": "above"}, "parameter alternative"),
        ({"hypothesis": ""}, "parameter hypothesis"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_before_a_kernel_starts(given, said):
    notebooks = find_notebooks(ROOT / "notebooks", ["08_hypothesis"])
    with pytest.raises(CallError) as caught:
        check_parameters(notebooks, given)
    assert said in str(caught.value)


def test_a_look_at_the_same_question_spends_less_and_other_questions_count(tmp_path):
    """p = 0.01 at each of three looks at one question: 0.01 (pi k)^2 / 6; then Benjamini and Hochberg by hand."""
    log = tmp_path / hypothesis_log.LOG
    row = ROW | {"p": "0.01", "verdict": "supported"}
    entries = [
        hypothesis_log.append(log, row | {"parameters": f'{{"start": "{year}"}}'}) for year in (2019, 2020, 2021)
    ]
    assert [entry.attempt for entry in entries] == [1, 2, 3]
    assert [entry.p_question for entry in entries] == pytest.approx([0.01645, 0.06580, 0.14804], abs=1e-5)
    assert [entry.verdict for entry in entries] == ["supported", "cannot be decided", "cannot be decided"]
    other = hypothesis_log.append(log, row | {"question": "another"})
    assert other.p_question == pytest.approx(0.01645, abs=1e-5)
    assert other.p_log == pytest.approx(0.01645 * 4 / 2, abs=1e-4)


def test_what_cannot_be_registered(home, capsys):
    assert main(["register", "-p", "measure=outflow_ratio"]) == 2
    assert "expected the hypothesis in words" in capsys.readouterr().err
    assert main(["register", "-p", "hypothesis=x", "-p", "measure=outflow"]) == 2
    assert main(["register", "-p", "hypothesis=x", "-p", "snapshot=published"]) == 2
    assert "unknown" in capsys.readouterr().err
