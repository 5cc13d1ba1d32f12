"""The language of formulas and queries: read into a tree of a few kinds of node, never run as Python.

Python's own parser reads the text; every node that is not arithmetic, a comparison, ``and`` or a known function is
refused. References to claims and cells are taken out before, so that their names are never seen as code.
"""

import ast
import math
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pandas as pd

from analysis.classifications.categories import read_list
from analysis.errors import did_you_mean
from analysis.intervals.formula import FormulaError, Node, number

_ANY = 1000
"""The most values of a function or a set: ten times what the largest table of a document has."""
_DEEPEST = 60
"""Parts within parts of a formula: what is worked out part by part stays far from Python's own limit."""
LONGEST = 4000
"""Characters of a formula: the longest in the register has some 700, and the parser stays far from its limits."""
CLAIM_REFERENCE = re.compile(r"\[([^\[\]]*)\]")
_IN_BRACES = re.compile(r"\{([^{}]*)\}")  # a cell, or within a reference to claims a set
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
# what no formula has: other signs, and numbers or names that only Python would know
_REFUSED = re.compile(r"[^\w\s.,+*/()<>=-]|\bat_\w*|\b\d+[A-Za-z_]\w*|\d{16,}|\*\*", re.ASCII)
_PERIOD = re.compile(r"\d{4}(Q[1-4]|-(0[1-9]|1[0-2]))?")
_FREQUENCY = {4: "Y", 6: "Q", 7: "M"}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
OVER_REGIONS = ("rank_correlation", "explained_share")
"""The kinds of node that are computed over all regions of a level, from cells that stand for each of them."""
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}


def split_derivations(text: str) -> list[str]:
    """Return the formulas or queries of a column, which semicolons separate."""
    return [each.strip() for each in text.split(";") if each.strip()]


def claims_named(text: str) -> list[str]:
    """Return the ids that a reference stands for: one, or with braces every combination."""
    choices = [[part] for part in _IN_BRACES.split(text)]
    choices[1::2] = [[each.strip() for each in part.split(",")] for (part,) in choices[1::2]]
    if math.prod(map(len, choices)) > _ANY:
        raise FormulaError(f"expected a set of at most {_ANY} claims, found more: [{text[:60]}].")
    names = ["".join(choice).strip() for choice in product(*choices)]
    for name in names:
        if not _ID.fullmatch(name):
            raise FormulaError(f"expected the id of a claim in [{text}], found {name!r}.")
    return names


def cells_named(text: str) -> list[str]:
    """Return the cells that a reference stands for: one, or with ``a..b`` as its period one for each period.

    A cell reads ``table | quantity | selection | period``.
    """
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 4 or not all(parts):
        raise FormulaError(f"expected {{table | measure | selection | period}}, found {{{text.strip()}}}.")
    ends = [end.strip() for end in parts[3].split("..")]
    if not all(map(_PERIOD.fullmatch, ends)) or len(ends) > 2 or len(set(map(len, ends))) > 1:
        raise FormulaError(f"expected a period such as 2024, 2024Q4, 2024-12 or 2024Q1..2024Q4, found {parts[3]!r}.")
    if len(ends) == 1:
        return [" | ".join(parts)]
    periods = [str(period) for period in pd.period_range(*ends, freq=_FREQUENCY[len(ends[0])])]
    if not periods:
        raise FormulaError(f"expected the first period before the last, found {parts[3]!r}.")
    return [" | ".join([*parts[:3], period]) for period in periods]


