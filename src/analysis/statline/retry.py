"""What a fault of the network means: whether asking again can help, how long to wait before, and why it failed."""

import random
import re
import socket
import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from analysis.errors import CallError, WorkbenchError

RETRIED = {408, 425, 429, 500, 502, 503, 504}
"""The statuses of HTTP after which asking again may help."""
_HANDSHAKES_CUT_SHORT = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_WRONG_ADDRESS = ("InvalidURL", "InvalidSchema", "MissingSchema", "LocationValueError", "InvalidProxyURL")


class NotFoundError(CallError):
    """A platform does not have the table."""


class UnreachableError(WorkbenchError):
    """The service gave no whole answer, and asking again is no use or took too long."""


class NoAddressError(UnreachableError):
    """The service does not have the address (HTTP 404)."""


class TransientError(Exception):
    """An answer is not what it has to be; asking again may help, ``after`` so many seconds."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class OverdueError(TransientError):
    """The clock of a request ran out, or the pages of a list did not end: asked for once more, and not again."""


@dataclass(frozen=True)
class RetryPolicy:
    """How long to wait for what, in seconds; how often to ask; and how large an answer may be, unpacked, in bytes.

    ``connect`` and ``read`` bound each wait for the network, ``request`` and ``file`` a whole answer whatever drips in,
    ``total`` all of a pull. A service that asks for a pause longer than ``longest_pause`` is left alone.
    """

    connect: float = 10.0
    read: float = 60.0
    request: float = 120.0
    file: float = 600.0
    total: float = 3600.0
    attempts: int = 8
    first_wait: float = 0.5
    longest_wait: float = 30.0
    longest_pause: float = 120.0
    page_bytes: int = 1 << 26
    file_bytes: int = 1 << 30

    def wait(self, fault: Exception, number: int) -> float:
        """Return how long to wait after the attempt of this number, growing and jittered.

        Raises
        ------
        UnreachableError
            When asking again is no use.
        """
        if lasting := lasting_reason(fault):
            raise UnreachableError(lasting) from fault
        pause = getattr(fault, "after", 0.0)
        if pause > self.longest_pause:
            raise UnreachableError(f"{fault}: it asks for a pause of {pause:.0f} s. Try again after that.") from fault
        grown = min(self.first_wait * 2 ** (number - 1), self.longest_wait)
        return pause * random.uniform(1.0, 1.25) if pause > grown else grown * random.uniform(0.5, 1.0)


def retry_after(text: str) -> float:
    """Return the seconds that a Retry-After header asks for, as a number or a date; 0 without one."""
    text = text.strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0


def root_of(fault: BaseException) -> BaseException:
    """Return the fault at the root of one: requests and urllib3 wrap the fault of the system three times over."""
    while not isinstance(fault, TransientError):
        attributes = getattr(fault, "reason", None), getattr(fault, "original_error", None)
        inner = *attributes, *fault.args, fault.__cause__
        found = next((each for each in inner if isinstance(each, BaseException)), None)
        if found is None:
            break
        fault = found
    return fault


def reason_of(fault: BaseException) -> str:
    """Return why something failed, whole and in words."""
    root = root_of(fault)
    if isinstance(root, OSError) and root.strerror and not isinstance(root, ssl.SSLError):
        return f"{root.strerror} ({type(root).__name__})"
    return str(root) if isinstance(root, TransientError) else f"{type(root).__name__}: {root}"


def lasting_reason(fault: Exception) -> str:
    """Return why asking again is no use; nothing where it may help."""
    root, names = root_of(fault), {kind.__name__ for kind in type(fault).__mro__}
    if isinstance(root, ssl.SSLCertVerificationError):
        return (
            f"the certificate is not trusted: {root.verify_message}. Behind a proxy that reads along, name its "
            "certificate in the variable REQUESTS_CA_BUNDLE."
        )
    if isinstance(root, ssl.SSLError) and not isinstance(root, (*_HANDSHAKES_CUT_SHORT, TimeoutError)):
        return f"no secure connection: {root}. Check the address."
    if isinstance(root, socket.gaierror) and root.errno == socket.EAI_NONAME:
        return f"the host is not known ({root.strerror}). Check the address, or the connection to the internet."
    if names & set(_WRONG_ADDRESS):
        return f"the address or that of the proxy cannot be right ({root}). Check HTTPS_PROXY and --base-url."
    if "Tunnel connection failed: 4" in str(root):
        return f"the proxy refuses: {root}. Check HTTPS_PROXY."
    return ""
