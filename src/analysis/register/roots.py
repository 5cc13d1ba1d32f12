"""What is known to be wrong: figures that tables exclude, and the fewest that make every failing relation hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from analysis.intervals.formula_range import Interval
from analysis.language.translator import Message
from analysis.register.causes import Causes
from analysis.register.claims import Claim, Derivation
from analysis.register.evidence import TABLE, Evidence, weight
from analysis.register.formulas import parse
from analysis.register.inverse import solved_for
from analysis.register.relations import FORMULA, Evaluation, Register
from analysis.register.suspects import Network, Suspect, is_numeric
from analysis.register.verdicts import EXCLUDED, HOLDING


@dataclass(frozen=True, eq=False)
class Root:
    """A figure that is wrong though no derivation of its own says so: what it follows from when the others stand.

    ``failing`` holds the relations that fail because of it.
    """

    suspect: Suspect
    evaluation: Evaluation
    failing: tuple[Evaluation, ...]


@dataclass(frozen=True, eq=False)
class Wrong:
    """What is known to be wrong before any verdict.

    Attributes
    ----------
    right : dict of str to Interval
        What a figure should be, for those that a table excludes or that are a root.
    roots : dict of str to Root
        The figures on which failures of others rest.
    suspects : dict
        By the identity of each failing relation, the figures that can be wrong in it.
    by_table : frozenset of str
        The figures whose right value comes from a table.
    """

    right: dict[str, Interval]
    roots: dict[str, Root]
    suspects: dict[int, tuple[Suspect, ...]]
    by_table: frozenset[str]
    relations: tuple[Evaluation, ...] = field(default=())


def known_wrong(register: Register, evidence: Mapping[str, Evidence], causes: Causes) -> Wrong:
    """Return which figures are wrong: those that tables exclude first, then the roots of relations that still fail."""
    refuted = {
        name: _interval(each.table)
        for name, each in evidence.items()
        if each.by_table == EXCLUDED
        and not each.claim.differs_in(each.table.derivation)
        and causes.known(each.table) is None
    }
    confirmed = {name for name, each in evidence.items() if each.by_table in HOLDING}
    relations = [
        each.with_corrections(refuted)
        for each in register.relations
        if each.claim.id not in refuted and not _explained(each)
    ]
    network = Network(register.claims, relations, confirmed | refuted.keys())
    failing = [each for each in relations if is_numeric(each) and each.outcome == EXCLUDED]
    exchanged = network.swaps(failing)
    suspects = _fewest(failing, {id(each): _suspects(each, network, exchanged) for each in failing})
    roots = _roots(register, failing, suspects)
    right = refuted | {name: _interval(root.evaluation) for name, root in roots.items()}
    return Wrong(right, roots, suspects, frozenset(refuted), tuple(relations))


def _explained(relation: Evaluation) -> bool:
    """Tell whether a relation is known to count something else, and does not hold: then it is evidence of nothing."""
    return relation.claim.differs_in(relation.derivation) and relation.outcome == EXCLUDED


def _interval(evaluation: Evaluation) -> Interval:
    result = evaluation.result
    return Interval(result.value, result.lo, result.hi)


def _suspects(
    failing: Evaluation, network: Network, exchanged: Mapping[str, tuple[Suspect, Suspect]]
) -> tuple[Suspect, ...]:
    for name in (failing.claim.id, *failing.operands):
        if name in exchanged:
            return exchanged[name]
    return network.suspect(failing)


def _fewest(failing: Iterable[Evaluation], suspects: dict[int, tuple[Suspect, ...]]) -> dict[int, tuple[Suspect, ...]]:
    """Return the suspects of each failing relation: the one alone that makes most of these relations hold.

    One figure that closes several relations is a smaller set than one figure for each of them. The same formula for a
    number that is printed in several texts is one relation.
    """
    trees = {id(each): each.tree for each in failing}
    open_ones = {key: named for key, named in suspects.items() if len(named) > 1 and named[0].why is None}
    closes = Counter(
        name for name, _ in {(each.claim_id, trees[key]) for key, named in open_ones.items() for each in named}
    )
    found = dict(suspects)
    for key, named in open_ones.items():
        counts = sorted((closes[each.claim_id] for each in named), reverse=True)
        if counts[0] > max(counts[1], 1):
            (best,) = (each for each in named if closes[each.claim_id] == counts[0])
            found[key] = (replace(best, why=Message("register", "closes", {"count": counts[0]})),)
    return found


def _roots(
    register: Register, failing: Iterable[Evaluation], suspects: Mapping[int, tuple[Suspect, ...]]
) -> dict[str, Root]:
    """Return the figures of the same document that one or more failing relations come down to.

    A figure that a relation of its own excludes is none of them: its verdict shows that relation.
    """
    resting: dict[str, list[tuple[Evaluation, Suspect]]] = defaultdict(list)
    for relation in failing:
        named = suspects[id(relation)]
        swap = len(named) == 2 and named[0].why is not None
        for suspect in named if swap else named[:1] if len(named) == 1 else ():
            if register.claims[suspect.claim_id].document == relation.claim.document:
                resting[suspect.claim_id].append((relation, suspect))
    roots = {}
    for name, each in resting.items():
        claim, (first, suspect) = register.claims[name], each[0]
        own = [relation for relation, _ in each if relation.claim.id == name]
        evaluation = own[0] if own else _derived(register, claim, suspect, [relation for relation, _ in each])
        if evaluation is not None and evaluation.outcome == EXCLUDED and weight(register, first) != TABLE:
            roots[name] = Root(suspect, evaluation, tuple(relation for relation, _ in each))
    return roots


def _derived(register: Register, claim: Claim, suspect: Suspect, failing: list[Evaluation]) -> Evaluation | None:
    """Return a derivation of a figure from the relations that fail because of it; of two exchanged, from the other."""
    fields = suspect.why.fields if suspect.why is not None else {}
    if "two" in fields:
        other = fields["two"] if fields["one"] == claim.id else fields["one"]
        text = f"[{other}]"
        return Evaluation(
            FORMULA, claim, Derivation(text, parse(text)), parse(text), {other: register.claims[other].interval}
        )
    solved = (solved_for(claim, relation) for relation in failing)
    return next((each for each in solved if each is not None), None)
