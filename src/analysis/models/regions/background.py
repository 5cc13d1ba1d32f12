"""What the background of regions explains of how their rates differ, and what remains of each.

Two models of counts on background, with a logit link: quasi-binomial (statsmodels' GLM; its dispersion multiplies the
variance of chance, so that large regions decide) and beta-binomial (Crowder 1978, Applied Statistics 27; regions differ
with one intra-class correlation, so that all of some size count nearly alike). A region's expected rate comes from a
fit to others only: a model that has seen a region explains a part of its chance too.

The explained share is about rates, each region counting once:

    1 - sum((rate - expected)^2 - noise) / sum((rate - mean rate)^2 - noise),

``noise`` being the variance of chance and of rounding of the printed rate. Both sums are without bias for what they
would be with the underlying rates, whatever the distribution of the differences.
"""

from dataclasses import dataclass

import numpy as np

from analysis.errors import CallError, CoverageError, DataError
from analysis.models.dispersion import check_confidence, normal, solve_exactly
from analysis.models.regions.beta_binomial import fit_beta_binomial
from analysis.models.regions.counts import BINOMIAL, RegionCounts, counted, require_regions
from analysis.models.regions.shrinkage import shrink

BETA_BINOMIAL, QUASI_BINOMIAL = MODELS = ("beta-binomial", "quasi-binomial")
_A_COVARIATE = 8
"""Regions that each covariate needs, beside as many for the level."""
_RESAMPLED = 2000


@dataclass(frozen=True, eq=False)
class Explained:
    """What K covariates explain of the rates of R regions.

    Attributes
    ----------
    share, share_lo, share_hi : float
        The cross-validated part of the variance of underlying rates between regions (denominator: that variance), by
        the beta-binomial model; the interval is for regions like these (bootstrap over regions). NaN, as the two shares
        below, where regions may not differ beyond chance and rounding: there is nothing to explain.
    share_fitted : float
        The same with expected rates from a fit to all regions: too high by what the model learnt of each.
    share_quasi : float
        The cross-validated share by the quasi-binomial model.
    between_sd, remaining_sd : float
        Standard deviation of the underlying rates between regions, and around what is expected of them.
    names : tuple of str
    effect, effect_lo, effect_hi : ndarray, shape (K,)
        Odds ratio of one standard deviation of each covariate, the others being equal (beta-binomial).
    dispersion : float
        Pearson's X2 over its degrees of freedom of the quasi-binomial model: 1 would be chance alone.
    correlation : float
        Intra-class correlation of the beta-binomial model.
    expected : ndarray, shape (R,)
        The rate expected of each region's background, from other regions.
    remaining, remaining_lo, remaining_hi : ndarray, shape (R,)
        Underlying rate over expected rate, shrunken towards 1 times the common level.
    """

    share: float
    share_lo: float
    share_hi: float
    share_fitted: float
    share_quasi: float
    between_sd: float
    remaining_sd: float
    names: tuple[str, ...]
    effect: np.ndarray
    effect_lo: np.ndarray
    effect_hi: np.ndarray
    dispersion: float
    correlation: float
    expected: np.ndarray
    remaining: np.ndarray
    remaining_lo: np.ndarray
    remaining_hi: np.ndarray


def explain(
    counts: RegionCounts,
    covariates: np.ndarray,
    names: tuple[str, ...],
    folds: int = 10,
    confidence: float = 0.95,
    seed: int = 1,
) -> Explained:
    """Return what the background explains of the rates, and what remains.

    It describes: that rates go with a background says nothing of causes, and what remains is not policy alone.

    Parameters
    ----------
    counts : RegionCounts
        Persons as a part of the exposure.
    covariates : ndarray, shape (R, K)
        Shares, means or logarithms, on any scale.
    names : sequence of str, K
    folds : int
        Groups of regions that are left out in turn.
    confidence : float
    seed : int
        Of the folds, of the bootstrap and of the draws of what remains.

    Raises
    ------
    CallError
        When shapes, folds or confidence do not fit.
    CoverageError
        When there are too few regions for so many covariates.
    DataError
        When a covariate is missing somewhere, is the same everywhere or follows from others.
    """
    counts = counted(counts, BINOMIAL)
    require_regions(counts, 2, "what background explains")
    width = normal(check_confidence(confidence))
    design = _design(counts, covariates, names)
    if not 2 <= folds <= len(counts):
        raise CallError(f"folds {folds!r}: expected a whole number from 2 to the number of regions ({len(counts)}).")
    rng = np.random.default_rng(seed)
    fold = rng.permutation(np.arange(len(counts)) % folds)
    fit, quasi = fit_beta_binomial(counts.count, counts.exposure, design), _quasi(counts, design)
    others = np.array([_from_others(counts, design, fold, model) for model in MODELS])
    fitted = fit.rates(design)
    apart, around = _contributions(counts, np.vstack([others, fitted]))
    lo, hi = _bootstrap(apart, around[0], confidence, rng)
    shares = 1 - around.sum(axis=1) / (apart.sum() if np.isfinite(lo) else np.nan)
    remaining = shrink(counts, others[0], confidence, seed=seed)
    effect, error = fit.coefficients[1:], np.sqrt(np.diag(fit.covariance))[1:]
    return Explained(
        float(shares[0]), lo, hi, float(shares[2]), float(shares[1]),
        float(np.sqrt(max(apart.mean(), 0))), float(np.sqrt(max(around[0].mean(), 0))),
        tuple(names), *(np.exp(effect + side * width * error) for side in (0, -1, 1)),
        float(quasi.scale), fit.correlation, others[0],
        *(each / others[0] for each in (remaining.value, remaining.lo, remaining.hi)),
    )  # fmt: skip


