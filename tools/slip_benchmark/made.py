"""Claims made up from figures of the register, for slips in sums that no document prints often enough."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from slip_benchmark.planters import nearest

from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import parse
from analysis.register.relations import Register

_TENTH = Fraction(1, 10)
_MOST = 40


def made_claims(register: Register) -> dict[str, Claim]:
    """Return made-up claims by their id: growths and points of two shares, and shares of two totals and two counts."""
    every = [*_of_shares(register), *_of_totals(register), *_of_counts(register)]
    return {claim.id: claim for claim in every}


def _claim(like: Claim, name: str, kind: str, text: str, value: Fraction) -> Claim:
    changed = {"claim_id": name, "unit": "percentage points" if kind == "change" else "percent", "precision": "0.1"}
    changed |= {"kind": kind, "formula": text, "query": "", "difference": "", "location": "made", "wording": ""}
    row = {**like.row, **changed, "value": f"{float(nearest(value, _TENTH)):.1f}"}
    return Claim(like.document, like.line, row, (Derivation(text, parse(text)),))


def _of_shares(register: Register) -> Iterator[Claim]:
    by_row: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for claim in register.claims.values():
        percent = claim.row["unit"] == "percent" and claim.value and not claim.row["wording"]
        if percent and claim.row["kind"] in ("share", "mean", "ratio"):
            for mark in ("group", "location"):
                by_row[claim.document, claim.row["quantity"], mark, claim.row[mark]].append(claim)
    for same in by_row.values():
        for now, then in zip(same[1:], same, strict=False):
            if now.value != then.value:
                growth = 100 * (now.value / then.value - 1)
                yield _claim(now, f"{now.id}-growth", "growth_rate", f"growth([{now.id}], [{then.id}])", growth)
                yield _claim(now, f"{now.id}-points", "change", f"[{now.id}] - [{then.id}]", now.value - then.value)


def _of_totals(register: Register) -> Iterator[Claim]:
    """Yield the share of one total in another where both have as many parts."""
    totals: dict[tuple[str, int], list[Claim]] = defaultdict(list)
    for claim in register.claims.values():
        parts = [each.tree.claims() for each in claim.formulas if each.tree.kind == "+"]
        if parts and claim.value and all((register.claims[name].value or 0) > 0 for name in parts[0]):
            totals[claim.document, len(parts[0])].append(claim)
    pairs = [
        pair for same in totals.values() for pair in combinations(same, 2) if pair[0].row["unit"] == pair[1].row["unit"]
    ]
    for one, two in pairs[:_MOST]:
        share = 100 * one.value / two.value
        yield _claim(one, f"{one.id}-of-{two.id}", "share", f"share([{one.id}], [{two.id}])", share)


def _of_counts(register: Register) -> Iterator[Claim]:
    """Yield shares of whole counts that come out otherwise when they are rounded twice."""
    places: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in register.claims.values():
        if claim.row["unit"] == "persons" and claim.row["kind"] == "level" and claim.step == 1 and claim.value:
            places[claim.document, claim.row["location"]].append(claim)
    found = 0
    for one, two in (pair for same in places.values() for pair in combinations(same, 2)):
        share = 100 * one.value / two.value
        twice = nearest(nearest(share, _TENTH / 10), _TENTH) != nearest(share, _TENTH)
        if twice and found < _MOST:
            found += 1
            yield _claim(one, f"{one.id}-per-{two.id}", "share", f"share([{one.id}], [{two.id}])", share)
