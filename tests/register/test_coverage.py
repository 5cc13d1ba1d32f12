"""Every table and figure of the documents: in which notebook and tables it is shown, and what cannot be had."""

from __future__ import annotations

import csv
import json
import re
import runpy
import subprocess
import sys
from dataclasses import replace

import pytest

from analysis.errors import DataError
from analysis.register.coverage import FIELDS, Part, read_coverage
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.report.table_spec import declared_tables
from analysis.runs.notebook import read_notebook
from analysis.workspace import open_snapshot
from project_copy import ROOT

# What each document numbers: counted in the documents themselves, by hand.
NUMBERED = {
    "factsheet-2024": [*(f"Tabel {n}" for n in range(1, 6)), *(f"Figuur {n}" for n in range(1, 6))],
    "banenafspraak-2024": ["Tabel 1"],
    "cedris-2024": [f"Figuur {n}" for n in range(1, 28)],
}


@pytest.fixture(scope="module")
def register():
    return read_register()


@pytest.fixture(scope="module")
def coverage(register):
    return read_coverage(register)


def parts_of_location(coverage: list[Part], document: str, location: str) -> list[Part]:
    return [part for part in coverage if part.document == document and location in part.locations]


def parts_of_table(coverage: list[Part], notebook: str, table: str) -> list[Part]:
    return [part for part in coverage if part.notebook == notebook and table in part.tables]


def named(part: str) -> list[str]:
    """Return the tables or figures that a part names: ``Figuren 25 tot en met 27`` is three."""
    several = re.fullmatch(r"Figuren (\d+) tot en met (\d+)", part)
    return [f"Figuur {n}" for n in range(int(several[1]), int(several[2]) + 1)] if several else [part]


@pytest.mark.parametrize("document", NUMBERED)
def test_every_table_and_figure_of_a_document_is_there_once(coverage, document):
    found = [name for part in coverage if part.document == document for name in named(part.part)]
    assert sorted(name for name in found if re.match(r"(Tabel|Figuur) \d", name)) == sorted(NUMBERED[document])


def test_every_table_and_figure_in_the_register_belongs_to_a_part(register, coverage):
    for claim in register.claims.values():
        if claim.document in NUMBERED and re.match("Tabel|Figuur", claim.row["location"]):
            assert parts_of_location(coverage, claim.document, claim.row["location"]), claim.row["location"]


def test_what_a_part_is_shown_in_is_a_table_of_that_notebook(coverage):
    """A notebook that is no file yet is left aside; one that is there has to have every table that is promised."""
    declared, shown = set(declared_tables()), {}
    for part in coverage:
        path = ROOT / "notebooks" / f"{part.notebook}.ipynb"
        if part.notebook and path.is_file():
            shown[path] = shown.get(path) or set(read_notebook(path).tables)
            assert set(part.tables) <= declared, part
            assert set(part.tables) <= shown[path], part


def test_both_ways_tell_the_same(coverage):
    """Table 2 of the factsheet is in two tables of 02_flows, with the ratios of the text that goes with figure 2;
    figures 19 to 22 of the sector report share theirs."""
    (part,) = parts_of_location(coverage, "factsheet-2024", "Tabel 2")
    assert (part.notebook, part.tables) == ("02_flows", ("flow_ratio_by_group", "reinflow_by_group"))
    (figure,) = parts_of_location(coverage, "factsheet-2024", "Meer in- dan uitstroom")
    assert parts_of_table(coverage, "02_flows", "reinflow_by_group") == [figure, part]
    assert [each.part for each in parts_of_location(coverage, "cedris-2024", "Figuur 19-22")] == [
        f"Figuur {n}" for n in range(19, 23)
    ]
    assert parts_of_location(coverage, "factsheet-2024", "nowhere") == []
    assert parts_of_table(coverage, "01_caseload", "reinflow_by_group") == []


