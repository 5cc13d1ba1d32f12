"""The description of a CSV for other programs: a resource of a Frictionless data package, column by column."""

from typing import Any

import pandas as pd

from analysis.language.translator import Translator
from analysis.report.table_spec import NAMED, TIME, TableSpec

RESOURCE = ".resource.json"
"""The ending of what is left of a table for the data dictionary of the run."""
_ENDS = {"_lo": "lower end", "_hi": "upper end"}
_FIXED = {
    "snapshot": "the snapshot that the row was made from",
    "tables": "the tables of CBS, or of documents, that the row was made from",
    "status": "the least final status of the figures of the row",
    "missing": "which values are missing, and why",
    "period": "the period that the row is of",
}


def resource(
    name: str, table: pd.DataFrame, spec: TableSpec, frame: pd.DataFrame, kind: str, title: str, translator: Translator
) -> dict[str, Any]:
    """Return the resource of a CSV: for each column its name, type, title, and of a number unit, denominator, interval.

    Parameters
    ----------
    name : str
    table : DataFrame
        The columns as they are written.
    spec : TableSpec
    frame : DataFrame
        What the table was made from; a tidy frame says the units and denominators.
    kind : str
        The kind of interval.
    title : str
        The caption.
    translator : Translator
    """
    units = {quantity: _about(frame, quantity) for quantity in spec.quantities}
    fields = [_field(column, table[column], spec, units, kind, translator) for column in table]
    return {
        "name": name.lower(),
        "path": f"{name}.csv",
        "title": title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""], "primaryKey": [*spec.labels]},
    }


def _about(frame: pd.DataFrame, quantity: str) -> dict[str, str]:
    """Return unit and denominator of a quantity, as a tidy frame says them."""
    if "quantity" not in frame:
        return {}
    rows = frame[frame["quantity"] == quantity]
    found = {}
    for name in ("unit", "denominator"):
        known = [text for text in (rows[name].dropna().unique() if name in rows else []) if text]
        if known:
            found[name] = "; ".join(map(str, known))
    return found


def _field(
    column: str, values: pd.Series, spec: TableSpec, units: dict[str, dict[str, str]], kind: str, translator: Translator
) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column, "type": _type(column, values)}
    if column in spec.labels:
        return field | {"title": translator.column(column)}
    if column in _FIXED:
        return field | {"title": translator.column(column), "description": _FIXED[column]}
    quantity, end = (column[:-3], _ENDS[column[-3:]]) if column[-3:] in _ENDS else (column, "")
    field |= {"title": translator.column(quantity, "quantities"), **units.get(quantity, {})}
    if quantity in spec.intervals:
        field["interval"] = "that of the column kind" if kind == NAMED else kind
    elif end:
        field["interval"] = "rounding"
    return field | ({"description": f"{end} of the interval of {quantity}"} if end else {})


def _type(column: str, values: pd.Series) -> str:
    if column in TIME:
        return "string"
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_complex_dtype(values)
    return "number" if is_number else "string"
