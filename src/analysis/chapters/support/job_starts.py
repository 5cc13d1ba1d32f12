"""Jobs started out of bijstand, with and without support before, and wage subsidies, as the factsheet prints them."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.support.people import shares
from analysis.intervals.comparison import decide
from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

BY_DURATION, STARTS, WAGE_SUBSIDY = (f"factsheet-2024-{name}" for name in ("f4", "jobstarts", "wage_subsidy"))
WITH, WITHOUT = "with support", "without support"
# the year in which the jobs started, and the months after which it was looked who still worked
_LOOKED = (("2024", 1), ("2023", 6))

_OF_ALL = {"part of all provisions": "share_of_provisions", "at work without bijstand": "no_benefit_share"}
_YOUNG = ("men <27, Dutch origin", "women <27, Dutch origin")


def by_duration(snapshot: Snapshot) -> pd.DataFrame:
    """Return the jobs started by time on bijstand before: labels ``part, group``, ``share`` (percent of the jobs)."""
    return shares("time on bijstand before", breakdown(snapshot, BY_DURATION, "job_starts_share", "duration"))


def starters(snapshot: Snapshot) -> pd.DataFrame:
    """Return the people who started a job, with and without support before.

    Returns
    -------
    DataFrame
        Tidy, labels ``year, group``. Quantity ``level`` (persons). ``total``, with and without support are people who
        had bijstand; those without a benefit come on top.
    """
    years = [breakdown(snapshot, STARTS, "starters", "support", year, total=True) for year in ("2024", "2023")]
    return combine(
        tidy_rows(found.numbers, "level", {"year": [year] * len(found.classes), "group": found.classes}, tables=STARTS)
        for year, found in zip(("2024", "2023"), years, strict=True)
    )


def jobs(snapshot: Snapshot) -> pd.DataFrame:
    """Return the jobs started in 2024: label ``year``, quantity ``in_use``; one person can start several."""
    found = breakdown(snapshot, STARTS, "jobs", "support", "2024", total=True)
    return found.tidy_rows(year=["2024"]).assign(quantity="in_use")


def starter_shares(snapshot: Snapshot) -> pd.DataFrame:
    """Return who started: labels ``year, group``, quantity ``share`` (percent of the people who started a job)."""
    asked = (("2024", "support"), ("2023", "support"), ("2024", "sex"), ("2024", "origin"))
    found = [(year, breakdown(snapshot, STARTS, "starters_share", dimension, year)) for year, dimension in asked]
    return combine(shares(year, each).rename(columns={"part": "year"}) for year, each in found)


def still_at_work(snapshot: Snapshot) -> pd.DataFrame:
    """Return who still worked some months after the start, with and without support before, and the difference.

    Returns
    -------
    DataFrame
        Tidy, labels ``year, months_after, outcome`` (which of the two is higher, as far as rounding lets one tell).
        Quantities ``with_support`` and ``without_support`` (percent; denominator: those who started) and
        ``difference_pp`` (percentage points). The difference is between two groups of people, no effect of support.
    """
    frames = []
    for year, months in _LOOKED:
        found = breakdown(snapshot, STARTS, f"at_work_{months}m", "support", year)
        supported, others = found.of(WITH), found.of(WITHOUT)
        labels = {"year": [year], "months_after": [str(months)], "outcome": list(decide(supported, others))}
        columns = {
            "with_support": supported,
            "without_support": others,
            "difference_pp": (supported - others).counted_as("percentage points"),
        }
        frames += [tidy_rows(column, name, labels, tables=STARTS) for name, column in columns.items()]
    return combine(frames)


def working_with(snapshot: Snapshot) -> pd.DataFrame:
    """Return what those still at work after a month have beside it: labels ``part, group``, quantity ``share``."""
    parts = {"with a provision": "at_work_with_provision", "with a benefit": "at_work_with_benefit"}
    return combine(shares(part, breakdown(snapshot, STARTS, quantity, "support")) for part, quantity in parts.items())


def wage_subsidy(snapshot: Snapshot) -> pd.DataFrame:
    """Return wage values, provisions beside a wage subsidy, and the part of the young.

    Returns
    -------
    DataFrame
        Tidy, labels ``part, group``. Quantity ``share`` (percent; denominator: persons with a wage subsidy, but all
        provisions, those at work with a wage subsidy, combinations, and the provisions or persons with the provision of
        the kind named in the row, for the parts that say so).
    """
    parts = {
        part: breakdown(snapshot, WAGE_SUBSIDY, quantity, "provision", total=True) for part, quantity in _OF_ALL.items()
    }
    parts |= {
        "wage value (% of the minimum wage)": breakdown(snapshot, WAGE_SUBSIDY, "wage_value_share", "wage_value"),
        "other provisions beside it": breakdown(snapshot, WAGE_SUBSIDY, "others_share", "others"),
        "kind of combination": breakdown(snapshot, WAGE_SUBSIDY, "combinations_share", "provision"),
    }
    parts |= {group: breakdown(snapshot, WAGE_SUBSIDY, "young_share", "provision", group=group) for group in _YOUNG}
    return combine(shares(part, found) for part, found in parts.items())


def wage_subsidy_counts(snapshot: Snapshot) -> pd.DataFrame:
    """Return how many there are: labels ``measured, provision``, quantity ``in_use`` in the unit of each row."""
    found = {
        quantity: breakdown(snapshot, WAGE_SUBSIDY, quantity, "provision", total=True)
        for quantity in ("provisions", "supported_persons", "at_work", "combinations")
    }
    return combine(
        each.tidy_rows(measured=[name] * len(each.classes)).assign(quantity="in_use") for name, each in found.items()
    )
