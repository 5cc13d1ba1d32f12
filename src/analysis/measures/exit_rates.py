"""Exit rates by duration: ended spells over the persons in the same duration band."""

import pandas as pd

from analysis.classifications.durations import band_groups
from analysis.classifications.groups import TOTAL_GROUP
from analysis.cleaning.groups import group_column
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded
from analysis.measures.duration import ended_spells
from analysis.measures.sources import NATIONAL_STOCK_TABLES, person_years, stock_at
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

READS = NATIONAL_STOCK_TABLES
BANDS = (*band_groups((24, 60)), TOTAL_GROUP)

# The exposure is the time spent in the band during the year, in person-years. Choices for it, the best first: the
# stocks around and in the year, its closing stock, the stock a year later (too late; it shows how much
# the choice matters).
TRAPEZOID, CLOSING, LATER = "five quarter ends", "end of the year", "a year later"


def by_band(snapshot: Snapshot) -> pd.DataFrame:
    """Return the exit rate of each duration band in the last year of ended spells, for every choice of exposure.

    The bands are those that both sources allow. The duration of an ended spell is its whole length; a person in the
    stock is in a band by the length so far. People who reach the AOW age are not among the ended spells.

    Returns
    -------
    DataFrame
        Tidy, labels ``band, exposure_choice, main`` (whether it is the choice to report) and ``year``. Quantities:
        ``ended`` (ended spells), ``exposure`` (person-years) and ``rate_per_year`` (ended spells per person-year). A
        choice of which the snapshot does not know all three bands is left out.
    """
    cells, years = ended_spells(snapshot)
    year = int(years.year[0])
    choices = {name: _exposures(snapshot, name, year) for name in (TRAPEZOID, CLOSING, LATER)}
    whole = [n for n, columns in choices.items() if all(column.missing[0] == PRESENT for column, _ in columns[:-1])]
    frames = []
    for name in whole:
        columns = choices[name]
        for band, (exposure, table) in zip(BANDS, columns, strict=True):
            if exposure.missing[0] != PRESENT:
                continue
            ended = group_column(cells, "ended_spells", band, years)
            labels = {"band": band.name, "exposure_choice": name, "main": name == whole[0], "year": str(years[0])}
            rate = {"rate_per_year": (ended / exposure, "exposure")}
            frames += [
                tidy_rows({"ended": ended}, labels, cells.table),
                tidy_rows({"exposure": exposure}, labels, table),
                tidy_rows(rate, labels, f"{cells.table}, {table}"),
            ]
    if not frames:
        raise CoverageError(f"snapshot {snapshot.name!r} does not have the stock by duration around {year}.")
    return combine(frames)


def _exposures(snapshot: Snapshot, choice: str, year: int) -> list[tuple[Rounded, str]]:
    if choice == TRAPEZOID:
        whole_year = pd.PeriodIndex([str(year)], freq=FREQUENCY["year"])
        return [(spent, table) for spent, (table,) in (person_years(snapshot, whole_year, band) for band in BANDS)]
    at = pd.PeriodIndex([f"{year + (choice == LATER)}Q4"], freq=FREQUENCY["quarter"])
    columns = [stock_at(snapshot, at, band) for band in BANDS]
    return [(stock.counted_as("person-years"), table) for stock, table in columns]
