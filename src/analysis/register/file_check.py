"""A single file of the register, checked with the register around it: its rows, and what its queries name."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.checked_files import refuse
from analysis.classifications.categories import TOTAL
from analysis.classifications.selection import find_crossing, unknown_dimension
from analysis.cleaning.cells import classes_of
from analysis.errors import CallError, did_you_mean, nearest
from analysis.register.cells import GRAINS
from analysis.register.claims import Claim
from analysis.register.entry import read_register
from analysis.snapshots.store import Snapshot
from analysis.statline.catalogue import catalogued, expected_of


def check_file(path: Path, published: Snapshot) -> list[Claim]:
    """Return the claims of a file; its queries may name tables of a snapshot and of the catalogue.

    Raises
    ------
    CallError
        When there is no such file, or it is no CSV.
    DataError
        With a line for each fault.
    """
    claims = [claim for claim in read_register(extra=path).claims.values() if claim.document == path.stem]
    printed_tables = {name: published.metadata(name) for name in published.manifest.tables}
    tables = {
        name: TableOutline("", [each.quantity for each in table.measures], classes_of(table))
        for name, table in printed_tables.items()
    }
    for table in catalogued(by_name=True):
        live = expected_of(table)
        measured = [measure["quantity"] for measure in live.measures.values() if "quantity" in measure]
        printed = tables[table].dimensions if table in tables else {}
        tables[table] = TableOutline(live.grain, measured, {name: printed.get(name, ()) for name in live.dimensions})
    refuse(query_faults(claims, tables))
    return claims


@dataclass(frozen=True)
class TableOutline:
    """Grain, measures and classes by dimension of a table, to check queries against; what is empty is not checked."""

    grain: str
    quantities: Collection[str]
    dimensions: Mapping[str, Collection[str]]


def query_faults(claims: Iterable[Claim], tables: Mapping[str, TableOutline]) -> list[str]:
    """Return what is wrong with the queries of claims: a table, measure, dimension or period that cannot be."""
    cells = [(claim, cell) for claim in claims for query in claim.queries for cell in query.cells]
    wrong = [f"{claim.position}: query: {fault}" for claim, cell in cells for fault in _cell_faults(cell, tables)]
    return list(dict.fromkeys(wrong))


def _cell_faults(name: str, tables: Mapping[str, TableOutline]) -> list[str]:
    table, quantity, selection, period = name.split(" | ")
    if table not in tables:
        return [f"unknown table {table}; {nearest(table, tables)}."]
    known, grain = tables[table], GRAINS[len(period)]
    wrong = [f"table {table}: expected a {known.grain}, found {period}."] if known.grain not in ("", grain) else []
    if known.quantities and quantity not in known.quantities:
        wrong.append(f"table {table}: unknown measure {quantity!r}; {did_you_mean(quantity, known.quantities)}.")
    try:
        crossed = [group.dimension for group in find_crossing(selection, known.dimensions) if group.dimension != TOTAL]
    except CallError as fault:
        return [*wrong, f"table {table}: {fault}"]
    unknown = [each for each in crossed if known.dimensions and each not in known.dimensions]
    return wrong + [f"table {table}: {unknown_dimension(each, known.dimensions)}" for each in unknown]
