"""Verdicts that misled, each as a small made register with a known answer: what weighs most, what is at the root."""

from __future__ import annotations

import csv
from fractions import Fraction

import pytest

from analysis.cli import main
from analysis.intervals.formula_range import Interval
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.register.slips.grim import nearest_shares
from analysis.workspace import open_snapshot
from builders import snapshot, table
from findings_register import row, write_register

STOCK = {"2022MM12": 400, "2023MM12": 402, "2024MM12": 406}


@pytest.fixture(scope="module")
def vintage(tmp_path_factory):
    """A table of persons in tens: 400, 402 and 406 thousand; a group of it is 100 thousand smaller."""
    rows = [
        {"measure": "stock", "age": age, "period": period, "value": 1000 * (value - less)}
        for period, value in STOCK.items()
        for age, less in (("total", 0), ("27-AOW", 100))
    ]
    return snapshot(tmp_path_factory.mktemp("bank"), table("85692NED", rows, {"age": ["total", "27-AOW"]}))


def findings(tmp_path, source, dates=(), **documents):
    folder = write_register(tmp_path / "register", **documents)
    path = folder / "documents.csv"
    listed = list(csv.DictReader(path.open(encoding="utf-8")))
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(each | {"date": dict(dates).get(each["document"], each["date"])} for each in listed)
    register = read_register(folder)
    found = finding_rows(find(register, source), register, source, coverage=())
    return {each["claim_id"]: each for each in found}


def stock(period: str) -> str:
    return f"{{85692NED | stock | total | {period}}}"


def test_a_table_that_confirms_outweighs_a_figure_of_an_older_document(tmp_path, vintage):
    """406 - 402 = 4 thousand in the table; the older document had 403 thousand for the year before."""
    new = [
        row("now", "406000", "1000", query=stock("2024-12")),
        row("change", "4000", "1000", kind="change", formula="[now] - [before]",
            query=f"{stock('2024-12')} - {stock('2023-12')}"),
    ]  # fmt: skip
    found = findings(tmp_path, vintage, new=new, older=[row("before", "404500", "10", period="2023-12")])
    change = found["change"]
    assert (change["verdict"], change["method"]) == ("reproduced", "query")
    assert [(each["expression"], each["outcome"]) for each in change["others"]] == [("[now] - [before]", "excluded")]
    assert "A table of the source decides, though [now] - [before] gives another number" in change["cause"]
    assert found["before"]["verdict"] == "not_checked"  # of another edition: not called wrong


def test_provisional_figures_are_revised_since_and_named_once_under_their_root(tmp_path, vintage):
    """404 thousand as known in January 2024, 402 now (0.5 %): three numbers, one root."""
    before, now = stock("2022-12"), stock("2023-12")
    rows = [
        row("level", "404000", "1000", period="2023-12", query=now),
        row("change", "4000", "1000", kind="change", query=f"{now} - {before}"),
        row("growth", "1.0", "0.1", unit="percent", kind="growth_rate", query=f"growth({now}, {before})"),
    ]
    found = findings(tmp_path, vintage, {"news": "2024-01"}, news=rows)
    assert {each["verdict"] for each in found.values()} == {"revised_since"}
    assert (found["change"]["root"], found["growth"]["root"]) == ("level", "level")
    assert found["level"]["rests_on_it"] == ["change", "growth"]
    assert "provisional when the document came out (2024-01)" in found["level"]["cause"]


def test_what_was_final_or_is_off_by_more_than_revisions_differs(tmp_path, vintage):
    late = [row("final", "404000", "1000", period="2022-12", query=stock("2022-12"))]
    far = [row("far", "440000", "1000", period="2023-12", query=stock("2023-12"))]
    found = findings(tmp_path, vintage, {"late": "2024-06", "far": "2024-01"}, late=late, far=far)
    assert [found[name]["verdict"] for name in ("final", "far")] == ["differs", "differs"]


