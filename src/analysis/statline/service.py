"""The service of CBS on its platforms: what a table is like, and its data part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from analysis.errors import CallError
from analysis.statline.session import Session
from analysis.statline.wire_format import WireTable

if TYPE_CHECKING:
    from analysis.statline.table_writer import TableWriter

PLATFORMS = ("csv", "v3", "v4")
"""The order in which ``auto`` asks: one request a table before pages of 10,000 rows, and text with dots before v4."""


class Service(Protocol):
    """One platform."""

    PLATFORM: str

    def describe(self, table: str, prefetch: bool = False) -> WireTable:
        """Return the platform's description of a table; with ``prefetch`` it may ask for data meanwhile."""

    def modified(self, table: str) -> str | None:
        """Return when the table was last changed."""

    def fill(self, table: WireTable, writer: TableWriter) -> Iterator[int]:
        """Put all data of a table into the writer, yielding how many rows were read."""

    def close(self) -> None:
        """Ask nothing more."""


def make_services(platform: str, base_url: str | None, session: Session) -> list[Service]:
    """Return the clients of a platform, or of all for ``auto``: CBS's own hosts unless ``base_url`` names another."""
    from analysis.statline.bulk_csv import BulkCsv
    from analysis.statline.v3 import V3
    from analysis.statline.v4 import V4

    kinds = {"csv": BulkCsv, "v3": V3, "v4": V4}
    if platform != "auto" and platform not in kinds:
        raise CallError(f"--platform {platform!r}: expected one of auto, {', '.join(PLATFORMS)}.")
    chosen = [kinds[each] for each in (PLATFORMS if platform == "auto" else (platform,))]
    return [kind(kind.HOME if base_url is None else base_url, session) for kind in chosen]
