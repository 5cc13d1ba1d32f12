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
SCHEMES = ("light", "dark")
GROUNDS = ("--ground", "--shade", "--mark")  # the page, a shaded part of it, the row that a link opened
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


def sheet() -> str:
    css = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "findings.css"))
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def named_colours(scheme: str) -> dict[str, str]:
    """Return the colours by name: those of the page, and for a dark screen the ones that it sets anew."""
    roots = re.findall(r"(:root|prefers-color-scheme: dark\) \{\s*:root) \{([^}]*)", sheet())
    light, dark = {}, {}
    for place, body in roots:
        (dark if "dark" in place else light).update(re.findall(r"(--[a-z-]+): (#[0-9a-f]{3,6})", body))
    return light | (dark if scheme == "dark" else {})


def papers(scheme: str) -> tuple[str, ...]:
    return tuple(named_colours(scheme)[name] for name in GROUNDS)


def rules(scheme: str) -> list[tuple[str, dict[str, str]]]:
    """Return the rules of both style sheets for the screen: selector, and the colour of each property that has one."""
    css, variables = sheet(), named_colours(scheme)
    css = re.sub(r"var\((--[a-z-]+)\)", lambda match: variables.get(match[1], match[0]), css)
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


def behind(selector: str, hues: dict[str, str], scheme: str) -> tuple[str, ...]:
    """Return what text of a rule stands on: its own background, that of the part it is in, or any paper."""
    if "background" in hues:
        return (hues["background"],)
    if selector == ".bar text":
        return tuple(each["fill"] for name, each in rules(scheme) if name.startswith(".bar") and "rect" in name)
    around = [
        each["background"] for name, each in rules(scheme) if "background" in each and selector.startswith(f"{name} ")
    ]
    return tuple(around) or papers(scheme)


def test_the_measure_of_contrast_is_that_of_wcag():
    """Black on white is 21 by definition; #767676 is the lightest grey that passes on white (4.54), a known value."""
    assert contrast("black") == pytest.approx(21)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.005)
    assert ratio("#767676", "#fff") == pytest.approx(contrast("#767676"))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_text_of_the_pages_can_be_read(scheme):
    coloured = [(name, hues) for name, hues in rules(scheme) if {"color", "fill"} & hues.keys()]
    written = [(name, hues) for name, hues in coloured if not re.search("rect|circle", name)]
    assert len(written) > 20
    for name, hues in written:
        for paper in behind(name, hues, scheme):
            assert ratio(hues.get("color") or hues["fill"], paper) >= TEXT, (name, paper)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_outlines_borders_of_fields_and_bars_stand_out(scheme):
    outlined = [(name, hues["outline"]) for name, hues in rules(scheme) if "outline" in hues]
    fields = [
        (name, hues["border"]) for name, hues in rules(scheme) if "border" in hues and re.search("input|chip", name)
    ]
    lines = [(name, hues["stroke"]) for name, hues in rules(scheme) if "line" in name and "stroke" in hues]
    light = scheme == "light"  # the parts of a bar are the same in the dark, within a border that stands out
    bars = [(name, hues["fill"]) for name, hues in rules(scheme) if light and "rect" in name and "fill" in hues]
    assert all((outlined, fields, lines, bars or not light))
    for name, hue in [*outlined, *fields, *lines, *bars]:
        for paper in papers(scheme)[:2]:
            assert ratio(hue, paper) >= MARK, (name, paper)


def test_what_is_half_seen_is_still_seen():
    """The arrow that says a column can be sorted: the soft ink of its header, thinned by its opacity, on white."""
    ((name, hues),) = [(name, hues) for name, hues in rules("light") if 0 < float(hues.get("opacity", 0)) < 1]
    assert name.endswith("button::after")
    ink = [int("57606a"[place : place + 2], 16) for place in (0, 2, 4)]
    thin = "#" + "".join(f"{round(255 + float(hues['opacity']) * (each - 255)):02x}" for each in ink)
    assert ratio(thin, "#fff") >= MARK


@pytest.mark.parametrize("scheme", SCHEMES)
def test_code_on_show_can_be_read(scheme):
    page = (ROOT / "src" / "analysis" / "site" / "page.py").read_text(encoding="utf-8")
    styles = dict(zip(SCHEMES, re.search(r'for name in \("([\w-]+)", "([\w-]+)"\)', page).groups(), strict=True))
    for token, look in get_style_by_name(styles[scheme]):
        if look["color"] and not re.search("Generic|Error|Whitespace", str(token)):
            assert ratio(f"#{look['color']}", named_colours(scheme)["--shade"]) >= TEXT, token


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
    register = read_register()
    counts = findings_tables.verdicts_by_document(find(register, source))
    yield findings_figures.findings_by_document(counts, findings_tables.titles(register), translator)


def test_all_text_of_pictures_can_be_read():
    for picture in drawn():
        texts = [text for text in picture.findobj(matplotlib.text.Text) if text.get_text().strip()]
        assert texts
        for text in texts:
            assert ratio(to_hex(text.get_color()), "#fff") >= TEXT, text.get_text()
