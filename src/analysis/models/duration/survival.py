"""Survival from piecewise-constant hazards: how many are still there after so long, and how long it takes.

S(t) = exp(-H(t)), H the sum of hazard times time in each band: the life of a spell that would meet the hazards of one
year all along (a period measure), with nobody reaching the AOW age. Of the open last band only the hazard of all who
are in it is known. What needs more than that says so: the assumption ``constant`` takes the hazard of the open band as
constant, which is too long where it falls with duration among those who just came into it, and too short where it falls
later; an empty assumption needs nothing.

Process intervals follow from those of the hazards by the delta method, on the scale of log H or of the logarithm.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.errors import CallError, check_choice, name_some
from analysis.measures.tidy_frame import join_tables
from analysis.missing import PRESENT, STATUSES
from analysis.models.dispersion import student
from analysis.models.duration.hazards import PROCESS, TOO_FEW_CELLS, Hazards

ROW = ["dimension", "group", "year"]
CONTINUOUS, MONTHLY = "continuous", "monthly"
FALLING, ANY = "hazard falls within a band", "any hazard within a band"
BOUNDS = "bounds"
"""The kind of interval that says what wide bands leave unknown (partial identification)."""
_YEAR = 12.0
_STEP = 1e-5
"""Relative step of numerical derivatives: central differences err by step**2, and floats by 2**-52 / step."""
_CLOGLOG = (lambda share: np.log(-np.log(share)), lambda value: np.exp(-np.exp(value)))  # there and back
JOINED = ("tables", join_tables)
LEAST_FINAL = ("status", lambda found: max(found, key=STATUSES.index))
"""Aggregations of a group of cells: the tables they come from, and the status of the least final."""


def cumulative(hazards: np.ndarray, cuts: tuple[int, ...], months: np.ndarray | float) -> np.ndarray:
    """Return H(t): hazards (n, bands; per year) summed up to so many months (n or a number), the last without end."""
    edges = np.array([0.0, *cuts, np.inf])
    spent = np.clip(np.asarray(months, float)[..., None], edges[:-1], edges[1:]) - edges[:-1]
    return (hazards * spent).sum(axis=-1) / _YEAR


def time_lived(hazards: np.ndarray, cuts: tuple[int, ...], start: float, end: float = np.inf) -> np.ndarray:
    """Return the integral of S(t) from ``start`` to ``end``, in months."""
    edges, whole = np.array([0.0, *cuts, np.inf]), np.zeros(hazards.shape[:-1])
    for band, (low, high) in enumerate(pairwise(edges)):
        first, last = max(low, start), min(high, end)
        if first < last:
            rate = np.maximum(hazards[..., band], 1e-12) / _YEAR
            share = 1.0 if np.isinf(last) else -np.expm1(-rate * (last - first))
            whole = whole + np.exp(-cumulative(hazards, cuts, first)) * share / rate
    return whole


def median(hazards: np.ndarray, cuts: tuple[int, ...], start: float) -> np.ndarray:
    """Return after how many months beyond ``start`` half of those present are still there."""
    edges = np.array([0.0, *cuts])
    target = cumulative(hazards, cuts, start) + np.log(2)
    at_edges = np.stack([cumulative(hazards, cuts, edge) for edge in edges], axis=-1)
    band = (at_edges <= target[..., None]).sum(axis=-1) - 1
    within = target - np.take_along_axis(at_edges, band[..., None], -1)[..., 0]
    with np.errstate(divide="ignore"):
        return edges[band] + _YEAR * within / np.take_along_axis(hazards, band[..., None], -1)[..., 0] - start


def matrix(hazards: Hazards, clock: str = CONTINUOUS) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return the groups and years of which all hazards are known, with hazards and standard errors (n, bands).

    ``continuous`` takes people to leave on any day, as they do: CBS counts durations in days. ``monthly`` takes them to
    leave at month ends, as the first simulated world lets them: S is the product of 1 - h/12, and at five years some
    two percent lower.
    """
    check_choice("clock", clock, (CONTINUOUS, MONTHLY))
    cells = hazards.cells.assign(known=hazards.cells["missing"] == PRESENT)
    whole = cells.groupby(ROW, sort=False)["known"].transform("all")
    cells = cells[whole].reset_index(drop=True)
    bands = len(hazards.bands)
    order = cells.groupby(ROW, sort=False).ngroup() * bands + cells["band"].map(hazards.bands.index).astype(int)
    cells = cells.iloc[np.argsort(order)]
    rates = cells["hazard"].to_numpy().reshape(-1, bands)
    errors = rates * cells["relative_error"].to_numpy().reshape(-1, bands)
    if clock == MONTHLY:
        rates, errors = -_YEAR * np.log1p(-rates / _YEAR), errors / (1 - rates / _YEAR)
    rows = cells.groupby(ROW, sort=False).agg(df=("df", "first"), tables=JOINED, status=LEAST_FINAL)
    return rows.reset_index(), rates, errors


