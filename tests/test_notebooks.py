"""The notebooks over a small grid of parameters: each parameter changes what is shown, or is refused."""

from __future__ import annotations

import dataclasses
import html
import itertools
import json
import re
import shutil
from functools import cache, partial
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import nbformat
import pandas as pd
import pytest
from published.build import published_tables

from analysis.language.glossary import glossary
from analysis.language.translator import Translator
from analysis.register.coverage import read_coverage
from analysis.register.entry import read_register
from analysis.report.plotting import png
from analysis.runs.kernel import Job
from analysis.runs.notebook import find_notebooks, read_notebook
from analysis.runs.parameters import check_parameters
from analysis.runs.plan import Plan
from analysis.runs.report_run import run_report
from analysis.site.build import make_pages
from analysis.snapshots.store import Snapshot
from analysis.snapshots.write import write_snapshot
from analysis.workspace import HOME_VARIABLE, open_snapshot
from browser import OPEN_ALL, TOO_WIDE, axe_violations, browser_or_skip, opened
from in_process import run_here
from packed_page import written_out
from project_copy import ROOT, copy_project

GRID = {
    "00_data": [{"lang": "nl"}, {"table": "85617NED"}],
    "01_caseload": [{"lang": "nl"}, {"group_by": "age"}, {"start": "2012", "end": "2022Q4"}],
    "02_flows": [{"lang": "nl"}, {"group_by": "origin"}, {"confidence": "0.8", "start": "2021", "end": "2022Q4"}],
    "03_duration": [{"lang": "nl"}, {"group_by": "sex"}, {"start": "2020", "end": "2021Q1"}],
    "04_findings": [{"lang": "nl"}, {"document": "factsheet-2024"}, {"verdict": "undecidable"}],
    "05_support": [{"lang": "nl"}, {"group_by": "sex"},
                   {"first": "2022-12", "last": "2023-01", "across_break": "True"}],
    "06_work_disability": [{"lang": "nl"}, {"period": "2023"}],
    "07_sector": [{"lang": "nl"}],
    "08_hypothesis": [{"lang": "nl"}, {"hypothesis": "Men < women?", "test": "change"},
                      {"measure": "reinflow_share", "alternative": "lower", "end": "2022Q4", "confidence": "0.8"}],
    "09_municipalities": [{"lang": "nl"}, {"region": "PV26", "confidence": "0.8"}],
}  # fmt: skip
SNAPSHOT = {"snapshot": "variant"}
ENGLISH = Translator("en")  # tables of documents are told by name


class PageOfRun(HTMLParser):
    """What a page links to, what can be linked to on it, the filters it has, and the words for its pictures."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.alts, self.choices, self.select = [], [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src") if name in found]
        self.alts += [found.get("alt")] if tag == "img" else []
        self.select = found.get("name", "") if tag == "select" else self.select
        if tag == "option" or found.get("type") == "checkbox":
            self.choices.add((found.get("name", self.select), found.get("value", "")))


def shown(path):
    """Return all text that an executed notebook shows, tables and sentences, cell by cell."""
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output["data"].get("text/markdown") or output["data"]["text/plain"] for output in outputs]


def prose(path):
    """Return the text of the markdown cells of an executed notebook."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]


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
    patch.setattr("analysis.report.plotting.DPI", 50)  # what is drawn counts here, not how fine
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    patch.setattr("analysis.report.report.png_and_svg", lambda figure, *_, **about: (png(figure), drawing))
    write_snapshot(home / "data/snapshots", "variant", "simulated", "2026-11-21", one_figure_changed())
    read, stored_table = [], Snapshot.table
    patch.setattr(Snapshot, "table", lambda snapshot, table: read.append(table) or stored_table(snapshot, table))
    jobs = []
    for name, variations in GRID.items():
        (notebook,) = find_notebooks(home / "notebooks", [name])
        for number, given in enumerate([{}, SNAPSHOT, *variations]):
            folder = home / f"{name}-{number}"
            for part in ("notebooks", "tables", "figures", "log"):
                (folder / part).mkdir(parents=True)
            values = check_parameters([notebook], given)[name]
            jobs.append(Job(f"{name}-{number}", notebook.path, folder, values, home))
    done = {}
    for job in jobs:
        read.clear()
        done[job.name] = (job, run_here(job))
        (job.folder / "log" / "read").write_text("\n".join(read))
    yield done
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
        assert {path.stem for path in (job.folder / "tables").glob("*.csv")} == set(about.tables)
        assert {path.stem for path in (job.folder / "figures").iterdir()} == set(about.figures)


