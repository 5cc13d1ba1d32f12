"""Findings as plain rows, for JSON, CSV, the ledger page and the terminal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.findings.find import FORMULA, Finding, Tried
from analysis.findings.language import FormulaError, cells_named, claims_named
from analysis.findings.ranges import Number
from analysis.findings.relations import FAILS, HOLDS, Register
from analysis.findings.verdicts import INCONSISTENT, REPRODUCED, STANDS_NOT
from analysis.snapshots import Snapshot

CONTRACT = (
    "claim_id", "document", "location", "verdict", "published", "published_lo", "published_hi", "recomputed",
    "recomputed_lo", "recomputed_hi", "method", "expression", "cause", "suggested",
)  # fmt: skip
"""The columns that scripts rely on; a row has more."""
_MOST_NAMED = 3
_REFERENCE = re.compile(r"\[([^\[\]]*)\]|\{([^{}]*)\}")


def rows_of(findings: Iterable[Finding], register: Register, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return one row a finding: the columns of `CONTRACT` first, then what a reader of the verdict wants to know."""
    return [row_of(finding, register, snapshot) for finding in findings]


def row_of(finding: Finding, register: Register, snapshot: Snapshot) -> dict[str, Any]:
    """Return a finding as a row; a number without end is None, a statement's ``recomputed`` is true, false or None."""
    claim, tried = finding.claim, finding.tried
    printed, result = claim.interval, tried.result if tried else None
    truth = result is not None and result.truth is not None
    return {
        "claim_id": claim.id,
        "document": claim.document,
        "location": claim.row["location"],
        "verdict": finding.verdict,
        "published": plain(printed and printed.value),
        "published_lo": plain(printed and printed.lo),
        "published_hi": plain(printed and printed.hi),
        "recomputed": {HOLDS: True, FAILS: False}.get(result.truth) if truth else plain(result and result.value),
        "recomputed_lo": plain(result and result.lo),
        "recomputed_hi": plain(result and result.hi),
        "method": tried.method if tried else "",
        "expression": tried.way.text if tried else _not_run(finding),
        "cause": cause_of(finding),
        "suggested": finding.suggested,
        **{
            name: claim.row[name]
            for name in ("quantity", "group", "period", "unit", "source", "wording", "kind", "note")
        },
        "published_text": claim.row["value"],
        "worked": worked(tried) if tried else "",
        "operands": _operands(tried, register) if tried else [],
        "others": [_other(each) for each in finding.others],
        "suspect": finding.suspects[0].claim_id if len(finding.suspects) == 1 else None,
        "fragility": _fragility(finding),
        "wanted": list(finding.wanted),
        "snapshot": snapshot.name,
    }


def plain(value: Number | None) -> float | int | None:
    """Return a number that JSON knows: whole where it is whole, None where there is none or no end."""
    if value is None or math.isinf(value):
        return None
    return int(value) if value == int(value) else float(value)


def short(value: Number | None) -> str:
    """Return a number for a sentence, with four digits after what its size makes clear."""
    if value is None or math.isinf(value):
        return "any"
    number = float(value)
    text = f"{number:,.{max(0, 3 - int(math.log10(abs(number)))) if number else 0}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cause_of(finding: Finding) -> str:
    """Return in sentences why the verdict is what it is, where that is not plain."""
    parts = [_contradiction(finding)] if finding.verdict in STANDS_NOT else []
    parts.append(finding.cause)
    if finding.verdict == INCONSISTENT:
        parts.append(_slipped(finding))
    return " ".join(part for part in parts if part)


def _contradiction(finding: Finding) -> str:
    result, printed = finding.tried.result, finding.claim.interval
    if result.truth is not None:
        return f"It fails: the difference lies between {between(result.lo, result.hi, ' and ')}."
    sides = f"from {between(result.lo, result.hi)}" if result.lo != result.hi else "exactly"
    stands = f"stands for {between(printed.lo, printed.hi)}" if printed.lo != printed.hi else "is exact"
    return f"The figures give {short(result.value)}, {sides}; what is printed {stands}."


def between(lo: Number, hi: Number, word: str = " to ") -> str:
    """Return an interval for a sentence, with as many digits as tell its ends apart; one number, where it is one."""
    if lo == hi:
        return short(lo)
    ends = short(lo), short(hi)
    for digits in range(1, 7):
        if ends[0] != ends[1]:
            break
        ends = f"{float(lo):,.{digits}f}", f"{float(hi):,.{digits}f}"
    return word.join(ends)


def _slipped(finding: Finding) -> str:
    if finding.claim.is_statement:
        return ""
    right = [f"[{each.claim_id}] at {between(each.lo, each.hi)}" for each in finding.suspects]
    if len(right) != 1:
        would = f": {' or '.join(right)} would put it right" if 0 < len(right) <= _MOST_NAMED else ""
        return f"Which of the figures slipped cannot be told{would}."
    suspect = finding.suspects[0]
    if suspect.claim_id == finding.claim.id:
        return f"The printed figure itself slipped: {suspect.why}."
    return f"Most likely [{suspect.claim_id}] slipped: {suspect.why}; {right[0]} would put it right."


def _fragility(finding: Finding) -> str:
    nearest = finding.fragility
    if nearest is None:
        alone = finding.claim.is_statement and finding.verdict == REPRODUCED
        return "No change of a single figure would overturn it." if alone else ""
    sign = "+" if nearest.change > 0 else "-"
    change = f"{sign}{short(abs(nearest.change))}"
    return f"Overturned by {change} in {nearest.operand}: {short(nearest.steps)} times its rounding."


def worked(tried: Tried) -> str:
    """Return the formula with the numbers as printed in the place of its references."""

    def numbers(match: re.Match[str]) -> str:
        try:
            names = claims_named(match[1]) if match[1] is not None else cells_named(match[2])
        except FormulaError:
            return match[0]
        if tried.method == FORMULA:
            return ", ".join(_as_written(tried.operands[name].value) for name in names)
        return match[0]

    return _REFERENCE.sub(numbers, tried.way.text)


def _as_written(value: Number) -> str:
    text = f"{float(value):,.10g}" if abs(value) < 1e6 else f"{float(value):,.0f}"
    return f"({text})" if value < 0 else text


def _operands(tried: Tried, register: Register) -> list[dict[str, Any]]:
    listed = []
    for name, each in tried.operands.items():
        claim = register.claims.get(name)
        row = claim.row if claim else {}
        what = ", ".join(row[part] for part in ("quantity", "group", "period") if row.get(part))
        listed.append(
            {
                "name": name,
                "what": what,
                "value": plain(each.value),
                "lo": plain(each.lo),
                "hi": plain(each.hi),
                "unit": row.get("unit", ""),
            }
        )
    return listed


def _other(tried: Tried) -> dict[str, Any]:
    result = tried.result
    return {
        "method": tried.method,
        "expression": tried.way.text,
        "outcome": tried.outcome,
        "recomputed": {HOLDS: True, FAILS: False}.get(result.truth)
        if result.truth is not None
        else plain(result.value),
        "recomputed_lo": plain(result.lo),
        "recomputed_hi": plain(result.hi),
    }


def _not_run(finding: Finding) -> str:
    return finding.claim.queries[0].text if finding.claim.queries else ""


def counts(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Return for each document how many claims have each verdict."""
    told: dict[str, dict[str, int]] = {}
    for row in rows:
        of_document = told.setdefault(row["document"], {})
        of_document[row["verdict"]] = of_document.get(row["verdict"], 0) + 1
    return told
