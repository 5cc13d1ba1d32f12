"""Findings for the terminal and for scripts: a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.errors import CallError, did_you_mean
from analysis.language.translator import Translator
from analysis.register.rows import CONTRACT, counts
from analysis.register.verdicts import STANDS_NOT, VERDICTS

Row = Mapping[str, Any]
FORMATS = ("table", "json", "csv")
_LONGEST = 44


def chosen(rows: Iterable[Row], verdict: Iterable[str], location: str | None) -> list[Row]:
    """Return the rows with one of these verdicts (all, when none is named) whose location holds these words.

    Raises
    ------
    CallError
        When a verdict is unknown, or no row is at such a location.
    """
    wanted, found = list(verdict), list(rows)
    for each in wanted:
        if each not in VERDICTS:
            raise CallError(f"--verdict {each}: unknown; {did_you_mean(each, VERDICTS)}.")
    if location is not None:
        places = {row["location"] for row in found}
        found = [row for row in found if location.casefold() in row["location"].casefold()]
        if not found:
            raise CallError(f"--location {location!r}: no such place; {did_you_mean(location, places)}.")
    return [row for row in found if not wanted or row["verdict"] in wanted]


def text_of(rows: list[Row], form: str, columns: Iterable[str] = CONTRACT) -> str:
    """Return rows as ``table``, ``json`` or ``csv``; ``columns`` are those of a CSV without rows."""
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    return _csv(rows, columns) if form == "csv" else _table(rows)


def _csv(rows: list[Row], columns: Iterable[str]) -> str:
    out = io.StringIO()
    flat = [{name: _flat(value) for name, value in row.items()} for row in rows]
    writer = csv.DictWriter(out, list(flat[0] if flat else columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return out.getvalue().rstrip("\n")


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _table(rows: list[Row]) -> str:
    header = ("claim", "place", "printed", "recomputed", "between", "verdict")
    lines = [header, *(_line(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    shown = []
    for number, line in enumerate(lines):
        cells = [
            text.rjust(w) if 1 < c < 5 else text.ljust(w) for c, (text, w) in enumerate(zip(line, widths, strict=True))
        ]
        shown.append("  ".join(cells).rstrip())
        if number and rows[number - 1]["verdict"] in STANDS_NOT:
            shown.append(f"    {rows[number - 1]['worked']}")
            shown.append(f"    {rows[number - 1]['cause']}")
            if rows[number - 1]["suggested"]:
                shown.append(f"    {_right(rows[number - 1])}: {rows[number - 1]['suggested']}")
    for document, told in counts(rows).items():
        some = ", ".join(f"{told[verdict]} {verdict}" for verdict in VERDICTS if verdict in told)
        shown.append(f"{document}: {sum(told.values())} numbers: {some}")
    return "\n".join(shown)


def _right(row: Row) -> str:
    """Return what a suggested value is: the right one, or what follows where another figure is the one that slipped."""
    return "right" if row["suspect"] in (None, row["claim_id"]) else "would follow"


def _line(row: Row) -> tuple[str, ...]:
    again = row["recomputed"]
    truth = {True: "holds", False: "fails"}.get(again) if isinstance(again, bool) else None
    known = again is not None and truth is None
    english = Translator("en")
    ends = english.span(row["recomputed_lo"], row["recomputed_hi"]) if known else ""
    place = row["location"] if len(row["location"]) <= _LONGEST else f"{row['location'][: _LONGEST - 1]}…"
    return (
        row["claim_id"],
        place,
        row["published_text"],
        truth or (english.significant(again) if known else ""),
        ends,
        row["verdict"],
    )
