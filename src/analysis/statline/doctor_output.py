"""What the doctor found, in lines: a table at a time, and at the end what to paste into the lists."""

import json
from collections.abc import Iterable

from analysis.snapshots.format import TableMetadata, grain_of_code
from analysis.statline.catalogue import ONLY, declared_dimension, declared_measure, dimension_names, expected_of
from analysis.statline.doctor import Examination
from analysis.statline.expectations import codes_without_category
from analysis.statline.wire_format import WireTable


def examination_lines(found: Iterable[Examination]) -> list[str]:
    """Return a section for each table and platform: first how it differs from what is expected, then the facts."""
    lines = []
    for each in found:
        count = len(each.differences)
        verdict = f"{count} difference{'s' * (count > 1)}" if count else "as expected"
        lines.append(f"{each.table}  {each.platform}: {verdict}")
        lines += [f"  differs: {line}" for line in each.differences]
        lines += [f"  {line}" for line in each.facts]
    return lines


def lines_to_paste(found: Iterable[Examination]) -> list[str]:
    """Return the lines that the lists lack, by the last platform that described a table."""
    described = {each.table: each for each in found if each.metadata is not None}
    columns: dict[str, str] = {}
    tables: list[str] = []
    categories: dict[str, dict[str, None]] = {}
    for each in described.values():
        names = dimension_names(each.wire)
        columns |= {key: name for key, name in names.items() if declared_dimension(key) is None}
        tables += _table(each.wire, names, each.metadata)
        for name, lines in _categories(each.table, each.metadata).items():
            categories.setdefault(name, {}).update(dict.fromkeys(lines))
    lines = ["[dimensions]", *(f"{key} = {json.dumps(name)}" for key, name in columns.items())] if columns else []
    lines = [*lines, *tables]
    return [
        *(["# for statline/catalogue.toml", *lines] if lines else []),
        *(["# for classifications/categories.toml, each under a name of its own"] if categories else []),
        *(line for name, lines in categories.items() for line in (f"[{name}]", *lines)),
    ]


def _table(wire: WireTable, names: dict[str, str], metadata: TableMetadata) -> list[str]:
    """Return the entry of a table that is not catalogued, or the measures that its entry lacks."""
    expected, lines = expected_of(wire.id), []
    if not expected.grain:
        grain = sorted({grain_of_code(code.code) for code in wire.time.codes})[0]
        known = json.dumps([names[dimension.key] for dimension in wire.others])
        lines += [f"[tables.{wire.id}]", f'grain = "{grain}"', f"dimensions = {known}"]
    rest = [each for each in wire.numbers if not declared_measure(each, wire) and ONLY not in expected.measures]
    if rest:
        lines.append(f"[tables.{wire.id}.measures]")
    measures = {measure.code: measure for measure in metadata.measures}
    for measure in rest:
        kept = measures[measure.code]
        coarse = f", provisional_rounding = {kept.provisional_rounding:g}" if kept.provisional_rounding else ""
        unit = json.dumps(measure.unit or "number", ensure_ascii=False)
        widths = f"rounding = {kept.rounding:g}{coarse}"
        lines.append(f'{measure.code} = {{ quantity = "{measure.code}", unit = {unit}, {widths} }}')
    return lines


def _categories(table: str, metadata: TableMetadata) -> dict[str, list[str]]:
    """Return a line for each code without a category, by its dimension."""
    found = {}
    for dimension in metadata.dimensions:
        rest = codes_without_category(dimension)
        if rest and dimension.name in expected_of(table).dimensions:
            labels = {code.code: json.dumps(code.label, ensure_ascii=False) for code in rest}
            found[dimension.name] = [
                f"{label} = {{ codes = [{json.dumps(code)}], labels = [{label}] }}" for code, label in labels.items()
            ]
    return found
