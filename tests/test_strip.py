"""What the hook before a commit takes out of a notebook, and what it leaves."""

from __future__ import annotations

import nbformat
import pytest
import strip_notebooks

from project_copy import committed_notebooks


def run_of_a_person(path):
    """A notebook as JupyterLab saves it after cells were run out of order."""
    notebook = nbformat.v4.new_notebook(metadata={"widgets": {"state": 1}, "bijstand": {"on_request": True}})
    outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "42"}, execution_count=17)]
    timing = {"execution": {"iopub.execute_input": "2026-11-29T12:00:00Z"}, "collapsed": True, "tags": ["parameters"]}
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Why", id="why", metadata={"editable": False}),
        nbformat.v4.new_code_cell("# NBVAL_CHECK_OUTPUT\n6 * 7", id="a", execution_count=17, outputs=outputs),
        nbformat.v4.new_code_cell("x = 1", id="b", execution_count=3, metadata=timing),
        nbformat.v4.new_code_cell("", id="c"),
    ]
    nbformat.write(notebook, path)
    return notebook


def test_outputs_and_tags_stay_counts_times_and_the_editor_go(tmp_path, capsys):
    path = tmp_path / "01_one.ipynb"
    before = run_of_a_person(path)
    with pytest.raises(SystemExit) as ended:
        strip_notebooks.main([str(path)])
    assert ended.value.code == 1, "pre-commit has the file added again"
    assert "stripped" in capsys.readouterr().err
    after = nbformat.read(path, as_version=4)
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
    assert [cell.metadata for cell in after.cells] == [{}, {}, {"tags": ["parameters"]}, {}]
    assert [cell.execution_count for cell in after.cells[1:]] == [1, 2, None]
    (output,) = after.cells[1].outputs
    assert (output.data, output.execution_count) == ({"text/plain": "42"}, 1)
    assert after.metadata.bijstand == {"on_request": True}
    assert "widgets" not in after.metadata
    with pytest.raises(SystemExit) as again:
        strip_notebooks.main([str(path)])
    assert again.value.code == 0


@pytest.mark.parametrize("path", committed_notebooks(), ids=lambda path: path.stem)
def test_a_committed_notebook_is_stripped(path):
    assert strip_notebooks.stripped(path) == path.read_bytes().replace(b"\r\n", b"\n")
