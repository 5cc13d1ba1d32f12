"""The picture of a hypothesis: its estimate, and those of every other choice that was as plausible."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.report.plotting import INK, SOFT, canvas, colours, note, value_axis

_ROOM = 4.0
"""How many times as far from 1 as the interval asked for the axis may go: one very wide interval hides no other."""


def hypothesis(alternatives: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the estimate of each choice with its process interval, the one asked for on top; 1 is no difference."""
    rows = alternatives.dropna(subset="estimate").reset_index(drop=True)
    positions = np.arange(len(rows))[::-1]
    left, right = _axis_ends(rows)
    with canvas(1.2 + 0.33 * len(rows)) as (figure, (axes,)):
        axes.set_xscale("log")
        axes.axvline(1.0, color=SOFT, lw=0.9)
        for position, row in zip(positions, rows.to_dict("records"), strict=True):
            _draw_interval(axes, position, row, left, right)
        margin = (right / left) ** 0.03
        axes.set_xlim(left / margin, right * margin)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_yticks(positions, [_name(row, translator) for row in rows.to_dict("records")])
        span = np.log(right / left)
        sides = [tick for tick in (left, left**0.5, right**0.5, right) if abs(np.log(tick)) > 0.12 * span]
        ticks = sorted([1.0, *sides])
        value_axis(axes, translator, "x")
        axes.set_xticks(ticks, [translator.number(tick, 2 if right / left > 1.1 else 3) for tick in ticks])
        axes.minorticks_off()
        return figure


def _axis_ends(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis: around all intervals, but not far beyond the one asked for."""
    low, high = rows["estimate_lo"].to_numpy(float), rows["estimate_hi"].to_numpy(float)
    far = _ROOM * max(np.abs(np.log([*rows["estimate"], low[0], high[0]])).max(), 0.01)
    left = np.exp(max(np.log(low).min() * 1.05, -far) - 0.01)
    right = np.exp(min(np.log(high).max() * 1.05, far) + 0.01)
    return min(left, 1 / 1.02), max(right, 1.02)


def _draw_interval(axes: Axes, position: float, row: dict, left: float, right: float) -> None:
    """Draw one estimate with its interval, an arrow where it goes on beyond the axis."""
    asked, low, high = row["varied"] == "asked", row["estimate_lo"], row["estimate_hi"]
    colour = INK if asked else colours(1)[0]
    axes.hlines(position, max(low, left), min(high, right), color=colour, lw=3.5 if asked else 1.6)
    axes.plot(row["estimate"], position, "D" if asked else "o", color=colour, ms=6 if asked else 5)
    for beyond, end, arrow, side in ((low < left, left, "‹", "right"), (high > right, right, "›", "left")):
        if beyond:
            note(axes, arrow, (end, position), (0, 0), colour, ha=side, va="center")


def _name(row: dict, translator: Translator) -> str:
    if row["varied"] == "period":
        return "–".join(translator.period(row[name], short=True) for name in ("first_period", "last_period"))
    if row["varied"] == "test":
        return translator.value(row["test"])
    return " : ".join(translator.value(row[name]) for name in ("first", "second") if row[name])
