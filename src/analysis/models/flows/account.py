"""The stock–flow account by group: other exits, ageing, break-even, steady state; and figures made to add up.

    opening + inflow - outflow - other exits = closing

Other exits are the rest, with its rounding interval. What they are depends on the group. For all, by sex and by origin
they are those who reach the AOW age, with moments that are no persons and late corrections: the tables cannot tell
these apart. For groups by age they also hold who grows older. Taking it that nobody under 45 reaches the AOW age and
that moments are persons, the chain youngest to oldest gives each border: what the youngest group loses grows into the
next, and so on, and the rest of the oldest reaches the AOW age. Corrections then fall to the borders.

A missing cell is refused here (a rest cannot be had without one); provisional ones are used as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import MONITOR_GROUPS
from analysis.errors import CallError, DataError
from analysis.measures.tidy_frame import wide
from analysis.missing import PRESENT
from analysis.models.dispersion import PROCESS, ROUNDING, check_confidence, neighbour_dispersion, student
from analysis.models.flows.panel import STOCKS, pick_cells

AGES = [group.name for group in MONITOR_GROUPS["age"]]


@dataclass(frozen=True, eq=False)
class GroupAccount:
    """The account of the groups of a dimension.

    Attributes
    ----------
    quarters : DataFrame
        One row a group and quarter: the panel's columns, ``other_exits`` with ``_lo, _hi`` (rounding, exact), and for
        the monitor's groups by age ``ageing_in, ageing_out, reached_aow`` (persons, under the assumption above).
    years : DataFrame
        Tidy, labels ``dimension, group, year, interval``; complete years. ``ratio`` and ``break_even`` (denominator:
        inflow; rounding interval), ``other_exits`` (persons; rounding), ``steady_state`` (persons; process interval)
        and ``half_way`` (quarters until half of the way to it): where the stock would go, and how fast, if the year's
        inflow, and its outflow and other exits as shares of the stock, stayed. Missing where no share leaves.
    """

    dimension: str
    confidence: float
    quarters: pd.DataFrame
    years: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """The last year: one row a group."""
        last = self.years[self.years["year"] == self.years["year"].max()]
        return wide(last, ["group"], list(last["quantity"].unique()))


def group_account(panel: pd.DataFrame, dimension: str = TOTAL, confidence: float = 0.95) -> GroupAccount:
    """Return the account of the groups of a dimension.

    Raises
    ------
    CoverageError
        When a flow or stock is missing; the quarters that have all are named.
    """
    confidence = check_confidence(confidence)
    rows = pick_cells(panel, dimension, ("inflow", "outflow", *STOCKS), positive=False)
    rows["other_exits"] = rows["opening"] + rows["inflow"] - rows["outflow"] - rows["closing"]
    for end, other in (("_lo", "_hi"), ("_hi", "_lo")):
        come, gone = (
            (rows[one + end] for one in ("opening", "inflow")),
            (rows[one + other] for one in ("outflow", "closing")),
        )
        rows["other_exits" + end] = sum(come) - sum(gone)
    rows = _aged(rows) if list(rows["group"].unique()) == AGES else rows
    return GroupAccount(dimension, confidence, rows, _years(rows, confidence))


def _aged(rows: pd.DataFrame) -> pd.DataFrame:
    rest = pd.crosstab(rows["quarter"], rows["group"], rows["other_exits"], aggfunc="sum")[AGES]
    passed = rest.cumsum(axis=1)  # what has grown, or gone, out of each group and the younger ones together
    told = {
        "ageing_in": passed.shift(1, axis=1, fill_value=0.0),
        "ageing_out": passed.copy(),
        "reached_aow": passed.copy(),
    }
    told["ageing_out"][AGES[-1]] = 0.0
    told["reached_aow"][AGES[:-1]] = 0.0
    for name, table in told.items():
        rows = rows.merge(table.reset_index().melt("quarter", value_name=name), how="left", on=["quarter", "group"])
    return rows


def _years(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    keys = ["dimension", "group", "year"]
    by = rows.groupby(keys, sort=False)
    flows = [one + end for one in ("inflow", "outflow", "other_exits") for end in ("", "_lo", "_hi")]
    sums = by[[*flows, "opening"]].sum().join(by[["opening", "opening_lo", "opening_hi"]].first().add_prefix("first_"))
    sums = sums.join(by[["closing", "closing_lo", "closing_hi"]].last())[by.size() == 4].reset_index()
    more = sums["closing"] - sums["first_opening"] + sums["outflow"]
    low = sums["closing_lo"] - sums["first_opening_hi"] + sums["outflow_lo"]
    high = sums["closing_hi"] - sums["first_opening_lo"] + sums["outflow_hi"]
    with np.errstate(divide="ignore", invalid="ignore"):
        leaving = (sums["outflow"] + sums["other_exits"]) / sums["opening"]
        ok = (leaving > 0) & (leaving < 1) & (sums["inflow"] > 0)
        steady, reach = (sums["inflow"] / 4 / leaving).where(ok), _steady_error(rows, sums, confidence)
        half = (np.log(2) / -np.log1p(-leaving)).where(ok)
        rest = sums["first_opening"] - sums["closing"] + sums["inflow"] - sums["outflow"]
        rest_lo = sums["first_opening_lo"] - sums["closing_hi"] + sums["inflow_lo"] - sums["outflow_hi"]
        rest_hi = sums["first_opening_hi"] - sums["closing_lo"] + sums["inflow_hi"] - sums["outflow_lo"]
        flow, ends = sums["outflow"] / sums["inflow"], ("inflow_hi", "inflow_lo")
        told = {
            "ratio": (flow, sums["outflow_lo"] / sums[ends[0]], sums["outflow_hi"] / sums[ends[1]], ROUNDING, "ratio"),
            "break_even": (more / sums["inflow"], low / sums[ends[0]], high / sums[ends[1]], ROUNDING, "ratio"),
            "other_exits": (rest, rest_lo, rest_hi, ROUNDING, "persons"),
            "steady_state": (steady, steady * np.exp(-reach), steady * np.exp(reach), PROCESS, "persons"),
            "half_way": (half, np.nan, np.nan, "", "quarters"),
        }
    tables, frames = ", ".join(dict.fromkeys(rows["tables"])), []
    for quantity, (value, lo, hi, interval, unit) in told.items():
        ends = {"value": value, "value_lo": lo, "value_hi": hi, "unit": unit, "interval": interval, "tables": tables}
        below = "inflow" if unit == "ratio" else ""
        missing = np.where(np.isfinite(value), PRESENT, "no_value")
        frames.append(sums[keys].assign(quantity=quantity, **ends, denominator=below, missing=missing))
    return pd.concat(frames, ignore_index=True)


def _steady_error(rows: pd.DataFrame, sums: pd.DataFrame, confidence: float) -> pd.Series:
    """Return the reach of the log of inflow over the share that leaves; other exits vary by chance alone."""
    at, spreads = pd.PeriodIndex(rows["quarter"], freq="Q-DEC"), {}
    for flow in ("inflow", "outflow"):
        known = (rows[flow] > 0) & (rows["opening"] > 0)
        logs, chance = np.log((rows[flow] / rows["opening"]).where(known)), (1 / rows[flow]).where(known)
        spreads[flow] = neighbour_dispersion(logs, chance, at, rows["group"])
    away = sums["outflow"] * spreads["outflow"].value + sums["other_exits"].abs()
    variance = spreads["inflow"].value / sums["inflow"] + away / (sums["outflow"] + sums["other_exits"]) ** 2
    return student(confidence, min(spread.df for spread in spreads.values())) * np.sqrt(variance)


@dataclass(frozen=True, eq=False)
class Reconciled:
    """Figures made to add up: ``panel`` with the columns adjusted, and ``adjustments``.

    ``adjustments`` has one row a quantity: ``cells, rmse, largest`` (of the adjustment, in the unit of the quantity)
    and ``beyond_rounding`` (cells that had to move further than rounding allows: 0 when all is as it should be).
    """

    panel: pd.DataFrame
    adjustments: pd.DataFrame


def least_squares(values: np.ndarray, variance: np.ndarray, constraints: np.ndarray) -> np.ndarray:
    """Return the values nearest to the given ones, in units of their errors, with ``constraints @ x = 0``.

    Stone, Champernowne and Meade (1942), Review of Economic Studies 9: x - V A' (A V A')^-1 A x. A value of variance 0
    is kept; constraints that say the same twice do no harm.

    Parameters
    ----------
    values, variance : ndarray, shape (n,)
    constraints : ndarray, shape (m, n)
    """
    spread = constraints * variance
    pull = np.linalg.lstsq(spread @ constraints.T, constraints @ values, rcond=None)[0]
    return values - spread.T @ pull


def reconcile(panel: pd.DataFrame, dimension: str, closed: tuple[str, ...] = ()) -> Reconciled:
    """Make the groups add up to the total, and stocks to flows where nobody reached the AOW age.

    Every stock at a quarter's end is one unknown, as closing of one quarter and opening of the next. All figures get
    the same error: groups that are differences share printed cells, and weights by their width made them worse in a
    simulation (errors 2 % larger than before; so they are 3 to 5 % smaller). Where rounding is none, nothing moves.
    Other exits are free but in ``closed`` quarters, so the account says nothing about the other figures elsewhere.

    Parameters
    ----------
    panel : DataFrame
        With the total; all cells of the dimension and the total present.
    dimension : str
        Groups that hold everyone, each once.
    closed : tuple of str
        Quarters in which the total had no other exits: three months or more after a rise of the AOW age.

    Raises
    ------
    DataError
        When the groups miss the total by more than rounding: people of unknown origin or sex are in the total alone.
    """
    flows = ("inflow", "outflow")
    whole = pick_cells(panel, TOTAL, (*flows, *STOCKS), positive=False)
    rows = pd.concat([pick_cells(panel, dimension, (*flows, *STOCKS), positive=False), whole], ignore_index=True)
    if unknown := set(closed) - set(rows["quarter"]):
        raise CallError(f"closed {', '.join(sorted(unknown))}: not in this panel; choose among its quarters.")
    cells = _long(rows, flows)
    values = cells.groupby("key", sort=False)[["value", "width"]].first()
    place = {key: number for number, key in enumerate(values.index)}
    adds = {(name, at) for name, _, at in values.index}
    matrix = np.zeros((len(adds) + len(closed), len(values)))
    for row, (name, at) in enumerate(sorted(adds)):
        for group in rows["group"].unique():
            matrix[row, place[name, group, at]] = -1.0 if group == TOTAL else 1.0
    for row, quarter in enumerate(closed, start=len(adds)):
        before = str(pd.Period(quarter) - 1)
        for name, at, sign in (
            ("stock", before, 1),
            ("inflow", quarter, 1),
            ("outflow", quarter, -1),
            ("stock", quarter, -1),
        ):
            matrix[row, place[name, TOTAL, at]] = sign
    value, width = values["value"].to_numpy(), values["width"].to_numpy()
    gap, room = np.abs(matrix @ value)[: len(adds)], (np.abs(matrix) @ width)[: len(adds)] / 2
    if (gap > room + 1e-6).any():
        (name, at), by = sorted(adds)[(gap - room).argmax()], (gap - room).argmax()
        raise DataError(
            f"{name} by {dimension}, {at}: groups miss the total by {gap[by]:.0f}, expected at most {room[by]:.0f} of "
            "rounding. People of unknown group are in the total alone; reconcile by age, or give them a group."
        )
    found = pd.Series(least_squares(value, (width > 0).astype(float), matrix), values.index)
    cells["found"] = cells["key"].map(found)
    panel = rows.assign(**{name: one["found"].to_numpy() for name, one in cells.groupby("name", sort=False)})
    moved = (cells["found"] - cells["value"]).abs()
    cells = cells.assign(squared=moved**2, moved=moved, beyond_rounding=moved > cells["width"] / 2 + 1e-6)
    by = cells.groupby("name", sort=False)
    told = {"cells": by.size(), "rmse": np.sqrt(by["squared"].mean()), "largest": by["moved"].max()}
    return Reconciled(panel, pd.DataFrame(told | {"beyond_rounding": by["beyond_rounding"].sum()}).reset_index())


def _long(rows: pd.DataFrame, flows: tuple[str, ...]) -> pd.DataFrame:
    """Return one row a cell, in the order of ``rows`` within each quantity; ``key`` is the unknown that it shows."""
    parts = []
    for name in (*flows, *STOCKS):
        at = rows["quarter"]
        if name == "opening":
            at = (pd.PeriodIndex(at, freq="Q-DEC") - 1).astype(str)
        kind = "stock" if name in STOCKS else name
        keys = [(kind, group, str(when)) for group, when in zip(rows["group"], at, strict=True)]
        part = {"name": name, "key": keys, "value": rows[name], "width": rows[name + "_hi"] - rows[name + "_lo"]}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)
