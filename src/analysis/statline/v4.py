"""StatLine's second platform (OData v4, ``datasets``): one row a figure, and the number of figures is announced."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from analysis.statline.addresses import check_base_url
from analysis.statline.http import AT_ONCE, BrokenPageError, Web
from analysis.statline.table_writer import Tidier
from analysis.statline.wire_format import WireDimension, WireMeasure, WireTable, same_id, wire_dimension


class V4:
    """The client of v4. ``base_url`` is a scheme and a host."""

    HOME = "https://datasets.cbs.nl"

    def __init__(self, base_url: str, web: Web) -> None:
        self.scheme, self.host = check_base_url(base_url)
        self.web = web
        self.pool = ThreadPoolExecutor(AT_ONCE)

    def describe(self, table: str, ahead: bool = False) -> WireTable:
        """Return what v4 says of a table."""
        about = self._properties(table)
        root, dimensions, measures = self.pool.map(partial(self._rows, table), ("", "Dimensions", "MeasureCodes"))
        keys = [row["Identifier"] for row in dimensions]
        codes = dict(zip(keys, self.pool.map(partial(self._rows, table), [f"{key}Codes" for key in keys]), strict=True))
        grouped = "MeasureGroups" in {row["name"] for row in root}
        groups = self._rows(table, "MeasureGroups") if grouped else []
        titles = {row["Id"]: row for row in groups}
        return WireTable(
            id=table,
            title=about["Title"].strip(),
            platform="v4",
            modified=about["Modified"],
            description=about.get("Summary") or "",
            dimensions=tuple(_dimension(row, codes[row["Identifier"]], table) for row in dimensions),
            measures=tuple(
                WireMeasure(
                    row["Identifier"],
                    row["Title"].strip(),
                    _groups(row["MeasureGroupId"], titles),
                    row["Unit"],
                    int(row["Decimals"]),
                )
                for row in measures
            ),
            rows=int(about["ObservationCount"]),
        )

    def modified(self, table: str) -> str:
        """Return when the table was last changed."""
        return self._properties(table)["Modified"]

    def fill(self, table: WireTable, tidier: Tidier) -> Iterator[int]:
        """Put all data into the tidier, up to four pages asked for ahead; yield the rows of each page."""
        first, size = self._page(table.id, 0, table.rows)
        tidier.add_long(first)
        yield len(first)
        places = range(len(first), table.rows or 0, size or 1)
        for start in range(0, len(places), AT_ONCE):
            ask = partial(self._page, table.id, announced=table.rows)
            for rows, _ in self.pool.map(ask, places[start : start + AT_ONCE]):
                tidier.add_long(rows)
                yield len(rows)

    def close(self) -> None:
        """Ask nothing more."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _page(self, table: str, skip: int, announced: int | None) -> tuple[list[dict[str, Any]], int]:
        params = {"$skip": str(skip)} if skip else {}
        check = partial(self._whole, skip=skip, announced=announced or 0)
        return self.web.json(self._url(table, "Observations"), params, check)

    def _whole(self, page: Any, skip: int, announced: int) -> tuple[list[dict[str, Any]], int]:
        """Return the rows of a page and, when it says there are more, how many a page has; else 0."""
        try:
            rows, link = page["value"], page.get("@odata.nextLink")
            numbers = [int(row["Id"]) for row in rows]
        except (KeyError, TypeError, AttributeError) as fault:
            raise BrokenPageError(f"not a page of figures ({fault!r})") from fault
        end = skip + len(rows)
        if numbers != list(range(skip, end)):
            raise BrokenPageError(f"expected figures {skip} and on, each once; found others")
        if link is not None and urlsplit(link).netloc != self.host:
            raise BrokenPageError(f"the next page is on another host: {urlsplit(link).netloc}")
        if end > announced or (link is None and end != announced) or (link is not None and not rows):
            raise BrokenPageError(f"expected {announced} figures in all, found {end} at the end")
        return rows, len(rows) if link is not None else 0

    def _properties(self, table: str) -> dict[str, Any]:
        def check(page: Any) -> dict[str, Any]:
            if not isinstance(page, dict) or "Modified" not in page:
                raise BrokenPageError("no description of a table")
            return page

        about = self.web.json(self._url(table, "Properties"), None, check)
        same_id(table, about["Identifier"])
        return about

    def _rows(self, table: str, entity: str) -> list[dict[str, Any]]:
        def check(page: Any) -> list[dict[str, Any]]:
            if not isinstance(page, dict) or not isinstance(page.get("value"), list) or "@odata.nextLink" in page:
                raise BrokenPageError("no list of rows, or not all of it")
            names = [row.get("Identifier") or row.get("name") or row.get("Id") for row in page["value"]]
            if len(set(names)) != len(names):
                raise BrokenPageError("expected each row once, found some twice")
            return page["value"]

        return self.web.json(self._url(table, entity), None, check)

    def _url(self, table: str, entity: str) -> str:
        return f"{self.scheme}://{self.host}/odata/v1/CBS/{table}/{entity}".rstrip("/")


def _dimension(row: dict[str, Any], codes: list[dict[str, Any]], table: str) -> WireDimension:
    named = [(code["Identifier"], code["Title"], code.get("Status")) for code in codes]
    return wire_dimension(table, row["Identifier"], row["Title"], row["Kind"], named)


def _groups(identifier: str | None, known: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    row = known.get(identifier or "")
    return (*_groups(row.get("ParentId"), known), row["Title"].strip()) if row else ()
