"""The reasons why a cell can be without a value. A gap without a reason is no result."""

IMPOSSIBLE = "impossible"
"""Blank at CBS: the figure cannot exist (of Dutch origin and born abroad)."""

UNKNOWN = "unknown"
"""A dot at CBS: unknown, unreliable or secret."""

NOT_IN_SNAPSHOT = "not_in_snapshot"
"""CBS may have it; this snapshot does not."""

PRESENT = ""

REASONS = (NOT_IN_SNAPSHOT, UNKNOWN, IMPOSSIBLE)
"""Where several cells of one sum are missing, the reason that a user can act on is told first."""
