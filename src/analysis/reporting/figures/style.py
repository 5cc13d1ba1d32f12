"""What all pictures have in common: size, style, colours, numbers on axes, names beside lines.

Every picture is 520 CSS pixels wide at twice the resolution; the second channel beside colour is the line style, the
marker or the place; lines are labelled directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from analysis.reporting.language import Language

WIDTH = 5.2  # inches; 520 CSS pixels
DPI = 200  # twice the 100 CSS pixels of an inch
STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
INK, SOFT = "#222222", "#6b6b6b"
LONGEST_STEP = {"month": 31, "quarter": 92}  # days from one figure to the next


@contextmanager
def canvas(height: float, rows: int = 1, **options: object) -> Iterator[tuple[Figure, np.ndarray]]:
    """Yield a figure of the report's width in its style, and its axes."""
    settings = {"font.size": 10, "axes.titlesize": 10.5, "axes.edgecolor": "#999999", "legend.frameon": False}
    with (
        sns.axes_style("whitegrid", {"axes.spines.right": False, "axes.spines.top": False}),
        sns.plotting_context(rc=settings),
    ):
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        yield figure, np.atleast_1d(figure.subplots(rows, 1, **options))


def colours(count: int) -> list:
    """Return that many colours that colour-blind readers can tell apart."""
    return sns.color_palette("colorblind", count)


class NumberTicks(Formatter):
    """Print the ticks of an axis in a language, with as many decimals as it takes to print all of them exactly."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, value: float, pos: int | None = None) -> str:
        """Return the text of one tick."""
        exact = (d for d in range(6) if all(abs(round(tick, d) - tick) < 1e-9 for tick in self.locs))
        return self.language.number(value, next(exact, 6))


def number_axis(axis, language: Language) -> None:
    """Print the ticks of an axis in the language."""
    axis.set_major_formatter(NumberTicks(language))


def quarter_axis(axes: Axes, quarters: list[str], language: Language) -> np.ndarray:
    """Put quarters on the x axis, years as ticks; return their places."""
    places = np.arange(len(quarters))
    first = [place for place, quarter in enumerate(quarters) if quarter.endswith("Q1")] or [0]
    axes.set_xticks(first, [quarters[place][:4] for place in first])
    axes.set_xlim(-0.6, len(quarters) - 0.4)
    axes.grid(axis="x", visible=False)
    return places


def label_ends(axes: Axes, ends: list[tuple[object, float, str, object]], gap: float) -> None:
    """Write each line's name to the right of the axes, at its height, pushed apart where names would overlap.

    Parameters
    ----------
    axes : Axes
    ends : list of (x, y, name, colour)
        The last point of each line.
    gap : float
        The least distance between two names, as a part of the height of the axes.
    """
    low, high = axes.get_ylim()
    edge, at = axes.get_xlim()[1], -np.inf
    for x, y, name, colour in sorted(ends, key=lambda end: end[1]):
        at = max(y, at + gap * (high - low))
        axes.annotate(
            f" {name}",
            (x, y),
            xytext=(edge, at),
            color=colour,
            fontsize=9,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.5, "shrinkA": 0, "shrinkB": 2},
        )


def headroom(axes: Axes, part: float = 0.12) -> None:
    """Leave room for text above what is drawn."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + part * (high - low))


def mark_missing(axes: Axes, places: np.ndarray, missing: np.ndarray, language: Language) -> None:
    """Hatch the places of which there is no figure, and say so once."""
    for number, place in enumerate(places[missing]):
        axes.axvspan(place - 0.5, place + 0.5, facecolor="#f2f2f2", edgecolor="#cccccc", hatch="////", lw=0, zorder=0)
        if number == missing.sum() - 1:
            axes.annotate(
                language.value("not_in_snapshot"),
                (place + 0.5, axes.get_ylim()[1]),
                xytext=(-2, -14),
                ha="right",
                textcoords="offset points",
                va="top",
                fontsize=8.5,
                color=SOFT,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )


def unbroken(line: pd.DataFrame, grain: str) -> Iterator[pd.DataFrame]:
    """Yield the runs of a series without a gap: a line over a gap would invent figures.

    Parameters
    ----------
    line : DataFrame
        With a column ``date``, sorted.
    grain : {"month", "quarter"}
    """
    gaps = line["date"].diff().dt.days > LONGEST_STEP[grain]
    for _, run in line.groupby(gaps.cumsum(), observed=True):
        yield run
