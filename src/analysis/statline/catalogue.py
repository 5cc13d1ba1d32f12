"""What is expected of each table (``catalogue.toml``), and which of its dimensions and measures a platform's are."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from analysis.classifications.categories import CATEGORIES, category_of
from analysis.statline.wire_format import WireDimension, WireMeasure, WireTable, title_key

ONLY = "*"
_RESERVED = {"table", "measure", "period", "value", "missing", "status", "unit", "rounding"}


@dataclass(frozen=True)
class Expected:
    """What the workbench expects of a table, and what to know before using it.

    ``keep`` names the measures it is pulled for, all of them when there are none; ``categories`` what each dimension
    should hold.
    """

    grain: str = ""
    dimensions: tuple[str, ...] = ()
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    predecessor: str = ""
    keep: tuple[str, ...] = ()
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def _content() -> dict[str, Any]:
    content = tomllib.loads((files("analysis.statline") / "catalogue.toml").read_text(encoding="utf-8"))
    tables = content["tables"]
    for name, about in tables.items():
        tables[name] = {**tables.get(about.get("like", ""), {}), **about}
    return content


def catalogued(by_name: bool = False) -> list[str]:
    """Return the tables that a pull without names downloads; with ``by_name`` also those that have to be named."""
    return [table for table, about in _content()["tables"].items() if by_name or not about.get("by_name", False)]


def expected_of(table: str) -> Expected:
    """Return what is expected of a table; nothing, when the workbench does not use it."""
    content = _content()
    about = content["tables"].get(table)
    if about is None:
        return Expected()
    names = tuple(about.get("dimensions", ()))
    lists = {**content["categories"], **about.get("categories", {})}
    return Expected(
        about.get("grain", ""),
        names,
        about.get("measures", {}),
        tuple(about.get("notes", ())),
        about.get("predecessor", ""),
        tuple(about.get("keep", ())),
        {name: tuple(lists.get(name, ())) for name in names},
    )


def with_kept_measures(table: WireTable, all_measures: bool = False) -> WireTable:
    """Return a table with the measures that it is pulled for: all, where the catalogue names none or none is found."""
    names = set() if all_measures else {*expected_of(table.id).keep}
    kept = (each.key for each in table.measures if not each.text and _names(each) & names)
    return replace(table, kept=frozenset(kept))


def declared_dimension(key: str) -> str | None:
    """Return the workbench's name for a column that the catalogue lists."""
    return _content()["dimensions"].get(key)


def dimension_names(table: WireTable) -> dict[str, str]:
    """Return the workbench's name for each dimension's column: declared, known by its labels, else the column's."""
    names: dict[str, str] = {}
    taken = {declared_dimension(dimension.key) for dimension in table.others}
    left = [name for name in expected_of(table.id).dimensions if name not in taken]
    for dimension in table.others:
        known = declared_dimension(dimension.key) or _recognised(dimension) or _likeliest(dimension, left)
        own = re.sub(r"\W", "_", dimension.key.lower())
        own = f"{own}_column" if own in _RESERVED else own
        names[dimension.key] = own if known in names.values() else known or own
    return names


def _recognised(dimension: WireDimension) -> str | None:
    """Return the dimension of which all labels are known, where there is one."""
    labels = [code.title for code in dimension.codes]
    return next((name for name in CATEGORIES if all(category_of(name, "", label) for label in labels)), None)


def _likeliest(dimension: WireDimension, expected: Iterable[str]) -> str | None:
    """Return the one expected dimension of which most labels are known, for a table whose whole list was never seen."""
    known = {name: sum(category_of(name, "", code.title) is not None for code in dimension.codes) for name in expected}
    most = max(known.values(), default=0)
    best = [name for name, labels in known.items() if labels == most > 0]
    return best[0] if len(best) == 1 else None


def declared_measure(measure: WireMeasure, table: WireTable) -> dict[str, Any]:
    """Return the catalogue's entry of a measure; empty where several measures fit it, or CBS's unit is another."""
    entry = declared_entry(measure, table)
    return entry if entry and multiple_of(entry["unit"]) == multiple_of(measure.unit) else {}


def declared_entry(measure: WireMeasure, table: WireTable) -> dict[str, Any]:
    """Return the catalogue's entry of a measure, whatever unit it has at CBS; empty where several measures fit it."""
    declared = expected_of(table.id).measures
    if ONLY in declared:
        return declared[ONLY] if len([each for each in table.measures if not each.text]) == 1 else {}
    for name in (name for name in declared if name in _names(measure)):
        about = declared[name]
        named = [
            each for each in table.measures if name in _names(each) and about.get("of") in (None, each.unit.strip())
        ]
        if named == [measure]:
            return {key: value for key, value in about.items() if key != "of"}
    return {}


def multiple_of(unit: str) -> float:
    """Return how many of what is counted one figure stands for: 1,000 for ``x 1 000`` and ``thousand benefits``."""
    found = re.search(r"(%|\bpercent\b)|\b(1[ .\xa0]?000|thousand)\b|\b(mln)\b|\b(mld)\b", unit)
    return (0.01, 1e3, 1e6, 1e9)[found.lastindex - 1] if found else 1.0


def _names(measure: WireMeasure) -> set[str]:
    """Return all by which the catalogue may mean a measure: column without its number, identifier, title, own code."""
    column = re.sub(r"_\d+$", "", measure.key)
    return {title_key(column), title_key(measure.key), title_key(measure.title), measure.code}
