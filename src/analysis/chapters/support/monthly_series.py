"""The statistic on re-integration by municipalities in time: series on both sides of a break, never joined.

From January 2023 CBS asks municipalities in another way and for another list of provisions. The tables to December 2022
(84511NED) and from January 2023 (85588NED, 85589NED) are not comparable, so a change across is refused unless it is
asked for explicitly. All count what is *in use* in a month: what ran at its end and what ended in it.
"""

import pandas as pd

from analysis.chapters.support.provisions import PRINTED, PRINTED_MONTH, PROVISIONS, UNITS, read_level
from analysis.classifications.categories import TOTAL
from analysis.cleaning.cells import read_cells
from analysis.cleaning.periods import period_grain
from analysis.errors import CallError, CoverageError, name_some
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.measures.windows import parse_bound
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

BREAK = pd.Period("2023-01", "M")
"""The first month that is counted in the new way."""

PERSONS_BEFORE, PERSONS = "84511NED", "85589NED"
PERSONS_PRINTED, CHANGE_PRINTED = "factsheet-2024-t4", "factsheet-2024-supported"
READS, NEEDS = (PERSONS_BEFORE, PERSONS), (PERSONS_PRINTED, CHANGE_PRINTED)
ACROSS = "across the break"
_SERIES = ((PERSONS_BEFORE, "supported_persons"), (PERSONS, "supported_persons"), (PROVISIONS, "provisions"))
_KINDS = (TOTAL, "wage subsidy")  # all, and the one kind that the tables on both sides have


def monthly_series(snapshot: Snapshot) -> pd.DataFrame:
    """Return each series that the snapshot holds, by table and kind of provision.

    Returns
    -------
    DataFrame
        Tidy, labels ``table, provision, period`` and ``date`` (last day of the month). Quantity ``in_use``, in persons
        or in provisions: ``unit`` tells them apart.
    """
    found = combine(_one_series(snapshot, table, quantity, kind) for kind in _KINDS for table, quantity in _SERIES)
    return found[found["missing"] == PRESENT].reset_index(drop=True)


def _one_series(snapshot: Snapshot, table: str, quantity: str, kind: str) -> pd.DataFrame:
    months, column = pd.PeriodIndex([], freq="M"), Rounded.absent(0, UNITS[quantity])
    if table in snapshot and read_cells(snapshot, table, "month").has(provision=kind):
        cells = read_cells(snapshot, table, "month")
        months, column = cells.periods, cells.look_up(quantity, cells.periods, provision=kind)
    dates = months.to_timestamp(how="end").normalize()
    labels = {"table": table, "provision": kind, "period": months.astype(str), "date": dates}
    return tidy_rows({"in_use": column}, labels, table)


def months_to_compare(
    snapshot: Snapshot, first: str = "", last: str = "", across_break: bool = False
) -> tuple[pd.Period, pd.Period]:
    """Return the two months that are to be compared.

    An empty ``last`` is the last month with figures, an empty ``first`` a year before, or the first month after that
    on the same side of the break.

    Raises
    ------
    CallError
        When one is no month or lies outside the data, when they are in the wrong order, or when the break of January
        2023 lies between them and ``across_break`` is not set.
    CoverageError
        When the snapshot has no figures on support at all.
    """
    known = _months_with_figures(snapshot)
    end = _month("last", last, known) if last else known[-1]
    same_side = [month for month in known if month >= end - 12 and (month < BREAK) == (end < BREAK)]
    start = _month("first", first, known) if first else same_side[0]
    if not first and start == end:
        raise CallError(f"last {end}: expected a month to compare it with on its side of {BREAK}; give first.")
    if start >= end:
        raise CallError(f"first {start} does not lie before last {end}: expected first before last.")
    if start < BREAK <= end and not across_break:
        raise CallError(
            f"first {start} and last {end} lie on both sides of the break of {BREAK}: {PERSONS_BEFORE} counts to "
            f"{BREAK - 1}, {PERSONS} and {PROVISIONS} from {BREAK} on, in another way of asking and with another list "
            "of provisions, so a change across it may be no change. Choose two months on one side of it, or set "
            "across_break=True to have it marked as one across the break."
        )
    return start, end


def persons_compared(snapshot: Snapshot, first: pd.Period, last: pd.Period) -> pd.DataFrame:
    """Return the persons with a provision in two months, all and with a wage subsidy, and the change between them.

    Returns
    -------
    DataFrame
        Tidy, labels ``provision, first_period, last_period, break`` (whether the break lies between the months).
        Quantities: ``persons_before``, ``level`` and ``change`` (persons), ``growth_pct`` (percent; denominator:
        ``persons_before``). What the factsheet prints of all persons stands in where 85589NED is not in the snapshot.
    """
    pairs = [(_persons(snapshot, kind, last), _persons(snapshot, kind, first)) for kind in _KINDS]
    now, before = (stack([pair[month][0] for pair in pairs]) for month in (0, 1))
    side = ACROSS if first < BREAK <= last else "on one side of it"
    labels = {"provision": _KINDS, "first_period": str(first), "last_period": str(last), "break": side}
    tables = [join_tables(name for _, name in pair) for pair in pairs]
    growth = ((now / before - 1).percent(), "persons_before")
    columns = {"persons_before": before, "level": now, "change": now - before, "growth_pct": growth}
    return tidy_rows(columns, labels, tables)


def _persons(snapshot: Snapshot, kind: str, month: pd.Period) -> tuple[Rounded, str]:
    """Return the persons with a kind of provision in a month, of the table of that side of the break, and its name."""
    table = PERSONS_BEFORE if month < BREAK else PERSONS
    found = read_level(snapshot, table, "supported_persons", kind, month)
    if found.missing[0] == PRESENT or kind != TOTAL:
        return found, table if found.missing[0] == PRESENT else ""
    printed = read_level(snapshot, PERSONS_PRINTED, "supported_persons", TOTAL, PRINTED_MONTH)
    if month == PRINTED_MONTH:
        return printed, PERSONS_PRINTED if PERSONS_PRINTED in snapshot else ""
    if month == PRINTED_MONTH - 12 and CHANGE_PRINTED in snapshot:
        change = read_cells(snapshot, CHANGE_PRINTED, "month").look_up("change", pd.PeriodIndex([PRINTED_MONTH]))
        return printed - change, f"{PERSONS_PRINTED}, {CHANGE_PRINTED}"
    return found, ""


def _months_with_figures(snapshot: Snapshot) -> pd.PeriodIndex:
    """Return the months of which the snapshot, or a document in it, has figures."""
    found = [read_cells(snapshot, table, "month").periods for table, _ in _SERIES if table in snapshot]
    if PRINTED in snapshot or PERSONS_PRINTED in snapshot:
        found.append(pd.PeriodIndex([PRINTED_MONTH - 12, PRINTED_MONTH]))
    if not found:
        lacking = f"no figures on support to work ({', '.join(table for table, _ in _SERIES)})"
        raise CoverageError(f"snapshot {snapshot.name!r} has {lacking}. Pull them, or use 'published'.")
    return pd.PeriodIndex(sorted({month for months in found for month in months}), freq="M")


def _month(name: str, text: str, known: pd.PeriodIndex) -> pd.Period:
    month = parse_bound(name, text)
    if period_grain(month) != "month":
        raise CallError(f"{name} {text!r}: expected a month such as {known[-1]}, found a {period_grain(month)}.")
    if month not in known:
        near = name_some([each for each in known if abs((each - month).n) <= 12] or [known[0], known[-1]])
        raise CallError(f"{name} {month}: expected a month with figures on support, such as {near}; found none of it.")
    return month
