"""Slips of percentages: the wrong base, points for percent, a share for a growth, the rest for the part."""

from collections.abc import Iterator
from fractions import Fraction

from analysis.intervals.formula import Node, number
from analysis.register.claims import Claim
from analysis.register.relations import FORMULA, Evaluation
from analysis.register.slips.case import PERCENT, Case, Explanation, Variant, plain, replaced, value_of, variants_of
from analysis.register.slips.neighbourhood import Neighbourhood

Trees = Iterator[tuple[Node, tuple[str, ...]]]
_HUNDRED = number(100)


def base_slips(case: Case, near: Neighbourhood) -> list[Explanation]:
    """Return the slips of percentages that give the printed number."""
    found = list(case.turned("complement", _complement(case)))
    found += case.giving("share_as_growth", _shares(case, near)) if case.claim.row["kind"] == "growth_rate" else []
    for evaluation in case.evaluations:
        found += case.giving("wrong_base", variants_of(evaluation, _other_bases(evaluation)))
        found += case.giving("wrong_base", _other_wholes(evaluation, near))
        found += case.giving("share_as_growth", variants_of(evaluation, _index(evaluation)))
        percents = {name for name in evaluation.operands if near.unit(name) in PERCENT}
        found += case.giving("pp_as_percent", variants_of(evaluation, _points(evaluation, percents)))
        found += case.giving("percent_as_pp", variants_of(evaluation, _percent(evaluation, percents)))
    return found


def growth_of(tree: Node) -> tuple[Node, Node] | None:
    """Return the level now and the level before, of a formula that is a growth in percent; None for another."""
    match tree:
        case Node("*", (Node("number", (), hundred), Node("-", (Node("/", (now, before)), Node("number", (), one))))):
            return (now, before) if (hundred, one) == (100, 1) else None
        case Node("*", (Node("number", (), hundred), Node("/", (change, Node("-", (now, same)))))):
            return (now, Node("-", (now, change))) if hundred == 100 and change == same else None
        case Node("*", (Node("number", (), hundred), Node("/", (Node("-", (now, before)), base)))):
            return (now, before) if hundred == 100 and base == before else None
    return None


def ratio_of(tree: Node) -> tuple[Node, Node] | None:
    """Return what stands above and below the bar, of a formula that is a share in percent or a ratio."""
    match tree:
        case Node("*", (Node("number", (), hundred), Node("/", (part, whole)))) if hundred == 100:
            return part, whole
        case Node("/", (Node("*", (Node("number"), part)), whole)):
            return part, whole
        case Node("/", (part, whole)) if whole.kind != "number":
            return part, whole
    return None


def _share(part: Node, whole: Node) -> Node:
    return Node("*", (_HUNDRED, Node("/", (part, whole))))


def _other_bases(evaluation: Evaluation) -> Trees:
    """Yield the percentage on the level now in the place of that before, and on the rest or the sum for the whole."""
    tree = evaluation.tree
    grown = growth_of(tree)
    if grown is not None:
        now, before = grown
        change = before.parts[1] if before.kind == "-" and before.parts[0] == now else Node("-", (now, before))
        yield _share(change, now), now.claims()
        return
    ratio = ratio_of(tree)
    if ratio is not None:
        part, whole = ratio
        rest, both = Node("-", (whole, part)), Node("+", (whole, part))
        for other in (rest, both):
            yield replaced(tree, whole, other), whole.claims()


def _other_wholes(evaluation: Evaluation, near: Neighbourhood) -> Iterator[Variant]:
    """Yield the share with another group's or period's figure below the bar."""
    ratio = ratio_of(evaluation.tree) if growth_of(evaluation.tree) is None else None
    if ratio is None or evaluation.method != FORMULA or ratio[1].kind != "claim":
        return
    whole = ratio[1]
    for other in near.of(str(whole.value)):
        if other.id not in evaluation.operands:
            yield from _with(evaluation, replaced(evaluation.tree, whole, Node("claim", value=other.id)), other)


def _with(evaluation: Evaluation, tree: Node, other: Claim) -> Iterator[Variant]:
    extended = Evaluation(
        evaluation.method,
        evaluation.claim,
        evaluation.derivation,
        tree,
        {**evaluation.operands, other.id: other.interval},
    )
    yield from variants_of(extended, [(tree, (other.id,))])


def _index(evaluation: Evaluation) -> Trees:
    """Yield the level now as a percentage of the level before."""
    grown = growth_of(evaluation.tree)
    if grown is not None:
        now, before = grown
        yield _share(now, before), (*now.claims(), *before.claims())


def _shares(case: Case, near: Neighbourhood) -> Iterator[Variant]:
    """Yield the shares that the document prints of the same group and period, and those of the level and its change."""
    for other in near.shares(case.claim):
        yield Variant(other.value, (other.id,), f"[{other.id}] = {other.row['value']}")
    for evaluation in case.evaluations:
        grown = growth_of(evaluation.tree)
        if grown is None or evaluation.method != FORMULA:
            continue
        for part in (node for node in evaluation.tree.walk() if node.kind == "claim"):
            for whole in near.totals(str(part.value)):
                value = value_of(part, evaluation)
                if whole.value and value is not None and whole.id != part.value:
                    share = 100 * Fraction(value) / whole.value
                    yield Variant(
                        share,
                        (str(part.value), whole.id),
                        f"100 * {plain(value)} / {plain(whole.value)} = {plain(share)}",
                    )


def _points(evaluation: Evaluation, percents: set[str]) -> Trees:
    """Yield the difference of two percentages in the place of the growth of one to the other."""
    grown = growth_of(evaluation.tree)
    if grown is not None and percents and {*evaluation.operands} <= percents:
        yield Node("-", grown), tuple(evaluation.operands)


def _percent(evaluation: Evaluation, percents: set[str]) -> Trees:
    """Yield the growth of one percentage to another in the place of their difference."""
    tree = evaluation.tree
    if tree.kind == "-" and percents and {*evaluation.operands} <= percents:
        now, before = tree.parts
        yield Node("*", (_HUNDRED, Node("-", (Node("/", (now, before)), number(1))))), tuple(evaluation.operands)


def _complement(case: Case) -> Iterator[Variant]:
    if case.claim.row["unit"] == "percent" and case.claim.row["kind"] not in ("growth_rate", "change"):
        rest = 100 - case.claim.value
        yield Variant(rest, (case.claim.id,), f"100 - {plain(rest)} = {case.claim.row['value']}")
