"""Direct and indirect standardisation of a ratio or share: a group with the composition, or the ratios, of a standard.

Direct: sum of w r over the strata, r the group's own ratio and w the standard's part in each stratum. Indirect:
observed over expected, the group's count over what it would be at the standard's ratios (the standard is 1); it needs
no ratio of small strata. Kitagawa (1964), "Standardized comparisons in population research", Demography 1; Keiding and
Clayton (2014), Statistical Science 29.

Rounding: each cell occurs once, and the result moves in one direction with it, so that the ends are exact: those of
the ratios by `Rounded`, those of the weights as a linear fraction. Where a group is a difference of other cells, the
ends are bounds. Chance: counts of flows vary as Poisson times a dispersion, by the delta method on the logarithm;
rounding adds width^2 / 12 for each cell, for strata are small: the interval holds both.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.intervals.linear_fractions import fraction_range
from analysis.intervals.rounded import Rounded
from analysis.missing import PRESENT, UNDEFINED
from analysis.models.dispersion import BOTH, Dispersion, process_range, student
from analysis.models.strata import GroupStrata, Strata


@dataclass(frozen=True)
class Standardised:
    """A standardised number with the range that rounding leaves, and the variance of its logarithm by chance."""

    value: float
    lo: float
    hi: float
    log_variance: float = float("nan")


NONE = Standardised(*(float("nan"),) * 3)


def direct(of: Strata, dispersion: float = float("nan")) -> Standardised:
    """Return the directly standardised ratio; without a value where a stratum that counts has nobody of the group.

    Raises
    ------
    DataError
        When the standard has no weights.
    """
    weights = of.standard_whole
    if not np.nansum(weights.value) > 0:
        raise DataError("the standard has no weights: expected counts in its strata, found none. Choose a base year.")
    kept = np.flatnonzero(weights.value > 0)
    part, whole, weights = (column.take(kept) for column in (of.part, of.whole, weights))
    ratios = part / whole
    if (ratios.missing != PRESENT).any():
        return NONE
    share = weights.value / weights.value.sum()
    value = float(share @ ratios.value)
    one, first = np.ones(len(kept)), np.zeros(len(kept), int)
    (lo,), _ = fraction_range(first, ratios.lo, one, weights.lo, weights.hi, 1)
    hi = np.inf
    if np.isfinite(ratios.hi).all():
        _, (hi,) = fraction_range(first, ratios.hi, one, weights.lo, weights.hi, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = sum(_variance(column, dispersion) / column.value**2 for column in (part, whole))
        # a stratum without anyone in the numerator adds nothing to the value; its variance is that of one count
        terms = np.where(part.value > 0, share**2 * ratios.value**2 * relative, share**2 * dispersion / whole.value**2)
    return Standardised(value, float(lo), float(hi), float(terms.sum() / value**2) if value > 0 else float("nan"))


def observed_over_expected(of: Strata, dispersion: float = float("nan")) -> Standardised:
    """Return the group's count over the one expected at the standard's ratios (1: as the standard).

    Raises
    ------
    DataError
        When a stratum in which the group has someone has nobody in the standard.
    """
    kept = np.flatnonzero(of.whole.value > 0)
    part, whole, s_part, s_whole = (c.take(kept) for c in (of.part, of.whole, of.standard_part, of.standard_whole))
    ratios = s_part / s_whole
    if (ratios.missing != PRESENT).any():
        raise DataError("the standard has nobody in a stratum in which the group has someone: its ratio is missing.")
    observed, expected = float(part.value.sum()), float(whole.value @ ratios.value)
    if not expected > 0:
        return NONE
    least, most = whole.lo @ ratios.lo, whole.hi @ ratios.hi
    ends = part.sum().lo[0] / most, part.sum().hi[0] / least if least > 0 else np.inf
    variance = _of_observed(part, whole, s_part, s_whole, dispersion, of.same_period)
    return Standardised(observed / expected, *map(float, ends), variance)


def _of_observed(part, whole, s_part, s_whole, dispersion: float, same_period: bool) -> float:
    """Return the variance of log(O / E), O = sum U and E = sum I S / T over the strata, S / T the standard's ratio.

    In the standard's own period the group is a part of it: its counts move both. Slopes: 1/O in U, -S/(T E) in I,
    -I/(T E) in S and I S/(T^2 E) in T.
    """
    counts = [column.value for column in (part, whole, s_part, s_whole)]
    ratio, expected = counts[2] / counts[3], counts[1] @ (counts[2] / counts[3])
    slopes = [np.full(len(ratio), 1 / max(counts[0].sum(), 1e-12)), -ratio / expected]
    slopes += [-counts[1] / (counts[3] * expected), counts[1] * ratio / (counts[3] * expected)]
    rounding = sum(slope**2 @ _rounding_variance(column) for slope, column in
                   zip(slopes, (part, whole, s_part, s_whole), strict=True))  # fmt: skip
    inside = counts[:2] if same_period else [0.0, 0.0]
    own = sum((slope + (of_standard if same_period else 0)) ** 2 @ count
              for slope, of_standard, count in zip(slopes[:2], slopes[2:], counts[:2], strict=True))  # fmt: skip
    rest = sum(slope**2 @ np.maximum(count - within, 0)
               for slope, count, within in zip(slopes[2:], counts[2:], inside, strict=True))  # fmt: skip
    return float(dispersion * (own + rest) + rounding)


def _variance(column: Rounded, dispersion: float) -> np.ndarray:
    return dispersion * column.value + _rounding_variance(column)


def _rounding_variance(column: Rounded) -> np.ndarray:
    """Return the variance of each sum of cells, each spread evenly over its interval: sum of (weight width)^2 / 12."""
    width = column.pool.hi[column.cell] - column.pool.lo[column.cell]
    return np.bincount(column.row, (column.num * width) ** 2 / 12, minlength=len(column))


FORMS = {"direct": direct, "indirect": observed_over_expected}


def standardised_rows(
    of: GroupStrata, name: str = "ratio", dispersion: Dispersion | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the standardised numbers of the groups of a dimension, with rounding intervals, or with both kinds.

    Parameters
    ----------
    of : GroupStrata
    name : str
        What is standardised: ``ratio``, or a share such as ``over_5y``, which is given in percent.
    dispersion : Dispersion, optional
        Of the groups among each other; with it the interval holds chance and rounding.
    confidence : float

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, over, year, standard``. Quantities ``<name>_direct`` and
        ``<name>_indirect`` (observed over expected; the standard is 1).
    """
    rows = []
    for group, strata in zip(of.groups, of.strata, strict=True):
        labels = {"dimension": of.dimension, "group": group.name, "over": " × ".join(of.over)}
        labels |= {"year": of.year, "standard": of.base, "tables": of.table, "status": strata.status}
        for form, function in FORMS.items():
            found = function(strata, dispersion.value if dispersion else float("nan"))
            scale, unit = (1.0, "ratio") if name == "ratio" or form == "indirect" else (100.0, "percent")
            ends = {"value": found.value, "value_lo": found.lo, "value_hi": found.hi}
            if dispersion is not None:
                ends = process_range(found.value, student(confidence, dispersion.df) * np.sqrt(found.log_variance))
            missing = UNDEFINED if np.isnan(found.value) else PRESENT
            numbers = {name: scale * end for name, end in ends.items()}
            rows.append(labels | {"quantity": f"{name}_{form}", "missing": missing, "unit": unit} | numbers)
    frame = pd.DataFrame(rows).assign(denominator="strata of the standard")
    return frame.assign(interval=BOTH) if dispersion is not None else frame
