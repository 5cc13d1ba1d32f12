"""Work-development companies: hand-made tables with known answers, and what the document prints."""

from __future__ import annotations

import pytest

from analysis.chapters.sector import figures as sector_figures
from analysis.chapters.sector import finances
from analysis.chapters.sector import people as sector
from analysis.chapters.sector import sentences as sector_sentences
from analysis.errors import CoverageError
from analysis.intervals.comparison import BEYOND, WITHIN
from analysis.language.translator import Translator
from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import combine, pick
from analysis.missing import UNDECIDED
from analysis.register.evaluation import find
from analysis.register.verdicts import CONTRADICTED
from analysis.report.charts import by_class
from analysis.report.document_tables import document_table
from analysis.report.table_spec import declared_tables
from builders import snapshot, table

ENGLISH = Translator("en")
FLOWS = dict.fromkeys(("opening", "entries", "exits", "closing"), "persons")


def number(frame, quantity, **at):
    """Return value and ends of the single number of a frame at these labels."""
    rows = pick(frame, quantity)
    for label, value in at.items():
        rows = rows[rows[label] == value]
    assert len(rows) == 1
    return tuple(rows.iloc[0][["value", "value_lo", "value_hi"]])


def account(name, *schemes):
    rows = [
        {"measure": measure, "scheme": scheme, "period": "2024JJ00", "value": value}
        for scheme, *values in schemes
        for measure, value in zip(FLOWS, values, strict=False)
    ]
    return table(name, rows, {"scheme": [scheme for scheme, *_ in schemes]}, FLOWS)


@pytest.fixture
def flows(tmp_path):
    # made up, in tens: A closes exactly, B is 40 short where rounding allows 20 either way
    held = snapshot(
        tmp_path,
        account("cedris-2024-f2", ("A", 100, 50, 30, 120), ("B", 400, 20, 80, 300)),
        account("cedris-2024-f9", ("A", 50, 20, 10, 70), ("B", 90, 10, 20, 70)),
    )
    return sector.scheme_flows(held)


def test_ratios_of_a_scheme_are_those_of_the_flows(flows):
    at = {"where": "nationwide", "scheme": "A"}
    # 30 in 25–35 over 50 in 45–55; the two are different cells
    assert number(flows, "ratio", **at) == pytest.approx((30 / 50, 25 / 55, 35 / 45))
    assert number(flows, "entry_rate", **at) == pytest.approx((50, 100 * 45 / 105, 100 * 55 / 95))
    assert number(flows, "exit_rate", **at) == pytest.approx((30, 100 * 25 / 105, 100 * 35 / 95))
    # (120 - 100 + 30) / 50, three cells of 5 each way above the bar
    assert number(flows, "break_even", **at) == pytest.approx((1, 35 / 55, 65 / 45))


def test_the_total_adds_the_schemes_with_their_rounding(flows):
    at = {"where": "nationwide", "scheme": "total"}
    assert number(flows, "inflow", **at) == (70, 60, 80)
    assert number(flows, "ratio", **at) == pytest.approx((110 / 70, 100 / 80, 120 / 60))


def test_an_account_closes_or_does_not(flows):
    said = flows.drop_duplicates(["where", "scheme"]).set_index(["where", "scheme"])["closure"]
    assert said["nationwide", "A"] == WITHIN
    assert number(flows, "other_exits", where="nationwide", scheme="B") == (40, 20, 60)
    assert said["nationwide", "B"] == BEYOND
    assert said["at companies", "B"] == WITHIN


def test_an_account_with_a_missing_figure_cannot_be_decided(tmp_path):
    full = account("cedris-2024-f9", ("A", 50, 20, 10, 70))
    gap = account("cedris-2024-f2", ("A", 50, 20, 10, ""))
    found = sector.scheme_flows(snapshot(tmp_path, full, gap))
    assert set(found.loc[found["where"] == "nationwide", "closure"]) == {UNDECIDED}


