"""What a notebook shows, reads and needs is found in its code; what stands here was listed by hand in its metadata."""

from __future__ import annotations

import ast
import re

import pytest

from analysis.runs import dependencies
from analysis.runs.dependencies import code_of, reads_vintages, shown_by, tables_of, window_of
from analysis.runs.notebook import find_notebooks, read_notebook
from project_copy import ROOT

STOCK = ["82663NED", "85585NED", "85692NED", "factsheet-2024-duration", "factsheet-2024-t1"]
NATIONAL = ["80794ned", *STOCK]
FLOWS = ["82662NED", "85615NED"]
QUERIES = ["37230ned", "80794ned", "82016NED", "82662NED", "82663NED", "84511NED", "85585NED", "85588NED", "85589NED",
           "85615NED", "85692NED", "85984NED", "news_stock_series"]  # fmt: skip


def named(document: str, text: str) -> list[str]:
    return [f"{document}-2024-{name}" for name in text.split()]


SUPPORT = named("factsheet", "duration f4 jobstarts kinds supported t3 t4 wage_subsidy")
WORK = [*named("banenafspraak", "counts jobs"), *named("cedris", "counts sheltered_work"),
        *named("factsheet", "counts register t5")]  # fmt: skip
SECTOR = named("cedris", "f1 f2 f4 f5 f6 f7 f8 f9 f10 f11 f13 f14-16 f17 f18 f19-20 f21-22 f23 f24 movement people")
# what a notebook can read, and what it cannot do without (which it can read too)
EXPECTED = {
    "00_data": (["*"], []),
    # the last is read, and has no total: it was not listed
    "01_caseload": (["37230ned", "37789eng", "37789ksz", "80794ned", "81368ned", "82015NED", "82016NED", "82663NED",
                     "85585NED", "85692NED", "factsheet-2024-t1", "news_stock_series", "factsheet-2024-duration"], []),
    "02_flows": ([*FLOWS, *NATIONAL, "factsheet-2024-t2", "03759ned", "80590ned"], []),
    "03_duration": (["85617NED", *FLOWS, *NATIONAL], []),
    "04_findings": (QUERIES, []),
    "05_support": (["84511NED", "85585NED", "85588NED", "85589NED", "85692NED", "factsheet-2024-t1"], SUPPORT),
    "06_work_disability": ([], WORK),
    "07_sector": (QUERIES, SECTOR),
    "08_hypothesis": ([*FLOWS, *NATIONAL, "85617NED"], []),
    "09_municipalities": (["82015NED", "85588NED", "85984NED"], ["37230ned", "80794ned"]),
}  # fmt: skip
# a module counts with all its tables, also where a notebook takes no more of it than a list of groups or a function
_MODULES = [*FLOWS, *NATIONAL, "85617NED", "factsheet-2024-t2"]
BY_THE_WAY = {"02_flows": _MODULES, "03_duration": _MODULES, "04_findings": [*_MODULES, "82015NED"],
              "07_sector": [*_MODULES, "82015NED"],
              "09_municipalities": (*_MODULES, *EXPECTED["01_caseload"][0])}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_tables_are_those_that_were_listed(name):
    (notebook,) = find_notebooks(ROOT / "notebooks", [name])
    reads, needs = EXPECTED[name]
    assert sorted(notebook.needs) == sorted(needs)
    assert {*reads, *needs} <= set(notebook.reads) <= {*reads, *needs, *BY_THE_WAY.get(name, ())}


def test_windows_are_those_that_were_listed():
    notebooks = find_notebooks(ROOT / "notebooks", list(EXPECTED))
    windows = {each.name: each.window for each in notebooks if each.window}
    assert windows == {"01_caseload": "caseload", "02_flows": "flows", "03_duration": "duration"}


def code(*sources: str) -> ast.Module:
    return code_of([{"cell_type": "code", "source": source} for source in sources])


def test_only_what_every_run_shows_is_promised():
    notebook = code(
        "%matplotlib inline",
        "mine = Report('x', source, lang)",
        "mine.table('one', frame)\nmine.figure('drawn', figure, frame)\nreport.table(name, frame)",
        "if deep:\n    mine.table('two', frame)",
        "other.table('three', frame)\nmine.table('one', frame)",
    )
    assert shown_by(notebook, "table") == ("one",)
    assert shown_by(notebook, "figure") == ("drawn",)


def test_the_window_is_the_one_that_is_asked_for():
    assert window_of(code("quarters = windows.between(source, 'flows', start, end)")) == "flows"
    assert window_of(code("quarters = windows.between(source, kind, start, end)")) is None
    assert window_of(code("between = 1")) is None


def test_imports_are_followed_wherever_they_stand(monkeypatch):
    """A function of one module may import another that reads a table; what is not of the library is passed over."""
    modules = {
        "analysis.a": "import pandas\ndef f():\n    from analysis import b",
        "analysis.b": "READS, NEEDS = ('t1', 't2'), ('t3',)\nfrom analysis.a import f",
    }
    monkeypatch.setattr(dependencies, "_file", lambda name: name if name in modules else None)
    monkeypatch.setattr(dependencies, "_code_of_module", lambda name: ast.parse(modules[name]))
    monkeypatch.setattr(dependencies, "import_module", lambda _: type("b", (), {"READS": ("t1",), "NEEDS": ("t3",)}))
    dependencies._declared.cache_clear()
    notebook = code("from analysis import a\nimport numpy")
    assert tables_of(notebook, "READS") == ("t1",)
    assert tables_of(notebook, "NEEDS") == ("t3",)
    assert tables_of(code("import numpy"), "READS") == ()


def test_a_module_that_names_a_table_says_so():
    """Ids of tables stand in modules that declare them, or in the one from which those take them.

    The simulation makes tables and reads none.
    """
    table = re.compile(r"\d{5}(NED|ned|ksz|eng)|(factsheet|cedris|banenafspraak)-2024-.*")
    for path in (ROOT / "src" / "analysis").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = [str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        declared = {name.id for node in tree.body for name in ast.walk(node) if isinstance(name, ast.Name)}
        if (
            any(table.fullmatch(text) for text in texts)
            and path.name != "sources.py"
            and path.parent.name != "simulation"
        ):
            assert declared & {"READS", "NEEDS"}, path


def test_every_notebook_can_be_read():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert read_notebook(path).defaults


def test_who_reads_other_vintages_is_known():
    """Sweeps send these all dated snapshots; the register looks in them for what was revised."""
    found = {each.name for each in find_notebooks(ROOT / "notebooks") if each.vintages}
    assert found == {"00_data", "04_findings", "07_sector"}
    for text, expected in (
        ("from analysis import register", True),
        ("from analysis.workspace import open_snapshot", False),
        ("from analysis.snapshots.store import dated_snapshots", True),
    ):
        assert reads_vintages(ast.parse(text)) is expected, text


def test_a_module_that_reads_other_vintages_says_so():
    """But for those that keep snapshots and pull them, and the pages, which no worker makes."""
    for path in sorted((ROOT / "src" / "analysis").rglob("*.py")):
        room = path.relative_to(ROOT / "src" / "analysis").parts[0]
        text = path.read_text(encoding="utf-8")
        if room not in ("snapshots", "statline", "site", "workspace.py") and "import" in text:
            reads = re.search(r"^from analysis.snapshots.store import .*\bdated_snapshots\b", text, re.MULTILINE)
            assert bool(reads) == bool(re.search(r"^(\w+, )?VINTAGES\b.* = ", text, re.MULTILINE)), path
