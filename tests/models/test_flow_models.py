"""Rates, ratios, account, re-entry and season by group: hand-made tables with a known answer, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.flows.figures import flow_rate_groups
from analysis.chapters.flows.group_models import fit_group_models
from analysis.errors import CallError, CoverageError, DataError
from analysis.language.translator import Translator
from analysis.measures import account as measured
from analysis.measures import flow_groups, flows
from analysis.measures.tidy_frame import wide
from analysis.models import recommendations
from analysis.models.dispersion import neighbour_dispersion
from analysis.models.flows.account import group_account
from analysis.models.flows.panel import flow_panel, panel_of, pick_cells
from analysis.models.flows.rates import fit_rates
from analysis.models.flows.reentry import AT_RISK, fit_reentry
from analysis.models.flows.season import compare_season

QUARTERS = [f"{year}Q{number}" for year in range(2015, 2021) for number in (1, 2, 3, 4)]
SEASON = np.exp([-0.1, 0.05, 0.15, -0.1])


def made(rate=None, ratio=0.9, stock=10_000.0, quarters=QUARTERS, dimension="sex", noise=0.0):
    """Return a panel with outflow = rate by group x season x stock, inflow = outflow / ratio, a stock that stands."""
    rng, rows = np.random.default_rng(2), []
    for group, level in (rate or {"men": 0.08, "women": 0.05}).items():
        for quarter in quarters:
            out = np.round(level * SEASON[int(quarter[-1]) - 1] * stock * np.exp(rng.normal(0, noise)))
            flow = {"inflow": np.round(out / ratio), "outflow": out, "reinflow": 0.2 * out / ratio}
            rows.append({"dimension": dimension, "group": group, "quarter": quarter, **flow, "opening": stock})
    return panel_of(pd.DataFrame(rows).assign(closing=stock))


def test_rates_that_were_put_in_come_out():
    model = fit_rates(made(), "outflow_rate", "sex")
    found = model.rates.set_index(["group", "year"])["value"]
    assert found["men", 2017] == pytest.approx(0.08 * SEASON.mean(), rel=1e-3)
    assert found["women", 2020] == pytest.approx(0.05 * SEASON.mean(), rel=1e-3)
    assert list(model.effects["value"]) == pytest.approx(list(SEASON), rel=2e-3)
    assert model.shocks.sd < 0.02  # nothing but chance and rounding
    ratio = fit_rates(made(), "ratio", "sex", period="trend")
    assert list(ratio.rates["value"]) == pytest.approx([0.9] * 12, rel=2e-3)


def test_the_interval_of_a_year_is_that_of_its_count():
    """One group: the log rate of a year has variance 1 / (its moments), the season known well; counts are exact."""
    rows = made(noise=0.02)
    model = fit_rates(rows, "inflow_rate", "sex")
    row = model.rates.iloc[0]
    first = rows[(rows["group"] == row["group"]) & rows["quarter"].str.startswith("2015")]
    half_width = 1.959964 / np.sqrt(first["inflow"].sum())  # the quantile of the normal distribution
    assert np.log(row["value_hi"] / row["value_lo"]) / 2 == pytest.approx(half_width, rel=1e-3)


def test_comparison_by_hand_and_with_holm():
    model = fit_rates(made({"a": 0.08, "b": 0.05, "c": 0.0501}, noise=0.01), "outflow_rate", "sex")
    pairs = model.compare(2018).set_index(["first", "second"])
    assert pairs.loc[("a", "b"), "factor"] == pytest.approx(1.6, rel=0.03)
    assert list(pairs["process"]) == ["higher", "higher", "undecidable"]
    assert pairs.loc[("a", "b"), "factor_lo"] < pairs.loc[("a", "b"), "factor"] < pairs.loc[("a", "b"), "factor_hi"]
    with pytest.raises(CallError, match="choose from 2015 to 2020"):
        model.compare(2031)
    with pytest.raises(CallError, match="nothing to compare"):
        fit_rates(made({"a": 0.05}), "ratio", "sex").compare()


@pytest.mark.parametrize("covariance", ["cluster", "hac"])
@pytest.mark.parametrize("quantity", ["inflow_rate", "ratio"])
def test_other_covariances_leave_the_estimates(covariance, quantity):
    rows = made(noise=0.05).assign(inflow=lambda panel: panel["inflow"] * np.tile([1.0, 1.04, 0.97], 16))
    plain = fit_rates(rows, quantity, "sex", period="trend")
    other = fit_rates(rows, quantity, "sex", period="trend", covariance=covariance)
    assert list(plain.rates["value"]) == pytest.approx(list(other.rates["value"]))
    width = [np.log(model.rates["value_hi"] / model.rates["value_lo"]).mean() for model in (plain, other)]
    assert 0.1 < width[0] / width[1] < 10


def test_years_are_no_clusters_and_effects_at_once():
    with pytest.raises(CallError, match="every interval would have no width"):
        fit_rates(made(noise=0.05), "ratio", "sex", covariance="cluster")


def test_rounding_is_in_the_interval_of_a_rate():
    rows = made(noise=0.02)
    rounded = rows.assign(inflow_lo=rows["inflow"] - 30, inflow_hi=rows["inflow"] + 30)
    exact, tens = (fit_rates(each, "inflow_rate", "sex").rates.iloc[0] for each in (rows, rounded))
    first = rows[(rows["group"] == exact["group"]) & rows["quarter"].str.startswith("2015")]["inflow"].sum()
    of_rounding = 4 * 60**2 / 12 / first**2  # four uniform errors
    variances = [(np.log(row["value_hi"] / row["value_lo"]) / 2 / 1.959964) ** 2 for row in (exact, tens)]
    assert variances[1] - variances[0] == pytest.approx(of_rounding, rel=1e-6)


def test_a_shock_to_all_groups_is_not_of_their_own():
    rows = made(noise=0.01)
    rng = np.random.default_rng(4)
    swing = dict(zip(QUARTERS, np.exp(rng.normal(0, 0.2, 24)), strict=True))
    rows["outflow"] *= rows["quarter"].map(swing)
    assert fit_rates(rows, "outflow_rate", "sex").shocks.sd < 0.03


def test_neighbours_need_to_be_neighbours():
    at = pd.PeriodIndex([f"{year}Q1" for year in range(2000, 2020)], freq="Q-DEC")
    found = neighbour_dispersion(np.zeros(20), np.ones(20), at, np.zeros(20))
    assert (np.isnan(found.value), found.df) == (True, 0)


def test_dispersion_that_was_put_in():
    rng = np.random.default_rng(1)
    at = pd.period_range("1950Q1", periods=300, freq="Q-DEC")
    noise = rng.normal(0, np.sqrt(9 * 0.01), 300) + np.tile(np.log(SEASON), 75) + np.linspace(0, 1, 300)
    assert neighbour_dispersion(noise, np.full(300, 0.01), at, np.zeros(300)).value == pytest.approx(9, rel=0.2)


# -- what is refused


def test_missing_and_zero_cells_are_refused_with_what_is_possible():
    rows = made()
    rows.loc[3, ["outflow", "missing"]] = [np.nan, "outflow=unknown"]
    with pytest.raises(CoverageError, match=r"outflow of sex men, 2015Q4 is missing \(outflow=unknown\).*23 quarters"):
        fit_rates(rows, "ratio", "sex")
    assert len(fit_rates(rows, "inflow_rate", "sex").rates) == 12  # the inflow rate does not need it
    rows = made().assign(outflow=0.0)
    with pytest.raises(DataError, match="is zero"):
        fit_rates(rows, "outflow_rate", "sex")


def test_a_call_that_cannot_be():
    rows = made()
    few = rows[rows["quarter"] < "2016"]
    with pytest.raises(CallError, match="4 cells for 4 coefficients"):
        fit_rates(few[few["group"] == "men"], "ratio", "sex")
    for wrong in ({"quantity": "exit"}, {"period": "month"}, {"covariance": "robust"}, {"dimension": "region"}):
        with pytest.raises(CallError, match=r"known: |possible: "):
            fit_rates(rows, **({"quantity": "ratio", "dimension": "sex"} | wrong))
    with pytest.raises(DataError, match="twice"):
        panel_of(pd.concat([rows, rows]))
    with pytest.raises(DataError, match="expected a count, found -1"):
        panel_of(rows.assign(inflow=-1.0))
    with pytest.raises(DataError, match="expected the columns outflow"):
        panel_of(rows.drop(columns="outflow"))


def test_a_snapshot_that_does_not_have_it(published):
    assert set(flow_panel(published)["dimension"]) == {"sex", "total"}  # it has no quarterly flows by age or origin
    with pytest.raises(CoverageError, match=r"no flows of 2031Q1; it has 2019Q1 to 2025Q4"):
        flow_panel(published, pd.PeriodIndex(["2031Q1"], freq="Q-DEC"))


def test_published_panel_is_that_of_the_measures(published):
    panel = flow_panel(published)
    quarters = flows.flow_window(published)
    total = panel[panel["dimension"] == "total"]
    account = measured.quarterly(published, quarters)
    for quantity in ("inflow", "outflow", "opening", "closing"):
        expected = account[account["quantity"] == quantity]["value"].to_numpy()
        np.testing.assert_array_equal(total[quantity], expected)
    lacking = panel[panel["missing"].str.contains("opening=not_in_snapshot")]
    assert lacking["opening"].isna().all()
    whole = total[total["opening"].notna() & total["closing"].notna()]
    keys, ends = ["quantity", "year"], ["value", "value_lo", "value_hi"]
    found = group_account(whole).set_index(keys)[ends]
    expected = measured.break_even(published, quarters, flow_groups.group_flows(published))
    expected = expected[expected["missing"] == ""].set_index(keys)[ends]
    common = found.index.intersection(expected.index)
    assert len(common) >= 9  # three quantities of three years at least
    pd.testing.assert_frame_equal(found.loc[common], expected.loc[common])


# -- re-entry


def test_the_risk_of_return_by_hand():
    rows = made({"total": 0.05}, dimension="total").assign(reinflow=100.0)
    out = rows["outflow"].to_numpy()
    found = fit_reentry(rows, "total").set_index(["quantity", "year"])["value"]
    left = [sum(w * out[at - back] for back, w in enumerate(AT_RISK)) / 4 for at in range(4, 8)]
    assert found["return_risk", 2016] == pytest.approx(400 / sum(left))
    assert found["reinflow_share", 2016] == pytest.approx(400 / rows["inflow"][4:8].sum())
    assert ("return_risk", 2015) not in found.index  # who left in 2014 is not there
    assert ("reinflow_share", 2015) in found.index
    with pytest.raises(CoverageError, match="Choose more"):
        fit_reentry(rows[:6], "total")


# -- the account


AGES = ["<27", "27–45", "45–AOW"]


def ages():
    """Return three quarters' worth of years in which 100 turn 27, 60 turn 45 and 40 reach the AOW age each quarter."""
    rows, stock = [], dict(zip(AGES, (5000.0, 20_000.0, 15_000.0), strict=True))
    change = dict(zip(AGES, (-100.0, 40.0, 20.0), strict=True))
    for quarter in QUARTERS:
        for group in AGES:
            flow = {"inflow": 1000.0, "outflow": 900.0, "opening": stock[group]}
            stock[group] += 100 + change[group]
            rows.append({"dimension": "age", "group": group, "quarter": quarter, **flow, "closing": stock[group]})
    frame = pd.DataFrame(rows)
    total = frame.groupby("quarter", as_index=False)[["inflow", "outflow", "opening", "closing"]].sum()
    return panel_of(pd.concat([frame, total.assign(dimension="total", group="total")]))


