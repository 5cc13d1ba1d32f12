"""What may be asked of CBS: the id of a table, and scheme and host of a service."""

import re
from urllib.parse import urlsplit

from analysis.errors import CallError

_TABLE = re.compile(r"[0-9]{5}[A-Za-z0-9]{0,5}")


def check_table(table: str) -> str:
    """Return a table id that can be one; a path, an address or an odd text is refused."""
    if not _TABLE.fullmatch(table):
        raise CallError(f"table {table!r} is not an id: expected five digits and letters, such as 85615NED.")
    return table


def under_scheme(url: str, scheme: str) -> str:
    """Return an address under the scheme that is asked; CBS has written links with http in answers to https."""
    return urlsplit(url)._replace(scheme=scheme, fragment="").geturl()


def check_base_url(url: str) -> tuple[str, str]:
    """Return scheme and host of a base address; a CallError names the form that is expected."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise CallError(f"--base-url {url!r}: expected a scheme and a host, such as http://127.0.0.1:8000.")
    return parts.scheme, parts.netloc
