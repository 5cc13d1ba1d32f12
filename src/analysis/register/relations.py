"""What the formulas of the register say together: which claims they name, circles, and the value of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from analysis.errors import DataError, nearest
from analysis.intervals.formula import TRUTHS, Node
from analysis.intervals.formula_range import Interval, Number, Range, range_of, value_at
from analysis.missing import UNDECIDED
from analysis.register.claims import Claim, Derivation

HOLDS, FAILS = "holds", "fails"


@dataclass(frozen=True, eq=False)
class Recomputed:
    """What a formula or query gives.

    For a number ``value``, ``lo`` and ``hi``; for a statement ``truth``, with the margin of the comparison that comes
    nearest to failing in their place. ``ends`` holds operands with which the ends are reached.
    """

    value: Number
    lo: Number
    hi: Number
    truth: str | None = None
    ends: Range | None = None


@dataclass(frozen=True, eq=False)
class Relation:
    """A derivation of a claim from others, with its operands."""

    target: Claim
    derivation: Derivation
    operands: Mapping[str, Interval]

    @property
    def is_copy(self) -> bool:
        """Whether it only repeats another figure."""
        return self.derivation.tree.kind == "claim"

    @cached_property
    def result(self) -> Recomputed:
        """What the derivation gives, computed once."""
        return recompute(self.derivation.tree, self.operands)


@dataclass(frozen=True, eq=False)
class Register:
    """Every claim of every document, what is known of documents and sources, and how the claims follow."""

    claims: Mapping[str, Claim]
    documents: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, Mapping[str, str]]
    relations: list[Relation]

    @property
    def tables(self) -> list[str]:
        """The tables that the first queries of the claims use."""
        return sorted(
            {table for claim in self.claims.values() for query in claim.queries[:1] for table in query.tables}
        )

    def is_open(self, claim: Claim) -> bool:
        """Tell whether anyone can get the figures that the claim cites."""
        return self.sources[claim.row["source"]]["open"] == "yes"


def recompute(tree: Node, operands: Mapping[str, Interval]) -> Recomputed:
    """Return what a formula gives: value and exact range, or whether a statement holds. Raises what `range_of` does."""
    centre = {name: each.value for name, each in operands.items()}
    if tree.kind in TRUTHS:
        return _truth(tree.parts if tree.kind == "and" else (tree,), operands, centre)
    if tree.kind == "rank":
        first, others = tree.parts[0], tree.parts[1:]
        return _number_of([Node("<", (first, other)) for other in others], operands, centre, 1)
    if tree.kind == "count":
        return _number_of(tree.parts, operands, centre, 0)
    ends = range_of(tree, operands)
    return Recomputed(value_at(tree, centre), ends.lo, ends.hi, ends=ends)


def difference(comparison: Node) -> Node:
    """Return what is above zero when a comparison holds (zero itself, for ``==``)."""
    one, two = comparison.parts
    return Node("-", (two, one) if comparison.kind in ("<", "<=") else (one, two))


def decided(kind: str, lo: Number, hi: Number) -> str:
    """Return whether a comparison holds, from the range of its difference."""
    if kind == "==":
        return HOLDS if lo == hi == 0 else FAILS if lo > 0 or hi < 0 else UNDECIDED
    strict = kind in ("<", ">")
    if lo > 0 or (lo == 0 and not strict):
        return HOLDS
    return FAILS if hi < 0 or (hi == 0 and strict) else UNDECIDED


def _truth(parts, operands: Mapping[str, Interval], centre: Mapping[str, Number]) -> Recomputed:
    outcomes = []
    for part in parts:
        gap = difference(part)
        ends = range_of(gap, operands)
        outcomes.append((decided(part.kind, ends.lo, ends.hi), value_at(gap, centre), ends))
    truths = [truth for truth, _, _ in outcomes]
    truth = FAILS if FAILS in truths else UNDECIDED if UNDECIDED in truths else HOLDS
    _, value, ends = min((each for each in outcomes if each[0] == truth), key=lambda each: each[1])
    return Recomputed(value, ends.lo, ends.hi, truth, ends)


def _number_of(parts, operands: Mapping[str, Interval], centre: Mapping[str, Number], start: int) -> Recomputed:
    """Return how many comparisons hold, counted from ``start``: as printed, at least, at most."""
    gaps = [(part.kind, difference(part)) for part in parts]
    ranges = [(kind, range_of(gap, operands)) for kind, gap in gaps]
    truths = [decided(kind, ends.lo, ends.hi) for kind, ends in ranges]
    centres = [decided(kind, *[value_at(gap, centre)] * 2) for kind, gap in gaps]
    return Recomputed(
        start + centres.count(HOLDS), start + truths.count(HOLDS), start + len(truths) - truths.count(FAILS)
    )


def relations(claims: Mapping[str, Claim]) -> list[Relation]:
    """Return every derivation of a claim from others, in the order of the register.

    One that names an unknown claim, or a claim without a number, is left out.
    """
    every = []
    for claim in claims.values():
        for derivation in claim.formulas:
            names = derivation.tree.claims()
            operands = {name: claims[name].interval for name in names if name in claims}
            if None not in operands.values() and len(operands) == len(names):
                every.append(Relation(claim, derivation, operands))
    return every


def formula_faults(claims: Mapping[str, Claim], known: Collection[str], every: Iterable[Relation]) -> list[str]:
    """Return what is wrong with the formulas together: unknown claims, circles, divisions by what may be zero.

    ``known`` holds the ids of all rows, also of those with faults of their own, which are no claims yet.
    """
    wrong = []
    for claim in claims.values():
        for name in (name for derivation in claim.formulas for name in derivation.tree.claims()):
            if name not in known:
                wrong.append(f"{claim.position}: unknown claim [{name}]; {nearest(name, known)}.")
            elif name in claims and claims[name].value is None:
                wrong.append(f"{claim.position}: [{name}] is a statement without a number and cannot be computed with.")
    wrong = wrong or _circles(claims)
    for relation in every if not wrong else ():
        try:
            relation.result  # noqa: B018 (a formula without a value raises)
        except DataError as fault:
            wrong.append(f"{relation.target.position}: {relation.derivation.text[:80]!r}: {fault}")
    return wrong


def _circles(claims: Mapping[str, Claim]) -> list[str]:
    """Return one message for each circle of formulas: what a claim follows from may not follow from the claim."""
    follows = {
        name: [each for derivation in claim.formulas for each in derivation.tree.claims() if each in claims]
        for name, claim in claims.items()
    }
    order, wrong = list(claims), []
    while True:
        try:
            TopologicalSorter(follows).prepare()
            return wrong
        except CycleError as found:
            ring = found.args[1][:0:-1]  # each follows from the next, the last from the first
        start = min(range(len(ring)), key=lambda index: order.index(ring[index]))
        circle = [*ring[start:], *ring[: start + 1]]
        files = ", ".join(dict.fromkeys(f"{claims[each].document}.csv" for each in circle))
        wrong.append(f"{claims[circle[0]].position}: a circle of formulas: {' → '.join(circle)} (in {files}).")
        follows = {name: each for name, each in follows.items() if name not in ring}
