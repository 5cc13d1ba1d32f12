"""The stock–flow account by group: other exits, break-even, and where the stock would go.

    opening + inflow - outflow - other exits = closing

Other exits are the rest, with its rounding interval. What they are depends on the group. For all, by sex and by origin
they are those who reach the AOW age, with moments that are no persons and late corrections: the tables cannot separate
these. For groups by age they also hold those who grow out of the group, less those who grow into it.

A missing cell is refused here (there is no rest without one); provisional ones are used as they are.
"""

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.measures.account import balance
from analysis.measures.flows import QUARTERS_A_YEAR
from analysis.measures.sources import PERSONS
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.missing import PRESENT
from analysis.models.dispersion import NO_VALUE, PROCESS, ROUNDING, check_confidence, normal, process_range
from analysis.models.flows.panel import STOCKS, pick_cells
from analysis.models.rounded_columns import rounded_column


def group_account(panel: pd.DataFrame, dimension: str = TOTAL, confidence: float = 0.95) -> pd.DataFrame:
    """Return the account of the groups of a dimension in each complete year that comes from the same tables throughout.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year, interval``. ``ratio`` and ``break_even`` (denominator: inflow; rounding
        interval), ``other_exits`` (persons; rounding), ``steady_state`` (persons; process interval) and ``half_way``
        (quarters until half of the way to it): where the stock would go, and how fast, if the year's inflow, and its
        outflow and other exits as shares of the stock, stayed. Missing where no share leaves.

    Raises
    ------
    CoverageError
        When a flow or stock is missing; the quarters that have all are named.
    """
    confidence = check_confidence(confidence)
    rows = pick_cells(panel, dimension, ("inflow", "outflow", *STOCKS), positive=False)
    keys = ["dimension", "group", "year"]
    by_year = rows.groupby(keys)
    whole = (by_year["quarter"].transform("size") == QUARTERS_A_YEAR) & (by_year["tables"].transform("nunique") == 1)
    whole = rows[whole].reset_index(drop=True)
    labels = whole[keys].drop_duplicates(ignore_index=True)
    year = np.arange(len(whole)) // QUARTERS_A_YEAR  # rows are sorted by group and quarter
    first = np.arange(0, len(whole), QUARTERS_A_YEAR)
    inflow, outflow, opening, closing = (
        rounded_column(whole, name, PERSONS) for name in ("inflow", "outflow", *STOCKS)
    )
    inflow, outflow, exposure = (column.sum_by(year, len(labels)) for column in (inflow, outflow, opening))
    account = balance(opening.take(first), inflow, outflow, closing.take(first + QUARTERS_A_YEAR - 1))
    rounded = tidy_rows(account, labels, list(whole["tables"].iloc[first])).drop(columns="status")
    sums = {"inflow": inflow, "outflow": outflow, "other_exits": account["other_exits"], "opening": exposure}
    sums = pd.DataFrame({name: column.value for name, column in sums.items()})
    process = _steady_state(sums, confidence)
    about = {"tables": list(whole["tables"].iloc[first]), "denominator": ""}
    return combine([rounded.assign(interval=ROUNDING), *(labels.assign(**about, **columns) for columns in process)])


def _steady_state(sums: pd.DataFrame, confidence: float) -> list[dict[str, object]]:
    """Return where the stock would go and in how many quarters half of the way, from the sums of each year.

    With inflow I a quarter and a share q leaving, S' = (1 - q) S + I has the fixed point I / q, and the distance to it
    shrinks by 1 - q a quarter: half of it is left after log 2 / -log(1 - q).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        leaving = (sums["outflow"] + sums["other_exits"]) / sums["opening"]
        known = (leaving > 0) & (leaving < 1) & (sums["inflow"] > 0)
        steady = (sums["inflow"] / QUARTERS_A_YEAR / leaving).where(known)
        half_way = (np.log(2) / -np.log1p(-leaving)).where(known)
        ends = process_range(steady, _steady_half_width(sums, confidence))
    missing = np.where(known, PRESENT, NO_VALUE)
    return [
        {"quantity": "steady_state", **ends, "unit": "persons", "interval": PROCESS, "missing": missing},
        {"quantity": "half_way", "value": half_way, "unit": "quarters", "interval": "", "missing": missing},
    ]


def _steady_half_width(sums: pd.DataFrame, confidence: float) -> pd.Series:
    """Return the half-width by chance of the log of inflow over the share that leaves.

    Delta method: Var log(I / (U + R)) = Var I / I^2 + (Var U + Var R) / (U + R)^2, and each varies as its count.
    """
    leaving = sums["outflow"] + sums["other_exits"].abs()
    variance = 1 / sums["inflow"] + leaving / (sums["outflow"] + sums["other_exits"]) ** 2
    return normal(confidence) * np.sqrt(variance)
