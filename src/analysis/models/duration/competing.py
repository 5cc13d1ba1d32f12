"""Leaving before the AOW age and reaching it, as competing risks: who enters ends in one of the two, or is still there.

Cumulative incidence of leaving: F(t) = integral of S(u) h1(u) du, with S of both risks together (Aalen and Johansen
1978, Scandinavian Journal of Statistics 5); hazards are constant within a band and people leave on any day. The hazard
of ended spells h1 is from exits over exposure. That of all exits is from successive stocks (`cohort.all_exits`); the
rest, h2, is of the AOW age, with few deaths and moves abroad. Groups by age lose people by ageing too: they have none.
The band before the open one has no step of its own, and shares one with the open band, from which far more reach the
AOW age: it takes h2 of the band before it.

Where bands are too wide to be followed, only the number of other exits of the year is known (the account of stock and
flows), not from which band. Then F lies between two ends: those of every way to spread them over the bands.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.errors import CallError, name_some
from analysis.missing import PRESENT, UNDEFINED
from analysis.models.dispersion import student
from analysis.models.duration.hazards import PROCESS, TOO_FEW_CELLS, Hazards
from analysis.models.duration.longterm import AGEING
from analysis.models.duration.survival import BOUNDS, ROW, cumulative, matrix

LEFT, REACHED, STILL = "left_before_aow", "reached_aow", "still_there"
QUANTITIES = (LEFT, REACHED, STILL)
ANY_BAND = "AOW exits from any band"
_YEAR = 12.0
_STEP = 1e-5  # relative step of numerical derivatives, as in `survival`
_LEAST = 1e-12  # a hazard that stands for none
_OF_STEPS = 0.5
"""Part of the variance of a step from stock to stock that is not of the exits that ended spells count as well: they are
in both. 23 populations of the second world: 0.25 to 0.56 by band."""


def incidence(leaving: np.ndarray, other: np.ndarray, cuts: tuple[int, ...], months: float) -> np.ndarray:
    """Return the chances to have left, to have reached the AOW age, and to be still there, after so many months.

    Parameters
    ----------
    leaving, other : ndarray, shape (n, bands)
        Hazards per year of both risks.
    cuts : tuple of int
    months : float
        Not beyond the last cut.

    Returns
    -------
    ndarray, shape (3, n)
        They add up to 1. In a band with hazards h1, h2 a part h1 / (h1 + h2) of those who go leaves (closed form).
    """
    both = leaving + other
    ends = [min(edge, months) for edge in (0, *cuts)] + [months]
    still = np.stack([np.exp(-cumulative(both, cuts, end)) for end in ends], axis=-1)
    going = still[..., :-1] - still[..., 1:]
    part = leaving / np.where(np.abs(both) < _LEAST, _LEAST, both)
    left = (going * part).sum(axis=-1)
    reached = (going * (1 - part)).sum(axis=-1)
    return np.stack([left, reached, still[..., -1]])


def cumulative_incidence(hazards: Hazards, everything: Hazards, months: Iterable[int]) -> pd.DataFrame:
    """Return the three chances of an entrant by group and year, with process intervals.

    Parameters
    ----------
    hazards : Hazards
        Of ended spells.
    everything : Hazards
        Of all exits, from `cohort.all_exits`.
    months : iterable of int

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year, months``; quantities `QUANTITIES` in percent of those who enter. Groups
        by age are missing with the reason ``ageing``. The interval is linear and cut at 0 and 100 (delta method, both
        hazards taken as independent).

    Raises
    ------
    CallError
        For months beyond the last cut.
    """
    months = _checked(hazards, months)
    rows, leaving, own = matrix(hazards)
    of_all, rates, errors = matrix(everything)
    at = _same_rows(of_all, rows)
    rates, errors, at = rates[at >= 0], errors[at >= 0], at[at >= 0]  # of both all bands are known
    rows, leaving, own = rows.iloc[at].reset_index(drop=True), leaving[at], own[at]
    other, of_other = rates - leaving, np.sqrt(np.maximum(errors**2 - own**2 / 2, 0) * _OF_STEPS)
    other[:, -2], of_other[:, -2] = other[:, -3], of_other[:, -3]
    quantile = np.array([student(hazards.confidence, df) for df in rows["df"]])
    ageing, frames = rows["dimension"] == "age", []
    for month in months:
        values = incidence(leaving, other, hazards.cuts, month)
        width = quantile * np.sqrt(_variance((leaving, other), (own, of_other), hazards.cuts, month))
        for quantity, value, half in zip(QUANTITIES, values, width, strict=True):
            ends = {"value": value, "value_lo": np.clip(value - half, 0, 1), "value_hi": np.clip(value + half, 0, 1)}
            numbers = {name: np.where(ageing, np.nan, 100 * end) for name, end in ends.items()}
            missing = np.select([ageing, np.isnan(half)], [AGEING, TOO_FEW_CELLS], PRESENT)
            frames.append(rows.assign(months=month, quantity=quantity, missing=missing, **numbers))
    about = {"unit": "percent", "denominator": "entrants", "interval": PROCESS}
    return pd.concat(frames, ignore_index=True).drop(columns="df").assign(**about)


def _checked(hazards: Hazards, months: Iterable[int]) -> tuple[int, ...]:
    months = tuple(months)
    if beyond := [month for month in months if not 0 < month <= hazards.cuts[-1]]:
        raise CallError(f"months {name_some(beyond)}: expected 1 to {hazards.cuts[-1]}; later is in the open band.")
    return months


def _same_rows(target: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Return for each group and year its place among the rows of another matrix of hazards, -1 for none."""
    return pd.MultiIndex.from_frame(rows[ROW]).get_indexer(pd.MultiIndex.from_frame(target[ROW]))


