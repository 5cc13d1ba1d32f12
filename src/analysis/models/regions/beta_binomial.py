"""A beta-binomial regression with a logit link, by maximum likelihood (Crowder 1978, Applied Statistics 27)."""

from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError

_GAIN = 1e-3
"""Log-likelihood that a last step may still gain (half the gradient by the inverse curvature by the gradient): it moves
no coefficient by more than a twentieth of its standard error. Where regions differ by chance alone the strength grows
without end, and noise of floats hides gains of some 1e-5 from the search while the gradient is not yet small."""


@dataclass(frozen=True, eq=False)
class BetaBinomial:
    """Coefficients (P,), their covariance (P, P), and the intra-class correlation 1 / (strength + 1)."""

    coefficients: np.ndarray
    covariance: np.ndarray
    correlation: float

    def rates(self, design: np.ndarray) -> np.ndarray:
        """Return the expected rates of a design (R, P)."""
        return 1 / (1 + np.exp(-design @ self.coefficients))


def fit_beta_binomial(count: np.ndarray, exposure: np.ndarray, design: np.ndarray) -> BetaBinomial:
    """Fit counts of an exposure, both (R,), on a design (R, P): rates are beta with one strength around the expected.

    The strength a + b of the beta distribution is what its rates weigh in persons. Counts are taken as exact; the
    rounding of small ones adds a little to how much regions seem to differ. Raises a DataError without a solution.
    """
    from scipy.optimize import minimize

    rate = (count.sum() + 0.5) / (exposure.sum() + 1)
    working = np.log((count + 0.5) / (exposure - count + 0.5))
    weight = count * (1 - count / exposure) + 1
    weight = weight / (1 + 0.1 * weight)  # differences between regions of a third stand beside chance
    start = np.linalg.lstsq(design * np.sqrt(weight)[:, None], working * np.sqrt(weight), rcond=None)[0]
    begin = np.append(start, np.log(10 / rate))
    found = minimize(_criterion, begin, args=(count, exposure, design), jac=True, method="BFGS", options={"gtol": 1e-4})
    gradient, curvature = np.abs(found.jac).max(), _curvature(found.x, count, exposure, design)
    covariance = np.linalg.pinv(curvature, hermitian=True)
    if not np.isfinite(found.fun) or (gradient > 0.1 and abs(found.jac @ covariance @ found.jac) / 2 > _GAIN):
        raise DataError(
            f"the beta-binomial model of {len(count)} regions has no solution (gradient {gradient:.2g}). "
            "Choose fewer covariates, or look at their outliers."
        )
    return BetaBinomial(found.x[:-1], covariance[:-1, :-1], float(1 / (np.exp(found.x[-1]) + 1)))


def _criterion(
    point: np.ndarray, count: np.ndarray, exposure: np.ndarray, design: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return minus the log-likelihood, but for a constant, and its gradient by coefficients and log strength."""
    from scipy.special import betaln, digamma

    mean = 1 / (1 + np.exp(-np.clip(design @ point[:-1], -30, 30)))
    strength = np.exp(np.clip(point[-1], -10, 25))
    first, second = mean * strength, (1 - mean) * strength
    value = (betaln(count + first, exposure - count + second) - betaln(first, second)).sum()
    both = digamma(strength) - digamma(exposure + strength)
    of_first = digamma(count + first) - digamma(first) + both
    of_second = digamma(exposure - count + second) - digamma(second) + both
    of_linear = (of_first - of_second) * strength * mean * (1 - mean)
    of_strength = (of_first * first + of_second * second).sum()
    return -value, -np.append(of_linear @ design, of_strength)


def _curvature(point: np.ndarray, *data: np.ndarray) -> np.ndarray:
    """Return the second derivatives by central differences of the gradient."""
    step = 1e-4
    rows = [
        (_criterion(point + move, *data)[1] - _criterion(point - move, *data)[1]) / (2 * step)
        for move in step * np.eye(len(point))
    ]
    return (np.array(rows) + np.array(rows).T) / 2
