"""A dimension, group or crossing that is none is answered in the same words by whoever was asked."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.chapters.flows.group_models import fit_group_models
from analysis.classifications.durations import CLASS_ENDS, band_groups, duration_band
from analysis.classifications.groups import GROUPS, LONG_TERM, MONITOR, cross, members_in_common
from analysis.classifications.selection import check_dimension, find_crossing, find_group, find_groups
from analysis.cleaning.cells import read_cells
from analysis.errors import CallError, CoverageError, DataError
from analysis.measures.breakdown import breakdown
from analysis.measures.caseload_groups import group_state
from analysis.measures.duration import longterm_shares
from analysis.measures.flow_groups import group_flows
from analysis.measures.question import read_question
from analysis.models.duration.decomposition import crossed_stock
from analysis.models.duration.panel import read_panel
from analysis.models.flows.panel import flow_panel, pick_cells
from analysis.register.cells import Tables
from analysis.register.formulas import parse
from analysis.runs.notebook import find_notebooks
from analysis.runs.parameters import check_parameters
from builders import snapshot, table
from project_copy import ROOT


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A table with men and women, who are all that the dimension has."""
    rows = [{"measure": "stock", "sex": sex, "period": "2024MM12", "value": 10} for sex in ("men", "unknown", "women")]
    dimensions = {"sex": ["men", "unknown", "women"]}
    return snapshot(tmp_path_factory.mktemp("selection"), table("85692NED", rows, dimensions))


def query(source, selection):
    """Return what keeps a query of the register from being answered."""
    _, _, missing = Tables(source).query(parse(f"{{85692NED | stock | {selection} | 2024-12}}"))
    raise DataError(missing[0])


def parameter(name, value):
    return check_parameters(find_notebooks(ROOT / "notebooks", [name]), value)


WRONG_GROUP = {
    "by name": lambda _: find_group("sex", "wimen"),
    "among others": lambda _: find_groups("sex", "men, wimen"),
    "in a crossing": lambda _: find_crossing("age: <27 & sex: wimen"),
    "in a question": lambda source: read_question(source, "outflow_ratio", "sex: wimen, men"),
    "in a query of the register": lambda source: query(source, "sex: wimen"),
    "as a parameter": lambda _: parameter("08_hypothesis", {"groups": "sex: wimen, men"}),
    "of a table": lambda source: read_cells(source, "85692NED").code("sex", "wimen"),
    "of a breakdown": lambda source: breakdown(source, "85692NED", "stock", "sex").of("wimen"),
}


@pytest.mark.parametrize("caller", WRONG_GROUP)
def test_an_unknown_group_has_one_sentence(caller, tiny):
    with pytest.raises((CallError, DataError)) as caught:
        WRONG_GROUP[caller](tiny)
    assert "dimension 'sex' has no group 'wimen'; did you mean 'women'? known: men, unknown, women." in str(
        caught.value
    )


WRONG_DIMENSION = {
    "of the monitors": lambda source: group_state(source, "ages"),
    "of the flows": lambda source: group_flows(source, "ages"),
    "of long-term shares": lambda source: longterm_shares(source, "ages"),
    "of the models by group": lambda source: fit_group_models(flow_panel(source), "ages"),
    "of a model": lambda _: pick_cells(pd.DataFrame({"dimension": ["age", "total"]}), "ages", ("inflow",)),
    "of a panel of durations": lambda source: read_panel(source, "ages"),
    "of a decomposition": lambda source: crossed_stock(source, ["ages"], "2023Q4"),
    "of a question": lambda source: read_question(source, "outflow_ratio", "ages: <27"),
    "of a table": lambda source: breakdown(source, "82662NED", "inflow", "ages"),
    "as a parameter": lambda _: parameter("02_flows", {"group_by": "ages"}),
}


@pytest.mark.parametrize("caller", WRONG_DIMENSION)
def test_an_unknown_dimension_has_one_sentence_and_what_is_possible(caller, published):
    with pytest.raises((CallError, CoverageError)) as caught:
        WRONG_DIMENSION[caller](published)
    assert "dimension 'ages' is unknown; did you mean 'age'? known: age" in str(caught.value)


def test_a_dimension_that_cannot_be_used_says_why():
    for name in ("background", "migration background", "migration_background"):
        with pytest.raises(CallError, match=r"'background' is not possible here; possible: age, sex\. CBS stopped"):
            check_dimension(name, ["sex", "age"])
    with pytest.raises(CallError, match=r"'birth' is not possible here; possible: none\.$"):
        check_dimension("birth", [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("total", ["total"]),
        ("age: <27 & sex: women", ["<27", "women"]),
        (" age :45-AOW&sex:men", ["45–AOW", "men"]),
        ("origin: Europe, born in NL & duration: 5y+", ["Europe, born in NL", "5y+"]),
        ("region: GM0344", ["GM0344"]),
        ("scheme: sheltered work", ["sheltered work"]),
    ],
)
def test_a_crossing_is_read_from_text(text, names):
    assert [group.name for group in find_crossing(text)] == names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("women", "expected a dimension and groups"),
        ("region: GM344", "dimension 'region' has no group 'GM344'; known: LD01"),
        ("age: <27 & age: 45–AOW", "age: <27 and age: 45–AOW: both divide 'age'"),
        ("origin: Europe, born in NL & birth: born in NL", "both divide 'birth'"),
    ],
)
def test_a_crossing_that_is_none(text, found):
    with pytest.raises(CallError, match=found):
        find_crossing(text)


def test_a_class_of_a_table_under_its_own_name():
    assert find_group("age", "15–27", ["15-27", "27-35"]).definitions == (((1, {"age": "15-27"}),),)
    with pytest.raises(CallError, match="known: 27-35, men"):
        find_group("scheme", "women", ["men", "27-35"])


def test_a_crossing_multiplies_definitions_and_weights():
    women, middle = GROUPS["sex"]["women"], GROUPS["age"]["27–45"]
    definitions = cross(middle, women)
    assert len(definitions) == 4
    assert definitions[0] == ((1, {"age": "27-45", "sex": "women"}),)
    # (27-AOW - 45-55 - 55-AOW) of (total - men): six cells, of which three are taken out
    assert [weight for weight, _ in definitions[3]] == [1, -1, -1, 1, -1, 1]
    assert definitions[3][3] == (1, {"age": "45-55", "sex": "men"})


def test_groups_with_members_in_common():
    young, old = MONITOR["age"][0], MONITOR["age"][2]
    assert members_in_common(old, LONG_TERM["age"][3])
    assert not members_in_common(young, old)
    europe = MONITOR["origin"][1:3]
    assert not members_in_common(*europe)


def test_bands_of_duration_are_made_of_classes():
    assert list(CLASS_ENDS.items())[-1] == ("4-5y", 60)
    assert [band.name for band in band_groups((12, 24, 60))] == ["0–12m", "1-2y", "2–5y", ">5y"]
    own, difference = duration_band(60).definitions
    assert own == ((1, {"duration": "5y+"}),)
    assert difference[0] == (1, {})
    assert [weight for weight, _ in difference[1:]] == [-1] * 6
    assert duration_band(24).definitions[0] == ((1, {"duration": "2y+"}),)
    assert find_group("duration", "5y+").definitions == duration_band(60).definitions
    for start, end in ((30, 60), (60, 24)):
        with pytest.raises(CallError, match="expected rising months out of 6, 12, 24, 36, 48, 60"):
            duration_band(start, end)
