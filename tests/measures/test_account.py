from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import MixedUnitsError
from analysis.measures import account
from analysis.measures.aow import rise_in_months
from analysis.measures.flow_groups import group_flows
from analysis.measures.flows import flow_window
from analysis.measures.tidy_frame import pick, wide
from builders import national_flows, snapshot, table

DIMENSIONS = {"sex": ["total"], "age": ["total"]}


def stock_rows(values, first):
    quarters = pd.period_range(first, periods=len(values), freq="Q-DEC")
    return [
        {"measure": "stock", "sex": "total", "age": "total", "period": f"{q.year}KW0{q.quarter}", "value": value}
        for q, value in zip(quarters, values, strict=True)
    ]


@pytest.fixture
def tiny(tmp_path):
    flows = national_flows([100, 200, 100, 200], [20, 30, 20, 30], [110, 190, 130, 170])
    stock = stock_rows([1000, 970, 960, 910, 920], "2018Q4")
    return snapshot(
        tmp_path,
        table("82662NED", flows, DIMENSIONS, unit="moments"),
        table("85585NED", stock, DIMENSIONS),
        means(),
        december(),
    )


def means():
    rows = [
        {"measure": flow, "sex": sex, "age": "total", "period": "2024JJ00", "value": value}
        for flow, value in (("inflow_mean", 50), ("outflow_mean", 40), ("reinflow_share", 20))
        for sex in ("total", "men", "women")
    ]
    all_dimensions = {"sex": ["total", "men", "women"], "age": ["total", "<27", "27-45", "45-AOW"],
                      "origin": ["total", "Netherlands", "Europe", "outside Europe"],
                      "birth": ["total", "born in NL", "born outside NL"]}  # fmt: skip
    rows = [{**row, "origin": "total", "birth": "total"} for row in rows]
    units = {"inflow_mean": "moments", "outflow_mean": "moments", "reinflow_share": "percent"}
    return table("factsheet-2024-t2", rows, all_dimensions, unit=units)


def december():
    rows = [
        {"measure": "stock", "sex": "total", "age": "total", "period": period, "value": value}
        for period, value in (("2023MM12", 900), ("2024MM12", 930))
    ]
    return table("factsheet-2024-t1", rows, DIMENSIONS)


def quarters(count=4):
    return pd.period_range("2019Q1", periods=count, freq="Q-DEC")


def test_the_account_closes(tiny):
    found = wide(
        account.quarterly(tiny, quarters()), ["quarter"], ["opening", "inflow", "outflow", "other_exits", "closing"]
    )
    assert (found["opening"] + found["inflow"] - found["outflow"] - found["other_exits"] == found["closing"]).all()
    assert list(found["other_exits"]) == [20, 20, 20, 20]
    assert list(found["closing"][:-1]) == list(found["opening"][1:])
    # four cells, each within 5
    assert (found["other_exits_lo"] == 0).all()
    assert (found["other_exits_hi"] == 40).all()


def test_rates_of_the_opening_stock(tiny):
    found = account.quarterly(tiny, quarters())
    rates = pick(found, "inflow_rate")
    assert rates["value"].iloc[0] == pytest.approx(10)
    assert set(rates["denominator"]) == {"opening"}


def test_a_stock_in_thousands_is_not_set_against_flows(tmp_path):
    flows = national_flows([100, 200, 100, 200], [20, 30, 20, 30], [110, 190, 130, 170])
    stock = table("85585NED", stock_rows([1, 1, 1, 1, 1], "2018Q4"), DIMENSIONS, unit="thousand persons")
    opened = snapshot(tmp_path, table("82662NED", flows, DIMENSIONS, unit="moments"), stock)
    with pytest.raises(MixedUnitsError, match="expected a stock in persons, found one in thousand persons"):
        account.quarterly(opened, quarters())


def test_break_even_by_hand(tiny):
    found = account.break_even(tiny, quarters(), group_flows(tiny, "sex"))
    found = wide(found, ["year"], ["break_even", "ratio", "other_exits"]).set_index("year")
    assert found.loc[2019, "other_exits"] == 80
    assert found.loc[2019, "break_even"] == pytest.approx(1 - 80 / 600)
    assert found.loc[2019, "ratio"] == 1
    # the year of the groups: means of a quarter times four, stock of two Decembers
    assert found.loc[2024, "other_exits"] == 900 + 200 - 160 - 930
    assert found.loc[2024, "break_even"] == pytest.approx(1 - 10 / 200)


def test_the_stock_grows_exactly_where_the_ratio_is_below_break_even(tiny):
    found = account.break_even(tiny, quarters(), group_flows(tiny, "sex"))
    found = wide(found, ["year"], ["break_even", "ratio"]).set_index("year")
    assert found.loc[2019, "ratio"] > found.loc[2019, "break_even"]  # 1000 -> 920
    assert found.loc[2024, "ratio"] < found.loc[2024, "break_even"]  # 900 -> 930


def test_a_stock_that_is_not_there_is_said_and_not_filled_in(tmp_path):
    flows = national_flows([100, 200, 100, 200], [20, 30, 20, 30], [110, 190, 130, 170])
    opened = snapshot(
        tmp_path,
        table("82662NED", flows, DIMENSIONS, unit="moments"),
        table("85585NED", stock_rows([970, 960], "2019Q1"), DIMENSIONS),
        means(),
        december(),
    )
    found = account.quarterly(opened, quarters())
    exits = pick(found, "other_exits").set_index("quarter")
    assert exits.loc["2019Q2", "value"] == 20
    assert list(exits["missing"]) == ["not_in_snapshot", "", "not_in_snapshot", "not_in_snapshot"]
    assert exits["value"].isna().sum() == 3
    years = pick(account.break_even(opened, quarters(), group_flows(opened, "sex")), "break_even").set_index("year")
    assert years.loc[2019, "missing"] == "not_in_snapshot"
    assert years.loc[2024, "missing"] == ""


