"""Cells of tables as operands: what a query names is looked up in a snapshot, down to the single cells it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.selection import find_crossing
from analysis.cleaning.cells import read_cells
from analysis.cleaning.groups import group_column
from analysis.errors import CallError, CoverageError, DataError
from analysis.intervals.formula import Node, number
from analysis.intervals.formula_range import Interval
from analysis.missing import NOT_IN_SNAPSHOT, PRESENT
from analysis.register.claims import Derivation
from analysis.register.formulas import total
from analysis.register.relations import Recomputed, recompute
from analysis.snapshots.store import Snapshot

GRAINS = {4: "year", 6: "quarter", 7: "month"}
"""The grain of a period by how long its text is."""


@dataclass(frozen=True)
class QueryResult:
    """A query on a snapshot: the formula over single cells, their intervals, and the cells without a number."""

    tree: Node
    operands: Mapping[str, Interval]
    missing_cells: tuple[str, ...]


@dataclass(eq=False)
class Tables:
    """The tables of a snapshot, each cell looked up once."""

    snapshot: Snapshot
    _known: dict[str, tuple[Node, dict[str, Interval], str]] = field(default_factory=dict)

    def query(self, tree: Node) -> QueryResult:
        """Return a query with each of its references written out as single cells."""
        operands: dict[str, Interval] = {}
        missing_cells: list[str] = []

        def resolve(node: Node) -> Node:
            if node.kind != "cell":
                return Node(node.kind, tuple(resolve(part) for part in node.parts), node.value)
            found, cells, missing = self._look_up(str(node.value))
            operands.update(cells)
            missing_cells.extend([missing] if missing else [])
            return found

        return QueryResult(resolve(tree), operands, tuple(dict.fromkeys(missing_cells)))

    def evaluate(self, derivation: Derivation) -> tuple[QueryResult, Recomputed | None]:
        """Return the cells of a query and what it gives: None where a cell is missing, or where it has no value."""
        query_result = self.query(derivation.tree)
        if query_result.missing_cells:
            return query_result, None
        try:
            return query_result, recompute(query_result.tree, query_result.operands)
        except DataError as fault:
            return replace(query_result, missing_cells=(f"{derivation.text} ({fault})",)), None

    def _look_up(self, name: str) -> tuple[Node, dict[str, Interval], str]:
        if name not in self._known:
            self._known[name] = self._cells(name)
        return self._known[name]

    def _cells(self, name: str) -> tuple[Node, dict[str, Interval], str]:
        """Return a reference as a sum of single cells, their intervals, and ``""`` or why it has no value."""
        table, quantity, selection, period = name.split(" | ")
        if table not in self.snapshot:
            return number(0), {}, f"{name} ({NOT_IN_SNAPSHOT})"
        try:
            cells = read_cells(self.snapshot, table, GRAINS[len(period)])
            groups = find_crossing(selection, cells.classes)
            when = pd.PeriodIndex([pd.Period(period)])
            column = group_column(cells, quantity, groups[0], when, *groups[1:])
        except (CallError, CoverageError) as fault:
            return number(0), {}, f"{name} ({fault})"
        if column.missing[0] != PRESENT:
            return number(0), {}, f"{name} ({column.missing[0]})"
        terms, operands = [], {}
        for index, weight in zip(column.cell, column.num, strict=True):
            row = cells.frame.iloc[int(index)]
            classes = ", ".join(f"{known.name}={row[known.name]}" for known in cells.metadata.dimensions)
            key = " | ".join([table, quantity, classes or TOTAL, period])
            ends = (column.pool.value[index], column.pool.lo[index], column.pool.hi[index])
            operands[key] = Interval(*(Fraction(repr(float(end))) for end in ends))
            cell = Node("cell", value=key)
            scale = Fraction(float(weight)) * (1000 if column.unit.startswith("thousand ") else 1)
            terms.append(cell if scale == 1 else Node("*", (number(scale), cell)))
        return total(*terms), operands, ""
