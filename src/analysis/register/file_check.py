"""A file of the register, or all of it, checked: its rows, what its queries name, and where its numbers are shown."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.checked_files import refuse
from analysis.classifications.categories import TOTAL
from analysis.classifications.selection import find_crossing, unknown_dimension
from analysis.cleaning.cells import classes_of
from analysis.errors import CallError, DataError, did_you_mean, nearest
from analysis.register.agreement import group_fault, period_fault, unit_fault
from analysis.register.cells import GRAINS, periods_of
from analysis.register.claims import Claim
from analysis.register.coverage import read_coverage
from analysis.register.entry import in_line_order, register_with_faults
from analysis.register.formulas import level_of_cell
from analysis.register.relations import Register
from analysis.register.schema import DOCUMENTS, SOURCES
from analysis.register.units import check_units, units_of_cells, units_of_claims
from analysis.snapshots.store import Snapshot
from analysis.statline.catalogue import catalogued, expected_of


@dataclass(frozen=True)
class TableOutline:
    """What queries are checked against: of a table the grain, measures with their unit, and classes by dimension.

    What is empty is not checked. ``periods`` are all that the table has, where it is known to have no others.
    """

    grain: str
    units: Mapping[str, str]
    dimensions: Mapping[str, Collection[str]]
    periods: Collection[str] = field(default=())


def check_file(path: Path, published: Snapshot) -> list[Claim]:
    """Return the claims of a file that is in order, as `register_with_file` says."""
    return register_with_file(path, published).of_document(path.stem)


def register_with_file(path: Path, published: Snapshot) -> Register:
    """Return the register with a file; the queries of that may name tables of a snapshot and of the catalogue.

    Raises
    ------
    CallError
        When there is no such file, or it is neither CSV nor workbook.
    DataError
        With a line for each fault.
    """
    register, faults = register_with_faults(extra=path)
    queries = query_faults(register.of_document(path.stem), outlines(published))
    refuse(in_line_order([*faults, *queries], [path.name]))
    check_units(register, "formula", units_of_claims(register.claims), path.stem)
    return register


def check_register(published: Snapshot) -> tuple[list[Claim], int]:
    """Return the claims of the register and how many parts of documents are shown.

    It raises a DataError as `register_with_file` does; register, documents, sources and coverage are all read before
    anything is reported.
    """
    register, faults = register_with_faults()
    claims = list(register.claims.values())
    queries = query_faults(claims, outlines(published))
    faults = in_line_order([*faults, *queries], [DOCUMENTS, SOURCES, *dict.fromkeys(claim.file for claim in claims)])
    try:
        parts = len(read_coverage(register))
    except DataError as fault:
        faults += str(fault).splitlines()
    refuse(faults)
    check_units(register, "formula", units_of_claims(register.claims))
    return claims, parts


@cache
def outlines(published: Snapshot) -> dict[str, TableOutline]:
    """Return what is known of the tables of a snapshot and of the catalogue.

    A table that is none of CBS's was transcribed: it has no other periods than those in the snapshot.
    """
    printed_tables = {name: published.metadata(name) for name in published.manifest.tables}
    tables = {
        name: TableOutline(
            "",
            {each.quantity: each.unit for each in table.measures},
            classes_of(table),
            () if name[:5].isdigit() else periods_of(table),
        )
        for name, table in printed_tables.items()
    }
    for table in catalogued(by_name=True):
        live = expected_of(table)
        units = {each["quantity"]: each.get("unit", "") for each in live.measures.values() if "quantity" in each}
        printed = tables[table].dimensions if table in tables else {}
        tables[table] = TableOutline(live.grain, units, {name: printed.get(name, ()) for name in live.dimensions})
    return tables


def query_faults(claims: Iterable[Claim], tables: Mapping[str, TableOutline]) -> list[str]:
    """Return what is wrong with the queries of claims.

    A table, measure, dimension or period that cannot be; and a period, group or unit other than in the row's columns,
    but for a query that is known to count something else.
    """
    of_name = units_of_cells(lambda table, measure: tables[table].units.get(measure, ""))
    wrong = []
    for claim in claims:
        for query in claim.queries:
            faults = [fault for cell in query.cells for fault in _cell_faults(cell, tables, claim.row["entered_on"])]
            if not faults and not claim.differs_in(query):
                faults = [period_fault(claim, query), group_fault(claim, query), unit_fault(claim, query, of_name)]
            wrong += [f"{claim.position}: query: {_ended(fault)}" for fault in faults if fault]
    return list(dict.fromkeys(wrong))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _cell_faults(name: str, tables: Mapping[str, TableOutline], entered_on: str) -> list[str]:
    table, quantity, selection, period = name.split(" | ")
    if table not in tables:
        return [f"unknown table {table}; {nearest(table, tables)}."]
    known, grain = tables[table], GRAINS[len(period)]
    wrong = [f"table {table}: expected a {known.grain}, found {period}."] if known.grain not in ("", grain) else []
    if known.units and quantity not in known.units:
        wrong.append(f"table {table}: unknown measure {quantity!r}; {did_you_mean(quantity, known.units)}.")
    wrong += _unpublished(table, known, period, entered_on)
    try:
        groups = () if level_of_cell(name) else find_crossing(selection, known.dimensions)
        crossed = ["region"] if level_of_cell(name) else [each.dimension for each in groups if each.dimension != TOTAL]
    except CallError as fault:
        return [*wrong, f"table {table}: {fault}"]
    unknown = [each for each in crossed if known.dimensions and each not in known.dimensions]
    return wrong + [f"table {table}: {unknown_dimension(each, known.dimensions)}" for each in unknown]


def _unpublished(table: str, known: TableOutline, period: str, entered_on: str) -> list[str]:
    """Return that a period cannot have been published: it ends after the row was entered, or the table lacks it."""
    if pd.Period(period).start_time.date() > date.fromisoformat(entered_on):
        return [f"table {table}: nothing of {period} was published when the row was entered, on {entered_on}."]
    if known.periods and period not in known.periods:
        return [f"table {table} has no {period}; it has {min(known.periods)} to {max(known.periods)}."]
    return []
