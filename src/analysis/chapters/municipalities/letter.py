"""Statements on differences between municipalities in the letter to parliament of 2025, tested on the figures here.

The letter rests on a study of the registration of provisions (SRG) that nobody outside can repeat. It says that
differences go partly with background, that background does not explain all of them, and that municipalities with more
recipients also have more inhabitants with a provision. Provisions stand for inhabitants with one: who has two counts
twice.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.municipalities.estimates import Compared
from analysis.measures.regions import KEY_FIGURES, PROVISIONS, figures, inhabitants_of, persons_of
from analysis.measures.sources import PERSONS_BY_REGION, POPULATION
from analysis.missing import PRESENT, UNDECIDED
from analysis.models.regions.background import explain
from analysis.models.regions.counts import RegionCounts
from analysis.snapshots.store import Snapshot

READS = (PROVISIONS, PERSONS_BY_REGION, POPULATION, KEY_FIGURES)
_RESAMPLED = 1000
_SEED = 1


def statements(snapshot: Snapshot, compared: Compared, confidence: float) -> pd.DataFrame:
    """Return each statement with its figure and whether it holds; empty without background or provisions.

    Returns
    -------
    DataFrame
        Labels ``statement`` and ``outcome``; ``statement_figure`` with its ends: the cross-validated share of the
        differences in provisions per inhabitant that goes with background, and the rank correlation of recipients and
        provisions per inhabitant. Intervals come from resampling municipalities.
    """
    choice, background = compared.choice, compared.background
    columns = [
        figures(snapshot, PROVISIONS, "provisions", "provisions", choice.regions, [choice.month]),
        inhabitants_of(snapshot, choice.regions, [choice.month]),
        persons_of(snapshot, choice.regions, [choice.month]),
    ]
    has = np.logical_and.reduce([each.missing == PRESENT for each in columns])
    here = np.flatnonzero(has & np.isin(choice.regions.codes, background.index))
    if compared.explained is None or len(here) < len(background):
        return _frame([], choice.month)
    given, people, persons = (each.take(here) for each in columns)
    counts = RegionCounts(given.value, given.lo, given.hi, people.value)
    of_regions = background.loc[[choice.regions.codes[at] for at in here]].to_numpy()
    found = explain(counts, of_regions, compared.explained.names, confidence=confidence)
    share = found.share, found.share_lo, found.share_hi
    together = _rank_correlation(persons.value / people.value, counts.rate, confidence)
    return _frame(
        [
            ("background_partly", *share, _outcome(share[1], share[2])),
            ("background_not_all", *share, _outcome(1 - share[2], 1 - share[1])),
            ("recipients_provisions", *together, _outcome(together[1], together[2])),
        ],
        choice.month,
    )


def _outcome(low: float, high: float) -> str:
    """Return whether a number is above zero, as far as its interval tells."""
    return "holds" if low > 0 else "fails" if high <= 0 else UNDECIDED


def _rank_correlation(one: np.ndarray, two: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return Spearman's rank correlation with its interval by the bootstrap over regions."""
    rng, tail = np.random.default_rng(_SEED), (1 - confidence) / 2
    drawn = rng.integers(0, len(one), size=(_RESAMPLED, len(one)))
    ranks = [np.argsort(np.argsort(each[drawn], axis=1), axis=1).astype(float) for each in (one, two)]
    apart = [each - each.mean(axis=1, keepdims=True) for each in ranks]
    resampled = (apart[0] * apart[1]).sum(axis=1) / np.sqrt((apart[0] ** 2).sum(axis=1) * (apart[1] ** 2).sum(axis=1))
    value = float(pd.Series(one).corr(pd.Series(two), method="spearman"))
    return value, *map(float, np.quantile(resampled, [tail, 1 - tail]))


def _frame(rows: list[tuple[str, float, float, float, str]], month: pd.Period) -> pd.DataFrame:
    ends = ["statement_figure", "statement_figure_lo", "statement_figure_hi"]
    frame = pd.DataFrame(rows, columns=["statement", *ends, "outcome"]).astype(dict.fromkeys(ends, float))
    return frame.assign(period=str(month), tables=", ".join(READS))
