"""What may be used, by the measured bias and coverage of each estimand: the table that `make validate` writes.

An estimand is refused where it fails in one of the simulated worlds: as a whole (a row without group and part), or for
single cells. Chapters leave out what is refused, and say why (``docs/validation.md`` has the measurements).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.errors import DataError
from analysis.missing import PRESENT

FILE = Path(__file__).with_name("recommendations.csv")
COLUMNS = ("world", "estimand", "group", "part", "replicates", "bias", "coverage", "coverage_error", "use", "reason")
YES, NO = "yes", "no"
NOT_RECOMMENDED = "not_recommended"
"""Why a value is missing that the validation does not recommend."""
_NUMBERS = ("replicates", "bias", "coverage", "coverage_error")


@dataclass(frozen=True)
class Refusal:
    """Why an estimand may not be used: in a world, as a whole or of one group and part.

    ``bias`` and ``coverage`` in percent; ``coverage`` is NaN where it has no interval. ``reason`` is a code: ``bias``,
    ``too_narrow``, ``too_wide``, ``no_interval``, ``many_cells``.
    """

    estimand: str
    group: str
    part: str
    world: str
    bias: float
    coverage: float
    reason: str


@cache
def recommendations(file: Path = FILE) -> pd.DataFrame:
    """Return the table: texts as they are, numbers as numbers."""
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    if tuple(table.columns) != COLUMNS:
        raise DataError(f"{file.name}: expected the columns {', '.join(COLUMNS)}; run make validate.")
    return table.assign(**{name: pd.to_numeric(table[name]) for name in _NUMBERS})


def refusals(estimand: str, cells: Iterable[tuple[str, str]]) -> list[Refusal | None]:
    """Return for each group and part of an estimand why it may not be used; None where it may."""
    table = recommendations(FILE)
    rows = table[(table["estimand"] == estimand) & (table["use"] == NO)]
    names = [field for field in Refusal.__dataclass_fields__ if field != "estimand"]
    found = {(row.group, row.part): Refusal(estimand, **{each: getattr(row, each) for each in names})
             for row in rows.itertuples()}  # fmt: skip
    return [found.get(("", "")) or found.get((group, part)) for group, part in cells]


def keep(frame: pd.DataFrame, estimand: str, part: pd.Series | str = "") -> tuple[pd.DataFrame, list[Refusal]]:
    """Return the rows of a frame that may be used, and why the others may not, each reason once.

    Parameters
    ----------
    frame : DataFrame
        With ``group``, or without where all rows are of the total.
    estimand : str
    part : Series or str
        The part of each row, as the table has it.
    """
    refused, reasons = _refused(frame, estimand, part)
    return frame[~refused].reset_index(drop=True), reasons


def mask(frame: pd.DataFrame, estimand: str, part: pd.Series | str = "") -> tuple[pd.DataFrame, list[Refusal]]:
    """Return a tidy frame with the values that may not be used missing, and why; what was missing keeps its reason."""
    present = frame["missing"] == PRESENT
    refused, reasons = _refused(frame[present], estimand, part[present] if isinstance(part, pd.Series) else part)
    refused = refused.reindex(frame.index, fill_value=False)
    values = frame[["value", "value_lo", "value_hi"]].mask(refused)
    return frame.assign(**values, missing=frame["missing"].mask(refused, NOT_RECOMMENDED)), reasons


def _refused(frame: pd.DataFrame, estimand: str, part: pd.Series | str) -> tuple[pd.Series, list[Refusal]]:
    groups = frame["group"].astype(str) if "group" in frame else pd.Series(TOTAL, frame.index)
    parts = part if isinstance(part, pd.Series) else pd.Series(part, frame.index)
    found = refusals(estimand, zip(groups, parts.astype(str), strict=True))
    rows = pd.Series([each is not None for each in found], frame.index, dtype=bool)
    return rows, list(dict.fromkeys(each for each in found if each))
