"""All pages of a run: the front page with its chapters, and the pages on published numbers."""

from pathlib import Path
from typing import Any

from analysis.language.translator import Translator
from analysis.register.coverage import read_coverage
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.rows import count_verdicts, finding_rows
from analysis.runs.plan import FINDINGS, Plan
from analysis.site.findings_page import write_findings_pages
from analysis.site.index import build_page
from analysis.site.notebook_outputs import captions_in, published_as
from analysis.workspace import open_snapshot

PUBLISHED = "published"
"""The snapshot that documents were printed from."""


def make_pages(stage: Path, plan: Plan, record: dict[str, Any]) -> None:
    """Write the pages of a run into its folder; how many numbers have each verdict is added to the record."""
    extra, published = _findings_pages(stage, plan, record)
    page = build_page(stage, plan.notebooks, plan.parameters, record, extra, published)
    (stage / "index.html").write_text(page, encoding="utf-8")


def _findings_pages(
    stage: Path, plan: Plan, record: dict[str, Any]
) -> tuple[list[dict[str, str]], dict[str, list[dict[str, str]]]]:
    """Write the pages of published numbers, when the run has the findings.

    Returns the links to them, and for each table what it shows of documents. How many numbers have each verdict goes
    into the record.
    """
    if FINDINGS not in plan.parameters:
        return [], {}
    values = plan.parameters[FINDINGS]
    register, snapshot, translator = read_register(), open_snapshot(values["snapshot"]), Translator(values["lang"])
    coverage = read_coverage(register)
    rows = finding_rows(find(register, snapshot), register, snapshot, values["lang"], coverage)
    record["verdicts"] = count_verdicts(rows)
    documents = list(register.documents.values())
    links = write_findings_pages(
        stage, rows, documents, translator, record, captions_in(stage / "notebooks", plan.notebooks)
    )
    if any(each["kind"] == "simulated" for each in record["snapshots"]):
        return links, {}  # no simulated figure was ever published
    titles = {each["document"]: each["title"] for each in documents}
    shown = {}
    for notebook in plan.notebooks:
        given = plan.parameters[notebook.name] | {"lang": notebook.defaults.get("lang")}
        same = given == notebook.defaults and given.get("snapshot") == PUBLISHED  # the whole of what documents print
        for table in notebook.tables:
            parts = [part for part in coverage if part.notebook == notebook.name and table in part.tables]
            shown[table] = published_as(parts, rows, titles, translator, same)
    return links, shown
