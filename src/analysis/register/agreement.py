"""Whether the columns of a claim agree with its queries: period, group and unit."""

from analysis.classifications.categories import CATEGORIES, TOTAL
from analysis.classifications.groups import Group, members_in_common
from analysis.classifications.selection import find_crossing, find_group
from analysis.errors import CallError
from analysis.intervals.formula import TRUTHS
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import level_of_cell
from analysis.register.periods import overlap, point_of, read_span
from analysis.register.units import UnitCheck, UnitOf

_PEOPLE = ("sex", "age", "origin", "birth", "background")
"""The dimensions that divide all people: a total of them is no class of one of these."""
_TWO_ENDS = ("change", "growth_rate")


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
    selections = {cell.split(" | ")[2] for cell in query.cells if not level_of_cell(cell)}
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


def unit_fault(claim: Claim, query: Derivation, of_name: UnitOf) -> str:
    """Return how the unit of a claim contradicts that of its query, or nothing."""
    clash = UnitCheck(of_name, by_name=True).clash(claim, query)
    if clash is None:
        return ""
    if clash.within:
        met = "compared" if clash.within in TRUTHS else "added or compared"
        return f"unit: {clash.one} and {clash.two} cannot be {met}"
    return f"unit: {clash.one!r} stands in the column, and the query gives {clash.two}"
