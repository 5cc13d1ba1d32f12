"""Municipalities with known rates: persons with bijstand by region and month, and the background that moves the rates.

The logarithm of the rate of municipality g in month t is

    log r[g, t] = level[t] + sum(effect * standardised background[g]) + lasting[g] + shock[g, t],

``lasting`` being drawn once and ``shock`` a first-order autoregression. The level makes the expected persons add up to
a given number for the country, the stock of the simulated population. Persons stay from month to month, each with one
chance, and newcomers are a multinomial draw, so that a count has the chance variation of independent persons (Poisson
given the country's), and counts of neighbouring months share most persons.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifications.regions import regions_of
from analysis.errors import CallError
from analysis.simulation.autoregression import autoregression
from analysis.simulation.parameters import content

REGION_MONTHS = pd.period_range("2016-01", "2025-12", freq="M")
_INHABITANTS = 18_000_000
SHAPES = ("normal", "skewed", "clusters")


@dataclass(frozen=True)
class RegionRules:
    """The rules; ``regions.toml`` says what each is."""

    municipalities: int
    size_spread: float
    smallest: list[int]
    growth_spread: float
    between: float
    shape: str
    shock: float
    persistence: float
    staying: float
    couples: float
    single_parents: float
    above_aow: float
    provisions: float
    background: dict[str, dict[str, float]]
    mergers: dict[str, dict[str, Any]]

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise CallError(f"shape {self.shape!r}: expected one of {', '.join(SHAPES)}.")


@dataclass(frozen=True, eq=False)
class Regions:
    """The drawn municipalities; P parts, each in one of G municipalities of the last map, K backgrounds, T months.

    Attributes
    ----------
    codes : list of str, G
        Municipalities of the last map.
    parts : list of str, P
        The code of each part before its merger; that of the municipality where there was none.
    whole, merged : ndarray of int, P
        The municipality of each part, and the month from which it is counted there.
    province : ndarray of int, G
        The position of its province among the twelve.
    background : ndarray of float, (G, K)
        Shares, in the order of the rules.
    inhabitants, persons : ndarray of int, (P, T)
        At month ends.
    expected : ndarray of float, (P, T)
        The persons expected of the rates: the truth.
    lasting : ndarray of float, G
        The lasting difference from what the background says, on the logarithm of the rate.
    by_background : ndarray of float, (G, T)
        The rate expected of the background alone.
    """

    codes: list[str]
    parts: list[str]
    whole: np.ndarray
    merged: np.ndarray
    province: np.ndarray
    background: np.ndarray
    inhabitants: np.ndarray
    persons: np.ndarray
    expected: np.ndarray
    lasting: np.ndarray
    by_background: np.ndarray

    def of_whole(self, numbers: np.ndarray) -> np.ndarray:
        """Return numbers of parts added up to the last map, a row a municipality."""
        added = np.zeros((len(self.codes), *numbers.shape[1:]), numbers.dtype)
        np.add.at(added, self.whole, numbers)
        return added

    def rate(self) -> np.ndarray:
        """Return the expected persons per inhabitant by municipality of the last map and month."""
        return self.of_whole(self.expected) / self.of_whole(self.inhabitants)

    def explained_share(self, month: int = -1) -> float:
        """Return the part of the variance of rates between municipalities that the background makes, in a month."""
        rate, by_background = self.rate()[:, month], self.by_background[:, month]
        return float(1 - ((rate - by_background) ** 2).sum() / ((rate - rate.mean()) ** 2).sum())


def default_rules(**changed: Any) -> RegionRules:
    """Return the rules of ``regions.toml``, with some of its values changed."""
    return replace(RegionRules(**content("regions.toml")), **changed)


def draw_regions(rules: RegionRules, seed: int, stock: np.ndarray, inhabitants: np.ndarray) -> Regions:
    """Draw municipalities; the same arguments always give the same numbers.

    Parameters
    ----------
    rules : RegionRules
    seed : int
    stock, inhabitants : ndarray of int, T
        Persons with bijstand and inhabitants of the country at the end of each month.
    """
    rng = np.random.default_rng([seed, 86113])
    codes = [*(f"GM{9001 + n}" for n in range(rules.municipalities)), *rules.mergers]
    size = _sizes(rules, len(codes), rng)
    background, score = _background(rules, size, rng)
    lasting = rules.between * _standard(rules.shape, len(codes), rng)
    parts, whole, merged, share = _parts(rules, codes, rng)
    growth = 1 + rules.growth_spread * rng.standard_normal(len(codes))
    people = _inhabitants(size[whole] * share, growth[whole], inhabitants)
    shocks = rules.shock * autoregression(len(stock), len(codes), rules.persistence, rng).T
    relative = np.exp(score + lasting)[:, None] * np.exp(shocks)
    weight = people * relative[whole]
    level = stock / weight.sum(axis=0)
    expected = weight * level
    mean = np.exp(rules.shock**2 / 2) * _mean_factor(rules)
    return Regions(
        codes, parts, whole, merged, rng.permutation(np.arange(len(codes)) % len(regions_of("province"))), background,
        people, _persons(rules.staying, stock, expected, rng), expected, lasting,
        np.exp(score)[:, None] * level * mean,
    )  # fmt: skip


def _sizes(rules: RegionRules, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return inhabitants of a country of 18 million, log-normal, the smallest as the rules name them."""
    size = np.exp(rules.size_spread * rng.standard_normal(count))
    size *= _INHABITANTS / size.sum()
    lowest = np.argsort(size[: rules.municipalities])[: len(rules.smallest)]
    size[lowest] = rules.smallest
    merged = slice(rules.municipalities, None)
    size[merged] = np.maximum(size[merged], 25_000)  # so that no part is smaller than the smallest
    return size


