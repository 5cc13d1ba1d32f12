"""Units of formulas and queries: figures are added, compared and printed only where they count in the same dimension.

A dimension has four parts: a count, money, working hours and years. Percentages and ratios have none. A number that
stands in a formula takes the dimension of what it stands beside, so ``[a] + 10`` and ``share(…) > 50`` are in order.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from analysis.cleaning.cells import UNITS
from analysis.errors import CallError
from analysis.intervals.formula import TRUTHS, Node
from analysis.register.claims import Claim, Derivation
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


def unit_of(text: str, mean: bool = False) -> Unit:
    """Return the unit that a text such as ``persons``, ``million euro`` or ``percent`` stands for.

    A ``mean`` in full-time equivalents is a part of one, and has no dimension.
    """
    plain = text.removeprefix("thousand ").removeprefix("million ")
    if not plain or plain.startswith(_PURE) or (plain == "fte" and mean):
        return Unit(_NONE, text)
    counted = plain if plain in _WORDS else plain.partition(" per ")[0]
    return Unit(_WORDS.get(counted, _COUNT), counted)


def check_units(register: Register, column: str, of_name: Callable[[str], Unit], document: str | None = None) -> None:
    """Refuse the first formula or query whose units cannot be; one that is known to count something else may differ.

    Parameters
    ----------
    register : Register
    column : {"formula", "query"}
    of_name : callable
        The unit of a claim or cell by the name that formulas give it; a unit without a dimension is not checked.
    document : str, optional
        The only document whose claims are checked.

    Raises
    ------
    UnitError
        In one line: the claim, the formula, and the two units that met.
    """
    for claim in register.claims.values():
        if document not in (None, claim.document):
            continue
        for derivation in claim.formulas if column == "formula" else claim.queries:
            fault = "" if claim.differs_in(derivation) else unit_fault(claim, derivation, of_name)
            if fault:
                raise UnitError(f"{claim.position}: {column}: {fault} in {derivation.text[:80]!r}.")


def unit_fault(claim: Claim, derivation: Derivation, of_name: Callable[[str], Unit]) -> str:
    """Return what is wrong between the units of a derivation and of its claim, nothing where they fit."""
    found = _unit(derivation.tree, of_name)
    fault = next(found.faults, "")
    if fault or claim.is_statement or derivation.tree.kind in ("rank", "count") or not claim.row["unit"]:
        return fault
    own = unit_of(claim.row["unit"], claim.row["kind"] == "mean")
    apart = {own.name, found.unit.name} <= {*_APART} and "benefits" in (own.name, found.unit.name)
    if not _fit(own.powers, found.unit.powers) or (apart and own.name != found.unit.name):
        return f"expected {claim.row['unit']}, found {_named(found.unit)}"
    return ""


@dataclass(frozen=True)
class _Found:
    unit: Unit
    faults: Iterator[str]


def _unit(node: Node, of_name: Callable[[str], Unit]) -> _Found:
    """Return the unit of a part of a formula, and what is wrong within it."""
    if node.kind == "number":
        return _Found(Unit(None), iter(()))
    if node.kind in ("claim", "cell"):
        return _Found(of_name(str(node.value)), iter(()))
    parts = [_unit(part, of_name) for part in node.parts]
    faults = [fault for part in parts for fault in part.faults]
    units = [part.unit for part in parts]
    if node.kind in _ALIKE:
        faults += _unlike(units)
    if node.kind in ("*", "/"):
        sign = 1 if node.kind == "*" else -1
        if UNKNOWN in units:
            return _Found(UNKNOWN, iter(faults))
        one, two = (each.powers or _NONE for each in units)
        bare = all(each.powers is None for each in units)
        return _Found(Unit(None if bare else tuple(a + sign * b for a, b in zip(one, two, strict=True))), iter(faults))
    if node.kind in (*TRUTHS, "count") or _is_growth_over_number(node):
        return _Found(Unit(None), iter(faults))
    known = [each for each in units if each.powers is not None]
    names = {each.name for each in known}
    name = names.pop() if len(names) == 1 else ""
    return _Found(Unit(known[0].powers, name) if known else Unit(None), iter(faults))


def _is_growth_over_number(node: Node) -> bool:
    """Tell whether this is ``x / 36 - 1``: a bare number that is divided by counts the same as what stands above it."""
    first = node.parts[0]
    return node.kind == "-" and first.kind == "/" and {first.parts[1].kind, node.parts[1].kind} == {"number"}


def _unlike(units: list[Unit]) -> list[str]:
    known = [each for each in units if each.powers is not None]
    for one, two in pairwise(known):
        if not _fit(one.powers, two.powers) or (one.name != two.name and {one.name, two.name} <= {*_APART}):
            return [f"{_named(one)} and {_named(two)} meet"]
    return []


def _fit(one: Powers | None, two: Powers | None) -> bool:
    """Tell whether two dimensions are one; of money the count is left out: a mean per head is in euro as well."""
    if one is None or two is None:
        return True
    return one[1:] == two[1:] and (one[0] == two[0] or one[1] != 0)


def _named(unit: Unit) -> str:
    if unit.name:
        return unit.name
    words = ("counts", "euro", "hours", "years")
    powers = [(word, power) for word, power in zip(words, unit.powers or _NONE, strict=True) if power]
    return " × ".join(f"{word}^{power}" if power != 1 else word for word, power in powers) or "a ratio"


def units_of_claims(claims: Mapping[str, Claim]) -> Callable[[str], Unit]:
    """Return how `check_units` finds the unit of a claim by its id."""

    def of_name(name: str) -> Unit:
        claim = claims.get(name)
        return UNKNOWN if claim is None else unit_of(claim.row["unit"], claim.row["kind"] == "mean")

    return of_name


def units_of_cells(snapshot: Snapshot) -> Callable[[str], Unit]:
    """Return how `check_units` finds the unit of a cell: from its table, or from what is known of its measure."""

    @cache
    def measured(table: str) -> dict[str, str]:
        known = snapshot.metadata(table).measures if table in snapshot else ()
        return {measure.quantity: measure.unit for measure in known}

    def of_name(name: str) -> Unit:
        table, quantity, *_ = name.split(" | ")
        text = measured(table).get(quantity) or UNITS.get(quantity, ("",))[0]
        return unit_of(text) if text else UNKNOWN

    return of_name
