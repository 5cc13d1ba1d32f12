"""Candidates as claims, so that the register's own evaluation tries what is proposed for them."""

import re
from collections.abc import Mapping

from analysis.register.claims import Claim, Derivation
from analysis.register.draft.candidate import Candidate
from analysis.register.formulas import parse
from analysis.register.relations import FORMULA, Evaluation
from analysis.register.schema import CLAIM_FIELDS

ROW = dict.fromkeys(CLAIM_FIELDS, "")


def as_claim(candidate: Candidate, document: str) -> Claim:
    """Return a candidate as a claim of a document, without derivations."""
    value = "" if candidate.value is None else decimal(candidate)
    same = ("location", "quantity", "group", "period", "unit", "precision", "source_rounding", "wording", "kind")
    named = {"claim_id": candidate.id, "value": value, "source": "document"}
    row = ROW | {name: getattr(candidate, name) for name in same} | named
    return Claim(document, 0, row)


def decimal(candidate: Candidate) -> str:
    """Return the value of a candidate with as many decimals as it is printed with."""
    places = len(candidate.precision.partition(".")[2])
    value = float(candidate.value)
    return f"{value:.{places}f}" if places else f"{value:.9f}".rstrip("0").rstrip(".")


def evaluate(claim: Claim, text: str, claims: Mapping[str, Claim]) -> Evaluation:
    """Return a formula for a claim, evaluated over other claims as the register does it."""
    tree = parse(text)
    operands = {name: claims[name].interval for name in tree.claims()}
    return Evaluation(FORMULA, claim, Derivation(text, tree), tree, operands)


def group_key(group: str) -> frozenset[str]:
    """Return the parts of a group, however the register or a draft writes it ("age <27", "age: <27")."""
    parts = set()
    for part in re.split(r" & |, (?=born )", group):
        text = re.sub(r"^(age|sex|origin|birth):? ", lambda match: f"{match[1]}: ", part.strip())
        text = f"sex: {text}" if text in ("men", "women") else text
        parts.add(f"birth: {text}" if text.startswith("born ") else text.lower())
    return frozenset(each.lower() for each in parts - {"", "total"})
