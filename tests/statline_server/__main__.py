"""Serve a generated table from a process of its own: ``python -m statline_server --rows 1000000 --measures 3``.

Prints the port on one line, then serves until it is told to stop or its input ends (``--stay`` serves on without).
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from statline_server.cube import generated_cube
from statline_server.serve import serve


def main() -> None:
    """Run the server."""
    parser = argparse.ArgumentParser(prog="statline_server", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--measures", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--table", default="99001NED")
    parser.add_argument("--page", type=int, default=10_000)
    parser.add_argument("--stay", action="store_true", help="do not stop when the input ends")
    options = parser.parse_args()
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    cube = generated_cube(options.rows, options.measures, options.table)
    with serve([cube], delay=options.delay, page=options.page) as server:
        for name in ("TypedDataSet", "UntypedDataSet"):
            server.site.answer(f"/ODataFeed/odata/{cube.id}/{name}?$top=1", "")  # the first answer prepares the rest
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        if not options.stay:
            threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
        stopped.wait()


if __name__ == "__main__":
    main()
