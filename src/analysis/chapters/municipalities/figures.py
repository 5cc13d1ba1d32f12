"""Pictures of regions: the funnel, the ordered levels, the change, the background, and the trend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.chapters.municipalities.estimates import Compared, name_of
from analysis.chapters.municipalities.selection import Choice
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.models.regions.change import LESS, MORE
from analysis.models.regions.funnel import funnel_curve
from analysis.report.charts import by_class
from analysis.report.numbers import format_percent
from analysis.report.plotting import (
    INK,
    SOFT,
    STYLES,
    canvas,
    colours,
    explain,
    label_ends,
    mark_cut_axis,
    note,
    value_axis,
    year_axis,
)

_WORDS, _PALE = "figures.words", "#c9c9c9"
_FEW = 40
"""Regions up to which each has a line with its name."""
_PER = 1000
_LIMIT_STYLES = ("--", "-")
_DOTTED = 4
"""Months below which there are points and no lines."""
_BAND = ("lower_quartile", "upper_quartile")


def funnel(compared: Compared, translator: Translator) -> Figure:
    """Draw the level of each region against its inhabitants, with the limits of the funnel."""
    people, rate = compared.now.exposure, compared.now.rate * _PER
    grid = np.geomspace(people.min() * 0.9, people.max() * 1.1, 120)
    lower, upper = funnel_curve(compared.limits, grid)
    with canvas(3.9) as (figure, (axes,)):
        axes.set_xscale("log")
        for number, level in enumerate(compared.limits.confidence):
            name, style = format_percent(level, translator), {"color": SOFT, "lw": 1, "ls": _LIMIT_STYLES[number]}
            for end in (lower, upper):
                axes.plot(grid, end[number] * _PER, **style)
            note(axes, f"{name}%", (grid[-1], upper[number][-1] * _PER), (2, -3), SOFT, annotation_clip=False)
        axes.axhline(compared.limits.target[0] * _PER, color=SOFT, lw=0.8)
        _scatter(axes, people, rate, compared, translator)
        axes.set_ylim(bottom=0)
        axes.minorticks_off()
        axes.set_xticks(_ticks(people.min(), people.max()))
        _both_axes(axes, translator)
        explain(figure, [translator.word(_WORDS, "inhabitants_axis"), *_key(compared.choice, translator)])
        return figure


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two for a logarithmic axis: powers of ten, with steps between where they are few."""
    for steps in ((1,), (1, 3), (1, 2, 5)):
        ticks = [step * 10.0**power for power in range(8) for step in steps]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) > 2:
            return inside
    return inside or [low]


def _scatter(axes: Axes, x: np.ndarray, y: np.ndarray, compared: Compared, translator: Translator) -> None:
    """Draw a point a region: peers in colour, the region itself in black with its name, the others pale."""
    choice, codes = compared.choice, np.array(compared.codes, object)
    others, peers, own = _roles(codes, choice)
    small = 4 if len(codes) > _FEW else 6
    axes.plot(x[others], y[others], "o", ms=small - 1, color=_PALE, ls="", zorder=1.5)
    axes.plot(x[peers], y[peers], "o", ms=small, color=colours(1)[0], alpha=0.65, mew=0, ls="", zorder=2)
    axes.plot(x[own], y[own], "D", ms=7, color=INK, ls="", zorder=5)
    for at in np.flatnonzero(own):
        _name(axes, codes[at], (x[at], y[at]), choice, translator)
    if not choice.region and len(codes) <= _FEW:
        for at in (int(np.argmax(y)), int(np.argmin(y))):
            _name(axes, codes[at], (x[at], y[at]), choice, translator)


