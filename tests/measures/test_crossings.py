"""Groups that cross, wherever a group stands: against counts that are known, and refused with advice that works."""

from __future__ import annotations

import re

import pytest

from analysis.errors import CallError
from analysis.measures.comparison import REST, compared_groups, groups_text, log_key
from analysis.measures.question import read_question
from analysis.models.hypothesis import variants
from analysis.models.hypothesis.series import TESTS, design_of
from analysis.models.hypothesis.testing import run_test
from miniature import FLOW_QUARTERS, Population

YOUNG_WOMEN = "age: <27 & sex: women"
ASKED = f"{YOUNG_WOMEN}; sex: men"


@pytest.fixture(scope="module")
def population():
    return Population()


@pytest.fixture(scope="module")
def source(population, tmp_path_factory):
    return population.snapshot(tmp_path_factory.mktemp("crossings"))


CLASSES = {
    "<27 & women": {"age": ["<25", "25-27"], "sex": ["women"]},
    "men": {"sex": ["men"]},
    "27–45 & Europe & men": {"age": ["27-35", "35-45"], "sex": ["men"], "origin": ["Europe"]},
}


@pytest.mark.parametrize("measure", ["outflow_ratio", "reinflow_share"])
@pytest.mark.parametrize("groups", [ASKED, YOUNG_WOMEN, "age: 27-45 & sex: men & origin: Europe"])
def test_the_interval_of_a_crossing_holds_the_count_of_the_people(source, population, measure, groups):
    """The population is counted by class; the table rounds each crossing to tens."""
    above, below = {"outflow_ratio": ("outflow", "inflow"), "reinflow_share": ("reinflow", "inflow")}[measure]
    asked = read_question(source, measure, groups)
    assert asked.periods == FLOW_QUARTERS
    first = CLASSES[asked.groups[0]]

    def true(flow, row):
        found = population.count(flow, "quarter", row["period"], **CLASSES.get(row["group"], first))
        return population.count(flow, "quarter", row["period"]) - found if row["group"] == REST else found

    for row in asked.cells.to_dict("records"):
        assert row["value_lo"] <= true(above, row) / true(below, row) <= row["value_hi"]
        assert row["value_lo"] < row["value"] < row["value_hi"]


@pytest.mark.parametrize("measure", ["inflow_rate", "outflow_rate", "long_term_share"])
def test_stocks_of_a_crossing_come_from_a_table_that_has_its_dimensions(source, population, measure):
    asked = read_question(source, measure, ASKED)
    first = asked.cells[asked.cells["group"] == "<27 & women"].iloc[-1]
    quarter = {"long_term_share": asked.periods[-1]}.get(measure, FLOW_QUARTERS[-2])
    stock = population.count("stock", "quarter", quarter, **CLASSES["<27 & women"])
    assert abs(first["denominator_count"] - stock) <= 15  # sums of cells in tens
    assert first["tables"].endswith("85585NED")


def test_two_groups_of_any_dimensions_are_tested(source, monkeypatch):
    found = run_test(read_question(source, "outflow_ratio", ASKED), "change", "lower")
    assert found.parameters["groups"] == ASKED
    low, high = found.intervals.set_index("kind").loc["both", ["value_lo", "value_hi"]]
    rounding_low, rounding_high = found.intervals.set_index("kind").loc["rounding", ["value_lo", "value_hi"]]
    assert low < rounding_low < found.estimate < rounding_high < high
    monkeypatch.setattr(variants, "run_test", lambda *_: found)  # each takes seconds: here it counts which there are
    other = variants.alternatives(source, found)
    assert list(other[other["varied"] == "groups"]["first"]) == ["27–45 & women", "45–AOW & women"]
    assert set(other["second"]) == {"men"}
    curve = variants.specifications(source, found)
    assert set(curve["second"]) == {"men", REST}
    assert curve["asked"].sum() == 1


@pytest.mark.parametrize(
    "text",
    ["total", "sex: men", "sex: men, women", "origin: Europe, born in NL", YOUNG_WOMEN, ASKED,
     "age: <27 & sex: men, women", "age: <27 & sex: men; age: 27-45 & sex: women"],
)  # fmt: skip
def test_groups_are_written_as_they_are_read(text):
    dimension, groups = compared_groups("outflow_ratio", text)
    again = compared_groups("outflow_ratio", groups_text(dimension, tuple(groups)))
    assert (again[0], list(again[1])) == (dimension, list(groups))


