"""Who is supported: by group beside the recipients of bijstand, and as the factsheet prints it of all supported."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.support.provisions import PRINTED_MONTH
from analysis.classifications.categories import TOTAL
from analysis.errors import CallError, CoverageError, did_you_mean
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.breakdown import Breakdown, breakdown, require_table
from analysis.measures.caseload_groups import GroupState, group_state
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

BY_GROUP, SUPPORTED, KINDS = "factsheet-2024-t4", "factsheet-2024-supported", "factsheet-2024-kinds"
DURATION = "factsheet-2024-duration"
OVER, UNDER, OPEN = "over-represented", "under-represented", "cannot be decided"

# the classes that both have: of the supported (table 4) and of the recipients (the groups of the monitor)
CLASSES: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
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

# the columns of table 4, and what each is called in the report
_COLUMNS = {
    TOTAL: "share_total",
    "any wage subsidy": "share_wage_subsidy",
    "job coach": "share_job_coach",
    "sheltered work": "share_sheltered_work",
}


def by_group(snapshot: Snapshot, group_by: str = "all") -> pd.DataFrame:
    """Return who is supported against who receives bijstand, for all provisions and for each kind of table 4.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, provision, outcome``. Quantities: ``supported_share`` (percent; denominator:
        persons with that kind of provision), ``recipient_share`` (percent; denominator: persons with bijstand) and
        ``representation``, the first over the second (ratio). 36 percent of the supported receive no bijstand: the
        ratio compares two populations and is no chance of support. ``outcome`` says on which side of 1 the whole
        rounding interval lies, if on one.

    Raises
    ------
    CallError
        When ``group_by`` is unknown.
    CoverageError
        When table 4, or the caseload by group at the end of the same month, is not in the snapshot.
    """
    if group_by not in ("all", *CLASSES):
        raise CallError(f"group_by {group_by!r} is unknown; {did_you_mean(str(group_by), ('all', *CLASSES))}.")
    state = group_state(snapshot, until=PRINTED_MONTH)
    if state.period.end_time != PRINTED_MONTH.end_time:
        raise CoverageError(
            f"table {state.table} has the caseload by group at the end of {state.period}, table {BY_GROUP} the "
            f"supported of {PRINTED_MONTH}: expected one month. Choose a snapshot with both, such as 'published'."
        )
    kinds = list(require_table(snapshot, BY_GROUP).categories("provision"))
    dimensions = CLASSES if group_by == "all" else {group_by: CLASSES[group_by]}
    return combine(_of_kind(snapshot, dimension, kind, state) for dimension in dimensions for kind in kinds)


def as_printed(snapshot: Snapshot) -> pd.DataFrame:
    """Return table 4 of the factsheet as it is printed.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group``. Quantities: ``share_total``, ``share_wage_subsidy``, ``share_job_coach`` and
        ``share_sheltered_work`` (percent; denominator: persons with that kind of provision).
    """
    frames = []
    for kind, quantity in _COLUMNS.items():
        for dimension in CLASSES:
            found = breakdown(snapshot, BY_GROUP, "supported_share", dimension, provision=kind)
            labels = {"dimension": [dimension] * len(found.classes), "group": found.classes}
            frames.append(tidy_rows(found.numbers, quantity, labels, "persons with this provision", BY_GROUP))
    return combine(frames)


def persons(snapshot: Snapshot) -> pd.DataFrame:
    """Return the persons of table 4: label ``provision``, quantity ``supported_persons``."""
    return breakdown(snapshot, BY_GROUP, "supported_persons", "provision", total=True).tidy_rows()


def _of_kind(snapshot: Snapshot, dimension: str, kind: str, state: GroupState) -> pd.DataFrame:
    classes = CLASSES[dimension]
    shares = breakdown(snapshot, BY_GROUP, "supported_share", dimension, provision=kind)
    names = [group.name for group in state.groups]
    supported = stack([_sum(shares.of(*members)) for members, _ in classes.values()])
    recipients = stack([_sum(state.now.take(names.index(name) for name in named)) for _, named in classes.values()])
    total = state.now.take([len(names) - 1] * len(classes))
    ratio = _representation(supported, total / recipients)
    outcome = [OVER if lo > 1 else UNDER if hi < 1 else OPEN for lo, hi in zip(ratio.lo, ratio.hi, strict=True)]
    labels = {
        "dimension": [dimension] * len(classes),
        "group": list(classes),
        "provision": [kind] * len(classes),
        "outcome": outcome,
    }
    columns = {
        "supported_share": (supported, "persons with this provision", BY_GROUP),
        "recipient_share": ((recipients / total).percent(), "persons with bijstand", state.table),
        "representation": (ratio, "recipient_share", f"{BY_GROUP}, {state.table}"),
    }
    return combine(tidy_rows(column, name, labels, below, tables) for name, (column, below, tables) in columns.items())


def _sum(members: Rounded) -> Rounded:
    return members.sum_by([0] * len(members), 1)


def _representation(supported: Rounded, all_over_group: Rounded) -> Rounded:
    """Return share among supported over share among recipients: a product of two that have no cell in common.

    Both are positive, so the range of the product is that of the products of their ends.
    """
    return stack(
        [
            Rounded.between(
                supported.value[n] * all_over_group.value[n] / 100,
                supported.lo[n] * all_over_group.lo[n] / 100,
                supported.hi[n] * all_over_group.hi[n] / 100,
                "ratio",
                supported.take([n]),
                all_over_group.take([n]),
            )
            for n in range(len(supported))
        ]
    )


def counts(snapshot: Snapshot) -> pd.DataFrame:
    """Return how many provisions the supported have, what for, and from where.

    Returns
    -------
    DataFrame
        Tidy, labels ``part, group``. Quantity ``share`` (percent; denominator: persons with a provision, of the age
        named in the part; for the last two parts recipients of bijstand, with a provision and all).
    """
    of_all, young, old = "share_of_supported", {"age": "<27"}, {"age": "55-AOW"}
    parts = {
        "number of provisions": breakdown(snapshot, SUPPORTED, of_all, "number"),
        "aim": breakdown(snapshot, SUPPORTED, of_all, "aim"),
        "aim, under 27": breakdown(snapshot, SUPPORTED, of_all, "aim", **young),
        "aim, 55 to AOW age": breakdown(snapshot, SUPPORTED, of_all, "aim", **old),
        "receives bijstand": breakdown(snapshot, SUPPORTED, of_all, "situation"),
        "time on bijstand, supported": breakdown(snapshot, SUPPORTED, "share_of_supported_recipients", "duration"),
        "time on bijstand, all recipients": breakdown(snapshot, DURATION, "stock_share", "duration"),
    }
    return combine(shares(part, found) for part, found in parts.items())


def kinds(snapshot: Snapshot) -> pd.DataFrame:
    """Return the share of men, women and two origins among the persons with a kind of provision, as printed.

    Returns
    -------
    DataFrame
        Tidy, labels ``part, group`` (the group, and the kind of provision). Quantity ``share`` (percent; denominator:
        persons with that kind of provision).
    """
    groups = (("sex", "men"), ("sex", "women"), ("origin", "Netherlands"), ("origin", "outside Europe"))
    quantity, kind = "supported_share", "provision"
    return combine(
        shares(group, breakdown(snapshot, KINDS, quantity, kind, total=True, **{dimension: group}))
        for dimension, group in groups
    )


def coverage(snapshot: Snapshot) -> pd.DataFrame:
    """Return three numbers that look alike and are not: recipients with a provision, and two with another numerator.

    Returns
    -------
    DataFrame
        Tidy, label ``measured``. Quantity ``share`` (percent; denominator: persons with bijstand): recipients with a
        provision, as printed; the part of recipients among the running applied to all with a provision in the month;
        and all with a provision, recipients or not.
    """
    state = group_state(snapshot, until=PRINTED_MONTH)
    recipients = state.now.take([len(state.groups) - 1])
    month = pd.PeriodIndex([PRINTED_MONTH])
    persons = require_table(snapshot, BY_GROUP).look_up("supported_persons", month)
    printed = require_table(snapshot, SUPPORTED).look_up("recipients_supported", month)
    part = breakdown(snapshot, SUPPORTED, "share_of_supported", "situation").of("recipient")
    everyone = (persons / recipients).percent()
    rows = {
        "recipients with a provision, as printed": (printed, SUPPORTED),
        "recipients with a provision in the month": (
            _representation(part, everyone),
            f"{SUPPORTED}, {BY_GROUP}, {state.table}",
        ),
        "supported persons, recipients or not": (everyone, f"{BY_GROUP}, {state.table}"),
    }
    return combine(
        tidy_rows(column.counted_as("percent"), "share", {"measured": [name]}, "persons with bijstand", tables)
        for name, (column, tables) in rows.items()
    )


def shares(part: str, found: Breakdown) -> pd.DataFrame:
    """Return a breakdown as the shares of one part: labels ``part, group``, quantity ``share``."""
    labels = {"part": [part] * len(found.classes), "group": found.classes}
    return tidy_rows(found.numbers, "share", labels, tables=found.table)
