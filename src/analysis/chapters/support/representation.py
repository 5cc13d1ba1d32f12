"""Who has a provision and who receives bijstand: the shares of each group in both, and their ratio."""

import numpy as np
import pandas as pd

from analysis.chapters.support.provisions import PRINTED_MONTH
from analysis.classifications.selection import dimensions_of
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.breakdown import breakdown, require_table
from analysis.measures.caseload_groups import GroupState, group_state
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import UNDECIDED
from analysis.snapshots.store import Snapshot

BY_GROUP, SUPPORTED = NEEDS = ("factsheet-2024-t4", "factsheet-2024-supported")
OVER, UNDER = "over-represented", "under-represented"

# the groups that both have: classes of the supported (table 4), and groups of the recipients (those of the monitor)
GROUPS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "age": {
        "<27": (("15-27",), ("<27",)),
        "27–45": (("27-35", "35-45"), ("27–45",)),
        "45–AOW": (("45-55", "55-AOW"), ("45–AOW",)),
    },
    "origin": {
        "Netherlands": (("Netherlands",), ("Netherlands",)),
        "Europe": (("Europe",), ("Europe, born in NL", "Europe, born outside NL")),
        "outside Europe": (("outside Europe",), ("outside Europe, born in NL", "outside Europe, born outside NL")),
    },
    "sex": {"men": (("men",), ("men",)), "women": (("women",), ("women",))},
}


def representation(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return who is supported against who receives bijstand, for all provisions and for each kind of table 4.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, provision, outcome``. Quantities: ``supported_share`` (percent; denominator:
        persons with that kind of provision), ``recipient_share`` (percent; denominator: persons with bijstand) and
        ``representation``, the first over the second (ratio). Many of the supported receive no bijstand: the ratio
        compares two populations and is no chance of support. ``outcome`` says on which side of 1 the whole rounding
        interval lies, if on one.

    Raises
    ------
    CallError
        When ``group_by`` is unknown.
    CoverageError
        When table 4, or the caseload by group at the end of the same month, is not in the snapshot.
    """
    dimensions = dimensions_of(group_by, GROUPS)
    state = group_state(snapshot, until=PRINTED_MONTH)
    if state.period.end_time != PRINTED_MONTH.end_time:
        raise CoverageError(
            f"table {state.table} has the caseload by group at the end of {state.period}, table {BY_GROUP} the "
            f"supported of {PRINTED_MONTH}: expected one month. Choose a snapshot with both, such as 'published'."
        )
    kinds = list(require_table(snapshot, BY_GROUP).categories("provision"))
    return combine(_of_kind(snapshot, dimension, kind, state) for dimension in dimensions for kind in kinds)


def _of_kind(snapshot: Snapshot, dimension: str, kind: str, state: GroupState) -> pd.DataFrame:
    groups = GROUPS[dimension]
    shares = breakdown(snapshot, BY_GROUP, "supported_share", dimension, provision=kind)
    names = [group.name for group in state.groups]
    supported = stack([shares.of(*classes).sum() for classes, _ in groups.values()])
    recipients = stack([state.now.take(map(names.index, named)).sum() for _, named in groups.values()])
    everyone = state.now.take([len(names) - 1] * len(groups))
    ratio = _share_times(supported, everyone / recipients)
    outcome = np.select([ratio.lo > 1, ratio.hi < 1], [OVER, UNDER], UNDECIDED)
    labels = {"dimension": dimension, "group": list(groups), "provision": kind, "outcome": outcome}
    columns = {
        "supported_share": ((supported, "persons with this provision"), BY_GROUP),
        "recipient_share": (((recipients / everyone).percent(), "persons with bijstand"), state.table),
        "representation": ((ratio, "recipient_share"), f"{BY_GROUP}, {state.table}"),
    }
    return combine(tidy_rows({name: column}, labels, tables) for name, (column, tables) in columns.items())


def _share_times(share: Rounded, ratio: Rounded) -> Rounded:
    """Return a percentage times a ratio that has no cell in common with it.

    Both are positive, so the range of the product runs from the product of the low ends to that of the high ends.
    """
    ends = (getattr(share, end) * getattr(ratio, end) / 100 for end in ("value", "lo", "hi"))
    return Rounded.of_ranges(*ends, "ratio", share, ratio)


def coverage(snapshot: Snapshot) -> pd.DataFrame:
    """Return three shares that look alike: recipients with a provision, and two with another numerator.

    Returns
    -------
    DataFrame
        Tidy, label ``measured``. Quantity ``share`` (percent; denominator: persons with bijstand): recipients with a
        provision, as printed; the part of recipients among the running applied to all with a provision in the month;
        and all with a provision, recipients or not.
    """
    state = group_state(snapshot, until=PRINTED_MONTH)
    month = pd.PeriodIndex([PRINTED_MONTH])
    printed = require_table(snapshot, SUPPORTED).look_up("recipients_supported", month)
    recipients = breakdown(snapshot, SUPPORTED, "share_of_supported", "situation").of("recipient")
    supported = require_table(snapshot, BY_GROUP).look_up("supported_persons", month)
    everyone = (supported / state.now.take([len(state.groups) - 1])).percent()
    both = f"{BY_GROUP}, {state.table}"
    rows = {
        "recipients with a provision, as printed": (printed, SUPPORTED),
        "recipients with a provision in the month": (_share_times(recipients, everyone), f"{SUPPORTED}, {both}"),
        "supported persons, recipients or not": (everyone, both),
    }
    return combine(
        tidy_rows({"share": (column.counted_as("percent"), "persons with bijstand")}, {"measured": name}, tables)
        for name, (column, tables) in rows.items()
    )
