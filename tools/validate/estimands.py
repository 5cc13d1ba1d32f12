"""The estimands recommended for use, each by the function of the library that estimates it, with its truth.

The truth of a process interval is what was to be expected in the period of those who were there (`expected` in
``truth.json``), not what was counted: the counts scatter around it by chance, and that scatter is what the interval is
about. Where no such number can be had (shares of a stock, returns), it is the mean over all replicates.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from study import rows
from world import ENDS, GROUPS, LABELS, QUARTER, YEAR, YEARS, Panel, World, inside

from analysis.errors import DataError
from analysis.measures.duration import OVER_5
from analysis.models.duration.cohort import all_exits, compare_routes, continuation
from analysis.models.duration.decomposition import decompose
from analysis.models.duration.hazards import Hazards, exit_hazards
from analysis.models.duration.longterm import side_by_side
from analysis.models.duration.panel import BandPanel, panel_of_frames
from analysis.models.duration.survival import CONTINUOUS, MONTHLY, remaining, survival
from analysis.models.flows.account import group_account
from analysis.models.flows.group_comparison import compare_groups
from analysis.models.flows.outflow import OutflowModel, fit_outflow
from analysis.models.flows.panel import panel_of
from analysis.models.flows.rates import fit_rates
from analysis.models.flows.reentry import fit_reentry
from analysis.simulation.parameters import AGE_CLASS, AOW_MONTHS, BANDS, SHAPE, default_parameters
from analysis.simulation.steady import steady_state

ROW = {label: row for row, label in enumerate(LABELS)}
DIMENSIONS = ("total", "sex", "age", "origin")
FINER = ("45–55", "55–AOW")
"""Classes of age that long-term shares are given for; the flows have them joined."""
BEFORE = 2019
WITHOUT_RISE = 2025
"""A year in which the AOW age did not rise, so that people reached it in every month."""
AT = YEARS.index(YEAR)
CHANGES = "change of the share over 5 years"
OLD_CLOCK = "survival, as if people left at month ends"
MONTHS_OF = np.array([6, 6, 12, 12, 12, 12])


def recommended(
    of: World,
    panel: Panel,
    dimensions: tuple[str, ...] = DIMENSIONS,
    usual: World | None = None,
    seasonal: World | None = None,
) -> pd.DataFrame:
    """Return the estimates of one replicate from one panel (printed or exact), with intervals and truth.

    ``usual`` and ``seasonal`` have what was to be expected without shocks: what is asked of an ordinary year, and its
    seasons. By default it is as it was.
    """
    usual, seasonal = of if usual is None else usual, of if seasonal is None else seasonal
    frames = (panel.flow_frame(), panel.stock_frame(), panel.ended_frame())
    flows, stocks, ended = (frame[frame["dimension"].isin(dimensions)] for frame in frames)
    flows = flows[~flows["group"].isin(FINER)]
    found = [_flows(of, usual, panel_of(flows), dimension) for dimension in dimensions]
    found.append(_as_shown(of, usual, seasonal, flows, dimensions))
    found.append(_durations(of, stocks, ended))
    return pd.concat([rows for part in found for rows in part], ignore_index=True)


def _rows(estimand: str, part: str, frame: pd.DataFrame, truth: np.ndarray | None, realised=None) -> pd.DataFrame:
    """Return a tidy frame of the library with the truth, which has a number for each of the groups."""
    at, unknown = (
        [ROW[label] for label in zip(frame["dimension"], frame["group"], strict=True)],
        np.full(len(LABELS), np.nan),
    )
    truths = [(unknown if column is None else column)[at] for column in (truth, realised)]
    values = (frame[name].to_numpy(float) for name in ("value", "value_lo", "value_hi"))
    return rows(estimand, frame["group"].to_numpy(), part, *values, *truths)


# -- flows


def _flows(of: World, usual: World, panel: pd.DataFrame, dimension: str) -> list[pd.DataFrame]:
    found, ordinary = [*_returns(of, panel, dimension), *_account(of, panel, dimension)], _true_rates(usual)
    for quantity, truth in _true_rates(of).items():
        model = fit_rates(panel, quantity, dimension)
        found.append(_rows(quantity, str(YEAR), _of_year(model.rates), truth))
        if dimension != "total":
            found.append(_factors(quantity, model.compare(YEAR), ordinary[quantity]))
        elif quantity == "outflow_rate":
            found += _season(of, model.effects)
    return found


def _true_rates(of: World) -> dict[str, np.ndarray]:
    into, out = (of.true("expected", name)[:, QUARTER].sum(axis=1) for name in ("inflow", "outflow"))
    stood = of.true("account", "opening")[:, QUARTER].sum(axis=1)
    return {"inflow_rate": into / stood, "outflow_rate": out / stood, "ratio": out / into}


def _as_shown(
    of: World, usual: World, seasonal: World, flows: pd.DataFrame, dimensions: tuple[str, ...]
) -> list[pd.DataFrame]:
    """Return ratios, quarter effects and pairs as the chapter shows them: by `fit_outflow` and `compare_groups`."""
    name, total = "process_ratio", _tidy(flows[flows["dimension"] == "total"], ["quarter"])
    model = fit_outflow(total)
    years = total.assign(year=total["quarter"].str[:4]).drop(columns="quarter")
    sums = years.groupby([*years.columns.difference(["value"])], sort=False)["value"].sum().reset_index()
    whole = _of_year(model.ratios(sums, "year")).assign(dimension="total", group="total")
    found = [_rows(name, str(YEAR), whole, _true_rates(of)["ratio"]), _quarter_effects(seasonal, model)]
    if groups := [each for each in dimensions if each != "total"]:
        tidy = _tidy(flows[flows["dimension"].isin(groups)], ["dimension", "group", "quarter"])
        of_year = tidy[tidy["quarter"].str.startswith(str(YEAR))].drop(columns="quarter")
        means = of_year.groupby([*of_year.columns.difference(["value"])], sort=False)["value"].mean().reset_index()
        compared = compare_groups(means, {each: tidy[tidy["dimension"] == each] for each in groups})
        found.append(_rows(name, str(YEAR), compared.ratios, _true_rates(of)["ratio"]))
        found.append(_factors(name, compared.pairs, _true_rates(usual)["ratio"]))
    return found


def _quarter_effects(seasonal: World, model: OutflowModel) -> pd.DataFrame:
    """Return the quarter effects of the ratio, with those of years without shocks."""
    logs = np.log(seasonal.true("expected", "ratio")[0]).reshape(-1, 4)
    logs = (logs - logs.mean(axis=1, keepdims=True)).mean(axis=0)
    values = (model.quarter_effects[name].to_numpy() for name in ("value", "value_lo", "value_hi"))
    rule = rows("quarter effect of the ratio", ["total"] * 4, "", *values, np.exp(logs - logs.mean()))
    return rule.assign(part=[f"Q{quarter}" for quarter in model.quarter_effects["quarter_of_year"]])


def _tidy(flows: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    tidy = flows.melt(labels, ["inflow", "outflow"], "quantity", "value")
    return tidy.assign(missing="", tables="simulated")


def _factors(quantity: str, pairs: pd.DataFrame, truth: np.ndarray) -> pd.DataFrame:
    first, second = (
        [ROW[label] for label in zip(pairs["dimension"], pairs[end], strict=True)] for end in ("first", "second")
    )
    names = [f"{one} / {two}" for one, two in zip(pairs["first"], pairs["second"], strict=True)]
    values = (pairs[name].to_numpy() for name in ("factor", "factor_lo", "factor_hi"))
    return rows(f"{quantity}: factor between groups", names, str(YEAR), *values, truth[first] / truth[second])


def _season(of: World, effects: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the season with that of what was expected (the lockdown is in both), and with that of the rules."""
    logs = np.log(of.true("expected", "outflow_rate")[0]).reshape(-1, 4)
    logs = (logs - logs.mean(axis=1, keepdims=True)).mean(axis=0)
    season = np.log(of.rules.exit_calendar.season)
    values = [effects[name].to_numpy() for name in ("value", "value_lo", "value_hi")]
    truths = {"season of the outflow rate": np.exp(logs), "season, read as a rule": np.exp(season - season.mean())}
    parts = [f"Q{quarter}" for quarter in effects["quarter_of_year"]]
    return [rows(name, ["total"] * len(parts), "", *values, truth).assign(part=parts) for name, truth in truths.items()]


