"""Cells of the snapshot's tables that give a number: looked for by unit, group and period."""

import re
from collections.abc import Iterator, Sequence

from analysis.classifications.categories import CATEGORIES, TOTAL
from analysis.cleaning.cells import classes_of
from analysis.errors import WorkbenchError
from analysis.register.cells import Tables, periods_of
from analysis.register.claims import Claim, Derivation
from analysis.register.draft.candidate import CHANGE, GROWTH, SHARE, Candidate
from analysis.register.draft.proposals.proposal import Proposal
from analysis.register.formulas import parse

_UNITS = {
    "persons": ("persons", "thousand persons"),
    "provisions": ("provisions",),
    "benefits": ("benefits", "thousand benefits"),
    "persons per quarter": ("moments",),
}
_PROVISIONS = {"LKS": "wage subsidy"}


class TableIndex:
    """The measures of a snapshot's tables of CBS by unit, with the dimensions and periods that each has."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.measures: list[tuple[str, str, str, dict, set[str]]] = []
        for name in tables.snapshot.manifest.tables:
            if not re.match(r"\d{5}", name):  # a table transcribed from a document would prove nothing
                continue
            metadata = tables.snapshot.metadata(name)
            classes, periods = classes_of(metadata), periods_of(metadata)
            self.measures += [(name, each.quantity, each.unit, classes, periods) for each in metadata.measures]

    def proposals(self, candidate: Candidate, claim: Claim) -> Iterator[Proposal]:
        """Return the queries that give a number, the first of each table."""
        unit = candidate.unit if candidate.unit in _UNITS else "persons"
        for name, quantity, of_unit, dimensions, periods in self.measures:
            selection = _selection(candidate, dimensions)
            if of_unit not in _UNITS[unit] or selection is None:
                continue
            for text in _texts(candidate, name, quantity, selection, periods):
                proposal = self._evaluated(claim, text, name)
                if proposal is not None and proposal.holds:
                    yield proposal
                    break

    def _evaluated(self, claim: Claim, text: str, table: str) -> Proposal | None:
        try:
            evaluation, _ = self.tables.evaluate(claim, Derivation(text, parse(text)))
        except WorkbenchError:
            return None
        return (
            Proposal(claim.id, text, f"the cell of table {table} for this group and period", evaluation)
            if evaluation
            else None
        )


def _selection(candidate: Candidate, dimensions: dict) -> str | None:
    """Return the selection of a candidate's group in a table, None where the table does not part it so."""
    parts = [each for each in candidate.group.split(" & ") if each != TOTAL]
    chosen = []
    for part in parts:
        dimension, _, name = part.partition(": ")
        if name and dimension in dimensions:
            chosen.append(part)
        elif not name and "provision" in dimensions and _PROVISIONS.get(part, part) in CATEGORIES["provision"]:
            chosen.append(f"provision: {_PROVISIONS.get(part, part)}")
        else:
            return None
    return " & ".join(chosen) or TOTAL


def _texts(candidate: Candidate, table: str, quantity: str, selection: str, periods: set[str]) -> Iterator[str]:
    """Return the queries to try: the cell, its change or growth, or its share of the total."""
    ends = candidate.period.split(" to ")
    now = _in_table(ends[-1], periods)
    before = _in_table(ends[0], periods) if len(ends) == 2 else None
    if now is None:
        return

    def cell(period: str, of: str = selection) -> str:
        return f"{{{table} | {quantity} | {of} | {period}}}"

    if candidate.kind == SHARE and selection != TOTAL:
        yield f"share({cell(now)}, {cell(now, TOTAL)})"
    elif candidate.kind in (CHANGE, GROWTH) and before is not None:
        yield f"{cell(now)} - {cell(before)}" if candidate.kind == CHANGE else f"growth({cell(now)}, {cell(before)})"
    elif candidate.kind not in (SHARE, CHANGE, GROWTH) and candidate.unit in _UNITS:
        yield cell(now)


def _in_table(period: str, periods: set[str]) -> str | None:
    """Return a period as a table has it: itself, or the quarter that a month ends."""
    if period in periods:
        return period
    found = re.fullmatch(r"(\d{4})-(03|06|09|12)", period)
    quarter = f"{found[1]}Q{int(found[2]) // 3}" if found else ""
    return quarter if quarter in periods else None


def query_proposals(figures: Sequence[Candidate], claims: dict[str, Claim], tables: Tables) -> Iterator[Proposal]:
    """Return the queries that give a number of a draft."""
    index = TableIndex(tables)
    for each in figures:
        if each.unit in (*_UNITS, "percent"):
            yield from index.proposals(each, claims[each.id])
