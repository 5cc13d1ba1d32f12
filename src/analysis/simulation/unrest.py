"""The second world: exits and entries on any day, people who differ, shocks that persist, flows registered late.

The rules are those of the first world (`analysis.simulation.parameters`), read as rates in continuous time: a chance of
0.04 a month is a rate of 0.04 a month. On top come a gamma factor of each person on the rate to leave, kept from spell
to spell; first-order autoregressive shocks on the logarithm of rates and of the stream of new people, one for all and
one for each sex, age class and origin; seasons of their own for these; and late registration. It shares no estimator
with `analysis.models`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from analysis.errors import CallError
from analysis.simulation.autoregression import autoregression
from analysis.simulation.parameters import (
    AGE_CLASS,
    AGES,
    BANDS,
    CELLS,
    LONG,
    MONTHS,
    ORIGINS,
    SHAPE,
    Parameters,
    age_limits,
    content,
)
from analysis.simulation.population import Counts, Rng, empty_counts
from analysis.simulation.steady import steady_state

_EDGES = np.array([*list(BANDS.values())[1:], np.inf])  # months at which a band ends
_SEXES = SHAPE[0] // len(ORIGINS)
_ONE_YEAR = 12.0


@dataclass(frozen=True)
class Unrest:
    """What the second world adds to the rules; ``unrest.toml`` says what each is."""

    correlation: float
    common: float
    by_group: float
    season: float
    frailty: float
    late: float

    def __post_init__(self) -> None:
        if not 0 <= self.correlation <= 0.99:
            raise CallError(f"correlation {self.correlation}: expected a number from 0 to 0.99.")
        for name, value in asdict(self).items():
            if value < 0 or (name == "late" and value > 1):
                raise CallError(f"{name} {value}: expected a number from 0{' to 1' if name == 'late' else ''}.")


def default_unrest(**changed: float) -> Unrest:
    """Return the second world of ``unrest.toml``, with some of its values changed."""
    return Unrest(**{**content("unrest.toml"), **changed})


@dataclass(frozen=True, eq=False)
class _People:
    """Persons: kind, moment of birth, moment since which they are there (or away), and their factor; in months."""

    kind: np.ndarray
    born: np.ndarray
    since: np.ndarray
    frailty: np.ndarray

    def pick(self, chosen: np.ndarray) -> _People:
        return _People(*(getattr(self, name)[chosen] for name in _PARTS))

    def __add__(self, other: _People) -> _People:
        return _People(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in _PARTS))

    def age_class(self, moment: float) -> np.ndarray:
        return AGE_CLASS[(moment - self.born).astype(np.int64)]


_PARTS = tuple(_People.__dataclass_fields__)


def draw_unrest(rules: Parameters, unrest: Unrest, history: int | None = None) -> Counts:
    """Draw the second world and count it; the same rules always give the same numbers.

    Two seeds with the same ``history`` have the same shocks and seasons, and differ by chance alone.

    ``at_risk`` is exposure in person-months, ``expected_outflow`` the rates over that exposure (the compensator), both
    with what persons and shocks did.
    """
    rng, counts = np.random.default_rng([rules.seed, 2]), empty_counts()
    steady = steady_state(rules, age_limits()[0])
    scale = rules.persons / steady.stock.sum()
    stock = _opening(scale * steady.stock, rules, unrest, rng)
    pool = _opening(scale * steady.pool, rules, unrest, rng)
    shocks = rng if history is None else np.random.default_rng([history, 4])
    leaving, entering = (_effects(calendar, unrest, shocks) for calendar in (rules.exit_calendar, rules.entry_calendar))
    counts.stock[0] = _count(stock.kind, stock.age_class(0.0), _band(-stock.since))
    for month, limit in enumerate(age_limits()):
        pool, back = _come_back(pool, month, limit, rules, rng, counts)
        new = _come_in(month, scale * rules.entries(limit), entering[month], unrest, rng, counts)
        entered = back + new
        counts.inflow[month] = _count(entered.kind, entered.age_class(month))
        stock, left = _leave(stock + entered, month, limit, rules.exits() * leaving[month][..., None], rng, counts)
        pool = pool + left
        counts.stock[month + 1] = _count(stock.kind, stock.age_class(month + 1), _band(month + 1 - stock.since))
    return counts


def registered(counts: Counts, unrest: Unrest, seed: int) -> Counts:
    """Return the counts as the register has them: a part of the flows of a month stands in the month after it."""
    rng, moved = np.random.default_rng([seed, 3]), {}
    for name in ("inflow", "reinflow", "outflow"):
        flow = getattr(counts, name)
        late = rng.binomial(flow, unrest.late)
        late[-1] = 0
        moved[name] = flow - late + np.concatenate([np.zeros_like(late[:1]), late[:-1]])
    return replace(counts, **moved)


def _effects(calendar, unrest: Unrest, rng: Rng) -> np.ndarray:
    """Return the factor of each month on the rate of each kind and age class: calendar, shocks and seasons."""
    seasons = np.tile(np.repeat(np.arange(4), 3), len(MONTHS) // 12)
    monthly = unrest.correlation ** (1 / 3)
    logs = np.log(calendar.effects())[:, None] + unrest.common * autoregression(len(MONTHS), 1, monthly, rng)
    parts = []
    for size in (_SEXES, len(ORIGINS), len(AGES)):
        shocks = unrest.by_group * autoregression(len(MONTHS), size, monthly, rng)
        season = unrest.season * rng.standard_normal((4, size))
        parts.append(shocks + (season - season.mean(axis=0))[seasons])
    kinds = (parts[0][:, :, None] + parts[1][:, None, :]).reshape(len(MONTHS), -1)
    return np.exp(logs[:, :, None] + kinds[:, :, None] + parts[2][:, None, :])


def _opening(expected: np.ndarray, rules: Parameters, unrest: Unrest, rng: Rng) -> _People:
    """Return people at the opening: those who stayed long are those with a low factor.

    A gamma factor with variance v, of a person whose rate would have come to L by now, is gamma with shape 1/v and rate
    1/v + L (Vaupel, Manton and Stallard 1979, Demography 16).
    """
    number = rng.poisson(expected).ravel()
    kind, age, months = np.unravel_index(np.repeat(np.arange(number.size), number), expected.shape)
    since = -(months + rng.random(len(months)))
    born = -(np.maximum(age, months + 1) + rng.random(len(age)))
    leave = rules.exits()[kind, AGE_CLASS[age]]
    starts = np.array(list(BANDS.values()))
    within = np.clip(-since[:, None] - starts, 0, _EDGES - starts)
    frailty = _frailty(unrest, (leave * within).sum(axis=1), rng)
    return _People(kind.astype(np.int16), born, since, frailty)


def _frailty(unrest: Unrest, cumulative: np.ndarray, rng: Rng) -> np.ndarray:
    if unrest.frailty == 0:
        return np.ones(len(cumulative))
    shape = 1 / unrest.frailty
    return rng.gamma(shape, 1 / (shape + cumulative))


def _band(months: np.ndarray) -> np.ndarray:
    return np.searchsorted(_EDGES, months, "right")


def _count(kind: np.ndarray, age: np.ndarray, band: np.ndarray | None = None, weights=None) -> np.ndarray:
    shape = SHAPE if band is None else CELLS
    cells = kind.astype(np.int64) * SHAPE[1] + age
    cells = cells if band is None else cells * CELLS[2] + band
    return np.bincount(cells, weights, minlength=int(np.prod(shape))).reshape(shape)


def _come_back(pool: _People, month: int, limit: int, rules: Parameters, rng: Rng, counts: Counts):
    """Return those still away, and those who come back in the month, since when they do."""
    pool = pool.pick((month - pool.born < limit) & (month - pool.since < LONG))
    away = month - pool.since
    rates = rules.returns()[pool.age_class(month), away.astype(np.int64)]
    counts.expected_inflow[month] += _count(pool.kind, pool.age_class(month), weights=1 - np.exp(-rates))
    after = rng.standard_exponential(len(rates)) / rates
    comes = after < 1
    back, away, when = pool.pick(comes), (away + after)[comes], month + after[comes]
    soon = away < _ONE_YEAR
    counts.reinflow[month] = _count(back.kind[soon], back.age_class(month)[soon])
    known = soon & (back.since >= 0)
    left = back.pick(known)
    at = left.since.astype(np.int64)
    np.add.at(counts.returned, (at, left.kind, AGE_CLASS[(at - left.born).astype(np.int64)]), 1)
    return pool.pick(~comes), replace(back, since=when)


def _come_in(month: int, entries: np.ndarray, effect: np.ndarray, unrest: Unrest, rng: Rng, counts: Counts) -> _People:
    expected = entries * effect[:, AGE_CLASS[: entries.shape[1]]]
    counts.expected_inflow[month] += expected @ np.equal.outer(AGE_CLASS[: expected.shape[1]], np.arange(SHAPE[1]))
    ends = np.cumsum(expected)
    drawn = np.searchsorted(ends, rng.random(rng.poisson(ends[-1])) * ends[-1], "right")
    kind, age = np.unravel_index(drawn, expected.shape)
    born = month - age - rng.random(len(age)) * 0.999
    when = month + rng.random(len(age))
    return _People(kind.astype(np.int16), born, when, _frailty(unrest, np.zeros(len(age)), rng))


def _leave(
    stock: _People, month: int, limit: int, rates: np.ndarray, rng: Rng, counts: Counts
) -> tuple[_People, _People]:
    """Return those who stay and those who left in the month; exposure, exits and expected exits are counted by band."""
    age = stock.age_class(month)
    start = np.maximum(stock.since, month)
    end = np.clip(stock.born + limit, start, month + 1)  # the AOW age, or the end of the month
    lasted = start - stock.since
    band = _band(lasted)
    turn = np.minimum(end, start + _EDGES[band] - lasted)  # where the next band begins, if it does
    later = np.minimum(band + 1, CELLS[2] - 1)
    one, two = (stock.frailty * rates[stock.kind, age, each] for each in (band, later))
    drawn = rng.standard_exponential(len(age))
    first, second = one * (turn - start), two * (end - turn)
    leaves = drawn < first + second
    early = drawn < first
    with np.errstate(divide="ignore", invalid="ignore"):
        moment = np.where(early, start + drawn / one, turn + (drawn - first) / two)
    stop = np.where(leaves, moment, end)
    before, after = np.minimum(stop, turn) - start, np.maximum(stop - turn, 0)
    for each, spent, rate in ((band, before, one), (later, after, two)):
        counts.at_risk[month] += _count(stock.kind, age, each, spent)
        counts.expected_outflow[month] += _count(stock.kind, age, each, spent * rate)
    left = stock.pick(leaves)
    counts.outflow[month] = _count(left.kind, age[leaves], np.where(early, band, later)[leaves])
    retired = ~leaves & (end < month + 1)
    counts.aow_exits[month] = _count(stock.kind[retired], age[retired])
    lasted_until = _band(end - stock.since)
    counts.aow_by_band[month] = _count(stock.kind[retired], age[retired], lasted_until[retired])
    stays = ~leaves & ~retired
    still = stock.pick(stays)
    counts.ageing[month] = _count(still.kind, still.age_class(month + 1)) - _count(still.kind, age[stays])
    return still, replace(left, since=moment[leaves])
