"""Standardised ratios and shares, rates per inhabitant and competing risks of one replicate, with their truth.

The truth of ratios and rates is what was to be expected of those who were there, in every stratum; the weights of a
standard are its counts. Shares of the stock are register counts: their interval is of rounding, and has to hold the
exact number always, as have the bounds.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from itertools import product

import numpy as np
import pandas as pd
from estimands import band_panel
from replicates import Replicate
from study import rows
from world import (
    ENDS,
    LABELS,
    QUARTER,
    YEAR,
    Panel,
    World,
    covered_by,
    definition_of,
    inside,
    second_world,
    spans,
    world,
)

from analysis.classifications.groups import LONG_TERM, MONITOR, TOTAL_GROUP, Group
from analysis.intervals.cell_pool import CellPool
from analysis.intervals.rounded import Rounded
from analysis.models.duration.cohort import all_exits, compare_routes, continuation
from analysis.models.duration.competing import LEFT, REACHED, cumulative_incidence, incidence, incidence_bounds
from analysis.models.duration.hazards import exit_hazards
from analysis.models.duration.panel import BandPanel
from analysis.models.duration.survival import CONTINUOUS
from analysis.models.flows.panel import panel_of
from analysis.models.flows.population_rates import flow_dispersion, flow_interval
from analysis.models.standardisation import FORMS, direct, observed_over_expected, standardised_rows
from analysis.models.strata import OVER, STRATA, GroupStrata, Strata
from analysis.simulation.parameters import BANDS, MONTHS
from analysis.simulation.unrest import default_unrest

MONTHS_OF_YEAR = np.flatnonzero(MONTHS.year == YEAR)
AT_MONTHS = (24, 60)
FIVE_YEARS = list(BANDS).index("5y+")
OVER_SHARE = "standardised share over 5 years"
CONFIDENCE = 0.95
WORLDS = ("first", "second")


def composition(seed: int, persons: int, which: str) -> Replicate:
    """Return a replicate of a world."""
    return Replicate(f"composition-{which}-{persons}-{seed:04d}.csv", partial(_composition, seed, persons, which))


def _composition(seed: int, persons: int, which: str) -> pd.DataFrame:
    of = world(seed, persons) if which == "first" else second_world(seed, persons, default_unrest())
    # in the first world people leave at month ends: not the clock of the incidence
    chances = _competing(of) if of.clock == CONTINUOUS else []
    frames = pd.concat([*_rates(of), *_standardised(of), *chances], ignore_index=True)
    return frames.assign(kind="composition", figures="printed")


def _rates(of: World) -> list[pd.DataFrame]:
    """Return the moments of a year with the interval that a rate per inhabitant has; its denominator is known."""
    panel, found = panel_of(of.printed.flow_frame()), []
    dispersion_of = cache(partial(flow_dispersion, panel))
    for flow in ("inflow", "outflow"):
        counted = of.printed.flows[flow][:, QUARTER].sum(axis=1)
        expected = of.true("expected", flow)[:, QUARTER].sum(axis=1)
        for at, (dimension, name) in enumerate(LABELS):
            if (dimension, name) in _WITH_INHABITANTS:
                ends = flow_interval(counted[at], counted[at], dispersion_of(dimension, flow), CONFIDENCE)
                values = ([each] for each in (counted[at], *ends, expected[at]))
                found.append(rows(f"{flow}_per_1000", [name], str(YEAR), *values))
    return found


_WITH_INHABITANTS = {("total", "total"), *((d, g.name) for d in ("age", "sex") for g in MONITOR[d])}


# -- standardised ratios and shares


def _standardised(of: World) -> list[pd.DataFrame]:
    panel, found = panel_of(of.printed.flow_frame()), []
    for dimension, over in OVER.items():
        crossed = list(product(*(STRATA[name] for name in over)))
        dispersion = flow_dispersion(panel, dimension, "ratio")
        strata = _of_groups(MONITOR[dimension], crossed, of, _flow_of)
        about = (dimension, over, MONITOR[dimension], strata, "", YEAR, YEAR)
        table = standardised_rows(GroupStrata(*about), "ratio", dispersion, CONFIDENCE)
        expected = _of_groups(MONITOR[dimension], crossed, of, _expected_flow)
        weights = strata_of(TOTAL_GROUP, crossed, _flow_of("whole", of, False), tens=False)
        weighted = [replace(each, standard_whole=weights) for each in expected]  # those of the standard are its counts
        found += _against(table, "standardised ratio", {direct: weighted, observed_over_expected: expected}, dimension)
        stocks = _of_groups(LONG_TERM[dimension], crossed, of, _stock_of)
        shares = GroupStrata(dimension, over, LONG_TERM[dimension], stocks, "", YEAR, YEAR)
        exact = _of_groups(LONG_TERM[dimension], crossed, of, _stock_of, tens=False)
        both = {direct: exact, observed_over_expected: exact}
        found += _against(standardised_rows(shares), OVER_SHARE, both, dimension)
    return found


def _against(table: pd.DataFrame, estimand: str, true: dict, dimension: str) -> list[pd.DataFrame]:
    found = []
    for form, function in FORMS.items():
        part = table[table["quantity"].str.endswith(f"_{form}")]
        truth = np.array([function(each).value for each in true[function]])
        known = np.isfinite(part["value"].to_numpy(float)) & np.isfinite(truth)
        values = (part[name].to_numpy(float)[known] for name in ("value", "value_lo", "value_hi"))
        labels = part["group"].to_numpy()[known]
        name = f"{estimand}, {'direct' if function is direct else 'observed over expected'}"
        found.append(rows(name, labels, f"by {dimension}", *values, truth[known]))
    return found


def _of_groups(groups: tuple[Group, ...], crossed: list, of: World, source, tens: bool = True) -> list[Strata]:
    part, whole = (source(name, of, tens) for name in ("part", "whole"))
    standard = [strata_of(TOTAL_GROUP, crossed, each, tens) for each in (part, whole)]
    return [
        Strata(*(strata_of(group, crossed, each, tens) for each in (part, whole)), *standard, True) for group in groups
    ]


def _flow_of(name: str, of: World, tens: bool) -> np.ndarray:
    """Return a flow by quarter of the year, kind and age class: printed flows are as registered."""
    counts = of.seen if tens else of.counts
    flow = counts.inflow if name == "whole" else counts.outflow.sum(axis=3)
    return spans(flow, 3)[QUARTER]


def _expected_flow(name: str, of: World, tens: bool) -> np.ndarray:
    flow = of.counts.expected_inflow if name == "whole" else of.counts.expected_outflow.sum(axis=3)
    return flow[MONTHS_OF_YEAR].sum(axis=0, keepdims=True)


def _stock_of(name: str, of: World, tens: bool) -> np.ndarray:
    stock = of.counts.stock[3 * ENDS.index(f"{YEAR}Q4")]
    return (stock[..., FIVE_YEARS] if name == "part" else stock.sum(axis=-1))[None]


def strata_of(group: Group, crossed: list, flow: np.ndarray, tens: bool) -> Rounded:
    """Return a count of a group in every stratum, summed over periods; of cells that are rounded each, where asked."""
    values, row, weight = [], [], []
    for at, strata in enumerate(crossed):
        classes = {name: c for each in strata for name, c in each.definitions[0][0][1].items()}
        for sign, categories in definition_of(group):
            cells = np.tensordot(flow.astype(float), covered_by({**categories, **classes}) * np.ones(flow.shape[1:]), 2)
            values += list(np.floor((cells + 5) / 10) * 10 if tens else cells)
            row += [at] * len(cells)
            weight += [sign] * len(cells)
    value, half = np.array(values), 5.0 * tens
    none = np.full(len(value), "", object)
    pool = CellPool.of_ranges(value, np.maximum(value - half, 0), value + half, none, np.zeros(len(value), int))
    return Rounded.of_cells(pool, np.arange(len(value)), "counted").sum_by(row, len(crossed), np.array(weight, float))


# -- competing risks


def _competing(of: World) -> list[pd.DataFrame]:
    bands = _bands(of.printed)
    hazards = exit_hazards(bands)
    everything = all_exits(hazards, compare_routes(hazards, continuation(bands)))
    table = cumulative_incidence(hazards, everything, AT_MONTHS)
    table = table[table["year"] == YEAR]
    covered = np.array([inside(group) * np.ones(of.counts.inflow.shape[1:]) for group in _GROUPS])
    spent, left, aow = (
        np.einsum("gka,tkad->gd", covered, getattr(of.counts, name)[MONTHS_OF_YEAR].astype(float))
        for name in ("at_risk", "expected_outflow", "aow_by_band")
    )
    found = []
    for months in AT_MONTHS:
        chances = 100 * incidence(12 * left / spent, 12 * aow / spent, bands.cuts, months)
        for quantity, true in zip((LEFT, REACHED), chances, strict=False):
            part = table[(table["quantity"] == quantity) & (table["months"] == months)].set_index("group")
            part = part.reindex([group.name for group in _GROUPS])
            values = (part[name].to_numpy(float) for name in ("value", "value_lo", "value_hi"))
            found.append(rows(f"cumulative incidence, {quantity}", part.index, f"{months} months", *values, true))
    return [*found, *_bounds(of, bands, 12 * left[0] / spent[0], 12 * aow[0] / spent[0])]


_GROUPS = (TOTAL_GROUP, *MONITOR["sex"], *MONITOR["origin"])


def _bands(panel: Panel) -> BandPanel:
    """Return the bands of the groups that nobody grows into or out of."""
    return band_panel(*(frame[frame["dimension"] != "age"] for frame in (panel.stock_frame(), panel.ended_frame())))


def _bounds(of: World, bands: BandPanel, leaving: np.ndarray, aow: np.ndarray) -> list[pd.DataFrame]:
    """Return the bounds of the total, from the exact account: they hold chance in no part, so nor do the hazards."""
    exact = _bands(of.exact)
    reached = float(of.true("account", "aow_exits")[0, QUARTER].sum())
    ask = pd.DataFrame({"dimension": ["total"], "group": ["total"], "year": [YEAR], "other_exits_hi": [reached]})
    table = incidence_bounds(exit_hazards(exact), ask, AT_MONTHS)
    found = []
    for months in AT_MONTHS:
        own = exact.spells[(exact.spells["group"] == "total") & (exact.spells["year"] == YEAR)].set_index("band")
        counted = (own["ended"] / own["exposure"]).loc[list(exact.bands)].to_numpy(float)
        true = 100 * incidence(counted[None], aow[None], exact.cuts, months)[:, 0]
        for quantity, chance in zip((LEFT, REACHED), true, strict=False):
            row = table[(table["months"] == months) & (table["quantity"] == quantity)].iloc[0]
            ends = ([row[name]] for name in ("value", "value_lo", "value_hi"))
            found.append(rows(f"bounds of the incidence, {quantity}", ["total"], f"{months} months", *ends, [chance]))
    return found
