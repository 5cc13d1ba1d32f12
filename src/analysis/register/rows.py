"""Findings as plain rows, for JSON, CSV, the ledger page and the terminal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.intervals.formula import FormulaError
from analysis.intervals.formula_range import Number
from analysis.language.translator import Translator
from analysis.register.coverage import Coverage, read_coverage
from analysis.register.evaluation import FORMULA, Evaluation, Finding
from analysis.register.explanations import explanation, robustness
from analysis.register.formulas import cells_named, claims_named
from analysis.register.relations import FAILS, HOLDS, Register
from analysis.snapshots.store import Snapshot

CONTRACT = (
    "claim_id", "document", "location", "verdict", "published", "published_lo", "published_hi", "recomputed",
    "recomputed_lo", "recomputed_hi", "method", "expression", "cause", "suggested",
)  # fmt: skip
"""The columns that scripts rely on; a row has more."""
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
    translator, coverage = Translator(lang), coverage or read_coverage(register)
    return [row_of(finding, register, snapshot, translator, coverage) for finding in findings]


def row_of(
    finding: Finding, register: Register, snapshot: Snapshot, translator: Translator, coverage: Coverage
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
        "cause": explanation(finding, translator),
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
        "fragility": robustness(finding, translator),
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
