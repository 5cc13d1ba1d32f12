"""The AOW age, at which bijstand ends: its rises are the quarters in which almost nobody reaches it."""

import pandas as pd

from analysis.classifications.categories import read_list

AOW_AGE: dict[int, tuple[int, int]] = {
    int(year): (years, months) for year, (years, months) in read_list("aow_age")["ages"].items()
}
"""The AOW age from 1 January of a year, in years and months."""


def rise_in_months(quarter: pd.Period) -> int:
    """Return by how many months the AOW age rose at the start of a quarter: 0 except in some first quarters.

    After a rise of ``n`` months nobody reaches the AOW age for ``n`` months. Zero also before 2013 and after 2027,
    where the table of ages ends.
    """
    now, before = AOW_AGE.get(quarter.year), AOW_AGE.get(quarter.year - 1)
    if quarter.quarter != 1 or now is None or before is None:
        return 0
    return 12 * (now[0] - before[0]) + now[1] - before[1]
