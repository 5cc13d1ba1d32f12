"""How each kind of fault is made: answers with other content, and answers sent badly."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from http.server import BaseHTTPRequestHandler

from statline_server.answers import Answer, compact, error
from statline_server.bulk_csv import packed

LINKS = ("odata.nextLink", "@odata.nextLink")
FOREIGN = "http://elsewhere.invalid"
LINGER = "hh" if os.name == "nt" else "ii"
PIECES = 10  # of a body that dribbles
ERRORS = {
    "429": "Too many requests.",
    "500": "Internal error.",
    "502": "Bad gateway.",
    "503": "Service unavailable.",
    "404": "Not found.",
    "403": "Forbidden.",
    "302": "Elsewhere.",
}
RETRY = {"retry_odd": "²", "retry_long": "99999999"}
IN_PLACE = {*ERRORS, *RETRY, "html", "empty", "broken_json", "latin1"}
"""The kinds of which the whole answer is another."""
COUNTS = ("RecordCount", "ObservationCount")
PAGE = b"<!DOCTYPE html><html><head><title>Onderhoud</title></head><body><p>Even geduld.</p></body></html>"


def spoil(kind: str, path: str, base: str, page: int, answer: Callable[[str], Answer]) -> Answer:
    """Return the answer to a path with its rows, its link or what it says of the table spoilt."""
    path = path.replace("%24", "$")  # requests writes the dollar of a parameter so
    found = answer(path)
    if found.status == 200 and found.body[:2] == b"PK":
        return Answer(200, spoilt_zip(kind, found.body), found.kind)
    document = json.loads(found.body) if found.status == 200 and found.body[:1] == b"{" else {}
    if kind in ("count_off", "undated"):
        for about in [document, *document.get("value", ())]:
            _misinform(kind, about, path)
        return Answer(found.status, compact(document).encode(), found.kind) if document else found
    rows = document.get("value")
    if kind == "endless" and isinstance(rows, list) and not set(LINKS) & document.keys():
        document[LINKS["@odata.context" in document]] = base + _beyond(path, len(rows))
        return Answer(found.status, compact(document).encode(), found.kind)
    if not rows:
        return found
    link = next((name for name in LINKS if name in document), None)
    skip = _skip(path)
    if kind in ("short_page", "short_end", "no_link", "empty_page"):
        _shorten(kind, document, link, skip)
    elif kind == "repeated_page" and skip:
        earlier = json.loads(answer(_at(path, max(skip - page, 0))).body)
        document["value"] = earlier["value"]
    elif kind in ("loop", "foreign_next"):
        _lead_astray(kind, document, link, base, path if link or skip else "")
    else:
        document["value"] = _other_rows(kind, rows)
    return Answer(found.status, compact(document).encode(), found.kind)


def _other_rows(kind: str, rows: list[dict]) -> list[dict]:
    if kind == "fewer_rows":
        return _fewer(rows)
    if kind == "more_rows":
        return rows + [_renamed(row, 10**9 + number) for number, row in enumerate(rows[:3])]
    if kind == "code_twice":
        name = next((name for name in ("Key", "Identifier") if isinstance(rows[-1].get(name), str)), "")
        return [*rows, rows[-1] | {name: f"{rows[-1][name].rstrip()}   "}] if name else rows
    if kind == "odd_figure":
        return [*rows[:-1], _with_odd_figure(rows[-1], len(rows))]
    return rows + rows[:1] if kind == "duplicate_key" else rows


def _with_odd_figure(row: dict, number: int) -> dict:
    """Return a row of data with letters or too many decimals in its last figure; of other lists as it was."""
    figures = [name for name, value in row.items() if re.fullmatch(r" +\d+(\.\d+)?", str(value))]  # v3: right-aligned
    figures += ["Value"] if row.get("Value") is not None and "Measure" in row else []
    return row | {figures[-1]: "12O" if number % 2 else "1.23456"} if figures else row


def _skip(path: str) -> int:
    """Return the row at which the page of an address begins."""
    return int((re.search(r"[?&]\$skip=(\d+)", path) or [0, 0])[1])


def _fewer(rows: list) -> list:
    """Return rows with the last and some between left out."""
    return [row for number, row in enumerate(rows) if number % 7 != 3 and number != len(rows) - 1]


def _beyond(path: str, rows: int) -> str:
    """Return the address behind all rows of a list: no page has it, and the next one of it is another."""
    plain = re.sub(r"[?&]\$skip=\d+", "", path)
    return f"{plain}{'&' if '?' in plain else '?'}$skip={_skip(path) + max(rows, 1)}"


def _lead_astray(kind: str, document: dict, link: str | None, base: str, path: str) -> None:
    if kind == "foreign_next" and link:
        document[link] = document[link].replace(base, FOREIGN)
    elif kind == "loop" and path:
        document[link or LINKS["@odata.context" in document]] = base + _at(path, 0)


def _misinform(kind: str, about: dict, path: str) -> None:
    if kind == "undated" and "Modified" in about:
        about["Modified"] = None
    for name in COUNTS if kind == "count_off" else ():
        if name in about:
            about[name] = {0: None, 1: about[name] + 10, 2: max(about[name] - 10, 0)}[len(path) % 3]


def _shorten(kind: str, document: dict, link: str | None, skip: int) -> None:
    rows = document["value"]
    kept = {"short_page": len(rows) * 2 // 3, "short_end": len(rows) // 2, "no_link": len(rows), "empty_page": 0}[kind]
    if kind == "short_page" and (not link or not kept):
        return
    document["value"] = rows[:kept]
    if kind == "short_page":
        document[link] = re.sub(r"(\$skip=)\d+", rf"\g<1>{skip + kept}", document[link])
    elif link:
        del document[link]


def spoilt_zip(kind: str, body: bytes) -> bytes:
    """Return the zip of a bulk download with its rows or what it says of the table spoilt."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name.removesuffix(".csv"): archive.read(name).decode() for name in archive.namelist()}
    head, *rows = files["Observations"].splitlines()
    if kind in ("fewer_rows", "repeated_page"):
        rows = _fewer(rows)
    elif kind in ("short_page", "short_end", "no_link"):
        rows = rows[: len(rows) // 2]
    elif kind == "empty_page":
        rows = []
    elif kind == "more_rows":
        rows += [f"{10**9 + number};{row.partition(';')[2]}" for number, row in enumerate(rows[:3])]
    elif kind == "duplicate_key":
        rows = rows + rows[:1]
    elif kind == "odd_figure":
        column, odd = head.split(";").index("Value"), "12O" if len(rows) % 2 else "1,23456"
        at = max((n for n, row in enumerate(rows) if row.split(";")[column]), default=-1)
        cells = rows[at].split(";")
        rows[at] = ";".join([*cells[:column], odd, *cells[column + 1 :]])
    elif kind == "code_twice":
        name = next(name for name in files if name.endswith("Codes") and name != "MeasureCodes")
        last = files[name].rstrip("\n").splitlines()[-1]
        files[name] += re.sub(r'^("?[^";]*)', r"\1   ", last) + "\n"
    elif kind in ("count_off", "undated"):
        names, *about = files["Properties"].splitlines()
        columns = names.split(";")
        cells = "\n".join(about).split(";")
        which = columns.index("ObservationCount" if kind == "count_off" else "Modified")
        cells[which] = str(int(cells[which] or 0) + 10) if kind == "count_off" else ""
        files["Properties"] = "\n".join([names, ";".join(cells)]) + "\n"
    files["Observations"] = "\n".join([head, *rows]) + "\n"
    return packed(files)


def _renamed(row: dict, number: int) -> dict:
    return {name: number if name in ("ID", "Id") else value for name, value in row.items()}


def _at(path: str, skip: int) -> str:
    return re.sub(r"([?&]\$skip=)\d+", rf"\g<1>{skip}", path)


def ruined(kind: str, answer: Answer) -> Answer:
    """Return the answer that stands in for another: an error, a web page, nothing, or JSON that stops half-way."""
    if kind == "latin1":
        text = answer.body.decode("utf-8", "replace") if answer.body[:2] != b"PK" else "PK \u00eb"
        return Answer(answer.status, f"{text} \u00eb".encode("latin-1", "replace"), answer.kind)
    if kind in RETRY:
        return error(429, ERRORS["429"])
    if kind in ERRORS:
        return error(int(kind), ERRORS[kind])
    if kind == "html":
        return Answer(200, PAGE, "text/html; charset=utf-8")
    return Answer(200, b"" if kind == "empty" else answer.body[: len(answer.body) // 2], answer.kind)


def headers(kind: str, seconds: float) -> dict[str, str]:
    """Return the headers that go with a status."""
    if kind == "302":
        return {"Location": "http://portal.invalid/"}
    return {"Retry-After": RETRY.get(kind, f"{seconds:g}")} if kind in ("429", *RETRY) else {}


def send(handler: BaseHTTPRequestHandler, answer: Answer, **headers: str) -> None:
    """Send an answer as it should be."""
    _head(handler, answer, {"Content-Length": str(len(answer.body)), **headers})
    handler.wfile.write(answer.body)


def _head(handler: BaseHTTPRequestHandler, answer: Answer, headers: dict[str, str]) -> None:
    handler.send_response(answer.status)
    handler.send_header("Content-Type", answer.kind)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def send_slowly(handler: BaseHTTPRequestHandler, answer: Answer, seconds: float, stopping: threading.Event) -> None:
    """Send an answer in pieces with pauses."""
    _head(handler, answer, {"Content-Length": str(len(answer.body))})
    size = max(1, -(-len(answer.body) // PIECES))
    for start in range(0, len(answer.body), size):
        stopping.wait(seconds / PIECES)
        handler.wfile.write(answer.body[start : start + size])


def send_half(handler: BaseHTTPRequestHandler, answer: Answer, chunked: bool) -> None:
    """Send half of a body and end the connection in peace."""
    half = answer.body[: len(answer.body) // 2]
    if chunked:
        _head(handler, answer, {"Transfer-Encoding": "chunked"})
        half = b"%x\r\n%s\r\n" % (len(half), half)
    else:
        _head(handler, answer, {"Content-Length": str(len(answer.body))})
    handler.wfile.write(half)
    handler.close_connection = True


def reset(handler: BaseHTTPRequestHandler, answer: Answer | None, stopping: threading.Event) -> None:
    """Reset the connection: at once, or after half of an answer."""
    if answer is not None:
        _head(handler, answer, {"Content-Length": str(len(answer.body))})
        handler.wfile.write(answer.body[: len(answer.body) // 2])
        stopping.wait(0.05)  # a reset throws away what the client has not read yet
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(LINGER, 1, 0))
    handler.connection.close()  # before the server's polite goodbye
    handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler, answer: Answer, kind: str, stopping: threading.Event) -> None:
    """Send a byte now and then until the client goes away or the server stops."""
    handler.close_connection = True
    if kind == "drip":
        _head(handler, answer, {"Content-Length": str(len(answer.body) + 10**6)})
    elif kind == "drip_headers":
        handler.send_response(200)
        handler.flush_headers()
        handler.wfile.write(b"X-Slow: ")
    with contextlib.suppress(OSError):
        while not stopping.wait(0.02):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" if kind == "continue" else b" ")


@lru_cache
def bomb(size: int) -> bytes:
    """Return a packed body that stands for so many blanks."""
    part, pack = b" " * (1 << 20), zlib.compressobj(9, wbits=31)
    return b"".join([*(pack.compress(part) for _ in range(size >> 20)), pack.flush()])


def send_bomb(handler: BaseHTTPRequestHandler, size: int = 1 << 25) -> None:
    """Send a packed body that is far larger unpacked."""
    body = bomb(size)
    _head(handler, Answer(200, body), {"Content-Length": str(len(body)), "Content-Encoding": "gzip"})
    with contextlib.suppress(OSError):
        handler.wfile.write(body)
    handler.close_connection = True


def stall(handler: BaseHTTPRequestHandler, stopping: threading.Event) -> None:
    """Send nothing until the client goes away or the server stops."""
    handler.close_connection = True
    handler.connection.settimeout(0.05)
    while not stopping.is_set():
        try:
            if not handler.connection.recv(1, socket.MSG_PEEK):
                return
            stopping.wait(0.05)
        except TimeoutError:
            continue
        except OSError:
            return
