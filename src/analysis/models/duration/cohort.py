"""The second route to staying: following a duration band through successive stocks (synthetic cohorts).

Who has been there for 12 to 24 months now had been for 0 to 12 a year ago. So B(1-2y, a year on) over B(0-1y) is the
part of that band that is still there, for whatever reason others are not: leaving, reaching the AOW age, or for groups
by age growing out of the group (and into it: the ratio may pass 1). Ended spells count those who left alone. What the
hazards imply for the same step is the part of S that lies in the later band over that in the earlier one, as in a
steady state. Where the two differ, the difference as a yearly rate is that of *other exits*.

Cells: a step with a missing stock is missing; zero at its start is refused as undefined; provisional and rounded cells
are used, with the rounding interval. The process interval takes the later stock as binomial given the earlier one,
with the dispersion of that step (Pearson's X2, by group and year beside each other), which may be below 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import CoverageError, DataError, name_some
from analysis.missing import NOT_IN_SNAPSHOT, PRESENT, STATUSES, UNDEFINED
from analysis.models.dispersion import check_confidence, student
from analysis.models.duration.hazards import PROCESS, Hazards, between_groups
from analysis.models.duration.panel import FINE, BandPanel
from analysis.models.duration.survival import MONTHLY, ROW, cumulative, matrix, time_lived


@dataclass(frozen=True)
class Step:
    """From one span of durations to a later one, in months; ``end`` is infinite for all beyond ``start``."""

    name: str
    start: int
    end: float
    months: int

    def bands(self, cuts: tuple[int, ...], later: bool = False) -> slice:
        """Return the places of the bands that the span holds, ``months`` later if so asked."""
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
_OF_BAND = (0, 1, 2, 3, 4, 5, 5)  # the step that tells most of each band


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
    quarters = sorted(panel.stocks["quarter"].unique())
    stocks = {name: _cube(panel, name, quarters) for name in ("stock", "stock_lo", "stock_hi")}
    frames = [_step(panel, stocks, step, quarters, confidence) for step in STEPS]
    found = pd.concat(frames, ignore_index=True)
    if not (found["missing"] == PRESENT).any():
        raise CoverageError("no band can be followed: the panel has no stocks of all bands a year apart.")
    return found


def _cube(panel: BandPanel, name: str, quarters: list[str]) -> pd.DataFrame:
    """Return stocks by group (rows) and quarter and band (columns), NaN for what is missing."""
    whole = pd.MultiIndex.from_product([quarters, panel.bands], names=["quarter", "band"])
    table = panel.stocks.pivot_table(name, ["dimension", "group"], ["quarter", "band"], sort=False)
    return table.reindex(columns=whole)


def _step(panel: BandPanel, stocks: dict, step: Step, quarters: list[str], confidence: float) -> pd.DataFrame:
    years, shift = sorted({int(quarter[:4]) for quarter in quarters}), step.months // 3
    ends = {name: {} for name in stocks}
    for year in years:
        starts = pd.period_range(f"{year - 1}Q4", f"{year}Q4", freq="Q-DEC")
        pairs = [(str(one), str(one + shift)) for one in starts if one + shift <= starts[-1]]
        for name, table in stocks.items():
            ends[name][year] = [_sum(table, [pair[later] for pair in pairs], step, panel, later) for later in (0, 1)]
    rows = [(*group, year) for year in years for group in stocks["stock"].index]
    both = {
        name: [np.concatenate([by[year][later] for year in years]) for later in (0, 1)] for name, by in ends.items()
    }
    (before, after), (low, high) = both["stock"], zip(both["stock_lo"], both["stock_hi"], strict=True)
    frame = pd.DataFrame(rows, columns=ROW).assign(step=step.name, earlier=before, later=after, open_part=0.0)
    gone = [np.isnan(before) | np.isnan(after), before <= 0]
    frame["missing"] = np.select(gone, [NOT_IN_SNAPSHOT, UNDEFINED], PRESENT)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = {"value": after / before, "rounding_lo": high[0] / low[1], "rounding_hi": high[1] / low[0]}
    frame = frame.assign(quantity="continuation", **ends, interval=PROCESS, denominator="stock", unit="ratio")
    frame["value"] = frame["value"].where(frame["missing"] == PRESENT)
    if np.isinf(step.end):
        open_band = [stocks["stock"].get((f"{year - 1}Q4", panel.bands[-1])) for year in years]
        gap = pd.Series(np.nan, stocks["stock"].index)
        frame["open_part"] = np.concatenate([gap if column is None else column for column in open_band]) / before
    told = panel.stocks.groupby(["dimension", "group"], sort=False).agg(
        tables=("tables", lambda names: ", ".join(sorted(set(names) - {""}))),
        status=("status", lambda found: max(found, key=STATUSES.index)),
    )
    return _with_process(frame, confidence).join(told, on=["dimension", "group"])


def _sum(table: pd.DataFrame, quarters: list[str], step: Step, panel: BandPanel, later: int) -> np.ndarray:
    columns = pd.MultiIndex.from_product([quarters, panel.bands[step.bands(panel.cuts, bool(later))]])
    return table.reindex(columns=columns).to_numpy().sum(axis=1)


def _with_process(frame: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add the process interval, on the logarithm; a lone group takes the mean dispersion of groups that do not age."""
    known = frame[(frame["missing"] == PRESENT) & (frame["value"] > 0)]
    spreads = {
        name: between_groups(rows, "C(group) + C(year)", "later", "earlier")
        for name, rows in known.groupby("dimension")
    }
    still = [spread.value for name, spread in spreads.items() if spread.df and name != "age"]
    lone = float(np.mean(still)) if still else np.nan
    spread = frame["dimension"].map({name: spread.value if spread.df else lone for name, spread in spreads.items()})
    frame["relative_error"] = np.sqrt(spread / frame["later"].where(frame["value"] > 0))
    reach = student(confidence, 10**6) * frame["relative_error"]
    return frame.assign(value_lo=frame["value"] * np.exp(-reach), value_hi=frame["value"] * np.exp(reach))


