"""A relation solved for one of its figures: what a part has to be, when the total and the other parts stand."""

from collections.abc import Mapping

from analysis.errors import DataError
from analysis.intervals.formula import Node, number
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import total
from analysis.register.relations import FORMULA, Evaluation

_TIGHTNESS = {"+": 1, "-": 1, "*": 2, "/": 2}


def solved_for(claim: Claim, relation: Evaluation) -> Evaluation | None:
    """Return a relation as a derivation of one of its operands; None where it cannot be solved for it."""
    target = Node("claim", value=relation.claim.id)
    tree = _solve(relation.tree, target, claim.id)
    if tree is None:
        return None
    operands = {name: each for name, each in relation.operands.items() if name != claim.id}
    operands |= {relation.claim.id: relation.claim.interval}
    named: Mapping = {name: operands[name] for name in tree.claims()}
    solved = Evaluation(FORMULA, claim, Derivation(text_of(tree), tree), tree, named)
    try:
        solved.outcome  # noqa: B018 (a division by what may be zero raises)
    except DataError:
        return None
    return solved


def _solve(node: Node, target: Node, name: str) -> Node | None:
    """Return what an operand is, when a formula in which it stands has the value of another tree."""
    if node.kind == "claim" and node.value == name:
        return target
    holding = [index for index, part in enumerate(node.parts) if name in part.claims()]
    if len(holding) > 1:
        return _solve_growth(node, target, name)
    if not holding or node.kind not in _TIGHTNESS:
        return None
    inner = node.parts[holding[0]]
    others = [part for index, part in enumerate(node.parts) if index != holding[0]]
    return _solve(inner, _undone(node.kind, holding[0], target, others), name)


def _undone(kind: str, place: int, target: Node, others: list[Node]) -> Node:
    """Return what one part of an operation is, when the whole is ``target``."""
    if kind == "+":
        return Node("-", (target, total(*others)))
    other = others[0]
    if kind == "*":
        return Node("/", (target, other))
    if place == 0:
        return Node("+" if kind == "-" else "*", (target, other))
    return Node(kind, (other, target))


def _solve_growth(node: Node, target: Node, name: str) -> Node | None:
    """Solve ``x / (y - x) = t`` for x: it is t y / (1 + t)."""
    if node.kind != "/" or node.parts[1].kind != "-":
        return None
    change, (now, same) = node.parts[0], node.parts[1].parts
    if change != same or change.kind != "claim" or change.value != name or name in now.claims():
        return None
    return Node("/", (Node("*", (target, now)), Node("+", (number(1), target))))


def text_of(node: Node) -> str:
    """Return a formula of arithmetic as text that reads as the same formula."""
    if node.kind == "number":
        return f"{float(node.value):.10g}"
    if node.kind in ("claim", "cell"):
        return f"[{node.value}]" if node.kind == "claim" else f"{{{node.value}}}"
    if node.kind not in _TIGHTNESS:
        return f"{node.kind}({', '.join(map(text_of, node.parts))})"
    if node.kind == "+" and len(node.parts) > 2:
        return f"sum({', '.join(map(text_of, node.parts))})"
    texts = [text_of(part) for part in node.parts]
    for index, part in enumerate(node.parts):
        loose = _TIGHTNESS.get(part.kind, 3) if not (part.kind == "+" and len(part.parts) > 2) else 3
        if loose < _TIGHTNESS[node.kind] or (index and loose == _TIGHTNESS[node.kind] and node.kind in "-/"):
            texts[index] = f"({texts[index]})"
    return f" {node.kind} ".join(texts)
