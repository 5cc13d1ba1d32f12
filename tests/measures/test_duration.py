from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import CallError, CoverageError
from analysis.measures import duration, exit_rates
from analysis.measures.tidy_frame import pick, wide
from analysis.models.duration import ended_spells as steady_state
from builders import crossing, snapshot, table

CLASSES = {"total": 1000, "0-6m": 100, "6-12m": 80, "1-2y": 120, "2-3y": 80, "3-4y": 70, "4-5y": 50, "5y+": 500}
ENDED = {"total": 200, "0-6m": 60, "6-12m": 30, "1-2y": 30, "2-3y": 20, "3-4y": 10, "4-5y": 10, "5y+": 40}
DIMENSIONS = {"sex": ["total", "men"], "duration": list(CLASSES)}
BY_BIRTH = {"birth": ["total", "born in NL", "born outside NL"], "duration": list(CLASSES)}


def stock(quarter, scale=1.0):
    return crossing(
        "stock", quarter, DIMENSIONS, lambda sex, d: int(CLASSES[d] * scale * (0.4 if sex == "men" else 1)) // 10 * 10
    )


def ended():
    return crossing(
        "ended_spells", "2023JJ00", BY_BIRTH, lambda birth, d: ENDED[d] if birth == "total" else ENDED[d] // 2
    )


@pytest.fixture
def tiny(tmp_path):
    rows = [row for number in (1, 2, 3, 4) for row in stock(f"2023KW0{number}")] + stock("2022KW04", 2)
    return snapshot(
        tmp_path, table("85585NED", rows, DIMENSIONS), table("85617NED", ended(), BY_BIRTH, unit="ended spells")
    )


def test_shares_of_stock_and_of_ended_spells_stand_side_by_side(tiny):
    found = wide(
        duration.longterm_shares(tiny), ["dimension", "group", "source"], ["over_2y", "from_2_to_5y", "over_5y"]
    )
    total = found[found["dimension"] == "total"].set_index("source")
    assert list(total.loc["stock", ["over_2y", "from_2_to_5y", "over_5y"]]) == pytest.approx([70, 20, 50])
    assert list(total.loc["ended spells", ["over_2y", "from_2_to_5y", "over_5y"]]) == pytest.approx([40, 20, 20])
    # three classes within 5 over a total within 5, the total another cell than its classes
    assert total.loc["stock", "from_2_to_5y_hi"] == pytest.approx(100 * 215 / 995)


def test_a_group_without_any_figure_is_left_out_and_a_half_known_one_is_not(tiny):
    found = duration.longterm_shares(tiny)
    assert set(found["group"]) == {"total", "born in NL", "born outside NL", "men", "women"}
    men = found[(found["group"] == "men") & (found["source"] == "ended spells")]
    assert men.empty  # ended spells are not by sex here: no row that could be taken for a zero
    abroad = found[(found["group"] == "born outside NL") & (found["source"] == "stock")]
    assert set(abroad["missing"]) == {"not_in_snapshot"}


def test_group_by_of_duration(tiny):
    assert set(duration.longterm_shares(tiny, "sex")["group"]) == {"total", "men", "women"}
    with pytest.raises(CallError, match="did you mean 'origin'"):
        duration.longterm_shares(tiny, "origins")


def test_exit_rates_by_hand(tiny):
    found = exit_rates.by_band(tiny)
    main = wide(found[found["main"]], ["band"], ["ended", "exposure", "rate_per_year"]).set_index("band")
    assert set(found[found["main"]]["exposure_choice"]) == {exit_rates.TRAPEZOID}
    assert list(main["ended"]) == [120, 40, 40, 200]
    # four quarters of 300, 200, 500 and 1000 after one of twice that: (600 / 2 + 300 + 300 + 300 + 300 / 2) / 4
    assert list(main["exposure"]) == pytest.approx([337.5, 225, 562.5, 1125])
    assert main.loc["<2y", "rate_per_year"] == pytest.approx(120 / 337.5)
    assert list(found["exposure_choice"].unique()) == [
        exit_rates.TRAPEZOID,
        exit_rates.CLOSING,
    ]  # no stock of a year later


def test_units_of_a_rate(tiny):
    rate = pick(exit_rates.by_band(tiny), "rate_per_year")
    assert set(rate["unit"]) == {"ended spells per person-years"}
    assert set(rate["denominator"]) == {"exposure"}


