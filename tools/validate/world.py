"""One replicate: a population drawn, counted by group exactly and in tens, and what is true of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from analysis.classifications.groups import LONG_TERM, MONITOR, TOTAL_GROUP, Group
from analysis.models.duration.survival import CONTINUOUS, MONTHLY
from analysis.simulation.parameters import BANDS, MONTHS, Parameters, default_parameters
from analysis.simulation.population import Counts, draw
from analysis.simulation.tables import members
from analysis.simulation.truth import truth_bytes
from analysis.simulation.unrest import Unrest, draw_unrest, registered

QUARTERS = [str(quarter) for quarter in MONTHS.asfreq("Q-DEC").unique()]
ENDS = ["2011Q4", *QUARTERS]
YEARS = MONTHS.year.unique().tolist()
AGES_OF_FLOWS = frozenset({"<25", "25-35", "35-45", "45-55", "55-AOW", "<27", "27-AOW"})
"""The classes of age of 85615NED, 85585NED and 85617NED: other groups are sums and differences of rounded cells."""

GROUPS = [TOTAL_GROUP, *MONITOR["sex"], *MONITOR["age"], *LONG_TERM["age"][2:]]
GROUPS += MONITOR["origin"]
LABELS = [(group.dimension, group.name) for group in GROUPS]
NAMES = [name for _, name in LABELS]
YEAR = 2023
QUARTER = [index for index, quarter in enumerate(QUARTERS) if quarter.startswith(str(YEAR))]


@dataclass(frozen=True, eq=False)
class Panel:
    """The counts of the groups, a row each in the order of ``GROUPS``.

    ``flows`` by name and quarter; ``stock`` by quarter end (``ENDS``) and ``ended`` by year, both by band, and all
    bands together last: a cell of its own, rounded by itself.
    """

    flows: dict[str, np.ndarray]
    stock: np.ndarray
    ended: np.ndarray
    tens: bool

    def flow_frame(self) -> pd.DataFrame:
        """Return ``dimension, group, quarter`` with inflow, re-inflow, outflow, opening and closing stock.

        Each with ``_lo`` and ``_hi``, the interval of rounding: five for each cell that the group is made of.
        """
        columns = {name: self.flows[name] for name in PRINTED}
        columns |= {"opening": self.stock[:, :-1, -1], "closing": self.stock[:, 1:, -1]}
        half_width = 5 * np.abs(_terms()[0]).sum(axis=1)[:, None] * self.tens
        low = {f"{name}_lo": np.maximum(each - half_width, 0) for name, each in columns.items()}
        columns |= low | {f"{name}_hi": each + half_width for name, each in columns.items()}
        return labelled({"quarter": QUARTERS}).assign(**{name: each.ravel() for name, each in columns.items()})

    def stock_frame(self) -> pd.DataFrame:
        """Return ``dimension, group, quarter, band, stock`` (quarter: at its end), by band alone."""
        return labelled({"quarter": ENDS, "band": list(BANDS)}).assign(stock=self.stock[..., :-1].ravel())

    def ended_frame(self) -> pd.DataFrame:
        """Return ``dimension, group, year, band, ended``, by band alone."""
        return labelled({"year": YEARS, "band": list(BANDS)}).assign(ended=self.ended[..., :-1].ravel())


@dataclass(frozen=True, eq=False)
class World:
    """A replicate: what CBS would print (``printed``), the counts behind it (``exact``) and the truth.

    ``clock`` says when people leave: at month ends (the first world) or on any day (the second). ``counts`` are those
    of every kind and age class; ``seen`` the same with the flows as registered.
    """

    rules: Parameters
    printed: Panel
    exact: Panel
    truth: dict
    clock: str = MONTHLY
    counts: Counts | None = None
    seen: Counts | None = None

    def true(self, part: str, column: str) -> np.ndarray:
        """Return a column of `read_truth` with a row for each group; NaN where there is none."""
        groups = self.truth["groups"]
        return np.array([groups[dimension][name][part][column] for dimension, name in LABELS], float)


def labelled(axes: dict[str, list]) -> pd.DataFrame:
    """Return a row for each group and each combination of the axes."""
    index = pd.MultiIndex.from_product([range(len(GROUPS)), *axes.values()], names=["row", *axes])
    frame, names = index.to_frame(index=False), pd.DataFrame(LABELS, columns=["dimension", "group"])
    return pd.concat([names.iloc[frame.pop("row")].reset_index(drop=True), frame], axis=1)


def world(seed: int, persons: int, shocks: dict[str, dict[str, float]] | None = None) -> World:
    """Draw a replicate; ``shocks`` (of ``exit`` and ``entry``) replace those of the rules."""
    rules = default_parameters(seed, persons)
    if shocks is not None:
        calendars = {name: replace(getattr(rules, name), shock=shocks[name.split("_")[0]]) for name in CALENDARS}
        rules = replace(rules, **calendars)
    counts = draw(rules)
    printed, exact = (_panel(counts, tens) for tens in (True, False))
    return World(rules, printed, exact, json.loads(truth_bytes(rules, counts)), MONTHLY, counts, counts)


def second_world(seed: int, persons: int, unrest: Unrest, history: int | None = None) -> World:
    """Draw a replicate of the second world; what is printed are the flows as registered, a part of them late."""
    rules = default_parameters(seed, persons)
    counts = draw_unrest(rules, unrest, history)
    seen = registered(counts, unrest, seed)
    printed, exact = _panel(seen, True), _panel(counts, False)
    truth = json.loads(truth_bytes(rules, counts, unrest))
    return World(rules, printed, exact, truth, CONTINUOUS, counts, seen)


CALENDARS = ("exit_calendar", "entry_calendar")


def _panel(counts: Counts, tens: bool) -> Panel:
    flows = {name: getattr(counts, name) for name in ("inflow", "reinflow", "aow_exits", "ageing")}
    flows["outflow"] = counts.outflow.sum(axis=3)
    by_quarter = {name: _of_groups(spans(flow, 3), tens and name in PRINTED) for name, flow in flows.items()}
    stock, ended = (_of_groups(_with_all(each), tens) for each in (counts.stock[::3], spans(counts.outflow, 12)))
    return Panel(by_quarter, stock, ended, tens)


PRINTED = ("inflow", "reinflow", "outflow")


def spans(monthly: np.ndarray, months: int) -> np.ndarray:
    """Return counts by month summed over so many months."""
    return monthly.reshape(-1, months, *monthly.shape[1:]).sum(axis=1)


def _with_all(by_band: np.ndarray) -> np.ndarray:
    return np.concatenate([by_band, by_band.sum(axis=-1, keepdims=True)], axis=-1)


def _of_groups(cells: np.ndarray, tens: bool) -> np.ndarray:
    """Return sums by group of counts by period, kind and age class; of printed cells, each rounded, where asked."""
    weights, covered = _terms()
    flat = cells.reshape(len(cells), covered.shape[1], -1).astype(float)  # a fast product, exact up to 2**53
    counted = np.tensordot(covered, flat, (1, 1)).astype(np.int64)
    counted = (counted + 5) // 10 * 10 if tens else counted
    return np.tensordot(weights, counted, 1).reshape(-1, len(cells), *cells.shape[3:])


@cache
def _terms() -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of cells in groups, and which kinds and age classes each cell covers (0 or 1)."""
    terms = [(row, *term) for row, group in enumerate(GROUPS) for term in definition_of(group)]
    weights = np.zeros((len(GROUPS), len(terms)), np.int64)
    for column, (row, weight, _) in enumerate(terms):
        weights[row, column] = weight
    return weights, np.array([covered_by(categories).ravel() for _, _, categories in terms], float)


def inside(group: Group) -> np.ndarray:
    """Return which kinds and age classes a group holds, as 0 and 1."""
    return sum(weight * covered_by(categories) for weight, categories in definition_of(group))


def definition_of(group: Group) -> tuple:
    """Return the first definition of a group by classes that the tables of flows and durations have."""
    return next(
        definition
        for definition in group.definitions
        if all(classes.get("age", "<25") in AGES_OF_FLOWS for _, classes in definition)
    )


def covered_by(categories: dict[str, str]) -> np.ndarray:
    """Return which kinds and age classes the categories of a cell hold, as 0 and 1."""
    whole = np.ones((1, 1), np.int64)
    for dimension, category in {"sex": "total", "age": "total", **categories}.items():
        covered = members(dimension, category)
        whole = whole * (covered if dimension == "age" else covered[:, None])
    return whole
