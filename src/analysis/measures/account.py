"""The stock–flow account: what came in, what went out, and what the counted flows do not explain.

    opening + inflow - outflow - other exits = closing

*Other exits* is the rest. It holds the people who reached the AOW age, whom CBS leaves out of the outflow, and with
them the difference between moments and persons, late corrections of the register and different extraction dates.
The break-even ratio is ``1 - other exits / inflow``: with other exits as they were, an outflow of that share of the
inflow keeps the stock.
"""

import pandas as pd

from analysis.classifications.groups import TOTAL_GROUP, Group
from analysis.cleaning.periods import FREQUENCY
from analysis.intervals.rounded import Rounded
from analysis.measures.aow import rise_in_months
from analysis.measures.flow_groups import GroupFlows
from analysis.measures.flows import QUARTERS_A_YEAR, flows_of_year, national, of_complete_years
from analysis.measures.sources import NATIONAL_STOCK_TABLES, PERSONS, name_both, stock_spans
from analysis.measures.tidy_frame import combine, join_tables, tidy_rows
from analysis.snapshots.store import Snapshot

READS = NATIONAL_STOCK_TABLES


def balance(
    opening: Rounded, inflow: Rounded, outflow: Rounded, closing: Rounded
) -> dict[str, Rounded | tuple[Rounded, str]]:
    """Return what the account of a period says, from columns in one unit, as `tidy_rows` takes them.

    Returns
    -------
    dict
        ``break_even`` and ``ratio`` (denominator: inflow) and ``other_exits`` (in the unit of the columns).
    """
    return {
        # 1 - (opening + inflow - outflow - closing) / inflow: the inflow cancels in the numerator
        "break_even": ((closing - opening + outflow) / inflow, "inflow"),
        "ratio": (outflow / inflow, "inflow"),
        "other_exits": opening + inflow - outflow - closing,
    }


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
    flows, flow_tables = national(snapshot, quarters)
    (opening, closing), stock_tables = stock_spans(snapshot, [quarters - 1, quarters], TOTAL_GROUP)
    inflow, outflow = (flows[flow].counted_as(PERSONS) for flow in ("inflow", "outflow"))
    labels = {
        "quarter": [str(quarter) for quarter in quarters],
        "aow_rise": [rise_in_months(quarter) for quarter in quarters],
    }
    columns = {
        "opening": opening,
        "inflow": inflow,
        "outflow": outflow,
        "other_exits": balance(opening, inflow, outflow, closing)["other_exits"],
        "closing": closing,
        "inflow_rate": ((inflow / opening).percent(), "opening"),
        "outflow_rate": ((outflow / opening).percent(), "opening"),
    }
    return tidy_rows(columns, labels, name_both(stock_tables, flow_tables))


def aow_rises(quarters: pd.PeriodIndex) -> list[str]:
    """Return the quarters at whose start the AOW age rose."""
    return [str(quarter) for quarter in quarters if rise_in_months(quarter)]


def break_even(snapshot: Snapshot, quarters: pd.PeriodIndex, groups: GroupFlows) -> pd.DataFrame:
    """Return for each year the outflow ratio at which the stock would have stood still, with the actual one.

    The years are the complete ones among the quarters, and the year of the flows by group.

    Returns
    -------
    DataFrame
        Tidy, label ``year``. Quantities: ``break_even``, ``ratio`` (denominator: inflow) and ``other_exits``
        (persons). Years whose opening and closing stock are not both in one table have no break-even ratio; opening
        and closing stock of a year are those of the newest state that has both.
    """
    years, flows, tables = of_complete_years(snapshot, quarters)
    frames = [_break_even(snapshot, flows["inflow"], flows["outflow"], years, tables)] if years else []
    if groups.year not in years:
        last = [len(groups.groups) - 1]  # the total comes last
        inflow, outflow = (column.take(last) * QUARTERS_A_YEAR for column in (groups.inflow, groups.outflow))
        frames.append(_break_even(snapshot, inflow, outflow, [groups.year], [groups.table]))
    return combine(frames)


def _break_even(
    snapshot: Snapshot, inflow: Rounded, outflow: Rounded, years: list[int], tables: list[str]
) -> pd.DataFrame:
    found, stock_tables = _of_years(snapshot, inflow, outflow, years)
    return tidy_rows(found, {"year": years}, name_both(stock_tables, tables))


def _of_years(
    snapshot: Snapshot, inflow: Rounded, outflow: Rounded, years: list[int], group: Group = TOTAL_GROUP
) -> tuple[dict[str, Rounded | tuple[Rounded, str]], list[str]]:
    """Return the account of years from their flows, and the table that the stocks of each are from."""
    ends = pd.PeriodIndex([f"{year}Q4" for year in years], freq=FREQUENCY["quarter"])
    (opening, closing), stock_tables = stock_spans(snapshot, [ends - QUARTERS_A_YEAR, ends], group)
    flows = inflow.counted_as(PERSONS), outflow.counted_as(PERSONS)
    return balance(opening, *flows, closing), stock_tables


def other_exits_of_year(snapshot: Snapshot, year: int, group: Group = TOTAL_GROUP) -> tuple[Rounded, str]:
    """Return the other exits of a group in a calendar year (persons, one entry), and the tables they come from.

    Flows are from one table, both stocks from one; missing where the snapshot lacks either.
    """
    flows, flow_table = flows_of_year(snapshot, group, year)
    found, stock_tables = _of_years(snapshot, flows["inflow"], flows["outflow"], [year], group)
    return found["other_exits"], join_tables([*stock_tables, flow_table])
