from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.errors import MixedUnitsError, NotExactError
from analysis.intervals.cell_pool import CellPool
from analysis.intervals.comparison import BEYOND, WITHIN, decide, decide_pairs, rank_range, zero_within_rounding
from analysis.intervals.rounded import Rounded, stack

# how far a computed end may be from the true one: float noise of a few dozen terms, relative to the value
NOISE = 1e-9


def pool(values, half=5.0, key="t", lo=None):
    values = np.asarray(values, float)
    lo = np.maximum(values - half, 0) if lo is None else np.asarray(lo, float)
    missing = np.where(np.isnan(values), "unknown", "").astype(object)
    return CellPool((key,), (len(values),), values, lo, values + half, missing, np.arange(len(values)) % 3)


def cells(values, unit="persons", **about):
    found = pool(values, **about)
    return [Rounded.of_cells(found, np.array([index]), unit) for index in range(len(found.value))]


def ends(column):
    return float(column.lo[0]), float(column.hi[0])


def test_sum_and_difference_carry_the_width_of_every_cell():
    a, b, c = cells([100, 40, 20])
    assert ends(a + b - c) == (105, 135)
    assert float((a + b - c).value[0]) == 120


def test_a_count_is_never_below_zero():
    (zero,) = cells([0])
    assert ends(zero) == (0, 5)


def test_a_cell_counts_once():
    a, b = cells([100, 300])
    assert ends(a - a) == (0, 0)
    assert ends((a + b) / (a + b)) == (1, 1)
    # a share of a sum: the part moves the whole too
    lo, hi = ends(a / (a + b))
    assert lo == pytest.approx(95 / (95 + 305))
    assert hi == pytest.approx(105 / (105 + 295))


def test_growth_and_ratio():
    now, before = cells([110, 100])
    assert ends((now / before - 1).percent()) == pytest.approx((100 * (105 / 105 - 1), 100 * (115 / 95 - 1)))
    assert (now / before - 1).percent().unit == "percent"


def test_break_even_cancels_the_inflow_above_the_bar():
    opening, inflow, outflow, closing = cells([1000, 200, 150, 1020])
    straight = (closing - opening + outflow) / inflow
    exits = opening + inflow - outflow - closing
    assert float(straight.value[0]) == pytest.approx(1 - float(exits.value[0]) / 200)
    corners = [
        1 - (o + i - u - c) / i for o, i, u, c in itertools.product((995, 1005), (195, 205), (145, 155), (1015, 1025))
    ]
    assert ends(straight) == pytest.approx((min(corners), max(corners)))


def test_a_denominator_that_may_be_zero_tells_nothing():
    a, b = cells([100, 3])
    assert ends(a / b) == (-np.inf, np.inf)
    (zero,) = cells([0])
    assert np.isnan((zero / zero).value[0])
    assert list((zero / zero).missing) == ["undefined"]
    assert np.isnan((zero / zero).lo[0])


def test_a_missing_cell_passes_on_its_reason():
    a, b = cells([100, np.nan])
    assert list((a + b).missing) == ["unknown"]
    assert np.isnan((a + b).value[0])
    assert np.isnan((a + b).lo[0])
    gone = Rounded.absent(1, "persons")
    assert list((a + b + gone).missing) == ["not_in_snapshot"]


def test_a_sum_is_as_final_as_its_least_final_cell():
    final, revised, provisional = cells([100, 40, 20])
    assert list(final.status) == ["final"]
    assert list((final + revised).status) == ["revised_provisional"]
    assert list((revised / provisional).status) == ["provisional"]


def test_units_do_not_mix():
    (persons,), (moments,) = cells([100]), cells([10], unit="moments", key="m")
    for forbidden in (lambda: persons + moments, lambda: persons - moments, lambda: decide(persons, moments)):
        with pytest.raises(MixedUnitsError, match="persons and moments"):
            forbidden()
    with pytest.raises(MixedUnitsError):
        stack([persons, moments])
    assert (moments / persons).unit == "moments per persons"
    assert ((persons + moments.counted_as("persons")).unit) == "persons"


def test_forms_whose_range_is_not_exact_are_refused():
    a, b, c = cells([100, 40, 20])
    for forbidden in (lambda: a / b + c / b, lambda: (a / b) / c, lambda: (a + 1) / b):
        with pytest.raises((NotExactError, MixedUnitsError)):
            forbidden()
    with pytest.raises(NotExactError, match="aligned"):
        a + stack([b, c])


