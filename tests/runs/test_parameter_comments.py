"""Every parameter of every notebook says what it means and what it may be, and says the truth."""

from __future__ import annotations

import json
import re

import pytest

from analysis.chapters.municipalities.selection import COMPARISONS
from analysis.classifications.categories import CATEGORIES
from analysis.errors import CallError
from analysis.language.glossary import LANGUAGES
from analysis.measures.question import MEASURES
from analysis.models.hypothesis.series import TESTS
from analysis.models.hypothesis.testing import ALTERNATIVES
from analysis.runs.notebook import find_notebooks
from analysis.runs.parameters import check_parameters
from project_copy import ROOT

NOTEBOOKS = find_notebooks(ROOT / "notebooks", [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))])
PARAMETERS = [(notebook, name) for notebook in NOTEBOOKS for name in notebook.defaults]
# parameters that are one of a few values: all are named, and whatever else there is is refused
CHOICES = ("lang", "group_by", "test", "alternative", "measure", "period", "compare_with")
CANDIDATES = {*LANGUAGES, *MEASURES, *TESTS, *ALTERNATIVES, *COMPARISONS, *CATEGORIES, "all", "total", "de", "higher",
              "benefits", *map(str, range(2010, 2031))}  # fmt: skip


def comments(notebook) -> dict[str, str]:
    """Return the lines of comment right above each parameter."""
    cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
    (cell,) = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    found, above = {}, []
    for line in "".join(cell["source"]).splitlines():
        if line.startswith("#"):
            above.append(line.removeprefix("#").strip())
        else:
            found[line.partition(" = ")[0]], above = " ".join(above), []
    return found


def is_allowed(notebook, name: str, value: str) -> bool:
    """Tell whether a value is allowed; whether a snapshot can answer the question that it makes is another matter."""
    try:
        check_parameters([notebook], {name: value})
    except CallError as fault:
        asks = {"groups", "region"} & notebook.defaults.keys()
        of_question = asks and not str(fault).startswith(f"parameter {name}:")
        return bool(of_question) and "unknown" not in str(fault) and "did you mean" not in str(fault)
    return True


@pytest.mark.parametrize(("notebook", "name"), PARAMETERS, ids=[f"{n.name}-{p}" for n, p in PARAMETERS])
def test_a_parameter_has_a_comment_that_says_the_truth(notebook, name):
    comment, default = comments(notebook)[name], notebook.defaults[name]
    assert len(comment) > 20, "what it means, and what it may be"
    named = set(re.findall(r'"([^"]*)"', comment))
    if name in CHOICES:
        assert {value for value in CANDIDATES | named if is_allowed(notebook, name, value)} == named
    elif name != "snapshot":  # of which an example need not be there
        assert [value for value in named if not is_allowed(notebook, name, value)] == []
    if isinstance(default, bool):
        assert re.findall("True|False", comment) == ["True", "False"]
    if isinstance(default, float):
        low, high = re.search(r"from (\d\.\d+) to (\d\.\d+)", comment).groups()
        allowed = [is_allowed(notebook, name, value) for value in (low, high, f"{float(low) - 0.01}", f"{high}9")]
        assert allowed == [True, True, False, False]
