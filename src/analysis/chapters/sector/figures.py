"""The picture of a mean with its range across the work-development companies."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.language.glossary import glossary
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.plotting import MARKERS, SOFT, canvas, colours, note, value_axis


def means_with_range(frame: pd.DataFrame, quantity: str, translator: Translator) -> Figure:
    """Draw the mean of each scheme, between the means of the lowest and of the highest tenth of the companies."""
    mean, lowest, highest = (pick(frame, f"{quantity}{end}") for end in ("", "_lowest", "_highest"))
    decimals = glossary()["quantities"][quantity]["decimals"]
    y = np.arange(len(mean))[::-1]
    with canvas(1.45 + 0.45 * len(mean)) as (figure, (axes,)):
        axes.hlines(y, lowest["value"], highest["value"], color=SOFT, lw=1.2)
        for ends, shift, align in ((lowest, -5, "right"), (highest, 5, "left")):
            axes.plot(ends["value"], y, "|", color=SOFT, ms=11)
            for value, at in zip(ends["value"], y, strict=True):
                note(axes, translator.number(value, decimals), (value, at), (shift, 0), SOFT, va="center", ha=align)
        for number, (value, at) in enumerate(zip(mean["value"], y, strict=True)):
            axes.plot(value, at, MARKERS[number], color=colours(4)[number], ms=8)
            note(axes, translator.number(value, decimals), (value, at), (0, 7), ha="center", fontweight="bold")
        axes.margins(x=0.15)
        axes.set_yticks(y, [translator.value(name) for name in mean["scheme"]])
        axes.set_ylim(-0.5, len(mean) - 0.3)
        words = [translator.word("figures.words", key) for key in ("lowest_tenth", "mean", "highest_tenth")]
        cut = [translator.word("figures.words", "cut_axis")] if axes.get_xlim()[0] > 0 else []
        axes.set_xlabel("\n".join([" – ".join(words), *cut]), color=SOFT, fontsize=9)
        value_axis(axes, translator, "x")
        return figure
