"""Long-term shares in the stock, and among the spells that ended.

The stock over-represents long spells: a person who stays long is counted at many moments, one who leaves soon at few.
A share of the stock is therefore never given without its counterpart among ended spells, where that exists.
"""

from contextlib import suppress

import numpy as np
import pandas as pd

from analysis.classifications.durations import duration_band
from analysis.classifications.groups import LONG_TERM, TOTAL_GROUP, Group
from analysis.classifications.selection import chosen_groups
from analysis.cleaning.cells import Cells, classes_of, read_cells
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.measures.sources import (
    DURATION_SHARES,
    ENDED_SPELLS,
    STOCK_SOURCES,
    STOCK_TABLES,
    choose,
    in_persons,
    quarterly_stocks,
    stock_at,
)
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = (*ENDED_SPELLS, *STOCK_TABLES)
OVER_5 = duration_band(60)
SHARES = {"over_2y": duration_band(24), "from_2_to_5y": duration_band(24, 60), "over_5y": OVER_5}
STOCK, ENDED = "stock", "ended spells"


def longterm_shares(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return the long-term shares of each group, in the stock and among the spells that ended.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, source`` (``stock`` or ``ended spells``) and ``period``. Quantities, in
        percent of the same group in the same source: ``over_2y``, ``from_2_to_5y``, ``over_5y``. A group of which the
        snapshot has nothing at all is left out; otherwise what it lacks is missing with its reason.
    """
    quarter = last_long_term_quarter(snapshot)
    frames = []
    for group in [TOTAL_GROUP, *chosen_groups(group_by, LONG_TERM)]:
        both = combine([_shares_of_stock(snapshot, group, quarter), _shares_of_ended(snapshot, group)])
        if (both["missing"] == PRESENT).any():
            frames.append(both)
    return combine(frames)


def _shares_of_stock(snapshot: Snapshot, group: Group, quarter: pd.Period) -> pd.DataFrame:
    """Return the shares of the stock: from counts where the snapshot has them, else as a document printed them."""
    at = pd.PeriodIndex([quarter], freq=FREQUENCY["quarter"])
    month, frames = at.asfreq(FREQUENCY["month"], how="end"), []
    for quantity, band in SHARES.items():
        (within, *named), (whole, *other) = stock_at(snapshot, at, group, band), stock_at(snapshot, at, group)
        share, table = (within / whole).percent(), join_tables(named + other)
        if share.missing[0] != PRESENT and DURATION_SHARES in snapshot:
            with suppress(CoverageError):  # the document does not have every group
                cells = read_cells(snapshot, DURATION_SHARES, "month")
                share, table = group_column(cells, "stock_share", group, month, band), DURATION_SHARES
        frames.append(tidy_rows({quantity: (share, "stock of the group")}, _labels(group, STOCK, quarter), table))
    return combine(frames)


def _shares_of_ended(snapshot: Snapshot, group: Group) -> pd.DataFrame:
    cells, years = ended_spells(snapshot)
    if not any(all(cells.has(**classes) for _, classes in definition) for definition in group.definitions):
        return pd.DataFrame({"missing": []})
    whole = group_column(cells, "ended_spells", group, years)
    parts = {quantity: group_column(cells, "ended_spells", group, years, band) for quantity, band in SHARES.items()}
    shares = {name: ((part / whole).percent(), "ended spells of the group") for name, part in parts.items()}
    return tidy_rows(shares, _labels(group, ENDED, years[0]), cells.table)


def _labels(group: Group, counted: str, period: pd.Period) -> dict[str, str]:
    return {"dimension": group.dimension, "group": group.name, "source": counted, "period": str(period)}


def ended_spells(snapshot: Snapshot) -> tuple[Cells, pd.PeriodIndex]:
    """Return the table of ended spells and its last year."""
    cells = read_cells(snapshot, choose(snapshot, ENDED_SPELLS, "ended spells by duration"), "year")
    return cells, cells.periods[-1:]


def last_long_term_quarter(snapshot: Snapshot) -> pd.Period:
    """Return the last quarter at whose end the number of persons with more than five years of bijstand is known.

    Raises
    ------
    CoverageError
        When no table of the snapshot has it.
    """
    known = []
    for table, grain in STOCK_SOURCES:
        if table in snapshot and "5y+" in classes_of(snapshot.metadata(table)).get("duration", ()):
            cells = read_cells(snapshot, table, grain)
            present = group_column(cells, "stock", OVER_5, cells.periods).missing == PRESENT
            known += [period.asfreq(FREQUENCY["quarter"]) for period in cells.periods[present]]
    if not known:
        raise CoverageError(
            f"snapshot {snapshot.name!r} does not have the number of persons with bijstand for more than five years."
        )
    return max(known)


def starters(snapshot: Snapshot, quarters: pd.PeriodIndex | None = None) -> pd.DataFrame:
    """Return the persons in the stock whose benefit began less than half a year ago, quarter by quarter.

    Parameters
    ----------
    snapshot : Snapshot
    quarters : PeriodIndex, optional
        The quarters to keep; by default all.

    Returns
    -------
    DataFrame
        Tidy, labels ``quarter, table``. Quantities: ``starters`` (persons, 0 to 6 months) and ``starters_share``
        (percent; denominator: the stock). Each table has its own rows; none is continued by another.
    """
    frames = []
    for cells in quarterly_stocks(snapshot):
        if not cells.has(duration="0-6m"):
            continue
        periods = cells.periods if quarters is None else cells.periods[cells.periods.isin(quarters)]
        within = in_persons(cells.look_up("stock", periods, duration="0-6m"))
        share = (within / cells.look_up("stock", periods)).percent()
        known = np.flatnonzero(within.missing == PRESENT)
        columns = {"starters": within.take(known), "starters_share": (share.take(known), "stock")}
        labels = {"quarter": periods[known].astype(str), "table": cells.table}
        frames.append(tidy_rows(columns, labels, cells.table))
    if not frames or combine(frames).empty:
        raise CoverageError(
            f"snapshot {snapshot.name!r} does not have the number of persons with bijstand for less than half a year."
        )
    return combine(frames).sort_values(["quantity", "quarter", "table"], kind="stable", ignore_index=True)
