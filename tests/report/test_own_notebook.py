"""A notebook that shows tables, figures and an answer under names of its own, with no word of it in the library."""

from __future__ import annotations

import json
import re

import nbformat
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.errors import CallError, DataError
from analysis.language.translator import Translator
from analysis.report import Report
from analysis.report import report as module
from analysis.report.data_dictionary import RESOURCE
from analysis.report.own_frame import complete
from analysis.report.table_html import RenderedTable
from analysis.report.table_spec import machine_table, table_spec
from analysis.runs.data_package import write_data_package
from analysis.runs.kernel import Job
from analysis.runs.notebook import read_notebook
from analysis.site.build import build_site
from analysis.site.downloads import read_tables
from analysis.site.notebook_outputs import captions_in
from analysis.site.page import Site
from analysis.workspace import RUN_FOLDER_VARIABLE, open_snapshot
from in_process import run_here

NOTEBOOK = [
    ("markdown", "# Men and women\n\nAre there more women than men?"),
    ("code", 'snapshot = "published"\nlang = "en"'),
    (
        "code",
        """
import pandas as pd
from matplotlib.figure import Figure
from analysis.measures import caseload_groups
from analysis.report import Report
from analysis.report import report as module
from analysis.report.table_html import RenderedTable
from analysis.report.table_spec import machine_table, table_spec
from analysis.workspace import RUN_FOLDER_VARIABLE, open_snapshot

source = open_snapshot(snapshot)
report = Report(source, lang)
persons = caseload_groups.by_group(caseload_groups.group_state(source, "sex"))
persons = persons[persons["quantity"].isin(["level", "share"])]
""",
    ),
    ("code", 'report.table("men-and-women", persons, title="Men and women, end of 2024")'),
    (
        "code",
        """
waves = pd.DataFrame({"visits_made": [12, 3], "part_of_day": [0.25, 0.5], "part_of_day_lo": [0.2, 0.4],
                      "part_of_day_hi": [0.3, 0.75]}, index=pd.Index(["first", "second"], name="wave_of_visits"))
report.table("my_waves", waves)
""",
    ),
    (
        "code",
        """
picture = Figure(figsize=(5.2, 2))
picture.subplots().bar(["first", "second"], waves["visits_made"])
report.figure("visits_by_wave", picture, title="Visits by wave", alt="Twelve visits in the first wave, three later.")
report.figure("untitled_bars", Figure(figsize=(5.2, 2)))
""",
    ),
    ("code", 'report.answer("Are there more women than men?", "**Yes.** More women than men receive bijstand.")'),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp("own")
    notebook = nbformat.v4.new_notebook()
    new = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    notebook.cells = [new[kind](source) for kind, source in NOTEBOOK]
    notebook.cells[1].metadata["tags"] = ["parameters"]
    path = folder / "my_question.ipynb"
    nbformat.write(notebook, path)
    outcomes = {}
    for lang in ("en", "nl"):
        for name in ("notebooks", "tables", "figures"):
            (folder / lang / name).mkdir(parents=True)
        job = Job(path.stem, path, folder / lang, {"snapshot": "published", "lang": lang}, root)
        assert run_here(job).error == ""
        executed = nbformat.read(job.output, as_version=4)
        outcomes[lang] = [output for cell in executed.cells for output in cell.get("outputs", ())]
    return folder / "en", read_notebook(path), outcomes


def text_of(outcomes, index):
    return outcomes[index].data["text/plain"]


def test_labels_quantities_and_intervals_of_a_table_come_from_its_tidy_frame(run):
    folder, _, outcomes = run
    table = pd.read_csv(folder / "tables" / "men-and-women.csv")
    assert set(table["group"]) == {"men", "women", "total"}
    for quantity in ("level", "share"):
        assert (table[f"{quantity}_lo"] <= table[quantity]).all()
        assert (table[quantity] <= table[f"{quantity}_hi"]).all()
    first, *_, note = text_of(outcomes["en"], 0).splitlines()
    assert first == "Men and women, end of 2024"
    assert note.startswith("In brackets: rounding interval")
    assert "Source: CBS" in note
    assert "mannen" in text_of(outcomes["nl"], 0), "a word that the glossary has is used"


def test_a_frame_that_is_not_tidy_keeps_its_index_and_is_printed_by_the_names_of_its_columns(run):
    folder, _, outcomes = run
    assert (folder / "tables" / "my_waves.csv").read_text() == (
        "wave_of_visits,visits_made,part_of_day,part_of_day_lo,part_of_day_hi,snapshot\n"
        "first,12,0.25,0.2,0.3,published\nsecond,3,0.5,0.4,0.75,published\n"
    )
    lines = text_of(outcomes["en"], 1).splitlines()
    assert lines[0] == "my waves"
    assert lines[1].split("  ")[-1].strip() == "part of day"
    assert "0.250 (0.200 to 0.300)" in lines[2]
    assert lines[-1].startswith("In brackets: the interval of the estimate; the table does not state its kind.")
    assert "0,250 (0,200 tot 0,300)" in text_of(outcomes["nl"], 1)


def test_a_figure_has_the_title_and_alternative_text_that_the_notebook_gives(run):
    folder, _, outcomes = run
    alts = [output.metadata["image/png"]["alt"] for output in outcomes["en"] if "image/png" in output.data]
    assert alts == ["Twelve visits in the first wave, three later.", "untitled bars"]
    names = {f"{name}.{kind}" for name in ("visits_by_wave", "untitled_bars") for kind in ("png", "svg")}
    assert {path.name for path in (folder / "figures").iterdir()} == names, "no frame was given, so there is no CSV"


def test_its_answer_and_tables_stand_on_the_pages(run):
    folder, notebook, _ = run
    assert (notebook.tables, notebook.figures) == (("men-and-women", "my_waves"), ("visits_by_wave", "untitled_bars"))
    record = {"run": "r", "begun": "2026-11-21", "snapshots": [], "notebooks": [], "versions": {}}
    write_data_package(folder / "tables", record)
    build_site(Site(folder, record, Translator("en")), ["my_question"], read_tables(folder, [notebook]), [], {})
    front, page = ((folder / name).read_text() for name in ("index.html", "my_question.html"))
    short = front[front.index('class="findings"') : front.index('id="contents"')]
    assert "Are there more women than men?" in short
    assert "<p>Yes.</p>" in short
    assert "More women than men receive bijstand." in short
    assert 'id="table-men-and-women"' in page
    picture = page[page.index('id="figure-visits_by_wave"') :].partition("</figure>")[0]
    assert 'src="figures/visits_by_wave.png"' in picture
    assert 'alt="Twelve visits in the first wave, three later."' in picture
    assert 'href="figures/visits_by_wave.svg"' in picture
    (caption,) = (each for name, each in captions_in(folder / "notebooks", ["my_question"]).items() if "-" in name)
    assert caption["text"] == "my_question · Men and women"
    assert "my_question.html#table-my_waves" in (folder / "downloads.html").read_text()


TIDY = pd.DataFrame({"wave": ["one", "two"], "quantity": "visits_made", "value": [12.0, None]})


@pytest.fixture
def report():
    return Report(open_snapshot("published"), "en")


def test_a_tidy_frame_needs_no_more_than_quantity_and_value(report, monkeypatch):
    outputs = []
    monkeypatch.setattr("analysis.report.report.display", outputs.append)
    report.table("my_visits", TIDY)
    text = outputs[0]._repr_mimebundle_()["text/plain"]
    assert [line.split() for line in text.splitlines()[2:4]] == [["one", "12"], ["two", "cannot", "be", "determined"]]


def test_a_figure_of_one_group_alone_is_left_out_of_the_pages(report, monkeypatch, tmp_path):
    """There is a number in the first wave alone: nothing to compare it with."""
    (tmp_path / "figures").mkdir()
    report.folder, marks = tmp_path, []
    monkeypatch.setattr("analysis.report.report.display", lambda _, metadata: marks.append(metadata["bijstand"]))
    for name, compares in (("one_wave", "wave"), ("not_asked", "")):
        report.figure(name, Figure(figsize=(5.2, 2)), TIDY, title="Visits", compares=compares)
    report.figure("two_waves", Figure(figsize=(5.2, 2)), TIDY.fillna({"value": 3.0}), title="Visits", compares="wave")
    assert [(mark["empty"], mark["only"]) for mark in marks] == [(True, "one"), (False, ""), (False, "")]


def test_rows_that_no_label_tells_apart_are_refused(report):
    with pytest.raises(DataError, match=r"table my_visits: two rows for wave one, quantity visits_made"):
        report.table("my_visits", pd.concat([TIDY, TIDY]))


@pytest.mark.parametrize("name", ["my visits", "../visits", "visits.csv", ""])
def test_a_name_that_is_no_name_of_a_file_is_refused(report, name):
    with pytest.raises(CallError, match="expected a name of letters, digits"):
        report.table(name, TIDY)


VALUES = pd.DataFrame({"group": ["x", "y"], "v": [1.0, 2.0]})


@pytest.fixture
def saved(tmp_path, monkeypatch, published):
    """Return what shows a table and returns its CSV."""
    (tmp_path / "tables").mkdir()
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(module, "display", lambda *_, **__: None)

    def save(name, frame):
        Report(published, "en").table(name, frame)
        return (tmp_path / "tables" / f"{name}.csv").read_text()

    return save


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "column 'a' stands there twice; rename one"),
        (VALUES.set_index("group").assign(group="z"), "column 'group' stands there twice"),
        (VALUES["v"], "expected a DataFrame, found Series; a Series becomes one with .to_frame('value')"),
        ([1, 2], "expected a DataFrame, found list"),
        (
            VALUES.pivot_table(index="v", columns="group", aggfunc=["sum"]),
            "columns are named by texts, found ('sum', 'x')",
        ),
        (VALUES.assign(status=["good", "bad"]), "column 'status': expected final, revised_provisional, provisional"),
        (VALUES.assign(missing=["a", ""]), "column 'missing': expected the reason why"),
        (VALUES.assign(tables=[1, 2]), "column 'tables': expected names of tables as text, found 1"),
        (
            VALUES.assign(period=["before", "after"]),
            "column 'period': expected periods such as 2024-12, 2024Q4 or 2024",
        ),
        (VALUES.assign(verdict="good"), "column 'verdict': expected"),
        (VALUES.assign(quantity="stock"), "has its numbers in 'value', which is not there"),
        (VALUES.assign(quantity="stock", value=1.0, missing="a=b"), "found 'a=b'"),
    ],
)
def test_a_frame_of_which_a_number_could_be_misread_is_refused_in_one_line(saved, frame, message):
    """Two columns of one name were printed as the last one twice."""
    with pytest.raises(CallError, match=re.escape(message)) as caught:
        saved("mine", frame)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith("table 'mine': ")


