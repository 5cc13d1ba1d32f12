"""What the models of regions say of the regions that are compared, as tidy frames with the kind of each interval.

Process intervals are of independent persons; that people in one household or neighbourhood come and go together is not
in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.municipalities.selection import Choice
from analysis.measures.regions import KEY_FIGURES, MONTHS_A_YEAR, background, inhabitants_of, persons_of
from analysis.measures.sources import PERSONS_BY_REGION, POPULATION
from analysis.measures.tidy_frame import combine
from analysis.missing import PRESENT, UNDECIDED, least_final
from analysis.models.dispersion import BOTH, PROCESS, ROUNDING
from analysis.models.regions.background import Explained, explain, regions_needed
from analysis.models.regions.change import LESS, MORE, Change, change
from analysis.models.regions.counts import RegionCounts
from analysis.models.regions.funnel import ABOVE, BELOW, INSIDE, Funnel, funnel
from analysis.models.regions.ranks import Comparison, Ranks, ranks
from analysis.models.regions.ranks import compare as compare_ranks
from analysis.models.regions.shrinkage import Shrunken, expected_by_size, shrink
from analysis.snapshots.store import Snapshot

STAYING = 0.8
"""The part of the persons of a month who are still there a year later: outflow and other exits of 2023, 2024 and 2025
were 80, 81 and 84 thousand of a stock of 397, 400 and 406 thousand (85615NED, 80794ned). Who moved to another region is
not known."""
OUTSIDE, EDGE = 1, 0
"""The limits of the funnel: 99.8 percent, and 95 percent."""
_PER, _ROOM = 1000, 40
_BY_SIZE = 30
"""Regions from which figures are drawn towards what regions of their size have, not towards the mean of all."""


@dataclass(frozen=True, eq=False)
class Compared:
    """The regions with figures of both months, and what the models say of them; R regions, in the order of ``codes``.

    ``pairs`` says which regions have a higher or lower underlying level than the chosen one; None without one.
    ``background`` is empty, and ``explained`` None, where the snapshot has none or too few regions for it.
    """

    codes: list[str]
    choice: Choice
    now: RegionCounts
    before: RegionCounts
    limits: Funnel
    shrunken: Shrunken
    ranks: Ranks
    change: Change
    background: pd.DataFrame
    explained: Explained | None
    status: np.ndarray
    pairs: Comparison | None
    confidence: float


def compare(snapshot: Snapshot, choice: Choice, confidence: float) -> Compared:
    """Return what the models say of the persons per inhabitant of the regions that have figures of both months."""
    regions, months = choice.regions, (choice.month, choice.month - MONTHS_A_YEAR)
    persons = [persons_of(snapshot, regions, [month]) for month in months]
    people = [inhabitants_of(snapshot, regions, [month]) for month in months]
    known = np.flatnonzero(np.logical_and.reduce([each.missing == PRESENT for each in (*persons, *people)]))
    now, before = (
        RegionCounts(*(getattr(count, end)[known] for end in ("value", "lo", "hi")), exposure.value[known])
        for count, exposure in zip(persons, people, strict=True)
    )
    shrunken = shrink(now, expected_by_size(now) if len(now) >= _BY_SIZE else None, confidence)
    codes = [regions.codes[at] for at in known]
    own = codes.index(choice.region) if choice.region in codes else None
    characteristics = background(snapshot, regions).reindex(codes)
    complete = characteristics.notna().all(axis=1).to_numpy()
    enough = complete.sum() >= regions_needed(characteristics.shape[1]) and characteristics.shape[1] > 0
    explained = None
    if enough:
        chosen = characteristics[complete]
        explained = explain(now.take(complete), chosen.to_numpy(), tuple(chosen.columns), confidence=confidence)
    return Compared(
        codes, choice, now, before, funnel(now), shrunken, ranks(shrunken.draws, confidence),
        change(before, now, STAYING, confidence), characteristics[complete] if enough else pd.DataFrame(), explained,
        (persons[0] / people[0]).status[known],
        None if own is None else compare_ranks(shrunken.draws, own, confidence), confidence,
    )  # fmt: skip


def levels(compared: Compared) -> pd.DataFrame:
    """Return the level of each region, ordered from high to low by its underlying level.

    Returns
    -------
    DataFrame
        Tidy, labels ``region``, ``name`` and ``position`` (against the limits of the funnel). Quantities: ``per_1000``
        (persons per 1,000 inhabitants, with rounding), ``underlying_per_1000`` (shrunken; process and rounding) and
        ``rank`` (1 is the highest; process and rounding).
    """
    now, shrunken, ranked = compared.now, compared.shrunken, compared.ranks
    columns = {
        "per_1000": (ROUNDING, _PER, now.rate, now.lo / now.exposure, now.hi / now.exposure),
        "underlying_per_1000": (BOTH, _PER, shrunken.value, shrunken.lo, shrunken.hi),
        "rank": (BOTH, 1, ranked.expected, ranked.lo, ranked.hi),
    }
    order = np.argsort(-shrunken.value, kind="stable")
    labels = _labels(compared) | {"position": positions(compared)}
    return _tidy(columns, labels, compared, order)


def positions(compared: Compared) -> np.ndarray:
    """Return where each region lies in the funnel: beyond a limit, within both, or that rounding leaves it open."""
    edge, outside = compared.limits.verdict[EDGE], compared.limits.verdict[OUTSIDE]
    beyond = np.array([f"{each} 99.8%" for each in outside], object)
    at_edge = np.array([f"{each} 95%" for each in edge], object)
    found = np.where(np.isin(edge, [ABOVE, BELOW]), at_edge, np.where(edge == INSIDE, INSIDE, UNDECIDED))
    return np.where(np.isin(outside, [ABOVE, BELOW]), beyond, found)


def shown(found: pd.DataFrame, compared: Compared) -> pd.DataFrame:
    """Return the rows of a table that a page has room for: of up to forty regions all.

    Of more, the chosen region, its peers where these are so few, and the regions beyond a limit of the funnel or
    outside what their level let expect.
    """
    if len(compared.codes) <= _ROOM:
        return found
    codes, verdicts = np.array(compared.codes, object), (compared.limits.verdict[EDGE], compared.change.verdict)
    beyond = np.logical_or(np.isin(verdicts[0], [ABOVE, BELOW]), np.isin(verdicts[1], [MORE, LESS]))
    peers = compared.choice.peers if len(compared.choice.peers) <= _ROOM else ()
    return found[found["region"].isin([compared.choice.region, *peers, *codes[beyond]])].reset_index(drop=True)


def changes(compared: Compared) -> pd.DataFrame:
    """Return how the rate of each region changed in a year, and what its level before lets expect.

    Returns
    -------
    DataFrame
        Tidy, labels ``region``, ``name`` and ``against_expected``. Quantities in percent: ``rate_growth`` (own figures)
        and ``expected_growth``, both with intervals of process and rounding.
    """
    found = compared.change
    columns = {
        "rate_growth": (BOTH, 100, found.ratio - 1, found.ratio_lo - 1, found.ratio_hi - 1),
        "expected_growth": (BOTH, 100, found.expected - 1, found.expected_lo - 1, found.expected_hi - 1),
    }
    labels = _labels(compared) | {"against_expected": found.verdict}
    return _tidy(columns, labels, compared, np.arange(len(compared.codes)))


def expected_by_background(compared: Compared) -> pd.DataFrame:
    """Return for each region with a background the level that others with it have, and what remains.

    Returns
    -------
    DataFrame
        Tidy, labels ``region, name``; empty where there is no background. Quantities: ``per_1000``,
        ``expected_per_1000`` (cross-validated: from other regions) and ``remaining`` (underlying over expected level,
        percent more or less; process and rounding).
    """
    found = compared.explained
    if found is None:
        return _tidy({}, {}, compared, np.array([], int))
    here = [compared.codes.index(code) for code in compared.background.index]
    now = compared.now.take(here)
    columns = {
        "per_1000": (ROUNDING, _PER, now.rate, now.lo / now.exposure, now.hi / now.exposure),
        "expected_per_1000": (PROCESS, _PER, found.expected, np.full(len(here), np.nan), np.full(len(here), np.nan)),
        "remaining": (BOTH, 100, found.remaining - 1, found.remaining_lo - 1, found.remaining_hi - 1),
    }
    labels = {name: np.asarray(values)[here] for name, values in _labels(compared).items()}
    return _tidy(columns, labels, compared, np.arange(len(here)), here, (KEY_FIGURES,))


def effects(compared: Compared) -> pd.DataFrame:
    """Return the odds ratio of one standard deviation of each characteristic, the others being equal.

    Returns
    -------
    DataFrame
        Tidy, label ``characteristic``; quantities ``odds_ratio`` (process), and ``mean`` and ``spread`` of the
        characteristic over the regions, in percent. Empty where there is no background.
    """
    found = compared.explained
    if found is None:
        return _tidy({}, {}, compared, np.array([], int))
    nothing = np.full(len(found.names), np.nan)
    mean, spread = compared.background.mean().to_numpy(), compared.background.std(ddof=0).to_numpy()
    columns = {
        "odds_ratio": (PROCESS, 1, found.effect, found.effect_lo, found.effect_hi),
        "characteristic_mean": (PROCESS, 1, mean, nothing, nothing),
        "characteristic_spread": (PROCESS, 1, spread, nothing, nothing),
    }
    return _tidy(
        columns, {"characteristic": np.array(found.names)}, compared, np.arange(len(found.names)), [], (KEY_FIGURES,)
    )


def _labels(compared: Compared) -> dict[str, np.ndarray]:
    names = [name_of(compared.choice, code) for code in compared.codes]
    return {"region": np.array(compared.codes, object), "name": np.array(names, object)}


def name_of(choice: Choice, code: str) -> str:
    """Return the name of a municipality as its table has it; a province stands under its code, which has a word."""
    return choice.regions.names[code] if choice.regions.level == "municipality" else code


def _tidy(
    columns: dict[str, tuple],
    labels: dict[str, np.ndarray],
    compared: Compared,
    order: np.ndarray,
    rows: list[int] | None = None,
    more: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return columns of (kind, factor, value, lo, hi) as a tidy frame in an order; ``rows`` are their regions."""
    about, frames = {"period": str(compared.choice.month)}, []
    about["tables"] = ", ".join((PERSONS_BY_REGION, POPULATION, *more))
    whole = np.full(len(order), least_final(compared.status))
    status = compared.status if rows is None else compared.status[rows] if rows else whole
    for quantity, (kind, factor, *ends) in columns.items():
        value, lo, hi = (factor * np.asarray(end, float)[order] for end in ends)
        numbers = {"value": value, "value_lo": lo, "value_hi": hi, "interval": kind, "missing": PRESENT}
        shared = {name: np.asarray(of, object)[order] for name, of in labels.items()}
        frames.append(pd.DataFrame({**shared, **about, "quantity": quantity, **numbers, "status": status[order]}))
    if frames:
        return combine(frames)
    texts = ("region", "name", "characteristic", "period", "tables", "quantity", "interval", "missing", "status")
    numbers = dict.fromkeys(("value", "value_lo", "value_hi"), pd.Series(dtype=float))
    return pd.DataFrame(dict.fromkeys(texts, pd.Series(dtype=object)) | numbers)
