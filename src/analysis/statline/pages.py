"""From page to page along CBS's own links, and the proof that nothing is missing between the first row and the last.

A page is followed by its own link; where the next addresses can be guessed they are asked for meanwhile, and a guess
counts only when a link asks for it. What is checked: ids are unique and increase, a link goes on where its page ends, a
page that a link leads to has rows, and at the end of the chain the rows are as many as announced. Where they are not,
the last page is read again and the page behind it has to be empty twice.
"""

import re
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol
from urllib.parse import urlsplit

from analysis.statline.addresses import under_scheme
from analysis.statline.retry import OverdueError, TransientError
from analysis.statline.session import AT_ONCE, Session
from analysis.statline.wire_format import WireTable

LONGEST_LIST = 100
"""Pages of a list of codes; data have more, and are followed otherwise."""
_SKIP = re.compile(r"((?:\$|%24)skip=)(\d+)")


class IncompleteError(Exception):
    """The data of a table do not make a whole, by themselves or with its description; read again they may."""


@dataclass(frozen=True)
class Page:
    """Rows with the first and last of their ids, whether these have gaps, and the address of the next page."""

    rows: list[dict[str, Any]]
    first: int
    last: int
    gaps: bool
    link: str


class PageChain:
    """The data of one table. ``gaps_allowed`` says whether ids may leave numbers out (v4: unique and increasing)."""

    def __init__(self, session: Session, pool: ThreadPoolExecutor, url: str, names: tuple[str, str, bool]) -> None:
        self.session, self.pool, self.url = session, pool, url
        self.id_name, self.link_name, self.gaps_allowed = names
        self.rows, self.gaps = 0, False
        self._waiting: dict[str, Future[Page]] = {}

    def start(self) -> None:
        """Ask for the first page, and then for those behind it, before anyone needs them."""
        self._ask(self.url).add_done_callback(self._ask_behind_first)

    def stop(self) -> None:
        """Ask nothing more."""
        for page in list(self._waiting.values()):
            page.cancel()
        self._waiting.clear()

    def pages(self, announced: int | None, most: int) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of each page.

        Parameters
        ----------
        announced : int or None
            How many rows there should be, where CBS announces it.
        most : int
            How many there can be, by the lists of codes.

        Raises
        ------
        IncompleteError
            When the pages do not make a whole, or there are more rows than codes can make.
        """
        url, linked, last, ends = self.url, False, -1, 0
        while True:
            page = self._take(url, linked and self.rows != announced, last)
            if page.rows:
                self.gaps |= page.gaps or page.first != last + 1
                self.rows, last = self.rows + len(page.rows), page.last
                if self.rows > most:
                    raise IncompleteError(f"{self.url}: expected at most {most} rows, by the codes; found more")
                yield page.rows
            if page.link:
                self._ask_ahead(page.link, len(page.rows), announced)
            elif self.rows == announced:
                return
            else:
                if page.rows:
                    self._same_again(url, page)
                ends = 0 if page.rows else ends + 1
                if ends == 2:
                    return
            url, linked = page.link or _at(self.url, self.rows), bool(page.link)

    def _take(self, url: str, linked: bool, last: int) -> Page:
        """Return the page at an address; one that a link leads to has rows, and rows go on behind the last."""
        waiting = self._waiting.pop(url, None)
        page = waiting.result() if waiting else self._page(url, linked)
        if linked and not page.rows:
            page = self._page(url, linked)
        if page.rows and (page.gaps or page.first != last + 1):
            again = self._page(url, linked)
            if again.gaps and (again.rows, again.link) != (page.rows, page.link):
                raise IncompleteError(f"{url}: read twice, two different pages")
            page = again
        if page.rows and page.first <= last:
            raise IncompleteError(f"{url}: expected rows behind number {last}, found number {page.first} again")
        return page

    def _same_again(self, url: str, page: Page) -> None:
        """Read the page at which the chain ends early once more."""
        again = self._page(url, linked=False)
        if (again.rows, again.link) != (page.rows, page.link):
            raise IncompleteError(f"{url}: read twice, two different pages")

    def _ask(self, url: str) -> Future[Page]:
        if url not in self._waiting:
            self._waiting[url] = self.pool.submit(self._page, url, linked=False)
        return self._waiting[url]

    def _ask_behind_first(self, first: Future[Page]) -> None:
        if not first.cancelled() and first.exception() is None and first.result().link:
            with suppress(RuntimeError):  # the pool may have been closed meanwhile
                self._ask_ahead(first.result().link, len(first.result().rows), None)

    def _ask_ahead(self, link: str, size: int, announced: int | None) -> None:
        found = _SKIP.search(link)
        urls = [_at(link, int(found[2]) + size * number) for number in range(AT_ONCE)] if found and size else [link]
        for url in urls:
            if url == link or (_skip(url) or 0) < (announced or sys.maxsize):
                self._ask(url)

    def _page(self, url: str, linked: bool) -> Page:
        return self.session.json(url, check=lambda found: self._checked(found, url, linked))

    def _checked(self, found: Any, url: str, linked: bool) -> Page:
        """Return a page that is whole by itself; else a TransientError names what is wrong with it."""
        try:
            rows, link = found["value"], found.get(self.link_name) or ""
            ids = [int(row[self.id_name]) for row in rows]
        except (KeyError, TypeError, AttributeError) as fault:
            raise TransientError(f"not a page of rows ({fault!r})") from fault
        skip = _skip(url)
        if not ids:
            if linked or link:
                raise TransientError("an empty page inside the chain")
            return Page(rows, 0, 0, False, "")
        gaps = ids != list(range(ids[0], ids[0] + len(ids)))
        increasing = not gaps or (self.gaps_allowed and all(one < other for one, other in pairwise(ids)))
        if not increasing or ids[0] < (skip or 0) or (not self.gaps_allowed and skip is not None and ids[0] != skip):
            raise TransientError(f"expected rows from number {skip or 0} on, each once; found others")
        link = self._own(link, url) if link else ""
        if link and None not in (skip, _skip(link)) and _skip(link) != skip + len(ids):
            raise TransientError(f"{len(ids)} rows from number {skip}, and the next page from {_skip(link)}")
        return Page(rows, ids[0], ids[-1], gaps, link)

    def _own(self, link: str, url: str) -> str:
        """Return a link under the scheme that is asked; one to another host or table, or back, is not followed."""
        here, there = urlsplit(url), urlsplit(link)
        same = there.netloc == here.netloc and there.path.strip("/").lower() == here.path.strip("/").lower()
        link = under_scheme(link, here.scheme)
        if not same or link == url:
            raise TransientError(f"the next page is elsewhere: {link}")
        return link


def note_list_page(url: str, seen: set[str], host: str) -> None:
    """Put the address of a list's page among those asked for; one elsewhere, in a circle or without end is refused."""
    if url in seen or urlsplit(url).netloc != host:
        raise TransientError(f"the next page is elsewhere or was here already: {url}")
    if len(seen) == LONGEST_LIST:
        raise OverdueError(f"the list goes on behind {LONGEST_LIST} pages: {url}")
    seen.add(url)


