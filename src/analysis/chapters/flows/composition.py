"""Rates per inhabitant and per labour force, and standardised outflow ratios, where a snapshot has what they take."""

from dataclasses import dataclass, field

import pandas as pd

from analysis.classifications.selection import ALL
from analysis.cleaning.periods import FREQUENCY
from analysis.errors import CoverageError
from analysis.measures.flows import complete_years
from analysis.measures.population_rates import population_rates
from analysis.measures.tidy_frame import combine
from analysis.models.flows.population_rates import RATIO, flow_dispersion, process_rates
from analysis.models.standardisation import standardised_rows
from analysis.models.strata import OVER, check_standard_year, flow_strata
from analysis.snapshots.store import Snapshot

PER = ("inhabitants", "labour force")
NOTHING = pd.DataFrame(columns=["quantity", "value", "value_lo", "value_hi", "missing", "tables"])


@dataclass(frozen=True, eq=False)
class FlowComposition:
    """What the snapshot allows; a frame is empty where it lacks what that takes.

    Attributes
    ----------
    rates, rates_process : DataFrame
        As from `population_rates` and `process_rates`, for all denominators that are there.
    lacking : list of str
        The denominators that are not: ``inhabitants``, ``labour force``.
    ratios, ratios_process : DataFrame
        As from `standardised_rows`, of the last complete year: with intervals of rounding, and of both kinds.
    standard : int
        The year whose inflow is the standard.
    """

    rates: pd.DataFrame
    rates_process: pd.DataFrame
    ratios: pd.DataFrame
    ratios_process: pd.DataFrame
    standard: int
    lacking: list[str] = field(default_factory=list)


def flow_composition(
    snapshot: Snapshot,
    quarters: pd.PeriodIndex,
    panel: pd.DataFrame,
    group_by: str = ALL,
    standard_year: str = "",
    confidence: float = 0.95,
) -> FlowComposition:
    """Return the rates and standardised ratios of the last complete year among some quarters.

    Parameters
    ----------
    snapshot : Snapshot
    quarters : PeriodIndex
    panel : DataFrame
        As from `analysis.models.flows.panel.flow_panel`, of all groups.
    group_by : {"all", "age", "origin", "sex"}
        By origin there are no rates: no denominator is divided by it; those of the total are given.
    standard_year : str
        The year whose inflow is the standard; empty: the last complete year.
    confidence : float

    Raises
    ------
    CallError
        When the standard is no year.
    """
    years = complete_years(snapshot, quarters)
    last = years[-1]
    base, rates, process, lacking = int(check_standard_year(standard_year) or last), [], [], []
    for per in PER:
        try:
            found = population_rates(snapshot, pd.PeriodIndex([str(y) for y in years], freq=FREQUENCY["year"]), per)
        except CoverageError:
            lacking.append(per)
            continue
        kept = found[found["dimension"].isin(["total", group_by]) | (group_by == ALL)]
        rates.append(kept)
        process.append(process_rates(snapshot, kept, panel, confidence))
    ratios, ratios_process = [], []
    for dimension in OVER if group_by == ALL else [group_by]:
        try:
            strata = flow_strata(snapshot, dimension, last, base)
        except CoverageError:
            continue
        dispersion = flow_dispersion(panel, dimension, RATIO)
        ratios += [standardised_rows(each) for each in strata]
        ratios_process += [standardised_rows(each, RATIO, dispersion, confidence) for each in strata]
    frames = (combine(each) if each else NOTHING for each in (rates, process, ratios, ratios_process))
    return FlowComposition(*frames, base, lacking)
