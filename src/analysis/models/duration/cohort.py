"""The second route to the duration of stay: following a band through successive stocks (synthetic cohorts).

Those who have been there for 12 to 24 months now had been for 0 to 12 a year ago. So B(1-2y, a year on) over B(0-1y) is
the part of that band that is still there, whatever became of the others: they left, reached the AOW age, or for groups
by age grew out of the group (and others into it: the ratio may pass 1). Ended spells count only those who left. What
the hazards imply for the same step is the part of S that lies in the later band over that in the earlier one, as in a
steady state. Where the two differ, the difference as a yearly rate is that of *other exits*.

Cells: a step with a missing stock is missing; zero at its start is undefined; provisional and rounded cells are used,
with the rounding interval. The process interval takes the later stock as binomial given the earlier one, with the
dispersion of that step between groups (Pearson's X2, level of group and of year taken away), which may be below 1.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import CoverageError, DataError, name_some
from analysis.intervals.rounded import Rounded
from analysis.missing import PRESENT, UNDEFINED
from analysis.models.dispersion import check_confidence, process_range, student
from analysis.models.duration.hazards import PROCESS, Hazards, between_groups
from analysis.models.duration.panel import FINE, BandPanel, stock_column
from analysis.models.duration.survival import ROW, cumulative, matrix, time_lived


@dataclass(frozen=True)
class Step:
    """From one span of durations to a later one, in months; ``end`` is infinite for all beyond ``start``."""

    name: str
    start: int
    end: float
    months: int

    def bands(self, cuts: tuple[int, ...], later: bool = False) -> slice:
        """Return which bands the span holds, or with ``later`` those that it holds ``months`` later."""
        edges, shift = [0, *cuts, np.inf], self.months if later else 0
        return slice(edges.index(self.start + shift), edges.index(self.end + shift))


STEPS = (
    Step("0-6m → 6-12m", 0, 6, 6),
    Step("0-1y → 1-2y", 0, 12, 12),
    Step("1-2y → 2-3y", 12, 24, 12),
    Step("2-3y → 3-4y", 24, 36, 12),
    Step("3-4y → 4-5y", 36, 48, 12),
    Step(">4y → >5y", 48, np.inf, 12),
)
_OF_BAND = (0, 1, 2, 3, 4, 5, 5)  # the step that starts from each band
_NORMAL_DF = 10**6
"""Degrees of freedom that stand for a normal distribution: the steps of all groups and years give many."""


def continuation(panel: BandPanel, confidence: float = 0.95) -> pd.DataFrame:
    """Return the part of each band that is still there a step later, from the stocks alone.

    A step of a year runs from the end of one year to that of the next; those of half a year that lie in the year are
    taken together.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year, step``; quantity ``continuation`` (denominator: the earlier stock) with
        its process interval, ``rounding_lo, rounding_hi`` and ``earlier`` (persons).

    Raises
    ------
    DataError
        When the panel's bands are no steps of equal length.
    CoverageError
        When no step is covered.
    """
    confidence = check_confidence(confidence)
    if panel.cuts != FINE:
        raise DataError(
            f"bands cut at {name_some(panel.cuts)} months cannot be followed: a step leads from one band to the next. "
            f"Cut them at {name_some(FINE)}."
        )
    found = pd.concat([_step(panel, step, confidence) for step in STEPS], ignore_index=True)
    if not (found["missing"] == PRESENT).any():
        raise CoverageError("no band can be followed: the panel has no stocks of all bands a year apart.")
    return found


def _step(panel: BandPanel, step: Step, confidence: float) -> pd.DataFrame:
    """Return the continuation of one step, one row a group and year: the later stocks over the earlier ones."""
    years = sorted({int(quarter[:4]) for quarter in panel.stocks["quarter"]})
    groups = panel.stocks[["dimension", "group"]].drop_duplicates()
    rows = pd.DataFrame({"year": years}).merge(groups, how="cross")[ROW]
    before, after = (_stock(panel, rows, step, later) for later in (False, True))
    ratio, open_part = after / before, 0.0
    if np.isinf(step.end):  # those beyond the last cut already, of all who start the step
        last = rows.assign(band=panel.bands[-1], quarter=[f"{year - 1}Q4" for year in rows["year"]])
        open_part = stock_column(panel.stocks, last).value / before.value
    of_group = panel.stocks.groupby(["dimension", "group"], sort=False)
    tables = of_group["tables"].agg(lambda names: ", ".join(sorted(set(names) - {""})))
    about = {"quantity": "continuation", "interval": PROCESS, "denominator": "stock", "unit": "ratio"}
    frame = rows.assign(step=step.name, earlier=before.value, later=after.value, open_part=open_part, **about)
    ranges = {"value": ratio.value, "rounding_lo": ratio.lo, "rounding_hi": ratio.hi}
    frame = frame.assign(**ranges, missing=ratio.missing, status=ratio.status)
    return _with_process(frame, confidence).join(tables, on=["dimension", "group"])


def _stock(panel: BandPanel, rows: pd.DataFrame, step: Step, later: bool) -> Rounded:
    """Return the stock at the start (or end) of a step by group and year; steps within a year are taken together."""
    length = step.months // 3
    ends = pd.DataFrame({"at": np.arange(5 - length) + length * later})  # 0 is the last quarter of the year before
    terms = ends.merge(pd.DataFrame({"band": panel.bands[step.bands(panel.cuts, later)]}), how="cross")
    cells = rows.assign(row=np.arange(len(rows))).merge(terms, how="cross")
    year, quarter = cells["year"] - (cells["at"] == 0), cells["at"].replace(0, 4)
    cells = cells.assign(quarter=year.astype(str) + "Q" + quarter.astype(str))
    return stock_column(panel.stocks, cells).sum_by(cells["row"], len(rows))


def _with_process(frame: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add the process interval, on the logarithm; a lone group takes the mean dispersion of groups that do not age.

    Given the earlier stock, the later one is binomial with variance n p (1 - p) times a dispersion; Pearson's X2 of a
    Poisson model with mean n p measures dispersion times (1 - p), so Var log(later / earlier) = X2/df / later.
    """
    known = frame[(frame["missing"] == PRESENT) & (frame["value"] > 0)].groupby("dimension")
    found = {name: between_groups(rows, "C(group) + C(year)", "later", "earlier") for name, rows in known}
    not_ageing = [each.value for name, each in found.items() if each.df and name != "age"]
    lone = float(np.mean(not_ageing)) if not_ageing else np.nan
    dispersion = frame["dimension"].map({name: each.value if each.df else lone for name, each in found.items()})
    error = np.sqrt(dispersion / frame["later"].where(frame["value"] > 0))
    half_width = student(confidence, _NORMAL_DF) * error
    return frame.assign(relative_error=error, **process_range(frame["value"], half_width))


