"""The sentences that the page leads with, from hand-made tables, and how they get from a notebook to the page."""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest

from analysis.chapters.caseload import sentences as caseload_sentences
from analysis.chapters.duration import sentences as duration_sentences
from analysis.chapters.findings import sentences as findings_sentences
from analysis.chapters.flows import sentences as flows_sentences
from analysis.language.translator import Translator
from analysis.register.coverage import Part
from analysis.register.verdicts import VERDICTS
from analysis.report.report import Report
from analysis.runs.notebook import Notebook
from analysis.site.index import build_page
from analysis.site.notebook_outputs import answers_of, captions_in, published_as
from analysis.workspace import open_snapshot

EN, NL = Translator("en"), Translator("nl")
NOTHING = (float("nan"),) * 3


def tidy(*rows, **labels):
    """Return quantities with their value and interval, all with the same labels."""
    names = ("quantity", "value", "value_lo", "value_hi")
    return pd.DataFrame([dict(zip(names, row, strict=True)) | labels for row in rows])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((20, 10, 30), "over the year the number rose: +20 (rounding: +10 to +30), or +2.0%."),
        ((-20, -30, -10), "over the year the number fell: -20 (rounding: -30 to -10), or +2.0%."),
        ((10, 0, 20), "over the year the number may have risen or fallen: +10 (rounding: 0 to +20), or +2.0%."),
    ],
)
def test_whether_the_number_rises_is_decided_by_its_interval(change, said):
    table = tidy(("level", 1020, 1015, 1025), ("change", *change), ("growth_pct", 2, 2, 2),
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
    assert duration_sentences.duration_answer(pd.concat(shares), EN) == "", (
        "no share of the stock without that of ended spells"
    )
    judged = pd.DataFrame({"document": ["a"], "verdict": ["not_checked"], "numbers": [3]})
    assert findings_sentences.findings(judged, EN) == ""
    assert findings_sentences.findings(judged.assign(verdict="differs"), EN).startswith(
        "**Of 3 numbers and statements in 1 doc"
    )


def test_the_ratio_stands_beside_break_even():
    ratio, balance = ("ratio", 0.8, 0.79, 0.81), ("break_even", 0.9, 0.895, 0.905)
    both = tidy(ratio, balance, year="2023")
    said = (
        "80.0 (rounding: 79.0 to 81.0) left for every 100 who entered; at 90.0 (rounding: 89.5 to 90.5) the number of"
    )
    assert flows_sentences.flows_answer(both, both, EN).startswith(
        f"**In 2023, {said} recipients would have stayed the same.**"
    )
    later = flows_sentences.flows_answer(tidy(("ratio", 1.1, 1.1, 1.1), year="2024"), both, EN)
    assert later.startswith(f"**In 2024, 110.0 left for every 100 who entered.** **In 2023, {said}")
    alone = flows_sentences.flows_answer(tidy(ratio, year="2023"), tidy(("break_even", *NOTHING), year="2023"), EN)
    assert alone.endswith("cannot be determined from this snapshot: it lacks the stock.")


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


def output(question, text, **data):
    about = {"bijstand": {"answers": question}} if question else {}
    return nbformat.v4.new_output("display_data", data={"text/markdown": text} | data, metadata=about)


TABLE = '<figure class="table" id="table-caseload_by_group"><figcaption>A &amp; b</figcaption><p>n</p></figure>'


@pytest.fixture
def run(tmp_path):
    """Make a run of two executed notebooks, of which the second answers the question that comes first."""
    (tmp_path / "notebooks").mkdir()
    table = output("", "x", **{"text/html": TABLE})
    cells = {
        "02_b": [output("", "# B"), output("", "## Data"), output("", "## Who leaves"), output("flows", "**Two** <3")],
        "03_a": [output("", "# A"), output("", "## Data"), output("caseload", "One."), table],
    }
    for name, outputs in cells.items():
        cell = nbformat.v4.new_code_cell("1", outputs=outputs)
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "notebooks" / f"{name}.ipynb")
    return tmp_path, [Notebook(name, tmp_path, {}) for name in cells]


def test_the_page_lifts_answers_in_its_own_order_and_tells_how_a_table_was_published(run):
    folder, notebooks = run
    record = {"run": "r", "begun": "b", "snapshots": [], "notebooks": [], "versions": {}}
    line = {"label": "Published as:", "name": "A <sheet>", "href": "findings.html#?part=a%2FTabel+1", "text": "2 & 1"}
    parameters = {notebook.name: {"lang": "en"} for notebook in notebooks}
    page = build_page(folder, notebooks, parameters, record, None, {"caseload_by_group": [line]})
    short = page[page.index('class="short"') : page.index("<nav")]
    places = [short.index(words) for words in ("How many people", "One.", "Do as many", "Two</strong>")]
    assert places == sorted(places)
    assert '<a href="#03_a">A</a>' in short
    contents = page[page.index("<nav") : page.index("</nav>")]
    assert ("Who leaves" in contents, "Data" in contents) == (True, False), "what every chapter has guides nobody"
    assert page.count(">Data</h3>") == 2
    assert "How long" not in short
    table = page[page.index("table-caseload_by_group") :].partition("</figure>")[0]
    assert table.endswith(
        '<p class="note published">Published as: <a href="findings.html#?part=a%2FTabel+1">A &lt;sheet&gt;</a>'
        " — 2 &amp; 1</p>"
    )
    assert 'class="note published"' not in build_page(folder, notebooks, parameters, record)
    assert captions_in(folder / "notebooks", notebooks) == {"caseload_by_group": "03 · A & b"}
    assert answers_of(nbformat.read(folder / "notebooks" / "02_b.ipynb", as_version=4)) == {"flows": "**Two** <3"}


def test_parts_that_share_their_place_share_their_numbers():
    parts = [Part("d", name, places, "n", ("t",), "no", "") for name, places in
             (("Figuur 1", ("F1-2",)), ("Figuur 2", ("F1-2",)), ("Figuur 3", ()), ("Tabel 1", ("T1",)))]  # fmt: skip
    rows = [{"document": "d", "parts": ["Figuur 1", "Figuur 2"], "verdict": verdict} for verdict in VERDICTS]
    rows += [{"document": "d", "parts": ["Tabel 1"], "verdict": "differs"}, {"document": "e", "parts": ["Tabel 1"]}]
    lines = published_as(parts, rows, {"d": "Doc"}, EN, same=False)
    assert [(each["name"], each["href"], each["text"]) for each in lines] == [
        ("Doc, Figuur 1, Figuur 2", "findings.html#?part=d%2FFiguur+1",
         "11 numbers; confirmed: 2; contradicted: 2; different for a known reason: 3; cannot be judged: 4"),
        ("Doc, Figuur 3", "", "the document prints no number of it"),
        ("Doc, Tabel 1", "findings.html#?part=d%2FTabel+1", "1 number; confirmed: 0; contradicted: 1"),
    ]  # fmt: skip
    assert {each["label"] for each in lines} == {"Compare with:"}
