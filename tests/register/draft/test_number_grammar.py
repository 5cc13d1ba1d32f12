"""How numbers are written in Dutch and English: value, step, unit and wording, or why one is no figure."""

from fractions import Fraction

import pytest

from analysis.register.draft.numbers import decimal_mark, numbers_in

# text: (value, step, unit, wording) of its only figure, as the register would enter it
FIGURES = {
    "ontvingen bijna 406 duizend mensen bijstand": (406_000, "1000", "persons", "nearly"),
    "ruim 4.000 banen": (4_000, "1", "jobs", "over"),
    "dat is 6,8% meer": ("6.8", "0.1", "percent", ""),
    "slechts 11 procent van de gemeenten": (11, "1", "percent", ""),
    "een toename van 0,5 procentpunt": ("0.5", "0.1", "percentage points", ""),
    "een derde van deze groep": ("33.3", "5", "percent", "about"),
    "ruim twee derde van de mensen": ("66.7", "5", "percent", "over"),
    "bijna een kwart van hen": (25, "5", "percent", "nearly"),
    "iets meer dan de helft van de mensen": (50, "10", "percent", "over"),
    "twee op de drie hebben werk": ("66.7", "10", "percent", "about"),
    "1 op de 5 heeft werk": (20, "10", "percent", "about"),
    "in totaal € 1,2 miljard": (1200, "100", "million euro", ""),
    "van € 8.600 per plek": (8600, "1", "euro", ""),
    "een tekort van –€302 miljoen": (-302, "1", "million euro", ""),
    "een caseload van ca. 1:70": (70, "1", "ratio 1:n", "about"),
    "sprak met zeven gemeenten": (7, "0", "municipalities", ""),
    "zo’n 170 duizend huishoudens": (170_000, "1000", "households", "about"),
    "meer dan 35.000 medewerkers": (35_000, "1", "persons", "at_least"),
    "hooguit 20% van de norm": (20, "1", "percent", "at_most"),
    "daalde met −1,9%": ("-1.9", "0.1", "percent", ""),
    "de benoemde 16 kwetsbare gebieden": (16, "1", "areas", ""),
}
ENGLISH = {
    "nearly 406 thousand people": (406_000, "1000", "persons", "nearly"),
    "some 12,400 households": (12_400, "1", "households", "about"),
    "a rise of 3.5%": ("3.5", "0.1", "percent", ""),
    "one third of them": ("33.3", "5", "percent", "about"),
    "€1.2 billion": (1200, "100", "million euro", ""),
}


def figure(text: str, comma: str):
    (only,) = [each for each in numbers_in(text, comma) if not each.reason]
    return only.value, only.step, only.unit, only.wording


@pytest.mark.parametrize(("text", "expected"), FIGURES.items())
def test_a_dutch_number_is_read_as_it_is_meant(text, expected):
    assert figure(text, ",") == (Fraction(str(expected[0])), *expected[1:])


@pytest.mark.parametrize(("text", "expected"), ENGLISH.items())
def test_an_english_number_is_read_as_it_is_meant(text, expected):
    assert figure(text, ".") == (Fraction(str(expected[0])), *expected[1:])


def test_a_pair_of_shares_has_no_negative_one():
    assert [each.value for each in numbers_in("tussen mannen en vrouwen (53%-47%)")] == [53, 47]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("in december 2024 steeg het", "year"),
        ("jonger dan 27 jaar", "age"),
        ("onder 45- tot 55-jarigen", "age"),
        ("langer dan vijf jaar bijstand", "duration"),
        ("zie tabel 3 hiervoor", "reference to a table, figure or section"),
        ("artikel 2 van de wet", "number of a law, article or paper"),
        ("34 352, nr. 340", "number of a law, article or paper"),
        ("rondom de banenafspraak1, de wet", "footnote mark"),
        ("eind 20193 ontving", "year with a footnote mark"),
        ("op 1 juli opheffen", "date"),
        ("het 4e kwartaal", "ordinal"),
        ("per 100.000 inwoners", "base of a rate"),
        ("de onderste 10% van de bedrijven", "name of a class"),
        ("435", "page number or axis tick"),
        ("https://example.org/rapport-2020.pdf", "address or file name"),
        ("(× 1.000)", "scale of a figure"),
    ],
)
def test_what_is_no_figure_has_its_reason(text, reason):
    assert reason in {each.reason for each in numbers_in(text)}
    assert not [each for each in numbers_in(text) if not each.reason]


def test_a_count_of_years_size_with_a_mark_is_a_count():
    (count,) = numbers_in("2.024 mensen")
    assert (count.value, count.reason) == (2024, "")


def test_the_language_of_a_text_gives_its_decimal_mark():
    assert decimal_mark("Het aantal mensen met een uitkering en de gemeente") == ","
    assert decimal_mark("The number of people with a benefit and the municipality") == "."