def regions_needed(covariates: int) -> int:
    """Return the regions that a model with so many covariates needs."""
    return _A_COVARIATE * (1 + covariates)


def _bootstrap(
    apart: np.ndarray, around: np.ndarray, confidence: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the interval of the explained share; NaN where regions may not differ beyond chance and rounding."""
    resampled = rng.integers(0, len(apart), size=(_RESAMPLED, len(apart)))
    whole, left = apart[resampled].sum(axis=1), around[resampled].sum(axis=1)
    tail = (1 - confidence) / 2
    if apart.sum() <= 0 or (whole <= 0).mean() > tail:
        return float("nan"), float("nan")
    lo, hi = np.quantile(1 - left[whole > 0] / whole[whole > 0], [tail, 1 - tail])
    return float(lo), float(min(hi, 1.0))


def nearest(covariates: np.ndarray, at: int, number: int = 10) -> np.ndarray:
    """Return the positions of the regions that are nearest to region ``at`` in background, the nearest first.

    The distance is Euclidean over covariates divided by their standard deviations, (R, K). Raises a CallError when
    there is no such region, or no so many others.
    """
    covariates = np.asarray(covariates, float)
    if not 0 <= at < len(covariates) or not 1 <= number < len(covariates):
        raise CallError(f"nearest: no region number {at} with {number} others among {len(covariates)}.")
    spread = covariates.std(axis=0)
    standard = (covariates - covariates[at]) / np.where(spread > 0, spread, 1)
    distance = (standard**2).sum(axis=1)
    distance[at] = np.inf
    return np.argsort(distance, kind="stable")[:number]


def _design(counts: RegionCounts, covariates: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Return the constant and the standardised covariates, once they can be used."""
    covariates = np.asarray(covariates, float)
    if covariates.shape != (len(counts), len(names)):
        raise CallError(f"covariates: expected {(len(counts), len(names))}, found {covariates.shape}.")
    if len(counts) < regions_needed(len(names)):
        raise CoverageError(
            f"{len(names)} covariates need {regions_needed(len(names))} regions at least, found {len(counts)}; "
            "choose fewer covariates, or a level with more regions."
        )
    wrong = [
        name
        for name, column in zip(names, covariates.T, strict=True)
        if not (np.isfinite(column).all() and column.std())
    ]
    if wrong:
        raise DataError(
            f"covariates {', '.join(wrong)}: missing somewhere, or the same in every region; leave them out."
        )
    standard = (covariates - covariates.mean(axis=0)) / covariates.std(axis=0)
    if np.linalg.matrix_rank(standard, tol=1e-6 * np.sqrt(len(counts))) < len(names):
        raise DataError(f"covariates {', '.join(names)}: one of them follows from the others; leave one out.")
    return np.column_stack([np.ones(len(counts)), standard])


def _quasi(counts: RegionCounts, design: np.ndarray):
    """Fit the quasi-binomial model; see `models.dispersion` on the scale of two columns of counts."""
    import statsmodels.api as sm

    model = sm.GLM(counts.rate, design, family=sm.families.Binomial(), var_weights=counts.exposure)
    return solve_exactly(model, "rates of regions on background", scale="X2")


def _from_others(counts: RegionCounts, design: np.ndarray, fold: np.ndarray, model: str) -> np.ndarray:
    """Return the rate expected of each region from a fit to the regions of the other folds."""
    expected = np.zeros(len(counts))
    for number in np.unique(fold):
        out = fold == number
        seen = counts.take(~out)
        if model == QUASI_BINOMIAL:
            expected[out] = _quasi(seen, design[~out]).predict(design[out])
        else:
            expected[out] = fit_beta_binomial(seen.count, seen.exposure, design[~out]).rates(design[out])
    return expected


def _contributions(counts: RegionCounts, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each region's squared distance from the mean, (R,), and from what is expected (M, R), less its noise."""
    rate, regions = counts.rate, len(counts)
    # rate (1 - rate) / (n - 1) has the variance of chance as its mean
    noise = rate * (1 - rate) / np.maximum(counts.exposure - 1, 1) + counts.rounding_variance / counts.exposure**2
    apart = ((rate - rate.mean()) ** 2 * regions / (regions - 1)) - noise
    return apart, (rate - expected) ** 2 - noise
