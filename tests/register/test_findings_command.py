"""`bijstand findings` as a user calls it, on the register that ships."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import pytest

from analysis.cli import main
from analysis.register.entry import findings_folder, read_register
from analysis.register.evaluation import find
from analysis.register.rows import CONTRACT, finding_rows
from analysis.register.schema import CLAIM_FIELDS
from analysis.register.verdicts import VERDICTS
from analysis.workspace import open_snapshot
from findings_register import row, write_rows
from project_copy import ROOT

DOCUMENTS = [
    "factsheet-2024", "banenafspraak-2024", "cedris-2024", "monitoring-2025", "monitoring-2021",
    "cbs-2023-09", "cbs-2024-22", "gemeentenu-2024-03", "uwv-banenafspraak-kwartalen",
]  # fmt: skip


def ran(capsys, *arguments: str) -> str:
    assert main(["findings", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments: str) -> str:
    assert main(["findings", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


@pytest.fixture(scope="module")
def rows():
    register, snapshot = read_register(), open_snapshot("published")
    return finding_rows(find(register, snapshot), register, snapshot)


def test_json_holds_every_claim_of_every_document_once_with_one_verdict(capsys):
    found = json.loads(ran(capsys, "--format", "json"))
    entered = [
        (path.stem, each["claim_id"])
        for path in sorted(findings_folder().glob("*.csv"))
        if path.stem in DOCUMENTS
        for each in csv.DictReader(path.open(encoding="utf-8", newline=""))
    ]
    assert sorted((each["document"], each["claim_id"]) for each in found) == sorted(entered)
    assert len({each["claim_id"] for each in found}) == len(found) == 1168
    assert {each["document"] for each in found} == set(DOCUMENTS)
    assert all(list(each)[: len(CONTRACT)] == list(CONTRACT) for each in found)
    assert {each["verdict"] for each in found} <= set(VERDICTS)


def test_a_verdict_always_shows_what_it_rests_on(rows):
    for each in rows:
        judged = each["verdict"] in VERDICTS[:7] or each["verdict"] == "undecidable"
        assert bool(each["method"]) >= judged, each["claim_id"]
        assert not each["method"] or judged or each["root"], each["claim_id"]
        assert bool(each["expression"]) >= judged
        if each["verdict"] in ("inconsistent", "differs"):
            assert each["cause"]
            assert each["suggested"] or each["published"] is None
        if each["verdict"] in ("revised_since", "definition_differs", "classification_break", "not_open_data"):
            assert each["cause"], each["claim_id"]
        if each["verdict"] == "not_in_snapshot":
            assert each["missing_cells"], each["claim_id"]
        if each["published"] is not None and each["published_lo"] is not None and each["published_hi"] is not None:
            assert each["published_lo"] <= each["published"] <= each["published_hi"]


# Arithmetic by hand, from the printed numbers: what the documents contradict in themselves.
CONTRADICTED = {
    "fs2024-t1-lt27-pct": "6.9",  # 2,620 / (40,510 - 2,620) = 6.91
    "fs2024-v-lks-pct8": "10",  # 3,960 / (40,590 + 3,430 - 3,960) = 9.89
    "fs2024-t5-bw-24-asprinted": "10619",  # 184,734 - 142,421 - 31,694
    "ced2024-hl-sick-bw": "14.4",  # figure 11
    "ced2024-hl-sick-ba": "13.5",  # figure 11
    "ced2024-bw-advice24": "15635",  # 5,016 + 10,619: every other figure is fixed by other relations
    "ced2024-58-gem24": "162",  # figure 24, and -140 + 302
    "ced2024-f24-na-bw": "-8654 to -8652",  # -19,991 + 11,338
}


@pytest.mark.parametrize("claim", CONTRADICTED)
def test_what_a_document_contradicts_in_itself_is_found(rows, claim):
    (each,) = [each for each in rows if each["claim_id"] == claim]
    assert (each["verdict"], each["suggested"]) == ("inconsistent", CONTRADICTED[claim])


def test_what_a_letter_took_over_wrong_differs(rows):
    by_id = {each["claim_id"]: each for each in rows}
    # the factsheet that the letter cites prints 261,240
    assert (by_id["mb2025-v-total"]["verdict"], by_id["mb2025-v-total"]["suggested"]) == ("differs", "261000")
    # 2,620 of 5,240 is half to the printed digit: "mainly" cannot be decided
    assert by_id["mb2025-lt27-mainly"]["verdict"] == "undecidable"
    # households against persons
    assert by_id["mb2021-nu-long-share"]["verdict"] == "definition_differs"
    # the factsheet prints the 13 % that the letter takes over, and for the provisions of SRG another number
    assert by_id["mb2025-bw-pct"]["verdict"] == "reproduced"
    assert by_id["mb2025-bw-pct"]["cause"]


def test_the_quarters_in_which_more_left_than_came_are_checked_in_the_tables(rows):
    by_id = {each["claim_id"]: each for each in rows}
    found = by_id["fs2024-tx-netout-period"]
    assert (found["verdict"], found["method"], found["recomputed"]) == ("reproduced", "query", 6)
    assert "82662NED" in found["cause"]  # the predecessor, told apart from 85615NED


# Cells of 80794ned, and sums and comparisons of cells of 85615NED and 82662NED, read in the CSV files of data/sources.
# "430 duizend", "396 duizend", "net onder de 400 duizend" (the highest month is March 2023), "409 duizend" as an
# estimate, nine quarters with more entries than exits, and the mean of four quarters, 18,145, that table 2 prints.
BY_LATER_TABLES = {
    "fs2024-tx-stock-feb21": ("reproduced", 430280),
    "fs2024-tx-stock-okt22": ("reproduced", 395820),
    "fs2024-tx-under400": ("reproduced", 399990),
    "fs2024-tx-stock-aug25": ("revised_since", 407730),
    "fs2024-tx-netin-from": ("reproduced", 9),
    "fs2024-t2-total-out": ("reproduced", 18145),
}


@pytest.mark.parametrize("claim", BY_LATER_TABLES)
def test_figures_one_and_two_of_the_factsheet_in_the_tables(rows, claim):
    (each,) = [each for each in rows if each["claim_id"] == claim]
    assert each["method"] == "query"
    assert (each["verdict"], each["recomputed"]) == BY_LATER_TABLES[claim]


def test_no_number_of_figures_one_and_two_of_the_factsheet_waits_for_a_table(rows):
    headings = ("Mensen met een bijstandsuitkering", "Meer in- dan uitstroom")
    of_figures = [each for each in rows if each["document"] == "factsheet-2024" and each["location"] in headings]
    assert Counter(each["verdict"] for each in of_figures) == {"reproduced": 24, "revised_since": 1}


def test_filters(capsys):
    letters = ["--document", "monitoring-2025", "--document", "monitoring-2021"]
    found = json.loads(ran(capsys, *letters, "--verdict", "differs", "--format", "json"))
    assert {each["claim_id"] for each in found} == {"mb2025-v-total", "mb2025-lt27-pct"}
    found = json.loads(ran(capsys, "--location", "tabel 5", "--format", "json"))
    assert {each["location"] for each in found} == {"Tabel 5"}
    assert json.loads(ran(capsys, "--verdict", "classification_break", "--format", "json")) == []


def test_csv_and_table(capsys, rows):
    found = list(csv.DictReader(io.StringIO(ran(capsys, "--format", "csv"))))
    assert [each["claim_id"] for each in found] == [each["claim_id"] for each in rows]
    shown = ran(capsys, "--document", "factsheet-2024", "--verdict", "inconsistent")
    assert "growth_by(40510, 2620)" in shown
    assert "would follow: 6.9" in shown, "another figure may be the wrong one"
    assert "right: 10619" in shown
    count = Counter(each["verdict"] for each in rows if each["document"] == "factsheet-2024")["inconsistent"]
    assert f"factsheet-2024: {count} numbers: {count} inconsistent" in shown
    assert ran(capsys, "--verdict", "classification_break").strip() != ""
    none = ran(capsys, "--document", "cedris-2024", "--verdict", "differs", "--format", "csv")
    assert none.splitlines() == [",".join(rows[0])]  # a script finds its columns also where no row is left


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--document", "factsheet-2042"], "--document factsheet-2042: unknown; did you mean 'factsheet-2024'?"),
        (["--verdict", "wrong"], "--verdict wrong: unknown; known: classification_break"),
        (["--location", "Tabel 9"], "--location 'Tabel 9': no such location"),
        (["--format", "xml"], "--format xml: unknown; known: csv, json, table"),
        (["--snapshot", "gone"], "gone"),
        (["check", "nowhere.csv"], "nowhere.csv: no such file"),
        (["check", str(ROOT / "README.md")], "README.md: is no CSV; expected a .csv file of the findings register"),
    ],
)
def test_a_wrong_call_is_refused_in_one_line(capsys, arguments, told):
    message = refused(capsys, *arguments)
    assert told in message
    assert message.count("\n") == 1


def test_check_tells_what_is_wrong_with_a_file_or_that_nothing_is(capsys, tmp_path):
    assert "nothing wrong" in ran(capsys, "check", str(findings_folder() / "monitoring-2025.csv"))
    draft = [row("a", "1", source="UWV"), row("b", "2", source="UWV", formula="[c] + __import__(1)")]
    path = write_rows(tmp_path / "monitoring-2025.csv", CLAIM_FIELDS, draft)
    assert main(["findings", "check", str(path)]) == 1
    told = capsys.readouterr().err
    assert "monitoring-2025.csv, line 3, b: formula: unknown function '__import__'" in told
