"""The rules of the synthetic population, and the chances that follow from them.

Classes are those that the tables distinguish, with the names of the workbench. Sex and origin do not change and are one
axis of `KINDS`; origin holds origin and country of birth together, for the two are not independent.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifications.durations import CLASSES
from analysis.errors import CallError
from analysis.measures.aow import AOW_AGE

MONTHS = pd.period_range("2012-01", "2025-12", freq="M")
AOW_MONTHS = {year: 12 * years + months for year, (years, months) in AOW_AGE.items()}
ORIGINS = {  # the name of the monitors -> origin, birth country
    "Netherlands": ("Netherlands", "born in NL, parents in NL"),
    "Europe, born in NL": ("Europe", "born in NL, parent(s) abroad"),
    "Europe, born outside NL": ("Europe", "born outside NL"),
    "outside Europe, born in NL": ("outside Europe", "born in NL, parent(s) abroad"),
    "outside Europe, born outside NL": ("outside Europe", "born outside NL"),
    "unknown": ("unknown", "unknown"),
}
KINDS = [(sex, *origin) for sex in ("men", "women", "unknown") for origin in ORIGINS.values()]
AGES = {"<25": 18, "25-27": 25, "27-35": 27, "35-45": 35, "45-55": 45, "55-AOW": 55}  # years at which each begins
BANDS = {name: start for name, (start, _) in CLASSES.items()}  # months likewise
RETURNS = {"0-6m": 0, "6-12m": 6, "1-5y": 12}
SHAPE = (len(KINDS), len(AGES))
CELLS = (*SHAPE, len(BANDS))
LONG = 60
"""Months after which the length of a benefit no longer matters, and nobody who left comes back."""
YOUNGEST = 12 * AGES["<25"]
RECENT = 11
"""Those who came back had left at most so many months before the last month end: under twelve when they came in."""

AGE_CLASS = np.searchsorted([12 * years for years in AGES.values()], np.arange(12 * 70), "right") - 1
BAND = np.searchsorted(list(BANDS.values()), np.arange(LONG + 1), "right") - 1
PERSONS_RANGE = (100, 4_000_000)


@dataclass(frozen=True)
class Calendar:
    """Effects of the calendar: a factor for each year passed, for each quarter of the year, and for single quarters."""

    trend: float
    season: list[float]
    shock: dict[str, float]

    def effects(self) -> np.ndarray:
        """Return the factor of each month."""
        quarters = MONTHS.asfreq("Q-DEC")
        season = np.array(self.season)[quarters.quarter.to_numpy() - 1]
        shock = np.array([self.shock.get(str(quarter), 1.0) for quarter in quarters])
        return self.trend ** (np.arange(len(MONTHS)) / 12) * season * shock


@dataclass(frozen=True)
class Parameters:
    """The rules; ``parameters.toml`` says what each is. ``persons`` is the stock that the population begins with."""

    seed: int
    persons: int
    exit_chance: dict[str, float]
    exit_sex: dict[str, float]
    exit_age: dict[str, float]
    exit_origin: dict[str, float]
    entry_sex: dict[str, float]
    entry_age: dict[str, float]
    entry_origin: dict[str, float]
    return_chance: dict[str, float]
    return_age: dict[str, float]
    exit_calendar: Calendar
    entry_calendar: Calendar

    def __post_init__(self) -> None:
        low, high = PERSONS_RANGE
        if not low <= self.persons <= high:
            raise CallError(f"persons {self.persons}: expected a whole number from {low} to {high}.")
        if self.seed < 0:
            raise CallError(f"seed {self.seed}: expected a whole number from 0.")

    def exits(self) -> np.ndarray:
        """Return the monthly chance to leave by kind, age class and duration band, in a month of effect 1."""
        tables = map(_values, (self.exit_sex, self.exit_origin, self.exit_age, self.exit_chance))
        return np.einsum("s,o,a,d->soad", *tables).reshape(CELLS)

    def returns(self) -> np.ndarray:
        """Return the monthly chance to come back by age class and full months since leaving (0 to 59)."""
        # a month later they have been away for one month more, and that decides the band
        band = np.searchsorted(list(RETURNS.values()), np.arange(1, LONG + 1), "right") - 1
        return _values(self.return_age)[:, None] * _values(self.return_chance)[band]

    def entries(self, aow: int) -> np.ndarray:
        """Return the distribution of one new person a month by kind and age in months, below an AOW age in months.

        The density by age does not depend on the AOW age: when that rises, the sum rises above 1.
        """
        # as dense as if bijstand ended at the AOW age of the first year, whatever it is now
        width = np.diff([*(12 * years for years in AGES.values()), AOW_MONTHS[MONTHS[0].year]])
        ages = (_values(self.entry_age) / width)[AGE_CLASS[:aow]] * (np.arange(aow) >= YOUNGEST)
        return np.outer(np.outer(_values(self.entry_sex), _values(self.entry_origin)), ages)


def _values(table: dict[str, float]) -> np.ndarray:
    return np.array(list(table.values()))


@cache
def content(file: str) -> dict[str, Any]:
    """Return a TOML file of this package."""
    return tomllib.loads((files("analysis.simulation") / file).read_text(encoding="utf-8"))


def default_parameters(seed: int = 1, persons: int = 400_000) -> Parameters:
    """Return the rules of ``parameters.toml``; a CallError when seed or size is out of range."""
    rules = dict(content("parameters.toml"))
    calendars = {name: Calendar(**rules.pop(name)) for name in ("exit_calendar", "entry_calendar")}
    return Parameters(seed, persons, **rules, **calendars)


def age_limits() -> np.ndarray:
    """Return for each month the age in months from which nobody is in the population.

    It is the AOW age, except after a rise: those who had reached the former AOW age do not return to bijstand, so that
    for as many months as it rose nobody reaches it.
    """
    months = np.arange(len(MONTHS))
    return months - np.maximum.accumulate(months - [AOW_MONTHS[year] for year in MONTHS.year])
