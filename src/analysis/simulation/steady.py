"""The expected population when the calendar has no effect, found without drawing.

With a constant stream of new people the stock at one moment has the ages of one birth cohort through its life. So the
cohort is followed from the youngest age to the AOW age, a month at a time, and each step is a sum.
"""

from dataclasses import dataclass

import numpy as np

from analysis.simulation.parameters import AGE_CLASS, BAND, KINDS, LONG, YOUNGEST, Parameters


@dataclass(frozen=True, eq=False)
class Steady:
    """Expected persons at a month end for one new person a month, all by kind and age in months.

    ``stock`` also by full months since the benefit began (0 to 60, the last for 60 or more); ``pool``, those who left,
    by full months since (0 to 59; 0 for those who left in the month); ``entered``, those of the month, new and back.
    """

    stock: np.ndarray
    pool: np.ndarray
    entered: np.ndarray


def steady_state(rules: Parameters, aow: int) -> Steady:
    """Return the expected population when every calendar effect is 1 and bijstand ends at ``aow`` months of age."""
    leave, back, new = rules.exits(), rules.returns(), rules.entries(aow)
    stock, pool = np.zeros((len(KINDS), aow, LONG + 1)), np.zeros((len(KINDS), aow, LONG))
    entered = np.zeros((len(KINDS), aow))
    for age in range(YOUNGEST, aow):
        before, away, age_class = stock[:, age - 1], pool[:, age - 1], AGE_CLASS[age]
        left, returned = before * leave[:, age_class][:, BAND], away * back[age_class]
        stock[:, age, 1:] = (before - left)[:, :-1]
        stock[:, age, -1] += (before - left)[:, -1]
        entered[:, age] = stock[:, age, 0] = new[:, age] + returned.sum(axis=1)
        pool[:, age, 1:] = (away - returned)[:, :-1]
        pool[:, age, 0] = left.sum(axis=1)
    return Steady(stock, pool, entered)


def survival(rules: Parameters, months: int, aow: int, stop: bool = False) -> np.ndarray:
    """Return the chance that a benefit lasts so many months, by kind and age at its start, calendar effects being 1.

    With ``stop``, a benefit ends at the AOW age; without, nobody is taken to reach it.
    """
    leave, ages = rules.exits(), np.arange(aow)
    alive = np.ones((len(KINDS), aow))
    for month in range(months):
        ages = np.minimum(ages + 1, len(AGE_CLASS) - 1)
        alive *= (1 - leave[:, AGE_CLASS[ages], BAND[month]]) * (ages < aow if stop else 1)
    return alive


def return_risk(rules: Parameters, months: int) -> np.ndarray:
    """Return the chance to be back within so many months, by age class at leaving (and staying in it)."""
    return 1 - np.prod(1 - rules.returns()[:, :months], axis=1)
