"""Where the workbench shows each table and figure of the documents: ``data/coverage.csv``."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import DataError, did_you_mean
from analysis.register.relations import Register
from analysis.workspace import project_root

COLUMNS = ("document", "part", "locations", "notebook", "tables", "open_data", "missing")
OPEN_DATA = ("yes", "partly", "no")


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


@dataclass(frozen=True)
class DocumentCoverage:
    """The parts of all documents, in the order of the file."""

    parts: tuple[Part, ...] = ()

    def of_claim(self, document: str, location: str) -> list[Part]:
        """Return the parts that a location of a document belongs to; one in the text may belong to two."""
        return [part for part in self.parts if part.document == document and location in part.locations]

    def of_table(self, notebook: str, table: str) -> list[Part]:
        """Return the parts that a table of a notebook shows."""
        return [part for part in self.parts if part.notebook == notebook and table in part.tables]


def read_coverage(register: Register, path: Path | None = None) -> DocumentCoverage:
    """Read which notebook and tables show each part of the documents.

    Raises
    ------
    DataError
        With a line for each fault: a column, a document or location that the register lacks, a part that occurs twice,
        a notebook without tables or tables without notebook.
    """
    path = path or project_root() / "data" / "coverage.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            header, lines = tuple(next(reader, [])), [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise DataError(f"{path}: cannot be read as a table in UTF-8 ({fault}).") from fault
    if header != COLUMNS:
        raise DataError(f"{path.name}: expected the columns {','.join(COLUMNS)}; found {','.join(header)}.")
    known = {(claim.document, claim.row["location"]) for claim in register.claims.values()}
    parts, wrong = [], []
    for line, row in lines:
        position = f"{path.name}, line {line}"
        if len(row) != len(COLUMNS):
            wrong.append(f"{position}: expected {len(COLUMNS)} values, found {len(row)}.")
            continue
        values = dict(zip(COLUMNS, row, strict=True))
        locations = tuple(filter(None, values.pop("locations").split("; ")))
        part = Part(locations=locations, tables=tuple(values.pop("tables").split()), **values)
        wrong += [f"{position}, {part.part}: {fault}" for fault in _faults(part, parts, known, register.documents)]
        parts.append(part)
    if wrong:
        raise DataError("\n".join(wrong))
    return DocumentCoverage(tuple(parts))


def _faults(
    part: Part, before: list[Part], known: Collection[tuple[str, str]], documents: Collection[str]
) -> list[str]:
    if part.document not in documents:
        return [f"document {part.document!r} is unknown; {did_you_mean(part.document, documents)}."]
    locations = {location for document, location in known if document == part.document}
    found = [
        f"location {each!r} is not in the register; {did_you_mean(each, locations)}."
        for each in part.locations
        if each not in locations
    ]
    if not part.part or any((each.document, each.part) == (part.document, part.part) for each in before):
        found.append("part: expected a name that the document has once.")
    if part.open_data not in OPEN_DATA:
        found.append(f"open_data: expected one of {', '.join(OPEN_DATA)}, found {part.open_data!r}.")
    if bool(part.notebook) != bool(part.tables):
        found.append("notebook and tables: expected both or neither.")
    if not part.missing and (part.open_data != "yes" or not part.notebook):
        found.append("missing: expected what cannot be had, or why nothing shows it.")
    return found
