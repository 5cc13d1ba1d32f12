"""Regions on one map, from hand-made tables; who merged into whom is CBS's list (test_reorganisations)."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import CallError, CoverageError
from analysis.measures import regions as measures
from analysis.measures.regional_map import check_region, levels_of, map_of
from builders import row, snapshot, table

# Eemsdelta (GM1979) was made of Appingedam, Delfzijl and Loppersum in 2021; Haaren (GM0788) was divided over four then
CODES = ["total", "PV20", "GM0003", "GM0010", "GM0024", "GM1979", "GM0014", "GM0788", "GM0824", "GM0865"]
BEFORE = dict(zip(CODES, (9000, 4000, 100, 300, 50, "", 2000, 200, 100, 150), strict=True))
AFTER = dict(zip(CODES, (9000, 4100, "", "", "", 480, 2100, "", 180, 230), strict=True))
MONTH = pd.Period("2021-12", "M")


def cells(measure, values, **labels):
    return [
        {"measure": measure, "region": code, **labels, "period": period, "value": value}
        for period, of_codes in values.items()
        for code, value in of_codes.items()
    ]


def times(values, factor):
    return {code: value and value * factor for code, value in values.items()}


@pytest.fixture
def tiny(tmp_path):
    persons = {"2020MM12": BEFORE, "2021MM12": AFTER}
    households = {"2021JJ00": times(AFTER, 10)}
    benefits = cells("benefits", {"2021MM12": times(AFTER, 0.5)}, aow="up to AOW")
    provisions = cells("provisions", {"2021MM12": times(AFTER, 0.75)}, provision="total", provision_status="total")
    return snapshot(
        tmp_path,
        table("80794ned", cells("stock", persons), {"region": CODES}),
        table("37230ned", cells("population", {month: times(of, 20) for month, of in persons.items()}),
              {"region": CODES}, unit="inhabitants", rounding=0),
        table("85984NED", cells("households", households), {"region": CODES}, unit="households", rounding=0),
        table("82015NED", benefits, {"region": CODES, "aow": ["up to AOW"]}, unit="benefits"),
        table("85588NED", provisions, {"region": CODES, "provision": ["total"], "provision_status": ["total"]},
              unit="provisions"),
    )  # fmt: skip


def test_rates_of_a_region_by_hand(tiny):
    found = measures.rates(tiny, map_of(tiny, "municipality", 2021), MONTH, MONTH - 12)
    groningen = {quantity: row(found, quantity, region="GM0014") for quantity in found["quantity"].unique()}
    assert groningen["level"]["value"] == 2100
    assert groningen["growth_pct"]["value"] == pytest.approx(5)
    assert groningen["growth_pct"]["value_lo"] == pytest.approx(100 * (2095 / 2005 - 1))
    # 20 inhabitants a person, counted whole; the persons are within 5
    assert groningen["per_1000"]["value"] == pytest.approx(50)
    assert groningen["per_1000"]["value_hi"] == pytest.approx(1000 * 2105 / 42000)
    assert groningen["benefits_per_100"]["value"] == pytest.approx(100 * 1050 / 21000)
    assert groningen["provisions_per_100"]["value"] == pytest.approx(75)
    assert groningen["provisions_per_100"]["value_lo"] == pytest.approx(100 * 1570 / 2105)
    assert groningen["per_1000"]["denominator"] == "population"
    assert groningen["provisions_per_100"]["tables"] == "85588NED, 80794ned"


def test_merged_municipalities_are_added_up_and_named(tiny):
    regions = map_of(tiny, "municipality", 2021)
    assert regions.codes == ("GM0014", "GM0824", "GM0865", "GM1979")
    assert regions.merged_since("2020-12-31") == ["GM0824", "GM0865", "GM1979"]
    persons = measures.persons_of(tiny, regions, [MONTH - 12, MONTH])
    at = 2 * regions.codes.index("GM1979")
    assert (persons.value[at], persons.lo[at], persons.hi[at]) == (450, 435, 465)  # three cells, each within 5
    assert (persons.value[at + 1], persons.lo[at + 1], persons.hi[at + 1]) == (480, 475, 485)


def test_a_divided_municipality_is_within_its_bounds(tiny):
    regions = map_of(tiny, "municipality", 2021)
    persons = measures.persons_of(tiny, regions, [MONTH - 12])
    vught = regions.codes.index("GM0865")
    # 4,900 of the 14,318 inhabitants of Haaren came to Vught: all its 200 recipients, or none of them
    assert persons.value[vught] == pytest.approx(150 + 200 * 4900 / 14318)
    assert (persons.lo[vught], persons.hi[vught]) == (145, 155 + 205)


def test_the_map_of_an_earlier_year_has_the_municipalities_of_then(tiny):
    regions = map_of(tiny, "municipality", 2020)
    assert regions.codes == ("GM0003", "GM0010", "GM0014", "GM0024", "GM0788", "GM0824", "GM0865")
    assert measures.persons_of(tiny, regions, [MONTH - 12]).value.tolist() == [100, 300, 2000, 50, 200, 100, 150]


def test_a_missing_part_makes_the_sum_missing_with_its_reason(tmp_path):
    values = BEFORE | {"GM0024": "."}
    persons = cells("stock", {"2020MM12": values, "2021MM12": AFTER})
    source = snapshot(tmp_path, table("80794ned", persons, {"region": CODES}))
    regions = map_of(source, "municipality", 2021)
    found = measures.persons_of(source, regions, [MONTH - 12])
    at = regions.codes.index("GM1979")
    assert np.isnan(found.value[at])
    assert found.missing[at] == "unknown"
    rates = measures.rates(source, regions, MONTH, MONTH - 12)
    assert row(rates, "per_1000", region="GM0014")["missing"] == "not_in_snapshot"  # no table of inhabitants
    assert measures.background(source, regions).empty


def test_levels_are_never_mixed(tiny):
    assert levels_of(tiny) == ["country", "province", "municipality"]
    assert map_of(tiny, "province", 2021).codes == ("PV20",)
    with pytest.raises(CoverageError, match="no region of level 'district' in 2021; it has country, province"):
        map_of(tiny, "district", 2021)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("GM0003", r"GM0003 \(Appingedam\) went over into GM1979 \(Eemsdelta\) on 2021-01-01"),
        ("AM01", "region AM01: table 80794ned of snapshot 'tiny' has no labour market region; it has country"),
        ("GM0344", "region GM0344 is not in table 80794ned at the end of 2021; known: GM0014, GM0824"),
        ("Utrecht", "region 'Utrecht': expected a code such as GM0344"),
        ("NL01", "the whole country is an empty text"),
    ],
)
def test_a_region_that_cannot_be_asked_is_refused_in_one_line(tiny, code, words):
    with pytest.raises(CallError, match=words) as refusal:
        check_region(tiny, code, 2021)
    assert "\n" not in str(refusal.value)


def test_the_latest_month_has_persons_and_inhabitants(tiny, published):
    assert measures.latest_month(tiny, map_of(tiny, "municipality", 2021)) == MONTH
    provinces = map_of(published, "province", 2025)
    # inhabitants of provinces are published for two Decembers, the first without a year before
    assert measures.latest_month(published, provinces) == pd.Period("2025-12", "M")
    with pytest.raises(CoverageError, match="no month up to 2025-11 has persons"):
        measures.latest_month(published, provinces, pd.Period("2025-11", "M"))


def test_a_region_that_there_was_not_has_no_figure(tiny):
    """Appingedam is on the map of 2020, and has no figure of 2021: not nought."""
    regions = map_of(tiny, "municipality", 2020)
    later = measures.persons_of(tiny, regions, [MONTH])
    at = regions.codes.index("GM0003")
    assert np.isnan(later.value[at])
    assert later.missing[at] == "not_in_snapshot"


def test_the_published_provinces_are_those_of_the_caseload(published):
    """Groningen: 18,390 of 601,530 inhabitants, as in test_provinces."""
    found = measures.rates(
        published, map_of(published, "province", 2025), pd.Period("2025-12", "M"), pd.Period("2024-12", "M")
    )
    assert row(found, "per_1000", region="PV20")["value"] == pytest.approx(30.572, abs=5e-4)
    assert set(found.loc[found["quantity"] == "provisions_per_100", "missing"]) == {"not_in_snapshot"}


def test_a_share_is_not_added_up_over_merged_municipalities(tmp_path):
    """Key figures of before the merger: the three of Eemsdelta have 10% low incomes each, together 10% and not 30%."""
    households = {code: value and value * 10 for code, value in BEFORE.items()}
    units = {"households": "households", "single_households": "households", "low_income": "percent"}
    older = snapshot(
        tmp_path,
        table("80794ned", cells("stock", {"2021MM12": AFTER}), {"region": CODES}),
        table("85984NED",
              cells("households", {"2020JJ00": households})
              + cells("single_households", {"2020JJ00": {code: value and value * 4 for code, value in BEFORE.items()}})
              + cells("low_income", {"2020JJ00": {code: value and 10 for code, value in BEFORE.items()}}),
              {"region": CODES}, unit=units, rounding=0),
    )  # fmt: skip
    found = measures.background(older, map_of(older, "municipality", 2021))
    assert found.loc["GM0014"].to_dict() == {"single_households": 40, "low_income": 10}
    assert found.loc["GM1979", "single_households"] == 40
    assert np.isnan(found.loc["GM1979", "low_income"])
