"""What 02 and 03 show of composition: on published the bounds and sentences that say what would bring the rest."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.duration import composition as of_duration
from analysis.chapters.duration import sentences as duration_sentences
from analysis.chapters.duration.group_models import fit_group_models
from analysis.chapters.flows import composition as of_flows
from analysis.chapters.flows import sentences as flow_sentences
from analysis.errors import CallError
from analysis.language.translator import Translator
from analysis.measures import flows
from analysis.measures.account import other_exits_of_year
from analysis.models.flows import panel


@pytest.fixture(scope="module")
def found(published):
    quarters = flows.flow_window(published)
    return of_flows.flow_composition(published, quarters, panel.flow_panel(published, quarters=quarters))


def test_published_has_no_denominator_and_says_what_brings_one(found):
    assert found.rates.empty
    assert found.rates_process.empty
    assert found.ratios.empty
    assert found.lacking == ["inhabitants", "labour force"]
    assert "bijstand pull 03759ned 80590ned" in flow_sentences.rates_shown(found, Translator("en"))
    assert "`bijstand pull 85615NED`" in flow_sentences.ratios_shown(found, Translator("nl"))


def test_a_standard_that_is_no_year_is_refused(published):
    with pytest.raises(CallError, match=r"standard_year 'first': expected a year such as '2019'"):
        of_flows.flow_composition(published, flows.flow_window(published), None, standard_year="first")


def test_published_has_bounds_of_the_aow_age(published):
    """2023, stocks at the end of the year (see test_duration_models): 39,480 and 16,950 exits of 111,730 and 90,410."""
    models = fit_group_models(published)
    composed = of_duration.duration_composition(published, models)
    assert composed.incidence.empty
    assert composed.shares.empty
    said = duration_sentences.incidence_shown(composed, models.year, Translator("en"))
    assert "bounds alone" in said
    assert "bijstand pull 85585NED" in duration_sentences.shares_shown(composed, Translator("en"))
    rows = composed.bounds[composed.bounds["months"] == 24].set_index("quantity")
    still = np.exp(-2 * 39_480 / 111_730)
    other = other_exits_of_year(published, 2023)[0].hi[0]  # some 8,000 in 2023: no more than one in fifty of the stock
    assert 5_000 < other < 12_000
    assert rows.loc["still_there", "value_hi"] == pytest.approx(100 * still)
    # all in the first band, where they would be 'other' of 111,730 person-years, for two years
    assert rows.loc["still_there", "value_lo"] == pytest.approx(100 * still * np.exp(-2 * other / 111_730))
    assert rows.loc["left_before_aow", "value_hi"] == pytest.approx(100 * (1 - still))
    assert "80794ned" in rows.loc["reached_aow", "tables"]
