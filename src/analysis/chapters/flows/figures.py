"""Pictures of the flows: by quarter, their ratio in time and by group, and the exits that the outflow leaves out."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
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
    mark_missing,
    note,
    quarter_axis,
    value_axis,
)

PER_ENTRIES = 100  # exits are drawn for so many entries, as sentences give them
BALANCE = 100.0  # as many people leave as enter
_WORDS = "figures.words"


def flows(quarterly: pd.DataFrame, in_both: pd.DataFrame, account: pd.DataFrame, translator: Translator) -> Figure:
    """Draw inflow, outflow and re-inflow by quarter, a line for each table, with the rises of the AOW age.

    ``in_both`` has the quarters that several tables have, from each of them: no line goes on in another table.
    """
    with canvas(3.4) as (figure, (axes,)):
        positions, ends = quarter_axis(axes, list(pick(quarterly, "inflow")["quarter"])), []
        for number, flow in enumerate(("inflow", "outflow", "reinflow")):
            thousands, colour = _of_tables(quarterly, in_both, flow) / 1000, colours(3)[number]
            _draw_tables(axes, thousands, {"ls": STYLES[number], "color": colour})
            known = thousands.bfill(axis=1).iloc[:, 0].dropna()
            if len(known):
                at = positions[thousands.index.get_loc(known.index[-1])]
                ends.append((at, known.iloc[-1], translator.word("quantities", flow), colour))
        axes.set_ylim(bottom=0)
        value_axis(axes, translator, room=0.12)
        label_ends(axes, ends)
        _name_tables(axes, thousands, translator)
        _mark_aow_rises(axes, account, positions, translator)
        return figure


def _of_tables(quarterly: pd.DataFrame, in_both: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Return a quantity by quarter, a column a table, the one that goes furthest first."""
    leading = pick(quarterly, quantity).assign(table=lambda rows: rows["tables"])
    rows = pd.concat([leading, in_both[in_both["quantity"] == quantity]])
    found = rows.pivot_table(index="quarter", columns="table", values="value", aggfunc="first")
    last = rows.groupby("table")["quarter"].max().sort_values(ascending=False)
    return found.reindex(index=leading["quarter"], columns=last.index)


def _draw_tables(axes: Axes, values: pd.DataFrame, style: dict[str, object]) -> None:
    for number, table in enumerate(values):
        own = {"lw": 1.9} if number == 0 else {"lw": 0.9, "marker": "o", "ms": 2.6, "mfc": "white"}
        axes.plot(np.arange(len(values)), values[table], **own, **style)


def _name_tables(axes: Axes, values: pd.DataFrame, translator: Translator) -> None:
    """Say below the figure which lines are of which table, where there are several."""
    if values.shape[1] > 1:
        names = (f"{'━' if number == 0 else '─○─'} {translator.series(each)}" for number, each in enumerate(values))
        axes.set_xlabel("   ".join(names), fontsize=8.5, color=SOFT)


def _mark_aow_rises(axes: Axes, account: pd.DataFrame, positions: np.ndarray, translator: Translator) -> None:
    rises = positions[pick(account, "inflow")["aow_rise"].to_numpy() > 0]
    for position in rises:
        axes.axvline(position, color=SOFT, lw=0.8, ls=(0, (1, 2)))
    if len(rises):
        top = axes.get_ylim()[1]
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the lines of later rises pass behind
        note(axes, translator.word(_WORDS, "aow_rise"), (rises[0], top), (3, -2), SOFT, va="top", bbox=box)


