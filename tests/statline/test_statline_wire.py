"""The answers of the loopback server against recorded answers of the service, field by field."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import requests

from statline_server import serve, shapes

RECORDED = Path(os.environ.get("BIJSTAND_RECORDED", Path(__file__).resolve().parents[3] / "shared" / "recorded"))
WIRE, TABLES = RECORDED / "wire", RECORDED / "tables"

pytestmark = pytest.mark.skipif(
    not WIRE.is_dir(), reason="no recorded answers here: set BIJSTAND_RECORDED to their folder"
)


@pytest.fixture(scope="module")
def server():
    with serve([make() for make in shapes.ALL], page=1_000) as running:
        yield running


def asked(server, path: str) -> dict:
    return requests.get(server.base_url + path, timeout=5).json()


def recorded(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8-sig"))


def fields(rows: list[dict]) -> dict[str, set[str]]:
    """Return the types that each field has in these rows; a row that lacks a field of another fails."""
    assert len({frozenset(row) for row in rows}) == 1
    return {name: {type(row[name]).__name__ for row in rows} for name in rows[0]}


def assert_alike(ours: list[dict], theirs: list[dict]) -> None:
    """Fields are the same, and each type of ours is one of theirs; where they have null alone, text and numbers do."""
    mine, other = fields(ours), fields(theirs)
    assert mine.keys() == other.keys()
    for name, types in mine.items():
        usual = {"str", "int"} if other[name] == {"NoneType"} else other[name]
        assert types <= usual | {"NoneType"}, name


def anonymous(text: str) -> str:
    """Return an address without what differs: host, table and the number of rows skipped."""
    text = re.sub(r"https?://[^/]+", "", text)
    return re.sub(r"\$skip=\d+", "$skip=N", re.sub(r"\b\d{5}(?:ned|NED|ksz)\b", "ID", text))


def assert_same_frame(ours: dict, theirs: dict) -> None:
    """Everything beside the rows is the same, but for host and table."""
    frame = {name: anonymous(text) for name, text in ours.items() if name != "value"}
    assert frame == {name: anonymous(text) for name, text in theirs.items() if name != "value"}


# -- version 3


@pytest.mark.parametrize("entity", ["TableInfos", "Perioden", "CategoryGroups"])
def test_entities_of_version_3(server, entity):
    ours, theirs = (
        asked(server, f"/ODataFeed/odata/85615NED/{entity}"),
        recorded(WIRE / "v3" / f"80137ned-{entity}.json"),
    )
    assert_same_frame(ours, theirs)
    if theirs["value"]:
        assert_alike(ours["value"], theirs["value"])
    else:
        assert ours["value"] == []


def test_a_dimension_of_version_3(server):
    ours = asked(server, "/ODataFeed/odata/85615NED/Geslacht")
    theirs = recorded(WIRE / "v3" / "80137ned-Persoonskenmerken.json")
    assert_alike(ours["value"], theirs["value"])
    for rows in (ours["value"], theirs["value"]):
        assert len({len(row["Key"]) for row in rows}) == 1  # padded to one width
    assert anonymous(ours["odata.metadata"]).replace("Geslacht", "X") == anonymous(theirs["odata.metadata"]).replace(
        "Persoonskenmerken", "X"
    )


def test_data_properties(server):
    ours = asked(server, "/ODataFeed/odata/37789ksz/DataProperties")
    ours["value"] += asked(server, "/ODataFeed/odata/85615NED/DataProperties")["value"][:1]
    theirs = recorded(WIRE / "v3" / "80137ned-DataProperties.json")
    assert_same_frame(ours, theirs)
    kinds = {row["Type"] for row in theirs["value"]}
    assert kinds == {"Dimension", "TimeDimension", "TopicGroup", "Topic"}
    for kind in kinds:
        assert_alike(*([row for row in page["value"] if row["Type"] == kind] for page in (ours, theirs)))


def test_the_root_of_version_3(server):
    ours, theirs = asked(server, "/ODataFeed/odata/85615NED?$format=json"), recorded(WIRE / "v3" / "80137ned-root.json")
    assert_same_frame(ours, theirs)
    assert [row["name"] for row in ours["value"]][:5] == [row["name"] for row in theirs["value"]][:5]
    for mine, other in zip(ours["value"][:5], theirs["value"][:5], strict=True):
        assert anonymous(mine["url"]) == anonymous(other["url"])


def test_the_catalogue_of_version_3(server):
    ours, theirs = asked(server, "/ODataCatalog/Tables?$format=json"), recorded(WIRE / "v3" / "catalog-Tables.json")
    assert_same_frame(ours, theirs)
    assert_alike(ours["value"], theirs["value"])


def test_what_record_count_counts():
    known = {row["Identifier"]: row for row in recorded(WIRE / "v3" / "catalog-Tables.json")["value"]}
    typed = recorded(WIRE / "v3" / "80137ned-TypedDataSet.json")["value"]
    assert known["80137ned"]["RecordCount"] == len(typed)
    assert known["80137ned"]["ColumnCount"] == len(typed[0]) - 1
    pages = [recorded(WIRE / "v3" / f"83599NED-UntypedDataSet-page{n}.json") for n in ("1-nextLink", "2")]
    assert known["83599NED"]["RecordCount"] == sum(len(page["value"]) for page in pages)


def test_untyped_data_and_the_link_to_the_next_page(server):
    first, last = (recorded(WIRE / "v3" / f"83599NED-UntypedDataSet-page{n}.json") for n in ("1-nextLink", "2"))
    path = "/ODataFeed/odata/85615NED/UntypedDataSet?$format=json"
    assert_same_frame(asked(server, path), first)
    assert_same_frame(asked(server, path + "&$skip=3000"), last)
    texts = [row["OpenstaandeVacatures_1"] for row in first["value"] + last["value"]]
    mine = [row["Instromers_1"] for n in range(4) for row in asked(server, f"{path}&$skip={n}000")["value"]]
    assert {len(text) for text in mine} == {len(text) for text in texts} == {0, 8}


def test_typed_data(server):
    theirs = recorded(WIRE / "v3" / "80137ned-TypedDataSet.json")
    ours = asked(server, "/ODataFeed/odata/37789ksz/TypedDataSet?$format=json")
    assert_same_frame(ours, theirs)
    assert fields(ours["value"])["WAOUitkeringen_2"] <= fields(theirs["value"])["Totaal_1"] | {"NoneType"}
    assert fields(ours["value"])["ID"] == fields(theirs["value"])["ID"]


# -- version 4


@pytest.mark.parametrize("table", ["85615NED", "37789ksz"])
@pytest.mark.parametrize(("file", "entity"), [("dimensions", "Dimensions"), ("measure-codes", "MeasureCodes")])
def test_entities_of_version_4(server, table, file, entity):
    ours = asked(server, f"/odata/v1/CBS/{table}/{entity}")
    theirs = recorded(TABLES / table / "checkdecijfers-v4" / f"{file}.json")
    assert_same_frame(ours, theirs)
    key = "Kind" if entity == "Dimensions" else "Decimals"
    for kind in {row[key] for row in theirs["value"]}:
        assert_alike(*([row for row in page["value"] if row[key] == kind] for page in (ours, theirs)))
    names = ("Identifier", "Title", "Index", "MeasureGroupId", "Unit", "Decimals", "DataType", "Kind", "ContainsGroups")
    for mine, other in zip(ours["value"], theirs["value"], strict=True):
        assert [mine.get(name) for name in names] == [other.get(name) for name in names]


@pytest.mark.parametrize("dimension", ["Geslacht", "Leeftijd", "Herkomstland", "GeboortelandOuders", "Perioden"])
def test_codes_of_version_4(server, dimension):
    ours = asked(server, f"/odata/v1/CBS/85615NED/{dimension}Codes")
    theirs = recorded(TABLES / "85615NED" / "checkdecijfers-v4" / f"codes-{dimension}.json")
    assert_same_frame(ours, theirs)
    assert_alike(ours["value"], theirs["value"])
    if dimension != "Perioden":
        for mine, other in zip(ours["value"], theirs["value"], strict=True):
            assert (mine["Identifier"], mine["Title"], mine["Index"]) == (
                other["Identifier"],
                other["Title"],
                other["Index"],
            )


def test_properties_of_version_4(server):
    ours = asked(server, "/odata/v1/CBS/85615NED/Properties")
    theirs = recorded(TABLES / "85615NED" / "checkdecijfers-v4" / "properties.json")
    assert_alike([ours], [theirs])
    assert anonymous(ours["@odata.context"]) == anonymous(theirs["@odata.context"])
    assert fields(ours["Distributions"]) == fields(theirs["Distributions"])
    for name in ("Modified", "ObservationsModified", "ReleaseDate", "ModificationDate"):
        assert re.sub(r"\d", "0", ours[name]) == re.sub(r"\d", "0", theirs[name])


@pytest.mark.parametrize("table", ["37789ksz", "85224NED"])
def test_observations(server, table):
    theirs = recorded(TABLES / table / "checkdecijfers-v4" / "observations-page-1.json")
    ours = asked(server, f"/odata/v1/CBS/{'37789ksz' if table == '37789ksz' else '85615NED'}/Observations")
    assert_same_frame(ours, theirs)
    fixed = 5  # Id, Measure, ValueAttribute, Value, StringValue, then the dimensions
    assert list(ours["value"][0])[:fixed] == list(theirs["value"][0])[:fixed]
    assert list(ours["value"][0])[-1] == list(theirs["value"][0])[-1] == "Perioden"
    pairs = [{(row["ValueAttribute"], row["Value"] is None) for row in page["value"]} for page in (ours, theirs)]
    assert pairs[1] <= pairs[0] == {("None", False), ("Impossible", True)}
    counted = recorded(TABLES / table / "checkdecijfers-v4" / "properties.json")["ObservationCount"]
    assert len(theirs["value"]) == counted  # of a table served whole, impossible cells counted


def test_unknown_cells_of_version_3_have_no_row_in_version_4():
    folder = TABLES / "37789ksz"
    ids = [row["Identifier"] for row in recorded(folder / "checkdecijfers-v4" / "measure-codes.json")["value"]]
    rows = recorded(folder / "checkdecijfers-v4" / "observations-page-1.json")["value"]
    later = {(row["Measure"], row["Perioden"]): row["ValueAttribute"] for row in rows}
    lines = (folder / "veranijmeijer-2019-01" / "social_security.original.csv").read_text("utf-8-sig").splitlines()
    seen = set()
    for line in lines[1:]:
        _, period, *cells = [cell.strip('"') for cell in line.split(";")]
        kinds = ["impossible" if not cell else "unknown" if cell.strip() == "." else "number" for cell in cells]
        seen |= {(kind, later.get((name, period))) for name, kind in zip(ids, kinds, strict=True)}
    # some of what was unknown in 2019 was filled in later; nothing unknown has a row of its own
    assert seen == {("number", "None"), ("impossible", "Impossible"), ("unknown", None), ("unknown", "None")}


def test_catalogue_and_roots_of_version_4(server):
    theirs = recorded(WIRE / "v4" / "beta-catalog-Datasets.json")
    assert_alike(asked(server, "/odata/v1/CBS/Datasets")["value"], theirs["value"])
    select = "Identifier,Title,Description,Status,DatasetType,Language,Modified"
    ours, theirs = asked(server, f"/odata/v1/CBS/Datasets?$select={select}"), "catalog-datasets-checkdecijfers.json"
    assert_same_frame(ours, recorded(WIRE / "v4" / theirs))
    assert_alike(ours["value"], recorded(WIRE / "v4" / theirs)["value"])
    assert asked(server, "/odata/v1/CBS")["value"] == recorded(WIRE / "v4" / "beta-root.json")["value"]
    ours, theirs = asked(server, "/odata/v1/CBS/85617NED")["value"], recorded(WIRE / "v4" / "beta-80072ned-root.json")
    common = {row["name"]: row for row in theirs["value"] if "Bedrijf" not in row["name"]}
    assert common == {row["name"]: row for row in ours if row["name"] in common}


def test_groups_and_counts_of_version_4(server):
    theirs = recorded(WIRE / "v4" / "beta-80072ned-PeriodenGroups.json")
    for entity in ("PeriodenGroups", "MeasureGroups"):
        assert_alike(asked(server, f"/odata/v1/CBS/37789ksz/{entity}")["value"], theirs["value"])
    ours = asked(server, "/odata/v1/CBS/37789ksz/Observations?$top=1&$count=true")
    theirs = recorded(WIRE / "v4" / "beta-80072ned-Observations-top1-count.json")
    assert ours.keys() == theirs.keys()
    assert type(ours["@odata.count"]) is type(theirs["@odata.count"]) is int
