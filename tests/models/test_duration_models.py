"""The models of duration: by hand where a hand can, by their own laws, and against the truth of a simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chapters.duration import group_models as duration_models
from analysis.classifications.durations import band_groups
from analysis.errors import CallError, CoverageError, DataError
from analysis.measures import windows
from analysis.models.duration import cohort, decomposition, hazards, longterm, survival
from analysis.models.duration.panel import CLOSING, FINE, TRAPEZOID, panel_of_frames, read_panel
from analysis.simulation.parameters import default_parameters
from analysis.simulation.simulate import simulate
from analysis.simulation.truth import read_truth
from analysis.workspace import open_snapshot
from builders import crossing, snapshot, table

BANDS = [band.name for band in band_groups(FINE)]
QUARTERS = [str(q) for q in pd.period_range("2020Q4", "2023Q4", freq="Q-DEC")]
YEARS = [2021, 2022, 2023]
RATES = np.array([0.5, 0.42, 0.3, 0.24, 0.2, 0.18, 0.1])


def steady_panel(rates=RATES, entry=1000.0, groups=("men", "women"), cuts=FINE):
    """Return the panel of a steady state: stocks and yearly exits of an entry a month, people leaving on any day."""
    bands = [band.name for band in band_groups(cuts)]
    lengths = np.diff([0, *cuts, np.inf])
    alive = np.exp(-np.concatenate([[0], np.cumsum(rates[:-1] * lengths[:-1] / 12)]))
    leaving = entry * -np.diff([*alive, 0])
    stock, ended = leaving / (rates / 12), 12 * leaving
    sizes = {name: 1.0 + index for index, name in enumerate(groups)}
    cells = [("sex", group, band, index) for group in groups for index, band in enumerate(bands)]
    frames = {
        (period, count): pd.DataFrame(
            [(*cell[:3], when, sizes[cell[1]] * of[cell[3]]) for cell in cells for when in periods],
            columns=["dimension", "group", "band", period, count],
        )
        for period, count, periods, of in (("quarter", "stock", QUARTERS, stock), ("year", "ended", YEARS, ended))
    }
    return panel_of_frames(*frames.values(), cuts)


@pytest.fixture(scope="module")
def panel():
    return steady_panel()


@pytest.fixture(scope="module")
def steady(panel):
    return hazards.exit_hazards(panel)


# -- the panel


def test_the_exposure_is_the_trapezoid_of_five_quarter_ends():
    stocks = steady_panel().stocks
    first = (stocks["group"] == "men") & (stocks["band"] == "0-6m")
    heights = dict(zip(QUARTERS, itertools.count(100, 10), strict=False))
    stocks.loc[first, "stock"] = stocks.loc[first, "quarter"].map(heights)
    stocks.loc[first, "stock_lo"] = stocks["stock"] - 5
    stocks.loc[first, "stock_hi"] = stocks["stock"] + 5
    found = panel_of_frames(stocks, steady_panel().spells[["dimension", "group", "band", "year", "ended"]])
    cell = found.spells.set_index(["group", "band", "year"]).loc[("men", "0-6m", 2021)]
    assert cell["exposure"] == pytest.approx((100 / 2 + 110 + 120 + 130 + 140 / 2) / 4)
    assert (cell["exposure_lo"], cell["exposure_hi"]) == pytest.approx((cell["exposure"] - 5, cell["exposure"] + 5))
    assert cell["basis"] == TRAPEZOID


def test_a_panel_refuses_what_does_not_fit(panel):
    stocks, spells = panel.stocks, panel.spells
    with pytest.raises(CallError, match="nearest: 24"):
        band_groups((20, 60))
    for cuts in ((), (24, 12), (60, 60)):
        with pytest.raises(CallError, match="rising months"):
            band_groups(cuts)
    with pytest.raises(DataError, match="expected <2y, 2–5y, >5y, found 0-6m"):
        panel_of_frames(stocks, spells, (24, 60))
    with pytest.raises(DataError, match="occurs twice"):
        panel_of_frames(pd.concat([stocks, stocks.head(1)]), spells)
    with pytest.raises(DataError, match="negative"):
        panel_of_frames(stocks.assign(stock=-stocks["stock"]), spells)


def test_a_snapshot_refuses_bands_and_groups_that_it_does_not_know(published):
    with pytest.raises(CallError, match="did you mean 'origin'"):
        read_panel(published, "origins")
    with pytest.raises(CoverageError, match="choose wider bands, such as 24, 60"):
        read_panel(published, cuts=FINE)


# 85617NED, 2023: 16,130 + 10,990 + 12,360 ended spells below two years, 8,020 + 5,290 + 3,640 from two to five, 16,170
# of five or more. Factsheet 2024, end of December 2024: 289,000 over two years of 405,700, less the changes of 2024,
# leave 111,730 below two years in December 2023; 91,000 - 590 from two to five, 198,000 + 320 over five.
def test_published_hazards_agree_with_hand_arithmetic(published):
    found = duration_models.fit_group_models(published)
    rate = found.hazards.cells.set_index("band")
    by_hand = {
        "<2y": (16130 + 10990 + 12360) / 111730,
        "2–5y": (8020 + 5290 + 3640) / (91000 - 590),
        ">5y": 16170 / (198000 + 320),
    }
    assert dict(rate["hazard"]) == pytest.approx(by_hand)
    assert set(found.hazards.cells["basis"]) == {CLOSING}
    assert rate.loc[">5y", "hazard_hi"] == pytest.approx(16175 / (198320 - 505))
    # one group and one year tell nothing of what groups vary: the interval is that of chance, exp(1.96 / sqrt(ended))
    assert set(found.rates["missing"]) == {""}
    half_width = np.log(found.rates["value_hi"] / found.rates["value"]).to_numpy()
    assert half_width == pytest.approx(1.959964 / np.sqrt([39480, 16950, 16170]), rel=1e-4)
    lasting = found.survival[["value_lo", "value", "value_hi"]].to_numpy()
    assert (np.diff(lasting, axis=1) > 0).all()
    medians = found.remaining[found.remaining["quantity"] == "median_remaining"]
    assert (medians["value_lo"] < medians["value_hi"]).all()
    alive = survival.survival(found.hazards, (60,))["value"].item()
    assert alive == pytest.approx(np.exp(-2 * by_hand["<2y"] - 3 * by_hand["2–5y"]))


# -- hazards and survival


def test_hazards_of_a_steady_state_are_its_rates(steady):
    rates = steady.cells.groupby("band")["hazard"].agg(["min", "max"]).loc[BANDS]
    assert list(rates["min"]) == pytest.approx(RATES)
    assert list(rates["max"]) == pytest.approx(RATES)
    assert steady.dispersions["sex"].value == 1  # never below chance


def test_rounding_and_process_intervals_hold_the_hazard(steady):
    cells, process = steady.cells, steady.tidy_rows()
    assert set(process["interval"]) == {"process"}
    assert (process["value_lo"] < process["value"]).all()
    assert (process["value"] < process["value_hi"]).all()
    np.testing.assert_allclose(cells["hazard_lo"], cells["hazard_hi"])  # exact counts have no rounding


def test_a_cell_without_exposure_has_no_hazard(panel):
    spells = panel.spells[["dimension", "group", "band", "year", "ended"]]
    holed = panel_of_frames(panel.stocks, spells)
    holed.spells.loc[3, ["exposure", "exposure_lo", "exposure_hi"]] = 0.0
    assert hazards.exit_hazards(holed).cells["missing"].iloc[3] == "undefined"
    with pytest.raises(CoverageError, match="both ended spells and exposure"):
        hazards.exit_hazards(panel_of_frames(panel.stocks, spells.assign(ended=np.nan)))


def test_survival_by_hand(steady):
    found = survival.survival(steady, (24, 60)).set_index(["group", "year", "months"])["value"]
    assert found["men", 2021, 24] == pytest.approx(np.exp(-(0.5 * 0.5 + 0.5 * 0.42 + 0.3)))
    assert found["women", 2023, 60] == pytest.approx(np.exp(-(0.5 * RATES @ [1, 1, 2, 2, 2, 2, 0])))
    month_ends = survival.survival(steady, (24,), survival.MONTHLY)["value"]
    assert month_ends.to_numpy() == pytest.approx(((1 - RATES / 12) ** [6, 6, 12, 0, 0, 0, 0]).prod())


def test_survival_is_that_of_continuous_time():
    """Finding 2: durations drawn here, people leaving on any day; a product over months is two percent too low."""
    rng = np.random.default_rng(3)
    draws, edges = rng.exponential(size=400_000), np.array([0, *FINE])
    passed = np.concatenate([[0], np.cumsum(RATES[:-1] * np.diff(edges) / 12)])
    band = np.searchsorted(passed, draws, "right") - 1
    months = edges[band] + 12 * (draws - passed[band]) / RATES[band]
    found = survival.survival(hazards.exit_hazards(steady_panel()), (24, 60)).groupby("months")["value"].first()
    for month in (24, 60):
        true = (months > month).mean()
        assert found[month] == pytest.approx(true, abs=4 * np.sqrt(true / 400_000))


def test_wide_bands_leave_bounds_that_hold_the_truth():
    """Seven bands taken together as three: S at two and five years of the fine ones lies between the bounds."""
    fine, names = steady_panel(), dict(zip(BANDS, ["<2y"] * 3 + ["2–5y"] * 3 + [">5y"], strict=True))
    joined = []
    for frame, period, count in ((fine.stocks, "quarter", "stock"), (fine.spells, "year", "ended")):
        by = frame.assign(band=frame["band"].map(names)).groupby(["dimension", "group", "band", period], sort=False)
        joined.append(by[count].sum().reset_index())
    found = survival.bounds(hazards.exit_hazards(panel_of_frames(*joined, (24, 60))), (24, 60))
    found = found.groupby(["assumption", "months"]).first()
    for month, bands in ((24, [1, 1, 2, 0, 0, 0, 0]), (60, [1, 1, 2, 2, 2, 2, 0])):
        true = np.exp(-0.5 * RATES @ bands)
        falling, free = (found.loc[(name, month)] for name in (survival.FALLING, survival.ANY))
        assert falling["value_lo"] <= true <= falling["value_hi"]
        assert free["value_lo"] < falling["value_lo"] < falling["value_hi"] == free["value_hi"]
        assert falling["value"] < true  # a constant hazard within a wide band: too few stay


def test_remaining_time_names_what_it_assumes(steady):
    found = survival.remaining(steady).set_index(["quantity", "months", "group", "year"])
    constant = found.loc[("mean_remaining", 60, "men", 2021)]
    assert constant["value"] == pytest.approx(120)  # a hazard of 0.1 a year for ever
    assert constant["assumption"] == "constant"
    assert found.loc[("mean_remaining_below", 0, "men", 2021), "assumption"] == ""
    median = found.loc[("median_remaining", 0, "men", 2021)]
    assert median["assumption"] == ""
    assert np.exp(-survival.cumulative(RATES[None], FINE, median["value"]))[0] == pytest.approx(0.5)
    with pytest.raises(CallError, match="later is in the open band"):
        survival.survival(steady, (72,))


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 3), min_size=7, max_size=7), st.floats(0, 100))
def test_survival_falls_and_its_integral_adds_up(rates, middle):
    rates = np.array([rates])
    whole = survival.time_lived(rates, FINE, 0)
    parts = survival.time_lived(rates, FINE, 0, middle) + survival.time_lived(rates, FINE, middle)
    assert parts == pytest.approx(whole)
    assert survival.cumulative(rates, FINE, middle + 1) >= survival.cumulative(rates, FINE, middle)
    half = survival.median(rates, FINE, middle)
    gone = survival.cumulative(rates, FINE, middle + half) - survival.cumulative(rates, FINE, middle)
    assert gone == pytest.approx(np.log(2))


# -- the second route, and long-term shares


def test_both_routes_agree_when_nobody_goes_otherwise(panel, steady):
    routes = cohort.compare_routes(steady, cohort.continuation(panel))
    assert set(routes["step"]) == {step.name for step in cohort.STEPS}
    assert routes["difference"].abs().max() < 1e-7
    assert routes["other_exit_rate"].abs().max() < 1e-7


def test_the_difference_is_what_ended_spells_do_not_count(panel):
    unseen = panel.spells.assign(ended=panel.spells["ended"] * 0.9)  # a tenth of the exits is no ended spell
    seen = hazards.exit_hazards(panel_of_frames(panel.stocks, unseen))
    routes = cohort.compare_routes(seen, cohort.continuation(panel))
    last = routes[routes["step"] == ">4y → >5y"]
    assert (routes["difference"] < 0).all()
    assert last["other_exit_rate"].to_numpy() == pytest.approx(0.1 * 0.1, rel=0.25)
    everything = cohort.all_exits(seen, routes)
    actual = longterm.shares(panel)["share"].iloc[0]
    steady = longterm.steady_shares(everything)
    assert steady[steady["quantity"] == "over_5y"]["value"].to_numpy() == pytest.approx(actual, rel=0.02)


def test_cohorts_refuse_bands_that_are_no_steps():
    wide = steady_panel(np.array([0.4, 0.2, 0.1]), cuts=(24, 60))
    with pytest.raises(DataError, match="cannot be followed"):
        cohort.continuation(wide)


def test_length_bias_in_one_frame(panel, steady):
    found = longterm.side_by_side(
        panel, steady, cohort.all_exits(steady, cohort.compare_routes(steady, cohort.continuation(panel)))
    )
    over = found[(found["quantity"] == "over_5y") & (found["group"] == "men")].set_index("source")["value"]
    assert over["stock"] > over["ended spells"]
    # in a steady state spells end as they began, and the stock is where its exits lead
    assert over["ended spells"] == pytest.approx(over["entrants"], rel=1e-6)
    assert over["stock"] == pytest.approx(over["steady state"], rel=1e-6)


def test_a_share_needs_a_cut_of_the_panel(panel):
    with pytest.raises(CallError, match="expected one of 6, 12"):
        longterm.shares(panel, 30)


# -- decomposition


def crossed(weights, rates):
    labels = list(itertools.product(["young", "old"], ["men", "women"]))
    frame = pd.DataFrame(labels, columns=["age", "sex"]).assign(stock=weights)
    return frame.assign(long=frame["stock"] * rates)


def test_kitagawa_by_hand():
    before = pd.DataFrame({"age": ["young", "old"], "stock": [60, 40], "long": [6, 20]})
    after = pd.DataFrame({"age": ["young", "old"], "stock": [50, 50], "long": [10, 25]})
    found = decomposition.decompose(before, after, ["age"], "long", "stock")
    parts = found.parts.set_index("component")["value"]
    assert (found.before, found.after) == pytest.approx((0.26, 0.35))
    assert parts["age"] == pytest.approx(-0.1 * (0.1 + 0.2) / 2 + 0.1 * 0.5)
    assert parts["behaviour"] == pytest.approx(0.1 * (0.6 + 0.5) / 2)


counts = st.lists(st.floats(1, 1e5), min_size=4, max_size=4)
shares = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@settings(deadline=None)
@given(counts, shares, counts, shares)
def test_parts_add_up_to_the_change_whatever_the_order(weights, rates, later, later_rates):
    before, after = crossed(weights, rates), crossed(later, later_rates)
    found = decomposition.decompose(before, after, ["age", "sex"], "long", "stock")
    values = found.parts.set_index("component")["value"]
    assert values.drop("change").sum() == pytest.approx(found.after - found.before, abs=1e-12)
    assert values["change"] == pytest.approx(found.after - found.before, abs=1e-12)
    turned = decomposition.decompose(before, after, ["sex", "age"], "long", "stock").parts.set_index("component")[
        "value"
    ]
    assert turned.to_dict() == pytest.approx(found.parts.set_index("component")["value"].to_dict(), abs=1e-12)


def test_composition_of_one_dimension_is_told_from_another():
    before = crossed([10, 20, 30, 60], [0.1, 0.1, 0.5, 0.5])  # independent: a third men in both ages
    after = crossed([20, 40, 30, 60], [0.1, 0.1, 0.5, 0.5])
    parts = decomposition.decompose(before, after, ["age", "sex"], "long", "stock").parts.set_index("component")[
        "value"
    ]
    assert parts["sex"] == pytest.approx(0, abs=1e-12)
    assert parts["behaviour"] == pytest.approx(0, abs=1e-12)
    assert parts["age"] == pytest.approx((60 * 0.1 + 90 * 0.5) / 150 - (30 * 0.1 + 90 * 0.5) / 120)


def test_what_cannot_be_decomposed():
    before = crossed([10, 20, 30, 60], [0.1, 0.1, 0.5, 0.5])
    apart = pd.DataFrame({"dimension": ["age", "sex"], "group": ["old", "men"], "stock": [1, 1], "long": [1, 1]})
    with pytest.raises(CallError, match="not crossed"):
        decomposition.decompose(apart, apart, ["age", "sex"], "long", "stock")
    with pytest.raises(DataError, match="occurs twice"):
        decomposition.decompose(before, before, ["age"], "long", "stock")
    with pytest.raises(DataError, match="same before and after"):
        decomposition.decompose(before, before.head(3), ["age", "sex"], "long", "stock")
    with pytest.raises(DataError, match="nothing to divide by"):
        decomposition.decompose(before, crossed([0, 1, 1, 1], 0.5), ["age", "sex"], "long", "stock")


def test_the_movers_of_a_snapshot(published, tmp_path):
    none = decomposition.longterm_moved(published, windows.between(published, "duration"))
    assert set(none["missing"]) == {"not_in_snapshot"}
    with pytest.raises(CoverageError, match="does not cross age, sex with duration at the end of 2023Q4"):
        decomposition.crossed_stock(published, ["age", "sex"], "2023Q4")
    with pytest.raises(CallError, match="did you mean 'sex'"):
        decomposition.crossed_stock(published, ["sexe"], "2023Q4")
    dimensions = {"sex": ["total", "men", "women"], "duration": ["total", "5y+"]}
    sizes = {("2022KW04", "men"): (400, 100), ("2022KW04", "women"): (600, 300)}
    sizes |= {("2023KW04", "men"): (500, 150), ("2023KW04", "women"): (500, 250)}

    def count(period, sex, duration):
        chosen = [sizes[period, each] for each in (("men", "women") if sex == "total" else (sex,))]
        return sum(pair[duration == "5y+"] for pair in chosen)

    rows = [
        r for p in ("2022KW04", "2023KW04") for r in crossing("stock", p, dimensions, lambda s, d, p=p: count(p, s, d))
    ]
    tiny = snapshot(tmp_path, table("85585NED", rows, dimensions))
    quarters = pd.PeriodIndex(["2022Q4", "2023Q4"], freq="Q-DEC")
    found = decomposition.longterm_moved(tiny, quarters, by=["sex"]).set_index("component")["value"]
    assert found["change"] == pytest.approx(0)
    assert found["sex"] == pytest.approx(100 * 0.1 * ((0.25 + 0.3) / 2 - (0.5 + 0.5) / 2))


# -- against the truth


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    return open_snapshot(simulate(folder, default_parameters(5, 30_000)).name, folder)


def test_hazards_of_a_simulated_snapshot_agree_with_its_truth(made):
    truth, found = read_truth(made), duration_models.fit_group_models(made).hazards.tidy_rows()
    groups, index = truth["groups"], {band: number for number, band in enumerate(BANDS)}
    found["true"] = [
        12 * groups[row.dimension][row.group]["hazards"]["monthly"][truth["years"].index(row.year)][index[row.band]]
        for row in found.itertuples()
    ]
    assert set(found["dimension"]) == {"total", "age", "sex", "origin", "birth"}
    inside = (found["value_lo"] <= found["true"]) & (found["true"] <= found["value_hi"])
    assert inside.mean() == pytest.approx(0.95, abs=0.04)
    total = found[found["group"] == "total"]
    assert (total["value"].sum() / total["true"].sum()) == pytest.approx(1, abs=0.02)
    window = windows.between(made, "duration")
    moved = decomposition.longterm_moved(made, window, by=["age", "sex"]).set_index("component")["value"]
    assert moved.drop("change").sum() == pytest.approx(moved["change"], abs=1e-9)
