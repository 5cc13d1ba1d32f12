from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from analysis.language.glossary import glossary
from analysis.language.translator import Translator
from analysis.site.findings_page import document_page, findings_page, write_findings_pages
from packed_page import facts_of, written_out

VERDICTS = list(glossary()["verdicts"])
DOCUMENT = {"document": "fs", "title": "Factsheet <2024>", "publisher": "SZW", "date": "2025-06-30"}
DOCUMENT |= {"kind": "factsheet", "based_on": "CBS", "language": "nl"}
SNAPSHOT = {"name": "published", "kind": "published", "created": "2026-10-01", "digest": "ab" * 32}
RECORD = {"run": "r1", "begun": "2026-11-21", "snapshots": [SNAPSHOT]}
NASTY = '</script></noscript><script>alert(1)</script>" onclick="alert(2)'


def row(claim, verdict="reproduced", **changes):
    given = {"claim_id": claim, "document": "fs", "location": "Tabel 1", "quantity": "persons with bijstand"}
    given |= {"group": "men", "period": "2023-12 to 2024Q1", "unit": "persons", "source": "CBS BUS", "verdict": verdict}
    given |= {"published": 406000, "published_text": "406000", "published_lo": 405500, "published_hi": 406500}
    given |= {"recomputed": 405701.25, "recomputed_lo": 405696.5, "recomputed_hi": 405706.5, "method": "formula"}
    given |= {"expression": "[a] + [b]", "worked": "1 + 2", "operands": [], "cause": "", "suggested": None}
    given |= {"others": [], "explanations": [], "root": "", "rests_on_it": [], "suspect": None, "wrong_itself": True}
    given |= {"parts": ["Tabel 1"], "notebook": "01_caseload", "tables": "caseload_by_group"}
    return given | {"fragility": "", "missing_cells": [], "note": "", "snapshot": "published"} | changes


OPERAND = {"name": "c-reproduced", "what": "a part", "value": 1234.5, "lo": 1234, "hi": 1235, "unit": "persons"} | {
    "corrected": False
}
SLIP = [{"kind": "neighbouring_cell", "gives": "6.8", "with": [], "worked": "100 * 2.5 / f(1, 2) = 6.8 [a-1.5]"}]
EMPTY = dict.fromkeys(("published", "published_lo", "published_hi", "recomputed_lo", "recomputed_hi"))
ROWS = [
    *(row(f"c-{verdict}", verdict, operands=[OPERAND]) for verdict in VERDICTS),
    row("nasty", "differs", quantity=NASTY, cause=NASTY, expression=NASTY, suggested="14800"),
    row("says", "undecidable", **EMPTY | {"recomputed": False}, published_text=""),
    row("open-end", published_hi=None, published=-1.9, published_text="-1.9", published_lo=-1.95, recomputed=-1.875),
]


