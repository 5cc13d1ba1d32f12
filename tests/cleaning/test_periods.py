from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cleaning.periods import parse_period, parse_periods, period_code, period_grain, period_title
from analysis.errors import DataError

periods = st.one_of(
    st.builds(lambda y, m: pd.Period(year=y, month=m, freq="M"), st.integers(1900, 2099), st.integers(1, 12)),
    st.builds(lambda y, q: pd.Period(year=y, quarter=q, freq="Q-DEC"), st.integers(1900, 2099), st.integers(1, 4)),
    st.builds(lambda y: pd.Period(year=y, freq="Y-DEC"), st.integers(1900, 2099)),
)


@given(periods)
def test_code_is_read_back_as_the_same_period(period):
    assert parse_period(period_code(period)) == period


@given(periods, st.sampled_from(["nl", "en"]))
def test_title_is_read_back_as_the_same_period(period, lang):
    assert parse_period(period_title(period, lang)) == period


@given(periods)
def test_short_form_of_pandas_is_read_back(period):
    assert parse_period(str(period)) == period


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024MM12", "2024MM12"),
        ("2024 december", "2024MM12"),
        ("2024 December", "2024MM12"),
        ("2024-12", "2024MM12"),
        ("2024KW04", "2024KW04"),
        ("2024 4e kwartaal", "2024KW04"),
        ("2024 4th quarter", "2024KW04"),
        ("2024Q4", "2024KW04"),
        ("2024JJ00", "2024JJ00"),
        ("2024", "2024JJ00"),
    ],
)
def test_every_spelling(text, code):
    assert period_code(parse_period(text)) == code


@pytest.mark.parametrize(
    "text",
    [
        "2024MM13",
        "2024MM00",
        "2024KW05",
        "2024KW00",
        "2024JJ01",
        "2024 dec",
        "2024 5e kwartaal",
        " 2024",
        "2024 ",
        "2024*",
        "2024mm12",
        "24MM12",
        "december 2024",
        "2024-13",
        "2024Q5",
        "28 september 2001 tot 27 september 2002",
        "",
    ],
)
def test_anything_else_is_refused_and_the_legal_spellings_are_named(text):
    with pytest.raises(DataError, match=r"2024MM12, 2024KW04, 2024JJ00"):
        parse_period(text)


def test_a_column_of_one_grain():
    found = parse_periods(["2024KW04", "2024 1e kwartaal", "2024KW04"])
    assert list(found.astype(str)) == ["2024Q4", "2024Q1", "2024Q4"]
    assert found.freqstr == "Q-DEC"


def test_a_column_of_two_grains_is_refused():
    with pytest.raises(DataError, match="month, year"):
        parse_periods(["2024MM12", "2024JJ00"])


def test_a_period_of_another_frequency_is_refused():
    with pytest.raises(DataError, match="expected a month, a quarter or a year"):
        period_grain(pd.Period("2024-01-01", freq="D"))
