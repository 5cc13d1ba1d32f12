"""The numbers of a text that a document of the register lacks, and the reason for each that is no figure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from analysis.register.claims import Claim
from analysis.register.draft.candidate import Candidate
from analysis.register.draft.candidates import candidates_of
from analysis.register.draft.reading import read_document

_ROUNDED = Fraction(1, 10)
"""A share in words ("een derde") is entered with one decimal or more."""


@dataclass(frozen=True)
class Completeness:
    """Numbers of a text that the register lacks, those that are no figures, and claims that the text does not print."""

    text: Path
    lacking: tuple[Candidate, ...]
    left_out: tuple[Candidate, ...]
    found: int
    unprinted: tuple[Claim, ...]

    @property
    def lines(self) -> Iterator[str]:
        """What to print: a line each."""
        yield f"{self.text}: {self.found + len(self.lacking)} numbers, {len(self.lacking)} of which the register lacks"
        for each in self.lacking:
            yield f"  lacking: {each.printed} {each.unit}, p. {each.page}, {each.location[:50]}: {each.quote}"
        reasons = Counter(each.reason for each in self.left_out)
        for reason, times in reasons.most_common():
            some = ", ".join(dict.fromkeys(each.printed for each in self.left_out if each.reason == reason))
            yield f"  no figures, {reason}: {times} ({some[:80]}{'…' * (len(some) > 80)})"
        for claim in self.unprinted:
            yield f"  not found in the text: {claim.id}, {claim.row['value']} {claim.row['unit']}"


def compare_with_text(claims: Sequence[Claim], text: Path) -> Completeness:
    """Return what of the numbers of a text is in the register.

    A number is in it when a claim has its size and both are in percent, or neither. One that is printed again is
    covered by the same claim.
    """
    candidates = [each for each in candidates_of(read_document(text)) if each.value is not None]
    figures = [each for each in candidates if each.is_figure]
    entered = [claim for claim in claims if claim.value is not None]
    lacking = [each for each in figures if not any(_same(each, claim) for claim in entered)]
    unprinted = [claim for claim in entered if not any(_same(each, claim) for each in candidates)]
    left_out = [each for each in candidates if each.reason]
    return Completeness(text, tuple(lacking), tuple(left_out), len(figures) - len(lacking), tuple(unprinted))


def _same(candidate: Candidate, claim: Claim) -> bool:
    """Tell whether a number of the text and a claim are one number, whatever the sign that the text gives in words."""
    if candidate.unit.startswith("percent") != claim.row["unit"].startswith("percent"):
        return False
    value, entered = abs(candidate.value), abs(claim.value)
    if candidate.wording and candidate.unit == "percent":
        return abs(value - entered) < _ROUNDED
    scale = 10**6 if claim.row["unit"] == "million euro" and candidate.unit == "euro" else 1
    return value == entered * scale
