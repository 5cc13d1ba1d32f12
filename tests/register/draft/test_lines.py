"""Lines of a PDF or text file put together: headings, paragraphs, tables."""

import pytest

from analysis.register.draft.alignment import columns_of
from analysis.register.draft.candidates import candidates_of
from analysis.register.draft.document import PARAGRAPH, TABLE, Document
from analysis.register.draft.lines import blocks_of

TEXT = """\
Ontwikkeling van de instroom
In het jaar 2024 kwamen er in totaal 1.230 mensen bij in de regeling,
terwijl er 900 mensen uitstroomden naar werk of een andere uitke-
ring dan de bijstand.

Tabel 2: Mensen in de regeling naar leeftijd, december 2024 en
ontwikkeling ten opzichte van december 2023.

Aantal Aandeel Ontwikkeling

Leeftijd

Jonger dan 27 jaar 1.200 12,0% 100

27 jaar en ouder
tot AOW-leeftijd
8.800 88,0% -50

Totaal 10.000 100,0% 50

Bron: CBS
"""


def blocks(text: str = TEXT):
    return list(blocks_of((1, line) for line in text.splitlines()))


def test_a_paragraph_has_its_heading_and_whole_words():
    first = blocks()[0]
    assert (first.kind, first.heading) == (PARAGRAPH, "Ontwikkeling van de instroom")
    assert "andere uitkering dan de bijstand." in first.text


def test_a_table_has_caption_columns_and_labels_over_two_lines():
    (table,) = [each for each in blocks() if each.kind == TABLE]
    assert table.caption.endswith("ten opzichte van december 2023.")
    assert table.columns == ("Aantal", "Aandeel", "Ontwikkeling")
    assert [row.label for row in table.rows] == ["Jonger dan 27 jaar", "27 jaar en ouder tot AOW-leeftijd", "Totaal"]
    assert table.rows[1].cells == ("8.800", "88,0%", "-50")


def test_cells_have_group_period_unit_and_step():
    cells = [each for each in candidates_of(Document("r", tuple(blocks()))) if each.row == 0]
    assert [(each.group, each.unit, each.precision) for each in cells] == [
        ("age: <27", "persons", "100"), ("age: <27", "percent", "0.1"), ("age: <27", "persons", "10"),
    ]  # fmt: skip
    assert [each.period for each in cells] == ["2024-12", "2024-12", "2023-12 to 2024-12"]


def test_an_axis_is_no_table_and_its_ticks_are_no_figures():
    found = candidates_of(Document("r", tuple(blocks("390\n\n395\n\n400\n\njuli 2\n023\n"))))
    assert {each.reason for each in found} == {"page number or axis tick"}


@pytest.mark.parametrize("noun", ["mensen", "huishoudens", "medewerkers"])
def test_a_number_alone_on_a_line_belongs_to_the_noun_below_it(noun):
    text = f"In deze regeling zitten nu, na een lange tijd van wachten, ook\n16\n{noun} uit een andere gemeente.\n"
    (only,) = candidates_of(Document("r", tuple(blocks(text))))
    assert (only.value, only.reason) == (16, "")


def test_a_row_with_an_empty_cell_stands_where_it_is_the_sum():
    """The last row lacks its middle cell: from the line that cannot be seen, from the sums of the rows above it can."""
    text = """\
Figuur 3: Resultaat per groep, 2024
Mannen Vrouwen Totaal
Kosten -500 -300 -410
Bijdrage 420 -20 390
Resultaat -80 -320 -20
Toeslag mannen 30 25
Resultaat na toeslag -50 5
"""
    (table,) = blocks(text)
    assert columns_of(table, ",")[-1] == [0, 2]
