"""Whether a claim, or a formula of claims, can be the figure of a row: its unit and its period.

The register says of each claim what it counts and when. A row has to say the same, so that a claim that is named by
mistake is refused rather than printed under another heading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analysis.errors import DataError
from analysis.intervals.formula import Node
from analysis.register.claims import Claim

_SPAN = re.compile(r"(.+) to (.+)|(\d{4})-(\d{4})")


def check_fit(tree: Node, claims: Mapping[str, Claim], period: str, measure: Mapping[str, Any], position: str) -> None:
    """Refuse a formula whose unit or period is not that of its row.

    Parameters
    ----------
    tree : Node
        The claim or formula.
    claims : mapping of str to Claim
        The claims of the register.
    period : str
        The period of the row, as written there.
    measure : mapping of str to Any
        The description of the measure. ``claim_unit`` is the register's word for its unit where that differs,
        ``claim_periods`` the periods of its claims where those are not the row's.
    position : str
        File and row, for the message.

    Raises
    ------
    DataError
        When they differ.
    """
    expected, found = measure.get("claim_unit", measure["unit"]), unit_of(tree, claims, position)
    if found != expected:
        raise DataError(f"{position}: claim: expected a figure in {expected}, found one in {found or 'no unit'}.")
    if declared := measure.get("claim_periods"):
        unfit = [claims[name].row["period"] for name in tree.claims() if claims[name].row["period"] not in declared]
        named = ", ".join(declared)
    else:
        unfit = _unfit_periods(tree, claims, period)
        named = period
    if unfit:
        raise DataError(f"{position}: period: expected claims of {named}, found {'; '.join(unfit)}.")


def unit_of(tree: Node, claims: Mapping[str, Claim], position: str) -> str:
    """Return the unit of a formula; the empty text for a bare number.

    Sums and differences have one unit, zero has any and 100 is a percentage; ``a * b / 100`` with a percentage has the
    unit of the other.

    Raises
    ------
    DataError
        When units are mixed, or the formula is none of these: a comparison, a rank, a ratio.
    """
    units = [unit_of(part, claims, position) for part in tree.parts if not _is_bare(part)]
    if tree.kind == "claim":
        return claims[str(tree.value)].row["unit"]
    if tree.kind in ("+", "-") and units:
        bare = [part.value for part in tree.parts if _is_bare(part)]
        if len(set(units)) == 1 and all(each == 0 or (each == 100 and units[0] == "percent") for each in bare):
            return units[0]
    elif tree.kind == "*" and len(units) == 2 and "percent" in units:
        units.remove("percent")
        return f"hundredths of {units[0]}"
    elif tree.kind == "/" and tree.parts[1].value == 100 and units and units[0].startswith("hundredths of "):
        return units[0].removeprefix("hundredths of ")
    if _is_bare(tree):
        return ""
    raise DataError(
        f"{position}: claim: expected a claim, a sum or difference in one unit, or a percentage of a claim; "
        f"found {tree.kind!r} of {', '.join(dict.fromkeys(units)) or 'numbers'}."
    )


def _is_bare(node: Node) -> bool:
    return node.kind == "number"


def _unfit_periods(tree: Node, claims: Mapping[str, Claim], period: str) -> list[str]:
    """Return the periods of claims that do not make a figure of this one, none when all is well.

    A claim is of the period in which it ends. A level less its change since a moment is the level at that moment.
    """
    levels, changes = [], []
    for sign, node in _terms(tree, 1):
        for name in node.claims():
            row = claims[name].row
            is_change = node.kind == "claim" and row["kind"] == "change" and _SPAN.fullmatch(row["period"])
            (changes if is_change else levels).append((sign, row["period"]))
    found = [text for _, text in (*levels, *changes)]
    if not levels or not changes:
        return [text for text in found if not _is_of(_ends(text)[1], period)]
    spans = {_ends(text) for _, text in changes}
    before, after = next(iter(spans))
    undone = sorted(sign for sign, _ in levels) == sorted(-sign for sign, _ in changes)
    well = undone and len(spans) == 1 and {text for _, text in levels} == {after} and _is_of(before, period)
    return [] if well else list(dict.fromkeys(found))


def _terms(tree: Node, sign: int) -> list[tuple[int, Node]]:
    """Return what is added (1) or subtracted (-1) in a formula."""
    if tree.kind not in ("+", "-"):
        return [(sign, tree)]
    first, *rest = tree.parts
    later = [term for each in rest for term in _terms(each, -sign if tree.kind == "-" else sign)]
    return [*_terms(first, sign), *later]


def _ends(text: str) -> tuple[str, str]:
    """Return the first and last period of a span; of what is no span, itself twice."""
    found = _SPAN.fullmatch(text)
    return tuple(filter(None, found.groups())) if found else (text, text)


def _is_of(found: str, period: str) -> bool:
    """Tell whether a period is this one, or lies in this year."""
    return found == period or (len(period) == 4 and found.startswith(period))
