"""Pictures of duration: long-term shares, exit rates, survival of ended spells, newcomers."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.classifications.durations import CLASS_ENDS
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.models.duration.decomposition import MOVERS
from analysis.report.charts import by_class
from analysis.report.plotting import (
    MARKERS,
    STYLES,
    canvas,
    colours,
    draw_runs,
    label_ends,
    note,
    value_axis,
    year_axis,
)  # fmt: skip


def over_5y(shares: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the share over five years in the stock of each group, and a line at that among all ended spells."""
    rows = pick(shares, "over_5y").dropna(subset="value")
    figure = by_class(rows[rows["source"] == "stock"], "group", ["over_5y"], translator, "dots")
    (axes,) = figure.axes
    for ended in rows.loc[(rows["dimension"] == "total") & (rows["source"] == "ended spells"), "value"]:
        axes.axvline(ended, color=colours(2)[1], ls=":", lw=1.6)
        note(axes, translator.word("figures.words", "ended"), (ended, -0.5), (4, 2), colours(2)[1])
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
    drawn = rates["band"].isin([bands[0], bands[len(bands) // 2], bands[-1]])
    return by_class(rates[drawn], "group", ["hazard"], translator, "process", series="band")


def group_survival(curves: pd.DataFrame, translator: Translator) -> Figure:
    """Draw which percentage of the entrants of each group would still receive bijstand after two and five years."""
    ends = ["value", "value_lo", "value_hi"]
    after = [translator.word("figures.words", "after_years", years=months // 12) for months in curves["months"]]
    percent = curves.assign(**100 * curves[ends], after=after)
    return by_class(percent, "group", ["survival"], translator, "process", series="after")


def longterm_moved(parts: pd.DataFrame, translator: Translator) -> Figure:
    """Draw what each component contributed to the change of the long-term share, and the change."""
    by = {each: translator.word("figures.words", "composition", by=translator.value(each)) for each in MOVERS}
    return by_class(parts.replace({"component": by}), "component", ["contribution_pp"], translator)


def starters(rows: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the persons with bijstand for less than half a year, a line for each table, nothing over gaps."""
    rows = pick(rows, "starters")
    dates = pd.PeriodIndex(rows["quarter"], freq="Q-DEC").to_timestamp(how="end")
    rows = rows.assign(date=dates, height=rows["value"] / 1000)
    with canvas(2.8) as (figure, (axes,)):
        ends = []
        for number, (table, line) in enumerate(rows.groupby("table", sort=True, observed=True)):
            draw_runs(axes, line, "quarter", number, colours(3)[number])
            ends.append((line["date"].iloc[-1], line["height"].iloc[-1], translator.series(table), colours(3)[number]))
        axes.set_ylim(bottom=0)
        value_axis(axes, translator, room=0.05)
        year_axis(axes, rows["date"])
        label_ends(axes, ends, gap=0.08)
        return figure
