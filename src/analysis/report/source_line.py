"""The line below a table or figure that names its source: CBS, the tables, and the state of each."""

import pandas as pd

from analysis.language.translator import Translator
from analysis.missing import FINAL
from analysis.snapshots.store import Snapshot


def source_line(snapshot: Snapshot, translator: Translator, *frames: pd.DataFrame) -> str:
    """Return the line that names the source of frames, their tables and the state of those.

    Parameters
    ----------
    snapshot : Snapshot
        What the figures come from.
    translator : Translator
        To the language of the report.
    *frames : DataFrame
        Tidy; their column ``tables`` names tables of the snapshot. Without any table there is no line.
    """
    named = [names for frame in frames if "tables" in frame for names in frame["tables"].unique()]
    tables = sorted({table for names in named for table in names.split(", ") if table})
    if not tables:
        return ""
    entries = [snapshot.entry(table) for table in tables]
    provisional = any("status" in frame and frame["status"].ne(FINAL).any() for frame in frames)
    unmarked = ", ".join(table for table in tables if not snapshot.metadata(table).marked)
    return translator.word(
        "page",
        "source_line",
        attribution="; ".join(dict.fromkeys(translator.value(entry.attribution) for entry in entries)),
        tables=", ".join(translator.value(table) for table in tables),
        provisional=translator.word("page", "partly_provisional") if provisional else "",
        unmarked=translator.word("page", "unmarked", tables=unmarked) if unmarked else "",
        state="; ".join(dict.fromkeys(state for table in tables for state in _states(snapshot, translator, table))),
    )


def _states(snapshot: Snapshot, translator: Translator, table: str) -> tuple[str, ...]:
    """Return CBS's date of change of a table, else the states that its pages name, else when it was retrieved."""
    entry = snapshot.entry(table)
    states = (entry.modified,) if entry.modified else snapshot.metadata(table).as_of
    named = [("as_of", state) for state in states] or [("retrieved", entry.retrieved)]
    return tuple(translator.word("page", key, date=date) for key, date in named)