def test_break_even_and_steady_state_by_hand():
    years = group_account(ages(), "age").set_index(["quantity", "group", "year"])["value"]
    assert years["break_even", "<27", 2020] == pytest.approx(1 - 100 / 1000)
    assert years["ratio", "<27", 2020] == 0.9
    assert years["steady_state", "<27", 2020] == pytest.approx(5000)  # as many in as out: it stands
    assert years["half_way", "<27", 2020] == pytest.approx(np.log(2) / -np.log(1 - 0.2))
    flowing = years["steady_state", "27–45", 2020]
    opening = 20_000 + 140 * np.arange(20, 24)
    assert flowing == pytest.approx(1000 / ((3600 - 160) / opening.sum()))


def test_a_group_that_nobody_leaves_has_no_steady_state():
    rows = made({"a": 0.05}).assign(outflow=10.0, inflow=10.0, closing=10_500.0)
    years = group_account(rows, "sex")
    assert set(years[years["quantity"] == "steady_state"]["missing"]) == {"no_value"}


# -- the season


def test_both_ways_find_the_season_that_was_put_in():
    flat = made({"men": 0.08}).assign(inflow=500.0)
    found = compare_season(flat, "outflow_rate", "sex")
    effects = wide(found, ["quarter_of_year"], ["model_effect", "stl_effect"])
    np.testing.assert_allclose(effects["model_effect"], SEASON, rtol=2e-3)
    np.testing.assert_allclose(effects["stl_effect"], SEASON, rtol=2e-3)
    assert effects["stl_effect"].between(effects["model_effect_lo"], effects["model_effect_hi"]).all()
    with pytest.raises(CallError, match="expected 12 or more"):
        compare_season(flat[flat["quarter"] < "2017"], "outflow_rate", "sex")
    with pytest.raises(CoverageError, match="STL needs all"):
        compare_season(flat[flat["quarter"] != "2017Q2"], "outflow_rate", "sex")


