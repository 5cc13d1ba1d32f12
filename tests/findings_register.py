"""Registers of a few rows for tests: made-up documents, every column filled in."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import parse
from analysis.register.schema import CLAIM_FIELDS, DOCUMENT_FIELDS, SOURCE_FIELDS

DOCUMENT = {"title": "Made up", "publisher": "nobody", "date": "2031", "kind": "report", "language": "nl"}
ENTERED = {"entered_by": "test", "entered_on": "2031-01-01"}


def row(claim_id: str, value: str = "", precision: str = "", **more: str) -> dict[str, str]:
    """Return a row of a document; what is not given is a plain count of persons."""
    usual = {
        "claim_id": claim_id,
        "location": "Table 1",
        "quantity": "persons with bijstand",
        "group": "total",
        "period": "2030-12",
        "value": value,
        "unit": "persons" if value else "",
        "precision": precision or ("1" if value else ""),
        "kind": "level" if value else "statement",
        "source": "Open",
    }
    return dict.fromkeys(CLAIM_FIELDS, "") | usual | ENTERED | more


def claim(claim_id: str = "x", value: str = "", precision: str = "", formula: str = "", **more: str) -> Claim:
    """Return a claim, with its formulas read."""
    values = row(claim_id, value, precision, formula=formula, **more)
    derivations = tuple(Derivation(each, parse(each)) for each in formula.split(";") if each)
    return Claim("made", 2, values, derivations)


def write_rows(path: Path, columns: Iterable[str], rows: list[dict[str, str]]) -> Path:
    """Write rows as a file of the register."""
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_register(folder: Path, **documents: list[dict[str, str]]) -> Path:
    """Write a register with these documents and two sources, ``Open`` and ``Closed``."""
    folder.mkdir(parents=True, exist_ok=True)
    known = [{"document": name, "based_on": "", **DOCUMENT, **ENTERED} for name in documents]
    write_rows(folder / "documents.csv", DOCUMENT_FIELDS, known)
    sources = [
        {"source": "Open", "open": "yes", "what": "a"},
        {"source": "Closed", "open": "no", "what": "Kept by its makers"},
    ]
    write_rows(folder / "sources.csv", SOURCE_FIELDS, sources)
    for name, rows in documents.items():
        write_rows(folder / f"{name}.csv", CLAIM_FIELDS, rows)
    return folder
