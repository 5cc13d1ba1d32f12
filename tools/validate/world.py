"""One replicate: a population drawn, counted by group exactly and in tens, and what is true of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from analysis.classifications.groups import LONG_TERM, MONITOR, TOTAL_GROUP, Group
from analysis.simulation.parameters import BANDS, MONTHS, Parameters, default_parameters
from analysis.simulation.population import Counts, draw
from analysis.simulation.tables import members
from analysis.simulation.truth import truth_bytes

QUARTERS = [str(quarter) for quarter in MONTHS.asfreq("Q-DEC").unique()]
ENDS = ["2011Q4", *QUARTERS]
YEARS = MONTHS.year.unique().tolist()
ALL = "all"
"""The name of all durations together, beside those of the bands: a cell of its own, rounded on its own."""
AGES_OF_FLOWS = frozenset({"<25", "25-35", "35-45", "45-55", "55-AOW", "<27", "27-AOW"})
"""The classes of age of 85615NED, 85585NED and 85617NED: other groups are sums and differences of rounded cells."""

GROUPS = [TOTAL_GROUP, *MONITOR["sex"], *MONITOR["age"], *LONG_TERM["age"][2:]]
GROUPS += MONITOR["origin"]
LABELS = [(group.dimension, group.name) for group in GROUPS]


@dataclass(frozen=True, eq=False)
class Panel:
    """The counts of the groups, a row each in the order of ``GROUPS``.

    ``flows`` by name and quarter; ``stock`` by quarter end (``ENDS``) and ``ended`` by year, both by band and ``ALL``.
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
        reach = 5 * np.abs(_terms()[0]).sum(axis=1)[:, None] * self.tens
        columns |= {f"{name}_lo": np.maximum(each - reach, 0) for name, each in list(columns.items())} | {
            f"{name}_hi": each + reach for name, each in columns.items()
        }
        return labelled({"quarter": QUARTERS}).assign(**{name: each.ravel() for name, each in columns.items()})

    def stock_frame(self) -> pd.DataFrame:
        """Return ``dimension, group, quarter, band, stock`` (quarter: at its end), without ``ALL``."""
        return labelled({"quarter": ENDS, "band": list(BANDS)}).assign(stock=self.stock[..., :-1].ravel())

    def ended_frame(self) -> pd.DataFrame:
        """Return ``dimension, group, year, band, ended``, without ``ALL``."""
        return labelled({"year": YEARS, "band": list(BANDS)}).assign(ended=self.ended[..., :-1].ravel())


@dataclass(frozen=True, eq=False)
class World:
    """A replicate: what CBS would print (``printed``), the counts behind it (``exact``) and the truth."""

    rules: Parameters
    printed: Panel
    exact: Panel
    truth: dict

    def true(self, part: str, column: str) -> np.ndarray:
        """Return a column of `read_truth` with a row for each group; NaN where there is none."""
        groups = self.truth["groups"]
        return np.array([groups[dimension][name][part][column] for dimension, name in LABELS], float)


def labelled(axes: dict[str, list]) -> pd.DataFrame:
    """Return a row for each group and each combination of the axes."""
    index = pd.MultiIndex.from_product([range(len(GROUPS)), *axes.values()], names=["place", *axes])
    frame, names = index.to_frame(index=False), pd.DataFrame(LABELS, columns=["dimension", "group"])
    return pd.concat([names.iloc[frame.pop("place")].reset_index(drop=True), frame], axis=1)


def world(seed: int, persons: int, shocks: dict[str, dict[str, float]] | None = None) -> World:
    """Draw a replicate; ``shocks`` (of ``exit`` and ``entry``) take the place of those of the rules."""
    rules = default_parameters(seed, persons)
    if shocks is not None:
        calendars = {name: replace(getattr(rules, name), shock=shocks[name.split("_")[0]]) for name in CALENDARS}
        rules = replace(rules, **calendars)
    counts = draw(rules)
    printed, exact = (_panel(counts, tens) for tens in (True, False))
    return World(rules, printed, exact, json.loads(truth_bytes(rules, counts)))


CALENDARS = ("exit_calendar", "entry_calendar")


def _panel(counts: Counts, tens: bool) -> Panel:
    flows = {name: getattr(counts, name) for name in ("inflow", "reinflow", "aow_exits", "ageing")}
    flows["outflow"] = counts.outflow.sum(axis=3)
    by_quarter = {name: _of_groups(_spans(flow, 3), tens and name in PRINTED) for name, flow in flows.items()}
    stock, ended = (_of_groups(_with_all(each), tens) for each in (counts.stock[::3], _spans(counts.outflow, 12)))
    return Panel(by_quarter, stock, ended, tens)


PRINTED = ("inflow", "reinflow", "outflow")


def _spans(monthly: np.ndarray, months: int) -> np.ndarray:
    return monthly.reshape(-1, months, *monthly.shape[1:]).sum(axis=1)


def _with_all(by_band: np.ndarray) -> np.ndarray:
    return np.concatenate([by_band, by_band.sum(axis=-1, keepdims=True)], axis=-1)


def _of_groups(cells: np.ndarray, tens: bool) -> np.ndarray:
    """Return sums by group of counts by period, kind and age class; of printed cells, each rounded, where asked."""
    combined, held = _terms()
    flat = cells.reshape(len(cells), held.shape[1], -1).astype(float)  # floats, for the fast product: exact up to 2**53
    counted = np.tensordot(held, flat, (1, 1)).astype(np.int64)
    counted = (counted + 5) // 10 * 10 if tens else counted
    return np.tensordot(combined, counted, 1).reshape(-1, len(cells), *cells.shape[3:])


@cache
def _terms() -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of cells in groups, and which kinds and age classes each cell holds (0 or 1)."""
    terms = [(row, weight, held) for row, group in enumerate(GROUPS) for weight, held in _way(group)]
    combined = np.zeros((len(GROUPS), len(terms)), np.int64)
    for place, (row, weight, _) in enumerate(terms):
        combined[row, place] = weight
    return combined, np.array([_held(categories).ravel() for _, _, categories in terms], float)


def inside(group: Group) -> np.ndarray:
    """Return which kinds and age classes a group holds, as 0 and 1."""
    return sum(weight * _held(categories) for weight, categories in _way(group))


def _way(group: Group) -> tuple:
    return next(each for each in group.definitions if all(held.get("age", "<25") in AGES_OF_FLOWS for _, held in each))


def _held(categories: dict[str, str]) -> np.ndarray:
    whole = np.ones((1, 1), np.int64)
    for dimension, category in {"sex": "total", "age": "total", **categories}.items():
        held = members(dimension, category)
        whole = whole * (held if dimension == "age" else held[:, None])
    return whole
