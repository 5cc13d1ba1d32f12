from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import CallError, CoverageError
from analysis.measures import caseload
from analysis.measures.caseload_groups import by_group, group_state, ranks
from analysis.measures.tidy_frame import pick, wide
from builders import snapshot, table

DIMENSIONS = {
    "sex": ["total", "men", "women"],
    "age": ["total", "<27", "27-45", "45-AOW"],
    "origin": ["total", "Netherlands", "Europe", "outside Europe"],
    "birth": ["total", "born in NL", "born outside NL"],
}
# persons by group, a year before and now; every split adds up
NOW = {
    ("total", "total", "total", "total"): 1000,
    ("men", "total", "total", "total"): 450,
    ("women", "total", "total", "total"): 550,
    ("total", "<27", "total", "total"): 110,
    ("total", "27-45", "total", "total"): 340,
    ("total", "45-AOW", "total", "total"): 550,
    ("total", "total", "Netherlands", "total"): 340,
    ("total", "total", "Europe", "born in NL"): 20,
    ("total", "total", "Europe", "born outside NL"): 40,
    ("total", "total", "outside Europe", "born in NL"): 80,
    ("total", "total", "outside Europe", "born outside NL"): 520,
}
BEFORE = {
    key: value - change
    for (key, value), change in zip(NOW.items(), (20, 10, 10, 10, 10, 0, -30, 0, 0, 10, 40), strict=True)
}


def rows(period, values):
    return [
        {"measure": "stock", **dict(zip(DIMENSIONS, key, strict=True)), "period": period, "value": value}
        for key, value in values.items()
    ]


@pytest.fixture
def tiny(tmp_path):
    made = rows("2024MM12", NOW) + rows("2023MM12", BEFORE) + rows("2025MM03", {("total",) * 4: 1010})
    return snapshot(tmp_path, table("85692NED", made, DIMENSIONS))


def test_share_change_growth_and_contribution_by_hand(tiny):
    found = wide(
        by_group(group_state(tiny, "age")), ["group"], ["level", "share", "change", "growth_pct", "contribution_pp"]
    )
    young = found.set_index("group").loc["<27"]
    assert (young["level"], young["share"], young["change"], young["growth_pct"]) == pytest.approx((110, 11, 10, 10))
    assert young["contribution_pp"] == pytest.approx(100 * 10 / 980)
    assert (young["level_lo"], young["level_hi"]) == (105, 115)
    assert (young["change_lo"], young["change_hi"]) == (0, 20)
    assert (young["growth_pct_lo"], young["growth_pct_hi"]) == pytest.approx((0, 100 * (115 / 95 - 1)))
    assert (young["share_lo"], young["share_hi"]) == pytest.approx((100 * 105 / 1005, 100 * 115 / 995))


def test_the_share_of_the_total_is_one_whatever_the_rounding(tiny):
    shares = pick(by_group(group_state(tiny)), "share").set_index("group").loc["total"]
    assert (shares["value"], shares["value_lo"], shares["value_hi"]) == (100, 100, 100)


@pytest.mark.parametrize("dimension", ["age", "origin", "sex"])
def test_contributions_of_a_dimension_add_up_to_the_growth_of_the_total(tiny, dimension):
    found = pick(by_group(group_state(tiny)), "contribution_pp")
    parts = found[found["dimension"] == dimension]["value"].sum()
    assert parts == pytest.approx(100 * 20 / 980)
    assert found[found["dimension"] == "total"]["value"].iloc[0] == pytest.approx(parts)


def test_every_number_has_unit_and_denominator(tiny):
    found = by_group(group_state(tiny))
    assert set(found["unit"]) == {"persons", "percent", "percentage points"}
    assert set(pick(found, "contribution_pp")["unit"]) == {"percentage points"}
    assert (found["unit"].eq("persons") == found["denominator"].eq("")).all()
    assert set(found["period"]) == {"2024-12"}


def test_ranks_that_rounding_leaves_open(tiny):
    found = ranks(group_state(tiny, "age")).set_index("group")["contribution_rank"]
    # changes 10, 10 and 0, each within 10: any order is possible
    assert list(found) == ["1–3", "1–3", "1–3"]
    origin = ranks(group_state(tiny, "origin")).set_index("group")["contribution_rank"]
    assert origin["outside Europe, born outside NL"] == "1"
    assert origin["Netherlands"] == "5"


def test_one_group_by(tiny):
    assert list(by_group(group_state(tiny, "sex"))["group"].unique()) == ["men", "women", "total"]
    with pytest.raises(CallError, match="did you mean 'sex'"):
        group_state(tiny, "sexe")


def test_a_snapshot_without_groups_says_which_tables_it_would_take(tmp_path):
    other = snapshot(tmp_path, table("T1", rows("2024MM12", NOW), DIMENSIONS))
    with pytest.raises(CoverageError, match="85692NED, 85585NED, factsheet-2024-t1"):
        group_state(other)


def test_a_december_without_the_one_before(tmp_path):
    other = snapshot(tmp_path, table("85692NED", rows("2024MM12", NOW), DIMENSIONS))
    with pytest.raises(CoverageError, match="at the end of no year and the year before"):
        group_state(other)


def stock(period, value, **more):
    return {"measure": "stock", "sex": "total", **more, "period": period, "value": value}


