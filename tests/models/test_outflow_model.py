from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import CallError, DataError
from analysis.measures import flow_groups, flows
from analysis.models.dispersion import (
    Dispersion,
    check_confidence,
    fit_binomial,
    fit_quasi_binomial,
    flow_counts,
    process_ratio,
    student,
)
from analysis.models.flows.group_comparison import compare_groups, group_dispersion
from analysis.models.flows.outflow import fit_outflow


def tidy_flows(labels: dict[str, list], inflow, outflow, tables="made"):
    parts = []
    for quantity, values in (("inflow", inflow), ("outflow", outflow)):
        parts.append(pd.DataFrame({**labels, "quantity": quantity, "value": np.asarray(values, float), "missing": ""}))
    return pd.concat(parts, ignore_index=True).assign(tables=tables)


def made_quarters(year_ratio, quarter_factor, moments=40_000.0):
    """Return flows without noise: ratio = year effect times quarter factor, a fixed number of moments a quarter."""
    quarters = [f"{year}Q{number}" for year in year_ratio for number in (1, 2, 3, 4)]
    ratio = np.array([year_ratio[int(q[:4])] * quarter_factor[int(q[-1]) - 1] for q in quarters])
    share = ratio / (1 + ratio)
    outflow = np.round(moments * share)  # whole moments, so that the fit is not perfect to the last bit
    return tidy_flows({"quarter": quarters}, moments - outflow, outflow)


def test_effects_that_were_put_in_come_out():
    factor = np.exp([-0.1, 0.0, 0.2, -0.1])  # the logs sum to zero
    model = fit_outflow(made_quarters({2019: 1.1, 2020: 0.8, 2021: 1.0}, factor))
    assert list(model.year_effects["value"]) == pytest.approx([1.1, 0.8, 1.0], rel=1e-4)
    assert list(model.quarter_effects["value"]) == pytest.approx(list(factor), rel=1e-4)
    assert model.dispersion.value == 1  # less than chance is taken for chance
    assert model.dispersion.df == 3  # 0.55 of eleven steps less four seasons


def test_the_dispersion_that_was_put_in_comes_out():
    rng = np.random.default_rng(1)
    quarters = [f"{year}Q{number}" for year in range(2010, 2020) for number in (1, 2, 3, 4)]
    share = 1 / (1 + np.exp(-rng.normal(0, 0.1, len(quarters))))
    model = fit_outflow(tidy_flows({"quarter": quarters}, 40_000 * (1 - share), 40_000 * share))
    # logit noise of 0.1 on 40,000 trials with p near one half: variance over binomial = 0.01 * 40,000 / 4
    assert model.dispersion.value == pytest.approx(100, rel=0.45)


def test_the_interval_of_one_period_by_hand():
    found = process_ratio([800.0], [1000.0], Dispersion(9.0, 10), 0.95)
    half_width = 2.2281388519649385 * 3 * np.sqrt(1 / 800 + 1 / 1000)  # t table: 0.975 at 10 degrees of freedom
    assert (found["value_lo"][0], found["value_hi"][0]) == pytest.approx(
        (0.8 * np.exp(-half_width), 0.8 * np.exp(half_width))
    )


def test_the_model_interval_of_a_single_year_is_that_of_its_counts():
    """With only an intercept the standard error of the log ratio is sqrt(dispersion * (1/outflow + 1/inflow))."""
    data = pd.DataFrame({"share": [0.45, 0.55, 0.5], "moments": [1000.0, 1000.0, 1000.0]})
    fit = fit_quasi_binomial("share ~ 1", data)
    assert fit.bse.iloc[0] == pytest.approx(np.sqrt(fit.scale * (1 / 1500 + 1 / 1500)))


