"""StatLine's first platform (OData v3): metadata through cbsodata, data through a pager of our own.

cbsodata 1.3.5 gives every entity of a table as served, with its codes. Its data calls replace codes by titles, and
start from the first page again when one fails; so pages are asked for here (docs/decisions/pulling.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import requests

from analysis.statline.addresses import check_base_url, under_scheme
from analysis.statline.pages import PageChain, check_count, note_list_page
from analysis.statline.retry import NoAddressError, NotFoundError, TransientError
from analysis.statline.session import AT_ONCE, Session
from analysis.statline.wire_format import (
    DIMENSIONS,
    WireDimension,
    WireMeasure,
    WireTable,
    change_date,
    check_list,
    same_id,
    whole_number,
    wire_dimension,
)

if TYPE_CHECKING:
    from analysis.statline.table_writer import TableWriter

_NAMES = {"DataProperties": "ID", "TableInfos": "ID", "CategoryGroups": "ID"}


class V3:
    """The client of v3. ``base_url`` is a scheme and a host."""

    HOME = "https://opendata.cbs.nl"
    PLATFORM = "v3"

    def __init__(self, base_url: str, session: Session) -> None:
        self.scheme, self.host = check_base_url(base_url)
        self.session = session
        self.pool = ThreadPoolExecutor(AT_ONCE)
        self._started: dict[str, PageChain] = {}

    def describe(self, table: str, prefetch: bool = False) -> WireTable:
        """Return v3's description of a table; with ``prefetch``, its data are requested meanwhile."""
        self._forget(table)  # pages of a state that has passed
        properties = self.pool.submit(self._metadata, table, "DataProperties")
        announced = self.pool.submit(self._announced, table)
        about = self._about(table)  # first: no page may be older than the date it is kept under
        if prefetch:
            self._started[table] = self._chain(table)
            self._started[table].start()
        columns = properties.result()
        keys = [row["Key"] for row in columns if row["Type"] in DIMENSIONS]
        codes = dict(zip(keys, self.pool.map(partial(self._metadata, table), keys), strict=True))
        grouped = any(row.get("CategoryGroupID") is not None for rows in codes.values() for row in rows)
        groups = {row["ID"]: row["Title"] for row in self._metadata(table, "CategoryGroups")} if grouped else {}
        return WireTable(
            id=same_id(table, about["Identifier"]),
            title=about["Title"].strip(),
            platform="v3",
            modified=change_date(about.get("Modified")),
            description=about.get("ShortDescription") or "",
            dimensions=tuple(_dimension(row, codes[row["Key"]], groups) for row in columns if row["Key"] in codes),
            measures=_measures(columns),
            announced=announced.result(),
        )

    def modified(self, table: str) -> str | None:
        """Return when the table was last changed."""
        return change_date(self._about(table).get("Modified"))

    def fill(self, table: WireTable, writer: TableWriter) -> Iterator[int]:
        """Put all data into the writer, page by page; yield how many rows were read."""
        chain = self._started.pop(table.id, None) or self._chain(table.id, table)
        try:
            for rows in chain.pages(table.announced, table.crossing):
                writer.add_wide(rows)
                yield chain.rows
            writer.notes += check_count(table, chain)
        finally:
            chain.stop()

    def probe(self, table: WireTable, rows: int) -> list[dict[str, Any]]:
        """Return the first rows of a table."""
        return self.session.json(f"{self._chain(table.id).url}&$top={rows}")["value"]

    def ids_at(self, table: WireTable, row: int) -> list[int]:
        """Return the ids of the row at a position and of the one behind it, of those that there are."""
        url = f"{self._chain(table.id).url}&$skip={row}&$top=2"
        return [row["ID"] for row in self.session.json(url)["value"]]

    def close(self) -> None:
        """Ask nothing more."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _forget(self, table: str) -> None:
        if table in self._started:
            self._started.pop(table).stop()

    def _chain(self, table: str, described: WireTable | None = None) -> PageChain:
        url = f"{self.scheme}://{self.host}/ODataFeed/odata/{table}/UntypedDataSet?$format=json"
        if described is not None and described.kept:
            keys = [each.key for each in (*described.dimensions, *described.texts, *described.numbers) if each.key]
            url += f"&$select={','.join(['ID', *keys])}"
        return PageChain(self.session, self.pool, url, ("ID", "odata.nextLink", False))

    def _announced(self, table: str) -> int | None:
        """Return how many rows the catalogue announces for the table, None where it does not."""
        import cbsodata

        get = partial(cbsodata.get_table_list, filters=f"Identifier eq '{table}'", catalog_url=self.host)
        try:
            found = self.session.retry(
                f"{self.scheme}://{self.host}/ODataCatalog, {table}", partial(self._through, get)
            )
        except NoAddressError:
            return None
        return whole_number(found[0].get("RecordCount")) if found else None

    def _about(self, table: str) -> dict[str, Any]:
        try:
            return self._metadata(table, "TableInfos")[0]
        except NoAddressError as fault:
            raise NotFoundError(str(fault)) from fault

    def _metadata(self, table: str, entity: str) -> list[dict[str, Any]]:
        import cbsodata

        get = partial(cbsodata.get_meta, table, entity, catalog_url=self.host)

        def attempt() -> list[dict[str, Any]]:
            rows = check_list(self._through(get), _NAMES.get(entity, "Key"))
            if entity == "TableInfos" and len(rows) != 1:
                raise TransientError(f"expected one table, found {len(rows)}")
            return rows

        return self.session.retry(f"{self.scheme}://{self.host}, table {table}, {entity}", attempt)

    def _through(self, get: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Call cbsodata, whose requests go through the session of this pull."""
        from cbsodata import cbsodata3

        cbsodata3.Session = _session
        _asked.session, _asked.scheme, _asked.host, _asked.urls = self.session, self.scheme, self.host, set()
        try:
            return get()
        except (KeyError, TypeError, AttributeError) as fault:
            raise TransientError(f"not a list of rows ({fault!r})") from fault
        finally:
            _asked.session = None


