"""Cells of tables as operands: what a query names is looked up in a snapshot, down to the single cells it stands on."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.selection import find_crossing
from analysis.cleaning.cells import read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import parse_period
from analysis.errors import CallError, CoverageError, DataError
from analysis.intervals.formula import Node, number
from analysis.intervals.formula_range import Interval
from analysis.missing import NOT_IN_SNAPSHOT, PRESENT
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import OVER_REGIONS, total
from analysis.register.over_regions import over_regions
from analysis.register.relations import QUERY, Evaluation
from analysis.snapshots.format import TableMetadata, grain_of_code
from analysis.snapshots.store import Snapshot

GRAINS = {4: "year", 6: "quarter", 7: "month"}
"""The grain of a period by how long its text is."""


def periods_of(table: TableMetadata) -> set[str]:
    """Return the months, quarters and years of a table as queries write them."""
    return {str(parse_period(code)) for code in table.periods if grain_of_code(code) != "other"}


class Tables:
    """The tables of a snapshot, each cell looked up once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._look_up = cache(self._cells)
        self._over_regions = cache(lambda node: over_regions(node, snapshot))

    def query(
        self, tree: Node, printed: Mapping[str, Interval] | None = None
    ) -> tuple[Node, dict[str, Interval], tuple[str, ...]]:
        """Return a query written out over single cells, the intervals of these, and the cells without a number.

        What is computed over regions is one operand, under the name of its function and, from the second on, a number.
        ``printed`` gives cells that are not looked up, by the name they have in the query.
        """
        operands: dict[str, Interval] = dict(printed or {})
        missing: dict[str, None] = {}
        named: dict[Node, str] = {}

        def resolve(node: Node) -> Node:
            if node.kind in OVER_REGIONS:
                found, reasons = self._over_regions(node)
                missing.update(dict.fromkeys(reasons))
                name = named.setdefault(node, f"{node.kind} {len(named) + 1}" if named else node.kind)
                operands.update({name: found} if found else {})
                return Node("cell", value=name) if found else number(0)
            if node.kind != "cell":
                return Node(node.kind, tuple(resolve(part) for part in node.parts), node.value)
            if printed and node.value in printed:
                return node
            found, cells, reason = self._look_up(str(node.value))
            operands.update(cells)
            missing.update({reason: None} if reason else {})
            return found

        return resolve(tree), operands, tuple(missing)

    def evaluate(
        self, claim: Claim, derivation: Derivation, printed: Mapping[str, Interval] | None = None
    ) -> tuple[Evaluation | None, tuple[str, ...]]:
        """Return a query of a claim evaluated, or None with the cells that are missing or why it has no value."""
        tree, operands, missing = self.query(derivation.tree, printed)
        evaluation = Evaluation(QUERY, claim, derivation, tree, operands)
        if missing:
            return None, missing
        try:
            evaluation.result  # noqa: B018 (a query without a value raises)
            return evaluation, ()
        except DataError as fault:
            return None, (f"{derivation.text} ({fault})",)

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
