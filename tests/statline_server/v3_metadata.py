"""The metadata of a table in OData version 3, field for field as recorded (80137ned, 70076ned, 81810NED, catalogue)."""

from __future__ import annotations

from statline_server.cube import Cube, Dimension, Group, Measure

NOTES = {"Voorlopig": "Voorlopige cijfers", "NaderVoorlopig": "Nader voorlopige cijfers"}


def table_info(cube: Cube, number: int = 0) -> dict:
    """Return the row of ``TableInfos``. It does not tell how many rows the table has."""
    return {
        "ID": number,
        "Title": cube.title,
        "ShortTitle": cube.title[:40],
        "Identifier": cube.id,
        "Summary": cube.title,
        "Modified": cube.modified,
        "ReasonDelivery": "Actualisering",
        "ExplanatoryText": "",
        "Language": "nl",
        "Catalog": "CBS",
        "Frequency": cube.frequency,
        "Period": cube.period,
        "ShortDescription": f"\n{cube.title}\n",
        "Description": f"{cube.title}\n",
        "DefaultPresentation": "graphtype=Table",
        "DefaultSelection": "",
        "GraphTypes": "Table,Bar,Line",
        "OutputStatus": "Regulier",
        "Source": "CBS.",
        "MetaDataModified": cube.modified,
        "SearchPriority": "2",
    }


def tables(cubes: list[Cube], base: str) -> list[dict]:
    """Return the rows of the catalogue. ``RecordCount`` is the number of rows, ``ColumnCount`` leaves ``ID`` out."""
    rows = []
    for number, cube in enumerate(cubes):
        row = table_info(cube, number)
        del row["Description"]
        api, feed = (f"{base}/{service}/OData/{cube.id}" for service in ("ODataApi", "ODataFeed"))
        row |= {
            "Updated": cube.modified,
            "ApiUrl": api,
            "FeedUrl": feed,
            "RecordCount": cube.announced(len(cube.rows)),
            "ColumnCount": len(cube.dimensions) + len(cube.measures),
            "SummaryAndLinks": f"{cube.title}<br />{api}<br />{feed}",
        }
        rows.append(row)
    return rows


def entities(cube: Cube) -> dict[str, list[dict]]:
    """Return the rows of every entity of the table but its data."""
    found = {"TableInfos": [table_info(cube)], "DataProperties": properties(cube), "CategoryGroups": _groups(cube)}
    return found | {dimension.key: _codes(cube, dimension) for dimension in cube.dimensions}


def properties(cube: Cube) -> list[dict]:
    """Return ``DataProperties``: dimensions, then groups and topics; ``ParentID`` is the ``ID`` of a group."""
    rows = [_dimension(dimension, number) for number, dimension in enumerate(cube.dimensions)]
    ids: dict[str | None, int | None] = {None: None}
    position = len(rows)
    for number, item in cube.listing():
        if isinstance(item, Group):
            ids[item.id] = number
            rows.append(_topic_group(item, number, ids[item.parent]))
        else:
            rows.append(_topic(item, number, ids[item.group], position))
            position += 1
    return rows


def _dimension(dimension: Dimension, number: int) -> dict:
    row = {
        "odata.type": f"Cbs.OData.{dimension.kind}",
        "ID": number,
        "Position": number,
        "ParentID": None,
        "Type": dimension.kind,
        "Key": dimension.key,
        "Title": dimension.title,
        "Description": None,
    }
    return row | ({"ReleasePolicy": True} if dimension.kind == "TimeDimension" else {})


def _topic_group(group: Group, number: int, parent: int | None) -> dict:
    return {
        "odata.type": "Cbs.OData.TopicGroup",
        "ID": number,
        "Position": None,
        "ParentID": parent,
        "Type": "TopicGroup",
        "Key": "",
        "Title": group.title,
        "Description": None,
    }


def _topic(measure: Measure, number: int, parent: int | None, position: int) -> dict:
    return {
        "odata.type": "Cbs.OData.Topic",
        "ID": number,
        "Position": position,
        "ParentID": parent,
        "Type": "Topic",
        "Key": measure.key,
        "Title": measure.title,
        "Description": None,
        "Datatype": measure.datatype,
        "Unit": measure.unit,
        "Decimals": measure.decimals,
        "Default": measure.default,
    }


def _numbered(cube: Cube) -> dict[tuple[str, str], int]:
    pairs = [(one.key, group.id) for one in cube.dimensions if one.kind != "TimeDimension" for group in one.groups]
    return {pair: number for number, pair in enumerate(pairs)}


def _groups(cube: Cube) -> list[dict]:
    numbers = _numbered(cube)
    titles = {(one.key, group.id): group for one in cube.dimensions for group in one.groups}
    return [
        {
            "ID": number,
            "DimensionKey": key,
            "Title": titles[key, name].title,
            "Description": "",
            "ParentID": numbers.get((key, titles[key, name].parent)),
        }
        for (key, name), number in numbers.items()
    ]


def _codes(cube: Cube, dimension: Dimension) -> list[dict]:
    if dimension.kind == "TimeDimension":
        return [
            {"Key": code.key, "Title": code.title, "Description": NOTES.get(code.status, ""), "Status": code.status}
            for code in dimension.codes
        ]
    numbers = _numbered(cube)
    return [
        {
            "Key": key,
            "Title": code.title,
            "Description": code.description or None,
            "CategoryGroupID": numbers.get((dimension.key, code.group)),
        }
        for key, code in zip(dimension.padded, dimension.codes, strict=True)
    ]