def test_cells_of_two_tables_stay_apart_and_of_one_table_stay_one():
    (a,), (b,) = cells([100], key="one"), cells([100], key="two")
    assert ends(a - b) == (-10, 10)
    (again,) = cells([100], key="one")
    assert ends(a - again) == (0, 0)


def test_take_stack_and_sum_by():
    column = stack(cells([100, 40, 20]))
    assert list(column.take([2, 0, 0]).value) == [20, 100, 100]
    sums = column.sum_by([0, 1, 0], 2)
    assert list(sums.value) == [120, 40]
    assert list(sums.lo) == [110, 35]
    ratio = column / stack([column.take([0])] * 3)
    assert list(ratio.take([1]).value) == [0.4]
    assert len(column.take([])) == 0


weights = st.integers(-3, 3)


@st.composite
def fractions(draw):
    count = draw(st.integers(1, 5))
    values = draw(st.lists(st.integers(1, 60).map(lambda n: 10 * n), min_size=count, max_size=count))
    num = draw(st.lists(weights, min_size=count, max_size=count))
    den = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    return values, num, den


def build(values, num, den):
    parts = cells(values)
    top = sum((part * weight for part, weight in zip(parts[1:], num[1:], strict=True)), start=parts[0] * num[0])
    below = sum((part * weight for part, weight in zip(parts[1:], den[1:], strict=True)), start=parts[0] * den[0])
    return top / below


@given(fractions())
def test_the_range_of_a_fraction_is_that_of_its_corners(made):
    values, num, den = made
    box = [(max(value - 5, 0), value + 5) for value in values]
    corners = [np.array(corner) for corner in itertools.product(*box)]
    assume(min(np.dot(den, corner) for corner in corners) > 0)
    found = [np.dot(num, corner) / np.dot(den, corner) for corner in corners]
    assert ends(build(values, num, den)) == pytest.approx((min(found), max(found)), rel=NOISE, abs=NOISE)


@settings(max_examples=50)
@given(fractions(), st.integers(0, 2**32 - 1))
def test_no_filling_of_the_cells_leaves_the_range(made, seed):
    values, num, den = made
    lows = np.maximum(np.array(values) - 5, 0)
    assume(np.dot(den, lows) > 0)
    filling = np.random.default_rng(seed).uniform(lows, np.array(values) + 5, size=(2000, len(values)))
    inside = (filling @ num) / (filling @ den)
    lo, hi = ends(build(values, num, den))
    assert inside.min() >= lo - NOISE * max(1, abs(lo))
    assert inside.max() <= hi + NOISE * max(1, abs(hi))


@given(st.lists(st.integers(0, 40).map(lambda n: 10 * n), min_size=4, max_size=4))
def test_two_ratios_are_decided_as_their_corners_decide(values):
    out_1, in_1, out_2, in_2 = cells(values)
    verdict = decide(out_1 / in_1, out_2 / in_2)[0]
    box = [(max(value - 5, 0), value + 5) for value in values]
    assume(box[1][0] > 0 and box[3][0] > 0)
    signs = {np.sign(a / b - c / d) for a, b, c, d in itertools.product(*box)}
    expected = {frozenset({1.0}): "higher", frozenset({-1.0}): "lower"}.get(frozenset(signs), "undecidable")
    assert verdict == expected


def test_a_shared_cell_helps_to_decide():
    common, a, b, inflow_a, inflow_b = cells([1000, 120, 100, 500, 500])
    # 1120 and 1100 have ranges that overlap (1110-1130, 1090-1110), but the shared 1000 cancels
    assert decide(common + a, common + b)[0] == "higher"
    # ratios with a cell in both numerators
    assert decide((common + a) / inflow_a, (common + b) / inflow_b)[0] == "undecidable"
    assert decide((common + a) / inflow_a, (common + b) / inflow_a)[0] == "higher"


def test_ends_that_touch_decide_nothing():
    found = pool([15.6, 15.2], half=0.2)
    a, b = (Rounded.of_cells(found, np.array([index]), "percent") for index in (0, 1))
    assert decide(a, b)[0] == "undecidable"  # 15.4 is in both, and floats would have it otherwise


def test_a_negative_denominator():
    a, b, c = cells([50, 40, 200])
    assert ends(a / (b - c)) == pytest.approx((55 / (45 - 195), 45 / (35 - 205)))


