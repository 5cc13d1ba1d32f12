"""Municipalities of known rates: how often the intervals of `models.regions` hold, and what is recovered.

Worlds are those of `simulation.regions`: lasting differences normal, skewed or in two clusters; shocks that persist and
are large; and municipalities a twentieth as large, whose counts in tens are mostly rounding. The truth of a level is
what was to be expected of the persons who were there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from own_rates import level
from replicates import Crew, Replicate

from analysis.models.regions.background import explain
from analysis.models.regions.change import FEWEST_PERSONS, change
from analysis.models.regions.counts import RegionCounts
from analysis.models.regions.funnel import funnel, funnel_curve, transformed
from analysis.models.regions.ranks import compare, ranks
from analysis.models.regions.shrinkage import expected_by_size, shrink
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
    by_size = shrink(counts, expected_by_size(counts), seed=seed)
    holds("shrunken towards size", by_size.lo, by_size.hi, rate[:, -1])
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
    means = {"shrunken": drawn_in.value, "by size": by_size.value, "by background": seen.remaining * seen.expected}
    for name, value in means.items():
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
        many = np.minimum(before.count, after.count) >= FEWEST_PERSONS
        ends = seen.expected_lo[many], seen.expected_hi[many]
        holds(f"change, expected of the level, 15 persons and more{name}", *ends, own[many])


def null_figures(seed: int, world: str) -> dict[str, float]:
    """Return how many exact counts lie within the limits of a funnel, and how many regions it calls outside.

    Beside the limits of `models.regions.funnel` those of chance alone, and those with the moments of Spiegelhalter.
    """
    rules = default_rules(**NULLS[world])
    regions = drawn(seed, rules)
    persons, people = (regions.of_whole(each)[:, -1] for each in (regions.persons, regions.inhabitants))
    counts, found = printed(persons, people), dict[str, float]()
    seen = funnel(counts)
    tau = _moments(counts, seen.target, seen.family)
    others = {
        "": seen,
        ", by chance alone": funnel(counts, overdispersed=False),
        ", by moments": replace(seen, tau=tau),
    }
    for name, limits in others.items():
        lower, upper = funnel_curve(limits, people)
        for number, confidence in enumerate(limits.confidence):
            inside = (persons / people >= lower[number]) & (persons / people <= upper[number])
            found[f"inside {100 * confidence:g}{name}"] = inside.mean()
    for number, confidence in enumerate(seen.confidence):
        outside = np.isin(seen.verdict[number], ["above", "below"])
        found[f"called outside {100 * confidence:g}"] = outside.mean()
    return found


def _moments(counts: RegionCounts, target: np.ndarray, family: str) -> float:
    """Return tau as Spiegelhalter (2005) estimates it: by moments of z-scores of chance, winsorised at a tenth."""
    variance = 1 / (counts.exposure * target * (1 - target))
    z = (transformed(counts.count, counts.exposure, family) - np.log(target / (1 - target))) / np.sqrt(variance)
    z, weight, regions = np.clip(z, *np.quantile(z, [0.1, 0.9])), 1 / variance, len(z)
    tau2 = ((z**2).sum() - (regions - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return float(np.sqrt(max(tau2, 0)))


def run(crew: Crew, replicates: int, worlds: tuple[str, ...] = (*WORLDS, *NULLS)) -> pd.DataFrame:
    """Return the figures of so many draws of each world."""
    draws = [replicate(seed, world) for world in worlds for seed in range(1, 1 + replicates)]
    return pd.concat(crew.results(draws), ignore_index=True)


def replicate(seed: int, world: str) -> Replicate:
    """Return a draw of a world."""
    name = world.replace(" ", "-").replace(",", "")
    return Replicate(f"regions-{name}-{seed:04d}.csv", partial(_figures, seed, world))


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each figure over draws, in percent, its Monte Carlo error and its spread over draws.

    The interval of the explained share is for municipalities like these: it has to hold the mean of the true share.
    """
    share = runs[runs["figure"].str.startswith("explained share")]
    ends = share.pivot_table("value", ["world", "seed"], "figure").reset_index()
    if len(ends):
        true = ends.groupby("world")["explained share, true"].transform("mean")
        for name, truth in (("of such municipalities", true), ("of these", ends["explained share, true"])):
            inside = (ends["explained share, lo"] <= truth) & (truth <= ends["explained share, hi"])
            more = ends[["world", "seed"]].assign(
                figure=f"explained share, interval holds that {name}", value=inside * 1.0
            )
            runs = pd.concat([runs, more], ignore_index=True)
    by = runs.assign(value=100 * runs["value"]).groupby(["world", "figure"], sort=False)["value"]
    found = pd.DataFrame({"mean": by.mean(), "error": by.sem(), "spread": by.std(), "replicates": by.size()})
    return found.reset_index()
