"""The register: published numbers as facts, read from ``data/findings`` with every fault reported at once."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from analysis.checked_files import Record, check_unique, read_csv, refuse
from analysis.errors import CallError
from analysis.intervals.formula import FormulaError
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import parse, split_derivations
from analysis.register.relations import Register, formula_faults, relations
from analysis.register.row_check import plain_numbers, row_faults
from analysis.register.schema import (
    CLAIM_FIELDS,
    DIFFERS_MARK,
    DOCUMENT_FIELDS,
    DOCUMENTS,
    DUTCH,
    DUTCH_FIELDS,
    SOURCE_FIELDS,
    SOURCES,
    TEMPLATE,
)
from analysis.register.units import check_units, units_of_claims
from analysis.table_files import WORKBOOK, TableFileError, read_rows
from analysis.workspace import data_path

SUFFIXES = (".csv", WORKBOOK)
DRAFT = ".draft"
"""How the name of a draft ends before its suffix: it is no document of the register yet."""


def findings_folder() -> Path:
    """Return the folder of the register."""
    return data_path("findings")


def document_files(folder: Path) -> list[Path]:
    """Return the files of the documents of a register, CSV files and workbooks, in the order of their names."""
    others = (DOCUMENTS, SOURCES, TEMPLATE, DUTCH)
    found = [path for suffix in SUFFIXES for path in folder.glob(f"*{suffix}") if path.name not in others]
    found = [path for path in found if not path.stem.endswith(DRAFT)]
    return sorted(
        path for path in found if not path.name.startswith((".", "~"))
    )  # Excel leaves ~$name while it is open


def document_names() -> list[str]:
    """Return the names of the documents of the register."""
    return _column(findings_folder() / DOCUMENTS, "document")


def tables_in_queries() -> list[str]:
    """Return the tables that queries of the register name, without reading the rest of it."""
    queries = [text for path in document_files(findings_folder()) for text in _column(path, "query")]
    return sorted({name.strip() for text in queries for name in re.findall(r"\{([^{}|]+)\|", text)})


def _column(path: Path, name: str) -> list[str]:
    """Return a column of a file as it stands, nothing where there is none; `read_register` says so."""
    try:
        (_, header), *rows = read_rows(path)
        index = header.index(name)
    except (TableFileError, ValueError):
        return []
    return [row[index] for _, row in rows if index < len(row)]


def read_register(folder: Path | None = None, extra: Path | None = None) -> Register:
    """Read the register; that of the workbench is read anew only when one of its files has changed.

    With ``extra``, that file replaces the document of its name, or is added; only its own faults are reported, and
    those of the lists of documents and sources.

    Raises
    ------
    CallError
        When there is no such file or folder, or the file is neither CSV nor workbook.
    DataError
        With a line for each fault of a file, in the order of files and lines: a column, a value, an id that occurs
        twice, a document without metadata, a formula that cannot be read, names an unknown claim, goes in a circle or
        has no value.
    UnitError
        When a formula computes with units that cannot be.
    """
    if folder is None and extra is None:
        files = [(path, path.stat()) for path in sorted(findings_folder().glob("*")) if path.is_file()]
        return _own_register(tuple((path, found.st_mtime_ns, found.st_size, found.st_ino) for path, found in files))
    return _read(folder, extra)


@lru_cache(maxsize=1)
def _own_register(_files: tuple[tuple[Path, int, int, int], ...]) -> Register:
    return _read(None, None)


def _read(folder: Path | None, extra: Path | None) -> Register:
    register, faults = register_with_faults(folder, extra)
    refuse(faults)
    check_units(register, "formula", units_of_claims(register.claims), extra.stem if extra is not None else None)
    return register


def register_with_faults(folder: Path | None = None, extra: Path | None = None) -> tuple[Register, list[str]]:
    """Return what of the register is in order, and what is wrong with the rest; takes what `read_register` takes."""
    folder = folder or findings_folder()
    for path in (folder / DOCUMENTS, folder / SOURCES, extra):
        if path is not None and not (path.is_file() and path.suffix in SUFFIXES):
            fault = "is no CSV" if path.is_file() else "no such file"
            raise CallError(f"{path}: {fault}; expected a .csv file of the findings register, or a workbook (.xlsx).")
    faults: list[str] = []
    paths: dict[str, Path] = {}
    for path in document_files(folder):
        if path.stem in paths:
            faults.append(f"{path.name}: the document is also in {paths[path.stem].name}; keep one of the two.")
        paths[path.stem] = path
    if extra is not None:
        paths[extra.stem] = extra
    documents = {each.name: each.values for each in read_csv(folder / DOCUMENTS, DOCUMENT_FIELDS, faults, "document")}
    sources = {each.name: each.values for each in read_csv(folder / SOURCES, SOURCE_FIELDS, faults, "source")}
    dutch = read_csv(folder / DUTCH, DUTCH_FIELDS, faults, "english") if (folder / DUTCH).is_file() else []
    faults += [
        f"{path.name}: the document has no row in {DOCUMENTS}; give it one."
        for path in paths.values()
        if path.stem not in documents
    ]
    rows = [
        row for path in paths.values() for row in read_csv(path, CLAIM_FIELDS, faults, "claim_id", plain=plain_numbers)
    ]
    check_unique(rows, ["claim_id"], faults)
    claims = _claims(rows, sources, faults)
    every = relations(claims)
    faults += formula_faults(claims, {row.name for row in rows}, every)
    faults += [f"{DOCUMENTS}: {name} has no file {name}.csv." for name in documents if name not in paths]
    if extra is not None:
        own = "|".join(
            map(re.escape, (extra.name, DOCUMENTS, SOURCES, DUTCH))
        )  # the last three are part of any document
        faults = [fault for fault in faults if re.search(rf"(^|\W)({own})\b", fault)]
    register = Register(claims, documents, sources, every, {each.name: each.values["dutch"] for each in dutch})
    return register, in_line_order(faults, [DOCUMENTS, SOURCES, DUTCH, *(path.name for path in paths.values())])


def in_line_order(faults: list[str], files: list[str]) -> list[str]:
    """Return faults in the order of the files that they name first, and of the lines in these."""

    def position(fault: str) -> tuple[int, int]:
        found = re.match(r"(.+?\.\w+)(?:, line (\d+))?[,:]", fault)
        file, line = (found[1], int(found[2] or 0)) if found else ("", 0)
        return files.index(file) if file in files else len(files), line

    return sorted(faults, key=position)


def _claims(rows: list[Record], sources: Mapping[str, Mapping[str, str]], faults: list[str]) -> dict[str, Claim]:
    """Return the claims of the rows that are in order."""
    claims, wrong = {}, {fault.partition(": ")[0] for fault in faults}
    for row in rows:
        before = len(faults)
        derivations = {
            column: _derivations(row.values[column], f"{row.position}: {column}", column, faults)
            for column in ("formula", "query")
        }
        faults += [f"{row.position}: {fault}" for fault in row_faults(row.values, derivations, sources)]
        if len(faults) == before and row.position not in wrong:
            document = row.file.rpartition(".")[0]
            derived = derivations["formula"], derivations["query"]
            claims[row.name] = Claim(document, row.line, row.values, *derived, row.file)
    return claims


def _derivations(text: str, position: str, column: str, wrong: list[str]) -> tuple[Derivation, ...]:
    derivations = []
    refused = {"formula": "cell", "query": "claim"}[column]
    for entered in split_derivations(text):
        each = entered.removeprefix(DIFFERS_MARK).strip()
        try:
            tree = parse(each)
        except FormulaError as fault:
            wrong.append(f"{position}: {fault}")
            continue
        if any(node.kind == refused for node in tree.walk()):
            wrong.append(f"{position}: a {refused} cannot stand in a {column}: {each[:80]!r}.")
        derivations.append(Derivation(each, tree, entered.startswith(DIFFERS_MARK)))
    return tuple(derivations)