@pytest.mark.parametrize("name", GRID)
def test_a_second_language_changes_no_number_of_the_csv(runs, name):
    english, dutch = runs[f"{name}-0"][0].folder / "tables", runs[f"{name}-2"][0].folder / "tables"
    for path in english.glob("*.csv"):
        one, two = (pd.read_csv(each, dtype=str, keep_default_na=False) for each in (path, dutch / path.name))
        words = ["description"] if "description" in one else []  # of a published number, in the reader's language
        pd.testing.assert_frame_equal(one.drop(columns=words), two.drop(columns=words))


@pytest.mark.parametrize("name", GRID)
def test_dutch_throughout(runs, name):
    executed = runs[f"{name}-2"][0].output
    words = " ".join([*prose(executed), *shown(executed)]).lower()
    # ids of claims and of known errors are no words, nor is the measure in the name of a cell (85615ned | inflow | ...)
    words = re.sub(r"\b((fs2024|ced2024|mb2025|mb2021|ba2024|\d{5}ned)-[\w-]+|\d{5}ned \| \w+)", "", words)
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
def test_a_notebook_reads_only_the_tables_that_are_derived_from_its_imports(runs, name):
    about = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    opened = open_snapshot("published")
    text = " ".join(shown(runs[f"{name}-0"][0].output))
    named = {table for table in opened.manifest.tables if table in text or ENGLISH.value(table) in text}
    assert named
    for number in range(len(GRID[name]) + 2):
        read = (runs[f"{name}-{number}"][0].folder / "log" / "read").read_text().split()
        assert named | set(read) <= set(about.reads) or "*" in about.reads


@pytest.mark.parametrize("name", GRID)
def test_a_run_and_the_committed_notebook_show_the_same(runs, name):
    run, committed = shown(runs[f"{name}-0"][0].output), shown(ROOT / "notebooks" / f"{name}.ipynb")
    if name == "08_hypothesis":  # its last words: a run says which row it wrote, a notebook run in place wrote none
        assert ("hypotheses.csv" in run.pop(), "Not recorded" in committed.pop()) == (True, True)
    assert run == committed


TIME = ("period", "year", "quarter", "month", "first_period", "last_period", "span")
ABOUT = ("snapshot", "tables", "status", "missing")


def numbers_of(path):
    """Return a row for each number of a CSV: its quantity, what it is of, the value with its ends, and its tables."""
    table = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=dict.fromkeys(TIME, str))
    numbers = [column for column in table.select_dtypes("number") if f"{column}_lo" in table]
    ends = {f"{column}{end}" for column in numbers for end in ("_lo", "_hi")}
    times = [column for column in TIME if column in table]
    labels = [column for column in table if column not in {*numbers, *ends, *times, *ABOUT, "interval", "kind"}]
    for row in table.to_dict("records"):
        named = {name: str(row[name]) for name in labels if pd.notna(row[name])}
        if named.get("group", "total") == "total":
            named = {name: text for name, text in named.items() if name not in ("group", "dimension")}
        when = tuple(row[name] for name in times)
        for name in numbers:
            if pd.notna(row[name]) and all(map(pd.notna, when)):
                about = row[f"{name}_lo"], row[f"{name}_hi"], row.get("tables"), path.stem
                yield (name, when, tuple(sorted(named.items()))), (row[name], *about)


@pytest.mark.parametrize("number", [0, 1], ids=["published", "simulated"])
def test_one_name_one_number(runs, number):
    """A quantity of a group in a period has one value in all tables of a run.

    From other tables of CBS it may have another, if their intervals of rounding have a value in common.
    """
    found = {}
    for job, _ in (runs[f"{name}-{number}"] for name in GRID):
        for path in sorted((job.folder / "tables").glob("*.csv")):
            for key, cell in numbers_of(path):
                found.setdefault(key, []).append(cell)
    shared = {key: cells for key, cells in found.items() if len({cell[4] for cell in cells}) > 1}
    assert len(shared) > 20
    for key, cells in shared.items():
        for value, lo, hi, tables, _ in cells[1:]:
            first, first_lo, first_hi, first_tables, _ = cells[0]
            same = value == pytest.approx(first, rel=1e-9)
            assert same or (tables != first_tables and max(lo, first_lo) <= min(hi, first_hi)), (key, cells)


