"""Registers as people save them: each file is read as it was meant, or refused in one line that helps."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from openpyxl import Workbook

from analysis.cli import main
from analysis.errors import CallError, DataError
from analysis.register.entry import read_register
from analysis.register.entry_comparison import compare_entries
from analysis.register.file_check import check_file, check_register
from analysis.register.periods import Span, read_span
from analysis.register.schema import CLAIM_FIELDS, DOCUMENT_FIELDS
from analysis.table_files import TableFileError, read_rows
from findings_register import DOCUMENT, ENTERED, row, write_rows

LEVEL = row("mm-now", "405700", "10", period="2024-12", source="CBS BUS", entered_on="2026-11-25")
LEVEL |= {"query": "{85692NED | stock | total | 2024-12}", "note": "gemeente Súdwest-Fryslân"}
BEFORE = LEVEL | {"claim_id": "mm-before", "value": "400460", "period": "2023-12", "note": ""}
BEFORE |= {"query": "{85692NED | stock | total | 2023-12}"}
GROWTH = row("mm-growth", "1.3", "0.1", period="2023-12 to 2024-12", unit="percent", kind="growth_rate")
GROWTH |= {"source": "CBS BUS", "formula": "growth([mm-now], [mm-before])", "entered_on": "2026-11-25"}
ROWS = [LEVEL, BEFORE, GROWTH]


@pytest.fixture
def folder(home):
    """A project with one document, of one's own, in its list."""
    findings = home / "data" / "findings"
    for path in findings.glob("*.csv"):
        if path.name not in ("documents.csv", "sources.csv"):
            path.unlink()
    own = {**dict.fromkeys(DOCUMENT_FIELDS, ""), **DOCUMENT, **ENTERED, "document": "my-monitor"}
    listed = (findings / "documents.csv").read_text(encoding="utf-8").splitlines()
    line = ",".join(own[name] for name in listed[0].split(","))
    (findings / "documents.csv").write_text("\n".join([listed[0], line]) + "\n", encoding="utf-8")
    return findings


def text_of(rows, mark=",", columns=tuple(CLAIM_FIELDS)) -> str:
    lines = [mark.join(f'"{each[name]}"' if mark in each[name] else each[name] for name in columns) for each in rows]
    return "\n".join([mark.join(columns), *lines]) + "\n"


def changed(**columns: str) -> bytes:
    return text_of([LEVEL | columns, *ROWS[1:]]).encode()


EIGHTEEN = tuple(name for name, field in CLAIM_FIELDS.items() if not field.optional)
READ = {
    "00 good": text_of(ROWS).encode(),
    "00 without the columns that are optional": text_of(ROWS, columns=EIGHTEEN).encode(),
    "01 semicolons": text_of(ROWS, ";").replace("\n", "\r\n").encode(),
    "01 semicolons and decimal commas": text_of(
        [*ROWS[:2], GROWTH | {"value": "1,3", "precision": "0,1"}], ";"
    ).encode(),
    "02 byte order mark": text_of(ROWS).encode("utf-8-sig"),
    "04 tabs": text_of(ROWS, "\t").encode(),
    "20 empty rows": (text_of(ROWS) + ("," * 17 + "\n") * 3).encode(),
    "21 empty columns": text_of(ROWS).replace("\n", ",,\n").encode(),
    "minus sign": text_of([*ROWS[:2], GROWTH | {"value": "−1.3", "formula": ""}]).encode(),
}


@pytest.mark.parametrize("case", READ)
def test_what_a_spreadsheet_makes_of_a_good_file_is_read(case, folder, published):
    path = folder / "my-monitor.csv"
    path.write_bytes(READ[case])
    claims = check_file(path, published)
    assert [claim.value for claim in claims[:2]] == [405700, 400460]
    assert abs(float(claims[2].value)) == 1.3
    assert float(claims[2].step) == 0.1


