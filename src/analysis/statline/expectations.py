"""What a table no longer is: against what the workbench expects, and against the vintage before."""

from dataclasses import replace

from analysis.classifications.categories import category_of
from analysis.errors import name_some
from analysis.files import json_bytes, sha256
from analysis.snapshots.format import TableMetadata, grain_of_code
from analysis.statline.catalogue import expected_of
from analysis.statline.wire_format import plain

MARK = "Drift: "


def fingerprint(metadata: TableMetadata) -> str:
    """Return one SHA-256 for the columns, categories, units and grain of a table; its periods are not in it."""
    return sha256(json_bytes({name: sorted(codes) for name, codes in _parts(metadata).items()}))


def drift(table: str, metadata: TableMetadata, before: TableMetadata | None = None) -> list[str]:
    """Return how a table differs from what the workbench expects of it and from an older state, a line each."""
    lines = _against_expected(table, metadata)
    if before is not None and fingerprint(before) != fingerprint(metadata):
        old, new = _parts(before), _parts(metadata)
        for name in sorted({*old, *new}):
            came, went = new.get(name, set()) - old.get(name, set()), old.get(name, set()) - new.get(name, set())
            lines += [f"{name}: {name_some(sorted(came))} came"] if came else []
            lines += [f"{name}: {name_some(sorted(went))} went"] if went else []
    return lines


def marked(metadata: TableMetadata, lines: list[str]) -> TableMetadata:
    """Return the metadata with these lines among their notes, where a reader and a notebook see them."""
    return replace(metadata, notes=(*metadata.notes, *(MARK + line for line in lines)))


def _against_expected(table: str, metadata: TableMetadata) -> list[str]:
    expected, found = expected_of(table), {plain(measure.title) for measure in metadata.measures}
    names = {dimension.name for dimension in metadata.dimensions}
    lines = [f"expected dimension {name}, found none" for name in expected.dimensions if name not in names]
    if "*" in expected.measures:
        if len(metadata.measures) != 1:
            lines.append(f"expected one measure, found {len(metadata.measures)}")
    else:
        lines += [f"expected measure {title}, found none" for title in expected.measures if title not in found]
    if expected.grain and expected.grain not in _parts(metadata)["grain"]:
        lines.append(f"expected periods by {expected.grain}, found none")
    kinds = [code for dimension in metadata.dimensions if dimension.name == "provision" for code in dimension.codes]
    for code in (code for code in kinds if code.category is None):
        kind = category_of("provision", code.code, code.label)
        is_what = f"one more {kind!r}, after the first" if kind else "no kind the workbench knows"
        lines.append(f"provision: {code.label!r} is {is_what}")
    return lines


def _parts(metadata: TableMetadata) -> dict[str, set[str]]:
    """Return what a fingerprint is made of: the grains, the measures with their units, the codes of each dimension."""
    measures = {f"{measure.code} ({measure.unit})" for measure in metadata.measures}
    grains = {grain_of_code(code) for code in metadata.periods}
    classes = {dimension.name: {code.code for code in dimension.codes} for dimension in metadata.dimensions}
    return {"grain": grains, "measure": measures, "dimension": set(classes), **classes}