def parse(text: str) -> Node:
    """Read a formula or query.

    Raises
    ------
    FormulaError
        Naming what was expected and what was found.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"expected a formula of at most {LONGEST} characters, found {len(text)}.")
    references: list[Node] = []

    def keep(kind: str, names: list[str]) -> str:
        nodes = tuple(Node(kind, value=name) for name in names)
        references.append(nodes[0] if len(nodes) == 1 else Node("list", nodes))
        return f" at_{len(references) - 1} "

    arithmetic = CLAIM_REFERENCE.sub(lambda match: keep("claim", claims_named(match[1])), text)
    arithmetic = _IN_BRACES.sub(lambda match: keep("cell", cells_named(match[1])), arithmetic)
    refused = _REFUSED.findall(_IN_BRACES.sub(" 0 ", CLAIM_REFERENCE.sub(" 0 ", text)))
    if refused:
        signs = " ".join(dict.fromkeys(refused))
        raise FormulaError(f"expected numbers, + - * /, comparisons and functions, found {signs}")
    try:
        tree = ast.parse(arithmetic.strip(), mode="eval").body
        node = _read(tree, references)
        if node.depth() > _DEEPEST:
            raise FormulaError(f"expected at most {_DEEPEST} parts within each other, found {node.depth()}.")
        return _whole(node)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as fault:
        reason = getattr(fault, "msg", None) or type(fault).__name__
        raise FormulaError(f"expected a formula, found {text.strip()[:60]!r} ({reason}).") from fault


def _whole(node: Node) -> Node:
    """Return a node that may be a formula by itself; ranks, counts and comparisons stand alone, or in a list of and."""
    refused = {"rank", "count", "and"} | (set() if node.kind in ("and", "count") else {*_COMPARISONS.values()})
    wrong = [each.kind for part in node.parts for each in part.walk() if each.kind in refused]
    if wrong:
        raise FormulaError(f"{wrong[0]!r} cannot stand inside {node.kind!r}: a comparison, rank or count stands alone.")
    if node.kind == "list":
        raise FormulaError("expected one value, found several; say what is done with them, as in sum(…).")
    _check_regions(node)
    return node


def _check_regions(node: Node, over: bool = False) -> None:
    """Refuse a cell of every region where nothing is computed over regions, and anything else within what is."""
    every = node.kind == "cell" and bool(level_of_cell(str(node.value)))
    if node.kind in ("claim", "cell") and every != over:
        found, names = f"{{{node.value}}}" if node.kind == "cell" else f"[{node.value}]", " or ".join(OVER_REGIONS)
        which = "only a cell of every region (region: municipality) can stand" if over else "it can stand only"
        raise FormulaError(f"{found}: {which} within {names}.")
    if over and node.kind not in ("cell", "number", *_OPERATORS.values()):
        raise FormulaError(f"over regions only + - * / are computed, found {node.kind!r}.")
    for part in node.parts:
        _check_regions(part, over or node.kind in OVER_REGIONS)


def level_of_cell(name: str) -> str:
    """Return the level of which a cell means every region (``… | region: municipality | …``), ``""`` for one cell."""
    dimension, _, level = (part.strip() for part in name.split(" | ")[2].partition(":"))
    return level if dimension == "region" and level in read_list("regions")["levels"] else ""


def _read(tree: ast.expr, references: list[Node]) -> Node:
    match tree:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return number(Fraction(repr(value)))
        case ast.Name(id=name) if name.startswith("at_") and name[3:].isdigit() and int(name[3:]) < len(references):
            return references[int(name[3:])]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _along(_OPERATORS[type(op)], _read(left, references), _read(right, references))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _along("-", number(0), _read(operand, references))
        case ast.Compare(left=left, ops=ops, comparators=others):
            ends = [_read(each, references) for each in (left, *others)]
            return both(*(_along(_comparison(op), one, two) for op, one, two in zip(ops, ends, ends[1:], strict=False)))
        case ast.BoolOp(op=ast.And(), values=values):
            return both(*(_read(each, references) for each in values))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_read(each, references) for each in arguments])
    text = re.sub(r"at_\d+", "[…]", ast.unparse(tree))[:60]
    raise FormulaError(f"{text!r} is no part of the language: see docs/findings.md.")


def _comparison(op: ast.cmpop) -> str:
    if type(op) not in _COMPARISONS:
        raise FormulaError(f"expected one of {' '.join(_COMPARISONS.values())}, found {type(op).__name__!r}.")
    return _COMPARISONS[type(op)]


def _along(kind: str, one: Node, two: Node) -> Node:
    """Return an operation on two values, or on each pair of two lists; a single value goes with every one of a list."""
    lists = [each.parts for each in (one, two) if each.kind == "list"]
    if not lists and kind == one.kind == "+":
        return total(*one.parts, two)  # a long sum is one sum, not a sum in a sum in a sum
    if not lists:
        return Node(kind, (one, two))
    lengths = {len(parts) for parts in lists}
    if len(lengths) > 1:
        raise FormulaError(f"lists of {' and '.join(map(str, sorted(lengths)))} values cannot be combined.")
    sides = [each.parts if each.kind == "list" else (each,) * len(lists[0]) for each in (one, two)]
    return Node("list", tuple(Node(kind, pair) for pair in zip(*sides, strict=True)))


def both(*nodes: Node) -> Node:
    """Return that all of these hold."""
    parts = comparisons(nodes)
    return parts[0] if len(parts) == 1 else Node("and", parts)


def comparisons(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the single comparisons in these nodes."""
    parts = tuple(part for node in flat(nodes) for part in (node.parts if node.kind == "and" else (node,)))
    wrong = [part.kind for part in parts if part.kind not in _COMPARISONS.values()]
    if wrong:
        raise FormulaError(f"expected a comparison, found {wrong[0]!r}.")
    return parts


