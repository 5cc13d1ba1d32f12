"""What a text says around its numbers: kind and direction, group and period. The sentences are made up."""

import pytest

from analysis.register.draft.candidates import candidates_of
from analysis.register.draft.document import PARAGRAPH, Block, Document


def figures(text: str, heading: str = ""):
    document = Document("rapport-2024", (Block(PARAGRAPH, 1, heading, text),))
    return [each for each in candidates_of(document) if each.is_figure]


def said(text: str, *parts: str, heading: str = ""):
    return [tuple(getattr(each, part) for part in parts) for each in figures(text, heading)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Het aantal nam in 2024 af met 2.730 (-1,9%).", [("change", -2730), ("growth_rate", -1.9)]),
        ("Een daling van 7% ten opzichte van 2023.", [("growth_rate", -7)]),
        ("Sinds 2022 daalde de groep met in totaal 51.000 personen.", [("change", -51_000)]),
        ("Dat zijn 500 mensen meer dan in 2023.", [("change", 500)]),
        ("Er zijn ruim 4.000 minder banen.", [("change", -4000)]),
        ("Het aantal steeg met 590 naar bijna 91 duizend.", [("change", 590), ("level", 91_000)]),
        ("Het aandeel steeg van 53% naar 56%.", [("share", 53), ("share", 56)]),
        ("Dit is een stijging (6.790; 4%).", [("change", 6790), ("growth_rate", 4)]),
        ("De groep telt 41 duizend mensen (10% van alle ontvangers).", [("level", 41_000), ("share", 10)]),
    ],
)
def test_kind_and_direction(text, expected):
    assert [(kind, float(value)) for kind, value in said(text, "kind", "value")] == expected


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("Het aantal mannen steeg met 4.700 en het aantal vrouwen met 540.", ["sex: men", "sex: women"]),
        ("Onder 45- tot 55-jarigen was dit 59% en onder 55-plussers 70%.", ["age: 45-55", "age: 55-AOW"]),
        ("Van hen had 63% een herkomst buiten Europa en 31% een Nederlandse herkomst.",
         ["origin: outside Europe", "origin: Netherlands"]),
        ("Dit waren meer mannen (60%) dan vrouwen (40%).", ["sex: men", "sex: women"]),
        ("Vrouwen waren er meer dan mannen (227.000 vrouwen tegen 174.000 mannen).", ["sex: women", "sex: men"]),
        ("In totaal kregen 406 duizend mensen bijstand.", ["total"]),
        ("Er waren 1.200 mensen jonger dan 27 jaar. Van deze groep werkte 30%.", ["age: <27", "age: <27"]),
    ],
)  # fmt: skip
def test_the_group_is_the_one_that_the_sentence_means(text, groups):
    assert [each.group for each in figures(text)] == groups


def test_a_heading_names_the_group_of_what_stands_under_it():
    assert [each.group for each in figures("Het waren er 3.112 in 2024.", "Resultaten marktwerkgevers")] == ["market"]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("Eind 2024 waren er 41.700 mensen.", ["2024-12"]),
        ("Van 9.387 in 2023 naar 10.619 in 2024.", ["2023", "2024"]),
        ("Het steeg in december 2024 met 1.520 ten opzichte van december 2023.", ["2023-12 to 2024-12"]),
        ("In het vierde kwartaal van 2020 waren het er 5.198.", ["2020Q4"]),
        ("Op 1 januari 2018 deed 35 procent geen beroep op bijstand.", ["2018-01-01"]),
        ("Dat is meer dan in 2023 (24.500).", ["2023"]),
        ("In 2024 waren het 264 duizend, toen 247 duizend in december 2023.", ["2024", "2023-12"]),
    ],
)
def test_the_period_is_the_one_that_the_sentence_means(text, periods):
    assert [each.period for each in figures(text)] == periods


def test_counts_of_a_passage_are_rounded_alike():
    assert [each.precision for each in figures("Het steeg met 4.700 mensen; bij vrouwen met 540 mensen.")] == [
        "10",
        "10",
    ]


def test_a_statement_has_the_comparison_that_it_makes():
    document = Document("r", (Block(PARAGRAPH, 1, "", "Het ziekteverzuim is het hoogste van alle groepen in 2024."),))
    (statement,) = [each for each in candidates_of(document) if each.kind == "statement"]
    assert statement.quantity == "highest: highest([this], [the others])"
    assert (statement.value, statement.period) == (None, "2024")


def test_a_quotation_has_at_most_25_words():
    long = "woord " * 60 + "waren er 1.234 mensen " + "woord " * 60
    (only,) = figures(long)
    assert len(only.quote.split()) == 25
    assert "1.234" in only.quote
