from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cleaning.numbers import parse_numbers
from analysis.errors import DataError


def parsed(texts, style="wire"):
    found = parse_numbers(texts, style)
    return [None if np.isnan(value) else value for value in found.value], list(found.missing)


def test_wire_cells_keep_the_reason_of_a_gap():
    values, missing = parsed(["   350.8", "       .", "", "  -12", "0"])
    assert values == [350.8, None, None, -12.0, 0.0]
    assert missing == ["", "unknown", "impossible", "", ""]


def test_dutch_print():
    values, missing = parsed(["1.234", "1.234,5", "0,5", "12.345.678", "1234", ".", " ", "-2.730"], "dutch")
    assert values == [1234.0, 1234.5, 0.5, 12345678.0, 1234.0, None, None, -2730.0]
    assert missing == ["", "", "", "", "", "unknown", "impossible", ""]


@pytest.mark.parametrize("text", ["1,5", "abc", "1.2.3", "12 3", "1e5", "nan", "inf", "--5", "1.", "O0"])
def test_what_is_no_wire_number_is_refused(text):
    with pytest.raises(DataError, match=r"row 1"):
        parse_numbers(["1", text])


@pytest.mark.parametrize("text", ["1.23", "350.8", "12.34.567", "1.2345", "abc", "1,2,3", "1234.567,8"])
def test_what_is_no_dutch_number_is_refused(text):
    with pytest.raises(DataError, match="dutch"):
        parse_numbers([text], "dutch")


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20))
def test_dutch_thousands_are_read_back(numbers):
    printed = [f"{number:,}".replace(",", ".") for number in numbers]
    assert list(parse_numbers(printed, "dutch").value) == [float(number) for number in numbers]


def test_one_in_a_million_cells_is_still_found():
    cells = ["10"] * 5000 + ["1O"]
    with pytest.raises(DataError, match=r"'1O' \(row 5000\)"):
        parse_numbers(cells)
