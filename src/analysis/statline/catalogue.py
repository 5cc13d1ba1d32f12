"""What is expected of each table, and a table of the wire made into metadata of the workbench."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from analysis.classifications.categories import CATEGORIES, category_of
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.statline.wire_format import WireDimension, WireMeasure, WireTable, measure_codes, plain

_ONLY = "*"


@dataclass(frozen=True)
class Expected:
    """What the workbench expects of a table: its grain, dimensions and measures, and what to know before using it."""

    grain: str = ""
    dimensions: tuple[str, ...] = ()
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    predecessor: str = ""


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads((files("analysis.statline") / "catalogue.toml").read_text(encoding="utf-8"))


def catalogued(by_name: bool = False) -> list[str]:
    """Return the tables that a pull without names brings home; with ``by_name`` also those that have to be named."""
    return [table for table, about in _content()["tables"].items() if by_name or not about.get("by_name", False)]


def expected_of(table: str) -> Expected:
    """Return what is expected of a table; nothing, when the workbench does not use it."""
    about = _content()["tables"].get(table, {})
    return Expected(
        about.get("grain", ""),
        tuple(about.get("dimensions", ())),
        about.get("measures", {}),
        tuple(about.get("notes", ())),
        about.get("predecessor", ""),
    )


def dimension_names(table: WireTable) -> dict[str, str]:
    """Return the workbench's name for each dimension's column: declared, told by its categories, else the column's."""
    declared, names = _content()["dimensions"], {}
    taken = {declared.get(dimension.key) for dimension in table.others}
    left = [name for name in expected_of(table.id).dimensions if name not in taken]
    for dimension in table.others:
        known = declared.get(dimension.key) or _recognised(dimension) or _likeliest(dimension, left)
        name = known or dimension.key.lower()
        names[dimension.key] = dimension.key.lower() if name in names.values() else name
    return names


def _recognised(dimension: WireDimension) -> str | None:
    """Return the dimension of which all labels are known, where there is one."""
    labels = [code.title for code in dimension.codes]
    return next((name for name in CATEGORIES if all(category_of(name, "", label) for label in labels)), None)


def _likeliest(dimension: WireDimension, expected: list[str]) -> str | None:
    """Return the one expected dimension of which most labels are known, for a table whose whole list was never seen."""
    known = {name: sum(category_of(name, "", code.title) is not None for code in dimension.codes) for name in expected}
    most = max(known.values(), default=0)
    best = [name for name, labels in known.items() if labels == most > 0]
    return best[0] if len(best) == 1 else None


def metadata_of(table: WireTable) -> TableMetadata:
    """Return the metadata of a table as a snapshot keeps them; codes are kept, categories stand beside them."""
    names, expected, codes = dimension_names(table), expected_of(table.id), measure_codes(table.measures)
    return TableMetadata(
        dimensions=tuple(
            Dimension(names[dimension.key], dimension.title, _codes(dimension, names[dimension.key]))
            for dimension in table.others
        ),
        measures=tuple(
            sorted(
                (_measure(measure, codes[measure.key], _known(measure, table, expected)) for measure in table.measures),
                key=lambda measure: measure.code,
            )
        ),
        periods={code.code: code.status for code in sorted(table.time.codes, key=lambda known: known.code)},
        source_note=table.description,
        notes=expected.notes,
    )


def _codes(dimension: WireDimension, name: str) -> tuple[Code, ...]:
    """Return the codes of a dimension; of two that mean one category, the first by code has it."""
    codes: list[Code] = []
    for code in sorted(dimension.codes, key=lambda known: known.code):
        category = category_of(name, code.code, code.title)
        taken = category in {other.category for other in codes}
        codes.append(Code(code.code, code.title, None if taken else category))
    return tuple(codes)


def _known(measure: WireMeasure, table: WireTable, expected: Expected) -> dict[str, Any]:
    """Return what the catalogue says of a measure; nothing where it cannot tell which of several it means."""
    titles = [plain(other.title) for other in table.measures]
    if titles.count(plain(measure.title)) == 1 and plain(measure.title) in expected.measures:
        return expected.measures[plain(measure.title)]
    return expected.measures.get(_ONLY, {}) if len(titles) == 1 else {}


def _measure(measure: WireMeasure, code: str, known: dict[str, Any]) -> Measure:
    if known:
        return Measure(code, measure.title, **known)
    unit = measure.unit.strip() or "number"
    return Measure(code, measure.title, code, unit, 10.0**-measure.decimals)
