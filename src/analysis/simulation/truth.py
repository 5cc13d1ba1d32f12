"""What is true of a simulated population, against which estimators are tested; ``docs/simulation.md`` explains it."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from analysis.classifications.groups import LONG_TERM, MONITOR, TOTAL_GROUP, Group
from analysis.classifications.selection import chosen_groups
from analysis.errors import DataError
from analysis.files import json_bytes, sha256
from analysis.simulation.parameters import AGE_CLASS, AOW_MONTHS, BANDS, MONTHS, RECENT, SHAPE, Parameters
from analysis.simulation.population import Counts
from analysis.simulation.steady import return_risk, steady_state, survival
from analysis.simulation.tables import members
from analysis.simulation.unrest import Unrest
from analysis.snapshots.store import Snapshot

FILE = "truth.json"
_QUARTER, _YEAR = 3, 12
_DIGITS = 9  # sums of floats can differ in the last digits from one machine to another
_YEARS = MONTHS.year.unique()


def truth_bytes(
    rules: Parameters,
    counts: Counts,
    unrest: Unrest | None = None,
    regions: dict[str, Any] | None = None,
    full_size: bool = False,
) -> bytes:
    """Return the truth of a population as the file that is kept with its tables.

    The steady state of the second world (``unrest``) is not known in closed form, and is left out. ``regions`` is what
    is true of municipalities (`analysis.simulation.regions.region_truth`), where there are tables of them. Tables of
    full size have the same truth; the file says that they are.
    """
    groups = [TOTAL_GROUP]
    for group_by in MONITOR:
        groups += [*MONITOR[group_by], *chosen_groups(group_by, LONG_TERM)]
    weights = np.array([_weights(group) for group in groups])
    with np.errstate(invalid="ignore", divide="ignore"):  # a small population has groups and bands without anyone
        truth = {
            "account": _account(counts, weights),
            **_chances(counts, weights),
            "returns": _returns(counts, weights),
        }
    if unrest is None:
        truth["steady"] = _steady(rules, weights)
    content: dict[str, Any] = {
        "format": 1,
        "parameters": asdict(rules),
        **({} if unrest is None else {"unrest": asdict(unrest)}),
        **({} if regions is None else {"regions": regions}),
        **({"full_size": True} if full_size else {}),
        "months": [str(month) for month in MONTHS],
        "quarters": [str(quarter) for quarter in MONTHS.asfreq("Q-DEC").unique()],
        "years": _YEARS.tolist(),
        "bands": list(BANDS),
        "aow_age_months": [AOW_MONTHS[year] for year in _YEARS],
        "exit_effects": rules.exit_calendar.effects(),
        "entry_effects": rules.entry_calendar.effects(),
        "groups": {group.dimension: {} for group in groups},
    }
    for row, group in enumerate(groups):
        content["groups"][group.dimension][group.name] = {
            part: {name: column[row] for name, column in columns.items()} for part, columns in truth.items()
        }
    return json_bytes(_json_numbers(content))


def read_truth(snapshot: Snapshot) -> dict[str, Any]:
    """Return the truth of a simulated snapshot, checked against the SHA-256 that its tables' metadata hold."""
    path = snapshot.folder / FILE
    known = {source for table in snapshot.manifest.tables for source in snapshot.metadata(table).sources}
    data = path.read_bytes() if path.is_file() else b""
    if snapshot.kind != "simulated" or known != {source_of(data)}:
        raise DataError(f"snapshot {snapshot.name!r}: expected {FILE} as it was simulated; simulate it again.")
    return json.loads(data)


def is_drawn_by(
    snapshot: Snapshot, rules: Parameters, unrest: Unrest | None, regions: dict[str, Any] | None, full_size: bool
) -> bool:
    """Tell whether a simulated snapshot was drawn by these rules; ``regions`` are those of municipalities, or None.

    Raises
    ------
    DataError
        When its truth is not what was simulated, or it is no simulated snapshot.
    """
    truth = read_truth(snapshot)
    of_regions = truth.get("regions", {}).get("rules")
    found = (truth["parameters"], truth.get("unrest"), of_regions, truth.get("full_size", False))
    asked = (asdict(rules), None if unrest is None else asdict(unrest), regions, full_size)
    return all(one == json.loads(json_bytes(_json_numbers(other))) for one, other in zip(found, asked, strict=True))