class Page(HTMLParser):
    """Every tag that a browser would see when all rows are open."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links = [], [], []
        self.feed(written_out(text))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src") if name in found]


@pytest.fixture(params=["nl", "en"])
def translator(request):
    return Translator(request.param)


@pytest.fixture
def pages(translator):
    return [findings_page(ROWS, [DOCUMENT], translator, RECORD), document_page(ROWS, DOCUMENT, translator, RECORD)]


def test_nothing_is_asked_of_elsewhere_and_only_the_pages_own_text_runs(pages):
    for text in pages:
        page = Page(text)
        assert not re.search(r"https?:|[\"'(]//|@import|url\(", text)
        assert all(not name.startswith("on") for _, attrs in page.tags for name in attrs)
        policy = next(attrs["content"] for tag, attrs in page.tags if tag == "meta" and "http-equiv" in attrs)
        assert not re.search(r"<script(?! type=\"text/plain\")[^>]+>", text), "what else is there runs"
        for inline in re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", text, re.DOTALL):
            assert base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode() in policy
        assert [tag for tag, _ in page.tags].count("script") == (text is pages[0]), "none comes out of the pack"
        assert policy.startswith("default-src 'none'")


def test_every_id_is_there_once_and_every_link_resolves(pages):
    findings, document = map(Page, pages)
    assert len(findings.ids) == len(set(findings.ids))
    assert {row["claim_id"] for row in ROWS} <= set(findings.ids)
    assert "#c-reproduced" in findings.links
    for link in findings.links + document.links:
        target, _, anchor = link.partition("#")
        assert target in ("", "index.html", "findings.html", "findings-fs.html", "data:,")
        assert anchor in findings.ids or anchor in (
            "",
            *(f"?document=fs&verdict={name}" for name in VERDICTS),
            "?document=fs",
        )


def test_a_row_has_its_words_and_numbers(pages, translator):
    findings, document = map(written_out, pages)
    for verdict in VERDICTS:
        assert glossary()["verdicts"][verdict][translator.code] in findings
        assert glossary()["verdicts"][verdict][translator.code] in document
    said = "406,000 405,701 (405,500_to_406,500) (405,696_to_405,707) -1.9 (-1.95_or_more) -1.88 1,234.5 14,800"
    said += " does_not_hold"
    if translator.code == "nl":
        said = said.translate(str.maketrans(",.", ".,")).replace("to", "tot").replace("or_more", "of_meer")
        said = said.replace("does_not_hold", "klopt_niet")
    for text in said.split():
        assert re.search(f">{re.escape(text.replace('_', ' '))}[ <]", findings), text
    assert {"nl": "december 2023 tot 2024 kw 1", "en": "December 2023 to 2024 Q1"}[translator.code] in findings


def test_what_waits_behind_a_row_is_that_of_the_row(pages):
    """In the order of the page, which is that of the verdicts; ``location`` brings the order of the register back."""
    ids = [each["id"] for tag, each in Page(pages[0]).tags if tag == "tr" and "id" in each]
    facts = facts_of(pages[0])
    assert [ROWS[each["location"]]["claim_id"] for each in facts] == ids
    assert [each["rank"] for each in facts] == sorted(each["rank"] for each in facts)
    for claim, each in zip(ids, facts, strict=True):
        given = next(row for row in ROWS if row["claim_id"] == claim)
        assert f'href="#{claim}"' in each["more"]
        assert (each["document"], each["verdict"], each["cause"]) == ("fs", given["verdict"], given["cause"])
        assert [each[key] and float(each[key]) for key in ("published", "recomputed")] == [
            "" if given[key] is None else given[key] for key in ("published", "recomputed")
        ]


def test_a_document_lists_what_does_not_stand(pages):
    failed = re.search(r"<table class=\"data listed\">(.*?)</table>", pages[1], re.DOTALL)[1]
    assert re.findall(r"findings.html#([\w-]+)", failed) == ["c-inconsistent", "c-differs", "nasty", "says"]
    assert {"nl": "SZW · 30 juni 2025 · factsheet", "en": "SZW · 30 June 2025 · factsheet"}[
        re.search('lang="(..)"', pages[1])[1]
    ] in pages[1]
    brief = "".join(re.findall(r"<ul class=\"brief\">(.*?)</ul>", pages[1], re.DOTALL))
    assert brief.count("<li>") == 3


def test_a_document_begins_with_what_became_of_its_numbers():
    """By hand: of 6 rows one is open; one number is printed twice and contradicted, one rests on another error."""
    cell = ["85692NED | stock | age: <27 | 2022-12 (not_in_snapshot)"]
    twice = [row(name, "inconsistent", suggested="6.9", explanations=SLIP) for name in ("text", "table")]
    rows = [*twice, row("other", "inconsistent", published=5), row("behind", "inconsistent", root="other")]
    rows += [row("good"), row("open", "not_in_snapshot", missing_cells=cell, recomputed=None)]
    page = document_page(rows, DOCUMENT, Translator("nl"), RECORD)
    lead = re.search(r'<p class="lead">(.*?)</p>', page)[1]
    assert lead.startswith("Van de 5 getallen en beweringen die te beoordelen zijn, kloppen er 1 en kloppen er 4 niet;")
    assert "2 verschillende fouten" in lead
    assert "Nog 1 zijn" in lead
    assert "85692NED (per maand, naar kenmerk): 1." in page
    assert "100 * 2,5 / f(1; 2) = 6,8 [a-1.5]" in page, "decimals are Dutch, names are as they are"
    assert "CBS (Bijstandsuitkeringenstatistiek, BUS)" in document_page(
        [row("x", "not_open_data", recomputed=None)], DOCUMENT, Translator("nl"), RECORD
    )


def test_a_number_that_may_not_be_the_wrong_one_has_no_right_value(translator):
    rows = [row("own", "inconsistent", suggested="405700"), row("open", "inconsistent", suggested="6.9")]
    rows[1] |= {"wrong_itself": False}
    listed = document_page(rows, DOCUMENT, translator, RECORD).split('class="data listed"')[1].split("</tbody>")[0]
    own, unknown = (re.sub("<[^>]+>", "", each) for each in listed.split("<tr>")[2:])
    right, not_located = (translator.word("findings_page", key) for key in ("right", "not_located"))
    assert (right in own, not_located in own) == (True, False)
    assert (right in unknown, not_located in unknown) == (False, True)
    opened = {
        each["more"].count(translator.word("findings_page", "suggested"))
        for each in facts_of(findings_page(rows[1:], [DOCUMENT], translator, RECORD))
    }
    assert opened == {0}


LINKS = {"caseload_by_group": {"href": "01_caseload.html#table-caseload_by_group", "text": "01 · Persons & <groups>"}}


def test_a_row_links_to_the_table_that_shows_it_when_the_run_has_it(translator):
    rows = [*ROWS, row("unseen", parts=[], tables=""), row("both", tables="flow_rates caseload_by_group")]
    text = findings_page(rows, [DOCUMENT], translator, RECORD, LINKS)
    said = '<a href="01_caseload.html#table-caseload_by_group">01 · Persons &amp; &lt;groups&gt;</a>'
    ids = [each["id"] for tag, each in Page(text).tags if tag == "tr" and "id" in each]
    shown = {claim: each["parts"] for claim, each in zip(ids, facts_of(text), strict=True)}
    assert written_out(text).count(said) == len(ROWS) + 1
    assert "flow_rates" not in written_out(text)
    assert {shown.pop("unseen"), *shown.values()} == {"", "fs/Tabel 1"}
    assert '<option value="fs/Tabel 1">Tabel 1</option>' in text
    assert "01_caseload.html" not in written_out(findings_page(rows, [DOCUMENT], translator, RECORD))


def test_the_files_of_a_run(tmp_path, translator):
    other = DOCUMENT | {"document": "without-rows"}
    links = write_findings_pages(tmp_path, ROWS, [DOCUMENT, other], translator, RECORD, {})
    assert [link["href"] for link in links] == ["findings.html", "findings-fs.html"]
    assert all(link["text"] for link in links)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["findings-fs.html", "findings.html"]
    empty = findings_page([], [], translator, RECORD | {"snapshots": [SNAPSHOT | {"kind": "simulated"}]})
    assert Page(empty).ids.count("ui_none") == 1
    assert glossary()["page"]["simulated"][translator.code] in empty