def test_series_are_never_joined(tmp_path):
    monthly = table("M1", [stock("2024MM01", 100), stock("2024MM02", 110)], {"sex": ["total"]})
    quarterly = table("Q1", [stock("2024KW01", 120), stock("2024JJ00", 115)], {"sex": ["total"]})
    benefits = table(
        "B1",
        [{"measure": "benefits", "sex": "total", "period": "2024MM01", "value": 80}],
        {"sex": ["total"]},
        unit="benefits",
    )
    flows = table("F1", [{"measure": "inflow", "sex": "total", "period": "2024KW01", "value": 5}], {"sex": ["total"]})
    found = caseload.series(snapshot(tmp_path, monthly, quarterly, benefits, flows))
    assert list(zip(found["table"], found["period"], found["value"], strict=True)) == [
        ("B1", "2024-01", 80),
        ("M1", "2024-01", 100),
        ("M1", "2024-02", 110),
        ("Q1", "2024Q1", 120),
    ]
    assert list(found["date"].dt.strftime("%m-%d")) == ["01-31", "01-31", "02-29", "03-31"]
    # the yearly mean of Q1 is another quantity and is left out
    assert "2024" not in set(found["period"])
    kept = caseload.series(
        snapshot(tmp_path / "x", monthly, quarterly), pd.period_range("2024-02", "2024-03", freq="M")
    )
    assert list(kept["period"]) == ["2024-02", "2024Q1"]


def test_editions_are_told_apart_and_compared(tmp_path):
    chart = table(
        "N1",
        [
            stock("2022KW02", 401, edition="first"), stock("2022KW02", 402, edition="second"),
            stock("2022KW01", 406, edition="first"), stock("2022KW01", 406, edition="second"),
        ],
        {"sex": ["total"], "edition": ["first", "second"]},
        unit="thousand persons",
        rounding=1,
    )  # fmt: skip
    series = caseload.series(snapshot(tmp_path, chart))
    assert list(series["edition"].unique()) == ["first", "second"]
    revised = caseload.revised(series)
    assert revised.to_dict("records") == [
        {"tables": "N1", "table": "N1", "period": "2022Q2", "first_edition": "first", "first_figure": 401.0,
         "last_edition": "second", "last_figure": 402.0}
    ]  # fmt: skip
    sources = caseload.sources(series)
    assert list(sources["cells"]) == [2, 2]
    assert list(sources["lowest"]) == [401, 402]


def test_every_series_of_published_says_persons_or_benefits(published):
    found = caseload.series(published)
    assert set(found["unit"]) == {"persons", "thousand persons", "benefits", "thousand benefits"}
    assert found.groupby("table")["unit"].nunique().eq(1).all()


def months_of(table_id, values, dimensions):
    """Return a monthly table of national persons."""
    total = dict.fromkeys(dimensions, "total")
    made = [{"measure": "stock", **total, "period": period, "value": value} for period, value in values.items()]
    return table(table_id, made, {name: ["total"] for name in dimensions})


def test_the_total_is_that_of_the_latest_month_with_a_year_before(tmp_path):
    """85692NED goes on to March 2025; 80794ned stops at December 2024, and leads where both have the month."""
    opened = snapshot(
        tmp_path,
        months_of("80794ned", {"2022MM12": 900, "2023MM12": 980, "2024MM12": 1000}, ["region"]),
        months_of("85692NED", {"2023MM12": 990, "2024MM03": 995, "2024MM12": 1010, "2025MM03": 1020}, list(DIMENSIONS)),
    )
    found = wide(
        caseload.by_year(opened, pd.Period("2025-06", freq="M")), ["period"], ["level", "change", "growth_pct"]
    )
    assert found[["period", "level"]].to_numpy().tolist() == [["2024-03", 995], ["2025-03", 1020]]
    assert found["change"].iloc[-1] == 25
    assert found["growth_pct"].iloc[-1] == pytest.approx(100 * 25 / 995)
    earlier = caseload.by_year(opened, pd.Period("2025-01", freq="M"))
    assert set(earlier["tables"]) == {"80794ned"}
    assert list(pick(earlier, "level")["value"]) == [900, 980, 1000]
    assert list(pick(earlier, "change")["missing"]) == ["not_in_snapshot", "", ""]
    nothing = caseload.by_year(opened, pd.Period("2023-06", freq="M"))
    assert set(nothing["missing"]) == {"not_in_snapshot"}


def test_the_published_total(published):
    """80794ned, state of June 2026; December 2023 and 2024 are also those of the factsheet of 2024."""
    found = caseload.by_year(published, pd.Period("2025-12", freq="M"))
    level = pick(found, "level").set_index("period")["value"]
    assert level.to_dict() == {
        "2021-12": 408130,
        "2022-12": 396720,
        "2023-12": 400460,
        "2024-12": 405700,
        "2025-12": 410070,
    }
    assert pick(found, "change")["value"].iloc[-1] == 410070 - 405700
    series = caseload.series(published)
    monthly = series[series["table"] == "80794ned"].set_index("period")["value"]
    assert len(monthly) == 60
    # "430 duizend" and "396 duizend" in the factsheet
    assert (monthly["2021-02"], monthly["2022-10"]) == (430280, 395820)