class Count(Protocol):
    """How many rows were read, and whether their ids leave numbers out."""

    rows: int
    gaps: bool


def check_count(table: WireTable, count: Count) -> tuple[str, ...]:
    """Return a note where the rows are not as many as announced though their end is confirmed.

    Raises
    ------
    IncompleteError
        When rows are missing, or when it cannot be decided whether they are.
    """
    found, announced, what = count.rows, table.announced, "rows" if table.platform == "v3" else "cells"
    if found == announced:
        return ()
    counts = f"expected {announced} {what}, found {found}" if announced is not None else f"found {found} {what}"
    if count.gaps:
        raise IncompleteError(f"table {table.id}: {counts} with gaps in their numbers")
    if announced is not None and found < announced == table.crossing:
        raise IncompleteError(f"table {table.id}: {counts}, though every combination of codes has one")
    confirmed = "the file is whole" if table.platform == "csv" else "the end was confirmed twice"
    number = "no number of" if announced is None else announced
    return (f"CBS announces {number} {what}; {found} were read, and {confirmed}",)


def _skip(url: str) -> int | None:
    """Return the row at which the page of an address begins; None where the address does not show it."""
    found = _SKIP.search(url)
    return int(found[2]) if found else None if "skiptoken" in url.lower() else 0


def _at(url: str, skip: int) -> str:
    if _SKIP.search(url):
        return _SKIP.sub(rf"\g<1>{skip}", url)
    return f"{url}{'&' if '?' in url else '?'}$skip={skip}"
