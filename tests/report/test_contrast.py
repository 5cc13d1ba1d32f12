"""What is written can be read: contrast of text (4.5) and of marks and outlines (3) as WCAG 2 asks at level AA."""

from __future__ import annotations

import re

import matplotlib.text
import pytest
from matplotlib.colors import to_hex
from pygments.styles import get_style_by_name

from analysis.chapters.caseload import figures as caseload_figures
from analysis.chapters.duration import figures as duration_figures
from analysis.chapters.findings import figures as findings_figures
from analysis.chapters.findings import tables as findings_tables
from analysis.chapters.flows import figures as flows_figures
from analysis.language.translator import Translator
from analysis.measures import account, caseload, duration, flows, windows
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.report.plotting import INK, SOFT, colours, contrast, readable
from analysis.workspace import open_snapshot
from project_copy import ROOT

TEMPLATES = ROOT / "src" / "analysis" / "site" / "templates"
TEXT, MARK = 4.5, 3.0
PAPER = ("#ffffff", "#f5f7f9", "#fff8e5")  # the page, a shaded part of it, the row that a link opened
OWN = {"color", "fill", "stroke", "outline", "background", "border"}


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rgb`` or ``#rrggbb``, written out from WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def rules() -> list[tuple[str, dict[str, str]]]:
    """Return the rules of both style sheets for the screen: selector, and the colour of each property that has one."""
    css = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "findings.css"))
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    variables = dict(re.findall(r"(--[a-z]+): (#[0-9a-f]{3,6})", css))
    css = re.sub(r"var\((--[a-z]+)\)", lambda match: variables.get(match[1], match[0]), css)
    found = []
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        pairs = re.findall(r"([a-z-]+):\s*([^;]+)", body)
        hues = {
            name: re.search(r"#[0-9a-f]{3,6}\b", value)[0]
            for name, value in pairs
            if name in OWN and re.search(r"#[0-9a-f]{3,6}\b", value) and "gradient" not in value
        }
        opacity = dict(pairs).get("opacity")
        found.append((selector.strip(), hues | ({"opacity": opacity} if opacity else {})))
    return found


def behind(selector: str, hues: dict[str, str]) -> tuple[str, ...]:
    """Return what text of a rule stands on: its own background, that of the part it is in, or any paper."""
    if "background" in hues:
        return (hues["background"],)
    if selector == ".bar text":
        return tuple(each["fill"] for name, each in rules() if name.startswith(".bar") and "rect" in name)
    around = [each["background"] for name, each in rules() if "background" in each and selector.startswith(f"{name} ")]
    return tuple(around) or PAPER


def test_the_measure_of_contrast_is_that_of_wcag():
    """Black on white is 21 by definition; #767676 is the lightest grey that passes on white (4.54), a known value."""
    assert contrast("black") == pytest.approx(21)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.005)
    assert ratio("#767676", "#fff") == pytest.approx(contrast("#767676"))


def test_all_text_of_the_pages_can_be_read():
    coloured = [(name, hues) for name, hues in rules() if {"color", "fill"} & hues.keys()]
    written = [(name, hues) for name, hues in coloured if not re.search("rect|circle", name)]
    assert len(written) > 20
    for name, hues in written:
        for paper in behind(name, hues):
            assert ratio(hues.get("color") or hues["fill"], paper) >= TEXT, (name, paper)


def test_outlines_borders_of_fields_and_bars_stand_out():
    outlined = [(name, hues["outline"]) for name, hues in rules() if "outline" in hues]
    fields = [(name, hues["border"]) for name, hues in rules() if "border" in hues and re.search("input|chip", name)]
    lines = [(name, hues["stroke"]) for name, hues in rules() if "line" in name and "stroke" in hues]
    bars = [(name, hues["fill"]) for name, hues in rules() if "rect" in name and "fill" in hues]
    assert all((outlined, fields, lines, bars))
    for name, hue in [*outlined, *fields, *lines, *bars]:
        assert ratio(hue, "#fff") >= MARK, name
        assert ratio(hue, "#f5f7f9") >= MARK, name


def test_what_is_half_seen_is_still_seen():
    """The arrow that says a column can be sorted: the soft ink of its header, thinned by its opacity, on white."""
    ((name, hues),) = [(name, hues) for name, hues in rules() if 0 < float(hues.get("opacity", 0)) < 1]
    assert name.endswith("button::after")
    ink = [int("57606a"[place : place + 2], 16) for place in (0, 2, 4)]
    thin = "#" + "".join(f"{round(255 + float(hues['opacity']) * (each - 255)):02x}" for each in ink)
    assert ratio(thin, "#fff") >= MARK


def test_code_on_show_can_be_read():
    page = (ROOT / "src" / "analysis" / "site" / "index.py").read_text(encoding="utf-8")
    style = get_style_by_name(re.search(r'HtmlFormatter\(style="(\w+)"\)', page)[1])
    for token, look in style:
        if look["color"] and "Generic" not in str(token) and "Error" not in str(token):
            assert ratio(f"#{look['color']}", "#f5f7f9") >= TEXT, token


def test_names_of_lines_are_darker_than_the_lines_only_where_they_have_to_be():
    assert readable(INK) == pytest.approx(tuple(int(INK[place : place + 2], 16) / 255 for place in (1, 3, 5)))
    for colour in colours(10):
        assert contrast(readable(colour)) >= TEXT
        assert max(readable(colour)) <= max(colour)
    assert min(ratio(INK, "#fff"), ratio(SOFT, "#fff")) >= TEXT


def drawn():
    source, translator = open_snapshot("published"), Translator("nl")
    quarters, months = (windows.between(source, name, "", "") for name in ("flows", "caseload"))
    quarterly, ledger = flows.quarterly(source, quarters), account.quarterly(source, quarters)
    yield flows_figures.flows(quarterly, flows.in_both(source, quarters), ledger, translator)
    yield flows_figures.other_exits(ledger, translator)
    by_year = caseload.by_year(source, months[-1])
    yield caseload_figures.caseload_series(caseload.series(source, months), by_year, translator)
    yield duration_figures.over_5y(duration.longterm_shares(source, "all"), translator)
    yield findings_figures.findings_by_document(
        findings_tables.verdicts_by_document(find(read_register(), source)), translator
    )


def test_all_text_of_pictures_can_be_read():
    for picture in drawn():
        texts = [text for text in picture.findobj(matplotlib.text.Text) if text.get_text().strip()]
        assert texts
        for text in texts:
            assert ratio(to_hex(text.get_color()), "#fff") >= TEXT, text.get_text()
