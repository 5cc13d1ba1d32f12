"""One page from the web, whatever the weather: asked for again until it is whole, or until patience ends.

The retry is around the whole page (connect, read, parse, check), because what fails most at CBS is the body: cut short,
not JSON, or fewer rows than there should be. (ODataFeed, deep pages; connections reset for days from 12 February 2026.)
"""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests

from analysis import __version__
from analysis.errors import CallError, DataError, WorkbenchError

AT_ONCE = 4
USER_AGENT = f"bijstand-workbench/{__version__}"
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_Answer = TypeVar("_Answer")


class NotThereError(CallError):
    """The service does not have the address."""


class UnreachableError(WorkbenchError):
    """The service did not give a whole answer within the patience there was."""


class BrokenPageError(Exception):
    """A page came, and is not what it has to be; asking again may help."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds, and how often to ask for one page."""

    connect: float = 10.0
    read: float = 60.0
    page: float = 300.0
    attempts: int = 8
    first_wait: float = 0.5
    longest_wait: float = 30.0
    total: float = 3600.0


class Web:
    """Asks a service for pages: politely (at most four at once, with a name), patiently, and not for ever."""

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self._ends = time.monotonic() + self.patience.total
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._local = threading.local()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let nothing more be asked: waits end at once."""
        self._stopped.set()

    def json(self, url: str, params: dict[str, str] | None = None, check: Callable[[Any], Any] | None = None) -> Any:
        """Return the JSON at an address, or what ``check`` makes of it.

        Parameters
        ----------
        url : str
        params : dict, optional
        check : callable, optional
            Takes the parsed page; raises BrokenPageError when it has to be asked for again.

        Raises
        ------
        NotThereError
            When the service says that it does not have the address (404).
        UnreachableError
            When patience ends.
        """

        def attempt() -> Any:
            parsed = _parsed(self._body(url, params))
            return parsed if check is None else check(parsed)

        return self.patiently(url, attempt)

    def patiently(self, what: str, attempt: Callable[[], _Answer]) -> _Answer:
        """Return what ``attempt`` returns, tried again after faults of the weather, with growing and jittered waits."""
        limit, fault, number = self.patience, None, 0
        for number in range(1, limit.attempts + 1):
            if self._stopped.is_set() or time.monotonic() > self._ends:
                break
            try:
                with self._room:
                    return attempt()
            except (requests.RequestException, BrokenPageError, ValueError) as found:
                fault = found
                wait = _wait(found, number, limit)
                if wait is None:
                    raise NotThereError(f"{what}: not there (HTTP 404). Check the name, or --base-url.") from found
                self._stopped.wait(min(wait, max(0.0, self._ends - time.monotonic())))
        told = f"{type(fault).__name__}: {fault}" if fault else "no time was left to ask"
        raise UnreachableError(f"{what}: no whole answer after {number} attempts ({told[:200]}).") from fault

    def _body(self, url: str, params: dict[str, str] | None) -> bytes:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.headers["User-Agent"] = USER_AGENT
        limit = self.patience
        ends = min(self._ends, time.monotonic() + limit.page)
        timeout = (limit.connect, limit.read)
        with self._local.session.get(url, params=params, timeout=timeout, stream=True, allow_redirects=False) as answer:
            answer.raise_for_status()
            if answer.status_code != requests.codes.ok:
                raise BrokenPageError(f"HTTP {answer.status_code}")
            parts = []
            for part in answer.iter_content(1 << 16):
                parts.append(part)
                if time.monotonic() > ends or self._stopped.is_set():
                    raise BrokenPageError("the body took too long")
        return b"".join(parts)


def _parsed(body: bytes) -> Any:
    # figures stay as they were written: 714 and 884.4, whatever binary floats make of them
    return json.loads(body, parse_float=str)


def _wait(fault: Exception, number: int, limit: Patience) -> float | None:
    """Return how long to wait before asking again; None when asking again is no use."""
    answer = getattr(fault, "response", None)
    if answer is None and isinstance(fault.__cause__, requests.HTTPError):
        answer = fault.__cause__.response  # cbsodata 1.3.5 raises an error of its own, without the answer
    grown = min(limit.first_wait * 2 ** (number - 1), limit.longest_wait)
    if answer is not None:
        if answer.status_code not in _AGAIN:
            return None if answer.status_code == requests.codes.not_found else _refused(answer)
        return max(grown, _retry_after(answer)) * random.uniform(1.0, 1.25)
    return grown * random.uniform(0.5, 1.0)


def _refused(answer: requests.Response) -> float:
    raise DataError(f"{answer.url}: refused with HTTP {answer.status_code} {answer.reason}.")


def _retry_after(answer: requests.Response) -> float:
    """Return the seconds that a Retry-After header asks for, as a number or a date; 0 without one."""
    text = answer.headers.get("Retry-After", "")
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0