def compare_routes(hazards: Hazards, steps: pd.DataFrame) -> pd.DataFrame:
    """Compare what the stocks show with what the hazards of the same group and year imply.

    Parameters
    ----------
    hazards : Hazards
    steps : DataFrame
        As from `continuation`, of the same panel.

    Returns
    -------
    DataFrame
        One row a step: ``dimension, group, year, step``, ``continuation`` with ``_lo`` and ``_hi`` (process),
        ``implied``, ``difference`` (the first less the second) and ``other_exit_rate`` (per year: what has to be added
        to the hazards to see the stocks; negative where people grow into a group), with ``rate_error``. Within a step
        people spread as in a steady state; the open band is split as it was.
    """
    rows, rates, _ = matrix(hazards)
    frames = []
    for step in STEPS:
        found = rows[ROW].merge(steps[steps["step"] == step.name], how="left", on=ROW)
        implied = _implied(rates, hazards.cuts, step, found["open_part"].to_numpy())
        frames.append(found.assign(implied=implied, years=step.months / 12))
    names = {f"value{end}": f"continuation{end}" for end in ("", "_lo", "_hi")}
    frame = pd.concat(frames, ignore_index=True).rename(columns=names)
    frame = frame[frame["continuation"] > 0].reset_index(drop=True)
    rate = np.log(frame["implied"] / frame["continuation"]) / frame["years"]
    difference, error = frame["continuation"] - frame["implied"], frame["relative_error"] / frame["years"]
    frame = frame.assign(difference=difference, other_exit_rate=rate, rate_error=error)
    columns = [*ROW, "step", *names.values(), "implied", "difference", "other_exit_rate", "rate_error"]
    return frame[[*columns, "tables", "status"]]


def _implied(rates: np.ndarray, cuts: tuple[int, ...], step: Step, open_part: np.ndarray) -> np.ndarray:
    """Return the continuation that hazards imply: the sum of S over the later band over that over the earlier one.

    Of those beyond the last cut c, a part ``open_part`` of all who start the step, S(c + months) / S(c) is still there.
    """
    last = min(step.end, cuts[-1])
    spans = ((step.start + step.months, last + step.months), (step.start, last))
    later, earlier = (time_lived(rates, cuts, *span) for span in spans)
    beyond = np.exp(cumulative(rates, cuts, cuts[-1]) - cumulative(rates, cuts, cuts[-1] + step.months))
    return open_part * beyond + (1 - open_part) * later / earlier


def all_exits(hazards: Hazards, routes: pd.DataFrame) -> Hazards:
    """Return the hazards of going for whatever reason: *other exits* of the cohorts added to those of ended spells.

    Each band takes the rate of the step that starts from it (the open one and the one before share a step). The process
    error is that of the cohorts (an exit too many among the ended spells is one too few among the others), with half of
    the variance of the hazards themselves. Rounding is left out.
    """
    rows, rates, own = matrix(hazards)
    names = [STEPS[step].name for step in _OF_BAND]
    estimates = ["other_exit_rate", "rate_error"]
    table = routes.pivot_table(estimates, ROW, "step").reindex(pd.MultiIndex.from_frame(rows[ROW]))
    other, errors = (table[column].reindex(columns=names).to_numpy() for column in estimates)
    rates, errors = rates + other, np.sqrt(errors**2 + own**2 / 2)
    cells = pd.concat([rows.assign(band=band) for band in hazards.bands], ignore_index=True)
    rate, error = rates.T.ravel(), errors.T.ravel()
    known = np.where(np.isfinite(rate) & (rate > 0), PRESENT, UNDEFINED)
    cells = cells.assign(hazard=rate, hazard_lo=np.nan, hazard_hi=np.nan, relative_error=error / rate, missing=known)
    return replace(hazards, cells=cells.assign(df=_NORMAL_DF, basis="successive stocks"))