def test_a_count_that_lies_between_two_and_three_cannot_be_decided(tmp_path, vintage):
    pairs = "count([a] > [b], [c] > [d], [e] > [f])"
    rows = [
        *(row(name, value) for name, value in zip("abcdef", ("9", "1", "8", "2", "5", "5"), strict=True)),
        row("two", "2", "0", kind="level", unit="quarters", formula=pairs),
        row("half", "2.5", "0.1", kind="level", unit="quarters", formula=pairs),
        row("four", "4", "0", kind="level", unit="quarters", formula=pairs),
    ]
    found = findings(tmp_path, vintage, made=rows)
    assert (found["two"]["recomputed_lo"], found["two"]["recomputed_hi"]) == (2, 3)
    assert [found[name]["verdict"] for name in ("two", "half", "four")] == [
        "undecidable",
        "inconsistent",
        "inconsistent",
    ]


def test_a_lost_sign_is_the_suspect_and_has_a_name(tmp_path, vintage):
    rows = [
        row("before", "500", formula="[young] + [old]"),
        row("young", "200"),
        row("old", "300"),
        row("change", "40", kind="change"),
        row("now", "460", formula="[before] + [change]"),
        row("growth", "-8.0", "0.1", unit="percent", kind="growth_rate", formula="share([change], [before])"),
    ]
    found = findings(tmp_path, vintage, made=rows)
    change = found["change"]
    assert (change["verdict"], change["rests_on_it"]) == ("inconsistent", ["now", "growth"])
    assert change["explanation"]["kind"] == "sign"
    assert change["explanation"]["worked"] == "-40 → 40"


def test_figures_that_changed_places_are_both_suspects_and_no_right_claim_is(tmp_path, vintage):
    """Men 300 and women 200 are printed the other way about; both shares are right."""
    rows = [
        row("men", "200", group="men"),
        row("women", "300", group="women"),
        row("total", "500", formula="[men] + [women]"),
        row("men-share", "60", unit="percent", kind="share", formula="share([men], [total])"),
        row("women-share", "40", unit="percent", kind="share", formula="share([women], [total])"),
    ]
    found = findings(tmp_path, vintage, made=rows)
    wrong = {name for name, each in found.items() if each["verdict"] == "inconsistent"}
    assert wrong == {"men", "women"}
    assert {found[name]["explanation"]["kind"] for name in wrong} == {"swapped_rows"}
    assert (found["men"]["suggested"], found["women"]["suggested"]) == ("300", "200")
    assert "[men] and [women] have changed places" in found["men"]["cause"]


@pytest.mark.parametrize(
    ("value", "wording", "formula", "right"),
    [
        ("-3", "over", "[base] / 100", "nearly -3"),  # -2.9 is less than 3 fewer
        ("3", "nearly", "0 - [base] / 100 + 0.3", "over 3"),
        ("29", "at_least", "0 - [base] / 10 - 0.4", "nearly 29"),
    ],
)
def test_where_only_the_wording_conflicts_the_wording_is_corrected(tmp_path, vintage, value, wording, formula, right):
    rows = [
        row("base", "-290", "0", kind="change"),
        row("x", value, "1", kind="change", wording=wording, formula=formula),
    ]
    found = findings(tmp_path, vintage, made=rows)
    assert (found["x"]["verdict"], found["x"]["suggested"]) == ("inconsistent", right)


def test_a_figure_that_does_not_stand_is_no_witness(tmp_path, vintage):
    """Which of a, b and ab is wrong is open; what is computed from ab is neither confirmed nor excluded by it."""
    rows = [
        row("a", "100"),
        row("b", "200"),
        row("ab", "350", formula="[a] + [b]"),
        row("twice", "700", formula="[ab] * 2"),
    ]
    found = findings(tmp_path, vintage, made=rows)
    assert found["ab"]["verdict"] == "inconsistent"
    assert found["twice"]["verdict"] == "not_checked"
    assert found["twice"]["cause"] == "What it could be computed from does not stand itself: [ab]."