def _returns(of: World, panel: pd.DataFrame, dimension: str) -> list[pd.DataFrame]:
    try:
        found = _of_year(fit_reentry(panel, dimension))
    except DataError:  # a printed zero among some fifty quarters of a small group: refused, and so not judged
        return []
    flows = {name: of.exact.flows[name][:, QUARTER].sum(axis=1) for name in ("reinflow", "inflow")}
    before = [quarter - 2 for quarter in QUARTER]  # those who come back in the year left half a year before on average
    back, left = (of.true("returns", name)[:, before].sum(axis=1) for name in ("back_within_a_year", "left"))
    realised = {"reinflow_share": flows["reinflow"] / flows["inflow"], "return_risk": back / left}
    return [_rows(name, str(YEAR), found[found["quantity"] == name], None, column) for name, column in realised.items()]


def _account(of: World, panel: pd.DataFrame, dimension: str) -> list[pd.DataFrame]:
    years = _of_year(group_account(panel, dimension))
    parts = {name: of.true("account", name)[:, QUARTER] for name in ("opening", "closing", "aow_exits", "ageing")}
    other = (parts["aow_exits"] - parts["ageing"]).sum(axis=1)
    into, out = (of.true("expected", name)[:, QUARTER].sum(axis=1) for name in ("inflow", "outflow"))
    came = of.exact.flows["inflow"][:, QUARTER].sum(axis=1)
    truths = {
        "other_exits": other,
        "break_even": 1 - other / came,
        "steady_state": into / 4 / ((out + other) / parts["opening"].sum(axis=1)),
    }
    return [_rows(name, str(YEAR), years[years["quantity"] == name], truth) for name, truth in truths.items()]


