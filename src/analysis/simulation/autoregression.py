"""Shocks that last: first-order autoregressions."""

import numpy as np


def autoregression(months: int, size: int, monthly: float, rng: np.random.Generator) -> np.ndarray:
    """Return stationary series of variance one, a column each: x(t) = r x(t-1) + sqrt(1 - r^2) e(t), r a month."""
    shocks = rng.standard_normal((months, size))
    for month in range(1, months):
        shocks[month] = monthly * shocks[month - 1] + np.sqrt(1 - monthly**2) * shocks[month]
    return shocks
