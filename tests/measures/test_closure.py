"""Whether classes add up to their total, on tables of a few cells."""

from __future__ import annotations

import pytest

from analysis.classifications.categories import CATEGORIES
from analysis.language.translator import Translator
from analysis.measures import closure
from builders import crossing, snapshot, table

# 85615NED: a total by its code for all ages, classes that overlap, none above the AOW age
AGES = {"total": 1000, "<25": 200, "25-35": 300, "35-45": 100, "45-55": 150, "55-AOW": 250, "<27": 240, "27-AOW": 760}


def closed(folder, age, sexes=("total",), measure="inflow", unit="moments"):
    dimensions = {"age": list(age), "sex": list(sexes)}
    rows = crossing(measure, "2024KW04", dimensions, lambda name, _: age[name])
    return closure.closures(snapshot(folder, table("85615NED", rows, dimensions, unit)), ["85615NED"])


def outcomes(found, dimension="age"):
    rows = found[found["dimension"] == dimension]
    return [(row["closure"], row["gap"]) for row in rows.to_dict("records")]


@pytest.mark.parametrize(
    ("unlike", "expected"),
    [
        ({}, (closure.WITHIN, 0)),
        ({"unknown": 0}, (closure.WITHIN, 0)),
        ({"55-AOW": 240, "unknown": 10}, (closure.WITHIN, 0)),
        ({"55-AOW": 190}, (closure.BEYOND, 60)),
    ],
)
def test_a_total_by_age_without_a_class_above_the_aow_age_is_checked(tmp_path, unlike, expected):
    assert outcomes(closed(tmp_path, AGES | unlike)) == [expected]


def test_a_class_above_the_aow_age_belongs_to_the_total_for_all_ages(tmp_path):
    assert outcomes(closed(tmp_path, AGES | {"total": 1050, "AOW+": 50})) == [(closure.WITHIN, 0)]


def test_up_to_the_aow_age_the_class_above_it_is_left_out():
    known = ["total", "up to AOW", "<27", "27-AOW", "AOW+"]
    assert closure.partition("age", known) == ("up to AOW", ["<27", "27-AOW"])


@pytest.mark.parametrize(("above", "expected"), [(90, (closure.WITHIN, 0)), (60, (closure.BEYOND, 30))])
def test_below_and_above_the_aow_age_add_up_to_all(tmp_path, above, expected):
    """82015NED: the class that other tables take for the usual total is one of two here."""
    counts = {"total": 500, "up to AOW": 410, "AOW+": above}
    rows = crossing("benefits", "2024MM12", {"aow": list(counts)}, lambda name: counts[name])
    made = snapshot(tmp_path, table("82015NED", rows, {"aow": list(counts)}, "benefits"))
    assert outcomes(closure.closures(made, ["82015NED"]), "aow") == [expected]


@pytest.mark.parametrize("lost", ["<25", "55-AOW"])
def test_classes_that_leave_a_gap_are_said_not_dropped(tmp_path, lost):
    age = {name: value for name, value in AGES.items() if name not in (lost, "<27", "27-AOW")}
    found = closed(tmp_path, age)
    assert list(found["closure"]) == [closure.UNCHECKED]
    assert found["gap"].isna().all()
    assert list(found["checks"]) == [1]


def test_a_dimension_without_total_keeps_the_others_from_being_checked(tmp_path):
    found = closed(tmp_path, AGES, ["men", "women"])
    assert set(zip(found["dimension"], found["closure"], strict=True)) == {
        ("age", closure.UNCHECKED),
        ("sex", closure.UNCHECKED),
    }


def test_what_has_nothing_but_a_total_and_what_are_shares_need_no_check(tmp_path):
    assert outcomes(closed(tmp_path / "one", AGES), "sex") == []
    assert closed(tmp_path / "two", AGES, measure="reinflow_share", unit="percent").empty


def test_kinds_of_provisions_add_up_and_people_who_have_them_do_not(tmp_path):
    kinds = list(CATEGORIES["provision"])
    value = {name: 10 if name != "total" else 10 * (len(kinds) - 1) for name in kinds}
    found = []
    for unit in ("provisions", "persons"):
        rows = crossing("counted", "2024MM12", {"provision": kinds}, lambda name: value[name])
        tables = snapshot(tmp_path / unit, table("85588NED", rows, {"provision": kinds}, unit))
        found += outcomes(closure.closures(tables, ["85588NED"]), "provision")
    assert found[0] == (closure.WITHIN, 0)
    assert found[1][0] == closure.UNCHECKED


def test_a_quantity_of_which_only_totals_are_printed_has_no_row(tmp_path):
    rows = crossing("starters", "2024JJ00", {"sex": ["total", "men", "women"]}, lambda sex: {"total": 30}.get(sex, 15))
    rows.append({"measure": "jobs", "sex": "total", "period": "2024JJ00", "value": 40})
    made = table("doc-t1", rows, {"sex": ["total", "men", "women"]}, {"starters": "persons", "jobs": "jobs"})
    found = closure.closures(snapshot(tmp_path, made), ["doc-t1"])
    assert set(found["measured"]) == {"starters"}


def test_what_a_snapshot_holds_counts_every_table_and_figure(published):
    """81574NED, whose years run from one September to the next, was in no row: the page said one table less."""
    found = closure.holdings(published, list(published.manifest.tables))
    entries = published.manifest.tables.values()
    assert set(found["table"]) == {entry.id for entry in entries}
    assert found["cells"].sum() == sum(entry.rows for entry in entries)
    (own,) = found[found["grain"] == closure.SPAN].to_dict("records")
    assert (own["table"], own["first_period"], own["last_period"], own["periods"]) == ("81574NED", "2001", "2015", 10)
    assert (own["unknown"], own["impossible"], own["provisional"]) == (0, 0, 1)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_what_the_tables_measure_and_divide_has_words(published, lang):
    """The Dutch page had jobs_counted and contract_fte_lowest."""
    found, translator = closure.closures(published, list(published.manifest.tables)), Translator(lang)
    words = {name: translator.value(name) for column in ("measured", "dimension") for name in found[column].unique()}
    assert not [word for word in words.values() if "_" in word]
    if lang == "nl":
        assert {name for name in found["dimension"].unique() if words[name] == name} <= {"sector"}