def test_people_are_set_side_by_side_as_far_as_both_years_hold_them(tmp_path):
    # made up, in hundreds: 2023 is 400 contracts and 200 running trajectories, 2024 holds 500 of which 100 are running
    cells = [
        ("guided", "direct", "2023", 300), ("guided", "direct", "2024", 400), ("guided", "rest", "2024", 100),
        ("guided", "total", "2023", 600), ("guided", "total", "2024", 1000),
        ("trajectories", "running trajectories", "2023", 200), ("trajectories", "running trajectories", "2024", 100),
        ("trajectories", "all trajectories", "2024", 500),
        ("contracts", "contracts at companies", "2023", 400), ("contracts", "contracts at companies", "2024", 450),
    ]  # fmt: skip
    rows = [
        {"measure": measure, "activity": name, "period": f"{year}JJ00", "value": value}
        for measure, name, year, value in cells
    ]
    units = {"guided": "persons", "trajectories": "trajectories", "contracts": "persons"}
    names = list(dict.fromkeys(name for _, name, _, _ in cells))
    found = sector.people_guided(snapshot(tmp_path, table("cedris-2024-people", rows, {"activity": names}, units, 100)))
    assert number(found, "guided", activity="parts added") == (1000, 850, 1150)
    assert number(found, "guided", activity="total less parts") == (0, -200, 200)
    assert number(found, "change", activity="total") == (400, 300, 500)
    alike = "contracts and running trajectories"
    assert number(found, "guided_before", activity=alike) == (600, 500, 700)
    assert number(found, "guided", activity=alike) == (550, 450, 650)
    assert number(found, "change", activity=alike) == (-50, -250, 150)
    assert "rest" not in set(pick(found, "change")["activity"])  # not printed for 2023
    assert set(sector.activities(found)["activity"]) == {"direct", "rest", "running trajectories", "all trajectories"}
    # whether the growth comes from the other way of counting is not decided: it is not said
    assert "So the growth" not in sector_sentences.people_guided(found, ENGLISH)


def means(tmp_path, absence, hours):
    """Return the frames of absence and of contract hours: (scheme, mean, mean in the summary), ``None`` for none."""
    made = []
    for name, quantity, rows in (("f11", "sickness", absence), ("f13", "contract_hours", hours)):
        units = dict.fromkeys((quantity, f"{quantity}_elsewhere"), "percent")
        cells = [
            {"measure": measure, "scheme": scheme, "period": "2024JJ00", "value": value}
            for scheme, *values in rows
            for measure, value in zip(units, values, strict=True)
            if value is not None
        ]
        made.append(table(f"cedris-2024-{name}", cells, {"scheme": [scheme for scheme, *_ in rows]}, units, 0.1))
    held = snapshot(tmp_path, *made)
    pairs = (("f11", "sickness"), ("f13", "contract_hours"))
    return [
        combine(
            breakdown(held, f"cedris-2024-{name}", f"{each}{end}", "scheme").tidy_rows() for end in ("", "_elsewhere")
        )
        for name, each in pairs
    ]


def test_a_summary_that_agrees_is_not_spoken_of(tmp_path):
    # made up; 28.1 to 27.4 hold 27.8
    hours = [("LKS-a", 28.1, None), ("LKS-b", 27.4, None), ("LKS", None, 27.8)]
    agreed = means(tmp_path / "agreed", [("A", 10.0, 10.0), ("B", 12.0, 12.0)], hours)
    assert sector_sentences.summary_checked(*agreed, ENGLISH) == ""
    one_off = means(tmp_path / "off", [("A", 10.0, 10.0), ("B", 12.0, 11.0)], hours)
    assert (
        sector_sentences.summary_checked(*one_off, ENGLISH) == ""
    )  # another number, and no exchange: the table shows it


def test_a_summary_that_swaps_two_means_is_told(tmp_path):
    hours = [("LKS-a", 28.1, None), ("LKS-b", 27.4, None), ("LKS", None, 28.5)]
    swapped = means(tmp_path, [("A", 10.0, 10.0), ("B", 12.0, 13.0), ("C", 13.0, 12.0)], hours)
    said = sector_sentences.summary_checked(*swapped, ENGLISH)
    assert "it has 13.0% for B and 12.0% for C" in said
    assert (
        "section 4.2 prints 28.5 hours a week, which cannot be the mean of two groups with 27.4 and 28.1 hours" in said
    )


