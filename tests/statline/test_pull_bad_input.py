"""What a pull is told, and what CBS may answer, wrongly: one clear message, the right exit status, nothing left."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from dataclasses import replace

import pytest

from analysis.cli import main
from analysis.snapshots.store import snapshot_names
from analysis.workspace import HOME_VARIABLE, open_snapshot, snapshots_folder
from bank import bring, cells_of, is_data, left, quick, stored
from project_copy import copy_project
from statline_server import Code, Dimension, Measure, generated_cube, replace_cells, serve, shapes, v3_metadata
from statline_server.answers import Answer


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr("analysis.statline.download.Web", quick)
    return copy_project(tmp_path) / "data" / "snapshots"


@pytest.fixture(scope="module")
def cube():
    return shapes.ended_spells()


@pytest.fixture
def server(cube):
    with serve([cube, shapes.social_security()], page=400) as running:
        yield running


def refused(home, capsys, *arguments: str) -> tuple[int, str]:
    """Call a pull that has to fail; return its status and message when nothing was left."""
    before = sorted(path.name for path in home.iterdir() if path.name != ".pull.lock")
    status = main(["pull", *arguments])
    told = capsys.readouterr()
    assert told.out == ""
    assert all(line.startswith("bijstand: ") for line in told.err.splitlines())
    assert "Error: " not in told.err.split(":", 2)[1]  # not the name of a fault that nobody thought of
    assert sorted(path.name for path in home.iterdir() if path.name != ".pull.lock") == before
    return status, told.err


# -- wrong calls

WRONG_CALLS = {
    "unknown table": (["85692NEX"], "table '85692NEX' is not at CBS; did you mean '85692NED'? known: 37789ksz"),
    "one of two": (["85617NED", "99999NED"], "table '99999NED' is not at CBS"),
    "wrong case, v3": (["85617ned"], "table '85617ned': CBS spells it '85617NED'; ids are told apart by case"),
    "wrong case, v4": (["85617ned", "--platform", "v4"], "'85617ned' is not at CBS; did you mean '85617NED'?"),
    "a path": (["../85617NED"], "table '../85617NED' is not an id: expected five digits and letters"),
    "a deeper path": (["85617NED/Perioden"], "is not an id"),
    "an address": (["https://opendata.cbs.nl/85617NED"], "is not an id"),
    "a query": (["85617NED?$top=1"], "is not an id"),
    "a line break": (["85617NED\n"], "is not an id"),
    "other digits": (["８５６１７NED"], "is not an id"),
    "no text": ([""], "table '' is not an id"),
    "unknown platform": (["85617NED", "--platform", "v5"], "--platform 'v5': expected one of auto, v3, v4"),
    "a path for a name": (["85617NED", "--name", "../x"], "snapshot name '../x' is not a name"),
    "capitals in a name": (["85617NED", "--name", "New"], "is not a name"),
    "published": (["85617NED", "--name", "published"], "'published' exists already and is never overwritten"),
    "live": (["85617NED", "--name", "live"], "snapshot name 'live'"),
    "latest": (["85617NED", "--name", "latest"], "snapshot name 'latest'"),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_is_refused_with_status_2(home, server, capsys, case):
    arguments, message = WRONG_CALLS[case]
    status, told = refused(home, capsys, *arguments, "--base-url", server.base_url)
    assert (status, message in told) == (2, True), told


@pytest.mark.parametrize(
    "url", ["127.0.0.1:80", "ftp://127.0.0.1", "http://", "http://127.0.0.1:80/odata", "http://127.0.0.1?x=1", ""]
)
def test_a_base_url_that_is_none_is_refused(home, capsys, url):
    status, told = refused(home, capsys, "85617NED", "--base-url", url)
    assert status == 2
    assert f"--base-url {url!r}: expected a scheme and a host" in told


def test_a_catalogued_table_that_is_not_there_is_not_its_own_likeness(home, server, capsys):
    status, told = refused(home, capsys, "82015NED", "--base-url", server.base_url)
    assert status == 2
    assert "did you mean '82015NED'" not in told


# -- wrong services


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_nobody_listens(home, capsys, platform):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    status, told = refused(home, capsys, "85617NED", "--base-url", url, "--platform", platform)
    assert status == 1
    assert "no whole answer after 6 attempts" in told
    assert "At hand without CBS: --snapshot published." in told


class Fixed(http.server.BaseHTTPRequestHandler):
    status, body = 200, b"<html><body>Welkom</body></html>"

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *arguments):
        pass


@pytest.mark.parametrize("platform", ["v3", "v4"])
@pytest.mark.parametrize(
    ("code", "body", "status", "message"),
    [
        (200, b"<html><body>Welkom</body></html>", 1, "no whole answer after 6 attempts"),
        (200, b"{}", 1, "no whole answer"),
        (200, b"[]", 1, "no whole answer"),
        (200, b"null", 1, "no whole answer"),
        (200, b'{"value": 7}', 1, "no whole answer"),
        (404, b"not here", 2, "table '85617NED' is not at CBS"),
        (403, b"no", 1, "refused with HTTP 403"),
        (302, b"", 1, "no whole answer"),
    ],
)
def test_a_server_of_something_else(home, capsys, platform, code, body, status, message):
    kind = type("Answering", (Fixed,), {"status": code, "body": body})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as other:
        threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.02}).start()
        url = f"http://127.0.0.1:{other.server_address[1]}"
        found, told = refused(home, capsys, "85617NED", "--base-url", url, "--platform", platform)
        other.shutdown()
    assert (found, message in told) == (status, True), told


# -- tables that are not as expected


def pulled(server, capsys, *arguments):
    status = main(["pull", *arguments, "--name", "new", "--base-url", server.base_url])
    return status, capsys.readouterr()


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_a_column_that_is_gone_is_marked_as_drift(home, server, capsys, cube, platform):
    """85615NED without re-inflow, and with the sexes as one total in no column of their own."""
    flows = shapes.in_and_outflow()
    place = next(number for number, one in enumerate(flows.dimensions) if one.key == "Geslacht")
    lost = flows.measures[1].key
    cells = {
        (key, *codes[:place], *codes[place + 1 :]): text
        for (key, *codes), text in flows.cells.items()
        if key != lost and codes[place] == "T001038"
    }
    dimensions = flows.dimensions[:place] + flows.dimensions[place + 1 :]
    left_over = replace(flows, dimensions=dimensions, measures=(flows.measures[0], flows.measures[2]), cells=cells)
    server.cubes = [left_over]
    status, told = pulled(server, capsys, "85615NED", "--platform", platform)
    assert status == 0
    lines = ["expected dimension sex, found none", "expected measure herinstromersbinneneenjaar, found none"]
    assert told.err.splitlines() == [f"bijstand: table 85615NED: {line}" for line in lines]
    kept = open_snapshot("new")
    assert [f"Drift: {line}" in kept.metadata("85615NED").notes for line in lines] == [True, True]
    assert stored(kept, "85615NED") == cells_of(left_over)


def test_drift_against_the_vintage_before(home, server, capsys, cube):
    bring(server, home, "old", ["85617NED"])
    first = cube.dimensions[0]
    renamed = replace(first, codes=(*first.codes[:-1], Code("5000", "Anders")))
    cells = {(m, "5000" if c == first.codes[-1].key else c, *r): t for (m, c, *r), t in cube.cells.items()}
    changed = replace(cube, dimensions=(renamed, *cube.dimensions[1:]), cells=cells, modified="2026-09-11T02:00:00")
    server.cubes = [changed]
    status, told = pulled(server, capsys, "85617NED")
    assert status == 0
    assert told.err.splitlines() == [
        "bijstand: table 85617NED: sex: 5000 came",
        "bijstand: table 85617NED: sex: 4000 went",
    ]


@pytest.mark.parametrize("announced", [400, 800, 1, 0, None, "many"])
def test_more_rows_than_announced_all_come(home, server, capsys, cube, monkeypatch, announced):
    real = v3_metadata.tables
    monkeypatch.setattr(
        v3_metadata, "tables", lambda cubes, base: [row | {"RecordCount": announced} for row in real(cubes, base)]
    )
    assert len(cube.rows) > 800
    status, _ = pulled(server, capsys, "85617NED")
    if status:
        assert (status, announced) == (1, "many")
        assert snapshot_names(snapshots_folder()) == ["published"]
        assert left(home) == []
    else:
        assert stored(open_snapshot("new"), "85617NED") == cells_of(cube)


def test_fewer_rows_than_announced_are_no_table(home, server, capsys, cube, monkeypatch):
    real = v3_metadata.tables
    monkeypatch.setattr(
        v3_metadata,
        "tables",
        lambda cubes, base: [row | {"RecordCount": row["RecordCount"] + 1} for row in real(cubes, base)],
    )
    status, told = refused(home, capsys, "85617NED", "--base-url", server.base_url)
    assert status == 1
    assert f"expected {len(cube.rows) + 1} rows, found {len(cube.rows)}" in told


@pytest.mark.parametrize("cell", ["12O", "1,5", "1e3", "NaN", "--", "1 000", "x", "0x10", "'", "１２"])
def test_a_cell_that_is_no_number_is_told_by_its_place(home, server, capsys, cube, cell):
    key = next(key for key, text in cube.cells.items() if text not in ("", "."))
    server.cubes = [replace_cells(cube, {key: cell})]
    status, told = refused(home, capsys, "85617NED", "--base-url", server.base_url)
    assert status == 1
    assert f"table 85617NED, column {key[0]}: expected a number, a dot or a blank, found" in told


@pytest.mark.parametrize("dataset", ["v3", "v4"])
def test_a_key_that_comes_twice_under_two_numbers_is_told(home, server, capsys, monkeypatch, dataset):
    right = server.site.answer

    def doubled(path, base):
        found = right(path, base)
        if not is_data(path):
            return found
        page = json.loads(found.body)
        if len(page["value"]) > 1:
            number = "ID" if "ID" in page["value"][0] else "Id"
            page["value"][1] = page["value"][0] | {number: page["value"][1][number]}
        return Answer(200, json.dumps(page).encode(), found.kind)

    monkeypatch.setattr(server.site, "answer", doubled)
    status, told = refused(home, capsys, "85617NED", "--platform", dataset, "--base-url", server.base_url)
    assert status == 1
    assert "table 85617NED: expected each cell once, found" in told
    assert "twice" in told


def test_labels_are_kept_as_they_are(home, server, capsys):
    labels = ["<b>Mannen</b>", "=1+1", 'Vrouwen; en, "meer"\n', "  @x"]
    codes = tuple(Code(f"{n}000", label) for n, label in enumerate(labels))
    cube = generated_cube(12, 1)
    months = replace(cube.dimensions[-1], codes=cube.dimensions[-1].codes[:3])
    odd = replace(
        cube,
        title="=cmd|'/C calc'!A0 <script>alert(1)</script>",
        dimensions=(Dimension("Geslacht", "<i>Geslacht</i>", codes), months),
        measures=(Measure("Getal_1", "M1", "=Getal <1>"),),
        cells={("Getal_1", code.key, month.key): "10" for code in codes for month in months.codes},
    )
    server.cubes = [odd]
    status, told = pulled(server, capsys, "99001NED")
    assert (status, told.err) == (0, "")
    kept = open_snapshot("new")
    assert [code.label for code in kept.metadata("99001NED").dimensions[0].codes] == [text.strip() for text in labels]
    assert kept.metadata("99001NED").measures[0].title == "=Getal <1>"
    assert set(kept.table("99001NED").frame["measure"]) == {"getal1"}
    kept.verify()
    assert main(["snapshots", "list"]) == 0


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_a_table_without_rows_is_refused(home, server, capsys, cube, platform):
    server.cubes = [replace(cube, cells={})]
    status, told = refused(home, capsys, "85617NED", "--platform", platform, "--base-url", server.base_url)
    assert status == 1
    assert "table 85617NED: expected rows, found none" in told


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_a_status_that_is_not_known_is_told(home, server, capsys, cube, platform):
    time = cube.dimensions[-1]
    odd = replace(time, codes=tuple(code._replace(status="Geraamd") for code in time.codes))
    server.cubes = [replace(cube, dimensions=(*cube.dimensions[:-1], odd))]
    status, told = refused(home, capsys, "85617NED", "--platform", platform, "--base-url", server.base_url)
    assert status == 1
    assert "expected a status of Definitief" in told