def test_coverage_of_the_process_ratio():
    """Simulated: years with known ratio and extra variation between quarters; 95 % intervals cover about 95 %."""
    rng = np.random.default_rng(7)
    truth, covered, runs = {2019: 1.1, 2020: 0.8, 2021: 1.0, 2022: 0.9}, 0, 150
    for _ in range(runs):
        clean = made_quarters(truth, np.ones(4))
        inflow, outflow = (clean[clean["quantity"] == q]["value"].to_numpy() for q in ("inflow", "outflow"))
        shaken = np.exp(rng.normal(0, 0.1, len(inflow)))
        share = outflow * shaken / (inflow + outflow * shaken)
        drawn = rng.binomial(40_000, share)
        model = fit_outflow(tidy_flows({"quarter": list(clean["quarter"][: len(inflow)])}, 40_000 - drawn, drawn))
        effects = model.year_effects
        covered += ((effects["value_lo"] <= list(truth.values())) & (effects["value_hi"] >= list(truth.values()))).sum()
    # 600 intervals that are not independent within a run: three standard errors of a binomial with 150 runs
    assert abs(covered / (4 * runs) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs)


def test_a_lockdown_within_a_year_is_no_dispersion():
    quiet, lockdown = (made_quarters(dict.fromkeys(range(2014, 2022), 1.0), np.ones(4)) for _ in range(2))
    rng = np.random.default_rng(5)
    for frame in (quiet, lockdown):
        shaken = np.exp(rng.normal(0, 0.02, len(frame)))
        frame["value"] = np.round(frame["value"] * shaken)
    hit = lockdown["quarter"].isin(["2020Q2", "2020Q3"]) & (lockdown["quantity"] == "outflow")
    lockdown.loc[hit, "value"] *= 0.6
    assert 1 < fit_outflow(lockdown).dispersion.value < 2.5 * fit_outflow(quiet).dispersion.value


def test_too_few_quarters_are_said():
    model = fit_outflow(made_quarters({2019: 1.1}, np.ones(4)))
    assert set(model.year_effects["missing"]) == {"too_few_quarters"}
    assert model.year_effects["value"].isna().all()
    assert np.isnan(model.dispersion.value)
    ratios = model.ratios(made_quarters({2019: 1.1}, np.ones(4)), "quarter")
    assert ratios[["value", "value_lo", "value_hi"]].isna().all(axis=None)
    assert set(ratios["missing"]) == {"too_few_quarters"}


def test_a_quarter_with_a_missing_cell_is_left_out():
    whole = made_quarters({2019: 1.1, 2020: 0.8, 2021: 1.0}, np.exp([-0.1, 0.05, 0.1, -0.05]))
    whole.loc[1, "value"] *= 1.3
    holed = whole.copy()
    holed.loc[0, ["value", "missing"]] = [np.nan, "unknown"]
    left_out = whole[whole["quarter"] != "2019Q1"]
    found, expected = fit_outflow(holed), fit_outflow(left_out)
    assert found.dispersion == expected.dispersion
    assert found.dispersion.df == 3
    pd.testing.assert_frame_equal(found.year_effects, expected.year_effects)
    assert "2019Q1" not in set(found.ratios(holed, "quarter")["quarter"])


def test_a_flow_of_nothing_has_no_interval_and_spoils_no_other():
    found = process_ratio([0.0, 800.0], [1000.0, 1000.0], Dispersion(9.0, 10), 0.95)
    assert np.isnan([found[name][0] for name in ("value", "value_lo", "value_hi")]).all()
    assert list(found["missing"]) == ["no_value", ""]
    assert found["value_lo"][1] < 0.8 < found["value_hi"][1]


@pytest.mark.parametrize("level", [0.2, 1.0, 95, "0.95", True, None])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(CallError, match=r"0.5 to 0.999"):
        check_confidence(level)


def test_wider_with_more_confidence():
    flows_ = made_quarters({2019: 1.1, 2020: 0.8}, np.exp([-0.1, 0.05, 0.1, -0.05]))
    flows_.loc[0, "value"] *= 1.2
    narrow, wide = (fit_outflow(flows_, level).year_effects for level in (0.8, 0.99))
    assert (narrow["value_lo"] > wide["value_lo"]).all()
    assert (narrow["value_hi"] < wide["value_hi"]).all()
    assert student(0.95, 0) != student(0.95, 0)  # NaN without degrees of freedom


