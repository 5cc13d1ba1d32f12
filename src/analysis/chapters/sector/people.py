"""Work-development companies (Sectorinformatie 2024 of Cedris): people, contracts, flows and pay by scheme.

Figures of the companies come from a survey among the members of Cedris; those of the whole country are counts of CBS,
UWV and Panteia, and the Wsw at the companies is the whole Wsw. Intervals are rounding and nothing else; the means of
the lowest and of the highest tenth of the companies are a spread over companies, not an uncertainty of the mean.
"""

from __future__ import annotations

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.breakdown import breakdown, require_table
from analysis.measures.closure import BEYOND, UNDECIDED, WITHIN
from analysis.measures.sources import PERSONS
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.snapshots.store import Snapshot

_TABLE = "cedris-2024-{}"
_ACCOUNTS = {"nationwide": "f2", "at companies": "f9"}
_RUNNING, _ALL = "running trajectories", "all trajectories"

_SUMS = ("parts added", "total less parts", "contracts at companies", "contracts and running trajectories")


_HOURS = ("contract_hours", "contract_hours_elsewhere", "full_week")


def _spread(quantity: str) -> tuple[str, ...]:
    return quantity, f"{quantity}_lowest", f"{quantity}_highest"


AS_PRINTED: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "companies_by_type": ("f4", ("company_type",), ("companies_share", "companies_share_before", "companies")),
    "companies_movement": ("movement", ("movement",), ("companies", "movement_share")),
    "work_ladder": ("f5", ("scheme", "activity"), ("rung_share", "rung_share_elsewhere", "rung_share_before")),
    "contracts_nationwide": ("f1", ("scheme",), ("contracts", "contracts_per_100k")),
    "trajectories": ("f6", ("trajectory",), ("trajectories", "trajectory_share")),
    "trajectories_by_group": ("f7", ("target_group",), ("target_share",)),
    "age_by_scheme": ("f10", ("scheme",), _spread("age")),
    "sickness_by_scheme": ("f11", ("scheme",), (*_spread("sickness"), "sickness_elsewhere")),
    "contract_by_scheme": ("f13", ("scheme",), (*_spread("contract_fte"), *_HOURS)),
    "wage_scales": ("f14-16", ("scheme", "scale"), ("scale_share",)),
    "wage_value_by_scheme": ("f18", ("scheme",), _spread("wage_value")),
    "contributions_per_fte": ("f23", ("scheme",), ("municipal_contribution", "state_contribution")),
}
"""Report tables that show a table of the document as it is: its name, its dimensions, its quantities."""


def as_printed(snapshot: Snapshot, name: str) -> pd.DataFrame:
    """Return the figures of a report table of `AS_PRINTED`.

    Returns
    -------
    DataFrame
        Tidy, labelled by the table's dimensions. Shares are percent of: companies that answered (``companies_share``)
        or answered twice (``movement_share``), persons in the scheme (``rung_share``), trajectories
        (``trajectory_share``, ``target_share``), working time (``sickness``), the minimum wage (``wage_value``), what
        the document does not say (``scale_share``). What ends in ``elsewhere`` is the same mean where the document
        prints it again. What the document does not print has no row.

    Raises
    ------
    CoverageError
        When the snapshot lacks the table.
    """
    file, dimensions, quantities = AS_PRINTED[name]
    table = _TABLE.format(file)
    if len(dimensions) == 1:
        return combine(breakdown(snapshot, table, each, dimensions[0], total=True).tidy_rows() for each in quantities)
    outer, inner = dimensions
    classes = require_table(snapshot, table).categories(outer)
    return combine(_inside(snapshot, table, each, inner, {outer: name}) for each in quantities for name in classes)


def _inside(snapshot: Snapshot, table: str, quantity: str, dimension: str, at: dict[str, str]) -> pd.DataFrame:
    """Return a quantity by one dimension within a class of another; no rows where the document prints none."""
    try:
        found = breakdown(snapshot, table, quantity, dimension, **at)
    except CoverageError:
        return pd.DataFrame()
    return found.tidy_rows(**{name: [value] * len(found.classes) for name, value in at.items()})


