"""How often the tests of hypotheses reject: true nulls (type I error) and effects of 3 and 5 % (power).

Series are drawn here, with no part of `analysis.models`: Poisson flows of groups with seasons of their own, shocks that
are first-order autoregressions (common ones and each group's own), a part registered a quarter late, counts in tens;
shares of a stock wander. A chunk of replicates is one task.
"""

import itertools
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pandas as pd
from replicates import Crew, Replicate

from analysis.measures.question import Question
from analysis.models.hypothesis.series import TESTS, Design, design_of, log_series
from analysis.models.hypothesis.testing import SUPPORTED, cap, fit, verdict_of
from analysis.models.hypothesis.variants import independent_quarters

QUARTERS = [f"{year}Q{quarter}" for year in range(2018, 2024) for quarter in (1, 2, 3, 4)]
N = len(QUARTERS)
TIME = np.arange(N) / 4 - (N - 1) / 8
COMMON_SD, SEASON_SD, LATE, CHUNK = 0.06, 0.08, 0.02, 50
EFFECTS = (0.0, 0.03, 0.05)
LEVEL = 0.05


@dataclass(frozen=True)
class Null:
    """A true null: flows a quarter of each group, and what shocks there are; ``stock`` is a share of a stock instead.

    ``own`` and ``correlation`` are of the shocks of each group's own, ``common`` the correlation of the common ones.
    """

    name: str
    sizes: tuple[float, ...]
    own: float = 0.0
    correlation: float = 0.0
    common: float = 0.7
    stock: bool = False

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that can be asked of it."""
        return TESTS if len(self.sizes) == 2 else TESTS[1:]  # of one group there is no difference


PAIR, SMALL = (6000.0, 7000.0), (400.0, 20_000.0)
NULLS = (
    Null("two groups, by chance only", PAIR),
    Null("two groups, own shocks 3 %, independent", PAIR, 0.03),
    Null("two groups, own shocks 3 %, ρ = 0.5", PAIR, 0.03, 0.5),
    Null("two groups, own shocks 3 %, ρ = 0.8", PAIR, 0.03, 0.8),
    Null("400 against 20,000 a quarter, own shocks 3 %, ρ = 0.5", SMALL, 0.03, 0.5),
    Null("400 against 20,000 a quarter, own shocks 3 %, ρ = 0.8", SMALL, 0.03, 0.8),
    Null("total, shocks 6 %, independent", (13_000.0,), 0.0, 0.0, 0.0),
    Null("total, shocks 6 %, ρ = 0.5", (13_000.0,), 0.0, 0.0, 0.5),
    Null("total, shocks 6 %, ρ = 0.7", (13_000.0,), 0.0, 0.0, 0.7),
    Null("total, shocks 6 %, ρ = 0.8", (13_000.0,), 0.0, 0.0, 0.8),
    Null("long-term share, two stocks, ρ = 0.97", (60_000.0, 70_000.0), 0.03, 0.97, stock=True),
    Null("long-term share, total, ρ = 0.97", (400_000.0,), 0.03, 0.97, stock=True),
)


def _shocks(rng: np.random.Generator, correlation: float) -> np.ndarray:
    series = rng.standard_normal(N)
    for at in range(1, N):
        series[at] = correlation * series[at - 1] + np.sqrt(1 - correlation**2) * series[at]
    return series


def _effect(test: str, size: float) -> np.ndarray:
    """Return an effect on the logarithm of the first group: a step, a growth by year, or a change of the last year."""
    if test == "difference":
        return np.full(N, np.log1p(size))
    even = TIME - TIME[:4].mean()
    return np.log1p(size) * (even / even[-4:].mean() if test == "change" else TIME)


def _tens(counts: np.ndarray) -> np.ndarray:
    return np.round(counts / 10) * 10


def draw_question(null: Null, rng: np.random.Generator, effect: np.ndarray) -> Question:
    """Return the printed figures of one replicate."""
    names = ("men", "women")[: len(null.sizes)]
    common = COMMON_SD * _shocks(rng, null.common)
    frames = []
    for at, (name, size) in enumerate(zip(names, null.sizes, strict=True)):
        season = SEASON_SD * rng.standard_normal(4)
        log = np.tile(season - season.mean(), N // 4) + null.own * _shocks(rng, null.correlation) + effect * (at == 0)
        if null.stock:
            below, above = np.full(N, size), size * 0.45 * np.exp(log - np.tile(season - season.mean(), N // 4))
        else:
            drawn = rng.poisson(size * np.exp(log + common))
            late = rng.binomial(drawn, LATE)
            late[-1] = 0
            above = drawn - late + np.concatenate([[0], late[:-1]])
            below = rng.poisson(size, N)
        above, below = _tens(above), _tens(below)
        ends = {"value_lo": (above - 5) / (below + 5), "value_hi": (above + 5) / (below - 5)}
        counts = {"numerator_count": above, "denominator_count": below}
        frames.append(pd.DataFrame({"group": name, "period": QUARTERS, "tables": "drawn", "value": above / below,
                                    **ends, **counts, "missing": ""}))  # fmt: skip
    measure = "long_term_share" if null.stock else "outflow_ratio"
    dimension = "sex" if len(names) == 2 else "total"
    return Question(measure, dimension, names if len(names) == 2 else ("total",), pd.concat(frames, ignore_index=True))


def chunk(null: Null, number: int) -> pd.DataFrame:
    """Return the results of some replicates: for each test and effect whether each method rejects.

    Effects are drawn in every second chunk: power needs to be known less well than the level.
    """
    rows = []
    effects = EFFECTS if number % 2 == 0 else EFFECTS[:1]
    for seed in range(number * CHUNK, (number + 1) * CHUNK):
        for test, size in itertools.product(null.tests, effects):
            rng = np.random.default_rng([seed, NULLS.index(null)])
            question = draw_question(null, rng, _effect(test, size))
            series, design = log_series(question), _design(null, test)
            found = fit(series, design, 1 - LEVEL)
            verdict = verdict_of(found.lo, found.hi, "different")
            capped = cap(found, series, test, verdict, 1 - LEVEL)
            supported = verdict == SUPPORTED and not capped
            old = independent_quarters(series, design, 1 - LEVEL)
            rows.append((null.name, test, size, seed, found.p_value, supported, bool(capped), series.alike,
                         old.p_value < LEVEL))  # fmt: skip
    columns = ["null", "test", "effect", "seed", "p", "supported", "capped", "alike", "independent"]
    return pd.DataFrame(rows, columns=columns)


@cache
def _design(null: Null, test: str) -> Design:
    return design_of(draw_question(null, np.random.default_rng(0), np.zeros(N)), test)


def run(crew: Crew, replicates: int, nulls: tuple[Null, ...] = NULLS) -> pd.DataFrame:
    """Return the results of so many replicates of nulls, in whole chunks."""
    parts = [(null, number) for number in range(-(-replicates // CHUNK)) for null in nulls]
    chunks = [Replicate(f"null{NULLS.index(part[0]):02d}-{part[1]:04d}.csv", partial(chunk, *part)) for part in parts]
    return pd.concat(crew.results(chunks), ignore_index=True)


def summary(results: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each null, test and effect: how often each method rejects, in percent, and its error."""
    by = results.groupby(["null", "test", "effect"], sort=False)
    found = by.agg(replicates=("p", "size"), supported=("supported", "mean"), capped=("capped", "mean"),
                   independent=("independent", "mean")).reset_index()  # fmt: skip
    rates = found[["supported", "capped", "independent"]] * 100
    error = np.sqrt(rates["supported"] * (100 - rates["supported"]) / found["replicates"])
    return found.assign(**rates, error=error)
