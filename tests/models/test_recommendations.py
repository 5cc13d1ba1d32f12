"""What may be used: the table that the code reads is that of the page, and what fails is not in the chapters."""

import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.chapters.duration import group_models
from analysis.errors import DataError
from analysis.language.translator import Translator
from analysis.models import recommendations
from analysis.models.duration.decomposition import decompose
from analysis.report.withheld import left_out

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
WORLDS = {"first": "## Recommended, and how good they are", "second": "## The second world"}


@pytest.fixture
def table_of(tmp_path, monkeypatch):
    """Return a function that puts rows in the place of the table: world, estimand, group, part, bias, coverage."""

    def put(*rows):
        frame = pd.DataFrame(rows, columns=["world", "estimand", "group", "part", "bias", "coverage"])
        frame = frame.assign(replicates=100, coverage_error=1.0, use="no", reason="too_narrow")
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        frame[list(recommendations.COLUMNS)].to_csv(path, index=False)
        monkeypatch.setattr(recommendations, "FILE", path)

    return put


def whole_of_page(world: str) -> dict[str, tuple[str, str]]:
    """Return of each estimand on the page its coverage and whether it may be used; of two years the one that fails."""
    text = PAGE.read_text(encoding="utf-8")
    start = text.index("| estimand |", text.index(WORLDS[world]))
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text[start:].split("\n\n")[0].split("\n")
    ]
    at, found = (lines[0].index("coverage"), lines[0].index("recommended")), {}
    for cells in lines[2:]:
        name = re.sub(r"( †)?(, \d{4})?$", "", cells[0])
        use = "no" if cells[at[1]].strip("*").startswith("no") else "yes"
        coverage = cells[at[0]].split(" ")[0]
        if not name.startswith("*") and found.get(name, ("", "yes"))[1] == "yes":
            found[name] = ("" if coverage == "no" else coverage, use)
    return found


@pytest.mark.parametrize("world", WORLDS)
def test_the_table_says_what_the_page_says(world):
    table = recommendations.recommendations()
    table = table[(table["world"] == world) & (table["group"] == "")]
    ours = {
        row.estimand: ("" if pd.isna(row.coverage) else f"{row.coverage:.1f}", row.use) for row in table.itertuples()
    }
    assert len(ours) > 15
    assert ours == whole_of_page(world)


def test_what_is_recommended_has_an_interval_that_was_measured():
    """Finding 8: the change of the long-term share was recommended with an error of 22 % and without an interval."""
    table = recommendations.recommendations()
    assert table.loc[table["use"] == "yes", "coverage"].notna().all()
    by_rounding = table["estimand"].isin(["other_exits", "break_even"])
    used = table[(table["use"] == "yes") & ~by_rounding]
    assert used["coverage"].between(92, 98).all()
    counts = pd.DataFrame({"age": ["young", "old"], "stock": [600, 400], "long": [60, 200]})
    parts = decompose(counts, counts.assign(stock=[500, 500]), ["age"], "long", "stock").parts
    assert (parts["value_lo"] < parts["value"]).all()
    assert (parts["value"] < parts["value_hi"]).all()


def test_a_failing_estimand_is_left_out_with_the_reason(table_of):
    frame = pd.DataFrame({"group": ["men", "<27"], "value": [1.0, 2.0]})
    table_of()
    assert recommendations.keep(frame, "survival", "24 months")[1] == []
    table_of(("second", "survival", "<27", "24 months", 4.2, 81.0))
    kept, refused = recommendations.keep(frame, "survival", "24 months")
    assert list(kept["group"]) == ["men"]
    assert recommendations.keep(frame, "survival", "60 months")[1] == []
    sentence = left_out(refused, Translator("en"))
    assert "still in bijstand after so many months (under 27, 24 months)" in sentence
    assert sentence.index("</summary>") < sentence.index("81.0%"), "what a reader need not know is folded"
    assert "81.0% of cases, with a bias of +4.2%; the interval is too narrow" in sentence
    table_of(("first", "survival", "", "", 0.0, 50.0))
    kept, refused = recommendations.keep(frame, "survival", "24 months")
    assert (len(kept), len(refused)) == (0, 1)
    assert left_out(refused, Translator("nl")).startswith("Niet getoond, omdat de methode daarvoor bij een toets")
    assert left_out(refused, Translator("en"), "median duration") == ""


def test_the_chapter_leaves_out_what_fails(table_of, published):
    table_of(("second", "survival", "", "", 0.0, 57.0))
    models = group_models.fit_group_models(published)
    assert models.survival["value"].isna().all()
    assert set(models.survival["missing"]) == {recommendations.NOT_RECOMMENDED}
    assert set(models.shares["source"]) == {"stock", "ended spells"}  # that of entrants is survival too
    assert {each.estimand for each in models.withheld} == {"survival"}
    table_of()
    models = group_models.fit_group_models(published)
    assert models.survival["value"].notna().all()
    assert models.withheld == []


def test_the_steady_state_share_is_withheld_as_measured(published):
    models = group_models.fit_group_models(published)
    assert "steady state" not in set(models.shares["source"])


def test_every_estimand_of_the_table_has_a_word():
    refused = recommendations.recommendations().query("use == 'no'")
    shown = refused[~refused["estimand"].str.contains("rate: factor|^ratio|season of")]["estimand"]
    for name in shown.unique():
        assert Translator("nl").word("estimands", name) != Translator("en").word("estimands", name)


def test_a_table_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("estimand,use\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"expected the columns world, estimand.*make validate"):
        recommendations.recommendations(path)