def source_of(data: bytes) -> str:
    """Return how tables name the truth that is kept with them."""
    return f"{FILE}, SHA-256 {sha256(data)}"


def _weights(group: Group) -> np.ndarray:
    """Return how often each kind and age class counts in a group: 1 or 0, from its most direct definition."""
    weights = np.zeros(SHAPE, np.int64)
    for weight, categories in group.definitions[0]:
        inside = np.full_like(weights, weight)
        for dimension, category in categories.items():
            covered = members(dimension, category)
            inside *= covered if dimension == "age" else covered[:, None]
        weights += inside
    return weights


def _sums(monthly: np.ndarray, weights: np.ndarray, months: int) -> np.ndarray:
    """Return a flow with a row for each group, by span of so many months (and duration band, where it has them)."""
    flow = np.einsum("gka,tka...->gt...", weights, monthly)
    return flow.reshape(len(weights), -1, months, *flow.shape[2:]).sum(axis=2)


def _account(counts: Counts, weights: np.ndarray) -> dict[str, np.ndarray]:
    stock = _sums(counts.stock[::_QUARTER].sum(axis=3), weights, 1)
    flows = {name: getattr(counts, name) for name in ("inflow", "reinflow", "aow_exits", "ageing")}
    columns = {name: _sums(flow, weights, _QUARTER) for name, flow in flows.items()}
    outflow = _sums(counts.outflow.sum(axis=3), weights, _QUARTER)
    return {"opening": stock[:, :-1], "outflow": outflow, **columns, "closing": stock[:, 1:]}


def _chances(counts: Counts, weights: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Return what was to be expected of each month, given the stock when it began."""
    leaving = counts.expected_outflow
    inflow, outflow = (_sums(flow, weights, _QUARTER) for flow in (counts.expected_inflow, leaving.sum(axis=3)))
    opening = _sums(counts.stock[:-1:_QUARTER].sum(axis=3), weights, 1)
    rates = {"inflow_rate": inflow / opening, "outflow_rate": outflow / opening}
    stood, left, expected = (_sums(flow, weights, _YEAR) for flow in (counts.at_risk, counts.outflow, leaving))
    return {
        "expected": {"inflow": inflow, "outflow": outflow, "ratio": outflow / inflow, **rates},
        "hazards": {"person_months": stood, "exits": left, "expected": expected, "monthly": expected / stood},
    }


def _returns(counts: Counts, weights: np.ndarray) -> dict[str, np.ndarray]:
    known = counts.returned.astype(float)
    known[-RECENT:] = np.nan  # their year goes on after the calendar
    left, back = (_sums(flow, weights, _QUARTER) for flow in (counts.outflow.sum(axis=3), known))
    return {"left": left, "back_within_a_year": back, "risk": back / left}


def _steady(rules: Parameters, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return the steady state of the rules without effects of the calendar, at the last AOW age."""
    aow = AOW_MONTHS[_YEARS[-1]]
    steady, weights = steady_state(rules, aow), weights[:, :, AGE_CLASS[:aow]]
    stock = np.einsum("kad,gka->gd", steady.stock, weights)
    entered, left = weights * steady.entered, weights * steady.pool[:, :, 0]
    whole, inflow, outflow = stock.sum(axis=1), entered.sum(axis=(1, 2)), left.sum(axis=(1, 2))
    spans = {"over_2y": stock[:, 24:], "from_2_to_5y": stock[:, 24:60], "over_5y": stock[:, 60:]}
    lasting = {
        f"{name}_{months // _YEAR}y": (entered * survival(rules, months, aow, stop)).sum(axis=(1, 2)) / inflow
        for name, stop in (("survival", False), ("survival_below_aow", True))
        for months in (24, 60)
    }
    risk = (left * return_risk(rules, RECENT)[AGE_CLASS[:aow]]).sum(axis=(1, 2)) / outflow
    shares = {name: span.sum(axis=1) / whole for name, span in spans.items()}
    ratios = {"stock_per_monthly_entry": whole / inflow, "outflow_ratio": outflow / inflow, "return_risk": risk}
    return {**shares, **lasting, **ratios}


def _json_numbers(value: Any) -> Any:
    """Return numbers as JSON has them: integers as they are, others to so many digits, null for NaN and infinity."""
    if isinstance(value, dict):
        return {key: _json_numbers(each) for key, each in value.items()}
    if isinstance(value, np.ndarray | list):
        return [_json_numbers(each) for each in np.asarray(value).tolist()]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None
    return value
