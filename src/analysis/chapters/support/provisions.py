"""Provisions of municipalities by kind: how many, and which kinds the growth came from.

A provision is *in use* in a month when it ran at the end of the month or ended in it: so count the totals of 85588NED
and table 3 of the factsheet. What ran at one moment is less, and is not in these figures.
"""

import math

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.cleaning.cells import read_cells
from analysis.errors import CallError
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.tidy_frame import tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

PROVISIONS = "85588NED"
PRINTED = "factsheet-2024-t3"
READS, NEEDS = (PROVISIONS,), (PRINTED,)
PRINTED_MONTH = pd.Period("2024-12", "M")
"""The month of the printed levels; the printed growth is since a year before."""

# the headings of the factsheet's table 3, and the kinds of provision under each
HEADINGS: dict[str, tuple[str, ...]] = {
    "financial compensation": ("wage subsidy", "flat-rate wage subsidy", "temporary wage subsidy"),
    "workplaces": ("WIW/ID job", "sheltered work", "participation place", "trial placement", "other workplaces"),
    "support at work": ("job coach", "workplace adaptation"),
    "towards work or participation": ("coaching", "training", "voluntary work", "other social activation"),
    "facilities": ("transport", "other facilities"),
    "otherwise": ("outsourced or unknown",),
    TOTAL: (TOTAL,),
}
UNITS = {"provisions": "provisions", "change": "provisions", "growth_pct": "percent", "supported_persons": "persons"}
_NOISE = 1e-9  # a float such as 630.0 may miss its integer by a few units in the last place


def provisions_by_type(snapshot: Snapshot, first: pd.Period, last: pd.Period) -> pd.DataFrame:
    """Return the provisions in use by kind in ``last``, and what changed since ``first``.

    Both levels are of 85588NED where it has them. Elsewhere the level is that of table 3 of the factsheet, and the
    level a year before is that less the change which the text prints, or bounded by the printed growth
    (`level_before_growth`).

    Returns
    -------
    DataFrame
        Tidy, labels ``heading, provision``. Quantities: ``provisions`` and ``provisions_before``, ``change``
        (provisions), ``growth_printed`` (percent, as table 3 prints it), ``growth_pct`` (percent; denominator: the
        level before) and ``contribution_pp`` (percentage points; denominator: all provisions before). Contributions add
        up, but for rounding, to the growth of the total.

    Raises
    ------
    CallError
        When ``first`` does not lie before ``last``.
    """
    if first >= last:
        raise CallError(f"first {first} does not lie before last {last}: expected first before last.")
    kinds = [(heading, kind) for heading, members in HEADINGS.items() for kind in members]
    *levels, tables = zip(*(_levels(snapshot, kind, first, last) for _, kind in kinds), strict=True)
    now, before, growth = map(stack, levels)
    change = now - before
    total_before = before.take([len(kinds) - 1] * len(kinds))
    labels = {"heading": [heading for heading, _ in kinds], "provision": [kind for _, kind in kinds]}
    columns = {
        "provisions": now,
        "provisions_before": before,
        "change": change,
        "growth_printed": (growth, "provisions_before"),
        "growth_pct": ((now / before - 1).percent(), "provisions_before"),
        "contribution_pp": (
            (change / total_before).percent().counted_as("percentage points"),
            "provisions_before of the total",
        ),
    }
    return tidy_rows(columns, labels, list(tables))


def read_level(snapshot: Snapshot, table: str, quantity: str, kind: str, month: pd.Period) -> Rounded:
    """Return one figure of a kind of provision, missing where table, kind or month is not in the snapshot."""
    if table in snapshot:
        cells = read_cells(snapshot, table, "month")
        measured = {measure.quantity for measure in cells.metadata.measures}
        if quantity in measured and cells.has(provision=kind):
            return cells.look_up(quantity, pd.PeriodIndex([month]), provision=kind)
    return Rounded.absent(1, UNITS[quantity])


def level_before_growth(now: Rounded, growth: Rounded) -> Rounded:
    """Return the level that a printed level and its printed growth leave open for a year before.

    The growth is taken to be that of figures in tens, so that the figure before was a multiple of ten: those between
    level / (1 + growth / 100) at both ends of the printed growth, and 5 to either side for its own rounding. Where no
    multiple of ten lies between them, the ends themselves stand in for it.
    """
    ends = sorted(100 * now.value[0] / (100 + end) for end in (growth.lo[0], growth.hi[0]))
    tens = 10 * math.ceil(ends[0] / 10 - _NOISE), 10 * math.floor(ends[1] / 10 + _NOISE)
    lo, hi = tens if tens[0] <= tens[1] else ends
    return Rounded.of_ranges((lo + hi) / 2, max(lo - 5, 0), hi + 5, now.unit, now, growth)


def level_before_change(now: Rounded, change: Rounded) -> Rounded:
    """Return the level before as the printed level less the printed change, a figure in tens as these two."""
    value = now.value[0] - change.value[0]
    return Rounded.of_ranges(value, max(value - 5, 0), value + 5, now.unit, now, change)


def _levels(snapshot: Snapshot, kind: str, first: pd.Period, last: pd.Period) -> tuple[Rounded, Rounded, Rounded, str]:
    """Return level, level before and printed growth of a kind, and the tables that they are from."""
    now, before = (read_level(snapshot, PROVISIONS, "provisions", kind, month) for month in (last, first))
    used = [PROVISIONS] if PRESENT in (now.missing[0], before.missing[0]) else []
    printed = absent = Rounded.absent(1, "provisions")
    of_year = last == PRINTED_MONTH and first == last - 12  # the months of the printed growth
    growth = read_level(snapshot, PRINTED, "growth_pct", kind, last) if of_year else Rounded.absent(1, "percent")
    if now.missing[0] != PRESENT and last == PRINTED_MONTH:
        now = printed = read_level(snapshot, PRINTED, "provisions", kind, last)
        if not of_year:  # the document and the table are of different states, and nothing printed ties the two
            before, used = absent, []
        elif now.missing[0] == PRESENT == growth.missing[0]:
            change = read_level(snapshot, PRINTED, "change", kind, last)
            by_change = change.missing[0] == PRESENT
            implied = level_before_change(now, change) if by_change else level_before_growth(now, growth)
            # a figure that the printed growth excludes is of another state of the table: it says nothing of this change
            if before.missing[0] != PRESENT or before.hi[0] < implied.lo[0] or before.lo[0] > implied.hi[0]:
                before, used = implied, []
    used += [PRINTED] if PRESENT in (growth.missing[0], printed.missing[0]) else []
    return now, before, growth, ", ".join(used)
