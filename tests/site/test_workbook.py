"""The workbook of a run, opened again: numbers are numbers, text is text, and every sheet says what it is."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from analysis.language.translator import Translator
from analysis.site import workbook
from analysis.site.downloads import TableOfRun, read_tables, write_parquet
from analysis.site.page import Site
from analysis.site.workbook import sheet_name, write_workbook

SNAPSHOT = {"name": "published", "kind": "published", "created": "2026-10-01", "digest": "ab" * 32}
RECORD = {"run": "r1", "begun": "2026-11-21T10:00:00+00:00", "snapshots": [SNAPSHOT]}
FIELDS = [
    {"name": "group", "type": "string", "title": "groep"},
    {"name": "share", "type": "number", "title": "aandeel (%)", "unit": "percent", "interval": "rounding"},
    {"name": "share_lo", "type": "number", "title": "aandeel (%)", "unit": "percent", "description": "lower end"},
    {"name": "share_hi", "type": "number", "title": "aandeel (%)", "unit": "percent", "description": "upper end"},
    {"name": "missing", "type": "string", "title": "missing"},
]


def made(title="Aandeel: mannen/vrouwen?", name="shares"):
    rows = pd.DataFrame({"group": ["men", "=1+1"], "share": [12.5, None], "share_lo": [12.25, None]})
    rows = rows.assign(share_hi=[float("inf"), None], missing=["", "share=not_in_snapshot"])
    about = {"title": title, "path": f"{name}.csv", "description": "Bron: CBS"}
    return TableOfRun(name, "01", about | {"schema": {"fields": FIELDS, "primaryKey": ["group"]}}, rows)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path, RECORD, Translator("nl"))


def test_numbers_are_numbers_and_what_looks_like_a_formula_is_text(site):
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(site, [made()])))
    assert book.sheetnames == ["Omslag", "Inhoud", "Toelichting", "1 Aandeel"]
    sheet = book["1 Aandeel"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    assert rows[0] == ["groep", "aandeel (%)", "aandeel (%), ondergrens", "aandeel (%), bovengrens", "missing"]
    assert rows[1] == ["mannen", 12.5, 12.25, "∞", None]
    assert rows[2] == ["=1+1", None, None, None, "aandeel (%): niet in snapshot"]
    assert [sheet["B7"].data_type, sheet["A8"].data_type] == ["n", "s"]
    assert sheet["B7"].number_format == "#,##0.0"
    assert [sheet["A1"].value, sheet["A2"].value] == ["Aandeel: mannen/vrouwen?", "Bron: CBS"]
    assert sheet["A4"].hyperlink.location == "'Inhoud'!A1"
    contents = [cell.value for cell in book["Inhoud"][2]]
    assert contents == ["1 Aandeel", "Aandeel: mannen/vrouwen?", 2, "tables/shares.csv"]
    assert "published (1 oktober 2026" in " ".join(str(row[1].value) for row in book["Omslag"].iter_rows(min_row=3))


def test_years_and_ranks_are_numbers_and_places_are_not(site):
    """A column of texts is one of numbers when all of it is: ``2.10`` is a section of a document, and no 2.1."""
    columns = {"year": ["2023", "2024"], "rank": ["1", ""], "section": ["2.10", "4.6.2"], "code": ["01", "02"]}
    table = made()
    fields = [{"name": name, "type": "string", "title": name} for name in columns]
    about = table.about | {"schema": {"fields": fields, "primaryKey": ["year"]}}
    table = replace(table, about=about, rows=pd.DataFrame(columns))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(write_workbook(site, [table]))).worksheets[3:]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7)]
    assert rows == [[2023, 1, "2.10", "01"], [2024, None, "4.6.2", "02"]]


def test_labels_are_in_the_language_of_the_workbook(site, tmp_path):
    """The status of a figure stood in English in a Dutch workbook, and a truth value as Python writes it."""
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "one.csv").write_text("group,used,status\nmen,True,provisional\nwomen,False,revised_provisional\n")
    types = {"group": "string", "used": "boolean", "status": "string"}
    fields = [{"name": name, "type": kind, "title": name} for name, kind in types.items()]
    about = {"path": "one.csv", "title": "x", "schema": {"fields": fields, "primaryKey": ["group"]}}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [about]}))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(write_workbook(site, read_tables(tmp_path, [])))).worksheets[3:]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7)] == [
        ["mannen", "ja", "voorlopig"],
        ["vrouwen", "nee", "nader voorlopig"],
    ]


def test_a_table_too_large_for_a_sheet_is_named_with_its_file(site, monkeypatch):
    monkeypatch.setattr(workbook, "_ROWS", 5)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(site, [made()])))
    assert book.sheetnames == ["Omslag", "Inhoud", "Toelichting"]
    assert book["Inhoud"]["A2"].value == "te groot voor een blad: zie het bestand"


def test_names_of_sheets_are_short_and_each_its_own():
    long = "Personen met bijstand aan het eind van de maand, en de verandering in een jaar"
    names = [sheet_name(made(long), number) for number in (1, 12, 123)]
    assert names == ["1 Personen met bijstand aan het", "12 Personen met bijstand aan", "123 Personen met bijstand aan"]
    assert all(len(name) <= 31 for name in names)


def test_parquet_holds_what_the_csv_holds(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "one.csv").write_text("year,share,known\n2024,12.5,True\n2025,,False\n")
    types = {"year": "string", "share": "number", "known": "boolean"}
    fields = [{"name": name, "type": kind} for name, kind in types.items()]
    about = {"path": "one.csv", "title": "x", "schema": {"fields": fields, "primaryKey": ["year"]}}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [about]}))
    write_parquet(tmp_path, read_tables(tmp_path, []))
    found = pd.read_parquet(folder / "one.parquet")
    assert found["year"].tolist() == ["2024", "2025"], "a year that is a label stays text"
    assert found["share"].isna().tolist() == [False, True]
    assert found["known"].tolist() == [True, False]
