"""Pictures of support to work: who is supported, who still works, and the series with their break."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.support.monthly_series import BREAK
from analysis.language.translator import Translator
from analysis.report.charts import by_class
from analysis.report.plotting import INK, SOFT, canvas, colours, draw_runs, mark_cut_axis, note, value_axis, year_axis


def support_by_group(by_group: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the representation of each group around a line at 1, a mark for each kind of provision."""
    figure = by_class(by_group, "group", ["representation"], translator, "dots", series="provision")
    (axes,) = figure.axes
    axes.axvline(1, color=INK, lw=0.9, ls="--")
    for side, shift, align in (("under-represented", -6, "right"), ("over-represented", 6, "left")):
        note(axes, translator.value(side), (1, -0.5), (shift, 0), SOFT, ha=align, va="top")
    # the words left of 1 need as much room as they are long
    axes.set_xlim(min(0, 1 - 0.3 * axes.get_xlim()[1]), None)
    return figure


def still_at_work(still: pd.DataFrame, translator: Translator) -> Figure:
    """Draw who still worked after one and after six months, with and without support before."""
    moments = zip(still["months_after"], still["year"], strict=True)
    starters = [translator.word("figures.words", "months_after", months=months, year=year) for months, year in moments]
    return by_class(still.assign(starters=starters), "starters", ["with_support", "without_support"], translator)


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
                # the tables before the break end at it: their name stands over the end of the line
                before, at = line["period"].iloc[-1] < str(BREAK), line.iloc[-1]
                shift, side = ((0, 7), "right") if before else ((6, -3), "left")
                note(axes, translator.series(table), (at["date"], at["value"] / 1000), shift, colour, ha=side)
            # between the last day before it and the last day of its first month: on neither side's figure
            axes.axvline(BREAK.start_time + pd.Timedelta(days=14), color=INK, lw=0.9, ls=":")
            names = {"unit": translator.value(unit), "kind": translator.value(kind)}
            axes.set_title(translator.word("figures.words", "thousands_of", **names), loc="left", color=SOFT)
            value_axis(axes, translator)
            axes.margins(y=0.3)
            year_axis(axes, series["date"])
            mark_cut_axis(axes, translator)
        return figure
