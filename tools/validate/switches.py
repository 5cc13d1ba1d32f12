"""One thing switched off at a time: what rounding, the open band, ageing and re-entry do to an estimate.

The open band is examined in the expected population of the rules itself, so without chance: the mean length of a spell
when the hazard above five years is one number, or one for each of several bands.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from world import GROUPS, LABELS, NAMES, QUARTER, World, inside

from analysis.simulation.parameters import AGE_CLASS, AOW_MONTHS, BAND, LONG, default_parameters
from analysis.simulation.steady import steady_state

LAST = 960
"""Months after which none of those who came in is left: more than lie between the youngest and the oldest."""
SPLITS = {"one open band": (60,), "5-10, 10+": (60, 120), "5-10, 10-15, 15+": (60, 120, 180)}


def lifetimes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of one steady month's entrants, by kind and month of duration: present, left, reached the AOW age."""
    rules = default_parameters()
    aow = AOW_MONTHS[2025]
    leave, alive = rules.exits(), steady_state(rules, aow).entered
    shape = (LAST, len(alive))
    present, left, retired = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for month in range(LAST):
        present[month], retired[month] = alive.sum(axis=1), alive[:, -1]
        alive = np.roll(alive, 1, axis=1)
        alive[:, 0] = 0
        leaving = alive * leave[:, AGE_CLASS[:aow], BAND[min(month, LONG)]]
        left[month], alive = leaving.sum(axis=1), alive - leaving
    return present, left, retired


def open_band() -> pd.DataFrame:
    """Return the mean length of a spell with the open band whole or split, by sex and origin.

    Returns
    -------
    DataFrame
        ``group, bands`` (``true``, or how the open band is split), then in months ``mean`` (whole duration, until
        leaving or the AOW age) and ``mean_outflow`` (with the outflow alone as an end), and ``over_10y`` (percent of
        entrants, both ends).
    """
    present, left, retired = lifetimes()
    found = []
    for group, (dimension, name) in zip(GROUPS, LABELS, strict=True):
        if dimension == "age":
            continue  # a spell goes from one age to the next; the other groups it never leaves
        covered = inside(group)[:, 0]
        n, out, old = (column @ covered for column in (present, left, retired))
        found.append((name, "true", n.sum() / n[0], np.nan, 100 * n[120] / n[0]))
        for split, cuts in SPLITS.items():
            both, outflow_only = (_mean(n, ends, cuts) for ends in (out + old, out))
            found.append((name, split, both[0], outflow_only[0], 100 * both[1]))
    return pd.DataFrame(found, columns=["group", "bands", "mean", "mean_outflow", "over_10y"])


def _mean(present: np.ndarray, ended: np.ndarray, cuts: tuple[int, ...]) -> tuple[float, float]:
    """Return the mean duration and the chance to pass ten years when each band above the cuts has one hazard."""
    hazard = ended / np.where(present > 0, present, 1)
    ends = [*cuts, LAST]
    for first, last in pairwise(ends):
        hazard[first:last] = ended[first:last].sum() / present[first:last].sum()
    still = np.concatenate([[1], np.cumprod(1 - hazard)])
    tail = still[LAST] / hazard[-1]
    return still[:LAST].sum() + tail, still[120]


def returns_left_out(of: World) -> pd.DataFrame:
    """Return the outflow ratio of a year with returns within a year counted, left out of the inflow, and of both.

    In the last, those who left and came back within a year are out of the outflow too: a longer gap between spells.
    """
    flows = {name: of.exact.flows[name][:, QUARTER].sum(axis=1) for name in ("inflow", "reinflow", "outflow")}
    back = of.true("returns", "back_within_a_year")[:, QUARTER].sum(axis=1)
    new = flows["inflow"] - flows["reinflow"]
    ratios = {"counted": flows["outflow"] / flows["inflow"], "inflow alone": flows["outflow"] / new}
    return pd.DataFrame({"group": NAMES, **ratios, "both": (flows["outflow"] - back) / new})