def flat(nodes: list[Node] | tuple[Node, ...]) -> list[Node]:
    """Return the nodes, each list replaced by its own nodes."""
    return [part for node in nodes for part in (flat(node.parts) if node.kind == "list" else (node,))]


def _over(one: Node, two: Node) -> Node:
    return Node("/", (one, two))


def _percent(node: Node) -> Node:
    return Node("*", (number(100), node))


def _before(now: Node, growth: Node) -> Node:
    return _over(now, Node("+", (number(1), _over(growth, number(100)))))


def total(*nodes: Node) -> Node:
    """Return the sum of nodes."""
    return nodes[0] if len(nodes) == 1 else Node("+", tuple(nodes))


def _weighted(*nodes: Node) -> Node:
    pairs = [Node("*", pair) for pair in zip(nodes[::2], nodes[1::2], strict=True)]
    return _over(total(*pairs), total(*nodes[1::2]))


def _extreme(kind: str) -> Callable[..., Node]:
    return lambda *nodes: nodes[0] if len(nodes) == 1 else Node(kind, nodes)


def _against(kind: str) -> Callable[..., Node]:
    return lambda x, *others: both(*(Node(kind, (x, other)) for other in others))


def _over_regions(kind: str) -> Callable[..., Node]:
    """Return a function over regions of one level; the share that is explained is of one count over another."""

    def function(*nodes: Node) -> Node:
        cells = [str(each.value) for node in nodes for each in node.walk() if each.kind == "cell"]
        levels = sorted({level for name in cells if (level := level_of_cell(name))})
        if len(levels) > 1:
            raise FormulaError(f"{kind}: expected regions of one level, found {' and '.join(map(repr, levels))}.")
        counts = [part.kind for part in nodes[0].parts] == ["cell", "cell"] and nodes[0].kind == "/"
        if kind == "explained_share" and not counts:
            raise FormulaError(f"{kind}: expected one cell over another, such as persons over inhabitants, first.")
        return Node(kind, nodes)

    return function


# name: the function, and how many values it takes (least, most)
_FUNCTIONS: dict[str, tuple[Callable[..., Node], int, int]] = {
    "sum": (total, 1, _ANY),
    "mean": (lambda *nodes: _over(total(*nodes), number(len(nodes))), 1, _ANY),
    "min": (_extreme("min"), 1, _ANY),
    "max": (_extreme("max"), 1, _ANY),
    "abs": (lambda x: Node("abs", (x,)), 1, 1),
    "share": (lambda part, whole: _percent(_over(part, whole)), 2, 2),
    "growth": (lambda now, before: _percent(Node("-", (_over(now, before), number(1)))), 2, 2),
    "growth_by": (lambda now, change: _percent(_over(change, Node("-", (now, change)))), 2, 2),
    "before": (_before, 2, 2),
    "change": (lambda now, growth: Node("-", (now, _before(now, growth))), 2, 2),
    "weighted": (_weighted, 2, _ANY),
    "rank": (lambda *nodes: Node("rank", nodes), 2, _ANY),
    "rank_low": (lambda *nodes: Node("rank", tuple(Node("-", (number(0), node)) for node in nodes)), 2, _ANY),
    "highest": (_against(">"), 2, _ANY),
    "lowest": (_against("<"), 2, _ANY),
    "between": (lambda x, lo, hi: both(Node("<=", (lo, x)), Node("<=", (x, hi))), 3, 3),
    "all": (both, 1, _ANY),
    "count": (lambda *nodes: Node("count", comparisons(nodes)), 1, _ANY),
    "rank_correlation": (_over_regions("rank_correlation"), 2, 2),
    "explained_share": (_over_regions("explained_share"), 2, 20),
}


def _call(name: str, arguments: list[Node]) -> Node:
    if name not in _FUNCTIONS:
        raise FormulaError(f"unknown function {name!r}; {did_you_mean(name, _FUNCTIONS)}.")
    function, least, most = _FUNCTIONS[name]
    values = flat(arguments)
    if not least <= len(values) <= most:
        number_of = str(least) if least == most else f"at least {least}"
        raise FormulaError(f"{name}: expected {number_of} values, found {len(values)}.")
    if name == "weighted" and len(values) % 2:
        raise FormulaError(f"weighted: expected pairs of a value and its weight, found {len(values)} values.")
    return function(*values)
