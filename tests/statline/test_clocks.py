"""Everything ends: with a clock over each request and over all of a pull, and a reason that is told whole."""

from __future__ import annotations

import io
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import replace
from urllib.parse import unquote

import pytest

from analysis.errors import DataError, WorkbenchError
from analysis.statline.download import pull
from analysis.statline.progress import Progress
from analysis.statline.retry import NoAddressError, RetryPolicy, TransientError, UnreachableError, retry_after
from analysis.statline.session import USER_AGENT, Session
from bank import QUICK, left
from statline_server import broken_answers, serve, shapes
from statline_server.faults import ALWAYS

PLATFORMS = ["v3", "v4", "csv"]
SHORT = replace(QUICK, read=0.3, request=0.4, file=0.4, attempts=2, total=3)
DATA = {"v3": "UntypedDataSet", "v4": "Observations", "csv": "/csv/"}
ABOUT = {"v3": "TableInfos", "v4": "Properties", "csv": "/csv/"}


@pytest.fixture(scope="module")
def server():
    with serve([shapes.social_security(periods=16)], page=16, page4=60) as running:
        yield running
    assert running.errors == []


def failed(server, folder, platform: str, policy: RetryPolicy = SHORT, most: float = 4.0) -> str:
    """Pull; return the message of its failure when it came in time and left nothing."""
    begun = time.monotonic()
    with pytest.raises(WorkbenchError) as fault:
        pull(folder, ["37789ksz"], "one", platform, server.base_url, Session(policy))
    assert time.monotonic() - begun < most
    assert left(folder) == []
    return str(fault.value)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("where", [DATA, ABOUT], ids=["data", "description"])
@pytest.mark.parametrize("kind", ["drip", "drip_headers", "continue", "stall"])
def test_an_answer_that_never_ends_ends(server, tmp_path, platform, where, kind):
    server.faults = [(where[platform], kind, ALWAYS)]
    message = failed(server, tmp_path, platform)
    expected = "timed out" if kind == "stall" else "no whole answer within 0.4 s"
    assert expected in message
    assert "no whole answer after 2 attempts" in message


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_clock_of_a_pull_ends_it_whatever_its_requests_have_left(server, tmp_path, platform):
    server.faults = [(DATA[platform], "drip", ALWAYS)]
    policy = replace(SHORT, request=60, file=60, attempts=50, total=1)
    assert "the 1 s that a pull may take are over" in failed(server, tmp_path, platform, policy, most=2.5)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_pause_longer_than_a_pull_waits_ends_it_at_once(server, tmp_path, platform):
    server.faults = [(ABOUT[platform], "retry_long", ALWAYS)]
    message = failed(server, tmp_path, platform, replace(SHORT, longest_pause=120), most=2)
    assert "HTTP 429 Too Many Requests: it asks for a pause of 99999999 s. Try again after that." in message


def test_a_pause_that_is_no_number_is_none():
    assert retry_after("²") == retry_after("") == retry_after("soon") == retry_after("-1") == 0
    assert retry_after("Sat, 01 Jan 2000 00:00:00 GMT") == retry_after("Sat, 01 Jan 99999 00:00:00 GMT") == 0
    assert retry_after(" 12 ") == 12
    assert retry_after("Fri, 31 Dec 9999 23:59:59 GMT") > 10**9


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_answer_that_is_larger_unpacked_than_any_is_refused(server, tmp_path, platform):
    broken_answers.bomb(1 << 25)  # made once, so that no answer waits for it
    server.faults = [(DATA[platform], "bomb", ALWAYS)]
    message = failed(server, tmp_path, platform)
    assert f"expected at most {16 if platform == 'csv' else 8} MB, found more" in message


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_a_chain_of_links_without_end_is_left(server, tmp_path, platform, monkeypatch):
    """Rows that go on for ever are more than the codes make; a list of codes is followed for a hundred pages."""
    right, asked = server.site.answer, []

    def endless(path, base):
        found = right(path.partition("?")[0] if "Perioden" in path else path, base)
        if "Perioden" in path:
            asked.append(path)
            name = "@odata.nextLink" if platform == "v4" else "odata.nextLink"
            link = f'"{name}":"{base}{path.partition("?")[0]}?n={len(asked)}"}}'
            return replace(found, body=found.body.rstrip()[:-1] + b"," + link.encode())
        return found

    monkeypatch.setattr(server.site, "answer", endless)
    server.faults = None
    message = failed(server, tmp_path, platform, replace(SHORT, attempts=1, total=20), most=20)
    assert "the list goes on behind 100 pages" in message
    assert len(asked) <= 101


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_rows_without_end_are_more_than_the_codes_make(server, tmp_path, platform, monkeypatch):
    right = server.site.answer
    name, number = ("@odata.nextLink", "Id") if platform == "v4" else ("odata.nextLink", "ID")

    def endless(path, base):
        if DATA[platform] not in path:
            return right(path, base)
        found = right(re.sub(r"([?&]\$skip=)\d+", r"\g<1>0", unquote(path)), base)
        page, skip = json.loads(found.body), int((re.search(r"skip=(\d+)", path) or [0, 0])[1])
        page["value"] = [row | {number: skip + at} for at, row in enumerate(page["value"])]
        page[name] = f"{base}{path.partition('?')[0]}?$skip={skip + len(page['value'])}"
        return replace(found, body=json.dumps(page).encode())

    monkeypatch.setattr(server.site, "answer", endless)
    server.faults = None
    message = failed(server, tmp_path, platform, replace(SHORT, total=20), most=20)
    assert re.search(r"expected at most \d+ rows, by the codes; found more", message)


