"""03759ned and 80590ned as CBS answered in 2023 and July 2026, where those answers are at hand."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from analysis.classifications.categories import CATEGORIES, category_of, single_year
from analysis.statline.catalogue import dimension_names, expected_of, with_kept_measures
from analysis.statline.expectations import drift
from analysis.statline.table_metadata import metadata_of
from analysis.statline.v4 import described
from statline_server import real_columns

RECORDED = Path(os.environ.get("BIJSTAND_RECORDED", Path(__file__).resolve().parents[3] / "shared" / "recorded"))
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="CBS's recorded answers are not on this machine")


def answers(table: str, name: str):
    return json.loads((RECORDED / "tables" / table / "checkdecijfers-v4" / f"{name}.json").read_text("utf-8-sig"))


def wire(table: str):
    """Return the recorded description; the titles of groups of measures were not recorded, but those of v3 were."""
    measures, dimensions = (answers(table, name)["value"] for name in ("measure-codes", "dimensions"))
    codes = {row["Identifier"]: answers(table, f"codes-{row['Identifier']}")["value"] for row in dimensions}
    titles = iter([*real_columns.LABOUR, "Niet-beroepsbevolking", "Bruto", "Netto"])
    ids = dict.fromkeys(row["MeasureGroupId"] for row in sorted(measures, key=lambda row: row["Index"]))
    groups = [{"Id": each, "Title": next(titles), "ParentId": None} for each in ids if each]
    about = answers(table, "properties")
    return with_kept_measures(described(table, "v4", about, dimensions, codes, measures, groups))


def test_every_year_of_age_has_its_code():
    """CBS's codes of 03759ned: 10010 for 0, 10100 for 1, 16600 for 66, 19900 for 99, 19901 for 100."""
    codes = {0: "10010", 1: "10100", 18: "11800", 66: "16600", 99: "19900", 100: "19901", 104: "19905"}
    for age, code in codes.items():
        assert category_of("age", code, f"{age} jaar") == single_year(age)
        assert CATEGORIES["age"][single_year(age)].covers == {age}


@recorded
@pytest.mark.parametrize("table", ["03759ned", "80590ned"])
def test_the_recorded_description_is_as_expected(table):
    found = wire(table)
    metadata = metadata_of(found, {})
    assert drift(found, metadata, {}) == []
    assert {each.quantity for each in metadata.measures} == {
        about["quantity"] for about in expected_of(table).measures.values()
    }
    assert set(dimension_names(found).values()) - {"period"} >= set(expected_of(table).dimensions)


@recorded
def test_the_test_server_has_columns_and_ids_as_recorded():
    for cube in (real_columns.population_by_age(), real_columns.labour_force()):
        theirs = {row["Identifier"]: row["Title"].strip() for row in answers(cube.id, "measure-codes")["value"]}
        assert {each.id: each.title for each in cube.measures}.items() <= theirs.items()
        for dimension in cube.dimensions[:-1]:
            if dimension.key != "RegioS":
                listed = {
                    row["Identifier"]: row["Title"] for row in answers(cube.id, f"codes-{dimension.key}")["value"]
                }
                assert {code.key: code.title for code in dimension.codes}.items() <= listed.items(), dimension.key
    with (RECORDED / "tables" / "80590ned" / "cbsots-2023-02-23" / "DataProperties.csv").open(encoding="utf-8") as file:
        keys = [row["Key"] for row in csv.DictReader(file) if row["Type"] == "Topic"]
    assert [each.key for each in real_columns.labour_force().measures] == keys[:8]


@recorded
def test_the_mean_population_is_half_of_both_ends_of_the_year():
    """What the rates take for it where a table has 1 January alone: the whole country, recorded 2019 to 2026."""
    rows = [row for row in answers("03759ned", "observations-page-1")["value"] if row["RegioS"] == "NL01"]
    found = {(row["Measure"], int(row["Perioden"][:4])): row["Value"] for row in rows}
    years = range(2019, 2026)
    assert [found["M000365", year] for year in years] == [
        (found["M000352", year] + found["M000352", year + 1]) / 2 for year in years
    ]
