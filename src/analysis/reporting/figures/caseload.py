"""Pictures of the caseload: its series, and the contributions of groups to its growth."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.measures.tidy import pick
from analysis.reporting.figures.style import (
    INK,
    SOFT,
    canvas,
    colours,
    draw_runs,
    label_ends,
    note,
    value_axis,
    year_axis,
)
from analysis.reporting.language import Language

_THOUSANDS = {"persons": 1e-3, "benefits": 1e-3, "thousand persons": 1.0, "thousand benefits": 1.0}


def caseload_series(series: pd.DataFrame, language: Language) -> Figure:
    """Draw every source of the caseload as a line of its own: persons above, benefits below, nothing over gaps."""
    with canvas(4.6, rows=2, height_ratios=[2.2, 1], sharex=True) as (figure, panels):
        for axes, counted, gap in zip(panels, ("persons", "benefits"), (0.075, 0.17), strict=True):
            rows = series[series["unit"].str.contains(counted)]
            ends = _draw_sources(axes, rows, language)
            if rows.empty:
                axes.set_yticks([])
                axes.text(0.02, 0.5, language.word("page", "no_rows"), transform=axes.transAxes, color=SOFT)
            value_axis(axes, language)
            axes.set_title(language.word("figures.words", counted), loc="left", color=SOFT)
            year_axis(axes, series["date"])
            label_ends(axes, ends, gap)
        return figure


def _draw_sources(axes: Axes, rows: pd.DataFrame, language: Language) -> list[tuple]:
    """Draw the lines of one unit, a colour a table; return the end of each table's last line with its name."""
    ends, tables = {}, list(dict.fromkeys(rows["table"]))
    for (table, _), line in rows.groupby(["table", "edition"], sort=False, observed=True):
        colour = colours(len(tables))[tables.index(table)]
        line = line.assign(height=line["value"] * line["unit"].map(_THOUSANDS))
        draw_runs(axes, line, line["grain"].iloc[0], tables.index(table), colour)
        ends[table] = (line["date"].iloc[-1], line["height"].iloc[-1], language.value(table), colour)
    return list(ends.values())


def caseload_contributions(by_group: pd.DataFrame, language: Language) -> Figure:
    """Draw the contribution of each group to the growth of the total, dimension by dimension."""
    rows = pick(by_group, "contribution_pp")
    rows = rows[rows["dimension"] != "total"]
    reach = max(rows["value"].max(), 0) - min(rows["value"].min(), 0)
    sizes = rows.groupby("dimension", sort=False, observed=True).size()
    with canvas(0.9 + 0.34 * len(rows), rows=len(sizes), height_ratios=list(sizes), sharex=True) as (figure, panels):
        for axes, dimension in zip(panels, sizes.index, strict=True):
            part = rows[rows["dimension"] == dimension].iloc[::-1]
            shades = [colours(2)[0] if value >= 0 else colours(2)[1] for value in part["value"]]
            axes.barh([language.value(group) for group in part["group"]], part["value"], color=shades, height=0.62)
            axes.axvline(0, color=INK, lw=0.8)
            if part["value"].isna().any():  # matplotlib makes no room for a bar without a length
                axes.set_ylim(-0.6, len(part) - 0.4)
            for place, value in enumerate(part["value"]):
                text = language.value("no_value") if pd.isna(value) else language.number(value, 2, sign=True)
                note(axes, text, (max(value, 0) if value == value else 0, place), (4, 0), va="center", fontsize=9)
            axes.set_title(language.value(dimension), loc="left", color=SOFT)
            if rows["value"].notna().any():
                axes.set_xlim(rows["value"].min() - 0.22 * reach, rows["value"].max() + 0.22 * reach)
            else:
                axes.set_xticks([])
            value_axis(axes, language, "x")
        return figure
