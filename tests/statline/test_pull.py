"""Pulling tables: all platforms give the same figures, what is unchanged is taken over, `live` asks once a day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote

import pandas as pd
import pytest

from analysis.cleaning.cells import read_cells
from analysis.cleaning.periods import parse_periods
from analysis.cli import main
from analysis.errors import CallError
from analysis.snapshots.store import snapshot_names
from analysis.statline.download import pull
from analysis.statline.live import BASE_URL_VARIABLE
from analysis.statline.retry import UnreachableError
from analysis.statline.session import Session
from analysis.workspace import HOME_VARIABLE, open_snapshot, snapshots_folder
from bank import NAMES, QUICK, STATUS, bring, cells_of, contents, digests, is_data, left, quick, stored
from project_copy import copy_project
from statline_server import replace_cells, serve, shapes, with_modified
from statline_server.faults import ALWAYS

TABLES = ["85615NED", "85585NED", "85617NED", "85692NED", "37789ksz"]
TODAY = f"{datetime.now().astimezone():%Y-%m-%d}"
LATER = "2026-09-11T02:00:00"


@pytest.fixture(scope="module")
def cubes():
    return [make() for make in shapes.ALL]


@pytest.fixture
def server(cubes):
    with serve(cubes, page=700, page4=2_500) as running:
        yield running
    assert running.errors == []


PLATFORMS = ["v3", "v4", "csv"]


@pytest.fixture(scope="module")
def each(cubes, tmp_path_factory):
    """All five tables, on each platform, and the server's log of each."""
    found = {}
    for platform in PLATFORMS:
        with serve(cubes, delay=0.002, page=700, page4=2_500) as server:
            kept = bring(server, tmp_path_factory.mktemp(platform), "one", platform=platform)
            found[platform] = kept, list(server.requests), server.in_flight_max
    return found


# -- what comes is what is there


def test_all_platforms_give_the_same_content(each):
    found = [contents(each[platform][0]) for platform in PLATFORMS]
    assert sorted(found[0]) == sorted(TABLES)
    assert found[0] == found[1] == found[2]
    assert digests(each["v4"][0]) == digests(each["csv"][0])


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("number", range(5), ids=TABLES)
def test_every_cell_is_the_one_that_was_served(each, cubes, platform, number):
    kept = each[platform][0]
    expected = cells_of(cubes[number], platform)
    assert {"."} < set(cells_of(cubes[number]).values())
    assert stored(kept, TABLES[number]) == expected
    entry = kept.entry(TABLES[number])
    assert (entry.rows, entry.platform, entry.coverage) == (len(expected), platform, "full")
    assert entry.modified[:19] == cubes[number].modified


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_cell_without_a_figure_says_so_on_every_platform(each, cubes, platform):
    """v3 prints a dot; where the others have no row, the table is known to be whole without it."""
    key = next(key for key, text in cubes[0].cells.items() if text == ".")
    named = dict(zip(("birth", "sex", "origin", "age"), key[1:5], strict=True))
    metadata = each[platform][0].metadata("85615NED")
    categories = {
        one.name: next(code.category for code in one.codes if code.code == named[one.name])
        for one in metadata.dimensions
    }
    quantity = {"Instromers_1": "inflow", "Uitstromers_3": "outflow"}.get(key[0], "reinflow")
    cells = read_cells(each[platform][0], "85615NED")
    found = cells.look_up(quantity, parse_periods([key[-1]]), **categories)
    assert found.missing[0] == ("unknown" if platform == "v3" else "no_figure")