def test_survival_of_ended_spells(tiny):
    found = steady_state.survival_of_ended(tiny)
    total = found[found["group"] == "total"].set_index("months")
    assert list(total["value"]) == pytest.approx([1, 0.7, 0.55, 0.4, 0.3, 0.25, 0.2])
    assert total.loc[0, "value_lo"] == total.loc[0, "value_hi"] == 1
    # (T - a) / T with T = 200, a = 60, each within 5: T counts once
    assert (total.loc[6, "value_lo"], total.loc[6, "value_hi"]) == pytest.approx((1 - 65 / 195, 1 - 55 / 205))
    assert total["value"].is_monotonic_decreasing
    median = steady_state.median_months(found).set_index("group").loc["total"]
    assert (median["from_months"], median["to_months"]) == (12, 24)
    assert median["median"] == pytest.approx(12 + 12 * (0.55 - 0.5) / (0.55 - 0.4))


def test_a_curve_that_stays_above_one_half_has_no_median():
    curve = pd.DataFrame({"group": "a", "tables": "t", "months": [0, 6], "value": [1.0, 0.8]})
    assert steady_state.median_months(curve)["median"].isna().all()


def test_starters_keep_their_tables_apart(tiny, tmp_path):
    old = [{"measure": "stock", "sex": "total", "duration": "0-6m", "period": "2023KW01", "value": 90}]
    both = snapshot(
        tmp_path / "both", table("85585NED", stock("2023KW01"), DIMENSIONS), table("82663NED", old, DIMENSIONS)
    )
    found = pick(duration.starters(both), "starters")
    assert list(zip(found["table"], found["value"], strict=True)) == [("82663NED", 90), ("85585NED", 100)]
    share = pick(duration.starters(both), "starters_share").set_index("table")
    assert share.loc["85585NED", "value"] == 10
    assert share.loc["82663NED", "missing"] == "not_in_snapshot"


def test_without_any_band_the_exit_rates_say_so(tmp_path):
    rows = [{"measure": "stock", "sex": "total", "period": "2023KW01", "value": 90}]
    other = snapshot(
        tmp_path, table("85585NED", rows, {"sex": ["total"]}), table("85617NED", ended(), BY_BIRTH, unit="ended spells")
    )
    with pytest.raises(CoverageError, match="does not have the stock by duration around 2023"):
        exit_rates.by_band(other)
    with pytest.raises(CoverageError, match="less than half a year"):
        duration.starters(other)


def test_a_snapshot_that_knows_no_duration_says_so(tmp_path):
    rows = [{"measure": "stock", "sex": "total", "period": "2023KW01", "value": 90}]
    other = snapshot(tmp_path, table("85585NED", rows, {"sex": ["total"]}))
    with pytest.raises(CoverageError, match="more than five years"):
        duration.last_long_term_quarter(other)


# 85617NED, 2023, as on CBS's page: 16,130, 10,990 and 12,360 ended spells below two years, 8,020, 5,290 and 3,640 from
# two to five, 16,170 of five or more. Stock of December 2023: the factsheet's level less its change.
def test_a_share_of_two_tables_names_both(published):
    """Long-term persons are printed in one table of the factsheet, all persons in another."""
    shares = duration.longterm_shares(published)
    stock = shares[(shares["dimension"] == "total") & (shares["source"] == "stock")]
    assert set(stock["tables"]) == {"factsheet-2024-duration, factsheet-2024-t1"}


def test_published_exit_rates_agree_with_hand_arithmetic(published):
    found = exit_rates.by_band(published)
    rates = pick(found[found["main"]], "rate_per_year").set_index("band")["value"]
    assert rates["2–5y"] == pytest.approx((8020 + 5290 + 3640) / (91000 - 590))
    assert rates[">5y"] == pytest.approx(16170 / (198000 + 320))


def test_published_long_term_shares(published):
    """The factsheet prints 71, 22 and 49 percent (claims fs2024-lt-gt2-share, -2to5-share, -gt5-share)."""
    shares = duration.longterm_shares(published)
    total = shares[(shares["dimension"] == "total") & (shares["source"] == "stock")].set_index("quantity")
    for quantity, printed in (("over_2y", 71), ("from_2_to_5y", 22), ("over_5y", 49)):
        assert total.loc[quantity, "value_lo"] <= printed + 0.5
        assert total.loc[quantity, "value_hi"] >= printed - 0.5
