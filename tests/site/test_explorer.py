"""What the explorer offers, from a snapshot with known figures, and how it shows itself in a cell."""

from __future__ import annotations

import html
import json
import re

import pytest

from analysis.language.translator import Translator
from analysis.measures.explorable import explorable
from analysis.site.explorer import MOST_LINES, explore, explorer_page
from analysis.site.page import Site
from analysis.snapshots.store import read_snapshot
from analysis.snapshots.write import write_snapshot
from builders import table

RECORD = {"run": "r", "begun": "2026-11-21T10:00:00+00:00", "snapshots": []}


@pytest.fixture(scope="module")
def figures(published):
    return explorable(published)


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_what_it_offers_is_what_the_tables_print(figures):
    """85615NED prints 22,730 in and 17,440 out for the fourth quarter of 2025, in tens."""
    last = figures[(figures["period"] == "2025Q4") & (figures["group"] == "total")].set_index("quantity")
    assert last.loc[["inflow", "outflow", "stock"], "value"].tolist() == [22730, 17440, 410070]
    assert last.loc["outflow_ratio", "value"] == pytest.approx(17440 / 22730)
    assert last.loc["outflow_ratio", "value_lo"] == pytest.approx(17435 / 22735)
    assert last.loc["inflow", "tables"] == "85615NED"
    assert (figures["value_lo"] <= figures["value"]).all()
    assert (figures["value"] <= figures["value_hi"]).all()
    assert not figures.duplicated(["quantity", "dimension", "group", "period"]).any()


@pytest.mark.parametrize(("lang", "quarter"), [("en", "2025 Q4"), ("nl", "2025 kw 4")])
def test_the_page_holds_the_figures_and_asks_for_nothing(published, figures, tmp_path, lang, quarter):
    page = explorer_page(Site(tmp_path, RECORD, Translator(lang)), published, figures)
    data = data_of(page)
    names = {each["key"]: each for each in data["measures"]}
    assert names["inflow"]["periods"][-1] == quarter
    (inflow,) = (each for each in data["series"] if each["measure"] == "inflow" and len(each["points"]) > 20)
    place = names["inflow"]["codes"].index("2025Q4")
    assert [place, 22730.0, 22725.0, 22735.0, data["tables"].index("85615NED")] in inflow["points"]
    source = data["sources"]["85615NED"]
    assert "CBS StatLine" in source
    assert "2026-06-25" in source, "the state of the figures, not the day of the run"
    assert names["stock"]["unit"] == {"en": "persons", "nl": "personen"}[lang]
    (rate,) = (each for each in data["series"] if each["measure"] == "inflow_rate" and len(each["points"]) > 20)
    assert rate["points"][-1][1] == pytest.approx(100 * 22730 / 407040), "a percentage of the stock a quarter before"
    assert data["most"] == MOST_LINES
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)
    assert len(page) < 1_500_000


def test_a_snapshot_without_these_figures_says_so(tmp_path):
    rows = [{"measure": "stock", "period": "2024-12", "value": "10"}]
    write_snapshot(tmp_path, "small", "simulated", "2026-11-21", [table("85692NED", rows)])
    snapshot = read_snapshot("small", tmp_path)
    page = explorer_page(Site(tmp_path, RECORD, Translator("en")), snapshot, explorable(snapshot))
    assert "This snapshot has no figures for the measures of the explorer" in page
    assert "<script>" not in page


def test_it_shows_itself_in_a_cell(published):
    shown = explore(published, "nl")._repr_html_()
    assert shown.startswith('<iframe title="Verken de cijfers"')
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1])
    assert data_of(page)["lang"] == "nl"
    assert "index.html" not in page


def test_ages_go_from_young_to_old_and_a_class_stands_before_its_parts(published, figures, tmp_path):
    data = data_of(explorer_page(Site(tmp_path, RECORD, Translator("en")), published, figures))
    ages = [each["group"] for each in data["series"] if each["measure"] == "inflow" and each["dimension"] == "age"]
    assert ages == ["under 25", "25–45", "25–35", "35–45"]


def test_every_point_knows_its_tables(published, figures, tmp_path):
    """Without it a line would go on from a table into the one that replaced it."""
    data = data_of(explorer_page(Site(tmp_path, RECORD, Translator("en")), published, figures))
    (stock,) = (each for each in data["series"] if each["measure"] == "stock" and each["dimension"] == "total")
    made_from = [data["tables"][point[4]] for point in stock["points"]]
    rows = figures[(figures["quantity"] == "stock") & (figures["group"] == "total")].sort_values("period")
    assert made_from == rows["tables"].tolist()
    assert len(set(made_from)) == 2
