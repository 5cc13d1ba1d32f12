"""Which of two groups has the higher outflow ratio, given how much groups vary among each other."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.measures.flows import QUARTERS_A_YEAR
from analysis.measures.tidy_frame import join_tables
from analysis.models.dispersion import (
    Dispersion,
    check_confidence,
    fit_quasi_binomial,
    flow_counts,
    log_ratio_variance,
    process_ratio,
)
from analysis.models.flows.pairs import decide_pairs, pair_factor
from analysis.summary import SelfDescribing


@dataclass(frozen=True, eq=False, repr=False)
class GroupComparison(SelfDescribing):
    """The groups of one year compared.

    Attributes
    ----------
    ratios : DataFrame
        Tidy, labels ``dimension, group``, quantity ``process_ratio``: the outflow ratio with its process interval,
        given the year that all groups went through. The total is no group among others, and is left out.
    pairs : DataFrame
        One row a pair of a dimension: ``dimension, first, second``, ``factor`` (ratio of the first over that of the
        second) with ``factor_lo, factor_hi`` (process interval of that pair alone), ``p_value`` (for all pairs of the
        dimension together, as from `pairs.decide_pairs`) and ``process`` (``higher``, ``lower`` or
        ``undecidable``, of the first against the second).
    dispersions : dict of str to Dispersion
        The dispersion used for each dimension.
    """

    ratios: pd.DataFrame
    pairs: pd.DataFrame
    dispersions: dict[str, Dispersion]


def group_dispersion(by_quarter: dict[str, pd.DataFrame], dimension: str) -> Dispersion:
    """Estimate how much the outflow ratios of groups vary among each other within a quarter, over binomial chance.

    From a model with group and quarter effects: what moves all groups alike (a season, a lockdown) does not count.

    Parameters
    ----------
    by_quarter : dict of str to DataFrame
        For each dimension that the snapshot covers, tidy ``inflow`` and ``outflow`` by ``group`` and ``quarter``, as
        from `analysis.measures.flow_groups.by_quarter`.
    dimension : str
        Where it is not covered, the dispersion of the first dimension that is covered is taken for it: an assumption,
        to be stated with the result.
    """
    if not by_quarter:
        return Dispersion()
    basis = dimension if dimension in by_quarter else next(iter(by_quarter))
    frame = by_quarter[basis]
    fit = fit_quasi_binomial("share ~ C(group) + C(quarter)", flow_counts(frame, ["group", "quarter"]))
    quarters, tables = sorted(frame["quarter"].unique()), join_tables(frame["tables"])
    return Dispersion(float(fit.scale), int(fit.df_resid), basis, quarters[0], quarters[-1], tables)


def compare_groups(
    groups: pd.DataFrame, by_quarter: dict[str, pd.DataFrame], confidence: float = 0.95
) -> GroupComparison:
    """Return how far chance could have moved each group's ratio, and for which pairs chance leaves no doubt.

    Parameters
    ----------
    groups : DataFrame
        Tidy ``inflow`` and ``outflow`` by ``dimension`` and ``group``, means of the quarters of a year, as from
        `analysis.measures.flow_groups.by_group`. A group with a missing or zero cell has no interval, and its pairs
        are undecidable.
    by_quarter : dict of str to DataFrame
        As for `group_dispersion`.
    confidence : float
        Level of the intervals, and of all verdicts of a dimension together.
    """
    confidence = check_confidence(confidence)
    names = groups[["dimension", "group"]].drop_duplicates(ignore_index=True)
    data = names.merge(flow_counts(groups, ["dimension", "group"]), how="left")
    tables, used, ratios, pairs = join_tables(groups["tables"]), {}, [], []
    for dimension, members in data.groupby("dimension", sort=False, observed=True):
        if dimension == TOTAL:
            continue
        used[dimension] = dispersion = group_dispersion(by_quarter, dimension)
        counts = members["outflow"] * QUARTERS_A_YEAR, members["inflow"] * QUARTERS_A_YEAR
        found = process_ratio(*counts, dispersion, confidence)
        ratios.append(members[["dimension", "group"]].assign(quantity="process_ratio", **found))
        pairs += [_pair(*pair, dispersion, confidence) for pair in combinations(members.itertuples(), 2)]
    return GroupComparison(
        pd.concat(ratios, ignore_index=True).assign(tables=tables),
        decide_pairs(pd.DataFrame(pairs), confidence).assign(tables=tables),
        used,
    )


def _pair(one, two, dispersion: Dispersion, confidence: float) -> dict[str, object]:
    counts = np.array([one.outflow, two.inflow, one.inflow, two.outflow], float)
    logs = np.log(np.where(counts > 0, counts, np.nan))  # zero has no logarithm: the pair has no factor
    variance = log_ratio_variance(one.outflow, one.inflow) + log_ratio_variance(two.outflow, two.inflow)
    error = np.sqrt(dispersion.value * variance / QUARTERS_A_YEAR)
    factor = pair_factor(logs[:2].sum() - logs[2:].sum(), error, dispersion.df, confidence)
    return {"dimension": one.dimension, "first": one.group, "second": two.group, **factor}
