"""Charts by class: a row for each class, the first on top, with marks, intervals and numbers; and bars in parts."""

import textwrap
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from analysis.language.glossary import glossary
from analysis.language.numbers import decimals_needed
from analysis.language.translator import Translator
from analysis.report.own_frame import complete
from analysis.report.plotting import HATCHES, INK, MARKERS, SOFT, boxed_note, canvas, colours, note, value_axis

_NAME = 26  # characters of a class that fit beside the axes
_HEAD, _TITLE, _LEGEND = 1.1, 0.3, 0.2  # inches: what is around the axes, title of a panel, line of the legend
_ROW, _BAR, _DOT = 0.17, 0.18, 0.15  # inches of a class, and of each of its marks
_ROOM = 0.22  # of the length of an axis, for the numbers beyond its last mark
_NARROW = 0.04  # of the longest bar: a number does not fit inside a part below it


def by_class(
    frame: pd.DataFrame,
    label: str,
    quantities: Sequence[str],
    translator: Translator,
    mark: str = "bars",
    series: str = "quantity",
    panel: str = "",
    one_scale: bool = True,
) -> Figure:
    """Draw the numbers of each class, those of several series below each other.

    Parameters
    ----------
    frame : DataFrame
        Tidy. Its order is that of the classes; a class without any of the quantities is left out.
    label : str
        The column whose values are the classes.
    quantities : sequence of str
        What is drawn.
    translator : Translator
    mark : {"bars", "dots", "process"}
        Bars or dots with an interval of rounding, or dots with a process interval. Numbers stand beside bars, and
        beside dots with an interval of rounding where a class has one.
    series : str
        The column whose values have a colour each, and a line in the legend where there are several.
    panel : str, optional
        The column whose values have a panel each.
    one_scale : bool
        Whether the panels have one scale.
    """
    chosen = frame[frame["quantity"].isin(quantities)]
    names = list(quantities) if series == "quantity" else list(dict.fromkeys(chosen[series]))
    parts = [part for _, part in frame.groupby(panel, sort=False, observed=True)] if panel else [frame]
    parts = [_at_heights(complete(part), label, quantities, series, names) for part in parts]
    legend = names if len(names) > 1 else []
    pitch = _BAR if mark == "bars" else _DOT
    sizes = [max(part["row"].nunique(), 1) * (_ROW + pitch * part["crowd"].to_numpy().max(initial=1)) for part in parts]
    height = _HEAD + _LEGEND * len(legend) + _TITLE * len(parts) * bool(panel) + sum(sizes)
    with canvas(height, rows=len(parts), height_ratios=sizes, sharex=one_scale) as (figure, panels):
        for axes, part in zip(panels, parts, strict=True):
            ends = _ends(pd.concat(parts) if one_scale else part)
            within = part.assign(**part[["value_lo", "value_hi"]].clip(*ends))
            for name, marks in within.groupby(series, sort=False, observed=True):
                _DRAW[mark](axes, marks, names.index(name), _named(series, name, translator))
            if mark == "bars" or (mark == "dots" and part["crowd"].max() == 1):
                _write_numbers(axes, part, translator, gap=4 if mark == "bars" else 7)
            _name_rows(axes, part, label, translator)
            axes.set_xlim(ends)
            axes.xaxis.set_major_locator(MaxNLocator(5) if part["value"].notna().any() else NullLocator())
            if panel:
                _write_title(axes, _named(panel, part[panel].iloc[0], translator))
        if legend:
            _write_legend(panels)
        return figure


def _named(column: str, value: object, translator: Translator) -> str:
    return translator.column(str(value), "quantities") if column == "quantity" else translator.value(str(value))


def _at_heights(
    part: pd.DataFrame, label: str, quantities: Sequence[str], series: str, names: list[str]
) -> pd.DataFrame:
    """Return the rows of a panel with the ``row`` of their class, their height ``y``, and how many share a class."""
    order, part = list(dict.fromkeys(part[label])), part[part["quantity"].isin(quantities)]
    classes = sorted(set(part[label]), key=order.index)
    here = sorted(set(part[series]), key=names.index)
    crowd = len(here) if part[label].duplicated().any() else 1
    shift = part[series].map(here.index) - (crowd - 1) / 2 if crowd > 1 else 0
    row = part[label].map(classes.index).astype(float)  # an empty column of text stays text
    return part.assign(row=row, crowd=crowd, y=row + shift * 0.8 / crowd)


