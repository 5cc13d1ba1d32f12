"""Work-development companies (Sectorinformatie 2024 of Cedris): people guided, and contracts with their flows.

Figures of the companies come from a survey among the members of Cedris; those of the whole country are counts of CBS,
UWV and Panteia, and the Wsw at the companies is the whole Wsw. Intervals are rounding and nothing else.
"""

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.intervals.comparison import zero_within_rounding
from analysis.intervals.rounded import stack
from analysis.measures.account import balance
from analysis.measures.breakdown import breakdown, require_table
from analysis.measures.sources import PERSONS
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

COMPARABLE = "contracts and running trajectories"
"""What the totals of both years hold."""

_ACCOUNTS = {"nationwide": "cedris-2024-f2", "at companies": "cedris-2024-f9"}
_PEOPLE, _AT_COMPANIES, _COUNTRY = "cedris-2024-people", "cedris-2024-f8", "cedris-2024-f1"
NEEDS = (*_ACCOUNTS.values(), _PEOPLE, _AT_COMPANIES, _COUNTRY)
_RUNNING, _ALL = "running trajectories", "all trajectories"
_ADDED, _GAP, _CONTRACTS = "parts added", "total less parts", "contracts at companies"


def people_guided(snapshot: Snapshot) -> pd.DataFrame:
    """Return the people guided or at work by activity, in the year of the report and the year before.

    A trajectory is taken for a person, as the document's total does. The total of 2023 is contracts at the companies
    (figure 9, the stock at the end of the year) and running trajectories; that of 2024 also holds finished
    trajectories, day activities and other people. What both years hold is `COMPARABLE`.

    Returns
    -------
    DataFrame
        Tidy, label ``activity``: the parts, ``total`` (as printed), ``parts added``, ``total less parts``,
        ``contracts at companies`` and ``contracts and running trajectories``. Quantities: ``guided``,
        ``guided_before`` (2023) and ``change`` (persons). What the document does not print has no row.
    """
    cells, years = require_table(snapshot, _PEOPLE, "2024"), pd.PeriodIndex(["2023", "2024"], freq="Y")
    classes = breakdown(snapshot, _PEOPLE, "guided", "activity", "2024").classes
    levels = {each: cells.look_up("guided", years, activity=each) for each in classes}
    persons = sum(levels.values())
    for each in (_ALL, _RUNNING):
        levels[each] = cells.look_up("trajectories", years, activity=each).counted_as(PERSONS)
    levels[TOTAL] = cells.look_up("guided", years)
    levels[_ADDED] = persons + levels[_ALL]
    levels[_GAP] = levels[TOTAL] - levels[_ADDED]
    levels[_CONTRACTS] = cells.look_up("contracts", years, activity=_CONTRACTS)
    levels[COMPARABLE] = levels[_CONTRACTS] + levels[_RUNNING]
    before, now = (stack([column.take([year]) for column in levels.values()]) for year in range(len(years)))
    columns = {"guided": now, "guided_before": before, "change": now - before}
    found = tidy_rows(columns, {"activity": list(levels)}, _PEOPLE)
    return found[found["missing"] == PRESENT].reset_index(drop=True)


def activities(people: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `people_guided` that are an activity, without totals and sums."""
    sums = (TOTAL, _ADDED, _GAP, _CONTRACTS, COMPARABLE)
    return people[~people["activity"].isin(sums)].reset_index(drop=True)


def scheme_flows(snapshot: Snapshot) -> pd.DataFrame:
    """Return the account of each scheme in the year, in the whole country and at the companies, and its ratios.

    Returns
    -------
    DataFrame
        Tidy, labels ``where, scheme, closure``. Quantities: ``opening``, ``inflow``, ``outflow``, ``closing``,
        ``other_exits`` (opening + inflow - outflow - closing; all in persons, as the document counts them),
        ``entry_rate`` and ``exit_rate`` (per 100 persons in the opening stock, a year), ``ratio`` and ``break_even``
        (denominator: inflow; as in `analysis.measures.account`). ``closure`` says whether zero other exits lie within
        rounding. The total adds the schemes; those who go from one to another are in its flows.
    """
    frames = []
    for where, table in _ACCOUNTS.items():
        parts = [breakdown(snapshot, table, each, "scheme") for each in ("opening", "entries", "exits", "closing")]
        schemes = parts[0].classes
        numbers = [part.of(*schemes) for part in parts]
        opening, inflow, outflow, closing = (stack([column, column.sum()]) for column in numbers)
        account = balance(opening, inflow, outflow, closing)
        labels = {"where": where, "scheme": [*schemes, TOTAL], "closure": zero_within_rounding(account["other_exits"])}
        columns = {"opening": opening, "inflow": inflow, "outflow": outflow, "closing": closing, **account}
        rates = {"entry_rate": inflow / opening, "exit_rate": outflow / opening}
        columns |= {name: (rate.percent(), "opening") for name, rate in rates.items()}
        frames.append(tidy_rows(columns, labels, table))
    return combine(frames)


def share_at_companies(snapshot: Snapshot) -> pd.DataFrame:
    """Return for each scheme the contracts at the companies and in the whole country.

    Returns
    -------
    DataFrame
        Tidy, label ``scheme``. Quantities: ``contracts_at_companies``, ``contracts_country``
        (persons), ``at_companies_share`` (percent; denominator: the whole country; rounding leaves it open above 100)
        and ``contracts_share`` (percent of the contracts at the companies, as printed).
    """
    own, share = (breakdown(snapshot, _AT_COMPANIES, each, "scheme") for each in ("contracts", "contracts_share"))
    labels, whole = {"scheme": own.classes}, breakdown(snapshot, _COUNTRY, "contracts", "scheme").of(*own.classes)
    part = ((own.numbers / whole).percent(), "contracts_country")
    country = tidy_rows({"contracts_country": whole}, labels, _COUNTRY)
    shares = tidy_rows({"at_companies_share": part}, labels, f"{_AT_COMPANIES}, {_COUNTRY}")
    at_companies = own.tidy_rows().assign(quantity="contracts_at_companies")
    return combine([at_companies, country, shares, share.tidy_rows()])
