"""A process that has imported what notebooks need and forks a kernel whenever it is asked.

It is given a listening socket. A connection asks for one kernel (its command line, environment and folder, and where
its output goes), gets its process number, and at its end its exit status. A connection that is closed before ends its
kernel, and the end of standard input ends all kernels and the server: nothing outlives the command that began it.
"""

import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

SERVER = "BIJSTAND_KERNEL_SERVER"
"""The variable that holds the address of a server; without it kernels are started the ordinary way."""
READS = "BIJSTAND_READS"
"""The variable in which the environment of a kernel names the tables that its notebook will read, as JSON."""
KEPT_ROWS = 3_000_000
"""Rows of tables that a server keeps for its kernels: 100 bytes each; beyond them each kernel reads for itself."""
LENGTH = struct.Struct("!I")
"""What stands before a message: how many bytes it has."""
PRELOADED = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.interactiveshell", "IPython.core.completer",
    "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.style",
    "seaborn", "pandas", "pandera.pandas", "pyarrow.parquet", "pyarrow.compute", "scipy.stats",
    "scipy.optimize", "scipy.linalg",
    "statsmodels.api", "statsmodels.formula.api", "statsmodels.genmod.generalized_linear_model",
    "statsmodels.regression.linear_model",
)  # fmt: skip
"""Modules that the numbered notebooks import sooner or later; those of the workbench are beside them.

Not the inline backend of matplotlib: it looks for the kernel when it is imported.
"""
ROOMS = ("workspace", "report", "report.charts", "chapters", "measures", "models", "register", "runs.hypothesis_log")


def preload() -> None:
    """Import what kernels would each import, and keep it out of the reach of the garbage collector."""
    from analysis.language.glossary import glossary

    # as a kernel does before matplotlib is imported
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    for name in PRELOADED:
        importlib.import_module(name)
    for room in ROOMS:
        module = importlib.import_module(f"analysis.{room}")
        if hasattr(module, "__path__"):
            for each in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
                importlib.import_module(each.name)
    glossary()
    gc.collect()
    gc.freeze()


class Server:
    """Forks kernels and waits for their ends."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening, self.kernels = listening, {}
        self.read: dict[tuple[Any, str], int] = {}
        self.awake, self.wake = socket.socketpair()
        for each in (self.awake, self.wake):
            each.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(listening, selectors.EVENT_READ, self.accept)
        self.selector.register(self.awake, selectors.EVENT_READ, self.reap)
        self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self.end)

    def serve(self) -> None:
        """Answer until standard input ends."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which closes what it opened
        signal.signal(signal.SIGTERM, self.end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake.fileno(), warn_on_full_buffer=False)
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def accept(self, _) -> None:
        """Read what one kernel needs and fork it."""
        connection, _ = self.listening.accept()
        connection.settimeout(10)
        try:
            head, streams, _, _ = socket.recv_fds(connection, LENGTH.size, 2)
            request = json.loads(_exactly(connection, LENGTH.unpack(head)[0]))
        except (OSError, ValueError, struct.error):
            connection.close()
            return
        self.read_ahead(request["env"])
        pid = os.fork()
        if pid == 0:
            self._become_kernel(connection, request, streams)
        for stream in streams:
            os.close(stream)
        self.kernels[connection] = pid
        self.selector.register(connection, selectors.EVENT_READ, self.hang_up)
        self._tell(connection, {"pid": pid})

    def read_ahead(self, environment: dict[str, str]) -> None:
        """Read the tables that a kernel will read, so that it and those after it find them read and checked."""
        from analysis.cleaning.cells import read_cells
        from analysis.register.entry import read_register
        from analysis.workspace import HOME_VARIABLE, keep_snapshot

        with suppress(Exception):  # whatever is wrong with data, the notebook that reads them says
            asked = json.loads(environment[READS])
            os.environ[HOME_VARIABLE] = environment[HOME_VARIABLE]
            if asked["register"]:
                read_register()
            snapshot = keep_snapshot(asked["snapshot"])
            for table in asked["tables"]:
                rows = snapshot.entry(table).rows
                if (snapshot, table) not in self.read and sum(self.read.values(), rows) <= KEPT_ROWS:
                    self.read[snapshot, table] = rows
                    for grain in snapshot.metadata(table).grains():
                        read_cells(snapshot, table, grain)
            gc.freeze()

    def _become_kernel(self, connection: socket.socket, request: dict, streams: list[int]) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self.selector.close()
            for each in (self.listening, self.awake, self.wake, connection, *self.kernels):
                each.close()
            os.setsid()
            for number, stream in zip((1, 2), streams, strict=True):
                os.dup2(stream, number)
                os.close(stream)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            start_kernel(request)
            status = 0
        except SystemExit as fault:
            status = fault.code if isinstance(fault.code, int) else int(fault.code is not None)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def reap(self, awake: socket.socket) -> None:
        """Say of each kernel that ended how it did."""
        with suppress(BlockingIOError):
            while awake.recv(4096):
                pass
        for connection, pid in list(self.kernels.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self._tell(connection, {"exit": os.waitstatus_to_exitcode(status)})
                self._forget(connection)

    def hang_up(self, connection: socket.socket) -> None:
        """End the kernel of a connection that was closed."""
        pid = self.kernels.get(connection)
        if pid is None:  # it ended in the same moment, and `reap` has told so
            return
        _kill(pid)
        os.waitpid(pid, 0)
        self._forget(connection)

    def end(self, *_: object) -> None:
        """End everything."""
        for pid in self.kernels.values():
            _kill(pid)
        os._exit(0)

    def _tell(self, connection: socket.socket, message: dict) -> None:
        with suppress(OSError):
            connection.sendall(json.dumps(message).encode() + b"\n")

    def _forget(self, connection: socket.socket) -> None:
        self.selector.unregister(connection)
        del self.kernels[connection]
        connection.close()


def start_kernel(request: dict) -> None:
    """Be the kernel that the command line names, with its environment and in its folder."""
    import numpy as np
    from ipykernel import kernelapp

    os.environ.clear()
    os.environ.update(request["env"] | {"JPY_PARENT_PID": str(os.getppid())})
    os.chdir(request["cwd"] or ".")
    module = request["argv"].index("-m") + 1
    sys.argv = [find_spec(request["argv"][module]).origin, *request["argv"][module + 1 :]]
    np.random.seed()  # noqa: NPY002 what is forked would draw the numbers that its siblings draw
    # ipykernel reads JPY_PARENT_PID when it is imported
    kernelapp.launch_new_instance(argv=[*sys.argv[1:], f"--IPKernelApp.parent_handle={os.getppid()}"])


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise ValueError("the request ended early")
        data += part
    return bytes(data)


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    if sys.path[0] in ("", os.getcwd()):  # the folder of whoever called, as ipykernel_launcher does
        del sys.path[0]
    server = Server(socket.socket(fileno=int(sys.argv[1])))
    preload()
    server.serve()
