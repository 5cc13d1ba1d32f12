"""Pictures of work with a disability: people by scheme, jobs and targets, sheltered work, what sources count."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick, wide
from analysis.report.plotting import (
    HATCHES,
    INK,
    MARKERS,
    SOFT,
    boxed_note,
    canvas,
    colours,
    dots,
    grouped_bars,
    note,
    value_axis,
)


def at_work_by_scheme(series: pd.DataFrame, schemes: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the people at work by scheme at each end of year, and below it what changed in the year asked for."""
    names, years = (list(dict.fromkeys(series[column])) for column in ("scheme", "year"))
    levels = pick(series, "at_work").set_index(["year", "scheme"])["value"] / 1000
    with canvas(6.0, rows=2, height_ratios=[2.2, 1]) as (figure, (upper, lower)):
        y, height = np.arange(len(names))[::-1], 0.8 / len(years)
        for number, year in enumerate(years):
            style = {"color": colours(3)[number % 3], "hatch": HATCHES[number % 3], "edgecolor": "white", "label": year}
            at = y + (len(years) / 2 - 0.5 - number) * height
            drawn = upper.barh(at, levels[year].reindex(names), height=0.94 * height, **style)
            upper.bar_label(drawn, fmt=lambda value: translator.number(value, 1), padding=3, fontsize=8.5)
        upper.set_yticks(y, [translator.value(name) for name in names], fontsize=8.5)
        upper.set_xlim(0, 1.12 * levels.max())
        value_axis(upper, translator, "x")
        upper.legend(fontsize=9, loc="center right")
        upper.set_title(translator.word("figures.words", "thousand_at_year_end"), loc="left", color=SOFT)
        _signed_bars(lower, pick(schemes, "change").set_index("scheme")["value"].reindex(names), translator)
        title = translator.word("figures.words", "change_in_year", year=schemes["year"].iloc[0])
        lower.set_title(title, loc="left", color=SOFT)
        return figure


