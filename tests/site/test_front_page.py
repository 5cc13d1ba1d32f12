"""The sentences that the page leads with, from hand-made tables, and how they get from a notebook to the page."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest

from analysis.chapters.caseload import sentences as caseload_sentences
from analysis.chapters.duration import sentences as duration_sentences
from analysis.chapters.findings import sentences as findings_sentences
from analysis.chapters.flows import sentences as flows_sentences
from analysis.chapters.support import sentences as support_sentences
from analysis.language.translator import Translator
from analysis.register.coverage import Part
from analysis.register.verdicts import VERDICTS
from analysis.report.report import Report
from analysis.site import front_page
from analysis.site.build import build_site
from analysis.site.citation import cite_report
from analysis.site.notebook_outputs import captions_in, figures_in, published_as
from analysis.site.page import Site
from analysis.workspace import open_snapshot

EN, NL = Translator("en"), Translator("nl")
NOTHING = (float("nan"),) * 3


def tidy(*rows, **labels):
    """Return quantities with their value and interval, all with the same labels."""
    names = ("quantity", "value", "value_lo", "value_hi")
    return pd.DataFrame([dict(zip(names, row, strict=True)) | labels for row in rows])


@pytest.mark.parametrize(
    ("change", "growth", "said"),
    [
        ((20, 10, 30), 2, "over the year the number rose by 20 (rounding: 10 to 30), or 2.0%."),
        ((-20, -30, -10), -2, "over the year the number fell by 20 (rounding: 10 to 30), or 2.0%."),
        ((10, 0, 20), 1, "over the year the number may have risen or fallen: +10 (rounding: 0 to +20), or +1.0%."),
    ],
)
def test_whether_the_number_rises_is_decided_by_its_interval(change, growth, said):
    table = tidy(("level", 1020, 1015, 1025), ("change", *change), ("growth_pct", growth, growth, growth),
                 group="total", dimension="total", period="2024-12")  # fmt: skip
    level = "**At the end of December 2024, 1,020 people (rounding: 1,015 to 1,025) below the AOW age received bijstand"
    assert caseload_sentences.caseload_answer(table, table, EN) == f"{level}; {said}**"
    answer = caseload_sentences.caseload_answer(table, table.assign(period="2023-12"), EN)
    assert answer == f"{level}; {said}** By group there are figures of the end of December 2023."


def test_a_number_that_is_not_known_makes_no_answer():
    labels = {"group": "total", "dimension": "total", "period": "2024-12"}
    gone = [(name, *NOTHING) for name in ("level", "change", "growth_pct")]
    assert caseload_sentences.caseload_answer(tidy(*gone, **labels), tidy(*gone, **labels), EN) == ""
    unknown = tidy(("ratio", *NOTHING), ("break_even", *NOTHING), year="2024")
    assert flows_sentences.flows_answer(unknown, unknown, EN) == ""
    shares = [tidy(("over_5y", 50, 49, 51), dimension="total", source="stock", period="2024Q4"),
              tidy(("over_5y", *NOTHING), dimension="total", source="ended spells", period="2023")]  # fmt: skip
    median = pd.DataFrame({"group": ["total"], "from_months": [12], "to_months": [24], "median": [21.2]})
    assert duration_sentences.duration_answer(pd.concat(shares), median, 2023, EN) == "", (
        "no share of the stock without that of ended spells"
    )
    both = pd.concat(
        [shares[0], tidy(("over_5y", 22, 22, 22), dimension="total", source="ended spells", period="2023")]
    )
    answer = duration_sentences.duration_answer(both, median, 2023, EN)
    assert answer.endswith("about 21 months at most (estimated within the class of 12 to 24 months).")
    unknown_median = median.assign(median=float("nan"))
    assert duration_sentences.duration_answer(both, unknown_median, 2023, EN).endswith("more heavily in the stock.")
    judged = pd.DataFrame({"document": ["a"], "verdict": ["not_checked"], "numbers": [3]})
    assert findings_sentences.findings(judged, EN) == ""
    assert findings_sentences.findings(judged.assign(verdict="differs"), EN).startswith(
        "**Of 3 numbers and statements in 1 doc"
    )


def test_the_ratio_stands_beside_break_even():
    ratio, balance = ("ratio", 0.8, 0.79, 0.81), ("break_even", 0.9, 0.895, 0.905)
    both = tidy(ratio, balance, year="2023")
    said = "there were 80.0 (rounding: 79.0 to 81.0) exits for every 100 entries (moments); at 90.0 "
    said += "(rounding: 89.5 to 90.5) the number of"
    assert flows_sentences.flows_answer(both, both, EN).startswith(
        f"**In 2023 {said} recipients would have stayed the same. That is not 100: not all who go count as outflow"
    )
    later = flows_sentences.flows_answer(tidy(("ratio", 1.1, 1.1, 1.1), year="2024"), both, EN)
    assert later.startswith(
        f"**In 2024 there were 110.0 exits for every 100 entries (moments, not persons).** **In 2023 {said}"
    )
    alone = flows_sentences.flows_answer(tidy(ratio, year="2023"), tidy(("break_even", *NOTHING), year="2023"), EN)
    assert alone.endswith("cannot be determined from this snapshot: it lacks the stock.")


@pytest.mark.parametrize(
    ("widths", "said"),
    [((0.01, 0.01, 0.01), "Both also hold"), ((0.15, 0.01, 0.2), "highest does not"), ((0.2, 0.2, 0.2), "it is")],
)
def test_who_leaves_says_whether_chance_decides_the_order(widths, said):
    """The middle group comes first in the table, and the total is no group beside the others."""
    values = {"27–45": 0.9, "<27": 0.6, "45–AOW": 1.0, "total": 0.1}
    rounded = [tidy(("ratio", value, value, value), group=group, year=2024) for group, value in values.items()]
    process = [
        tidy(("process_ratio", value, value - width, value + width), group=group)
        for (group, value), width in zip(values.items(), (*widths, 0.01), strict=True)
    ]
    answer = flows_sentences.leavers_answer(pd.concat(rounded), pd.concat(process), EN)
    lead = "**In 2024 there were fewer exits than entries in 2 of the 3 groups: for every 100 entries from 60.0 in the "
    lead += "group under 27 to 100.0 in the group 45–AOW age. That is not a chance of leaving.** "
    assert answer.startswith(lead)
    assert said in answer.removeprefix(lead)
    assert flows_sentences.leavers_answer(pd.concat(rounded), process[0], EN) == "", "one group is no lowest"


def test_a_printed_share_stands_beside_the_one_that_is_counted_as_the_number_is():
    persons = tidy(("level", 200, 195, 205), provision="total", last_period="2024-12")
    shares = [tidy(("share", 28, 27.5, 28.5), measured="recipients with a provision, as printed"),
              tidy(("share", 29.154, 28.93, 29.38), measured="recipients with a provision in the month")]  # fmt: skip
    answer = support_sentences.answer(persons, pd.concat(shares), EN)
    assert answer.startswith("**In December 2024, 200 people (rounding: 195 to 205) had a provision towards work")
    lead, _, why = answer.removeprefix("**").partition("**")
    assert "28% (rounding: 27.5 to 28.5) had one in December 2024 according to the factsheet" in lead
    assert lead.endswith("; counted alike it is 29.2% (rounding: 28.9 to 29.4).")
    assert "ended in the month" in why
    assert "counted" not in support_sentences.answer(persons, shares[0], EN)


def test_a_card_has_the_sentences_that_fit_and_the_first_at_least():
    short, long = "Ten of 3.5 are here.", f"{'word ' * 50}end."
    assert front_page._shortened(f"{short} {short} {long} {short}") == f"{short} {short}"
    assert front_page._shortened(f"{long} {short}") == long


def test_an_answer_is_marked_and_one_that_is_not_there_says_so(monkeypatch):
    shown = []
    monkeypatch.setattr("analysis.report.report.display", lambda text, **about: shown.append((text.data, about)))
    report = Report(open_snapshot("published"), "en")
    report.answer("caseload", "**Ten.**")
    report.answer("support", "")
    assert shown == [
        ("**Ten.**", {"metadata": {"bijstand": {"answers": "caseload"}}}),
        ("This snapshot cannot answer this question.", {"metadata": {}}),
    ]


def output(text, **about):
    return nbformat.v4.new_output("display_data", data={"text/markdown": text}, metadata={"bijstand": about})


TABLE = '<figure class="table" id="table-caseload_by_group"><figcaption>A &amp; b</figcaption>'
TABLE += '<div class="scroll">{}</div></figure>'
ROWS = "<table><tbody>" + "".join(f"<tr><th>{row}</th></tr>" for row in range(20)) + "</tbody></table>"
RECORD = {"run": "r", "begun": "2026-11-21T10:00:00+00:00", "snapshots": [], "notebooks": [], "versions": {}}


@pytest.fixture
def site(tmp_path):
    """Make a run of two executed notebooks, of which the second answers the question that comes first."""
    for name in ("notebooks", "tables", "figures"):
        (tmp_path / name).mkdir()
    table = output("", kind="table", name="caseload_by_group", title="A & b.", source="Source: CBS", empty=False)
    table["data"] = {"text/html": TABLE.format(ROWS)}
    gone = output("", kind="figure", name="not_there", title="What is not there", source="", empty=True)
    alone = output("", kind="figure", name="alone", title="Who is alone", source="", empty=True, only="total")
    markdown = ["# {}\n\nA question?", "## Data\n\nFrom *CBS*.", "## Who leaves\n\n**Method.** x\n\n**Note.** y"]
    outputs = {"02_b": [output("**Two (rounding: 1 to 3)** <3. More.", answers="flows")],
               "03_a": [output("One. Not two.", answers="caseload"), table, gone, alone]}  # fmt: skip
    for name, shown in outputs.items():
        cells = [nbformat.v4.new_markdown_cell(text.format(name[-1].upper())) for text in markdown]
        cells.append(nbformat.v4.new_code_cell("1", outputs=shown))
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebooks" / f"{name}.ipynb")
    return Site(tmp_path, RECORD, EN)


def pages_of(site, extra=(), published=None):
    build_site(site, ["02_b", "03_a"], [], list(extra), published or {})
    return {path.name: path.read_text(encoding="utf-8") for path in site.folder.glob("*.html")}


def test_the_front_page_leads_with_answers_in_its_own_order_and_keeps_intervals_for_who_asks(site):
    page = pages_of(site, [{"href": "findings.html", "text": "Numbers & <more>"}])["index.html"]
    short = page[page.index('class="findings"') : page.index('id="contents"')]
    places = [short.index(words) for words in ("How many people", "One.", "Do as many", "<p>Two</p>", "1 to 3")]
    assert places == sorted(places)
    assert re.search(r"<summary>With interval</summary><p>Two \(rounding: 1 to 3\) &lt;3\. More\.</p>", short)
    assert '<a href="03_a.html">Read on: A</a>' in short
    assert "How long" not in short
    assert '<a href="findings.html">Numbers &amp; &lt;more&gt;</a>' in page
    assert page.count("A question?") == 2, "each chapter has its question beside its name"


def test_a_chapter_has_its_results_first_and_says_what_is_not_there(site):
    line = {"label": "Published as:", "name": "A <sheet>", "href": "findings.html#?part=a%2FTabel+1", "text": "2 & 1"}
    pages = pages_of(site, published={"caseload_by_group": [line]})
    page = pages["03_a.html"]
    assert re.search(r'<details class="folded"><summary><h2 id="03_a-1">Data</h2></summary>\s*<p>From', page)
    assert re.search(
        r'<details class="folded"><summary>Method</summary>\s*<p>x</p>\s*</details>\s*<p><strong>Note', page
    )
    assert page.count("<h1") == 1
    table = page[page.index('id="table-caseload_by_group"') :].partition("</figure>")[0]
    assert (
        '<p class="note published">Published as: <a href="findings.html#?part=a%2FTabel+1">A &lt;sheet&gt;</a>' in table
    )
    assert "2 &amp; 1" in table
    assert "The bijstand workbench developers (2026). A &amp; b. In: Bijstand in the Netherlands" in table
    assert table.count('<tr class="rest">') == 12
    assert "Show all 20 rows" in table
    left_out = re.search(r'<p class="left-out" id="figure-not_there">(.*?)</p>', page)[1]
    assert left_out.startswith("Left out because there are no figures for it: What is not there.")
    alone = re.search(r'<p class="left-out" id="figure-alone">(.*?)</p>', page)[1]
    assert alone.startswith("Left out because only “total” has a number, so that there is nothing to compare: Who is")
    assert "<img" not in page
    assert 'class="note published"' not in pages["02_b.html"]
    assert captions_in(site.folder / "notebooks", ["03_a"]) == {
        "caseload_by_group": {"href": "03_a.html#table-caseload_by_group", "text": "03 · A & b"}
    }
    assert figures_in(site.folder / "notebooks", ["02_b", "03_a"]) == []


def test_old_figures_and_newer_snapshots_are_named(site, monkeypatch):
    (site.folder / "tables" / "flow_ratio_by_year.csv").write_text("year,ratio\n2022,1.5\n2023,0.8\n2020,1\n")
    snapshot = {"name": "published", "kind": "published", "created": "2026-10-01", "digest": "a" * 64}
    newer = SimpleNamespace(name="2026-11-20", manifest=SimpleNamespace(created="2026-11-20"))
    monkeypatch.setattr("analysis.site.front_page.dated_snapshots", lambda _: [newer])
    page = pages_of(replace(site, record=RECORD | {"snapshots": [snapshot]}))["index.html"]
    assert "Some figures are more than a year old: B (2023)." in page
    warning = page[page.index('class="warning"') : page.index("</header>")]
    assert "Newer figures are at hand, in snapshot 2026-11-20." in warning
    assert "bijstand report" not in warning
    assert "bijstand report --snapshot 2026-11-20" in page[page.index('id="run"') :]
    assert '<h1 id="top">Bijstand in the Netherlands, to 2023</h1>' in page
    tile = page[page.index('<svg class="tile"') : page.index("</svg>")]
    assert 'aria-label="exits for every 100 entries, by year: 2020 100.0; 2023 80.0"' in tile
    assert tile.count("<polyline") == 2, "no line across 2021"


def test_the_front_page_tells_the_state_of_the_figures_from_the_day_of_the_run(site):
    """The newest state of CBS counts; a simulated population has none."""
    snapshot = {"name": "published", "kind": "published", "created": "2026-11-29", "digest": "a" * 64}
    earlier = snapshot | {"name": "earlier", "as_of": "2024-03"}
    record = RECORD | {"snapshots": [snapshot | {"as_of": "2026-06-26"}, earlier]}
    page = pages_of(replace(site, record=record))["index.html"]
    status = re.sub("<[^>]+>", "", re.search(r'<p class="status">(.*?)</p>', page)[1])
    assert "Figures of CBS: latest state 26 June 2026" in status
    assert "Report made on 21 November 2026 from snapshot published, earlier" in status
    cited = re.search(r'<p class="cite">(.*?)</p>', page)[1]
    assert "Statistics Netherlands (CBS), StatLine, opendata.cbs.nl, latest state 26 June 2026" in cited
    assert replace(site, record=RECORD | {"snapshots": [earlier]}).as_of == "March 2024"
    simulated = RECORD | {"snapshots": [snapshot | {"kind": "simulated", "as_of": ""}]}
    assert replace(site, record=simulated).as_of == ""
    assert "CBS" not in cite_report(replace(site, record=simulated))
    assert open_snapshot("published").as_of == "2026-06-26", "80794ned, the newest of data/sources"


def test_the_newest_figures_carry_no_warning(site, monkeypatch):
    (site.folder / "tables" / "flow_ratio_by_year.csv").write_text("year,ratio\n2024,1.5\n2025,0.8\n")
    monkeypatch.setattr("analysis.site.front_page.dated_snapshots", lambda _: [])
    assert 'class="warning"' not in pages_of(site)["index.html"]


def test_parts_that_share_their_place_share_their_numbers():
    parts = [Part("d", name, places, "n", ("t",), "no", "") for name, places in
             (("Figuur 1", ("F1-2",)), ("Figuur 2", ("F1-2",)), ("Figuur 3", ()), ("Tabel 1", ("T1",)))]  # fmt: skip
    rows = [{"document": "d", "parts": ["Figuur 1", "Figuur 2"], "verdict": verdict} for verdict in VERDICTS]
    rows += [{"document": "d", "parts": ["Tabel 1"], "verdict": "differs"}, {"document": "e", "parts": ["Tabel 1"]}]
    lines = published_as(parts, rows, {"d": "Doc"}, EN, same=False)
    assert [(each["name"], each["href"], each["text"]) for each in lines] == [
        ("Doc, Figuur 1, Figuur 2", "findings.html#?part=d%2FFiguur+1",
         "12 numbers; confirmed: 2; contradicted: 2; different for a known reason: 3; supported: 1; "
             "cannot be judged: 4"),
        ("Doc, Figuur 3", "", "the document prints no number of it"),
        ("Doc, Tabel 1", "findings.html#?part=d%2FTabel+1", "1 number; confirmed: 0; contradicted: 1"),
    ]  # fmt: skip
    assert {each["label"] for each in lines} == {"Compare with:"}
