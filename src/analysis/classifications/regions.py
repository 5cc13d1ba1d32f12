"""The levels of regions, and the regions whose codes never change; the list is ``regions.toml``."""

import re

from analysis.classifications.categories import read_list

COUNTRY = "NL01"


def regions_of(level: str) -> list[str]:
    """Return the codes of the regions of a level that are listed, such as the twelve provinces."""
    prefix = read_list("regions")["levels"][level]["prefix"]
    return [code for code in read_list("regions")["regions"] if code.startswith(prefix)]


def level_of(code: str) -> str:
    """Return the level of a region by its code (``municipality`` for GM0344), ``""`` for what is no such code."""
    for name, about in read_list("regions")["levels"].items():
        if re.fullmatch(rf"{about['prefix']}\d{{{about['digits']}}}", code):
            return name
    return ""