@pytest.mark.parametrize(
    ("claim", "table"),
    [
        ("fs2024-t4-55plus-bw", "support_table"),
        ("fs2024-p-delta", "support_compared"),
        ("fs2024-w-men", "job_starter_shares"),
        ("fs2024-w-1m-with-prov", "working_with"),
        ("fs2024-w-dur-lt1", "job_starts_by_duration"),
        ("fs2024-l-working", "wage_subsidy_counts"),
        ("fs2024-d-ba-d", "at_work_by_scheme"),
        ("ced2024-f2-wsw-outpct", "scheme_ratios"),
        ("ced2024-f9-bw-inpct", "scheme_ratios"),
        ("ced2024-org-chg", "companies_movement"),
        ("ba2024-mkt-target", "jobs_against_targets"),
        ("ba2024-res-base", "sources_compared"),
    ],
)
def test_a_number_is_tied_to_the_table_that_holds_it(register, coverage, claim, table):
    """As seen in the tables of a report, by hand."""
    known = register.claims[claim]
    assert table in {
        name for part in parts_of_location(coverage, known.document, known.row["location"]) for name in part.tables
    }


def test_rows_name_where_a_number_is_shown(register, coverage):
    source = open_snapshot("published")
    rows = {row["claim_id"]: row for row in finding_rows(find(register, source), register, source)}
    for claim in register.claims.values():
        parts = parts_of_location(coverage, claim.document, claim.row["location"])
        row = rows[claim.id]
        assert row["parts"] == [part.part for part in parts]
        assert set(row["tables"].split()) == {table for part in parts for table in part.tables}
        assert set(row["notebook"].split()) == {part.notebook for part in parts} - {""}
    assert rows["fs2024-t1-total-n"]["tables"] == "caseload_by_group caseload_ranks"
    aside = finding_rows(find(register, source, ["factsheet-2024"]), register, source, coverage=())
    assert {(row["notebook"], row["tables"]) for row in aside} == {("", "")}
    json.dumps(aside)


GOOD = dict(zip(FIELDS, ("factsheet-2024", "Tabel 1", "Tabel 1", "01_caseload", "a_table", "yes", ""), strict=True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"document": "factsheet-2042"}, r"document 'factsheet-2042' is unknown; did you mean 'factsheet-2024'\?"),
        ({"locations": "Tabel 1; Tabel 99"}, r"line 2, Tabel 1: location 'Tabel 99' is not in the register"),
        ({"open_data": "maybe"}, "expected one of yes, partly, no, found 'maybe'"),
        ({"notebook": ""}, "notebook and tables: expected both or neither"),
        ({"open_data": "no"}, "missing: expected what cannot be had"),
        ({"part": ""}, "part: expected something"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, register, change, message):
    path = tmp_path / "coverage.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, FIELDS)
        writer.writeheader()
        writer.writerow(GOOD | change)
    with pytest.raises(DataError, match=message):
        read_coverage(register, path)


def test_a_file_that_is_no_coverage_is_refused(tmp_path, register):
    path = tmp_path / "coverage.csv"
    with pytest.raises(DataError, match="cannot be read"):
        read_coverage(register, path)
    path.write_text("document,part\n")
    with pytest.raises(DataError, match=r"coverage\.csv, line 1: expected locations, notebook, "):
        read_coverage(register, path)
    lines = [",".join(FIELDS), *[",".join(GOOD.values())] * 2, "factsheet-2024,Tabel 1"]
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=r"line 3: occurs already in coverage.csv, line 2") as told:
        read_coverage(register, path)
    assert "line 4: expected 7 values, found 2" in str(told.value)


def test_a_table_that_the_report_does_not_have_is_refused():
    script = ROOT / "tools" / "write_coverage.py"
    check = runpy.run_path(str(script))["check_tables"]
    part = Part("factsheet-2024", "Tabel 1", ("Tabel 1",), "01_caseload", ("caseload_sources",), "yes", "")
    check([part])
    with pytest.raises(DataError, match=r"Tabel 1: table 'caseload_sourcez' is unknown; did you mean 'caseload_so"):
        check([replace(part, tables=("caseload_sourcez",))])


def test_the_page_about_it_is_up_to_date():
    script = ROOT / "tools" / "write_coverage.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0