def test_the_name_of_a_table_of_a_chapter_is_not_free(saved):
    message = "a chapter's table of this name has period too; choose another name"
    with pytest.raises(CallError, match=message):
        saved("caseload_by_year", VALUES)
    with pytest.raises(CallError, match="has level, change"):
        saved("caseload_by_year", VALUES.assign(period="2021-12"))


def test_row_names_without_a_name_are_kept_and_a_count_of_rows_is_not(saved):
    assert saved("named", VALUES[["v"]].set_axis(["men", "women"])) == (
        "row,v,snapshot\nmen,1,published\nwomen,2,published\n"
    )
    assert saved("counted", VALUES[VALUES["v"] > 1]) == "group,v,snapshot\ny,2,published\n"


def test_rows_of_several_snapshots_keep_theirs(saved):
    assert "old,1\n" in saved("vintages", VALUES.assign(snapshot=["old", "new"])[["group", "snapshot", "v"]])


def test_numbers_that_have_no_order_are_texts_to_other_programs(saved, tmp_path):
    saved("complex", VALUES.assign(v=[1 + 2j, 3j]))
    fields = json.loads((tmp_path / "tables" / f"complex{RESOURCE}").read_text())["schema"]["fields"]
    assert [field["type"] for field in fields] == ["string"] * 3


