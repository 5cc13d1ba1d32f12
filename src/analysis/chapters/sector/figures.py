"""Pictures of the work-development companies: bars by class, and means with their range across companies."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.language.glossary import glossary
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.plotting import HATCHES, INK, MARKERS, SOFT, canvas, colours, note, value_axis

_NAME = 26  # characters of a class that fit beside the axes
_BAR, _HEAD = 0.24, 1.25  # inches


def bars(
    frame: pd.DataFrame, label: str, quantities: list[str], translator: Translator, panel: str | None = None
) -> Figure:
    """Draw horizontal bars for each class of ``label``, one hatching a quantity, one panel a class of ``panel``.

    The whisker is the rounding interval. A class without any of the quantities is left out.
    """
    order = list(dict.fromkeys(frame[label]))
    rows = frame[frame["quantity"].isin(quantities)]
    rows = rows.sort_values(label, key=lambda names: names.map(order.index), kind="stable")
    parts = [rows] if panel is None else [part for _, part in rows.groupby(panel, sort=False, observed=True)]
    sizes = [part[label].nunique() for part in parts]
    legend = len(quantities) if len(quantities) > 1 else 0
    height = _HEAD + 0.2 * legend + sum(sizes) * (0.16 + _BAR * len(quantities)) + 0.3 * len(parts)
    with canvas(height, rows=len(parts), height_ratios=sizes, sharex=True) as (figure, panels):
        for axes, part in zip(panels, parts, strict=True):
            _draw_bars(axes, part, label, quantities, translator)
            if panel is not None:
                axes.set_title(translator.value(part[panel].iloc[0]), loc="left", color=SOFT)
        low, high = min(rows["value_lo"].min(), 0), max(rows["value_hi"].max(), 0)
        margin = 0.22 * (high - low)
        panels[0].set_xlim(low - margin * (low < 0), high + margin)
        panels[-1].xaxis.set_major_locator(MaxNLocator(5))
        if legend:
            panels[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), fontsize=9, borderaxespad=0.3, frameon=False)
        return figure


def _draw_bars(axes: Axes, rows: pd.DataFrame, label: str, quantities: list[str], translator: Translator) -> None:
    classes = list(dict.fromkeys(rows[label]))
    step = 0.8 / len(quantities)
    for number, quantity in enumerate(quantities):
        about = glossary()["quantities"][quantity]
        part = rows[rows["quantity"] == quantity]
        y = np.array([classes.index(name) for name in part[label]]) + (number - (len(quantities) - 1) / 2) * step
        style = {"color": colours(3)[number], "hatch": HATCHES[number], "edgecolor": "white"}
        axes.barh(y, part["value"], height=0.92 * step, label=about[translator.code], **style)
        axes.hlines(y, part["value_lo"], part["value_hi"], color=INK, lw=1.4)
        for at, row in zip(y, part.to_dict("records"), strict=True):
            text = translator.number(row["value"], about["decimals"], about.get("sign", False))
            end, shift, align = (row["value_lo"], -3, "right") if row["value"] < 0 else (row["value_hi"], 3, "left")
            note(axes, text, (end, at), (shift, 0), va="center", ha=align)
    axes.axvline(0, color=INK, lw=0.8)
    names = [textwrap.fill(translator.value(name), _NAME) for name in classes]
    axes.set_yticks(range(len(classes)), names, fontsize=9)
    axes.set_ylim(len(classes) - 0.5, -0.5)
    value_axis(axes, translator, "x")


def means_with_range(frame: pd.DataFrame, quantity: str, translator: Translator) -> Figure:
    """Draw the mean of each scheme, between the means of the lowest and of the highest tenth of the companies."""
    mean, lowest, highest = (pick(frame, f"{quantity}{end}") for end in ("", "_lowest", "_highest"))
    decimals = glossary()["quantities"][quantity]["decimals"]
    y = np.arange(len(mean))[::-1]
    with canvas(1.45 + 0.45 * len(mean)) as (figure, (axes,)):
        axes.hlines(y, lowest["value"], highest["value"], color=SOFT, lw=1.2)
        for ends, shift, align in ((lowest, -5, "right"), (highest, 5, "left")):
            axes.plot(ends["value"], y, "|", color=SOFT, ms=11)
            for value, at in zip(ends["value"], y, strict=True):
                note(axes, translator.number(value, decimals), (value, at), (shift, 0), SOFT, va="center", ha=align)
        for number, (value, at) in enumerate(zip(mean["value"], y, strict=True)):
            axes.plot(value, at, MARKERS[number], color=colours(4)[number], ms=8)
            note(axes, translator.number(value, decimals), (value, at), (0, 7), ha="center", fontweight="bold")
        low, high = lowest["value"].min(), highest["value"].max()
        axes.set_xlim(low - 0.15 * (high - low), high + 0.15 * (high - low))
        axes.set_yticks(y, [translator.value(name) for name in mean["scheme"]])
        axes.set_ylim(-0.5, len(mean) - 0.3)
        words = [translator.word("figures.words", key) for key in ("lowest_tenth", "mean", "highest_tenth")]
        axes.set_xlabel(" – ".join(words), color=SOFT, fontsize=9)
        value_axis(axes, translator, "x")
        return figure
