"""Findings for the terminal and for scripts: a table, JSON or CSV."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.errors import CallError, did_you_mean
from analysis.language.translator import Translator
from analysis.register.rows import CONTRACT, count_verdicts
from analysis.register.verdicts import CONTRADICTED, VERDICTS

Row = Mapping[str, Any]
FORMATS = ("table", "json", "csv")
_LONGEST = 44


def select_rows(rows: Iterable[Row], verdict: Iterable[str], location: str | None) -> list[Row]:
    """Return the rows with one of these verdicts (all, when none is named) whose location holds these words.

    Raises
    ------
    CallError
        When a verdict is unknown, or no row is at such a location.
    """
    verdicts, found = list(verdict), list(rows)
    for each in verdicts:
        if each not in VERDICTS:
            raise CallError(f"--verdict {each}: unknown; {did_you_mean(each, VERDICTS)}.")
    if location is not None:
        locations = {row["location"] for row in found}
        found = [row for row in found if location.casefold() in row["location"].casefold()]
        if not found:
            raise CallError(f"--location {location!r}: no such location; {did_you_mean(location, locations)}.")
    return [row for row in found if not verdicts or row["verdict"] in verdicts]


def format_rows(rows: list[Row], form: str, columns: Iterable[str] = CONTRACT) -> str:
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
    header = ("claim", "location", "printed", "recomputed", "between", "verdict")
    lines = [header, *(_line(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    printed = []
    for number, line in enumerate(lines):
        cells = [
            text.rjust(w) if 1 < c < 5 else text.ljust(w) for c, (text, w) in enumerate(zip(line, widths, strict=True))
        ]
        printed.append("  ".join(cells).rstrip())
        if number and rows[number - 1]["verdict"] in CONTRADICTED:
            printed.append(f"    {rows[number - 1]['worked']}")
            printed.append(f"    {rows[number - 1]['cause']}")
            if rows[number - 1]["suggested"]:
                printed.append(f"    {_right(rows[number - 1])}: {rows[number - 1]['suggested']}")
    for document, counts in count_verdicts(rows).items():
        some = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)
        printed.append(f"{document}: {sum(counts.values())} numbers: {some}")
    return "\n".join(printed)


def _right(row: Row) -> str:
    """Return what a suggested value is: the right one, or what would follow where another figure is wrong."""
    return "right" if row["suspect"] in (None, row["claim_id"]) else "would follow"


def _line(row: Row) -> tuple[str, ...]:
    english, value, ends = Translator("en"), row["recomputed"], ""
    location = row["location"] if len(row["location"]) <= _LONGEST else f"{row['location'][: _LONGEST - 1]}…"
    if value is None:
        recomputed = ""
    elif isinstance(value, bool):
        recomputed = "holds" if value else "fails"
    else:
        recomputed, ends = english.significant(value), english.span(row["recomputed_lo"], row["recomputed_hi"])
    return row["claim_id"], location, row["published_text"], recomputed, ends, row["verdict"]
