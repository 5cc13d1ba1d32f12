from __future__ import annotations

import re
import string
import tomllib

import pytest

from analysis.classifications.categories import CATEGORIES
from analysis.classifications.durations import named_bands
from analysis.classifications.groups import GROUPS
from analysis.errors import CallError, DataError
from analysis.language.glossary import LANGUAGES, glossary
from analysis.language.translator import Translator
from analysis.register.verdicts import TONES
from analysis.report.table_spec import TIME, declared_tables
from project_copy import ROOT


def entries(node=None, path=()):
    node = glossary() if node is None else node
    if set(LANGUAGES) <= set(node):
        yield path, node
        return
    for key, below in node.items():
        yield from entries(below, (*path, key))


@pytest.mark.parametrize(
    ("path", "entry"), list(entries()), ids=lambda found: ".".join(found) if isinstance(found, tuple) else ""
)
def test_every_entry_has_both_languages_with_the_same_places(path, entry):
    places = [{name for _, name, _, _ in string.Formatter().parse(entry[lang]) if name} for lang in LANGUAGES]
    assert places[0] == places[1]
    allowed_empty = path == ("values", "no")
    assert all(entry[lang].strip() for lang in LANGUAGES) or allowed_empty


def test_no_number_has_the_name_of_a_period():
    """A column of such a name is stored as text: ``quarter`` was the level below which a quarter of regions lies."""
    named = {(name, each) for name, spec in declared_tables().items() for each in spec.quantities if each in TIME}
    assert named == set()


def test_every_column_and_table_has_its_word():
    for name, spec in declared_tables().items():
        assert set(spec.title) == set(LANGUAGES), name
        assert set(spec.labels) <= set(glossary()["labels"])
        assert set(spec.quantities) <= set(glossary()["quantities"])
        assert set(spec.intervals) <= set(spec.quantities)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_columns_of_a_table_have_one_name(lang):
    """In the text of a table, where outputs are compared, one of the two would be lost."""
    words = glossary()
    for name, spec in declared_tables().items():
        heads = [words["labels"][label][lang] for label in spec.labels]
        heads += [words["quantities"][quantity][lang] for quantity in spec.quantities]
        assert len(set(heads)) == len(heads), name


def test_every_verdict_has_its_word_and_comes_down_to_the_same_everywhere():
    assert {name: entry["tone"] for name, entry in glossary()["verdicts"].items()} == TONES


def test_every_category_and_group_has_its_word_in_the_room_of_classifications():
    words = tomllib.loads((ROOT / "src" / "analysis" / "classifications" / "words.toml").read_text(encoding="utf-8"))[
        "values"
    ]
    bands = [band.name for band in named_bands()]
    for dimension, categories in CATEGORIES.items():
        assert {dimension, *categories, *GROUPS.get(dimension, ()), *bands} <= words.keys()


def test_no_english_word_stands_in_a_dutch_entry():
    english = re.compile(r"\b(the|and|inflow|outflow|stock|quarter|people|spells|source)\b")
    wrong = [path for path, entry in entries() if english.search(re.sub(r"{.*?}", "", entry["nl"]))]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "short", "nl", "en"),
    [
        ("2024Q4", True, "2024 kw 4", "2024 Q4"),
        ("2024Q4", False, "het 4e kwartaal van 2024", "the 4th quarter of 2024"),
        ("2024-12", False, "december 2024", "December 2024"),
        ("2024-12", True, "2024 december", "2024 December"),
        ("2023", False, "2023", "2023"),
    ],
)
def test_periods(text, short, nl, en):
    assert Translator("nl").period(text, short) == nl
    assert Translator("en").period(text, short) == en


def test_what_the_glossary_lacks():
    with pytest.raises(CallError, match="'de' is unknown"):
        Translator("de")
    with pytest.raises(DataError, match="no entry 'flow_question'"):
        Translator("nl").word("texts", "flow_question")
    with pytest.raises(DataError, match=r"entry texts.flows_answer needs a value for 'year'"):
        Translator("nl").word("texts", "flows_answer")
    assert Translator("nl").value("85615NED") == "85615NED"