def test_pay_is_set_against_a_full_week(tmp_path):
    values = {"pay": 1500, "minimum_wage": 2000, "contract_fte": 0.6}  # made up
    units = {"pay": "euro", "minimum_wage": "euro", "contract_fte": "fte"}
    rows = [{"measure": name, "scheme": "A", "period": "2024JJ00", "value": value} for name, value in values.items()]
    held = snapshot(tmp_path, table("cedris-2024-f17", rows, {"scheme": ["A"]}, units, 0.1))
    found = finances.pay(held)
    assert number(found, "pay_to_minimum", scheme="A")[0] == 75
    assert number(found, "pay_full_time", scheme="A") == pytest.approx((2500, 1499.95 / 0.65, 1500.05 / 0.55))


def test_a_snapshot_without_the_tables_is_refused(tmp_path):
    held = snapshot(tmp_path, account("cedris-2024-f2", ("A", 1, 1, 1, 1)))
    with pytest.raises(CoverageError, match="has no table cedris-2024-f9"):
        sector.scheme_flows(held)
    with pytest.raises(CoverageError, match="has no table cedris-2024-f10"):
        document_table(held, "age_by_scheme")


def test_the_ratios_of_2024(published):
    """From ced2024-f2-* and ced2024-f9-*: 59,500 + 200 - 4,400 = 55,300 and so on, each to within 50."""
    found = sector.scheme_flows(published)
    assert set(found["closure"]) == {WITHIN}
    assert number(found, "ratio", where="nationwide", scheme="Wsw") == pytest.approx((22, 4350 / 250, 4450 / 150))
    at = {"where": "at companies", "scheme": "LKS-banenafspraak"}
    assert number(found, "ratio", **at) == pytest.approx((3800 / 5700, 3750 / 5750, 3850 / 5650))
    assert number(found, "closing", where="at companies", scheme="total") == (80000, 79850, 80150)


def test_the_growth_to_114_000_is_another_way_of_counting(published):
    """Contracts of ced2024-f9-*, with traj23 or 36 percent (f6-open) of k-traj: 103,000 (k-total23) and 91,592."""
    found = sector.people_guided(published)
    assert number(found, "guided", activity="total less parts") == (0, -900, 900)
    alike = "contracts and running trajectories"
    # three contracts of 50 each way, and a trajectory count of 50
    assert number(found, "guided_before", activity=alike) == (59_500 + 13_800 + 8_000 + 21_700, 102_800, 103_200)
    # 36.5 percent of 32,250 is 11,771.25; what a step of figure 6 allows below is as much less
    assert number(found, "guided", activity=alike) == pytest.approx((80_000 + 11_592, 91_262.75, 91_921.25), abs=1e-6)
    assert number(found, "change", activity=alike) == pytest.approx((-11_408, -11_937.25, -10_878.75), abs=1e-6)
    assert number(found, "change", activity="contracts at companies") == (-1300, -1600, -1000)
    assert alike not in set(sector.activities(found)["activity"])
    assert "So the growth of the published number" in sector_sentences.people_guided(found, ENGLISH)


def test_the_summary_of_chapter_4_is_shown_where_it_differs(published):
    """ced2024-hl-sick-*, hl-hours-lks and f11-*-mean; the register calls the three inconsistent."""
    absence = document_table(published, "sickness_by_scheme")
    for scheme, mean, elsewhere in (("LKS-beschut", 14.4, 13.5), ("LKS-banenafspraak", 13.5, 14.4)):
        assert number(absence, "sickness", scheme=scheme)[0] == mean
        assert number(absence, "sickness_elsewhere", scheme=scheme)[0] == elsewhere
    said = sector_sentences.summary_checked(absence, document_table(published, "contract_by_scheme"), ENGLISH)
    assert "it has 14.4% for LKS-banenafspraak and 13.5% for LKS-beschut" in said
    assert "28.5 hours" in said


