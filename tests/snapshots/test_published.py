"""The published snapshot is what its sources say, and the sources say where each figure is from."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from published import build
from published.build import build_published

from analysis.cleaning.cells import read_cells
from analysis.errors import DataError
from analysis.language.translator import Translator
from analysis.report.source_line import source_line
from analysis.snapshots.format import metadata_bytes, metadata_from
from analysis.workspace import open_snapshot, project_root

FOLDER = project_root() / "data" / "sources"
SOURCES = sorted(FOLDER.glob("*.csv"))


@pytest.fixture(autouse=True, scope="module")
def pages_read_once():
    """Read each page once for the same bytes and description: a test breaks one of them, or a document."""
    read_page_of, known = build._table, {}

    def table_of(path, about, described):
        key = (path.name, path.read_bytes(), repr((about, described)))
        if key not in known:
            known[key] = read_page_of(path, about, described)
        return replace(known[key], frame=known[key].frame.copy())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "_table", table_of)
        yield


def read(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)


def test_a_rebuild_gives_the_same_digest(published, tmp_path):
    build_published(FOLDER, tmp_path)
    assert open_snapshot("published", tmp_path).digest == published.digest


def test_every_file_is_as_it_was_written(published):
    published.verify()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_row_has_its_source(path):
    rows = read(path)
    assert rows["source_url"].ne("").all()
    assert rows["table_id"].eq(path.stem).all()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_figure_of_the_sources_is_in_the_snapshot(path, published):
    rows = read(path)
    cells = published.table(path.stem).frame
    assert sorted(set(rows.loc[rows["value"] != "", "value"])) == sorted(
        set(cells.loc[~cells["value"].isin(["", "."]), "value"])
    )
    keys = [column for column in rows if column not in ("value", "status", "source_url", "as_of", "rounding")]
    assert len(cells) == len(rows.drop_duplicates(keys))


def test_counts_are_multiples_of_their_rounding(published):
    """CBS rounds counts to tens; a transcription error would most likely break that."""
    for table in published.manifest.tables:
        for measure in published.metadata(table).measures:
            if measure.rounding == 10 and published.entry(table).platform != "document":
                cells = published.table(table).frame
                values = pd.to_numeric(
                    cells.loc[cells["measure"] == measure.code, "value"].astype(str).replace(".", "")
                )
                assert (values.dropna() % 10 == 0).all(), (table, measure.code)


def documents():
    return [path for path in FOLDER.iterdir() if path.is_dir()]


def tables_of_documents():
    return sorted(path for folder in documents() for path in folder.glob("*.csv"))


@pytest.mark.parametrize("path", tables_of_documents(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_table_of_a_document_holds_the_figures_of_the_register(path, published, register):
    """A row that is one claim has its value; the cell holds the interval of the claim, but for declared widths."""
    rows, table = read(path), f"{path.parent.name}-{path.stem}"
    cells = published.table(table).frame.astype({"value": float, "rounding": float})
    assert len(rows) == len(cells)
    own = rows.get("rounding", pd.Series("", index=rows.index))
    for claim, width, (_, cell) in zip(rows["claim"], own, cells.iterrows(), strict=True):
        if "[" not in claim:
            entered = register.claims[claim]
            assert cell["value"] == pytest.approx(float(entered.value), rel=1e-9)
            lo, hi = cell["value"] - cell["rounding"] / 2, cell["value"] + cell["rounding"] / 2
            assert width or (lo <= entered.interval.lo + 1e-9 and entered.interval.hi <= hi + 1e-9)
    sources = {each.split(", ")[0] for each in published.metadata(table).sources}
    assert sources <= {about["title"] for about in register.documents.values()}
    assert published.entry(table).attribution


def test_factsheet_levels_of_a_year_before_are_level_less_change(published):
    for table in ("factsheet-2024-t1", "factsheet-2024-duration"):
        cells = read_cells(published, table).frame
        dimensions = [dimension.name for dimension in published.metadata(table).dimensions]
        stock = cells[cells["measure"] == "stock"].pivot_table(index=dimensions, columns="period", values="value")
        change = cells[cells["measure"] == "change"].set_index(dimensions)["value"]
        joined = stock.join(change, how="inner")
        assert len(joined) >= 3
        before, after = pd.Period("2023-12", "M"), pd.Period("2024-12", "M")
        assert (joined[after] - joined[before] == joined["value"]).all()


def test_duration_classes_of_ended_spells_close_within_their_rounding(published):
    cells = read_cells(published, "85617NED")
    year = cells.periods
    parts = [
        cells.look_up("ended_spells", year, duration=d)
        for d in ("0-6m", "6-12m", "1-2y", "2-3y", "3-4y", "4-5y", "5y+")
    ]
    gap = cells.look_up("ended_spells", year) - sum(parts[1:], start=parts[0])
    assert gap.lo[0] <= 0 <= gap.hi[0]
    # persons whose country of birth is unknown are in the total and in no class: 50, more than rounding explains
    known = cells.look_up("ended_spells", year, birth="born in NL") + cells.look_up(
        "ended_spells", year, birth="born outside NL"
    )
    unknown = cells.look_up("ended_spells", year) - known
    assert unknown.lo[0] > 0


def broken_sources(tmp_path, name, change):
    shutil.copytree(FOLDER, tmp_path / "sources")
    path = tmp_path / "sources" / f"{name}.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return tmp_path / "sources"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.replace("perioden", "periode", 1),
            r"line 1: expected perioden, found none.\n.*periode is not known; did you mean",
        ),
        (
            lambda text: text.replace("2023,Personen", "2023 zomer,Personen", 1),
            r"85617NED\.csv, line \d+: period: .*'2023 zomer' is no month, quarter or year",
        ),
        (lambda text: text.replace("72610", "72.610", 1).replace(",72.610,", ",7261O,", 1), "found '7261O'"),
        (lambda text: text + text.splitlines()[1].replace("72610", "72620") + "\n", "expected one figure a cell"),
        (
            lambda text: text.replace("Personen van wie bijstand is beëindigd", "Personen", 1),
            r"line 2: measure: expected one of .*found 'Personen \(aantal\)'",
        ),
        (lambda text: text.replace(text.splitlines()[1].split(",")[-2], "", 1), "expected a source address"),
    ],
    ids=["column", "period", "number", "contradiction", "measure", "source"],
)
def test_a_fault_in_a_source_is_named(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        build_published(broken_sources(tmp_path, "85617NED", change), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("fs2024-t1-lt27-n", "fs2024-t1-lt27-m", 1), "expected a claim of the register"),
        (
            lambda text: text.replace(",stock,", ",stocks,", 1),
            "line 2: measure: expected one of stock, change, found 'stocks'",
        ),
        (lambda text: text.replace("period,", "perioden,", 1), r"t1\.csv, line 1: expected period, found none"),
        (lambda text: text.replace("2024-12", "2024-13", 1), r"t1\.csv, line 2: period: .*2024-13"),
        (lambda text: text + text.splitlines()[1] + "\n", "expected each figure once"),
        (lambda text: text.replace(",10\n", "\n", 1), r"t1\.csv, line 2: expected 8 values, found 7"),
        (lambda text: text.replace(",10\n", ",abc\n", 1), r"t1\.csv, line 2: rounding: .*found 'abc'"),
        (lambda text: "", r"t1\.csv, line 1: expected period, measure, claim, found none"),
        (lambda text: text.splitlines()[0], r"t1\.csv: expected rows below the header, found none"),
        # the level of December 2023 is the level less the change; neither is the sum, nor is the moment the other one
        (lambda text: text.replace("-n] - [", "-n] + [", 1), r"line 3: period: expected claims of 2023-12"),
        (lambda text: text.replace("2023-12", "2024-12", 1), r"line 3: period: expected claims of 2024-12"),
        (
            lambda text: "\n".join(f"{row},status" for row in text.splitlines()),
            r"t1\.csv, line 2: status: expected one of .*found 'status'",
        ),
    ],
    ids="claim measure column period twice short rounding empty header sign moment status".split(),
)
def test_a_fault_in_a_table_of_a_document_is_named(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        build_published(broken_sources(tmp_path, "factsheet-2024/t1", change), tmp_path / "out")


@pytest.mark.parametrize(
    ("found", "instead", "message"),
    [
        # the mean age of people with a Wsw contract is 53 years: it once became 53 contracts
        (",ced2024-f1-wsw\n", ",ced2024-f10-wsw-mean\n", "expected a figure in persons, found one in years"),
        (",ced2024-f1-wsw\n", ",[ced2024-f1-wsw] - [ced2024-f1-wsw-per100k]\n", "'-' of persons, per 100000"),
        (",ced2024-f1-wsw\n", ",[ced2024-f1-wsw] > 3\n", "found '>' of persons"),
        (",ced2024-f1-wsw\n", ",[ced2024-f1-wsw] / [ced2024-f1-bw]\n", "found '/' of persons"),
        (",ced2024-f1-wsw\n", ",[ced2024-f1-wsw] - 100\n", "found '-' of persons"),
        (",ced2024-f1-wsw\n", ",[ced2024-f1-wsw] * [ced2024-f6-open]\n", "found one in hundredths of persons"),
        (",ced2024-f1-wsw\n", ",7\n", "expected a claim of the register or a formula, found '7'"),
        ("Wsw,2024-12,", "Wsw,2021-12,", "expected claims of 2021-12, found 2024-12"),
        (
            ",ced2024-f1-wsw\n",
            ",[ced2024-f1-wsw] + [ced2024-f1-ba] + [ced2024-f2-bw-23]\n",
            "expected claims of 2024-12, found 2023-12",
        ),
        ("Wsw,2024-12,", ",2024-12,", "scheme: expected a label without blanks around it, found ''"),
    ],
    ids="unit mixed comparison ratio number undivided none period third label".split(),
)
def test_a_figure_that_cannot_be_that_of_its_row_is_refused(tmp_path, found, instead, message):
    sources = broken_sources(tmp_path, "cedris-2024/f1", lambda text: text.replace(found, instead, 1))
    with pytest.raises(DataError, match=rf"f1\.csv, line 2.*{re.escape(message)}"):
        build_published(sources, tmp_path / "out")


@pytest.mark.parametrize(
    ("found", "instead"),
    [("PV21,Fryslân (PV)", "PV20,Fryslân (PV)"), ("PV21,Fryslân (PV)", "PV21,Groningen (PV)")],
    ids=["code", "label"],
)
def test_a_code_has_one_label_and_a_label_one_code(tmp_path, found, instead):
    sources = broken_sources(tmp_path, "37230ned", lambda text: text.replace(found, instead, 1))
    with pytest.raises(DataError, match="dimension region: expected one label a category"):
        build_published(sources, tmp_path / "out")


def test_regions_keep_the_codes_of_their_source(published):
    """Each cell of 80794ned and of 37230ned is the figure that the source has for its code, month and column."""
    for name, count in (("80794ned", 84), ("37230ned", 26)):
        rows, cells = read(FOLDER / f"{name}.csv"), published.table(name).frame
        keys = ["measure", "region", "period"]
        stored = cells.set_index(keys)["value"].to_dict()
        expected = (
            rows.rename(columns={"region_code": "region", "perioden": "period"}).set_index(keys)["value"].to_dict()
        )
        assert stored == expected
        assert len(stored) == count
    labels = {code.code: code.label for code in published.metadata("80794ned").dimensions[0].codes}
    assert (labels["NL01"], labels["PV21"]) == ("Nederland", "Fryslân (PV)")


def test_a_column_that_is_not_declared_is_refused(tmp_path):
    def widened(text):
        head, *rows = text.splitlines()
        return "\n".join([f"foo,{head}", *(f"a,{row}" for row in rows)])

    with pytest.raises(DataError, match=r"f1\.csv, line 1: foo is not known; .*known: .*scheme"):
        build_published(broken_sources(tmp_path, "cedris-2024/f1", widened), tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("cedris-2024/tables.toml", lambda data: data + b"[", r"cedris-2024/tables\.toml: cannot be read as TOML"),
        ("tables.toml", lambda data: data + b"\xff", r"sources/tables\.toml: cannot be read as TOML in UTF-8"),
        ("tables.toml", lambda data: b"", "expected defaults, dimensions, codes, totals, tables, found none"),
        ("cedris-2024/f1.csv", lambda data: data + b"\xff", r"f1\.csv, line \d+: cannot be read as a table in UTF-8"),
        ("85617NED.csv", lambda data: data + b"\xff", r"85617NED\.csv, line \d+: cannot be read as a table in UTF-8"),
        ("85617NED.csv", lambda data: b"", r"85617NED\.csv, line 1: expected table_id, perioden, .*found none"),
        (
            "cedris-2024/tables.toml",
            lambda data: data.replace(b"claim_unit", b"claims_unit"),
            r"line \d+, table f19-20, measure wage_costs: claims_unit is not known; did you mean \'claim_unit\'",
        ),
        (
            "tables.toml",
            lambda data: data.replace(b"retrieved", b"retreived"),
            r"sources/tables\.toml, defaults: retreived is not known; did you mean 'retrieved'",
        ),
        (
            "cedris-2024/tables.toml",
            lambda data: data.replace(b"contracts = {", b"contracts = 3 # {", 1),
            r"cedris-2024/tables\.toml, line 19, table f1, measure contracts: expected named values, found int",
        ),
    ],
    ids="toml byte empty page-byte cbs-byte cbs-empty key no-key no-measure".split(),
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, change, message):
    shutil.copytree(FOLDER, tmp_path / "sources")
    path = tmp_path / "sources" / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match=message):
        build_published(tmp_path / "sources", tmp_path / "out")


def test_a_figure_of_a_document_may_be_less_final_than_the_rest(tmp_path):
    def change(text):
        first, *rest = text.splitlines()
        return "\n".join([f"{first},status", f"{rest[0]},provisional", *(f"{row}," for row in rest[1:])])

    build_published(broken_sources(tmp_path, "cedris-2024/f1", change), tmp_path / "out")
    made = open_snapshot("published", tmp_path / "out")
    statuses = list(made.table("cedris-2024-f1").frame["status"])
    assert sorted(statuses) == ["final"] * (len(statuses) - 1) + ["provisional"]
    assert set(made.metadata("cedris-2024-f1").periods.values()) == {"provisional"}  # a period is as its least final


def test_a_source_without_description_is_named(tmp_path):
    sources = broken_sources(tmp_path, "85617NED", lambda text: text)
    (sources / "99999NED.csv").write_text("table_id\n")
    with pytest.raises(DataError, match="99999NED"):
        build_published(sources, tmp_path / "out")


def test_a_source_without_marks_says_so_and_none_with_marks_does(published):
    """A figure that another program fetched without CBS's marks is not thereby final."""
    unmarked = {name for name in published.manifest.tables if not published.metadata(name).marked}
    assert unmarked == {"37230ned", "80794ned", "85615NED"}
    for name in unmarked:
        page = pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)
        assert set(page["status"]) == {""}
        assert metadata_from(json.loads(metadata_bytes(published.metadata(name))), name) == published.metadata(name)
    assert b"marked" not in metadata_bytes(published.metadata("82662NED")), "nor does its digest change"
    for lang, words in (("nl", "welke cijfers van 80794ned voorlopig zijn, geeft de bron niet aan"),
                        ("en", "the source does not say which figures of 80794ned are provisional")):  # fmt: skip
        translator = Translator(lang)
        assert words in source_line(published, translator, pd.DataFrame({"tables": ["80794ned, 82662NED"]}))
        assert words not in source_line(published, translator, pd.DataFrame({"tables": ["82662NED"]}))
