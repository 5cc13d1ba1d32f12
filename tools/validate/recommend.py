"""The table that the code reads: what may be used, by world, estimand and, where single cells fail, group and part."""

from pathlib import Path

import pandas as pd
from estimands import OLD_CLOCK

from analysis.models.recommendations import COLUMNS, NO, YES

FIRST, SECOND = "first", "second"
_REASONS = {"no: too wide": "too_wide", "no: too narrow": "too_narrow", "no: no interval": "no_interval"}


def rows_of(world: str, cells: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a world: one for each estimand, and one for each cell that fails of an estimand in use.

    Parameters
    ----------
    world : str
    cells, whole : DataFrame
        As from `assessment.assess` and `assessment.overall`.
    """
    whole = whole[whole["estimand"] != OLD_CLOCK]
    refused = whole["verdict"].str.startswith("no")
    whole = whole.assign(group="", part="", use=refused.map({True: NO, False: YES}))
    whole["reason"] = whole["verdict"].map(_REASONS).where(refused, "").fillna("many_cells")
    wrong = cells[~cells["used"] & cells["estimand"].isin(whole.loc[~refused, "estimand"])]
    reasons = wrong["fault"].str.split(", ").str[0].str.replace(" ", "_")
    rows = pd.concat([whole, wrong.assign(use=NO, reason=reasons)], ignore_index=True)
    rows["estimand"] = rows["estimand"].str.replace(r", \d{4}$", "", regex=True)
    rows = rows.assign(world=world).sort_values("use", kind="stable")  # of two years of an estimand the one that fails
    rows = rows.drop_duplicates(["estimand", "group", "part"])[list(COLUMNS)]
    return rows.sort_values(["estimand", "group", "part"], kind="stable", ignore_index=True).round(1)


def write_table(path: Path, rows: pd.DataFrame) -> None:
    """Put the rows of a world into the table, in the place of those that it has."""
    if path.exists():
        known = pd.read_csv(path, keep_default_na=False, na_values={"coverage": [""], "coverage_error": [""]})
        rows = pd.concat([known[~known["world"].isin(rows["world"])], rows])
    rows = rows.sort_values("world", kind="stable")
    rows.to_csv(path, index=False, lineterminator="\n")
