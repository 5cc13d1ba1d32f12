"""Whether the columns of a claim agree with its queries: period, group and unit."""

from collections.abc import Callable, Iterable, Mapping

from analysis.classifications.categories import CATEGORIES, TOTAL
from analysis.classifications.groups import Group, members_in_common
from analysis.classifications.selection import find_crossing, find_group
from analysis.errors import CallError
from analysis.intervals.formula import TRUTHS, Node
from analysis.register.claims import Claim, Derivation
from analysis.register.periods import overlap, point_of, read_span
from analysis.register.schema import PURE_UNITS

_PEOPLE = ("sex", "age", "origin", "birth", "background")
"""The dimensions that divide all people: a total of them is no class of one of these."""
_ALIKE = {"moments": "persons"}
"""Units that documents call by another: flows are of moments, and printed as persons."""
PURE = "a number without a unit"
_TWO_ENDS = ("change", "growth_rate")
UnitOf = Callable[[str], str]


def period_fault(claim: Claim, query: Derivation) -> str:
    """Return how the period of a claim contradicts that of its query, or nothing."""
    span = read_span(claim.row["period"])
    if span is None:
        return ""
    cells = {cell.split(" | ")[3] for cell in query.cells}
    points = {text: point for text in cells if (point := point_of(text))}
    expected = [span.first, span.last] if span.is_point or claim.row["kind"] in _TWO_ENDS else []
    within = all(any(overlap(each, point) for point in points.values()) for each in expected)
    within = within and any(overlap((span.first[0], span.last[1]), point) for point in points.values())
    if within and all(point[0] <= span.last[1] for point in points.values()):
        return ""
    return f"period: {claim.row['period']} stands in the column, and the query asks for {', '.join(sorted(cells))}"


def group_fault(claim: Claim, query: Derivation) -> str:
    """Return how the group of a claim contradicts those of its query, or nothing.

    A group in words of the document's own is not compared.
    """
    selections = {cell.split(" | ")[2] for cell in query.cells}
    named: set[tuple[str, str]] = set()
    for selection in selections:
        named |= {(each.dimension, each.name) for each in find_crossing(selection) if each.dimension != TOTAL}
    group, entered = named_group(claim.row["group"]), claim.row["group"]
    fault = f"group: {entered!r} stands in the column, and the query asks for {'; '.join(sorted(selections))}"
    if group is not None:
        parts = [find_group(*each) for each in named if each[0] == group.dimension]
        same = group.name in {part.name for part in parts}
        made_of = len(parts) > 1 and any(members_in_common(group, part) for part in parts)
        return "" if same or made_of else fault
    people = {dimension: {name for each, name in named if each == dimension} for dimension in _PEOPLE}
    narrow = any(len(names) == 1 for names in people.values()) and not any(_is_whole(each) for each in selections)
    return fault if entered == TOTAL and narrow else ""


def _is_whole(selection: str) -> bool:
    """Tell whether a selection leaves nobody out by sex, age or origin."""
    return not any(group.dimension in _PEOPLE for group in find_crossing(selection))


def named_group(text: str) -> Group | None:
    """Return the group that a column names as ``men``, ``age <27`` or ``origin Europe``; None for other words."""
    dimension, _, name = text.partition(" ")
    candidates = [(dimension, name)] if dimension in CATEGORIES and name else [("sex", text), ("age", text)]
    for each in candidates:
        try:
            return find_group(*each) if text != TOTAL else None
        except CallError:
            continue
    return None


def unit_fault(claim: Claim, query: Derivation, units: Mapping[tuple[str, str], str]) -> str:
    """Return how the unit of a claim contradicts that of its query, or nothing.

    ``units`` holds the unit of each table and measure; a query on others is not compared.
    """

    def unit_of(cell: str) -> str:
        table, measure, *_ = cell.split(" | ")
        return units.get((table, measure), "")

    try:
        found = unit_of_formula(query.tree, unit_of)
    except ValueError as fault:
        return f"unit: {fault}"
    entered = claim.row["unit"]
    if not found or not entered or query.tree.kind in (*TRUTHS, "rank", "count"):
        return ""
    expected = PURE if entered in PURE_UNITS else canonical(entered)
    return "" if found == expected else f"unit: {entered!r} stands in the column, and the query gives {found}"


def unit_of_formula(tree: Node, unit_of: UnitOf) -> str:
    """Return the unit that a formula or query gives: that of its cells, `PURE`, or ``""`` where it is not known.

    Parameters
    ----------
    tree : Node
    unit_of : callable
        The unit of a claim or cell by its name, ``""`` where it is not known.

    Raises
    ------
    ValueError
        When two units meet in a sum or comparison.
    """
    if tree.kind in ("cell", "claim"):
        unit = unit_of(str(tree.value))
        return PURE if unit in PURE_UNITS else canonical(unit)
    units = [unit_of_formula(part, unit_of) for part in tree.parts]
    if tree.kind == "/":
        over, under = units
        return PURE if over == under and over else over if under == PURE else ""
    if tree.kind == "*":
        named = [unit for unit in units if unit != PURE]
        return PURE if not named else named[0] if len(named) == 1 else ""
    if not units or tree.kind in ("and", "count"):
        return PURE
    return _one_unit(tree, [unit for part, unit in zip(tree.parts, units, strict=True) if part.kind != "number"])


def _one_unit(tree: Node, units: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(units))
    if len({*distinct} - {""}) > 1:
        found = " and ".join(filter(None, distinct))
        raise ValueError(f"{found} cannot be {'compared' if tree.kind in TRUTHS else 'added or compared'}")
    return "" if "" in distinct else next(iter(distinct), PURE)


def canonical(unit: str) -> str:
    """Return a unit without its multiple and its period, by one name."""
    plain = unit.removeprefix("thousand ").partition(" per ")[0]
    return _ALIKE.get(plain, plain)
