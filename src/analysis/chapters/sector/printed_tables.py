"""Work-development companies (Sectorinformatie 2024 of Cedris): tables of the document, as it prints them.

Figures of the companies come from a survey among the members of Cedris; those of the whole country are counts of CBS,
UWV and Panteia. The means of the lowest and of the highest tenth of the companies show how companies differ; they are
no uncertainty of the mean.
"""

from __future__ import annotations

import pandas as pd

from analysis.errors import CoverageError
from analysis.measures.breakdown import breakdown, require_table
from analysis.measures.tidy_frame import combine
from analysis.snapshots.store import Snapshot

TABLE = "cedris-2024-{}"


def _mean_and_tenths(quantity: str) -> tuple[str, ...]:
    return quantity, f"{quantity}_lowest", f"{quantity}_highest"


AS_PRINTED: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "companies_by_type": ("f4", ("company_type",), ("companies_share", "companies_share_before", "companies")),
    "companies_movement": ("movement", ("movement",), ("companies", "movement_share")),
    "work_ladder": ("f5", ("scheme", "activity"), ("rung_share", "rung_share_elsewhere", "rung_share_before")),
    "contracts_nationwide": ("f1", ("scheme",), ("contracts", "contracts_per_100k")),
    "trajectories": ("f6", ("trajectory",), ("trajectories", "trajectory_share")),
    "trajectories_by_group": ("f7", ("target_group",), ("target_share",)),
    "age_by_scheme": ("f10", ("scheme",), _mean_and_tenths("age")),
    "sickness_by_scheme": ("f11", ("scheme",), (*_mean_and_tenths("sickness"), "sickness_elsewhere")),
    "contract_by_scheme": (
        "f13",
        ("scheme",),
        (*_mean_and_tenths("contract_fte"), "contract_hours", "contract_hours_elsewhere", "full_week"),
    ),
    "wage_scales": ("f14-16", ("scheme", "scale"), ("scale_share",)),
    "wage_value_by_scheme": ("f18", ("scheme",), _mean_and_tenths("wage_value")),
    "contributions_per_fte": ("f23", ("scheme",), ("municipal_contribution", "state_contribution")),
}
"""Report tables that show a table of the document as it is: its name, its dimensions, its quantities."""
NEEDS = tuple(TABLE.format(file) for file, *_ in AS_PRINTED.values())


def as_printed(snapshot: Snapshot, name: str) -> pd.DataFrame:
    """Return the figures of a report table of `AS_PRINTED`.

    Returns
    -------
    DataFrame
        Tidy, labelled by the table's dimensions. Shares are percent of: companies that answered (``companies_share``)
        or answered twice (``movement_share``), persons in the scheme (``rung_share``), trajectories
        (``trajectory_share``, ``target_share``), working time (``sickness``), the minimum wage (``wage_value``), what
        the document does not say (``scale_share``). What ends in ``elsewhere`` is the same mean where the document
        prints it again. What the document does not print has no row.

    Raises
    ------
    CoverageError
        When the snapshot lacks the table.
    """
    file, dimensions, quantities = AS_PRINTED[name]
    table = TABLE.format(file)
    if len(dimensions) == 1:
        return combine(breakdown(snapshot, table, each, dimensions[0], total=True).tidy_rows() for each in quantities)
    outer, inner = dimensions
    classes = require_table(snapshot, table).categories(outer)
    return combine(_within(snapshot, table, each, inner, {outer: name}) for each in quantities for name in classes)


def _within(snapshot: Snapshot, table: str, quantity: str, dimension: str, at: dict[str, str]) -> pd.DataFrame:
    """Return a quantity by one dimension within a class of another; no rows where the document prints none."""
    try:
        found = breakdown(snapshot, table, quantity, dimension, **at)
    except CoverageError:
        return pd.DataFrame()
    return found.tidy_rows(**at)
