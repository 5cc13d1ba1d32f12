"""How little would overturn a statement that holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.intervals.formula import TRUTHS, Node, number
from analysis.intervals.formula_range import Interval
from analysis.register.claims import Claim
from analysis.register.relations import difference
from analysis.register.suspects import along, root

_DIGITS = 6  # beyond these a root is noise of floats


@dataclass(frozen=True)
class Fragility:
    """The smallest change of one operand that overturns a statement, in its own unit and in units of its rounding."""

    operand: str
    change: float
    steps: float


def fragility(
    claim: Claim, tree: Node, operands: Mapping[str, Interval], steps: Mapping[str, float]
) -> Fragility | None:
    """Return what is nearest to overturning a statement; None when no single operand can.

    Parameters
    ----------
    claim : Claim
        Its printed bounds count, where it is a number that has to stay within them.
    tree : Node
        The formula that holds.
    operands : mapping of str to Interval
        All but the one that changes stand as printed.
    steps : mapping of str to float
        The step in which each operand is rounded.
    """
    centre = {name: each.value for name, each in operands.items()}
    found = []
    for gap in _gaps(claim, tree):
        for name in dict.fromkeys(str(node.value) for node in gap.walk() if node.kind in ("claim", "cell")):
            start, step = float(centre[name]), float(steps[name])
            turn = root(along(gap, centre, name), start, step)
            if turn is not None:
                found.append(Fragility(name, turn - start, round(abs(turn - start) / step, _DIGITS)))
    return min(found, key=lambda each: each.steps, default=None)


def _gaps(claim: Claim, tree: Node) -> list[Node]:
    """Return what must keep its sign for the statement to stay as it is."""
    if tree.kind in ("and", "count"):
        return [difference(part) for part in tree.parts]
    if tree.kind in TRUTHS:
        return [difference(tree)]
    if tree.kind == "rank":
        return [Node("-", (tree.parts[0], other)) for other in tree.parts[1:]]
    ends = {claim.interval.lo, claim.interval.hi}
    return [Node("-", (tree, number(end))) for end in ends if abs(end) != float("inf")]
