"""Work with a disability: hand-made tables with known answers, and the figures of the documents."""

from __future__ import annotations

import pytest

from analysis.chapters.work_disability import figures as work_disability_figures
from analysis.chapters.work_disability import jobs_agreement
from analysis.chapters.work_disability import schemes as by_scheme
from analysis.chapters.work_disability import sentences as work_disability_sentences
from analysis.errors import CallError, CoverageError, MixedUnitsError
from analysis.language.translator import Translator
from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import pick
from analysis.report.charts import by_class
from analysis.report.table_html import RenderedTable
from analysis.report.table_spec import declared_tables, machine_table
from analysis.runs.notebook import find_notebooks
from analysis.runs.parameters import check_parameters
from builders import snapshot, table

ENGLISH = Translator("en")
SCHEMES = ["jobs agreement", "sheltered work (UWV)", "total"]


def schemes_table(levels: dict[str, list[int]], rounding: float = 0):
    rows = [
        {"measure": "at_work", "scheme": scheme, "period": f"{year}MM12", "value": value}
        for scheme, values in levels.items()
        for year, value in zip((2022, 2023, 2024), values, strict=True)
    ]
    return table(by_scheme.SCHEMES, rows, {"scheme": SCHEMES}, rounding=rounding)


def jobs_table():
    # made up: since the baseline market 60 of 80 and government 10 of 20; in the year 6 and -2
    since = {"market": (65, -5, 60), "government": (12, -2, 10), "total": (77, -7, 70)}
    added = {"market": (8, -2, 6), "government": (1, -3, -2)}
    rows = [
        {"measure": measure, "sector": sector, "contract": contract, "period": "2024JJ00", "value": value}
        for measure, figures_of in (("jobs_since_baseline", since), ("jobs_added", added))
        for sector, values in figures_of.items()
        for contract, value in zip(("formal", "hired", "total"), values, strict=True)
    ]
    rows += [
        {"measure": "jobs_target", "sector": sector, "contract": "total", "period": "2024JJ00", "value": value}
        for sector, value in (("market", 80), ("government", 20), ("total", 100))
    ]
    rows += [
        {"measure": measure, "sector": "total", "contract": "Wsw secondment", "period": "2024JJ00", "value": value}
        for measure, value in (("jobs_since_baseline", -20), ("jobs_added", -4))
    ]
    classes = {"sector": ["market", "government", "total"], "contract": ["formal", "hired", "total", "Wsw secondment"]}
    return table(jobs_agreement.JOBS, rows, classes, unit="jobs", rounding=1, signed=True)


def of(frame, quantity, **labels):
    rows = pick(frame, quantity)
    for name, value in labels.items():
        rows = rows[rows[name] == value]
    (row,) = rows.to_dict("records")
    return row["value"], row["value_lo"], row["value_hi"]


def test_contributions_of_schemes_add_up_to_the_growth_of_the_total(tmp_path):
    levels = {"jobs agreement": [80, 90, 99], "sheltered work (UWV)": [20, 10, 6], "total": [100, 100, 105]}
    rows = by_scheme.at_work_by_scheme(snapshot(tmp_path, schemes_table(levels)), "2024")
    assert of(rows, "change", scheme="jobs agreement") == (9, 9, 9)
    assert of(rows, "growth_pct", scheme="sheltered work (UWV)")[0] == pytest.approx(-40)
    parts = [of(rows, "contribution_pp", scheme=scheme)[0] for scheme in SCHEMES]
    assert parts == pytest.approx([9, -4, 5])
    assert of(rows, "growth_pct", scheme="total")[0] == pytest.approx(5)


def test_rounding_of_levels_is_carried_into_change_and_growth(tmp_path):
    levels = {"jobs agreement": [80, 90, 100], "sheltered work (UWV)": [20, 10, 10], "total": [100, 100, 110]}
    rows = by_scheme.at_work_by_scheme(snapshot(tmp_path, schemes_table(levels, rounding=2)), "2024")
    assert of(rows, "change", scheme="total") == (10, 8, 12)
    # the level of a year before stands above and below the bar: (109 - 101) / 101 to (111 - 99) / 99
    assert of(rows, "growth_pct", scheme="total") == pytest.approx((10, 800 / 101, 1200 / 99))


def test_jobs_against_targets(tmp_path):
    held = snapshot(tmp_path, jobs_table())
    rows = jobs_agreement.jobs_against_targets(held)
    assert of(rows, "shortfall", sector="market") == (20, 19, 21)  # a target with a rounding of its own, here
    assert of(rows, "target_reached", sector="government")[0] == pytest.approx(50)
    added = jobs_agreement.jobs_added(held)
    assert of(added, "added_all", sector="total") == (4, 3, 5)
    hired = jobs_agreement.hired_jobs(held)
    assert of(hired, "hired_other", span="since baseline") == (13, 12, 14)
    assert of(hired, "hired_other", span="in the year")[0] == -1


