"""Answers of OData version 4, ``/odata/v1/CBS``: long rows, one an observation.

Names and types of fields are those recorded in July 2026, of the catalogue and the root those of the beta of 2020.
An impossible figure is a row with ``ValueAttribute`` ``Impossible``; an unknown one (``.`` in version 3) has no row:
so it is for every such cell of the two recorded vintages of 37789ksz. No other attribute was ever recorded.
Made up here: error bodies, the form of a link to the next page, titles of groups of periods, content types.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from statline_server import v4_metadata
from statline_server.answers import Answer, BadQuery, Query, compact, dict_column, error, fragments, join_rows
from statline_server.cube import IMPOSSIBLE, UNKNOWN, Cube
from statline_server.filters import parse_filter

PAGE = 100_000
KIND = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
NO_VALUE = '"ValueAttribute":"Impossible","Value":null,"StringValue":null'


def answer(cubes: dict[str, Cube], parts: list[str], query: Query, base: str, page: int) -> Answer:
    """Return what lies under ``/odata/v1/CBS``; names and ids in their own case alone."""
    root = f"{base}/odata/v1/CBS"
    if not parts:
        return _list([_entry("Catalogs"), _entry("Datasets")], Query(""), f"{root}/$metadata", "", 9)
    if parts == ["Datasets"]:
        rows = [v4_metadata.dataset(cube, observation_count(cube)) for cube in cubes.values()]
        return _list(rows, query, f"{root}/$metadata#Datasets", f"{root}/Datasets", len(rows) + 1)
    cube = cubes.get(parts[0])
    if cube is None:
        return error(404, f"Dataset {parts[0]} not found.")
    root = f"{root}/{cube.id}"
    if parts[1:] == ["Properties"]:
        found = v4_metadata.properties(cube, observation_count(cube), root)
        return Answer(200, compact({"@odata.context": f"{root}/$metadata#Properties", **found}).encode(), KIND)
    if parts[1:2] == ["Observations"]:
        return _observations(cube, parts[2:], query, root, page)
    entities = v4_metadata.entities(cube, root)
    if len(parts) == 1:
        names = [_entry(name) for name in [*entities, "Observations"]] + [_entry("Properties", "Singleton")]
        return _list(names, Query(""), f"{root}/$metadata", "", len(names))
    if len(parts) > 2 or parts[1] not in entities:
        return error(404, "No HTTP resource was found.")
    return _list(entities[parts[1]], query, f"{root}/$metadata#{parts[1]}", f"{root}/{parts[1]}", page)


def _entry(name: str, kind: str = "EntitySet") -> dict:
    return {"name": name, "kind": kind, "url": name}


def _list(rows: list[dict], query: Query, context: str, link: str, page: int) -> Answer:
    if query.filter and rows:
        rows = [row for row, kept in zip(rows, parse_filter(query.filter)(dict_column(rows)), strict=True) if kept]
    window = query.window(len(rows), page)
    shown = rows[window.start : window.stop]
    if query.select:
        shown = [{name: value for name, value in row.items() if name in query.select} for row in shown]
        context += f"({','.join(query.select)})"
    following = f"{link}?{window.following}" if window.following else None
    return _page(",".join(map(compact, shown)), context, following, len(rows) if query.counts else None)


def _observations(cube: Cube, rest: list[str], query: Query, root: str, page: int) -> Answer:
    everything = observed(cube)
    chosen = everything if not query.filter else _chosen(cube, query.filter)
    if rest:
        wanted = rest == ["$count"]
        return Answer(200, str(len(chosen)).encode(), "text/plain") if wanted else error(404, "No HTTP resource.")
    window = query.window(len(chosen), page)
    shown = chosen[window.start : window.stop]
    numbers = shown if cube.numbered_by_crossing else np.searchsorted(everything, shown)
    rows = join_rows(_columns(cube, shown, numbers, query.select))
    following = f"{root}/Observations?{window.following}" if window.following else None
    count = len(chosen) if query.counts else None
    return _page(rows, f"{root}/$metadata#Observations", following, count)


def _columns(cube: Cube, shown: np.ndarray, numbers: np.ndarray, select: list[str]) -> list[list[str]]:
    """Return the columns of a page as fragments of JSON; ``$select`` may leave out whole dimensions alone."""
    fixed = {"Id", "Measure", "ValueAttribute", "Value", "StringValue"}
    if select and not fixed <= set(select) <= fixed | {one.key for one in cube.dimensions}:
        raise BadQuery("this server keeps Id, Measure, ValueAttribute, Value and StringValue in every selection")
    places, measures = np.divmod(shown, len(cube.measures))
    dimensions, cells, starts = _fragments(cube)
    which = np.empty(len(shown), dtype=np.int64)
    for number in range(len(cube.measures)):
        mine = measures == number
        which[mine] = starts[number] + cube.choose(number, places[mine]) % len(cube.pools[number])
    columns = [list(map('"Id":%d'.__mod__, numbers.tolist())), cells[which].tolist()]
    codes = np.unravel_index(places, cube.shape)
    for dimension, texts, code in zip(cube.dimensions, dimensions, codes, strict=True):
        if not select or dimension.key in select:
            columns.append(texts[code].tolist())
    return columns


@lru_cache(maxsize=64)
def _fragments(cube: Cube) -> tuple[list[np.ndarray], np.ndarray, list[int]]:
    """Return every fragment of codes; every fragment of cells, one pool after another; and where each pool starts."""
    cells: list[str] = []
    starts = []
    for measure, pool in zip(cube.measures, cube.pools, strict=True):
        starts.append(len(cells))
        cells += [f"{compact(measure.id)},{_value(text, measure.text)}" for text in pool]
    keys = [fragments(one.key, (compact(code.key) for code in one.codes)) for one in cube.dimensions]
    return keys, fragments("Measure", cells), starts


def _value(text: str, word: bool) -> str:
    """Return a cell in JSON."""
    if word:
        return f'"ValueAttribute":"None","Value":null,"StringValue":{compact(text)}'
    if text in (UNKNOWN, IMPOSSIBLE):
        return NO_VALUE
    return f'"ValueAttribute":"None","Value":{number(text)},"StringValue":null'


def number(text: str) -> str:
    """Return a number as version 4 writes it: whole ones have no point, whatever their decimals."""
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        return compact(text)
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=64)
def observed(cube: Cube) -> np.ndarray:
    """Return the observations that are there, as place in the crossing times measures plus number of the measure."""
    shown = np.empty((len(cube.rows), len(cube.measures)), dtype=bool)
    for number, pool in enumerate(cube.pools):
        known = np.array([text != UNKNOWN for text in pool])
        shown[:, number] = known[cube.choose(number, cube.rows)]
    row, measure = np.nonzero(shown)
    return cube.rows[row] * len(cube.measures) + measure


def observation_count(cube: Cube) -> int | None:
    """Return ``ObservationCount``: the rows of ``Observations``, impossible ones too, unknown ones not."""
    return cube.announced(len(observed(cube)))


@lru_cache(maxsize=256)
def _chosen(cube: Cube, text: str) -> np.ndarray:
    """Return the observations that a filter leaves."""
    everything = observed(cube)
    places, measures = np.divmod(everything, len(cube.measures))
    codes = np.unravel_index(places, cube.shape)
    columns = {one.key: ([c.key for c in one.codes], codes[n]) for n, one in enumerate(cube.dimensions)}
    columns["Measure"] = ([measure.id for measure in cube.measures], measures)

    def column(name: str):
        if name not in columns:
            raise BadQuery(f"no property {name} to filter on")
        return columns[name]

    return everything[parse_filter(text)(column)]


def _page(rows: str, context: str, link: str | None, count: int | None) -> Answer:
    head = f'{{"@odata.context":{compact(context)},'
    head += f'"@odata.count":{count},' if count is not None else ""
    tail = f',"@odata.nextLink":{compact(link)}}}' if link else "}"
    return Answer(200, f'{head}"value":[{rows}]{tail}'.encode(), KIND)
