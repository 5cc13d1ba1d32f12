"""How many of the register's derivations and contradictions the proposals of a draft find, without anyone's formula."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from draft_benchmark.measure import Measured, aligned

from analysis.register.cells import Tables
from analysis.register.claims import Claim
from analysis.register.draft.document import Document
from analysis.register.draft.proposals.proposal import Proposal
from analysis.register.draft.proposals.propose import propose
from analysis.register.evaluation import Finding
from analysis.register.relations import FORMULA, QUERY, Register
from analysis.register.verdicts import CONTRADICTED
from analysis.snapshots.store import Snapshot


@dataclass(frozen=True)
class Found:
    """Of a document: derivations of its numbers, those proposed, and the contradictions that proposals show."""

    document: str
    proposals: list[Proposal]
    formulas: dict[str, bool]
    statements: int
    queries: dict[str, bool]
    contradictions: dict[str, bool]
    alarms: list[Proposal]


class Clusters:
    """Numbers that proposals say are printed again: one number, as far as derivations go."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, name: str) -> str:
        """Return the number that stands for all that are the same."""
        while self._above.get(name, name) != name:
            name = self._above[name]
        return name

    def join(self, one: str, two: str) -> None:
        """Take two numbers as one."""
        self._above[self.find(one)] = self.find(two)


def derivations(
    result: Measured, document: Document, register: Register, snapshot: Snapshot, findings: Mapping[str, Finding]
) -> Found:
    """Propose for a draft, and compare with the register; the proposals see only other documents of it."""
    proposals = propose(replace(document, name=result.document), result.candidates, register, snapshot)
    nodes = {match.claim.id: match.candidate.id for match in result.found}
    clusters = Clusters()
    for each in proposals:
        if each.holds and each.method == FORMULA and each.evaluation.is_copy:
            clusters.join(each.candidate, next(iter(each.evaluation.operands)))
    every = {frozenset(map(clusters.find, each.figures)) for each in proposals if each.method == FORMULA}
    own = register.of_document(result.document)
    formulas = {
        f"{claim.id}: {derivation.text}": _proposed(claim, derivation.tree.claims(), nodes, clusters, every, register)
        for claim in own if claim.id in nodes for derivation in claim.formulas
    }  # fmt: skip
    statements = sum(len(claim.formulas) for claim in own if claim.row["kind"] in ("statement", "rank"))
    queries = _queries(own, nodes, proposals, Tables(snapshot))
    wrong = {claim.id: claim for claim in own if findings[claim.id].verdict in CONTRADICTED}
    failing = [each for each in proposals if each.fails]
    contradictions = {
        name: name in nodes and any(each.candidate == nodes[name] or _blames(each, nodes[name]) for each in failing)
        for name in wrong
    }
    known = {nodes[name] for name in wrong if name in nodes}
    alarms = [each for each in failing if not each.figures & known]
    return Found(result.document, proposals, formulas, statements, queries, contradictions, alarms)


def _blames(proposal: Proposal, name: str) -> bool:
    """Tell whether a failing proposal of few numbers has this one among them."""
    return name in proposal.figures and len(proposal.figures) <= 5


def _proposed(
    claim: Claim,
    operands: Iterable[str],
    nodes: Mapping[str, str],
    clusters: Clusters,
    every: set[frozenset[str]],
    register: Register,
) -> bool:
    names = [nodes.get(name, name if register.claims[name].document != claim.document else "") for name in operands]
    if "" in names:
        return False
    figures = frozenset(map(clusters.find, [nodes[claim.id], *names]))
    return len(figures) == 1 or figures in every


def _queries(
    own: Iterable[Claim], nodes: Mapping[str, str], proposals: Iterable[Proposal], tables: Tables
) -> dict[str, bool]:
    """Return the queries of numbers that the snapshot has all cells of, and whether each is proposed."""
    proposed: dict[str, set[frozenset[str]]] = {}
    for each in proposals:
        if each.method == QUERY:
            proposed.setdefault(each.candidate, set()).add(frozenset(each.evaluation.operands))
    found = {}
    for claim in own:
        for query in claim.queries if claim.id in nodes else ():
            evaluation, _ = tables.evaluate(claim, query)
            if evaluation is not None:
                found[f"{claim.id}: {query.text}"] = frozenset(evaluation.operands) in proposed.get(
                    nodes[claim.id], set()
                )
    return found


COLUMNS = (
    "document", "proposals", "hold", "fail", "formulas", "proposed", "of statements", "queries", "proposed",
    "contradictions", "found", "other failing",
)  # fmt: skip
"""``formulas`` are those of numbers; those of statements are counted apart, since none is proposed for a statement."""


def report(results: Iterable[Found]) -> list[str]:
    """Return a table of derivations and contradictions, a line a document."""
    results = list(results)
    lines = aligned([COLUMNS, *(_row(each.document, [each]) for each in results), _row("all", results)])
    formulas, statements = (
        sum(counts) for counts in zip(*((len(e.formulas), e.statements) for e in results), strict=True)
    )
    proposed = sum(sum(each.formulas.values()) for each in results)
    of_all = f"{proposed / (formulas + statements):.1%} with those of statements"
    return [*lines, f"formulas proposed: {proposed / formulas:.1%} of those of numbers, {of_all}"]


def _row(name: str, results: Sequence[Found]) -> tuple[str, ...]:
    proposals = [one for each in results for one in each.proposals]
    counts = [len(proposals), sum(one.holds for one in proposals), sum(one.fails for one in proposals)]
    for part in ("formulas", "queries", "contradictions"):
        found = [met for each in results for met in getattr(each, part).values()]
        counts += [len(found), sum(found)]
        counts += [sum(each.statements for each in results)] if part == "formulas" else []
    return (name, *map(str, counts), str(sum(len(each.alarms) for each in results)))


def misses(found: Found) -> list[str]:
    """Return the formulas and contradictions of a document that no proposal has, and what fails besides."""
    lines = [f"NOT PROPOSED {name}" for name, met in found.formulas.items() if not met]
    lines += [f"NO QUERY {name}" for name, met in found.queries.items() if not met]
    lines += [f"{'CONTRADICTED' if met else 'NOT FOUND WRONG'} {name}" for name, met in found.contradictions.items()]
    for each in found.alarms:
        claim, basis = each.evaluation.claim, each.rests_on
        text = f"{claim.id} {claim.row['value']} {each.text} ({basis})"
        lines.append(f"FAILS BESIDES {text} | {claim.row['location'][:40]}")
    return lines
