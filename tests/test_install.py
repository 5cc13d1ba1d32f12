"""The workbench without a clone: what the wheel carries, and commands in empty folders and working folders."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from analysis import workspace
from analysis.cli import main
from analysis.runs.kernel_server import SERVER
from analysis.workspace import HOME_VARIABLE, open_snapshot, project_root
from builders import snapshot, table
from project_copy import ROOT, committed_notebooks

COMMANDS = """
import json, sys
from pathlib import Path
import analysis
from analysis.cli import main
from analysis.workspace import installed_folder
assert Path(analysis.__file__).is_relative_to(sys.argv[1]) and installed_folder().is_relative_to(sys.argv[1])
for words in json.loads(sys.argv[2]):
    assert main(words) == 0, words
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built as pip builds it, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def shipped(wheel: Path, folder: str) -> set[str]:
    """Return the files that a wheel carries below a folder of the repository."""
    head = f"analysis/shipped/{folder}/"
    return {name.removeprefix(head) for name in zipfile.ZipFile(wheel).namelist() if name.startswith(head)}


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_carries_what_commands_read(wheel):
    notebooks = {path.name for path in committed_notebooks()}
    translations = {f"nl/{path.name}" for path in (ROOT / "notebooks" / "nl").glob("*.md")}
    assert len(notebooks) >= 10
    assert notebooks | translations <= shipped(wheel, "notebooks")
    assert shipped(wheel, "data/findings") == below(ROOT / "data" / "findings")
    assert {"corrections.yml", "coverage.csv"} <= shipped(wheel, "data")
    code = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("analysis/shipped/")}
    library = {f"analysis/{name}" for name in below(ROOT / "src" / "analysis") if "__pycache__" not in name}
    assert len([name for name in library if not name.endswith(".py")]) > 50
    assert library <= code


def test_the_wheel_carries_every_part_of_data_that_the_library_names(wheel):
    """What commands read is found with `data_path`; if the wheel lacked it, only those without a clone would see it."""
    library = {path: path.read_text(encoding="utf-8") for path in (ROOT / "src" / "analysis").rglob("*.py")}
    named = {name for text in library.values() for name in re.findall(r'data_path\(f?"([\w.]+)', text)}
    assert {"findings", "corrections.yml", "coverage.csv", "snapshots"} <= named
    assert named <= {name.split("/")[0] for name in shipped(wheel, "data")}
    other = [path.name for path, text in library.items() if '"data"' in text and "project_root" in text]
    assert other == ["workspace.py"]


def test_the_wheel_carries_no_snapshot_but_published_and_no_notebook_of_ones_own(wheel):
    published = below(ROOT / "data" / "snapshots" / "published")
    assert shipped(wheel, "data/snapshots") == {f"published/{name}" for name in published}
    assert not [name for name in shipped(wheel, "notebooks/mine") if name.endswith(".ipynb")]
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name or name.startswith("src/")]


def test_an_installed_workbench_works_in_an_empty_folder(wheel, tmp_path):
    """Installing a wheel of pure Python is to unpack it; what it depends on is here already."""
    site, empty = tmp_path / "site", tmp_path / "één map"
    zipfile.ZipFile(wheel).extractall(site)
    empty.mkdir()
    commands = [
        ["new", "mijn-vraag", "--from", "02_flows"],
        ["notebooks"],
        ["report", "--notebook", "01_caseload", "--lang", "nl"],
        ["snapshots", "list"],
        ["snapshots", "verify"],
        ["findings", "check"],
    ]
    ours = (HOME_VARIABLE, SERVER, "PYTHONDONTWRITEBYTECODE")  # kernels of this process have imported the clone
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", COMMANDS, str(site), json.dumps(commands)]
    done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (run,) = (empty / "outputs").iterdir()
    assert "Hoeveel mensen" in (run / "01_caseload.html").read_text(encoding="utf-8")
    assert json.loads((run / "run.json").read_text())["snapshots"][0]["digest"] == open_snapshot("published").digest
    lines = done.stdout.splitlines()
    assert "01_caseload         How many people, since when, and in which groups" in lines
    assert "published: every file is as it was written" in lines
    assert lines[-1].endswith("; nothing wrong")
    assert sorted(path.name for path in empty.iterdir()) == ["notebooks", "outputs"], "nothing else was written"


# -- which folder commands work in


@pytest.fixture
def no_home(monkeypatch):
    monkeypatch.delenv(HOME_VARIABLE, raising=False)


