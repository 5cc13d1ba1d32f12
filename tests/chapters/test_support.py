"""Support to work: levels that printed growth leaves open, representation, and the series with their break."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.support import figures as support_figures
from analysis.chapters.support import job_starts, monthly_series, representation
from analysis.chapters.support import provisions as support
from analysis.chapters.support import sentences as support_sentences
from analysis.cleaning.cells import read_cells
from analysis.errors import CallError, CoverageError
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.missing import UNDECIDED
from analysis.report.charts import by_class
from analysis.report.document_tables import document_table
from analysis.runs.notebook import find_notebooks
from analysis.runs.parameters import check_parameters
from builders import cube, row, snapshot, table
from project_copy import ROOT

KINDS = [kind for kinds in support.HEADINGS.values() for kind in kinds]
FIRST, LAST = pd.Period("2023-12", "M"), pd.Period("2024-12", "M")
UNITS = {"provisions": "provisions", "growth_pct": "percent"}


def ends(found):
    return found["value"], found["value_lo"], found["value_hi"]


def provisions(values, name="85588NED"):
    """Return a table of provisions: month to kind to number."""
    rows = [
        {"measure": "provisions", "provision": kind, "period": month, "value": value}
        for month, numbers in values.items()
        for kind, value in numbers.items()
    ]
    return table(name, rows, {"provision": KINDS}, "provisions")


def printed(values):
    """Return table 3 of the factsheet: kind to level and printed growth."""
    rows = []
    for kind, (number, growth) in values.items():
        at = {"provision": kind, "period": "2024MM12"}
        rows.append({"measure": "provisions", **at, "value": number, "rounding": 10})
        rows.append({"measure": "growth_pct", **at, "value": growth, "rounding": 0.1})
    return table("factsheet-2024-t3", rows, {"provision": KINDS}, UNITS, signed=True)


# -- the level that a printed growth leaves open


@pytest.mark.parametrize(
    ("level", "growth", "value", "lo", "hi"),
    [
        (480, -23.8, 630, 625, 635),  # 480 / 0.7625 = 629.5 to 480 / 0.7615 = 630.3: one multiple of ten
        (40590, 10.3, 36800, 36785, 36815),  # 36,783.0 to 36,816.3: 36,790 to 36,810
        (20, 0.0, 20, 15, 25),
        (110, 10.0, 100, 95, 105),
        (0, 0.0, 0, 0, 5),  # no count lies below zero
    ],
)
def test_the_level_before_is_a_multiple_of_ten_within_the_growth(tmp_path, level, growth, value, lo, hi):
    cells = read_cells(snapshot(tmp_path, printed({"total": (level, growth)})), "factsheet-2024-t3")
    month = pd.PeriodIndex([LAST])
    columns = [cells.look_up(name, month, provision="total") for name in ("provisions", "growth_pct")]
    found = support.level_before_growth(*columns)
    assert (found.value[0], found.lo[0], found.hi[0]) == (value, lo, hi)


def test_every_pair_in_tens_lies_in_the_bound_of_its_own_growth(tmp_path):
    rng = np.random.default_rng(6)
    now, before = 10 * rng.integers(1, 400, 17), 10 * rng.integers(1, 400, 17)
    levels = {
        kind: (each, round(100 * (each / old - 1), 1)) for kind, each, old in zip(KINDS[:17], now, before, strict=True)
    }
    held = snapshot(tmp_path, printed(levels))
    frame = support.provisions_by_type(held, FIRST, LAST)
    for kind, each, old in zip(KINDS[:17], now, before, strict=True):
        bound, change = row(frame, "provisions_before", provision=kind), row(frame, "change", provision=kind)
        assert bound["value_lo"] <= old - 5 or old < 5
        assert old + 5 <= bound["value_hi"]
        assert change["value_lo"] <= each - old - 10 or old < 5
        assert each - old + 10 <= change["value_hi"]


def test_without_a_multiple_of_ten_the_ends_themselves_are_the_bound(tmp_path):
    # 97 / 1.0305 = 94.13 to 97 / 1.0295 = 94.22
    cells = read_cells(snapshot(tmp_path, printed({"total": (97, 3.0)})), "factsheet-2024-t3")
    month = pd.PeriodIndex([LAST])
    columns = [cells.look_up(name, month, provision="total") for name in ("provisions", "growth_pct")]
    found = support.level_before_growth(*columns)
    assert (found.lo[0], found.hi[0]) == pytest.approx((97 / 1.0305 - 5, 97 / 1.0295 + 5))


# -- provisions by type


def test_with_both_months_in_the_table_everything_is_from_there(tmp_path):
    levels = {
        "2023MM12": {"coaching": 100, "training": 100, "total": 200},
        "2024MM12": {"coaching": 130, "training": 90, "total": 220},
    }
    held = snapshot(tmp_path, provisions(levels), printed({"coaching": (130, 99.0), "total": (220, 99.0)}))
    frame = support.provisions_by_type(held, FIRST, LAST)
    assert ends(row(frame, "change", provision="coaching")) == (30, 20, 40)
    # 30 / 200 and the corners 20 / 205 and 40 / 195
    assert ends(row(frame, "contribution_pp", provision="coaching")) == pytest.approx((15, 2000 / 205, 4000 / 195))
    assert row(frame, "growth_pct", provision="total")["value"] == pytest.approx(10)
    assert row(frame, "growth_printed", provision="coaching")["value"] == 99  # shown beside it, not used
    assert set(frame[frame["provision"] == "training"]["tables"]) == {"85588NED"}


def test_two_other_months_have_no_printed_growth_and_lack_what_the_table_lacks(tmp_path):
    levels = {"2023MM01": {"coaching": 100, "total": 200}, "2023MM02": {"coaching": 110, "total": 190}}
    held = snapshot(tmp_path, provisions(levels), printed({"coaching": (130, 5.0), "total": (220, 5.0)}))
    frame = support.provisions_by_type(held, pd.Period("2023-01", "M"), pd.Period("2023-02", "M"))
    assert ends(row(frame, "change", provision="coaching")) == (10, 0, 20)
    assert row(frame, "growth_printed", provision="coaching")["missing"] == "not_in_snapshot"
    assert row(frame, "provisions", provision="training")["missing"] == "not_in_snapshot"


@pytest.mark.parametrize(("seen", "value"), [(200, 200), (250, 200)])
def test_a_figure_that_the_printed_growth_excludes_is_not_set_against_it(tmp_path, seen, value):
    held = snapshot(tmp_path, provisions({"2023MM12": {"total": seen}}), printed({"total": (220, 10.0)}))
    found = row(support.provisions_by_type(held, FIRST, LAST), "provisions_before", provision="total")
    assert found["value"] == value
    assert ("85588NED" in found["tables"]) == (seen == 200)


def test_the_printed_changes_lie_in_the_intervals(published):
    frame = support.provisions_by_type(published, FIRST, LAST)
    # claims fs2024-v-tlks-d, fs2024-v-proef-d, fs2024-a-job-d of the factsheet's text
    for kind, change in (("temporary wage subsidy", -150), ("trial placement", -70), ("job coach", 1520)):
        found = row(frame, "change", provision=kind)
        assert found["value_lo"] <= change <= found["value_hi"]
    # fs2024-v-lks-d: wage subsidy and flat-rate wage subsidy together
    both = [row(frame, "change", provision=kind)["value"] for kind in ("wage subsidy", "flat-rate wage subsidy")]
    assert sum(both) == 3960
    # the kinds before add up to the total that 85588NED gives for December 2023, 247,380
    before = pick(frame, "provisions_before").set_index("provision")
    assert before["value"]["total"] == 247380
    parts = before.drop("total")
    assert parts["value_lo"].sum() <= 247380 <= parts["value_hi"].sum()


def test_the_headings_hold_every_kind_of_table_3_once(published):
    assert sorted(KINDS) == sorted(read_cells(published, "factsheet-2024-t3").categories("provision"))


def test_in_use_is_the_total_over_status_and_region(tmp_path):
    rows = [
        {"measure": "provisions", "provision": "total", "provision_status": status, "region": region,
         "period": month, "value": value}
        for month, factor in (("2023MM12", 1), ("2024MM12", 2))
        for status, region, value in (
            ("total", "total", 200 * factor), ("running", "total", 150 * factor), ("total", "Utrecht", 50 * factor),
        )
    ]  # fmt: skip
    classes = {"provision": KINDS, "provision_status": ["total", "running"], "region": ["total", "Utrecht"]}
    frame = support.provisions_by_type(snapshot(tmp_path, table("85588NED", rows, classes, "provisions")), FIRST, LAST)
    assert ends(row(frame, "change", provision="total")) == (200, 190, 210)


# -- the break


def persons(values, name):
    rows = [
        {"measure": "supported_persons", "provision": kind, "period": month, "value": value}
        for month, numbers in values.items()
        for kind, value in numbers.items()
    ]
    return table(name, rows, {"provision": ["total", "wage subsidy"]})


@pytest.fixture
def both_sides(tmp_path):
    return snapshot(
        tmp_path,
        persons({"2022MM11": {"wage subsidy": 300}, "2022MM12": {"wage subsidy": 310}}, "84511NED"),
        persons({"2023MM01": {"wage subsidy": 500, "total": 900}, "2023MM02": {"wage subsidy": 520}}, "85589NED"),
        provisions({"2023MM01": {"total": 1000}, "2023MM02": {"total": 1010}}),
    )


def test_a_change_across_the_break_is_refused_with_both_tables(both_sides):
    with pytest.raises(
        CallError, match=r"84511NED counts to 2022-12, 85589NED and 85588NED from 2023-01 on, in another"
    ):
        monthly_series.months_to_compare(both_sides, "2022-12", "2023-01")


def test_a_change_across_the_break_that_is_asked_for_says_so(both_sides):
    months = monthly_series.months_to_compare(both_sides, "2022-12", "2023-01", across_break=True)
    frame = monthly_series.persons_compared(both_sides, *months)
    found = row(frame, "change", provision="wage subsidy")
    assert ends(found) == (190, 180, 200)
    assert (found["break"], found["tables"]) == ("across the break", "85589NED, 84511NED")
    assert row(frame, "change", provision="total")["missing"] == "not_in_snapshot"


@pytest.mark.parametrize(
    ("first", "last", "change"), [("2022-11", "2022-12", 10), ("2023-01", "2023-02", 20), ("2023-01", "", 20)]
)
def test_a_change_on_one_side_is_given(both_sides, first, last, change):
    frame = monthly_series.persons_compared(both_sides, *monthly_series.months_to_compare(both_sides, first, last))
    found = row(frame, "change", provision="wage subsidy")
    assert (found["value"], found["break"]) == (change, "on one side of it")


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2023-02", "2023-01", "does not lie before"),
        ("2023-01", "2023-01", "does not lie before"),
        ("2019-01", "2023-01", "first 2019-01: expected a month with figures on support, such as 2022-11, 2023-02"),
        ("2023Q1", "", "expected a month such as 2023-02, found a quarter"),
        ("soon", "", "first: period 'soon' is no month"),
    ],
)
def test_months_that_are_none_are_refused(both_sides, first, last, told):
    with pytest.raises(CallError, match=told):
        monthly_series.months_to_compare(both_sides, first, last)


def test_series_are_never_joined(both_sides):
    frame = monthly_series.monthly_series(both_sides)
    assert list(frame.groupby(["table", "provision"], sort=True).size().items()) == [
        (("84511NED", "wage subsidy"), 2),
        (("85588NED", "total"), 2),
        (("85589NED", "total"), 1),
        (("85589NED", "wage subsidy"), 2),
    ]
    assert set(frame[frame["table"] == "85588NED"]["unit"]) == {"provisions"}


def test_a_snapshot_without_support_says_what_to_pull(tmp_path):
    held = snapshot(tmp_path, provisions({"2023MM01": {"total": 10}}, "other"))
    with pytest.raises(CoverageError, match="84511NED, 85589NED, 85588NED"):
        monthly_series.months_to_compare(held)


def test_the_parameters_are_checked_before_a_run():
    notebooks = find_notebooks(ROOT / "notebooks", ["05_support"])
    with pytest.raises(CallError, match="notebook 05_support: first 2022-12 and last 2024-12 lie on both sides"):
        check_parameters(notebooks, {"first": "2022-12"})
    allowed = check_parameters(notebooks, {"first": "2022-12", "last": "2023-01", "across_break": "True"})
    assert allowed["05_support"]["across_break"] is True


def test_the_persons_of_a_year_before_follow_from_the_printed_change(published):
    frame = monthly_series.persons_compared(published, FIRST, LAST)
    # fs2024-t4-n-total 184,810 and fs2024-p-delta 6,790
    assert ends(row(frame, "level", provision="total")) == (184810, 184805, 184815)
    assert row(frame, "persons_before", provision="total")["value"] == 178020
    assert row(frame, "change", provision="total")["value"] == 6790


# -- who is supported


def caseload(*months):
    """Return 1,000 recipients of whom 500 are men, 200 under 27 and 400 of Dutch origin, the same in each month."""
    dimensions = {
        "sex": {"total": 1000, "men": 500, "women": 500},
        "age": {"<27": 200, "27-45": 300, "45-AOW": 500},
        "origin": {"Netherlands": 400},
        "birth": {},
    }
    rows = [found for month in months for found in cube("stock", month, dimensions)]
    crossed = [
        ("Europe", "born in NL", 20), ("Europe", "born outside NL", 30),
        ("outside Europe", "born in NL", 150), ("outside Europe", "born outside NL", 400),
    ]  # fmt: skip
    for month, (origin, birth, value) in product(months, crossed):
        at = {"sex": "total", "age": "total", "origin": origin, "birth": birth}
        rows.append({"measure": "stock", **at, "period": month, "value": value})
    classes = {
        "sex": ["total", "men", "women"],
        "age": ["total", *dimensions["age"]],
        "origin": ["total", "Netherlands", "Europe", "outside Europe"],
        "birth": ["total", "born in NL", "born outside NL"],
    }
    return table("factsheet-2024-t1", rows, classes)


def supported():
    """Return table 4: 25 % men, 20 % under 27, 50 % of Dutch origin."""
    shares = {
        "sex": {"men": 25, "women": 75},
        "age": {"15-27": 20, "27-35": 20, "35-45": 10, "45-55": 25, "55-AOW": 25},
        "origin": {"Netherlands": 50, "Europe": 5, "outside Europe": 45},
    }
    rows = [
        {"measure": "supported_share", "provision": "total", "period": "2024MM12", "value": value, "rounding": 1}
        | {other: group if other == dimension else "total" for other in shares}
        for dimension, groups in shares.items()
        for group, value in groups.items()
    ]
    classes = {dimension: ["total", *groups] for dimension, groups in shares.items()} | {"provision": ["total"]}
    return table("factsheet-2024-t4", rows, classes, "percent")


@pytest.fixture
def who(tmp_path):
    return snapshot(tmp_path, caseload("2023MM12", "2024MM12"), supported())


def test_representation_is_the_share_over_the_share_with_the_range_over_all_corners(who):
    frame = representation.representation(who)
    found = row(frame, "representation", group="men")
    corners = [share / 100 * total / men for share, total, men in product((24.5, 25.5), (995, 1005), (495, 505))]
    assert ends(found) == pytest.approx((0.5, min(corners), max(corners)))
    assert found["outcome"] == representation.UNDER
    assert row(frame, "recipient_share", group="men")["value"] == 50


def test_classes_that_both_have_are_declared_sums(who):
    frame = representation.representation(who)
    # 27–45 is 27-35 and 35-45: 20 + 10, each within half a point
    assert ends(row(frame, "supported_share", group="27–45")) == (30, 29, 31)
    assert row(frame, "representation", group="27–45")["outcome"] == UNDECIDED
    # Europe is both countries of birth: 20 + 30 of 1,000, against 5 %
    assert row(frame, "recipient_share", group="Europe")["value"] == pytest.approx(5)
    assert row(frame, "representation", group="Europe")["outcome"] == UNDECIDED
    # 50 % against 40 %
    assert row(frame, "representation", group="Netherlands")["outcome"] == representation.OVER


def test_group_by_chooses_a_dimension_or_is_refused(who):
    assert set(representation.representation(who, "sex")["dimension"]) == {"sex"}
    with pytest.raises(CallError, match="dimension 'birth' is not possible here; possible: age, all, origin, sex"):
        representation.representation(who, "birth")


def test_supported_and_recipients_of_different_months_are_not_compared(tmp_path):
    held = snapshot(tmp_path, caseload("2021MM12", "2022MM12"), supported())
    with pytest.raises(CoverageError, match="end of 2022-12, table factsheet-2024-t4 the supported of 2024-12"):
        representation.representation(held)


def test_published_shares_come_from_the_factsheet(published):
    frame = representation.representation(published)
    # table 4, sheltered work, 15–27: 41 %; table 1: 40,510 of 405,700
    found = row(frame, "representation", group="<27", provision="sheltered work")
    assert found["value"] == pytest.approx(0.41 * 405700 / 40510)
    coverage = representation.coverage(published)
    assert (
        row(coverage, "share", measured="recipients with a provision, as printed")["value"] == 28
    )  # fs2024-p-coverage
    everyone = row(coverage, "share", measured="supported persons, recipients or not")
    assert everyone["value"] == pytest.approx(100 * 184810 / 405700)
    applied = row(coverage, "share", measured="recipients with a provision in the month")
    assert applied["value"] == pytest.approx(64 * 184810 / 405700)
    assert applied["value_lo"] > 28.5  # so another count than the printed one, whatever the rounding


# -- jobs started


def test_the_difference_still_at_work_has_its_rounding(published):
    frame = job_starts.still_at_work(published)
    # "Krijgen en behouden van werk": 78 and 74 %, 67 and 61 %
    assert ends(row(frame, "difference_pp", months_after="1")) == (4, 3, 5)
    assert ends(row(frame, "difference_pp", months_after="6")) == (6, 5, 7)
    assert set(frame["outcome"]) == {"higher"}


def test_units_stand_beside_the_numbers_and_are_never_one_column(published):
    frame = document_table(published, "wage_subsidy_counts")
    assert set(frame["unit"]) == {"provisions", "persons", "combinations"}
    assert row(frame, "in_use", measured="at_work", provision="flat-rate wage subsidy")["value"] == 2690


# -- what an independent reading found


def test_a_change_that_the_text_prints_goes_before_the_bound_of_the_growth(published):
    # table 3: 21,910 job coaches; the text: 1,520 more (fs2024-a-job-d), the growth alone leaves 20,380 and 20,390
    frame = support.provisions_by_type(published, FIRST, LAST)
    assert ends(row(frame, "provisions_before", provision="job coach")) == (20390, 20385, 20395)
    assert ends(row(frame, "change", provision="job coach")) == (1520, 1510, 1530)


def test_the_document_and_the_table_are_set_against_each_other_over_their_own_year_only(tmp_path):
    held = snapshot(tmp_path, provisions({"2024MM03": {"total": 250}}), printed({"total": (260, 5.0)}))
    frame = support.provisions_by_type(held, pd.Period("2024-03", "M"), LAST)
    assert row(frame, "provisions", provision="total")["value"] == 260
    assert row(frame, "change", provision="total")["missing"] == "not_in_snapshot"


def test_months_in_the_wrong_order_are_refused(published):
    with pytest.raises(CallError, match="first 2024-12 does not lie before last 2023-12"):
        support.provisions_by_type(published, LAST, FIRST)


def test_without_a_first_month_the_comparison_stays_on_one_side(both_sides):
    assert [str(month) for month in monthly_series.months_to_compare(both_sides, "", "2023-02")] == [
        "2023-01",
        "2023-02",
    ]
    with pytest.raises(CallError, match=r"last 2023-01: expected a month to compare it with .* give first"):
        monthly_series.months_to_compare(both_sides, "", "2023-01")


def sentences_on(snapshot, first, last):
    """Return in English what is said of the levels, of the kinds of provision, and in answer to the question."""
    months = pd.Period(first, "M"), pd.Period(last, "M")
    frame, persons = support.provisions_by_type(snapshot, *months), monthly_series.persons_compared(snapshot, *months)
    english = Translator("en")
    return (
        support_sentences.levels(frame, persons, english),
        support_sentences.contributions(frame, english),
        support_sentences.answer(persons, representation.coverage(snapshot), english),
    )


def test_no_kind_is_called_the_largest_while_others_are_unknown(published):
    # published has 5 of 17 kinds in January to March 2023, one of them in two of the months
    _, kinds, _ = sentences_on(published, "2023-01", "2023-03")
    assert kinds.startswith("This snapshot holds both months of 4 of the 17 kinds of provision.")
    _, kinds, _ = sentences_on(published, "2023-12", "2024-12")
    assert kinds.startswith(
        "The kinds that contributed most to the growth of all provisions (in percentage points): coa"
    )


@pytest.mark.parametrize(
    ("first", "last", "provisions_text", "persons_text"),
    [
        ("2023-12", "2024-12", "261,240 provisions were in use; the change since December 2023 is +13,860 (rounding: "
         "+13,850 to +13,870)", "184,810 people had at least one provision; the change since December 2023 is +6,790"),
        ("2023-03", "2024-03", "254,040 provisions were in use; the change since March 2023 is +15,700 (rounding: "
         "+15,690 to +15,710)", "The number of people with a provision in March 2024 is not in this snapshot."),
        ("2022-01", "2022-12", "The number of provisions in December 2022 is not in this snapshot.",
         "The number of people with a provision in December 2022 is not in this snapshot."),
        ("2022-12", "2024-12", "261,240 provisions were in use; the change since December 2022 cannot be determined",
         "184,810 people had at least one provision; the change since December 2022 cannot be determined"),
    ],
)  # fmt: skip
def test_what_the_snapshot_lacks_is_said_as_a_sentence(published, first, last, provisions_text, persons_text):
    # the totals are those of the pages of 85588NED and of tables 3 and 4 of the factsheet
    levels, _, answer = sentences_on(published, first, last)
    assert provisions_text in levels
    assert persons_text in levels
    assert ("not comparable" in levels) == (first < "2023-01" <= last)
    assert "28% (rounding: 27.5 to 28.5)" in answer
    assert ("184,810 people" in answer) == (last == "2024-12")


def test_table_4_is_given_as_it_is_printed(published):
    frame = document_table(published, "support_table")
    # factsheet, table 4, 35 to 45: 21, 13, 15, 12
    quantities = ("share_total", "share_wage_subsidy", "share_job_coach", "share_sheltered_work")
    assert [row(frame, name, group="35-45")["value"] for name in quantities] == [21, 13, 15, 12]
    assert (
        row(document_table(published, "support_persons"), "supported_persons", provision="job coach")["value"] == 20570
    )


# -- sentences and pictures


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_sentence_says_both_sides_of_1(who, lang):
    counts = pd.DataFrame(
        [{"quantity": "share", "group": "not a recipient", "value": 36.0, "value_lo": 35.5, "value_hi": 36.5}]
    )
    text = support_sentences.representation(representation.representation(who), counts, Translator(lang))
    over, under, _, others = text.split(". ")
    assert {"nl": "Nederland", "en": "Netherlands"}[lang] in over
    assert {"nl": "mannen", "en": "men"}[lang] in under
    assert "36%" in others


def test_each_kind_has_its_marker_at_the_height_of_its_group(published):
    frame = representation.representation(published, "sex")
    (axes,) = support_figures.support_by_group(frame, Translator("en")).axes
    names = {
        round(tick): label.get_text() for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }
    drawn = {line.get_label(): line for line in axes.lines}
    rows = pick(frame, "representation")
    for kind, label in (("total", "total"), ("sheltered work", "sheltered work")):
        xs, ys = drawn[label].get_data()
        for x, y in zip(xs, ys, strict=True):
            group = names[round(y)]
            assert x == rows[(rows["group"] == group) & (rows["provision"] == kind)]["value"].item()


def test_bars_of_shares_stand_beside_their_names(published):
    counts = document_table(published, "support_counts")
    panels = by_class(counts, "group", ["share"], Translator("en"), panel="part").axes
    first = panels[0]
    heights = [patch.get_width() for patch in first.patches]
    names = [label.get_text() for label in first.get_yticklabels()]
    assert dict(zip(names, heights, strict=True)) == {"one": 72, "two": 21, "three": 6, "four or more": 2}


def test_no_line_of_the_series_crosses_the_break(published):
    figure = support_figures.support_series(monthly_series.monthly_series(published), Translator("en"))
    start = monthly_series.BREAK.start_time
    for axes in figure.axes:
        for line in axes.lines:
            dates = pd.to_datetime(line.get_xdata()) if len(line.get_xdata()) > 2 else None
            if dates is not None:
                assert (dates < start).all() or (dates >= start).all()


def test_a_kind_without_a_contribution_keeps_its_place(published):
    frame = support.provisions_by_type(published, pd.Period("2022-12", "M"), pd.Period("2023-01", "M"))
    kinds = frame[frame["provision"] != "total"]
    panels = by_class(kinds, "provision", ["contribution_pp"], Translator("en"), panel="heading").axes
    for axes, kinds in zip(panels, support.HEADINGS.values(), strict=False):
        assert sorted(axes.get_ylim()) == [-0.5, len(kinds) - 0.5]
        assert [text.get_text() for text in axes.texts[:-1]] == ["cannot be determined"] * len(kinds)
