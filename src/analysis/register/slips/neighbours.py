"""Slips of the eye: a neighbouring cell, rows that changed places, an earlier edition, a figure taken over wrong."""

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Interval
from analysis.register.causes import Causes
from analysis.register.cells import GRAINS, Tables
from analysis.register.claims import Claim, Derivation
from analysis.register.relations import FORMULA, QUERY, Evaluation
from analysis.register.slips.case import Case, Explanation, Variant, plain, value_of, worked
from analysis.register.slips.neighbourhood import Neighbourhood
from analysis.register.suspects import alike
from analysis.snapshots.store import Snapshot

_STEPS = {"month": (1, 12), "quarter": (1, 4), "year": (1,)}
_MOST_CLASSES = 40
_EDITION = "edition"


def neighbour_slips(
    case: Case,
    near: Neighbourhood,
    tables: Tables,
    causes: Causes,
    right: Mapping[str, Interval],
    deciding: Mapping[str, Evaluation],
) -> list[Explanation]:
    """Return the slips of the eye that give the printed number."""
    found = [
        *(each for some in _figures(case, near) for each in case.giving("neighbouring_cell", some)),
        *case.giving("swapped_rows", _exchanged(case, near, right, deciding)),
        *case.giving("earlier_edition", _elsewhere(case, near)),
        *case.giving("copied_error", _copied(case, right, near.claims)),
    ]
    for evaluation in case.evaluations:
        found += case.giving("neighbouring_cell", _operands(evaluation, near))
        if evaluation.method == QUERY:
            found += case.giving("neighbouring_cell", _cells(evaluation, tables))
            found += case.giving("earlier_edition", other_editions(evaluation, tables, causes))
    return found


def _figures(case: Case, near: Neighbourhood) -> list[list[Variant]]:
    """Return the figures of the row and column, and those of the rest of the table; a share for a growth is no cell."""
    adjacent = near.of(case.claim.id)
    rest = [other for other in near.printing(case.claim) if other not in adjacent]
    grown = case.claim.row["kind"] == "growth_rate"
    return [
        [
            Variant(other.value, (other.id,), f"[{other.id}] = {other.row['value']}")
            for other in some
            if not (grown and other.row["kind"] == "share")
        ]
        for some in (adjacent, rest)
    ]


def _operands(evaluation: Evaluation, near: Neighbourhood) -> Iterator[Variant]:
    """Yield the derivation with a neighbouring figure in the place of one of its operands."""
    if evaluation.method != FORMULA or evaluation.is_copy:
        return
    for name in evaluation.operands:
        for other in near.of(name):
            operands = {**evaluation.operands, name: other.interval}
            changed = Evaluation(FORMULA, evaluation.claim, evaluation.derivation, evaluation.tree, operands)
            value = value_of(evaluation.tree, changed)
            if value is not None:
                yield Variant(value, (other.id,), worked(evaluation.tree, changed, value))


def _exchanged(
    case: Case, near: Neighbourhood, right: Mapping[str, Interval], deciding: Mapping[str, Evaluation]
) -> Iterator[Variant]:
    """Yield the figures that should stand here and print what should stand there, found wrong by other figures."""
    for other in near.of(case.claim.id):
        should, by = right.get(other.id), deciding.get(other.id)
        if (by is not None and not by.is_copy and case.claim.id in by.operands) or not alike(case.claim, other):
            continue
        own = case.claim.interval
        if should is not None and should.lo <= own.hi and should.hi >= own.lo and case.allows(other.value):
            text = f"[{case.claim.id}] {case.claim.row['value']} ↔ [{other.id}] {other.row['value']}"
            yield Variant(case.claim.value, (case.claim.id, other.id), text)


def _elsewhere(case: Case, near: Neighbourhood) -> Iterator[Variant]:
    """Yield the figure for the same quantity, group and period in another document."""
    for other in near.same(case.claim):
        yield Variant(other.value, (other.document, other.id), f"[{other.id}] = {other.row['value']}")