def flow_ratio(quarterly: pd.DataFrame, in_both: pd.DataFrame, process: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the exits per hundred entries by quarter with process interval, and a line where as many leave as enter."""
    with canvas(3.2) as (figure, (axes,)):
        ratio, blue = PER_ENTRIES * _of_tables(quarterly, in_both, "ratio"), colours(1)[0]
        positions = quarter_axis(axes, list(ratio.index))
        band = PER_ENTRIES * process[["value_lo", "value_hi"]]
        axes.fill_between(positions, band["value_lo"], band["value_hi"], color=blue, alpha=0.22, lw=0)
        _draw_tables(axes, ratio, {"color": blue})
        _name_tables(axes, ratio, translator)
        axes.axhline(BALANCE, color=INK, lw=0.9)
        value_axis(axes, translator)
        mark_cut_axis(axes, translator)
        label_ends(axes, [(positions[-1], BALANCE, translator.word(_WORDS, "balance"), INK)])
        return figure


def flow_ratio_groups(
    groups: pd.DataFrame,
    process: pd.DataFrame,
    break_even: pd.DataFrame,
    accounts: pd.DataFrame,
    translator: Translator,
    confidence: float,
) -> Figure:
    """Draw the exits per hundred entries of each group with both intervals, and lines at 100 and at break-even.

    Parameters
    ----------
    groups, process : DataFrame
        The ratio by group with its rounding interval, and with its process interval.
    break_even : DataFrame
        The break-even ratio of the total by year.
    accounts : DataFrame
        The break-even ratio of each group, drawn for those that have one in the year of ``groups``.
    translator : Translator
    confidence : float
        Level of the process interval.
    """
    labels, ends = ["dimension", "group"], ["value_lo", "value_hi"]
    groups, process, break_even, accounts = (_per_hundred(each) for each in (groups, process, break_even, accounts))
    ratio = pick(groups, "ratio")
    widest = ratio.drop(columns=ends).merge(process[[*labels, *ends]], how="left", on=labels)
    figure = by_class(widest, "group", ["ratio"], translator, "process")
    (axes,) = figure.axes
    axes.hlines(ratio.index, ratio["value_lo"], ratio["value_hi"], color=INK, lw=5, zorder=1.8)
    _mark_balances(axes, pick(break_even, "break_even"), ratio, translator)
    explained = [f"━ {translator.word(_WORDS, 'rounding')}   {_process_key(translator, confidence)}"]
    own = ratio[[*labels, "year"]].merge(pick(accounts, "break_even"), how="left")["value"].to_numpy()
    if np.isfinite(own).any():
        axes.plot(own, ratio.index, marker="|", ms=15, mew=2.2, ls="", color=colours(2)[1], zorder=1)
        explained.append(f"❘ {translator.word(_WORDS, 'own_break_even')}")
    axes.set_xlim(0.9 * np.nanmin([*widest["value_lo"], *own]), None)
    if axes.get_xlim()[0] > 0:
        explained.append(translator.word(_WORDS, "cut_axis"))
    explain(figure, explained)
    return figure


def _per_hundred(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = ["value", "value_lo", "value_hi"]
    return frame.assign(**PER_ENTRIES * frame[[name for name in numbers if name in frame]])


def _mark_balances(axes: Axes, break_even: pd.DataFrame, ratio: pd.DataFrame, translator: Translator) -> None:
    """Draw named lines at 100 and at the break-even of the year, the name of the higher one to its right."""
    lines = [(BALANCE, "balance", {"color": INK, "lw": 0.9})]
    for value in break_even.loc[break_even["year"] == ratio["year"].iloc[0], "value"].dropna():
        lines.append((value, "break_even", {"color": colours(2)[1], "lw": 1.2, "ls": "--"}))
    lines.sort(key=lambda line: line[0], reverse=True)
    for (value, name, style), (shift, side) in zip(lines, ((3, "left"), (-3, "right")), strict=False):
        axes.axvline(value, **style)
        note(axes, translator.word(_WORDS, name), (value, -0.5), (shift, 2), style["color"], ha=side)


def _process_key(translator: Translator, confidence: float) -> str:
    return f"─ {translator.word(_WORDS, 'process', confidence=format_percent(confidence, translator))}"


def flow_rate_groups(rates: pd.DataFrame, translator: Translator, confidence: float) -> Figure:
    """Draw inflow and outflow rate of each group with process intervals; name what the snapshot does not cover."""
    known = rates["value"].notna()
    figure = by_class(rates[known], "group", ["inflow_rate", "outflow_rate"], translator, "process")
    explained = [_process_key(translator, confidence)]
    for reason, rows in rates[~known].groupby("missing", sort=False, observed=True):
        dimensions = ", ".join(map(translator.value, rows["dimension"].unique()))
        explained.append(f"{translator.value(reason)}: {dimensions}")
    explain(figure, explained)
    return figure


def other_exits(account: pd.DataFrame, translator: Translator) -> Figure:
    """Draw other exits by quarter with their rounding interval, and the rises of the AOW age."""
    with canvas(3.0) as (figure, (axes,)):
        exits = pick(account, "other_exits")
        positions = quarter_axis(axes, list(exits["quarter"]))
        axes.bar(positions, exits["value"], color=colours(1)[0], width=0.7)
        half_widths = [exits["value"] - exits["value_lo"], exits["value_hi"] - exits["value"]]
        axes.errorbar(positions, exits["value"], yerr=half_widths, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        axes.axhline(0, color=INK, lw=0.8)
        value_axis(axes, translator, room=0.25)
        _mark_aow_rises(axes, account, positions, translator)
        mark_missing(axes, positions, exits["value"].isna().to_numpy(), translator)
        return figure
