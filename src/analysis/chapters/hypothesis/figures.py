"""The picture of a hypothesis: its estimate, and those of every other choice that was as plausible."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.models.hypothesis.variants import INDEPENDENT
from analysis.report.plotting import INK, SOFT, canvas, colours, note, value_axis

_ROOM = 4.0
"""How many times as far from 1 as the interval asked for the axis may go: one very wide interval hides no other."""
_DENSE = 0.25
"""Inches a row below which names are small."""


def hypothesis(alternatives: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the estimate of each choice with its interval, the one asked for on top; 1 is no difference."""
    rows = alternatives.dropna(subset="estimate").assign(asked=alternatives["varied"] == "asked")
    rows = rows.reset_index(drop=True)
    return _intervals(rows, [_name(row, translator) for row in rows.to_dict("records")], 0.33, translator)


def specifications(table: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the estimate of each specification with its interval, from low to high; independent quarters are dashed."""
    records = table.iloc[::-1].reset_index(drop=True)
    names = [_specification(row, translator) for row in records.to_dict("records")]
    return _intervals(records, names, 0.22, translator)


def _intervals(rows: pd.DataFrame, names: list[str], height: float, translator: Translator) -> Figure:
    """Draw estimates with intervals below each other on a logarithmic axis, ``height`` inches each."""
    positions = np.arange(len(rows))[::-1]
    left, right = _axis_ends(rows)
    with canvas(1.2 + height * len(rows)) as (figure, (axes,)):
        axes.set_xscale("log")
        axes.axvline(1.0, color=SOFT, lw=0.9)
        for position, row in zip(positions, rows.to_dict("records"), strict=True):
            _draw_interval(axes, position, row, left, right)
        margin = (right / left) ** 0.03
        axes.set_xlim(left / margin, right * margin)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_yticks(positions, names, fontsize=None if height > _DENSE else 6.5)
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
    asked = int(rows["asked"].argmax())
    far = _ROOM * max(np.abs(np.log([*rows["estimate"], low[asked], high[asked]])).max(), 0.01)
    left = np.exp(max(np.log(low).min() * 1.05, -far) - 0.01)
    right = np.exp(min(np.log(high).max() * 1.05, far) + 0.01)
    return min(left, 1 / 1.02), max(right, 1.02)


def _draw_interval(axes: Axes, position: float, row: dict, left: float, right: float) -> None:
    """Draw one estimate with its interval, an arrow where it goes on beyond the axis."""
    asked, low, high = row["asked"], row["estimate_lo"], row["estimate_hi"]
    colour, style = INK if asked else colours(1)[0], "--" if row.get("method") == INDEPENDENT else "-"
    axes.hlines(position, max(low, left), min(high, right), color=colour, lw=3.5 if asked else 1.6, ls=style)
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


def _specification(row: dict, translator: Translator) -> str:
    groups = " : ".join(translator.value(row[name]) for name in ("first", "second") if row[name])
    period = "–".join(translator.period(row[name], short=True) for name in ("first_period", "last_period"))
    return ", ".join([translator.value(row["measure"]), *([groups] if row["second"] else []), period])
