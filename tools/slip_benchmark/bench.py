"""Slips planted round by round, far from each other, and what the register makes of them."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from slip_benchmark.made import made_claims
from slip_benchmark.planters import Planters, nearest
from slip_benchmark.planting import Plant, excludable, planted

from analysis.register.cells import Tables
from analysis.register.claims import Claim
from analysis.register.evaluation import Finding, find
from analysis.register.evidence import gather
from analysis.register.relations import Evaluation, Register, relations
from analysis.register.slips.odds import KINDS
from analysis.register.verdicts import CONTRADICTED, REVISED, TONES
from analysis.snapshots.store import Snapshot

STANDS = ("stands", "supported")
_A_ROUND = 12
"""Slips of a round, no two of which share a derivation."""


@dataclass
class Result:
    """What became of the slips of a kind, and of the numbers that stand."""

    planted: Counter = field(default_factory=Counter)
    caught: Counter = field(default_factory=Counter)
    named: Counter = field(default_factory=Counter)
    second: Counter = field(default_factory=Counter)
    as_other: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    standing: int = 0
    standing_explained: int = 0
    misses: list[str] = field(default_factory=list)


class Bench:
    """A register in which slips are planted.

    Parameters
    ----------
    register : Register
    snapshot, earlier : Snapshot
        The figures as they are, and as they were in an earlier edition.
    """

    def __init__(self, register: Register, snapshot: Snapshot, earlier: Snapshot) -> None:
        claims = {**register.claims, **made_claims(register)}
        self.register = replace(register, claims=claims, relations=relations(claims))
        self.snapshot = snapshot
        self.before = {each.claim.id: each for each in find(self.register, snapshot)}
        self.around: dict[str, list[Evaluation]] = defaultdict(list)
        evidence = gather(self.register, Tables(snapshot))
        for relation in (*self.register.relations, *(q for each in evidence.values() for q in each.queries[:1])):
            for name in {relation.claim.id, *relation.operands}:
                self.around[name].append(relation)
        then = gather(self.register, Tables(earlier))
        values = {name: each.table.result.value for name, each in then.items() if each.table and each.by_table}
        self.planters = Planters(self._standing(), self.around, values)

    def _standing(self) -> Mapping[str, Claim]:
        """Return the claims that stand, or that nothing contradicts."""
        well = {name for name, each in self.before.items() if TONES[each.verdict] in (*STANDS, "open")}
        return {name: claim for name, claim in self.register.claims.items() if name in well}

    def candidates(self, kind: str) -> list[Plant]:
        """Return the slips of a kind that arithmetic can exclude, one for each claim."""
        found: dict[str, Plant] = {}
        for plant in self.planters.of(kind):
            checked = plant if kind != "copied_error" else Plant(kind, dict(list(plant.values.items())[1:]))
            if plant.claim not in found and excludable(checked, self.register, self.around):
                found[plant.claim] = plant
        return list(found.values())

    def run(self, seed: int, instances: int, kinds: Iterable[str] = KINDS) -> Result:
        """Plant slips of each kind and return what became of them."""
        draw, result = random.Random(seed), Result()
        waiting = []
        for kind in kinds:
            every = self.candidates(kind)
            waiting += draw.sample(every, min(instances, len(every)))
        draw.shuffle(waiting)
        while waiting:
            waiting = self._round(waiting, result)
        return result

    def _round(self, waiting: list[Plant], result: Result) -> list[Plant]:
        """Plant what goes together, and return what is left for another round."""
        taken: set[str] = set()
        now, later = [], []
        for plant in waiting:
            near = {name for each in plant.values for name in self._near(each)}
            together = len(now) < _A_ROUND and not near & taken
            (now if together else later).append(plant)
            taken |= near if together else set()
        found = find(planted(self.register, now), self.snapshot)
        for plant in now:
            _count(plant, found, result)
        self._count_standing(now, found, result)
        return later

    def _near(self, name: str) -> set[str]:
        return {name} | {each for relation in self.around[name] for each in (relation.claim.id, *relation.operands)}

    def _count_standing(self, plants: list[Plant], found: list[Finding], result: Result) -> None:
        """Count the numbers that stand, and those of them that are given a slip of their own."""
        wrong = {name for plant in plants for name in plant.values}
        for each in found:
            name = each.claim.id
            if name not in wrong and TONES[self.before[name].verdict] in STANDS:
                result.standing += 1
                blamed = [e for e in each.explanations[:1] if name in e.figures or not wrong & {*e.figures, each.root}]
                result.standing_explained += bool(blamed)

    def by_chance(self, seed: int, instances: int) -> tuple[int, int]:
        """Return how many numbers with an error of no kind were found wrong, and how many of these got a name."""
        draw, plants = random.Random(seed), []
        for claim in self.planters.numbers:
            size = Fraction(draw.uniform(0.05, 0.5) * draw.choice((-1, 1))).limit_denominator(10_000)
            value = nearest(claim.value * (1 + size), claim.step)
            plant = Plant("none", {claim.id: value})
            if value not in (0, claim.value) and excludable(plant, self.register, self.around):
                plants.append(plant)
        result, waiting = Result(), draw.sample(plants, min(instances, len(plants)))
        while waiting:
            waiting = self._round(waiting, result)
        return result.caught["none"], sum(result.as_other["none"].values())


def _count(plant: Plant, found: list[Finding], result: Result) -> None:
    """Count a slip as caught where its number does not stand or can be what is wrong, and as named where it is."""
    concerned = [each for each in found if _concerns(each, plant)]
    result.planted[plant.kind] += 1
    result.caught[plant.kind] += bool(concerned)
    own = [each for each in concerned if each.claim.id in plant.values] or concerned
    own.sort(key=lambda each: each.claim.id != plant.claim)
    names = [each.kind for finding in own[:1] for each in finding.explanations]
    result.named[plant.kind] += names[:1] == [plant.kind]
    result.second[plant.kind] += plant.kind in names[1:]
    if concerned and names[:1] != [plant.kind] and names:
        result.as_other[plant.kind][names[0]] += 1
    if names[:1] != [plant.kind]:
        verdicts = {each.claim.id: each.verdict for each in found if each.claim.id in plant.values}
        result.misses.append(f"{plant.kind}: {dict(plant.values)} {verdicts} {[e.claim.id for e in concerned]} {names}")


def _concerns(finding: Finding, plant: Plant) -> bool:
    own = finding.claim.id in plant.values
    if own and finding.verdict in (*CONTRADICTED, REVISED):
        return True
    return finding.verdict in CONTRADICTED and any(each.claim_id in plant.values for each in finding.suspects)
