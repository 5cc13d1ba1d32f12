"""Pictures of duration: long-term shares, exit rates, survival of ended spells, newcomers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.classifications.durations import CLASS_ENDS
from analysis.cleaning.periods import parse_period
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.plotting import (
    INK,
    MARKERS,
    STYLES,
    canvas,
    colours,
    dots,
    draw_runs,
    grouped_bars,
    label_ends,
    note,
    value_axis,
    year_axis,
)


def longterm(shares: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the long-term shares of the total in the stock and among ended spells, side by side."""
    quantities = ("over_2y", "from_2_to_5y", "over_5y")
    total = shares[shares["dimension"] == "total"].set_index(["source", "quantity"])["value"]
    bars = {
        translator.value(source): [total.get((source, quantity), np.nan) for quantity in quantities]
        for source in ("stock", "ended spells")
    }
    with canvas(2.9) as (figure, (axes,)):
        names = [translator.word("quantities", quantity).replace(" (%)", "") for quantity in quantities]
        grouped_bars(axes, bars, names, translator, decimals=0, room=0.2)
        return figure


def over_5y(shares: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the share over five years in the stock of each group, and a line at that among all ended spells."""
    rows = pick(shares, "over_5y")
    ended = rows[(rows["dimension"] == "total") & (rows["source"] == "ended spells")]["value"]
    rows = rows[(rows["source"] == "stock") & rows["value"].notna()]
    with canvas(1.0 + 0.33 * max(len(rows), 2)) as (figure, (axes,)):
        dots(axes, rows, translator)
        for value in ended:
            axes.axvline(value, color=colours(2)[1], ls=":", lw=1.6)
            note(axes, translator.word("figures.words", "ended"), (value, len(rows) - 0.3), (4, 0), colours(2)[1])
        axes.set_xlim(0, 1.1 * max(rows["value"].max(), 1))
        return figure


def exit_rates(rates: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the exit rate per year of each duration band, for every choice of exposure."""
    rows = pick(rates, "rate_per_year").set_index(["exposure_choice", "band"])["value"]
    choices, bands = rows.index.unique(0), rows.index.unique(1)
    bars = {translator.value(choice): [rows.get((choice, band), np.nan) for band in bands] for choice in choices}
    with canvas(3.1) as (figure, (axes,)):
        grouped_bars(axes, bars, [translator.value(band) for band in bands], translator, decimals=2, room=0.25)
        return figure


def survival(curves: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the share of ended spells that lasted longer, for all and by country of birth."""
    with canvas(3.2) as (figure, (axes,)):
        ends = []
        for number, (group, curve) in enumerate(curves.groupby("group", sort=False, observed=True)):
            style = {"ls": STYLES[number], "marker": MARKERS[number], "ms": 4, "color": colours(3)[number]}
            axes.plot(curve["months"], curve["value"], **style)
            ends.append((curve["months"].iloc[-1], curve["value"].iloc[-1], translator.value(group), style["color"]))
        value_axis(axes, translator)
        axes.set_xticks([0, *CLASS_ENDS.values()])
        axes.set_xlim(-1, 62)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(translator.word("labels", "months"))
        label_ends(axes, ends)
        return figure


def hazards(rates: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the exit hazard of each group in its first, middle and last duration band, with process intervals."""
    bands = list(rates["band"].drop_duplicates())
    drawn = list(dict.fromkeys((bands[0], bands[len(bands) // 2], bands[-1])))
    return _by_group(rates, "band", {band: translator.value(band) for band in drawn}, translator)


def group_survival(curves: pd.DataFrame, translator: Translator) -> Figure:
    """Draw which percentage of the entrants of each group would still receive bijstand after two and five years."""
    months = sorted(curves["months"].unique(), reverse=True)
    names = {end: translator.word("figures.words", "after_years", years=end // 12) for end in months}
    percent = curves.assign(**100 * curves[["value", "value_lo", "value_hi"]])
    return _by_group(percent, "months", names, translator)


def _by_group(rows: pd.DataFrame, label: str, names: dict, translator: Translator) -> Figure:
    """Draw a line for each group, with a mark and its interval for each named value of a label."""
    groups = list(rows["group"].drop_duplicates())
    heights = {group: height for height, group in enumerate(reversed(groups))}
    with canvas(1.5 + 0.33 * max(len(groups), 2)) as (figure, (axes,)):
        for number, (value, name) in enumerate(names.items()):
            marks, colour = rows[rows[label] == value], colours(3)[number]
            positions = marks["group"].map(heights)
            axes.hlines(positions, marks["value_lo"], marks["value_hi"], color=colour, lw=2.4, alpha=0.6)
            axes.plot(marks["value"], positions, MARKERS[number], color=colour, ms=6, ls="", label=name)
        axes.set_yticks(list(heights.values()), [translator.value(group) for group in heights])
        axes.set_ylim(-0.6, len(groups) - 0.4)
        axes.set_xlim(0, 1.08 * max(rows[["value", "value_hi"]].max().max(), 0.01))
        value_axis(axes, translator, "x")
        axes.grid(axis="y", visible=True, lw=0.5)
        style = {"columnspacing": 1.2, "handletextpad": 0.1, "frameon": False}
        axes.legend(fontsize=8.5, loc="lower right", bbox_to_anchor=(1.02, 0.99), ncols=len(names), **style)
        return figure


def longterm_moved(parts: pd.DataFrame, translator: Translator) -> Figure:
    """Draw what each component contributed to the change of the long-term share, and the change; say what lacks."""
    values, positions = parts["value"], np.arange(len(parts))[::-1]
    names, shades = [], []
    for component in parts["component"]:
        name = translator.value(component)
        composition = component not in ("behaviour", "change")
        names.append(translator.word("figures.words", "composition", by=name) if composition else name)
        shades.append(colours(3)[0 if composition else 1 if component == "behaviour" else 2])
    with canvas(2.9) as (figure, (axes,)):
        bars = axes.barh(positions, values.fillna(0), color=shades, height=0.62)
        unknown = translator.value("not_in_snapshot")
        labels = [unknown if np.isnan(value) else translator.number(value, 1, sign=True) for value in values]
        axes.bar_label(bars, labels, padding=3, fontsize=9)
        axes.axvline(0, color=INK, lw=0.8)
        axes.set_yticks(positions, names)
        widest = 1.3 * max(values.abs().max(), 0.1) if values.notna().any() else 1
        axes.set_xlim(min(-0.25 * widest, 1.3 * values.min() if values.notna().any() else 0), widest)
        value_axis(axes, translator, "x")
        return figure


def starters(rows: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the persons with bijstand for less than half a year, a line for each table, nothing over gaps."""
    rows = pick(rows, "starters")
    quarters = pd.PeriodIndex([parse_period(quarter) for quarter in rows["quarter"]], freq="Q-DEC")
    rows = rows.assign(date=quarters.to_timestamp(how="end"), height=rows["value"] / 1000)
    with canvas(2.8) as (figure, (axes,)):
        ends = []
        for number, (table, line) in enumerate(rows.groupby("table", sort=True, observed=True)):
            draw_runs(axes, line, "quarter", number, colours(3)[number])
            ends.append((line["date"].iloc[-1], line["height"].iloc[-1], table, colours(3)[number]))
        axes.set_ylim(bottom=0)
        value_axis(axes, translator, room=0.05)
        year_axis(axes, rows["date"])
        label_ends(axes, ends, gap=0.08)
        return figure
