"""Competing risks: against closed forms, by their own laws, and bounds against every way to spread the other exits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_duration_models import RATES, steady_panel

from analysis.errors import CallError
from analysis.models.duration import cohort, competing, survival
from analysis.models.duration.hazards import exit_hazards
from analysis.models.duration.panel import COARSE, FINE

rates = st.lists(st.floats(0.01, 1.5), min_size=7, max_size=7).map(np.array)


def test_constant_hazards_have_a_closed_form():
    """F(t) = h1 / (h1 + h2) (1 - exp(-(h1 + h2) t)): with 0.3 and 0.1 a year, after five years 0.75 (1 - exp(-2))."""
    one, other = np.full((1, 7), 0.3), np.full((1, 7), 0.1)
    left, reached, still = competing.incidence(one, other, FINE, 60)[:, 0]
    assert left == pytest.approx(0.75 * (1 - np.exp(-2)))
    assert reached == pytest.approx(0.25 * (1 - np.exp(-2)))
    assert still == pytest.approx(np.exp(-2))


@settings(max_examples=50, deadline=None)
@given(rates, rates, st.sampled_from((3, 6, 24, 30, 60)))
def test_the_three_chances_are_those_of_a_fine_sum(one, other, months):
    """Against the sum of S h over 20,000 small steps (midpoints)."""
    found = competing.incidence(one[None], other[None], FINE, months)[:, 0]
    at = (np.arange(20_000) + 0.5) * months / 20_000
    band = np.searchsorted(FINE, at, "right")
    both = survival.cumulative(np.tile(one + other, (len(at), 1)), FINE, at)
    step = np.exp(-both) * months / 20_000 / 12
    assert found == pytest.approx([(step * one[band]).sum(), (step * other[band]).sum(), 1 - found[:2].sum()], abs=1e-5)
    assert found.sum() == pytest.approx(1)


@settings(max_examples=25, deadline=None)
@given(rates, st.floats(0, 0.3), st.sampled_from((24, 60)))
def test_more_reaching_the_aow_age_leaves_fewer_to_leave(one, more, months):
    zero = np.zeros((1, 7))
    without, with_other = (competing.incidence(one[None], zero + x, FINE, months)[:, 0] for x in (0.0, more))
    assert without[1] == pytest.approx(0, abs=1e-12)
    assert with_other[0] <= without[0] + 1e-12


def test_a_panel_without_the_aow_age_gives_none_of_it():
    """A steady state from which people go as ended spells alone: the cohorts show no other exits."""
    panel = steady_panel()
    found = exit_hazards(panel)
    everything = cohort.all_exits(found, cohort.compare_routes(found, cohort.continuation(panel)))
    table = competing.cumulative_incidence(found, everything, (24, 60))
    row = table[(table["group"] == "men") & (table["year"] == 2023) & (table["months"] == 60)].set_index("quantity")
    left = 1 - np.exp(-(RATES[:-1] * np.diff([0, *FINE]) / 12).sum())
    assert row.loc["left_before_aow", "value"] == pytest.approx(100 * left, rel=1e-6)
    assert row.loc["reached_aow", "value"] == pytest.approx(0, abs=1e-6)
    assert (row["value_lo"] <= row["value"] + 1e-9).all()
    assert set(row["interval"]) == {"process"}


def test_groups_by_age_have_none():
    panel = steady_panel(groups=("27–45", "45–55"))
    panel = replace(panel, stocks=panel.stocks.assign(dimension="age"), spells=panel.spells.assign(dimension="age"))
    found = exit_hazards(panel)
    everything = cohort.all_exits(found, cohort.compare_routes(found, cohort.continuation(panel)))
    table = competing.cumulative_incidence(found, everything, (24,))
    assert set(table["missing"]) == {"ageing"}
    assert table["value"].isna().all()


def test_beyond_the_last_cut_is_refused():
    found = exit_hazards(steady_panel())
    with pytest.raises(CallError, match="later is in the open band"):
        competing.incidence_bounds(found, pd.DataFrame(columns=["dimension", "group", "year", "other_exits_hi"]), (72,))


@pytest.mark.parametrize("cuts", [FINE, COARSE])
def test_the_bounds_hold_every_way_to_spread_the_other_exits(cuts):
    """2,000 draws of how the other exits lie over the bands, some at the corners; and the ends are come near to."""
    rng, other = np.random.default_rng(5), 900.0
    hazard = RATES if cuts == FINE else RATES[[0, 2, 6]]
    found = exit_hazards(steady_panel(hazard, cuts=cuts))
    ask = pd.DataFrame({"dimension": ["sex"], "group": ["men"], "year": [2023], "other_exits_hi": [other]})
    table = competing.incidence_bounds(found, ask, (24, 60))
    cell = found.cells[(found.cells["group"] == "men") & (found.cells["year"] == 2023)]
    exposure = cell.set_index("band")["exposure"].loc[list(found.bands)].to_numpy()
    parts = np.vstack([rng.dirichlet(np.full(len(hazard), 0.3), 2000), np.eye(len(hazard))])
    for months in (24, 60):
        rows = table[table["months"] == months].set_index("quantity")
        drawn = 100 * competing.incidence(np.tile(hazard, (len(parts), 1)), parts * other / exposure, cuts, months)
        for quantity, values in zip(competing.QUANTITIES, drawn, strict=True):
            assert rows.loc[quantity, "value_lo"] <= values.min() + 1e-6
            assert rows.loc[quantity, "value_hi"] >= values.max() - 1e-6
        left, still = (rows.loc[name] for name in ("left_before_aow", "still_there"))
        assert left["value_lo"] == pytest.approx(drawn[0].min(), abs=0.3)
        assert (still["value_lo"], still["value_hi"]) == pytest.approx((drawn[2].min(), drawn[2].max()), abs=1e-6)
