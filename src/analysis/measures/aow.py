"""The AOW age, at which bijstand ends: its rises are the quarters in which almost nobody reaches it."""

from __future__ import annotations

import pandas as pd

# From 1 January of the year, in years and months. Source: the description of the age classes in CBS table 85615NED
# (v4, 8 July 2026).
AOW_AGE: dict[int, tuple[int, int]] = {
    2012: (65, 0),
    2013: (65, 1),
    2014: (65, 2),
    2015: (65, 3),
    2016: (65, 6),
    2017: (65, 9),
    2018: (66, 0),
    2019: (66, 4),
    2020: (66, 4),
    2021: (66, 4),
    2022: (66, 7),
    2023: (66, 10),
    2024: (67, 0),
    2025: (67, 0),
    2026: (67, 0),
    2027: (67, 0),
}


def rise_in_months(quarter: pd.Period) -> int:
    """Return by how many months the AOW age rose at the start of a quarter: 0 except in some first quarters.

    After a rise of ``n`` months nobody reaches the AOW age for ``n`` months. Zero also before 2013 and after 2027,
    where the table of ages ends.
    """
    now, before = AOW_AGE.get(quarter.year), AOW_AGE.get(quarter.year - 1)
    if quarter.quarter != 1 or now is None or before is None:
        return 0
    return 12 * (now[0] - before[0]) + now[1] - before[1]
