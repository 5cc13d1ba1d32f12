"""The notebooks over a small grid of parameters: each parameter changes what is shown, or is refused."""

from __future__ import annotations

import itertools
import json
import re
import shutil

import nbformat
import pandas as pd
import pytest
from published.build import published_tables

from analysis.findings import read_register
from analysis.project import HOME_VARIABLE
from analysis.reporting.language import Language
from analysis.reporting.parameters import check_parameters, find_notebooks, read_notebook
from analysis.reporting.pool import run_all
from analysis.reporting.run import run_report
from analysis.reporting.worker import Job
from analysis.snapshots import open_snapshot, write_snapshot
from project_copy import ROOT, copy_project

GRID = {
    "00_data": [{"lang": "nl"}, {"table": "85617NED"}],
    "01_caseload": [{"lang": "nl"}, {"group_by": "age"}, {"start": "2012", "end": "2022Q4"}],
    "02_flows": [{"lang": "nl"}, {"group_by": "origin"}, {"confidence": "0.8"}, {"start": "2021", "end": "2022Q4"},
                 {"start": "2023", "end": "2023"}],
    "03_duration": [{"lang": "nl"}, {"group_by": "sex"}, {"start": "2020", "end": "2021Q1"}],
    "04_findings": [{"lang": "nl"}, {"document": "factsheet-2024"}, {"verdict": "undecidable"}],
    "07_sector": [{"lang": "nl"}],
    "08_hypothesis": [{"lang": "nl"}, {"hypothesis": "Men < women?"},
                      {"measure": "reinflow_share", "alternative": "lower"}, {"groups": "total", "test": "change"},
                      {"end": "2019Q4", "confidence": "0.8"}],
}  # fmt: skip
SNAPSHOT = {"snapshot": "variant"}
ENGLISH = Language("en")  # tables of documents are told by name


def shown(path):
    """Return all text that an executed notebook shows, tables and sentences, cell by cell."""
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output["data"].get("text/markdown") or output["data"]["text/plain"] for output in outputs]


def pictures(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output["data"]["image/png"] for output in outputs if "image/png" in output["data"]]