@pytest.mark.parametrize("number", range(5), ids=TABLES)
def test_cells_are_read_with_their_value_or_the_reason_of_its_absence(each, cubes, number):
    kept, cube = each["v3"][0], cubes[number]
    grains = ["month", "year"] if cube.id == "37789ksz" else [None]
    frame = pd.concat([read_cells(kept, cube.id, grain).frame for grain in grains])
    raw = kept.table(cube.id).frame
    assert len(frame) == len(raw) == len(cube.cells)
    reasons = {"": "impossible", ".": "unknown"}
    expected = cells_of(cube)
    assert frame["missing"].value_counts().to_dict() == (
        pd.Series([reasons.get(text, "") for text in expected.values()]).value_counts().to_dict()
    )
    assert frame["value"].sum() == pytest.approx(sum(float(t) for t in expected.values() if t not in reasons))
    assert (frame["value"].isna() == (frame["missing"] != "")).all()
    status = {code.key: STATUS[code.status] for code in cube.dimensions[-1].codes}
    assert kept.metadata(cube.id).periods == status
    assert set(frame["status"]) == set(status.values())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_metadata_name_dimensions_and_categories_with_codes_stripped(each, cubes, platform):
    for cube in cubes:
        metadata = each[platform][0].metadata(cube.id)
        served = {NAMES[one.key]: one for one in cube.dimensions[:-1]}
        assert {one.name for one in metadata.dimensions} == set(served)
        for dimension in metadata.dimensions:
            titles = {code.key: code.title for code in served[dimension.name].codes}
            assert {code.code: code.label for code in dimension.codes} == titles
            assert all(code.code == code.code.strip() for code in dimension.codes)
    sexes = {code.code: code.category for code in _dimension(each[platform][0], "85615NED", "sex").codes}
    assert sexes == {"T001038": "total", "3000": "men", "4000": "women", "9000": "unknown"}
    spans = [code.category for code in _dimension(each[platform][0], "85585NED", "duration").codes]
    assert sorted(spans) == sorted(["total", "0-6m", "6-12m", "1-2y", "2-3y", "3-4y", "4-5y", "5y+"])
    measures = {one.quantity: one for one in each[platform][0].metadata("85615NED").measures}
    assert {name: (one.unit, one.rounding) for name, one in measures.items()} == dict.fromkeys(
        ["inflow", "reinflow", "outflow"], ("moments", 10)
    )


def _dimension(snapshot, table, name):
    return next(one for one in snapshot.metadata(table).dimensions if one.name == name)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_requests_have_a_name_and_are_four_at_most(each, platform):
    _, requests, most = each[platform]
    assert {bool(re.match(r"bijstand-workbench/\d", request.user_agent)) for request in requests} == {True}
    data = len([request for request in requests if is_data(request.path)])
    assert data == len(requests) == 5 if platform == "csv" else data > 10
    assert (most == 1) if platform == "csv" else 1 < most <= 4


# -- a second vintage


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_table_that_did_not_change_is_taken_over_without_asking_for_data(server, tmp_path, platform):
    first = bring(server, tmp_path, "one", ["85617NED", "37789ksz"], platform)
    server.requests.clear()
    second = bring(server, tmp_path, "two", ["85617NED", "37789ksz"], platform)
    assert server.requests
    assert [request for request in server.requests if is_data(request.path)] == []
    assert digests(second) == digests(first)
    second.verify()


def test_a_table_that_changed_is_fetched_anew(server, tmp_path, cubes):
    first = bring(server, tmp_path, "one", ["85617NED", "37789ksz"])
    key = next(key for key, text in cubes[4].cells.items() if text not in ("", "."))
    changed = replace_cells(with_modified(cubes[4], LATER), {key: "12345.6"})
    server.cubes = [cubes[2], changed]
    server.requests.clear()
    second = bring(server, tmp_path, "two", ["85617NED", "37789ksz"])
    assert {"37789ksz" in request.path for request in server.requests if is_data(request.path)} == {True}
    assert stored(second, "37789ksz") == cells_of(changed)
    assert digests(second)["85617NED"] == digests(first)["85617NED"]
    assert stored(first, "37789ksz") == cells_of(cubes[4])
    assert (second.entry("37789ksz").modified, first.entry("37789ksz").modified) == (LATER, cubes[4].modified)


def test_another_set_of_tables_is_another_vintage(server, tmp_path):
    bring(server, tmp_path, "one", ["85617NED"])
    second = bring(server, tmp_path, "two", ["37789ksz"])
    assert list(second.manifest.tables) == ["37789ksz"]
    assert snapshot_names(tmp_path) == ["one", "two"]


