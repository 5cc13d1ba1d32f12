"""The bulk download, ``/csv/CBS/nl/<id>``: a zip of CSV files, with names and columns as recorded of 85678NED."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np

from statline_server import v4, v4_metadata
from statline_server.answers import Answer, error
from statline_server.cube import IMPOSSIBLE, Cube

KIND = "application/zip"
CODES = ("Identifier", "DimensionGroupId", "DimensionId", "Index", "Title", "Description")
MEASURES = "Identifier MeasureGroupId Index Title Description DataType Unit Decimals PresentationType".split()
DIMENSIONS = "Identifier Title Description MapYear ReleasePolicy Kind ContainsGroups ContainsCodes CodesUrl GroupsUrl"
PROPERTIES = """Identifier Title Description Modified ReleaseDate ModificationDate Language TemporalCoverage Authority
Catalog Publisher ContactPoint Version VersionNotes VersionReason Frequency Status ObservationCount
ObservationsModified DatasetType GraphTypes License Source Summary LongDescription""".split()
GROUPS = ("Id", "Index", "Title", "Description", "ParentId", "DimensionId")


def answer(cubes: dict[str, Cube], table: str) -> Answer:
    """Return the zip of a table."""
    if table not in cubes:
        return error(404, f"Dataset {table} not found.")
    return Answer(200, packed(files(cubes[table])), KIND)


def packed(found: dict[str, str], letters: dict[str, str] | None = None) -> bytes:
    """Return a zip of these files, in UTF-8 or in the letters that are named for one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in found.items():
            archive.writestr(f"{name}.csv", text.encode((letters or {}).get(name, "utf-8")))
    return stream.getvalue()


def files(cube: Cube) -> dict[str, str]:
    """Return the text of each file of a table."""
    about = v4_metadata.properties(cube, v4.observation_count(cube), "")
    entities = v4_metadata.entities(cube, "")
    found = {
        "Properties": _text(PROPERTIES, [about]),
        "Dimensions": _text(DIMENSIONS.split(), entities["Dimensions"]),
        "MeasureCodes": _text(MEASURES, entities["MeasureCodes"]),
    }
    if cube.groups:
        found["MeasureGroups"] = _text(GROUPS[:5], entities["MeasureGroups"])
    for dimension in cube.dimensions:
        columns = (*CODES, "Status") if dimension.kind == "TimeDimension" else CODES
        rows = [row | {"DimensionId": dimension.key} for row in entities[f"{dimension.key}Codes"]]
        found[f"{dimension.key}Codes"] = _text(columns, rows)
        if f"{dimension.key}Groups" in entities:
            groups = [row | {"DimensionId": dimension.key} for row in entities[f"{dimension.key}Groups"]]
            found[f"{dimension.key}Groups"] = _text(GROUPS, groups)
    return found | {"Observations": _observations(cube)}


def _text(columns: tuple | list, rows: list[dict]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if row.get(name) is None else row[name] for name in columns])
    return stream.getvalue()


def _observations(cube: Cube) -> str:
    shown = v4.observed(cube)
    places, measures = np.divmod(shown, len(cube.measures))
    codes = np.unravel_index(places, cube.shape) if cube.shape else ()
    keys = [np.array([code.key for code in one.codes], dtype=object) for one in cube.dimensions]
    columns = [names[code].tolist() for names, code in zip(keys, codes, strict=True)]
    cells = [""] * len(shown)
    for number, (measure, pool) in enumerate(zip(cube.measures, cube.pools, strict=True)):
        mine = np.flatnonzero(measures == number)
        told = [_cell(text, measure.text) for text in pool]
        for at, which in zip(mine.tolist(), (cube.choose(number, places[mine]) % len(pool)).tolist(), strict=True):
            cells[at] = told[which]
    ids = [measure.id for measure in cube.measures]
    dimensions = [f"{one.key}" for one in cube.dimensions]
    lines = [";".join(["Id", "Measure", *dimensions, "Value", "StringValue", "ValueAttribute"])]
    numbers = shown.tolist() if cube.numbered_by_crossing else range(len(shown))
    rows = zip(numbers, [ids[n] for n in measures.tolist()], *columns, cells, strict=True)
    lines += [";".join(map(str, row)) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str, word: bool) -> str:
    if word:
        return f";{text};None"
    return ";;Impossible" if text == IMPOSSIBLE else f"{v4.number(text).replace('.', ',')};;None"
