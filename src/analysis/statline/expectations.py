"""How a table differs from what the workbench expects of it, and from the vintage before."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from analysis.classifications.categories import category_of
from analysis.errors import name_some
from analysis.files import json_bytes, sha256
from analysis.snapshots.format import Code, Dimension, TableMetadata, grain_of_code
from analysis.statline.catalogue import ONLY, declared_entry, declared_measure, expected_of
from analysis.statline.table_metadata import CellEvidence
from analysis.statline.wire_format import STATUS_OF_WORD, WireTable

MARK = "Drift: "
INFERRED = "rounding inferred from the cells of measures not declared"


def fingerprint(metadata: TableMetadata) -> str:
    """Return one SHA-256 for the columns, categories, units and grain of a table; its periods are not in it."""
    return sha256(json_bytes({name: sorted(codes) for name, codes in _parts(metadata).items()}))


def drift(
    table: WireTable, metadata: TableMetadata, evidence: Mapping[str, CellEvidence], before: TableMetadata | None = None
) -> list[str]:
    """Return how a table differs from what the workbench expects of it and from an older state, a line each."""
    lines = [
        *_dimensions(table, metadata),
        *_measures(table, metadata),
        *_statuses(table),
        *_widths(table, evidence),
        *table.notes,
    ]
    if table.modified is None:
        lines.append("CBS gives no date of change: whether it changed while it was read cannot be decided")
    if before is not None and fingerprint(before) != fingerprint(metadata):
        old, new = _parts(before), _parts(metadata)
        for name in sorted({*old, *new}):
            added, removed = new.get(name, set()) - old.get(name, set()), old.get(name, set()) - new.get(name, set())
            lines += [f"{name}: {name_some(sorted(added))} added"] if added else []
            lines += [f"{name}: {name_some(sorted(removed))} removed"] if removed else []
    return lines


def with_notes(metadata: TableMetadata, lines: list[str]) -> TableMetadata:
    """Return the metadata with these lines among their notes, where a reader and a notebook see them."""
    return replace(metadata, notes=(*metadata.notes, *(MARK + line for line in lines)))


def codes_without_category(dimension: Dimension) -> list[Code]:
    """Return the codes that no category of the workbench stands for; a region has a level instead."""
    return [code for code in dimension.codes if code.category is None and "level" not in code.attributes]


def _dimensions(table: WireTable, metadata: TableMetadata) -> list[str]:
    expected, found = expected_of(table.id), {dimension.name: dimension for dimension in metadata.dimensions}
    lines = [f"expected dimension {name}, found none" for name in expected.dimensions if name not in found]
    lines += [
        f"dimension {name} is not expected" for name in found if expected.grain and name not in expected.dimensions
    ]
    if expected.grain and expected.grain not in metadata.grains():
        lines.append(f"expected periods by {expected.grain}, found none")
    for name in (name for name in expected.dimensions if name in found):
        lines += _categories(found[name], expected.categories.get(name, ()))
    return lines


def _categories(dimension: Dimension, expected: tuple[str, ...]) -> list[str]:
    """Return what a list of codes lacks, and what it has beyond the workbench's categories; regions have levels."""
    missing = [name for name in expected if name not in {code.category for code in dimension.codes}]
    lines = [f"{dimension.name}: expected category {name_some(missing, 12)}, found none"] if missing else []
    rest = codes_without_category(dimension)
    known = {code.code: category_of(dimension.name, code.code, code.label) for code in rest}
    twice = [f"{code.label!r} ({known[code.code]})" for code in rest if known[code.code]]
    unknown = [f"{code.code} {code.label!r}" for code in rest if not known[code.code]]
    lines += [f"{dimension.name}: {name_some(twice)} after another code of that category"] if twice else []
    lines += [f"{dimension.name}: no category for {name_some(unknown)}"] if unknown else []
    return lines


def _measures(table: WireTable, metadata: TableMetadata) -> list[str]:
    declared = expected_of(table.id).measures
    if not declared:
        return []
    numbers = [measure for measure in table.measures if not measure.text]
    if ONLY in declared and len(numbers) != 1:
        return [f"expected one measure, found {len(numbers)}"]
    found = {measure.quantity for measure in metadata.measures}
    missing = [name for name, about in declared.items() if about["quantity"] not in found]
    rest = [measure.code for measure in table.numbers if not declared_measure(measure, table)]
    lines = [f"expected measure {name}, found none" for name in missing]
    for measure in table.numbers:
        unit = declared_entry(measure, table).get("unit", "")
        if unit and measure.code in rest:
            lines.append(f"measure {measure.code}: expected {unit}, found unit {measure.unit!r}; not used for it")
    return [*lines, f"{INFERRED}: {name_some(rest, 30)}"] if rest else lines


def _statuses(table: WireTable) -> list[str]:
    words = Counter(code.status for code in table.time.codes if code.status not in STATUS_OF_WORD)
    return [
        f"status {word!r} of {count} period{'s' * (count > 1)} is not known; counted as provisional"
        for word, count in words.items()
    ]


def _widths(table: WireTable, evidence: Mapping[str, CellEvidence]) -> list[str]:
    """Return the measures whose definitive figures are finer than declared."""
    lines = []
    for measure in table.numbers:
        declared = declared_measure(measure, table).get("rounding")
        step = evidence.get(measure.code, CellEvidence()).step
        if declared and step and step < declared:
            lines.append(
                f"measure {measure.code}: declared in steps of {declared:g}, found figures in steps of {step:g}"
            )
    return lines


def _parts(metadata: TableMetadata) -> dict[str, set[str]]:
    """Return what a fingerprint is made of: the grains, the measures with their units, the codes of each dimension."""
    measures = {f"{measure.code} ({measure.unit})" for measure in metadata.measures}
    grains = {grain_of_code(code) for code in metadata.periods}
    classes = {dimension.name: {code.code for code in dimension.codes} for dimension in metadata.dimensions}
    return {"grain": grains, "measure": measures, "dimension": set(classes), **classes}
