"""Numbers as they are printed; expected texts were written by hand."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.language.numbers import decimals_needed, round_outward
from analysis.language.translator import Translator


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "nl", "en"),
    [
        (1234567.891, 1, False, "1.234.567,9", "1,234,567.9"),
        (405700, 0, False, "405.700", "405,700"),
        (5240, 0, True, "+5.240", "+5,240"),
        (-2730, 0, True, "-2.730", "-2,730"),
        (0.0, 2, True, "0,00", "0.00"),
        (-0.0004, 2, True, "0,00", "0.00"),
    ],
)
def test_numbers(value, decimals, sign, nl, en):
    assert Translator("nl").number(value, decimals, sign) == nl
    assert Translator("en").number(value, decimals, sign) == en


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (405_701, "405,701"), (1234.56, "1,235"), (27.7153, "27.72"), (0.0512345, "0.0512"), (Fraction(1, 3), "0.333"),
        (12.5, "12.5"), (100, "100"), (0, "0"), (-0.25, "-0.25"), (inf, "…"), (None, "…"),
    ],
)  # fmt: skip
def test_a_number_in_a_sentence_has_four_significant_digits_and_no_trailing_zero(value, text):
    assert Translator("en").significant(value) == text


@pytest.mark.parametrize(
    ("lo", "hi", "ends"),
    [
        (9500 / 305, 10500 / 295, ("31.15", "35.59")),
        (1234.1, 1234.4, ("1,234.1", "1,234.4")),  # as 1,234 they would be one number
        (405_696, 405_707, ("405,696", "405,707")),
        (0.12341, 0.12343, ("0.12341", "0.12343")),
        (5, inf, ("5", "…")),
        (7, 7, ("7", "7")),
    ],
)
def test_ends_of_an_interval_are_told_apart(lo, hi, ends):
    assert Translator("en").distinct_ends(lo, hi) == ends


def test_a_span_is_one_number_when_its_ends_are():
    assert Translator("nl").span(1234.5, 1234.5) == "1.234"  # a half goes to the even neighbour
    assert Translator("nl").span(0.25, 0.75) == "0,25 tot 0,75"


@pytest.mark.parametrize(
    ("lo", "hi", "nl"),
    [
        (1.234, 1.236, "(1,23 tot 1,24)"),
        (1.2, inf, "(1,20 of meer)"),
        (-inf, 1.2, "(1,20 of minder)"),
        (-inf, inf, "(elke waarde)"),
    ],
)
def test_an_interval_is_rounded_outward_and_an_infinite_end_is_named(lo, hi, nl):
    assert Translator("nl").interval(lo, hi, 2) == nl


def test_a_number_that_is_not_there_is_never_printed_as_nan():
    assert Translator("en").number(float("nan"), 1) == "cannot be determined"
    assert Translator("nl").number(None) == "niet te bepalen"


def test_decimals_needed():
    assert decimals_needed(4, 1.5, 2.25) == 2
    assert decimals_needed(4, 1 / 3) == 4
    assert decimals_needed(4, 12.0) == 0


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.integers(0, 3))
def test_a_printed_interval_holds_the_whole_interval(lo, width, decimals):
    hi = lo + width
    low, high = round_outward(lo, hi, decimals)
    noise = 1e-9 * 10**-decimals + 1e-12 * abs(lo)
    assert low <= lo + noise
    assert high >= hi - noise
    assert high - low <= width + 2.001 * 10**-decimals


def test_an_exact_end_is_not_widened():
    assert round_outward(0.29, 0.57, 2) == (0.29, 0.57)
    assert round_outward(0.844, 0.8449, 3) == (0.844, 0.845)
