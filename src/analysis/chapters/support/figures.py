"""Pictures of support to work: kinds of provision, who is supported, and jobs started."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.support.monthly_series import BREAK
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.plotting import (
    HATCHES,
    INK,
    MARKERS,
    SOFT,
    canvas,
    colours,
    contributions,
    draw_runs,
    grouped_bars,
    note,
    value_axis,
    year_axis,
)


def provisions_by_type(provisions: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the contribution of each kind of provision to the growth of the total, heading by heading."""
    named = provisions.rename(columns={"heading": "dimension", "provision": "group"})
    return contributions(pick(named, "contribution_pp"), translator)


def support_by_group(by_group: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the representation of each group around a line at 1: a marker and an interval for each kind of provision."""
    rows = pick(by_group, "representation")
    groups, kinds = list(dict.fromkeys(rows["group"])), list(dict.fromkeys(rows["provision"]))
    with canvas(1.6 + 0.62 * len(groups)) as (figure, (axes,)):
        for number, kind in enumerate(kinds):
            of_kind = rows[rows["provision"] == kind]
            y = np.array([-groups.index(group) for group in of_kind["group"]]) + 0.24 - 0.16 * number
            colour = colours(len(kinds))[number]
            style = {"ls": "", "marker": MARKERS[number], "ms": 5.5, "color": colour, "label": translator.value(kind)}
            axes.plot(of_kind["value"], y, **style)
            # the interval is drawn over its marker: some are narrower than it
            axes.hlines(y, of_kind["value_lo"], of_kind["value_hi"], color=INK, lw=1.6, zorder=5)
        axes.axvline(1, color=INK, lw=0.9, ls="--")
        axes.set_yticks(-np.arange(len(groups)), [translator.value(group) for group in groups])
        axes.set_ylim(-len(groups) + 0.5, 0.9)
        for side, align in (("under-represented", "right"), ("over-represented", "left")):
            note(axes, translator.value(side), (1, 0.82), (-6 if align == "right" else 6, 0), SOFT, ha=align, va="top")
        value_axis(axes, translator, "x")
        # the words left of 1 need as much room as they are long
        axes.set_xlim(min(0, 1 - 0.3 * axes.get_xlim()[1]), None)
        axes.legend(fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
        return figure


def share_bars(shares: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the shares of each part as bars with their number, a panel for each part."""
    rows = pick(shares, "share")
    sizes = rows.groupby("part", sort=False, observed=True).size()
    height = 0.5 + 0.32 * len(rows) + 0.3 * len(sizes)
    with canvas(height, rows=len(sizes), height_ratios=[size + 0.2 for size in sizes], sharex=True) as (figure, panels):
        for number, (axes, part) in enumerate(zip(panels, sizes.index, strict=True)):
            bars = rows[rows["part"] == part].iloc[::-1]
            style = {"color": colours(3)[number % 3], "hatch": HATCHES[number % 3], "edgecolor": "white"}
            drawn = axes.barh([translator.value(group) for group in bars["group"]], bars["value"], height=0.66, **style)
            axes.bar_label(drawn, fmt=lambda value: f"{translator.number(value)}%", padding=3, fontsize=9)
            axes.set_title(" ", loc="left")  # keeps the room for a title that is longer than the bars are wide
            head = {"xycoords": ("figure fraction", "axes fraction"), "in_layout": False, "fontsize": 10.5}
            note(axes, translator.value(part), (0.01, 1), (0, 5), SOFT, **head)
            axes.set_xlim(0, 1.12 * rows["value"].max())
            value_axis(axes, translator, "x")
        return figure


def still_at_work(still: pd.DataFrame, translator: Translator) -> Figure:
    """Draw who still worked after one and after six months, with and without support before."""
    kinds = {name: pick(still, name) for name in ("with_support", "without_support")}
    bars = {translator.word("figures.words", name): list(rows["value"]) for name, rows in kinds.items()}
    names = [
        translator.word("figures.words", "months_after", months=row["months_after"], year=row["year"])
        for row in kinds["with_support"].to_dict("records")
    ]
    with canvas(3.2) as (figure, (axes,)):
        grouped_bars(axes, bars, names, translator, 0, 0.2)
        return figure


def support_series(series: pd.DataFrame, translator: Translator) -> Figure:
    """Draw each series as a line of its own, a panel for each unit and kind of provision, and the break between."""
    panels = list(dict.fromkeys(zip(series["unit"], series["provision"], strict=True)))
    tables = list(dict.fromkeys(series["table"]))
    with canvas(0.8 + 1.35 * max(len(panels), 1), rows=max(len(panels), 1), sharex=True) as (figure, drawn):
        for axes, (unit, kind) in zip(drawn, panels, strict=False):
            rows = series[(series["unit"] == unit) & (series["provision"] == kind)]
            for table, line in rows.groupby("table", sort=False, observed=True):
                number = tables.index(table)
                colour = colours(len(tables))[number]
                draw_runs(axes, line.assign(height=line["value"] / 1000), "month", number, colour)
                # the tables before the break end at it: their name stands over the beginning of the line
                before = line["period"].iloc[-1] < str(BREAK)
                at = line.iloc[0 if before else -1]
                shift = (-4, 18) if before else (6, -3)
                note(axes, table, (at["date"], at["value"] / 1000), shift, colour)
            # between the last day before it and the last day of its first month: on neither side's figure
            axes.axvline(BREAK.start_time + pd.Timedelta(days=14), color=INK, lw=0.9, ls=":")
            head = translator.word(
                "figures.words", "thousands_of", unit=translator.value(unit), kind=translator.value(kind)
            )
            axes.set_title(head, loc="left", color=SOFT)
            value_axis(axes, translator)
            axes.margins(y=0.3)
            year_axis(axes, series["date"])
        return figure
