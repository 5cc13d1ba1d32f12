"""The lists of this room, read once each."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_list(name: str) -> dict[str, Any]:
    """Return a TOML file of this room, such as ``categories``."""
    return tomllib.loads((files("analysis.classifications") / f"{name}.toml").read_text(encoding="utf-8"))
