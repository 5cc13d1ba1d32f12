"""Findings for the terminal and for scripts: a table, JSON or CSV."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.errors import CallError, did_you_mean
from analysis.language.translator import Translator
from analysis.register.rows import CONTRACT, count_verdicts
from analysis.register.verdicts import CONTRADICTED, EXCLUDED, REPRODUCED, UNDECIDABLE, VERDICTS, WITHIN

Row = Mapping[str, Any]
FORMATS = ("table", "json", "csv")
_LONGEST = 44
_OUTCOMES = {
    REPRODUCED: "also gives it",
    WITHIN: "also within rounding",
    UNDECIDABLE: "cannot decide",
    EXCLUDED: "rules it out",
}


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
    writer = csv.DictWriter(out, list(rows[0] if rows else columns), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        nested = {name: value for name, value in row.items() if isinstance(value, list | dict)}
        lists = {name: json.dumps(value, ensure_ascii=False) for name, value in nested.items()}
        writer.writerow({**row, **lists})
    return out.getvalue().rstrip("\n")


def _table(rows: list[Row]) -> str:
    lines = [("claim", "location", "printed", "recomputed", "between", "verdict"), *map(_line, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    form = "  ".join(f"{{:{align}{width}}}" for align, width in zip("<<>>><", widths, strict=True))
    header, *aligned = [form.format(*line).rstrip() for line in lines]
    printed = [header]
    for row, line in zip(rows, aligned, strict=True):
        printed.append(line)
        if row["verdict"] in CONTRADICTED:
            printed += [f"    {row['worked']}", f"    {row['cause']}"]
            # the right value, or what would follow where another figure is wrong
            what = "right" if row["wrong_itself"] else "would follow"
            printed += [f"    {what}: {row['suggested']}"] if row["suggested"] else []
            printed += [f"    slip: {each['kind']}: {each['worked']}" for each in row["explanations"]]
            printed += [f"    this is behind: {', '.join(row['rests_on_it'])}"] if row["rests_on_it"] else []
        printed += [f"    {_OUTCOMES[each['outcome']]}: {each['worked']}{_found(each)}" for each in row["others"]]
    for document, counts in count_verdicts(rows).items():
        some = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)
        printed.append(f"{document}: {counts.total()} numbers: {some}")
    return "\n".join(printed)


def _found(other: Row) -> str:
    value = other["recomputed"]
    return "" if value is None or isinstance(value, bool) else f" = {Translator('en').significant(value)}"


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
