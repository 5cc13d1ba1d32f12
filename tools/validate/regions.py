"""Municipalities of known rates: how often the intervals of `models.regions` hold, and what is recovered.

Worlds are those of `simulation.regions`: lasting differences normal, skewed or in two clusters; shocks that persist and
are large; and municipalities a twentieth as large, whose counts in tens are mostly rounding. The truth of a level is
what was to be expected of the persons who were there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from study import kept

from analysis.models.regions.background import explain
from analysis.models.regions.change import change
from analysis.models.regions.counts import RegionCounts
from analysis.models.regions.funnel import funnel
from analysis.models.regions.level import level
from analysis.models.regions.ranks import compare, ranks
from analysis.models.regions.shrinkage import shrink
from analysis.simulation.regions import REGION_MONTHS, RegionRules, Regions, default_rules, draw_regions

CONFIDENCE = 0.95
STOCK, INHABITANTS = 400_000, 18_000_000
YEAR = 12
FEW = 12
SMALL = 0.25
"""The part of the municipalities that counts as small."""
_ALIKE = {name: {**about, "effect": 0.0} for name, about in default_rules().background.items()}
WORLDS: dict[str, dict] = {
    "normal": {},
    "skewed": {"shape": "skewed"},
    "two clusters": {"shape": "clusters"},
    "large shocks that persist": {"shock": 0.15, "persistence": 0.99},
    "a twentieth as large": {},
}
NULLS: dict[str, dict] = {
    "chance alone": {"between": 0.0, "shock": 0.0, "background": _ALIKE},
    "differences, normal": {"between": 0.25, "shock": 0.0, "background": _ALIKE},
    "differences, skewed": {"between": 0.25, "shock": 0.0, "background": _ALIKE, "shape": "skewed"},
    "differences, two clusters": {"between": 0.25, "shock": 0.0, "background": _ALIKE, "shape": "clusters"},
}


def replicate(seed: int, world: str, raw: Path) -> pd.DataFrame:
    """Return the figures of one draw of a world, kept in a folder and read from there: one row a figure."""
    name = world.replace(" ", "-").replace(",", "")
    return kept(raw / f"regions-{name}-{seed:04d}.csv", partial(_figures, seed, world))


def _figures(seed: int, world: str) -> pd.DataFrame:
    figures = null_figures(seed, world) if world in NULLS else world_figures(seed, world)
    rows = [(name, value) for name, value in figures.items()]
    return pd.DataFrame(rows, columns=["figure", "value"]).assign(world=world, seed=seed)


def drawn(seed: int, rules: RegionRules, smaller: int = 1) -> Regions:
    """Draw municipalities over the months, the country standing still."""
    months = len(REGION_MONTHS)
    return draw_regions(rules, seed, np.full(months, STOCK // smaller), np.full(months, INHABITANTS // smaller))


def printed(count: np.ndarray, exposure: np.ndarray) -> RegionCounts:
    """Return counts in tens, with their ranges of rounding."""
    tens = (count + 5) // 10 * 10
    return RegionCounts(tens, np.maximum(tens - 5, 0), tens + 5, exposure)


def world_figures(seed: int, world: str) -> dict[str, float]:
    """Return coverages and what is recovered, in one draw of a world: parts, and shares as they are."""
    regions = drawn(seed, default_rules(**WORLDS[world]), 20 if "twentieth" in world else 1)
    persons, people = regions.of_whole(regions.persons), regions.of_whole(regions.inhabitants)
    rate, small = regions.rate(), people[:, -1] <= np.quantile(people[:, -1], SMALL)
    counts, before = (printed(persons[:, at], people[:, at]) for at in (-1, -1 - YEAR))
    found: dict[str, float] = {}

    def holds(name: str, lo: np.ndarray, hi: np.ndarray, truth: np.ndarray) -> None:
        inside = (lo <= truth) & (truth <= hi)
        found[name] = inside.mean()
        if len(inside) == len(small):
            found[f"{name}, small"] = inside[small].mean()

    own, drawn_in = level(counts), shrink(counts, seed=seed)
    holds("level", own.lo, own.hi, rate[:, -1])
    holds("shrunken", drawn_in.lo, drawn_in.hi, rate[:, -1])
    order = ranks(drawn_in.draws)
    holds("rank", order.lo, order.hi, (-rate[:, -1]).argsort().argsort() + 1)
    found["half-width, shrunken over own"] = float(np.median((drawn_in.hi - drawn_in.lo) / (own.hi - own.lo)))
    _few(holds, counts, rate[:, -1], seed)
    found |= _pairs(drawn_in.draws, rate[:, -1])
    _changes(holds, before, counts, rate, persons / people, default_rules().staying ** YEAR)
    names = list(default_rules().background)
    seen = explain(counts, regions.background, names, seed=seed)
    truth = regions.explained_share()
    found |= {
        "explained share": seen.share, "explained share, true": truth,
        "explained share, fitted": seen.share_fitted, "explained share, quasi-binomial": seen.share_quasi,
        "explained share, error": seen.share - truth, "explained share, lo": seen.share_lo,
        "explained share, hi": seen.share_hi,
    }  # fmt: skip
    holds("remaining", seen.remaining_lo, seen.remaining_hi, rate[:, -1] / seen.expected)
    for name, value in (("shrunken", drawn_in.value), ("by background", seen.remaining * seen.expected)):
        for of, which in (("", slice(None)), (", small", small)):
            errors = [np.sqrt(((each - rate[:, -1])[which] ** 2).mean()) for each in (value, counts.rate)]
            found[f"error, {name} over own{of}"] = errors[0] / errors[1]
    return found


def _few(holds: Callable, counts: RegionCounts, rate: np.ndarray, seed: int) -> None:
    """Shrink twelve municipalities by themselves: how far they differ is then hardly known."""
    chosen = np.random.default_rng(seed).permutation(len(counts))[:FEW]
    seen = shrink(counts.take(chosen), seed=seed)
    holds("shrunken, twelve regions", seen.lo, seen.hi, rate[chosen])


def _pairs(draws: np.ndarray, rate: np.ndarray) -> dict[str, float]:
    """Return how many pairs with every tenth region get a verdict, and how many of these are wrong."""
    decided = wrong = pairs = 0
    for at in range(0, len(rate), 10):
        verdict = compare(draws, at).verdict
        higher, lower = verdict == "higher", verdict == "lower"
        pairs += len(rate) - 1
        decided += int((higher | lower).sum())
        wrong += int((higher & (rate < rate[at])).sum() + (lower & (rate > rate[at])).sum())
    return {"pairs decided": decided / pairs, "pairs decided wrongly": wrong / decided}


def _changes(holds: Callable, before: RegionCounts, after: RegionCounts, rate: np.ndarray, counted: np.ndarray,
             staying: float) -> None:  # fmt: skip
    truth, own = rate[:, -1] / rate[:, -1 - YEAR], counted[:, -1] / np.maximum(before.rate, 0.5 / before.exposure)
    for name, given in (("", staying), (", staying taken 0.15 too low", staying - 0.15), (", staying taken as 0", 0.0)):
        seen = change(before, after, given)
        holds(f"change{name}", seen.ratio_lo, seen.ratio_hi, truth)
        holds(f"change, shrunken{name}", seen.shrunken_lo, seen.shrunken_hi, truth)
        holds(f"change, expected of the level{name}", seen.expected_lo, seen.expected_hi, own)


def null_figures(seed: int, world: str) -> dict[str, float]:
    """Return how many exact counts lie within the limits of a funnel, and how many regions it calls outside."""
    rules = default_rules(**NULLS[world])
    regions = drawn(seed, rules)
    persons, people = (regions.of_whole(each)[:, -1] for each in (regions.persons, regions.inhabitants))
    counts, found = printed(persons, people), {}
    for name, more in (("", True), (", without differences", False)):
        seen = funnel(counts, overdispersed=more)
        for number, confidence in enumerate(seen.confidence):
            inside = (persons / people >= seen.lower[number]) & (persons / people <= seen.upper[number])
            about = f"{100 * confidence:g}{name}"
            found[f"inside {about}"] = inside.mean()
            found[f"called outside {about}"] = np.isin(seen.verdict[number], ["above", "below"]).mean()
    return found
