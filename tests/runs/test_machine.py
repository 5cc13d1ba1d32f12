"""The machine of a person: another kernel, odd paths, line ends of Windows, files saved by Excel, a page that fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from test_run import make_notebook, run

from analysis import __version__
from analysis.cli import main
from analysis.errors import DataError
from analysis.runs.hypothesis_log import LOG
from analysis.runs.kernel_server import SERVER
from analysis.runs.plan import plan_run
from analysis.runs.report_run import NotebookFailedError, run_report
from analysis.workspace import HOME_VARIABLE
from project_copy import ROOT, copy_project, outputs


@pytest.fixture
def foreign_kernel(tmp_path, monkeypatch):
    """A kernel ``python3`` on JUPYTER_PATH that would be chosen first, and cannot start."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    about = {"argv": [sys.executable, "-c", "raise SystemExit('foreign')"], "display_name": "x", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(about))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))


def test_a_run_uses_its_own_kernel_whatever_jupyter_path_names(home, foreign_kernel):
    make_notebook(home / "made", "01_one", "import sys\nprint(sys.executable)\nassert 'json' not in globals()")
    folder = run(home, home / "made")
    (stream,) = json.loads((folder / "notebooks" / "01_one.ipynb").read_text())["cells"][-1]["outputs"]
    assert "".join(stream["text"]).strip() == sys.executable


def test_the_record_says_which_versions_the_kernel_itself_has(home):
    make_notebook(home / "made", "01_one", "import pandas\nprint(pandas.__version__)")
    folder = run(home, home / "made")
    record = json.loads((folder / "run.json").read_text())
    (stream,) = json.loads((folder / "notebooks" / "01_one.ipynb").read_text())["cells"][-1]["outputs"]
    assert record["versions"]["pandas"] == "".join(stream["text"]).strip()
    assert record["versions"]["bijstand-workbench"] == __version__
    assert record["notebooks"][0]["versions"] == record["versions"]
    assert sorted(path.name for path in (folder / "log").iterdir()) == ["01_one.log"]


def test_a_workbench_of_another_version_in_the_kernel_is_in_the_record(home, tmp_path, monkeypatch):
    """PYTHONPATH goes before what is installed: the kernel computes with what lies there, and says so."""
    other = tmp_path / "other"
    shutil.copytree(ROOT / "src" / "analysis", other / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
    path = other / "analysis" / "__init__.py"
    path.write_text(path.read_text().replace(__version__, "9.9.9"))
    monkeypatch.delenv(SERVER, raising=False)  # which has imported ours
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(other), os.environ.get("PYTHONPATH", "")]))
    environment = os.environ | {HOME_VARIABLE: str(home)}
    command = "import sys; from analysis.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["report", "--notebook", "01_caseload", "--out", str(tmp_path / "out")]
    subprocess.run([sys.executable, "-c", command, *words], env=environment, check=True, cwd=tmp_path)
    (folder,) = [each for each in (tmp_path / "out").iterdir() if each.is_dir()]
    assert json.loads((folder / "run.json").read_text())["versions"]["bijstand-workbench"] == "9.9.9"