def test_the_order_in_which_a_crossing_is_written_makes_no_other_question():
    keys = set()
    for text in (ASKED, "sex: men; sex: women & age: <27"):
        dimension, groups = compared_groups("outflow_ratio", text)
        keys.add(log_key("outflow_ratio", dimension, tuple(groups), "change"))
    assert keys == {"outflow_ratio | age & sex; sex: <27 & women, men | change"}


# -- bad input

WRONG = {
    "age: <27 & age: 27-45": "age: <27 and age: 27–45: both divide 'age' and cannot be crossed; choose one of them.",
    "origin: Europe, born in NL & birth: born in NL": "both divide 'birth' and cannot be crossed",
    "sex: women; age: <27": "have people in common: they would be compared with themselves. Alone, 'sex: women'",
    f"sex: women; {YOUNG_WOMEN}": "have people in common",
    "sex: men, women; age: <27": "expected one group, or two that are compared",
    "age: <27 & sex: wimen": "dimension 'sex' has no group 'wimen'; did you mean 'women'?",
    "age: <27 & gender: women": "dimension 'gender' is unknown",
    "age: <27 &": "expected a dimension and groups",
    "age: <27 & sex: women;": "expected a dimension and groups",
    "duration: >5y & sex: men": "outflow_ratio is not known by duration band; exit_rate is",
}


@pytest.mark.parametrize("groups", WRONG)
def test_a_crossing_that_is_none_is_refused_in_one_line(source, groups):
    with pytest.raises(CallError) as caught:
        read_question(source, "outflow_ratio", groups)
    assert WRONG[groups] in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_crossing_that_the_tables_lack_is_refused_in_one_line(source):
    """85617NED of the small population has no ages."""
    with pytest.raises(CallError, match=r"85617NED cannot give ended_spells for age: <27 & sex: women") as caught:
        read_question(source, "exit_rate", YOUNG_WOMEN)
    said = str(caught.value)
    assert f"it divides sex, birth, duration. Nearest: measure='outflow_ratio', groups={YOUNG_WOMEN!r}." in said
    assert len(str(caught.value).splitlines()) == 1


REFUSED = [
    ("outflow_ratio", ASKED, "", "", "change"),
    ("outflow_ratio", "age: <27", "", "", "difference"),
    ("outflow_ratio", "birth: born in NL", "", "", "trend"),
    ("outflow_ratio", "background: western", "", "", "trend"),
    ("outflow_ratio", "sex: men, women", "", "", "difference"),
    ("outflow_ratio", "sex: men, women", "2018", "", "difference"),
    ("outflow_ratio", "total", "2024", "", "trend"),
    ("outflow_ratio", "total", "", "", "difference"),
    ("long_term_share", "total", "", "", "trend"),
    ("exit_rate", "age: <27", "", "", "difference"),
    ("exit_rate", "total", "", "", "change"),
    ("reinflow_share", "sex: women & origin: Europe", "2030", "", "trend"),
]


@pytest.mark.parametrize("question", REFUSED, ids=lambda each: " ".join(each))
def test_every_advice_of_a_refusal_works(published, practice, question):
    """What is advised is asked, as it stands in the message: groups, measure, period, test, snapshot."""
    named = dict(zip(("measure", "groups", "start", "end", "test"), question, strict=True))
    with pytest.raises(CallError) as caught:
        design_of(read_question(published, *question[:4]), named["test"])
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    if "what_can_i_ask()" in said:
        assert (published.what_can_i_ask()["periods"] >= 9).any()
        return
    for near in re.findall(r"Nearest: (.*?)\. |For a test that is too few; (.*?) has enough", f"{said} "):
        advised = dict(re.findall(r"(\w+)='([^']*)'", "".join(near)))
        assert advised
        asked = named | advised
        if {"groups", "measure"} & advised.keys():  # another question: its periods and test are chosen for it
            other = read_question(published, asked["measure"], asked["groups"])
            assert len(other.periods) >= 9
            assert [test for test in TESTS if is_possible(other, test)]
            continue
        same = read_question(published, *(asked[name] for name in ("measure", "groups", "start", "end")))
        assert is_possible(same, asked["test"]) or "For a test that is too few" in said
    if "snapshot='practice'" in said:
        design_of(read_question(practice, named["measure"], named["groups"]), "trend")


def is_possible(question, test) -> bool:
    try:
        return bool(design_of(question, test))
    except CallError:
        return False


def test_no_advice_names_the_dimension_that_was_refused_or_one_that_would_be(published):
    with pytest.raises(CallError) as caught:
        read_question(published, "outflow_ratio", "age: <27")
    advised = str(caught.value).partition("Nearest:")[2]
    assert "age" not in advised
    assert "birth" not in advised
