"""Units of formulas and queries: figures are added, compared and printed only where they count in the same dimension.

A dimension has four parts: a count, money, working hours and years. Percentages and ratios have none. A number that
stands in a formula takes the dimension of what it stands beside, so ``[a] + 10`` and ``share(…) > 50`` are in order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from analysis.cleaning.cells import UNITS
from analysis.errors import CallError
from analysis.intervals.formula import TRUTHS, Node
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import OVER_REGIONS
from analysis.register.relations import Register
from analysis.snapshots.store import Snapshot

Powers = tuple[int, int, int, int]
_NONE: Powers = (0, 0, 0, 0)
_COUNT: Powers = (1, 0, 0, 0)
_MONEY: Powers = (0, 1, 0, 0)
_WORDS: dict[str, Powers] = {
    "euro": _MONEY,
    "hours per week": (0, 0, 1, 0),
    "hours": (0, 0, 1, 0),
    "years": (0, 0, 0, 1),
}
_PURE = ("percent", "percentage points", "ratio", "per ", "index", "rank", "SE")
_APART = ("persons", "moments", "benefits")
"""Three quantities of CBS that are never added up or set against each other: see ``docs``, honest numbers."""
_PRINTED_AS = {"moments": "persons"}
"""Units that documents call by another: flows are of moments, and printed as persons."""
_ALIKE = ("+", "-", "min", "max", "<", "<=", ">", ">=", "==", "rank")


class UnitError(CallError):
    """A formula or query that adds, compares or prints figures of different dimensions."""


@dataclass(frozen=True)
class Unit:
    """What a part of a formula counts: its dimension, None for a bare number, and its name where it is one figure's."""

    powers: Powers | None
    name: str = ""


UNKNOWN = Unit(None, "?")
"""Of a figure that nothing is known of: what it is multiplied with is not checked either."""
UnitOf = Callable[[str], Unit]
"""The unit of a claim or cell by the name that formulas give it; one without a dimension is not checked."""


@dataclass(frozen=True)
class Clash:
    """Two units that cannot stand together: of a claim and of its formula, or in a node of the kind ``within``."""

    one: str
    two: str
    within: str = ""


def unit_of(text: str, mean: bool = False) -> Unit:
    """Return the unit that a text such as ``persons``, ``million euro`` or ``percent`` stands for.

    A ``mean`` in full-time equivalents is a part of one, and has no dimension.
    """
    plain = text.removeprefix("thousand ")
    counted = plain.removeprefix("million ")
    if not counted or counted.startswith(_PURE) or (counted == "fte" and mean):
        return Unit(_NONE, text)
    name, of_what = (plain, counted) if counted in _WORDS else (counted.partition(" per ")[0],) * 2
    return Unit(_WORDS.get(of_what, _COUNT), name)


def check_units(register: Register, column: str, of_name: UnitOf, document: str | None = None) -> None:
    """Refuse the first formula or query whose units cannot be; one that is known to count something else may differ.

    Parameters
    ----------
    register : Register
    column : {"formula", "query"}
    of_name : callable
    document : str, optional
        The only document whose claims are checked.

    Raises
    ------
    UnitError
        In one line: the claim, the formula, and the two units that met.
    """
    units = UnitCheck(of_name)
    for claim in register.claims.values():
        if document not in (None, claim.document):
            continue
        for derivation in claim.formulas if column == "formula" else claim.queries:
            found = None if claim.differs_in(derivation) else units.clash(claim, derivation)
            if found is not None:
                one, two = found.one, found.two
                fault = f"{one} and {two} meet" if found.within else f"expected {one}, found {two}"
                raise UnitError(f"{claim.position}: {column}: {fault} in {derivation.text[:80]!r}.")