def test_a_name_is_taken_once_in_a_run(saved):
    saved("once", VALUES)
    with pytest.raises(CallError, match="table 'once': this run has a table of that name already"):
        saved("once", VALUES)


def test_a_figure_is_drawn_from_frames_and_keeps_the_snapshots_of_their_rows(tmp_path, monkeypatch, published):
    (tmp_path / "figures").mkdir()
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(module, "display", lambda *_, **__: None)
    report = Report(published, "en")
    with pytest.raises(CallError, match="figure 'mine': expected a DataFrame, found Series"):
        report.figure("mine", Figure(), VALUES["v"])
    report.figure("mine", Figure(figsize=(5.2, 2)), VALUES.assign(snapshot=["old", "new"]))
    assert (tmp_path / "figures" / "mine.csv").read_text() == "group,v,snapshot\nx,1,old\ny,2,new\n"


def test_a_day_is_printed_as_a_day_and_a_label_that_is_missing_as_none():
    table = VALUES.assign(day=pd.to_datetime(["2021-01-01", None]))
    spec = table_spec("days", table)
    shown = RenderedTable("days", spec, machine_table(spec, table), Translator("en"), "t", "n")
    assert [text for text, _ in shown.columns[1].cells] == ["2021-01-01", ""]


def test_years_that_are_numbers_are_no_quantity(saved):
    text = saved("years", pd.DataFrame({"v": [0.5, 0.25], "year": [2021, 2022]}))
    assert text == "year,v,snapshot\n2021,0.5,published\n2022,0.25,published\n"
    table = complete(pd.DataFrame({"v": [0.5, 0.25], "period": [2021, None]}))
    spec = table_spec("some", table)
    shown = RenderedTable("some", spec, machine_table(spec, table), Translator("en"), "t", "n")
    assert [text for text, _ in shown.columns[0].cells] == ["2021", ""]


def test_a_period_may_go_from_one_to_another(saved):
    assert "2019Q1/2025Q4,1" in saved("tested", VALUES[["v"]].assign(period="2019Q1/2025Q4")[["period", "v"]])
    with pytest.raises(CallError, match="column 'period': expected periods"):
        saved("half", VALUES[["v"]].assign(period="2019Q1/later"))


def test_a_number_without_an_end_is_shown_so(saved):
    assert "inf" in saved("endless", VALUES.assign(v=[float("inf"), float("-inf")]))
    table = VALUES.assign(v=[float("inf"), float("-inf")])
    spec = table_spec("endless", table)
    shown = RenderedTable("endless", spec, machine_table(spec, table), Translator("en"), "t", "n")
    text = shown._repr_mimebundle_()["text/plain"]
    assert " ∞" in text
    assert "−∞" in text
