"""Pictures of findings: how much of each document stands."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.register.verdicts import TONES
from analysis.report.plotting import HATCHES, SOFT, boxed_note, canvas, colours, value_axis

_NARROW = 4.0
"""Percent of a bar below which a count does not fit inside its part."""


def findings_by_document(counts: pd.DataFrame, translator: Translator) -> Figure:
    """Draw a bar for each document, divided into numbers that stand, do not, differ for a known reason, or are open.

    Bars are shares of the document's numbers, so that a short document shows as well as a long one; counts stand in
    the parts.
    """
    tones = list(dict.fromkeys(TONES.values()))
    table = counts.assign(tone=counts["verdict"].map(TONES)).pivot_table(
        index="document", columns="tone", values="numbers", aggfunc="sum", fill_value=0, observed=True
    )
    table = table.reindex(columns=tones, fill_value=0).loc[lambda t: t.sum(axis=1).sort_values().index]
    shares = 100 * table.div(table.sum(axis=1), axis=0)
    with canvas(1.7 + 0.42 * max(len(table), 1)) as (figure, (axes,)):
        left = pd.Series(0.0, index=table.index)
        fills = [*sns.color_palette("colorblind", 4)[2:4], colours(2)[1], "#d9d9d9"]
        for tone, colour, hatch in zip(tones, fills, (*HATCHES, ""), strict=True):
            axes.barh(table.index, shares[tone], left=left, color=colour, hatch=hatch, edgecolor="white", linewidth=0.4)
            for document, count in table[tone].items():
                if shares.loc[document, tone] > _NARROW:
                    boxed_note(
                        axes, translator.number(count), (left[document] + shares.loc[document, tone] / 2, document)
                    )
            left = left + shares[tone]
        if table.empty:
            axes.text(0.02, 0.5, translator.word("page", "no_rows"), transform=axes.transAxes, color=SOFT)
        value_axis(axes, translator, "x")
        axes.set_xlabel(translator.word("figures.words", "share_of_numbers"), color=SOFT)
        axes.set_xlim(0, 100)
        names = [translator.word("figures.words", f"tone_{tone}") for tone in tones]
        under_axes = {"loc": "upper center", "bbox_to_anchor": (0.35, -0.26)}
        axes.legend(axes.containers, names, ncols=2, fontsize=8.5, **under_axes)
        return figure
