"""Which of two groups has the higher outflow ratio, given how much groups move by themselves."""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.measures.flows import QUARTERS_A_YEAR
from analysis.measures.tidy_frame import join_tables
from analysis.models.dispersion import check_confidence, flow_counts, log_ratio_variance, process_ratio
from analysis.models.flows.pairs import decide_pairs, pair_factor
from analysis.models.flows.shocks import Shocks, estimate_shocks
from analysis.summary import SelfDescribing


@dataclass(frozen=True, eq=False, repr=False)
class GroupComparison(SelfDescribing):
    """The groups of one year compared.

    Attributes
    ----------
    ratios : DataFrame
        Tidy, labels ``dimension, group``, quantity ``process_ratio``: the outflow ratio with its process interval, the
        year being what it was. The total is no group among others, and is left out.
    pairs : DataFrame
        One row a pair of a dimension: ``dimension, first, second``, ``factor`` (ratio of the first over that of the
        second) with ``factor_lo, factor_hi`` (process interval of that pair alone, for an ordinary year: it holds
        shocks of each group's own), ``p_value`` (for all pairs of the dimension together, as from
        `pairs.decide_pairs`) and ``process`` (``higher``, ``lower`` or ``undecidable``, of the first against the
        second).
    shocks : dict of str to Shocks
        Those used for each dimension.
    """

    ratios: pd.DataFrame
    pairs: pd.DataFrame
    shocks: dict[str, Shocks]


def group_shocks(by_quarter: dict[str, pd.DataFrame], dimension: str) -> Shocks:
    """Estimate how much the outflow ratios of groups move by themselves, beyond binomial chance.

    What moves all groups alike (a season, a lockdown) does not count.

    Parameters
    ----------
    by_quarter : dict of str to DataFrame
        For each dimension that the snapshot covers, tidy ``inflow`` and ``outflow`` by ``group`` and ``quarter``, as
        from `analysis.measures.flow_groups.by_quarter`.
    dimension : str
        Where it is not covered, the shocks of the first dimension that is covered are taken for it: an assumption, to
        be stated with the result.
    """
    if not by_quarter:
        return Shocks()
    basis = dimension if dimension in by_quarter else next(iter(by_quarter))
    frame = by_quarter[basis]
    data = flow_counts(frame, ["group", "quarter"])
    chance = log_ratio_variance(data["outflow"], data["inflow"])  # NaN where a flow is nothing
    logs = np.log(np.where(np.isfinite(chance), data["outflow"] / data["inflow"].where(data["inflow"] > 0), np.nan))
    at = pd.PeriodIndex(data["quarter"], freq="Q-DEC")
    found = estimate_shocks(logs, chance, at, data["group"].to_numpy())
    quarters, tables = sorted(frame["quarter"].unique()), join_tables(frame["tables"])
    return replace(found, dimension=basis, first=quarters[0], last=quarters[-1], tables=tables)


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
        As for `group_shocks`.
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
        used[dimension] = shocks = group_shocks(by_quarter, dimension)
        counts = members["outflow"] * QUARTERS_A_YEAR, members["inflow"] * QUARTERS_A_YEAR
        found = process_ratio(*counts, confidence)
        ratios.append(members[["dimension", "group"]].assign(quantity="process_ratio", **found))
        pairs += [_pair(*pair, shocks, confidence) for pair in combinations(members.itertuples(), 2)]
    return GroupComparison(
        pd.concat(ratios, ignore_index=True).assign(tables=tables),
        decide_pairs(pd.DataFrame(pairs), confidence).assign(tables=tables),
        used,
    )


def _pair(one, two, shocks: Shocks, confidence: float) -> dict[str, object]:
    counts = np.array([one.outflow, two.inflow, one.inflow, two.outflow], float)
    logs = np.log(np.where(counts > 0, counts, np.nan))  # zero has no logarithm: the pair has no factor
    variance = log_ratio_variance(one.outflow, one.inflow) + log_ratio_variance(two.outflow, two.inflow)
    factor = pair_factor(logs[:2].sum() - logs[2:].sum(), float(variance) / QUARTERS_A_YEAR, shocks, confidence)
    return {"dimension": one.dimension, "first": one.group, "second": two.group, **factor}
