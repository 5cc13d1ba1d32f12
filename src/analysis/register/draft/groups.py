"""The groups that a text names: age, sex, origin, and the schemes and sectors of the field."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from analysis.classifications.categories import TOTAL

_TYPED = ("age", "sex", "origin", "birth")
"""Dimensions of CBS's classifications, which a query selects by; the others are the words of schemes."""


@dataclass(frozen=True)
class GroupMention:
    """A group that a text names: the dimension, its name there, and where."""

    start: int
    end: int
    dimension: str
    name: str


@cache
def context() -> dict[str, Any]:
    """Return the tables of ``context.toml``."""
    return tomllib.loads(files("analysis.register.draft").joinpath("context.toml").read_text(encoding="utf-8"))


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    named = [
        (dimension, name, text) for dimension, names in context()["groups"].items() for name, text in names.items()
    ]
    return tuple((dimension, name, re.compile(text)) for dimension, name, text in named)


@cache
def _ages() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile("|".join(f"(?:{each})" for each in texts))) for name, texts in context()["ages"].items()
    )


@cache
def pattern(table: str) -> re.Pattern[str]:
    """Return one pattern of all that a table of ``context.toml`` lists."""
    return re.compile("|".join(context()[table]["patterns"]))


def names_total(text: str) -> bool:
    """Tell whether a text says that it is of all."""
    return bool(pattern("total").search(text.lower()))


def groups_in(text: str) -> list[GroupMention]:
    """Return the groups that a text names, in their order; one within another of its dimension is left out."""
    lower, found = text.lower(), []
    for name, ages in reversed(_ages()):
        for match in ages.finditer(lower):
            numbers = [each for each in match.groups() if each]
            found.append(GroupMention(*match.span(), "age", name.format(*numbers)))
    for dimension, name, each in _patterns():
        found += [GroupMention(*match.span(), dimension, name) for match in each.finditer(lower)]
    kept: list[GroupMention] = []
    for mention in found:
        if not any(
            one.dimension == mention.dimension and one.start < mention.end and mention.start < one.end for one in kept
        ):
            kept.append(mention)
    return sorted(kept, key=lambda each: each.start)


def group_of(mentions: Iterable[GroupMention]) -> str:
    """Return the group that mentions name together, one of each dimension; the first one counts."""
    named: dict[str, str] = {}
    for each in mentions:
        named.setdefault(each.dimension, each.name)
    typed = [f"{dimension}: {named[dimension]}" for dimension in _TYPED if dimension in named]
    others = [name for dimension, name in named.items() if dimension not in _TYPED]
    return " & ".join([*others, *typed]) or TOTAL
