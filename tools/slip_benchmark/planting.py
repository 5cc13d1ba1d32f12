"""A slip put into a register: which number, what is printed instead, and whether arithmetic can exclude it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from analysis.errors import DataError
from analysis.register.causes import moved
from analysis.register.claims import Claim
from analysis.register.relations import QUERY, Evaluation, Register, relations
from analysis.register.verdicts import EXCLUDED, recompute, verdict_for


@dataclass(frozen=True)
class Plant:
    """A slip of a kind: new values for one or more claims, the first of which is the one that has to be found."""

    kind: str
    values: Mapping[str, Fraction]

    @property
    def claim(self) -> str:
        """The claim that has to be found."""
        return next(iter(self.values))


def text_of(value: Fraction, claim: Claim) -> str:
    """Return a number as it is entered: with the decimals of the claim's precision."""
    decimals = len(claim.row["precision"].partition(".")[2])
    return f"{float(value):.{decimals}f}" if decimals else str(int(value))


def with_value(claim: Claim, value: Fraction) -> Claim:
    """Return a claim that prints another number."""
    return replace(claim, row={**claim.row, "value": text_of(value, claim)})


def planted(register: Register, plants: Iterable[Plant]) -> Register:
    """Return the register with these slips in it."""
    claims = dict(register.claims)
    for plant in plants:
        for name, value in plant.values.items():
            claims[name] = with_value(claims[name], value)
    return replace(register, claims=claims, relations=relations(claims))


def excludable(plant: Plant, register: Register, around: Mapping[str, list[Evaluation]]) -> bool:
    """Tell whether a derivation that held excludes each number that was changed, by arithmetic alone."""
    changed = {name: with_value(register.claims[name], value) for name, value in plant.values.items()}
    try:
        excluding = {name: [_excludes(each, changed, plant) for each in around.get(name, ())] for name in changed}
    except DataError:  # with this number printed a formula has no value: the register is refused as it is read
        return False
    return all(map(any, excluding.values()))


def _excludes(relation: Evaluation, changed: Mapping[str, Claim], plant: Plant) -> bool:
    """Tell whether a derivation excludes changed claims: not one that counts something else, nor a likely revision."""
    operands = {name: changed[name].interval if name in changed else each for name, each in relation.operands.items()}
    recompute(relation.tree, operands)
    if relation.outcome == EXCLUDED or relation.result.truth is not None or relation.claim.row["difference"]:
        return False
    if relation.method == QUERY and plant.kind != "earlier_edition":
        relation = moved(relation, list(relation.operands))
    operands = {name: changed[name].interval if name in changed else each for name, each in relation.operands.items()}
    claim = changed.get(relation.claim.id, relation.claim)
    return verdict_for(claim, recompute(relation.tree, operands), relation.is_copy) == EXCLUDED
