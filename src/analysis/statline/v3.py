"""StatLine's first platform (OData v3): metadata through cbsodata, data through a pager of our own.

cbsodata 1.3.5 gives every entity of a table as served, with its codes. Its data calls replace codes by titles, and
start from the first page again when one fails; so pages are asked for here (docs/decisions/pulling.md).
"""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from analysis.errors import DataError
from analysis.statline.addresses import check_base_url
from analysis.statline.http import AT_ONCE, USER_AGENT, BrokenPageError, UnreachableError, Web
from analysis.statline.table_writer import Tidier
from analysis.statline.wire_format import WireDimension, WireMeasure, WireTable, same_id, wire_dimension

_DIMENSIONS = ("Dimension", "TimeDimension", "GeoDimension", "GeoDetail")


class V3:
    """The client of v3. ``base_url`` is a scheme and a host."""

    HOME = "https://opendata.cbs.nl"

    def __init__(self, base_url: str, web: Web) -> None:
        self.scheme, self.host = check_base_url(base_url)
        self.web = web
        self.pool = ThreadPoolExecutor(AT_ONCE)
        self.waiting: dict[tuple[str, int], Future] = {}

    def describe(self, table: str, ahead: bool = False) -> WireTable:
        """Return what v3 says of a table; with ``ahead``, its data are asked for meanwhile."""
        for place in [place for place in self.waiting if place[0] == table]:
            self.waiting.pop(place).cancel()  # pages of a state that is gone
        entities = ("TableInfos", "DataProperties")
        asked, properties = (self.pool.submit(self._meta, table, entity) for entity in entities)
        announced = self.pool.submit(self._announced, table)
        about = asked.result()  # first: no page may be older than the date it is kept under
        if ahead:
            self._ask(table, 0)
            self.waiting[table, 0].add_done_callback(partial(self._ask_more, table, 0))
        columns = properties.result()
        keys = [row["Key"] for row in columns if row["Type"] in _DIMENSIONS]
        if not keys:
            raise DataError(f"table {table}: expected at least one dimension.")
        codes = dict(zip(keys, self.pool.map(partial(self._meta, table), keys), strict=True))
        return WireTable(
            id=same_id(table, about[0]["Identifier"]),
            title=about[0]["Title"].strip(),
            platform="v3",
            modified=about[0]["Modified"],
            description=about[0].get("ShortDescription") or "",
            dimensions=tuple(_dimension(row, codes[row["Key"]], table) for row in columns if row["Key"] in codes),
            measures=_measures(columns),
            rows=announced.result(),
        )

    def close(self) -> None:
        """Ask nothing more."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def modified(self, table: str) -> str:
        """Return when the table was last changed."""
        return self._meta(table, "TableInfos")[0]["Modified"]

    def fill(self, table: WireTable, tidier: Tidier) -> Iterator[int]:
        """Put all data into the tidier, page by page, up to four asked for ahead; yield the rows of each page.

        Every page is checked to begin where it should and to be whole. The end is where the rows are as many as the
        catalogue announces; where they are not, where a page after the last row is empty.
        """
        size = 1
        while size or tidier.rows != table.rows or not tidier.rows:
            self._ask(table.id, tidier.rows)
            rows, size = self.waiting.pop((table.id, tidier.rows)).result()
            if not rows and tidier.rows < (table.rows or 0):
                raise UnreachableError(
                    f"table {table.id}: expected {table.rows} rows, found {tidier.rows} and no more."
                )
            if not rows:
                return
            tidier.add_wide(rows)
            yield len(rows)
            for place in range(tidier.rows, min(tidier.rows + AT_ONCE * size, table.rows or sys.maxsize), size or 1):
                self._ask(table.id, place)

    def _ask(self, table: str, skip: int) -> None:
        if (table, skip) not in self.waiting:
            self.waiting[table, skip] = self.pool.submit(self._page, table, skip)

    def _ask_more(self, table: str, skip: int, page: Future) -> None:
        """Ask for the pages behind one that has come."""
        if not page.cancelled() and page.exception() is None:
            rows, size = page.result()
            with suppress(RuntimeError):  # the pool may have been closed meanwhile
                for place in range(skip + len(rows), skip + AT_ONCE * size, size or 1):
                    self._ask(table, place)

    def _announced(self, table: str) -> int | None:
        """Return how many rows the catalogue says the table has, None when it does not say."""
        import cbsodata

        limit = self.web.patience
        get = partial(cbsodata.get_table_list, filters=f"Identifier eq '{table}'", catalog_url=self.host)
        get = partial(get, timeout=(limit.connect, limit.read))
        found = self.web.patiently(f"catalogue, {table}", partial(self._anew, get))
        return int(found[0]["RecordCount"]) if found and found[0].get("RecordCount") else None

    def _page(self, table: str, skip: int) -> tuple[list[dict[str, Any]], int]:
        url = f"{self.scheme}://{self.host}/ODataFeed/odata/{table}/UntypedDataSet"
        params = {"$format": "json"} | ({"$skip": str(skip)} if skip else {})
        return self.web.json(url, params, partial(self._whole, skip=skip))

    def _whole(self, page: Any, skip: int) -> tuple[list[dict[str, Any]], int]:
        """Return the rows of a page and, when it says there are more, how many a page has; else 0."""
        try:
            rows, link = page["value"], page.get("odata.nextLink")
            numbers = [int(row["ID"]) for row in rows]
        except (KeyError, TypeError, AttributeError) as fault:
            raise BrokenPageError(f"not a page of rows ({fault!r})") from fault
        if numbers != list(range(skip, skip + len(rows))):
            raise BrokenPageError(f"expected rows {skip} and on, each once; found others")
        if link is None:
            return rows, 0
        if not rows or self._next(link) != skip + len(rows):
            raise BrokenPageError(f"the next page begins elsewhere than after {skip + len(rows)} rows")
        return rows, len(rows)

    def _next(self, link: str) -> int:
        """Return the row at which a link to the next page begins; another host is not followed."""
        parts = urlsplit(link)
        if parts.netloc != self.host:
            raise BrokenPageError(f"the next page is on another host: {parts.netloc}")
        return int(parse_qs(parts.query).get("$skip", ["-1"])[0])

    def _anew(self, get: Callable[[], Any]) -> Any:
        """Call cbsodata, which follows any link and however often, so that a link elsewhere or in a circle ends it."""
        _asked.host, _asked.urls = self.host, set()
        return get()

    def _meta(self, table: str, entity: str) -> list[dict[str, Any]]:
        import cbsodata
        from cbsodata import cbsodata3

        # cbsodata makes its sessions without a name; the setting of the scheme is its only one for all calls
        cbsodata3.Session = _NamedSession
        cbsodata.options.use_https = self.scheme == "https"
        limit = self.web.patience
        get = partial(cbsodata.get_meta, table, entity, catalog_url=self.host, timeout=(limit.connect, limit.read))

        def attempt() -> list[dict[str, Any]]:
            try:
                rows = self._anew(get)
                names = [row.get("Key") or row.get("Identifier") or row["ID"] for row in rows]
            except (KeyError, TypeError, AttributeError) as fault:
                raise BrokenPageError(f"not a list of rows ({fault!r})") from fault
            if len(set(names)) != len(names) or (entity == "TableInfos" and len(names) != 1):
                raise BrokenPageError("expected each row once, found some twice or none")
            return rows

        return self.web.patiently(f"table {table}, {entity}", attempt)


_asked = threading.local()
"""The host that is asked, and the addresses of one list so far."""


class _NamedSession(requests.Session):
    """A session that says who asks."""

    def send(self, request, **options):
        request.headers.setdefault("User-Agent", USER_AGENT)
        urls = getattr(_asked, "urls", set())
        if urls and (request.url in urls or urlsplit(request.url).netloc != _asked.host):
            raise BrokenPageError(f"the next page is elsewhere or was here already: {request.url}")
        urls.add(request.url)
        return super().send(request, **options)


def _dimension(row: dict[str, Any], codes: list[dict[str, Any]], table: str) -> WireDimension:
    named = [(code["Key"], code["Title"], code.get("Status")) for code in codes]
    return wire_dimension(table, row["Key"], row["Title"], row["Type"], named)


def _measures(properties: list[dict[str, Any]]) -> tuple[WireMeasure, ...]:
    known = {row["ID"]: row for row in properties}

    def groups(row: dict[str, Any]) -> tuple[str, ...]:
        parent = known.get(row["ParentID"])
        return (*groups(parent), parent["Title"].strip()) if parent else ()

    return tuple(
        WireMeasure(row["Key"], row["Title"].strip(), groups(row), row["Unit"], int(row["Decimals"]))
        for row in properties
        if row["Type"] == "Topic"
    )
