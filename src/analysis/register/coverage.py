"""Where the workbench shows each table and figure of the documents: ``data/coverage.csv``."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from analysis.checked_files import SOME_TEXT, Field, check_unique, one_of, read_csv, refuse
from analysis.errors import did_you_mean
from analysis.register.relations import Register
from analysis.workspace import data_path

FIELDS = dict.fromkeys(("document", "part", "locations", "notebook", "tables", "open_data", "missing"), Field())
FIELDS |= {"part": Field(SOME_TEXT), "open_data": one_of(("yes", "partly", "no"))}


@dataclass(frozen=True)
class Part:
    """A table, figure or section of a document: where the register has it, and what shows it.

    ``open_data`` says whether its figures are open data, ``missing`` what of it cannot be had from open data or from
    the published snapshot, and what stands in no table.
    """

    document: str
    part: str
    locations: tuple[str, ...]
    notebook: str
    tables: tuple[str, ...]
    open_data: str
    missing: str


def read_coverage(register: Register, path: Path | None = None) -> list[Part]:
    """Return the parts of all documents in the order of the file, with the notebook and tables that show each.

    Raises
    ------
    DataError
        With a line for each fault: a column, a document or location that the register lacks, a part that occurs twice,
        a notebook without tables or tables without notebook.
    """
    path = path or data_path("coverage.csv")
    known = {(claim.document, claim.row["location"]) for claim in register.claims.values()}
    parts, faults = [], []
    rows = read_csv(path, FIELDS, faults)
    check_unique(rows, ["document", "part"], faults)
    for row in rows:
        locations = tuple(filter(None, row.values["locations"].split("; ")))
        part = Part(**row.values | {"locations": locations, "tables": tuple(row.values["tables"].split())})
        faults += [f"{row.position}, {part.part}: {fault}" for fault in _faults(part, known, register.documents)]
        parts.append(part)
    refuse(faults)
    return parts


def _faults(part: Part, known: Collection[tuple[str, str]], documents: Collection[str]) -> list[str]:
    """Return what is wrong between the columns of a row, and between it and the register."""
    if part.document not in documents:
        return [f"document {part.document!r} is unknown; {did_you_mean(part.document, documents)}."]
    locations = {location for document, location in known if document == part.document}
    found = [
        f"location {each!r} is not in the register; {did_you_mean(each, locations)}."
        for each in part.locations
        if each not in locations
    ]
    if bool(part.notebook) != bool(part.tables):
        found.append("notebook and tables: expected both or neither.")
    if not part.missing and (part.open_data != "yes" or not part.notebook):
        found.append("missing: expected what cannot be had, or why nothing shows it.")
    return found
