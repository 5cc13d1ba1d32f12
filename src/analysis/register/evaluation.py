"""Every claim of the register recomputed, with its verdict: where ways, tables and causes come together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Interval
from analysis.language.translator import Message
from analysis.register import verdicts
from analysis.register.causes import Causes
from analysis.register.cells import Tables
from analysis.register.claims import Claim, Derivation
from analysis.register.entry import tables_in_queries
from analysis.register.fragility import Fragility, fragility
from analysis.register.relations import Recomputed, Register, Relation
from analysis.register.suspects import Network, Suspect
from analysis.register.verdicts import EXCLUDED, REPRODUCED, STANDS_NOT, UNDECIDABLE, WITHIN, judge
from analysis.snapshots.store import Snapshot

FORMULA, QUERY = "formula", "query"
_BEST_FIRST = (REPRODUCED, WITHIN, UNDECIDABLE)
READS = tables_in_queries


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A way that was worked out: what it gives, from which operands, and what it says of the claim."""

    method: str
    way: Derivation
    tree: Node
    operands: Mapping[str, Interval]
    result: Recomputed
    outcome: str


@dataclass(frozen=True, eq=False)
class Finding:
    """A claim with its verdict.

    ``tried`` is the way that decided it, None where none could be worked out; ``others`` the further ones. ``wanted``
    names the cells that a snapshot would have to hold for the queries that could not be worked out; ``suspects`` the
    figures that can have slipped: one alone, where the rest decides it.
    """

    claim: Claim
    verdict: str
    tried: Evaluation | None = None
    others: tuple[Evaluation, ...] = ()
    cause: tuple[Message, ...] = ()
    wanted: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    fragility: Fragility | None = None

    @property
    def suggested(self) -> str | None:
        """What should have been printed, for a claim that does not stand."""
        if self.verdict not in STANDS_NOT or self.tried is None:
            return None
        return verdicts.suggestion(self.claim, self.tried.result)


def find(register: Register, snapshot: Snapshot, only: Iterable[str] | None = None) -> list[Finding]:
    """Return a finding for every claim of the register, in its order.

    Parameters
    ----------
    register : Register
    snapshot : Snapshot
        Where queries are run. From a simulated one no verdict is drawn: only formulas count then.
    only : iterable of str, optional
        The documents whose findings are wanted; the formulas of the others still say which figure slipped.
    """
    documents = set(register.documents if only is None else only)
    of_claim: dict[str, list[Relation]] = {}
    for relation in register.relations:
        of_claim.setdefault(relation.target.id, []).append(relation)
    network, tables, causes = Network(register.relations), Tables(snapshot), Causes(snapshot)
    return [
        _finding(register, claim, of_claim.get(claim.id, []), tables, network, causes)
        for claim in register.claims.values()
        if claim.document in documents
    ]


def _finding(
    register: Register, claim: Claim, formulas: list[Relation], tables: Tables, network: Network, causes: Causes
) -> Finding:
    tried = [
        Evaluation(
            FORMULA, each.way, each.way.tree, each.operands, each.result, judge(claim, each.result, each.is_copy)
        )
        for each in formulas
    ]
    asked, wanted, passed_over = _ask(claim, tables)
    deciding = _deciding(tried, asked)
    if deciding is None:
        verdict, cause = _unchecked(register, claim, tables, wanted)
        return Finding(claim, verdict, cause=cause, wanted=wanted)
    others = tuple(each for each in [*tried, *([asked] if asked else [])] if each is not deciding)
    verdict, cause = _verdict(register, claim, deciding, causes)
    suspects: tuple[Suspect, ...] = ()
    if verdict in STANDS_NOT and deciding.method == FORMULA:
        suspects = network.suspect(next(each for each in formulas if each.way is deciding.way))
    fragile = None
    if claim.is_statement and verdict == REPRODUCED:
        steps = {name: _step(register, name, each) for name, each in deciding.operands.items()}
        fragile = fragility(claim, deciding.tree, deciding.operands, steps)
    return Finding(claim, verdict, deciding, others, (*cause, *passed_over), wanted, suspects, fragile)


def _step(register: Register, name: str, interval: Interval) -> float:
    """Return the step in which an operand is rounded; one, where it is not."""
    claim = register.claims.get(name)
    return float(claim.step if claim else interval.hi - interval.lo) or 1.0


def _ask(claim: Claim, tables: Tables) -> tuple[Evaluation | None, tuple[str, ...], tuple[Message, ...]]:
    """Return the first query whose cells are all there, the cells that the others lack, and what was passed over."""
    if tables.snapshot.kind == "simulated":
        return None, (), ()
    wanted: list[str] = []
    for way in claim.queries:
        asked, result = tables.work_out(way)
        if result is None:
            wanted.extend(asked.wanted)
            continue
        passed = Message("register", "passed_over", {"used": _tables_of(way), "first": _tables_of(claim.queries[0])})
        tried = Evaluation(QUERY, way, asked.tree, asked.operands, result, judge(claim, result))
        return tried, tuple(wanted), (passed,) if way is not claim.queries[0] else ()
    return None, tuple(wanted), ()


def _tables_of(way: Derivation) -> str:
    cells = [str(node.value) for node in way.tree.walk() if node.kind == "cell"]
    return ", ".join(dict.fromkeys(cell.split(" | ")[0] for cell in cells))


def _deciding(formulas: list[Evaluation], asked: Evaluation | None) -> Evaluation | None:
    """Return what decides: a formula that excludes the claim, else the tables, else the formula that fits best."""
    excluded = [each for each in formulas if each.outcome == EXCLUDED]
    if excluded:
        return min(excluded, key=lambda each: each.way.differs)
    if asked is not None and asked.outcome != UNDECIDABLE:
        return asked
    ranked = sorted([*formulas, *([asked] if asked else [])], key=lambda each: _BEST_FIRST.index(each.outcome))
    return ranked[0] if ranked else None


Judged = tuple[str, tuple[Message, ...]]


def _unchecked(register: Register, claim: Claim, tables: Tables, wanted: tuple[str, ...]) -> Judged:
    """Return verdict and cause of a claim that nothing could be set against."""
    if claim.queries and tables.snapshot.kind == "simulated":
        return verdicts.NOT_CHECKED, (Message("register", "simulated"),)
    if wanted:
        return verdicts.NOT_IN_SNAPSHOT, ()
    if register.is_open(claim):
        return verdicts.NOT_CHECKED, ()
    return verdicts.NOT_OPEN, (_entered(register.sources[claim.row["source"]]["what"]),)


def _verdict(register: Register, claim: Claim, tried: Evaluation, causes: Causes) -> Judged:
    """Return the verdict of the way that decides, and its cause."""
    if tried.outcome != EXCLUDED:
        return tried.outcome, ()
    if claim.differs_in(tried.way):
        verdict, _, reason = claim.row["difference"].partition(": ")
        return verdict, (_entered(reason),)
    if tried.method == FORMULA:
        elsewhere = sorted({register.claims[name].document for name in tried.operands} - {claim.document})
        if elsewhere:
            return verdicts.DIFFERS, (Message("register", "elsewhere", {"documents": ", ".join(elsewhere)}),)
        return verdicts.INCONSISTENT, ()
    known = causes.known(claim, tried.way, tried.result)
    return (verdicts.REVISED, (known,)) if known else (verdicts.DIFFERS, ())


def _entered(text: str) -> Message:
    """Return a reason of the register as a sentence."""
    return Message(text=f"{text[:1].upper()}{text[1:].rstrip('.')}.")