# -- durations


def _durations(of: World, stocks: pd.DataFrame, ended: pd.DataFrame) -> list[pd.DataFrame]:
    frames = (frame[frame["group"] != "45–AOW"] for frame in (stocks, ended))
    bands = band_panel(*frames)
    hazards = exit_hazards(bands)
    monthly = of.true("hazards", "monthly")[:, AT]
    table = _of_year(hazards.tidy_rows())
    found = [
        _rows("exit hazard", band, table[table["band"] == named], 12 * monthly[:, column])
        for column, (band, named) in enumerate(zip(BANDS, bands.bands, strict=True))
    ]
    each = 1 - monthly[:, :-1] if of.clock == MONTHLY else np.exp(-monthly[:, :-1])
    still = np.cumprod(each**MONTHS_OF, axis=1)
    lasting = _of_year(survival(hazards, (24, 60), of.clock))
    for months, column in ((24, still[:, 2]), (60, still[:, 5])):
        found.append(_rows("survival", f"{months} months", lasting[lasting["months"] == months], column))
    if of.clock == CONTINUOUS:
        found += _old_clock(hazards, still)
    half = _of_year(remaining(hazards, (0,), of.clock))
    half = half[half["quantity"] == "median_remaining"]
    found.append(_rows("median duration", "months", half, _median(monthly, of.clock)))
    if "age" in set(stocks["dimension"]):
        found.append(_change(of, stocks))
    return [*found, *_longterm(of, bands, hazards)]


def band_panel(stocks: pd.DataFrame, ended: pd.DataFrame) -> BandPanel:
    """Return the panel of the stocks and ended spells of a world, its open band under the name of the library."""
    return panel_of_frames(*(frame.replace({"band": {"5y+": OVER_5.name}}) for frame in (stocks, ended)))


def _old_clock(hazards: Hazards, still: np.ndarray) -> list[pd.DataFrame]:
    """Return survival as it was before: as if people left at month ends alone."""
    lasting = _of_year(survival(hazards, (24, 60), MONTHLY))
    parts = ((24, still[:, 2]), (60, still[:, 5]))
    return [_rows(OLD_CLOCK, f"{month} months", lasting[lasting["months"] == month], true) for month, true in parts]


def _median(monthly: np.ndarray, clock: str) -> np.ndarray:
    """Return when half would have left at the year's chances, those of the open band going on."""
    chances = monthly[:, np.repeat(np.arange(len(BANDS)), [*MONTHS_OF, 12 * 60])]
    passed = (-np.log1p(-chances) if clock == MONTHLY else chances).cumsum(axis=1)
    months = np.arange(passed.shape[1] + 1)
    return np.array([np.interp(np.log(2), [0, *hazard], months) for hazard in passed])


