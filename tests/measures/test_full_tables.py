"""Everything measured on full tables of a population that is known: each interval holds what was rounded away."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from analysis.errors import CallError
from analysis.measures import account, caseload, caseload_groups, duration, exit_rates, flow_groups, flows
from analysis.measures.tidy_frame import pick
from analysis.measures.windows import between
from analysis.models.duration import ended_spells as steady_state
from analysis.snapshots.write import write_snapshot
from analysis.workspace import HOME_VARIABLE, open_snapshot
from miniature import AGE_FLOWS, AXES, FLOW_QUARTERS, SEX, Population
from project_copy import copy_project

IN_NL, ABROAD = {"birth": ["born in NL"]}, {"birth": ["born outside NL"]}
GROUPS = {
    "<27": {"age": ["<25", "25-27"]},
    "27–45": {"age": ["27-35", "35-45"]},
    "45–AOW": {"age": ["45-55", "55-AOW"]},
    "Netherlands": {"origin": ["Netherlands"]},
    "Europe, born in NL": {"origin": ["Europe"], **IN_NL},
    "Europe, born outside NL": {"origin": ["Europe"], **ABROAD},
    "outside Europe, born in NL": {"origin": ["outside Europe"], **IN_NL},
    "outside Europe, born outside NL": {"origin": ["outside Europe"], **ABROAD},
    "men": {"sex": ["men"]},
    "women": {"sex": ["women"]},
    "total": {},
}
DURATION_GROUPS = {
    **GROUPS,
    "45–55": {"age": ["45-55"]},
    "55–AOW": {"age": ["55-AOW"]},
    "Europe": {"origin": ["Europe"]},
    "outside Europe": {"origin": ["outside Europe"]},
    "born in NL": IN_NL,
    "born outside NL": ABROAD,
}
BANDS = {"<2y": AXES["duration"][:3], "2–5y": AXES["duration"][3:6], ">5y": ["5y+"], "total": AXES["duration"]}


@pytest.fixture(scope="module")
def population():
    return Population()


@pytest.fixture(scope="module")
def opened(population, tmp_path_factory):
    return population.snapshot(tmp_path_factory.mktemp("full"))


def holds(frame, quantity, label, truth, width=None):
    """Assert that every interval of a quantity holds its true value, and is not wider than ``width`` of it."""
    rows = pick(frame, quantity).set_index(label)
    assert set(rows.index) == set(truth), quantity
    for place, true in truth.items():
        lo, hi = rows.loc[place, ["value_lo", "value_hi"]]
        assert lo - 1e-9 * abs(lo) <= true <= hi + 1e-9 * abs(hi), (quantity, place)
        assert width is None or hi - lo <= width, (quantity, place)


def year_of(population, flow, year, **classes):
    return sum(population.count(flow, "quarter", f"{year}Q{quarter}", **classes) for quarter in (1, 2, 3, 4))


@pytest.mark.parametrize(("until", "year"), [(None, 2024), ("2024-11", 2023), ("2025-06", 2024)])
def test_the_caseload_by_group_at_the_last_december(population, opened, until, year):
    state = caseload_groups.group_state(opened, "all", until and pd.Period(until, freq="M"))
    found = caseload_groups.by_group(state)
    assert set(found["period"]) == {f"{year}-12"}
    now, before = (
        {name: population.count("stock", "month", f"{y}-12", **classes) for name, classes in GROUPS.items()}
        for y in (year, year - 1)
    )
    holds(found, "level", "group", now, 10)
    holds(found, "share", "group", {name: 100 * n / now["total"] for name, n in now.items()}, 0.05)
    holds(found, "change", "group", {name: n - before[name] for name, n in now.items()}, 20)
    holds(found, "growth_pct", "group", {name: 100 * (n / before[name] - 1) for name, n in now.items()})
    part = {name: 100 * (n - before[name]) / before["total"] for name, n in now.items()}
    holds(found, "contribution_pp", "group", part, 0.05)


def test_the_total_is_that_below_the_aow_age(population, opened):
    series = caseload.series(opened)
    monthly = series[(series["table"] == "85692NED") & (series["period"] == "2024-12")]
    assert population.count("stock", "month", "2024-12") < population.count(
        "stock", "month", "2024-12", age=AXES["age"]
    )
    assert list(monthly["value"]) == [(population.count("stock", "month", "2024-12") + 5) // 10 * 10]


@pytest.mark.parametrize(("until", "year"), [(None, 2024), ("2024Q3", 2023), ("2025Q2", 2024)])
def test_the_flows_by_group_in_the_last_complete_year(population, opened, until, year):
    means = flow_groups.group_flows(opened, "all", until and pd.Period(until, freq="Q-DEC"))
    found = flow_groups.by_group(means)
    assert means.year == year
    true = {
        flow: {name: year_of(population, flow, year, **classes) for name, classes in GROUPS.items()}
        for flow in ("inflow", "outflow", "reinflow")
    }
    for flow in ("inflow", "outflow"):
        # at most three cells, each within 5: a mean of four quarters is within 15
        holds(found, flow, "group", {name: count / 4 for name, count in true[flow].items()}, 30)
    ratio = {name: true["outflow"][name] / true["inflow"][name] for name in GROUPS}
    holds(found, "ratio", "group", ratio, 0.06)
    share = {name: 100 * true["reinflow"][name] / true["inflow"][name] for name in GROUPS}
    holds(found, "reinflow_share", "group", share, 3)


def test_what_rounding_calls_higher_is_higher(population, opened):
    means = flow_groups.group_flows(opened)
    true = {
        name: year_of(population, "outflow", 2024, **classes) / year_of(population, "inflow", 2024, **classes)
        for name, classes in GROUPS.items()
    }
    found = flow_groups.orderings(means)
    assert {"higher", "lower"} <= set(found["rounding"])
    for pair in found.to_dict("records"):
        if pair["rounding"] in ("higher", "lower"):
            assert (true[pair["first"]] > true[pair["second"]]) == (pair["rounding"] == "higher"), pair


def test_national_flows_by_quarter_and_year(population, opened):
    quarters = flows.flow_window(opened)
    assert list(quarters.astype(str)) == FLOW_QUARTERS
    quarterly, yearly = flows.quarterly(opened, quarters), flows.by_year(opened, quarters)
    count = {f: {q: population.count(f, "quarter", q) for q in FLOW_QUARTERS} for f in flows.FLOWS}
    holds(quarterly, "reinflow", "quarter", count["reinflow"], 10)
    holds(quarterly, "ratio", "quarter", {q: count["outflow"][q] / count["inflow"][q] for q in FLOW_QUARTERS}, 0.02)
    of_year = {f: {y: year_of(population, f, y) for y in (2022, 2023, 2024)} for f in flows.FLOWS}
    holds(yearly, "inflow", "year", of_year["inflow"], 40)
    holds(yearly, "ratio", "year", {y: of_year["outflow"][y] / of_year["inflow"][y] for y in of_year["inflow"]}, 0.02)
    weights = [0.5, 1.5, 2.5, 3.5, 3.5, 2.5, 1.5, 0.5]  # of the quarters of the year before and of the year, times four
    quarters = {y: [f"{year}Q{number}" for year in (y - 1, y) for number in (1, 2, 3, 4)] for y in (2023, 2024)}
    left = {y: sum(w / 4 * count["outflow"][q] for w, q in zip(weights, quarters[y], strict=True)) for y in quarters}
    risk = {y: 100 * of_year["reinflow"][y] / left[y] for y in left}
    holds(yearly[yearly["year"] != 2022], "return_risk", "year", risk, 1)


def test_the_account_and_the_break_even_ratio(population, opened):
    quarters = flows.flow_window(opened)
    ledger = account.quarterly(opened, quarters)
    stock = {q: population.count("stock", "quarter", q) for q in ["2021Q4", *FLOW_QUARTERS]}
    opening = dict(zip(FLOW_QUARTERS, stock.values(), strict=False))
    come, gone = ({q: population.count(f, "quarter", q) for q in FLOW_QUARTERS} for f in ("inflow", "outflow"))
    rest = {q: opening[q] + come[q] - gone[q] - stock[q] for q in FLOW_QUARTERS}
    holds(ledger, "other_exits", "quarter", rest, 40)
    holds(ledger, "outflow_rate", "quarter", {q: 100 * gone[q] / opening[q] for q in FLOW_QUARTERS}, 0.1)
    found = account.break_even(opened, quarters, flow_groups.group_flows(opened))
    even = {}
    for year in (2022, 2023, 2024):
        inflow = year_of(population, "inflow", year)
        exits = stock[f"{year - 1}Q4"] + inflow - year_of(population, "outflow", year) - stock[f"{year}Q4"]
        even[year] = 1 - exits / inflow
    holds(found, "break_even", "year", even, 0.02)
    assert not found.duplicated(["year", "quantity"]).any()


def test_exit_rates_of_the_last_year_of_ended_spells(population, opened):
    found = exit_rates.by_band(opened)
    main = found[found["main"]]
    assert set(main["exposure_choice"]) == {exit_rates.TRAPEZOID}
    assert set(found["exposure_choice"]) == {
        exit_rates.TRAPEZOID,
        exit_rates.CLOSING,
    }  # the stock of 2025Q4 is not there
    assert set(found["year"]) == {"2024"}
    at = ["2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    ended = {b: population.count("ended_spells", "year", "2024", duration=classes) for b, classes in BANDS.items()}
    exposure = {
        band: np.average(
            [population.count("stock", "quarter", q, duration=classes) for q in at], weights=[1, 2, 2, 2, 1]
        )
        for band, classes in BANDS.items()
    }
    holds(main, "ended", "band", ended, 30)
    holds(main, "exposure", "band", exposure, 30)
    holds(main, "rate_per_year", "band", {band: ended[band] / exposure[band] for band in BANDS}, 0.01)


def test_one_exposure_everywhere(opened):
    """Finding 7: exit rates by band, hazards and questions on the same band and year are one number."""
    from analysis.measures.question import read_question
    from analysis.models.duration.hazards import exit_hazards
    from analysis.models.duration.panel import read_panel

    rates = exit_rates.by_band(opened).query("main and quantity == 'rate_per_year'").set_index("band")["value"]
    hazards = exit_hazards(read_panel(opened, cuts=(24, 60))).cells.query("dimension == 'total' and year == 2024")
    hazards = hazards.set_index("band")["hazard"]
    for band in ("<2y", "2–5y", ">5y"):
        assert hazards[band] == pytest.approx(rates[band], rel=1e-12)
    asked = read_question(opened, "exit_rate", "duration: <2y, 2–5y", "2024", "2024").cells.set_index("group")["value"]
    assert dict(asked) == pytest.approx({band: rates[band] for band in ("<2y", "2–5y")}, rel=1e-12)


def test_long_term_shares_of_the_last_quarter_beside_the_last_year(population, opened):
    found = duration.longterm_shares(opened)
    shares = {"over_2y": AXES["duration"][3:], "from_2_to_5y": AXES["duration"][3:6], "over_5y": ["5y+"]}
    for source, grain, period in (("stock", "quarter", "2025Q2"), ("ended spells", "year", "2024")):
        measure, rows = source.replace(" ", "_"), found[found["source"] == source]
        assert set(rows["period"]) == {period}
        for quantity, classes in shares.items():
            known = pick(rows, quantity).query("missing == ''")
            assert {"total", "men", "women"} <= set(known["group"])
            true = {}
            for group in known["group"]:
                counts = [
                    population.count(measure, grain, period, **DURATION_GROUPS[group], **more)
                    for more in ({"duration": classes}, {})
                ]
                true[group] = 100 * counts[0] / counts[1]
            holds(known, quantity, "group", true)


def test_survival_of_ended_spells(population, opened):
    found = steady_state.survival_of_ended(opened)
    total = found[found["group"] == "total"].assign(quantity="lasted_longer")
    whole = population.count("ended_spells", "year", "2024")
    true = {
        months: population.count("ended_spells", "year", "2024", duration=AXES["duration"][place:]) / whole
        for place, months in enumerate((0, 6, 12, 24, 36, 48, 60))
    }
    holds(total, "lasted_longer", "months", true, 0.02)


@pytest.fixture
def with_a_gap(population, tmp_path):
    """Return the flows with 2023Q2 unknown."""
    moments = dict.fromkeys(flows.FLOWS, "moments")
    made = population.table("85615NED", moments, "quarter", {"sex": SEX, "age": AGE_FLOWS})
    frame = made.frame.copy()
    frame.loc[frame["period"] == "2023KW02", "value"] = "."
    write_snapshot(tmp_path, "gap", "simulated", "2026-11-21", [dataclasses.replace(made, frame=frame)])
    return open_snapshot("gap", tmp_path)


def test_a_gap_in_the_flows_is_not_bridged(with_a_gap):
    known = flows.flow_window(with_a_gap)
    assert "2023Q2" not in set(known.astype(str))
    assert flows.complete_years(with_a_gap, known) == [2022, 2024]
    with pytest.raises(CallError, match=r"flows of 2023Q2 are missing; choose one side"):
        between(with_a_gap, "flows")
    assert len(between(with_a_gap, "flows", "2024")) == 6
    assert flow_groups.group_flows(with_a_gap, "age", pd.Period("2023Q4", freq="Q-DEC")).year == 2022
    assert set(flow_groups.by_quarter(with_a_gap)) == {"age", "sex"}
    for frame in flow_groups.by_quarter(with_a_gap).values():
        assert "2023Q2" not in set(frame["quarter"])


def test_the_notebooks_run_on_full_tables(population, tmp_path, monkeypatch):
    home = copy_project(tmp_path)
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    population.snapshot(home / "data" / "snapshots")
    assert main(["report", "--snapshot", "miniature", "--lang", "nl", "--out", str(home / "runs")]) == 0
    (folder,) = (home / "runs").iterdir()
    by_group = pd.read_csv(folder / "tables" / "flow_ratio_by_group.csv").set_index("group")
    for name, classes in GROUPS.items():
        true = year_of(population, "outflow", 2024, **classes) / year_of(population, "inflow", 2024, **classes)
        assert by_group.loc[name, "ratio_lo"] <= true <= by_group.loc[name, "ratio_hi"]
    even = pd.read_csv(folder / "tables" / "break_even_ratio.csv")
    assert list(even["year"]) == [2022, 2023, 2024]
    assert even["break_even"].notna().all()
