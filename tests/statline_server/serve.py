"""The server: HTTP/1.1 with keep-alive on the loopback address, a thread for each connection, a log of requests."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from statline_server import broken_answers, bulk_csv, v3, v4
from statline_server.answers import Answer, BadQuery, Query, error
from statline_server.cube import Cube, with_modified
from statline_server.faults import CONTENT, Faults, Plan

SECONDS = {"slow": 0.5, "429": 1}


class Request(NamedTuple):
    """A request in the log: ``outcome`` is the status, or the kind of fault."""

    method: str
    path: str
    user_agent: str
    outcome: int | str


@dataclasses.dataclass
class Site:
    """What is served, apart from how."""

    cubes: dict[str, Cube]
    page: int
    page4: int

    def answer(self, path: str, base: str) -> Answer:
        """Return the right answer to a path with query."""
        address = urlsplit(path)
        parts = [unquote(part) for part in address.path.split("/") if part]
        lower = [part.lower() for part in parts]
        try:
            query = Query(address.query)
            if lower == ["odatacatalog", "tables"]:
                return v3.catalogue(self.cubes, query, base)
            if lower[:2] in (["odatafeed", "odata"], ["odataapi", "odata"]) and parts[2:]:
                service = "ODataApi" if lower[0] == "odataapi" else "ODataFeed"
                return v3.table(self.cubes, service, parts[2:], query, base, self.page)
            if parts[:3] == ["odata", "v1", "CBS"]:
                return v4.answer(self.cubes, parts[3:], query, base, self.page4)
            if parts[:3] == ["csv", "CBS", "nl"] and len(parts) == 4:
                return bulk_csv.answer(self.cubes, parts[3])
        except BadQuery as problem:
            return error(400, str(problem))
        return error(404, "Resource not found.")

    def change(self, path: str) -> None:
        """Give the table that a path is about a date of change one day later."""
        lower = path.lower().replace("?", "/").split("/")
        for name, cube in self.cubes.items():
            if name.lower() in lower:
                later = datetime.fromisoformat(cube.modified) + timedelta(days=1)
                self.cubes = {**self.cubes, name: with_modified(cube, later.isoformat())}


class StatLineServer(ThreadingHTTPServer):
    """The server. ``faults`` and ``cubes`` can be set at any time; read ``requests`` and ``in_flight_max``.

    ``errors`` holds what went wrong in the server itself: a test may want it to be empty.
    """

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, cubes: Iterable[Cube], faults: object, delay: float, page: int, page4: int) -> None:
        self.site = Site({cube.id: cube for cube in cubes}, page, page4)
        self.faults = faults
        self.delay = delay
        self.requests: list[Request] = []
        self.errors: list[BaseException] = []
        self.in_flight = self.in_flight_max = 0
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        """Host and port, as cbsodata wants them."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def base_url(self) -> str:
        """The address as a URL, without a slash at the end."""
        return f"http://{self.address}"

    @property
    def cubes(self) -> list[Cube]:
        """The tables that are served."""
        return list(self.site.cubes.values())

    @cubes.setter
    def cubes(self, cubes: Iterable[Cube]) -> None:
        self.site.cubes = {cube.id: cube for cube in cubes}

    @property
    def faults(self) -> Faults | None:
        """The faults: None, a plan or its entries, or a schedule. Requests are numbered from when it was set."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults | Iterable[tuple] | None) -> None:
        self._faults = faults if faults is None or hasattr(faults, "draw") else Plan(faults)
        self._count = 0

    @contextlib.contextmanager
    def answering(self, path: str) -> Iterator[str | None]:
        """Count a request as in flight, and give its fault."""
        with self._lock:
            self._count += 1
            self.in_flight += 1
            self.in_flight_max = max(self.in_flight_max, self.in_flight)
            fault = self._faults.draw(self._count, path) if self._faults else None
        try:
            yield fault
        finally:
            with self._lock:
                self.in_flight -= 1

    def get_request(self) -> tuple[socket.socket, object]:
        """Remember each connection, so that idle ones can be ended."""
        connection, client = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, client

    def shutdown_request(self, request: socket.socket) -> None:
        """Forget a connection that ends."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep what went wrong; a client that went away is no error."""
        problem = sys.exception()
        if not isinstance(problem, ConnectionError):
            self.errors.append(problem)

    def stop(self) -> None:
        """Stop: end every connection, stalled or idle, and wait for its thread."""
        self.stopping.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: StatLineServer

    def do_GET(self) -> None:
        """Answer, with the fault of the moment; the log is written before the first byte goes out."""
        server = self.server
        with server.answering(self.path) as fault:
            server.stopping.wait(server.delay) if server.delay else None
            kind, _, seconds = (fault or "").partition(":")
            if kind in ("reset", "stall"):
                self._log(fault)
                if kind == "stall":
                    return broken_answers.stall(self, server.stopping)
                return broken_answers.reset(self, None, server.stopping)
            if kind == "changed_midway":
                server.site.change(self.path)
            answer = self._answer(kind)
            self._log(fault or answer.status)
            self._send(kind, float(seconds or SECONDS.get(kind, 0)), answer)

    def _answer(self, kind: str) -> Answer:
        site, base = self.server.site, f"http://{self.headers.get('Host', self.server.address)}"
        right: Callable[[str], Answer] = lambda path: site.answer(path, base)  # noqa: E731
        if kind in CONTENT:
            page = site.page4 if self.path.startswith("/odata/") else site.page
            return broken_answers.spoil(kind, self.path, base, page, right)
        if kind in broken_answers.IN_PLACE:
            return broken_answers.ruined(kind, right(self.path))
        return right(self.path)

    def _send(self, kind: str, seconds: float, answer: Answer) -> None:
        if kind == "slow":
            broken_answers.send_slowly(self, answer, seconds, self.server.stopping)
        elif kind == "reset_midbody":
            broken_answers.reset(self, answer, self.server.stopping)
        elif kind in ("drip", "drip_headers", "continue"):
            broken_answers.drip(self, answer, kind, self.server.stopping)
        elif kind == "bomb":
            broken_answers.send_bomb(self)
        elif kind in ("truncated", "truncated_chunked"):
            broken_answers.send_half(self, answer, chunked=kind == "truncated_chunked")
        else:
            broken_answers.send(self, answer, **broken_answers.headers(kind, seconds))

    def _log(self, outcome: int | str) -> None:
        self.server.requests.append(Request("GET", self.path, self.headers.get("User-Agent", ""), outcome))

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


@contextlib.contextmanager
def serve(
    cubes: Iterable[Cube],
    faults: Faults | Iterable[tuple] | None = None,
    delay: float = 0.0,
    page: int = 10_000,
    page4: int = v4.PAGE,
) -> Iterator[StatLineServer]:
    """Serve tables while the context lasts.

    Parameters
    ----------
    cubes
        The tables.
    faults
        A ``Plan``, or its entries, or a ``FaultSchedule``.
    delay
        Seconds before each answer.
    page, page4
        Rows of a page in version 3, observations of a page in version 4.
    """
    server = StatLineServer(cubes, faults, delay, page, page4)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="statline")
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
