"""What a question is refused for, and that the refusal names the nearest thing that is possible."""

from __future__ import annotations

import pytest

from analysis.errors import CallError
from analysis.measures.comparison import REST, compared_groups, log_key
from analysis.measures.question import read_question
from analysis.models.hypothesis.series import design_of
from builders import crossing, snapshot, table

QUARTERS = [f"{year}Q{number}" for year in (2021, 2022) for number in (1, 2, 3, 4)]
SEX = ["total", "men", "women"]
AGES = ["total", "<25", "25-35", "35-45", "45-55", "55-AOW", "<27", "27-AOW"]
BACKGROUNDS = ["total", "Dutch background", "western", "non-western"]


def code(quarter):
    return f"{quarter[:4]}KW0{quarter[-1]}"


def flow_table(name, dimension, categories, value, quarters=QUARTERS):
    rows = [
        row
        for quarter in quarters
        for flow in ("inflow", "reinflow", "outflow")
        for row in crossing(flow, code(quarter), {dimension: categories}, lambda c, f=flow, q=quarter: value(f, c, q))
    ]
    return table(name, rows, {dimension: categories}, "moments")


def plain(flow, category, quarter):
    of_flow = {"inflow": 1000, "outflow": 800, "reinflow": 200}[flow]
    return of_flow * (2 if category == "total" else 1)


@pytest.fixture
def flows(tmp_path):
    return snapshot(tmp_path / "flows", flow_table("85615NED", "sex", SEX, plain))


def refused(snap, *question):
    with pytest.raises(CallError) as caught:
        read_question(snap, *question)
    return str(caught.value)


def test_cells_have_the_first_group_first_with_numerator_and_denominator(flows):
    asked = read_question(flows, "outflow_ratio", "sex: women, men", "2021", "2021Q3")
    assert asked.groups == ("women", "men")
    assert list(asked.cells["group"]) == ["women"] * 3 + ["men"] * 3
    assert asked.periods == ["2021Q1", "2021Q2", "2021Q3"]
    row = asked.cells.iloc[0]
    assert (row["numerator_count"], row["denominator_count"], row["value"]) == (800, 1000, 0.8)
    assert (row["value_lo"], row["value_hi"]) == pytest.approx((795 / 1005, 805 / 995))
    assert log_key(asked.measure, asked.dimension, asked.groups, "trend") == "outflow_ratio | sex: men, women | trend"


def test_one_group_is_set_against_all_others(flows):
    asked = read_question(flows, "reinflow_share", "sex: men, total")
    assert asked.groups == ("men", REST)
    rest = asked.cells[asked.cells["group"] == REST].iloc[0]
    assert (rest["numerator_count"], rest["denominator_count"]) == (200, 1000)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "origin: Europe, born in NL, outside Europe, born in NL",
            ["Europe, born in NL", "outside Europe, born in NL"],
        ),
        ("origin: Netherlands", ["Netherlands", REST]),
        ("age: <27, 45-AOW", ["<27", "45–AOW"]),
        ("age:25-35,55–AOW", ["25-35", "55–AOW"]),
        ("total", ["total"]),
    ],
)
def test_groups_are_found_with_their_commas_and_dashes(text, names):
    assert list(compared_groups("outflow_ratio", text)[1]) == names


# -- bad input


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ("sex: men, wimen", "did you mean 'women'"),
        ("sexe: men, women", "did you mean 'sex'"),
        ("men, women", "('sex: men, women'), or 'total'"),
        ("sex: men, men", "expected one group, or two"),
        ("sex:", "has no group"),
        ("age: <27, 25-35", "have people in common"),
    ],
)
def test_a_group_that_is_none(flows, groups, said):
    assert said in refused(flows, "outflow_ratio", groups)


def test_a_group_that_the_table_does_not_know(flows):
    said = refused(flows, "outflow_ratio", "age: <27, 45–AOW")
    assert "85615NED cannot give outflow for age: <27: it lacks the classes for it; it divides sex." in said
    assert "Nearest: groups='sex: men, women'." in said


def test_bounds_and_groups_that_are_none_are_named(flows):
    """Bounds in the wrong order were said to lie outside the figures; groups that are no text ended in a traceback."""
    said = refused(flows, "outflow_ratio", "sex: men, women", "2022Q2", "2022Q1")
    assert said == "start 2022Q2 lies after end 2022Q1: expected start before end."
    assert refused(flows, "outflow_ratio", "total", 2021) == "start 2021: expected a text, such as '2021' or '2021Q1'."
    assert refused(flows, "outflow_ratio", None) == (
        "groups None: expected a text such as 'sex: men, women', or 'total'."
    )
    assert "0y" not in refused(flows, "outflow_ratio", "age: young")


@pytest.mark.parametrize(("start", "end"), [("2020", ""), ("", "2023Q1"), ("2020Q4", "2021Q2")])
def test_a_period_that_the_snapshot_does_not_cover(flows, start, end):
    said = refused(flows, "outflow_ratio", "sex: men, women", start, end)
    inside = "2021Q2" if end == "2021Q2" else "2022Q4"
    assert f"Nearest: start='2021Q1', end='{inside}'" in said
    given = [f"{name} {bound}" for name, bound in (("start", start), ("end", end)) if bound]
    assert f"it has figures from 2021Q1 to 2022Q4, which does not cover {' and '.join(given)}." in said


