"""What the files of the register have to be: columns, and what may stand in each."""

from analysis.checked_files import SOME_TEXT, Field, one_of

DIFFERS_MARK = "~"
"""Before a formula or query that is known to count something else, as the row's ``difference`` says."""
DOCUMENTS, SOURCES, TEMPLATE, DUTCH = "documents.csv", "sources.csv", "template.csv", "dutch.csv"
KINDS = ("level", "change", "growth_rate", "share", "ratio", "mean", "rank", "statement")
DOCUMENT_KINDS = ("factsheet", "letter", "report", "article", "table")
WORDINGS = ("", "nearly", "over", "about", "at_least", "at_most")
DIFFERENCES = ("definition_differs", "classification_break", "revised_since")

PURE_UNITS = (
    "percent", "percentage points", "ratio", "ratio 1:n", "per 100 inflow", "per 100000", "rank", "quarters", "SE",
    "percent of WML", "percent of norm",
)  # fmt: skip
"""Units of numbers that count nothing by themselves: parts of something, and places in an order."""
UNITS = (
    *PURE_UNITS, "persons", "moments", "benefits", "households", "persons per quarter", "moments per quarter",
    "provisions", "combinations", "trajectories", "jobs", "contracts", "vacancies", "places", "inhabitants", "fte",
    "hours per week", "years", "months", "euro", "million euro", "euro per fte", "companies", "municipalities", "areas",
)  # fmt: skip
"""What a number may count."""
PERCENT_KINDS = ("growth_rate", "share")
"""Kinds of number that are in percent, and in no unit of what is counted."""
QUOTE_WORDS = 25
"""Words of a quotation, at the most."""

_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_DATE = rf"{_MONTH}-(0[1-9]|[12][0-9]|3[01])"
_WIDTH = r"([0-9]{1,12}(\.[0-9]{1,9})?)?"
_ADDRESS = Field(r"(https?://[^\s<>\"]+)?", "an address that begins with https://", optional=True)
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
    "address": _ADDRESS,
    "page": Field(r"([0-9]{1,4}(-[0-9]{1,4})?)?", "a page such as 3 or 12-13", optional=True),
    "quote": Field(
        rf"((\S+ ){{0,{QUOTE_WORDS - 1}}}\S+)?", f"at most {QUOTE_WORDS} words of the document", optional=True
    ),
    "edition": Field(optional=True),
    "second_reader": Field(optional=True),
}
DOCUMENT_FIELDS = {
    "document": Field(r"[a-z0-9][a-z0-9-]*", "lower-case letters, digits and hyphens"),
    "title": _SOME,
    "publisher": _SOME,
    "date": Field(rf"([0-9]{{4}}|{_MONTH}|{_DATE})?", "a date such as 2025-11, or nothing"),
    "kind": one_of(DOCUMENT_KINDS),
    "based_on": _ANY,
    "language": one_of(("nl", "en")),
    "entered_by": _ANY,
    "entered_on": _ENTERED_ON,
    "address": _ADDRESS,
    "inferred": one_of(("", "title", "date", "title date"), optional=True),
}
SOURCE_FIELDS = {"source": _SOME, "open": one_of(("yes", "no")), "what": _SOME}
DUTCH_FIELDS = {"english": _SOME, "dutch": _SOME}
