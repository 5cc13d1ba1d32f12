"""The pages of published numbers in Dutch: nothing that was entered in English stands on them."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from analysis.language.glossary import glossary
from analysis.language.translator import Translator
from analysis.register.coverage import read_coverage
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.register.schema import UNITS
from analysis.site.findings_page import document_page, findings_page
from packed_page import facts_of, written_out

RECORD = {"run": "made", "begun": "2031-01-01 12:00", "snapshots": []}
ENGLISH = re.compile(r"\b(the|of the|which|with|and|than|people|persons|who|from|not|are|were|by)\b", re.IGNORECASE)
"""Words that no Dutch sentence has."""


@pytest.fixture(scope="module")
def rows(register, published):
    return finding_rows(find(register, published), register, published, "nl", read_coverage(register))


def is_english(text: str) -> bool:
    """Tell whether a text has an English word; ids, the name of a licence and the `and` of a formula are left out."""
    return ENGLISH.search(re.sub(r"[\w-]+-[\w-]+|CC BY|(?<=[\d)]) and (?=[\d(])", "", text)) is not None


def sentences(page: str) -> set[str]:
    """Return the texts of a page, also those that wait until they are asked for, but for formulas and ids."""
    soup = BeautifulSoup(re.sub(r"</?noscript>", "", written_out(page)), "html.parser")
    for each in soup(["code", "pre", "script", "style", "h1", "title", "option"]):
        each.decompose()
    causes = {each["cause"] for each in facts_of(page)} if "ui_packed" in page else set()
    return {" ".join(text.split()) for text in soup.find_all(string=True)} | causes


def test_every_text_of_the_register_has_its_dutch(register):
    texts = {
        claim.row[column] for claim in register.claims.values() for column in ("quantity", "group", "note", "source")
    }
    texts |= {claim.row["difference"].partition(": ")[2] for claim in register.claims.values()}
    texts |= {source["what"] for source in register.sources.values()}
    assert texts - {""} <= register.dutch.keys()
    assert [text for text in register.dutch.values() if is_english(text)] == []


def test_no_english_sentence_of_the_register_stands_on_a_dutch_page(register, rows):
    documents, translator = list(register.documents.values()), Translator("nl")
    pages = [findings_page(rows, documents, translator, RECORD)]
    pages += [document_page(rows, each, translator, RECORD) for each in documents]
    found = {text for page in pages for text in sentences(page)}
    entered = {english for english, dutch in register.dutch.items() if english != dutch}
    assert sorted(found & entered) == []
    titles = {each["title"] for each in documents}
    assert sorted(text for text in found - titles if is_english(text)) == []


def test_the_same_numbers_stand_on_the_pages_of_both_languages(register, published, rows):
    english = finding_rows(find(register, published), register, published, "en", read_coverage(register))
    for key in ("claim_id", "verdict", "published", "recomputed", "location", "suspect"):
        assert [each[key] for each in english] == [each[key] for each in rows]
    by_id = {each["claim_id"]: each for each in rows}
    assert by_id["fs2024-t1-lt27-n"]["group"] == "jonger dan 27 jaar"
    assert by_id["cbs2309-s-2022Q4"]["cause"].endswith("later gaf het CBS 397 duizend.")


def test_every_unit_of_the_register_has_a_word_in_both_languages():
    assert set(UNITS) <= glossary()["values"].keys()