def test_a_name_is_used_once(server, tmp_path):
    first = bring(server, tmp_path, "one", ["37789ksz"])
    with pytest.raises(CallError, match="'one' exists already and is never overwritten"):
        bring(server, tmp_path, "one", ["85617NED"])
    assert open_snapshot("one", tmp_path).digest == first.digest
    assert left(tmp_path) == []


def test_a_table_that_changes_while_it_is_read_is_begun_anew(server, tmp_path, cubes):
    server.faults = [("skip=700", "changed_midway")]
    kept = bring(server, tmp_path, "one", ["85615NED"])
    assert stored(kept, "85615NED") == cells_of(cubes[0])
    assert kept.entry("85615NED").modified == "2026-06-13T02:00:00"


class Swap:
    """Another state of the tables, at the moment a description is asked for and data have gone out before it."""

    def __init__(self, server, cube):
        self.server, self.cube, self.done = server, cube, False

    def draw(self, number, path):
        if "TableInfos" in path and not self.done:
            self.done = True
            return "503"  # the description has to be asked for again; data come meanwhile
        if "TableInfos" in path and self.server.cubes[0] is not self.cube:
            self.server.cubes = [self.cube]
        return None


def test_data_asked_for_before_the_description_are_not_kept_under_its_date(server, tmp_path, cubes):
    key = next(key for key, text in cubes[4].cells.items() if text not in ("", "."))
    changed = replace_cells(with_modified(cubes[4], LATER), {key: "12345.6"})
    server.cubes = [cubes[4]]
    server.faults = Swap(server, changed)
    kept = bring(server, tmp_path, "one", ["37789ksz"])
    assert kept.entry("37789ksz").modified == LATER
    assert stored(kept, "37789ksz") == cells_of(changed)


# -- the command


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return copy_project(tmp_path)


def test_the_command_tells_tables_and_folder(home, server, capsys):
    assert main(["pull", "37789ksz", "85617NED", "--base-url", server.base_url, "--platform", "v3"]) == 0
    told = capsys.readouterr()
    folder = home / "data" / "snapshots" / TODAY
    rows = {table: open_snapshot(TODAY).entry(table).rows for table in ("37789ksz", "85617NED")}
    assert told.out.splitlines() == [
        f"37789ksz  {rows['37789ksz']} cells  from v3",
        f"85617NED  {rows['85617NED']} cells  from v3",
        str(folder),
    ]
    (line,) = told.err.splitlines()
    assert line.startswith("bijstand: table 37789ksz: rounding inferred from the cells of measures not declared: ")
    assert main(["snapshots", "verify", TODAY]) == 0
    assert main(["snapshots", "list"]) == 0
    assert f"{TODAY}  dated" in capsys.readouterr().out
    assert main(["pull", "37789ksz", "--base-url", server.base_url]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["pull", "37789ksz", "--name", "again", "--platform", "v3", "--base-url", server.base_url]) == 0
    assert f"unchanged since {TODAY}" in capsys.readouterr().out


# -- live


@pytest.fixture
def live(server, monkeypatch):
    monkeypatch.setenv(BASE_URL_VARIABLE, server.base_url)
    return server


def test_live_asks_once_a_day_for_what_is_needed(live, tmp_path):
    first = open_snapshot("live", tmp_path, needs=["37789ksz", "82662NED"])  # the second one has been stopped
    assert (first.name, list(first.manifest.tables)) == (TODAY, ["37789ksz"])
    live.requests.clear()
    assert open_snapshot("live", tmp_path, needs=["37789ksz"]).digest == first.digest
    assert live.requests == []
    second = open_snapshot("live", tmp_path, needs=["85617NED"])
    assert (second.name, sorted(second.manifest.tables)) == (f"{TODAY}-2", ["37789ksz", "85617NED"])
    assert {"85617NED" in request.path for request in live.requests if is_data(request.path)} == {True}
    assert open_snapshot("live", tmp_path, needs=["37789ksz"]).name == f"{TODAY}-2"
    assert digests(second)["37789ksz"] == digests(first)["37789ksz"]
    assert left(tmp_path) == []


