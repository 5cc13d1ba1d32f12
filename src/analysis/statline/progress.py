"""Progress of a pull, shown within two seconds, also while CBS does not answer.

A terminal shows one line that is written over; a file gets lines at growing intervals.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time

from analysis.statline.session import Session

_FIRST, _LONGEST = 1.5, 30.0
_TERMINAL = 0.5


class Progress:
    """Shows on stderr how far a pull is, from a thread of its own, inside a ``with``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stream = sys.stderr
        self._terminal = self._stream is not None and self._stream.isatty()
        self._table, self._rows = "", 0
        self._begun = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def update(self, table: str, rows: int) -> None:
        """Take the table that is being pulled, and how many of its rows were read."""
        self._table, self._rows = table, rows

    def __enter__(self) -> Progress:
        if self._stream is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait, shown = _FIRST, False
        while not self._ended.wait(wait):
            line = self._line()
            if self._terminal:
                width = shutil.get_terminal_size().columns - 1
                self._write(f"\r{line[:width]}\x1b[K")
            else:
                self._write(f"{line}\n")
            wait, shown = _TERMINAL if self._terminal else min(2 * wait, _LONGEST), True
        if shown and self._terminal:
            self._write("\r\x1b[K")

    def _line(self) -> str:
        waiting, seconds = self._session.waiting_for() or "working", time.monotonic() - self._begun
        return f"bijstand: {self._table or 'pull'}: {self._rows:,} rows after {seconds:.0f} s; {waiting}"

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the reader of the stream is closed
            self._ended.set()
