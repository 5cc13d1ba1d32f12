"""How regions are spread, and where one stands among its peers: levels, growth, households and provisions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.municipalities.selection import Choice
from analysis.classifications.regions import COUNTRY
from analysis.measures.regional_map import map_of
from analysis.measures.regions import rates, trend
from analysis.measures.tidy_frame import combine, pick
from analysis.missing import FINAL, PRESENT, least_final
from analysis.snapshots.store import Snapshot

MEASURES = ("per_1000", "growth_pct", "benefits_per_100", "provisions_per_100")
PARTS = {"tenth": 10, "lower_quartile": 25, "middle": 50, "upper_quartile": 75, "nine_tenths": 90}
"""The points of a distribution that are printed, in percent; the ends are not: they are those of small regions."""
QUARTILES = ("lower_quartile", "middle", "upper_quartile")
_MONTHS_BACK, _STEP = 60, 3


def spread(found: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return how the regions, or the peers of one, are spread: tidy, label ``measure``.

    Each region counts once. ``regions`` is how many have the figure; the others are points of the distribution.
    """
    among, rows = _among(found, choice), []
    for measure in MEASURES:
        values = pick(among, measure)
        has = values["missing"] == PRESENT
        known, status = values.loc[has, "value"].to_numpy(float), least_final(values.loc[has, "status"])
        reason = PRESENT if len(known) else _reason(values)
        points = {"regions": float(len(known))}
        points |= {name: np.percentile(known, at) if len(known) else np.nan for name, at in PARTS.items()}
        for quantity, value in points.items():
            missing = "" if quantity == "regions" else reason
            rows.append(_row(measure, quantity, value, missing, values) | {"status": status})
    return pd.DataFrame(rows)


def with_figures(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a spread or profile of the measures that have any figure in it."""
    has = (found["missing"] == PRESENT) & (found["quantity"] != "regions")
    return found[found["measure"].isin(found.loc[has, "measure"])]


def _among(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the rows of the peers of a region, of all regions where none is chosen."""
    return rows[rows["region"].isin(choice.peers)] if choice.peers else rows


def _reason(values: pd.DataFrame) -> str:
    return values["missing"].mode().iloc[0]


def _row(measure: str, quantity: str, value: float, missing: str, values: pd.DataFrame) -> dict[str, object]:
    first = values.iloc[0]
    row = {"measure": measure, "quantity": quantity, **first[["period", "tables"]]}
    return row | {"value": value, "value_lo": np.nan, "value_hi": np.nan, "missing": missing}


def profile(snapshot: Snapshot, found: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the figures of one region beside those of its peers and of the country; empty without a region.

    Returns
    -------
    DataFrame
        Tidy, label ``measure``. Quantities: ``own`` (with its interval of rounding), ``lower_quartile``, ``middle`` and
        ``upper_quartile`` of the peers, and ``country``.
    """
    columns = ["measure", "period", "tables", "quantity", "value", "value_lo", "value_hi", "missing", "status"]
    if not choice.region:
        return pd.DataFrame({name: pd.Series(dtype=float if name.startswith("value") else object) for name in columns})
    national = rates(snapshot, map_of(snapshot, "country", choice.month.year), choice.month, choice.month - 12)
    frames = [spread(found, choice)]
    for quantity, rows, region in (("own", found, choice.region), ("country", national, COUNTRY)):
        own = rows[(rows["region"] == region) & rows["quantity"].isin(MEASURES)]
        frames.append(own.assign(measure=own["quantity"], quantity=quantity)[columns])
    return combine(frames)


def trends(snapshot: Snapshot, choice: Choice) -> pd.DataFrame:
    """Return ``per_1000`` of quarter ends over five years: of the region, of the middle of the peers, of the country.

    Returns
    -------
    DataFrame
        Tidy, labels ``series`` (``own``, ``lower_quartile``, ``middle``, ``upper_quartile``, ``country``), ``month``;
        on the map of the chosen month. ``middle`` and the quartiles only of months that most of the regions have.
    """
    months = pd.period_range(choice.month - _MONTHS_BACK, choice.month, freq="M")[::_STEP]
    everyone, nation = trend(snapshot, choice.regions, months), map_of(snapshot, "country", choice.month.year)
    country = trend(snapshot, nation, months).assign(series="country")
    among, names = _among(everyone, choice), [str(month) for month in months]
    values = among.pivot_table(index="month", columns="region", values="value", dropna=False, observed=True)
    values = values.reindex(names)
    status = among[among["missing"] == PRESENT].groupby("month", observed=True)["status"].agg(least_final)
    status = status.reindex(names, fill_value=FINAL).to_numpy(object)
    enough = values.notna().mean(axis=1) > 0.5
    frames = [everyone[everyone["region"] == choice.region].assign(series="own")]
    for name in QUARTILES:
        points = values.quantile(PARTS[name] / 100, axis=1).where(enough)
        missing = np.where(enough, PRESENT, "not_in_snapshot")
        ends = {"value": points.to_numpy(), "value_lo": np.nan, "value_hi": np.nan}
        frames.append(country.assign(series=name, **ends, missing=missing, status=status))
    return combine([*frames, country]).drop(columns="region")
