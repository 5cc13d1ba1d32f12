"""Pictures of the flows: by quarter, their ratio in time and by group, and the exits they leave out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.measures.tidy import pick
from analysis.reporting.figures.style import (
    INK,
    SOFT,
    STYLES,
    canvas,
    colours,
    headroom,
    label_ends,
    mark_missing,
    number_axis,
    quarter_axis,
)
from analysis.reporting.language import Language


def flows(quarterly: pd.DataFrame, account: pd.DataFrame, language: Language) -> Figure:
    """Draw inflow, outflow and re-inflow by quarter, with the rises of the AOW age."""
    with canvas(3.4) as (figure, (axes,)):
        quarters = list(pick(quarterly, "inflow")["quarter"])
        places, ends = quarter_axis(axes, quarters, language), []
        for number, flow in enumerate(("inflow", "outflow", "reinflow")):
            height = pick(quarterly, flow)["value"] / 1000
            axes.plot(places, height, ls=STYLES[number], color=colours(3)[number], lw=1.8)
            ends.append((places[-1], height.iloc[-1], language.word("quantities", flow), colours(3)[number]))
        axes.set_ylim(bottom=0)
        headroom(axes)
        label_ends(axes, ends, gap=0.06)
        _mark_rises(axes, account, places, language)
        number_axis(axes.yaxis, language)
        return figure


def _mark_rises(axes: Axes, account: pd.DataFrame, places: np.ndarray, language: Language) -> None:
    rises = pick(account, "inflow")["aow_rise"].to_numpy()
    for number, place in enumerate(places[rises > 0]):
        axes.axvline(place, color=SOFT, lw=0.8, ls=(0, (1, 2)))
        if number == 0:
            axes.annotate(
                language.word("figures.words", "aow_rise"),
                (place, axes.get_ylim()[1]),
                xytext=(3, -2),
                textcoords="offset points",
                va="top",
                fontsize=8.5,
                color=SOFT,
            )


def flow_ratio(quarterly: pd.DataFrame, process: pd.DataFrame, language: Language) -> Figure:
    """Draw the outflow ratio by quarter with its process interval, beside the line of as many in as out."""
    with canvas(3.2) as (figure, (axes,)):
        ratio = pick(quarterly, "ratio")
        places = quarter_axis(axes, list(ratio["quarter"]), language)
        axes.fill_between(places, process["value_lo"], process["value_hi"], color=colours(1)[0], alpha=0.22, lw=0)
        axes.plot(places, ratio["value"], color=colours(1)[0], marker="o", ms=4, lw=1.6)
        axes.axhline(1, color=INK, lw=0.9)
        label_ends(axes, [(places[-1], 1.0, language.word("figures.words", "balance"), INK)], gap=0.06)
        number_axis(axes.yaxis, language)
        return figure


def flow_ratio_groups(
    groups: pd.DataFrame, process: pd.DataFrame, break_even: pd.DataFrame, language: Language, confidence: float
) -> Figure:
    """Draw the outflow ratio of each group with both its intervals, beside 1 and the break-even ratio of the year."""
    ratio = pick(groups, "ratio").iloc[::-1]
    process = process.iloc[::-1]
    with canvas(1.1 + 0.33 * len(ratio)) as (figure, (axes,)):
        places = np.arange(len(ratio))
        axes.hlines(places, process["value_lo"], process["value_hi"], color=colours(1)[0], lw=1.2, alpha=0.75)
        axes.hlines(places, ratio["value_lo"], ratio["value_hi"], color=INK, lw=5)
        axes.plot(ratio["value"], places, "o", color=colours(1)[0], ms=5)
        axes.set_yticks(places, [language.value(group) for group in ratio["group"]])
        axes.axvline(1, color=INK, lw=0.9)
        level = pick(break_even, "break_even")
        level = level[level["year"] == ratio["year"].iloc[0]]["value"].dropna()
        top = len(ratio) - 0.3
        for value in level:
            axes.axvline(value, color=colours(2)[1], lw=1.2, ls="--")
            axes.annotate(
                language.word("figures.words", "break_even"),
                (value, top),
                ha="right",
                fontsize=8.5,
                xytext=(-3, 0),
                textcoords="offset points",
                color=colours(2)[1],
            )
        axes.annotate(
            language.word("figures.words", "balance"),
            (1, top),
            xytext=(3, 0),
            textcoords="offset points",
            fontsize=8.5,
            color=INK,
        )
        axes.set_ylim(-0.6, len(ratio) + 0.2)
        axes.grid(axis="y", visible=False)
        kinds = f"━ {language.word('figures.words', 'rounding')}   ─ " + language.word(
            "figures.words", "process", confidence=language.number(100 * confidence, 0)
        )
        axes.set_xlabel(kinds, fontsize=8.5, color=SOFT)
        number_axis(axes.xaxis, language)
        return figure


def other_exits(account: pd.DataFrame, language: Language) -> Figure:
    """Draw other exits by quarter with their rounding interval, and the rises of the AOW age."""
    with canvas(3.0) as (figure, (axes,)):
        rows = pick(account, "other_exits")
        places = quarter_axis(axes, list(rows["quarter"]), language)
        axes.bar(places, rows["value"], color=colours(1)[0], width=0.7)
        reach = [rows["value"] - rows["value_lo"], rows["value_hi"] - rows["value"]]
        axes.errorbar(places, rows["value"], yerr=reach, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        headroom(axes, 0.25)
        axes.axhline(0, color=INK, lw=0.8)
        _mark_rises(axes, account, places, language)
        mark_missing(axes, places, rows["value"].isna().to_numpy(), language)
        number_axis(axes.yaxis, language)
        return figure
