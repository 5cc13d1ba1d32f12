"""Slips of sums: a part left out, a part counted twice, a mean of ratios for a ratio of sums."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from analysis.intervals.formula import Node, number
from analysis.register.claims import Claim
from analysis.register.formulas import total
from analysis.register.relations import FORMULA, Evaluation
from analysis.register.slips.bases import ratio_of
from analysis.register.slips.case import Case, Explanation, replaced, variants_of

Trees = Iterator[tuple[Node, tuple[str, ...]]]
_FOR_TWO = 4
"""Parts from which on two may have been left out: of three, two left out leave a single figure."""


def part_slips(case: Case, claims: Mapping[str, Claim]) -> list[Explanation]:
    """Return the slips of sums that give the printed number."""
    found: list[Explanation] = []
    for evaluation in (opened(each, claims) for each in case.evaluations):
        found += case.giving("omitted_part", variants_of(evaluation, _without(evaluation.tree, 1)))
        found += case.giving("omitted_part", variants_of(evaluation, _without(evaluation.tree, 2)))
        found += case.giving("counted_twice", variants_of(evaluation, _twice(evaluation.tree)))
        found += case.giving("mean_of_ratios", variants_of(evaluation, _mean_of_ratios(evaluation.tree)))
    return found


def opened(evaluation: Evaluation, claims: Mapping[str, Claim]) -> Evaluation:
    """Return a derivation with each total below or above its bar written out as the sum that the register gives it."""
    if evaluation.method != FORMULA or ratio_of(evaluation.tree) is None:
        return evaluation
    operands = dict(evaluation.operands)

    def written_out(node: Node) -> Node:
        claim = claims.get(str(node.value)) if node.kind == "claim" else None
        sums = [each.tree for each in claim.formulas if each.tree.kind == "+"] if claim else []
        if sums and all(claims[name].value is not None for name in sums[0].claims()):
            operands.update({name: claims[name].interval for name in sums[0].claims()})
            return sums[0]
        return Node(node.kind, tuple(map(written_out, node.parts)), node.value)

    tree = written_out(evaluation.tree)
    return Evaluation(FORMULA, evaluation.claim, evaluation.derivation, tree, operands)


def _sums(tree: Node) -> Iterator[Node]:
    return (node for node in tree.walk() if node.kind == "+" and len(node.parts) > 1)


def _names(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    return tuple(str(each.value) for node in nodes for each in node.walk() if each.kind in ("claim", "cell"))


def _without(tree: Node, several: int) -> Trees:
    """Yield the formula with one part left out of a sum, or of a long one two."""
    for node in _sums(tree):
        for left_out in combinations(node.parts, several) if several == 1 or len(node.parts) >= _FOR_TWO else ():
            rest = tuple(part for part in node.parts if not any(part is each for each in left_out))
            if rest:
                yield replaced(tree, node, total(*rest)), _names(left_out)


def _twice(tree: Node) -> Trees:
    for node in _sums(tree):
        for part in node.parts:
            yield replaced(tree, node, total(*node.parts, part)), _names((part,))


def _mean_of_ratios(tree: Node) -> Trees:
    """Yield the mean of the ratios part by part, or the mean without its weights, for a ratio of sums."""
    for node in tree.walk():
        if node.kind != "/" or [part.kind for part in node.parts] != ["+", "+"]:
            continue
        above, below = (part.parts for part in node.parts)
        if len(above) != len(below):
            continue
        ratios = [_over(one, two) for one, two in zip(above, below, strict=True)]
        mean = Node("/", (total(*ratios), number(len(ratios))))
        yield replaced(tree, node, mean), _names(node.parts)


def _over(one: Node, two: Node) -> Node:
    """Return a part over its base, and the value itself where the part is that value times its weight."""
    if one.kind == "*" and two in one.parts:
        return one.parts[0] if one.parts[1] == two else one.parts[1]
    return Node("/", (one, two))
