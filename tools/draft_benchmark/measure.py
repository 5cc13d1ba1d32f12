"""A draft of one document measured against its rows in the register."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from draft_benchmark.matching import Match, digits, match_all

from analysis.register.claims import Claim
from analysis.register.draft.candidate import Candidate
from analysis.register.draft.candidates import candidates_of
from analysis.register.draft.document import Document
from analysis.register.relations import Register


@dataclass(frozen=True)
class Measured:
    """What a draft of a document finds of the numbers that the register has of it."""

    document: str
    text: str
    claims: list[Claim]
    candidates: list[Candidate]
    matches: list[Match]
    shared: list[Match]

    @property
    def found(self) -> list[Match]:
        """All matches; of a number that is printed once and entered twice there are two."""
        return [*self.matches, *self.shared]

    @property
    def lacking(self) -> list[Claim]:
        """The claims that no candidate has."""
        found = {each.claim.id for each in self.found}
        return [each for each in self.claims if each.id not in found]

    @property
    def unprinted(self) -> list[Claim]:
        """Those of them whose digits stand nowhere in the text: in a picture, or worked out by who entered them."""
        return [each for each in self.lacking if not re.search("[.,]?".join(digits(each.value)), self.text)]

    @property
    def false(self) -> list[Candidate]:
        """The candidates that are no number of the register."""
        matched = {each.candidate.id for each in self.found}
        return [each for each in self.candidates if each.id not in matched]


def measure(document: Document, register: Register) -> Measured:
    """Draft a text and match it with the document of the register that it is."""
    candidates = [each for each in candidates_of(document) if each.is_figure]
    name = _document_of(candidates, register)
    claims = [each for each in register.of_document(name) if each.value is not None]
    claims = [each for each in claims if each.row["kind"] not in ("rank", "statement")]
    matches, shared = match_all(claims, candidates)
    return Measured(name, document.text, claims, candidates, matches, shared)


def _document_of(candidates: Sequence[Candidate], register: Register) -> str:
    """Return the document of the register that shares most numbers of four digits or more with a draft."""
    drafted = {abs(each.value) for each in candidates if abs(each.value) >= 1000}

    def common(name: str) -> float:
        values = {abs(each.value) for each in register.of_document(name) if each.value and abs(each.value) >= 1000}
        return len(values & drafted) / max(len(values), 1)

    return max(register.documents, key=common)


COLUMNS = (
    "document", "numbers", "drafted", "unprinted", "number", "value", "unit", "precision", "wording", "both", "period",
    "group", "false", "true a false",
)  # fmt: skip
"""``number``: value, unit, precision and wording are right; ``both``: period and group are."""


def report(results: Sequence[Measured], misses: str | None = None) -> list[str]:
    """Return a table of the results, a line a document, and what is not right in one of them."""
    rows = [_row(each.document, [each]) for each in results] + [_row("all", results)]
    lines = aligned([COLUMNS, *rows])
    for each in results:
        if each.document == misses:
            lines += _misses(each)
    return lines


def _row(name: str, results: Sequence[Measured]) -> tuple[str, ...]:
    """Return the figures of one or more documents as texts."""
    found = [match for each in results for match in each.found]
    claims, unprinted, false, matched = (
        sum(len(getattr(each, part)) for each in results) for part in ("claims", "unprinted", "false", "matches")
    )
    parts = ("number", "value", "unit", "precision", "wording")
    shares = [sum(getattr(match, part) for match in found) / len(found) for part in parts]
    both = sum(match.period and match.group for match in found) / len(found)
    shares += [both, *(sum(getattr(match, part) for match in found) / len(found) for part in ("period", "group"))]
    percents = [f"{share:.1%}" for share in shares]
    ratio = f"{matched / max(false, 1):.1f}"
    return (name, str(claims), f"{len(found) / claims:.1%}", str(unprinted), *percents, str(false), ratio)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with columns of one width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _misses(result: Measured) -> list[str]:
    """Return what is not right in a document: numbers that lack, that are drafted otherwise, and that are none."""
    unprinted = {each.id for each in result.unprinted}
    lines = []
    for each in result.lacking:
        note = " (not printed)" if each.id in unprinted else ""
        lines.append(f"LACKING{note} {each.id} {each.row['value']} {each.row['unit']} | {each.row['location']}")
    lines += filter(None, map(_difference, result.found))
    for each in result.false:
        where = f"{each.group} {each.period} | {each.location[:40]} | {each.quote}"
        lines.append(f"FALSE {each.id} {float(each.value):g} {each.unit} {where}")
    return lines


def _difference(match: Match) -> str:
    """Return what a candidate has otherwise than the claim, ``""`` for nothing."""
    row, drafted = match.claim.row, match.candidate
    parts = ("value", "unit", "precision", "wording", "period", "group")
    wrong = [f"{name}: {row[name]!r} drafted {getattr(drafted, name)!r}" for name in parts if not getattr(match, name)]
    if not wrong:
        return ""
    return f"WRONG {row['claim_id']} {row['value']} {'; '.join(wrong)} | {drafted.location[:40]} | {drafted.quote}"