@pytest.mark.parametrize("name", GRID)
def test_every_csv_says_its_snapshot_and_period(runs, name):
    """Finding 6: the period is a label, or a column of its own; it is empty only where a row is of no one period."""
    without = {"data_known_errors", "findings_counts", "findings_fragile", "findings_listed", "flow_quarter_effects",
               "season_compared", "data_closure"}  # fmt: skip
    for path in sorted((runs[f"{name}-0"][0].folder / "tables").glob("*.csv")):
        table = pd.read_csv(path, keep_default_na=False, dtype=str)
        assert list(table["snapshot"].unique()) in (["published"], [])
        times = [column for column in TIME if column in table]
        if path.stem not in without and len(table):
            assert times, path.stem
            assert (table[times] != "").any(axis=1).mean() > 0.9, path.stem


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
            "flow_ratio_by_group": (["dimension", "group"], ["inflow_per_quarter", "outflow_per_quarter", "ratio"]),
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


@pytest.fixture(scope="module")
def whole(runs, tmp_path_factory):
    """Make a report of all notebooks in each language, of the runs there are; return the notebooks and its folders.

    What kernels and the pool do has its own tests; here it counts what becomes of the runs.
    """
    notebooks, folders = find_notebooks(ROOT / "notebooks"), {}
    pages = partial(make_pages, single=True)
    for lang, number in {"en": 0, "nl": 2}.items():

        def ready(jobs, at_once, number=number):
            outcomes = {}
            for job in jobs:
                done, outcome = runs[f"{job.name}-{number}"]
                for part in ("notebooks", "tables", "figures"):
                    shutil.copytree(done.folder / part, job.folder / part, dirs_exist_ok=True)
                (job.folder / "notebooks" / done.output.name).rename(job.output)
                outcomes[job.name] = dataclasses.replace(outcome, name=job.name)
            return outcomes

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("analysis.runs.report_run.run_all", ready)
            values = check_parameters(notebooks, {"lang": lang})
            folders[lang] = run_report(Plan(notebooks, values), tmp_path_factory.mktemp("out"), 3, pages)
    yield notebooks, folders
    for folder in folders.values():
        shutil.rmtree(folder)


@cache
def texts_of(folder):
    """Return the pages of a run as they are when all is open; the one file that holds them all is another thing."""
    return {path.name: written_out(path.read_text(encoding="utf-8")) for path in pages_in(folder)}


def pages_in(folder):
    return [path for path in sorted(folder.glob("*.html")) if path.name != "report.html"]


def test_the_pages_of_a_whole_run(whole):
    notebooks, folders = whole
    pages = texts_of(folders["nl"])
    figures = [name for notebook in notebooks for name in notebook.figures]
    chapters = {notebook.name: pages[f"{notebook.name}.html"] for notebook in notebooks}
    for name, page in pages.items():
        assert page.lstrip().startswith('<!DOCTYPE html>\n<html lang="nl">'), name
        assert "@import" not in page
        assert not re.search(r"url\((?!data:)", page), name
        assert 'name="viewport"' in page
        levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), name
    for name, page in chapters.items():
        dutch = (ROOT / "notebooks" / "nl" / f"{name}.md").read_text(encoding="utf-8")
        assert re.search(r"^# (.+)$", dutch, re.MULTILINE)[1] in html.unescape(page)
        assert "<script" not in page
        assert len(page.encode()) < 1_000_000
    shown = "".join(chapters.values())
    images = re.findall(r"<img [^>]*>", shown, re.DOTALL)
    left_out = re.findall(r'<p class="left-out" id="figure-(\w+)">', shown)
    assert sorted([*(re.search(r"figures/(\w+)\.png", each)[1] for each in images), *left_out]) == sorted(figures)
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)
    front = pages["index.html"]
    assert front.index('href="01_caseload.html"') < front.index('href="03_duration.html"')
    assert front.index('href="03_duration.html"') < front.index('href="00_data.html"')
    assert "How many people" not in front
    record = json.loads((folders["nl"] / "run.json").read_text())
    assert sum(record["verdicts"]["cedris-2024"].values()) == sum(
        claim.document == "cedris-2024" for claim in read_register().claims.values()
    )
    assert record["snapshots"][0]["digest"] == open_snapshot("published").digest
    assert record["skipped"] == []


