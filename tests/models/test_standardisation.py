"""Standardised ratios: against an example by hand, by their own laws, and refused where weights are missing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import CallError, CoverageError, DataError
from analysis.intervals.cell_pool import CellPool
from analysis.intervals.rounded import Rounded
from analysis.models.standardisation import direct, observed_over_expected, standardised_rows
from analysis.models.strata import STRATA, Strata, flow_strata, stock_strata
from builders import crossing, snapshot, table

counts = st.lists(st.integers(1, 5000), min_size=3, max_size=3)

many = st.lists(st.integers(20, 5000), min_size=3, max_size=3)


def column(values, rounding=0.0):
    values = np.asarray(values, float)
    lo, hi = np.maximum(values - rounding / 2, 0), values + rounding / 2
    none = np.full(len(values), "", object)
    pool = CellPool.of_ranges(values, lo, hi, none, np.zeros(len(values), int))
    return Rounded.of_cells(pool, np.arange(len(values)), "moments")


def strata(part, whole, s_part, s_whole, rounding=0.0, same_period=False):
    columns = (column(each, rounding) for each in (part, whole, s_part, s_whole))
    return Strata(*columns, same_period)


# Two groups, two strata. Standard: 600 and 400, ratios 0.2 and 0.5. Group A has 100 of 900 and 60 of 100.
# Direct: (600 x 100/900 + 400 x 60/100) / 1000 = (66.67 + 240) / 1000. Expected: 900 x 0.2 + 100 x 0.5 = 230.
A = ([100, 60], [900, 100], [120, 200], [600, 400])


def test_by_hand():
    """Formulas as in Kitagawa (1964, Demography 1): sum W r / sum W, and sum w r / sum w R."""
    assert direct(strata(*A)).value == pytest.approx((600 * 100 / 900 + 400 * 60 / 100) / 1000)
    assert observed_over_expected(strata(*A)).value == pytest.approx(160 / 230)


def test_kitagawa_difference_is_what_direct_standardisation_leaves():
    """Kitagawa (1955, JASA 50): with the mean composition as standard, the difference of direct rates is the rate part.

    Crude 0.30 and 0.34: shares of the strata 0.8, 0.2 and 0.4, 0.6; rates 0.25, 0.50 and 0.10, 0.50. Rate part:
    0.6 x (0.10 - 0.25) + 0.4 x 0 = -0.09; composition: the rest, 0.13.
    """
    one, two = ([200, 100], [800, 200]), ([40, 300], [400, 600])
    standard = ([1, 1], [600, 400])
    after, before = (direct(strata(*group, *standard)).value for group in (two, one))
    assert after - before == pytest.approx(-0.09)
    assert 340 / 1000 - 300 / 1000 - (after - before) == pytest.approx(0.13)


def test_the_ends_of_rounding_are_those_of_the_corners():
    """All corners of the box of eight cells, against the ends that the engine gives."""
    of = strata(*A, rounding=10)
    cells = [np.array([x - 5, x + 5]) for x in itertools.chain(*A)]
    found, expected = [], []
    for corner in itertools.product(*cells):
        p, w, sp, sw = np.array(corner).reshape(4, 2)
        found.append((sw * p / w).sum() / sw.sum())
        expected.append(p.sum() / (w * sp / sw).sum())
    for function, values in ((direct, found), (observed_over_expected, expected)):
        assert (function(of).lo, function(of).hi) == pytest.approx((min(values), max(values)))


@settings(max_examples=50, deadline=None)
@given(counts, counts, st.floats(0.05, 3))
def test_equal_ratios_in_all_strata_are_the_crude_ratio(whole, weights, ratio):
    part = [ratio * each for each in whole]
    of = strata(part, whole, [ratio * each for each in weights], weights)
    assert direct(of).value == pytest.approx(sum(part) / sum(whole))
    assert observed_over_expected(of).value == pytest.approx(1)


@settings(max_examples=50, deadline=None)
@given(many, many, many, many, st.permutations(range(3)))
def test_the_order_of_strata_does_not_matter(part, whole, s_part, s_whole, order):
    given_order = (part, whole, s_part, s_whole)
    other = [[each[at] for at in order] for each in given_order]
    for function in (direct, observed_over_expected):
        first, second = (function(strata(*each, rounding=10, same_period=False), 1.5) for each in (given_order, other))
        assert (first.value, first.lo, first.hi, first.log_variance) == pytest.approx(
            (second.value, second.lo, second.hi, second.log_variance)
        )
        assert first.lo <= first.value <= first.hi


@settings(max_examples=25, deadline=None)
@given(counts, counts)
def test_the_standard_itself_is_as_the_standard(part, whole):
    of = strata(part, whole, part, whole, same_period=True)
    assert observed_over_expected(of, 1.0).value == pytest.approx(1)
    assert direct(of).value == pytest.approx(sum(part) / sum(whole))
    # a group that is its own standard cannot differ from it, by chance or otherwise
    assert observed_over_expected(of, 1.0).log_variance == pytest.approx(0, abs=1e-9)


def test_the_variance_is_that_of_many_draws():
    """20,000 draws of Poisson counts with these means, rounded to tens; Monte Carlo error of a variance 1 %."""
    rng, means = np.random.default_rng(3), np.array(A, float)
    drawn = np.round(rng.poisson(means, (20_000, 4, 2)) / 10) * 10
    logs = {
        direct: np.log((means[3] * drawn[:, 0] / drawn[:, 1]).sum(axis=1) / means[3].sum()),
        observed_over_expected: np.log(drawn[:, 0].sum(axis=1) / (drawn[:, 1] * drawn[:, 2] / drawn[:, 3]).sum(axis=1)),
    }
    for function, values in logs.items():
        assert function(strata(*A, rounding=10), 1.0).log_variance == pytest.approx(values.var(), rel=0.06)


def test_a_stratum_without_anyone_of_the_group_has_no_direct_number():
    of = strata([100, 0], [900, 0], [120, 200], [600, 400])
    assert np.isnan(direct(of).value)
    assert observed_over_expected(of).value == pytest.approx(100 / 180)


def test_missing_weights_are_refused():
    with pytest.raises(DataError, match="the standard has no weights"):
        direct(strata([1, 1], [2, 2], [0, 0], [0, 0]))
    with pytest.raises(DataError, match="its ratio is missing"):
        observed_over_expected(strata([1, 1], [2, 2], [1, 0], [2, 0]))


DIMENSIONS = {
    "sex": ["total", "men", "women"],
    "age": ["total", "<27", "27-AOW", *(group.name for group in STRATA["age"])],
    "origin": ["total", "Netherlands", "Europe", "outside Europe"],
    "birth": ["total", "born in NL", "born outside NL"],
}


def flows_by(value, unless=lambda *names: False):
    rows = [
        row
        for flow in ("inflow", "outflow") for quarter in (1, 2, 3, 4)
        for row in crossing(flow, f"2024KW0{quarter}", DIMENSIONS, lambda *names, f=flow: value(f, *names))
        if not unless(row["sex"], row["age"], row["origin"], row["birth"])
    ]  # fmt: skip
    return table("85615NED", rows, DIMENSIONS, unit="moments")


def size(flow, sex, age, origin, birth):
    """1,000 of a class of age, sex and origin, whatever the country of birth; a total is the sum of its parts."""
    parts = (2 if sex == "total" else 1) * (3 if origin == "total" else 1)
    ages = {"total": 5, "27-AOW": 3, "<27": 2}.get(age, 1)
    return 1000 * parts * ages * (2 if flow == "outflow" and sex == "women" else 1)


def test_flows_are_crossed_where_the_table_crosses_them(tmp_path):
    (of,) = flow_strata(snapshot(tmp_path, flows_by(size)), "origin", 2024, 2024)
    assert of.over == ("age", "sex")
    assert len(of.strata[0].part) == 10
    found = standardised_rows(of).set_index(["group", "quantity"])
    # outflow over inflow: 1 of men, 2 of women, as many of both in the standard
    assert found.loc[("Netherlands", "ratio_direct"), "value"] == pytest.approx(1.5)
    assert found.loc[("Netherlands", "ratio_indirect"), "over"] == "age × sex"


def test_without_a_crossing_one_dimension_at_a_time(tmp_path):
    no_crossing = flows_by(size, lambda sex, age, origin, birth: sum(x != "total" for x in (sex, age, origin)) > 2)
    found = flow_strata(snapshot(tmp_path, no_crossing), "origin", 2024, 2024)
    assert [each.over for each in found] == [("age",), ("sex",)]


def test_a_standard_without_weights_is_refused_by_name(tmp_path):
    source = snapshot(tmp_path, flows_by(size))
    with pytest.raises(
        CoverageError, match=r"85615NED, 2019: a weight of the standard is missing.*flow_ratio_by_group"
    ):
        flow_strata(source, "origin", 2024, 2019)
    with pytest.raises(CallError, match="age, origin"):
        flow_strata(source, "region", 2024, 2024)
    with pytest.raises(CoverageError, match="no table by class"):
        stock_strata(source, "sex", 2024, 2024)
