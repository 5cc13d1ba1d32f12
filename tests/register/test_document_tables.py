"""Queries: cells of tables as operands, causes of a difference that are known, and what a snapshot does not hold."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from analysis.register.cells import Tables
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.formulas import parse
from analysis.register.rows import finding_rows
from analysis.register.verdicts import recompute
from builders import snapshot, table
from findings_register import row, write_register

AGES = ["total", "<27", "27-AOW", "45-55", "55-AOW"]
MONTH = {"total": 1000, "<27": 100, "27-AOW": 900, "45-55": 200, "55-AOW": 300}


def stock_table(change: int = 0, periods=("2023MM12", "2024MM12"), name: str = "85692NED"):
    rows = [
        {
            "measure": "stock",
            "age": age,
            "period": period,
            "value": value + (50 if period[:4] == "2024" else 0) + change,
        }
        for period in periods
        for age, value in MONTH.items()
    ]
    return table(name, rows, {"age": AGES})


def flow_table(name: str, outflow, inflow):
    rows = [
        {"measure": flow, "age": "total", "period": f"2021KW0{q}", "value": value}
        for flow, values in (("outflow", outflow), ("inflow", inflow))
        for q, value in enumerate(values, start=1)
    ]
    return table(name, rows, {"age": ["total"]}, unit="moments")


@pytest.fixture
def vintage(tmp_path):
    return snapshot(tmp_path / "bank", stock_table(), flow_table("82662NED", [90, 120, 130, 140], [100, 100, 100, 100]))


def asked(text: str, source):
    tree, operands, _ = Tables(source).query(parse(text))
    return recompute(tree, operands)


def test_a_group_is_worked_out_to_its_single_cells(vintage):
    # 27-45 = (27-AOW) - (45-55) - (55-AOW): three cells in tens, 15 in all
    result = asked("{85692NED | stock | age: 27–45 | 2023-12}", vintage)
    assert (result.value, result.lo, result.hi) == (400, 385, 415)
    result = asked("{85692NED | stock | age: 55-AOW | 2024-12}", vintage)
    assert (result.value, result.lo, result.hi) == (350, 345, 355)


def test_the_same_cell_counts_once_in_a_query(vintage):
    cell = "{85692NED | stock | age: <27 | 2023-12}"
    assert (asked(f"{cell} - {cell}", vintage).lo, asked(f"{cell} - {cell}", vintage).hi) == (0, 0)
    result = asked(f"share({cell}, {cell} + {{85692NED | stock | age: 27-AOW | 2023-12}})", vintage)
    assert (result.lo, result.hi) == (
        Fraction(9500, 1000),
        Fraction(10500, 1000),
    )  # by hand: 95/(95+905), 105/(105+895)


def test_lists_over_periods_are_compared_one_by_one(vintage):
    out, into = (f"{{82662NED | {flow} | total | 2021Q1..2021Q4}}" for flow in ("outflow", "inflow"))
    assert asked(f"count({out} > {into})", vintage).value == 3
    assert asked(f"all({out} > {into})", vintage).truth == "fails"
    assert asked(f"mean({out})", vintage).value == 120
    later = asked(
        "all({82662NED | outflow | total | 2021Q2..2021Q4} > {82662NED | inflow | total | 2021Q2..2021Q4})", vintage
    )
    assert later.truth == "holds"


def verdicts(tmp_path, source, *rows, **more):
    register = read_register(write_register(tmp_path / "register", made=list(rows), **more))
    return {each["claim_id"]: each for each in finding_rows(find(register, source), register, source, coverage=())}


def test_queries_give_verdicts_and_name_the_cells_that_are_not_there(tmp_path, vintage):
    found = verdicts(
        tmp_path,
        vintage,
        row("right", "1050", "10", query="{85692NED | stock | total | 2024-12}"),
        row("wrong", "1080", "10", query="{85692NED | stock | total | 2024-12}"),
        row("known", "1080", "10", query="{85692NED | stock | total | 2024-12}", difference="definition_differs: x"),
        row("period", "5", query="{85692NED | stock | total | 2025-12}"),
        row("table", "5", query="{85585NED | stock | total | 2024Q4}"),
        row("class", "5", query="{85692NED | stock | sex: men | 2024-12}"),
        row("both", "1050", "10", formula="[right]", query="{85692NED | stock | total | 2025-12}"),
    )
    assert {name: each["verdict"] for name, each in found.items()} == {
        "right": "reproduced",
        "wrong": "differs",
        "known": "definition_differs",
        "period": "not_in_snapshot",
        "table": "not_in_snapshot",
        "class": "not_in_snapshot",
        "both": "reproduced",
    }
    assert found["right"]["method"] == "query"
    assert found["wrong"]["suggested"] == "1050"
    assert found["period"]["missing_cells"] == ["85692NED | stock | total | 2025-12 (not_in_snapshot)"]
    assert (
        "lacks the classes" in found["class"]["missing_cells"][0]
        or "no dimension" in found["class"]["missing_cells"][0]
    )
    assert (found["both"]["method"], len(found["both"]["missing_cells"])) == ("formula", 1)


def test_a_predecessor_is_asked_when_the_live_table_is_not_there_and_that_is_told(tmp_path, vintage):
    count = "count({T | outflow | total | 2021Q1..2021Q4} > {T | inflow | total | 2021Q1..2021Q4})"
    query = f"{count.replace('T', '85615NED')}; {count.replace('T', '82662NED')}"
    found = verdicts(tmp_path, vintage, row("n", "3", "0", unit="quarters", kind="statement", query=query))
    assert found["n"]["verdict"] == "reproduced"
    assert found["n"]["cause"] == "Computed from 82662NED, because the snapshot lacks cells of 85615NED."
    assert "82662NED" in found["n"]["expression"]
    assert found["n"]["missing_cells"][0].startswith("85615NED | outflow | total | 2021Q1")


def test_tables_that_agree_outweigh_a_formula_that_excludes(tmp_path, vintage):
    found = verdicts(
        tmp_path,
        vintage,
        row("part", "1000", "10"),
        row("n", "1050", "10", formula="[part] + 10", query="{85692NED | stock | total | 2024-12}"),
    )
    assert (found["n"]["verdict"], found["n"]["suggested"]) == ("reproduced", None)
    # what the table confirms shows that the part is wrong: 1,050 - 10
    assert (found["part"]["verdict"], found["part"]["expression"]) == ("inconsistent", "[n] - 10")
    (other,) = found["n"]["others"]
    assert (other["corrected"], other["recomputed"]) == (["part"], 1050)


def test_an_error_that_cbs_corrected_is_a_known_cause(tmp_path, monkeypatch):
    made = replace(flow_table("85615NED", [90] * 4, [300] * 4), modified="2026-01-01")
    source = snapshot(tmp_path / "bank", made)
    query = "{85615NED | inflow | total | 2021Q1}"
    found = verdicts(
        tmp_path,
        source,
        row("near", "450", "10", unit="moments", query=query),
        row("far", "900", "10", unit="moments", query=query),
    )
    # data/corrections.yml: totals of 2012Q1-2024Q1 were up to 160 too high until February 2025
    assert [found[name]["verdict"] for name in ("near", "far")] == ["revised_since", "differs"]
    assert "up to 160 too high" in found["near"]["cause"]


def test_another_vintage_that_gives_what_was_printed_is_a_known_cause(tmp_path, monkeypatch):
    home = tmp_path / "home"
    bank = home / "data" / "snapshots"
    (home / "data" / "sources").mkdir(parents=True)
    (home / "data" / "corrections.yml").write_text("[]\n", encoding="utf-8")
    monkeypatch.setenv("BIJSTAND_HOME", str(home))
    snapshot(bank, stock_table(), name="2024-11-01")
    newer = snapshot(bank, stock_table(change=30), name="2026-11-01")
    found = verdicts(tmp_path, newer, row("n", "1050", "10", query="{85692NED | stock | total | 2024-12}"))
    assert found["n"]["verdict"] == "revised_since"
    assert found["n"]["cause"].endswith(
        "Snapshot 2024-11-01 gives the printed number; the figures in snapshot 2026-11-01 have been revised since."
    )


def test_no_verdict_is_drawn_from_a_simulated_snapshot(tmp_path):
    source = snapshot(tmp_path / "bank", stock_table(), kind="simulated")
    found = verdicts(
        tmp_path,
        source,
        row("q", "1050", "10", query="{85692NED | stock | total | 2024-12}"),
        row("f", "1050", "10", formula="[q]"),
    )
    assert [found[name]["verdict"] for name in ("q", "f")] == ["not_checked", "reproduced"]
    assert found["q"]["cause"] == "A simulated snapshot gives no verdict."