def _variance(hazards: tuple, errors: tuple, cuts: tuple[int, ...], month: int) -> np.ndarray:
    """Return the variance of the three chances, shape (3, n): the sum of (slope times error)^2 of both risks."""
    total = np.zeros((len(QUANTITIES), len(hazards[0])))
    for band in range(hazards[0].shape[1]):
        size = _STEP * np.maximum(hazards[0][:, band], _STEP)
        for risk, error in enumerate(errors):
            steps = [np.zeros_like(hazards[0]), np.zeros_like(hazards[0])]
            steps[risk][:, band] = size
            above, below = (
                incidence(hazards[0] + side * steps[0], hazards[1] + side * steps[1], cuts, month) for side in (1, -1)
            )
            total += ((above - below) / (2 * size) * error[:, band]) ** 2
    return total


def incidence_bounds(hazards: Hazards, other_exits: pd.DataFrame, months: Iterable[int]) -> pd.DataFrame:
    """Return between which ends the chances lie when it is not known from which bands people reach the AOW age.

    With a rate x in each band and the person-years E spent in it, sum(E x) is at most the other exits of the year. S is
    lowest when all are in the band where a rate costs least, and highest when none is before ``months``. F is highest
    then too; it is convex in x (a sum of exponentials), so that its lowest value over the simplex is found as such.
    What reaches the AOW age is at most what these leave.

    Parameters
    ----------
    hazards : Hazards
        Of ended spells, with the exposure of each band.
    other_exits : DataFrame
        ``dimension, group, year, other_exits_hi`` (persons in the year; the upper end).
    months : iterable of int

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year, months, assumption``; quantities `QUANTITIES` in percent; kind `BOUNDS`.
        The value is that without anyone reaching the AOW age; the ends hold no process variation.
    """
    months = _checked(hazards, months)
    rows, leaving, _ = matrix(hazards)
    known = rows.merge(other_exits[[*ROW, "other_exits_hi"]], how="left", on=ROW)["other_exits_hi"].to_numpy()
    keys, frames = pd.MultiIndex.from_frame(rows[ROW]), []
    table = hazards.cells.pivot_table("exposure", ROW, "band", sort=False).reindex(keys)
    exposure = table[list(hazards.bands)].to_numpy()
    for at in np.flatnonzero(np.isfinite(known)):
        for month in months:
            ends = _ends(leaving[at], exposure[at], max(known[at], 0.0), hazards.cuts, month)
            value = incidence(leaving[at][None], np.zeros((1, leaving.shape[1])), hazards.cuts, month)[:, 0]
            for quantity, chance, (low, high) in zip(QUANTITIES, value, ends, strict=True):
                row = rows.iloc[at].drop("df").to_dict() | {"months": month, "quantity": quantity}
                frames.append(row | {"value": 100 * chance, "value_lo": 100 * low, "value_hi": 100 * high})
    columns = [*ROW, "tables", "status", "months", "quantity", "value", "value_lo", "value_hi"]
    frame = pd.DataFrame(frames, columns=columns)
    missing = np.where(frame["value"].isna(), UNDEFINED, PRESENT)
    about = {"assumption": ANY_BAND, "unit": "percent", "denominator": "entrants", "interval": BOUNDS}
    return frame.assign(**about, missing=missing)


def _ends(
    leaving: np.ndarray, exposure: np.ndarray, other: float, cuts: tuple[int, ...], month: int
) -> list[tuple[float, float]]:
    """Return the lowest and highest chance of each of the three, for one group."""
    edges = np.array([0.0, *cuts, np.inf])
    spent = np.clip(month, edges[:-1], edges[1:]) - edges[:-1]
    before = spent > 0
    left_most, _, still_most = incidence(leaving[None], np.zeros((1, len(leaving))), cuts, month)[:, 0]
    most = other / exposure[before]  # the rate of a band if all other exits were from it
    still_least = still_most * np.exp(-(most * spent[before]).max() / _YEAR)

    def left(part: np.ndarray) -> float:
        rates = np.zeros(len(leaving))
        rates[before] = part * most
        return float(incidence(leaving[None], rates[None], cuts, month)[0, 0])

    left_least = _least_over_simplex(left, int(before.sum()))
    reached = 1 - left_least - still_least
    return [(left_least, left_most), (0.0, min(reached, 1 - still_least / still_most)), (still_least, still_most)]


def _least_over_simplex(function, size: int) -> float:
    """Return the lowest value of a convex function of ``size`` parts that add up to one at most."""
    from scipy.optimize import minimize

    inside = {"type": "ineq", "fun": lambda part: 1 - part.sum()}
    start = np.full(size, 1 / size)
    found = minimize(function, start, bounds=[(0, 1)] * size, constraints=[inside], method="SLSQP", tol=1e-12)
    corners = (function(corner) for corner in np.eye(size))
    return min(float(found.fun), function(start), *corners)
