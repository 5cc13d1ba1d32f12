"""One session with CBS for all platforms: four requests at most at once, each asked again until it is whole.

Proxies, REQUESTS_CA_BUNDLE and NO_PROXY are those of the environment. The retry is around the whole answer (connect,
read, unpack, parse, check), because what fails most at CBS is the body: cut short, not JSON, or fewer rows than there
should be. (ODataFeed, deep pages; connections reset for days from 12 February 2026.)
"""

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3

from analysis import __version__
from analysis.errors import DataError
from analysis.statline.retry import (
    RETRIED,
    NoAddressError,
    OverdueError,
    RetryPolicy,
    TransientError,
    UnreachableError,
    reason_of,
    retry_after,
)
from analysis.statline.watchdog import Watchdog, WatchedAdapter

AT_ONCE = 4
USER_AGENT = f"bijstand-workbench/{__version__}"
_CHUNK = 1 << 16
_MOST_OVERDUE = 2
"""How often one answer may take its whole clock: what drips once drips again."""
_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, TransientError, ValueError, RecursionError)
_Answer = TypeVar("_Answer")


class Session:
    """Asks a service for answers, and not for ever."""

    def __init__(self, policy: RetryPolicy | None = None) -> None:
        self.policy = policy or RetryPolicy()
        self.attempts = self.policy.attempts
        self._host = self._note = ""
        self._ends = time.monotonic() + self.policy.total
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._stopped = threading.Event()
        self._watchdogs: set[Watchdog] = set()
        self._requests = requests.Session()
        self._requests.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"})
        for scheme in ("http://", "https://"):
            self._requests.mount(scheme, WatchedAdapter(pool_maxsize=AT_ONCE))

    def stop(self) -> None:
        """Ask nothing more; what is waited for ends."""
        self._stopped.set()
        for watchdog in list(self._watchdogs):
            watchdog.end()
        self._requests.close()

    def waiting_for(self) -> str:
        """Return the host that is waited for, with the last fault where there was one; nothing when none is."""
        return self._note or (f"waiting for {self._host}" if self._watchdogs else "")

    def json(self, url: str, check: Callable[[Any], Any] | None = None) -> Any:
        """Return the JSON at an address, or what ``check`` makes of it.

        Parameters
        ----------
        url : str
        check : callable, optional
            Takes the parsed answer; raises a TransientError when it has to be asked for again.

        Raises
        ------
        NoAddressError
            When the service does not have the address (404).
        UnreachableError
            When asking again is no use, or took too long.
        DataError
            When the service refuses, or the answer is larger than any that it should give.
        """

        def attempt() -> Any:
            parsed = self.json_once(url)
            return parsed if check is None else check(parsed)

        return self.retry(url, attempt)

    def json_once(self, url: str) -> Any:
        """Return the JSON at an address, asked for once."""
        # figures stay as they were written: 714 and 884.4, whatever binary floats make of them
        return json.loads(self.fetch(url), parse_float=str)

    def download(self, url: str, file: IO[bytes], check: Callable[[IO[bytes]], _Answer]) -> _Answer:
        """Download a file, from its beginning at every attempt; return what ``check`` makes of it."""

        def attempt() -> _Answer:
            file.seek(0)
            file.truncate()
            for part in self._parts(url, self.policy.file, self.policy.file_bytes):
                file.write(part)
            return check(file)

        return self.retry(url, attempt)

    def fetch(self, url: str) -> bytes:
        """Return the body at an address, asked for once."""
        return b"".join(self._parts(url, self.policy.request, self.policy.page_bytes))

    def retry(self, what: str, attempt: Callable[[], _Answer]) -> _Answer:
        """Return what ``attempt`` returns, called again after transient faults, with growing waits."""
        fault: Exception | None = None
        overdue, number, attempts = 0, 0, self.attempts
        for number in range(1, attempts + 1):
            self._check_time(what, fault)
            try:
                with self._slots:
                    answer = attempt()
                self._note = ""
                return answer
            except _FAULTS as found:
                fault = found
            except zlib.error as found:
                fault = TransientError(f"the body cannot be unpacked ({found})")
            self._check_time(what, fault)
            try:
                wait = self.policy.wait(fault, number)
            except UnreachableError as lasting:
                raise UnreachableError(f"{what}: {lasting}") from fault
            overdue += isinstance(fault, OverdueError)
            if number == attempts or overdue == _MOST_OVERDUE:
                break
            self._note = f"{urlsplit(what).netloc or what}: {reason_of(fault)}; attempt {number} of {attempts}"
            self._stopped.wait(min(wait, self._left()))
        raise UnreachableError(f"{what}: no whole answer after {number} attempts ({reason_of(fault)}).") from fault

    def _left(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def _check_time(self, what: str, fault: Exception | None) -> None:
        last = f" (the last fault: {reason_of(fault)})" if fault else ""
        if self._stopped.is_set():
            raise UnreachableError(f"{what}: stopped{last}.")
        if not self._left():
            raise UnreachableError(f"{what}: the {self.policy.total:g} s that a pull may take are over{last}.")

    def _parts(self, url: str, seconds: float, most: int) -> Iterator[bytes]:
        """Yield the body at an address, unpacked, while its clock and the pull's run and it is not too large."""
        limit, self._host = min(seconds, self._left()), urlsplit(url).netloc
        with Watchdog(limit) as watchdog:
            self._watchdogs.add(watchdog)
            try:
                timeout = (self.policy.connect, self.policy.read)
                asked = {"timeout": timeout, "stream": True, "allow_redirects": False}
                with self._get(url, asked) as answer:
                    _check_status(answer)
                    yield from _unpacked(answer, most)
            except _FAULTS as fault:
                if not watchdog.expired:
                    raise
                raise OverdueError(f"no whole answer within {limit:.3g} s") from fault
            finally:
                self._watchdogs.discard(watchdog)
            if watchdog.expired:  # a body without a length ends well when its connection is ended
                raise OverdueError(f"no whole answer within {limit:.3g} s")

    def _get(self, url: str, options: dict[str, Any]) -> requests.Response:
        try:
            return self._requests.get(url, **options)
        except requests.RequestException:
            raise
        except OSError as fault:  # a bundle of certificates that is not there: no fault of the network
            raise UnreachableError(f"{url}: {fault}. Check REQUESTS_CA_BUNDLE.") from fault


def _check_status(answer: requests.Response) -> None:
    status = f"HTTP {answer.status_code} {answer.reason}"
    if answer.status_code == requests.codes.ok:
        return
    if answer.status_code == requests.codes.not_found:
        raise NoAddressError(f"{answer.url}: not there ({status}). Check the name, or --base-url.")
    if answer.status_code in RETRIED:
        raise TransientError(status, retry_after(answer.headers.get("Retry-After", "")))
    if answer.is_redirect:
        raise UnreachableError(
            f"{answer.url}: answered by another ({status} to {answer.headers['Location']}). Log in to the network, "
            "or check --base-url."
        )
    if answer.ok:
        raise TransientError(status)
    raise DataError(f"{answer.url}: refused with {status}.")


def _unpacked(answer: requests.Response, most: int) -> Iterator[bytes]:
    """Yield a body unpacked in bounded parts; a small packed body may stand for gigabytes."""
    packing = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise TransientError(f"the body is packed by {packing!r}, which was not asked for")
    unpack, size = zlib.decompressobj(31) if packing != "identity" else None, 0
    for part in answer.raw.stream(_CHUNK, decode_content=False):
        while part:
            data, part = (part, b"") if unpack is None else (unpack.decompress(part, 1 << 20), unpack.unconsumed_tail)
            size += len(data)
            if size > most:
                raise DataError(f"{answer.url}: expected at most {most >> 20} MB, found more. Nothing of it was kept.")
            yield data
    if unpack is not None:
        yield unpack.flush()
        if not unpack.eof or unpack.unused_data:
            raise TransientError("the packed body ends early, or goes on behind its end")
