"""How each kind of fault is made: answers with other content, and answers sent badly."""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from statline_server.answers import Answer, compact, error

LINKS = ("odata.nextLink", "@odata.nextLink")
FOREIGN = "http://elsewhere.invalid"
LINGER = "hh" if os.name == "nt" else "ii"
PIECES = 10  # of a body that dribbles
ERRORS = {"429": "Too many requests.", "500": "Internal error.", "502": "Bad gateway.", "503": "Service unavailable."}
PAGE = b"<!DOCTYPE html><html><head><title>Onderhoud</title></head><body><p>Even geduld.</p></body></html>"


def spoil(kind: str, path: str, base: str, page: int, answer: Callable[[str], Answer]) -> Answer:
    """Return the answer to a path with its rows or its link spoilt; an answer without rows is as it was."""
    path = path.replace("%24", "$")  # requests writes the dollar of a parameter so
    found = answer(path)
    document = json.loads(found.body) if found.status == 200 and found.body[:1] == b"{" else {}
    rows = document.get("value")
    if not rows:
        return found
    link = next((name for name in LINKS if name in document), None)
    skip = int((re.search(r"[?&]\$skip=(\d+)", path) or [0, 0])[1])
    if kind == "fewer_rows":
        document["value"] = [row for number, row in enumerate(rows) if number % 7 != 3 and number != len(rows) - 1]
    elif kind == "more_rows":
        document["value"] = rows + [_renamed(row, 10**9 + number) for number, row in enumerate(rows[:3])]
    elif kind == "duplicate_key":
        document["value"] = rows + rows[:1]
    elif kind == "repeated_page" and skip:
        earlier = json.loads(answer(_at(path, max(skip - page, 0))).body)
        document["value"] = earlier["value"]
    elif kind == "loop" and link:
        document[link] = base + _at(path, 0)
    elif kind == "loop" and skip:
        document[LINKS["@odata.context" in document]] = base + _at(path, 0)
    elif kind == "foreign_next" and link:
        document[link] = document[link].replace(base, FOREIGN)
    return Answer(found.status, compact(document).encode(), found.kind)


def _renamed(row: dict, number: int) -> dict:
    return {name: number if name in ("ID", "Id") else value for name, value in row.items()}


def _at(path: str, skip: int) -> str:
    return re.sub(r"([?&]\$skip=)\d+", rf"\g<1>{skip}", path)


def ruined(kind: str, answer: Answer) -> Answer:
    """Return the answer that stands in for another: an error, a web page, nothing, or JSON that stops half-way."""
    if kind in ERRORS:
        return error(int(kind), ERRORS[kind])
    if kind == "html":
        return Answer(200, PAGE, "text/html; charset=utf-8")
    return Answer(200, b"" if kind == "empty" else answer.body[: len(answer.body) // 2], answer.kind)


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