def replicates(noise=0.0, seed=3):
    rng = np.random.default_rng(seed)
    quarters = [f"20{year}Q{number}" for year in (20, 21, 22) for number in (1, 2, 3, 4)]
    rows = [(group, quarter) for group in ("men", "women") for quarter in quarters]
    swing = dict(zip(quarters, rng.normal(0, 0.4, len(quarters)), strict=True))  # all groups alike
    ratio = np.exp([swing[quarter] + rng.normal(0, noise) for _, quarter in rows])
    share = ratio / (1 + ratio)
    labels = {"group": [group for group, _ in rows], "quarter": [quarter for _, quarter in rows]}
    return {"sex": tidy_flows(labels, 10_000 * (1 - share), 10_000 * share)}


def test_what_moves_all_groups_alike_is_no_dispersion_between_groups():
    assert group_dispersion(replicates(noise=1e-3), "sex").value == 1
    shaken = group_dispersion(replicates(noise=0.1), "sex")
    assert 5 < shaken.value < 80
    assert (shaken.df, shaken.dimension, shaken.first, shaken.last) == (11, "sex", "2020Q1", "2022Q4")


def test_another_dimension_stands_in_and_says_so():
    assert group_dispersion(replicates(noise=0.1), "age").dimension == "sex"
    nothing = group_dispersion({}, "age")
    assert np.isnan(nothing.value)
    assert nothing.df == 0


def groups(ratios, counts=1000.0):
    labels = {"dimension": ["age"] * len(ratios) + ["total"], "group": [*ratios, "total"]}
    outflow = [counts * ratio for ratio in ratios.values()]
    return tidy_flows(labels, [counts] * len(ratios) + [counts], [*outflow, np.mean(outflow)])


def test_the_interval_of_a_group_counts_the_moments_of_four_quarters():
    shaken = replicates(noise=0.1)
    dispersion = group_dispersion(shaken, "age")
    found = compare_groups(groups({"a": 0.5, "b": 1.0}), shaken, 0.9)
    row = found.ratios.set_index("group").loc["a"]
    by_hand = process_ratio([2000.0], [4000.0], dispersion, 0.9)
    assert (row["value_lo"], row["value_hi"]) == pytest.approx((by_hand["value_lo"][0], by_hand["value_hi"][0]))
    pair = found.pairs.iloc[0]
    half_width = student(0.9, dispersion.df) * np.sqrt(dispersion.value * (1 / 2000 + 1 / 4000 + 1 / 4000 + 1 / 4000))
    assert np.log(pair["factor_hi"] / pair["factor_lo"]) / 2 == pytest.approx(half_width)


def test_far_ratios_are_decided_and_near_ones_not():
    found = compare_groups(groups({"a": 0.5, "b": 1.0, "c": 1.01}), replicates(noise=0.05)).pairs
    verdict = {(row["first"], row["second"]): row["process"] for row in found.to_dict("records")}
    assert verdict == {("a", "b"): "lower", ("a", "c"): "lower", ("b", "c"): "undecidable"}
    factor = found.set_index(["first", "second"]).loc[("a", "b")]
    assert factor["factor"] == pytest.approx(0.5)
    assert factor["factor_lo"] < 0.5 < factor["factor_hi"]


def test_more_pairs_ask_for_more():
    few = compare_groups(groups({"a": 0.85, "b": 1.0}), replicates(noise=0.05)).pairs
    many = compare_groups(groups({"a": 0.85, "b": 1.0, "c": 0.93, "d": 0.94}), replicates(noise=0.05)).pairs
    of_pair = many[(many["first"] == "a") & (many["second"] == "b")]["p_value"].iloc[0]
    assert of_pair > few["p_value"].iloc[0]


