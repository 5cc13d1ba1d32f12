"""Jobs started out of bijstand, and who still worked in them (Factsheet Participatiewet 2024)."""

import pandas as pd

from analysis.intervals.comparison import decide
from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

STARTS = "factsheet-2024-jobstarts"
NEEDS = (STARTS,)


def jobs_started(snapshot: Snapshot) -> pd.DataFrame:
    """Return the jobs started out of bijstand in 2024, quantity ``jobs``; one person can start several."""
    return breakdown(snapshot, STARTS, "jobs", "support", "2024", total=True).tidy_rows()


def still_at_work(snapshot: Snapshot) -> pd.DataFrame:
    """Return who still worked a month after a start in 2024 and six months after one in 2023.

    Returns
    -------
    DataFrame
        Tidy, labels ``year, months_after, outcome`` (which of the two is higher, as far as rounding lets one tell).
        Quantities ``with_support`` and ``without_support`` (percent; denominator: those who started) and
        ``difference_pp`` (percentage points). The difference is between two groups of people, no effect of support.
    """
    frames = []
    for year, months in (("2024", 1), ("2023", 6)):
        found = breakdown(snapshot, STARTS, f"at_work_{months}m", "support", year)
        supported, others = found.of("with support"), found.of("without support")
        labels = {"year": year, "months_after": str(months), "outcome": decide(supported, others)}
        difference = (supported - others).counted_as("percentage points")
        columns = {"with_support": supported, "without_support": others, "difference_pp": difference}
        frames.append(tidy_rows(columns, labels, STARTS))
    return combine(frames)