def test_a_common_denominator_below_zero_turns_the_order_round():
    a, d, b, c, near = cells([300, 100, 50, 100, 105])
    assert decide(a / (b - c), d / (b - c))[0] == "lower"
    # a denominator that may be of either sign decides nothing, nor does one that is nothing
    assert decide(a / (near - c), d / (near - c))[0] == "undecidable"
    assert decide(a / (c - c), d / (c - c))[0] == "undecidable"


def test_a_common_denominator_with_other_constants():
    values, half = np.array([100.0, 20.0, 100.0]), np.array([5.0, 5.0, 50.0])
    found = CellPool(("t",), (3,), values, values - half, values + half, np.full(3, "", object), np.zeros(3, int))
    a, c, b = (Rounded.of_cells(found, np.array([index]), "persons") for index in range(3))
    # (a - c) / b is at least 70 / 150 = 0.467
    assert decide(a / b, c / b + 0.45)[0] == "higher"
    assert decide(a / b, c / b + 0.48)[0] == "undecidable"


def test_equal_whatever_the_rounding():
    (a,) = cells([100])
    assert decide(a, a)[0] == "equal"


def test_a_missing_value_is_undecidable():
    a, b = cells([100, np.nan])
    assert decide(a, b)[0] == "undecidable"


def test_ranks_that_rounding_leaves_open():
    column = stack(cells([300, 105, 100, 20]))
    best, worst = rank_range(column)
    assert list(best) == [1, 2, 2, 4]
    assert list(worst) == [1, 3, 3, 4]
    assert decide_pairs(column)[0, 3] == "higher"
    assert decide_pairs(column)[3, 0] == "lower"


def test_nothing_is_changed_by_arithmetic():
    a, b = cells([100, 40])
    before = a.num.copy(), a.cell.copy(), a.pool.value.copy()
    _ = ((a + b) / b - 1).percent(), -a, a * 3, a.take([0, 0]), decide(a, b)
    for kept, now in zip(before, (a.num, a.cell, a.pool.value), strict=True):
        np.testing.assert_array_equal(kept, now)


def test_ranges_found_in_another_way_keep_reason_and_status_of_their_sources():
    held, unknown, provisional = cells([100, np.nan, 20])
    found = Rounded.of_ranges(
        [1.0, 2.0], [0.5, 1.5], [1.5, 2.5], "ratio", stack([held, unknown]), stack([provisional] * 2)
    )
    assert list(found.missing) == ["", "unknown"]
    assert list(found.status) == ["provisional", "provisional"]
    assert ends(found.take([0])) == (0.5, 1.5)
    again = Rounded.of_ranges([1.0], [0.5], [1.5], "ratio")
    assert ends(found.take([0]) - again) == (-1, 1)  # two unknowns, though the numbers are alike
    assert list(Rounded.of_ranges(np.nan, np.nan, np.nan, "ratio").missing) == ["not_in_snapshot"]


def test_a_weighted_sum_by_hand():
    column = stack(cells([100, 40, 20]))
    mean = column.sum_by([0, 0, 1], 2, np.array([0.75, 0.25, 2.0]))
    assert (list(mean.value), list(mean.lo), list(mean.hi)) == ([85, 40], [80, 30], [90, 50])


def test_zero_lies_within_rounding_beyond_it_or_cannot_be_told():
    a, b, c, gap = cells([100, 90, 70, np.nan])
    assert list(zero_within_rounding(stack([a - b, a - c, a - gap]))) == [WITHIN, BEYOND, "cannot be decided"]


def test_joined_tables_keep_their_cells_apart():
    """Three tables of two, three and one cells, joined in two orders: each cell is found by its table and position."""
    a, b, c = (Rounded.of_cells(pool(values, key=key), np.arange(len(values)), "persons")
               for key, values in (("a", [1.0, 2.0]), ("b", [10.0, 20.0, 30.0]), ("c", [100.0])))  # fmt: skip
    forward, backward = stack([a, b, c]), stack([c, a, b])
    assert list(forward.value) == [1, 2, 10, 20, 30, 100]
    assert list(backward.value) == [100, 1, 2, 10, 20, 30]
    same = forward - backward.take([1, 2, 3, 4, 5, 0])  # the same cells, so nothing is left of their intervals
    assert (list(same.value), list(same.lo), list(same.hi)) == ([0] * 6, [0] * 6, [0] * 6)
