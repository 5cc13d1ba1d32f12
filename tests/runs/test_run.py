"""A run: what it leaves behind, what it does with failures, and that nothing is left running."""

from __future__ import annotations

import itertools
import json
import re
import sys

import nbformat
import psutil
import pytest

from analysis.cli import main
from analysis.errors import CallError, DataError
from analysis.files import write_new
from analysis.runs import kernel as worker
from analysis.runs.kernel import Job, run_notebook
from analysis.runs.notebook import find_notebooks, read_notebook
from analysis.runs.parameters import check_parameters
from analysis.runs.plan import Plan, plan_run
from analysis.runs.report_run import NotebookFailedError, run_report
from analysis.site.build import make_pages
from analysis.workspace import HOME_VARIABLE
from builders import table
from project_copy import outputs

PARAMETERS = 'snapshot = "published"\nlang = "en"\nlevel = 1\n'


def make_notebook(folder, name, *cells, parameters=PARAMETERS):
    notebook = nbformat.v4.new_notebook()
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    notebook.cells = [first, *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{name}.ipynb")


def run(home, folder, given=None, **options):
    plan = plan_run(folder, options.pop("names", None), given or {})
    return run_report(plan, home / "outputs", options.pop("jobs", 2), make_pages)


def kernels():
    return [child for child in psutil.Process().children(recursive=True) if "ipykernel" in " ".join(child.cmdline())]


def test_a_run_leaves_a_whole_folder_and_no_kernel(home):
    made = home / "made"
    make_notebook(
        made, "01_one", "print('level', level)", "from IPython.display import Markdown\nMarkdown('# A title <i>')"
    )
    make_notebook(made, "02_two", "print('two')")
    folder = run(home, made, {"level": "7"})
    assert sorted(path.name for path in folder.iterdir()) == [
        "01_one.html",
        "02_two.html",
        "downloads.html",
        "explorer.html",
        "figures",
        "index.html",
        "log",
        "notebooks",
        "run.json",
        "tables",
    ]
    record = json.loads((folder / "run.json").read_text())
    assert record["status"] == "done"
    assert [each["name"] for each in record["notebooks"]] == ["01_one", "02_two"]
    assert record["notebooks"][0]["parameters"]["level"] == 7
    assert record["snapshots"][0]["digest"]
    assert record["versions"]["pandas"].startswith("3")
    executed = (folder / "notebooks" / "01_one.ipynb").read_text()
    assert "level 7" in executed
    assert str(home) not in executed
    assert kernels() == []
    assert outputs(home) == [folder.name]


def test_two_runs_never_share_a_folder(home):
    made = home / "made"
    make_notebook(made, "01_one", "1")
    first, second = run(home, made), run(home, made)
    assert first != second
    assert len(outputs(home)) == 2


def test_runs_that_begin_in_the_same_second_claim_names_of_their_own(home, monkeypatch):
    """One is still at work (its folder aside is there), one failed, one is done: the fourth takes the next name."""
    from datetime import datetime

    from analysis.runs import report_run as run_module

    begun = datetime(2026, 11, 21, 12, 0, 0)
    for taken in (".20261121-120000-published.partial", "20261121-120000-published-2-failed",
                  "20261121-120000-published-3"):  # fmt: skip
        (home / "outputs" / taken).mkdir(parents=True)
    final, aside = run_module._new_folder(home / "outputs", begun, {"a": {"snapshot": "published"}})
    assert final.name == "20261121-120000-published-4"
    assert aside.is_dir()
    assert len(outputs(home)) == 4


def test_no_more_notebooks_run_at_once_than_asked_for(home):
    made, timed = home / "made", "import time\nbegun = time.time()\ntime.sleep(0.3)\nprint(begun, time.time())"
    for number in range(3):
        make_notebook(made, f"0{number}_timed", timed)
    folder = run(home, made, jobs=1)
    spans = []
    for path in (folder / "notebooks").iterdir():
        text = nbformat.read(path, as_version=4).cells[-1].outputs[0]["text"]
        spans.append(tuple(float(word) for word in text.split()))
    spans.sort()
    assert len(spans) == 3
    assert all(ended <= begun for (_, ended), (begun, _) in itertools.pairwise(spans))


def test_a_notebook_whose_tables_the_snapshot_lacks_is_left_out_and_that_is_told(home, capsys, monkeypatch):
    """The simulated snapshot has no tables of documents; `published` is the only one that does."""
    from analysis.snapshots.write import write_snapshot

    monkeypatch.setattr("analysis.runs.notebook.installed_folder", lambda: home)  # which would add its notebooks
    for path in (home / "notebooks").glob("*.ipynb"):
        path.unlink()
    make_notebook(home / "notebooks", "01_one", "print('one')")
    make_notebook(home / "notebooks", "05_two", "from analysis.chapters.support import monthly_series, provisions")
    given = ["--snapshot", "made", "--out", str(home / "outputs")]
    tables = [table("85692NED", [{"measure": "stock", "period": "2024-12", "value": "10"}])]
    write_snapshot(home / "data" / "snapshots", "made", "simulated", "2026-11-21", tables)
    assert main(["report", *given]) == 0
    told = capsys.readouterr()
    lacks = ["factsheet-2024-supported", "factsheet-2024-t3", "factsheet-2024-t4"]
    why = f"snapshot 'made' does not have {', '.join(lacks)}"
    assert told.err == f"bijstand: notebook 05_two is left out: {why}.\n"
    (run,) = outputs(home)
    record = json.loads((home / "outputs" / run / "run.json").read_text())
    assert record["skipped"] == [{"name": "05_two", "reason": why, "lacks": lacks}]
    assert [each["name"] for each in record["notebooks"]] == ["01_one"]
    page = (home / "outputs" / run / "index.html").read_text()
    about = page[page.index('id="run"') :]
    assert "Left out: 05_two" in about
    assert "factsheet 2024, table 3" in about

    assert main(["report", *given, "--notebook", "05_two"]) == 2
    assert capsys.readouterr().err == f"bijstand: notebook 05_two: {why}; use --snapshot published, which has them.\n"
    (home / "notebooks" / "01_one.ipynb").unlink()
    assert main(["report", *given]) == 2  # nothing is left to run
    assert main(["report", "--snapshot", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert outputs(home) == [run]


def test_a_failed_notebook_is_kept_and_named_first(home):
    made = home / "made"
    make_notebook(made, "01_good", "1")
    make_notebook(made, "02_bad", "1", "raise ValueError('the numbers do not add up')")
    with pytest.raises(NotebookFailedError) as failed:
        run(home, made)
    (kept,) = outputs(home)
    assert kept.endswith("-failed")
    message = str(failed.value)
    assert message.startswith(str(home / "outputs" / kept / "notebooks" / "02_bad.ipynb"))
    # the parameters that papermill put in are a cell of their own
    assert ", cell 4: ValueError: the numbers do not add up" in message
    assert not (home / "outputs" / kept / "index.html").exists()
    assert json.loads((home / "outputs" / kept / "run.json").read_text())["status"] == "failed"
    assert kernels() == []


def test_a_notebook_that_ends_well_without_its_table_has_failed(home):
    made = home / "made"
    silent = "class report:\n    table = figure = print"
    make_notebook(made, "01_empty", silent, "report.table('caseload_by_group', 1)\nreport.figure('flows', 1)")
    with pytest.raises(NotebookFailedError, match=r"without writing tables/caseload_by_group.csv, figures/flows.png"):
        run(home, made)


def test_a_kernel_that_dies_at_work_is_not_started_again(home):
    made = home / "made"
    make_notebook(made, "01_dies", "import os", "os._exit(3)")
    with pytest.raises(NotebookFailedError, match=r"01_dies.ipynb, cell 4: .*[Kk]ernel"):
        run(home, made)
    (kept,) = outputs(home)
    record = json.loads((home / "outputs" / kept / "run.json").read_text())
    assert record["notebooks"][0]["kernel_starts"] == 1


@pytest.fixture
def job(home):
    make_notebook(home / "made", "01_one", "print('ran')")
    for part in ("notebooks", "log"):
        (home / "stage" / part).mkdir(parents=True)
    values = {"snapshot": "published", "lang": "en", "level": 1}
    return Job("01_one", home / "made" / "01_one.ipynb", home / "stage", values, home)


def test_a_lost_kernel_start_is_tried_again(job, monkeypatch):
    import papermill

    real, calls = papermill.execute_notebook, []

    def flaky(*arguments, **named):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return real(*arguments, **named)

    monkeypatch.setattr(papermill, "execute_notebook", flaky)
    outcome = run_notebook(job)
    assert (outcome.starts, outcome.error) == (2, "")


def test_any_other_fault_is_not_tried_again(job, monkeypatch):
    import papermill

    def broken(*arguments, **named):
        raise ValueError("no such thing")

    monkeypatch.setattr(papermill, "execute_notebook", broken)
    outcome = run_notebook(job)
    assert (outcome.starts, outcome.error) == (1, "ValueError: no such thing")


def test_a_start_that_never_comes_is_given_up(job, monkeypatch):
    import papermill

    def dead(*arguments, **named):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(papermill, "execute_notebook", dead)
    outcome = run_notebook(job)
    assert outcome.starts == worker.STARTS
    assert "Kernel died" in outcome.error


def test_a_path_with_braces_is_a_path(home):
    made = home / "made {lang}"
    make_notebook(made, "01_one", "1")
    notebooks = find_notebooks(made)
    folder = run_report(Plan(notebooks, check_parameters(notebooks, {})), home / "out {lang} {x}", 1, make_pages)
    assert folder.parent == home / "out {lang} {x}"
    assert (folder / "notebooks" / "01_one.ipynb").exists()


def test_a_late_kernel_does_not_bring_back_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_new(tmp_path / "gone" / "table.csv", b"1")
    assert not (tmp_path / "gone").exists()


def test_what_a_kernel_says_goes_to_the_log_and_not_to_the_terminal(home, capfd):
    made = home / "made"
    make_notebook(made, "01_loud", "import os\nos.write(2, b'loud words')")
    folder = run(home, made)
    assert "loud words" in (folder / "log" / "01_loud.log").read_text()
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""  # no progress bar either: this is no terminal


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("a = 1\nb = a + 1\n", "may only hold lines like"),
        ("import os\n", "may only hold lines like"),
        ("a: int = 1\n", "may only"),
        ("a = = 1\n", "may only"),
    ],
)
def test_a_parameter_cell_holds_plain_values(tmp_path, parameters, message):
    make_notebook(tmp_path, "01_x", parameters=parameters)
    with pytest.raises(DataError, match=message):
        read_notebook(tmp_path / "01_x.ipynb")


def test_what_is_no_notebook_is_named(tmp_path):
    (tmp_path / "01_x.ipynb").write_text("{")
    with pytest.raises(DataError, match=r"notebook 01_x.ipynb: not readable"):
        read_notebook(tmp_path / "01_x.ipynb")
    make_notebook(tmp_path, "02_y")
    content = json.loads((tmp_path / "02_y.ipynb").read_text())
    content["cells"][0]["metadata"] = {}
    (tmp_path / "02_y.ipynb").write_text(json.dumps(content))
    with pytest.raises(DataError, match="expected one cell with the tag 'parameters', found 0"):
        read_notebook(tmp_path / "02_y.ipynb")


def test_a_researchers_own_notebook_runs_with_its_own_parameters(home):
    made = home / "made"
    make_notebook(made, "my_question", "print(level * share)", parameters="level = 1\nshare = 0.5\n")
    notebooks = find_notebooks(made, ["my_question"])
    assert check_parameters(notebooks, {"level": "3", "share": "1"}) == {"my_question": {"level": 3, "share": 1.0}}
    with pytest.raises(CallError, match=r"parameter level: expected a whole number like 1, found '0\.5'"):
        check_parameters(notebooks, {"level": "0.5"})
    folder = run_report(Plan(notebooks, check_parameters(notebooks, {})), home / "outputs", 1, make_pages)
    assert (folder / "index.html").exists()


def test_a_notebook_that_is_dropped_in_shows_a_table_and_a_figure_of_its_own_names(home, capsys):
    """No file of the library knows the names ``mine``, ``town``, ``my_share``, ``my_counts`` and ``my_drawing``."""
    make_notebook(
        home / "notebooks",
        "mine",
        "import pandas as pd\nfrom matplotlib.figure import Figure\nfrom analysis.report import Report\n"
        "from analysis.workspace import open_snapshot\nreport = Report(open_snapshot(snapshot), lang)",
        "rows = {'town': ['Aa', 'Bee'], 'quantity': 'my_share', 'value': [level, 3.5]}\n"
        "report.table('my_counts', pd.DataFrame(rows))",
        "drawn = Figure()\ndrawn.subplots().plot(rows['value'])\nreport.figure('my_drawing', drawn)",
    )
    notebook = read_notebook(home / "notebooks" / "mine.ipynb")
    assert (notebook.tables, notebook.figures) == (("my_counts",), ("my_drawing",))
    assert main(["report", "--notebook", "mine", "-p", "level=2", "--lang", "nl"]) == 0
    (name,) = outputs(home)
    folder = home / "outputs" / name
    assert capsys.readouterr().out == f"{folder / 'index.html'}\n"
    table = (folder / "tables" / "my_counts.csv").read_text().splitlines()
    assert [line.split(",")[:2] for line in table] == [["town", "my_share"], ["Aa", "2"], ["Bee", "3.5"]]
    assert (folder / "figures" / "my_drawing.png").read_bytes().startswith(b"\x89PNG")
    page = (folder / "mine.html").read_text(encoding="utf-8")
    assert 'id="table-my_counts"' in page
    assert "my share" in page
    assert re.search(r'<img [^>]*alt="my drawing"', page)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("how", ["ctrl-c", "told to stop", "all told to stop", "terminal closed", "killed"])
def test_a_stopped_run_leaves_neither_folder_nor_kernel(home, how):
    """Ctrl-C reaches the whole process group, as a terminal sends it; being told to stop, the command alone."""
    import os
    import signal
    import subprocess
    import time

    make_notebook(home / "notebooks", "01_slow", "import time", "time.sleep(120)")
    # in a module of its own: workers read the main module again
    script = home / "go.py"
    script.write_text(
        "import sys\nfrom analysis.cli import main\n"
        "if __name__ == '__main__':\n    sys.exit(main(['report', '--notebook', '01_slow']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, script], env={**os.environ, HOME_VARIABLE: str(home)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # tests that run in the background have inherited deafness for Ctrl-C, and would pass it on
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline = time.monotonic() + 60
    begun = None
    while time.monotonic() < deadline and not begun:
        time.sleep(0.3)
        family = psutil.Process(process.pid).children(recursive=True)
        started = list((home / "outputs").glob(".*/notebooks/01_slow.ipynb"))
        begun = started and any("ipykernel" in " ".join(child.cmdline()) for child in family)
    assert begun, "the run did not begin"
    time.sleep(1.5)
    family = psutil.Process(process.pid).children(recursive=True)
    to_group = {"ctrl-c": signal.SIGINT, "all told to stop": signal.SIGTERM}
    if how in to_group:
        os.killpg(process.pid, to_group[how])
    else:
        to_main = {"told to stop": signal.SIGTERM, "terminal closed": signal.SIGHUP, "killed": signal.SIGKILL}
        process.send_signal(to_main[how])
    _, told = process.communicate(timeout=60)
    if how != "killed":  # which nothing can tidy up after but the next reader's eye: the folder's name is hidden
        assert process.returncode == 130
        assert "nothing was left behind" in told
        assert list((home / "outputs").iterdir()) == []
    _, alive = psutil.wait_procs(family, timeout=15)
    assert [" ".join(child.cmdline()) for child in alive if "ipykernel" in " ".join(child.cmdline())] == []
