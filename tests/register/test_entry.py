"""The files of the register: every fault told at once, with file, line and claim."""

from __future__ import annotations

import csv
import re

import pytest

from analysis.errors import CallError, DataError
from analysis.register.entry import findings_folder, read_register
from analysis.register.file_check import TableOutline, query_faults
from analysis.register.schema import CLAIM_FIELDS, DOCUMENT_FIELDS
from findings_register import row, write_register, write_rows

GOOD = [
    row("n", "410", "10"),
    row("d", "20", "10", kind="change"),
    row("g", "5", unit="percent", formula="growth_by([n], [d])"),
]


def test_a_register_is_read_with_the_place_of_every_claim(tmp_path):
    register = read_register(write_register(tmp_path, made=GOOD, other=[row("o", "4", source="Closed")]))
    assert list(register.claims) == ["n", "d", "g", "o"]
    assert register.claims["g"].position == "made.csv, line 4, g"
    assert register.claims["g"].formulas[0].tree.claims() == ("d", "n")
    assert [register.sources[register.claims[name].row["source"]]["open"] for name in ("n", "o")] == ["yes", "no"]


BAD = {
    "unknown claim": ({"formula": "[n] + [dd]"}, "made.csv, line 4, g: unknown claim [dd]; did you mean d"),
    "circle": ({"formula": "[h] + 1"}, "a circle of formulas: g → h → g"),
    "zero": ({"formula": "[n] / ([n] - 412)"}, "a division by something between -7 and 3, which holds zero"),
    "function": ({"formula": "grow([n], [d])"}, "made.csv, line 4, g: formula: unknown function 'grow'; did you mean"),
    "python": ({"formula": "__import__([n])"}, "made.csv, line 4, g: formula: unknown function '__import__'"),
    "attribute": ({"formula": "[n].real"}, "made.csv, line 4, g: formula: '[…].real' is no part of the language"),
    "no number": ({"value": "5,0"}, "line 4, g: value: expected a plain number such as 406000 or -1.9, found '5,0'"),
    "not in steps": ({"value": "5.25"}, "value: expected a number in steps of 1, as the precision says, found 5.25"),
    "no steps": ({"precision": ""}, "made.csv, line 4, g: value and precision: expected both or neither"),
    "no unit": ({"unit": ""}, "made.csv, line 4, g: unit: expected what the value counts, found nothing"),
    "kind": ({"kind": "leven"}, "g: kind: expected one of level, change, growth_rate, share, ratio, mean, rank, st"),
    "wording": ({"wording": "bijna"}, "g: wording: expected one of nearly, over, about, at_least, at_most, found 'bi"),
    "source": ({"source": "Opem"}, "g: source: expected a name of sources.csv, found 'Opem'"),
    "date": ({"entered_on": "soon"}, "g: entered_on: expected a date such as 2026-11-21, found 'soon'"),
    "difference": ({"difference": "other: so"}, "g: difference: expected definition_differs, classification_break, r"),
    "comparison": ({"formula": "[n] > [d]"}, "g: formula: a comparison belongs to a statement, not to a level"),
    "no comparison": ({"value": "", "precision": "", "kind": "statement"}, "expected a comparison, because no value"),
    "cell in formula": ({"formula": "[n] + {T | m | total | 2024}"}, "g: formula: a cell cannot stand in a formula"),
    "claim in query": ({"query": "[n] + 1"}, "g: query: a claim cannot stand in a query"),
    "statement as number": ({"formula": "[s] + 1"}, "g: [s] is a statement without a number and cannot be"),
    "mark": ({"formula": "~[n]"}, "g: formula: expected a difference that explains what is marked with ~: '[n]'"),
    "no formula": ({"formula": ";"}, "g: formula: expected a formula, found ';'"),
    "nearly nothing": ({"value": "0", "wording": "nearly"}, "g: wording: nothing is nearly zero"),
    "digits of another script": ({"value": "\u0661"}, "g: value: expected a plain number such as"),
    "month 13": ({"entered_on": "2031-13-01"}, "g: entered_on: expected a date"),
    "line end": ({"claim_id": "g\n"}, "claim_id: expected letters, digits and hyphens"),
    "too many digits": ({"value": "9" * 400}, "g: value: expected a plain number"),
    "empty": ({"quantity": " "}, "g: quantity: expected something, with no blanks around it, found ' '"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_fault_names_file_line_and_claim(case, tmp_path):
    changes, told = BAD[case]
    more = [row("h", "4", formula="[g]"), row("s", formula="[n] > [d]")]
    folder = write_register(tmp_path, made=[*GOOD[:2], GOOD[2] | changes, *more])
    with pytest.raises(DataError, match=re.escape(told)):
        read_register(folder)


def test_every_fault_is_told_at_once(tmp_path):
    rows = [GOOD[0] | {"value": "x"}, GOOD[1] | {"formula": "grow(1)"}, GOOD[2] | {"source": "?"}]
    folder = write_register(tmp_path, made=rows, other=[row("o", "4.5")])
    with pytest.raises(DataError) as fault:
        read_register(folder)
    lines = str(fault.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "made.csv, line 2, n",
        "made.csv, line 3, d",
        "made.csv, line 4, g",
        "other.csv, line 2, o",
    ]


def test_an_id_that_occurs_twice_is_told_with_both_places(tmp_path):
    folder = write_register(tmp_path, made=GOOD, other=[row("o", "4"), row("n", "7")])
    with pytest.raises(DataError, match=r"other\.csv, line 3, n: occurs already in made\.csv, line 2"):
        read_register(folder)


def test_documents_and_their_files_go_together(tmp_path):
    folder = write_register(tmp_path, made=GOOD, other=[row("o", "4")])
    (folder / "other.csv").rename(folder / "another.csv")
    with pytest.raises(DataError) as fault:
        read_register(folder)
    assert "another.csv: the document has no row in documents.csv; give it one." in str(fault.value)
    assert "documents.csv: other has no file other.csv." in str(fault.value)


def test_files_that_are_no_tables_are_told(tmp_path):
    folder = write_register(tmp_path, made=GOOD, wide=GOOD[:0], bytes=GOOD[:0], other=GOOD[:0])
    (folder / "wide.csv").write_text(",".join(CLAIM_FIELDS) + "\na,b\n", encoding="utf-8")
    (folder / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    write_rows(folder / "other.csv", list(CLAIM_FIELDS)[1:], [])
    with pytest.raises(DataError) as fault:
        read_register(folder)
    told = str(fault.value)
    assert "wide.csv, line 2: expected 23 values, found 2." in told
    assert "bytes.csv: cannot be read as a table in UTF-8" in told
    assert "other.csv, line 1: expected claim_id, found none." in told


def test_a_folder_without_documents_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError, match=r"documents\.csv: no such file"):
        read_register(tmp_path)


def test_a_single_file_is_checked_with_the_register_around_it(tmp_path):
    folder = write_register(tmp_path / "register", made=GOOD, broken=[row("b", "1", formula="[gone]")])
    draft = write_rows(tmp_path / "made.csv", CLAIM_FIELDS, [row("k", "410", "10", formula="[b] + 409")])
    assert list(read_register(folder, extra=draft).claims) == ["b", "k"]  # faults of other files are not its own
    write_rows(draft, CLAIM_FIELDS, [row("k", "415", "10")])
    with pytest.raises(DataError, match=r"^made\.csv, line 2, k: value: expected a number in steps of 10"):
        read_register(folder, extra=draft)
    with pytest.raises(CallError, match="no such file"):
        read_register(folder, extra=tmp_path / "gone.csv")


def test_faults_that_a_file_shares_with_another_are_its_own_too(tmp_path):
    later = [row("z", "4", formula="[n]")]
    folder = write_register(tmp_path / "register", made=GOOD, other=later)
    draft = write_rows(tmp_path / "made.csv", CLAIM_FIELDS, [*GOOD, row("z", "4")])
    with pytest.raises(DataError, match=r"other\.csv, line 2, z: occurs already in made\.csv, line 5"):
        read_register(folder, extra=draft)
    write_rows(draft, CLAIM_FIELDS, [GOOD[0] | {"formula": "[z]"}, *GOOD[1:]])
    with pytest.raises(DataError, match=r"a circle of formulas: n → z → n \(in made\.csv, other\.csv\)"):
        read_register(folder, extra=draft)


def test_only_a_csv_file_is_checked(tmp_path):
    folder = write_register(tmp_path / "register", made=GOOD)
    draft = write_rows(tmp_path / "made.txt", CLAIM_FIELDS, [row("k", "abc")])
    with pytest.raises(CallError, match=r"expected a \.csv file"):
        read_register(folder, extra=draft)


QUERIES = {
    "{8569NED | stock | total | 2024-12}": "unknown table 8569NED; did you mean 85692NED.",
    "{85692NED | stok | total | 2024-12}": "unknown measure 'stok'; did you mean 'stock'? known: stock.",
    "{85692NED | stock | ages: <27 | 2024-12}": "dimension 'ages' is unknown; did you mean 'age'? known: age, sex.",
    "{85692NED | stock | sex: wimen | 2024-12}": "dimension 'sex' has no group 'wimen'; did you mean 'women'? "
    "known: men, unknown, women.",
    "{85692NED | stock | age: <27 & age: 27–45 | 2024-12}": "cannot be crossed; choose one of them.",
    "{85692NED | stock | total | 2024Q4}": "expected a month, found 2024Q4.",
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_that_cannot_be_is_told(query, tmp_path):
    register = read_register(write_register(tmp_path, made=[row("q", "1", query=query)]))
    known = {"85692NED": TableOutline("month", {"stock": "persons"}, {"sex": [], "age": []})}
    (told,) = query_faults(register.claims.values(), known)
    assert told.startswith("made.csv, line 2, q: query: ")
    assert told.endswith(QUERIES[query])


def test_circles_of_any_length_are_found_once(tmp_path):
    rows = [row(name, "1", formula=f"[{other}]") for name, other in ("ab", "bc", "ca", "da", "ee")]
    with pytest.raises(DataError) as fault:
        read_register(write_register(tmp_path, made=rows))
    assert [line.rsplit(": ", 1)[1] for line in str(fault.value).splitlines()] == [
        "a → b → c → a (in made.csv).",
        "e → e (in made.csv).",
    ]


def test_the_template_and_every_document_are_in_order(tmp_path):
    folder = findings_folder()
    with (folder / "documents.csv").open(encoding="utf-8", newline="") as text:
        documents = list(csv.DictReader(text))
    register = read_register()
    assert list(register.documents) == [each["document"] for each in documents]
    assert len(register.claims) >= 788
    # the template is a document of its own once it has a row among the documents
    made = {**documents[0], "document": "template"}
    copy = tmp_path / "register"
    copy.mkdir()
    for path in folder.glob("*.csv"):
        (copy / path.name).write_bytes(path.read_bytes())
    write_rows(copy / "documents.csv", DOCUMENT_FIELDS, [*documents, made])
    assert len(read_register(copy, extra=folder / "template.csv").claims) > len(register.claims)
