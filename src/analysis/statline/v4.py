"""StatLine's second platform (OData v4, ``datasets``): one row a figure, and the number of figures is announced."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from analysis.statline.addresses import check_base_url, under_scheme
from analysis.statline.pages import PageChain, check_count, note_list_page
from analysis.statline.retry import NoAddressError, NotFoundError, TransientError
from analysis.statline.session import AT_ONCE, Session
from analysis.statline.wire_format import (
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

Rows = list[dict[str, Any]]


class V4:
    """The client of v4. ``base_url`` is a scheme and a host."""

    HOME = "https://datasets.cbs.nl"
    PLATFORM = "v4"

    def __init__(self, base_url: str, session: Session) -> None:
        self.scheme, self.host = check_base_url(base_url)
        self.session = session
        self.pool = ThreadPoolExecutor(AT_ONCE)

    def describe(self, table: str, prefetch: bool = False) -> WireTable:
        """Return v4's description of a table."""
        about = self.properties(table)
        root, dimensions, measures = self.pool.map(partial(self._rows, table), ("", "Dimensions", "MeasureCodes"))
        keys = [row["Identifier"] for row in dimensions]
        codes = dict(zip(keys, self.pool.map(partial(self._rows, table), [f"{key}Codes" for key in keys]), strict=True))
        grouped = "MeasureGroups" in {row["name"] for row in root}
        groups = self._rows(table, "MeasureGroups") if grouped else []
        return described(table, "v4", about, dimensions, codes, measures, groups)

    def modified(self, table: str) -> str | None:
        """Return when the table was last changed."""
        return change_date(self.properties(table).get("Modified"))

    def fill(self, table: WireTable, writer: TableWriter) -> Iterator[int]:
        """Put all data into the writer, page by page; yield how many cells were read."""
        url, names = self._url(table.id, "Observations"), ("Id", "@odata.nextLink", True)
        chain = PageChain(self.session, self.pool, url, names)
        try:
            for rows in chain.pages(table.announced, table.crossing):
                writer.add_long(rows)
                yield chain.rows
            writer.notes += check_count(table, chain)
        finally:
            chain.stop()

    def probe(self, table: WireTable, rows: int) -> Rows:
        """Return the first figures of a table."""
        url = f"{self._url(table.id, 'Observations')}?$top={rows}"
        return self.session.json(url)["value"]

    def ids_at(self, table: WireTable, row: int) -> list[int]:
        """Return the ids of the figure at a position and of the one behind it, of those that there are."""
        url = f"{self._url(table.id, 'Observations')}?$skip={row}&$top=2"
        return [row["Id"] for row in self.session.json(url)["value"]]

    def close(self) -> None:
        """Ask nothing more."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def properties(self, table: str) -> dict[str, Any]:
        """Return what v4 gives for a table as a whole."""

        def check(page: Any) -> dict[str, Any]:
            if not isinstance(page, dict) or not isinstance(page.get("Identifier"), str) or "Modified" not in page:
                raise TransientError("no description of a table")
            return page

        try:
            about = self.session.json(self._url(table, "Properties"), check)
        except NoAddressError as fault:
            raise NotFoundError(str(fault)) from fault
        same_id(table, about["Identifier"])
        return about

    def _rows(self, table: str, entity: str) -> Rows:
        """Return all rows of a list, along its links."""

        def attempt() -> Rows:
            url, rows, seen = self._url(table, entity), [], set()
            while url:
                note_list_page(url, seen, self.host)
                page = self.session.json_once(url)
                if not isinstance(page, dict) or not isinstance(page.get("value"), list):
                    raise TransientError("no list of rows")
                rows, link = rows + page["value"], page.get("@odata.nextLink")
                url = under_scheme(link, self.scheme) if link else ""
            return check_list(rows, {"": "name", "MeasureGroups": "Id"}.get(entity, "Identifier"))

        return self.session.retry(self._url(table, entity), attempt)

    def _url(self, table: str, entity: str) -> str:
        return f"{self.scheme}://{self.host}/odata/v1/CBS/{table}/{entity}".rstrip("/")


def described(
    table: str,
    platform: str,
    about: dict[str, Any],
    dimensions: Rows,
    codes: dict[str, Rows],
    measures: Rows,
    groups: Rows,
) -> WireTable:
    """Return a table from the lists of v4, which the bulk download has too."""
    titles = {row["Id"]: row for row in groups}
    return WireTable(
        id=same_id(table, about["Identifier"]),
        title=about["Title"].strip(),
        platform=platform,
        modified=change_date(about.get("Modified")),
        description=about.get("Summary") or "",
        dimensions=tuple(_dimension(row, codes[row["Identifier"]]) for row in dimensions),
        measures=tuple(
            WireMeasure(
                row["Identifier"],
                row["Title"].strip(),
                _groups(row.get("MeasureGroupId"), titles),
                row["Unit"] or "",
                int(row["Decimals"] or 0),
                row.get("DataType") == "String",
            )
            for row in measures
        ),
        announced=whole_number(about.get("ObservationCount")),
    )


def _dimension(row: dict[str, Any], codes: Rows) -> WireDimension:
    found = (
        (code["Identifier"], code["Title"], code.get("Status"), code.get("DimensionGroupId"), code.get("Description"))
        for code in codes
    )
    return wire_dimension(row["Identifier"], row["Title"], row["Kind"], found)


def _groups(identifier: str | None, known: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    row = known.get(identifier or "")
    return (*_groups(row.get("ParentId"), known), row["Title"].strip()) if row else ()