def _copied(case: Case, right: Mapping[str, Interval], claims: Mapping[str, Claim]) -> Iterator[Variant]:
    """Yield the figures that the claim repeats, or computes with, and that are themselves wrong."""
    for evaluation in case.evaluations:
        wrong = [name for name in evaluation.operands if name in right and name in claims and name != case.claim.id]
        if wrong and evaluation.method == FORMULA:
            printed = {name: claims[name].interval for name in evaluation.operands}
            as_printed = Evaluation(FORMULA, case.claim, evaluation.derivation, evaluation.tree, printed)
            value = value_of(evaluation.tree, as_printed)
            if value is not None:
                yield Variant(value, tuple(wrong), worked(evaluation.tree, as_printed, value))


def other_editions(evaluation: Evaluation, tables: Tables, causes: Causes) -> Iterator[Variant]:
    """Yield what other vintages, other tables that the claim names, and other editions of a table give."""
    for vintage, earlier in causes.in_vintages(evaluation):
        value = earlier.result.value
        yield Variant(value, (vintage,), f"{evaluation.derivation.text} = {plain(value)} ({vintage})")
    for other in causes.evidence[evaluation.claim.id].queries:
        if other.derivation is not evaluation.derivation:
            text = f"{other.derivation.text} = {plain(other.result.value)}"
            yield Variant(other.result.value, tuple(other.derivation.cells), text)
    yield from _changed(evaluation, tables, lambda name: _other_editions(tables.snapshot, name))


def _cells(evaluation: Evaluation, tables: Tables) -> Iterator[Variant]:
    yield from _changed(evaluation, tables, lambda name: _neighbours(tables.snapshot, name))


def _changed(evaluation: Evaluation, tables: Tables, others) -> Iterator[Variant]:
    """Yield a query with another cell in the place of one of its cells."""
    tree = evaluation.derivation.tree
    if len(evaluation.derivation.cells) > 4 or evaluation.result.truth is not None:
        return
    for name in dict.fromkeys(evaluation.derivation.cells):
        for other in others(name):
            changed = _renamed(tree, name, other)
            found, _ = tables.evaluate(evaluation.claim, Derivation(other, changed))
            if found is not None:
                value = found.result.value
                yield Variant(value, (other,), f"{{{other}}} → {plain(value)}")


def _renamed(tree: Node, old: str, new: str) -> Node:
    if tree.kind == "cell" and tree.value == old:
        return Node("cell", value=new)
    return Node(tree.kind, tuple(_renamed(part, old, new) for part in tree.parts), tree.value)


def _neighbours(snapshot: Snapshot, name: str) -> Iterator[str]:
    """Yield the cells beside a cell: another period, another class of its dimension, another measure."""
    table, quantity, selection, period = name.split(" | ")
    if table not in snapshot:
        return
    metadata = snapshot.metadata(table)
    at = pd.Period(period)
    for step in _STEPS[GRAINS[len(period)]]:
        for other in (at - step, at + step):
            yield f"{table} | {quantity} | {selection} | {other}"
    for measure in metadata.measures:
        if measure.quantity != quantity:
            yield f"{table} | {measure.quantity} | {selection} | {period}"
    for dimension in metadata.dimensions:
        if dimension.name != _EDITION and (selection.startswith(f"{dimension.name}:") or selection == "total"):
            for code in dimension.codes[:_MOST_CLASSES]:
                other = f"{dimension.name}: {code.category}"
                if code.category and code.category != "total" and other != selection:
                    yield f"{table} | {quantity} | {other} | {period}"


def _other_editions(snapshot: Snapshot, name: str) -> Iterator[str]:
    table, quantity, selection, period = name.split(" | ")
    if table in snapshot and selection.startswith(f"{_EDITION}:"):
        for dimension in snapshot.metadata(table).dimensions:
            for code in dimension.codes if dimension.name == _EDITION else ():
                other = f"{_EDITION}: {code.category or code.code}"
                if other != selection:
                    yield f"{table} | {quantity} | {other} | {period}"
