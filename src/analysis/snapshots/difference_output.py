"""What changed between two snapshots, as text and as files."""

from pathlib import Path

import pandas as pd

from analysis.errors import name_some
from analysis.files import staged_folder
from analysis.snapshots.vintages import TableDiff

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def changes_text(changes: list[TableDiff]) -> str:
    """Return a line for each table, and below it what came, what went and how many figures changed."""
    lines = []
    for change in changes:
        lines.append(f"{change.table}  {change.state}")
        for word, codes in (("came", change.came), ("went", change.went)):
            lines += [f"  {column} {word}: {name_some(names)}" for column, names in codes.items()]
        if len(change.cells):
            lines += [f"  {line}" for line in _cells_text(change.cells)]
    return "\n".join(lines)


def _cells_text(cells: pd.DataFrame) -> list[str]:
    lines = []
    for word, kept in (("definitive", cells["definitive"]), ("provisional", ~cells["definitive"])):
        part, size = cells[kept], cells[kept]["change"].abs()
        if part.empty:
            continue
        line = f"{len(part)} {word} figures changed"
        if size.notna().any():
            line += f", by {size.median():g} in the middle and {size.max():g} at most"
        turned = int(size.isna().sum())
        lines.append(line + (f"; {turned} came, went or lost their value" if turned else ""))
    return lines


def write_changes(changes: list[TableDiff], folder: Path) -> Path:
    """Write the changed cells of each table into a new folder, ``<table>.csv`` and ``tables.csv``; return it."""
    with staged_folder(folder) as staging:
        summary = [
            {
                "table": change.table,
                "state": change.state,
                "definitive": int(change.cells["definitive"].sum()),
                "provisional": int((~change.cells["definitive"]).sum()),
                "came": _joined(change.came),
                "went": _joined(change.went),
            }
            for change in changes
        ]
        pd.DataFrame(summary).map(escape_spreadsheet_formula).to_csv(staging / "tables.csv", index=False)
        for change in changes:
            if len(change.cells):
                figures = ["before", "after", "change"]  # a minus before a figure is no formula
                shown = change.cells.drop(columns=figures).map(escape_spreadsheet_formula)
                shown.join(change.cells[figures])[list(change.cells)].to_csv(
                    staging / f"{change.table}.csv", index=False
                )
    return folder


def _joined(codes: dict[str, list[str]]) -> str:
    return "; ".join(f"{column}: {', '.join(names)}" for column, names in codes.items())


def escape_spreadsheet_formula(cell: object) -> object:
    """Return a text that a spreadsheet would take for a formula with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