def test_without_replicates_nothing_is_decided():
    found = compare_groups(groups({"a": 0.5, "b": 1.0}), {})
    assert list(found.pairs["process"]) == ["undecidable"]
    assert found.pairs["p_value"].isna().all()
    assert found.ratios["value_lo"].isna().all()
    assert set(found.ratios["missing"]) == {"too_few_quarters"}
    assert found.dispersions["age"].df == 0


@pytest.mark.parametrize("empty", ["inflow", "outflow"])
def test_a_group_without_flow_has_no_interval_and_undecidable_pairs(empty):
    made = groups({"a": 0.5, "b": 1.0, "c": 0.9})
    made.loc[(made["group"] == "b") & (made["quantity"] == empty), "value"] = 0.0
    found = compare_groups(made, replicates(noise=0.05))
    row = found.ratios.set_index("group").loc["b"]
    assert (row["missing"], np.isnan(row["value"]), np.isnan(row["value_hi"])) == ("no_value", True, True)
    pairs = found.pairs.set_index(["first", "second"])
    assert list(pairs.loc[[("a", "b"), ("b", "c")], "process"]) == ["undecidable"] * 2
    assert pairs.loc[[("a", "b"), ("b", "c")], ["factor", "factor_lo", "p_value"]].isna().all(axis=None)
    assert pairs.loc[("a", "c"), "process"] == "lower"


def test_the_total_is_no_group_beside_others():
    ratios = compare_groups(groups({"a": 0.5, "b": 1.0}), replicates(noise=0.1)).ratios.set_index("group")
    assert "total" not in ratios.index
    assert ratios.loc["a", "value_lo"] < 0.5


def test_a_table_is_named_once_where_rows_come_from_several():
    quarterly = made_quarters({2019: 1.1, 2020: 0.8, 2021: 1.0}, np.exp([-0.1, 0.0, 0.2, -0.1]))
    flows_of_years = tidy_flows({"year": [2019, 2020]}, [100, 100], [110, 80])
    mixed = flows_of_years.assign(tables=["one", "two, one", "one", "two"])
    assert set(fit_outflow(quarterly).ratios(mixed, "year")["tables"]) == {"one, two"}


def test_published_dispersions(published):
    """Pearson's X2 of a model of years and quarters gave 213 with 12 degrees of freedom: it took 2020 for chance.

    The five years to 2023 alone gave about 100 with 8; the calm years 2024 and 2025 bring it down.
    """
    quarterly = flows.quarterly(published, flows.flow_window(published))
    model = fit_outflow(quarterly[quarterly["quarter"] <= "2023Q4"])
    assert 60 < model.dispersion.value < 160
    assert model.dispersion.df == 8
    model = fit_outflow(quarterly)
    assert 30 < model.dispersion.value < 90
    assert model.dispersion.df == 12
    groups_2024 = flow_groups.by_group(flow_groups.group_flows(published))
    compared = compare_groups(groups_2024, flow_groups.by_quarter(published))
    assert set(compared.dispersions) == {"age", "origin", "sex"}
    assert set(compared.dispersions.values()) == {group_dispersion(flow_groups.by_quarter(published), "sex")}
    assert next(iter(compared.dispersions.values())).dimension == "sex"


def test_a_quarter_without_any_moment_has_no_share_and_is_left_out():
    counts = flow_counts(tidy_flows({"quarter": ["2024Q1", "2024Q2"]}, [30, 0], [10, 0]), ["quarter"])
    assert counts[["quarter", "share"]].to_numpy().tolist() == [["2024Q1", 0.25]]


@pytest.mark.filterwarnings(
    "ignore::RuntimeWarning", "ignore::statsmodels.tools.sm_exceptions.PerfectSeparationWarning"
)
def test_counts_without_a_solution_are_refused_in_words():
    impossible = pd.DataFrame({"share": [0.5, np.inf], "moments": [10.0, 10.0]})
    with pytest.raises(DataError, match=r"no solution for these 2 counts .* Choose a longer period, or wider groups"):
        fit_binomial("share ~ 1", impossible)