# Stocks of 80794ned at the ends of successive quarters and flows of 85615NED, as the issue that asked for them has it;
# worked out again from the two CSV files in data/sources: 396,720 + 21,450 - 18,180 - 399,990 = 0 and so on.
OTHER_EXITS = {
    "2023Q1": 0, "2023Q2": 2800, "2023Q3": 2090, "2023Q4": 2360,
    "2024Q1": 840, "2024Q2": 2380, "2024Q3": 2770, "2024Q4": 2180,
    "2025Q1": 2730, "2025Q2": 2240, "2025Q3": 2810, "2025Q4": 2260,
}  # fmt: skip


def test_published_other_exits_of_2023_to_2025(published):
    window = flow_window(published)
    exits = pick(account.quarterly(published, window), "other_exits").set_index("quarter").loc["2023Q1":]
    assert exits["value"].to_dict() == OTHER_EXITS
    assert set(exits["tables"]) == {"80794ned, 85615NED"}
    # four cells, each within 5
    assert (exits["value_hi"] - exits["value"]).eq(20).all()
    # nobody reaches the AOW age in the months after a rise: three months in 2023, two in 2024
    rises = exits[exits["aow_rise"] > 0]
    assert rises["aow_rise"].to_dict() == {"2023Q1": 3, "2024Q1": 2}
    assert (rises["value"] < 1000).all()
    assert exits.drop(rises.index)["value"].between(2090, 2810).all()


def test_published_break_even_of_five_years(published):
    """A year's opening and closing stock are those of one table; 80794ned begins in January 2021, so 2021 is 85585NED.

    By hand for 2024: 400,460 + 85,990 - 72,580 - 405,700 = 8,170; from table 2 of the factsheet,
    4 * (21,498 - 18,145) - 5,240 = 8,172.
    """
    window = flow_window(published)
    found = account.break_even(published, window, group_flows(published))
    exits = pick(found, "other_exits").set_index("year")
    assert exits["value"].dropna().to_dict() == {
        2020: 9200,
        2021: 9300,
        2022: 6850,
        2023: 7250,
        2024: 8170,
        2025: 10040,
    }
    even = pick(found, "break_even").set_index("year")
    assert even.loc[2025, "value"] == pytest.approx(1 - 10040 / 88320)
    assert even.loc[2021, "tables"] == "85585NED, 82662NED"
    assert even.loc[2025, "tables"] == "80794ned, 85615NED"


def test_a_year_whose_ends_are_in_two_tables_has_no_break_even(tmp_path):
    flows = national_flows([100] * 4, [20] * 4, [90] * 4)
    monthly = [{"measure": "stock", "region": "total", "period": "2019MM12", "value": 950}]
    opened = snapshot(
        tmp_path,
        table("82662NED", flows, DIMENSIONS, unit="moments"),
        table("85585NED", stock_rows([1000], "2018Q4"), DIMENSIONS),
        table("80794ned", monthly, {"region": ["total"]}),
        means(),
    )
    found = account.break_even(opened, quarters(), group_flows(opened, "sex"))
    assert set(found.loc[(found["year"] == 2019) & (found["quantity"] != "ratio"), "missing"]) == {"not_in_snapshot"}


def test_both_ends_of_a_quarter_come_from_the_first_table_that_has_both(tmp_path):
    """80794ned has the second to fourth quarter; it says 40 fewer than 85585NED, which would show in a mixture."""
    flows = national_flows([100] * 4, [20] * 4, [90] * 4)
    monthly = [
        {"measure": "stock", "region": "total", "period": f"2019MM{month:02d}", "value": value}
        for month, value in ((3, 980), (6, 970), (9, 960), (12, 950))
    ]
    opened = snapshot(
        tmp_path,
        table("82662NED", flows, DIMENSIONS, unit="moments"),
        table("85585NED", stock_rows([1030, 1020, 1010, 1000, 990], "2018Q4"), DIMENSIONS),
        table("80794ned", monthly, {"region": ["total"]}),
    )
    found = account.quarterly(opened, quarters())
    exits = pick(found, "other_exits")
    assert list(exits["value"]) == [20, 20, 20, 20]
    assert list(exits["tables"]) == ["85585NED, 82662NED", *["80794ned, 82662NED"] * 3]


# Ages as in the description of the age classes of 85615NED: 66 years in 2018, 66 and 4 months in 2019-2021, and so on.
@pytest.mark.parametrize(
    ("quarter", "months"),
    [("2019Q1", 4), ("2019Q2", 0), ("2020Q1", 0), ("2022Q1", 3), ("2023Q1", 3), ("2024Q1", 2), ("2025Q1", 0),
     ("2012Q1", 0), ("2035Q1", 0)],
)  # fmt: skip
def test_rises_of_the_aow_age(quarter, months):
    assert rise_in_months(pd.Period(quarter, freq="Q-DEC")) == months


def test_published_other_exits(published):
    """The bounds are those of the issue that asked for the account."""
    window = flow_window(published)
    exits = pick(account.quarterly(published, window), "other_exits").set_index("quarter")["value"].dropna()
    assert list(exits.index) == list(pd.period_range("2019Q2", "2025Q4", freq="Q-DEC").astype(str))
    assert abs(exits["2022Q1"]) <= 30
    assert exits[:"2022Q4"].drop("2022Q1").between(1500, 2750).all()
    assert account.aow_rises(window) == ["2019Q1", "2022Q1", "2023Q1", "2024Q1"]
