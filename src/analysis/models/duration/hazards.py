"""Exit hazards by duration band: ended spells over the person-time in the band, and a Poisson model of them.

A hazard is constant within a band and a year (piecewise-constant, Holford 1980, Biometrics 36). It is that of leaving
before the AOW age: who reaches it is not among the ended spells, though the time until then counts as exposure.

The process interval takes the ended spells as Poisson times a dispersion, given the exposure; the dispersion is what
groups of a dimension vary beside each other within a band and a year (Pearson's X2 over its degrees of freedom, not
below 1), so that what moves all of them alike does not count. The total has no group beside it: that of another
dimension stands in. A cell with a missing figure, or without exposure, has no hazard; with a printed zero it has one,
but no process interval. Provisional cells count as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import CallError, CoverageError, DataError, name_some
from analysis.missing import PRESENT, UNDEFINED
from analysis.models.dispersion import BOTH, PROCESS, ROUNDING, Dispersion, check_confidence, student
from analysis.models.duration.panel import CELL, BandPanel

TOO_FEW_CELLS = "too_few_cells"
_OWN_LEVELS = "C(band) * (C(group) + C(year))"  # every group and every year has its own level in each band
_STAND_IN = ("sex", "birth", "origin", "age")


@dataclass(frozen=True, eq=False)
class Hazards:
    """Exit hazards of groups by band and year.

    Attributes
    ----------
    cuts, bands
        As of the panel.
    confidence : float
        Level of the process intervals.
    cells : DataFrame
        ``dimension, group, band, year, ended, exposure, hazard`` (exits per person-year), ``hazard_lo, hazard_hi``
        (rounding interval), ``relative_error`` (process standard error of its logarithm), ``df, basis, missing,
        status, tables``.
    dispersions : dict of str to Dispersion
        By dimension.
    """

    cuts: tuple[int, ...]
    bands: tuple[str, ...]
    confidence: float
    cells: pd.DataFrame
    dispersions: dict[str, Dispersion]

    def tidy_rows(self, kind: str = PROCESS) -> pd.DataFrame:
        """Return the hazards with their ``rounding`` or ``process`` interval, or one that holds ``both``.

        Tidy, labels ``dimension, group, band, year, interval``; quantity ``hazard``.
        """
        if kind not in (ROUNDING, PROCESS, BOTH):
            raise CallError(f"interval {kind!r} is unknown; known: {BOTH}, {PROCESS}, {ROUNDING}.")
        cells = self.cells
        ends = [cells["hazard"]] * 2 if kind == PROCESS else [cells["hazard_lo"], cells["hazard_hi"]]
        missing = cells["missing"]
        if kind != ROUNDING:
            reach = [student(self.confidence, df) for df in cells["df"]] * cells["relative_error"]
            ends = [ends[0] * np.exp(-reach), ends[1] * np.exp(reach)]
            reason = np.where(cells["df"] > 0, UNDEFINED, TOO_FEW_CELLS)
            missing = missing.mask((missing == PRESENT) & reach.isna(), pd.Series(reason, cells.index))
        return cells[[*CELL, "year", "basis", "status", "tables"]].assign(
            interval=kind,
            quantity="hazard",
            value=cells["hazard"],
            value_lo=ends[0],
            value_hi=ends[1],
            unit="per year",
            denominator="exposure",
            missing=missing,
        )


def exit_hazards(panel: BandPanel, confidence: float = 0.95) -> Hazards:
    """Return the exit hazards of a panel by occurrence over exposure.

    Raises
    ------
    CoverageError
        When no cell of the panel has both ended spells and exposure.
    """
    confidence, cells = check_confidence(confidence), panel.spells.copy()
    no_time = (cells["missing"] == PRESENT) & (cells["exposure"] <= 0)
    cells["missing"] = cells["missing"].mask(no_time, UNDEFINED)
    known = cells["missing"] == PRESENT
    if not known.any():
        raise CoverageError("no cell of the panel has both ended spells and exposure; choose other groups or years.")
    time = {end: cells[f"exposure{end}"].where(known & (cells[f"exposure{end}"] > 0)) for end in ("", "_lo", "_hi")}
    cells["hazard"] = cells["ended"] / time[""]
    cells["hazard_lo"], cells["hazard_hi"] = cells["ended_lo"] / time["_hi"], cells["ended_hi"] / time["_lo"]
    names = list(cells["dimension"].unique())
    spreads = {name: between_groups(cells[known & (cells["dimension"] == name)], _OWN_LEVELS) for name in names}
    fallback = next((spreads[name] for name in _STAND_IN if name in spreads and spreads[name].df), Dispersion())
    spreads = {name: spread if spread.df else fallback for name, spread in spreads.items()}
    spreads = {name: replace(spread, value=np.maximum(spread.value, 1.0)) for name, spread in spreads.items()}
    spread = cells["dimension"].map({name: spread.value for name, spread in spreads.items()})
    counted = cells["ended"].where(known & (cells["ended"] > 0))
    cells["relative_error"], cells["df"] = np.sqrt(spread / counted), [spreads[d].df for d in cells["dimension"]]
    return Hazards(panel.cuts, panel.bands, confidence, cells.reset_index(drop=True), spreads)


def between_groups(cells: pd.DataFrame, terms: str, count: str = "ended", offset: str = "exposure") -> Dispersion:
    """Estimate the dispersion of counts by ``group`` and ``year`` of one dimension given their Poisson means.

    ``terms`` are those that take away what is no chance; without two groups and two years there is nothing left.
    """
    if cells["group"].nunique() < 2 or cells["year"].nunique() < 2:
        return Dispersion()
    model = _glm(f"{count} ~ {terms}", cells, offset)
    df = len(cells) - int(np.linalg.matrix_rank(model.exog))
    return Dispersion(float(model.fit().pearson_chi2) / df, df, cells["dimension"].iloc[0]) if df > 0 else Dispersion()


def _glm(formula: str, cells: pd.DataFrame, offset: str = "exposure"):
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    return smf.glm(formula, cells, family=sm.families.Poisson(), offset=np.log(cells[offset].to_numpy()))


@dataclass(frozen=True, eq=False)
class HazardModel:
    """A Poisson model of exit hazards with a dispersion.

    ``effects``: ``term, quantity`` (``rate_ratio``), ``value, value_lo, value_hi`` (process), ``p_value``; the
    intercept is the hazard of the reference. ``fitted``: the panel's cells with ``expected`` ended spells and
    ``residual`` (Pearson's, over the root of the dispersion).
    """

    dispersion: float
    df: int
    effects: pd.DataFrame
    fitted: pd.DataFrame


def fit_hazards(
    panel: BandPanel, terms: str = "C(band) + C(group) + C(year)", confidence: float = 0.95, cluster: str = ""
) -> HazardModel:
    """Fit a Poisson GLM of ended spells with the logarithm of the exposure as offset.

    Parameters
    ----------
    panel : BandPanel
        Of one dimension: groups of several overlap.
    terms : str
        Right side of the formula, of ``band, group, year``; a factor with one level alone is left out by the caller.
    confidence : float
    cluster : str, optional
        A column, such as ``group``, within which residuals may hang together (sandwich errors); else quasi-Poisson.

    Raises
    ------
    CallError
        When the panel has several dimensions.
    DataError
        When a cell is missing or has no exposure, there are no more cells than coefficients, or a coefficient has no
        ended spell to be estimated from.
    """
    confidence, cells = check_confidence(confidence), panel.spells
    held = cells["dimension"].unique()
    if len(held) != 1:
        raise CallError(f"groups of {name_some(held)} overlap; fit one dimension: panel.pick().")
    wrong = cells[(cells["missing"] != PRESENT) | ~(cells["exposure"] > 0)]
    if len(wrong):
        places = wrong["group"] + " " + wrong["band"] + " " + wrong["year"].astype(str)
        raise DataError(f"exposure or ended spells: missing or zero for {name_some(places)}; leave those cells out.")
    model = _glm(f"ended ~ {terms}", cells)
    needed, there = model.exog.shape[1], len(cells)
    if there <= needed:
        raise DataError(f"{terms}: {needed} coefficients for {there} cells; expected more cells. Take fewer terms.")
    empty = [name for name, column in zip(model.exog_names, model.exog.T, strict=True) if not column @ cells["ended"]]
    if empty:
        raise DataError(f"{terms}: no spell ended in {name_some(empty)}; join it with another class.")
    errors = {"cov_type": "cluster", "cov_kwds": {"groups": pd.factorize(cells[cluster])[0]}} if cluster else {}
    fit = model.fit(scale="X2", use_t=True, **errors)
    if fit.scale < 1 and not cluster:
        fit = model.fit(scale=1.0, use_t=True)
    ends = np.exp(np.asarray(fit.conf_int(alpha=1 - confidence)))
    effects = pd.DataFrame({"term": model.exog_names, "quantity": "rate_ratio", "value": np.exp(fit.params.to_numpy())})
    effects = effects.assign(value_lo=ends[:, 0], value_hi=ends[:, 1], p_value=fit.pvalues.to_numpy(), interval=PROCESS)
    residual = np.asarray(fit.resid_pearson) / np.sqrt(fit.scale)
    fitted = cells.assign(expected=np.asarray(fit.fittedvalues), residual=residual)
    return HazardModel(float(fit.scale), int(fit.df_resid), effects, fitted)