def test_live_shows_progress_while_the_service_does_not_answer(live, tmp_path, monkeypatch, capsys):
    policy = replace(QUICK, read=2.5, file=2.5, attempts=1, total=60)
    monkeypatch.setattr("analysis.statline.live.Session", lambda: Session(policy))
    live.faults = [("/csv/", "stall", ALWAYS)]
    assert open_snapshot("live", tmp_path, needs=["37789ksz"]).entry("37789ksz").platform == "v3"
    assert "bijstand: 37789ksz: 0 rows after 2 s; waiting for 127.0.0.1:" in capsys.readouterr().err


def test_a_report_on_live_resolves_it_once(home, live, monkeypatch, capsys):
    import analysis.runs.report_run

    seen = []

    def told(plan, *_):
        seen.extend(values["snapshot"] for values in plan.parameters.values())
        return home

    monkeypatch.setattr(analysis.runs.report_run, "run_report", told)
    months, quarters = {"periods": 4, "first": 2025}, {"periods": 12, "first": 2022}
    live.cubes = [
        shapes.in_and_outflow(unknown=0, **quarters),
        shapes.running_spells(unknown=0, **quarters),
        shapes.ended_spells(unknown=0, periods=3),
        shapes.recipients(unknown=0, **months),
    ]
    status = main(["report", "--snapshot", "live", "--notebook", "02_flows", "--notebook", "03_duration"])
    assert status == 0
    assert seen == [TODAY, TODAY]
    assert len([request.path for request in live.requests if "85692NED" in request.path]) == 1


def test_when_the_service_is_gone_what_is_at_hand_is_named(home, server, capsys, monkeypatch):
    bring(server, home / "data" / "snapshots", "2026-02-03", ["37789ksz"])
    monkeypatch.setattr("analysis.statline.session.Session", quick)
    monkeypatch.setattr("analysis.statline.live.Session", quick)
    server.faults = [(lambda path: True, "reset", 10**6)]
    for arguments in (["pull", "37789ksz", "--base-url", server.base_url], ["report", "--snapshot", "live"]):
        monkeypatch.setenv(BASE_URL_VARIABLE, server.base_url)
        assert main(arguments) == 1
        told = capsys.readouterr().err
        assert "--snapshot 2026-02-03 (the newest vintage) or --snapshot published" in told
        assert all(line.startswith("bijstand: ") for line in told.splitlines())
        assert snapshot_names(snapshots_folder()) == ["2026-02-03", "published"]
        assert left(home / "data" / "snapshots") == []


@pytest.mark.parametrize(("broken", "platform"), [((), "csv"), (("/csv/",), "v3"), (("/csv/", "OData"), "v4")])
def test_the_next_platform_is_asked_where_one_gives_nothing(server, tmp_path, broken, platform):
    server.faults = [(lambda path: any(name in path for name in broken), "reset", ALWAYS)]
    _, (told,) = pull(tmp_path, ["37789ksz"], "one", base_url=server.base_url, session=quick())
    assert told.platform == platform
    named = [line for line in told.notes if "no whole answer after 3 attempts (Connection reset by peer" in line]
    assert [line.partition(":")[0] for line in named] == ["csv", "v3", "v4"][: len(broken)]
    server.faults = [(lambda path: True, "reset", ALWAYS)]
    with pytest.raises(UnreachableError, match="At hand"):
        pull(tmp_path, ["37789ksz"], "two", base_url=server.base_url, session=quick())
    assert snapshot_names(tmp_path) == ["one"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_table_is_pulled_for_the_measures_that_the_catalogue_names(server, tmp_path, cubes, platform):
    server.requests.clear()
    kept = bring(server, tmp_path, "one", ["85692NED"], platform, all_measures=False)
    assert [measure.quantity for measure in kept.metadata("85692NED").measures] == ["stock"]
    expected = {key: text for key, text in cells_of(cubes[3], platform).items() if key[0] == "bijstandsuitkering"}
    assert stored(kept, "85692NED") == expected
    if platform == "v3":
        assert all("$select=ID," in unquote(r.path) for r in server.requests if "UntypedDataSet" in r.path)
    more = bring(server, tmp_path, "two", ["85692NED"], platform)
    assert stored(more, "85692NED") == cells_of(cubes[3], platform)
    assert {"bijstandsuitkering", "wajonguitkering"} < {one.code for one in more.metadata("85692NED").measures}
