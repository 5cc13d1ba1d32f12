"""Tables that are not as expected: what the reader would refuse is refused by the pull, or stored and told."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest

from analysis.cleaning.cells import read_cells
from analysis.errors import CallError, DataError, WorkbenchError
from analysis.snapshots.store import snapshot_names
from analysis.statline.download import pull
from analysis.statline.figures import Figures, FigureTexts, common_step
from analysis.workspace import open_snapshot
from bank import bring, cells_of, is_data, left, quick, stored
from statline_server import Code, Cube, Dimension, Measure, bulk_csv, generated_cube, replace_cells, serve, shapes
from statline_server.answers import Answer
from statline_server.faults import ALWAYS

PLATFORMS = ["v3", "v4", "csv"]
LATER = "2026-09-11T02:00:00"


@pytest.fixture(scope="module")
def cube():
    return shapes.ended_spells()


@pytest.fixture
def server(cube):
    with serve([cube], page=400, page4=1_500) as running:
        yield running


def pulled(server, folder, cube: Cube, platform: str):
    """Pull one table; return what was told, and the snapshot."""
    server.cubes = [cube]
    _, (told,) = pull(folder, [cube.id], "new", platform, server.base_url, quick())
    return told, open_snapshot("new", folder)


def refused(server, folder, cube: Cube, platform: str) -> str:
    """Pull a table that has to be refused; return the message when nothing was left."""
    with pytest.raises(WorkbenchError) as fault:
        pulled(server, folder, cube, platform)
    assert snapshot_names(folder) == left(folder) == []
    return str(fault.value)


QUARTER = ("2024KW01", "2024 1e kwartaal", "Definitief")
SEX = Dimension("Geslacht", "Geslacht", (("T001038", "Totaal mannen en vrouwen"), ("3000", "Mannen")))


def tiny(first: Dimension = SEX, periods: tuple = (QUARTER,), **measure) -> Cube:
    """Return a table of a few cells."""
    time = Dimension("Perioden", "Perioden", tuple(Code(*period) for period in periods), "TimeDimension")
    one = Measure("Getal_1", "M1", "Getal", **measure)
    keys = itertools.product([code.key for code in first.codes], [code.key for code in time.codes])
    cells = {(one.key, *key): "10" for key in keys}
    return Cube("99001NED", "Een tabel", "2026-06-12T02:00:00", "2024", (first, time), (one,), cells)


# -- columns, codes and periods


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_column_that_is_gone_is_told(server, tmp_path, platform):
    """85615NED without re-inflow, and with the sexes as one total in no column of their own."""
    flows = shapes.in_and_outflow()
    place = next(number for number, one in enumerate(flows.dimensions) if one.key == "Geslacht")
    lost = flows.measures[1].key
    cells = {
        (key, *codes[:place], *codes[place + 1 :]): text
        for (key, *codes), text in flows.cells.items()
        if key != lost and codes[place] == "T001038"
    }
    dimensions = flows.dimensions[:place] + flows.dimensions[place + 1 :]
    left_over = replace(flows, dimensions=dimensions, measures=(flows.measures[0], flows.measures[2]), cells=cells)
    told, kept = pulled(server, tmp_path, left_over, platform)
    lines = "expected dimension sex, found none", "expected measure herinstromersbinneneenjaar, found none"
    assert told.notes == lines
    assert [f"Drift: {line}" in kept.metadata("85615NED").notes for line in lines] == [True, True]
    assert stored(kept, "85615NED") == cells_of(left_over, platform)


def test_drift_against_the_vintage_before(server, tmp_path, cube):
    bring(server, tmp_path, "old", ["85617NED"])
    first = cube.dimensions[0]
    renamed = replace(first, codes=(*first.codes[:-1], Code("5000", "Anders")))
    cells = {(m, "5000" if c == first.codes[-1].key else c, *r): t for (m, c, *r), t in cube.cells.items()}
    changed = replace(cube, dimensions=(renamed, *cube.dimensions[1:]), cells=cells, modified=LATER)
    told, _ = pulled(server, tmp_path, changed, "v3")
    assert told.notes == (
        "sex: expected category women, found none",
        "sex: no category for 5000 'Anders'",
        "sex: 5000 added",
        "sex: 4000 removed",
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("code", ["30,00", '30"00', "30\n00", "30'0", ""])
def test_a_code_that_no_file_can_hold_is_refused(server, tmp_path, platform, code):
    odd = Dimension("Geslacht", "Geslacht", (("T001038", "Totaal"), (code, "Mannen")))
    message = refused(server, tmp_path, tiny(odd), platform)
    assert "table 99001NED, column Geslacht: expected" in message


@pytest.mark.parametrize("platform", PLATFORMS)
def test_codes_that_are_one_without_their_blanks_are_refused(server, tmp_path, platform):
    odd = Dimension("Geslacht", "Geslacht", (("3000", "Mannen"), ("3000   ", "Vrouwen")))
    message = refused(server, tmp_path, tiny(odd), platform)
    assert "expected each code once, found 3000 more than once" in message or "expected each row once" in message


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("key", ["Value", "Period", "Measure", "status", "Table"])
def test_a_dimension_with_the_name_of_a_column_gets_another_or_is_refused(server, tmp_path, platform, key):
    odd = tiny(Dimension(key, key, (("A", "Een"), ("B", "Twee"))))
    if platform != "v3" and key in ("Value", "Measure"):  # a row of v4 cannot have both
        assert "99001NED" in refused(server, tmp_path, odd, platform)
        return
    _, kept = pulled(server, tmp_path, odd, platform)
    assert [one.name for one in kept.metadata("99001NED").dimensions] == [f"{key.lower()}_column"]
    assert read_cells(kept, "99001NED").frame["value"].tolist() == [10.0, 10.0]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("period", ["2024W101", "2024HJ01", "2024MM13", "2024KW05", "2024KW00", "2024JJ01", "2024X000"])
def test_a_period_that_the_reader_does_not_read_is_refused(server, tmp_path, platform, period):
    periods = (QUARTER, (period, "Iets anders", "Definitief"))
    message = refused(server, tmp_path, tiny(periods=periods), platform)
    assert f"expected months, quarters and years, found '{period}' (Iets anders)" in message


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_table_without_rows_is_refused(server, tmp_path, cube, platform):
    assert "table 85617NED: expected rows, found none" in refused(server, tmp_path, replace(cube, cells={}), platform)


def test_labels_are_kept_as_they_are(server, tmp_path):
    labels = ["<b>Mannen</b>", "=1+1", 'Vrouwen; en, "meer"\n', "  @x"]
    odd = tiny(
        Dimension("Geslacht", "<i>Geslacht</i>", tuple(Code(f"{n}000", label) for n, label in enumerate(labels)))
    )
    odd = replace(
        odd, title="=cmd|'/C calc'!A0 <script>alert(1)</script>", measures=(Measure("G_1", "M1", "=Getal <1>"),)
    )
    odd = replace(odd, cells={("G_1", *key[1:]): text for key, text in odd.cells.items()})
    for platform in PLATFORMS:
        _, kept = pulled(server, tmp_path / platform, odd, platform)
        metadata = kept.metadata("99001NED")
        assert [code.label for code in metadata.dimensions[0].codes] == [text.strip() for text in labels]
        assert metadata.measures[0].title == "=Getal <1>"
        assert set(kept.table("99001NED").frame["measure"]) == {"getal1"}


# -- figures


# not 1e3 on v4: a number in JSON may be written so
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("cell", ["12O", "NaN", "--", "1 000", "x", "0x10", "'", "１２", "1.230", "1.5", "9" * 400])
def test_a_cell_that_is_no_figure_of_its_measure_is_told_by_its_place(server, tmp_path, cube, platform, cell):
    key = next(key for key, text in cube.cells.items() if text not in ("", "."))
    message = refused(server, tmp_path, replace_cells(cube, {key: cell}), platform)
    column = cube.measures[0].key if platform == "v3" else cube.measures[0].id
    assert f"table 85617NED, column {column}: expected " in message
    assert len(message) < 300


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_count_below_zero_is_refused_where_the_measure_is_known_to_be_one(server, tmp_path, cube, platform):
    key = next(key for key, text in cube.cells.items() if text not in ("", "."))
    message = refused(server, tmp_path, replace_cells(cube, {key: "-10"}), platform)
    assert "expected a count, found a figure below zero" in message


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_balance_that_the_catalogue_does_not_know_may_be_negative(server, tmp_path, platform):
    odd = replace_cells(tiny(), {("Getal_1", "3000", "2024KW01"): "-30"})
    _, kept = pulled(server, tmp_path, odd, platform)
    cells = read_cells(kept, "99001NED")
    assert sorted(cells.frame["value"]) == [-30.0, 10.0]
    assert kept.metadata("99001NED").measures[0].signed


@pytest.mark.parametrize(
    ("raw", "platform", "decimals", "kept"),
    [
        ("   714.0", "v3", 1, "714"),
        ("714.50", "v3", 2, "714.5"),
        ("007", "v3", 0, "7"),
        ("-0", "v3", 0, "0"),
        ("+5", "v3", 0, "5"),
        (714, "v4", 0, "714"),
        ("714.0", "v4", 0, "714"),
        ("1E+3", "v4", 0, "1000"),
        ("2.5e-1", "v4", 2, "0.25"),
        ("481,8", "csv", 1, "481.8"),
        ("8", "csv", 1, "8"),
        (None, "v3", 0, ""),
    ],
)
def test_the_text_that_is_kept_of_a_figure(raw, platform, decimals, kept):
    texts = FigureTexts()
    assert texts[Figures(texts, "column", decimals, platform)[raw]] == kept


@pytest.mark.parametrize(
    ("raw", "platform"), [("714.0", "v3"), ("1.230", "csv"), ("1.5", "csv"), ("1e3", "csv"), (True, "v4")]
)
def test_a_figure_that_can_be_read_in_two_ways_is_refused(raw, platform):
    with pytest.raises(DataError, match="column: expected"):
        Figures(FigureTexts(), "column", 0, platform)[raw]


@pytest.mark.parametrize(
    ("texts", "step"),
    [
        (["10", "20", "4830"], 10),
        (["5", "10", "15"], 5),
        (["402000", "399000"], 1000),
        (["7", "10"], 1),
        (["0.5", "1.2"], 0.1),
        (["0.5", "1.5", "3"], 0.5),
        (["3000000"], 1000),
        (["0", ".", ""], None),
        (["-30", "50"], 10),
        (["350.8", "402"], 0.2 / 2),
    ],
)
def test_the_step_that_figures_share(texts, step):
    assert common_step(texts) == (None if step is None else pytest.approx(step))


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_a_key_that_comes_twice_under_two_numbers_is_told(server, tmp_path, cube, monkeypatch, platform):
    right = server.site.answer

    def doubled(path, base):
        found = right(path, base)
        if not is_data(path):
            return found
        page = json.loads(found.body)
        if len(page["value"]) > 1:
            number = "ID" if "ID" in page["value"][0] else "Id"
            page["value"][1] = page["value"][0] | {number: page["value"][1][number]}
        return Answer(200, json.dumps(page).encode(), found.kind)

    monkeypatch.setattr(server.site, "answer", doubled)
    message = refused(server, tmp_path, cube, platform)
    assert "table 85617NED: expected each cell once, found" in message
    assert "twice" in message


# -- dates and letters


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_table_without_a_date_of_change_is_never_taken_for_unchanged(server, tmp_path, cube, platform):
    dateless = replace(cube, modified=None)
    told, _ = pulled(server, tmp_path, dateless, platform)
    line = "CBS gives no date of change: whether it changed while it was read cannot be decided"
    assert line in told.notes
    server.requests.clear()
    key = next(key for key, text in cube.cells.items() if text not in ("", "."))
    server.cubes = [replace_cells(dateless, {key: "123450"})]
    kept = bring(server, tmp_path, "two", ["85617NED"], platform)
    assert [request for request in server.requests if is_data(request.path)]
    assert "123450" in set(kept.table("85617NED").frame["value"])
    assert kept.entry("85617NED").modified is None


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("where", ["Properties", "TableInfos", "Leeftijd", "LeeftijdCodes"])
def test_letters_that_are_no_utf_8_are_refused_and_never_replaced(server, tmp_path, cube, monkeypatch, platform, where):
    age = next(one for one in cube.dimensions if one.key == "Leeftijd")
    named = replace(age, codes=(Code("10000", "Totaal, reëel"), *age.codes[1:]))
    others = [named if one is age else one for one in cube.dimensions]
    odd = replace(cube, title="Beëindigde uitkeringen", dimensions=tuple(others))
    right = server.site.answer

    def latin(path, base):
        found = right(path, base)
        if "/csv/" in path:
            texts = bulk_csv.files(odd)
            return Answer(200, bulk_csv.packed(texts, {where: "latin-1"}), found.kind)
        ends = path.partition("?")[0].rstrip("/").endswith(where)
        return Answer(200, found.body.decode().encode("latin-1"), found.kind) if ends else found

    monkeypatch.setattr(server.site, "answer", latin)
    server.cubes = [odd]
    asked = {"v3": ("TableInfos", "Leeftijd", "Properties"), "v4": ("Properties", "LeeftijdCodes")}
    if where in asked.get(platform, ("Properties", "LeeftijdCodes")):
        assert "utf-8" in refused(server, tmp_path, odd, platform)
    else:
        _, kept = pulled(server, tmp_path, odd, platform)
        assert (kept.folder / "85617NED.json").read_text("utf-8").count("ë") > 0
        assert "\ufffd" not in (kept.folder / "85617NED.json").read_text("utf-8")


# -- nothing is left, and nothing that is left is in the way


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_the_reader_refuses_is_not_kept(server, tmp_path, cube, monkeypatch, platform):
    """Whatever the pull let through: a new vintage is read back before it gets its name."""
    monkeypatch.setattr("analysis.statline.table_download.check_periods", lambda table: None)
    periods = (QUARTER, ("2024W101", "Week 1", "Definitief"))
    message = refused(server, tmp_path, tiny(periods=periods), platform)
    assert "table 99001NED: cannot be read back" in message
    assert "2024W101 is no period of this table" in message


def test_every_table_of_a_pull_is_read_back(server, tmp_path, cube, monkeypatch):
    from analysis.cleaning import cells

    read, right = [], cells.read_cells.__wrapped__

    def noted(snapshot, table, grain):
        read.append((table, grain))
        return right(snapshot, table, grain)

    noted.__wrapped__ = noted  # small tables are kept, others not
    monkeypatch.setattr(cells, "read_cells", noted)
    server.cubes = [cube, shapes.social_security(), generated_cube(240, 1)]
    bring(server, tmp_path, "one")
    assert sorted(read) == [("37789ksz", "month"), ("37789ksz", "year"), ("85617NED", "year"), ("99001NED", "month")]
    bring(server, tmp_path, "two")
    assert len(read) == 8  # what is taken over is read as well


def test_an_unknown_table_is_told_by_all_platforms_together(server, tmp_path):
    with pytest.raises(CallError, match="table '99999NED' is not at CBS"):
        pull(tmp_path, ["99999NED"], "one", base_url=server.base_url, session=quick())


@pytest.mark.parametrize(("platform", "path"), [("v3", "/Leeftijd"), ("v4", "/LeeftijdCodes"), ("v4", "/Observations")])
def test_a_list_that_is_not_there_is_not_called_a_table_that_is_not(server, tmp_path, cube, platform, path):
    server.faults = [(path, "404", ALWAYS)]
    message = refused(server, tmp_path, cube, platform)
    assert "not there (HTTP 404 Not Found)" in message
    assert "is not at CBS" not in message


def test_a_file_of_another_state_than_its_description_is_downloaded_again(server, tmp_path, cube, monkeypatch):
    """The bank has an older state, v4 describes a newer one, and the first file is of one still older."""
    bring(server, tmp_path, "old", ["85617NED"], "csv")
    server.cubes = [replace(cube, modified=LATER)]
    right, stale = server.site.answer, [bulk_csv.packed(bulk_csv.files(cube))]

    def answer(path, base):
        return Answer(200, stale.pop(), bulk_csv.KIND) if "/csv/" in path and stale else right(path, base)

    monkeypatch.setattr(server.site, "answer", answer)
    kept = bring(server, tmp_path, "new", ["85617NED"], "csv")
    assert stale == []
    assert kept.entry("85617NED").modified[:19] == LATER
    assert stored(kept, "85617NED") == cells_of(cube, "csv")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_description_that_lacks_codes_takes_nothing_over(server, tmp_path, cube, platform):
    """A list of codes comes short, once: the older vintage of the same state has data under the codes that it lacks."""
    bring(server, tmp_path, "old", ["85617NED"], platform)
    server.faults = [(lambda path: "/Leeftijd" in path, "fewer_rows", 1)]
    kept = bring(server, tmp_path, "new", ["85617NED"], platform)
    server.faults = None
    assert stored(kept, "85617NED") == cells_of(cube, platform)
    assert len(next(one for one in kept.metadata("85617NED").dimensions if one.name == "age").codes) == 6
