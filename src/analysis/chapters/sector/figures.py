"""Pictures of the work-development companies: bars by class, and means with their spread over companies."""

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


def sector_bars(
    frame: pd.DataFrame, label: str, quantities: list[str], translator: Translator, by: str | None = None
) -> Figure:
    """Draw lying bars for each class of ``label``, one hatching a quantity, one panel a class of ``by``.

    The whisker is the rounding interval. A class without any of the quantities is left out.
    """
    order = {name: place for place, name in enumerate(dict.fromkeys(frame[label]))}
    rows = frame[frame["quantity"].isin(quantities)].sort_values(
        label, key=lambda names: names.map(order), kind="stable"
    )
    panels = [rows] if by is None else [part for _, part in rows.groupby(by, sort=False, observed=True)]
    sizes = [part[label].nunique() for part in panels]
    legend = len(quantities) > 1
    height = _HEAD + 0.2 * legend * len(quantities) + sum(sizes) * (0.16 + _BAR * len(quantities)) + 0.3 * len(panels)
    with canvas(height, rows=len(panels), height_ratios=sizes, sharex=True) as (figure, drawn):
        for axes, part in zip(drawn, panels, strict=True):
            _bars(axes, part, label, quantities, translator)
            if by is not None:
                axes.set_title(translator.value(part[by].iloc[0]), loc="left", color=SOFT)
        low, high = min(rows["value_lo"].min(), 0), max(rows["value_hi"].max(), 0)
        room = 0.22 * (high - low)
        drawn[0].set_xlim(low - room * (low < 0), high + room)
        drawn[-1].xaxis.set_major_locator(MaxNLocator(5))
        if legend:
            drawn[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), fontsize=9, borderaxespad=0.3, frameon=False)
        return figure


def _bars(axes: Axes, rows: pd.DataFrame, label: str, quantities: list[str], translator: Translator) -> None:
    classes = list(dict.fromkeys(rows[label]))
    step = 0.8 / len(quantities)
    for number, quantity in enumerate(quantities):
        about = glossary()["quantities"][quantity]
        part = rows[rows["quantity"] == quantity]
        places = np.array([classes.index(name) for name in part[label]]) + (number - (len(quantities) - 1) / 2) * step
        style = {
            "color": colours(3)[number],
            "hatch": HATCHES[number],
            "edgecolor": "white",
            "label": about[translator.code],
        }
        axes.barh(places, part["value"], height=0.92 * step, **style)
        axes.hlines(places, part["value_lo"], part["value_hi"], color=INK, lw=1.4)
        for place, row in zip(places, part.to_dict("records"), strict=True):
            back = row["value"] < 0
            text = translator.number(row["value"], about["decimals"], about.get("sign", False))
            end = row["value_lo"] if back else row["value_hi"]
            note(axes, text, (end, place), (-3 if back else 3, 0), va="center", ha="right" if back else "left")
    axes.axvline(0, color=INK, lw=0.8)
    names = [textwrap.fill(translator.value(name), _NAME) for name in classes]
    axes.set_yticks(range(len(classes)), names, fontsize=9)
    axes.set_ylim(len(classes) - 0.5, -0.5)
    value_axis(axes, translator, "x")


def sector_spread(frame: pd.DataFrame, quantity: str, translator: Translator) -> Figure:
    """Draw the mean of each scheme, between the means of the lowest and of the highest tenth of the companies."""
    rows, low, high = (pick(frame, f"{quantity}{end}") for end in ("", "_lowest", "_highest"))
    decimals = glossary()["quantities"][quantity]["decimals"]
    places = np.arange(len(rows))[::-1]
    with canvas(1.45 + 0.45 * len(rows)) as (figure, (axes,)):
        axes.hlines(places, low["value"], high["value"], color=SOFT, lw=1.2)
        for ends, shift, side in ((low, -5, "right"), (high, 5, "left")):
            axes.plot(ends["value"], places, "|", color=SOFT, ms=11)
            for value, place in zip(ends["value"], places, strict=True):
                note(axes, translator.number(value, decimals), (value, place), (shift, 0), SOFT, va="center", ha=side)
        for number, (value, place) in enumerate(zip(rows["value"], places, strict=True)):
            axes.plot(value, place, MARKERS[number], color=colours(4)[number], ms=8)
            note(axes, translator.number(value, decimals), (value, place), (0, 7), ha="center", fontweight="bold")
        words = [translator.word("figures.words", key) for key in ("lowest_tenth", "mean", "highest_tenth")]
        reach = high["value"].max() - low["value"].min()
        axes.set_xlim(low["value"].min() - 0.15 * reach, high["value"].max() + 0.15 * reach)
        axes.set_yticks(places, [translator.value(name) for name in rows["scheme"]])
        axes.set_ylim(-0.5, len(rows) - 0.3)
        axes.set_xlabel(" – ".join(words), color=SOFT, fontsize=9)
        value_axis(axes, translator, "x")
        return figure
