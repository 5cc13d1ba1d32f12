"""What goes with a value: the reason of its absence, and how final it is; and the third outcome of a check."""

from collections.abc import Iterable

IMPOSSIBLE = "impossible"
"""Blank at CBS: the figure cannot exist (of Dutch origin and born abroad)."""

UNKNOWN = "unknown"
"""A dot at CBS: unknown, unreliable or secret."""

NOT_IN_SNAPSHOT = "not_in_snapshot"
"""CBS may have it; this snapshot does not."""

NO_FIGURE = "no_figure"
"""CBS's table is here in full, by its own count of rows, and has none for this cell."""

UNDEFINED = "undefined"
"""A ratio to a printed zero."""

PRESENT = ""

REASONS = (NOT_IN_SNAPSHOT, UNKNOWN, NO_FIGURE, IMPOSSIBLE, UNDEFINED)
"""Where several cells of one sum are missing, the reason that a user can act on comes first."""

FINAL, REVISED_PROVISIONAL, PROVISIONAL = STATUSES = ("final", "revised_provisional", "provisional")
"""How final a figure is, the least final last; CBS prints nothing, ``**`` and ``*``. A sum is as final as its least
final cell."""


def least_final(statuses: Iterable[str]) -> str:
    """Return the status of what is made of figures with these: that of the least final; final where there are none."""
    return max(statuses, key=STATUSES.index, default=FINAL)


UNDECIDED = "cannot be decided"
"""The third outcome of any check, where the figures leave open whether it holds or fails."""
