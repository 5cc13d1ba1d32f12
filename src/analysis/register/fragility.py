"""How little would overturn a statement that holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.intervals.formula import Node, number
from analysis.register.relations import Evaluation
from analysis.register.suspects import along, root
from analysis.register.verdicts import comparisons_of, difference

_DIGITS = 6  # beyond these a root is noise of floats


@dataclass(frozen=True)
class Fragility:
    """The smallest change of one operand that overturns a statement, in its own unit and in units of its rounding."""

    operand: str
    change: float
    steps: float


def fragility(evaluation: Evaluation, steps: Mapping[str, float]) -> Fragility | None:
    """Return what is nearest to overturning a statement that holds; None when no single operand can.

    Parameters
    ----------
    evaluation : Evaluation
        All operands but the one that changes stand as printed. Of a number that has to stay within printed bounds,
        these count.
    steps : mapping of str to float
        The step in which each operand is rounded.
    """
    centre = {name: each.value for name, each in evaluation.operands.items()}
    found = []
    for gap in _gaps(evaluation):
        for name in dict.fromkeys(str(node.value) for node in gap.walk() if node.kind in ("claim", "cell")):
            start, step = float(centre[name]), float(steps[name])
            turn = root(along(gap, centre, name), start, step)
            if turn is not None:
                found.append(Fragility(name, turn - start, round(abs(turn - start) / step, _DIGITS)))
    return min(found, key=lambda each: each.steps, default=None)


def _gaps(evaluation: Evaluation) -> list[Node]:
    """Return what must keep its sign for the statement to stay as it is."""
    tree = evaluation.tree
    if tree.kind == "rank":  # of two figures that are equally near, the one that has the rank goes first
        return [Node("-", (tree.parts[0], other)) for other in tree.parts[1:]]
    gaps = [difference(comparison) for comparison in comparisons_of(tree)]
    ends = {evaluation.claim.interval.lo, evaluation.claim.interval.hi} if not gaps else ()
    return gaps or [Node("-", (tree, number(end))) for end in ends if abs(end) != float("inf")]
