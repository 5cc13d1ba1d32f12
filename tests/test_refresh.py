"""The refresh of committed outputs: what it changes in a notebook, and that a stale translation is named."""

from __future__ import annotations

import nbformat
import pytest
import refresh_notebooks

from analysis.runs.translation import hash_of

PROSE = "# A question"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(refresh_notebooks, "NOTEBOOKS", tmp_path)
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell(PROSE, id="question"), nbformat.v4.new_code_cell("print(6 * 7)")]
    nbformat.write(made, tmp_path / "01_one.ipynb")
    (tmp_path / "nl").mkdir()
    return tmp_path


def translated(folder, english):
    (folder / "nl" / "01_one.md").write_text(f"<!-- cell: question · english: {hash_of(english)} -->\n# Een vraag\n")


def test_outputs_are_written_in_place_and_nothing_of_this_machine_or_moment(folder):
    path = folder / "01_one.ipynb"
    before = nbformat.read(path, as_version=4)
    translated(folder, PROSE)
    refresh_notebooks.main([])
    after = nbformat.read(path, as_version=4)
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
    assert after.cells[1].outputs[0].text == "42\n"
    assert after.cells[1].metadata == {}
    assert after.metadata["language_info"] == {"name": "python"}  # without the version that ran it
    assert str(folder) not in path.read_text(encoding="utf-8")


def test_a_stale_translation_is_named(folder, monkeypatch):
    translated(folder, "# What it was before")
    monkeypatch.setattr(refresh_notebooks, "refresh", print)
    with pytest.raises(SystemExit, match=r"01_one.*cell question was edited after it was translated"):
        refresh_notebooks.main(["01_one"])


def test_a_kernel_that_does_not_start_is_tried_again_and_a_failing_cell_is_not(folder, monkeypatch):
    starts = []

    class Client:
        def __init__(self, notebook, **options):
            starts.append(options)

        def execute(self):
            raise fault

    monkeypatch.setattr(refresh_notebooks, "NotebookClient", Client)
    for fault, expected in ((RuntimeError("Kernel died"), refresh_notebooks.STARTS), (ValueError("a cell"), 1)):
        starts.clear()
        with pytest.raises(type(fault)):
            refresh_notebooks.refresh(folder / "01_one.ipynb")
        assert len(starts) == expected
