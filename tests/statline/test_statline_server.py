"""The loopback server of the tests: an unmodified client works against it, and each kind of fault is what it says."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cbsodata
import pytest
import requests

from statline_server import (
    CONTENT,
    KINDS,
    LASTING,
    LOUD,
    Cube,
    FaultSchedule,
    Measure,
    Plan,
    generated_cube,
    replace_cells,
    serve,
    shapes,
    with_modified,
)

INFLOW = "/ODataFeed/odata/85615NED/UntypedDataSet?$format=json"
OBSERVATIONS = "/odata/v1/CBS/85615NED/Observations"


@pytest.fixture(scope="module")
def cubes() -> list[Cube]:
    return [make() for make in shapes.ALL]


@pytest.fixture
def server(cubes):
    threads = threading.active_count()
    with serve(cubes, page=1_000, page4=3_000) as running:
        yield running
    assert threading.active_count() == threads
    assert running.errors == []


@pytest.fixture
def client(server, monkeypatch):
    """cbsodata, pointed at the server for as long as a test lasts."""
    monkeypatch.setattr(cbsodata.cbsodata3, "CBSOPENDATA", server.address)
    monkeypatch.setattr(cbsodata.options, "use_https", False)
    return cbsodata


def get(server, path: str, **options) -> requests.Response:
    return requests.get(server.base_url + path, timeout=5, **options)


def pages(server, path: str) -> list[dict]:
    """Return every row, page after page; a loop would end at a thousand."""
    rows, url = [], server.base_url + path
    for _ in range(1_000):
        page = requests.get(url, timeout=5).json()
        rows += page["value"]
        url = page.get("odata.nextLink") or page.get("@odata.nextLink")
        if not url:
            return rows
    raise AssertionError("no end")


# -- an unmodified client


def test_cbsodata_reads_a_table_list_and_the_metadata(client):
    assert [row["Identifier"] for row in client.get_table_list()][:2] == ["85615NED", "85585NED"]
    assert [row["RecordCount"] for row in client.get_table_list(filters="Identifier eq '85615NED'")] == [3240]
    assert client.get_info("85615NED")["Modified"] == "2026-06-12T02:00:00"
    keys = [row["Key"] for row in client.get_meta("85615NED", "DataProperties")]
    assert keys[-4:] == ["Perioden", "Instromers_1", "HerinstromersBinnenEenJaar_2", "Uitstromers_3"]
    assert [row["Key"] for row in client.get_meta("85615NED", "Geslacht")] == [
        "T001038",
        *(f"{n}000   " for n in (3, 4, 9)),
    ]
    assert {row["Status"] for row in client.get_meta("85615NED", "Perioden")} == {
        "Definitief",
        "NaderVoorlopig",
        "Voorlopig",
    }


@pytest.mark.parametrize("typed", [False, True])
def test_cbsodata_reads_the_data_of_every_table(client, cubes, typed):
    for cube in cubes:
        rows = client.get_data(cube.id, typed=typed)
        assert [row["ID"] for row in rows] == list(range(len(cube.rows)))
        assert rows[0]["Perioden"] == cube.dimensions[-1].codes[0].title
        cells = {type(row[measure.key]) for row in rows for measure in cube.measures}
        # the flag of cbsodata 1.3.5 works the wrong way round
        assert cells == ({str} if typed else {int if cube.measures[0].datatype == "Long" else float, type(None)})


def test_cells_come_as_they_were_given(server, cubes):
    cube = cubes[-1]
    untyped = {row["Perioden"]: row for row in pages(server, "/ODataFeed/odata/37789ksz/UntypedDataSet")}
    typed = {row["Perioden"]: row for row in pages(server, "/ODataFeed/odata/37789KSZ/TypedDataSet")}
    long = {(row["Measure"], row["Perioden"]): row for row in pages(server, "/odata/v1/CBS/37789ksz/Observations")}
    ids = {measure.key: measure.id for measure in cube.measures}
    assert {"", "."} < set(cube.cells.values())
    for (measure, period), text in cube.cells.items():
        assert untyped[period][measure] == (text.rjust(8) if text else "")
        assert typed[period][measure] == (None if text in ("", ".") else float(text))
        row = long.pop((ids[measure], period), None)
        if text == ".":
            assert row is None
        else:
            assert row["ValueAttribute"] == ("None" if text else "Impossible")
            assert row["Value"] == (float(text) if text else None)
    assert long == {}


def test_a_next_vintage(server, cubes):
    key = ("Instromers_1", "T001638", "T001038", "T001040", "10000", "2024KW01")
    changed = replace_cells(with_modified(cubes[0], "2026-09-11T02:00:00"), {key: "12340"})
    server.cubes = [changed]
    assert get(server, "/ODataFeed/odata/85615NED/TableInfos").json()["value"][0]["Modified"] == "2026-09-11T02:00:00"
    assert get(server, "/odata/v1/CBS/85615NED/Properties").json()["Modified"] == "2026-09-11T02:00:00+02:00"
    assert get(server, INFLOW + "&$top=1").json()["value"][0]["Instromers_1"] == "   12340"
    gone = replace_cells(changed, {(measure.key, *key[1:]): None for measure in changed.measures})
    assert len(gone.rows) == len(changed.rows) - 1
    partly = replace_cells(changed, {key: None})
    server.cubes = [partly]
    assert get(server, INFLOW + "&$top=1").json()["value"][0]["Instromers_1"] == "       ."


# -- queries and pages


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("$filter=Geslacht eq '3000   '", 810),
        ("$filter=Geslacht eq '3000'", 0),
        ("$filter=Geslacht eq 'T001038' and (Leeftijd eq '10000' or Leeftijd eq '41500')", 180),
        ("$filter=substringof('KW02',Perioden)", 1080),
        ("$filter=startswith(Geslacht,'T') and Perioden ge '2024KW02'", 540),
        ("$top=7&$skip=3235", 5),
        ("$top=1500", 1500),
        ("$skip=9999", 0),
    ],
)
def test_queries(server, query, rows):
    path = f"{INFLOW}&{query}"
    found = pages(server, path)
    assert len(found) == len({row["ID"] for row in found}) == rows
    if "$top" not in query and "$skip" not in query:
        assert get(server, f"{INFLOW}&$inlinecount=allpages&{query}").json()["odata.count"] == str(rows)


def test_a_selection_holds_the_columns_asked_for(server):
    assert get(server, INFLOW + "&$select=Perioden,Uitstromers_3&$top=1").json()["value"][0].keys() == {
        "Perioden",
        "Uitstromers_3",
    }


def test_each_row_comes_once(server, cubes):
    for service in ("ODataFeed", "ODataApi"):
        rows = pages(server, f"/{service}/odata/85615NED/TypedDataSet")
        assert [row["ID"] for row in rows] == list(range(3240))
        assert len({tuple(row[one.key] for one in cubes[0].dimensions) for row in rows}) == 3240
    long = pages(server, OBSERVATIONS)
    announced = get(server, "/odata/v1/CBS/85615NED/Properties").json()["ObservationCount"]
    assert [row["Id"] for row in long] == list(range(announced))
    assert get(server, f"{OBSERVATIONS}?$count=true&$top=1").json()["@odata.count"] == announced
    assert get(server, f"{OBSERVATIONS}/$count").text == str(announced)
    found = pages(server, f"{OBSERVATIONS}?$filter=Measure eq 'M001940' and Perioden eq '2024KW03'")
    assert found == [row for row in long if row["Measure"] == "M001940" and row["Perioden"] == "2024KW03"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ODataFeed/odata/99999NED", 404),
        ("/ODataFeed/odata/99999NED/TableInfos", 404),
        ("/ODataFeed/odata/85615ned/TableInfos", 200),
        ("/odata/v1/CBS/85615ned/Properties", 404),
        ("/ODataFeed/odata/85615NED/Leeftijden", 404),
        (INFLOW + "&$format=json", 400),
        (INFLOW + "&$orderby=ID", 400),
        (INFLOW + "&$filter=Instromers_1 eq '0'", 500),
        (INFLOW + "&$filter=Kleur eq 'rood'", 400),
    ],
)
def test_statuses(server, path, status):
    assert get(server, path).status_code == status


def test_odata_api_refuses_more_than_ten_thousand_rows():
    with serve([generated_cube(20_000)]) as server:
        path = "/ODataApi/odata/99001NED/TypedDataSet"
        assert [get(server, path + query).status_code for query in ("", "?$top=10000", "?$skip=10000")] == [
            500,
            200,
            200,
        ]
        assert len(pages(server, path.replace("Api", "Feed"))) == 20_000


def test_a_generated_table_is_a_full_crossing_of_so_many_rows():
    for rows in (1, 7, 5_000, 10_007):
        cube = generated_cube(rows, 2)
        with serve([cube], page=4_000) as server:
            found = pages(server, "/ODataFeed/odata/99001NED/UntypedDataSet")
            again = pages(server, "/ODataFeed/odata/99001NED/UntypedDataSet")
        assert found == again
        assert len({tuple(row[one.key] for one in cube.dimensions) for row in found}) == rows
        assert all(len(row["Getal1_1"]) in (0, 8) for row in found)


# -- faults


def raw(server, path: str = INFLOW) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=1)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("reset", ConnectionResetError),
        ("reset_midbody", ConnectionResetError),
        ("stall", TimeoutError),
        ("truncated", http.client.IncompleteRead),
        ("truncated_chunked", http.client.IncompleteRead),
    ],
)
def test_faults_that_break_the_connection(server, kind, problem):
    server.faults = [(1, kind)]
    with pytest.raises(problem):
        raw(server)
    assert raw(server)[0].status == 200
    assert [request.outcome for request in server.requests] == [kind, 200]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_faults_that_are_a_status(server, status):
    server.faults = [(1, f"{status}:7" if status == 429 else str(status))]
    response, _ = raw(server)
    assert response.status == status
    assert response.headers["Retry-After"] == ("7" if status == 429 else None)


def test_faults_that_look_well(server):
    whole = raw(server)[1]
    server.faults = [("Data", kind) for kind in ("broken_json", "html", "empty")]
    broken, html, empty = (raw(server) for _ in range(3))
    assert whole.startswith(broken[1])
    assert broken[0].status == html[0].status == empty[0].status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken[1])
    assert html[0].headers.get_content_type() == "text/html"
    assert empty[1] == b""


def test_slow_is_whole_in_the_end(server):
    whole = raw(server)[1]
    server.faults = [("Data", "slow:0.3")]
    start = time.monotonic()
    assert raw(server)[1] == whole
    assert time.monotonic() - start > 0.25


def test_faults_of_content(server):
    second = INFLOW + "&$skip=1000"
    first_rows, rows = (get(server, path).json()["value"] for path in (INFLOW, second))

    def spoilt(kind: str, path: str = second) -> dict:
        server.faults = [(lambda asked: True, kind)]
        return get(server, path).json()

    kept = spoilt("fewer_rows")["value"]
    assert 0 < len(kept) < len(rows)
    assert all(row in rows for row in kept)
    more = spoilt("more_rows")["value"]
    assert more[: len(rows)] == rows
    assert min(row["ID"] for row in more[len(rows) :]) > 10**8
    assert spoilt("duplicate_key")["value"] == rows + rows[:1]
    assert spoilt("repeated_page")["value"] == first_rows
    assert spoilt("loop")["odata.nextLink"] == server.base_url + INFLOW + "&$skip=0"
    assert spoilt("loop", INFLOW)["odata.nextLink"] == server.base_url + INFLOW
    link = spoilt("foreign_next")["odata.nextLink"]
    assert link == "http://elsewhere.invalid/ODataFeed/OData/85615NED/UntypedDataSet/?$format=json&$skip=2000"


def test_faults_of_content_in_version_4(server):
    second = OBSERVATIONS + "?$skip=3000"
    rows = get(server, OBSERVATIONS).json()["value"]
    server.faults = [(1, "repeated_page"), (2, "loop"), (3, "foreign_next")]
    assert get(server, second).json()["value"] == rows
    assert get(server, second).json()["@odata.nextLink"].endswith("Observations?$skip=0")
    assert get(server, second).json()["@odata.nextLink"].startswith("http://elsewhere.invalid/odata/v1")


def test_a_table_that_changes_midway(server):
    info = "/ODataFeed/odata/85615NED/TableInfos"
    before = get(server, info).json()["value"][0]["Modified"]
    server.faults = [("$skip=2000", "changed_midway")]
    assert len(pages(server, INFLOW)) == 3240
    assert get(server, info).json()["value"][0]["Modified"] > before
    assert get(server, "/ODataFeed/odata/85585NED/TableInfos").json()["value"][0]["Modified"] == before


def test_every_kind_is_described_and_unknown_ones_are_refused():
    assert all(KINDS.values())
    assert KINDS.keys() == LOUD.keys() | LASTING.keys() | CONTENT.keys()
    for wrong in (lambda: Plan([(1, "hail")]), lambda: FaultSchedule(1, 0.5, ["hail"])):
        with pytest.raises(ValueError, match="no fault"):
            wrong()


def test_a_schedule_hangs_on_the_requests_of_each_path_alone():
    paths = [f"/page/{number}" for number in range(40)]
    one, other = FaultSchedule(3, 0.5), FaultSchedule(3, 0.5)
    first = {(path, n): one.draw(0, path) for path in paths for n in range(6)}
    second = {(path, n): other.draw(0, path) for n in range(6) for path in reversed(paths)}
    assert first == second
    assert 60 < sum(kind is not None for kind in first.values()) < 160
    assert all(not all(first[path, n + k] for k in range(3)) for path in paths for n in range(4))
    assert first != {key: FaultSchedule(4, 0.5).draw(0, key[0]) for key in first}


# -- the server itself


def test_requests_at_once_are_counted_and_delayed(server):
    server.delay = 0.2
    start = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: get(server, f"{INFLOW}&$skip={number}"), range(4)))
    assert 0.2 <= time.monotonic() - start < 0.75
    assert server.in_flight_max == 4
    assert {request.user_agent.split("/")[0] for request in server.requests} == {"python-requests"}


def test_a_connection_is_kept(server):
    with requests.Session() as session:
        for _ in range(3):
            session.get(server.base_url + INFLOW + "&$top=1", timeout=5)
        assert next(iter(session.adapters["http://"].poolmanager.pools._container.values())).num_connections == 1


def test_it_stops_at_once_with_a_stalled_and_an_idle_connection(cubes):
    threads = threading.active_count()
    with serve(cubes, faults=[(2, "stall")]) as server:
        idle = socket.create_connection(server.server_address)
        idle.sendall(b"GET /ODataCatalog/Tables HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        stalled = socket.create_connection(server.server_address)
        stalled.sendall(b"GET /ODataCatalog/Tables HTTP/1.1\r\nHost: x\r\n\r\n")
        while len(server.requests) < 2:
            time.sleep(0.01)
        start = time.monotonic()
    assert time.monotonic() - start < 1
    assert threading.active_count() == threads
    idle.close()
    stalled.close()
    assert server.socket.fileno() == -1  # closed; another process may have its port by now


def test_it_runs_in_a_process_of_its_own():
    command = [sys.executable, "-m", "statline_server", "--rows", "25000", "--measures", "2"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        port = int(child.stdout.readline())
        page = requests.get(f"http://127.0.0.1:{port}/ODataFeed/odata/99001NED/TypedDataSet", timeout=5).json()
        assert len(page["value"]) == 10_000
        assert set(page["value"][0]) >= {"ID", "Perioden", "Getal1_1", "Getal2_2"}
        child.stdin.close()
        assert child.wait(5) == 0


def test_a_group_of_measures_comes_before_its_first_member():
    cube = shapes.social_security()
    assert [(item.id, number) for number, item in cube.listing() if not isinstance(item, Measure)] == [
        ("D000198_1", 1),
        ("D000295_1", 6),
        ("D007076_1", 10),
        ("D000202", 14),
        ("D000203_1", 15),
        ("M000276", 21),
    ]
