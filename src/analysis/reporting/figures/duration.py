"""Pictures of duration: long-term shares, exit rates, survival of ended spells, newcomers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.cleaning import parse_period
from analysis.measures.tidy import pick
from analysis.reporting.figures.style import (
    MARKERS,
    STYLES,
    canvas,
    colours,
    headroom,
    label_ends,
    number_axis,
    unbroken,
)
from analysis.reporting.language import Language


def longterm(shares: pd.DataFrame, language: Language) -> Figure:
    """Draw the long-term shares of the total in the stock beside those among ended spells."""
    names = ("over_2y", "from_2_to_5y", "over_5y")
    with canvas(2.9) as (figure, (axes,)):
        for number, counted in enumerate(("stock", "ended spells")):
            rows = shares[(shares["dimension"] == "total") & (shares["source"] == counted)].set_index("quantity")
            places = np.arange(3) + (number - 0.5) * 0.38
            bars = axes.bar(
                places,
                [rows["value"].get(name, np.nan) for name in names],
                width=0.36,
                color=colours(2)[number],
                hatch=("", "///")[number],
                edgecolor="white",
                label=language.value(counted),
            )
            axes.bar_label(bars, fmt=lambda value: language.number(value, 0), padding=2, fontsize=9)
        axes.set_xticks(range(3), [language.word("quantities", name).replace(" (%)", "") for name in names])
        axes.grid(axis="x", visible=False)
        headroom(axes, 0.2)
        axes.legend(loc="upper right", fontsize=9, ncols=2)
        number_axis(axes.yaxis, language)
        return figure


def over_5y(shares: pd.DataFrame, language: Language) -> Figure:
    """Draw the share over five years in the stock of each group, beside that among all ended spells."""
    rows = pick(shares, "over_5y")
    ended = rows[(rows["dimension"] == "total") & (rows["source"] == "ended spells")]["value"]
    rows = rows[(rows["source"] == "stock") & rows["value"].notna()].iloc[::-1]
    with canvas(1.0 + 0.33 * max(len(rows), 2)) as (figure, (axes,)):
        places = np.arange(len(rows))
        axes.hlines(places, rows["value_lo"], rows["value_hi"], color=colours(1)[0], lw=3, alpha=0.5)
        axes.plot(rows["value"], places, "o", color=colours(1)[0], ms=6)
        axes.set_yticks(places, [language.value(group) for group in rows["group"]])
        for value in ended:
            axes.axvline(value, color=colours(2)[1], ls=":", lw=1.6)
            axes.annotate(
                language.word("figures.words", "ended"),
                (value, len(rows) - 0.4),
                xytext=(4, 0),
                textcoords="offset points",
                fontsize=8.5,
                color=colours(2)[1],
                va="center",
            )
        axes.set_xlim(0, 1.1 * max(rows["value"].max(), 1))
        axes.set_ylim(-0.6, len(rows) + 0.1)
        axes.grid(axis="y", visible=False)
        number_axis(axes.xaxis, language)
        return figure


def exit_rates(rates: pd.DataFrame, language: Language) -> Figure:
    """Draw the exit rate per year of each duration band, for every choice of exposure."""
    rows = pick(rates, "rate_per_year")
    choices, bands = list(dict.fromkeys(rows["exposure_choice"])), list(dict.fromkeys(rows["band"]))
    with canvas(3.1) as (figure, (axes,)):
        width = 0.76 / len(choices)
        for number, choice in enumerate(choices):
            part = rows[rows["exposure_choice"] == choice].set_index("band")["value"]
            places = np.arange(len(bands)) + (number - (len(choices) - 1) / 2) * width
            bars = axes.bar(
                places,
                [part.get(band, np.nan) for band in bands],
                width=width * 0.94,
                color=colours(3)[number],
                hatch=("", "///", "...")[number],
                edgecolor="white",
                label=language.value(choice),
            )
            axes.bar_label(bars, fmt=lambda value: language.number(value, 2), padding=2, fontsize=9)
        axes.set_xticks(range(len(bands)), [language.value(band) for band in bands])
        axes.grid(axis="x", visible=False)
        headroom(axes)
        axes.legend(fontsize=9)
        number_axis(axes.yaxis, language)
        return figure


def survival(curves: pd.DataFrame, language: Language) -> Figure:
    """Draw the share of ended spells that lasted longer, for all and by country of birth."""
    with canvas(3.2) as (figure, (axes,)):
        ends = []
        for number, (group, curve) in enumerate(curves.groupby("group", sort=False, observed=True)):
            colour = colours(3)[number]
            axes.plot(curve["months"], curve["value"], ls=STYLES[number], marker=MARKERS[number], ms=4, color=colour)
            ends.append((curve["months"].iloc[-1], curve["value"].iloc[-1], language.value(group), colour))
        axes.set_xticks([0, 6, 12, 24, 36, 48, 60])
        axes.set_xlim(-1, 62)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(language.word("labels", "months"))
        label_ends(axes, ends, gap=0.07)
        number_axis(axes.yaxis, language)
        return figure


def starters(rows: pd.DataFrame, language: Language) -> Figure:
    """Draw the persons with bijstand for less than half a year, a line for each table, nothing over gaps."""
    rows = pick(rows, "starters")
    quarters = pd.PeriodIndex([parse_period(quarter) for quarter in rows["quarter"]], freq="Q-DEC")
    rows = rows.assign(date=quarters.to_timestamp(how="end"))
    with canvas(2.8) as (figure, (axes,)):
        ends = []
        for number, (table, line) in enumerate(rows.groupby("table", sort=True, observed=True)):
            look = {"ls": STYLES[number], "marker": MARKERS[number], "ms": 4, "color": colours(3)[number]}
            for run in unbroken(line, "quarter"):
                axes.plot(run["date"], run["value"] / 1000, **look)
            ends.append((line["date"].iloc[-1], line["value"].iloc[-1] / 1000, table, look["color"]))
        axes.set_ylim(bottom=0)
        axes.set_xlim(rows["date"].min() - pd.Timedelta(days=120), rows["date"].max() + pd.Timedelta(days=200))
        label_ends(axes, ends, gap=0.08)
        number_axis(axes.yaxis, language)
        return figure
