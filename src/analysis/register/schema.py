"""What the files of the register have to be: columns, and what may stand in each."""

from __future__ import annotations

from functools import cache

DOCUMENT_COLUMNS = (
    "claim_id", "location", "quantity", "group", "period", "value", "unit", "precision", "source_rounding", "wording",
    "kind", "source", "formula", "query", "difference", "note", "entered_by", "entered_on",
)  # fmt: skip
DOCUMENTS_COLUMNS = (
    "document",
    "title",
    "publisher",
    "date",
    "kind",
    "based_on",
    "language",
    "entered_by",
    "entered_on",
)
SOURCES_COLUMNS = ("source", "open", "what")
KINDS = ("level", "change", "growth_rate", "share", "ratio", "mean", "rank", "statement")
WORDINGS = ("", "nearly", "over", "about", "at_least", "at_most")
DIFFERENCES = ("definition_differs", "classification_break", "revised_since")

_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_DATE = rf"{_MONTH}-(0[1-9]|[12][0-9]|3[01])"
_WIDTH = r"([0-9]{1,12}(\.[0-9]{1,9})?)?"
_NUMBER = r"-?[0-9]{1,12}(\.[0-9]{1,9})?"
_SOME = r"\S(.*\S)?"
_PATTERNS = {
    "claims": {
        "claim_id": r"[A-Za-z0-9][A-Za-z0-9-]*",
        "location": _SOME,
        "quantity": _SOME,
        "period": _SOME,
        "value": rf"({_NUMBER})?",
        "precision": _WIDTH,
        "source_rounding": _WIDTH,
        "wording": "|".join(WORDINGS),
        "kind": "|".join(KINDS),
        "source": _SOME,
        "difference": rf"(({'|'.join(DIFFERENCES)}): {_SOME})?",
        "entered_by": _SOME,
        "entered_on": _DATE,
    },
    "documents": {
        "document": r"[a-z0-9][a-z0-9-]*",
        "title": _SOME,
        "publisher": _SOME,
        "date": rf"([0-9]{{4}}|{_MONTH}|{_DATE})?",
        "kind": "factsheet|letter|report|article|table",
        "language": "nl|en",
        "entered_on": _DATE,
    },
    "sources": {"source": _SOME, "open": "yes|no", "what": _SOME},
}
_EXPECTED = {
    "value": "a plain number such as 406000 or -1.9",
    "precision": "a step such as 1000, 0.1 or 0",
    "source_rounding": "a half-width such as 5",
    "entered_on": "a date such as 2026-11-21",
    "date": "a date such as 2025-11, or nothing",
    "claim_id": "letters, digits and hyphens",
    "difference": f"{', '.join(DIFFERENCES)}, a colon and the reason",
}
COLUMNS = {"claims": DOCUMENT_COLUMNS, "documents": DOCUMENTS_COLUMNS, "sources": SOURCES_COLUMNS}


def expected(table: str, column: str) -> str:
    """Return in words what has to stand in a column."""
    pattern = _PATTERNS[table][column]
    return _EXPECTED.get(column) or (
        "something, with no blanks around it" if pattern == _SOME else f"one of {pattern.strip('|').replace('|', ', ')}"
    )


@cache
def schema(table: str):
    """Return the pandera schema of ``claims`` (of all documents), ``documents`` or ``sources``."""
    from pandera.pandas import Check, Column, DataFrameSchema  # a quarter of a second that other commands do not need

    patterns = _PATTERNS[table]
    columns = {
        name: Column(str, [Check.str_matches(rf"^({patterns[name]})\Z", name=name)] if name in patterns else None)
        for name in COLUMNS[table]
    }
    return DataFrameSchema(columns, strict=True, ordered=True)


def faults(table: str, frame) -> list[tuple[int, str, str, str]]:
    """Return what is wrong with a frame of text, in one pass: row, column, what was expected, what was found."""
    from pandera.errors import SchemaErrors

    try:
        schema(table).validate(frame, lazy=True)
    except SchemaErrors as found:
        cases = found.failure_cases
        return [
            (int(row), column, expected(table, column), str(value))
            for row, column, value in zip(cases["index"], cases["column"], cases["failure_case"], strict=True)
        ]
    return []
