"""What a researcher meets in JupyterLab and on the command line: objects in a cell, errors, and what may be asked."""

from __future__ import annotations

import importlib
import itertools
import json
import re
import shlex
import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from test_run import make_notebook

from analysis.classifications.categories import CATEGORIES
from analysis.cleaning.cells import read_cells
from analysis.cli import main
from analysis.errors import CallError, DataError
from analysis.measures.caseload_groups import group_state
from analysis.measures.question import read_question
from analysis.models.duration.panel import read_panel
from analysis.models.hypothesis.testing import run_test
from analysis.models.hypothesis.variants import alternatives
from analysis.report import Report
from analysis.runs.notebook import find_notebooks, read_notebook
from analysis.runs.own_notebook import new_notebook
from analysis.runs.parameter_help import parameter_help
from analysis.runs.parameters import check_parameters, own_parameters, parse_assignments
from analysis.site.explorer import explore
from analysis.summary import Summary
from analysis.workspace import open_snapshot
from project_copy import ROOT, copy_project

SCREEN = (20, 130)
"""Lines and characters."""
YOUNG_WOMEN = "age: <27 & sex: women; sex: men"
CALL = ["hypothesis=The outflow ratio of women under 27 fell more than that of men.", f"groups={YOUNG_WOMEN}",
        "start=2021", "test=change", "alternative=lower"]  # fmt: skip


