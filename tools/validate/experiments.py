"""What one seed is run through: the world of the rules, and a world in which no quarter is like another."""

from __future__ import annotations

import warnings
from functools import cache, partial
from itertools import product

import numpy as np
import pandas as pd
from estimands import DIMENSIONS, recommended
from naive import Z, naive
from replicates import Replicate
from study import rows
from switches import returns_left_out
from world import QUARTER, QUARTERS, YEAR, World, second_world, world

from analysis.models.flows.panel import panel_of
from analysis.models.flows.rates import fit_rates
from analysis.simulation.unrest import default_unrest

EXACT_EVERY = 4
"""Of so many replicates one is estimated from the unrounded counts as well."""
NOISE = {"exit": 0.05, "entry": 0.07}
"""Standard deviation of the logarithm of a quarter's own effect, drawn again for each quarter of each replicate."""


def as_the_rules_are(seed: int, persons: int, dimensions: tuple[str, ...] = DIMENSIONS) -> Replicate:
    """Return a replicate of the rules: recommended and naive estimates."""
    return Replicate(f"rules-{persons}-{seed:04d}.csv", partial(_by_rules, seed, persons, dimensions))


def _by_rules(seed: int, persons: int, dimensions: tuple[str, ...]) -> pd.DataFrame:
    of = world(seed, persons)
    left_out = returns_left_out(of)
    parts = [rows("returns", left_out["group"], name, left_out[name], *NOTHING) for name in left_out.columns[1:]]
    found = [
        recommended(of, of.printed, dimensions).assign(kind="recommended", figures="printed"),
        naive(of, of.printed).assign(kind="naive", figures="printed"),
        pd.concat(parts).assign(kind="returns", figures="exact"),
    ]
    if seed % EXACT_EVERY == 0:
        found.append(recommended(of, of.exact, dimensions).assign(kind="recommended", figures="exact"))
    return pd.concat(found, ignore_index=True)


def as_the_second_world(seed: int, persons: int) -> Replicate:
    """Return a replicate of the second world: recommended estimates."""
    return Replicate(f"shocks-{persons}-{seed:04d}.csv", partial(_by_shocks, seed, persons))


def _by_shocks(seed: int, persons: int) -> pd.DataFrame:
    history = (seed - 1) // SAME_HISTORY
    of, usual = second_world(seed, persons, default_unrest(), history), _without_shocks(ORDINARY * persons)
    found = recommended(of, of.printed, DIMENSIONS, usual, _with_seasons(persons, history)).assign(
        kind="recommended", figures="printed"
    )
    return found.assign(history=history)


SAME_HISTORY = 3
"""Replicates that share their shocks: they differ by chance alone, and their mean is what was to be expected."""


@cache
def _with_seasons(persons: int, history: int) -> World:
    return second_world(0, persons, default_unrest(common=0, by_group=0), history)


@cache
def _without_shocks(persons: int) -> World:
    return second_world(0, persons, default_unrest(common=0, by_group=0, season=0))


NOTHING = (np.nan, np.nan, np.nan)


def with_own_quarters(seed: int, persons: int) -> Replicate:
    """Return a replicate of the national ratio of a year where each quarter has effects of its own, without a lockdown.

    The truth is that of the same rules without such effects: the ratio that the year would have with ordinary quarters.
    That is what readers mean when they ask whether a ratio is higher than before by more than chance.
    """
    return Replicate(f"quarters-{persons}-{seed:04d}.csv", partial(_own_quarters, seed, persons))


def _own_quarters(seed: int, persons: int) -> pd.DataFrame:
    chance = np.random.default_rng([seed, 1])
    shocks = {
        name: dict(zip(QUARTERS, np.exp(chance.normal(0, deviation, len(QUARTERS))), strict=True))
        for name, deviation in NOISE.items()
    }
    of = world(seed, persons, shocks)
    frame = of.printed.flow_frame()
    panel = panel_of(frame[frame["dimension"] == "total"])
    out, into = (of.printed.flows[name][0, QUARTER].sum() for name in ("outflow", "inflow"))
    half_width = np.exp(Z * np.sqrt(1 / out + 1 / into))
    choices = [choice for choice in product(COVARIANCES, PERIODS) if choice != ("cluster", "year")]  # refused
    fitted = {f"{choice[0]}, {PERIODS[choice[1]]}": _fitted(panel, *choice) for choice in choices}
    truth, own = _ratio(_ordinary(ORDINARY * persons)), _ratio(of)
    binomial, found = [out / into, out / into / half_width, out / into * half_width], []
    for what, true in (("an ordinary year", truth), ("the year as it was", own)):
        found.append(rows(what, ["total"], "plain binomial", *([each] for each in binomial), [true]))
        for name, rate in fitted.items():
            values = (rate[end].to_numpy(float) for end in ("value", "value_lo", "value_hi"))
            found.append(rows(what, ["total"], name, *values, [true]))
    return pd.concat(found, ignore_index=True).assign(figures="printed")


PERIODS = {"year": "a level a year", "trend": "a straight line"}
COVARIANCES = ("chance", "hac", "cluster")


def _fitted(panel: pd.DataFrame, covariance: str, period: str) -> pd.DataFrame:
    with warnings.catch_warnings():  # statsmodels: sandwich errors are "not fully supported" with weights
        warnings.simplefilter("ignore")
        rates = fit_rates(panel, "ratio", covariance=covariance, period=period).rates
    return rates[rates["year"].astype(int) == YEAR]


def _ratio(of: World) -> float:
    out, into = (of.true("expected", name)[0, QUARTER].sum() for name in ("outflow", "inflow"))
    return float(out / into)


@cache
def _ordinary(persons: int) -> World:
    return world(0, persons, {"exit": {}, "entry": {}})


ORDINARY = 8
"""The world without effects of single quarters is so much larger: its expected ratio itself varies little."""
