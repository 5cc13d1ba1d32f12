"""Two states of a table beside each other, one cell through all its states, and recorded states of real tables."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.cli import main
from analysis.errors import CoverageError
from analysis.snapshots.difference_output import write_changes
from analysis.snapshots.format import Manifest, TableEntry, metadata_bytes
from analysis.snapshots.vintages import as_of, diff, vintages
from analysis.snapshots.write import write_file, write_snapshot
from analysis.statline.catalogue import dimension_names
from analysis.statline.pages import IncompleteError, check_count
from analysis.statline.retry import RetryPolicy
from analysis.statline.session import Session
from analysis.statline.table_metadata import evidence_of, metadata_of
from analysis.statline.table_writer import TableWriter
from analysis.statline.v4 import V4
from analysis.statline.wire_format import title_key
from analysis.workspace import HOME_VARIABLE, open_snapshot
from builders import table
from project_copy import copy_project

RECORDED = Path(os.environ.get("BIJSTAND_RECORDED", Path(__file__).resolve().parents[3] / "shared" / "recorded"))
TABLES = RECORDED / "tables"
recorded = pytest.mark.skipif(
    not TABLES.is_dir(), reason="no recorded tables here: set BIJSTAND_RECORDED to their folder"
)

BASE = {"men 2024Q1": "170", "men 2024Q2": "180", "total 2024Q1": "400", "total 2024Q2": "410"}
PERIODS = {"2024Q1": "2024KW01", "2024Q2": "2024KW02", "2024Q3": "2024KW03"}


def made(cells: dict[str, str], provisional=("2024KW02",), **options):
    """Return a table T1 of sexes and quarters; ``"men 2024Q1": "170"`` is a cell."""
    keys = [(*name.split(), text) for name, text in cells.items()]
    rows = [{"measure": "stock", "sex": sex, "period": PERIODS[p], "value": text} for sex, p, text in keys]
    found = table("T1", rows, {"sex": sorted({sex for sex, *_ in keys})})
    status = {period: "provisional" if period in provisional else "final" for period in found.metadata.periods}
    return replace(found, metadata=replace(found.metadata, periods=status), **options)


def kept(folder, name, *tables, created="2026-01-01T10:00:00+00:00"):
    write_snapshot(folder, name, "dated", created, list(tables))
    return open_snapshot(name, folder)


def changed(folder, after: dict[str, str], **options):
    """Return the difference between the base and a later state."""
    (found,) = diff(kept(folder, "a", made(BASE)), kept(folder, "b", made(after, **options)))
    return found


# -- diff


def test_the_same_table_is_the_same(tmp_path):
    found = changed(tmp_path, dict(reversed(BASE.items())))
    assert (found.state, found.came, found.went, len(found.cells)) == ("same", {}, {}, 0)


def test_tables_that_came_and_went(tmp_path):
    other = replace(made(BASE), id="T2")
    found = diff(kept(tmp_path, "a", made(BASE)), kept(tmp_path, "b", other))
    assert [(each.table, each.state) for each in found] == [("T1", "went"), ("T2", "came")]


def test_figures_that_changed_are_told_apart_by_how_final_they_were(tmp_path):
    found = changed(tmp_path, BASE | {"men 2024Q1": "160", "total 2024Q2": "430"}, provisional=())
    assert found.state == "changed"
    rows = found.cells.set_index(["sex", "period"])
    assert rows.index.tolist() == [("c:men", "2024KW01"), ("c:total", "2024KW02")]
    assert rows[["before", "after"]].to_numpy().tolist() == [["170", "160"], ["410", "430"]]
    assert rows["change"].tolist() == [-10, 20]
    assert rows["definitive"].tolist() == [True, False]
    assert rows["status_before"].tolist() == ["final", "provisional"]
    assert rows["status_after"].tolist() == ["final", "final"]


@pytest.mark.parametrize(("before", "after"), [("170", "."), (".", "170"), ("", "170"), ("170", ""), (".", "")])
def test_a_figure_that_turns_is_a_change_without_a_size(tmp_path, before, after):
    first, second = ({**BASE, "men 2024Q1": text} for text in (before, after))
    (found,) = diff(kept(tmp_path, "a", made(first)), kept(tmp_path, "b", made(second)))
    assert found.cells[["before", "after"]].to_numpy().tolist() == [[before, after]]
    assert found.cells["change"].isna().all()


def test_the_same_number_in_another_spelling_did_not_change(tmp_path):
    assert changed(tmp_path, BASE | {"men 2024Q1": "170.0"}).state == "same"


def test_a_new_period_and_a_category_that_went(tmp_path):
    after = {"total 2024Q1": "400", "total 2024Q2": "410", "total 2024Q3": "420"}
    found = changed(tmp_path, after)
    assert (found.state, found.came, found.went) == ("changed", {"period": ["2024KW03"]}, {"sex": ["c:men"]})
    assert len(found.cells) == 0


def test_a_cell_that_went_while_its_codes_stayed_is_told(tmp_path):
    after = {name: text for name, text in BASE.items() if name != "men 2024Q1"}
    found = changed(tmp_path, after)
    assert found.state == "changed"
    assert found.cells["before"].tolist() == ["170"]
    assert found.cells["after"].isna().tolist() == [True]


def test_a_dimension_that_came(tmp_path):
    rows = [{"measure": "stock", "sex": "men", "age": "total", "period": "2024KW01", "value": "170"}]
    wider = table("T1", rows, {"sex": ["men"], "age": ["total"]})
    (found,) = diff(kept(tmp_path, "a", made(BASE)), kept(tmp_path, "b", wider))
    assert (found.state, found.came["column"]) == ("changed", ["age"])
    assert len(found.cells) == 0


# -- as it was known, and through all states


@pytest.fixture
def bank(tmp_path):
    """Three vintages of a table in two states, and one without it."""
    revised = BASE | {"men 2024Q1": "160"}
    states = [("v1", BASE, "2026-01-01"), ("v2", BASE, "2026-01-01"), ("v3", revised, "2026-03-01")]
    for month, (name, cells, modified) in enumerate(states, 1):
        kept(tmp_path, name, made(cells, modified=modified), created=f"2026-0{month}-05T10:00:00+00:00")
    kept(tmp_path, "v4", replace(made(BASE), id="T2"), created="2026-04-05T10:00:00+00:00")
    return tmp_path


@pytest.mark.parametrize(
    ("day", "vintage", "figure"),
    [
        ("2026-01-05", "v1", "170"),
        ("2026-02-20", "v2", "170"),
        ("2026-03-05", "v3", "160"),
        ("2027-01-01", "v3", "160"),
    ],
)
def test_a_table_as_it_was_known_on_a_day(bank, day, vintage, figure):
    frame = as_of("T1", date.fromisoformat(day), bank)
    assert len(frame) == len(BASE)
    assert not frame.duplicated(["measure", "sex", "period"]).any()
    assert set(frame["vintage"]) == {vintage}
    assert frame.loc[(frame["sex"] == "c:men") & (frame["period"] == "2024KW01"), "value"].tolist() == [figure]


def test_nothing_was_known_before_the_first_vintage(bank):
    with pytest.raises(CoverageError, match="no vintage of 2026-01-04 or before holds it"):
        as_of("T1", date(2026, 1, 4), bank)
    with pytest.raises(CoverageError, match="T9: no vintage"):
        vintages("T9", {}, bank)


def test_one_row_for_each_period_and_state(bank):
    found = vintages("T1", {"measure": "stock", "sex": "c:men"}, bank)
    rows = found[["period", "value", "published", "vintage"]].to_numpy().tolist()
    assert rows == [
        ["2024KW01", "170", "2026-01-01", "v1"],
        ["2024KW01", "160", "2026-03-01", "v3"],
        ["2024KW02", "180", "2026-01-01", "v1"],
        ["2024KW02", "180", "2026-03-01", "v3"],
    ]
    with pytest.raises(CoverageError, match="no column 'colour'"):
        vintages("T1", {"colour": "red"}, bank)


# -- the command


def test_diff_as_text_and_as_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    folder = copy_project(tmp_path) / "data" / "snapshots"
    kept(folder, "a", made(BASE))
    kept(folder, "b", made(BASE | {"men 2024Q1": "160", "total 2024Q2": ".", "total 2024Q3": "1"}))
    out = tmp_path / "out"
    assert main(["snapshots", "diff", "a", "b", "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "T1  changed",
        "  period came: 2024KW03",
        "  1 definitive figures changed, by 10 in the middle and 10 at most",
        "  1 provisional figures changed; 1 came, went or lost their value",
        str(out),
    ]
    assert sorted(path.name for path in out.iterdir()) == ["T1.csv", "tables.csv"]
    rows = list(csv.DictReader((out / "T1.csv").open()))
    assert [(row["before"], row["after"], row["change"]) for row in rows] == [("170", "160", "-10.0"), ("410", ".", "")]
    before = (out / "T1.csv").read_bytes()
    assert main(["snapshots", "diff", "a", "b", "--out", str(out)]) == 2
    assert "exists already and is never overwritten" in capsys.readouterr().err
    assert (out / "T1.csv").read_bytes() == before
    assert main(["snapshots", "diff", "a", "c"]) == 2
    assert "snapshot 'c' is unknown" in capsys.readouterr().err


def test_what_a_spreadsheet_takes_for_a_formula_is_made_harmless(tmp_path):
    frames = []
    for value in ("-170", "-160"):
        frame = pd.DataFrame({"measure": ["=cmd()"], "sex": ["@SUM(1)"], "period": ["2024KW01"], "value": [value]})
        frames.append(replace(made(BASE), frame=frame))
    changes = diff(kept(tmp_path, "a", frames[0]), kept(tmp_path, "b", frames[1]))
    folder = write_changes(changes, tmp_path / "out")
    (row,) = csv.DictReader((folder / "T1.csv").open())
    assert (row["measure"], row["sex"]) == ("'=cmd()", "'@SUM(1)")
    assert (row["before"], row["after"]) == ("-170", "-160")  # a number below zero is no formula


# -- recorded states


class Recorded(Session):
    """Answers each address with the recorded file; ``shorter`` leaves out the last figures of a page."""

    def __init__(self, folder: Path, shorter: int = 0) -> None:
        super().__init__(RetryPolicy(attempts=2, first_wait=0.001))
        self.folder, self.shorter = folder, shorter

    def fetch(self, url):
        entity, _, query = url.rsplit("/", 1)[1].partition("?")
        names = {
            "Properties": "properties",
            "Dimensions": "dimensions",
            "MeasureCodes": "measure-codes",
            "Observations": "observations-page-1",
        }
        name = names.get(entity) or f"codes-{entity.removesuffix('Codes')}"
        if entity == self.folder.parent.name:  # the root was not recorded
            return json.dumps({"value": [{"name": "MeasureGroups"}, {"name": "Observations"}]}).encode()
        if entity == "MeasureGroups":  # nor were these: their ids stand for their titles
            rows = json.loads((self.folder / "measure-codes.json").read_text())["value"]
            ids = {row["MeasureGroupId"] for row in rows} - {None}
            return json.dumps({"value": [{"Id": each, "Title": each, "ParentId": None} for each in ids]}).encode()
        text = (self.folder / f"{name}.json").read_text(encoding="utf-8-sig")
        if entity == "Observations" and (query or self.shorter):
            page = json.loads(text)
            end = len(page["value"]) - self.shorter
            return json.dumps({**page, "value": page["value"][end if query else 0 : end]}).encode()
        return text.encode()


def bring_recorded(folder: Path, name: str):
    """Make a snapshot of a recorded table through the client; return it and the description."""
    source = TABLES / name / "checkdecijfers-v4"
    service = V4("https://datasets.cbs.nl", Recorded(source))
    wire = service.describe(name)
    writer = TableWriter(wire, dimension_names(wire))
    assert [*service.fill(wire, writer)][-1] == wire.announced
    assert writer.notes == ()
    service.close()
    return store(folder, "recorded", wire, writer), wire


def store(folder: Path, name: str, wire, writer):
    (folder / name).mkdir(parents=True)
    rows, record = writer.write(folder / name)
    metadata = metadata_of(wire, evidence_of(wire, writer))
    about = write_file(folder / name / f"{wire.id}.json", metadata_bytes(metadata))
    day = wire.modified[:10]
    entry = TableEntry(wire.id, wire.title, "v4", wire.modified, day, rows, "full", "CC BY 4.0", "CBS", record, about)
    (folder / name / "manifest.json").write_bytes(Manifest(name, "dated", day, {wire.id: entry}).to_bytes())
    return open_snapshot(name, folder)


def measure_names(name: str) -> dict[str, str]:
    rows = json.loads((TABLES / name / "checkdecijfers-v4" / "measure-codes.json").read_text())["value"]
    return {row["Identifier"]: row["Title"] for row in rows}


@recorded
@pytest.mark.parametrize("name", ["37789ksz", "85224NED"])
def test_every_cell_of_a_recorded_table(tmp_path, name):
    snapshot, wire = bring_recorded(tmp_path, name)
    frame = snapshot.table(name).frame
    titles = {one.code: one.title for one in snapshot.metadata(name).measures}
    assert len(titles) == len(set(measure_names(name))) == len(wire.measures)
    columns = [column for column in frame if column not in ("measure", "value")]
    rows = json.loads((TABLES / name / "checkdecijfers-v4" / "observations-page-1.json").read_text())["value"]
    keys = [next(k for k in rows[0] if k.lower() == c or (c, k) == ("period", "Perioden")) for c in columns]
    # by title and codes a cell may stand in two groups of measures: compare all of them
    expected: dict[tuple, list] = {}
    for row in rows:
        key = (measure_names(name)[row["Measure"]].strip(), *(row[k] for k in keys))
        expected.setdefault(key, []).append(row["Value"])
    found: dict[tuple, list] = {}
    for record in frame.to_dict("records"):
        key = (titles[record["measure"]], *(record[column] for column in columns))
        found.setdefault(key, []).append(float(record["value"]) if record["value"] else None)
    order = lambda values: sorted(values, key=lambda v: (v is None, v or 0))  # noqa: E731
    assert {key: order(values) for key, values in found.items()} == {k: order(v) for k, v in expected.items()}
    assert len(frame) == len(rows)  # no gap of the crossing is filled: v4 has no row for a dot of v3


def january_2019(wire) -> tuple[list[dict], dict[str, str]]:
    """Return the rows of the download of January 2019, and the measure of today for each of its columns."""
    path = TABLES / "37789ksz" / "veranijmeijer-2019-01" / "social_security.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    named = {title_key(measure.title): measure.key for measure in wire.measures}
    named["akwuitkeringen"] = named["akwgerechtigden"]  # renamed since
    columns = [column for column in rows[0] if column not in ("ID", "Perioden")]
    return rows, {column: named[title_key(column.rsplit("_", 1)[0])] for column in columns}


@recorded
def test_january_2019_against_june_2026(tmp_path):
    after, wire = bring_recorded(tmp_path, "37789ksz")
    rows, measures = january_2019(wire)
    periods = {row["Perioden"] for row in rows}
    time = replace(wire.time, codes=tuple(code for code in wire.time.codes if code.code in periods))
    old = replace(wire, platform="v3", dimensions=(time,), modified="2019-01-08", announced=len(rows))
    writer = TableWriter(old, dimension_names(old))
    writer.add_wide(
        [
            {"ID": row["ID"], "Perioden": row["Perioden"], **{new: row[was] for was, new in measures.items()}}
            for row in rows
        ]
    )
    before = store(tmp_path, "january", old, writer)
    (found,) = diff(before, after)

    now = {}
    for row in json.loads((TABLES / "37789ksz/checkdecijfers-v4/observations-page-1.json").read_text())["value"]:
        now[row["Measure"], row["Perioden"]] = row["Value"]
    expected = set()
    for row in rows:
        for was, new in measures.items():
            text = row[was].strip()
            there = (new, row["Perioden"]) in now
            figure = now.get((new, row["Perioden"]))
            same = {".": not there, "": there and figure is None}.get(text)
            if not (same if same is not None else figure is not None and float(text) == figure):
                expected.add((new, row["Perioden"]))
    codes = {title_key(one.title): one.code for one in after.metadata("37789ksz").measures}
    named = {codes[title_key(measure.title)]: measure.key for measure in wire.measures}
    assert {(named[m], p) for m, p in zip(found.cells["measure"], found.cells["period"], strict=True)} == expected
    assert len(found.cells) == len(expected) > 0
    assert set(found.came) == {"period"}
    assert found.went == {}
    assert found.came["period"] == sorted({code.code for code in wire.time.codes} - periods)


@recorded
def test_a_recorded_page_with_a_row_less_is_told(tmp_path):
    """Its end is confirmed twice, and nothing says which of the two counts of CBS is right."""
    service = V4("https://datasets.cbs.nl", Recorded(TABLES / "37789ksz" / "checkdecijfers-v4", shorter=1))
    wire = service.describe("37789ksz")
    writer = TableWriter(wire, dimension_names(wire))
    assert [*service.fill(wire, writer)] == [6469]
    assert writer.notes == ("CBS announces 6470 cells; 6469 were read, and the end was confirmed twice",)
    dense = replace(wire, dimensions=(replace(wire.time, codes=wire.time.codes[:1]),), announced=len(wire.measures))
    count = type("Count", (), {"rows": len(wire.measures) - 1, "gaps": False})
    with pytest.raises(IncompleteError, match="expected 18 cells, found 17, though every combination of codes has one"):
        check_count(dense, count)
    service.close()


# -- the commands


@pytest.fixture
def home(bank, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("home")
    (folder / "data" / "sources").mkdir(parents=True)
    bank.rename(folder / "data" / "snapshots")
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


def test_the_history_of_a_cell_names_every_figure_and_since_when(home, capsys):
    assert main(["snapshots", "history", "T1", "measure=stock", "sex=men", "period=2024KW01"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["measure", "sex", "period", "value", "status", "published", "vintage"]
    assert lines[1:] == [
        ["stock", "c:men", "2024KW01", "170", "final", "2026-01-01", "v1"],
        ["stock", "c:men", "2024KW01", "160", "final", "2026-03-01", "v3"],
    ]


def test_a_table_as_of_a_day_is_described_and_its_cells_are_shown(home, capsys):
    assert main(["snapshots", "show", "T1", "--as-of", "2026-02-20"]) == 0
    assert capsys.readouterr().out.splitlines()[:3:2] == [
        "as known on 2026-02-20:",
        "  snapshot v2, partial, from test, retrieved 2026-11-21",
    ]
    assert main(["snapshots", "show", "T1", "sex=c:men", "period=2024KW01", "--as-of", "2026-03-05"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["stock", "c:men", "2024KW01", "160", "final", "v3"]


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["history", "T1", "sex"], 2, "expected COLUMN=CODE with one of measure, sex, period, found 'sex'"),
        (["history", "T1", "colour=red"], 2, "found 'colour=red'"),
        (["history", "T1", "sex=mem"], 2, "column sex: 'mem' is unknown; did you mean 'men'"),
        (["history", "T9", "sex=men"], 1, "table T9: no vintage holds it"),
        (["show", "T1", "--as-of", "yesterday"], 2, "expected a day such as 2026-11-29"),
        (["show", "--as-of", "2026-01-01"], 2, "expected a table"),
        (["show", "T1", "--as-of", "2026-01-04"], 1, "no vintage of 2026-01-04 or before holds it"),
    ],
)
def test_a_wrong_call_of_history_and_as_of(home, capsys, words, status, message):
    assert main(["snapshots", *words]) == status
    assert message in capsys.readouterr().err
