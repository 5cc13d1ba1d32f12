"""Cells of tables as operands: what a query names is looked up in a snapshot, down to the single cells it stands on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import MONITOR_GROUPS, TOTAL_GROUP, Group
from analysis.cleaning.cells import read_cells
from analysis.cleaning.groups import group_column
from analysis.errors import CoverageError, DataError, did_you_mean, nearest
from analysis.intervals.formula import Node, number
from analysis.intervals.formula_range import Interval
from analysis.measures.duration import FROM_2_TO_5, UNDER_2, at_least
from analysis.missing import NOT_IN_SNAPSHOT, PRESENT
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import total
from analysis.register.relations import Recomputed, recompute
from analysis.snapshots.store import Snapshot

_GRAINS = {4: "year", 6: "quarter", 7: "month"}
_DURATIONS = {"<2y": UNDER_2, "2y+": at_least(24), "2-5y": FROM_2_TO_5, "5y+": at_least(60)}
_NAMED = {(dimension, group.name): group for dimension, groups in MONITOR_GROUPS.items() for group in groups}
_NAMED |= {("duration", name): group for name, group in _DURATIONS.items()}


@dataclass(frozen=True)
class QueryResult:
    """A query on a snapshot: the formula over single cells, their intervals, and what is not there."""

    tree: Node
    operands: Mapping[str, Interval]
    wanted: tuple[str, ...]


def groups_named(selection: str) -> list[Group]:
    """Return the groups that a selection crosses: monitor groups by name, any other class of a table by itself."""
    if selection == TOTAL:
        return [TOTAL_GROUP]
    groups = []
    for each in selection.split("&"):
        dimension, _, name = (part.strip() for part in each.partition(":"))
        known = _NAMED.get((dimension, name))
        groups.append(known or Group(dimension, name, (((1, {dimension: name}),),)))
    return groups


@dataclass(frozen=True)
class Known:
    """What is known of a table: its grain, measures and dimensions; what is left empty is not checked."""

    grain: str
    quantities: Collection[str]
    dimensions: Collection[str]


def known_of(snapshot: Snapshot) -> dict[str, Known]:
    """Return what the metadata of a snapshot tell of its tables."""
    tables = {name: snapshot.metadata(name) for name in snapshot.manifest.tables}
    return {
        name: Known("", [each.quantity for each in table.measures], [each.name for each in table.dimensions])
        for name, table in tables.items()
    }


def query_faults(claims: Iterable[Claim], tables: Mapping[str, Known]) -> list[str]:
    """Return what is wrong with the queries of claims: a table, measure, dimension or period that cannot be."""
    cells = [
        (claim, str(node.value))
        for claim in claims
        for way in claim.queries
        for node in way.tree.walk()
        if node.kind == "cell"
    ]
    wrong = [f"{claim.place}: query: {fault}" for claim, cell in cells for fault in _cell_faults(cell, tables)]
    return list(dict.fromkeys(wrong))


def _cell_faults(name: str, tables: Mapping[str, Known]) -> list[str]:
    table, quantity, selection, period = name.split(" | ")
    if table not in tables:
        return [f"unknown table {table}; {nearest(table, tables)}."]
    known, grain = tables[table], _GRAINS[len(period)]
    wrong = [f"table {table}: expected a {known.grain}, found {period}."] if known.grain not in ("", grain) else []
    if known.quantities and quantity not in known.quantities:
        wrong.append(f"table {table}: unknown measure {quantity!r}; {did_you_mean(quantity, known.quantities)}.")
    asked = [group.dimension for group in groups_named(selection) if group.dimension != TOTAL]
    return wrong + [
        f"table {table}: unknown dimension {each!r}; {did_you_mean(each, known.dimensions)}."
        for each in asked
        if known.dimensions and each not in known.dimensions
    ]


@dataclass(eq=False)
class Tables:
    """The tables of a snapshot, each cell looked up once."""

    snapshot: Snapshot
    _known: dict[str, tuple[Node, dict[str, Interval], str]] = field(default_factory=dict)

    def ask(self, tree: Node) -> QueryResult:
        """Return a query with each of its references worked out to single cells."""
        operands: dict[str, Interval] = {}
        wanted: list[str] = []

        def resolve(node: Node) -> Node:
            if node.kind != "cell":
                return Node(node.kind, tuple(resolve(part) for part in node.parts), node.value)
            found, cells, missing = self._look_up(str(node.value))
            operands.update(cells)
            wanted.extend([missing] if missing else [])
            return found

        return QueryResult(resolve(tree), operands, tuple(dict.fromkeys(wanted)))

    def work_out(self, way: Derivation) -> tuple[QueryResult, Recomputed | None]:
        """Return a query as asked and what it gives: None where cells are not there, or where it has no value."""
        asked = self.ask(way.tree)
        if asked.wanted:
            return asked, None
        try:
            return asked, recompute(asked.tree, asked.operands)
        except DataError as fault:
            return replace(asked, wanted=(f"{way.text} ({fault})",)), None

    def _look_up(self, name: str) -> tuple[Node, dict[str, Interval], str]:
        if name not in self._known:
            self._known[name] = self._cells(name)
        return self._known[name]

    def _cells(self, name: str) -> tuple[Node, dict[str, Interval], str]:
        """Return a reference as a sum of single cells, their intervals, and ``""`` or why it has no value."""
        table, quantity, selection, period = name.split(" | ")
        gone = number(0), {}, f"{name} ({NOT_IN_SNAPSHOT})"
        if table not in self.snapshot:
            return gone
        try:
            cells = read_cells(self.snapshot, table, _GRAINS[len(period)])
            groups = groups_named(selection)
            when = pd.PeriodIndex([pd.Period(period)])
            column = group_column(cells, quantity, groups[0], when, *groups[1:])
        except CoverageError as fault:
            return *gone[:2], f"{name} ({fault})"
        if column.missing[0] != PRESENT:
            return *gone[:2], f"{name} ({column.missing[0]})"
        terms, operands = [], {}
        for place, weight in zip(column.cell, column.num, strict=True):
            row = cells.frame.iloc[int(place)]
            classes = ", ".join(f"{known.name}={row[known.name]}" for known in cells.metadata.dimensions)
            key = " | ".join([table, quantity, classes or TOTAL, period])
            ends = (column.pool.value[place], column.pool.lo[place], column.pool.hi[place])
            operands[key] = Interval(*(Fraction(repr(float(end))) for end in ends))
            cell = Node("cell", value=key)
            scale = Fraction(float(weight)) * (1000 if column.unit.startswith("thousand ") else 1)
            terms.append(cell if scale == 1 else Node("*", (number(scale), cell)))
        return total(*terms), operands, ""
