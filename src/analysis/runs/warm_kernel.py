"""Kernels forked from one process that has imported everything already (`kernel_server`), where the system can fork.

`WarmProvisioner` is registered with jupyter_client as ``bijstand-warm``. Without a server, or when the server does not
answer, it starts an ordinary kernel: the notebooks come out the same, later.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from analysis.runs.kernel_server import LENGTH, SERVER

ANSWER = 60
"""Seconds a server has to import what it needs and to fork a kernel; after that an ordinary one is started."""


class ForkedKernel:
    """A kernel that is the child of a server, with what jupyter_client asks of a ``Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, address: str, argv: list[str], env: dict[str, str], cwd: str | None) -> None:
        self.returncode: int | None = None
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(ANSWER)
        try:
            self.connection.connect(address)
            request = json.dumps({"argv": argv, "env": env, "cwd": os.path.abspath(cwd or os.curdir)}).encode()
            socket.send_fds(self.connection, [LENGTH.pack(len(request))], [1, 2])
            self.connection.sendall(request)
            self.answers = self.connection.makefile("r", encoding="utf-8")
            self.pid = json.loads(self.answers.readline())["pid"]
        except BaseException:
            self.connection.close()
            raise
        self.connection.settimeout(None)
        self.ended = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            self.returncode = json.loads(self.answers.readline())["exit"]
        except (OSError, ValueError, KeyError):
            self.returncode = -signal.SIGKILL  # the server is no more, nor are its kernels
        self.ended.set()
        self.answers.close()
        self.connection.close()

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return how it ended."""
        if not self.ended.wait(timeout):
            raise subprocess.TimeoutExpired("kernel", timeout)
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send it a signal."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class WarmProvisioner(LocalProvisioner):
    """Has a kernel forked by the server that the environment names, or starts one the ordinary way."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel with this command line."""
        address = os.environ.get(SERVER, "")
        if not address or cmd[0] != sys.executable:
            return await super().launch_kernel(cmd, **kwargs)
        try:
            self.process = ForkedKernel(address, cmd, dict(kwargs.get("env") or os.environ), kwargs.get("cwd"))
        except (OSError, ValueError, KeyError, TypeError) as fault:
            sys.stderr.write(f"the server of kernels did not answer ({fault}): an ordinary kernel is started\n")
            return await super().launch_kernel(cmd, **kwargs)
        self.pid, self.cwd = self.process.pid, kwargs.get("cwd", Path.cwd())
        self.pgid = self.pid  # it has a session of its own
        return self.connection_info
