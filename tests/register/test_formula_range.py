"""Intervals of formulas: nothing that the operands allow lies outside, and both ends can be reached."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analysis.errors import NotExactError
from analysis.intervals import formula_range as ranges
from analysis.intervals.formula import TRUTHS, Node
from analysis.intervals.formula_range import CLOSE, Interval, ZeroDenominatorError, range_of, value_at
from analysis.register.entry import read_register
from analysis.register.formulas import parse
from analysis.register.relations import relations
from analysis.register.verdicts import FAILS, HOLDS, recompute
from findings_numpy import fillings, worked_out

NOISE = 1e-9
"""Share of its size by which numpy's floats may miss a value that is worked out in fractions."""


def box(**intervals: tuple[str, str, str]) -> dict[str, Interval]:
    return {name: Interval(*(Fraction(end) for end in ends)) for name, ends in intervals.items()}


TENS = box(n=("40510", "40505", "40515"), d=("2620", "2615", "2625"), t=("405700", "405695", "405705"))


def ends(text: str, operands: dict[str, Interval]) -> tuple[Fraction, Fraction]:
    found = range_of(parse(text), operands)
    return found.lo, found.hi


def test_an_operand_counts_once_however_often_it_stands():
    # by hand: lowest with d = 2615 and n = 40515, highest with d = 2625 and n = 40505
    assert ends("growth_by([n], [d])", TENS) == (Fraction(261500, 37900), Fraction(262500, 37880))
    assert ends("[n] / ([n] + [t])", TENS) == (Fraction(40505, 446210), Fraction(40515, 446210))
    assert ends("[n] - [n]", TENS) == (0, 0)
    assert ends("[t] / [t]", TENS) == (1, 1)


def test_a_formula_that_turns_is_followed_to_where_it_turns():
    x = box(x=("0.5", "-0.1", "1.1"))
    lo, hi = ends("[x] * (1 - [x])", x)
    assert lo == Fraction("-0.11")  # at both ends
    assert float(hi) == pytest.approx(0.25, rel=CLOSE)  # at a half
    assert float(ends("[x] * [x]", x)[0]) == pytest.approx(0, abs=CLOSE)
    assert ends("abs([x] - 0.2)", x) == (pytest.approx(0, abs=CLOSE), Fraction("0.9"))
    assert float(ends("max([x], 1 - [x])", x)[0]) == pytest.approx(0.5, abs=CLOSE)


def test_a_formula_that_turns_too_often_is_refused(monkeypatch):
    monkeypatch.setattr(ranges, "_MOST_BOXES", 500)
    tangle = "max([n], [t]) * [d] / [d] - min([n], [t]) * [t] / [t] - ([t] - [n]) * [n] / [n]"
    wide = {name: Interval(each.value, each.value / 2, each.value * 2) for name, each in TENS.items()}
    with pytest.raises(NotExactError, match="turns too often"):
        ends(tangle, wide)


def test_division_by_what_may_be_zero_is_refused():
    with pytest.raises(ZeroDenominatorError, match=r"between -5 and 5, which holds zero"):
        ends("[d] / ([n] - 40510)", TENS)
    with pytest.raises(ZeroDenominatorError):
        ends("1 / ([n] - 40505)", TENS)  # zero is an end


def test_an_open_end_stays_open():
    more = {"m": Interval(Fraction(100), Fraction(100), float("inf")), **TENS}
    assert ends("[m] + [n]", more) == (40605, float("inf"))
    assert ends("[n] / [m]", more) == (0, Fraction(40515, 100))
    with pytest.raises(NotExactError, match="without an end"):
        ends("[m] - [m] * 2 + [m]", more)


