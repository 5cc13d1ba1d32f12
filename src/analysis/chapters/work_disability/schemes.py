"""People at work with a disability by scheme, sheltered work, and what each source counts of the same scheme.

All figures are those that published documents print. Persons, jobs, provisions and contracts are four units: a person
can hold two jobs or two provisions, so none is subtracted from another.
"""

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.measures.breakdown import breakdown, require_table
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

SCHEMES = "factsheet-2024-t5"
SHELTERED = "cedris-2024-sheltered_work"
COUNTS = ("factsheet-2024-counts", "cedris-2024-counts", "banenafspraak-2024-counts")
NEEDS = (SCHEMES, SHELTERED, *COUNTS)
YEARS = ("2024", "2023")
"""Years of which table 5 has the end and the end of the year before."""

_SHELTERED = "sheltered work (UWV)"


def at_work_by_scheme(snapshot: Snapshot, year: str) -> pd.DataFrame:
    """Return the people at work by scheme at the end of a year, and what changed since the end of the year before.

    Parameters
    ----------
    snapshot : Snapshot
    year : str
        ``2024`` or ``2023``.

    Returns
    -------
    DataFrame
        Tidy by ``scheme``, the total last: ``at_work_before``, ``at_work`` and ``change`` (persons), ``growth_pct``
        (percent of the level before) and ``contribution_pp`` (percentage points: the change over the total before,
        so that the schemes add up to the growth of the total).

    Raises
    ------
    CoverageError
        When the snapshot lacks the table, or the table one of the two ends of year.
    """
    now = breakdown(snapshot, SCHEMES, "at_work", "scheme", f"{year}-12", total=True)
    before = breakdown(snapshot, SCHEMES, "at_work", "scheme", f"{int(year) - 1}-12", total=True).of(*now.classes)
    change, total_before = now.numbers - before, before.take([now.classes.index(TOTAL)] * len(now.classes))
    columns = {"at_work_before": before, "at_work": now.numbers, "change": change}
    columns |= {
        "growth_pct": (change / before).percent(),
        "contribution_pp": (change / total_before).percent().counted_as("percentage points"),
    }
    return tidy_rows(columns, {"scheme": now.classes}, SCHEMES).assign(year=year)


def sheltered_work(snapshot: Snapshot) -> pd.DataFrame:
    """Return who was advised for sheltered work, who of them was at work, and who was waiting.

    Returns
    -------
    DataFrame
        Tidy by ``year`` (its end), in persons: ``advised`` (advice of UWV that is still valid), ``at_work``,
        ``waiting`` (advised less at work), ``printed_waiting`` (as the document says), ``waiting_gap`` (printed less
        worked out: not zero where the document contradicts itself) and ``at_work_share`` (percent of the advised).
        Of years before those of the sector information, only ``at_work``, from table 5 of the factsheet.
    """
    cells, by_scheme = require_table(snapshot, SHELTERED), require_table(snapshot, SCHEMES)
    named = ("advised", "at_work", "printed_waiting")
    advised, at_work, printed = (cells.look_up(name, cells.periods, scheme=_SHELTERED) for name in named)
    waiting = advised - at_work
    columns = {"advised": advised, "at_work": at_work, "waiting": waiting, "printed_waiting": printed}
    columns |= {"waiting_gap": printed - waiting, "at_work_share": (at_work / advised).percent()}
    earlier = by_scheme.periods[by_scheme.periods < cells.periods.min()]
    at_work_earlier = {"at_work": by_scheme.look_up("at_work", earlier, scheme=_SHELTERED)}
    parts = ((at_work_earlier, earlier, SCHEMES), (columns, cells.periods, SHELTERED))
    return combine(tidy_rows(part, {"year": months.year.astype(str)}, table) for part, months, table in parts)


def sources_compared(snapshot: Snapshot) -> pd.DataFrame:
    """Return what each source counts of the same scheme.

    Returns
    -------
    DataFrame
        Tidy by ``topic, count, unit, reason``: ``counted``, in the unit of its row. ``reason`` names what is counted,
        when and by whom. Rows of one topic differ by definition: they are never subtracted.
    """
    rows = combine(_counts(snapshot, table) for table in COUNTS)
    return combine(of_topic for _, of_topic in rows.groupby("topic", sort=False))


def _counts(snapshot: Snapshot, table: str) -> pd.DataFrame:
    cells = require_table(snapshot, table)
    quantities = {measure.code: measure.quantity for measure in cells.metadata.measures}
    frames = []
    for topic, code in cells.categories("topic").items():
        for measure in dict.fromkeys(cells.frame.loc[cells.frame["topic"] == code, "measure"]):
            found = breakdown(snapshot, table, quantities[measure], "count", topic=topic)
            reasons = [f"{topic}: {name}" for name in found.classes]
            frames.append(found.tidy_rows(topic=topic, reason=reasons).assign(quantity="counted"))
    return combine(frames)
