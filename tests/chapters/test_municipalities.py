"""Municipalities compared: peers, profile, and what the models say, on simulated municipalities and real provinces."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from analysis.chapters.municipalities import estimates, figures, letter, profile, selection, sentences
from analysis.errors import CallError
from analysis.language.translator import Translator
from analysis.measures import regions
from analysis.measures.tidy_frame import pick
from analysis.register.cells import Tables
from analysis.runs.parameter_help import allowed_values
from analysis.simulation.regions import REGION_MONTHS, default_rules, draw_regions
from analysis.simulation.regions_tables import region_tables
from analysis.snapshots.store import read_snapshot
from analysis.snapshots.write import write_snapshot
from builders import row

MONTHS = len(REGION_MONTHS)
# 80 municipalities of the last map, five of them merged from others: the 75 have codes from GM9001 on
MUNICIPALITIES = 75


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    rules = default_rules(municipalities=MUNICIPALITIES)
    drawn = draw_regions(rules, 3, np.full(MONTHS, 90_000), np.full(MONTHS, 4_000_000))
    folder = tmp_path_factory.mktemp("snapshots")
    write_snapshot(folder, "towns", "simulated", "2026-11-21", region_tables(drawn, rules, 3, "truth.json"))
    return read_snapshot("towns", folder)


@pytest.fixture(scope="module")
def of_eemsdelta(towns):
    choice = selection.choose(towns, "GM1979", "nearest")
    return choice, estimates.compare(towns, choice, 0.95)


@pytest.fixture(scope="module")
def of_provinces(published):
    choice = selection.choose(published)
    return choice, estimates.compare(published, choice, 0.95)


def rates_of(source, choice):
    return regions.rates(source, choice.regions, choice.month, choice.month - 12)


def test_the_national_picture_is_of_municipalities_else_of_provinces(towns, of_provinces):
    national = selection.choose(towns)
    assert (national.regions.level, len(national.regions.codes)) == ("municipality", 80)
    assert (national.month, national.region, national.peers) == (REGION_MONTHS[-1], "", ())
    choice, compared = of_provinces
    assert (choice.regions.level, len(compared.codes)) == ("province", 12)
    assert selection.choose(towns, month="2024").month == pd.Period("2024-12", "M")


def test_regions_that_can_be_chosen_are_those_of_the_last_map(towns, published):
    codes = selection.regions_to_choose(towns)
    assert len(codes) == 12 + 80
    assert "GM1979" in codes
    assert "GM0003" not in codes  # merged into it: a sweep over GM* leaves it out
    assert len(selection.regions_to_choose(published)) == 12


def test_regions_that_can_be_chosen_are_those_of_the_month(towns):
    """Eemsdelta was made of three in 2021: a sweep over a month before takes these, one over a later month does not."""
    before, after = selection.regions_to_choose(towns, "2020-12"), allowed_values("region", towns, "2021")
    assert {"GM0003", "GM0010", "GM0024"} <= {*before} - {*after}
    assert "GM1979" in {*after} - {*before}
    assert all(selection.choose(towns, code, month="2020-12").region == code for code in before[-5:])
    assert allowed_values("region", towns, "soon") == ()


def test_peers_of_a_municipality(towns):
    choice = selection.choose(towns, "GM9001", "province")
    parents = choice.regions.parent
    assert choice.peers
    assert {parents[code] for code in choice.peers} == {parents["GM9001"]}
    assert "GM9001" not in choice.peers
    people = dict(
        zip(choice.regions.codes, regions.inhabitants_of(towns, choice.regions, [choice.month]).value, strict=True)
    )
    same = selection.choose(towns, "GM9001", "size").peers
    classes = {code: sum(number >= bound for bound in selection.SIZES) for code, number in people.items()}
    assert set(same) == {code for code in people if classes[code] == classes["GM9001"]} - {"GM9001"}
    assert len(selection.choose(towns, "GM9001", "country").peers) == 79
    near = selection.choose(towns, "GM9001", "nearest").peers
    assert len(near) == selection.NUMBER_OF_NEAREST
    # those near are nearer in background than the others are
    background = regions.background(towns, choice.regions).assign(size=np.log(pd.Series(people)))
    distance = (((background - background.loc["GM9001"]) / background.std(ddof=0)) ** 2).sum(axis=1).drop("GM9001")
    assert set(near) == set(distance.nsmallest(len(near)).index)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("", "nearest"), "'nearest' needs a region"),
        (("PV26", "size"), "only a municipality has such peers"),
        (("GM0003", "country"), r"GM0003 \(Appingedam\) went over into GM1979"),
        (("GM9001", "country", "2015-06"), "no month up to 2015-06"),
        (
            ("GM9001", "country", "2026-02"),
            "the last before it with figures of level municipality, also of a year before",
        ),
        (("GM9001", "neighbours"), "compare_with 'neighbours' is unknown"),
        (("GM9001", "country", "soon"), "month: period 'soon' is no month"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(towns, asked, words):
    with pytest.raises(CallError, match=words) as refusal:
        selection.choose(towns, *asked)
    assert "\n" not in str(refusal.value)


def test_what_no_region_has_is_in_no_table(published, of_provinces):
    choice, _ = of_provinces
    spread = profile.spread(rates_of(published, choice), choice)
    assert set(profile.with_figures(spread)["measure"]) == {"per_1000", "growth_pct"}
    said = sentences.measures(spread, Translator("en"))
    assert "benefits below the AOW age per 100 households; provisions per 100 persons with bijstand" in said


def test_a_spread_is_as_final_as_the_least_final_region_in_it(towns, of_eemsdelta):
    choice, _ = of_eemsdelta
    found = rates_of(towns, choice)
    found = found.assign(status=np.where(found["region"] == choice.peers[-1], "provisional", "final"))
    spread = profile.spread(found, choice)
    assert set(pick(spread, "middle").set_index("measure").loc[["per_1000", "growth_pct"], "status"]) == {"provisional"}
    # a region without the figure makes it no less final: benefits of the last months are not known
    assert row(spread, "middle", measure="benefits_per_100")["status"] == "final"


def test_the_profile_stands_beside_its_peers_and_the_country(towns, of_eemsdelta):
    choice, _ = of_eemsdelta
    found = rates_of(towns, choice)
    own = profile.profile(towns, found, choice)
    assert row(own, "own", measure="per_1000")["value"] == row(found, "per_1000", region="GM1979")["value"]
    values = pick(found, "per_1000").set_index("region").loc[list(choice.peers), "value"]
    assert row(own, "middle", measure="per_1000")["value"] == pytest.approx(np.median(values))
    assert row(own, "lower_quartile", measure="per_1000")["value"] == pytest.approx(np.quantile(values, 0.25))
    assert row(own, "country", measure="per_1000")["value"] == pytest.approx(1000 * 90_000 / 4_000_000)
    # benefits of the last three months are not known below the country
    assert row(own, "own", measure="benefits_per_100")["missing"] == "unknown"
    assert profile.profile(towns, found, selection.choose(towns)).empty


def test_estimates_are_of_the_regions_that_they_name(of_eemsdelta):
    choice, compared = of_eemsdelta
    levels = estimates.levels(compared)
    assert set(levels["region"]) == set(choice.regions.codes)
    under = pick(levels, "underlying_per_1000")
    assert under["value"].is_monotonic_decreasing
    assert set(under["interval"]) == {"both"}
    assert (under["value_lo"] < under["value"]).all()
    assert (under["value"] < under["value_hi"]).all()
    at = compared.codes.index("GM1979")
    assert row(levels, "per_1000", region="GM1979")["value"] == pytest.approx(1000 * compared.now.rate[at])
    ranked = pick(levels, "rank")
    assert ranked["value_lo"].min() >= 1
    assert ranked["value_hi"].max() <= len(compared.codes)
    position = row(levels, "rank", region="GM1979")["position"]
    assert position == estimates.positions(compared)[at]
    expected = estimates.expected_by_background(compared)
    assert len(pick(expected, "remaining")) == 80
    effects = pick(estimates.effects(compared), "odds_ratio")
    assert set(effects["characteristic"]) == set(regions.BACKGROUND)
    shown = estimates.shown(levels, compared)
    assert {"GM1979", *choice.peers} <= set(shown["region"]) < set(levels["region"])


def test_provinces_have_no_background_and_a_sentence_says_so(of_provinces):
    _, compared = of_provinces
    assert compared.explained is None
    expected = estimates.expected_by_background(compared)
    assert expected.empty
    assert estimates.effects(compared).empty
    assert "table 85984NED has that of municipalities" in sentences.explained(compared, expected, Translator("en"))
    assert len(estimates.shown(estimates.levels(compared), compared)) == 3 * 12
    figures.by_background(compared, Translator("nl"))  # an empty figure, which the pages leave out


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_sentences_name_the_region_its_rank_and_the_verdict(towns, of_eemsdelta, lang):
    choice, compared = of_eemsdelta
    words, found = Translator(lang), rates_of(towns, choice)
    levels, changes = estimates.levels(compared), estimates.changes(compared)
    spread, own = profile.spread(found, choice), profile.profile(towns, found, choice)
    name = choice.regions.names["GM1979"]
    said = sentences.answer(spread, own, levels, choice, words)
    rank = row(levels, "rank", region="GM1979")
    assert f"{name} " in said
    assert f"{rank['value_lo']:.0f}" in said
    assert "20" in said
    verdict = compared.limits.verdict[0][compared.codes.index("GM1979")]
    finding = sentences.funnel_finding(compared, words)
    assert bool(finding) == (verdict in ("above", "inside", "below"))
    for text in (
        sentences.funnel(compared, words),
        sentences.change(compared, changes, words),
        sentences.explained(compared, estimates.expected_by_background(compared), words),
    ):
        assert name in text
    # the five made of others: four since the end of 2020, one (2019) before
    assert "(4)" in sentences.merged(compared, words)


def test_peers_with_a_surely_higher_or_lower_level_are_counted(of_eemsdelta):
    """Each pair by itself, from the draws of both rates; what neither ninety-seven of a hundred decide is left open."""
    choice, compared = of_eemsdelta
    own = compared.codes.index("GM1979")
    higher = (compared.shrunken.draws > compared.shrunken.draws[:, [own]]).mean(axis=0)
    peers = [compared.codes.index(code) for code in choice.peers]
    above, below = int((higher[peers] >= 0.975).sum()), int((higher[peers] <= 0.025).sum())
    assert 0 < above + below < 20
    name = choice.regions.names["GM1979"]
    assert (
        f"Among the 20 others beside {name} the underlying level is higher in {above} and lower in {below}; "
        f"in {20 - above - below} it cannot be decided (95%, each pair by itself)."
    ) in sentences.funnel(compared, Translator("en"))


def test_the_trend_of_a_merged_municipality_goes_back_before_it(towns, of_eemsdelta):
    choice, _ = of_eemsdelta
    trends = profile.trends(towns, choice)
    own = trends[trends["series"] == "own"]
    assert own["month"].tolist()[0] == "2020-12"  # a month before it was one
    assert own["value"].notna().all()
    drawn = figures.trends(trends, choice, Translator("en"))
    assert len(drawn.axes[0].lines) == 3


def test_a_few_months_are_points_with_their_names(published, of_provinces):
    choice, _ = of_provinces
    (axes,) = figures.trends(profile.trends(published, choice), choice, Translator("nl")).axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["december 2024", "december 2025"]


def test_statements_of_the_letter_hold_where_the_truth_is_so(towns, of_eemsdelta, published, of_provinces):
    """Simulated provisions are a multiple of the recipients, whose rates go with background, and not with it alone."""
    choice, _ = of_eemsdelta
    tested = letter.statements(towns, choice, 0.95).set_index("statement")
    assert tested["outcome"].to_dict() == dict.fromkeys(
        ("background_partly", "background_not_all", "recipients_provisions"), "holds"
    )
    at = (choice.regions, [choice.month])
    given = regions.figures(towns, "85588NED", "provisions", "provisions", *at).value
    people, persons = regions.inhabitants_of(towns, *at).value, regions.persons_of(towns, *at).value
    of_scipy = spearmanr(persons / people, given / people).statistic
    assert tested.loc["recipients_provisions", "statement_figure"] == pytest.approx(of_scipy)
    assert letter.statements(published, of_provinces[0], 0.95).empty


def test_the_register_gives_the_same_numbers_for_the_statements_of_the_letter(towns, register):
    """The queries of the register name each figure; the notebook takes the background as the measures define it."""
    shown = letter.statements(towns, selection.choose(towns, month="2024-12"), 0.95).set_index("statement")
    tables = Tables(towns)
    for claim, statement in (("background", "background_partly"), ("not-all", "background_not_all"),
                             ("recipients", "recipients_provisions")):  # fmt: skip
        (query,) = register.claims[f"mb2025-srg-{claim}"].queries
        evaluation, missing = tables.evaluate(register.claims[f"mb2025-srg-{claim}"], query)
        (found,) = evaluation.operands.values()
        figure = shown.loc[statement, ["statement_figure", "statement_figure_lo", "statement_figure_hi"]]
        assert not missing
        assert [found.value, found.lo, found.hi] == pytest.approx(figure.to_list(), rel=1e-12)
        assert (evaluation.result.truth, found.regions) == (shown.loc[statement, "outcome"], 80)
