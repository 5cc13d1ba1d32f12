"""The grammar of numbers in Dutch and English texts, read once from ``grammar.toml``."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def grammar() -> dict[str, Any]:
    """Return the tables of ``grammar.toml``."""
    return tomllib.loads(files("analysis.register.draft").joinpath("grammar.toml").read_text(encoding="utf-8"))


@cache
def words(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the names of a table, each with one pattern of all that it lists."""
    return tuple(
        (name, re.compile(rf"(?:{'|'.join(listed)})(?!\w)" if table == "units" else f"(?:{'|'.join(listed)})"))
        for name, listed in grammar()[table].items()
    )
