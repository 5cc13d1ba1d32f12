"""The evidence for each claim: what its formulas and queries give, which of it weighs most, and what decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from analysis.intervals.formula_range import Interval
from analysis.register.cells import Tables
from analysis.register.claims import Claim
from analysis.register.relations import QUERY, Evaluation, Register
from analysis.register.verdicts import EXCLUDED, REPRODUCED, UNDECIDABLE, WITHIN

TABLE, CITED, OWN, ELSEWHERE = range(4)
"""What weighs most stands first: tables, the document that is cited, the document's own parts, other documents."""
_BEST_FIRST = (REPRODUCED, WITHIN, UNDECIDABLE)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a claim can be compared with.

    ``queries`` holds those that the snapshot has all cells of, the preferred first, and ``missing_cells`` what the
    others lack. From a simulated snapshot there are none.
    """

    claim: Claim
    formulas: tuple[Evaluation, ...] = ()
    queries: tuple[Evaluation, ...] = ()
    missing_cells: tuple[str, ...] = ()

    @property
    def table(self) -> Evaluation | None:
        """The query that counts: the first that could be evaluated."""
        return self.queries[0] if self.queries else None

    @property
    def by_table(self) -> str:
        """What the tables say of a number, as an outcome; nothing for a statement, or where they decide nothing."""
        table = self.table
        return table.outcome if table and self.claim.value is not None and table.outcome != UNDECIDABLE else ""


def gather(register: Register, tables: Tables) -> dict[str, Evidence]:
    """Return the evidence for every claim of the register, in its order."""
    formulas = {name: tuple(each) for name, each in groupby(register.relations, key=lambda each: each.claim.id)}
    simulated, found = tables.snapshot.kind == "simulated", {}
    for name, claim in register.claims.items():
        queries, missing = [], []
        for derivation in () if simulated else claim.queries:
            evaluation, lacking = tables.evaluate(claim, derivation)
            missing += lacking if not queries else ()
            queries += [evaluation] if evaluation else []
        found[name] = Evidence(claim, formulas.get(name, ()), tuple(queries), tuple(missing))
    return found


@dataclass(frozen=True, eq=False)
class Weighed:
    """Evidence in the order of its weight: what decides (None where nothing does), the rest, and what does not count.

    ``unsound`` holds derivations that rest on a figure that is itself wrong, without anyone knowing what it should be.
    """

    decisive: Evaluation | None
    others: tuple[Evaluation, ...]
    unsound: tuple[Evaluation, ...] = field(default=())


def weigh(
    register: Register, evidence: Evidence, formulas: list[Evaluation], doubtful: Mapping[str, Interval]
) -> Weighed:
    """Return the derivation that decides on a claim.

    A query outweighs the document that is cited, that outweighs the document's own parts, and these outweigh other
    documents. Of derivations of one weight one that excludes the claim decides; one that is known to count something
    else decides only where it is alone.

    Parameters
    ----------
    register, evidence
    formulas : list of Evaluation
        With what should have been printed in the place of figures that are known to be wrong.
    doubtful : mapping of str to Interval
        Figures that do not stand, without anyone knowing what they should be: from what is printed to what follows.
    """
    unsound = [each for each in formulas if not _sound(each, doubtful)]
    every = [*evidence.queries[:1], *(each for each in formulas if each not in unsound)]
    further = evidence.queries[1:]
    weights = {id(each): weight(register, each) for each in every}
    known = [each for each in every if not (evidence.claim.differs_in(each.derivation) and each.outcome == EXCLUDED)]
    for some in (known, every):
        deciding = [each for each in some if each.outcome != UNDECIDABLE]
        top = min((weights[id(each)] for each in deciding), default=None)
        ranked = [each for each in deciding if weights[id(each)] == top]
        excluding = [each for each in ranked if each.outcome == EXCLUDED]
        if ranked:
            first = excluding[0] if excluding else min(ranked, key=lambda each: _BEST_FIRST.index(each.outcome))
            break
    else:
        first = every[0] if every else None
    others = [each for each in (*every, *further, *unsound) if each is not first]
    return Weighed(first, tuple(others), tuple(unsound))


def _sound(evaluation: Evaluation, doubtful: Mapping[str, Interval]) -> bool:
    """Tell whether a derivation says the same whatever its doubtful figures should be."""
    either = evaluation.with_corrections(doubtful)
    if either is evaluation:
        return True
    printed, result = evaluation.claim.interval, either.result
    if result.truth is not None or either.outcome in (EXCLUDED, UNDECIDABLE):
        return either.outcome == evaluation.outcome != UNDECIDABLE
    return printed.lo <= result.lo and result.hi <= printed.hi


def weight(register: Register, evaluation: Evaluation) -> int:
    """Return how much a derivation weighs, the lowest number most."""
    if evaluation.method == QUERY:
        return TABLE
    own = evaluation.claim.document
    documents = {register.claims[name].document for name in evaluation.operands} - {own}
    if not documents:
        return OWN
    cited = {*register.documents[own].get("based_on", "").split(" + ")}
    mixed = any(register.claims[name].document == own for name in evaluation.operands)
    return CITED if documents <= cited and not mixed else ELSEWHERE
