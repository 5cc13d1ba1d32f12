"""What the formulas of the register say together: which claims they name, circles, and the value of each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from analysis.errors import DataError, nearest
from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Interval
from analysis.register.claims import Claim, Derivation
from analysis.register.verdicts import Recomputed, recompute, verdict_for

FORMULA, QUERY = "formula", "query"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A derivation of a claim with its operands: other claims for a formula, single cells of tables for a query.

    ``tree`` is the formula over these operands. ``corrected`` names the operands that stand for what should have been
    printed, because what is printed is known to be wrong.
    """

    method: str
    claim: Claim
    derivation: Derivation
    tree: Node
    operands: Mapping[str, Interval]
    corrected: tuple[str, ...] = ()

    @property
    def is_copy(self) -> bool:
        """Whether it only repeats another figure: a claim, or a cell in whatever multiple it is stored."""
        kinds = sorted(part.kind for part in self.tree.parts)
        return self.tree.kind in ("claim", "cell") or (self.tree.kind == "*" and kinds == ["cell", "number"])

    def with_corrections(self, right: Mapping[str, Interval]) -> "Evaluation":
        """Return the derivation with what should have been printed in the place of these operands."""
        named = tuple(name for name in self.operands if name in right)
        if not named:
            return self
        operands = {name: right.get(name, each) for name, each in self.operands.items()}
        corrected = replace(self, operands=operands, corrected=named)
        try:
            corrected.result  # noqa: B018 (what should have been printed may leave the formula without a value)
        except DataError:
            return self
        return corrected

    @cached_property
    def result(self) -> Recomputed:
        """What the derivation gives, computed once."""
        return recompute(self.tree, self.operands)

    @cached_property
    def outcome(self) -> str:
        """What that says of the claim, as `verdict_for` gives it."""
        return verdict_for(self.claim, self.result, self.is_copy)


@dataclass(frozen=True, eq=False)
class Register:
    """Every claim of every document, what is known of documents and sources, and how the claims follow."""

    claims: Mapping[str, Claim]
    documents: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, Mapping[str, str]]
    relations: list[Evaluation]
    dutch: Mapping[str, str] = field(default_factory=dict)
    """Texts that were entered in English, each with its Dutch."""

    def text(self, entered: str, lang: str) -> str:
        """Return a text of the register in a language; as it was entered, where there is no Dutch of it."""
        return self.dutch.get(entered, entered) if lang == "nl" else entered

    def of_document(self, name: str) -> list[Claim]:
        """Return the claims of a document, in its order."""
        return [claim for claim in self.claims.values() if claim.document == name]

    @property
    def tables(self) -> list[str]:
        """The tables that the first queries of the claims use."""
        first = [query for claim in self.claims.values() for query in claim.queries[:1]]
        return sorted({table for query in first for table in query.tables})


def relations(claims: Mapping[str, Claim]) -> list[Evaluation]:
    """Return every derivation of a claim from others, in the order of the register.

    One that names an unknown claim, or a claim without a number, is left out.
    """
    every = []
    for claim in claims.values():
        for derivation in claim.formulas:
            names = derivation.tree.claims()
            operands = {name: claims[name].interval for name in names if name in claims}
            if None not in operands.values() and len(operands) == len(names):
                every.append(Evaluation(FORMULA, claim, derivation, derivation.tree, operands))
    return every


def formula_faults(claims: Mapping[str, Claim], known: Collection[str], every: Iterable[Evaluation]) -> list[str]:
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
            wrong.append(f"{relation.claim.position}: {relation.derivation.text[:80]!r}: {fault}")
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