@pytest.mark.parametrize("name", ["één café {lang} {0}", "100% #1"])
def test_a_path_with_blanks_accents_and_braces(tmp_path, monkeypatch, name):
    home = copy_project(tmp_path / name)
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    monkeypatch.chdir(home)
    assert main(["snapshots", "verify"]) == 0
    assert main(["report", "--notebook", "01_caseload", "--out", str(home / "uit put")]) == 0
    (folder,) = [each for each in (home / "uit put").iterdir() if each.is_dir()]
    assert (folder / "index.html").is_file()


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="no git or no repository here")
def test_a_clone_with_the_line_ends_of_windows(tmp_path, monkeypatch, capsys):
    clone = tmp_path / "clone"
    command = ["git", "-c", "core.autocrlf=true", "clone", "-q", "-c", "core.autocrlf=true", str(ROOT), str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    assert b"\r\n" in (clone / "README.md").read_bytes()  # the clone is one of Windows
    monkeypatch.setenv(HOME_VARIABLE, str(clone))
    assert main(["snapshots", "verify"]) == 0
    assert main(["report", "--notebook", "04_findings", "--out", str(tmp_path / "out")]) == 0
    assert "as it was written" in capsys.readouterr().out


def test_digests_hold_even_where_git_changed_the_line_ends(home):
    """Without .gitattributes Git for Windows ends the lines of every text file in two characters."""
    folder = home / "data" / "snapshots" / "published"
    for path in folder.glob("*.json"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["snapshots", "verify"]) == 0


CAPABILITIES = (1, 2, 3)
"""DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER: by these root writes and reads everywhere, and without them it does not."""
AS_ANYONE = f"""
import ctypes, os, pathlib, sys
if os.geteuid() == 0:  # PR_CAPBSET_DROP: what is dropped is gone after the next exec
    assert all(ctypes.CDLL(None).prctl(24, each, 0, 0, 0) == 0 for each in {CAPABILITIES})
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
WITHOUT_RIGHTS = """
import os, sys
from analysis.cli import main
for folder in ("", "data/snapshots", "outputs"):
    assert not os.access(os.path.join(os.environ["BIJSTAND_HOME"], folder), os.W_OK), folder
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or (os.geteuid() == 0 and sys.platform != "linux"),
    reason="whoever runs this may write everywhere",
)
def test_a_checkout_of_another_that_cannot_be_written_reports_elsewhere(home, tmp_path_factory):
    """Root is made to stand for anyone: without its rights over files, in a checkout that belongs to another."""
    (home / "outputs").mkdir(exist_ok=True)
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
    mine = tmp_path_factory.mktemp("mine")
    words = ["report", "--notebook", "01_caseload", "--out", str(mine / "out")]
    environment = os.environ | {HOME_VARIABLE: str(home), "HOME": str(mine)}
    command = [sys.executable, "-c", AS_ANYONE, "-c", WITHOUT_RIGHTS]
    done = subprocess.run([*command, *words], env=environment, cwd=mine, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (next((mine / "out").iterdir()) / "index.html").is_file()
    refused = subprocess.run(
        [*command, *words[:3]], env=environment, cwd=mine, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert f"{home / 'outputs'}: no folder can be made there (Permission denied)" in refused.stderr


# -- files that people keep, checked before a kernel starts


def semicolons(data: bytes) -> bytes:
    return data.replace(b",", b";")


def no_text(data: bytes) -> bytes:
    return data + b"\xff\xfe\n"


def half_a_row(data: bytes) -> bytes:
    return data.rstrip(b"\n")[:-9]


def row_before_its_file(data: bytes) -> bytes:
    cells = data.splitlines()[1].split(b",")
    return data + b",".join([b"to-come", *cells[1:]]) + b"\n"


BROKEN = {
    "coverage with semicolons": ("data/coverage.csv", semicolons, "coverage.csv"),
    "coverage in another encoding": ("data/coverage.csv", no_text, "coverage.csv"),
    "a document before its file": ("data/findings/documents.csv", row_before_its_file, "to-come"),
    "documents in half": ("data/findings/documents.csv", half_a_row, "documents.csv"),
    "a register in half": ("data/findings/factsheet-2024.csv", half_a_row, "factsheet-2024.csv"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_register_or_coverage_is_named_before_a_kernel_starts(home, capsys, monkeypatch, case):
    file, change, message = BROKEN[case]
    path = home / file
    path.write_bytes(change(path.read_bytes()))
    monkeypatch.setattr("analysis.runs.report_run.run_all", lambda *work: pytest.fail("a notebook was run"))
    assert main(["report"]) == 1
    assert message in capsys.readouterr().err
    assert outputs(home) == []


@pytest.mark.parametrize("change", [semicolons, no_text, half_a_row])
def test_a_broken_hypothesis_log_is_named_before_a_kernel_starts(home, capsys, monkeypatch, change):
    words = ["-p", "group=sex:women", "-p", "reference=sex:men", "-p", "start=2019Q1", "-p", "end=2023Q4"]
    assert main(["register", *words]) in (0, 2)  # the parameters of a plan are its own matter
    log = home / "outputs" / LOG
    if not log.exists():
        from analysis.runs.hypothesis_log import COLUMNS

        log.parent.mkdir(exist_ok=True)
        log.write_bytes(",".join(COLUMNS).encode() + b"\n")
    log.write_bytes(change(log.read_bytes()))
    kept = log.read_bytes()
    monkeypatch.setattr("analysis.runs.report_run.run_all", lambda *work: pytest.fail("a notebook was run"))
    assert main(["report", "--notebook", "08_hypothesis"]) == 1
    assert f"{LOG}: nothing was written to it" in capsys.readouterr().err
    assert log.read_bytes() == kept
    assert outputs(home) == [LOG]


def test_when_a_page_fails_the_executed_notebooks_are_kept_and_named(home):
    make_notebook(home / "made", "01_one", "print('ran')")

    def broken(stage, plan, record):
        raise DataError("coverage.csv, line 3: expected 5 values, found 4.")

    with pytest.raises(NotebookFailedError) as failed:
        run_report(plan_run(home / "made", None, {}), home / "outputs", 1, broken)
    (kept,) = outputs(home)
    folder = home / "outputs" / kept
    assert kept.endswith("-failed")
    assert str(failed.value) == (
        f"the notebooks ran and are kept in {folder}; the pages could not be made: "
        "coverage.csv, line 3: expected 5 values, found 4."
    )
    assert "ran" in (folder / "notebooks" / "01_one.ipynb").read_text()
    assert json.loads((folder / "run.json").read_text())["status"] == "failed"
