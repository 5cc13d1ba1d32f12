"""Statements on differences between municipalities in the letter to parliament of 2025, tested on the figures here.

The letter rests on a study of the registration of provisions (SRG) that nobody outside can repeat. It says that
differences go partly with background, that background does not explain all of them, and that municipalities with more
recipients also have more inhabitants with a provision. Provisions stand for inhabitants with one: who has two counts
twice. The register has the same statements at the end of 2024 (``mb2025-srg-…``), computed by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.chapters.municipalities.selection import Choice
from analysis.errors import CoverageError
from analysis.measures.regions import KEY_FIGURES, PROVISIONS, background, figures, inhabitants_of, persons_of
from analysis.measures.sources import PERSONS_BY_REGION, POPULATION
from analysis.models.regions.associations import Association, explained_share, rank_correlation
from analysis.snapshots.store import Snapshot

READS = (PROVISIONS, PERSONS_BY_REGION, POPULATION, KEY_FIGURES)


def statements(snapshot: Snapshot, choice: Choice, confidence: float) -> pd.DataFrame:
    """Return each statement that there are figures for, with its number and whether it holds.

    Returns
    -------
    DataFrame
        Labels ``statement`` and ``outcome``; ``statement_figure`` with its ends: the cross-validated share of the
        differences in provisions per inhabitant that goes with background, and the rank correlation of recipients and
        provisions per inhabitant. Intervals come from resampling municipalities. Empty for another level.
    """
    regions, months, rows = choice.regions, [choice.month], []
    if regions.level != "municipality":
        return _frame([], choice.month)
    given = figures(snapshot, PROVISIONS, "provisions", "provisions", regions, months)
    people, persons = inhabitants_of(snapshot, regions, months), persons_of(snapshot, regions, months)
    share = _where_covered(lambda: explained_share(given, people, background(snapshot, regions), confidence))
    together = _where_covered(lambda: rank_correlation((persons / people).value, (given / people).value, confidence))
    if share is not None:
        rows += [("background_partly", share, share.above(0)), ("background_not_all", share, share.below(1))]
    if together is not None:
        rows.append(("recipients_provisions", together, together.above(0)))
    return _frame(rows, choice.month)


def _where_covered(compute: Callable[[], Association]) -> Association | None:
    """Return what is computed; nothing where the snapshot lacks its figures."""
    try:
        return compute()
    except CoverageError:
        return None


def _frame(rows: list[tuple[str, Association, str]], month: pd.Period) -> pd.DataFrame:
    ends = ["statement_figure", "statement_figure_lo", "statement_figure_hi"]
    columns = ["statement", *ends, "outcome"]
    each = [(name, found.value, found.lo, found.hi, outcome) for name, found, outcome in rows]
    frame = pd.DataFrame(each, columns=columns).astype(dict.fromkeys(ends, float))
    return frame.assign(period=str(month), tables=", ".join(READS))
