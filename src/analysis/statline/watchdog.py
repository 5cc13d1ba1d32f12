"""A clock over a request that no drip outlasts: when it has run out, the connection is ended under whoever waits.

The timeouts of requests are those of one wait for the network each; a byte now and then in a body, in headers or in
``100 Continue`` makes them start again. So every connection leaves a second handle of its socket with the clock of the
request it serves: shutting that down ends a read wherever it is, during the handshake too.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_local = threading.local()


class Watchdog:
    """A clock over what one thread does inside a ``with``; ``expired`` is whether it ran out."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._handle: socket.socket | None = None
        self._timer = threading.Timer(max(seconds, 0.0), self.end)
        self._timer.daemon = True

    def __enter__(self) -> Watchdog:
        _local.watchdog = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _local.watchdog = self._handle = None

    def watch(self, handle: socket.socket | None) -> None:
        """Take a connection's handle: it is what ends with the clock."""
        self._handle = handle
        if self.expired:
            self.end()

    def end(self) -> None:
        """End the connection now."""
        self.expired = True
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)


def _watch(handle: socket.socket | None) -> None:
    watchdog = getattr(_local, "watchdog", None)
    if watchdog is not None:
        watchdog.watch(handle)


class _Watched:
    """What both kinds of connection share."""

    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()  # type: ignore[misc]
        self._handle = connected.dup()
        _watch(self._handle)
        return connected

    def request(self, *arguments: object, **options: object) -> None:
        """Ask, watched by the clock of the thread that asks: a connection serves one request after another."""
        _watch(self._handle)
        super().request(*arguments, **options)  # type: ignore[misc]

    def close(self) -> None:
        """Close both handles."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None
        super().close()  # type: ignore[misc]


class _Connection(_Watched, HTTPConnection):
    pass


class _SecureConnection(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class WatchedAdapter(HTTPAdapter):
    """The adapter of requests with connections that a `Watchdog` can end, by proxy too."""

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        """Make the pools."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **options: object):
        """Return the pools behind a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith(
            "socks"
        ):  # those connect in a way of their own, under the waits of requests alone
            manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager
