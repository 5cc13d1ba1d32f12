"""The periods a question can be asked of, and the part of them that a reader chose."""

from collections.abc import Callable

import pandas as pd

from analysis.cleaning.periods import parse_period
from analysis.errors import CallError, DataError, check_choice, name_some
from analysis.measures import caseload, duration, flows
from analysis.snapshots.store import Snapshot


def _caseload(snapshot: Snapshot) -> pd.PeriodIndex:
    return pd.PeriodIndex(caseload.series(snapshot)["date"].drop_duplicates().sort_values(), freq="M")


def _duration(snapshot: Snapshot) -> pd.PeriodIndex:
    return pd.PeriodIndex(duration.starters(snapshot)["quarter"].drop_duplicates(), freq="Q-DEC").sort_values()


WINDOWS: dict[str, Callable[[Snapshot], pd.PeriodIndex]] = {
    "caseload": _caseload,
    "flows": flows.flow_window,
    "duration": _duration,
}


def between(snapshot: Snapshot, window: str, start: str = "", end: str = "") -> pd.PeriodIndex:
    """Return the periods from ``start`` to ``end``, both included, for which the snapshot has figures on a question.

    Parameters
    ----------
    snapshot : Snapshot
    window : {"caseload", "flows", "duration"}
        The question: the caseload by month, flows by quarter, duration by quarter.
    start, end : str
        Periods of any grain: ``2019``, ``2019Q1``, ``2019-01``, a CBS code or a title. An empty text is as far as the
        figures go.

    Raises
    ------
    CallError
        With a line for each fault: one is no period or lies outside the data, they are in the wrong order, nothing
        lies between them, or flows have a gap or no complete year.
    """
    check_choice("window", window, WINDOWS)
    known, faults, ends = WINDOWS[window](snapshot), [], {}
    for name, text in (("start", start), ("end", end)):
        try:
            ends[name] = _bound(name, text, known)
        except CallError as fault:
            faults.append(
                f"{str(fault).rstrip('.')}: snapshot {snapshot.name!r} has {window} from {known[0]} to {known[-1]}."
            )
    if not faults:
        check_order(ends["start"], ends["end"])
        chosen = known[(known.end_time >= ends["start"].start_time) & (known.start_time <= ends["end"].end_time)]
        faults = _faults(snapshot, window, chosen, ends["start"], ends["end"])
    if faults:
        raise CallError("\n".join(faults))
    return chosen


def parse_bound(name: str, text: str) -> pd.Period:
    """Read ``start`` or ``end``, a period of any grain; raise a CallError with its name for what is none."""
    try:
        return parse_period(text)
    except DataError as fault:
        raise CallError(f"{name}: {fault}") from fault
    except TypeError as fault:
        raise CallError(f"{name} {text!r}: expected a text, such as '2021' or '2021Q1'.") from fault


def check_order(start: pd.Period, end: pd.Period) -> None:
    """Raise a CallError when the first of two bounds lies after the last."""
    if start.start_time > end.end_time:
        raise CallError(f"start {start} lies after end {end}: expected start before end.")


def _bound(name: str, text: str, known: pd.PeriodIndex) -> pd.Period:
    if text == "":
        return known[0] if name == "start" else known[-1]
    period = parse_bound(name, text)
    if period.end_time < known[0].start_time or period.start_time > known[-1].end_time:
        raise CallError(f"{name} {period} lies outside the data")
    return period


def _faults(snapshot: Snapshot, window: str, chosen: pd.PeriodIndex, start: pd.Period, end: pd.Period) -> list[str]:
    if chosen.empty:
        return [f"start {start} and end {end}: there is no {window} figure between them; choose a wider window."]
    if window == "flows" and not flows.complete_years(snapshot, chosen):
        return [f"start {start} and end {end} hold no complete calendar year, which yearly ratios need."]
    gaps = pd.period_range(chosen[0], chosen[-1], freq=chosen.freq).difference(chosen)
    if window == "flows" and len(gaps):
        return [f"between start {start} and end {end} the flows of {name_some(gaps)} are missing; choose one side."]
    return []
