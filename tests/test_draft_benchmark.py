"""How the benchmark of drafts compares: what counts as the same number, period and group, and what as drafted."""

from fractions import Fraction

import pytest
from draft_benchmark.matching import digits, match_all, same_group, same_period

from analysis.register.claims import Claim
from analysis.register.draft.candidate import Candidate
from analysis.register.draft.facts import ROW


def claim(name: str, value: str, **columns: str) -> Claim:
    row = ROW | {
        "claim_id": name,
        "value": value,
        "unit": "persons",
        "precision": "1",
        "kind": "level",
        "group": "total",
    }
    return Claim("d", 2, row | {"period": "2024", "location": "Kop", "quantity": "persons"} | columns)


def candidate(name: str, value: str, **parts) -> Candidate:
    given = {"unit": "persons", "precision": "1", "group": "total", "period": "2024", "location": "Kop"} | parts
    return Candidate(
        name, 1, given["location"], "", value, Fraction(value), given["unit"], given["precision"], "", "", "level", "",
        given["group"], given["period"],
    )  # fmt: skip


def test_each_candidate_is_one_number_and_the_one_that_agrees_most():
    claims = [claim("a", "1200", group="men"), claim("b", "1200", group="women")]
    drafted = [
        candidate("y", "1200", group="sex: women"),
        candidate("x", "1200", group="sex: men"),
        candidate("z", "7"),
    ]
    matches, shared = match_all(claims, drafted)
    assert [(each.claim.id, each.candidate.id, each.group) for each in matches] == [("a", "x", True), ("b", "y", True)]
    assert shared == []


def test_a_number_printed_once_and_entered_twice_is_drafted():
    matches, shared = match_all([claim("a", "1200"), claim("b", "1200")], [candidate("x", "1200")])
    assert len(matches) == len(shared) == 1


def test_a_number_a_thousand_times_too_small_is_found_and_wrong():
    ((match,), _) = match_all([claim("a", "406000")], [candidate("x", "406")])
    assert (match.value, match.number) == (False, False)
    assert digits(Fraction(406_000)) == digits(Fraction("0.406")) == "406"


@pytest.mark.parametrize(
    ("entered", "drafted", "kind", "same"),
    [
        ("2023-12 to 2024-12", "2023 to 2024", "change", True),
        ("2024", "2023 to 2024", "change", True),
        ("2012-2024", "2012 to 2024-12", "change", True),
        ("2023-12 to 2024-12", "2022 to 2023", "change", False),
        ("2024", "2024-12", "level", False),
        ("2024-12", "2024Q4", "level", True),
    ],
)
def test_periods(entered, drafted, kind, same):
    assert same_period(entered, drafted, kind) is same


@pytest.mark.parametrize(
    ("entered", "drafted", "quantity", "same"),
    [
        ("age <27", "age: <27", "", True),
        ("men", "LKS & sex: men", "share of the people with a wage subsidy", True),
        ("men", "LKS & sex: men", "people", False),
        ("total", "sex: men", "people", False),
        ("origin outside Europe, born outside NL", "origin: outside Europe & birth: born outside NL", "", True),
    ],
)
def test_groups(entered, drafted, quantity, same):
    assert same_group({"group": entered, "quantity": quantity}, drafted) is same
