"""What is proposed for the numbers of a document, tried with the register's own evaluation. The figures are made up."""

import pytest

from analysis.register.claims import Claim
from analysis.register.draft.candidates import candidates_of
from analysis.register.draft.document import PARAGRAPH, TABLE, Block, Document, TableRow
from analysis.register.draft.facts import ROW, group_key
from analysis.register.draft.proposals.propose import propose
from analysis.register.relations import Register

CAPTION = "Tabel 1: Mensen met een uitkering, december 2024 en ontwikkeling ten opzichte van december 2023."
COLUMNS = ("Aantal", "Aandeel", "Ontwikkeling", "Ontwikkeling in %")
ROWS = {
    "Jonger dan 27 jaar": ("1.203", "12,0%", "110", "10,1%"),
    "27 tot 45 jaar": ("3.301", "33,0%", "-100", "-2,9%"),
    "45 jaar tot AOW-leeftijd": ("5.496", "55,0%", "40", "0,7%"),
    "Totaal": ("10.000", "100,0%", "50", "0,5%"),
}


def table(**changed: tuple[str, ...]) -> Block:
    rows = {label: changed.get(label.split()[0].lower(), cells) for label, cells in ROWS.items()}
    return Block(TABLE, 1, "", "", CAPTION, " ".join(COLUMNS), COLUMNS, tuple(TableRow(*row) for row in rows.items()))


def paragraph(text: str) -> Block:
    return Block(PARAGRAPH, 2, "", text)


def proposals(*blocks: Block, register: Register | None = None):
    document = Document("d", blocks)
    figures = [each for each in candidates_of(document) if each.is_figure]
    named = {each.id: f"{each.printed}" for each in figures}
    return named, propose(document, figures, register)


def written(*blocks: Block, register: Register | None = None) -> dict[str, str]:
    """Return each proposed formula with the printed numbers in place of ids, and its outcome."""
    named, found = proposals(*blocks, register=register)
    texts = {}
    for each in found:
        text = each.text
        for name, printed in sorted(named.items(), reverse=True):
            text = text.replace(f"[{name}]", printed)
        texts[f"{named[each.candidate]} = {text}"] = each.outcome
    return texts


def test_a_table_gives_sums_shares_and_growth():
    found = written(table())
    assert found["10.000 = sum(1.203, 3.301, 5.496)"] == "reproduced"
    assert found["12,0% = share(1.203, 10.000)"] == "reproduced"
    assert found["-2,9% = growth_by(3.301, -100)"] == "reproduced"
    assert found["50 = sum(110, -100, 40)"] == "reproduced"
    assert "excluded" not in found.values()


def test_a_misprint_in_a_table_is_excluded_by_what_the_others_show():
    found = written(table(totaal=("10.100", "100,0%", "50", "0,5%")))
    assert found["10.100 = sum(1.203, 3.301, 5.496)"] == "excluded"
    found = written(table(jonger=("1.203", "12,0%", "110", "12,1%")))
    assert found["12,1% = growth_by(1.203, 110)"] == "excluded"


def test_a_level_before_a_fall_to_nothing_is_not_worked_out():
    """What fell by 100% may have been anything: no formula divides by it."""
    found = written(table(jonger=("3", "0,0%", "-120", "-100%")))
    assert "-120 = change(3, -100%)" not in found
    assert found["-100% = growth_by(3, -120)"] == "excluded"  # 100 * -120 / 123 = -97.6


def test_the_text_is_tied_to_the_table_and_to_itself():
    text = (
        "Het aantal mensen jonger dan 27 jaar steeg in december 2024 met 110 (10,1%) naar 1.203 (12% van alle mensen)."
    )
    found = written(table(), paragraph(text))
    assert found["1.203 = 1.203"] == "reproduced"
    assert found["110 = 110"] == "reproduced"


def test_growth_behind_two_levels_is_worked_out_even_where_it_fails():
    found = written(
        paragraph("Het aantal groeide in 2024 van 8.010 naar 9.020 mensen. Dat is een stijging van 11,25%.")
    )
    assert found["11,25 = growth(9.020, 8.010)"] == "excluded"


def test_shares_that_make_the_whole_are_complements():
    found = written(paragraph("Van hen werkt 64% in loondienst en 36% als zelfstandige."))
    assert found["36 = 100 - 64"] == "reproduced"


def test_another_document_is_looked_at_by_unit_group_and_period():
    row = ROW | {
        "claim_id": "other-n", "quantity": "persons", "group": "age <27", "period": "2024-12", "value": "40510",
        "unit": "persons", "precision": "10", "kind": "level", "location": "t", "source": "document",
    }  # fmt: skip
    other = Register({"other-n": Claim("other", 2, row)}, {"other": {}}, {}, [])
    text = "Eind 2024 waren er bijna 41 duizend mensen jonger dan 27 jaar, en 39 duizend ouder dan 45 jaar."
    assert written(paragraph(text), register=other) == {"41 duizend = [other-n]": "reproduced"}


def test_own_rows_of_the_register_are_not_looked_at():
    row = ROW | {"claim_id": "d-x", "group": "total", "period": "2024", "value": "1234", "unit": "persons"}
    row |= {"kind": "level", "precision": "1", "location": "t", "quantity": "q", "source": "document"}
    own = Register({"d-x": Claim("d", 2, row)}, {"d": {}}, {}, [])
    assert written(paragraph("In 2024 waren er 1.234 mensen."), register=own) == {}


@pytest.mark.parametrize(
    ("one", "two"),
    [("age: <27", "age <27"), ("sex: men", "men"), ("origin: Europe & birth: born in NL", "origin Europe, born in NL")],
)
def test_groups_of_draft_and_register_are_one(one, two):
    assert group_key(one) == group_key(two)


def test_the_rules_know_no_document_of_the_register():
    """No rule, word or pattern names a document, its makers or its ids: they were written for any text of the field."""
    from importlib.resources import files

    room = files("analysis.register.draft")
    texts = [
        path.read_text(encoding="utf-8")
        for part in ("", "proposals", "reading")
        for path in room.joinpath(part).iterdir()
        if path.is_file()
    ]
    for name in (
        "cedris",
        "factsheet-2024",
        "fs2024",
        "ced2024",
        "monitoring-20",
        "mb2025",
        "mb2021",
        "ba2024",
        "berenschot",
        "significant ape",
    ):
        assert not any(name in text.lower() for text in texts), name