def test_a_run_is_small_enough_to_be_sent(whole):
    """Sizes that issue 17 names; the figures of these tests are coarse, and count for a sixteenth of their pixels."""
    _, folders = whole
    for folder in folders.values():
        sizes = {path.name: path.stat().st_size for path in pages_in(folder)}
        assert sizes["index.html"] <= 400_000
        assert max(sizes.values()) < 1_000_000
        assert sum(sizes.values()) <= 5_000_000


def test_every_link_of_every_page_leads_somewhere(whole):
    _, folders = whole
    for folder in folders.values():
        pages = {name: PageOfRun(text) for name, text in texts_of(folder).items()}
        assert {"index.html", "downloads.html", "findings.html", "findings-factsheet-2024.html"} <= set(pages)
        for name, page in pages.items():
            assert len(page.ids) == len(set(page.ids)), name
            assert all(alt and alt.strip() for alt in page.alts), name
            for link in page.links:
                target, _, anchor = link.partition("#")
                if link.startswith(("data:", "https://", "http://")):
                    continue
                if target and target not in pages:
                    assert (folder / target).is_file(), f"{name}: {link}"
                elif anchor.startswith("?"):
                    filters = parse_qsl(anchor[1:], strict_parsing=True)
                    assert filters
                    assert set(filters) <= pages[target].choices, f"{name}: {link}"
                else:
                    assert not anchor or anchor in pages[target or name].ids, f"{name}: {link}"


def test_the_front_page_leads_with_an_answer_to_each_question(whole):
    """Each with a number, its interval on demand, and a tile, in the order of the glossary, before the contents."""
    notebooks, folders = whole
    page = texts_of(folders["nl"])["index.html"]
    short = page[page.index('<ul class="findings">') : page.index('id="contents"')]
    asked = {
        "caseload": "01_caseload",
        "flows": "02_flows",
        "leavers": "02_flows",
        "duration": "03_duration",
        "support": "05_support",
    }
    there = [question for question, name in asked.items() if name in {each.name for each in notebooks}] + ["findings"]
    assert re.findall(r"<h3>(.*?)</h3>", short) == [glossary()["questions"][each]["nl"] for each in there]
    answers = re.findall(r"</h3>(.*?)</li>", short, re.DOTALL)
    for answer in answers:
        sentence, _, more = answer.partition("<details>")
        assert re.search(r"\d", sentence)
        assert "(afronding" not in sentence
        assert re.search(r"\d.*afronding", more, re.DOTALL)
        assert 'class="tile"' in sentence
    assert [re.search('href="(.*?).html"', each)[1] for each in answers] == [
        asked.get(question, "04_findings") for question in there
    ]
    # a tile ends at the number that the sentence gives
    for answer in (answers[0], answers[4]):
        assert re.findall(r'<text class="value right"[^>]*>(.*?)</text>', answer)[-1] in answer.partition("<svg")[0]


def test_tables_and_findings_lead_to_each_other(whole):
    """Counted from the register: how many numbers of table 1 of the factsheet there are, and that they link back."""
    _, folders = whole
    pages = texts_of(folders["nl"])
    page, findings = pages["01_caseload.html"], pages["findings.html"]
    places = ("Tabel 1", "Vooral toename mensen geboren buiten Europa")
    claims = read_register().claims.values()
    of_table = sum(claim.document == "factsheet-2024" and claim.row["location"] in places for claim in claims)
    table = page[page.index('id="table-caseload_by_group"') :].partition("</figure>")[0]
    parts = re.findall(r'<p class="note published">(.*?)</p>', table)
    link = 'Gepubliceerd als: <a href="findings.html#?part=factsheet-2024%2FTabel+1">'
    (said,) = [each for each in parts if each.startswith(link)]
    assert f"Tabel 1</a> — {of_table} getallen; klopt: " in said
    assert sum(int(count) for count in re.findall(r": (\d+)", said)) == of_table
    # every number of a part of a document that the table shows leads back to it
    shown = [part for part in read_coverage(read_register()) if "caseload_by_group" in part.tables]
    leading = sum(
        any(claim.document == part.document and claim.row["location"] in part.locations for part in shown)
        for claim in claims
    )
    assert leading > of_table
    assert findings.count('<a href="01_caseload.html#table-caseload_by_group">01 · ') == leading


