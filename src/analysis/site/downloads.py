"""What can be taken along of a run: its tables as CSV, Parquet and one workbook, and a page that lists them all."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.runs.data_package import FILE as PACKAGE
from analysis.site.page import Site

DOWNLOADS_PAGE, WORKBOOK = "downloads.html", "tables.xlsx"
_TYPES = {"number": "float64", "boolean": "boolean"}


@dataclass(frozen=True)
class TableOfRun:
    """A table of a run: its name, the notebook that shows it, how its data package describes it, and its rows."""

    name: str
    notebook: str
    about: dict[str, Any]
    rows: pd.DataFrame

    @property
    def labels(self) -> list[str]:
        """The columns that tell its rows apart."""
        return self.about["schema"]["primaryKey"]


def read_tables(folder: Path, notebooks: Iterable[Any]) -> list[TableOfRun]:
    """Return the tables of a run in the order of its notebooks; those that no notebook promises come last."""
    path = folder / "tables" / PACKAGE
    resources = json.loads(path.read_text(encoding="utf-8"))["resources"] if path.is_file() else []
    described = {each["path"].removesuffix(".csv"): each for each in resources}
    shown = {table: each.name for each in notebooks for table in getattr(each, "tables", ()) if table in described}
    names = [*shown, *(name for name in described if name not in shown)]
    return [
        TableOfRun(
            name, shown.get(name, ""), described[name], _read(folder / "tables" / f"{name}.csv", described[name])
        )
        for name in names
    ]


def _read(path: Path, about: dict[str, Any]) -> pd.DataFrame:
    types = {field["name"]: _TYPES.get(field["type"], "str") for field in about["schema"]["fields"]}
    numbers = {name: [""] for name, kind in types.items() if kind != "str"}
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=numbers)


def write_parquet(folder: Path, tables: list[TableOfRun]) -> None:
    """Write each table as Parquet beside its CSV, with the same names and types."""
    for table in tables:
        table.rows.to_parquet(folder / "tables" / f"{table.name}.parquet", compression="zstd", index=False)


def downloads_page(
    site: Site, tables: list[TableOfRun], captions: dict[str, dict[str, str]], figures: list[dict[str, str]]
) -> str:
    """Return the page that lists every table and figure of a run with its files.

    Parameters
    ----------
    site : Site
    tables : list of TableOfRun
    captions : dict of str to dict
        For each table its page in the report, as from `analysis.site.notebook_outputs.captions_in`.
    figures : list of dict
        As from `analysis.site.notebook_outputs.figures_in`.
    """
    listed = [
        {"name": each.name, "title": each.about["title"], "rows": len(each.rows)}
        | {"href": captions.get(each.name, {}).get("href", "")}
        for each in tables
    ]
    ends = {each["name"]: [path.suffix[1:] for path in _files(site.folder, each["name"])] for each in figures}
    drawn = [each | {"ends": ends[each["name"]]} for each in figures]
    return site.render(
        "downloads.html.j2",
        title=site.word("downloads"),
        tables=[each for each in listed if each["rows"]],
        empty=[each["title"] for each in listed if not each["rows"]],
        figures=drawn,
    )


def _files(folder: Path, figure: str) -> list[Path]:
    paths = (folder / "figures" / f"{figure}.{end}" for end in ("png", "svg", "csv"))
    return [path for path in paths if path.is_file()]
