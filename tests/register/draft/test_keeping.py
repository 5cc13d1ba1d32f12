"""A draft as a table to tick, what is kept of it, and the commands; a proposal counts for nothing before it is kept."""

import csv
from datetime import date

import pytest

from analysis.cli import main
from analysis.errors import CallError
from analysis.register.draft.candidates import candidates_of
from analysis.register.draft.completeness import compare_with_text
from analysis.register.draft.document import PARAGRAPH, Block, Document
from analysis.register.draft.drafting import Draft
from analysis.register.draft.facts import as_claim
from analysis.register.draft.keeping import choose, keep, ticked
from analysis.register.draft.output import draft_lines
from analysis.register.draft.proposals.propose import propose
from analysis.register.draft.sheet import COLUMNS, read_sheet, register_group, sheet_of, write_sheet
from analysis.register.entry import register_with_faults
from analysis.register.schema import CLAIM_FIELDS

TEXT = (
    "Van hen werkt 64% in loondienst en 36% als zelfstandige. "
    "Het aantal groeide van 8.010 naar 9.020 in 2024, een stijging van 11%."
)


@pytest.fixture
def sheet():
    document = Document("brief", (Block(PARAGRAPH, 1, "Kop", TEXT),))
    candidates = candidates_of(document)
    found = propose(document, [each for each in candidates if each.is_figure])
    return sheet_of("brief", candidates, found, date(2026, 11, 29))


def test_a_draft_has_the_columns_of_the_register_and_no_formula_in_a_number(sheet):
    assert set(CLAIM_FIELDS) <= set(COLUMNS)
    assert not any(row["formula"] or row["query"] for row in sheet.of("number"))
    assert {row["outcome"] for row in sheet.of("proposal")} == {"reproduced", "excluded"}


def test_held_keeps_what_holds_and_all_what_fails_too(sheet):
    held, everything = (keep(sheet, choose(sheet, [word])) for word in ("held", "all"))
    assert len(held.rows) == len(everything.rows) == len(sheet.of("number"))
    formulas = {row["value"]: row["formula"] for row in held.rows}
    assert formulas["36"] == "100 - [brief-001]"
    assert formulas["11"] == ""
    assert "growth(" in {row["value"]: row["formula"] for row in everything.rows}["11"]


def test_an_id_brings_the_numbers_it_is_computed_from(sheet):
    (proposal,) = [row for row in sheet.of("proposal") if row["formula"].startswith("growth(")]
    kept = keep(sheet, choose(sheet, [proposal["draft_id"]]))
    assert [row["value"] for row in kept.rows] == ["8010", "9020", "11"]
    with pytest.raises(CallError, match="--keep brief-999: no such row"):
        choose(sheet, ["brief-999"])


def test_of_formulas_in_a_circle_the_later_is_left_out(sheet):
    back = {
        **sheet.of("proposal")[0],
        "claim_id": "brief-001",
        "formula": "100 - [brief-002]",
        "draft_id": "brief-001.9",
    }
    round_trip = sheet_of("brief", (), (), date(2026, 11, 29)).__class__("brief", (*sheet.rows, back))
    kept = keep(round_trip, choose(round_trip, ["held"]))
    assert kept.circles == ("brief-001.9",)


def test_nothing_kept_is_refused(sheet):
    with pytest.raises(CallError, match="nothing is kept"):
        keep(sheet, ticked(sheet))


def test_ticks_survive_a_round_through_a_file(sheet, tmp_path):
    write_sheet(sheet, tmp_path / "brief.draft.csv")
    again = read_sheet(tmp_path / "brief.draft.csv")
    assert [row["draft_id"] for row in again.rows] == [row["draft_id"] for row in sheet.rows]
    again.rows[0]["keep"] = "x"
    assert len(keep(again, ticked(again)).rows) == 1
    with pytest.raises(CallError, match="exists already"):
        write_sheet(sheet, tmp_path / "brief.draft.csv")


def test_a_file_that_is_no_draft_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CallError, match="expected a draft, with the columns keep, row"):
        read_sheet(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("drafted", "entered"),
    [
        ("sex: men", "men"),
        ("age: <27", "age <27"),
        ("origin: Europe & birth: born in NL", "origin Europe, born in NL"),
        ("LKS & age: 15-27", "LKS, age 15-27"),
    ],
)
def test_groups_are_written_as_the_register_writes_them(drafted, entered):
    assert register_group(drafted) == entered


def test_completeness_names_what_the_register_lacks(tmp_path):
    path = tmp_path / "brief.txt"
    path.write_text(TEXT + " Zie tabel 3 van 2024.", encoding="utf-8")
    document = Document("brief", (Block(PARAGRAPH, 1, "", TEXT),))
    claims = [as_claim(each, "brief") for each in candidates_of(document) if each.is_figure]
    whole, part = compare_with_text(claims, path), compare_with_text(claims[1:], path)
    assert (whole.found, whole.lacking, whole.unprinted) == (5, (), ())
    assert [each.printed for each in part.lacking] == ["64"]
    assert {each.reason for each in whole.left_out} == {"year", "reference to a table, figure or section"}
    other = compare_with_text(
        [as_claim(candidates_of(Document("b", (Block(PARAGRAPH, 1, "", "Er zijn 77 leden."),)))[0], "b")], path
    )
    assert [claim.row["value"] for claim in other.unprinted] == ["77"]


def test_the_command_drafts_keeps_and_refuses(tmp_path, capsys):
    path = tmp_path / "brief.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert main(["findings", "draft", str(path)]) == 0
    out = capsys.readouterr().out
    assert "5 numbers and 1 statements" in out
    assert "growth(9020, 8010) = 12.6" in out
    assert main(["findings", "draft", str(path)]) == 2  # a draft with ticks is never overwritten
    assert "exists already" in capsys.readouterr().err
    assert main(["findings", "draft", str(tmp_path / "brief.draft.csv"), "--keep", "held"]) == 0
    with (tmp_path / "brief.csv").open(encoding="utf-8") as kept:
        rows = list(csv.DictReader(kept))
    assert [row["value"] for row in rows] == ["64", "36", "8010", "9020", "11"]
    _, faults = register_with_faults(extra=tmp_path / "brief.csv")
    assert faults == ["brief.csv: the document has no row in documents.csv; give it one."]
    assert main(["findings", "draft", str(tmp_path / "none.pdf")]) == 2
    assert capsys.readouterr().err == f"bijstand: {tmp_path / 'none.pdf'}: no such file.\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["brief.csv", "brief.draft.csv", "brief.txt"]


def test_a_draft_of_very_many_numbers_says_what_was_not_searched(monkeypatch):
    candidates = candidates_of(Document("brief", (Block(PARAGRAPH, 1, "Kop", TEXT),)))
    monkeypatch.setattr("analysis.register.draft.output.MOST", 3)
    lines = list(draft_lines(Draft(Document("brief", ()), tuple(candidates), ())))
    assert lines[1] == "above 3 numbers only tables are searched for what adds up: draft the document in parts for more"
