"""The prose of notebooks in Dutch: every cell has its translation, none is stale, and what is wrong is named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import nbformat
import pytest

from analysis.cli import main
from analysis.errors import DataError
from analysis.runs.translation import (
    check_translations,
    hash_of,
    notebook_in,
    prose_cells,
    read_entries,
    translation_faults,
    translation_path,
)
from analysis.workspace import HOME_VARIABLE
from project_copy import ROOT, committed_notebooks, copy_project, outputs

NOTEBOOKS = committed_notebooks()
TITLE, METHOD = "# Flows\n\nWho comes in?", "## Method\n\n`ratio = outflow / inflow`"


@pytest.fixture
def notebook(tmp_path):
    """Make a notebook of two markdown cells around a code cell, and its translation; return its path."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    cells = [
        nbformat.v4.new_markdown_cell(TITLE, id="title"),
        nbformat.v4.new_code_cell('lang = "en"', id="parameters"),
        nbformat.v4.new_markdown_cell(METHOD, id="method"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "02_flows.ipynb")
    return write_dutch(folder / "02_flows.ipynb", entry("title", TITLE, "# Stromen"), entry("method", METHOD, "Zo"))


def entry(cell, english, dutch):
    return f"<!-- cell: {cell} · english: {hash_of(english)} -->\n{dutch}\n"


def write_dutch(notebook, *entries):
    path = translation_path(notebook, "nl")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(entries), encoding="utf-8")
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_of_a_notebook_has_a_dutch_that_is_not_stale(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    assert prose_cells(content)
    assert translation_faults(content, read_entries(translation_path(path, "nl"))) == []


def test_no_translation_is_without_its_notebook():
    assert {path.stem for path in (ROOT / "notebooks" / "nl").glob("*.md")} <= {path.stem for path in NOTEBOOKS}


def test_dutch_prose_takes_the_place_of_english_and_code_stays(notebook):
    before = notebook.read_bytes()
    found = [("".join(cell["source"]), cell["id"]) for cell in notebook_in(notebook, "nl")["cells"]]
    assert found == [("# Stromen", "title"), ('lang = "en"', "parameters"), ("Zo", "method")]
    assert prose_cells(notebook_in(notebook, "en")) == {"title": TITLE, "method": METHOD}
    assert notebook.read_bytes() == before


def test_a_notebook_of_ones_own_keeps_its_prose(notebook):
    translation_path(notebook, "nl").unlink()
    assert prose_cells(notebook_in(notebook, "nl")) == {"title": TITLE, "method": METHOD}


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([entry("title", TITLE, "Zo"), entry("methods", METHOD, "Zo")], ["no markdown cell methods", "cell method is"]),
        ([entry("title", TITLE, "Zo"), entry("method", METHOD, "")], ["cell method is not translated; add an entry"]),
        ([entry("title", "# Old", "Zo"), entry("method", METHOD, "Zo")], ["English of cell title was edited"]),
        (["<!-- cell: title -->\nZo\n", entry("method", METHOD, "Zo")], ["English of cell title was edited"]),
        (["Zo", entry("title", TITLE, "Zo")], ["text before the first"]),
        ([entry("title", TITLE, "Zo")] * 2, ["cell 'title' has two entries"]),
        (["<!-- cell title -->\nZo"], ["mark '<!-- cell title -->' is not of the form"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_translation_is_named(notebook, entries, told):
    write_dutch(notebook, *entries)
    with pytest.raises(DataError) as fault:
        check_translations({notebook: "nl"})
    for words in told:
        assert words in str(fault.value)
    assert all(line.startswith("translation nl/02_flows.md: ") for line in str(fault.value).splitlines())
    check_translations({notebook: "en"})  # a run in English needs none of it


def test_an_edited_cell_is_accepted_by_its_hash_alone(notebook):
    write_dutch(notebook, entry("title", "# Old", "# Stromen"), "<!-- cell: method -->\nZo\n")
    tool = notebook.parents[1] / "tools" / "accept_translations.py"
    tool.parent.mkdir()
    shutil.copyfile(ROOT / "tools" / tool.name, tool)
    done = subprocess.run([sys.executable, tool, "02_flows"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    written = translation_path(notebook, "nl").read_text(encoding="utf-8")
    assert written == f"{entry('title', TITLE, '# Stromen')}\n{entry('method', METHOD, 'Zo')}"
    unknown = subprocess.run([sys.executable, tool, "03_x"], capture_output=True, text=True, check=False)
    assert (unknown.returncode, "there is no notebooks/03_x.ipynb" in unknown.stderr) == (2, True)


def test_a_run_in_dutch_does_not_begin_with_a_stale_translation(tmp_path, monkeypatch, capsys):
    home = copy_project(tmp_path)
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    path = home / "notebooks" / "08_hypothesis.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# One hypothesis", "# A hypothesis"), encoding="utf-8")
    assert main(["report", "--lang", "nl", "--notebook", "08_hypothesis"]) == 1
    message = capsys.readouterr().err
    assert "nl/08_hypothesis.md: the English of cell hypothesis-question was edited after it was translated" in message
    assert "tools/accept_translations.py 08_hypothesis" in message
    assert outputs(home) == []
