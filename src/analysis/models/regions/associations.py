"""How two figures of regions go together: rank correlation, and the share of differences that background explains.

Both come with an interval from resampling regions: it is for regions like these. The rounding of counts is not in that
of the rank correlation; counts in tens move a rank of few.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import CoverageError
from analysis.intervals.rounded import Rounded
from analysis.missing import PRESENT, UNDECIDED
from analysis.models.dispersion import check_confidence
from analysis.models.regions.background import explain
from analysis.models.regions.counts import RegionCounts

FEWEST = 10
"""Regions below which a rank correlation says nothing: of 10 its interval still is some 1.2 wide."""
_RESAMPLED = 1000
_SEED = 1


@dataclass(frozen=True)
class Association:
    """A number about regions with its interval, and how many regions it is of.

    All three are NaN where regions do not differ, or may not beyond chance and rounding; nothing can be decided then.
    """

    value: float
    lo: float
    hi: float
    regions: int

    def above(self, bound: float) -> str:
        """Return whether the number is above a bound, as far as its interval tells."""
        return "holds" if self.lo > bound else "fails" if self.hi <= bound else UNDECIDED

    def below(self, bound: float) -> str:
        """Return whether the number is below a bound, as far as its interval tells."""
        return "holds" if self.hi < bound else "fails" if self.lo >= bound else UNDECIDED


def rank_correlation(one: np.ndarray, two: np.ndarray, confidence: float = 0.95) -> Association:
    """Return Spearman's rank correlation of two figures of R regions, NaN where a region lacks one.

    The interval is of the percentiles of a bootstrap over regions (Efron and Tibshirani 1993, An Introduction to the
    Bootstrap). Raises a CoverageError when fewer than half of the regions have both, or fewer than `FEWEST`.
    """
    known = _enough(np.isfinite(one) & np.isfinite(two))
    if known.sum() < FEWEST:
        raise CoverageError(f"a rank correlation needs {FEWEST} regions with both figures, found {known.sum()}.")
    columns = np.array([one[known], two[known]], float)
    if not np.ptp(columns, axis=1).all():
        return Association(*[float("nan")] * 3, columns.shape[1])
    tail = (1 - check_confidence(confidence)) / 2
    regions = columns.shape[1]
    drawn = np.random.default_rng(_SEED).integers(0, regions, size=(_RESAMPLED, regions))
    (value,) = _correlation(columns[:, None, :])
    ends = np.nanquantile(_correlation(columns[:, drawn]), [tail, 1 - tail])
    return Association(float(value), *map(float, ends), regions)


def _correlation(columns: np.ndarray) -> np.ndarray:
    """Return the rank correlation of each of B pairs of columns, (2, B, R) to (B,); equal figures share a rank."""
    from scipy.stats import rankdata

    ranks = rankdata(columns, axis=2)
    one, two = ranks - ranks.mean(axis=2, keepdims=True)
    size = np.sqrt((one**2).sum(axis=1) * (two**2).sum(axis=1))
    return np.divide((one * two).sum(axis=1), size, out=np.full(len(size), np.nan), where=size > 0)


def explained_share(
    count: Rounded, exposure: Rounded, covariates: pd.DataFrame, confidence: float = 0.95
) -> Association:
    """Return the cross-validated share of the differences in a rate that goes with the background of R regions.

    Parameters
    ----------
    count, exposure : Rounded
        What is counted in each region, at most once in each of the exposure (inhabitants).
    covariates : DataFrame, (R, K)
        NaN where a region lacks one. One that no region has is left out.
    confidence : float
        Of the interval by the bootstrap over regions; see `background.explain`.

    Raises
    ------
    CoverageError
        When there is no covariate, fewer than half of the regions have all figures, or too few for so many covariates.
    """
    given = covariates.loc[:, covariates.notna().any()]
    if given.empty:
        raise CoverageError("no region has any of the characteristics.")
    known = _enough((count.missing == PRESENT) & (exposure.missing == PRESENT) & given.notna().all(axis=1).to_numpy())
    counts = RegionCounts(*(each[known] for each in (count.value, count.lo, count.hi, exposure.value)))
    found = explain(counts, given[known].to_numpy(), tuple(given.columns), confidence=confidence)
    return Association(found.share, found.share_lo, found.share_hi, len(counts))


def _enough(known: np.ndarray) -> np.ndarray:
    """Return which regions have all figures; raise a CoverageError when fewer than half do."""
    if known.mean() < 0.5:
        raise CoverageError(f"{int(known.sum())} of {len(known)} regions have all figures; expected half of them.")
    return known
