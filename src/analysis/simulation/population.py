"""The population itself: persons drawn month by month, and counted as they come, stay and leave.

In a month everyone gets a month older, and those who reach the AOW age go; some of the stock leave; some of those who
left come back; new people come in. Durations are full months at the last month end a person was in the stock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.simulation.parameters import AGE_CLASS, BAND, CELLS, LONG, MONTHS, RECENT, SHAPE, Parameters, age_limits
from analysis.simulation.steady import steady_state

Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class People:
    """Persons: kind, month of birth, month in which they came in (or left); month 0 is the first of the calendar."""

    kind: np.ndarray
    born: np.ndarray
    since: np.ndarray

    def pick(self, chosen: np.ndarray) -> People:
        """Return some of them, by position or by true and false."""
        return People(self.kind[chosen], self.born[chosen], self.since[chosen])

    def began(self, month: int) -> People:
        """Return the same persons, in a new state since ``month``."""
        return People(self.kind, self.born, np.full_like(self.since, month))

    def __add__(self, other: People) -> People:
        pairs = ((self.kind, other.kind), (self.born, other.born), (self.since, other.since))
        return People(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True, eq=False)
class Counts:
    """Exact numbers by month, kind and age class; those marked D by duration band as well.

    Attributes
    ----------
    stock : ndarray, D
        At month ends; the first is the one before the calendar begins.
    at_risk, outflow : ndarray, D
        Those who could leave in the month, by the age of the month and the duration at the end of the month before; of
        them, those who left.
    aow_exits : ndarray
        Those who reached the AOW age, by the class that they left.
    aow_by_band : ndarray, D
        The same by duration.
    ageing : ndarray
        Those who came into an age class by getting older, less those who went out of it.
    inflow, reinflow : ndarray
        All who came in; of them, those who had left less than a year before.
    expected_inflow, expected_outflow : ndarray, the second D
        The flows before they were drawn, given all that had happened up to the month.
    returned : ndarray
        Of those who left in the month, by their age then: back within a year, as far as the calendar goes.
    """

    stock: np.ndarray
    at_risk: np.ndarray
    outflow: np.ndarray
    aow_exits: np.ndarray
    aow_by_band: np.ndarray
    ageing: np.ndarray
    inflow: np.ndarray
    reinflow: np.ndarray
    expected_inflow: np.ndarray
    expected_outflow: np.ndarray
    returned: np.ndarray


def draw(rules: Parameters) -> Counts:
    """Draw the population and count it; the same rules always give the same numbers."""
    rng, counts = np.random.default_rng(rules.seed), empty_counts()
    steady = steady_state(rules, age_limits()[0])
    scale = rules.persons / steady.stock.sum()
    stock, pool = (_opening(scale * expected, rng) for expected in (steady.stock, steady.pool))
    counts.stock[0] = _count(stock, -1, stock.since)
    leave, back = rules.exits(), rules.returns()
    exit_effects, entry_effects = rules.exit_calendar.effects(), scale * rules.entry_calendar.effects()
    for month, limit in enumerate(age_limits()):
        stock, pool = _grow_older(stock, pool, month, limit, counts)
        stock, left = _leave(stock, month, exit_effects[month] * leave, rng, counts)
        pool, returned = _come_back(pool, month, back, rng, counts)
        entered = returned + _come_in(month, entry_effects[month] * rules.entries(limit), rng, counts)
        counts.inflow[month] = _count(entered, month)
        stock, pool = stock + entered, pool + left
        counts.stock[month + 1] = _count(stock, month, stock.since)
    return counts


_BY_BAND, _MEANS = (
    ("at_risk", "outflow", "expected_outflow", "aow_by_band"),
    ("at_risk", "expected_inflow", "expected_outflow"),
)


def empty_counts() -> Counts:
    """Return counts of nobody, to be filled month by month."""
    shapes = dict.fromkeys(Counts.__dataclass_fields__, SHAPE) | dict.fromkeys(_BY_BAND, CELLS)
    arrays = {name: np.zeros((len(MONTHS), *shape), np.int64) for name, shape in shapes.items()}
    arrays["stock"] = np.zeros((len(MONTHS) + 1, *CELLS), np.int64)
    return Counts(**arrays | {name: arrays[name].astype(float) for name in _MEANS})


def _opening(expected: np.ndarray, rng: Rng) -> People:
    number = rng.poisson(expected).ravel()
    kind, age, since = np.unravel_index(np.repeat(np.arange(number.size), number), expected.shape)
    return People(kind.astype(np.int16), (-1 - age).astype(np.int16), (-1 - since).astype(np.int16))


def _cells(people: People, month: int, since: np.ndarray | None = None) -> np.ndarray:
    """Return the cell of each person in a table by kind, age class and, with ``since``, duration band."""
    cell = people.kind.astype(np.int32) * SHAPE[1] + AGE_CLASS[month - people.born]
    return cell if since is None else cell * CELLS[2] + BAND[np.minimum(month - since, LONG)]


def _count(people: People, month: int, since: np.ndarray | None = None) -> np.ndarray:
    shape = SHAPE if since is None else CELLS
    return np.bincount(_cells(people, month, since), minlength=np.prod(shape)).reshape(shape)


def _grow_older(stock: People, pool: People, month: int, limit: int, counts: Counts) -> tuple[People, People]:
    retired = month - stock.born >= limit
    left = stock.pick(retired)
    counts.aow_exits[month] = _count(left, month - 1)
    counts.aow_by_band[month] = _count(left, month - 1, left.since)
    stock = stock.pick(~retired)
    older = stock.pick(AGE_CLASS[month - stock.born] != AGE_CLASS[month - 1 - stock.born])
    counts.ageing[month] = _count(older, month) - _count(older, month - 1)
    return stock, pool.pick((month - pool.born < limit) & (month - pool.since <= LONG))


def _leave(stock: People, month: int, chances: np.ndarray, rng: Rng, counts: Counts) -> tuple[People, People]:
    cells = _cells(stock, month, stock.since + 1)
    leaves = rng.random(len(cells)) < chances.ravel()[cells]
    for counted, chosen in ((counts.at_risk, cells), (counts.outflow, cells[leaves])):
        counted[month] = np.bincount(chosen, minlength=np.prod(CELLS)).reshape(CELLS)
    counts.expected_outflow[month] = counts.at_risk[month] * chances
    return stock.pick(~leaves), stock.pick(leaves).began(month)


def _come_back(pool: People, month: int, chances: np.ndarray, rng: Rng, counts: Counts) -> tuple[People, People]:
    away = month - 1 - pool.since
    chances = chances[AGE_CLASS[month - pool.born], away]
    counts.expected_inflow[month] = np.bincount(_cells(pool, month), chances, np.prod(SHAPE)).reshape(SHAPE)
    comes = rng.random(len(away)) < chances
    soon = pool.pick(comes & (away < RECENT))
    counts.reinflow[month] = _count(soon, month)
    known = soon.pick(soon.since >= 0)
    np.add.at(counts.returned, (known.since, known.kind, AGE_CLASS[known.since - known.born]), 1)
    return pool.pick(~comes), pool.pick(comes).began(month)


def _come_in(month: int, expected: np.ndarray, rng: Rng, counts: Counts) -> People:
    ends = np.cumsum(expected)
    drawn = np.searchsorted(ends, rng.random(rng.poisson(ends[-1])) * ends[-1], "right")
    kind, age = np.unravel_index(drawn, expected.shape)
    counts.expected_inflow[month] += expected @ np.equal.outer(AGE_CLASS[: expected.shape[1]], np.arange(SHAPE[1]))
    return People(kind.astype(np.int16), (month - age).astype(np.int16), np.full(len(age), month, np.int16))
