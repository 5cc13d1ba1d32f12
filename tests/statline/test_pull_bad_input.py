"""Wrong calls and wrong services: one clear message, the right exit status, nothing left."""

from __future__ import annotations

import http.server
import socket
import threading

import pytest

from analysis.cli import main
from analysis.workspace import HOME_VARIABLE
from bank import quick
from project_copy import copy_project
from statline_server import serve, shapes


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr("analysis.statline.session.Session", quick)
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
    assert all(line.startswith("bijstand: ") for line in told.err.splitlines()), told.err
    assert "Error: " not in told.err.split(":", 2)[1]  # not the name of a fault that nobody thought of
    assert sorted(path.name for path in home.iterdir() if path.name != ".pull.lock") == before
    return status, told.err


# -- wrong calls

WRONG_CALLS = {
    "unknown table": (["85692NEX"], "table '85692NEX' is not at CBS; did you mean '85692NED'? known: 03759ned"),
    "one of two": (["85617NED", "99999NED"], "table '99999NED' is not at CBS"),
    "wrong case, v3": (
        ["85617ned", "--platform", "v3"],
        "table '85617ned': CBS spells it '85617NED'; ids differ by case",
    ),
    "wrong case, v4": (["85617ned", "--platform", "v4"], "'85617ned' is not at CBS; did you mean '85617NED'?"),
    "a path": (["../85617NED"], "table '../85617NED' is not an id: expected five digits and letters"),
    "a deeper path": (["85617NED/Perioden"], "is not an id"),
    "an address": (["https://opendata.cbs.nl/85617NED"], "is not an id"),
    "a query": (["85617NED?$top=1"], "is not an id"),
    "a line break": (["85617NED\n"], "is not an id"),
    "other digits": (["８５６１７NED"], "is not an id"),
    "no text": ([""], "table '' is not an id"),
    "unknown platform": (["85617NED", "--platform", "v5"], "--platform 'v5': expected one of auto, csv, v3, v4"),
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


@pytest.mark.parametrize("platform", ["v3", "v4", "csv"])
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
        if self.status == 302:
            self.send_header("Location", "http://portal.invalid/")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *arguments):
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Say nothing of a client that has hung up: the tests read the standard error of this process."""


@pytest.mark.parametrize("platform", ["v3", "v4", "csv"])
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
        (302, b"", 1, "answered by another (HTTP 302 Found to http://portal.invalid/)"),
    ],
)
def test_a_server_of_something_else(home, capsys, platform, code, body, status, message):
    kind = type("Answering", (Fixed,), {"status": code, "body": body})
    with QuietServer(("127.0.0.1", 0), kind) as other:
        threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.02}).start()
        url = f"http://127.0.0.1:{other.server_address[1]}"
        found, told = refused(home, capsys, "85617NED", "--base-url", url, "--platform", platform)
        other.shutdown()
    assert (found, message in told) == (status, True), told