def people(snapshot: Snapshot) -> pd.DataFrame:
    """Return the people guided or at work by activity, in the year of the report and the year before.

    A trajectory is taken for a person, as the document's total does. The total of 2023 is contracts at the companies
    (figure 9, the stock at the end of the year) and running trajectories; that of 2024 also holds finished
    trajectories, day activities and other people. What both years hold is ``contracts and running trajectories``.

    Returns
    -------
    DataFrame
        Tidy, label ``activity``: the parts, ``total`` (as printed), ``parts added``, ``total less parts``,
        ``contracts at companies`` and ``contracts and running trajectories``. Quantities: ``guided``,
        ``guided_before`` (2023) and ``change`` (persons). What the document does not print has no row.
    """
    table = _TABLE.format("people")
    cells, years = require_table(snapshot, table, "2024"), pd.PeriodIndex(["2023", "2024"], freq="Y")
    classes = breakdown(snapshot, table, "guided", "activity", "2024").classes
    levels = {each: cells.look_up("guided", years, activity=each) for each in classes}
    persons = sum(levels.values())
    for each in (_ALL, _RUNNING):
        levels[each] = cells.look_up("trajectories", years, activity=each).counted_as(PERSONS)
    total = levels["total"] = cells.look_up("guided", years)
    added, gap, held_by, alike = _SUMS
    levels[added] = persons + levels[_ALL]
    levels[gap] = total - levels[added]
    levels[held_by] = cells.look_up("contracts", years, activity=held_by)
    levels[alike] = levels[held_by] + levels[_RUNNING]
    frames = []
    for activity, column in levels.items():
        before, now = column.take([0]), column.take([1])
        for name, number in (("guided", now), ("guided_before", before), ("change", now - before)):
            frames.append(tidy_rows(number, name, {"activity": [activity]}, tables=table))
    found = combine(frames)
    return found[found["missing"] == PRESENT].reset_index(drop=True)


def activities(people_frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `people` that are an activity, without totals and sums."""
    return people_frame[~people_frame["activity"].isin((TOTAL, *_SUMS))].reset_index(drop=True)


def scheme_flows(snapshot: Snapshot) -> pd.DataFrame:
    """Return the account of each scheme in the year, in the whole country and at the companies, and its ratios.

    Returns
    -------
    DataFrame
        Tidy, labels ``where, scheme, closure``. Quantities: ``opening``, ``inflow``, ``outflow``, ``closing``,
        ``other_exits`` (opening + inflow - outflow - closing; all in persons, as the document counts them),
        ``entry_rate`` and ``exit_rate`` (per 100 persons in the opening stock, a year), ``ratio`` and ``break_even``
        (denominator: inflow; as in `analysis.measures.account`). ``closure`` says whether zero other exits lie within
        rounding. The total adds the schemes; who goes from one to another is in its flows.
    """
    frames = []
    for where, file in _ACCOUNTS.items():
        table = _TABLE.format(file)
        parts = {
            each: breakdown(snapshot, table, each, "scheme") for each in ("opening", "entries", "exits", "closing")
        }
        names = [*parts["opening"].classes, TOTAL]
        opening, inflow, outflow, closing = (_with_total(parts[each].of(*names[:-1])) for each in parts)
        rest = opening + inflow - outflow - closing
        labels = {"where": [where] * len(names), "scheme": names, "closure": _closures(rest)}
        stocks = {"opening": opening, "inflow": inflow, "outflow": outflow, "closing": closing, "other_exits": rest}
        columns = {name: (each, "") for name, each in stocks.items()} | {
            "entry_rate": ((inflow / opening).percent(), "opening"),
            "exit_rate": ((outflow / opening).percent(), "opening"),
            "ratio": (outflow / inflow, "inflow"),
            "break_even": ((closing - opening + outflow) / inflow, "inflow"),
        }
        frames += [tidy_rows(column, name, labels, below, table) for name, (column, below) in columns.items()]
    return combine(frames)


def _with_total(column: Rounded) -> Rounded:
    return stack([column, column.sum_by([0] * len(column), 1)])


def _closures(rest: Rounded) -> list[str]:
    return [
        UNDECIDED if gone != PRESENT else WITHIN if lo <= 0 <= hi else BEYOND
        for gone, lo, hi in zip(rest.missing, rest.lo, rest.hi, strict=True)
    ]


def share_at_companies(snapshot: Snapshot) -> pd.DataFrame:
    """Return for each scheme the contracts at the companies and in the whole country.

    Returns
    -------
    DataFrame
        Tidy, label ``scheme``. Quantities: ``contracts`` (at or through the companies), ``contracts_country``
        (persons), ``at_companies_share`` (percent; denominator: the whole country; rounding leaves it open above 100)
        and ``contracts_share`` (percent of the contracts at the companies, as printed).
    """
    at, country = _TABLE.format("f8"), _TABLE.format("f1")
    own, share = (breakdown(snapshot, at, each, "scheme") for each in ("contracts", "contracts_share"))
    labels, whole = {"scheme": own.classes}, breakdown(snapshot, country, "contracts", "scheme").of(*own.classes)
    part, both = (own.numbers / whole).percent(), f"{at}, {country}"
    return combine(
        [
            own.tidy_rows(),
            tidy_rows(whole, "contracts_country", labels, tables=country),
            tidy_rows(part, "at_companies_share", labels, "contracts_country", both),
            share.tidy_rows(),
        ]
    )
