"""Each slip by name on a small made register, by hand; and a sample of the benchmark of planted slips."""

from __future__ import annotations

import pytest
from slip_benchmark.bench import Bench

from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.register.slips.odds import KINDS, PRIOR
from analysis.workspace import open_snapshot
from findings_register import row, write_register

PERCENT = {"unit": "percent", "kind": "share"}
FIGURES = [
    row("a", "1234"),
    row("b", "2345"),
    row("c", "4321"),
    row("total", "7900", formula="[a] + [b] + [c]"),
    row("then", "7500"),
    row("s1", "42.5", "0.1", group="men", **PERCENT),
    row("s0", "40.0", "0.1", group="men", period="2029-12", **PERCENT),
    row("w1", "1000"),
    row("w2", "3000"),
]
GROWTH = {"unit": "percent", "kind": "growth_rate"}
SLIPS = {
    "transposed_digits": ("7090", "1", "[a] + [b] + [c]", {}),  # 7,900
    "power_of_ten": ("79000", "1", "[a] + [b] + [c]", {}),
    "sign": ("-400", "1", "[total] - [then]", {"kind": "change"}),  # 7,900 - 7,500
    "wrong_base": ("5.06", "0.01", "growth([total], [then])", GROWTH),  # 400 / 7,900; on 7,500 it is 5.33
    "pp_as_percent": ("2.5", "0.1", "growth([s1], [s0])", GROWTH),  # 42.5 - 40.0; the growth is 6.25
    "percent_as_pp": ("6.3", "0.1", "[s1] - [s0]", {"unit": "percentage points", "kind": "change"}),
    "share_as_growth": ("42.5", "0.1", "growth([total], [then])", {**GROWTH, "group": "men"}),
    "omitted_part": ("5555", "1", "[a] + [b] + [c]", {"quantity": "people"}),  # without b, 2,345
    "counted_twice": ("9134", "1", "[a] + [b] + [c]", {}),  # with a twice
    "neighbouring_cell": ("4321", "1", "[total] - [then] + 0", {"kind": "change"}),
    "rounding_direction": ("29.6", "0.1", "share([b], [total])", PERCENT),  # 29.68
    "double_rounding": ("54.8", "0.1", "share([c] - 0.15, [total])", PERCENT),  # 54.69 would be 54.7
    "mean_of_ratios": ("41.3", "0.1", "weighted([s1], [w1], [s0], [w2])", PERCENT),  # (42.5 + 40.0) / 2; weighted 40.6
    "complement": ("70.3", "0.1", "share([b], [total])", PERCENT),  # 100 - 29.7
}


@pytest.fixture(scope="module")
def published():
    return open_snapshot("published")


def explained(tmp_path, published, *rows):
    register = read_register(write_register(tmp_path / "register", made=[*FIGURES, *rows]))
    return {
        each["claim_id"]: each for each in finding_rows(find(register, published), register, published, coverage=())
    }


@pytest.mark.parametrize("kind", [kind for kind in SLIPS if kind != "double_rounding"])
def test_a_slip_that_gives_the_printed_number_is_named(tmp_path, published, kind):
    value, precision, formula, more = SLIPS[kind]
    found = explained(tmp_path, published, row("x", value, precision, formula=formula, **more))["x"]
    assert found["verdict"] == "inconsistent"
    assert kind in {each["kind"] for each in found["explanations"]}
    (slip,) = [each for each in found["explanations"] if each["kind"] == kind][:1]
    assert set(slip) == {"kind", "gives", "with", "worked"}
    assert slip["gives"] == value
    assert found["explanation"] == found["explanations"][0]


def test_a_number_rounded_twice(tmp_path, published):
    """2,226 / 4,981 = 44.6898: 44.69, and then 44.7, is no slip; 2,219 / 4,971 = 44.6389: 44.64 is 44.6. 9,999 / 22,361
    = 44.7163; 1,117 / 2,500 = 44.68: one decimal gives 44.7. 223,473 / 500,000 = 44.6946 is 44.69 and 44.7; 44.6471 of
    3,795 / 8,500 is 44.65 first, and then 44.7 where 44.6 is right."""
    rows = [row("n", "8500", "0"), row("k", "3795", "0")]
    wrong = row("x", "44.7", "0.1", formula="share([k], [n])", **PERCENT)
    found = explained(tmp_path, published, *rows, wrong)["x"]
    assert (found["verdict"], found["suggested"]) == ("inconsistent", "44.6")
    assert found["explanation"] == {
        "kind": "double_rounding", "gives": "44.7", "with": ["x"], "worked": "44.6471 → 44.65 → 44.7"
    }  # fmt: skip


def test_a_figure_taken_over_from_a_wrong_one(tmp_path, published):
    wrong = row("all", "7090", formula="[a] + [b] + [c]")
    found = explained(tmp_path, published, wrong, row("text", "7090", location="Text", formula="[all]"))
    assert "transposed_digits" in {each["kind"] for each in found["all"]["explanations"]}
    assert (found["text"]["explanation"]["kind"], found["text"]["root"]) == ("copied_error", "all")
    assert found["all"]["rests_on_it"] == ["text"]


def test_a_number_that_stands_is_given_no_slip(tmp_path, published):
    found = explained(tmp_path, published, row("x", "7900", formula="[a] + [b] + [c]"))
    assert all(each["explanation"] is None for each in found.values())


def test_every_kind_has_its_odds_and_a_name_in_both_languages():
    from analysis.language.glossary import glossary

    assert set(KINDS) == set(PRIOR) == set(glossary()["slips"])
    assert len(KINDS) == 17


def test_most_slips_of_a_sample_are_caught_and_named(published):
    """Two of each of four kinds, from the benchmark whose table is in docs/findings.md."""
    bench = Bench(read_register(), published, published)
    result = bench.run(seed=3, instances=2, kinds=("sign", "counted_twice", "percent_as_pp", "transposed_digits"))
    assert result.planted.total() == 8
    assert result.caught.total() >= 7
    assert result.named.total() >= 6
    assert result.standing_explained <= 0.02 * result.standing
