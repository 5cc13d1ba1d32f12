"""Pictures of findings: how much of each document stands."""

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.register.verdicts import TONES
from analysis.report.charts import divided_bars
from analysis.report.plotting import SOFT, colours

_NAME = 28  # characters of a title that fit beside the axes


def findings_by_document(counts: pd.DataFrame, titles: dict[str, str], translator: Translator) -> Figure:
    """Draw a bar for each document: numbers that stand, do not, differ for a known reason, are supported, or are open.

    Bars are shares of the document's numbers, so that a short document shows as well as a long one; counts stand in
    the parts. ``titles`` is what each document is called.
    """
    short = {document: textwrap.fill(title, _NAME) for document, title in titles.items()}
    names = {tone: translator.word("figures.words", f"tone_{tone}") for tone in dict.fromkeys(TONES.values())}
    table = counts.assign(tone=counts["verdict"].map(TONES)).pivot_table(
        index="document", columns="tone", values="numbers", aggfunc="sum", fill_value=0, observed=True
    )
    table = table.reindex(columns=list(names), fill_value=0).rename(columns=names)
    table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    blue, orange, green, red = colours(4)
    table = table.rename(index=short)
    shares = 100 * table.div(table.sum(axis=1), axis=0)
    figure = divided_bars(shares, table, translator, [green, red, orange, blue, "#d9d9d9"])
    figure.axes[0].set_xlabel(translator.word("figures.words", "share_of_numbers"), color=SOFT)
    return figure