def check(tree: Node, operands: dict[str, Interval], seed: int) -> None:
    """Fill a formula at random and compare with the interval that is claimed for it."""
    result, found = recompute(tree, operands), worked_out(tree, fillings(operands, seed))
    if result.truth is not None:
        assert not (result.truth == HOLDS and not found.all())
        assert not (result.truth == FAILS and found.any())
        return
    slack = NOISE * max(abs(float(result.value)), 1.0) + CLOSE * float(np.abs(found).max())
    assert float(result.lo) - slack <= found.min()
    assert found.max() <= float(result.hi) + slack
    if result.ends is not None:
        for end, at in ((result.lo, result.ends.at_lo), (result.hi, result.ends.at_hi)):
            assert all(operands[name].lo <= value <= operands[name].hi for name, value in at.items())
            assert value_at(tree, at) == end


def register_relations() -> list:
    return list(relations(read_register().claims))


def test_every_formula_of_the_register_stays_within_its_interval():
    relations = register_relations()
    assert len(relations) > 350
    for seed, relation in enumerate(relations):
        try:
            check(relation.derivation.tree, dict(relation.operands), seed)
        except AssertionError as fault:
            raise AssertionError(f"{relation.claim.position}: {relation.derivation.text}") from fault


LEAVES = st.sampled_from(["a", "b", "c", "d"]).map(lambda name: Node("claim", value=name)) | st.integers(-9, 9).map(
    lambda value: Node("number", value=Fraction(value))
)
PAIRS = ["+", "-", "*", "/", "min", "max"]
MADE_UP = st.recursive(
    LEAVES,
    lambda inner: (
        st.tuples(st.sampled_from(PAIRS), inner, inner).map(lambda part: Node(part[0], part[1:]))
        | inner.map(lambda node: Node("abs", (node,)))
    ),
    max_leaves=6,
)
SIDES = st.tuples(st.integers(-50, 50), st.integers(0, 20)).map(
    lambda side: Interval(Fraction(side[0]), Fraction(side[0] * 2 - side[1], 2), Fraction(side[0] * 2 + side[1], 2))
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(tree=MADE_UP, sides=st.tuples(SIDES, SIDES, SIDES, SIDES), seed=st.integers(0, 999))
def test_made_up_formulas_stay_within_their_interval(tree, sides, seed):
    operands = dict(zip("abcd", sides, strict=True))
    try:
        check(tree, operands, seed)
    except (ZeroDenominatorError, NotExactError):
        assume(False)


@settings(max_examples=100, deadline=None)
@given(sides=st.tuples(SIDES, SIDES, SIDES, SIDES), kind=st.sampled_from(sorted(set(TRUTHS) - {"and"})))
def test_a_comparison_is_decided_only_where_every_filling_agrees(sides, kind):
    operands = dict(zip("abcd", sides, strict=True))
    tree = Node(kind, (parse("[a] + [b]"), parse("[c] - [a]")))
    result, found = recompute(tree, operands), worked_out(tree, fillings(operands, 1))
    decided = {HOLDS: found.all(), FAILS: not found.any()}
    assert decided.get(result.truth, True)
    if result.truth not in decided:  # some values hold and others do not: both ends of the difference say so
        assert result.lo <= 0 <= result.hi


def test_ranks_and_counts_are_whole_numbers_between_what_is_certain_and_what_may_be():
    near = box(a=("10", "9", "11"), b=("10.5", "9.5", "11.5"), c=("2", "1", "3"), d=("30", "29", "31"))
    result = recompute(parse("rank([a], [b], [c], [d])"), near)
    assert (result.value, result.lo, result.hi) == (3, 2, 3)
    result = recompute(parse("rank_low([a], [b], [c], [d])"), near)
    assert (result.value, result.lo, result.hi) == (2, 2, 3)
    result = recompute(parse("count([a] > [b], [a] > [c], [a] > [d])"), near)
    assert (result.value, result.lo, result.hi) == (1, 1, 2)


def test_the_nearest_comparison_is_the_one_that_is_told():
    result = recompute(parse("highest([n], [d], [t] / 11)"), TENS)
    assert result.truth == HOLDS
    assert result.value == Fraction(40510) - Fraction(405700, 11)
    assert json.dumps(float(result.lo))  # a number, not an infinity
