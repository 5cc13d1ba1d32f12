"""A notebook of one's own, from a small template or another notebook, in a folder that git ignores."""

import json
import re
from pathlib import Path

import nbformat

from analysis.errors import CallError
from analysis.files import write_new
from analysis.runs.notebook import find_notebooks, notebook_paths
from analysis.workspace import MINE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_TEMPLATE = (
    ("markdown", "# {title}\n\nWhat do I want to know, and why? Write it before you look at the figures."),
    (
        "parameters",
        '# The snapshot: "published", a dated vintage, "latest", "simulated" or "practice" (made in seconds).\n'
        'snapshot = "practice"\n'
        '# Language of sentences, tables and figures: "en" or "nl".\n'
        'lang = "en"\n'
        "# Who is compared: source.groups() lists the names.\n"
        'groups = "sex: men, women"\n'
        '# First period; "" is the first that the snapshot has.\n'
        'start = ""',
    ),
    (
        "code",
        "from analysis.measures.question import read_question\n"
        "from analysis.models.hypothesis.testing import run_test\n"
        "from analysis.report import Report\n"
        "from analysis.workspace import open_snapshot\n\n"
        "source = open_snapshot(snapshot)\n"
        "report = Report(source, lang)\n"
        "source",
    ),
    ("code", "source.what_can_i_ask()"),
    ("code", 'question = read_question(source, "outflow_ratio", groups, start)\nquestion'),
    ("code", 'test = run_test(question, "trend")\ntest'),
    ("code", 'report.table("{table}", question.cells, title="The figures")'),
)


def new_notebook(folder: Path, name: str, origin: str = "") -> Path:
    """Make a notebook of one's own, and return it.

    Parameters
    ----------
    folder : Path
        The folder of the notebooks; it is made in the folder ``mine`` below.
    name : str
        Letters, digits, ``-`` and ``_``.
    origin : str, optional
        The notebook to begin from, without its outputs; by default a template of a few cells.

    Raises
    ------
    CallError
        When the name is none, or a notebook has it already.
    """
    if not _NAME.fullmatch(name.removesuffix(".ipynb")):
        shown = name if len(name) <= 40 else f"{name[:40]}…"
        raise CallError(f"notebook name {shown!r}: expected letters, digits, '-' and '_', at most 100.")
    name = name.removesuffix(".ipynb")
    if path := notebook_paths(folder).get(name):
        raise CallError(f"notebook {name!r} exists already ({path.parent.name}/{path.name}); choose another name.")
    if origin:
        (source,) = find_notebooks(folder, [origin])
        notebook = nbformat.from_dict(json.loads(source.path.read_text(encoding="utf-8")))
    else:
        notebook = _from_template(name)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    target = folder / MINE.name / f"{name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_new(target, (nbformat.writes(notebook) + "\n").encode("utf-8"))
    return target


def _from_template(name: str) -> nbformat.NotebookNode:
    made = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    notebook = nbformat.v4.new_notebook()
    words = {"title": name.replace("_", " ").replace("-", " ").capitalize(), "table": name.replace("-", "_").lower()}
    for kind, text in _TEMPLATE:
        for word, value in words.items():
            text = text.replace(f"{{{word}}}", value)
        cell = made.get(kind, nbformat.v4.new_code_cell)(text)
        cell.metadata = {"tags": ["parameters"]} if kind == "parameters" else {}
        notebook.cells.append(cell)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    }
    return notebook