def of_hazards(
    hazards: Hazards, quantities: dict[tuple, Callable[[np.ndarray], np.ndarray]], clock: str = CONTINUOUS
) -> pd.DataFrame:
    """Return functions of the hazards of each group and year with process intervals.

    Parameters
    ----------
    hazards : Hazards
    quantities : dict
        (quantity, months, assumption, unit) to a function of hazards (n, bands), per year, to n positive values. Those
        whose unit is ``share`` get their interval on the scale of log(-log), the others on that of the logarithm.
    clock : {"continuous", "monthly"}

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year, months, assumption``.
    """
    rows, rates, errors = matrix(hazards, clock)
    quantile = np.array([student(hazards.confidence, df) for df in rows["df"]])
    frames = []
    for (quantity, months, assumption, unit), function in quantities.items():
        scale, back = _CLOGLOG if unit == "share" else (np.log, np.exp)
        value = function(rates)
        with np.errstate(divide="ignore", invalid="ignore"):
            half_width = quantile * np.sqrt(_variance(lambda at, f=function, s=scale: s(f(at)), rates, errors))
            ends = np.sort([back(scale(value) - half_width), back(scale(value) + half_width)], 0)
        labels = {"months": months, "assumption": assumption, "quantity": quantity, "unit": unit, "interval": PROCESS}
        frames.append(rows.assign(**labels, value=value, value_lo=ends[0], value_hi=ends[1]))
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(missing=np.where(frame["value_lo"].isna(), TOO_FEW_CELLS, PRESENT)).drop(columns="df")


def _variance(function: Callable[[np.ndarray], np.ndarray], rates: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Return the variance of a function of independent hazards: sum over bands of (df/dh error)^2 (delta method)."""
    variance = np.zeros(len(rates))
    for band in range(rates.shape[1]):
        step = np.zeros_like(rates)
        step[:, band] = _STEP * np.maximum(rates[:, band], _STEP)
        slope = (function(rates + step) - function(rates - step)) / (2 * step[:, band])
        variance += (slope * errors[:, band]) ** 2
    return variance


def survival(hazards: Hazards, months: Iterable[int], clock: str = CONTINUOUS) -> pd.DataFrame:
    """Return the chance that a spell lasts so many months, by group and year; quantity ``survival``.

    Raises
    ------
    CallError
        For months beyond the last cut: when people leave within the open band is not known.
    """
    cuts, months = hazards.cuts, tuple(months)
    if beyond := [month for month in months if not 0 < month <= cuts[-1]]:
        raise CallError(f"months {name_some(beyond)}: expected 1 to {cuts[-1]}; later is in the open band.")
    still = {("survival", month, "", "share"): partial(_still, cuts=cuts, months=month) for month in months}
    return of_hazards(hazards, still, clock)


def bounds(hazards: Hazards, months: Iterable[int]) -> pd.DataFrame:
    """Return between which ends survival lies when hazards may vary within a band: what wide bands leave unknown.

    Of a band of length L years with hazard h (exits over the time spent in it) a part x stays, in a steady state. With
    1 at its start the time spent is L m, m the mean of S over the band, and 1 - x = h L m. Whatever the hazard does,
    x <= m <= 1: x lies from 1 - h L (all leave at the end) to 1 / (1 + h L) (all leave at the start). Where it only
    falls, as hazards of bijstand do, S is convex and x is at least exp(-h L), as when it is constant.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year, months, assumption`` (`FALLING` or `ANY`); quantity ``survival`` with
        these ends; its value is that of a constant hazard. The ends hold no process variation.
    """
    rows, rates, _ = matrix(hazards)
    edges, frames = np.array([0.0, *hazards.cuts]), []
    for month in months:
        passed = rates[:, :-1] * np.clip(month - edges[:-1], 0, np.diff(edges)) / _YEAR
        value, most = np.exp(-passed.sum(axis=1)), np.prod(1 / (1 + passed), axis=1)
        least = {FALLING: value, ANY: np.prod(np.maximum(1 - passed, 0), axis=1)}
        for assumption, low in least.items():
            labels = {"months": month, "assumption": assumption, "quantity": "survival", "unit": "share"}
            frames.append(rows.assign(**labels, interval=BOUNDS, value=value, value_lo=low, value_hi=most))
    return pd.concat(frames, ignore_index=True).assign(missing=PRESENT).drop(columns="df")


def _still(rates: np.ndarray, cuts: tuple[int, ...], months: float) -> np.ndarray:
    return np.exp(-cumulative(rates, cuts, months))


def remaining(hazards: Hazards, starts: Iterable[int] = (0, 24, 60), clock: str = CONTINUOUS) -> pd.DataFrame:
    """Return how long those who have been there for so many months have still to go, by group and year.

    Returns
    -------
    DataFrame
        Tidy as of `of_hazards`, ``months`` being the duration so far. Quantities, in months: ``median_remaining``,
        ``mean_remaining`` and ``mean_remaining_below`` (the mean of the part of it before the last cut). Assumption
        ``constant`` where the hazard of the open band is taken to be, ``""`` where none is needed; a median has none
        when it lies before the last cut in all groups.
    """
    cuts, quantities = hazards.cuts, {}
    for start in starts:
        of_start = {"cuts": cuts, "start": start}
        quantities["median_remaining", start, "constant", "months"] = partial(median, **of_start)
        quantities["mean_remaining", start, "constant", "months"] = partial(_mean, **of_start)
        if start < cuts[-1]:
            quantities["mean_remaining_below", start, "", "months"] = partial(_mean, **of_start, end=cuts[-1])
    frame = of_hazards(hazards, quantities, clock)
    inside = (frame["quantity"] == "median_remaining") & (frame["months"] + frame["value"] <= cuts[-1])
    return frame.assign(assumption=frame["assumption"].mask(inside, ""))


def _mean(rates: np.ndarray, cuts: tuple[int, ...], start: float, end: float = np.inf) -> np.ndarray:
    return time_lived(rates, cuts, start, end) / _still(rates, cuts, start)