def sheltered_tables(printed: int):
    """Made up: 100 advised and 60 of them at work in 2024; the years before are in the table of schemes only."""
    rows = [
        {"measure": measure, "scheme": "sheltered work (UWV)", "period": "2024MM12", "value": value}
        for measure, value in (("advised", 100), ("at_work", 60), ("printed_waiting", printed))
    ]
    levels = {"jobs agreement": [80, 90, 99], "sheltered work (UWV)": [20, 30, 61], "total": [100, 120, 160]}
    return table(by_scheme.SHELTERED, rows, {"scheme": ["sheltered work (UWV)"]}, rounding=0), schemes_table(levels)


@pytest.mark.parametrize(("printed", "gap"), [(40, 0), (47, 7)])
def test_a_printed_number_that_does_not_follow_is_shown_beside_the_one_that_does(tmp_path, printed, gap):
    found = by_scheme.sheltered_work(snapshot(tmp_path, *sheltered_tables(printed)))
    assert of(found, "waiting") == (40, 40, 40)
    assert of(found, "waiting_gap")[0] == gap
    said = work_disability_sentences.sheltered_work(found, ENGLISH)
    assert ("contradicts itself" in said) == bool(gap)
    assert "(Sectorinformatie 2024, 2.6)" in said, "three documents are drawn on: which one prints it"
    assert f"prints {printed}" in said


def test_years_before_the_sector_information_are_of_the_factsheet(tmp_path):
    found = by_scheme.sheltered_work(snapshot(tmp_path, *sheltered_tables(40)))
    rows = machine_table(declared_tables()["sheltered_work"], found).set_index("year")
    assert list(rows.index) == ["2022", "2023", "2024"]
    assert rows["at_work"].to_dict() == {"2022": 20, "2023": 30, "2024": 60}
    assert rows["tables"].to_dict() == {
        "2022": by_scheme.SCHEMES,
        "2023": by_scheme.SCHEMES,
        "2024": by_scheme.SHELTERED,
    }
    assert rows.loc[["2022", "2023"], ["advised", "waiting", "waiting_gap"]].isna().all(axis=None)


def test_units_of_counts_are_kept_apart(tmp_path):
    rows = [
        {"measure": measure, "topic": "Wsw", "count": count, "period": "2024MM12", "value": value}
        for measure, count, value in (("persons_counted", "a", 90), ("provisions_counted", "b", 100))
    ]
    units = {"persons_counted": "persons", "provisions_counted": "provisions"}
    tables = [table(name, rows, {"topic": ["Wsw"], "count": ["a", "b"]}, units) for name in by_scheme.COUNTS]
    held = snapshot(tmp_path, *tables)
    assert list(by_scheme.sources_compared(held)["unit"]) == ["persons", "provisions"] * len(tables)
    persons, provisions = (breakdown(held, by_scheme.COUNTS[0], name, "count", topic="Wsw").numbers for name in units)
    with pytest.raises(MixedUnitsError, match="persons and provisions"):
        persons - provisions


def test_what_is_not_there_is_refused(tmp_path):
    held = snapshot(tmp_path, schemes_table({scheme: [1, 2, 3] for scheme in SCHEMES}))
    with pytest.raises(CoverageError, match="expected one of the periods"):
        by_scheme.at_work_by_scheme(held, "2022")
    with pytest.raises(CoverageError, match="has no table banenafspraak-2024-jobs"):
        jobs_agreement.jobs_added(held)
    with pytest.raises(CoverageError, match="dimension 'sex' is not possible here"):
        breakdown(held, by_scheme.SCHEMES, "at_work", "sex", "2024-12")


def test_a_year_of_which_the_table_lacks_the_year_before_is_no_parameter(root):
    notebooks = find_notebooks(root / "notebooks", ["06_work_disability"])
    with pytest.raises(CallError, match="parameter period: year '2022' is unknown"):
        check_parameters(notebooks, {"period": "2022"})


