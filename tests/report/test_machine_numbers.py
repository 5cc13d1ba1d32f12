"""Numbers in files: the digits they have and no others; and the drawing that stands beside a picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.report import plotting
from analysis.report.machine_numbers import DIGITS, clean_numbers, csv_text, has_numbers


def test_digits_that_only_the_arithmetic_left_are_not_written():
    table = pd.DataFrame({"group": ["a", "b", "c"], "share": [0.1 + 0.2, 30.65 * 1.0000000000000002, np.nan]})
    table["level"] = [408130.0, -0.0, 1e-7 / 3]
    assert csv_text(table) == "group,share,level\na,0.3,408130\nb,30.65,-0\nc,,3.33333333333e-08\n"
    assert table["share"][0] == 0.30000000000000004, "the caller's frame is as it was"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_no_digit_of_the_number_itself_is_lost(value):
    (clean,) = clean_numbers(pd.DataFrame({"value": [value]}))["value"]
    assert clean == pytest.approx(value, rel=10.0 ** (1 - DIGITS), abs=0)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (pd.DataFrame({"value": [np.nan, 1.0], "value_lo": [np.nan, 0]}), True),
        (pd.DataFrame({"value": [np.nan], "year": [2024]}), False),
        (pd.DataFrame({"value": [], "year": []}), False),
        (pd.DataFrame({"name": ["a"], "share": [np.inf]}), False),
        (pd.DataFrame({"name": ["a"], "share": [0]}), True),
    ],
)
def test_a_frame_without_a_finite_number_has_nothing_to_show(frame, expected):
    assert has_numbers([frame]) is expected


def test_the_drawing_of_a_figure_is_the_same_each_time_and_names_itself():
    with plotting.canvas(2.0) as (figure, (axes,)):
        axes.plot([1, 2], [3, 4], label="a line")
    (_, first), (_, second) = (plotting.png_and_svg(figure, "lines", Title="Two points & more") for _ in range(2))
    assert first == second
    assert b"Two points &amp; more" in first
    assert b"<text" not in first, "outlines need no font"
