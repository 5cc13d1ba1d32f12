"""Tables of the Factsheet Participatiewet 2024 on support and job starts, as it prints them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.intervals.comparison import decide
from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

BY_GROUP, SUPPORTED, KINDS, DURATION, STARTS_BY_DURATION, STARTS, WAGE_SUBSIDY = (
    f"factsheet-2024-{name}" for name in ("t4", "supported", "kinds", "duration", "f4", "jobstarts", "wage_subsidy")
)
NEEDS = (BY_GROUP, SUPPORTED, KINDS, DURATION, STARTS_BY_DURATION, STARTS, WAGE_SUBSIDY)
_TOTAL: dict[str, Any] = {"total": True}
_YOUNG = ("men <27, Dutch origin", "women <27, Dutch origin")

SHARES: dict[str, list[tuple[str, str, str, str, dict[str, Any]]]] = {
    "support_counts": [
        ("number of provisions", SUPPORTED, "share_of_supported", "number", {}),
        ("aim", SUPPORTED, "share_of_supported", "aim", {}),
        ("aim, under 27", SUPPORTED, "share_of_supported", "aim", {"age": "<27"}),
        ("aim, 55 to AOW age", SUPPORTED, "share_of_supported", "aim", {"age": "55-AOW"}),
        ("receives bijstand", SUPPORTED, "share_of_supported", "situation", {}),
        ("time on bijstand, supported", SUPPORTED, "share_of_supported_recipients", "duration", {}),
        ("time on bijstand, all recipients", DURATION, "stock_share", "duration", {}),
    ],
    "support_shares": [
        (group, KINDS, "supported_share", "provision", {**_TOTAL, dimension: group})
        for dimension, groups in {"sex": ("men", "women"), "origin": ("Netherlands", "outside Europe")}.items()
        for group in groups
    ],
    "job_starts_by_duration": [("time on bijstand before", STARTS_BY_DURATION, "job_starts_share", "duration", {})],
    "job_starter_shares": [
        (year, STARTS, "starters_share", dimension, {"period": year})
        for year, dimension in (("2024", "support"), ("2023", "support"), ("2024", "sex"), ("2024", "origin"))
    ],
    "working_with": [
        ("with a provision", STARTS, "at_work_with_provision", "support", {}),
        ("with a benefit", STARTS, "at_work_with_benefit", "support", {}),
    ],
    "wage_subsidy": [
        ("part of all provisions", WAGE_SUBSIDY, "share_of_provisions", "provision", _TOTAL),
        ("at work without bijstand", WAGE_SUBSIDY, "no_benefit_share", "provision", _TOTAL),
        ("wage value (% of the minimum wage)", WAGE_SUBSIDY, "wage_value_share", "wage_value", {}),
        ("other provisions beside it", WAGE_SUBSIDY, "others_share", "others", {}),
        ("kind of combination", WAGE_SUBSIDY, "combinations_share", "provision", {}),
        *((group, WAGE_SUBSIDY, "young_share", "provision", {"group": group}) for group in _YOUNG),
    ],
}
"""The parts of each report table of printed shares: name, table, quantity, dimension, and where the others stand."""


def shares(snapshot: Snapshot, name: str, label: str = "part") -> pd.DataFrame:
    """Return a report table of `SHARES`.

    Returns
    -------
    DataFrame
        Tidy, labels ``part`` (or what ``label`` names) and ``group``. Quantity ``share`` (percent; the denominator is
        in the name of the part, and else that of the table of the document).
    """
    frames = []
    for part, table, quantity, dimension, options in SHARES[name]:
        found = breakdown(snapshot, table, quantity, dimension, **options)
        frames.append(tidy_rows({"share": found.numbers}, {label: part, "group": found.classes}, table))
    return combine(frames)


def shares_by_kind(snapshot: Snapshot) -> pd.DataFrame:
    """Return table 4: who has a provision, of all provisions and of three kinds.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group``. Quantities: ``share_total``, ``share_wage_subsidy``, ``share_job_coach`` and
        ``share_sheltered_work`` (percent; denominator: persons with that kind of provision).
    """
    frames = []
    for kind in ("total", "any wage subsidy", "job coach", "sheltered work"):
        quantity = f"share_{kind.removeprefix('any ').replace(' ', '_')}"
        for dimension in ("age", "origin", "sex"):
            found = breakdown(snapshot, BY_GROUP, "supported_share", dimension, provision=kind)
            labels = {"dimension": dimension, "group": found.classes}
            frames.append(tidy_rows({quantity: (found.numbers, "persons with this provision")}, labels, BY_GROUP))
    return combine(frames)


def persons(snapshot: Snapshot) -> pd.DataFrame:
    """Return the persons of table 4: label ``provision``, quantity ``supported_persons``."""
    return breakdown(snapshot, BY_GROUP, "supported_persons", "provision", total=True).tidy_rows()


def job_starters(snapshot: Snapshot) -> pd.DataFrame:
    """Return the people who started a job: tidy, labels ``year, group``, quantity ``level`` (persons).

    The total, with and without support are people who had bijstand; those without a benefit come on top.
    """
    frames = []
    for year in ("2024", "2023"):
        found = breakdown(snapshot, STARTS, "starters", "support", year, total=True)
        frames.append(tidy_rows({"level": found.numbers}, {"year": year, "group": found.classes}, STARTS))
    return combine(frames)


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


def wage_subsidy_counts(snapshot: Snapshot) -> pd.DataFrame:
    """Return wage subsidies in numbers: labels ``measured, provision``, quantity ``in_use`` in the unit of each row."""
    quantities = ("provisions", "supported_persons", "at_work", "combinations")
    found = (breakdown(snapshot, WAGE_SUBSIDY, name, "provision", total=True) for name in quantities)
    return combine(each.tidy_rows(measured=each.quantity).assign(quantity="in_use") for each in found)