def test_the_figures_of_the_documents(published):
    schemes = by_scheme.at_work_by_scheme(published, "2024")
    assert of(schemes, "change", scheme="total")[0] == 2500  # claim fs2024-d-total-d
    assert round(of(schemes, "growth_pct", scheme="internal Wsw place")[0]) == -7  # fs2024-d-wsw-pct
    targets = jobs_agreement.jobs_against_targets(published)
    assert of(targets, "shortfall", sector="total")[1] > 25000  # ba2024-in-gap, "over 25,000"
    assert of(jobs_agreement.jobs_added(published), "added_all", sector="total") == (3952, 3951, 3953)  # "nearly 4,000"
    assert (
        of(jobs_agreement.hired_jobs(published), "hired_other", span="in the year")[0] == -520
    )  # note of ba2024-newgroups-2024
    sheltered = by_scheme.sheltered_work(published)
    assert of(sheltered, "waiting", year="2024")[0] == 4946  # right value of ced2024-bw-nojob24
    assert of(sheltered, "waiting_gap", year="2023")[0] == 0  # ced2024-bw-nojob23
    assert of(sheltered, "at_work", year="2022") == (8032, 8032, 8032)  # fs2024-t5-bw-22
    register = jobs_agreement.register_at_work(published)
    for population in ("total", "Participation Act"):  # fs2024-d-register-pct, fs2024-d-pwet-pct
        _, lo, hi = of(register, "printed_share", population=population)
        _, low, high = of(register, "job_share", population=population)
        assert low <= hi
        assert lo <= high


def test_levels_in_thousands_are_shown_with_what_rounding_leaves_open(published):
    register = jobs_agreement.register_at_work(published)
    # 275 and 143 thousand, each half a thousand off (fs2024-d-register, fs2024-d-pwet), less 142,421 (fs2024-t5-ba-24)
    assert of(register, "registered", population="total") == (275000, 274500, 275500)
    assert of(register, "without_job", population="total") == (132579, 132079, 133079)
    assert of(register, "with_job", population="others") == (67421, 66921, 67921)
    assert of(register, "without_job", population="others") == (64579, 63079, 66079)
    table = machine_table(declared_tables()["register_at_work"], register)
    shown = RenderedTable(
        "register_at_work", declared_tables()["register_at_work"], table, ENGLISH, "", ""
    )._repr_mimebundle_()["text/plain"]
    for text in ("275,000 (274,500 to 275,500)", "132,579 (132,079 to 133,079)", "64,579 (63,079 to 66,079)"):
        assert text in shown
    said = work_disability_sentences.register(register, ENGLISH)
    assert "Of the 143,000 (rounding: 142,500 to 143,500) people under the Participation Act" in said


def test_what_is_derived_or_provisional_says_so(published):
    rows = by_scheme.sources_compared(published).set_index(["topic", "count"])
    baseline = rows.loc[("jobs agreement", "UWV jobs in the baseline")]
    # not printed: ba2024-res-incl less ba2024-res-real, 164,795 - 89,616, each half a job off
    assert tuple(baseline[["value", "value_lo", "value_hi"]]) == (75179, 75178, 75180)
    assert "derived" in ENGLISH.value("UWV jobs in the baseline")
    assert "not published" in ENGLISH.value(baseline["reason"])
    of_cedris = rows[rows["tables"] == "cedris-2024-counts"]
    provisional = of_cedris[of_cedris["status"] != "final"]
    assert provisional["value"].to_dict() == {("sheltered places", "CBS in Cedris"): 8970}  # ced2024-bw-cbs, 2.6
    topics = ("wage subsidies", "jobs agreement", "sheltered places")
    both, agreement, sheltered = (rows.loc[(topic, "Cedris country"), "value"] for topic in topics)
    assert both == agreement + sheltered == 41700  # ced2024-lks-n, 2.4


def test_each_count_says_what_it_counts_in_both_languages(published):
    rows = by_scheme.sources_compared(published)
    assert not rows[["topic", "count"]].duplicated().any()
    for translator in (Translator("nl"), ENGLISH):
        assert all(translator.value(reason) != reason for reason in rows["reason"])


def test_the_picture_of_targets_is_drawn_to_scale(tmp_path):
    (axes,) = work_disability_figures.jobs_against_targets(
        jobs_agreement.jobs_against_targets(snapshot(tmp_path, jobs_table())), ENGLISH
    ).axes
    reached, short = axes.containers
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert dict(zip(names, [bar.get_width() for bar in reached], strict=True)) == pytest.approx(
        {"total": 70, "government": 50, "market": 75}
    )
    assert [bar.get_x() + bar.get_width() for bar in short] == pytest.approx([100, 100, 100])


def test_the_picture_of_counts_has_a_mark_for_each_unit(published):
    rows = by_scheme.sources_compared(published)
    panels = by_class(rows, "count", ["counted"], ENGLISH, "dots", series="unit", panel="topic", one_scale=False).axes
    titles = [axes.texts[-1].get_text() for axes in panels]
    assert titles == ["sheltered work", "Wsw", "wage subsidy", "jobs agreement"]
    drawn = [x for axes in panels for line in axes.lines for x in line.get_xdata()]
    assert sorted(drawn) == pytest.approx(sorted(rows["value"]))
