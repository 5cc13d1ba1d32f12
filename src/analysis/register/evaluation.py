"""Every claim of the register recomputed, with its verdict: derivations, tables and known causes taken together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter

from analysis.intervals.formula_range import Interval
from analysis.language.translator import Message
from analysis.register import verdicts
from analysis.register.causes import Causes
from analysis.register.cells import Tables
from analysis.register.claims import Claim
from analysis.register.entry import tables_in_queries
from analysis.register.evidence import CITED, OWN, TABLE, Evidence, Weighed, gather, weigh, weight
from analysis.register.fragility import Fragility, fragility
from analysis.register.relations import FORMULA, QUERY, Evaluation, Register
from analysis.register.roots import Wrong, known_wrong
from analysis.register.slips.explain import Explainer, Explanation
from analysis.register.suspects import Suspect
from analysis.register.units import check_units, units_in
from analysis.register.verdicts import CONTRADICTED, EXCLUDED, HOLDING, REPRODUCED
from analysis.snapshots.store import Snapshot

READS = tables_in_queries
_WEIGHTS = {TABLE: "a_table", CITED: "the_cited", OWN: "own_parts"}


@dataclass(frozen=True, eq=False)
class Finding:
    """A claim with its verdict.

    ``evaluation`` decided it; it is None where no derivation could be evaluated. ``others`` holds the further ones.
    ``missing_cells`` names what a snapshot would have to hold for the queries that could not be evaluated; ``suspects``
    the figures that can be wrong: one alone, where the rest decides it. ``root`` is the figure whose fault it is that
    the claim does not follow, ``explanations`` are the slips that give exactly what is printed, the likeliest first.
    """

    claim: Claim
    verdict: str
    evaluation: Evaluation | None = None
    others: tuple[Evaluation, ...] = ()
    cause: tuple[Message, ...] = ()
    missing_cells: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    fragility: Fragility | None = None
    root: str = ""
    explanations: tuple[Explanation, ...] = ()

    @property
    def suggested(self) -> str | None:
        """What should have been printed, for a claim that does not stand."""
        if self.verdict not in CONTRADICTED or self.evaluation is None:
            return None
        return verdicts.suggestion(self.claim, self.evaluation.result)

    @property
    def wrong_itself(self) -> bool:
        """Whether it is this figure that is wrong: no other one can be, or a table or the document cited decides."""
        if self.verdict == verdicts.DIFFERS and not self.suspects:
            return True
        return self.verdict in CONTRADICTED and [each.claim_id for each in self.suspects] == [self.claim.id]


def find(register: Register, snapshot: Snapshot, only: Iterable[str] | None = None) -> list[Finding]:
    """Return a finding for every claim of the register, in its order.

    Parameters
    ----------
    register : Register
    snapshot : Snapshot
        Where queries are run. From a simulated one no verdict is drawn: only formulas count then.
    only : iterable of str, optional
        The documents whose findings are returned; the formulas of the others still show which figure is wrong.

    Raises
    ------
    UnitError
        When a query computes with units that cannot be.
    """
    check_units(register, "query", units_in(snapshot))
    documents, tables = set(register.documents if only is None else only), Tables(snapshot)
    evidence = gather(register, tables)
    causes = Causes(snapshot, register, evidence)
    every = _Verdicts(register, tables, causes, evidence, known_wrong(register, evidence, causes))
    found = every.findings()
    return [found[name] for name, claim in register.claims.items() if claim.document in documents]


@dataclass(eq=False)
class _Verdicts:
    """Draws the verdicts one after the other, what a claim follows from before the claim itself."""

    register: Register
    tables: Tables
    causes: Causes
    evidence: Mapping[str, Evidence]
    wrong: Wrong
    right: dict[str, Interval] = field(init=False)
    doubtful: dict[str, Interval] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.right = dict(self.wrong.right)

    def findings(self) -> dict[str, Finding]:
        """Return the finding of every claim by its id."""
        follows = {
            name: [each for derivation in claim.formulas for each in derivation.tree.claims()]
            for name, claim in self.register.claims.items()
        }
        found = {}
        for name in TopologicalSorter(follows).static_order():
            found[name] = self._finding(self.evidence[name])
            self._remember(found[name])
        found = _supported(found)
        found = _common_roots(found, self.tables)
        deciding = {name: each.evaluation for name, each in found.items() if each.evaluation is not None}
        explainer = Explainer(self.register, self.tables, self.causes, self.right, deciding)
        return {name: _explained(each, explainer) for name, each in found.items()}

    def _remember(self, finding: Finding) -> None:
        """Keep what should have been printed, or that nobody knows, for the claims that follow from this one."""
        name = finding.claim.id
        if finding.verdict in CONTRADICTED and finding.claim.value is not None and name not in self.right:
            result, printed = finding.evaluation.result, finding.claim.interval
            if {each.claim_id for each in finding.suspects} <= {name}:
                self.right[name] = Interval(result.value, result.lo, result.hi)
            else:
                ends = min(result.lo, printed.lo), max(result.hi, printed.hi)
                self.doubtful[name] = Interval(printed.value, *ends)

    def _finding(self, evidence: Evidence) -> Finding:
        claim, missing = evidence.claim, evidence.missing_cells
        right = {name: each for name, each in self.right.items() if name != claim.id} if evidence.formulas else {}
        formulas = [each.with_corrections(right) for each in evidence.formulas]
        weighed = weigh(self.register, evidence, formulas, self.doubtful)
        root = self.wrong.roots.get(claim.id)
        if root is not None and (weighed.decisive is None or weight(self.register, weighed.decisive) >= OWN):
            others = [each for each in (weighed.decisive, *weighed.others) if each not in (None, root.evaluation)]
            verdict, cause = self._verdict(claim, root.evaluation)
            return Finding(claim, verdict, root.evaluation, tuple(others), cause, missing, (root.suspect,))
        if weighed.decisive is None:
            verdict, cause = self._undecided(claim, evidence, weighed)
            return Finding(claim, verdict, None, weighed.others, cause, missing)
        return self._decided(evidence, weighed)

    def _decided(self, evidence: Evidence, weighed: Weighed) -> Finding:
        """Return the finding of a claim for which a derivation decides."""
        claim, decisive = evidence.claim, weighed.decisive
        verdict, cause = self._verdict(claim, decisive)
        root = next(iter(decisive.corrected), "")
        if root and verdict in HOLDING:
            original = next(each for each in evidence.formulas if each.derivation is decisive.derivation)
            if original.outcome != EXCLUDED:
                root = ""
            elif root not in self.wrong.by_table:
                verdict = verdicts.SUPPORTED
        if root:
            cause = (*cause, Message("register", "rests_on_wrong", {"claim": root}))
        if decisive.method == QUERY and decisive.derivation is not claim.queries[0]:
            names = {"used": ", ".join(decisive.derivation.tables), "first": ", ".join(claim.queries[0].tables)}
            cause = (*cause, Message("register", "fallback_query", names))
        cause += self._outweighed(claim, weighed)
        known = [each for each in weighed.others if each.outcome == EXCLUDED and claim.differs_in(each.derivation)]
        if known and verdict in HOLDING:
            cause = (*cause, _entered(self.register, claim.row["difference"].partition(": ")[2]))
        suspects = self.wrong.suspects.get(id(decisive), ()) if verdict in CONTRADICTED else ()
        fragile = None
        if claim.is_statement and verdict == REPRODUCED and not decisive.derivation.is_over_regions:
            fragile = fragility(decisive, {name: self._step(name, each) for name, each in decisive.operands.items()})
        missing = evidence.missing_cells
        return Finding(claim, verdict, decisive, weighed.others, cause, missing, suspects, fragile, root)

    def _step(self, name: str, interval: Interval) -> float:
        """Return the step in which an operand is rounded; one, where it is not."""
        claim = self.register.claims.get(name)
        return float(claim.step if claim else interval.hi - interval.lo) or 1.0

    def _outweighed(self, claim: Claim, weighed: Weighed) -> tuple[Message, ...]:
        """Return why what decides outweighs a derivation that says otherwise, nothing where none does."""
        stands = weighed.decisive.outcome in HOLDING
        against = [
            each
            for each in weighed.others
            if each not in weighed.unsound
            and not claim.differs_in(each.derivation)
            and (each.outcome == EXCLUDED if stands else each.outcome in HOLDING)
            and weight(self.register, each) > weight(self.register, weighed.decisive)
        ]
        if not against:
            return ()
        why = Message("register", _WEIGHTS[weight(self.register, weighed.decisive)])
        key = "outweighs_excluding" if stands else "outweighs_holding"
        return (Message("register", key, {"why": why, "expression": against[0].derivation.text}),)

    def _undecided(self, claim: Claim, evidence: Evidence, weighed: Weighed) -> tuple[str, tuple[Message, ...]]:
        """Return verdict and cause of a claim that nothing could be compared with."""
        if claim.queries and self.tables.snapshot.kind == "simulated":
            return verdicts.NOT_CHECKED, (Message("register", "simulated"),)
        if evidence.missing_cells:
            return verdicts.NOT_IN_SNAPSHOT, ()
        if weighed.unsound:
            names = dict.fromkeys(name for each in weighed.unsound for name in each.operands if name in self.doubtful)
            return verdicts.NOT_CHECKED, (Message("register", "unsound", {"claims": _listed(names)}),)
        source = self.register.sources[claim.row["source"]]
        open_data = source["open"] == "yes"
        return (
            (verdicts.NOT_CHECKED, ()) if open_data else (verdicts.NOT_OPEN, (_entered(self.register, source["what"]),))
        )

    def _verdict(self, claim: Claim, evaluation: Evaluation) -> tuple[str, tuple[Message, ...]]:
        """Return the verdict of the evaluation that decides, and its cause."""
        if evaluation.outcome != EXCLUDED:
            return evaluation.outcome, ()
        if claim.differs_in(evaluation.derivation):
            verdict, _, reason = claim.row["difference"].partition(": ")
            return verdict, (_entered(self.register, reason),)
        known = self.causes.known(evaluation)
        if known is not None:
            return verdicts.REVISED, (known,)
        if evaluation.method == QUERY:
            return verdicts.DIFFERS, ()
        elsewhere = sorted({self.register.claims[name].document for name in evaluation.operands} - {claim.document})
        if elsewhere:
            return verdicts.DIFFERS, (Message("register", "elsewhere", {"documents": ", ".join(elsewhere)}),)
        return verdicts.INCONSISTENT, ()


def _explained(finding: Finding, explainer: Explainer) -> Finding:
    """Return a finding with the slips that give the printed number, where it does not stand."""
    if finding.claim.value is None:
        return finding
    if finding.verdict == verdicts.REVISED and finding.evaluation.method == QUERY:
        return replace(finding, explanations=explainer.edition(finding.claim, finding.evaluation))
    if finding.verdict not in CONTRADICTED:
        return finding
    further = [each for each in finding.others if not finding.claim.differs_in(each.derivation)]
    explanations = explainer.explain(finding.claim, [finding.evaluation, *further], finding.suspects)
    return replace(finding, explanations=explanations)


def _supported(found: dict[str, Finding]) -> dict[str, Finding]:
    """Return the findings, with `SUPPORTED` for numbers without evidence of their own that a standing number needs."""
    resting: dict[str, list[str]] = defaultdict(list)
    for finding in found.values():
        if verdicts.TONES[finding.verdict] == "stands" and finding.evaluation.method == FORMULA:
            for each in (finding.evaluation, *finding.others):
                for name in each.operands if each.method == FORMULA and each.outcome in HOLDING else ():
                    if not each.corrected:
                        resting[name].append(finding.claim.id)
    silent = (verdicts.NOT_CHECKED, verdicts.NOT_OPEN)
    return {
        name: replace(
            each,
            verdict=verdicts.SUPPORTED,
            cause=(Message("register", "supported_by", {"claims": _listed(dict.fromkeys(resting[name]))}),),
        )
        if each.verdict in silent and name in resting and not each.claim.queries
        else each
        for name, each in found.items()
    }


def _common_roots(found: dict[str, Finding], tables: Tables) -> dict[str, Finding]:
    """Return the findings; where one cell explains several contradictions, these name the claim that prints it."""
    contradicted = (*CONTRADICTED, verdicts.REVISED)
    failing = [
        each
        for each in found.values()
        if each.verdict in contradicted and each.evaluation and each.evaluation.method == QUERY
    ]
    printed = {
        each.evaluation.derivation.cells[0]: each.claim
        for each in failing
        if each.evaluation.derivation.tree.kind == "cell" and each.claim.interval is not None
    }
    for finding in failing:
        derivation, claim = finding.evaluation.derivation, finding.claim
        shared = [name for name in derivation.cells if name in printed and printed[name] is not claim]
        if not shared or derivation.tree.kind == "cell":
            continue
        as_printed = tables.evaluate(claim, derivation, {name: printed[name].interval for name in shared})[0]
        if as_printed is not None and as_printed.outcome in HOLDING:
            root = printed[shared[0]].id
            cause = (*finding.cause, Message("register", "follows_from", {"claim": root}))
            found[claim.id] = replace(finding, root=root, cause=cause)
    return found


def _listed(names: Iterable[str]) -> str:
    """Return the first names in brackets, and how many more there are."""
    every = [f"[{name}]" for name in names]
    return ", ".join(every[:3]) + (f" + {len(every) - 3}" if len(every) > 3 else "")


def _entered(register: Register, entered: str) -> Message:
    """Return a reason of the register as a sentence."""
    english, dutch = (f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in (entered, register.text(entered, "nl")))
    return Message(text=english, dutch=dutch)
