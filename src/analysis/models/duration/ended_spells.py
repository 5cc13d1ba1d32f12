"""What the spells that ended would say of the duration of stay, if nothing ever changed.

Had inflow and exit rates been constant for as long as the longest spell, the completed lengths of the spells that end
in a year would be those of the spells that begin in one, and the share that lasted at least ``d`` would be survival to
``d``. They are not constant, and people who reach the AOW age are not among the ended spells; the curve describes those
who left in the year, and is survival only under that assumption (Salant 1977, Quarterly Journal of Economics).
"""

import numpy as np
import pandas as pd

from analysis.classifications.durations import CLASS_ENDS, duration_band
from analysis.classifications.groups import LONG_TERM, TOTAL_GROUP
from analysis.cleaning.groups import group_column
from analysis.measures.duration import ended_spells
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot


def survival_of_ended(snapshot: Snapshot) -> pd.DataFrame:
    """Return the share of ended spells that lasted at least so many months, in all and by country of birth.

    Returns
    -------
    DataFrame
        Tidy, labels ``group, months, year``; quantity ``lasted_longer`` (ratio; denominator: ended spells of the group)
        at every end of a duration class. An end beyond what the snapshot knows of a group is left out.
    """
    cells, years = ended_spells(snapshot)
    frames = []
    for group in (TOTAL_GROUP, *LONG_TERM["birth"]):
        whole = group_column(cells, "ended_spells", group, years)
        for months in (0, *CLASS_ENDS.values()):
            lasted = group_column(cells, "ended_spells", group, years, duration_band(months))
            labels = {"group": group.name, "months": months, "year": str(years[0])}
            frames.append(
                tidy_rows({"lasted_longer": (lasted / whole, "ended spells of the group")}, labels, cells.table)
            )
    found = combine(frames)
    return found[found["missing"] == PRESENT].reset_index(drop=True)


def median_months(survival: pd.DataFrame) -> pd.DataFrame:
    """Return for each group between which class ends the median falls, and where, interpolated on a straight line.

    Parameters
    ----------
    survival : DataFrame
        As from `survival_of_ended`.

    Returns
    -------
    DataFrame
        ``group, tables, from_months, to_months, median``; NaN where the curve stays above one half.
    """
    rows = []
    for group, curve in survival.groupby("group", sort=False, observed=True):
        months, alive = curve["months"].to_numpy(), curve["value"].to_numpy()
        half_ended = np.flatnonzero(alive <= 0.5)
        row = {"group": group, "tables": curve["tables"].iloc[0]}
        if len(half_ended) and half_ended[0] > 0:
            first, last = half_ended[0] - 1, half_ended[0]
            part = (alive[first] - 0.5) / (alive[first] - alive[last])
            median = months[first] + part * (months[last] - months[first])
            row |= {"from_months": months[first], "to_months": months[last], "median": median}
        rows.append(row)
    return pd.DataFrame(rows, columns=["group", "tables", "from_months", "to_months", "median"])