def test_one_file_holds_the_whole_report(whole):
    _, folders = whole
    page = PageOfRun((folders["nl"] / "report.html").read_text(encoding="utf-8"))
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith(("#", "data:", "https://", "http://")) for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert {f"p-{name}" for name in ("index", "01_caseload", "00_data", "findings-cedris-2024")} <= set(page.ids)


@pytest.fixture(scope="module")
def browser(whole):
    yield from browser_or_skip()


PAGES = [*(f"{name}.html" for name in GRID if name != "08_hypothesis"), "index.html", "downloads.html", "explorer.html",
         "findings.html", "findings-factsheet-2024.html", "findings-cedris-2024.html"]  # fmt: skip
IN_DARK = (
    "00_data.html",
    "03_duration.html",
    "06_work_disability.html",
    "07_sector.html",
    "index.html",
    "findings.html",
)
IN_LIGHT = (*(name for name in PAGES if name not in IN_DARK), "index.html", "findings.html")
"""What axe judges, which takes a second a page: each page once, the two that readers open first twice."""


@pytest.mark.parametrize(("lang", "scheme"), [("nl", "light"), ("en", "dark")])
def test_pages_in_a_browser(whole, browser, lang, scheme):
    """No error, no request outside the run, nothing wider than the screen, nothing that axe finds, all of it opened.

    As it comes, a chapter has at most fifteen screens of 1,280 by 900: the number is that of issue 17.
    """
    _, folders = whole
    for name in PAGES:
        with opened(browser, folders[lang] / name, scheme=scheme) as page:
            if name[0].isdigit():
                assert page.evaluate("document.documentElement.scrollHeight") <= 15 * 900, name
            page.evaluate(OPEN_ALL)
            for width in (390, 768, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(TOO_WIDE) == [], f"{name} at {width}"
            broken = "[...document.images].filter(each => !each.naturalWidth).map(each => each.src)"
            assert page.evaluate(broken) == [], name
            if name in (IN_LIGHT if scheme == "light" else IN_DARK):
                assert axe_violations(page) == [], name


@pytest.mark.parametrize(
    "name", ["index.html", "06_work_disability.html", "explorer.html", "findings.html", "findings-factsheet-2024.html"]
)
def test_text_of_twice_the_size_fits_the_screen(whole, browser, name):
    """Choices, verdicts and the links to other chapters were wider than the screen (WCAG 2.2, 1.4.4)."""
    _, folders = whole
    with opened(browser, folders["nl"] / name) as page:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        for width in (390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(TOO_WIDE) == [], width


def test_the_findings_stand_on_the_first_screen(whole, browser):
    """On a screen of 1,280 by 900."""
    _, folders = whole
    with opened(browser, folders["nl"] / "index.html") as page:
        assert page.evaluate("document.querySelector('.findings').getBoundingClientRect().bottom") <= 900
        tops = "[...document.querySelectorAll('.findings > li')].map(each => each.getBoundingClientRect().top)"
        assert len(page.evaluate(tops)) == 6


def test_the_keyboard_reaches_what_is_folded(whole, browser):
    _, folders = whole
    with opened(browser, folders["en"] / "02_flows.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main"
        for inside, key in (("details.folded", "Enter"), ("figure.table details.folded", "Enter")):
            summary = page.locator(f"{inside} > summary").first
            summary.focus()
            page.keyboard.press(key)
            assert page.evaluate(f"document.querySelector({inside!r}).open"), inside
    with opened(browser, folders["en"] / "04_findings.html") as page:
        hidden = page.locator("tr.rest")
        switch = page.locator("figure.table:has(tr.rest) .fold input").first
        if hidden.count():
            assert not hidden.first.is_visible()
            switch.focus()
            page.keyboard.press("Space")
            assert hidden.first.is_visible()


def test_a_link_to_a_finding_opens_its_arithmetic(whole, browser):
    """Also of one that is not among the first hundred, and by the keyboard."""
    _, folders = whole
    shown = "[...document.querySelectorAll('#ui_table > tbody > tr')].filter(each => each.offsetHeight).length"
    with opened(browser, folders["nl"] / "findings.html", place="#fs2024-t1-lt27-n") as page:
        row = page.locator("#fs2024-t1-lt27-n")
        assert row.locator("details").get_attribute("open") is not None
        assert "85692NED" in row.locator("pre").first.inner_text()
        assert page.evaluate("document.activeElement.closest('tr').id") == "fs2024-t1-lt27-n"
        page.keyboard.press("Enter")
        assert row.locator("details").get_attribute("open") is None
        assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
        page.locator("#ui_document").select_option("cbs-2024-22")
        claims = [claim for claim in read_register().claims.values() if claim.document == "cbs-2024-22"]
        page.locator("#ui_count", has_text=re.compile(f"^{len(claims)} van ")).wait_for()
        assert page.evaluate(shown) == len(claims)


def test_the_explorer_is_used_with_the_keyboard_alone(whole, browser):
    """Chosen in the form, shown in chart, table, address and CSV alike; relative, the first period is 100."""
    _, folders = whole
    with opened(browser, folders["en"] / "explorer.html", width=390) as page:
        page.locator("#measure").focus()
        page.keyboard.type("inflow (m")
        assert page.locator("#measure").input_value() == "inflow"
        page.locator("[value=absolute]").focus()
        page.keyboard.press("ArrowDown")
        oldest = page.locator("#table tbody tr").last
        assert oldest.locator("td").first.inner_text().startswith("100.0")
        assert "scale=relative" in page.url
        page.locator("#groups input").last.focus()
        page.keyboard.press("Space")
        assert page.locator("#table thead th").count() == 3
        assert page.locator("#chart svg").get_attribute("aria-label").count(";") == 1
        text = page.locator("#csv").get_attribute("href")
        assert text.startswith("data:text/csv")
        assert "2019Q1%2C100%2C100%2C100" in text
        url = page.url
        page.goto("about:blank")
        page.goto(url)
        assert page.locator("#table thead th").count() == 3, "the address holds what was chosen"


def test_more_groups_than_can_be_told_apart_are_not_drawn(whole, browser):
    _, folders = whole
    with opened(browser, folders["en"] / "explorer.html") as page:
        page.evaluate("""() => {
            const one = data.series.find(each => each.measure === 'inflow');
            for (let number = 0; number < 40; number += 1) data.series.push({ ...one, group: `group ${number}` });
            choice.measure = 'inflow';
            choose();
            document.querySelectorAll('#groups input').forEach(each => { each.checked = true; });
            document.getElementById('groups').dispatchEvent(new Event('change'));
        }""")
        said = page.locator("#state").inner_text()
        assert said.startswith("At most 8 groups are drawn; 4")
        assert said.endswith("the first 8 are below.")
        assert page.locator("#table thead th").count() == 9


def test_the_one_file_opens_alone_in_an_empty_folder(whole, browser, tmp_path):
    _, folders = whole
    shutil.copy(folders["en"] / "report.html", tmp_path)
    with opened(browser, tmp_path / "report.html", width=390) as page:
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("[...document.images].every(each => each.naturalWidth > 0)")
        page.locator('nav a[href="#p-03_duration"]').click()
        assert abs(page.evaluate("document.getElementById('p-03_duration').getBoundingClientRect().top")) < 100


def test_the_main_text_is_at_most_thirty_pages_on_paper(whole, browser):
    """The front page and the chapters; after them come the pages of the documents. Thirty is the number of issue 17."""
    _, folders = whole
    with opened(browser, folders["nl"] / "report.html") as page:
        page.evaluate("document.querySelectorAll('main > .document').forEach(each => each.remove())")
        assert page.locator("main > section").count() == sum(name[0].isdigit() for name in PAGES) + 1
        paper = page.pdf(prefer_css_page_size=True)
    assert 10 < len(re.findall(rb"/Type\s*/Page\b", paper)) <= 30


def test_axe_finds_what_is_wrong(browser, tmp_path):
    """The tests above would pass with an axe that looks at nothing."""
    (tmp_path / "wrong.html").write_text('<p style="color: #bbb; background: #fff">faint</p><img src="data:,">')
    with opened(browser, tmp_path / "wrong.html") as page:
        found = {each.partition(":")[0] for each in axe_violations(page)}
    assert {"color-contrast", "image-alt", "html-has-lang", "document-title"} <= found