def test_a_figure_of_one_edition_is_not_within_the_rounding_of_another(tmp_path):
    rows = [{"measure": "stock", "edition": each, "period": "2022KW04", "value": value} for each, value in
            (("2023-week-09", 400), ("2022-week-35", 401))]  # fmt: skip
    news = table("news_stock_series", rows, {"edition": ["2023-week-09", "2022-week-35"]}, "thousand persons", 1)
    source = snapshot(tmp_path / "bank", news)
    query = "{news_stock_series | stock | edition: 2023-week-09 | 2022Q4}"
    other = "{news_stock_series | stock | edition: 2022-week-35 | 2022Q4}"
    one = row("x", "401000", "1000", period="2022-12", query=query)
    found = findings(tmp_path / "one", source, made=[one])["x"]
    assert (found["verdict"], found["explanation"]["kind"]) == ("differs", "earlier_edition")
    named = row("x", "401000", "1000", period="2022-12", query=f"{query}; {other}")
    found = findings(tmp_path / "named", source, made=[named])["x"]
    assert (found["verdict"], found["explanation"]["kind"]) == ("revised_since", "earlier_edition")


def test_a_number_on_which_something_that_holds_rests_is_supported(tmp_path, vintage):
    rows = [row("a", "100", source="Closed"), row("b", "200"), row("c", "700"), row("ab", "300", formula="[a] + [b]")]
    found = findings(tmp_path, vintage, made=rows)
    assert [found[name]["verdict"] for name in "abc"] == ["supported", "supported", "not_checked"]
    assert found["a"]["cause"] == "Nothing in the register gives this number; what rests on it holds: [ab]."


@pytest.mark.parametrize(
    ("unit", "kind", "formula", "query", "message"),
    [
        ("percent", "share", "[a] + [b]", "", "expected percent, found persons in '[a] + [b]'"),
        ("persons", "level", "[a] + [p]", "", "persons and percent meet in '[a] + [p]'"),
        ("persons", "level", "share([a], [b])", "", "expected persons, found a ratio in"),
    ],
)
def test_a_unit_that_cannot_be_ends_in_one_line_with_status_two(
    tmp_path, monkeypatch, capsys, unit, kind, formula, query, message
):
    rows = [
        row("a", "100"),
        row("b", "200"),
        row("p", "50", unit="percent", kind="share"),
        row("x", "3", unit=unit, kind=kind, formula=formula, query=query),
    ]
    folder = write_register(tmp_path / "register", made=rows)
    monkeypatch.setattr("analysis.register.entry.findings_folder", lambda: folder)
    assert main(["findings"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert f"made.csv, line 5, x: formula: {message}" in printed.err


def test_a_query_in_another_unit_is_refused(tmp_path, vintage):
    rows = [row("x", "3", unit="percent", kind="share", query=stock("2024-12"))]
    with pytest.raises(Exception, match="expected percent, found persons"):
        findings(tmp_path, vintage, made=rows)


def test_a_percentage_that_no_whole_count_gives_is_said_to_be_impossible(tmp_path, vintage):
    """Of 23 persons 8 are 34.8 percent and 9 are 39.1: 37.0 cannot be, whatever the part."""
    rows = [
        row("n", "23", "0"),
        row("part", "8", "0"),
        row("share", "37.0", "0.1", unit="percent", kind="share", formula="share([part], [n])"),
    ]
    found = findings(tmp_path, vintage, made=rows)
    assert "No whole number out of 23 gives this percentage" in found["share"]["cause"]
    assert "the nearest are 34.7826 and 39.1304." in found["share"]["cause"]
    assert nearest_shares(Interval(Fraction("34.8"), Fraction("34.75"), Fraction("34.85")), 23) is None


def test_published_snapshot_gives_the_slips_of_the_documents():
    """By hand: figure 11 of Cedris has 14.4 for sheltered work and 13.5 for the jobs agreement, the headlines not."""
    register, source = read_register(), open_snapshot("published")
    found = {each.claim.id: each for each in find(register, source)}
    pair = (found["ced2024-hl-sick-bw"], found["ced2024-hl-sick-ba"])
    assert {each.explanations[0].kind for each in pair} == {"swapped_rows"}
    # (10.3 + 5.2) / 2 = 7.75: the mean of the two growth rates of table 3, where both together grew by 9.9 percent
    assert "mean_of_ratios" in {each.kind for each in found["fs2024-v-lks-pct8"].explanations}
    # 2,620 / (41,000 - 2,620) = 6.83: computed from the rounded level
    assert found["fs2024-t1-lt27-pct"].explanations[0].figures == ("fs2024-tx-lt27-n",)
