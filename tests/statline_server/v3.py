"""Answers of OData version 3: ``ODataFeed``, ``ODataApi`` and the catalogue.

Names and types of fields are those of recorded answers of 2018-2023. Not recorded, and made up here: error bodies,
``$inlinecount``, ``/$count``, the content type and how a filter is written in a link to the next page.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from statline_server import v3_metadata
from statline_server.answers import Answer, BadQuery, Query, Window, compact, dict_column, error, fragments, join_rows
from statline_server.cube import IMPOSSIBLE, UNKNOWN, Cube
from statline_server.filters import parse_filter

WIDTH = 8  # of an untyped cell
MOST = 10_000  # rows that ODataApi gives
KIND = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"
DATA = {"untypeddataset": "UntypedDataSet", "typeddataset": "TypedDataSet"}


def catalogue(cubes: dict[str, Cube], query: Query, base: str) -> Answer:
    """Return ``/ODataCatalog/Tables``: the whole list at once."""
    rows = v3_metadata.tables(list(cubes.values()), base)
    return _entity(rows, query, f"{base}/ODataCatalog/$metadata#Tables", "", len(rows) + 1)


def table(cubes: dict[str, Cube], service: str, parts: list[str], query: Query, base: str, page: int) -> Answer:
    """Return what lies under ``/ODataFeed/odata/<id>`` or ``/ODataApi/odata/<id>``; ids in any case."""
    found = {known.lower(): cube for known, cube in cubes.items()}
    cube = found.get(parts[0].lower())
    if cube is None or len(parts) > 3:
        return error(404, "Resource not found for the segment.")
    root = f"{base}/{service}/OData/{cube.id}"
    if len(parts) == 1:
        return _root(cube, f"{base}/{service}/odata/{cube.id}", root)
    name = parts[1].lower()
    if name in DATA:
        return _data(cube, DATA[name], service, parts[2:], query, root, page)
    entities = {known.lower(): (known, rows) for known, rows in v3_metadata.entities(cube).items()}
    if name not in entities or len(parts) > 2:
        return error(404, f"Resource not found for the segment '{parts[1]}'.")
    known, rows = entities[name]
    return _entity(rows, query, f"{root}/$metadata#Cbs.OData.WebAPI.{known}", f"{root}/{known}/", page)


def _root(cube: Cube, listed: str, root: str) -> Answer:
    names = ["TableInfos", "UntypedDataSet", "TypedDataSet", "DataProperties", "CategoryGroups"]
    names += [dimension.key for dimension in cube.dimensions]
    rows = [{"name": name, "url": f"{listed}/{name}"} for name in names]
    return _page(",".join(map(compact, rows)), f"{root}/$metadata", None)


def _entity(rows: list[dict], query: Query, context: str, link: str, page: int) -> Answer:
    if query.filter and rows:
        rows = [row for row, kept in zip(rows, parse_filter(query.filter)(dict_column(rows)), strict=True) if kept]
    window = query.window(len(rows), page)
    shown = rows[window.start : window.stop]
    if query.select:
        shown = [{name: row[name] for name in query.select if name in row} for row in shown]
    count = len(rows) if query.counts else None
    return _page(",".join(map(compact, shown)), context, _link(link, window), count)


def _data(cube: Cube, name: str, service: str, rest: list[str], query: Query, root: str, page: int) -> Answer:
    try:
        rows = cube.rows if not query.filter else _chosen(cube, query.filter)
    except MeasureFiltered:
        return error(500, "query returns more than 10000 records")  # what filters on a measure were seen to give
    if rest:
        wanted = rest == ["$count"]
        return Answer(200, str(len(rows)).encode(), "text/plain") if wanted else error(404, "Resource not found.")
    window = query.window(len(rows), page)
    end = len(rows) if query.top is None else min(len(rows), query.skip + query.top)
    if service == "ODataApi" and end - query.skip > MOST:
        return error(500, "query returns more than 10000 records")
    body = join_rows(_columns(cube, name, np.arange(window.start, window.stop), rows, query.select))
    context = f"{root}/$metadata#Cbs.OData.WebAPI.{name}"
    return _page(body, context, _link(f"{root}/{name}/", window), len(rows) if query.counts else None)


def _columns(cube: Cube, name: str, numbers: np.ndarray, rows: np.ndarray, select: list[str]) -> list[list[str]]:
    """Return the columns of a page as fragments of JSON. ``ID`` counts the rows of the whole table."""
    places = rows[numbers]
    columns = {}
    if not select or "ID" in select:
        ids = numbers if rows is cube.rows else np.searchsorted(cube.rows, places)
        columns["ID"] = list(map('"ID":%d'.__mod__, ids.tolist()))
    dimensions, measures = _fragments(cube, name)
    codes = np.unravel_index(places, cube.shape)
    for dimension, texts, code in zip(cube.dimensions, dimensions, codes, strict=True):
        if not select or dimension.key in select:
            columns[dimension.key] = texts[code].tolist()
    for number, (measure, texts) in enumerate(zip(cube.measures, measures, strict=True)):
        if not select or measure.key in select:
            columns[measure.key] = texts[cube.choose(number, places)].tolist()
    if unknown := set(select) - set(columns):
        raise BadQuery(f"no properties {sorted(unknown)}")
    return list(columns.values())


@lru_cache(maxsize=64)
def _fragments(cube: Cube, name: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return every ``"key":value`` that the dataset can hold: of codes, and of cells."""
    cell = untyped if name == "UntypedDataSet" else typed
    return (
        [fragments(one.key, map(compact, one.padded)) for one in cube.dimensions],
        [
            fragments(one.key, [cell(text, one.datatype) for text in pool])
            for one, pool in zip(cube.measures, cube.pools, strict=True)
        ],
    )


def untyped(text: str, datatype: str) -> str:
    """Return a cell as text in JSON: right-aligned, but nothing at all where a figure is impossible."""
    if datatype == "String":
        return compact(text.ljust(WIDTH))
    return compact(text.rjust(WIDTH) if text != IMPOSSIBLE else "")


def typed(text: str, datatype: str) -> str:
    """Return a cell as a number in JSON: null for unknown and impossible alike."""
    if datatype == "String":
        return compact(text.ljust(WIDTH))
    if text in (UNKNOWN, IMPOSSIBLE):
        return "null"
    return str(int(text)) if datatype == "Long" else repr(float(text))


class MeasureFiltered(Exception):
    """A filter on the column of a measure."""


@lru_cache(maxsize=256)
def _chosen(cube: Cube, text: str) -> np.ndarray:
    """Return the rows that a filter leaves."""
    codes = np.unravel_index(cube.rows, cube.shape)
    dimensions = {one.key: (one.padded, codes[number]) for number, one in enumerate(cube.dimensions)}

    def column(name: str):
        if name in {measure.key for measure in cube.measures}:
            raise MeasureFiltered
        if name not in dimensions:
            raise BadQuery(f"no property {name}")
        return dimensions[name]

    return cube.rows[parse_filter(text)(column)]


def _link(address: str, window: Window) -> str | None:
    return f"{address}?{window.following}" if window.following else None


def _page(rows: str, context: str, link: str | None, count: int | None = None) -> Answer:
    head = f'{{"odata.metadata":{compact(context)},'
    head += f'"odata.count":"{count}",' if count is not None else ""
    tail = f',"odata.nextLink":{compact(link)}}}' if link else "}"
    return Answer(200, f'{head}"value":[{rows}]{tail}'.encode(), KIND)
