"""The figures of the validation: small, without dates, the same bytes for the same numbers on one machine."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")
import matplotlib.pyplot as plt

INK, GOOD, BAD, PALE = "#333333", "#0072b2", "#d55e00", "#dddddd"


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, dpi=90, metadata={"Software": None}, bbox_inches="tight")
    plt.close(figure)


def coverage(cells: pd.DataFrame, low: float, high: float, path: Path) -> None:
    """Draw the coverage of every cell of every estimand; ``cells``: ``estimand, coverage, used``."""
    names = list(dict.fromkeys(cells["estimand"]))[::-1]
    figure, axis = plt.subplots(figsize=(7, 0.32 * len(names) + 1))
    axis.axvspan(low, high, color=PALE, zorder=0)
    for used, colour, label in ((True, GOOD, "recommended"), (False, BAD, "must not be used")):
        rows = cells[cells["used"] == used]
        axis.plot(rows["coverage"], [names.index(name) for name in rows["estimand"]], "|", color=colour, ms=9, mew=1.4)
        axis.plot([], [], "|", color=colour, ms=9, mew=1.4, label=label)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.set_xlabel("replicates in which the 95 % interval held the truth (percent); a line for each group", fontsize=8)
    axis.legend(fontsize=8, frameon=False, loc="lower left")
    axis.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def short_cuts(naive: pd.DataFrame, path: Path) -> None:
    """Draw bias and coverage of the short cuts for the total; ``naive``: ``name, bias, coverage``."""
    figure, axes = plt.subplots(1, 2, figsize=(8, 0.26 * len(naive) + 1), sharey=True)
    for axis, column in zip(axes, ("bias", "coverage"), strict=True):
        axis.barh(naive["name"], naive[column], color=BAD, height=0.65)
        axis.set_xlabel(f"{column} (percent)", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].axvline(0, color=INK, lw=0.8)
    axes[1].axvline(95, color=GOOD, lw=1.2)
    axes[0].invert_yaxis()
    _save(figure, path)


def rounding(pairs: pd.DataFrame, path: Path) -> None:
    """Draw how much rounding adds to the error; ``pairs``: ``estimand, exact, printed`` (rmse in percent)."""
    figure, axis = plt.subplots(figsize=(5, 4.4))
    high = 1.1 * pairs[["exact", "printed"]].to_numpy().max()
    axis.plot([0.1, high], [0.1, high], color=INK, lw=0.8)
    axis.loglog(pairs["exact"], pairs["printed"], "o", color=GOOD, ms=3, alpha=0.6, mew=0)
    axis.set_xlabel("root mean square error, exact counts (percent of the truth)", fontsize=8)
    axis.set_ylabel("the same, counts in tens", fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    _save(figure, path)
