"""A number under suspicion, and a slip that fits it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from analysis.errors import DataError
from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Number, value_at
from analysis.register.claims import Claim
from analysis.register.inverse import text_of
from analysis.register.relations import Evaluation
from analysis.register.slips.odds import odds, rounded

PERCENT = ("percent", "percentage points")


@dataclass(frozen=True)
class Explanation:
    """A slip that gives exactly what is printed.

    ``kind`` is one of `KINDS`, ``gives`` the printed number, ``figures`` what it involves (claims, cells, documents or
    snapshots), ``worked`` the arithmetic, ``odds`` how much likelier it is than an error without a name.
    """

    kind: str
    gives: str
    figures: tuple[str, ...]
    worked: str
    odds: float

    def as_json(self) -> dict[str, object]:
        """Return it as it stands in JSON."""
        return {"kind": self.kind, "gives": self.gives, "with": list(self.figures), "worked": self.worked}


@dataclass(frozen=True)
class Variant:
    """What a hypothesis would have printed, or which right number it would have turned into the printed one."""

    value: Number
    figures: tuple[str, ...]
    worked: str


@dataclass(frozen=True, eq=False)
class Case:
    """A figure under suspicion.

    Attributes
    ----------
    claim : Claim
        With a number.
    evaluations : tuple of Evaluation
        The derivations that exclude the printed number, the one that decides first.
    lo, hi : float
        The printed numbers with which everything around would hold.
    """

    claim: Claim
    evaluations: tuple[Evaluation, ...]
    lo: float
    hi: float

    @property
    def nominal(self) -> Number:
        """What the deciding derivation gives for the numbers as printed."""
        return self.evaluations[0].result.value

    @cached_property
    def size(self) -> float:
        """The size against which a fit by chance is measured."""
        return max(abs(float(self.claim.value)), abs(float(self.nominal)))

    def prints(self, value: Number) -> bool:
        """Tell whether a number is printed as this one is, and is not what the derivation gives."""
        step = self.claim.step
        return rounded(value, step) == self.claim.value or self._within_wording(value)

    def _within_wording(self, value: Number) -> bool:
        """Tell whether a number fits a printed one that a word narrows: nearly 406,000 is 405,700."""
        if not self.claim.row["wording"] or self.claim.is_statement:
            return False
        return self.claim.interval.lo <= value <= self.claim.interval.hi

    def allows(self, value: Number) -> bool:
        """Tell whether everything would hold with this number printed."""
        return self.lo <= float(value) <= self.hi

    def giving(self, kind: str, variants: Iterable[Variant]) -> list[Explanation]:
        """Return the explanations of a kind: of the variants, those that print the number."""
        every = list(variants)
        fitting = [each for each in every if self.prints(each.value)]
        return [self._explanation(kind, each, len(every), float(self.claim.step)) for each in fitting]

    def turned(self, kind: str, variants: Iterable[Variant]) -> list[Explanation]:
        """Return the explanations of a kind: of the right numbers that it turns into the printed one, those allowed."""
        every = list(variants)
        fitting = [each for each in every if self.allows(each.value)]
        width = max(self.hi - self.lo, float(self.claim.step))
        return [self._explanation(kind, each, len(every), width) for each in fitting]

    def _explanation(self, kind: str, variant: Variant, count: int, width: float) -> Explanation:
        return Explanation(
            kind, self.claim.row["value"], variant.figures, variant.worked, odds(kind, count, width, self.size)
        )


def value_of(tree: Node, evaluation: Evaluation) -> Number | None:
    """Return the value of a formula with the operands of a derivation as printed; None where it has none."""
    try:
        return value_at(tree, {name: each.value for name, each in evaluation.operands.items()})
    except (DataError, KeyError, ZeroDivisionError):
        return None


def replaced(tree: Node, old: Node, new: Node) -> Node:
    """Return a formula with one part (the very node) in the place of another."""
    if tree is old:
        return new
    return Node(tree.kind, tuple(replaced(part, old, new) for part in tree.parts), tree.value)


def variants_of(evaluation: Evaluation, trees: Iterable[tuple[Node, tuple[str, ...]]]) -> Iterator[Variant]:
    """Yield what altered formulas give, with the figures that were altered; those without a value are left out."""
    for tree, figures in trees:
        value = value_of(tree, evaluation)
        if value is not None:
            yield Variant(value, figures, worked(tree, evaluation, value))


def worked(tree: Node, evaluation: Evaluation, value: Number) -> str:
    """Return a formula with its numbers filled in, and what it gives."""
    filled = {name: each.value for name, each in evaluation.operands.items()}
    return f"{filled_in(tree, filled)} = {plain(value)}"


def filled_in(tree: Node, at: dict[str, Number]) -> str:
    """Return a formula as text with its operands as numbers."""

    def numbers(node: Node) -> Node:
        if node.kind in ("claim", "cell"):
            return Node("number", value=Fraction(at[str(node.value)]))
        return Node(node.kind, tuple(map(numbers, node.parts)), node.value)

    return text_of(numbers(tree))


def plain(value: Number) -> str:
    """Return a number with as many digits as tell it apart."""
    return f"{float(value):.10g}" if value == int(value) else f"{float(value):.6g}"
