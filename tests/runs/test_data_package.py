"""The data dictionary of a run: every column of every CSV, with unit, denominator and interval where there are any."""

import csv
import json

import pytest

from analysis.measures import flows
from analysis.report import Report
from analysis.runs.data_package import FILE, write_data_package
from analysis.workspace import RUN_FOLDER_VARIABLE

RECORD = {"run": "20261129-120000-Published", "begun": "2026-11-29T12:00:00+01:00",
          "snapshots": [{"name": "published", "digest": "ab"}]}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch, published):
    (tmp_path / "tables").mkdir()
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(tmp_path))
    report = Report(published, "en")
    report.table("flow_ratio_by_year", flows.by_year(published, flows.flow_window(published)))
    write_data_package(tmp_path / "tables", RECORD)
    return tmp_path / "tables"


def test_the_dictionary_has_every_column_of_the_csv(folder):
    package = json.loads((folder / FILE).read_text(encoding="utf-8"))
    assert package["name"] == "bijstand-20261129-120000-published"
    (resource,) = package["resources"]
    # `frictionless validate` refuses a tabular package whose resources are not called tabular
    assert [package["profile"], resource["profile"]] == ["tabular-data-package", "tabular-data-resource"]
    with (folder / resource["path"]).open(newline="", encoding="utf-8") as stream:
        header = next(csv.reader(stream))
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert list(fields) == header
    assert header[-2:] == ["tables", "snapshot"]
    assert fields["inflow"]["unit"] == "moments"
    assert fields["ratio"]["denominator"] == "inflow"
    assert fields["ratio_lo"]["interval"] == "rounding"
    assert fields["ratio_lo"]["description"] == "lower end of the interval of ratio"
    assert (fields["year"]["type"], fields["ratio"]["type"], fields["tables"]["type"]) == ("string", "number", "string")
    assert resource["schema"]["primaryKey"] == ["year"]


def test_nothing_of_the_parts_is_left(folder):
    assert sorted(path.name for path in folder.iterdir()) == [FILE, "flow_ratio_by_year.csv"]
