import pandas as pd
import pytest

from analysis.chapters.caseload import sentences
from analysis.classifications.regions import regions_of
from analysis.language.translator import Translator
from analysis.measures import closure, provinces
from analysis.measures.tidy_frame import pick, wide
from builders import snapshot, table

PROVINCES = regions_of("province")
DECEMBER = pd.Period("2025-12", freq="M")


def of_regions(measure, values):
    """Return rows of a measure by region and month: ``values`` gives those of the country and of each province."""
    return [
        {"measure": measure, "region": region, "period": period, "value": value}
        for period, (country, each) in values.items()
        for region, value in {"total": country, **dict.fromkeys(PROVINCES, each)}.items()
    ]


@pytest.fixture
def tiny(tmp_path):
    regions = {"region": ["total", *PROVINCES]}
    persons = of_regions("stock", {"2024MM12": (1200, 100), "2025MM12": (1500, 110)})
    people = of_regions("population", {"2024MM12": (60000, 5000), "2025MM12": (60000, 4000)})
    return snapshot(
        tmp_path,
        table("80794ned", persons, regions),
        table("37230ned", people, regions, unit="inhabitants", rounding=0),
    )


def test_persons_per_thousand_inhabitants_by_hand(tiny):
    found = provinces.by_province(tiny, DECEMBER)
    quantities = ["level", "change", "growth_pct", "per_1000", "per_1000_change"]
    row = wide(found, ["region", "period"], quantities).set_index("region").loc["PV26"]
    assert row["period"] == "2025-12"
    assert (row["level"], row["change"], row["growth_pct"]) == pytest.approx((110, 10, 10))
    assert row["per_1000"] == pytest.approx(27.5)
    # the count is within 5, inhabitants are counted whole
    assert (row["per_1000_lo"], row["per_1000_hi"]) == pytest.approx((1000 * 105 / 4000, 1000 * 115 / 4000))
    assert row["per_1000_change"] == pytest.approx(7.5)
    assert row["per_1000_change_lo"] == pytest.approx(1000 * 105 / 4000 - 1000 * 105 / 5000)
    assert row["per_1000_change_hi"] == pytest.approx(1000 * 115 / 4000 - 1000 * 95 / 5000)
    rate = pick(found, "per_1000")
    assert set(rate["unit"]) == {"persons per 1,000 inhabitants"}
    assert set(rate["denominator"]) == {"population"}
    assert set(rate["tables"]) == {"80794ned, 37230ned"}


def test_who_is_in_no_province(tiny):
    outside = provinces.outside_provinces(tiny, DECEMBER).iloc[0]
    # thirteen cells, each within 5
    assert (outside["value"], outside["value_lo"], outside["value_hi"]) == (1500 - 1320, 115, 245)
    said = sentences.provinces(
        provinces.by_province(tiny, DECEMBER), provinces.outside_provinces(tiny, DECEMBER), Translator("en")
    )
    assert "180 (rounding: 115 to 245) below the Netherlands" in said


def test_provinces_that_are_not_there_are_missing_with_their_reason(tiny, tmp_path):
    early = provinces.by_province(tiny, pd.Period("2024-11", freq="M"))
    assert set(early["missing"]) == {"not_in_snapshot"}
    assert set(early["period"]) == {"2024-11"}
    other = snapshot(tmp_path / "other", table("85692NED", [{"measure": "stock", "period": "2025MM12", "value": 10}]))
    none = provinces.by_province(other, DECEMBER)
    assert set(none["missing"]) == {"not_in_snapshot"}
    assert set(none["tables"]) == {""}
    said = sentences.provinces(none, provinces.outside_provinces(other, DECEMBER), Translator("nl"))
    assert said.endswith("tabel 80794ned heeft het.")


def test_the_published_provinces(published):
    """Groningen: 18,390 of 601,530 and 18,490 of 602,833 inhabitants, worked out from the CSV files of data/sources."""
    found = wide(provinces.by_province(published, DECEMBER), ["region"], ["level", "per_1000", "per_1000_change"])
    found = found.set_index("region")
    assert len(found) == 13
    assert found.loc["PV20", "level"] == 18390
    assert found.loc["PV20", "per_1000"] == pytest.approx(30.572, abs=5e-4)
    assert found.loc["PV20", "per_1000_change"] == pytest.approx(30.572 - 30.672, abs=1e-3)
    assert found["per_1000"].drop("NL01").idxmin() == "PV29"
    outside = provinces.outside_provinces(published, DECEMBER).iloc[0]
    assert (outside["value"], outside["value_lo"]) == (410070 - 409900, 105)


def test_provinces_do_not_add_up_to_the_persons_of_the_country_and_do_to_its_inhabitants(published):
    found = closure.closures(published, ["80794ned", "37230ned"]).set_index(["table", "closure"])
    assert found.loc[("80794ned", "beyond rounding"), ["checks", "gap"]].tolist() == [2, 170]
    assert found.loc[("80794ned", "cannot be decided"), "checks"] == 58  # months of the country alone
    assert found.loc[("37230ned", "within rounding"), ["checks", "gap"]].tolist() == [2, 0]
