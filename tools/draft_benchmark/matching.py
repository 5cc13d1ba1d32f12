"""Which candidate of a draft is which number of the register, and what of it is right."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from analysis.register.claims import Claim
from analysis.register.draft.candidate import Candidate
from analysis.register.draft.groups import groups_in

_WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Match:
    """A number of the register with its candidate, and whether that says the same of it."""

    claim: Claim
    candidate: Candidate
    value: bool
    unit: bool
    precision: bool
    wording: bool
    period: bool
    group: bool

    @property
    def number(self) -> bool:
        """Whether value, unit, precision and wording are all right."""
        return self.value and self.unit and self.precision and self.wording


def match_all(claims: Sequence[Claim], candidates: Sequence[Candidate]) -> tuple[list[Match], list[Match]]:
    """Return the matches of claims with candidates, each candidate once; and those of claims that share a candidate.

    Only numbers with the same digits are matched. Of several, those in the same part of the text that agree most are.
    """
    scores = np.zeros((len(claims), len(candidates)))
    for row, claim in enumerate(claims):
        for column, each in enumerate(candidates):
            if digits(claim.value) == digits(each.value):
                scores[row, column] = _score(compare(claim, each), row / len(claims), column / len(candidates))
    rows, columns = linear_sum_assignment(-scores)
    pairs = {row: column for row, column in zip(rows, columns, strict=True) if scores[row, column] > 0}
    shared = {
        row: int(scores[row].argmax()) for row in range(len(claims)) if row not in pairs and scores[row].max() > 0
    }
    return tuple(
        [compare(claims[row], candidates[column]) for row, column in sorted(each.items())] for each in (pairs, shared)
    )


def _score(found: Match, one: float, two: float) -> float:
    location = SequenceMatcher(None, found.claim.row["location"].lower(), found.candidate.location.lower()[:60]).ratio()
    table = re.match(r"(?:tabel|figuur) \d+", found.claim.row["location"].lower())
    same_table = bool(table) and found.candidate.location.lower().startswith(f"{table[0]}") and found.candidate.row >= 0
    agreed = (
        6 * found.value
        + 1.5 * found.unit
        + 0.5 * found.precision
        + 0.7 * found.wording
        + 1.5 * found.group
        + found.period
    )
    return (
        1
        + agreed
        + 2 * location
        + 4 * same_table
        - 3 * (bool(table) != (found.candidate.row >= 0)) * (not found.claim.row["location"][:1].isdigit())
        + 2 * (1 - abs(one - two))
    )


def digits(value: Fraction) -> str:
    """Return the significant digits of a number, without sign and zeros at its ends."""
    return re.sub(r"[^0-9]", "", f"{float(abs(value)):.9f}").strip("0")


def compare(claim: Claim, candidate: Candidate) -> Match:
    """Return what a candidate has right of a claim."""
    row = claim.row
    value = claim.value == candidate.value or (
        row["kind"] == "share" and abs(claim.value - candidate.value) < Fraction(1, 10)
    )
    return Match(
        claim, candidate, value, unit_of(row["unit"]) == unit_of(candidate.unit), claim.step == candidate.step,
        row["wording"] == candidate.wording, same_period(row["period"], candidate.period, row["kind"]),
        same_group(row, candidate.group),
    )  # fmt: skip


def unit_of(unit: str) -> str:
    """Return the unit in the words of a draft."""
    return _WORDS["units"].get(unit, unit)


def same_period(entered: str, drafted: str, kind: str) -> bool:
    """Tell whether two texts name one period: for a change the same years (and months where both have them)."""
    if entered == drafted:
        return True
    if kind in ("change", "growth_rate"):
        one, two = _ends(entered), _ends(drafted)
        return all(a[: min(len(a), len(b))] == b[: min(len(a), len(b))] for a, b in zip(one, two, strict=True))
    return {entered, drafted} <= {f"{entered[:4]}Q4", f"{entered[:4]}-12"} or _as_day(entered) == _as_day(drafted)


def _ends(period: str) -> tuple[str, str]:
    """Return the two ends of the period of a change; of a change over a year, that year and the one before."""
    ends = re.findall(
        r"\d{4}(?:-\d\d(?!\d))?", period.replace("-20", " 20") if re.fullmatch(r"\d{4}-\d{4}", period) else period
    )
    if len(ends) == 1:
        return (str(int(ends[0][:4]) - 1), ends[0][:4])
    return (ends[0], ends[-1]) if ends else ("", "")


def _as_day(period: str) -> str:
    return period.removesuffix("-01") if re.fullmatch(r"\d{4}-\d\d-01", period) else period


def same_group(row: dict[str, str], drafted: str) -> bool:
    """Tell whether a draft names the group of a claim, in the words of the register or of the document."""
    if row["group"].lower() == drafted.lower():
        return True
    entered, found = _tokens(row["group"]), frozenset({*drafted.split(" & ")} - {"total"})
    if entered == found or _tokens(drafted) == entered:
        return True
    return _without(found, entered, row["quantity"]) == _without(entered, found, row["quantity"])


def _without(tokens: frozenset[str], others: frozenset[str], quantity: str) -> frozenset[str]:
    """Return tokens without schemes that the quantity names where the other side has not them as group."""
    named = {
        each
        for each in tokens - others
        if each in _WORDS["quantities"] and re.search(_WORDS["quantities"][each], quantity, re.IGNORECASE)
    }
    return tokens - named


@cache
def _tokens(group: str) -> frozenset[str]:
    if group in _WORDS["groups"]:
        return frozenset(_WORDS["groups"][group])
    if group in ("", "total"):
        return frozenset()
    tokens = set()
    for part in group.split(" & "):
        if re.match(r"(age|sex|origin|birth): ", part):
            tokens.add(part)
            continue
        if found := re.fullmatch(r"age (.+)", part):
            tokens.add(f"age: {found[1]}")
            continue
        if found := re.fullmatch(r"origin ([^,]+)(?:, (.+))?", part):
            tokens |= {f"origin: {found[1]}"} | ({f"birth: {found[2]}"} if found[2] else set())
            continue
        if part in ("men", "women"):
            tokens.add(f"sex: {part}")
            continue
        mentions = groups_in(part)
        tokens |= {
            each.name if each.dimension not in ("age", "sex", "origin", "birth") else f"{each.dimension}: {each.name}"
            for each in mentions
        } or {part.lower()}
    return frozenset(tokens)