# -- faults that last


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("kind", "said"), [("302", "answered by another (HTTP 302 Found to http://portal.invalid/)")])
def test_a_fault_that_lasts_is_told_after_one_request(server, tmp_path, platform, kind, said):
    server.faults = [(ABOUT[platform], kind, ALWAYS)]
    before = len(server.requests)
    assert said in failed(server, tmp_path, platform)
    assert len([r for r in server.requests[before:] if ABOUT[platform] in r.path]) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a certificate for 127.0.0.1 that nobody knows."""
    folder = tmp_path_factory.mktemp("tls")
    if not shutil.which("openssl"):
        pytest.skip("makes a certificate with openssl, which is not here")
    call = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout key.pem -out cert.pem"
    subprocess.run(
        [*call.split(), "-addext", "subjectAltName=IP:127.0.0.1"], cwd=folder, check=True, capture_output=True
    )
    return folder


@pytest.fixture
def secure(server, certificate):
    """The server behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with serve(server.cubes, page=16, page4=60) as running:
        plain = running.socket
        running.socket = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        yield f"https://{running.address}"
        running.errors.clear()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_certificate_that_nobody_knows_is_told_at_once_and_its_bundle_is_used(
    secure, certificate, tmp_path, platform, monkeypatch
):
    """Case 51: behind a proxy that reads along, all platforms honour REQUESTS_CA_BUNDLE."""
    policy = replace(SHORT, attempts=50, first_wait=1, request=5, file=5, total=20)
    begun = time.monotonic()
    with pytest.raises(UnreachableError) as fault:
        pull(tmp_path, ["37789ksz"], "one", platform, secure, Session(policy))
    assert time.monotonic() - begun < 5
    assert "the certificate is not trusted: self-signed certificate" in str(fault.value)
    assert "REQUESTS_CA_BUNDLE" in str(fault.value)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "cert.pem"))
    _, (told,) = pull(tmp_path, ["37789ksz"], "two", platform, secure, Session(policy))
    assert told.cells > 200
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "none.pem"))
    with pytest.raises(UnreachableError, match=r"invalid path: .*none.pem. Check REQUESTS_CA_BUNDLE"):
        pull(tmp_path, ["37789ksz"], "three", platform, secure, Session(SHORT))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_goes_through_the_proxy_of_the_environment(server, tmp_path, platform, monkeypatch):
    """The server stands for the proxy: it is asked for addresses of a host that is nowhere."""
    server.faults = None
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.base_url)
    before = len(server.requests)
    pull(tmp_path, ["37789ksz"], "one", platform, "http://cbs.invalid", Session(SHORT))
    asked = server.requests[before:]
    assert asked
    assert all(request.path.startswith("http://cbs.invalid/") for request in asked)
    assert {request.user_agent for request in asked} == {USER_AGENT}


def test_a_host_that_is_nowhere_is_told_at_once(tmp_path, monkeypatch):
    def nowhere(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match=r"the host is not known \(Name or service not known\)"):
        pull(tmp_path, ["37789ksz"], "one", "v3", "http://nowhere.invalid", Session(replace(SHORT, first_wait=5)))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (TransientError("HTTP 503"), UnreachableError, "no whole answer after 2 attempts (HTTP 503)"),
        (ValueError("x" * 3000), UnreachableError, "x" * 3000),
        (RecursionError("deep"), UnreachableError, "RecursionError: deep"),
        (NoAddressError("gone"), NoAddressError, "gone"),
        (DataError("refused"), DataError, "refused"),
    ],
)
def test_the_reason_is_told_whole(fault, kind, said):
    def attempt():
        raise fault

    with pytest.raises(kind) as found:
        Session(SHORT).retry("http://x/y", attempt)
    assert said in str(found.value)


def test_json_that_is_deeper_than_python_goes_is_no_answer(server):
    session = Session(SHORT)
    session.fetch = lambda url: b"[" * 200_000
    with pytest.raises(UnreachableError, match="no whole answer after 2 attempts"):
        session.json("http://x/y")


# -- progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_progress_is_told_within_two_seconds_while_nobody_answers(server, tmp_path, monkeypatch, stream):
    told = stream()
    monkeypatch.setattr(sys, "stderr", told)
    server.faults = [("/csv/", "stall", ALWAYS)]
    session = Session(replace(SHORT, read=30, request=30, file=30, total=30))
    begun, seen = time.monotonic(), []
    stop = threading.Timer(2.6, session.stop)
    stop.start()
    watch = threading.Timer(2.0, lambda: seen.append(told.getvalue()))
    watch.start()
    with pytest.raises(UnreachableError, match="stopped"), Progress(session) as progress:
        pull(tmp_path, ["37789ksz"], "one", "csv", server.base_url, session, progress.update)
    assert time.monotonic() - begun < 4
    assert f"bijstand: 37789ksz: 0 rows after 2 s; waiting for {server.address}" in seen[0]
    if stream is Terminal:
        assert told.getvalue().endswith("\r\x1b[K")


def test_a_pull_that_is_quick_tells_no_progress(server, tmp_path, monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    with Progress(Session(QUICK)) as progress:
        progress.update("37789ksz", 10)
    assert told.getvalue() == ""
