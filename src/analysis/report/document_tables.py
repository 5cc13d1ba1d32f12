"""Tables of published documents as they print them, declared in the ``tables.toml`` of a chapter.

An entry with ``each`` (what all its parts have in common) and ``parts`` says where its figures stand. A part has

- ``source``, the table; ``quantity``; ``by``, the dimension whose classes are the rows; ``total``, with its total; and
  ``period``, where the table has several;
- classes of other dimensions by name, where not their total is meant;
- values of labels by name; the classes of ``by`` are the label of that name, else the label ``group``;
- ``name``, what the quantity is called in the report, and ``denominator``, where that is no quantity.

Without ``parts`` each quantity of the entry is one.
"""

from typing import Any

import pandas as pd

from analysis.errors import CallError, did_you_mean
from analysis.measures.breakdown import breakdown, require_table
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.report.table_spec import declared_tables
from analysis.snapshots.store import Snapshot


def document_table(snapshot: Snapshot, name: str) -> pd.DataFrame:
    """Return the figures of a report table that documents print, one part below the other.

    Returns
    -------
    DataFrame
        Tidy, with the labels of the report table; percentages are of what the document says. What it does not print
        has no row.

    Raises
    ------
    CallError
        When no chapter declares the parts of such a table.
    CoverageError
        When the snapshot lacks a table, or a table a quantity, class or period.
    """
    labels = declared_tables()[name].labels if name in declared_tables() else ()
    return combine(_part(snapshot, labels, **part) for part in parts_of(name))


def parts_of(name: str) -> list[dict[str, Any]]:
    """Return the parts of a table; a CallError names the tables that have some."""
    known = {name: spec for name, spec in declared_tables().items() if spec.each or spec.parts}
    if name not in known:
        raise CallError(f"table {name!r} is declared by no chapter as one of a document; {did_you_mean(name, known)}.")
    parts = known[name].parts or [{"quantity": quantity} for quantity in known[name].quantities]
    return [known[name].each | part for part in parts]


def _part(
    snapshot: Snapshot,
    labels: tuple[str, ...],
    source: str,
    quantity: str,
    by: str,
    name: str = "",
    total: bool = False,
    period: str = "",
    denominator: str = "",
    **named: str,
) -> pd.DataFrame:
    dimensions = require_table(snapshot, source, period).classes
    classes = {key: value for key, value in named.items() if key in dimensions or key not in labels}
    found = breakdown(snapshot, source, quantity, by, period, total, **classes)
    values = {key: value for key, value in named.items() if key in labels}
    rows = values | {by if by in labels else "group": found.classes}
    return tidy_rows({name or quantity: (found.numbers, denominator)}, rows, source)
