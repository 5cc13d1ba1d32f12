"""The periods a question can be asked of, and the part of them that a reader chose."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.cleaning import parse_period
from analysis.errors import CallError, DataError, did_you_mean
from analysis.measures import caseload, duration, flows
from analysis.snapshots import Snapshot


def _caseload(snapshot: Snapshot) -> pd.PeriodIndex:
    return pd.PeriodIndex(caseload.series(snapshot)["date"].drop_duplicates().sort_values(), freq="M")


def _duration(snapshot: Snapshot) -> pd.PeriodIndex:
    return pd.PeriodIndex(duration.starters(snapshot)["quarter"].drop_duplicates(), freq="Q-DEC").sort_values()


WINDOWS: dict[str, Callable[[Snapshot], pd.PeriodIndex]] = {
    "caseload": _caseload,
    "flows": flows.flow_window,
    "duration": _duration,
}


def between(snapshot: Snapshot, window: str, start: str, end: str) -> pd.PeriodIndex:
    """Return the periods from ``start`` to ``end``, both included, for which the snapshot has figures on a question.

    Parameters
    ----------
    snapshot : Snapshot
    window : {"caseload", "flows", "duration"}
        The question: the caseload by month, flows by quarter, duration by quarter.
    start, end : str
        Periods of any grain: ``2019``, ``2019Q1``, ``2019-01``, a CBS code or a title.

    Raises
    ------
    CallError
        When one is no period, when they are in the wrong order, when one lies outside the data or nothing lies between
        them, or when flows have no complete year.
    """
    if window not in WINDOWS:
        raise CallError(f"window {window!r} is unknown; {did_you_mean(window, WINDOWS)}.")
    known = WINDOWS[window](snapshot)
    first, last = _period("start", start), _period("end", end)
    if first.start_time > last.start_time:
        raise CallError(f"start {start} lies after end {end}: expected start before end.")
    for name, period in (("start", first), ("end", last)):
        if period.end_time < known[0].start_time or period.start_time > known[-1].end_time:
            raise CallError(
                f"{name} {period} lies outside the data: snapshot {snapshot.name!r} has {window} from {known[0]} "
                f"to {known[-1]}."
            )
    chosen = known[(known.end_time >= first.start_time) & (known.start_time <= last.end_time)]
    if chosen.empty:
        raise CallError(f"start {start} and end {end}: snapshot {snapshot.name!r} has no {window} figure between them.")
    if window == "flows" and not flows.complete_years(chosen):
        raise CallError(f"start {start} and end {end} hold no complete calendar year, which yearly ratios need.")
    return chosen


def _period(name: str, text: str) -> pd.Period:
    try:
        return parse_period(text)
    except (DataError, TypeError) as fault:
        raise CallError(f"{name}: {fault}") from fault
