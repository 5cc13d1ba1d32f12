"""The simulated municipalities: their tables agree with what was drawn, with each other, and with the truth."""

import numpy as np
import pandas as pd
import pytest

from analysis.cleaning.cells import read_cells
from analysis.errors import CallError
from analysis.measures.provinces import by_province, outside_provinces
from analysis.missing import IMPOSSIBLE, PRESENT, UNKNOWN
from analysis.simulation.parameters import default_parameters
from analysis.simulation.regions import REGION_MONTHS, default_rules, draw_regions
from analysis.simulation.simulate import simulate
from analysis.simulation.truth import read_truth
from analysis.snapshots.store import read_snapshot

T = len(REGION_MONTHS)
LAST = pd.PeriodIndex([REGION_MONTHS[-1]])


@pytest.fixture(scope="module")
def drawn():
    return draw_regions(default_rules(), 3, np.full(T, 400_000), np.full(T, 18_000_000))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("snapshots")
    simulate(folder, default_parameters(5, 20_000), "towns", regions=True)
    return read_snapshot("towns", folder)


def test_municipalities_add_up_to_the_country_and_are_as_large_as_real_ones(drawn):
    assert len(drawn.codes) == 342
    assert len(drawn.parts) == 342 + 2 + 2 + 1 + 4 + 2  # three, three, two, five and three become one
    assert (drawn.persons.sum(axis=0) == 400_000).all()
    assert (drawn.inhabitants.sum(axis=0) == 18_000_000).all()
    assert drawn.expected.sum(axis=0) == pytest.approx(np.full(T, 400_000))
    people = np.sort(drawn.of_whole(drawn.inhabitants)[:, -1])
    assert 800 < people[0] < 1_200
    assert people[-1] > 300_000
    assert people.sum() == 18_000_000


def test_counts_have_the_chance_of_independent_persons_who_stay(drawn):
    """Standardised by Poisson: variance 1, and after a year the part of the persons who are still there, 0.975^12."""
    z = (drawn.persons - drawn.expected) / np.sqrt(drawn.expected)
    assert z.var(axis=0).mean() == pytest.approx(1, abs=0.1)
    assert abs(z.mean()) < 0.1
    assert np.mean(z[:, 12:] * z[:, :-12]) == pytest.approx(0.975**12, abs=0.1)


@pytest.mark.parametrize("shape", ["normal", "skewed", "clusters"])
def test_lasting_differences_have_their_spread_whatever_their_shape(shape):
    drawn = draw_regions(
        default_rules(shape=shape, municipalities=3_000), 1, np.full(T, 3_000_000), np.full(T, 150_000_000)
    )
    assert drawn.lasting.mean() == pytest.approx(0, abs=0.02)
    assert drawn.lasting.std() == pytest.approx(0.25, abs=0.02)
    # what the background expects is right in the mean, whatever the shape
    weight = drawn.of_whole(drawn.inhabitants)[:, -1]
    assert (drawn.by_background[:, -1] * weight).sum() / (drawn.rate()[:, -1] * weight).sum() == pytest.approx(
        1, abs=0.02
    )
    assert 0.6 < drawn.explained_share() < 0.85


def test_an_unknown_shape_is_refused():
    with pytest.raises(CallError, match="expected one of normal, skewed, clusters"):
        default_rules(shape="round")


def test_the_country_is_the_stock_of_the_population_and_provinces_make_it_up(snapshot):
    (regions,) = read_cells(snapshot, "80794ned", "month").look_up("stock", LAST).value
    (groups,) = read_cells(snapshot, "85692NED", "month").look_up("stock", LAST, age="up to AOW").value
    assert regions == groups > 0
    outside = outside_provinces(snapshot, REGION_MONTHS[-1]).iloc[0]
    assert outside["value_lo"] <= 0 <= outside["value_hi"]
    assert (by_province(snapshot, REGION_MONTHS[-1])["missing"] == PRESENT).all()


def test_parts_of_a_municipality_end_where_the_whole_begins(snapshot):
    cells = read_cells(snapshot, "80794ned", "month")
    months = pd.PeriodIndex(["2020-12", "2021-01"], freq="M")
    of = {code: cells.look_up("stock", months, region=code).missing.tolist() for code in ("GM0003", "GM1979", "GM0439")}
    assert of == {"GM0003": [PRESENT, IMPOSSIBLE], "GM1979": [IMPOSSIBLE, PRESENT], "GM0439": [PRESENT, PRESENT]}
    (regions,) = (each for each in cells.metadata.dimensions if each.name == "region")
    about = {code.code: code.attributes for code in regions.codes}
    assert about["GM0003"]["valid_until"] == about["GM1979"]["valid_from"] == "2021-01-01"
    assert set(about["GM0439"]) == {"level", "parent"}
    assert about["GM0370"]["valid_until"] == "2022-01-01"


def test_provisional_benefits_are_in_thousands_and_unknown_below_the_country(snapshot):
    cells = read_cells(snapshot, "82015NED", "month")
    months = pd.PeriodIndex(["2025-09", "2025-10"], freq="M")
    country = cells.look_up("benefits", months, aow="up to AOW")
    assert country.value[1] % 1000 == 0 != country.value[0] % 1000
    assert (country.hi - country.lo).tolist() == [10, 1000]
    assert cells.look_up("benefits", months, aow="up to AOW", region="GM9001").missing.tolist() == [PRESENT, UNKNOWN]
    forms = [
        cells.look_up(f"benefits_{form}", months[:1], aow="up to AOW").value[0]
        for form in ("single", "single_parent", "couple")
    ]
    assert sum(forms) == pytest.approx(country.value[0], abs=20)  # four cells in tens


def test_the_truth_of_the_rates_lies_beside_the_tables(snapshot):
    truth = read_truth(snapshot)["regions"]
    rate = np.array(truth["rate"])
    assert rate.shape == (342, T)
    stock = read_cells(snapshot, "80794ned", "month")
    people = read_cells(snapshot, "37230ned", "month")
    large = max(truth["codes"], key=lambda code: people.look_up("population", LAST, region=code).value[0])
    printed = (
        stock.look_up("stock", LAST, region=large).value[0] / people.look_up("population", LAST, region=large).value[0]
    )
    assert printed == pytest.approx(rate[truth["codes"].index(large), -1], rel=0.2)
    figures = read_cells(snapshot, "85984NED", "year").frame
    assert (figures["missing"] == PRESENT).all()
    assert figures["region"].nunique() == 343