def test_companies_are_counted_where_the_document_counts_them(published):
    """ced2024-org-7, resp and members: 7 of the 77 that answered, of 95 members; the share is said to be about."""
    types = document_table(published, "companies_by_type")
    assert number(types, "companies", company_type="types 1 and 2") == (7, 7, 7)
    moved = document_table(published, "companies_movement")
    assert [number(moved, "companies", movement=each)[0] for each in ("member companies", "answered")] == [95, 77]
    assert declared_tables()["companies_by_type"].kind == "assumed"


def test_the_table_printed_is_the_table_shown(published):
    """Figure 24, first and last line: ced2024-f24-loon-* and ced2024-f24-tot-*."""
    found = document_table(published, "financial_table")
    lines = list(dict.fromkeys(found["line"]))
    expected = {0: (-39766, -34290, -33065, -38532, -2100), 8: (-1337, -11641, -3971, -2627, -140)}
    names = ("per_fte_wsw", "per_fte_lksbij", "per_fte_bw", "per_fte_mean", "million")
    for place, values in expected.items():
        assert tuple(number(found, name, line=lines[place])[0] for name in names) == values
    assert len(lines) == 9


def test_checks_and_ledger_agree(published, register):
    """What does not add up is what the register calls inconsistent, number for number, and the issue's list of it."""
    found = find(register, published, ["cedris-2024"])
    checks = finances.recomputed(found)
    keys = ["line", "scheme", "unit", "location", "published"]
    fails = {tuple(row) for row in checks.loc[checks["verdict"].isin(CONTRADICTED), keys].to_numpy()}
    ledger = {
        each.claim.id for each in found if each.verdict in CONTRADICTED and each.claim.id.startswith("ced2024-f24")
    }
    assert ledger == {f"ced2024-f24-{cell}" for cell in (
        "na-bw", "na-avg", "lks-avg", "rijk-avg", "pbud-avg", "gem-avg", "tot-avg"
    )}  # fmt: skip
    in_figure = {key for key in fails if key[3] == "Figuur 24"}
    assert {key[4] for key in in_figure} == {float(register.claims[name].value) for name in ledger}
    assert len(in_figure) == len(ledger)
    assert {key[4] for key in fails - in_figure} == {166}  # ced2024-58-gem24, printed as 162 elsewhere
    slipped = checks[(checks["published"] == -8851) & (checks["rebuilt"] == -8653)]
    assert list(slipped["worked"]) == ["(-19991) + 11338", "(-3971) - 4682"]
    # 39 cells; the operating balance of a scheme follows from nothing (bedr-wsw, bedr-lksbij, bedr-bw)
    assert sector_sentences.checks(checks, document_table(published, "financial_table"), ENGLISH) == (
        "The table has 39 numbers; 36 of them can be computed from other figures of the document. For 7 numbers at "
        "least one calculation contradicts the number as published. Another 8 differ because the calculation probably "
        "counts something else. Numbers that the document gives elsewhere with another value: 1; they are at the end "
        "of the table, with their location."
    )


def test_bars_stand_at_their_class(published):
    flows = sector.scheme_flows(published)
    drawn = by_class(flows, "scheme", ["entry_rate", "exit_rate"], ENGLISH, panel="where")
    first = drawn.axes[0]
    names = [label.get_text() for label in first.get_yticklabels()]
    assert names == ["Wsw", "LKS-banenafspraak", "LKS-beschut", "total"]
    entry, exits = ([bar.get_width() for bar in bars] for bars in first.containers)
    rows = flows[flows["where"] == "nationwide"]
    assert entry == list(pick(rows, "entry_rate")["value"])
    assert exits == list(pick(rows, "exit_rate")["value"])


def test_a_spread_runs_from_the_lowest_to_the_highest_tenth(published):
    """ced2024-f10-*: Wsw 52, 53, 55."""
    drawn = sector_figures.means_with_range(document_table(published, "age_by_scheme"), "age", ENGLISH)
    (axes,) = drawn.axes
    top = [segment for segment in axes.collections[0].get_segments() if segment[0][1] == 2]
    assert [tuple(point) for point in top[0]] == [(52, 2), (55, 2)]
    assert axes.get_yticklabels()[0].get_text() == "Wsw"
    assert axes.get_xlabel() == "lowest tenth – mean – highest tenth\naxis does not start at zero"