@dataclass(frozen=True)
class UnitCheck:
    """What is asked of units: one dimension, and with ``by_name`` also that the same is counted, not jobs for persons.

    The columns of a file are checked by name; once a row is in order, arithmetic asks for the dimension alone.
    """

    of_name: UnitOf
    by_name: bool = False

    def clash(self, claim: Claim, derivation: Derivation) -> Clash | None:
        """Return what is wrong between the units of a derivation and of its claim, None where they fit."""
        found, clashes = self._unit(derivation.tree)
        skipped = derivation.tree.kind in ("rank", "count") or (claim.is_statement and not self.by_name)
        if clashes or skipped or not claim.row["unit"]:
            return next(iter(clashes), None)
        own = unit_of(claim.row["unit"], claim.row["kind"] == "mean" and not self.by_name)
        fit = self._fit(*(replace(each, name=_PRINTED_AS.get(each.name, each.name)) for each in (own, found)))
        return None if fit else Clash(claim.row["unit"], _named(found))

    def _unit(self, node: Node) -> tuple[Unit, list[Clash]]:
        """Return the unit of a part of a formula, and what is wrong within it."""
        if node.kind == "number":
            return Unit(None), []
        if node.kind in ("claim", "cell"):
            return self.of_name(str(node.value)), []
        parts = [self._unit(part) for part in node.parts]
        clashes, units = [each for _, found in parts for each in found], [unit for unit, _ in parts]
        if node.kind in ("*", "/"):
            return self._product(node.kind, units), clashes
        if node.kind in OVER_REGIONS:  # whatever is compared, the result counts nothing
            return Unit(_NONE, "ratio"), clashes
        known = [each for each in units if each.powers is not None]
        if node.kind in _ALIKE:
            met = ((one, two) for one, two in pairwise(known) if not self._fit(one, two))
            clashes += [Clash(_named(one), _named(two), node.kind) for one, two in met][:1]
        unknown = not known or (_is_growth_over_number(node) and not self.by_name)
        if unknown or node.kind in (*TRUTHS, "count"):
            return Unit(None), clashes
        names = {each.name for each in known}
        return Unit(known[0].powers, names.pop() if len(names) == 1 else ""), clashes

    def _product(self, kind: str, units: list[Unit]) -> Unit:
        if UNKNOWN in units or all(each.powers is None for each in units):
            return UNKNOWN if UNKNOWN in units else Unit(None)
        sign = 1 if kind == "*" else -1
        one, two = (each.powers or _NONE for each in units)
        single = any(one) != any(two) if kind == "*" else not any(two)
        name = (units[0] if any(one) else units[1]).name if self.by_name and single else ""
        return Unit(tuple(a + sign * b for a, b in zip(one, two, strict=True)), name)

    def _fit(self, one: Unit, two: Unit) -> bool:
        """Tell whether two units go together; of money the count is left out: a mean per head is in euro as well."""
        if one.powers is None or two.powers is None:
            return True
        fit = one.powers[1:] == two.powers[1:] and (one.powers[0] == two.powers[0] or one.powers[1] != 0)
        apart = {one.name, two.name} <= {*_APART} or (self.by_name and any(one.powers) and one.name and two.name)
        return fit and (one.name == two.name or not apart)


def _is_growth_over_number(node: Node) -> bool:
    """Tell whether this is ``x / 36 - 1``: a bare number that is divided by counts the same as what stands above it."""
    first = node.parts[0]
    return node.kind == "-" and first.kind == "/" and {first.parts[1].kind, node.parts[1].kind} == {"number"}


def _named(unit: Unit) -> str:
    if unit.name:
        return unit.name
    words = ("counts", "euro", "hours", "years")
    powers = [(word, power) for word, power in zip(words, unit.powers or _NONE, strict=True) if power]
    return " × ".join(f"{word}^{power}" if power != 1 else word for word, power in powers) or "a ratio"


def units_of_claims(claims: Mapping[str, Claim]) -> UnitOf:
    """Return how the unit of a claim is found by its id."""

    def of_name(name: str) -> Unit:
        claim = claims.get(name)
        return UNKNOWN if claim is None else unit_of(claim.row["unit"], claim.row["kind"] == "mean")

    return of_name


def units_of_cells(of_measure: Callable[[str, str], str]) -> UnitOf:
    """Return how the unit of a cell is found by its name, from that of a table and measure; nothing, if unknown."""

    def of_name(name: str) -> Unit:
        table, quantity, *_ = name.split(" | ")
        text = of_measure(table, quantity)
        return unit_of(text) if text else UNKNOWN

    return of_name


def units_in(snapshot: Snapshot) -> UnitOf:
    """Return how the unit of a cell is found: in its table, or from what is known of its measure."""

    @cache
    def measured(table: str) -> dict[str, str]:
        known = snapshot.metadata(table).measures if table in snapshot else ()
        return {measure.quantity: measure.unit for measure in known}

    return units_of_cells(lambda table, quantity: measured(table).get(quantity) or UNITS.get(quantity, ("",))[0])
