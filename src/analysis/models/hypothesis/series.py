"""The series that a hypothesis is tested on, and the design of its test.

The series is the logarithm of a measure, or of its ratio between two groups in the same period, so that what moves both
alike (a season, a lockdown) cancels. The seasons of a group of its own do not: they are part of every design.
"""

from contextlib import suppress
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from analysis.errors import CallError, check_choice
from analysis.measures.question import Question
from analysis.models.persistence import FLOWS, LEAST_FREEDOM, STOCKS, Shocks

COUNTS = ("numerator_count", "denominator_count")
TESTS = ("difference", "change", "trend")
_SHARES, _RATIO, _STOCK = ("long_term_share", "reinflow_share"), "outflow_ratio", "long_term_share"
_PART_OF_STOCK = 0.005
"""Of the chance in a stock, the part that is not there any more a quarter later: rounding and corrections."""
_UNIFORM = 12.0
"""The variance of a uniform error is its width squared over twelve."""


@dataclass(frozen=True, eq=False)
class LogSeries:
    """The logarithm of a measure, or of its ratio between two groups.

    Attributes
    ----------
    periods : list of str
        Consecutive.
    values : ndarray, shape (n,)
    chance : float
        Variance of one period by chance, and by rounding where that differs from quarter to quarter.
    counted : float
        Variance by chance of the counts: what the dispersion is relative to.
    down, up : ndarray, shape (n,)
        How far rounding can move each value.
    alike : bool
        Whether rounding errors may be alike in all periods: the figures move by less than their rounding. They are not
        in ``chance`` then, and move the ends of the interval instead. Rounding counts once, in either way.
    shocks : Shocks
        What is supposed of them: those of a stock persist.
    """

    periods: list[str]
    values: np.ndarray
    chance: float
    counted: float
    down: np.ndarray
    up: np.ndarray
    alike: bool
    shocks: Shocks


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a test: those of no interest, and the one tested or, with ``contrast``, the weights of periods."""

    nuisance: np.ndarray
    tested: np.ndarray
    contrast: bool

    @property
    def weights(self) -> np.ndarray:
        """The weight of each period in the estimate by least squares: the last row of (X'X)^-1 X'."""
        columns = np.column_stack([self.nuisance, self.tested])
        return self.tested if self.contrast else np.linalg.pinv(columns)[-1]

    @property
    def effect(self) -> np.ndarray:
        """A series whose coefficient is one; for a change, one that grows evenly."""
        even = np.linspace(-0.5, 0.5, len(self.tested))
        return even / (self.tested @ even) if self.contrast else self.tested


def log_series(question: Question) -> LogSeries:
    """Return the series of a question."""
    parts = [rows.reset_index(drop=True) for _, rows in question.cells.groupby("group", sort=False)]
    value, lo, hi = (np.array([part[name].to_numpy(float) for part in parts]) for name in ENDS)
    with np.errstate(divide="ignore", invalid="ignore"):
        down, up = np.log(value / np.maximum(lo, 0.0)), np.log(hi / value)
    values, chance = np.log(value[0]), float(sum(_chance(question.measure, part).mean() for part in parts))
    down_all, up_all = down[0], up[0]
    if len(parts) == 2:
        values, down_all, up_all = values - np.log(value[1]), down[0] + up[1], up[0] + down[1]
    width = down_all + up_all
    steps = np.diff(values)
    alike = len(steps) == 0 or bool(np.sqrt(np.mean(steps**2)) < width.mean())
    stock = question.measure == _STOCK
    counted = chance * _PART_OF_STOCK if stock else chance
    noise = counted if alike else counted + float(np.mean(width**2)) / _UNIFORM
    shocks = STOCKS if stock else FLOWS
    return LogSeries(question.periods, values, noise, chance, down_all, up_all, alike, shocks)


ENDS = ("value", "value_lo", "value_hi")


def _chance(measure: str, cells: pd.DataFrame) -> np.ndarray:
    """Return the variance of the log of a measure by chance: binomial for ratio and shares, Poisson for rates."""
    numerator, denominator = (cells[name].to_numpy(float) for name in COUNTS)
    if measure == _RATIO:
        return 1 / numerator + 1 / denominator
    return 1 / numerator - 1 / denominator if measure in _SHARES else 1 / numerator


def design_of(question: Question, test: str) -> Design:
    """Return the design of a test.

    Raises
    ------
    CallError
        When the test is none, needs two groups or complete years, or has too few periods; with the nearest that can be.
    """
    check_choice("test", test, TESTS)
    try:
        return _design(question, test, question.periods)
    except CallError as fault:
        raise CallError(f"{fault} {_nearest(question, test)}") from fault


def _nearest(question: Question, test: str) -> str:
    """Return the nearest test that can be made of the figures, each tried: over all of them, or another one."""
    asked, all_of_them = question.periods, question.available
    others = [each for each in TESTS if each != test]
    for name, periods in ((test, all_of_them), *product(others, (asked, all_of_them))):
        with suppress(CallError):
            _design(question, name, list(periods))
            ends = f"start={periods[0]!r}, end={periods[-1]!r}" if list(periods) != asked else ""
            return f"Nearest: {', '.join(each for each in (f'test={name!r}' * (name != test), ends) if each)}."
    return "No test of so few figures is possible; source.what_can_i_ask() says of which questions there are more."


def _design(question: Question, test: str, of_periods: list[str]) -> Design:
    if test == "difference" and len(question.groups) == 1:
        raise CallError("test=difference needs two groups, or one against all others.")
    if not of_periods:
        raise CallError("no periods are known.")
    periods = pd.Series(of_periods)
    years = periods.str[:4].astype(int).to_numpy()
    yearly = "Q" not in periods.iloc[0]
    complete = [] if yearly else [year for year in np.unique(years) if (years == year).sum() == 4]
    if test == "change" and len(complete) < 2:
        found = "one figure a year" if yearly else f"{len(complete)} in {periods.iloc[0]} to {periods.iloc[-1]}"
        raise CallError(f"test=change needs two complete years of quarters; {question.measure} has {found}.")
    quarters = np.zeros(len(periods), int) if yearly else periods.str[-1].astype(int).to_numpy() - 1
    seasons = np.eye(1 if yearly else 4)[quarters]
    if test == "difference":
        design = Design(seasons[:, :-1] - seasons[:, -1:], np.ones(len(periods)), False)
    elif test == "trend":
        time = years + quarters / 4
        design = Design(seasons, time - time.mean(), False)
    else:
        last, first = years == complete[-1], years == complete[0]
        design = Design(seasons, (last.astype(float) - first) / 4, True)
    fewest = design.nuisance.shape[1] + (not design.contrast) + LEAST_FREEDOM
    if len(periods) < fewest:
        found = f"{of_periods[0]} to {of_periods[-1]} are {len(periods)} {'years' if yearly else 'quarters'}"
        raise CallError(
            f"test={test} of {question.measure}: {found}; at least {fewest} are needed, or nothing is known of how "
            "long shocks last."
        )
    return design
