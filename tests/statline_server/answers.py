"""What both versions share: the query of a request, one page of rows, the answer and its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import numpy as np

# Plain OData error bodies; no error of the service was ever recorded, so nothing may be read from these but the status.
ERROR = '{"odata.error":{"code":"","message":{"lang":"en-US","value":%s}}}'


SAFE = ",'()"  # what a link to the next page leaves as it is


class BadQuery(Exception):
    """A query that this server does not understand."""


@dataclass(frozen=True)
class Answer:
    """A status, a body and its type."""

    status: int
    body: bytes
    kind: str = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Window:
    """The rows of one page, and the query of the next page when there is one."""

    start: int
    stop: int
    following: str | None


def error(status: int, message: str) -> Answer:
    """Return an error as OData puts it."""
    return Answer(status, (ERROR % json.dumps(message)).encode())


def compact(value: object) -> str:
    """Return JSON without blanks, other letters than ASCII as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Query:
    """The options of a request.

    Raises
    ------
    BadQuery
        When an option is unknown or given twice: the link to the next page carries the query already.
    """

    KNOWN = ("$format", "$filter", "$select", "$inlinecount", "$count", "$top", "$skip")

    def __init__(self, text: str) -> None:
        pairs = parse_qsl(text, keep_blank_values=True)
        self.options = dict(pairs)
        if len(self.options) < len(pairs):
            raise BadQuery("an option is given twice")
        if unknown := set(self.options) - set(self.KNOWN):
            raise BadQuery(f"options not understood: {sorted(unknown)}")
        self.filter = self.options.get("$filter", "")
        self.select = [name.strip() for name in self.options.get("$select", "").split(",") if name.strip()]
        self.counts = self.options.get("$count") == "true" or self.options.get("$inlinecount") == "allpages"
        self.skip = self._number("$skip") or 0
        self.top = self._number("$top")

    def _number(self, name: str) -> int | None:
        text = self.options.get(name)
        if text is not None and not text.isdecimal():
            raise BadQuery(f"{name} is no number")
        return None if text is None else int(text)

    def window(self, total: int, page: int) -> Window:
        """Return the page of a result of so many rows that this query asks for."""
        end = total if self.top is None else min(total, self.skip + self.top)
        stop = min(end, self.skip + page)
        if stop >= end:
            return Window(self.skip, max(stop, self.skip), None)
        options = {**self.options, "$skip": str(stop)}
        if self.top is not None:
            options["$top"] = str(self.top - page)
        ordered = [name for name in self.KNOWN if name in options]
        following = "&".join(f"{name}={quote(options[name], safe=SAFE)}" for name in ordered)
        return Window(self.skip, stop, following)


def dict_column(rows: Sequence[dict]):
    """Return a column function, for ``parse_filter``, over rows that are dicts."""

    def column(name: str) -> tuple[Sequence, np.ndarray]:
        if not rows or name not in rows[0]:
            raise BadQuery(f"no property {name}")
        return [row.get(name) for row in rows], np.arange(len(rows))

    return column


def fragments(key: str, values: Iterable[str]) -> np.ndarray:
    """Return ``"key":value`` for values that are JSON already, to be picked from by number."""
    name = compact(key)
    return np.array([f"{name}:{value}" for value in values], dtype=object)


def join_rows(columns: Sequence[Sequence[str]]) -> str:
    """Return JSON objects, joined by commas, from columns of fragments."""
    rows = "},{".join(map(",".join, zip(*columns, strict=True)))
    return "{" + rows + "}" if rows else ""
