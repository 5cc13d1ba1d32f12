"""Rates per inhabitant and per labour force: by hand, and refused where a denominator is not there."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.classifications.categories import single_year
from analysis.classifications.groups import GROUPS, TOTAL_GROUP
from analysis.errors import CallError, CoverageError
from analysis.measures import denominators
from analysis.measures.population_rates import population_rates
from analysis.measures.tidy_frame import pick
from builders import row, snapshot, table

SEXES, AGES = ["total", "men", "women"], ["total", "<25", "<27", "27-AOW", "45-55", "55-AOW"]
STOCK_AGES = ["total", "<25", "<27", "27-45", "45-AOW"]
YEARS = pd.period_range("2023", "2024", freq="Y-DEC")
PEOPLE = 1000  # of each year of age and sex on 1 January 2025; a tenth fewer a year before, 1,200 a year before that
OF_YEAR = {2023: 1200, 2024: 900, 2025: PEOPLE}


def inhabitants():
    ages = [single_year(age) for age in range(17, 69)]
    rows = [
        {"measure": "population", "sex": sex, "age": age, "marital_status": "total", "region": "total",
         "period": f"{year}JJ00", "value": number * (2 if sex == "total" else 1)}
        for year, number in OF_YEAR.items() for sex in SEXES for age in ages
    ]  # fmt: skip
    dimensions = {"sex": SEXES, "age": ages, "marital_status": ["total"], "region": ["total"]}
    return table("03759ned", rows, dimensions, unit="inhabitants", rounding=0)


def labour(periods=("2024MM12", "2024JJ00")):
    ages = ["15-75", "<25", "25-45", "45-75"]
    rows = [
        {"measure": "labour_force", "sex": sex, "age": age, "period": period, "value": 100 if sex == "total" else 50}
        for period in periods for sex in SEXES for age in ages
    ]  # fmt: skip
    return table("80590ned", rows, {"sex": SEXES, "age": ages}, unit="thousand persons", rounding=1)


def recipients():
    rows = [
        {"measure": "stock", "sex": sex, "age": age, "period": "2024MM12", "value": 3000}
        for sex in SEXES for age in STOCK_AGES
    ]  # fmt: skip
    return table("85692NED", rows, {"sex": SEXES, "age": STOCK_AGES})


def flows(year=2024):
    rows = [
        {"measure": flow, "sex": sex, "age": age, "period": f"{year}KW0{quarter}", "value": value}
        for flow, value in (("inflow", 500), ("outflow", 400))
        for sex in SEXES for age in AGES for quarter in (1, 2, 3, 4)
    ]  # fmt: skip
    return table("85615NED", rows, {"sex": SEXES, "age": AGES}, unit="moments")


@pytest.fixture
def tiny(tmp_path):
    return snapshot(tmp_path, inhabitants(), labour(), recipients(), flows())


def test_recipients_per_thousand_inhabitants_of_the_day_after(tiny):
    """Total: 3,000 of 2 x 1,000 in each of the 49 years of age from 18 to 66, on 1 January 2025 (AOW age 67)."""
    found = row(population_rates(tiny, YEARS, "inhabitants"), "recipients_per_1000", group="total")
    assert found["year"] == 2024
    assert found["value"] == pytest.approx(1000 * 3000 / (2 * PEOPLE * 49))
    # inhabitants are counted whole: only the recipients are within 5
    assert (found["value_lo"], found["value_hi"]) == pytest.approx(
        (1000 * 2995 / (2 * PEOPLE * 49), 1000 * 3005 / (2 * PEOPLE * 49))
    )
    assert found["tables"] == "85692NED, 03759ned"
    assert found["denominator"] == "inhabitants"


def test_flows_of_a_year_by_the_mean_of_both_ends(tiny):
    """Women: four quarters of 500, by the mean of 900 and 1,000 in each of 49 years of age."""
    found = row(population_rates(tiny, YEARS, "inhabitants"), "inflow_per_1000", group="women")
    assert found["value"] == pytest.approx(1000 * 2000 / (49 * 950))
    assert found["value_hi"] == pytest.approx(1000 * 2020 / (49 * 950))
    young = row(population_rates(tiny, YEARS, "inhabitants", "age"), "outflow_per_1000", group="<27")
    assert young["value"] == pytest.approx(1000 * 1600 / (2 * 9 * 950))


def test_an_aow_age_within_a_year_of_age_leaves_that_year_open(tiny):
    """2023: 66 years and 10 months: ten twelfths of those aged 66, and from none to all of them."""
    years = pd.PeriodIndex(["2023"], freq="Y-DEC")
    found = denominators.at_year_end(tiny, TOTAL_GROUP, years)
    each = 2 * OF_YEAR[2024]
    assert found.value[0] == pytest.approx(each * (48 + 10 / 12))
    assert (found.lo[0], found.hi[0]) == (each * 48, each * 49)


def test_the_labour_force_is_in_thousands_within_half_of_one(tiny):
    found = row(population_rates(tiny, YEARS, "labour force"), "recipients_per_1000", group="total")
    assert found["value"] == pytest.approx(30)
    assert (found["value_lo"], found["value_hi"]) == pytest.approx((1000 * 2995 / 100_500, 1000 * 3005 / 99_500))
    young = row(population_rates(tiny, YEARS, "labour force"), "inflow_per_1000", group="<25")
    assert young["value"] == pytest.approx(20)
    assert set(pick(population_rates(tiny, YEARS, "labour force", "age"), "inflow_per_1000")["group"]) == {
        "total", "<25", "25–45", "45–AOW"
    }  # fmt: skip


def test_a_group_without_figures_is_missing_with_its_reason(tiny):
    found = row(population_rates(tiny, YEARS, "labour force"), "inflow_per_1000", group="25–45")
    assert found["missing"] == "not_in_snapshot"
    assert pd.isna(found["value"])


def test_without_the_denominator_it_is_refused_with_what_is_possible(tmp_path):
    other = snapshot(tmp_path, recipients(), flows())
    for per, name in (("inhabitants", "03759ned"), ("labour force", "80590ned")):
        with pytest.raises(CoverageError, match=rf"has no table {name}.*bijstand pull {name}.*flow_rates"):
            population_rates(other, YEARS, per)


def test_a_year_without_the_other_end_is_refused_by_name(tmp_path):
    late = snapshot(tmp_path, inhabitants(), recipients(), flows(2026))
    years = pd.PeriodIndex(["2026"], freq="Y-DEC")
    with pytest.raises(CoverageError, match=r"no year from 2026 to 2026.*03759ned"):
        population_rates(late, years, "inhabitants")


def test_what_no_denominator_divides_is_refused(tiny):
    with pytest.raises(CallError, match="possible: all, age, sex"):
        population_rates(tiny, YEARS, "inhabitants", "origin")
    with pytest.raises(CallError, match="expected 'inhabitants' or 'labour force'"):
        population_rates(tiny, YEARS, "households")
    with pytest.raises(
        CoverageError, match="does not divide inhabitants by origin; rates are possible by age and by sex"
    ):
        denominators.at_year_end(tiny, GROUPS["origin"]["Europe"], YEARS)