def compare_routes(hazards: Hazards, steps: pd.DataFrame, clock: str = MONTHLY) -> pd.DataFrame:
    """Set what the stocks show beside what the hazards of the same group and year imply.

    Parameters
    ----------
    hazards : Hazards
    steps : DataFrame
        As from `continuation`, of the same panel.
    clock : {"monthly", "continuous"}

    Returns
    -------
    DataFrame
        One row a step: ``dimension, group, year, step``, ``continuation`` with ``_lo`` and ``_hi`` (process),
        ``implied``, ``difference`` (the first less the second) and ``other_exit_rate`` (per year: what has to be added
        to the hazards to see the stocks; negative where people grow into a group), with ``rate_error``. Within a step
        people spread as in a steady state; the open band is split as it was.
    """
    rows, rates, _ = matrix(hazards, clock)
    frames = []
    for step in STEPS:
        found = rows[ROW].merge(steps[steps["step"] == step.name], how="left", on=ROW)
        implied = _implied(rates, hazards.cuts, step, found["open_part"].to_numpy())
        frames.append(found.assign(implied=implied, years=step.months / 12))
    frame = pd.concat(frames, ignore_index=True).rename(columns={"value": "continuation"})
    frame = frame[frame["continuation"] > 0].reset_index(drop=True)
    rate = np.log(frame["implied"] / frame["continuation"]) / frame["years"]
    frame = frame.assign(difference=frame["continuation"] - frame["implied"], other_exit_rate=rate)
    frame = frame.assign(rate_error=frame["relative_error"] / frame["years"])
    names = {f"value_{end}": f"continuation_{end}" for end in ("lo", "hi")}
    columns = [*ROW, "step", "continuation", *names.values(), "implied", "difference", "other_exit_rate", "rate_error"]
    return frame.rename(columns=names)[[*columns, "tables", "status"]]


def _implied(rates: np.ndarray, cuts: tuple[int, ...], step: Step, open_part: np.ndarray) -> np.ndarray:
    last = min(step.end, cuts[-1])
    spans = ((step.start + step.months, last + step.months), (step.start, last))
    later, earlier = (time_lived(rates, cuts, *span, counted=True) for span in spans)
    beyond = np.exp(cumulative(rates, cuts, cuts[-1]) - cumulative(rates, cuts, cuts[-1] + step.months))
    return open_part * beyond + (1 - open_part) * later / earlier


def all_exits(hazards: Hazards, routes: pd.DataFrame, clock: str = MONTHLY) -> Hazards:
    """Return the hazards of going for whatever reason: *other exits* of the cohorts added to those of ended spells.

    Each band takes the rate of the step that starts from it (the open one and the one before share a step). The process
    error is that of the cohorts: an exit too many in the one route is one too few in the rest. Rounding is left out.
    """
    rows, rates, own = matrix(hazards, clock)
    table = routes.pivot_table(["other_exit_rate", "rate_error"], ROW, "step").reindex(
        pd.MultiIndex.from_frame(rows[ROW])
    )
    place = [STEPS[step].name for step in _OF_BAND]
    rates = rates + table["other_exit_rate"].reindex(columns=place).to_numpy()
    errors = table["rate_error"].reindex(columns=place).to_numpy()
    errors = np.sqrt(errors**2 + own**2 / 2)
    rates = -12 * np.expm1(-rates / 12) if clock == MONTHLY else rates  # as hazards are kept: of a month, times twelve
    cells = pd.concat([rows.assign(band=band) for band in hazards.bands], ignore_index=True)
    rate, error = rates.T.ravel(), errors.T.ravel()
    known = np.where(np.isfinite(rate) & (rate > 0), PRESENT, UNDEFINED)
    cells = cells.assign(hazard=rate, hazard_lo=np.nan, hazard_hi=np.nan, relative_error=error / rate, missing=known)
    return replace(hazards, cells=cells.assign(df=10**6, basis="successive stocks"))