def one_figure_changed():
    """Return the tables of ``published`` with every count of one table raised by ten."""
    tables = []
    for table in published_tables(ROOT / "data" / "sources"):
        if table.id in ("82662NED", "factsheet-2024-t1", "85617NED"):
            values = pd.to_numeric(table.frame["value"].replace(".", ""))
            raised = (values + 10).map(lambda number: f"{number:.0f}")
            table.frame["value"] = table.frame["value"].where(values.isna(), raised)
        tables.append(table)
    return tables


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Run every notebook with its defaults and with each variation; return the folder and what went wrong."""
    home = copy_project(tmp_path_factory.mktemp("home"))
    patch = pytest.MonkeyPatch()
    patch.setenv(HOME_VARIABLE, str(home))
    write_snapshot(home / "data/snapshots", "variant", "simulated", "2026-11-21", one_figure_changed())
    jobs = []
    for name, variations in GRID.items():
        (notebook,) = find_notebooks(home / "notebooks", [name])
        for number, given in enumerate([{}, SNAPSHOT, *variations]):
            folder = home / f"{name}-{number}"
            for part in ("notebooks", "tables", "figures", "log"):
                (folder / part).mkdir(parents=True)
            values = check_parameters([notebook], given)[name]
            jobs.append(Job(f"{name}-{number}", notebook.path, folder, values, home))
    outcomes = run_all(jobs, 3)
    yield {job.name: (job, outcomes[job.name]) for job in jobs}
    patch.undo()


CASES = [
    (name, number, given) for name, grid in GRID.items() for number, given in enumerate([SNAPSHOT, *grid], start=1)
]


@pytest.mark.parametrize(("name", "number", "given"), CASES, ids=[f"{n}-{g}" for n, _, g in CASES])
def test_a_parameter_changes_what_is_shown(runs, name, number, given):
    (base, plain), (job, outcome) = runs[f"{name}-0"], runs[f"{name}-{number}"]
    assert (plain.error, outcome.error) == ("", "")
    assert shown(job.output) != shown(base.output)


@pytest.mark.parametrize("name", GRID)
def test_every_promise_is_kept_whatever_the_parameters(runs, name):
    about = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    for number in range(len(GRID[name]) + 2):
        job, _ = runs[f"{name}-{number}"]
        assert {path.stem for path in (job.folder / "tables").iterdir()} == set(about.tables)
        assert {path.stem for path in (job.folder / "figures").iterdir()} == set(about.figures)


@pytest.mark.parametrize("name", GRID)
def test_a_second_language_changes_no_number_of_the_csv(runs, name):
    english, dutch = runs[f"{name}-0"][0].folder / "tables", runs[f"{name}-2"][0].folder / "tables"
    for path in english.iterdir():
        assert path.read_bytes() == (dutch / path.name).read_bytes()


@pytest.mark.parametrize("name", GRID)
def test_dutch_throughout(runs, name):
    words = " ".join(shown(runs[f"{name}-2"][0].output)).lower()
    words = re.sub(r"\b(fs2024|ced2024|mb2025|mb2021|ba2024)-[\w-]+", "", words)  # ids of claims are no words
    for english in (" the ", " of the ", "inflow", "outflow", " stock", "quarter", "people", "source:", "total"):
        assert english not in words.replace("totaal", "")
    assert "bron:" in words


@pytest.mark.parametrize("name", GRID)
def test_simulated_figures_say_so(runs, name):
    simulated, plain = shown(runs[f"{name}-1"][0].output), shown(runs[f"{name}-0"][0].output)
    assert "Simulated figures" in simulated[0]
    assert "Simulated" not in plain[0]
    # the word is on every picture: none is the same as without it
    assert not set(pictures(runs[f"{name}-1"][0].output)) & set(pictures(runs[f"{name}-0"][0].output))


@pytest.mark.parametrize("name", GRID)
def test_a_notebook_reads_only_the_tables_it_names(runs, name):
    about = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    opened = open_snapshot("published")
    told = " ".join(shown(runs[f"{name}-0"][0].output))
    named = {table for table in opened.manifest.tables if table in told or ENGLISH.value(table) in told}
    assert named
    assert named <= set(about.reads) or "*" in about.reads


@pytest.mark.parametrize("name", GRID)
def test_a_run_and_the_committed_notebook_show_the_same(runs, name):
    run, committed = shown(runs[f"{name}-0"][0].output), shown(ROOT / "notebooks" / f"{name}.ipynb")
    if name == "08_hypothesis":  # its last words: a run says which row it wrote, a notebook run in place wrote none
        assert ("hypotheses.csv" in run.pop(), "Not written down" in committed.pop()) == (True, True)
    assert run == committed


def test_the_contract_of_the_tables(runs):
    """Names and columns as the issue that asked for them gives them; each quantity with _lo and _hi beside it."""
    contract = {
        "01_caseload": {
            "caseload_by_group": (
                ["dimension", "group"], ["level", "share", "change", "growth_pct", "contribution_pp"]
            ),
        },
        "02_flows": {
            "flow_ratio_by_year": (["year"], ["inflow", "outflow", "reinflow", "ratio"]),
            "flow_ratio_by_group": (["dimension", "group"], ["inflow", "outflow", "ratio"]),
            "stock_flow_account": (["quarter"], ["opening", "inflow", "outflow", "other_exits", "closing"]),
            "break_even_ratio": (["year"], ["break_even", "ratio"]),
        },
        "03_duration": {
            "exit_rates_by_band": (["band"], ["ended", "exposure", "rate_per_year"]),
            "longterm_shares": (["dimension", "group", "source"], ["over_2y", "from_2_to_5y", "over_5y"]),
        },
    }  # fmt: skip
    for name, tables in contract.items():
        for table, (labels, quantities) in tables.items():
            found = pd.read_csv(runs[f"{name}-0"][0].folder / "tables" / f"{table}.csv")
            assert list(found.columns)[: len(labels) + 3 * len(quantities)] == [
                *labels, *(f"{quantity}{end}" for quantity in quantities for end in ("", "_lo", "_hi")),
            ]  # fmt: skip
            for quantity in quantities:
                there = found[found[quantity].notna()]
                assert (there[f"{quantity}_lo"] <= there[quantity]).all()
                assert (there[f"{quantity}_hi"] >= there[quantity]).all()


def test_the_page_of_a_whole_run(runs, tmp_path):
    notebooks = find_notebooks(ROOT / "notebooks")
    folder = run_report(notebooks, check_parameters(notebooks, {"lang": "nl"}), tmp_path, 3)
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="nl">')
    # nothing leaves the page: every address is a place on it, data, or text
    for attribute in re.findall(r'(?:src|href|action|data)="([^"]*)"', page):
        beside = re.fullmatch(r"findings[\w-]*\.html", attribute) and (folder / attribute).is_file()
        assert beside or attribute.startswith(("#", "data:")), attribute[:80]
    assert 'href="findings.html"' in page
    assert "@import" not in page
    assert not re.search(r"url\((?!data:)", page)
    assert "<script" not in page
    images = re.findall(r"<img [^>]*>", page, re.DOTALL)
    assert len(images) == sum(len(notebook.figures) for notebook in notebooks)
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)
    identifiers = re.findall(r'\sid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(identifiers)
    for title in ("Hoeveel mensen, sinds wanneer, en welke groepen", "Wie erin komt en wie eruit gaat", "Hoe lang"):
        assert title in page
    assert "# 01 · Caseload" not in page
    assert page.index('id="01_caseload"') < page.index('id="03_duration"') < page.index('id="00_data"')
    assert 'name="viewport"' in page
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    record = json.loads((folder / "run.json").read_text())
    assert sum(record["verdicts"]["cedris-2024"].values()) == sum(
        claim.document == "cedris-2024" for claim in read_register().claims.values()
    )
    assert record["snapshots"][0]["digest"] == open_snapshot("published").digest
    shutil.rmtree(folder)
