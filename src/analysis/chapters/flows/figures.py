"""Pictures of the flows: by quarter, their ratio in time and by group, and the exits they leave out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import format_percent
from analysis.report.plotting import (
    INK,
    SOFT,
    STYLES,
    canvas,
    colours,
    dots,
    label_ends,
    mark_missing,
    note,
    quarter_axis,
    value_axis,
)

BALANCE = 1.0  # as many in as out


def flows(quarterly: pd.DataFrame, account: pd.DataFrame, translator: Translator) -> Figure:
    """Draw inflow, outflow and re-inflow by quarter, with the rises of the AOW age."""
    with canvas(3.4) as (figure, (axes,)):
        places, ends = quarter_axis(axes, list(pick(quarterly, "inflow")["quarter"])), []
        for number, flow in enumerate(("inflow", "outflow", "reinflow")):
            height = pick(quarterly, flow)["value"] / 1000
            axes.plot(places, height, ls=STYLES[number], color=colours(3)[number], lw=1.8)
            ends.append((places[-1], height.iloc[-1], translator.word("quantities", flow), colours(3)[number]))
        axes.set_ylim(bottom=0)
        value_axis(axes, translator, room=0.12)
        label_ends(axes, ends)
        _mark_rises(axes, account, places, translator)
        return figure


def _mark_rises(axes: Axes, account: pd.DataFrame, places: np.ndarray, translator: Translator) -> None:
    rises = places[pick(account, "inflow")["aow_rise"].to_numpy() > 0]
    for place in rises:
        axes.axvline(place, color=SOFT, lw=0.8, ls=(0, (1, 2)))
    if len(rises):
        note(
            axes, translator.word("figures.words", "aow_rise"), (rises[0], axes.get_ylim()[1]), (3, -2), SOFT, va="top"
        )


def flow_ratio(quarterly: pd.DataFrame, process: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the outflow ratio by quarter with its process interval, beside the line of as many in as out."""
    with canvas(3.2) as (figure, (axes,)):
        ratio, blue = pick(quarterly, "ratio"), colours(1)[0]
        places = quarter_axis(axes, list(ratio["quarter"]))
        axes.fill_between(places, process["value_lo"], process["value_hi"], color=blue, alpha=0.22, lw=0)
        axes.plot(places, ratio["value"], color=blue, marker="o", ms=4, lw=1.6)
        axes.axhline(BALANCE, color=INK, lw=0.9)
        value_axis(axes, translator)
        label_ends(axes, [(places[-1], BALANCE, translator.word("figures.words", "balance"), INK)])
        return figure


def flow_ratio_groups(
    groups: pd.DataFrame,
    process: pd.DataFrame,
    break_even: pd.DataFrame,
    translator: Translator,
    confidence: float,
    own: pd.DataFrame | None = None,
) -> Figure:
    """Draw the outflow ratio of each group with both its intervals, beside 1 and the break-even ratio of the year.

    Where the account ``own`` of the groups has their own break-even ratios of that year, each group shows its own.
    """
    ratio, words = pick(groups, "ratio"), "figures.words"
    thin = ratio[["dimension", "group"]].merge(process, how="left", on=["dimension", "group"])
    level = pick(break_even, "break_even")
    with canvas(1.1 + 0.33 * len(ratio)) as (figure, (axes,)):
        dots(axes, ratio, translator, thin)
        uprights = [(BALANCE, "balance", {"color": INK, "lw": 0.9})]
        for value in level[level["year"] == ratio["year"].iloc[0]]["value"].dropna():
            uprights.append((value, "break_even", {"color": colours(2)[1], "lw": 1.2, "ls": "--"}))
        uprights.sort(key=lambda upright: upright[0], reverse=True)
        for (value, name, style), (shift, side) in zip(uprights, ((3, "left"), (-3, "right")), strict=False):
            axes.axvline(value, **style)
            note(axes, translator.word(words, name), (value, len(ratio) - 0.3), (shift, 0), style["color"], ha=side)
        process_word = translator.word(words, "process", confidence=format_percent(confidence, translator))
        key = f"━ {translator.word(words, 'rounding')}   ─ {process_word}"
        if own is not None:
            even = ratio[["dimension", "group", "year"]].merge(pick(own, "break_even"), how="left")["value"].to_numpy()
            if np.isfinite(even).any():
                style = {"marker": "|", "ms": 15, "mew": 2.2, "ls": "", "color": colours(2)[1]}
                axes.plot(even, np.arange(len(ratio))[::-1], zorder=1, **style)
                low, high = axes.get_xlim()
                axes.set_xlim(low, high + 0.15 * (high - low))  # room for the words beside the uprights
                key += f"\n❘ {translator.word(words, 'own_break_even')}"
        axes.set_xlabel(key, fontsize=8.5, color=SOFT)
        return figure


def flow_rate_groups(rates: pd.DataFrame, translator: Translator, confidence: float) -> Figure:
    """Draw inflow and outflow rate of each group with process intervals; name what the snapshot does not cover."""
    flows = ("inflow", "outflow")
    rows = {flow: pick(rates, f"{flow}_rate") for flow in flows}
    there = np.logical_or.reduce([frame["value"].notna() for frame in rows.values()])
    names = rows["inflow"]["group"][there]
    places = np.arange(len(names))[::-1]
    with canvas(1.3 + 0.36 * max(len(names), 2)) as (figure, (axes,)):
        for number, flow in enumerate(flows):
            drawn, colour, at = rows[flow][there], colours(2)[number], places + (0.14, -0.14)[number]
            axes.hlines(at, drawn["value_lo"], drawn["value_hi"], lw=1.6, color=colour)
            axes.plot(drawn["value"], at, "os"[number], ms=5, color=colour, label=translator.word("quantities", flow))
        axes.set_yticks(places, [translator.value(group) for group in names])
        axes.set_ylim(-0.6, max(len(names), 2) - 0.4)
        axes.set_xlim(left=0)
        value_axis(axes, translator, "x")
        style = {"fontsize": 8.5, "ncols": 2, "frameon": False, "borderaxespad": 2}
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), **style)
        told = [f"─ {translator.word('figures.words', 'process', confidence=format_percent(confidence, translator))}"]
        for reason, gone in rows["inflow"][~there].groupby("missing", sort=False, observed=True):
            told.append(f"{translator.value(reason)}: {', '.join(map(translator.value, gone['dimension'].unique()))}")
        axes.set_xlabel("\n".join(told), fontsize=8.5, color=SOFT, labelpad=16)
        return figure


def other_exits(account: pd.DataFrame, translator: Translator) -> Figure:
    """Draw other exits by quarter with their rounding interval, and the rises of the AOW age."""
    with canvas(3.0) as (figure, (axes,)):
        rows = pick(account, "other_exits")
        places = quarter_axis(axes, list(rows["quarter"]))
        axes.bar(places, rows["value"], color=colours(1)[0], width=0.7)
        reach = [rows["value"] - rows["value_lo"], rows["value_hi"] - rows["value"]]
        axes.errorbar(places, rows["value"], yerr=reach, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        axes.axhline(0, color=INK, lw=0.8)
        value_axis(axes, translator, room=0.25)
        _mark_rises(axes, account, places, translator)
        mark_missing(axes, places, rows["value"].isna().to_numpy(), translator)
        return figure
