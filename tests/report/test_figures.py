"""Pictures read back as data: what is drawn stands where the frame says, beside the right name."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.dates import date2num
from PIL import Image

from analysis.chapters.caseload import figures as caseload_figures
from analysis.chapters.duration import figures as duration_figures
from analysis.chapters.flows import figures as flows_figures
from analysis.language.translator import Translator
from analysis.measures import account, caseload, caseload_groups, duration, exit_rates, flow_groups, flows, sources
from analysis.measures.tidy_frame import pick
from analysis.models.duration import ended_spells as steady_state
from analysis.models.flows.group_comparison import compare_groups
from analysis.models.flows.outflow import fit_outflow
from analysis.report import charts, plotting
from analysis.report.numbers import decided

ENGLISH = Translator("en")
DECEMBER = pd.Period("2025-12", freq="M")


@pytest.fixture(scope="module")
def quarters(published):
    return flows.flow_window(published)


@pytest.fixture(scope="module")
def quarterly(published, quarters):
    return flows.quarterly(published, quarters)


def ticks(axes):
    """Return the group names of a picture of groups, by height."""
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    return {round(tick): name for tick, name in zip(axes.get_yticks(), names, strict=True)}


def spans(collection, axes):
    """Return the horizontal stretches of a collection by the name at their height; without ends there is none."""
    names, segments = ticks(axes), [segment for segment in collection.get_segments() if len(segment)]
    return {names[round(start[1])]: (start[0], end[0]) for start, end in segments}


def no_accounts(groups):
    """Return accounts of which no group has a break-even ratio of its own."""
    return pick(groups, "ratio").assign(quantity="break_even", value=np.nan)


def test_each_group_has_its_own_dot_and_both_its_intervals(published, quarters):
    means = flow_groups.group_flows(published)
    groups = flow_groups.by_group(means)
    ratios = compare_groups(groups, flow_groups.by_quarter(published)).ratios
    even = account.break_even(published, quarters, means)
    shuffled = ratios.sample(frac=1, random_state=1)  # names decide what stands beside what, not the order of rows
    (axes,) = flows_figures.flow_ratio_groups(groups, shuffled, even, no_accounts(groups), ENGLISH, 0.95).axes
    thin, thick = (part for part in axes.collections if isinstance(part, LineCollection))
    ratio = pick(groups, "ratio").assign(name=lambda rows: [ENGLISH.value(group) for group in rows["group"]])
    process = ratios.assign(name=[ENGLISH.value(group) for group in ratios["group"]]).set_index("name")
    drawn, names = axes.lines[0], ticks(axes)
    dots = {names[round(y)]: x for x, y in zip(*drawn.get_data(), strict=True)}
    for row in ratio.to_dict("records"):
        assert dots[row["name"]] == pytest.approx(100 * row["value"])
        assert spans(thick, axes)[row["name"]] == pytest.approx((100 * row["value_lo"], 100 * row["value_hi"]))
        if row["group"] != "total":  # which is no group beside others
            ends = 100 * process.loc[row["name"], ["value_lo", "value_hi"]].astype(float)
            assert spans(thin, axes)[row["name"]] == pytest.approx(tuple(ends))
    upright = {line.get_xdata()[0] for line in axes.lines[1:]}
    assert upright == {100.0, 100 * pick(even, "break_even").set_index("year").loc[2024, "value"]}
    assert next(iter(names.values())) == ENGLISH.value("<27")  # as in the table, the first on top
    assert axes.yaxis_inverted()


def lines_of_tables(lines, quarterly, in_both, quantity, factor=1.0):
    """Assert that lines are those of the live table and of its predecessor, each with its own quarters alone."""
    rows = pd.concat([pick(quarterly, quantity).assign(table=lambda each: each["tables"]), pick(in_both, quantity)])
    quarters = list(pick(quarterly, quantity)["quarter"])
    for line, table in zip(lines, ("85615NED", "82662NED"), strict=True):
        own = rows[rows["table"] == table].drop_duplicates("quarter").set_index("quarter")["value"]
        np.testing.assert_allclose(line.get_ydata(), factor * own.reindex(quarters))


def test_the_ratio_in_time_with_its_band(published, quarterly, quarters):
    model = fit_outflow(quarterly)
    process, in_both = model.ratios(quarterly, "quarter"), flows.in_both(published, quarters)
    (axes,) = flows_figures.flow_ratio(quarterly, in_both, process, ENGLISH).axes
    ratio = pick(quarterly, "ratio")
    lines_of_tables(axes.lines[:2], quarterly, in_both, "ratio", 100)
    corners = {tuple(corner) for corner in axes.collections[0].get_paths()[0].vertices}
    for place, row in enumerate(process.to_dict("records")):
        assert {(place, 100 * row["value_lo"]), (place, 100 * row["value_hi"])} <= corners
        assert row["quarter"] == ratio["quarter"].iloc[place]
    assert list(axes.lines[2].get_ydata()) == [100, 100]
    assert axes.get_xlabel() == "━ current table   ─○─ discontinued table"


def test_flows_and_the_rises_of_the_aow_age(published, quarterly, quarters):
    in_both = flows.in_both(published, quarters)
    (axes,) = flows_figures.flows(quarterly, in_both, account.quarterly(published, quarters), ENGLISH).axes
    for number, flow in enumerate(("inflow", "outflow", "reinflow")):
        lines_of_tables(axes.lines[2 * number : 2 * number + 2], quarterly, in_both, flow, 1 / 1000)
    rises = [str(quarters[int(line.get_xdata()[0])]) for line in axes.lines[6:]]
    assert rises == ["2019Q1", "2022Q1", "2023Q1", "2024Q1"]
    assert axes.get_ylim()[0] == 0


def test_other_exits_stand_at_their_quarter_and_what_is_missing_is_hatched(published, quarters):
    ledger = account.quarterly(published, quarters)
    (axes,) = flows_figures.other_exits(ledger, ENGLISH).axes
    values = pick(ledger, "other_exits")["value"]
    bars = axes.containers[0].patches
    np.testing.assert_array_equal([bar.get_height() for bar in bars], values)
    hatched = {round(patch.get_x() + patch.get_width() / 2) for patch in axes.patches if patch.get_hatch()}
    assert hatched == set(np.flatnonzero(values.isna()))


def test_no_line_crosses_a_gap(published):
    series = caseload.series(published)
    panels = caseload_figures.caseload_series(series, caseload.by_year(published, DECEMBER), ENGLISH).axes
    drawn = 0
    for axes in panels:
        for line in axes.lines:
            step = np.diff(date2num(line.get_xdata()))
            assert (step <= 92).all()
            drawn += len(line.get_xdata())
    assert drawn == len(series)
    (axes,) = duration_figures.starters(duration.starters(published), ENGLISH).axes
    assert {text.get_text().strip() for text in axes.texts} == {"quarterly, by duration", "quarterly, discontinued"}
    assert all((np.diff(date2num(line.get_xdata())) <= 92).all() for line in axes.lines)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_line_is_named_in_words_and_an_axis_that_is_cut_says_so(published, lang):
    """A reader knows no table by its number; it stands in the source, below the figure."""
    words = Translator(lang)
    figure = caseload_figures.caseload_series(caseload.series(published), caseload.by_year(published, DECEMBER), words)
    for axes in figure.axes:
        texts = [text.get_text().strip() for text in axes.texts]
        assert not [text for text in texts if re.search(r"\d{5}(ned|ksz|eng)", text, re.IGNORECASE)]
        assert axes.get_ylim()[0] > 0
        assert words.word("figures.words", "cut_axis") in texts
    with plotting.canvas(2.0) as (_, (axes,)):
        axes.plot([0, 1], [0, 5])
        plotting.mark_cut_axis(axes, words)
        assert not axes.texts


def test_every_table_that_lines_are_drawn_of_has_a_name_in_both_languages():
    drawn = {table for table, _ in (*sources.NATIONAL_STOCK, *sources.GROUP_STOCK)} | set(sources.QUARTERLY_FLOWS)
    for table in (each for each in drawn if each[0].isdigit()):
        names = {Translator(lang).series(table) for lang in ("nl", "en")}
        assert len(names) == 2, table
        assert table not in names


def rows_of(*intervals):
    return pd.DataFrame(
        [{"name": name, "value": (lo + hi) / 2, "value_lo": lo, "value_hi": hi} for name, lo, hi in intervals]
    )


@pytest.mark.parametrize(
    ("rows", "highest", "lowest"),
    [
        (rows_of(("a", 1, 2), ("b", 3, 4), ("c", 5, 6)), "c", "a"),
        (rows_of(("a", 1, 3), ("b", 2, 4), ("c", 5, 6)), "c", None),
        (rows_of(("a", 1, 2), ("b", 3, 9), ("c", 8, 9)), None, "a"),  # the widest reaches as high as the highest
        (rows_of(("a", 1, 2)), None, None),
        (rows_of(("a", 1, 2), ("b", np.nan, np.nan)), None, None),
    ],
)
def test_a_title_says_who_is_first_only_where_intervals_decide_it(rows, highest, lowest):
    for wanted, most in ((highest, True), (lowest, False)):
        found = decided(rows, most)
        assert (None if found is None else found["name"]) == wanted


def test_what_a_figure_says_stands_above_what_it_shows():
    with plotting.canvas(2.0) as (figure, (axes,)):
        axes.plot([0, 1], [0, 5])
        plotting.put_title(figure, "Persons by province", "Most in Groningen")
    assert figure.get_suptitle() == "Most in Groningen\n"
    assert [text.get_text() for text in axes.texts] == ["Persons by province"]
    plotting.lay_out(figure, fine=False)
    renderer = FigureCanvasAgg(figure).get_renderer()
    (below,) = (text.get_window_extent(renderer) for text in axes.texts)
    assert axes.get_window_extent(renderer).y1 <= below.y0 < below.y1 < figure.bbox.y1


def test_persons_and_benefits_never_share_a_panel(published):
    series = caseload.series(published)
    above, below = caseload_figures.caseload_series(series, caseload.by_year(published, DECEMBER), ENGLISH).axes
    for axes, counted in ((above, "persons"), (below, "benefits")):
        rows = series[series["unit"].str.contains(counted)]
        assert sum(len(line.get_xdata()) for line in axes.lines) == len(rows)


def test_contributions_have_their_own_bar_and_number(published):
    by_group = caseload_groups.by_group(caseload_groups.group_state(published))
    rows = pick(by_group, "contribution_pp")
    seen = {}
    groups = by_group[by_group["group"] != "total"]
    for axes in charts.by_class(groups, "group", ["contribution_pp"], ENGLISH, panel="dimension").axes:
        names = ticks(axes)
        told = {round(text.xy[1]): text.get_text() for text in axes.texts[:-1]}  # the last is the title
        for bar in axes.patches:
            place = round(bar.get_y() + bar.get_height() / 2)
            seen[names[place]] = (bar.get_width(), told[place])
    for row in rows[rows["dimension"] != "total"].to_dict("records"):
        assert seen[ENGLISH.value(row["group"])] == (row["value"], ENGLISH.number(row["value"], 2, sign=True))


def test_bars_of_duration_are_those_of_the_tables(published):
    shares = duration.longterm_shares(published)
    quantities, total = ["over_2y", "from_2_to_5y", "over_5y"], shares[shares["dimension"] == "total"]
    (axes,) = charts.by_class(total, "quantity", quantities, ENGLISH, series="source").axes
    total = total.set_index(["source", "quantity"])["value"]
    for container, source in zip(axes.containers, ("stock", "ended spells"), strict=True):
        expected = [total[source, quantity] for quantity in quantities]
        assert container.get_label() == ENGLISH.value(source)
        np.testing.assert_array_equal([bar.get_width() for bar in container.patches], expected)
    rates = exit_rates.by_band(published)
    (axes,) = charts.by_class(rates, "band", ["rate_per_year"], ENGLISH, series="exposure_choice").axes
    value = pick(rates, "rate_per_year").set_index(["exposure_choice", "band"])["value"]
    bands = list(value.index.unique(1))
    assert [label.get_text() for label in axes.get_yticklabels()] == [ENGLISH.value(band) for band in bands]
    for container, choice in zip(axes.containers, value.index.unique(0), strict=True):
        np.testing.assert_array_equal([bar.get_width() for bar in container.patches], [value[choice, b] for b in bands])


def test_the_share_over_five_years_by_group_and_beside_ended_spells(published):
    rows = pick(duration.longterm_shares(published), "over_5y")
    (axes,) = duration_figures.over_5y(duration.longterm_shares(published), ENGLISH).axes
    stock = rows[(rows["source"] == "stock") & rows["value"].notna()]
    names = ticks(axes)
    dots = {names[round(y)]: x for x, y in zip(*axes.lines[0].get_data(), strict=True)}
    assert dots == {ENGLISH.value(row["group"]): row["value"] for row in stock.to_dict("records")}
    ended = rows[(rows["dimension"] == "total") & (rows["source"] == "ended spells")]["value"].iloc[0]
    assert axes.lines[1].get_xdata()[0] == ended


def test_survival_curves_are_those_of_the_table(published):
    curves = steady_state.survival_of_ended(published)
    (axes,) = duration_figures.survival(curves, ENGLISH).axes
    for line, (_, curve) in zip(axes.lines, curves.groupby("group", sort=False, observed=True), strict=True):
        known = curve.dropna(subset="value")
        np.testing.assert_array_equal(line.get_xdata(), known["months"])
        np.testing.assert_array_equal(line.get_ydata(), known["value"])


def test_a_series_with_a_gap_is_two_lines():
    line = pd.DataFrame({"date": pd.to_datetime(["2024-03-31", "2024-06-30", "2025-03-31"]), "height": [1.0, 2, 3]})
    with plotting.canvas(2) as (_, (axes,)):
        plotting.draw_runs(axes, line, "quarter", 0, "black")
    assert [list(drawn.get_ydata()) for drawn in axes.lines] == [[1, 2], [3]]


def test_break_even_above_one_stands_to_the_right_of_as_many_in_as_out(published, quarters):
    means = flow_groups.group_flows(published)
    groups = flow_groups.by_group(means)
    ratios = compare_groups(groups, flow_groups.by_quarter(published)).ratios
    even = account.break_even(published, quarters, means)
    for value, (left, right) in (
        (0.9, ("break-even", "as many in as out")),
        (1.4, ("as many in as out", "break-even")),
    ):
        moved = even.assign(value=even["value"].where(even["quantity"] != "break_even", value))
        (axes,) = flows_figures.flow_ratio_groups(groups, ratios, moved, no_accounts(groups), ENGLISH, 0.95).axes
        sides = {text.get_ha(): text.get_text() for text in axes.texts}
        assert sides == {"right": left, "left": right}


def test_an_axis_has_as_many_decimals_as_its_ticks_need():
    assert plotting.NumberTicks(ENGLISH).format_ticks([0.5, 1000, -0.25]) == ["0.50", "1,000.00", "-0.25"]
    assert plotting.NumberTicks(ENGLISH).format_ticks([]) == []


def test_a_small_picture_keeps_the_colour_of_a_single_mark():
    """Chosen by pixels, the palette gave 64 shades of grey and blue, and one orange mark came out brown."""
    with plotting.canvas(5.0) as (figure, (axes,)):
        axes.plot(range(9), range(9), "o", color=plotting.colours(2)[0], ms=6)
        axes.plot([1], [7], "s", color=plotting.colours(2)[1], ms=6)
        axes.set_yticks(range(9), [f"a group of people with a long name, number {number}" for number in range(9)])
    image = Image.open(io.BytesIO(plotting.png(figure))).convert("RGB")
    pixels = np.asarray(image).reshape(-1, 3).astype(int)
    wanted = 255 * np.array(plotting.colours(2)[1])
    assert np.abs(pixels - wanted).max(axis=1).min() <= 16


def test_a_line_that_ends_early_is_named_at_its_end_and_not_by_a_line_to_the_edge():
    with plotting.canvas(3.0) as (_, (axes,)):
        axes.plot([0, 1, 2, 3], [5, 5, 5, 5])
        axes.plot(range(11), [20] * 11)
        axes.set(xlim=(-0.5, 10.5), ylim=(0, 30))
        plotting.label_ends(axes, [(3, 5, "early", "red"), (10, 20, "whole", "blue")])
    early, whole = sorted(axes.texts, key=lambda text: text.get_text().strip())
    assert (early.get_text(), early.xy, early.arrow_patch) == ("early", (3, 5), None)
    assert (whole.get_text(), whole.xyann) == (" whole", (10.5, 20))


def test_a_name_without_room_is_tied_to_its_line_in_grey_and_a_name_covers_nothing():
    with plotting.canvas(3.0) as (figure, (axes,)):
        axes.plot([0, 1], [14, 15], color="red")
        axes.plot(np.linspace(0, 10, 60), [1, 29] * 30)  # everywhere to the right of where the first line ends
        axes.set(xlim=(-0.5, 10.5), ylim=(0, 30))
        plotting.label_ends(axes, [(1, 15, "a name that is long", "red")])
        (name,) = axes.texts
        assert name.xyann == (10.5, 15)
        leader = name.arrow_patch
        assert len(set(leader.get_edgecolor()[:3])) == 1, "grey: the colour of no line"
        assert leader.get_linewidth() < 1
        figure.clear()


@pytest.mark.parametrize(("title", "source"), [(2, 2), (5, 1), (1, 6), (4, 4)])
def test_the_axes_keep_their_height_under_long_texts(title, source):
    """A row of one class, half an inch high, was squeezed to nothing by a title and a source of three lines each."""
    with plotting.canvas(1.8) as (figure, (axes,)):
        axes.plot([0, 1], [0, 1])
    plotting.put_title(figure, "title " * 9 * title)
    figure.supxlabel("\n".join(["source"] * source), fontsize=8)
    plotting.make_room(figure)
    plotting.lay_out(figure, fine=False)
    assert axes.get_position().height * figure.get_figheight() > 0.6  # as under two lines of each
