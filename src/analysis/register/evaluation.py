"""Every claim of the register recomputed, with its verdict: derivations, tables and known causes taken together."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from analysis.intervals.formula_range import Interval
from analysis.language.translator import Message
from analysis.register import verdicts
from analysis.register.causes import Causes
from analysis.register.cells import Tables
from analysis.register.claims import Claim
from analysis.register.entry import tables_in_queries
from analysis.register.fragility import Fragility, fragility
from analysis.register.relations import FORMULA, QUERY, Evaluation, Register
from analysis.register.suspects import Network, Suspect
from analysis.register.verdicts import CONTRADICTED, EXCLUDED, REPRODUCED, UNDECIDABLE, WITHIN
from analysis.snapshots.store import Snapshot

_BEST_FIRST = (REPRODUCED, WITHIN, UNDECIDABLE)
READS = tables_in_queries


@dataclass(frozen=True, eq=False)
class Finding:
    """A claim with its verdict.

    ``evaluation`` decided it; it is None where no derivation could be evaluated. ``others`` holds the further ones.
    ``missing_cells`` names what a snapshot would have to hold for the queries that could not be evaluated; ``suspects``
    the figures that can be wrong: one alone, where the rest decides it.
    """

    claim: Claim
    verdict: str
    evaluation: Evaluation | None = None
    others: tuple[Evaluation, ...] = ()
    cause: tuple[Message, ...] = ()
    missing_cells: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    fragility: Fragility | None = None

    @property
    def suggested(self) -> str | None:
        """What should have been printed, for a claim that does not stand."""
        if self.verdict not in CONTRADICTED or self.evaluation is None:
            return None
        return verdicts.suggestion(self.claim, self.evaluation.result)


def find(register: Register, snapshot: Snapshot, only: Iterable[str] | None = None) -> list[Finding]:
    """Return a finding for every claim of the register, in its order.

    Parameters
    ----------
    register : Register
    snapshot : Snapshot
        Where queries are run. From a simulated one no verdict is drawn: only formulas count then.
    only : iterable of str, optional
        The documents whose findings are returned; the formulas of the others still show which figure is wrong.
    """
    documents = set(register.documents if only is None else only)
    of_claim = {name: list(each) for name, each in groupby(register.relations, key=lambda each: each.claim.id)}
    network, tables, causes = Network(register.relations), Tables(snapshot), Causes(snapshot)
    return [
        _finding(register, claim, of_claim.get(claim.id, []), tables, network, causes)
        for claim in register.claims.values()
        if claim.document in documents
    ]


def _finding(
    register: Register, claim: Claim, formulas: list[Evaluation], tables: Tables, network: Network, causes: Causes
) -> Finding:
    query, missing_cells = _first_query(claim, tables)
    evaluations = [*formulas, *([query] if query else [])]
    if not evaluations:
        verdict, cause = _unchecked(register, claim, tables, missing_cells)
        return Finding(claim, verdict, cause=cause, missing_cells=missing_cells)
    decisive = _decisive(evaluations)
    others = tuple(each for each in evaluations if each is not decisive)
    verdict, cause = _verdict(register, claim, decisive, causes)
    if query and query.derivation is not claim.queries[0]:
        names = {"used": ", ".join(query.derivation.tables), "first": ", ".join(claim.queries[0].tables)}
        cause = (*cause, Message("register", "fallback_query", names))
    wrong = verdict in CONTRADICTED and decisive.method == FORMULA
    suspects, fragile = network.suspect(decisive) if wrong else (), None
    if claim.is_statement and verdict == REPRODUCED:
        fragile = fragility(decisive, {name: _step(register, name, each) for name, each in decisive.operands.items()})
    return Finding(claim, verdict, decisive, others, cause, missing_cells, suspects, fragile)


def _step(register: Register, name: str, interval: Interval) -> float:
    """Return the step in which an operand is rounded; one, where it is not."""
    claim = register.claims.get(name)
    return float(claim.step if claim else interval.hi - interval.lo) or 1.0


def _first_query(claim: Claim, tables: Tables) -> tuple[Evaluation | None, tuple[str, ...]]:
    """Return the first query that the snapshot has all cells of, and the missing cells of those before it."""
    missing_cells: list[str] = []
    for derivation in claim.queries if tables.snapshot.kind != "simulated" else ():
        evaluation, missing = tables.evaluate(claim, derivation)
        missing_cells += missing
        if evaluation:
            return evaluation, tuple(missing_cells)
    return None, tuple(missing_cells)


def _decisive(evaluations: list[Evaluation]) -> Evaluation:
    """Return what decides: a formula that excludes the claim, else the tables, else the formula that fits best.

    A formula that is known to count something else does not decide against tables in which the claim stands.
    """
    query = evaluations[-1]  # the only one that can be a query
    stands = query.method == QUERY and query.outcome in (REPRODUCED, WITHIN)
    excluded = [each for each in evaluations if each.method == FORMULA and each.outcome == EXCLUDED]
    excluded = [each for each in excluded if not (stands and each.derivation.differs)]
    if excluded:
        return min(excluded, key=lambda each: each.derivation.differs)
    if query.method == QUERY and query.outcome != UNDECIDABLE:
        return query
    return min(evaluations, key=lambda each: _BEST_FIRST.index(each.outcome))


VerdictAndCause = tuple[str, tuple[Message, ...]]


def _unchecked(register: Register, claim: Claim, tables: Tables, missing_cells: tuple[str, ...]) -> VerdictAndCause:
    """Return verdict and cause of a claim that nothing could be compared with."""
    if claim.queries and tables.snapshot.kind == "simulated":
        return verdicts.NOT_CHECKED, (Message("register", "simulated"),)
    if missing_cells:
        return verdicts.NOT_IN_SNAPSHOT, ()
    source = register.sources[claim.row["source"]]
    if source["open"] == "yes":
        return verdicts.NOT_CHECKED, ()
    return verdicts.NOT_OPEN, (_entered(register, source["what"]),)


def _verdict(register: Register, claim: Claim, evaluation: Evaluation, causes: Causes) -> VerdictAndCause:
    """Return the verdict of the evaluation that decides, and its cause."""
    if evaluation.outcome != EXCLUDED:
        return evaluation.outcome, ()
    if claim.differs_in(evaluation.derivation):
        verdict, _, reason = claim.row["difference"].partition(": ")
        return verdict, (_entered(register, reason),)
    if evaluation.method == FORMULA:
        elsewhere = sorted({register.claims[name].document for name in evaluation.operands} - {claim.document})
        if elsewhere:
            return verdicts.DIFFERS, (Message("register", "elsewhere", {"documents": ", ".join(elsewhere)}),)
        return verdicts.INCONSISTENT, ()
    known = causes.known(evaluation)
    return (verdicts.REVISED, (known,)) if known else (verdicts.DIFFERS, ())


def _entered(register: Register, entered: str) -> Message:
    """Return a reason of the register as a sentence."""
    english, dutch = (f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in (entered, register.text(entered, "nl")))
    return Message(text=english, dutch=dutch)