def _background(rules: RegionRules, size: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of each background, and what they add to the logarithm of the rate."""
    urban = np.log(size)
    urban = (urban - urban.mean()) / urban.std()
    columns, score = [], np.zeros(len(size))
    for each in rules.background.values():
        own = rng.standard_normal(len(size))
        standard = each["urban"] * urban + np.sqrt(1 - each["urban"] ** 2) * own
        share = np.clip(each["mean"] + each["spread"] * standard, each["mean"] / 10, None)
        columns.append(share)
        score += each["effect"] * (share - each["mean"]) / each["spread"]
    return np.column_stack(columns), score


def _standard(shape: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return draws with mean 0 and standard deviation 1: normal, skewed to the right, or in two clusters."""
    if shape == "skewed":
        return rng.exponential(size=count) - 1
    if shape == "clusters":  # a fifth lies high, the others low, with a spread of their own
        return np.where(rng.random(count) < 0.2, 1.8, -0.45) + 0.436 * rng.standard_normal(count)
    return rng.standard_normal(count)


def _mean_factor(rules: RegionRules) -> float:
    """Return the mean of exp(lasting), so that the background alone expects what is right in the mean."""
    width = rules.between
    if rules.shape == "skewed":
        return float(np.exp(-width) / (1 - width))
    if rules.shape == "clusters":
        own = np.exp((0.436 * width) ** 2 / 2)
        return float(own * (0.2 * np.exp(1.8 * width) + 0.8 * np.exp(-0.45 * width)))
    return float(np.exp(width**2 / 2))


def _parts(rules: RegionRules, codes: list[str], rng: np.random.Generator) -> tuple:
    """Return code, municipality, month of the merger and share of its inhabitants of each part."""
    rows = []
    for number, code in enumerate(codes):
        merger = rules.mergers.get(code)
        names = merger["parts"] if merger else [code]
        month = 12 * (merger["year"] - REGION_MONTHS[0].year) if merger else 0
        share = rng.dirichlet(np.full(len(names), 8.0))
        rows += [(name, number, month, part) for name, part in zip(names, share, strict=True)]
    parts, whole, merged, share = zip(*rows, strict=True)
    return list(parts), np.array(whole), np.array(merged), np.array(share)


def _inhabitants(size: np.ndarray, growth: np.ndarray, inhabitants: np.ndarray) -> np.ndarray:
    """Return inhabitants by part and month, whole numbers that add up to the country's."""
    path = size[:, None] * growth[:, None] ** (np.arange(len(inhabitants)) / 12)
    people = np.maximum(np.round(path / path.sum(axis=0) * inhabitants), 1).astype(np.int64)
    people[np.argmax(size)] += inhabitants - people.sum(axis=0)
    return people


def _persons(staying: float, stock: np.ndarray, expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return persons by part and month: those who stayed and newcomers, with the expected numbers as their means."""
    persons = np.zeros(expected.shape, np.int64)
    persons[:, 0] = rng.multinomial(stock[0], expected[:, 0] / expected[:, 0].sum())
    for month in range(1, len(stock)):
        before, now = expected[:, month - 1], expected[:, month]
        stay = np.minimum(staying, now / before)  # where so many fewer are expected, more leave
        kept = rng.binomial(persons[:, month - 1], stay)
        if (many := kept.sum() - stock[month]) > 0:  # by chance alone, in a country that shrinks as fast as it can
            kept -= rng.multivariate_hypergeometric(kept, many, method="marginals")
        new = np.maximum(now - stay * before, 0) + 1e-9
        persons[:, month] = kept + rng.multinomial(stock[month] - kept.sum(), new / new.sum())
    return persons


def region_truth(regions: Regions, rules: RegionRules) -> dict[str, Any]:
    """Return what is true of the municipalities of the last map, for the file that is kept with the tables."""
    return {
        "rules": asdict(rules),
        "codes": regions.codes,
        "months": [str(month) for month in REGION_MONTHS],
        "background": list(rules.background),
        "rate": regions.rate(),
        "expected_by_background": regions.by_background[:, -1],
        "lasting": regions.lasting,
        "explained_share": regions.explained_share(),
    }
