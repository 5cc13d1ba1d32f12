"""The workbench's own names for the categories of CBS's classifications, and which of them overlap.

A code or, where a page shows no codes, a Dutch label is resolved once, when a snapshot is made; from then on the
category is the same in every table. The list is ``categories.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any

from analysis.errors import DataError

TOTAL, ABOVE_AOW = "total", "AOW+"
USUAL_TOTALS = ("up to AOW", TOTAL, "15-75")
"""The category of a dimension that is not named: bijstand up to the AOW age where a table distinguishes it, else all;
of the labour force (80590ned) from 15 to 75."""


@cache
def read_list(name: str) -> dict[str, Any]:
    """Return a TOML file of this room, such as ``categories``."""
    return tomllib.loads((files("analysis.classifications") / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Category:
    """A category: its name, the CBS codes and Dutch labels that mean it, and what it covers.

    ``covers`` holds years of age, months of duration or other elementary parts; categories overlap when it does.
    """

    name: str
    codes: frozenset[str]
    labels: frozenset[str]
    covers: frozenset[str] | frozenset[int]

    def overlaps(self, other: Category) -> bool:
        """Tell whether two categories of one dimension have members in common."""
        return not self.covers.isdisjoint(other.covers)


def _categories(listed: dict[str, dict[str, list]]) -> dict[str, Category]:
    covers = {
        name: frozenset(range(*about["range"]) if "range" in about else about.get("parts", [name]))
        for name, about in listed.items()
    }
    if not listed[TOTAL].keys() & {"range", "parts"}:
        covers[TOTAL] = frozenset().union(*(parts for name, parts in covers.items() if name != TOTAL))
    return {
        name: Category(name, frozenset(about.get("codes", ())), frozenset(about["labels"]), covers[name])
        for name, about in listed.items()
    }


def single_year(age: int) -> str:
    """Return the name of the category that is one year of age, from 0 to 104."""
    return f"{age}y"


def _single_years() -> dict[str, dict[str, list]]:
    """Return the years of age with CBS's codes (03759ned): 10010 for 0, 10100 to 19900, and from 100 on 19901."""
    codes = {0: 10010} | {age: 10000 + 100 * age for age in range(1, 100)} | {100 + n: 19901 + n for n in range(5)}
    return {
        single_year(age): {"codes": [str(code)], "labels": [f"{age} jaar"], "range": [age, age + 1]}
        for age, code in codes.items()
    }


CATEGORIES: dict[str, dict[str, Category]] = {
    dimension: _categories(listed | (_single_years() if dimension == "age" else {}))
    for dimension, listed in read_list("categories").items()
}
"""Every category by dimension and name."""


def category_of(dimension: str, code: str, label: str) -> str | None:
    """Return the category that a code means, else the one that its label means, else None.

    Labels are compared without regard to case and to kind and number of blanks; those of kinds of provision, which
    pages and documents spell each in their own way, also with a slash, a comma and "of" alike.
    """
    by_code = next((name for name, each in CATEGORIES.get(dimension, {}).items() if code in each.codes), None)
    return by_code or _names_by_label(dimension).get(_compared(dimension, label))


@cache
def _names_by_label(dimension: str) -> dict[str, str]:
    """Return the category of each label as labels are compared; of two that are alike the first in the list."""
    listed = reversed(CATEGORIES.get(dimension, {}).values())
    return {_compared(dimension, label): each.name for each in listed for label in each.labels}


def _compared(dimension: str, label: str) -> str:
    text = " ".join(label.casefold().split())
    return " ".join(re.sub(r"(\s*(/|,|\bof\b)\s*)+", "/", text).split()) if dimension == "provision" else text


def finest(dimension: str, names: Iterable[str], totals: Iterable[str] = USUAL_TOTALS) -> list[Category]:
    """Return the smallest of these categories that do not overlap each other, without totals, the smallest first."""
    known = [CATEGORIES[dimension][name] for name in set(names).difference(totals)]
    chosen: list[Category] = []
    for category in sorted(known, key=lambda each: (len(each.covers), each.name)):
        if not any(category.overlaps(other) for other in chosen):
            chosen.append(category)
    return chosen


def overlap(dimension: str, first: str, second: str) -> bool:
    """Tell whether two categories of a dimension have members in common."""
    return CATEGORIES[dimension][first].overlaps(CATEGORIES[dimension][second])


def refuse_overlap(dimension: str, names: Iterable[str]) -> None:
    """Raise a DataError when categories that are about to be added have members in common."""
    for first, second in combinations(list(names), 2):
        if overlap(dimension, first, second):
            raise DataError(
                f"{dimension} classes {first!r} and {second!r} overlap and cannot be added: people would count twice. "
                "Choose classes that do not overlap, or a declared group."
            )
