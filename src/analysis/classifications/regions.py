"""The levels of regions and their codes; the list is ``regions.toml``."""

from __future__ import annotations

from analysis.classifications.content import read_list


def level_of(code: str) -> str | None:
    """Return the level of a region's code, such as ``province`` for ``PV26``; None for what is no such code."""
    for level, about in read_list("regions")["levels"].items():
        digits = code.removeprefix(about["prefix"])
        if digits != code and len(digits) == about["digits"] and digits.isdecimal():
            return level
    return None
