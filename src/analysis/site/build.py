"""All pages of a run: the front page, a page a chapter, those on published numbers, and the files to take along."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.files import write_new
from analysis.language.translator import Translator
from analysis.measures.explorable import explorable
from analysis.register.coverage import Part, read_coverage
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.relations import Register
from analysis.register.rows import count_verdicts, finding_rows
from analysis.runs.plan import FINDINGS, Plan
from analysis.site.chapter import Chapter, chapters_in_order, page_of, read_chapter
from analysis.site.downloads import DOWNLOADS_PAGE, WORKBOOK, TableOfRun, downloads_page, read_tables, write_parquet
from analysis.site.explorer import EXPLORER_PAGE, explorer_page
from analysis.site.findings_page import FINDINGS_PAGE, write_findings_pages
from analysis.site.front_page import front_page, in_short, newest_of
from analysis.site.notebook_outputs import captions_in, figures_in, published_as
from analysis.site.page import Site, code_css, load_template
from analysis.site.single_file import single_file
from analysis.site.workbook import write_workbook
from analysis.snapshots.store import Snapshot

PUBLISHED = "published"
"""The snapshot that documents were printed from."""


@dataclass(frozen=True)
class Prepared:
    """What the pages of a run show that does not wait for its notebooks.

    Attributes
    ----------
    register : Register, optional
        The published numbers, when the run has the findings.
    coverage : list of Part
    rows : list of dict
        What is found of these numbers.
    explored : Snapshot, optional
        What the explorer shows, when the run has it.
    explorable : DataFrame, optional
        As `analysis.measures.explorable.explorable` gives it.
    """

    register: Register | None = None
    coverage: list[Part] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    explored: Snapshot | None = None
    explorable: pd.DataFrame | None = None


def prepare(plan: Plan) -> Prepared:
    """Work out what the pages need beside the notebooks; a run of a single notebook has no explorer."""
    prepared = Prepared()
    if FINDINGS in plan.parameters:
        values = plan.parameters[FINDINGS]
        register, snapshot = read_register(), plan.snapshots[values["snapshot"]]
        coverage = read_coverage(register)
        rows = finding_rows(find(register, snapshot), register, snapshot, values["lang"], coverage)
        prepared = replace(prepared, register=register, coverage=coverage, rows=rows)
    if plan.snapshots and len(plan.notebooks) > 1:
        explored = next(iter(plan.snapshots.values()))
        prepared = replace(prepared, explored=explored, explorable=explorable(explored))
    return prepared


def make_pages(
    stage: Path, plan: Plan, record: dict[str, Any], single: bool = False, prepared: Prepared | None = None
) -> None:
    """Write the pages of a run into its folder; how many numbers have each verdict is added to the record.

    With ``single`` the pages are also written as one file, ``report.html``. ``prepared`` may come from `prepare`.
    """
    prepared = prepared or prepare(plan)
    extra, published = _findings_pages(stage, plan, record, prepared)
    translator = Translator(plan.parameters[plan.notebooks[0].name].get("lang", "en"))
    notebooks = {each.name: each for each in plan.notebooks}
    names = chapters_in_order(list(notebooks))
    tables = read_tables(stage, [notebooks[name] for name in names])
    write_parquet(stage, tables)
    site = build_site(Site(stage, record, translator), names, tables, extra, published, prepared)
    if single:
        documents = [each["href"] for each in extra if each["href"] != FINDINGS_PAGE]
        pages = ["index.html", *map(page_of, names), *documents]
        write_new(stage / "report.html", single_file(site, pages).encode("utf-8"))


def build_site(
    site: Site,
    notebooks: list[str],
    tables: list[TableOfRun],
    extra: list[dict[str, str]],
    published: dict[str, list[dict[str, str]]],
    prepared: Prepared | None = None,
) -> Site:
    """Write the front page, a page for each notebook, the page of downloads, the workbook and the explorer.

    Returns the site with the period of its newest figure.

    Parameters
    ----------
    site : Site
    notebooks : list of str
        Their names; the executed notebooks are in the folder of the run.
    tables : list of TableOfRun
    extra : list of dict
        Pages that are there already: ``href`` and ``text`` of each.
    published : dict of str to list of dict
        For a table by its name, the parts of documents that it shows, as from `notebook_outputs.published_as`.
    prepared : Prepared, optional
        With what the explorer shows.
    """
    line = load_template("published.html.j2")
    lines = {table: "".join(map(line.render, parts)) for table, parts in published.items()}
    labels = {each.name: each.labels for each in tables}
    chapters = [read_chapter(site, name, labels, lines) for name in chapters_in_order(notebooks)]
    findings = in_short(site, chapters)
    site = replace(site, until=newest_of(findings))
    pages = _chapter_pages(site, chapters)
    downloads = [{"href": DOWNLOADS_PAGE, "text": site.word("all_files")}]
    if prepared is not None and prepared.explored is not None:
        pages[EXPLORER_PAGE] = explorer_page(site, prepared.explored, prepared.explorable)
        downloads.insert(0, {"href": EXPLORER_PAGE, "text": site.translator.word("explorer", "title")})
    captions, figures = (
        captions_in(site.folder / "notebooks", notebooks),
        figures_in(site.folder / "notebooks", notebooks),
    )
    pages[DOWNLOADS_PAGE] = downloads_page(site, tables, captions, figures)
    if tables:
        write_new(site.folder / WORKBOOK, write_workbook(site, tables))
        downloads.append({"href": WORKBOOK, "text": site.word("workbook")})
        downloads.append({"href": "tables/datapackage.json", "text": site.word("package")})
    pages["index.html"] = front_page(site, chapters, findings, extra, downloads)
    for name, text in pages.items():
        write_new(site.folder / name, text.encode("utf-8"))
    return site


def _chapter_pages(site: Site, chapters: list[Chapter]) -> dict[str, str]:
    """Return the page of each chapter, with the way to those before and after it."""
    pages = {}
    for number, chapter in enumerate(chapters):
        before = chapters[number - 1] if number else None
        after = chapters[number + 1] if number + 1 < len(chapters) else None
        pages[chapter.href] = site.render(
            "chapter.html.j2", chapter=chapter, chapters=chapters, before=before, after=after, more_css=code_css()
        )
    return pages


def _findings_pages(
    stage: Path, plan: Plan, record: dict[str, Any], prepared: Prepared
) -> tuple[list[dict[str, str]], dict[str, list[dict[str, str]]]]:
    """Write the pages of published numbers, when the run has the findings.

    Returns the links to them, and for each table what it shows of documents. How many numbers have each verdict goes
    into the record.
    """
    if prepared.register is None:
        return [], {}
    rows, translator = prepared.rows, Translator(plan.parameters[FINDINGS]["lang"])
    record["verdicts"] = count_verdicts(rows)
    documents = list(prepared.register.documents.values())
    captions = captions_in(stage / "notebooks", [each.name for each in plan.notebooks])
    links = write_findings_pages(stage, rows, documents, translator, record, captions)
    if any(each["kind"] == "simulated" for each in record["snapshots"]):
        return links, {}  # no simulated figure was ever published
    titles = {each["document"]: each["title"] for each in documents}
    shown = {}
    for notebook in plan.notebooks:
        given = plan.parameters[notebook.name] | {"lang": notebook.defaults.get("lang")}
        same = given == notebook.defaults and given.get("snapshot") == PUBLISHED  # the whole of what documents print
        for table in notebook.tables:
            parts = [part for part in prepared.coverage if part.notebook == notebook.name and table in part.tables]
            shown[table] = published_as(parts, rows, titles, translator, same)
    return links, shown
