"""Adjusted p-values against those of statsmodels, which searches for garbage in each call."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from analysis.models.multiplicity import discoveries, holm


@pytest.mark.parametrize("seed", range(5))
def test_adjusted_p_values_are_those_of_statsmodels(seed):
    values = np.random.default_rng(seed).uniform(0, 0.2, 4 * seed + 1).round(2)  # with ties
    names = [f"look {number}" for number in range(len(values))]
    pd.testing.assert_series_equal(
        holm(pd.Series(values, names)), pd.Series(multipletests(values, method="holm")[1], names)
    )
    assert discoveries(values) == pytest.approx(multipletests(values, method="fdr_bh")[1])


def test_a_missing_p_value_counts_among_the_comparisons():
    assert holm(pd.Series([0.02, np.nan, 0.01])).to_list() == pytest.approx([0.04, np.nan, 0.03], nan_ok=True)
