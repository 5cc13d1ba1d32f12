"""The picture of a hypothesis: its estimate, and beside it every other look that was as plausible."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.report.plotting import INK, SOFT, canvas, colours, note, value_axis

_ROOM = 4.0
"""How many times as far from 1 as the interval asked for the axis may reach: one wild interval hides no other."""


def hypothesis(alternatives: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the estimate of each look with its process interval, the one asked for on top; 1 is no difference."""
    rows = alternatives.dropna(subset="estimate").reset_index(drop=True)
    places, marks = np.arange(len(rows))[::-1], rows["varied"] == "asked"
    with canvas(1.2 + 0.33 * len(rows)) as (figure, (axes,)):
        low, high = rows["estimate_lo"].to_numpy(float), rows["estimate_hi"].to_numpy(float)
        far = _ROOM * max(np.abs(np.log([*rows["estimate"], low[0], high[0]])).max(), 0.01)
        left = np.exp(max(np.log(low).min() * 1.05, -far) - 0.01)
        right = np.exp(min(np.log(high).max() * 1.05, far) + 0.01)
        left, right = min(left, 1 / 1.02), max(right, 1.02)
        axes.set_xscale("log")
        axes.axvline(1.0, color=SOFT, lw=0.9)
        for place, one, value, start, end in zip(places, marks, rows["estimate"], low, high, strict=True):
            style = {"color": INK if one else colours(1)[0], "lw": 3.5 if one else 1.6}
            axes.hlines(place, max(start, left), min(end, right), **style)
            axes.plot(value, place, "D" if one else "o", color=style["color"], ms=6 if one else 5)
            for beyond, at, arrow, side in ((start < left, left, "‹", "right"), (end > right, right, "›", "left")):
                if beyond:
                    note(axes, arrow, (at, place), (0, 0), style["color"], ha=side, va="center")
        margin = (right / left) ** 0.03
        axes.set_xlim(left / margin, right * margin)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_yticks(places, [_name(row, translator) for row in rows.to_dict("records")])
        span = np.log(right / left)
        sides = [tick for tick in (left, left**0.5, right**0.5, right) if abs(np.log(tick)) > 0.12 * span]
        ticks = sorted([1.0, *sides])
        value_axis(axes, translator, "x")
        axes.set_xticks(ticks, [translator.number(tick, 2 if right / left > 1.1 else 3) for tick in ticks])
        axes.minorticks_off()
        return figure


def _name(row: dict, translator: Translator) -> str:
    if row["varied"] == "period":
        return "–".join(translator.period(row[name], short=True) for name in ("first_period", "last_period"))
    if row["varied"] == "test":
        return translator.value(row["test"])
    return " : ".join(translator.value(row[name]) for name in ("first", "second") if row[name])