def test_what_is_no_period(flows):
    assert "start" in refused(flows, "outflow_ratio", "sex: men, women", "yesterday")


@pytest.mark.parametrize("lost", [".", ""])
def test_a_missing_cell_is_named_with_the_longest_run_without_it(tmp_path, lost):
    def holed(flow, category, quarter):
        return lost if (flow, category, quarter) == ("outflow", "men", "2021Q3") else plain(flow, category, quarter)

    snap = snapshot(tmp_path, flow_table("85615NED", "sex", SEX, holed))
    said = refused(snap, "outflow_ratio", "sex: men, women")
    assert "missing: 2021Q3" in said
    assert "Nearest: start='2021Q4', end='2022Q4'" in said
    assert "start 2" not in said, "no period is quoted that was not given"
    assert read_question(snap, "reinflow_share", "sex: men, women").periods == QUARTERS


def test_a_cell_of_zero(tmp_path):
    def empty(flow, category, quarter):
        return 0 if (flow, category, quarter) == ("inflow", "men", "2021Q3") else plain(flow, category, quarter)

    snap = snapshot(tmp_path, flow_table("85615NED", "sex", SEX, empty))
    said = refused(snap, "outflow_ratio", "sex: men, women")
    assert "zero in men 2021Q3" in said
    assert "Nearest: start='2021Q4', end='2022Q4'" in said


def test_a_band_scheme_that_does_not_fit(tmp_path, flows):
    dimensions = {"sex": SEX, "duration": ["total", "<2y", "2y+"]}
    rows = [row for q in QUARTERS for row in crossing("stock", code(q), dimensions, lambda *_: 1000)]
    snap = snapshot(tmp_path / "bands", table("85585NED", rows, dimensions))
    said = refused(snap, "long_term_share", "sex: men, women")
    assert "no stock of over five years for men" in said
    assert "exit_rate is" in refused(flows, "outflow_ratio", "duration: <2y, >5y")
    assert "did you mean '0-6m'" in refused(flows, "exit_rate", "duration: 0-9m, >5y")
    assert "people in common" in refused(flows, "exit_rate", "duration: <2y, 1-2y")


def test_migration_background_after_it_stopped(tmp_path, flows):
    old = flow_table("82662NED", "background", BACKGROUNDS, plain)
    both = snapshot(tmp_path / "both", old, flow_table("85615NED", "sex", SEX, plain))
    for bounds in (("", "2023Q4"), ("2024", "")):
        said = refused(both, "outflow_ratio", "background: western, non-western", *bounds)
        assert "stopped migration background after 2023Q3" in said
        assert "Nearest: start='2021Q1', end='2022Q4'" in said
    asked = read_question(both, "outflow_ratio", "background: western, non-western", "", "2022Q4")
    assert set(asked.cells["tables"]) == {"82662NED"}
    assert "82662NED" in refused(flows, "outflow_ratio", "background: western, non-western")


def test_benefits_and_persons_are_not_mixed(tmp_path, flows):
    assert "a couple is two persons and one benefit" in refused(flows, "benefits", "total")
    assert "divides benefits" in refused(flows, "outflow_ratio", "aow: up to AOW, AOW+")
    rows = [{"measure": "benefits", "aow": "total", "period": code(quarter), "value": 9} for quarter in QUARTERS]
    benefits = table("82015NED", rows, {"aow": ["total"]}, "benefits")
    snap = snapshot(tmp_path / "mixed", benefits, flow_table("85615NED", "sex", SEX, plain))
    assert "no period of inflow_rate" in refused(snap, "inflow_rate", "sex: men, women")


def test_a_measure_that_is_none(flows):
    assert "did you mean 'outflow_ratio'" in refused(flows, "outflow_ration", "total")


def test_too_few_periods(flows):
    for groups, bounds, test, fewest in (
        ("sex: men, women", ("2021Q1", "2021Q4"), "difference", 8),
        ("sex: men, women", ("2021Q1", "2022Q4"), "trend", 9),
        ("total", ("2021Q1", "2021Q3"), "trend", 9),
    ):
        with pytest.raises(
            CallError, match=f"at least {fewest} are needed.*Nearest: (start='2021Q1', end='2022Q4'|test='\\w+')"
        ):
            design_of(read_question(flows, "outflow_ratio", groups, *bounds), test)
    with pytest.raises(CallError, match="two complete years of quarters; outflow_ratio has 1 "):
        design_of(read_question(flows, "outflow_ratio", "sex: men, women", "2021Q1", "2022Q3"), "change")
    with pytest.raises(CallError, match="or one against all others"):
        design_of(read_question(flows, "outflow_ratio", "total"), "difference")
    design = design_of(read_question(flows, "outflow_ratio", "sex: men, women"), "change")
    assert design.nuisance.shape == (8, 4)
    assert list(design.tested) == [-0.25] * 4 + [0.25] * 4