def _ends(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of an axis that holds zero, all numbers and the finite ends of their intervals."""
    ends = rows[["value", "value_lo", "value_hi"]].to_numpy(float)
    low, high = (end(ends[np.isfinite(ends)], initial=0) for end in (np.min, np.max))
    room = _ROOM * (high - low) or 1
    return low - room * (low < 0), high + room


def _draw_bars(axes: Axes, marks: pd.DataFrame, number: int, name: str) -> None:
    style = {"hatch": HATCHES[number], "edgecolor": "white", "label": name}
    axes.barh(marks["y"], marks["value"], height=0.74 / marks["crowd"].max(), color=colours(3)[number], **style)
    axes.hlines(marks["y"], marks["value_lo"], marks["value_hi"], color=INK, lw=1.4)
    axes.axvline(0, color=INK, lw=0.8)


def _draw_dots(axes: Axes, marks: pd.DataFrame, number: int, name: str, process: bool = False) -> None:
    """Draw the dots of a series on their process intervals, or below those of rounding, which may be narrower."""
    colour = colours(len(MARKERS))[number]
    style = {"color": colour, "lw": 1.6, "alpha": 0.75} if process else {"color": INK, "lw": 2.4, "zorder": 5}
    axes.hlines(marks["y"], marks["value_lo"], marks["value_hi"], **style)
    axes.plot(marks["value"], marks["y"], MARKERS[number], color=colour, ms=6, ls="", label=name)


_DRAW = {"bars": _draw_bars, "dots": _draw_dots, "process": partial(_draw_dots, process=True)}


def _write_numbers(axes: Axes, marks: pd.DataFrame, translator: Translator, gap: int) -> None:
    """Write the number of each mark beyond its interval, with no more decimals than the table prints and it needs."""
    for quantity, rows in marks.groupby("quantity"):
        declared = glossary()["quantities"].get(quantity, {})
        decimals = decimals_needed(declared.get("decimals", 3), *rows["value"])
        for row in rows.to_dict("records"):
            left = row["value"] < 0
            ends = [row[name] for name in ("value", "value_lo", "value_hi") if np.isfinite(row[name])]
            at = (min(ends) if left else max(ends, default=0), row["y"])
            text = translator.number(row["value"], decimals, declared.get("sign", False))
            note(axes, text, at, (-gap if left else gap, 0), va="center", ha="right" if left else "left")


def _name_rows(axes: Axes, part: pd.DataFrame, label: str, translator: Translator) -> None:
    names = part.drop_duplicates("row").sort_values("row")[label]
    axes.set_yticks(range(len(names)), [textwrap.fill(_named(label, name, translator), _NAME) for name in names])
    axes.tick_params(axis="y", labelsize=9)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    value_axis(axes, translator, "x")


def _write_title(axes: Axes, text: str) -> None:
    """Write the title of a panel at the edge of the figure: it may be longer than the axes are wide."""
    axes.set_title(" ", loc="left")  # keeps its room
    at_edge = {"xycoords": ("figure fraction", "axes fraction"), "in_layout": False, "fontsize": 10.5}
    note(axes, text, (0.01, 1), (0, 5), SOFT, **at_edge)


def _write_legend(panels: np.ndarray) -> None:
    """Write what the marks of all panels are, above the first panel."""
    found = [axes.get_legend_handles_labels() for axes in panels]
    marks = {name: mark for marks, names in found for mark, name in zip(marks, names, strict=True)}
    above = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.3}
    panels[0].legend(marks.values(), marks, fontsize=9, **above)


def divided_bars(widths: pd.DataFrame, numbers: pd.DataFrame, translator: Translator, shades: Sequence = ()) -> Figure:
    """Draw a bar for each row, divided into the columns, with the number of each part where it fits.

    Parameters
    ----------
    widths : DataFrame
        One row a bar, the first on top, one column a part; both named as they are to be shown.
    numbers : DataFrame
        What is written in the parts: the same rows and columns.
    translator : Translator
    shades : sequence of colours, optional
        One a part.
    """
    total, parts = widths.sum(axis=1), len(widths.columns)
    hatches = (*HATCHES, "")[:parts] if parts <= 4 else (*HATCHES, "xx", "")  # beyond three the last part is plain
    with canvas(_HEAD + 0.42 * max(len(widths), 1) + _LEGEND * parts) as (figure, (axes,)):
        left = total * 0
        for number, (name, part) in enumerate(widths.items()):
            style = {"color": (shades or colours(3))[number], "hatch": hatches[number], "edgecolor": "white"}
            axes.barh(widths.index, part, left=left, height=0.66, label=name, linewidth=0.4, **style)
            for bar, width in part[part > _NARROW * total.max()].items():
                boxed_note(axes, translator.number(numbers.loc[bar, name]), (left[bar] + width / 2, bar))
            left = left + part
        if widths.empty:
            axes.text(0.02, 0.5, translator.word("page", "no_rows"), transform=axes.transAxes, color=SOFT)
        axes.invert_yaxis()
        value_axis(axes, translator, "x")
        axes.legend(fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
        return figure
