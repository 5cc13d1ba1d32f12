"""A draft of one document measured against its rows in the register."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from draft_benchmark.matching import Match, digits, match_all

from analysis.register.claims import Claim
from analysis.register.draft.candidates import Candidate, candidates_of
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
        """Those of them whose digits stand nowhere in the text: figures of a picture, or worked out by who entered them."""
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
    claims = [each for each in register.claims.values() if each.document == name and each.value is not None]
    claims = [each for each in claims if each.row["kind"] not in ("rank", "statement")]
    matches, shared = match_all(claims, candidates)
    return Measured(name, document.text, claims, candidates, matches, shared)


def _document_of(candidates: Sequence[Candidate], register: Register) -> str:
    """Return the document of the register that shares most numbers of four digits or more with a draft."""
    drafted = {abs(each.value) for each in candidates if abs(each.value) >= 1000}

    def common(name: str) -> float:
        values = {abs(each.value) for each in register.claims.values() if each.document == name and each.value and abs(each.value) >= 1000}
        return len(values & drafted) / max(len(values), 1)

    return max(register.documents, key=common)


def report(results: Sequence[Measured], misses: str | None = None) -> list[str]:
    """Return a table of the results, a line a document, and what is not right in one of them."""
    lines = [f"{'document':20} {'numbers':>7} {'drafted':>8} {'unprinted':>9} {'number':>7} {'val':>5} {'unit':>5} {'prec':>5} {'word':>5} {'per+grp':>7} {'per':>5} {'grp':>5} {'false':>6} {'true/false':>10}"]
    for each in results:
        found, printed = each.found, len(each.claims) - len(each.unprinted)
        good = [sum(getattr(match, part) for match in found) / len(found) for part in ("number", "value", "unit", "precision", "wording")]
        both = sum(match.period and match.group for match in found) / len(found)
        per, grp = (sum(getattr(match, part) for match in found) / len(found) for part in ("period", "group"))
        lines.append(
            f"{each.document:20} {len(each.claims):7} {len(found) / len(each.claims):8.1%} {len(each.claims) - printed:9} "
            + f"{good[0]:7.1%} " + " ".join(f"{value:5.0%}" for value in good[1:])
            + f" {both:7.1%} {per:5.0%} {grp:5.0%} {len(each.false):6} {len(each.matches) / max(len(each.false), 1):10.1f}"
        )
    total = [match for each in results for match in each.found]
    claims = sum(len(each.claims) for each in results)
    false, matched = sum(len(each.false) for each in results), sum(len(each.matches) for each in results)
    lines.append(
        f"{'all':20} {claims:7} {len(total) / claims:8.1%} {sum(len(each.unprinted) for each in results):9} {sum(each.number for each in total) / len(total):7.1%}"
        + f" {sum(each.period and each.group for each in total) / len(total):31.1%} {false:18} {matched / max(false, 1):10.1f}"
    )
    for each in results:
        if each.document == misses:
            lines += _misses(each)
    return lines


def _misses(result: Measured) -> list[str]:
    unprinted = {each.id for each in result.unprinted}
    lines = [f"LACKING {'(not printed) ' if each.id in unprinted else ''}{each.id} {each.row['value']} {each.row['unit']} | {each.row['location']} | {each.row['quantity']}" for each in result.lacking]
    for match in result.found:
        row, drafted = match.claim.row, match.candidate
        wrong = [name for name in ("value", "unit", "precision", "wording", "period", "group") if not getattr(match, name)]
        if wrong:
            pairs = {"value": (row["value"], float(drafted.value)), "unit": (row["unit"], drafted.unit), "precision": (row["precision"], drafted.precision), "wording": (row["wording"], drafted.wording), "period": (row["period"], drafted.period), "group": (row["group"], drafted.group)}
            said = "; ".join(f"{name}: {pairs[name][0]!r} drafted {pairs[name][1]!r}" for name in wrong)
            lines.append(f"WRONG {row['claim_id']} {row['value']} {said} | {drafted.location[:40]} | {drafted.quote}")
    lines += [f"FALSE {each.id} {float(each.value):g} {each.unit} {each.group} {each.period} | {each.location[:40]} | {each.quote}" for each in result.false]
    return lines
