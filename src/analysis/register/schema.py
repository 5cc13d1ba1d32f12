"""What the files of the register have to be: columns, and what may stand in each."""

from analysis.checked_files import SOME_TEXT, Field, one_of

KINDS = ("level", "change", "growth_rate", "share", "ratio", "mean", "rank", "statement")
WORDINGS = ("", "nearly", "over", "about", "at_least", "at_most")
DIFFERENCES = ("definition_differs", "classification_break", "revised_since")

_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_DATE = rf"{_MONTH}-(0[1-9]|[12][0-9]|3[01])"
_WIDTH = r"([0-9]{1,12}(\.[0-9]{1,9})?)?"
_ANY, _SOME, _ENTERED_ON = Field(), Field(SOME_TEXT), Field(_DATE, "a date such as 2026-11-21")
CLAIM_FIELDS = {
    "claim_id": Field(r"[A-Za-z0-9][A-Za-z0-9-]*", "letters, digits and hyphens"),
    "location": _SOME,
    "quantity": _SOME,
    "group": _ANY,
    "period": _SOME,
    "value": Field(r"(-?[0-9]{1,12}(\.[0-9]{1,9})?)?", "a plain number such as 406000 or -1.9"),
    "unit": _ANY,
    "precision": Field(_WIDTH, "a step such as 1000, 0.1 or 0"),
    "source_rounding": Field(_WIDTH, "a half-width such as 5"),
    "wording": one_of(WORDINGS),
    "kind": one_of(KINDS),
    "source": _SOME,
    "formula": _ANY,
    "query": _ANY,
    "difference": Field(
        rf"(({'|'.join(DIFFERENCES)}): {SOME_TEXT})?", f"{', '.join(DIFFERENCES)}, a colon and the reason"
    ),
    "note": _ANY,
    "entered_by": _SOME,
    "entered_on": _ENTERED_ON,
}
DOCUMENT_FIELDS = {
    "document": Field(r"[a-z0-9][a-z0-9-]*", "lower-case letters, digits and hyphens"),
    "title": _SOME,
    "publisher": _SOME,
    "date": Field(rf"([0-9]{{4}}|{_MONTH}|{_DATE})?", "a date such as 2025-11, or nothing"),
    "kind": one_of(("factsheet", "letter", "report", "article", "table")),
    "based_on": _ANY,
    "language": one_of(("nl", "en")),
    "entered_by": _ANY,
    "entered_on": _ENTERED_ON,
}
SOURCE_FIELDS = {"source": _SOME, "open": one_of(("yes", "no")), "what": _SOME}