_asked = threading.local()
"""The session, scheme and host of the thread that asks, and the addresses of one list so far."""


def _session() -> _Borrowed | requests.Session:
    """Return what cbsodata asks through: the session of a pull on its threads, on all others one of its own."""
    return _Borrowed() if getattr(_asked, "session", None) else requests.Session()


class _Borrowed:
    """Stands in for the session that cbsodata makes for each request, which knows no proxy, bundle, clock or name.

    cbsodata follows any link and however often; one elsewhere or in a circle ends it here.
    """

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        """Return the whole answer to a prepared request."""
        url = under_scheme(str(request.url), _asked.scheme)
        note_list_page(url, _asked.urls, _asked.host)
        answer = requests.Response()
        answer.status_code, answer.url = requests.codes.ok, url
        answer._content = _asked.session.fetch(url).decode("utf-8-sig").encode()  # bytes that are no text are refused
        return answer


def _dimension(row: dict[str, Any], codes: list[dict[str, Any]], groups: dict[int, str]) -> WireDimension:
    found = (
        (
            code["Key"],
            code["Title"],
            code.get("Status"),
            groups.get(code.get("CategoryGroupID")),
            code.get("Description"),
        )
        for code in codes
    )
    return wire_dimension(row["Key"], row["Title"], row["Type"], found)


def _measures(properties: list[dict[str, Any]]) -> tuple[WireMeasure, ...]:
    known = {row["ID"]: row for row in properties}

    def groups(row: dict[str, Any]) -> tuple[str, ...]:
        parent = known.get(row["ParentID"])
        return (*groups(parent), parent["Title"].strip()) if parent else ()

    return tuple(
        WireMeasure(
            row["Key"],
            row["Title"].strip(),
            groups(row),
            row["Unit"] or "",
            int(row["Decimals"] or 0),
            row.get("Datatype") == "String",
        )
        for row in properties
        if row["Type"] == "Topic"
    )
