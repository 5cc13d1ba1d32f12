"""The service of CBS on its two platforms: what a table is like, and its data page by page."""

from collections.abc import Iterator
from typing import Protocol

from analysis.errors import CallError
from analysis.statline.http import Web
from analysis.statline.table_writer import Tidier
from analysis.statline.wire_format import WireTable

PLATFORMS = ("auto", "v3", "v4")


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


def make_service(platform: str, base_url: str | None, web: Web) -> Service:
    """Return the client of a platform; ``v3`` is CBS's own host unless ``base_url`` names another."""
    from analysis.statline.v3 import V3
    from analysis.statline.v4 import V4

    if platform not in PLATFORMS:
        raise CallError(f"--platform {platform!r}: expected one of {', '.join(PLATFORMS)}.")
    kind = V4 if platform == "v4" else V3
    return kind(kind.HOME if base_url is None else base_url, web)
