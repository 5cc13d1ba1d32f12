"""The published snapshot is what its sources say, and the sources say where each figure is from."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from published.build import build_published

from analysis.cleaning import read_cells
from analysis.errors import DataError
from analysis.project import project_root
from analysis.snapshots import open_snapshot

FOLDER = project_root() / "data" / "sources"
SOURCES = sorted(FOLDER.glob("*.csv"))


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
                values = pd.to_numeric(cells.loc[cells["measure"] == measure.code, "value"].replace(".", ""))
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
        (lambda text: text.replace("perioden", "periode", 1), "expected column perioden, found periode instead"),
        (
            lambda text: text.replace("2023,Personen", "2023 zomer,Personen", 1),
            "'2023 zomer' is no month, quarter or year",
        ),
        (lambda text: text.replace("72610", "72.610", 1).replace(",72.610,", ",7261O,", 1), "found '7261O'"),
        (lambda text: text + text.splitlines()[1].replace("72610", "72620") + "\n", "expected one figure a cell"),
        (lambda text: text.replace("Personen van wie bijstand is beëindigd", "Personen", 1), "is not described"),
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
        (lambda text: text.replace(",stock,", ",stocks,", 1), "column measure: stocks stands in one of it"),
        (lambda text: text.replace("period,", "perioden,", 1), "expected the columns period, measure, claim"),
        (lambda text: text.replace("2024-12", "2024-13", 1), "2024-13"),
        (lambda text: text + text.splitlines()[1] + "\n", "expected each figure once"),
        (lambda text: "\n".join(f"{row},status" for row in text.splitlines()), "status status is none; expected one"),
    ],
    ids=["claim", "measure", "column", "period", "twice", "status"],
)
def test_a_fault_in_a_table_of_a_document_is_named(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        build_published(broken_sources(tmp_path, "factsheet-2024/t1", change), tmp_path / "out")


def test_a_figure_of_a_document_may_be_less_final_than_the_rest(tmp_path):
    def change(text):
        first, *rest = text.splitlines()
        return "\n".join([f"{first},status", f"{rest[0]},provisional", *(f"{row}," for row in rest[1:])])

    build_published(broken_sources(tmp_path, "cedris-2024/f1", change), tmp_path / "out")
    held = open_snapshot("published", tmp_path / "out")
    statuses = list(held.table("cedris-2024-f1").frame["status"])
    assert sorted(statuses) == ["final"] * (len(statuses) - 1) + ["provisional"]
    assert set(held.metadata("cedris-2024-f1").periods.values()) == {"provisional"}  # a period is as its least final


def test_a_source_without_description_is_named(tmp_path):
    sources = broken_sources(tmp_path, "85617NED", lambda text: text)
    (sources / "99999NED.csv").write_text("table_id\n")
    with pytest.raises(DataError, match="99999NED"):
        build_published(sources, tmp_path / "out")