def _change(of: World, stocks: pd.DataFrame) -> pd.DataFrame:
    """Return why the share above five years changed between two years, by age."""
    ends, found = (f"{BEFORE}Q4", f"{YEAR}Q4"), []
    eligible = list(BANDS)[2:]  # four years later they have been there for five years, or more
    for frame in (stocks, of.exact.stock_frame()):
        ages = frame[(frame["dimension"] == "age") & (frame["group"] != "45–AOW")]
        spans = {"stock": list(BANDS), "long": ["5y+"], "eligible": eligible}
        ages = ages.assign(**{name: ages["stock"].where(ages["band"].isin(bands), 0) for name, bands in spans.items()})
        sums = [ages[ages["quarter"] == end].groupby("group")[list(spans)].sum().reset_index() for end in ends]
        found.append(decompose(*sums, ["group"], "long", "stock").parts)
    values = (found[0][name].to_numpy() for name in ("value", "value_lo", "value_hi"))
    parts = ["composition by age", "behaviour", "whole change"]
    return rows(CHANGES, ["total"] * 3, "", *values, np.nan, found[1]["value"].to_numpy()).assign(part=parts)


def _longterm(of: World, bands: BandPanel, hazards: Hazards) -> list[pd.DataFrame]:
    steps = continuation(bands)
    everything = all_exits(hazards, compare_routes(hazards, steps))
    table = side_by_side(bands, hazards, everything, YEAR)
    stock = of.exact.stock[:, ENDS.index(f"{YEAR}Q4")]
    exits, found = of.true("hazards", "expected")[:, AT], []
    for name, first in (("over_2y", 3), ("over_5y", 6)):
        rows_of = {source: table[(table["source"] == source) & (table["quantity"] == name)] for source in SOURCES}
        share = stock[:, first:-1].sum(axis=1) / stock[:, -1]
        ended = exits[:, first:].sum(axis=1) / exits.sum(axis=1)
        found.append(_rows("share of the stock", name, rows_of["stock"], None, 100 * share))
        found.append(_rows("share of ended spells", name, rows_of["ended spells"], 100 * ended))
    for year in (YEAR, WITHOUT_RISE) if of.clock == MONTHLY else ():  # else not known in closed form
        table = side_by_side(bands, hazards, everything, year)
        table = table[(table["source"] == "steady state") & (table["dimension"] != "age")]
        for name, truth in _steady(of, year).items():
            still = table[table["quantity"] == name]
            found.append(_rows(f"share of the steady state, {year}", name, still, 100 * truth))
    before, after = (of.exact.stock[:, ENDS.index(end)] for end in (f"{YEAR - 1}Q4", f"{YEAR}Q4"))
    steps = _of_year(steps)
    for name, early, late in STEPS_OF:
        part = after[:, late].sum(axis=1) / before[:, early].sum(axis=1)
        found.append(_rows("continuation of a band", name, steps[steps["step"] == name], None, part))
    return found


SOURCES = ("stock", "ended spells")
STEPS_OF = (("0-1y → 1-2y", [0, 1], [2]), ("2-3y → 3-4y", [3], [4]), (">4y → >5y", [5, 6], [6]))


def _steady(of: World, year: int) -> dict[str, np.ndarray]:
    """Return the long-term shares that the year's exits would lead to: the rules' steady state at their effect."""
    first = 12 * YEARS.index(year)
    effect = float(of.rules.exit_calendar.effects()[first : first + 12].mean())
    return _steady_at(of.rules.persons, effect, AOW_MONTHS[year])


@cache
def _steady_at(persons: int, effect: float, aow: int) -> dict[str, np.ndarray]:
    rules = default_parameters(0, persons)
    rules = replace(rules, exit_chance={band: effect * chance for band, chance in rules.exit_chance.items()})
    covered = np.array([np.broadcast_to(inside(group), SHAPE) for group in GROUPS])[:, :, AGE_CLASS[:aow]]
    stock = np.einsum("gka,kad->gd", covered, steady_state(rules, aow).stock)
    return {name: stock[:, at:].sum(axis=1) / stock.sum(axis=1) for name, at in (("over_2y", 24), ("over_5y", 60))}


def _of_year(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["year"].astype(int) == YEAR]
