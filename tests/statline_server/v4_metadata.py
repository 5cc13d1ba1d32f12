"""The metadata of a table in OData version 4, field for field as recorded (85615NED, 37789ksz, 85224NED, 03759ned)."""

from __future__ import annotations

from statline_server.cube import Cube, Dimension, Group
from statline_server.v3_metadata import NOTES

OWMS = "https://standaarden.overheid.nl/owms/terms/Centraal_Bureau_voor_de_Statistiek"
GRAINS = {"MM": "Maanden", "KW": "Kwartalen", "JJ": "Jaren"}


def moment(modified: str | None) -> str | None:
    """Return a date of change as version 4 writes it: with the offset of the Netherlands, roughly."""
    if modified is None:
        return None
    summer = 4 <= int(modified[5:7]) <= 10
    return f"{modified}{'+02:00' if summer else '+01:00'}"


def dataset(cube: Cube, observations: int | None) -> dict:
    """Return the row of the catalogue."""
    return {
        "Identifier": cube.id,
        "Title": cube.title,
        "Description": f"\n{cube.title}\n",
        "Language": "nl",
        "Modified": moment(cube.modified),
        "Catalog": "CBS",
        "Version": "".join(filter(str.isdigit, cube.modified or ""))[:12],
        "VersionNotes": "",
        "VersionReason": "Actualisering",
        "Status": "Regulier",
        "ObservationCount": observations,
        "ObservationsModified": moment(cube.modified),
        "DatasetType": "Numeric",
    }


def properties(cube: Cube, observations: int | None, root: str) -> dict:
    """Return ``Properties``: one object, not a list."""
    frequency = {"Permaand": "Per maand", "Perkwartaal": "Per kwartaal", "Perjaar": "Per jaar"}
    link = {"AccessUrl": root, "DownloadUrl": root, "Language": "nl"}
    return {
        **dataset(cube, observations),
        "Authority": OWMS,
        "ReleaseDate": moment(cube.modified),
        "ModificationDate": moment(cube.modified),
        "TemporalCoverage": cube.period,
        "Publisher": OWMS,
        "ContactPoint": "infoservice@cbs.nl",
        "Frequency": frequency.get(cube.frequency, cube.frequency),
        "GraphTypes": "Table,Bar,Line",
        "License": "https://creativecommons.org/licenses/by/4.0/",
        "Source": "CBS.",
        "Summary": cube.title,
        "LongDescription": f"{cube.title}\n",
        "Provenance": [],
        "RelatedSources": [],
        "Distributions": [{"Format": kind, "MediaType": kind, **link} for kind in ("csv", "odata")],
    }


def entities(cube: Cube, root: str) -> dict[str, list[dict]]:
    """Return the rows of every entity set but the observations; ``MeasureGroups`` only where there are some."""
    found = {"MeasureCodes": _measures(cube)}
    if cube.groups:
        found["MeasureGroups"] = _measure_groups(cube)
    found["Dimensions"] = [_dimension(one, root) for one in cube.dimensions]
    for dimension in cube.dimensions:
        groups, of_code = _grouped(dimension)
        if groups:
            found[f"{dimension.key}Groups"] = [_group(number, one) for number, one in enumerate(groups)]
        found[f"{dimension.key}Codes"] = _codes(dimension, of_code)
    return found


def _measures(cube: Cube) -> list[dict]:
    return [
        {
            "Identifier": item.id,
            "Index": number,
            "Title": item.title,
            "Description": "",
            "MeasureGroupId": item.group,
            "DataType": item.datatype,
            "Unit": item.unit,
            "Decimals": item.decimals,
            "PresentationType": None,
        }
        for number, item in cube.listing()
        if not isinstance(item, Group)
    ]


def _measure_groups(cube: Cube) -> list[dict]:
    return [_group(number, item) for number, item in cube.listing() if isinstance(item, Group)]


def _group(number: int, group: Group) -> dict:
    return {"Id": group.id, "Index": number, "Title": group.title, "Description": "", "ParentId": group.parent}


def _dimension(dimension: Dimension, root: str) -> dict:
    address = f"{root}/{dimension.key}"
    grouped = bool(_grouped(dimension)[0])
    kind = {} if dimension.kind == "Dimension" else {"@odata.type": f"#Cbs.Ccb.Models.{dimension.kind}"}
    return kind | {
        "Identifier": dimension.key,
        "Title": dimension.title,
        "Description": "",
        "MapYear": "" if dimension.kind == "GeoDimension" else None,
        "ReleasePolicy": True if dimension.kind == "TimeDimension" else None,
        "Kind": dimension.kind,
        "ContainsGroups": grouped,
        "ContainsCodes": True,
        "CodesUrl": f"{address}Codes",
        "GroupsUrl": f"{address}Groups" if grouped else None,
    }


def _grouped(dimension: Dimension) -> tuple[list[Group], list[str | None]]:
    """Return the groups of a dimension and the group of each code; periods are grouped by grain."""
    if dimension.kind != "TimeDimension":
        return list(dimension.groups), [code.group for code in dimension.codes]
    grains = list(dict.fromkeys(code.key[4:6] for code in dimension.codes))
    groups = [Group(str(number), GRAINS.get(grain, grain)) for number, grain in enumerate(grains)]
    return groups, [str(grains.index(code.key[4:6])) for code in dimension.codes]


def _codes(dimension: Dimension, groups: list[str | None]) -> list[dict]:
    rows = []
    for number, (code, group) in enumerate(zip(dimension.codes, groups, strict=True), start=1):
        row = {"Identifier": code.key, "Index": number, "Title": code.title, "Description": code.description}
        row["DimensionGroupId"] = group
        if dimension.kind == "TimeDimension":
            row |= {"Description": NOTES.get(code.status, ""), "Status": code.status}
        rows.append(row)
    return rows
