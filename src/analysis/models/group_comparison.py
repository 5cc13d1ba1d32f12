"""Which of two groups has the higher outflow ratio, given how much groups vary beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.cleaning import TOTAL
from analysis.models.process import (
    check_confidence,
    fit_quasi_binomial,
    flow_counts,
    log_ratio_variance,
    process_interval,
    student,
)


@dataclass(frozen=True)
class GroupDispersion:
    """How much the outflow ratios of groups vary beside each other within a quarter, over binomial chance.

    What moves all groups alike (a season, a lockdown) does not count. ``dimension``, ``first``, ``last`` and ``table``
    say from which groups and quarters it was estimated; without any, ``dispersion`` is NaN and ``df`` 0.
    """

    dispersion: float
    df: int
    dimension: str = ""
    first: str = ""
    last: str = ""
    table: str = ""


def group_dispersion(by_quarter: dict[str, pd.DataFrame], dimension: str) -> GroupDispersion:
    """Estimate the dispersion of the groups of a dimension within quarters: a model with group and quarter effects.

    Parameters
    ----------
    by_quarter : dict of str to DataFrame
        For each dimension that the snapshot covers, tidy ``inflow`` and ``outflow`` by ``group`` and ``quarter``, as
        from `analysis.measures.flows.groups_by_quarter`.
    dimension : str
        The dimension wanted. Where it is not covered, the first that is stands in for it: an assumption, to be stated
        beside the result.

    Returns
    -------
    GroupDispersion
    """
    if not by_quarter:
        return GroupDispersion(float("nan"), 0)
    basis = dimension if dimension in by_quarter else next(iter(by_quarter))
    frame = by_quarter[basis]
    fit = fit_quasi_binomial("share ~ C(group) + C(quarter)", flow_counts(frame, ["group", "quarter"]))
    quarters = sorted(frame["quarter"].unique())
    return GroupDispersion(
        float(fit.scale), int(fit.df_resid), basis, quarters[0], quarters[-1], ", ".join(frame["tables"].unique())
    )


def group_ratios(
    groups: pd.DataFrame, quarters: int, by_quarter: dict[str, pd.DataFrame], confidence: float = 0.95
) -> pd.DataFrame:
    """Return the outflow ratio of each group with its process interval, given the year all groups went through.

    Parameters
    ----------
    groups : DataFrame
        Tidy, mean quarterly ``inflow`` and ``outflow`` by ``dimension`` and ``group``.
    quarters : int
        The number of quarters behind those means.
    by_quarter : dict of str to DataFrame
        As for `group_dispersion`.
    confidence : float

    Returns
    -------
    DataFrame
        ``dimension, group, value, value_lo, value_hi``; the total, which is no group beside others, has no interval.
    """
    confidence, data = check_confidence(confidence), flow_counts(groups, ["dimension", "group"])
    frames = []
    for dimension, rows in data.groupby("dimension", sort=False, observed=True):
        spread = GroupDispersion(np.nan, 0) if dimension == TOTAL else group_dispersion(by_quarter, dimension)
        counts = rows["outflow"] * quarters, rows["inflow"] * quarters
        lo, hi = process_interval(*counts, spread.dispersion, spread.df, confidence)
        value = rows["outflow"] / rows["inflow"]
        frames.append(rows[["dimension", "group"]].assign(value=value, value_lo=lo, value_hi=hi))
    return pd.concat(frames, ignore_index=True)


def compare_groups(
    groups: pd.DataFrame, quarters: int, by_quarter: dict[str, pd.DataFrame], confidence: float = 0.95
) -> pd.DataFrame:
    """Say for each pair of groups of a dimension whether process variation lets one tell whose ratio is higher.

    Parameters
    ----------
    groups, quarters, by_quarter, confidence
        As for `group_ratios`.

    Returns
    -------
    DataFrame
        One row a pair: ``dimension, first, second``, ``factor`` (ratio of the first over that of the second) with
        ``factor_lo, factor_hi`` (process interval of that pair alone), ``p_value`` (for all pairs of the dimension
        together: Holm 1979, Scandinavian Journal of Statistics 6) and ``process`` (``higher``, ``lower`` or
        ``undecidable``, of the first against the second).
    """
    confidence, data = check_confidence(confidence), flow_counts(groups, ["dimension", "group"])
    frames = []
    for dimension, members in data[data["dimension"] != TOTAL].groupby("dimension", sort=False, observed=True):
        spread = group_dispersion(by_quarter, dimension)
        pairs = pd.DataFrame(
            [_pair(*two, quarters, spread, confidence) for two in combinations(members.itertuples(), 2)]
        )
        frames.append(pairs.assign(dimension=dimension, p_value=_holm(pairs["p_value"])))
    compared = pd.concat(frames, ignore_index=True)
    decided = compared["p_value"] < 1 - confidence
    higher = compared["factor"] > 1
    tables = ", ".join(groups["tables"].unique())
    process = np.select([decided & higher, decided & ~higher], ["higher", "lower"], "undecidable")
    return compared.assign(tables=tables, process=process)


def _pair(one, two, quarters: int, spread: GroupDispersion, confidence: float) -> dict[str, object]:
    from scipy.stats import t

    log_factor = np.log(one.outflow / one.inflow) - np.log(two.outflow / two.inflow)
    variance = log_ratio_variance(one.outflow, one.inflow) + log_ratio_variance(two.outflow, two.inflow)
    error = np.sqrt(spread.dispersion * variance / quarters)
    reach = student(confidence, spread.df) * error
    return {
        "first": one.group,
        "second": two.group,
        "factor": np.exp(log_factor),
        "factor_lo": np.exp(log_factor - reach),
        "factor_hi": np.exp(log_factor + reach),
        "p_value": 2 * t.sf(abs(log_factor) / error, spread.df) if spread.df > 0 else float("nan"),
    }


def _holm(p_values: pd.Series) -> np.ndarray:
    from statsmodels.stats.multitest import multipletests

    if p_values.isna().any():
        return np.full(len(p_values), np.nan)
    return multipletests(p_values, method="holm")[1]


def dispersions(groups: pd.DataFrame, by_quarter: dict[str, pd.DataFrame]) -> list[GroupDispersion]:
    """Return the dispersion used for each dimension of ``groups``, in their order."""
    named = [dimension for dimension in groups["dimension"].unique() if dimension != TOTAL]
    return [group_dispersion(by_quarter, dimension) for dimension in named]