@pytest.fixture
def from_a_wheel(no_home, monkeypatch, tmp_path):
    """A library that is installed, not part of a clone."""
    monkeypatch.setattr(workspace, "_CLONE", tmp_path / "lib" / "python")
    monkeypatch.setattr(workspace, "_PACKED", ROOT)


def folder_with(path: Path, *parts: str) -> Path:
    for part in ("", *parts):
        (path / part).mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.usefixtures("from_a_wheel")
def test_an_installed_library_works_in_the_nearest_working_folder_else_here(tmp_path, monkeypatch):
    work = folder_with(tmp_path / "work", "notebooks/mine", "outputs/run")
    clone = folder_with(tmp_path / "clone", "notebooks/mine", "src/analysis", "docs")
    other = folder_with(tmp_path / "other")
    for here, expected in ((work, work), (work / "notebooks" / "mine", work), (work / "outputs" / "run", work),
                           (clone / "docs", clone), (other, other)):  # fmt: skip
        monkeypatch.chdir(here)
        assert project_root() == expected


@pytest.mark.usefixtures("no_home")
def test_the_library_of_a_clone_works_in_its_own_clone_but_in_a_working_folder_there(tmp_path, monkeypatch):
    work = folder_with(tmp_path / "work", "notebooks/mine")
    clone = folder_with(tmp_path / "clone", "notebooks/mine", "src/analysis")
    for here, expected in ((ROOT / "docs", ROOT), (tmp_path, ROOT), (clone, ROOT), (work, work)):
        monkeypatch.chdir(here)
        assert project_root() == expected
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert project_root() == tmp_path


@pytest.mark.usefixtures("from_a_wheel")
def test_a_part_of_ones_own_goes_before_the_installed_one(tmp_path, monkeypatch, capsys):
    work = folder_with(tmp_path, "notebooks/mine", "data/snapshots/published", "data/findings")
    monkeypatch.chdir(work)
    assert workspace.data_path("findings") == work / "data" / "findings"
    assert workspace.data_path("coverage.csv") == ROOT / "data" / "coverage.csv"
    assert main(["snapshots", "show", "published"]) == 1, "an empty folder of that name is not passed over"
    assert "manifest.json cannot be read" in capsys.readouterr().err


@pytest.mark.usefixtures("from_a_wheel")
def test_the_installed_snapshot_is_listed_and_named_beside_ones_own(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [{"measure": "stock", "period": "2024-12", "value": "10"}]
    snapshot(workspace.snapshots_folder(), table("85692NED", rows), name="small")
    assert main(["snapshots", "list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if line[0] != " "] == [
        "published", "small",
    ]  # fmt: skip
    assert main(["snapshots", "show", "publisched"]) == 2
    assert "did you mean 'published'? known: published, small." in capsys.readouterr().err


# -- bijstand init


def test_init_lays_out_a_folder_in_which_commands_work(tmp_path, monkeypatch, capsys, no_home):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "mijn wérk"]) == 0
    folder = tmp_path / "mijn wérk"
    assert capsys.readouterr().out.splitlines() == [str(folder), 'next: cd "mijn wérk", then bijstand report']
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*")} == {
        "README.md", "data", "data/snapshots", "notebooks", "notebooks/mine", "outputs",
    }  # fmt: skip
    monkeypatch.chdir(folder / "outputs")
    assert main(["new", "my-question"]) == 0
    assert (folder / "notebooks" / "mine" / "my-question.ipynb").is_file()
    assert main(["new", "02_flows"]) == 2
    assert "notebook '02_flows' exists already" in capsys.readouterr().err


def test_init_in_an_empty_folder_that_one_stands_in(tmp_path, monkeypatch, capsys, no_home):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "next: bijstand report"
    assert project_root() == tmp_path


def test_init_refuses_in_one_line_and_leaves_all_as_it_was(tmp_path, monkeypatch, capsys, no_home):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.docx").write_text("mine")
    for name, reason in (("full", "full is not empty"), ("full/thesis.docx", "it is a file"),
                         ("full/thesis.docx/work", "it is a file"), ("", "expected a folder")):  # fmt: skip
        assert main(["init", name]) == 2
        told = capsys.readouterr().err
        assert reason in told
        assert told.count("\n") == 1
    assert below(tmp_path) == {"full/thesis.docx"}


def test_init_that_fails_half_way_leaves_nothing(tmp_path, monkeypatch, capsys, no_home):
    monkeypatch.chdir(tmp_path)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert main(["init", "work"]) == 2
    assert "work: no folder can be laid out there (No space left on device)" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
