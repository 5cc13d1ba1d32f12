"""Findings as plain rows, for JSON, CSV, the page of findings and the terminal."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.intervals.formula_range import Interval, Number
from analysis.language.translator import Translator
from analysis.register.coverage import Part, read_coverage
from analysis.register.evaluation import Finding
from analysis.register.explanations import explanation, robustness
from analysis.register.formulas import CLAIM_REFERENCE, claims_named
from analysis.register.relations import FORMULA, Evaluation, Register
from analysis.register.verdicts import FAILS, HOLDS, Recomputed
from analysis.snapshots.store import Snapshot

CONTRACT = (
    "claim_id", "document", "location", "verdict", "published", "published_lo", "published_hi", "recomputed",
    "recomputed_lo", "recomputed_hi", "method", "expression", "cause", "suggested",
)  # fmt: skip
"""The columns that scripts rely on; a row has more."""
_ENTERED = ("period", "unit", "wording", "kind", "address", "page", "quote", "edition", "second_reader")
_IN_WORDS = ("quantity", "group", "source", "note")
"""What was entered in words: these have Dutch in the register."""


def finding_rows(
    findings: Iterable[Finding],
    register: Register,
    snapshot: Snapshot,
    lang: str = "en",
    coverage: Sequence[Part] | None = None,
) -> list[dict[str, Any]]:
    """Return one row a finding: the columns of `CONTRACT` first, then what explains the verdict.

    ``lang`` is the language of the sentences and of what was entered in words, ``nl`` or ``en``.
    ``coverage`` says which notebook and tables show a number; by default that is what ships with the register.
    """
    translator, coverage = Translator(lang), read_coverage(register) if coverage is None else coverage
    findings, resting = list(findings), defaultdict(list)
    for finding in findings:
        resting[finding.root].append(finding.claim.id)
    return [
        _row(finding, register, snapshot, translator, coverage) | {"rests_on_it": resting[finding.claim.id]}
        for finding in findings
    ]


def _row(
    finding: Finding, register: Register, snapshot: Snapshot, translator: Translator, coverage: Sequence[Part]
) -> dict[str, Any]:
    claim, evaluation, location = finding.claim, finding.evaluation, finding.claim.row["location"]
    first_query = claim.queries[0].text if claim.queries else ""
    parts = [part for part in coverage if part.document == claim.document and location in part.locations]
    return {
        "claim_id": claim.id,
        "document": claim.document,
        "location": location,
        "verdict": finding.verdict,
        **_interval("published", claim.interval),
        **_result(evaluation.result if evaluation else None),
        "method": evaluation.method if evaluation else "",
        "expression": evaluation.derivation.text if evaluation else first_query,
        "cause": explanation(finding, translator),
        "suggested": finding.suggested,
        **{name: register.text(claim.row[name], translator.code) for name in _IN_WORDS},
        **{name: claim.row.get(name, "") for name in _ENTERED},
        "published_text": claim.row["value"],
        "worked": worked(evaluation) if evaluation else "",
        "operands": _operands(evaluation, register, translator.code) if evaluation else [],
        "others": [_other(each) for each in finding.others],
        "explanation": finding.explanations[0].as_json() if finding.explanations else None,
        "explanations": [each.as_json() for each in finding.explanations],
        "suspect": finding.suspects[0].claim_id if len(finding.suspects) == 1 else None,
        "wrong_itself": finding.wrong_itself,
        "root": finding.root,
        "fragility": robustness(finding, translator),
        "missing_cells": list(finding.missing_cells),
        "snapshot": snapshot.name,
        "parts": [part.part for part in parts],
        "notebook": _joined(part.notebook for part in parts),
        "tables": _joined(table for part in parts for table in part.tables),
    }


def _interval(name: str, number: Interval | Recomputed | None) -> dict[str, Any]:
    """Return a number and its ends as columns; an end at infinity is None."""
    ends = (number.value, number.lo, number.hi) if number else (None,) * 3
    return dict(zip((name, f"{name}_lo", f"{name}_hi"), map(_json_number, ends), strict=True))


def _result(result: Recomputed | None) -> dict[str, Any]:
    """Return what was recomputed as columns; of a statement ``recomputed`` is true, false, or None if undecided."""
    columns = _interval("recomputed", result)
    if result is not None and result.truth is not None:
        columns["recomputed"] = {HOLDS: True, FAILS: False}.get(result.truth)
    return columns


def _json_number(value: Number | None) -> float | int | None:
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)


def _joined(names: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, names)))


def worked(evaluation: Evaluation) -> str:
    """Return the expression with the numbers as printed in place of its references to claims."""
    if evaluation.method != FORMULA:
        return evaluation.derivation.text

    def numbers(match: re.Match[str]) -> str:
        return ", ".join(_as_written(evaluation.operands[name].value) for name in claims_named(match[1]))

    return CLAIM_REFERENCE.sub(numbers, evaluation.derivation.text)


def _as_written(value: Number) -> str:
    text = f"{float(value):.10g}"  # no mark between thousands: a comma separates the values of a function
    return f"({text})" if value < 0 else text


def _operands(evaluation: Evaluation, register: Register, lang: str) -> list[dict[str, Any]]:
    listed = []
    for name, each in evaluation.operands.items():
        row = register.claims[name].row if name in register.claims else {}
        what = ", ".join(register.text(row[part], lang) for part in ("quantity", "group", "period") if row.get(part))
        value, lo, hi = map(_json_number, (each.value, each.lo, each.hi))
        listed.append(
            {"name": name, "what": what, "value": value, "lo": lo, "hi": hi, "unit": row.get("unit", "")}
            | {"corrected": name in evaluation.corrected}
        )
    return listed


def _other(evaluation: Evaluation) -> dict[str, Any]:
    text, outcome = evaluation.derivation.text, evaluation.outcome
    return {
        "method": evaluation.method,
        "expression": text,
        "outcome": outcome,
        "worked": worked(evaluation),
        "corrected": list(evaluation.corrected),
        **_result(evaluation.result),
    }


def count_verdicts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Return for each document how many claims have each verdict."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row["document"]][row["verdict"]] += 1
    return counts
