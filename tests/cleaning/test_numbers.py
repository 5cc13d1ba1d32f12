from __future__ import annotations

import numpy as np
import pytest

from analysis.cleaning.numbers import parse_numbers
from analysis.errors import DataError


def parsed(texts):
    values, missing = parse_numbers(texts)
    return [None if np.isnan(value) else value for value in values], list(missing)


def test_cells_keep_the_reason_of_a_gap():
    values, missing = parsed(["   350.8", "       .", "", "  -12", "0"])
    assert values == [350.8, None, None, -12.0, 0.0]
    assert missing == ["", "unknown", "impossible", "", ""]


@pytest.mark.parametrize("text", ["1,5", "abc", "1.2.3", "12 3", "1e5", "nan", "inf", "--5", "1.", "O0"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(DataError, match=r"row 1"):
        parse_numbers(["1", text])


def test_one_in_a_million_cells_is_still_found():
    cells = ["10"] * 5000 + ["1O"]
    with pytest.raises(DataError, match=r"'1O' \(row 5000\)"):
        parse_numbers(cells)
