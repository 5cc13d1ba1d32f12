"""The picture of the caseload: its series."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.report.plotting import SOFT, canvas, colours, draw_runs, label_ends, mark_cut_axis, value_axis, year_axis

_THOUSANDS = {"persons": 1e-3, "benefits": 1e-3, "thousand persons": 1.0, "thousand benefits": 1.0}


def caseload_series(series: pd.DataFrame, by_year: pd.DataFrame, translator: Translator) -> Figure:
    """Draw each source of the caseload as a line of its own, not over gaps: persons above, benefits below.

    The line of the table that leads, that of ``by_year``, is broad; the others lie on it where they say the same.
    """
    leading = by_year["tables"].iloc[-1]
    with canvas(4.6, rows=2, height_ratios=[2.2, 1], sharex=True) as (figure, panels):
        for axes, counted, gap in zip(panels, ("persons", "benefits"), (0.075, 0.17), strict=True):
            rows = series[series["unit"].str.contains(counted)]
            ends = _draw_sources(axes, rows, leading, translator)
            if rows.empty:
                axes.set_yticks([])
                axes.text(0.02, 0.5, translator.word("page", "no_rows"), transform=axes.transAxes, color=SOFT)
            value_axis(axes, translator)
            axes.set_title(translator.word("figures.words", counted), loc="left", color=SOFT)
            year_axis(axes, series["date"])
            mark_cut_axis(axes, translator)
            label_ends(axes, ends, gap)
        return figure


def _draw_sources(axes: Axes, rows: pd.DataFrame, leading: str, translator: Translator) -> list[tuple]:
    """Draw the lines of one unit, a colour a table; return the end of each table's last line with its name."""
    ends, tables = {}, list(dict.fromkeys(rows["table"]))
    for (table, _), line in rows.groupby(["table", "edition"], sort=False, observed=True):
        colour = colours(len(tables))[tables.index(table)]
        line = line.assign(height=line["value"] * line["unit"].map(_THOUSANDS))
        draw_runs(axes, line, line["grain"].iloc[0], tables.index(table), colour, table == leading)
        ends[table] = (line["date"].iloc[-1], line["height"].iloc[-1], translator.series(table), colour)
    return list(ends.values())
