"""Findings as plain rows, for JSON, CSV, the ledger page and the terminal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.intervals.formula import FormulaError
from analysis.intervals.formula_range import Number
from analysis.register.coverage import Coverage, read_coverage
from analysis.register.evaluation import FORMULA, Evaluation, Finding
from analysis.register.formulas import cells_named, claims_named
from analysis.register.messages import Words
from analysis.register.relations import FAILS, HOLDS, Register
from analysis.register.verdicts import INCONSISTENT, REPRODUCED, STANDS_NOT, touches
from analysis.snapshots.store import Snapshot

CONTRACT = (
    "claim_id", "document", "location", "verdict", "published", "published_lo", "published_hi", "recomputed",
    "recomputed_lo", "recomputed_hi", "method", "expression", "cause", "suggested",
)  # fmt: skip
"""The columns that scripts rely on; a row has more."""
_MOST_NAMED = 3
_REFERENCE = re.compile(r"\[([^\[\]]*)\]|\{([^{}]*)\}")


def rows_of(
    findings: Iterable[Finding],
    register: Register,
    snapshot: Snapshot,
    lang: str = "en",
    coverage: Coverage | None = None,
) -> list[dict[str, Any]]:
    """Return one row a finding: the columns of `CONTRACT` first, then what a reader of the verdict wants to know.

    ``lang`` is the language of the sentences, ``nl`` or ``en``; what the register holds stands as it was entered.
    ``coverage`` says which notebook and tables show a number; by default that is what ships with the register.
    """
    words, coverage = Words(lang), coverage or read_coverage(register)
    return [row_of(finding, register, snapshot, words, coverage) for finding in findings]


def row_of(
    finding: Finding, register: Register, snapshot: Snapshot, words: Words, coverage: Coverage
) -> dict[str, Any]:
    """Return a finding as a row; a number without end is None, a statement's ``recomputed`` is true, false or None."""
    claim, tried = finding.claim, finding.tried
    printed, result = claim.interval, tried.result if tried else None
    truth = result is not None and result.truth is not None
    parts = coverage.of_claim(claim.document, claim.row["location"])
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
        "cause": cause_of(finding, words),
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
        "fragility": _fragility(finding, words),
        "wanted": list(finding.wanted),
        "snapshot": snapshot.name,
        "parts": [part.part for part in parts],
        "notebook": _named(part.notebook for part in parts),
        "shown": _named(table for part in parts for table in part.shown),
    }


def _named(names: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, names)))


def plain(value: Number | None) -> float | int | None:
    """Return a number that JSON knows: whole where it is whole, None where there is none or no end."""
    if value is None or math.isinf(value):
        return None
    return int(value) if value == int(value) else float(value)


def cause_of(finding: Finding, words: Words) -> str:
    """Return in sentences why the verdict is what it is, where that is not plain."""
    said = [_contradiction(finding, words)] if finding.verdict in STANDS_NOT else []
    said += [words.say(each) for each in finding.cause]
    tried = finding.tried
    if finding.verdict in STANDS_NOT and tried.way.tree.kind == "claim" and touches(finding.claim, tried.result):
        said.append(words.key("touching"))
    if finding.verdict == INCONSISTENT and not finding.claim.is_statement:
        said.append(_slipped(finding, words))
    return " ".join(said)


def _contradiction(finding: Finding, words: Words) -> str:
    result, printed = finding.tried.result, finding.claim.interval
    lo, hi = words.ends(result.lo, result.hi)
    if result.truth is not None:
        return words.key("fails", lo=lo, hi=hi)
    key = "gives" if result.lo != result.hi else "gives_exactly"
    low, high = words.ends(printed.lo, printed.hi)
    value = words.number(result.value)
    return words.key(
        key if printed.lo != printed.hi else f"{key}_beside_exact", value=value, lo=lo, hi=hi, low=low, high=high
    )


def _slipped(finding: Finding, words: Words) -> str:
    spans = {each.claim_id: words.span(each.lo, each.hi) for each in finding.suspects}
    right = words.key("or").join(words.key("at", claim=claim, span=span) for claim, span in spans.items())
    if len(spans) != 1:
        return words.key("slipped_one_of" if 0 < len(spans) <= _MOST_NAMED else "slipped_unknown", right=right)
    suspect = finding.suspects[0]
    key = "slipped_itself" if suspect.claim_id == finding.claim.id else "slipped_other"
    return words.key(key, claim=suspect.claim_id, why=suspect.why, right=right)


def _fragility(finding: Finding, words: Words) -> str:
    nearest = finding.fragility
    if nearest is None:
        alone = finding.claim.is_statement and finding.verdict == REPRODUCED
        return words.key("firm") if alone else ""
    change = f"{'+' if nearest.change > 0 else '-'}{words.number(abs(nearest.change))}"
    return words.key("overturned", change=change, operand=nearest.operand, steps=words.number(nearest.steps))


def worked(tried: Evaluation) -> str:
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
    text = f"{float(value):.10g}"  # no mark between thousands: a comma parts the values of a function
    return f"({text})" if value < 0 else text


def _operands(tried: Evaluation, register: Register) -> list[dict[str, Any]]:
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


def _other(tried: Evaluation) -> dict[str, Any]:
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
