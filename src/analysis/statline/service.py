"""The service of CBS on its two platforms: what a table is like, and its data page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit

from analysis.errors import CallError
from analysis.statline.tidy import Tidier
from analysis.statline.web import Web
from analysis.statline.wire import WireTable

PLATFORMS = ("auto", "v3", "v4")
_TABLE = re.compile(r"[0-9]{5}[A-Za-z0-9]{0,5}")


class Service(Protocol):
    """One platform."""

    def describe(self, table: str, ahead: bool = False) -> WireTable:
        """Return what the platform says of a table; with ``ahead`` it may ask for data meanwhile."""

    def modified(self, table: str) -> str:
        """Return when the table was last changed."""

    def fill(self, table: WireTable, tidier: Tidier) -> Iterator[int]:
        """Put all data of a table into the tidier, yielding the rows of each page."""

    def close(self) -> None:
        """Ask nothing more."""


def check_table(table: str) -> str:
    """Return a table id that can be one; a path, an address or an odd text is refused."""
    if not _TABLE.fullmatch(table):
        raise CallError(f"table {table!r} is not an id: expected five digits and letters, such as 85615NED.")
    return table


def check_base_url(url: str) -> tuple[str, str]:
    """Return scheme and host of a base address; a CallError says what it should look like."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise CallError(f"--base-url {url!r}: expected a scheme and a host, such as http://127.0.0.1:8000.")
    return parts.scheme, parts.netloc


def make_service(platform: str, base_url: str | None, web: Web) -> Service:
    """Return the client of a platform; ``v3`` is CBS's own host unless ``base_url`` names another."""
    from analysis.statline.v3 import V3
    from analysis.statline.v4 import V4

    if platform not in PLATFORMS:
        raise CallError(f"--platform {platform!r}: expected one of {', '.join(PLATFORMS)}.")
    kind = V4 if platform == "v4" else V3
    return kind(kind.HOME if base_url is None else base_url, web)