def test_nothing_is_changed_in_what_is_given():
    rows = made()
    before = rows.copy(deep=True)
    fit_rates(rows, "ratio", "sex", covariance="hac")
    fit_reentry(rows, "sex")
    group_account(rows, "sex")
    compare_season(rows, "ratio", "sex")
    pd.testing.assert_frame_equal(rows, before)
    assert len(pick_cells(rows, "sex", ("inflow",))) == 48
    assert replace(fit_rates(rows, "ratio", "sex"), confidence=0.9).confidence == 0.9


# -- everything at once, as the notebook has it


@pytest.fixture
def everything_recommended(tmp_path, monkeypatch):
    """Nothing is left out, whatever the validation says of it."""
    path = tmp_path / "recommendations.csv"
    path.write_text(",".join(recommendations.COLUMNS) + "\n", encoding="utf-8")
    monkeypatch.setattr(recommendations, "FILE", path)


def test_the_models_have_every_group_or_its_reason(everything_recommended):
    found = fit_group_models(pd.concat([ages(), made()], ignore_index=True))
    assert found.year == 2020
    rates = found.rates.set_index(["quantity", "dimension", "group"]).sort_index()
    assert rates.loc[("outflow_rate", "sex", "men"), "value"] == pytest.approx(8 * SEASON.mean(), rel=1e-3)
    assert set(rates.loc[("inflow_rate", "origin"), "missing"]) == {"not_in_snapshot"}
    assert set(found.reentry.loc[found.reentry["dimension"] == "age", "missing"]) == {"not_in_snapshot"}
    even = wide(found.accounts, ["dimension", "group"], ["break_even"]).set_index("group")["break_even"]
    assert even["<27"] == pytest.approx(0.9)
    assert list(found.season["quantity"].unique()) == ["model_effect", "stl_effect", "stl_over_model"]
    assert (found.rates["status"] == "final").all()


def test_the_models_of_a_year_alone_say_that_it_is_too_short(everything_recommended):
    panel = pd.concat([ages(), made()], ignore_index=True)
    found = fit_group_models(panel[panel["quarter"].str.startswith("2018")], "sex")
    assert set(found.rates["dimension"]) == {"sex", "total"}
    rates = found.rates.set_index(["dimension", "group"])
    assert set(rates.loc["total", "missing"]) == {"too_few_quarters"}  # four quarters, a level and three seasons
    assert set(found.season["missing"]) == {"too_few_quarters"}
    assert (found.accounts[found.accounts["quantity"] == "break_even"]["missing"] == "").all()


def test_the_picture_of_rates_has_a_dot_for_each_and_names_what_is_missing():
    found = fit_group_models(pd.concat([ages(), made()], ignore_index=True))
    (axes,) = flow_rate_groups(found.rates, Translator("en"), 0.95).axes
    assert len(axes.get_yticks()) == 6
    assert [len(line.get_xdata()) for line in axes.lines] == [6, 6]
    assert "not in snapshot: origin" in axes.get_xlabel()