def _roles(codes: np.ndarray, choice: Choice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which regions are neither the chosen one nor its peers, which are peers (all, of none), and the one."""
    own = codes == choice.region
    peers = ~own & (np.isin(codes, choice.peers) if choice.peers else True)
    return ~peers & ~own, peers, own


def _name(axes: Axes, code: str, at: tuple[float, float], choice: Choice, translator: Translator) -> None:
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
    note(axes, translator.value(name_of(choice, code)), at, (6, 4), INK, bbox=box, zorder=6)


def _key(choice: Choice, translator: Translator) -> list[str]:
    """Return the line that says what the points are, where there is a region."""
    return [translator.word(_WORDS, f"points_{choice.compare_with}")] if choice.region else []


def ordered(found: pd.DataFrame, choice: Choice, translator: Translator) -> Figure:
    """Draw the underlying level of each region with its interval, from high to low.

    Up to forty regions have their names; of more, the chosen one.
    """
    rows = pick(found, "underlying_per_1000")
    if len(rows) <= _FEW:
        return by_class(rows, "name", ["underlying_per_1000"], translator, "process")
    (others, peers, own), places = _roles(rows["region"].to_numpy(object), choice), np.arange(len(rows))
    with canvas(3.6) as (figure, (axes,)):
        for chosen, style in (
            (others, {"color": _PALE, "lw": 0.7}),
            (peers, {"color": colours(1)[0], "lw": 0.9, "alpha": 0.75}),
            (own, {"color": INK, "lw": 2.4, "zorder": 5}),
        ):
            axes.vlines(places[chosen], rows["value_lo"][chosen], rows["value_hi"][chosen], **style)
            size = 6 if chosen is own else 1.8
            axes.plot(
                places[chosen], rows["value"][chosen], "D" if size > 2 else "o", ms=size, color=style["color"], ls=""
            )
        for at in places[own]:
            _name(axes, choice.region, (at, rows["value_hi"][at]), choice, translator)
        axes.set_ylim(bottom=0)
        axes.set_xticks([])
        value_axis(axes, translator)
        explain(figure, [translator.word(_WORDS, "ordered_axis", number=str(len(rows))), *_key(choice, translator)])
        return figure


def change(compared: Compared, translator: Translator) -> Figure:
    """Draw the change of each region in a year against its level before.

    A bar is what the level lets expect: of the chosen region, or of all where they are few. A ring marks a region
    outside its own.
    """
    found, codes = compared.change, np.array(compared.codes, object)
    before, growth = compared.before.rate * _PER, (found.ratio - 1) * 100
    barred = codes == compared.choice.region if len(codes) > _FEW else np.ones(len(codes), bool)
    with canvas(3.6) as (figure, (axes,)):
        ends = [(each[barred] - 1) * 100 for each in (found.expected_lo, found.expected_hi)]
        axes.vlines(before[barred], *ends, color="#bbbbbb", lw=5, zorder=1)
        axes.axhline(0, color=INK, lw=0.7)
        outside = np.isin(found.verdict, [MORE, LESS])
        _scatter(axes, before, growth, compared, translator)
        axes.plot(before[outside], growth[outside], "o", ms=8, mfc="none", mec=INK, ls="", zorder=4)
        _both_axes(axes, translator)
        lines = [translator.word(_WORDS, each) for each in ("change_axis", "change_key", "change_bar")]
        explain(figure, [*lines[: 3 if barred.any() else 2], *_key(compared.choice, translator)])
        return figure


def _both_axes(axes: Axes, translator: Translator) -> None:
    value_axis(axes, translator, "x")
    value_axis(axes, translator)


def by_background(compared: Compared, translator: Translator) -> Figure:
    """Draw the level of each region against the one that others with its background have."""
    found = compared.explained
    with canvas(3.9) as (figure, (axes,)):
        if found is None:
            axes.text(0.02, 0.5, translator.word("page", "no_rows"), transform=axes.transAxes, color=SOFT)
            return figure
        here = np.array([compared.codes.index(code) for code in compared.background.index])
        drawn = replace(compared, codes=list(compared.background.index))
        _scatter(axes, found.expected * _PER, compared.now.rate[here] * _PER, drawn, translator)
        ends = [0, max(found.expected.max(), compared.now.rate[here].max()) * _PER * 1.02]
        axes.plot(ends, ends, color=SOFT, lw=0.9)
        axes.set_xlim(0, found.expected.max() * _PER * 1.08)
        axes.set_ylim(0, ends[1])
        _both_axes(axes, translator)
        explain(figure, [translator.word(_WORDS, "background_axis"), *_key(compared.choice, translator)])
        return figure


def trends(found: pd.DataFrame, choice: Choice, translator: Translator) -> Figure:
    """Draw the level over five years: of the region, of the middle half of its peers, and of the country.

    A few months are points with bars instead of lines: nothing is known of those between them.
    """
    dates = found.dropna(subset="value")
    dates = dates.assign(date=pd.PeriodIndex(dates["month"], freq="M").to_timestamp(how="end"))
    of = {name: dates[dates["series"] == name].sort_values("date") for name in ("own", *_BAND, "middle", "country")}
    names = {name: translator.word(_WORDS, f"series_{name}") for name in ("middle", "country")}
    names["own"] = translator.value(name_of(choice, choice.region)) if choice.region else ""
    blue, ends, few = colours(1)[0], [], dates["month"].nunique() < _DOTTED
    styles = {"middle": (blue, STYLES[0], 1.3), "country": (SOFT, STYLES[1], 1.3), "own": (INK, STYLES[0], 2.2)}
    with canvas(3.3) as (figure, (axes,)):
        band = [of[name]["value"].to_numpy() for name in _BAND]
        draw = axes.vlines if few else axes.fill_between
        draw(of[_BAND[0]]["date"], *band, color=blue, alpha=0.2, lw=9 if few else 0)
        for name, (colour, style, width) in styles.items():
            line = of[name]
            mark = {"ls": "", "marker": "o", "ms": 5} if few else {"ls": style, "lw": width}
            axes.plot(line["date"], line["value"], color=colour, **mark)
            if len(line):
                ends.append((line["date"].iloc[-1], line["value"].iloc[-1], names[name], colour))
        value_axis(axes, translator)
        if len(dates):
            year_axis(axes, dates["date"])
        if few:
            months = dates.drop_duplicates("month")
            axes.set_xticks(months["date"], [translator.period(month) for month in months["month"]])
        mark_cut_axis(axes, translator)
        label_ends(axes, ends)
        explain(figure, [translator.word(_WORDS, "trend_key")])
        return figure
