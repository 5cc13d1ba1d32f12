"""``live``: the figures of CBS of this moment, kept as a vintage of today."""

import os
from datetime import datetime
from pathlib import Path

from analysis.snapshots.store import dated_snapshots
from analysis.statline.catalogue import catalogued
from analysis.statline.download import pull
from analysis.statline.progress import Progress
from analysis.statline.session import Session

BASE_URL_VARIABLE = "BIJSTAND_STATLINE"
"""Another scheme and host to ask instead of CBS; unset, CBS is asked."""


def todays(folder: Path, needs: list[str] | None = None) -> str:
    """Return the name of a vintage of today that holds the tables needed, pulled when there is none yet.

    Parameters
    ----------
    folder : Path
        The folder that holds the snapshots.
    needs : list of str, optional
        Tables that will be read; those that the catalogue does not know (stopped ones) are not asked for.

    Raises
    ------
    UnreachableError
        When CBS gave no whole answer; the message names what is at hand.
    """
    needed = [table for table in catalogued() if needs is None or table in needs]
    today = f"{datetime.now().astimezone():%Y-%m-%d}"
    kept = [each for each in dated_snapshots(folder) if each.name.startswith(today)]
    whole = [each for each in kept if all(table in each for table in needed)]
    if whole:
        return whole[-1].name
    tables = list(dict.fromkeys([*(table for each in kept for table in each.manifest.tables), *needed]))
    free = next(n for n in (today, *(f"{today}-{number}" for number in range(2, 1000))) if not (folder / n).exists())
    session = Session()
    with Progress(session) as progress:
        base_url = os.environ.get(BASE_URL_VARIABLE)
        final, _ = pull(folder, tables, free, base_url=base_url, session=session, progress=progress.update)
    return final.name
