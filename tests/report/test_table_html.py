from __future__ import annotations

import io

import numpy as np
import pandas as pd

from analysis.language.translator import Translator
from analysis.report.table_html import RenderedTable
from analysis.report.table_spec import declared_tables, machine_table, table_spec

TABLES = declared_tables()


def displayed(name, table, lang):
    return RenderedTable(name, TABLES[name], table, Translator(lang), "t", "n")._repr_mimebundle_()


def rates(**labels):
    values = {"opening": (400.0, 395.0, 405.0, ""), "closing": (np.nan, np.nan, np.nan, "not_in_snapshot")}
    values |= {"inflow": (20.0, 15.0, 25.0, ""), "outflow": (30.0, 25.0, 35.0, "")}
    values |= {"other_exits": (np.nan, np.nan, np.nan, "not_in_snapshot")}
    return pd.DataFrame(
        [
            {
                **labels,
                "quantity": quantity,
                "value": value,
                "value_lo": lo,
                "value_hi": hi,
                "missing": missing,
                "status": "provisional" if quantity == "inflow" else "final",
            }
            for quantity, (value, lo, hi, missing) in values.items()
        ]
    )


def test_the_machine_table_is_the_contract():
    table = machine_table(TABLES["stock_flow_account"], rates(quarter="2024Q1"))
    quantities = ["opening", "inflow", "outflow", "other_exits", "closing"]
    assert list(table.columns) == [
        "quarter",
        *(f"{q}{end}" for q in quantities for end in ("", "_lo", "_hi")),
        "status",
        "missing",
    ]
    row = table.iloc[0]
    assert (row["quarter"], row["opening"], row["opening_lo"]) == ("2024Q1", 400, 395)
    assert row["status"] == "provisional"
    assert row["missing"] == "closing=not_in_snapshot; other_exits=not_in_snapshot"
    read = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert read["inflow_hi"].iloc[0] == 25


def test_a_table_of_another_name_is_read_off_its_frame():
    spec = table_spec("my_rates", rates(quarter="2024Q1"))
    assert (spec.labels, spec.quantities) == (("quarter",), ("opening", "closing", "inflow", "outflow", "other_exits"))
    assert spec.intervals == ("opening", "inflow", "outflow"), "what has no value has no interval"
    table = machine_table(spec, rates(quarter="2024Q1"))
    text = RenderedTable("my_rates", spec, table, Translator("en"), "t", "n")._repr_mimebundle_()["text/plain"]
    assert "400 (395 to 405)" in text
    plain = pd.DataFrame({"wave": ["one"], "reach": [0.25], "reach_lo": [0.2], "reach_hi": [0.3]})
    spec = table_spec("my_waves", plain)
    assert (spec.labels, spec.quantities, spec.intervals) == (("wave",), ("reach",), ("reach",))
    text = RenderedTable("w", spec, machine_table(spec, plain), Translator("en"), "t", "n")._repr_mimebundle_()[
        "text/plain"
    ]
    assert "0.250 (0.200 to 0.300)" in text


def shown(lang="nl", marked=()):
    table = machine_table(TABLES["stock_flow_account"], rates(quarter="2024Q1"))
    return RenderedTable(
        "stock_flow_account",
        TABLES["stock_flow_account"],
        table,
        Translator(lang),
        "A <b>title</b>",
        "A & note",
        marked,
    )._repr_mimebundle_()


def test_text_and_html_say_the_same():
    bundle = shown()
    assert "2024 kw 1*" in bundle["text/plain"]  # the least final figure of the row is provisional
    assert bundle["text/plain"].count("niet in snapshot") == 2
    assert bundle["text/html"].count("niet in snapshot") == 2
    assert "2024 Q1" in shown("en")["text/plain"]


def test_html_is_escaped_and_has_scopes():
    page = shown()["text/html"]
    assert "A &lt;b&gt;title&lt;/b&gt;" in page
    assert "A &amp; note" in page
    assert page.count('scope="col"') == 6
    assert page.count('scope="row"') == 1
    assert 'tabindex="0"' in page


def test_a_table_without_rows_says_so():
    frame = pd.DataFrame(columns=["period", "first_edition", "last_edition", "first_figure", "last_figure"])
    table = machine_table(TABLES["caseload_revised"], frame)
    bundle = RenderedTable(
        "caseload_revised", TABLES["caseload_revised"], table, Translator("nl"), "t", "n"
    )._repr_mimebundle_()
    assert bundle["text/plain"] == "t\ngeen\nn"
    assert "geen" in bundle["text/html"]


def test_an_interval_without_end_is_said_in_words():
    frame = rates(quarter="2024Q1")
    frame.loc[frame["quantity"] == "other_exits", ["value", "value_lo", "value_hi", "missing"]] = [
        5,
        -np.inf,
        np.inf,
        "",
    ]
    table = machine_table(TABLES["stock_flow_account"], frame)
    text = RenderedTable(
        "stock_flow_account", TABLES["stock_flow_account"], table, Translator("nl"), "t", "n"
    )._repr_mimebundle_()["text/plain"]
    assert "5 (elke waarde)" in text


def test_marks_are_put_beside_the_first_label():
    assert "▲ 2024 kw 1" in shown(marked=["2024Q1"])["text/plain"]
    assert "▲" not in shown(marked=["2024Q2"])["text/plain"]


def test_groups_become_headings_of_rows():
    frame = pd.DataFrame(
        {
            "dimension": ["age", "age", "total"],
            "group": ["<27", "27–45", "total"],
            "growth_rank": "1",
            "contribution_rank": "1",
        }
    )
    table = machine_table(TABLES["caseload_ranks"], frame)
    page = displayed("caseload_ranks", table, "en")["text/html"]
    assert page.count('scope="rowgroup"') == 1
    assert ">age<" in page


def test_a_value_without_an_interval_is_printed_with_the_reason():
    frame = rates(quarter="2024Q1")
    frame.loc[frame["quantity"] == "other_exits", ["value", "value_lo", "value_hi", "missing"]] = [
        5,
        np.nan,
        np.nan,
        "too_few_cells",
    ]
    table = machine_table(TABLES["stock_flow_account"], frame)
    shown = RenderedTable("stock_flow_account", TABLES["stock_flow_account"], table, Translator("nl"), "t", "n")
    assert "5 (geen interval: te weinig cijfers)" in shown._repr_mimebundle_()["text/plain"]


def test_of_bounds_the_ends_alone_are_printed():
    row = {"dimension": "total", "group": "total", "months": 24, "assumption": "any hazard within a band"}
    ends = {"quantity": "survival", "value": 0.493, "value_lo": 0.293, "value_hi": 0.586, "missing": ""}
    table = machine_table(TABLES["survival_bounds"], pd.DataFrame([row | ends]))
    for lang, printed in (("en", "0.293 to 0.586"), ("nl", "0,293 tot 0,586")):
        text = displayed("survival_bounds", table, lang)["text/plain"]
        assert printed in text
        assert "493" not in text, "no number between the bounds is likelier"
    assert table["survival"].tolist() == [0.493]
