"""Faults: which kinds there are, and when they come."""

from __future__ import annotations

import math
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

# Each kind, with the real fault it stands for. ``kind:number`` sets the seconds of ``slow`` and ``429``.
LOUD = {
    "reset": "the connection is reset before any byte: the outage of the v3 service from 12 February 2026",
    "reset_midbody": "the connection is reset after half of the body: a load balancer that gives up",
    "stall": "no byte ever comes: a worker that hangs, seen as a client that waits for ever",
    "slow": "the body dribbles in: a busy evening; no fault for a client with patience",
    "429": "too many requests, with Retry-After: a limit on one address",
    "500": "internal error: a query that the service cannot handle at this moment",
    "502": "bad gateway: the service behind the proxy restarts",
    "503": "service unavailable: maintenance",
    "truncated": "fewer bytes than Content-Length says, then the end: deep paging cut off in mid-body",
    "truncated_chunked": "a chunked body without its last chunk: the same, behind a proxy",
    "broken_json": "status 200, whole by its length, yet the JSON stops half-way: an error while writing a page",
    "html": "status 200 with a web page: a maintenance page or the portal of a hotel's network",
    "empty": "status 200 without a body: a cache that stored an aborted answer",
    "drip": "the body comes a byte now and then, without end: a worker that hangs while it writes",
    "drip_headers": "the headers come a byte now and then, without end: the same, a moment earlier",
    "continue": "100 Continue, again and again: a proxy that waits for its own upstream",
    "bomb": "a small packed body that stands for gigabytes of blanks: a broken cache, or malice",
    "latin1": "the letters are latin-1 while CBS writes UTF-8: a proxy that recodes",
    "retry_odd": "too many requests, with a Retry-After that is no number (²)",
}
LASTING = {
    "404": "not there: a table that was withdrawn, or a wrong address",
    "302": "elsewhere: the portal of a network where one has to log in",
    "403": "forbidden: a block on one address",
    "retry_long": "too many requests, with Retry-After: 99999999",
}
CONTENT = {
    "fewer_rows": "some rows of a page are missing: a replica that is behind",
    "more_rows": "a page has rows under new ids: the table grew while it was read",
    "duplicate_key": "a row comes twice: pages cut from a query without a fixed order",
    "repeated_page": "the rows of the page before, again: a cache that leaves out $skip; the first page is as it was",
    "loop": "the link to the next page goes to this page, or from a later page to the first: a faulty proxy",
    "foreign_next": "the link to the next page names another host: a service that does not know its own name",
    "short_page": "a page has fewer rows than the first, and its link goes on right behind them: legal OData",
    "short_end": "a page has fewer rows and no link: a replica that is behind, on its last page",
    "no_link": "a page that has a link to the next lacks it",
    "empty_page": "a page without rows and without a link: a replica that has none of the table",
    "count_off": "the number of rows or cells that is announced is off by ten, or not there",
    "endless": "a last page or list has a link to a next one, and that again: a faulty proxy",
    "odd_figure": "a figure of a page has letters, or decimals that its measure has not: a replica that is damaged",
    "code_twice": "a list has a code a second time, with blanks behind it: an update of the list half done",
    "undated": "there is no date of change",
    "changed_midway": "from this request on the table has a later date of change: an update during the download",
}
KINDS = LOUD | LASTING | CONTENT
ALWAYS = math.inf


class Faults(Protocol):
    """Whatever tells the fault, if any, of a request: its number from 1, and its path with query."""

    def draw(self, number: int, path: str) -> str | None:
        """Return a kind of fault, or None."""


def known(kind: str) -> str:
    """Return the kind itself; a kind that does not exist is a ValueError."""
    if kind.partition(":")[0] not in KINDS:
        raise ValueError(f"no fault {kind!r}; there are {sorted(KINDS)}")
    return kind


class Plan:
    """Faults at set times.

    Each entry is ``(when, kind)`` or ``(when, kind, times)``. ``when`` is the number of a request, a piece of text
    that the path with query contains, or a predicate on it. An entry serves once, or ``times`` (``ALWAYS``).
    """

    def __init__(self, entries: Iterable[tuple]) -> None:
        self._lock = threading.Lock()
        self._entries = [[when, known(kind), *(times or [1])] for when, kind, *times in entries]

    def draw(self, number: int, path: str) -> str | None:
        """Return the kind of the first entry that is due."""
        with self._lock:
            for entry in self._entries:
                if entry[2] > 0 and _due(entry[0], number, path):
                    entry[2] -= 1
                    return entry[1]
        return None


def _due(when: int | str | Callable[[str], bool], number: int, path: str) -> bool:
    if isinstance(when, int):
        return when == number
    return when in path if isinstance(when, str) else when(path)


class FaultSchedule:
    """Faults by chance, the same for the same seed.

    What happens to the n-th request of a path hangs on seed, path and n alone: requests at once may come in any order.
    At most ``in_a_row`` requests of one path fail one after another, so that a client with patience gets there.
    """

    def __init__(self, seed: int, rate: float, kinds: Sequence[str] = tuple(LOUD), in_a_row: int = 2) -> None:
        self.seed, self.rate, self.in_a_row = seed, rate, in_a_row
        self.kinds = [known(kind) for kind in kinds]
        self._lock = threading.Lock()
        self._asked: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def draw(self, number: int, path: str) -> str | None:
        """Return the kind that chance gives, or None."""
        with self._lock:
            self._asked[path] += 1
            chance = random.Random(f"{self.seed}|{path}|{self._asked[path]}")
            if chance.random() >= self.rate or self._failed[path] >= self.in_a_row:
                self._failed[path] = 0
                return None
            self._failed[path] += 1
            return chance.choice(self.kinds)