def code_of(path):
    """Return the code blocks of a page."""
    return re.findall(r"```(\w*)\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


OBJECTS = {
    "snapshot": lambda source: source,
    "table": lambda source: source.table("82662NED"),
    "cells": lambda source: read_cells(source, "82662NED"),
    "question": lambda source: read_question(source, "outflow_ratio", "total"),
    "state of groups": lambda source: group_state(source, "sex"),
    "panel": lambda source: read_panel(source, "sex"),
}


@pytest.fixture(scope="module")
def answered(practice):
    """Run the lines of the README that answer the question on women under 27; return the lines and the last value."""
    (block,) = [text for kind, text in code_of(ROOT / "README.md") if kind == "python" and YOUNG_WOMEN in text]
    lines, names = [line for line in block.splitlines() if line.strip()], {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.workspace.open_snapshot", lambda name: {"practice": practice}[name])
        exec("\n".join(lines[:-1]), names)
        return lines, eval(lines[-1], names)


@pytest.mark.parametrize("name", [*OBJECTS, "model"])
def test_an_object_shows_itself_on_a_screen(published, answered, name):
    found = answered[1] if name == "model" else OBJECTS[name](published)
    lines = repr(found).splitlines()
    assert len(lines) <= SCREEN[0]
    assert max(map(len, lines)) <= SCREEN[1]
    page = found._repr_html_()
    assert len(page) < 6000
    assert page.count("<tr>") >= 3
    if name in ("snapshot", "table", "cells", "question", "model"):
        assert lines[-1].startswith("  next: ")
    assert not [each for each in dir(found) if each.startswith("_")], "tab completion shows what is public"


def test_a_summary_escapes_what_a_table_calls_itself():
    page = Summary("A <b>title</b>", {"by <x>": '"quoted" & <script>'}, "a < b").html()
    assert "<b>" not in page
    assert "<script>" not in page


def test_the_frames_of_a_source_say_what_there_is(published):
    tables = published.tables().set_index("table")
    assert len(tables) == len(published.manifest.tables)
    assert tables.loc["82662NED", "dimensions"].split(", ")[0] in CATEGORIES
    groups = published.groups()
    assert {"women", "men"} <= set(groups["group"])
    assert list(published.groups("sex")["group"]) == ["men", "women"]
    with pytest.raises(CallError, match="dimension 'gender' is unknown; known: age"):
        published.groups("gender")
    assert published.periods("outflow_ratio").to_dict("records")[0]["first_period"] == "2019Q1"
    with pytest.raises(CallError, match="did you mean 'outflow_ratio'"):
        published.periods("outflow_ration")
    with pytest.raises(CallError, match="Nearest: groups='total'"):
        published.periods("outflow_ratio", "age: <27")


def test_what_can_be_asked_is_answered_as_it_stands(published, practice):
    """Each row is a question that is read, over the periods that it names."""
    asked = [(published, row) for row in published.what_can_i_ask().to_dict("records")]
    asked += [(practice, row) for row in practice.what_can_i_ask("reinflow_share").to_dict("records")]
    assert len(asked) > 10
    for source, row in asked:
        found = read_question(source, row["measure"], row["groups"], row["first_period"], row["last_period"])
        assert len(found.periods) == row["periods"]
    for text in practice.groups("age")["groups"]:
        if "85615NED" in practice.groups("age").set_index("groups").loc[text, "tables"]:
            read_question(practice, "reinflow_share", text, "2024")


# -- errors


@pytest.fixture
def shell():
    main_module = sys.modules["__main__"]  # which the shell replaces by its own
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main_module


MISTAKES = {
    "group": 'read_question(source, "outflow_ratio", "sex: wimen, men")',
    "crossing": f"read_question(source, 'outflow_ratio', {YOUNG_WOMEN!r})",
    "measure": 'read_question(source, "outflow_ration", "total")',
    "table": 'source.table("85615NEDD")',
    "snapshot": 'open_snapshot("publishd")',
    "period": 'read_question(source, "outflow_ratio", "total", "yesterday")',
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_cell_is_answered_in_five_lines(shell, capsys, mistake):
    shell.run_cell(
        "from analysis.measures.question import read_question\nfrom analysis.workspace import open_snapshot\n"
        "source = open_snapshot('published')"
    )
    capsys.readouterr()
    assert not shell.run_cell(MISTAKES[mistake]).success
    printed = "".join(capsys.readouterr())
    lines = [line for line in printed.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 5
    assert re.match(r"(CallError|CoverageError): ", lines[0])
    assert "Traceback" not in printed


def test_many_faults_take_five_lines_and_a_traceback_can_be_had(monkeypatch):
    fault = DataError("\n".join(f"line {number}" for number in range(12)))
    assert fault._render_traceback_() == [*(f"DataError: line {number}" for number in range(4)), "and 8 more faults."]
    monkeypatch.setenv("BIJSTAND_DEBUG", "1")
    with pytest.raises(DataError) as caught:
        raise fault
    assert "Traceback" in "".join(caught.value._render_traceback_())


# -- the question about women under 27


def test_the_readme_answers_the_question_on_women_under_27_in_eight_lines(answered):
    lines, found = answered
    assert len(lines) <= 8
    assert found.parameters["groups"] == YOUNG_WOMEN
    assert found.parameters["start"] == "2021Q1"
    assert found.verdict in ("supported", "not supported", "cannot be decided")
    low, high = found.intervals.set_index("kind").loc["both", ["value_lo", "value_hi"]]
    assert low < found.estimate < high


@pytest.fixture
def home_with_practice(tmp_path, practice, monkeypatch):
    home = copy_project(tmp_path)
    monkeypatch.setenv("BIJSTAND_HOME", str(home))
    (home / "data" / "snapshots" / "practice").symlink_to(practice.folder)
    return home


@pytest.mark.parametrize("page", ["README.md", "README.nl.md"])
def test_every_call_on_a_hypothesis_in_the_readme_is_accepted(home_with_practice, page, capsys):
    """The plan of each call is made: what is refused is refused then, before a kernel starts."""
    blocks = "\n".join(text for kind, text in code_of(ROOT / page) if not kind)
    calls = [shlex.split(line) for line in blocks.replace("\\\n", " ").splitlines() if "08_hypothesis" in line]
    assert len(calls) == 2
    for call in calls:
        notebooks = find_notebooks(home_with_practice / "notebooks", ["08_hypothesis"])
        given = [text for flag, text in itertools.pairwise(call) if flag == "-p"]
        options = {name: call[call.index(f"--{name}") + 1] for name in ("snapshot", "lang") if f"--{name}" in call}
        check_parameters(notebooks, parse_assignments(given, **options))
    register = next(shlex.split(line) for line in blocks.splitlines() if line.startswith("bijstand register"))
    assert main([*register[1:], "--out", str(home_with_practice / "runs")]) == 0
    assert "registered" in capsys.readouterr().out


def test_one_call_is_refused_on_published_in_one_line(home, capsys):
    arguments = [part for text in CALL for part in ("-p", text)]
    assert main(["report", "--notebook", "08_hypothesis", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "82662NED cannot give outflow for age: <27 & sex: women" in line
    assert "Nearest: groups='total'." in line


# -- parameters


def test_the_notebooks_are_listed(capsys):
    assert main(["notebooks"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in listed} >= {"00_data", "08_hypothesis", "tutorial"}
    assert "only when it is named" in next(line for line in listed if line.startswith("tutorial"))
    assert main(["notebooks", "02_flow"]) == 2
    assert "did you mean '02_flows'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["00_data", "02_flows", "03_duration", "04_findings", "06_work_disability",
                                  "08_hypothesis"])  # fmt: skip
def test_every_value_that_is_listed_is_accepted(published, name):
    (notebook,) = find_notebooks(ROOT / "notebooks", [name])
    parameters = parameter_help(notebook, published)
    assert [each.name for each in parameters] == list(notebook.defaults)
    for each in parameters:
        assert each.meaning
        assert each.values or each.allowed
        # a snapshot need not have the tables; of the total no test can be a difference
        for value in set(each.values) - {"difference"} if each.name != "snapshot" else ():
            check_parameters([notebook], {each.name: value})
        for value in re.findall(r"from (\S+) to (\S+?),", each.allowed)[0] if each.name in ("start", "end") else ():
            if each.name == ("start" if value == "2019Q1" else "end"):
                check_parameters([notebook], {each.name: value})


def test_a_parameter_that_means_something_else_in_a_notebook_may_be_anything(home, published):
    """`period` is a year in one notebook; a notebook of one's own whose default is a quarter could not run."""
    parameters = 'snapshot = "published"\nlang = "en"\nperiod = "2024Q4"\nmeasure = "stock"\n'
    make_notebook(home / "notebooks" / "mine", "own", "print(period)", parameters=parameters)
    (notebook,) = find_notebooks(home / "notebooks", ["own"])
    given = {"period": "2023Q1", "measure": "jobs"}
    assert given.items() <= check_parameters([notebook], given)["own"].items()
    shown = {each.name: each for each in parameter_help(notebook, published)}["period"]
    assert (shown.values, shown.allowed) == ((), "a text")
    with pytest.raises(CallError, match="language 'de' is unknown"):
        check_parameters([notebook], {"lang": "de"})
    assert all(not own_parameters(each) for each in find_notebooks(ROOT / "notebooks"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda _: read_question("practice", "outflow_ratio", "total"), "open_snapshot('practice') opens it"),
        (lambda _: Report("practice", "en"), "expected a snapshot, found 'practice'"),
        (lambda _: explore("practice"), "expected a snapshot, found 'practice'"),
        (lambda source: run_test(source, "change"), "expected a question, found a Source; read_question"),
        (lambda source: open_snapshot(source), "snapshot name a Source is not a name"),
        (lambda source: alternatives("practice", run_test(read_question(source, "outflow_ratio", "total"), "trend")),
         "expected a snapshot, found 'practice'"),
    ],
)  # fmt: skip
def test_what_is_no_snapshot_or_question_is_named_in_one_line(practice, call, message):
    """The name of a snapshot in its place ended in a traceback: 'str' object has no attribute 'name'."""
    with pytest.raises(CallError, match=re.escape(message)) as caught:
        call(practice)
    assert len(str(caught.value).splitlines()) == 1


def test_a_notebook_that_cannot_be_read_hides_no_other(home, capsys):
    mine = home / "notebooks" / "mine"
    make_notebook(mine, "good", "print(1)")
    (mine / "broken.ipynb").write_text("{")
    (mine / "old.ipynb").write_text('{"nbformat": 3, "metadata": {}, "worksheets": []}')
    assert main(["notebooks"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "cannot be run: notebook broken.ipynb: not readable as a notebook" in lines["broken"]
    assert "format 3; open and save it in JupyterLab" in lines["old"]
    assert "cannot be run" not in lines["good"]


def test_a_level_of_confidence_goes_to_every_notebook_with_process_intervals():
    with_level = [each.name for each in find_notebooks(ROOT / "notebooks") if "confidence" in each.defaults]
    assert {"02_flows", "03_duration"} <= set(with_level)


# -- a notebook of one's own


def test_a_notebook_of_ones_own_is_made_and_found(home, capsys):
    assert main(["new", "my-question"]) == 0
    path = home / "notebooks" / "mine" / "my-question.ipynb"
    assert capsys.readouterr().out.startswith(f"{path}\n")
    (found,) = find_notebooks(home / "notebooks", ["my-question"])
    assert found.path == path
    assert found.tables == ("my_question",)
    assert "my-question" not in [each.name for each in find_notebooks(home / "notebooks")], "a report leaves it out"


def test_a_notebook_of_ones_own_begins_with_another(home):
    path = new_notebook(home / "notebooks", "my_flows", "02_flows")
    made, origin = read_notebook(path), read_notebook(home / "notebooks" / "02_flows.ipynb")
    assert (made.defaults, made.tables) == (origin.defaults, origin.tables)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert not [cell for cell in cells if cell.get("outputs")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("twice", "notebook 'twice' exists already (mine/twice.ipynb); choose another name."),
        ("02_flows", "notebook '02_flows' exists already (notebooks/02_flows.ipynb)"),
        ("../up", "expected letters, digits, '-' and '_'"),
        ("", "expected letters, digits"),
        ("a" * 300, f"notebook name '{'a' * 40}…': expected letters, digits, '-' and '_', at most 100."),
    ],
)
def test_a_name_that_cannot_be_given_is_refused_in_one_line(home, capsys, name, words):
    main(["new", "twice"])
    capsys.readouterr()
    assert main(["new", name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_an_origin_that_is_none_is_refused(home, capsys):
    assert main(["new", "other", "--from", "02_flow"]) == 2
    assert "did you mean '02_flows'" in capsys.readouterr().err
    assert not (home / "notebooks" / "mine" / "other.ipynb").exists()


def test_experiments_break_no_test(tmp_path):
    """pytest with nbval passes over the folder, whatever lies in it; git ignores it."""
    mine = tmp_path / "notebooks" / "mine"
    mine.mkdir(parents=True)
    (mine / "broken.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "--collect-only", "-p", "no:cacheprovider", "notebooks"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5, done.stdout  # nothing was collected
    assert "/notebooks/mine/*" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_make_lab_passes_arguments_and_works_as_root():
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "lab", "ARGS=--no-browser --port 8899", "-o", ".venv/.ready"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "jupyter lab notebooks" in done.stdout
    assert done.stdout.rstrip().endswith("--no-browser --port 8899")
    user = subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout.strip()
    assert ("--allow-root" in done.stdout) == (user == "0")


# -- what leads to the public parts


def test_the_package_completes_to_its_rooms_and_each_says_where_to_begin():
    import analysis

    assert {"measures", "models", "report", "workspace", "simulation"} <= set(dir(analysis))
    assert not [name for name in dir(analysis) if name.startswith("_")]
    assert analysis.workspace.open_snapshot("published").name == "published"
    with pytest.raises(AttributeError):
        _ = analysis.measure
    for room in ("measures", "models", "report", "cleaning", "simulation", "snapshots", "classifications"):
        module = importlib.import_module(f"analysis.{room}")
        named = re.findall(r"`([a-z_.]+\.[a-z_A-Z]+)`", module.__doc__)
        assert named, room
        for name in named:
            path, _, last = name.removeprefix("analysis.").rpartition(".")
            roots = [f"analysis.{room}.{path}", f"analysis.{path}"]
            assert any(has(root, last) for root in roots), name


def has(module: str, name: str) -> bool:
    try:
        return hasattr(importlib.import_module(module), name)
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("name", ["snapshot", "question", "model"])
def test_simulated_figures_say_so_in_a_cell(practice, answered, name):
    found = {"snapshot": practice, "question": answered[1].question, "model": answered[1]}[name]
    assert "SIMULATED" in repr(found)
    assert "SIMULATED" in found._repr_html_()


def test_the_printed_interval_of_a_test_holds_all_of_it(answered):
    low, high = answered[1].intervals.set_index("kind").loc["both", ["value_lo", "value_hi"]]
    shown = re.search(r"interval +([\d.]+) to ([\d.]+)", repr(answered[1]))
    assert float(shown[1]) <= low < high <= float(shown[2])
