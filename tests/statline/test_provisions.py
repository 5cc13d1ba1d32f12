"""Tables on provisions, of which neither the columns nor all labels have been seen."""

from __future__ import annotations

import pytest

from analysis.classifications.categories import CATEGORIES, category_of, overlap
from analysis.register.evaluation import find
from analysis.register.rows import finding_rows
from analysis.statline.catalogue import catalogued, dimension_names, expected_of
from analysis.statline.expectations import drift
from analysis.statline.table_metadata import metadata_of
from analysis.statline.wire_format import WireCode, WireDimension, WireMeasure, WireTable
from analysis.workspace import open_snapshot
from builders import snapshot
from builders import table as made

TIME = WireDimension("Perioden", "Perioden", "TimeDimension", (WireCode("2024MM12", "2024 december", "final"),))
TITLE = "Re-integratie-/participatievoorzieningen"


def column(key: str, *labels: str) -> WireDimension:
    return WireDimension(key, key, "Dimension", tuple(WireCode(f"A{n}", label) for n, label in enumerate(labels)))


def table(name: str, *columns: WireDimension) -> WireTable:
    measure = WireMeasure("M1", TITLE, (), "aantal", 0)
    return WireTable(name, "Provisions", "v4", "2026-06-30", "", (*columns, TIME), (measure,), None)


KINDS = column("Soort", "Totaal re-integratie-/participatievoorz.", "Beschut werk", "WIW/ID-baan", "Nieuwe soort")
STATUS = column("Stand", "Totaal voorzieningen:Lopend en beëindigd", "Nog lopend")
REGION = column("RegioS", "Nederland", "Utrecht (PV)")


def test_most_labels_tell_the_dimension_of_a_table_that_is_expected_to_have_it():
    wire = table("85588NED", KINDS, STATUS, REGION)
    assert dimension_names(wire) == {"Soort": "provision", "Stand": "provision_status", "RegioS": "region"}


def test_an_unknown_kind_is_kept_under_its_code_and_is_no_category():
    provision = next(d for d in metadata_of(table("85588NED", KINDS, STATUS), {}).dimensions if d.name == "provision")
    categories = {code.label: code.category for code in provision.codes}
    assert categories["Beschut werk"] == "sheltered work"
    assert categories["Nieuwe soort"] is None


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Jobcoach/begeleiding op de werkplek", "job coach"),
        ("jobcoach  /  Begeleiding op de werkplek", "job coach"),
        ("Training, cursus of opleiding", "training"),
        ("Coaching naar werk of participatie", "coaching"),
        ("Proefplaatsing", None),
        ("Coaching", None),
    ],
)
def test_the_label_of_a_kind_is_compared_loosely(label, kind):
    assert category_of("provision", "", label) == kind


def test_labels_are_compared_without_case_and_kind_of_blank():
    assert category_of("sex", "", "mannen") == "men"
    assert category_of("duration", "", "Uitkeringsduur,\u00a0totaal ") == "total"
    assert category_of("sex", "", "man/nen") is None  # a slash is a blank in kinds of provision alone


def told(wire: WireTable) -> list[str]:
    return drift(wire, metadata_of(wire, {}), {})


def test_a_kind_that_is_unknown_or_there_twice_is_told():
    kinds = column("Soort", "Totaal re-integratie-/participatievoorz.", "Beschut werk", "beschut  werk", "Nieuwe soort")
    assert [line for line in told(table("85588NED", kinds, STATUS)) if "provision:" in line] == [
        "provision: 'beschut  werk' (sheltered work) after another code of that category",
        "provision: no category for A3 'Nieuwe soort'",
    ]
    known = column("Soort", "Totaal re-integratie-/participatievoorz.", "Beschut werk", "WIW/ID-baan")
    assert not [line for line in told(table("85588NED", known)) if "provision:" in line]


def test_a_table_that_is_not_expected_to_have_it_keeps_its_column():
    assert dimension_names(table("99999NED", KINDS)) == {"Soort": "soort"}


def test_labels_that_fit_two_dimensions_alike_tell_none():
    assert dimension_names(table("85589NED", column("Vreemd", "Totaal", "Iets"))) == {"Vreemd": "vreemd"}


def test_the_measure_is_what_the_catalogue_says():
    (measure,) = metadata_of(table("85588NED", KINDS), {}).measures
    assert (measure.quantity, measure.unit, measure.rounding) == ("provisions", "provisions", 10)


def test_large_and_stopped_tables_are_pulled_by_name_alone():
    named = {"85588NED", "85589NED", "84511NED", "82343NED", "85984NED"}
    named |= {"03759ned", "80590ned", "37230ned", "80794ned", "86113NED", "85586NED", "84897NED", "83759NED"}
    assert not named & set(catalogued())
    assert set(catalogued(by_name=True)) == named | set(catalogued())
    assert expected_of("85589NED").predecessor == "84511NED"


@pytest.mark.parametrize("name", ["85588NED", "85589NED", "84511NED"])
def test_every_kind_that_a_page_shows_is_known(name):
    for dimension in open_snapshot("published").metadata(name).dimensions:
        if dimension.name.startswith("provision"):
            assert all(code.category for code in dimension.codes), dimension


def test_kinds_do_not_overlap_and_are_all_in_the_total():
    assert category_of("provision", "", "Uitbesteed én onbekend") == "outsourced or unknown"  # 84511NED, 2022
    assert not overlap("provision", "wage subsidy", "flat-rate wage subsidy")
    assert overlap("provision", "total", "coaching")


def test_the_youngest_of_tables_on_provisions_are_those_of_the_monitors():
    assert category_of("age", "", "15 tot 27 jaar") == "<27"  # as table 4 of the factsheet prints it


def test_the_queries_of_table_3_ask_for_the_kind_that_stands_in_its_row(tmp_path, register):
    """A table with the printed levels, by the printed Dutch names, has each claim reproduced by its own query."""
    claims = [c for name, c in register.claims.items() if name.startswith("fs2024-t3-") and c.queries]
    kind = {c.id: category_of("provision", "", c.row["group"]) or c.row["group"] for c in claims}
    growth = {kind[c.id]: float(c.row["value"]) for c in claims if c.row["kind"] == "growth_rate"}
    levels = {kind[c.id]: float(c.row["value"]) for c in claims if c.row["kind"] == "level"}
    assert set(levels) == set(growth) == CATEGORIES["provision"].keys()
    rows = [
        {"measure": "provisions", "provision": name, "period": period, "value": round(value / divisor, -1)}
        for name, value in levels.items()
        for period, divisor in (("2024MM12", 1), ("2023MM12", 1 + growth[name] / 100))
    ]
    held = snapshot(tmp_path, made("85588NED", rows, {"provision": list(levels)}, "provisions"))
    found = {row["claim_id"]: row for row in finding_rows(find(register, held, ["factsheet-2024"]), register, held)}
    own = {c.id: found[c.id]["verdict"] for c in claims}
    assert {name: verdict for name, verdict in own.items() if verdict not in ("reproduced", "within_rounding")} == {}
    asked = {c.id: found[c.id]["method"] for c in claims if kind[c.id] != "total"}
    assert set(asked.values()) == {"query"}
