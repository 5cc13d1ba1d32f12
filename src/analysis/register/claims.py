"""What the register holds: claims, their derivations, and the interval that a printed number stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from analysis.intervals.formula import Node
from analysis.intervals.formula_range import Interval
from analysis.register.formulas import OVER_REGIONS


@dataclass(frozen=True)
class Derivation:
    """How a number follows from others: the formula as entered and as a tree, and whether it counts something else."""

    text: str
    tree: Node
    differs: bool = False

    @property
    def cells(self) -> list[str]:
        """The cells of a query as they are named in it: ``table | measure | selection | period``."""
        return [str(node.value) for node in self.tree.walk() if node.kind == "cell"]

    @property
    def is_over_regions(self) -> bool:
        """Whether it computes something over all regions of a level; its cells then stand for each of these."""
        return any(node.kind in OVER_REGIONS for node in self.tree.walk())

    @property
    def tables(self) -> list[str]:
        """The tables of its cells, each once."""
        return list(dict.fromkeys(cell.split(" | ")[0] for cell in self.cells))


@dataclass(frozen=True, eq=False)
class Claim:
    """A published number: where it stands, what it is, how it is printed, and what it follows from.

    ``line`` is its line in ``file``, by default that of its document. The text of every column is in ``row``.
    """

    document: str
    line: int
    row: Mapping[str, str]
    formulas: tuple[Derivation, ...] = ()
    queries: tuple[Derivation, ...] = ()
    file: str = ""

    @property
    def id(self) -> str:
        """The id, unique in the register."""
        return self.row["claim_id"]

    @property
    def position(self) -> str:
        """File, line and id, for messages."""
        return f"{self.file or f'{self.document}.csv'}, line {self.line}, {self.id}"

    def differs_in(self, derivation: Derivation) -> bool:
        """Tell whether the claim's known difference explains a derivation: one flagged for it, or any if none is."""
        flagged = any(each.differs for each in (*self.formulas, *self.queries))
        return bool(self.row["difference"]) and (derivation.differs or not flagged)

    @property
    def is_statement(self) -> bool:
        """Whether it holds or fails, rather than being met more or less closely."""
        return self.row["kind"] in ("statement", "rank") or self.row["wording"] in ("at_least", "at_most")

    @cached_property
    def value(self) -> Fraction | None:
        """The number as printed; None for a statement without one."""
        return Fraction(self.row["value"]) if self.row["value"] else None

    @cached_property
    def step(self) -> Fraction:
        """The step in which it is printed; a count printed whole goes by ones."""
        return Fraction(self.row["precision"] or 0) or Fraction(1)

    @cached_property
    def interval(self) -> Interval | None:
        """The number with the interval that it stands for: printed precision, rounding of its source, and wording."""
        return None if self.value is None else interval(self.value, self.row)


def interval(value: Fraction, row: Mapping[str, str]) -> Interval:
    """Return what a number printed with this precision, source rounding and wording stands for."""
    half = Fraction(row["precision"] or 0) / 2 + Fraction(row["source_rounding"] or 0)
    lo, hi, wording = value - half, value + half, row["wording"]
    # in magnitude: "over 4,000 fewer" lies below -4,000
    if wording in ("nearly", "over"):
        lo, hi = (lo, value) if (wording == "nearly") == (value > 0) else (value, hi)
    if wording == "at_least":
        lo, hi = value, float("inf")
    if wording == "at_most":
        lo, hi = -float("inf"), value
    return Interval(value, lo, hi)