REFUSED = {
    "03 cp1252": (text_of(ROWS).encode("cp1252"), "line 2: cannot be read as a table in UTF-8: byte 0xFA at 'Sú"),
    "utf-16": (text_of(ROWS).encode("utf-16"), "my-monitor.csv: cannot be read as a table in UTF-8: it is in UTF-16"),
    "05 month": (changed(period="dec-24"), "found 'dec-24'; Excel made it of 2024-12: format the column as text."),
    "05 day": (changed(period="1-12-2023"), "found '1-12-2023'; Excel made it of 2023-12: format the column as text."),
    "05 serial": (changed(period="45627"), "found '45627'; Excel made it of 2024-12: format the column as text."),
    "06 no period": (changed(period="soon"), "period: expected a period such as 2024-12, 2024, 2024Q4, 2023-12 to"),
    "07 thousand": (changed(value="406.000", precision="1"), "in 406.000 the point stands between thousands: write 4"),
    "08 worded": (changed(value="406.000", precision="1000", wording="nearly"), "the point stands between thousands"),
    "09 step": (changed(value="406000", precision="1.000"), "precision: in 1.000 the point stands between thousands"),
    "10 comma": (
        changed(value="406,000", precision="1000"),
        "expected a plain number such as 406000 or -1.9, found '4",
    ),
    "11 two points": (changed(value="1.406.000"), "value: expected a plain number such as 406000 or -1.9"),
    "12 unit": (changed(unit="personen"), "unit: 'personen' is unknown; did you mean 'persons'?"),
    "13 unit of the query": (changed(unit="percent"), "query: unit: 'percent' stands in the column, and the query gi"),
    "14 unit of the kind": (changed(kind="share"), "unit: expected percent for the kind 'share', found 'persons'."),
    "15 two units": (
        changed(query="{85692NED | stock | total | 2024-12} + {85588NED | provisions | total | 2024-12}"),
        "query: unit: persons and provisions cannot be added or compared.",
    ),
    "16 kind": (changed(kind="niveau"), "kind: expected one of level, change, growth_rate, share, ratio, mean"),
    "17 class": (
        changed(query="{85692NED | stock | age: <27 jaar | 2024-12}"),
        "dimension 'age' has no group '<27 jaar'; did you mean '<27'?",
    ),
    "17 label": (changed(query="{85692NED | stock | age: Jonger dan 27 jaar | 2024-12}"), "did you mean '<27'?"),
    "18 group": (
        changed(group="men", query="{85692NED | stock | sex: women | 2024-12}"),
        "query: group: 'men' stands in the column, and the query asks for sex: women.",
    ),
    "18 label of a group": (changed(group="Mannen"), "group: 'Mannen' is a label of CBS; did you mean 'men'?"),
    "19 total": (changed(query="{85692NED | stock | age: <27 | 2024-12}"), "group: 'total' stands in the column"),
    "22 sep": (b"sep=,\n" + text_of(ROWS).encode(), "line 1: expected the names of the columns, found 'sep=,': d"),
    "23 table": (changed(query="{85692NET | stock | total | 2024-12}"), "unknown table 85692NET; did you mean 8569"),
    "24 future": (
        changed(period="2031-12", query="{85692NED | stock | total | 2031-12}"),
        "table 85692NED: nothing of 2031-12 was published when the row was entered, on 2026-11-25.",
    ),
    "24 never": (
        changed(period="2031Q1", query="{news_stock_series | stock | edition: 2024-week-09 | 2001Q1}"),
        "table news_stock_series has no 2001Q1; it has 2013Q1 to 2024Q1.",
    ),
    "25 period": (changed(period="2025-12"), "query: period: 2025-12 stands in the column, and the query as"),
    "workbook": (b"PK\x03\x04" + b"x" * 40, "cannot be read as a table in UTF-8: it is a workbook of Excel: na"),
    "quote": (changed(quote="a word " * 13 + "more"), "quote: expected at most 25 words of the document"),
    "reader": (changed(second_reader="test"), "second_reader: expected another than 'test', who entered the row."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused_in_a_line_that_helps(case, folder, published):
    data, expected = REFUSED[case]
    path = folder / "my-monitor.csv"
    path.write_bytes(data)
    with pytest.raises(DataError) as fault:
        check_file(path, published)
    (told,) = [line for line in str(fault.value).splitlines() if "unknown claim" not in line]
    assert expected in told


def workbook(path, rows, **cells) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(list(CLAIM_FIELDS))
    for each in rows:
        sheet.append([each[name] for name in CLAIM_FIELDS])
    for name, (value, form) in cells.items():
        cell = sheet.cell(2, list(CLAIM_FIELDS).index(name) + 1)
        cell.value, cell.number_format = value, form
    book.save(path)


def test_a_workbook_is_read_with_its_numbers_and_dates(folder, published):
    path = folder / "my-monitor.xlsx"
    cells = {"value": (405700.0, "General"), "precision": (10, "0"), "entered_on": (date(2026, 11, 25), "dd-mm-yyyy")}
    workbook(path, ROWS, **cells)
    claims = check_file(path, published)
    assert [claim.row["value"] for claim in claims] == ["405700", "400460", "1.3"]
    assert claims[0].row["entered_on"] == "2026-11-25"
    assert claims[0].position == "my-monitor.xlsx, line 2, mm-now"
    assert "mm-now" in read_register(folder).claims  # and counts in the register as any other document


def test_what_excel_made_of_a_cell_is_refused(tmp_path):
    path = tmp_path / "my-monitor.xlsx"
    workbook(path, ROWS, period=(datetime(2024, 12, 1), "mmm-yy"))
    with pytest.raises(TableFileError, match="column 5: Excel made the date 2024-12-01 of a month; format the column"):
        list(read_rows(path))
    workbook(path, ROWS, value=(0.013, "0.0%"))
    with pytest.raises(TableFileError, match=r"found 0\.013 shown in percent"):
        list(read_rows(path))
    path.write_bytes(b"PK\x03\x04" + b"x" * 40)
    with pytest.raises(TableFileError, match="cannot be read as a workbook: it is broken"):
        list(read_rows(path))


def test_a_document_in_two_files_is_refused(folder):
    (folder / "my-monitor.csv").write_text(text_of(ROWS), encoding="utf-8")
    workbook(folder / "my-monitor.xlsx", ROWS)
    with pytest.raises(DataError, match=r"my-monitor\.xlsx: the document is also in my-monitor\.csv; keep one"):
        read_register(folder)


def test_the_whole_register_is_checked_in_the_order_of_its_lines(folder, published, capsys):
    (folder / "my-monitor.csv").write_text(text_of([LEVEL | {"source": "?"}, BEFORE | {"unit": "?"}]), encoding="utf-8")
    coverage = folder.parent / "coverage.csv"
    with pytest.raises(DataError) as fault:
        check_register(published)
    told = str(fault.value).splitlines()
    positions = [line.partition(": ")[0] for line in told]
    assert positions[:2] == ["my-monitor.csv, line 2, mm-now", "my-monitor.csv, line 3, mm-before"]
    assert positions[2].startswith("coverage.csv, line 2")
    (folder / "my-monitor.csv").write_text(text_of(ROWS), encoding="utf-8")
    coverage.write_text(coverage.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    assert main(["findings", "check"]) == 0
    assert capsys.readouterr().out == "1 documents, 3 numbers, 0 parts in the coverage; nothing wrong\n"


PERIODS = {
    "2024-12": Span((24299, 24299), (24299, 24299)),
    "2024Q1-Q4 mean": Span((24288, 24290), (24297, 24299)),
    "2012-2024": Span((24144, 24155), (24288, 24299)),
    "2016 to 2019": Span((24192, 24203), (24228, 24239)),
    "2023Q3-2024Q1": Span((24282, 24284), (24288, 24290)),
    "2020H1": Span((24240, 24245), (24240, 24245)),
    "rule": None,
}


@pytest.mark.parametrize("text", PERIODS)
def test_periods_have_the_months_that_they_name(text):
    assert read_span(text) == PERIODS[text]


def test_two_entries_are_set_side_by_side(tmp_path, capsys):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    write_rows(one, CLAIM_FIELDS, ROWS)
    renamed = GROWTH | {"claim_id": "other-growth", "value": "1.4", "entered_by": "somebody else"}
    write_rows(two, CLAIM_FIELDS, [LEVEL | {"value": "405700.0"}, renamed])
    compared = compare_entries(one, two)
    assert compared.shared == 2
    assert compared.lines == (
        "one.csv, line 4, mm-growth: value: '1.3' and in two.csv, line 3, '1.4'",
        "one.csv, line 3, mm-before: only in one.csv: persons with bijstand, total, 2023-12: 400460",
    )
    assert main(["findings", "compare", str(one), str(two)]) == 1
    write_rows(two, CLAIM_FIELDS, ROWS)
    assert main(["findings", "compare", str(one), str(two)]) == 0
    assert "the two entries are alike\n3 rows in both, 0 differences" in capsys.readouterr().out
    with pytest.raises(CallError, match="the same one twice"):
        compare_entries(one, one)


def test_a_good_file_does_not_pass_while_the_list_of_documents_is_broken(folder, published):
    path, listed = folder / "my-monitor.csv", folder / "documents.csv"
    path.write_bytes(READ["00 good"])
    listed.write_text(listed.read_text(encoding="utf-8").replace(",report,", ",raport,"), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"^documents\.csv, line 2, my-monitor: kind: expected one of factsheet, letter, r"
    ):
        check_file(path, published)


def test_the_smallest_of_one_figure_is_that_figure(folder):
    rows = [*ROWS, row("mm-least", "405700", "10", formula="min([mm-now])", source="CBS BUS")]
    (folder / "my-monitor.csv").write_text(text_of(rows), encoding="utf-8")
    (relation,) = (each for each in read_register(folder).relations if each.claim.id == "mm-least")
    assert relation.result.value == 405700


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "my-monitor.csv"
    path.write_bytes(READ["00 good"])
    monkeypatch.setattr("analysis.table_files._LARGEST", 100)
    with pytest.raises(TableFileError, match="expected a table of at most"):
        list(read_rows(path))
