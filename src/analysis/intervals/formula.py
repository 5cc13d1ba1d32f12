"""A formula as a tree of a few kinds of node, over operands that have a name."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analysis.errors import DataError

TRUTHS = ("<", "<=", ">", ">=", "==", "and")
"""The kinds of node that hold, fail or cannot be decided."""


class FormulaError(DataError):
    """A formula or query that cannot be read, or has no value."""


@dataclass(frozen=True)
class Node:
    """A piece of a formula.

    ``kind`` is ``number`` (``value`` a Fraction), ``claim`` or ``cell`` (``value`` its name), ``list``, an operator
    (``+ - * /``), ``min``, ``max``, ``abs``, a comparison (``< <= > >= ==``), ``and``, ``rank`` (of the first part
    among all) or ``count`` (of the comparisons that hold).
    """

    kind: str
    parts: tuple[Node, ...] = ()
    value: Fraction | str | None = None

    def walk(self):
        """Yield this node and all nodes within it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def depth(self) -> int:
        """Return how many nodes stand within each other at the most."""
        return 1 + max((part.depth() for part in self.parts), default=0)

    def claims(self) -> tuple[str, ...]:
        """Return the ids of the claims in it, each once, in the order of the text."""
        return tuple(dict.fromkeys(str(node.value) for node in self.walk() if node.kind == "claim"))


def number(value: int | str | Fraction) -> Node:
    """Return a number as a node."""
    return Node("number", value=Fraction(value))