def jobs_against_targets(targets: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the jobs added since the baseline as part of the target, sector by sector, in percent of the target."""
    rows = wide(targets, ["sector"], ["jobs_all", "jobs_target", "shortfall", "target_reached"]).iloc[::-1]
    with canvas(2.5) as (figure, (axes,)):
        names = [translator.value(sector) for sector in rows["sector"]]
        axes.barh(names, rows["target_reached"], color=colours(1)[0], height=0.6)
        rest = {"left": rows["target_reached"], "color": "#e3e3e3", "hatch": "///", "edgecolor": "white"}
        axes.barh(names, 100 - rows["target_reached"], height=0.6, **rest)
        for y, row in enumerate(rows.to_dict("records")):
            reached, short = (translator.number(row[name]) for name in ("jobs_all", "shortfall"))
            boxed_note(axes, reached, (row["target_reached"] / 2, y))
            text = translator.word("figures.words", "short_of_target", short=short)
            note(axes, text, (100, y), (4, 0), va="center")
        axes.set_xlim(0, 128)
        axes.set_xticks(range(0, 101, 20))
        value_axis(axes, translator, "x")
        axes.set_xlabel(translator.word("figures.words", "percent_of_target"), color=SOFT)
        return figure


def jobs_added(in_year: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the jobs added in the year, formal and hired, sector by sector."""
    names = list(dict.fromkeys(in_year["sector"]))
    with canvas(3.1) as (figure, (axes,)):
        bars = {}
        for contract in ("formal", "hired", "all"):
            heights = pick(in_year, f"added_{contract}").set_index("sector")["value"]
            bars[translator.word("figures.words", f"jobs_{contract}")] = list(heights.reindex(names))
        grouped_bars(axes, bars, [translator.value(name) for name in names], translator, 0, room=0.22)
        axes.axhline(0, color=INK, lw=0.8)
        low, high = axes.get_ylim()
        axes.set_ylim(low - 0.06 * (high - low), high)  # the number below the lowest bar
        return figure


def sheltered_work(rows: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the people advised for sheltered work, divided into those at work and those without a place, by year."""
    years = wide(rows, ["year"], ["advised", "at_work", "waiting"])
    with canvas(3.2) as (figure, (axes,)):
        bottom = np.zeros(len(years))
        for number, name in enumerate(("at_work", "waiting")):
            heights = years[name].fillna(0).to_numpy()
            style = {"color": colours(2)[number], "hatch": HATCHES[number], "edgecolor": "white", "width": 0.55}
            label = translator.word("figures.words", f"bw_{name}")
            axes.bar(years["year"], heights, bottom=bottom, label=label, **style)
            for x in np.flatnonzero(heights):
                boxed_note(axes, translator.number(heights[x]), (x, bottom[x] + heights[x] / 2))
            bottom = bottom + heights
        for x, advised in enumerate(years["advised"]):
            unknown = translator.word("figures.words", "bw_not_printed")
            text = translator.number(advised) if pd.notna(advised) else unknown
            note(axes, text, (x, bottom[x]), (0, 3), ha="center", va="bottom")
        value_axis(axes, translator, room=0.24)
        axes.legend(fontsize=9, loc="upper left", ncols=2)
        return figure


def register_at_work(rows: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the share of the register with a job, of all and of its parts, with its rounding interval."""
    shares = pick(rows, "job_share").rename(columns={"population": "group"})
    with canvas(2.1) as (figure, (axes,)):
        dots(axes, shares, translator)
        for y, value in enumerate(shares["value"].iloc[::-1]):
            note(axes, translator.number(value, 1), (value, y), (0, 7), ha="center")
        axes.set_xlabel(translator.word("figures.words", "percent_with_job"), color=SOFT)
        return figure


def sources_compared(rows: pd.DataFrame, translator: Translator) -> Figure:
    """Draw what each source counts of a scheme, a panel a scheme and a marker a unit, with rounding intervals."""
    units, topics = list(dict.fromkeys(rows["unit"])), list(dict.fromkeys(rows["topic"]))
    sizes = [int((rows["topic"] == topic).sum()) for topic in topics]
    options = {"height_ratios": [1 + size for size in sizes]}
    with canvas(1.4 + 0.31 * sum(sizes) + 0.2 * len(sizes), rows=len(topics), **options) as (figure, panels):
        for axes, topic in zip(panels, topics, strict=True):
            _draw_counts(axes, rows[rows["topic"] == topic].iloc[::-1], units, translator)
            axes.set_title(translator.value(topic), loc="left", color=SOFT)
        marks = [panels[0].plot([], [], MARKERS[n], color=colours(len(units))[n], ms=6)[0] for n in range(len(units))]
        panels[0].legend(marks, [translator.value(unit) for unit in units], loc="center left", fontsize=9)
        return figure


def _draw_counts(axes: Axes, rows: pd.DataFrame, units: list[str], translator: Translator) -> None:
    for y, row in enumerate(rows.to_dict("records")):
        number = units.index(row["unit"])
        axes.hlines(y, row["value_lo"], row["value_hi"], color=INK, lw=4)
        axes.plot(row["value"], y, MARKERS[number], color=colours(len(units))[number], ms=6)
        note(axes, translator.number(row["value"]), (row["value"], y), (7, 0), va="center")
    axes.set_yticks(range(len(rows)), [translator.value(name) for name in rows["count"]], fontsize=8.5)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, 1.22 * rows["value_hi"].max())
    axes.locator_params(axis="x", nbins=4)  # more numbers than these run into each other
    value_axis(axes, translator, "x")


def _signed_bars(axes: Axes, values: pd.Series, translator: Translator) -> None:
    """Draw a bar for each scheme from zero, the first on top, in a colour and hatching by its sign."""
    y = np.arange(len(values))[::-1]
    for at, value in zip(y, values, strict=True):
        falls = int(value < 0)
        axes.barh(at, value, color=colours(2)[falls], hatch=HATCHES[falls], edgecolor="white", height=0.6)
        note(axes, translator.number(value, sign=True), (max(value, 0), at), (4, 0), va="center", fontsize=9)
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_yticks(y, [translator.value(name) for name in values.index], fontsize=8.5)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.16 * (high - low))
    value_axis(axes, translator, "x")
