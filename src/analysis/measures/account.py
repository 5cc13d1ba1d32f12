"""The stock–flow account: what came in, what went out, and what the counted flows do not explain.

    opening + inflow - outflow - other exits = closing

*Other exits* is the rest. It holds the people who reached the AOW age, whom CBS leaves out of the outflow, and beside
them the difference between moments and persons, late corrections of the register and different extraction dates.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.cleaning import TOTAL_GROUP
from analysis.cleaning.periods import FREQUENCY
from analysis.measures.aow import rise_in_months
from analysis.measures.flows import complete_years, flow_cells, group_means, national
from analysis.measures.sources import stock_at
from analysis.measures.tidy import combine, tidy
from analysis.rounding import Rounded
from analysis.snapshots import Snapshot

QUARTERS_A_YEAR = 4


def quarterly(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return the account of each quarter, and the flows as rates of the opening stock.

    Returns
    -------
    DataFrame
        Tidy, labels ``quarter, aow_rise`` (months by which the AOW age rose in the quarter). Quantities: ``opening``,
        ``inflow``, ``outflow``, ``other_exits``, ``closing`` (persons; each moment taken for one person, the
        difference falls to ``other_exits``), ``inflow_rate`` and ``outflow_rate`` (moments per 100 persons in the
        opening stock, a quarter). Quarters whose stock is not in the snapshot are there, without those values.
    """
    flows = national(snapshot, quarters)
    opening, closing, table = _ends(snapshot, quarters, 1)
    inflow, outflow = (flows[flow].counted_as(opening.unit) for flow in ("inflow", "outflow"))
    labels = {
        "quarter": [str(quarter) for quarter in quarters],
        "aow_rise": [rise_in_months(quarter) for quarter in quarters],
    }
    source = f"{table}, {flow_cells(snapshot).table}"
    columns = {
        "opening": opening,
        "inflow": inflow,
        "outflow": outflow,
        "other_exits": opening + inflow - outflow - closing,
        "closing": closing,
    }
    rates = {"inflow_rate": (inflow / opening).percent(), "outflow_rate": (outflow / opening).percent()}
    return combine(
        [tidy(column, name, labels, tables=source) for name, column in columns.items()]
        + [tidy(column, name, labels, "opening", source) for name, column in rates.items()]
    )


def aow_rises(quarters: pd.PeriodIndex) -> list[str]:
    """Return the quarters at whose start the AOW age rose."""
    return [str(quarter) for quarter in quarters if rise_in_months(quarter)]


def break_even(snapshot: Snapshot, quarters: pd.PeriodIndex) -> pd.DataFrame:
    """Return for each year the outflow ratio at which the stock would have stood still, beside the actual one.

    Break-even is ``1 - other exits / inflow``: with other exits as they were, an outflow of that share of the inflow
    keeps the stock. The years are the complete ones among the quarters, and the year of the flows by group.

    Returns
    -------
    DataFrame
        Tidy, label ``year``. Quantities: ``break_even``, ``ratio`` (denominator: inflow) and ``other_exits``
        (persons). Years whose opening or closing stock is not in the snapshot have no break-even ratio.
    """
    years = complete_years(quarters)
    frames = [_break_even_of_years(snapshot, quarters, years)] if years else []
    group_frame, group_year = _break_even_of_groups_year(snapshot)
    return combine(frames if group_year in years else [*frames, group_frame])


def _break_even_of_years(snapshot: Snapshot, quarters: pd.PeriodIndex, years: list[int]) -> pd.DataFrame:
    inside = np.flatnonzero(np.isin(quarters.year, years))
    place = np.searchsorted(years, quarters.year[inside])
    flows = {
        name: column.take(inside).sum_by(place, len(years)) for name, column in national(snapshot, quarters).items()
    }
    ends = pd.PeriodIndex([f"{year}Q4" for year in years], freq=FREQUENCY["quarter"])
    opening, closing, table = _ends(snapshot, ends, QUARTERS_A_YEAR)
    return _break_even(
        flows["inflow"], flows["outflow"], opening, closing, years, f"{table}, {flow_cells(snapshot).table}"
    )


def _break_even_of_groups_year(snapshot: Snapshot) -> tuple[pd.DataFrame, int]:
    _, means, flow_table, year = group_means(snapshot)
    last = len(means["inflow"]) - 1  # the total comes last
    inflow, outflow = (means[flow].take([last]) * QUARTERS_A_YEAR for flow in ("inflow", "outflow"))
    opening, closing, table = _ends(snapshot, pd.PeriodIndex([f"{year}Q4"], freq=FREQUENCY["quarter"]), QUARTERS_A_YEAR)
    return _break_even(inflow, outflow, opening, closing, [year], f"{table}, {flow_table}"), year


def _ends(snapshot: Snapshot, quarters: pd.PeriodIndex, back: int) -> tuple[Rounded, Rounded, str]:
    """Return the stock ``back`` quarters before each quarter's end and at it, both from one table, and that table."""
    both, table = stock_at(snapshot, (quarters - back).append(quarters), TOTAL_GROUP)
    return both.take(range(len(quarters))), both.take(range(len(quarters), 2 * len(quarters))), table


def _break_even(
    inflow: Rounded, outflow: Rounded, opening: Rounded, closing: Rounded, years: list[int], source: str
) -> pd.DataFrame:
    come, gone = inflow.counted_as(opening.unit), outflow.counted_as(opening.unit)
    labels = {"year": years}
    # 1 - (opening + inflow - outflow - closing) / inflow, with the inflow above the bar cancelled
    return combine(
        [
            tidy((closing - opening + gone) / come, "break_even", labels, "inflow", source),
            tidy(gone / come, "ratio", labels, "inflow", source),
            tidy(opening + come - gone - closing, "other_exits", labels, tables=source),
        ]
    )
