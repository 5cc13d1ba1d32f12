"""Exit hazards by duration band: ended spells over the person-time in the band.

A hazard is constant within a band and a year (piecewise-constant, Holford 1980, Biometrics 36). It is that of leaving
before the AOW age: those who reach it are not among the ended spells, though their time until then is exposure.

The process interval takes the ended spells as Poisson times a dispersion, given the exposure; the dispersion is what
the groups of a dimension vary among each other within a band and a year (Pearson's X2 over its degrees of freedom, not
below 1), so that what moves all of them alike does not count. The total is alone: that of another dimension is taken
for it; where no dimension has two groups and two years, chance alone. A cell with a missing figure, or without
exposure, has no hazard; with a printed zero it has one, but no process interval. Provisional cells count as they are.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import CoverageError
from analysis.missing import PRESENT, UNDEFINED
from analysis.models.dispersion import PROCESS, Dispersion, check_confidence, process_range, solve_exactly, student
from analysis.models.duration.panel import CELL, UNITS, BandPanel
from analysis.models.rounded_columns import range_columns, rounded_column
from analysis.summary import SelfDescribing

TOO_FEW_CELLS = "too_few_cells"
_OWN_LEVELS = "C(band) * (C(group) + C(year))"  # every group and every year has its own level in each band
CHANCE = Dispersion(1.0, 10**6)
"""Of chance alone, where nothing shows what groups vary among each other; with so many degrees of freedom t is
normal."""
_SUBSTITUTES = ("sex", "birth", "origin", "age")


@dataclass(frozen=True, eq=False, repr=False)
class Hazards(SelfDescribing):
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

    def tidy_rows(self) -> pd.DataFrame:
        """Return the hazards with their process interval.

        Tidy, labels ``dimension, group, band, year, interval``; quantity ``hazard``.
        """
        cells = self.cells
        half_width = [student(self.confidence, df) for df in cells["df"]] * cells["relative_error"]
        reason = np.where(cells["df"] > 0, UNDEFINED, TOO_FEW_CELLS)
        return cells[[*CELL, "year", "basis", "status", "tables"]].assign(
            interval=PROCESS,
            quantity="hazard",
            **process_range(cells["hazard"], half_width),
            unit="per year",
            denominator="exposure",
            missing=cells["missing"].mask((cells["missing"] == PRESENT) & half_width.isna(), reason),
        )


def exit_hazards(panel: BandPanel, confidence: float = 0.95) -> Hazards:
    """Return the exit hazards of a panel by occurrence over exposure.

    Raises
    ------
    CoverageError
        When no cell of the panel has both ended spells and exposure.
    """
    confidence, cells = check_confidence(confidence), panel.spells
    ended, exposure = (rounded_column(cells, name, unit, "missing") for name, unit in UNITS.items())
    hazard = ended / exposure
    if (hazard.missing != PRESENT).all():
        raise CoverageError("no cell of the panel has both ended spells and exposure; choose other groups or years.")
    cells = cells.assign(**range_columns("hazard", hazard), missing=hazard.missing)
    known = cells["missing"] == PRESENT
    names = list(cells["dimension"].unique())
    found = {name: between_groups(cells[known & (cells["dimension"] == name)], _OWN_LEVELS) for name in names}
    substitute = next((found[name] for name in _SUBSTITUTES if name in found and found[name].df), CHANCE)
    found = {name: each if each.df else substitute for name, each in found.items()}
    found = {name: replace(each, value=np.maximum(each.value, 1.0)) for name, each in found.items()}
    counted = cells["ended"].where(known & (cells["ended"] > 0))
    dispersion = cells["dimension"].map({name: each.value for name, each in found.items()})
    cells["relative_error"] = np.sqrt(dispersion / counted)
    cells["df"] = cells["dimension"].map({name: each.df for name, each in found.items()})
    return Hazards(panel.cuts, panel.bands, confidence, cells.reset_index(drop=True), found)


def between_groups(cells: pd.DataFrame, terms: str, count: str = "ended", offset: str = "exposure") -> Dispersion:
    """Estimate the dispersion of counts by ``group`` and ``year`` of one dimension given their Poisson means.

    ``terms`` are those whose effects are no chance; without two groups and two years nothing is left to estimate from.
    """
    if cells["group"].nunique() < 2 or cells["year"].nunique() < 2:
        return Dispersion()
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    log_exposure = np.log(cells[offset].to_numpy())
    model = smf.glm(f"{count} ~ {terms}", cells, family=sm.families.Poisson(), offset=log_exposure)
    df = len(cells) - int(np.linalg.matrix_rank(model.exog))
    if df <= 0:
        return Dispersion()
    dimension = cells["dimension"].iloc[0]
    fit = solve_exactly(model, f"{count} by {dimension}")  # X2 alone is read: no coefficient has to be identified
    return Dispersion(float(fit.pearson_chi2) / df, df, dimension)
