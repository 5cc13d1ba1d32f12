"""The register: published numbers as facts, read from ``data/findings`` with every fault reported at once."""

import csv
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from analysis.checked_files import Record, check_unique, read_csv, refuse
from analysis.errors import CallError
from analysis.intervals.formula import TRUTHS, FormulaError
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import parse, split_derivations
from analysis.register.relations import Register, formula_faults, relations
from analysis.register.schema import CLAIM_FIELDS, DOCUMENT_FIELDS, SOURCE_FIELDS
from analysis.workspace import project_root

DIFFERS_MARK = "~"
"""Before a formula or query that is known to count something else, as the row's ``difference`` says."""
DOCUMENTS, SOURCES, TEMPLATE = "documents.csv", "sources.csv", "template.csv"


def findings_folder() -> Path:
    """Return the folder of the register."""
    return project_root() / "data" / "findings"


def document_names() -> list[str]:
    """Return the names of the documents of the register."""
    return _column(findings_folder() / DOCUMENTS, "document")


def tables_in_queries() -> list[str]:
    """Return the tables that queries of the register name, without reading the rest of it."""
    queries = [text for path in findings_folder().glob("*.csv") for text in _column(path, "query")]
    return sorted({name.strip() for text in queries for name in re.findall(r"\{([^{}|]+)\|", text)})


def _column(path: Path, name: str) -> list[str]:
    """Return a column of a file as it stands, nothing where there is no such column."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        return [row.get(name) or "" for row in csv.DictReader(text)]


def read_register(folder: Path | None = None, extra: Path | None = None) -> Register:
    """Read the register.

    With ``extra``, that file replaces the document of its name, or is added; only its own faults are reported.

    Raises
    ------
    CallError
        When there is no such file or folder, or the file is no CSV.
    DataError
        With a line for each fault of a file: a column, a value, an id that occurs twice, a document without metadata,
        a formula that cannot be read, names an unknown claim, goes in a circle or has no value.
    """
    folder = folder or findings_folder()
    for path in (folder / DOCUMENTS, folder / SOURCES, extra):
        if path is not None and not (path.is_file() and path.suffix == ".csv"):
            fault = "is no CSV" if path.is_file() else "no such file"
            raise CallError(f"{path}: {fault}; expected a .csv file of the findings register.")
    paths = {
        path.stem: path for path in sorted(folder.glob("*.csv")) if path.name not in (DOCUMENTS, SOURCES, TEMPLATE)
    }
    if extra is not None:
        paths[extra.stem] = extra
    faults: list[str] = []
    documents = {each.name: each.values for each in read_csv(folder / DOCUMENTS, DOCUMENT_FIELDS, faults, "document")}
    sources = {each.name: each.values for each in read_csv(folder / SOURCES, SOURCE_FIELDS, faults, "source")}
    faults += [f"{name}.csv: the document has no row in {DOCUMENTS}." for name in paths if name not in documents]
    rows = [row for path in paths.values() for row in read_csv(path, CLAIM_FIELDS, faults, "claim_id")]
    check_unique(rows, ["claim_id"], faults)
    claims = _claims(rows, sources, faults)
    every = relations(claims)
    faults += formula_faults(claims, {row.name for row in rows}, every)
    faults += [f"{DOCUMENTS}: {name} has no file {name}.csv." for name in documents if name not in paths]
    if extra is not None:
        faults = [fault for fault in faults if re.search(rf"(^|\W){re.escape(extra.name)}\b", fault)]
    refuse(faults)
    return Register(claims, documents, sources, every)


def _claims(rows: list[Record], sources: Mapping[str, Mapping[str, str]], faults: list[str]) -> dict[str, Claim]:
    """Return the claims of the rows that are in order."""
    claims, wrong = {}, {fault.partition(": ")[0] for fault in faults}
    for row in rows:
        before = len(faults)
        derivations = {
            column: _derivations(row.values[column], f"{row.position}: {column}", column, faults)
            for column in ("formula", "query")
        }
        faults += [f"{row.position}: {fault}" for fault in _row_faults(row.values, derivations, sources)]
        if len(faults) == before and row.position not in wrong:
            document = row.file.removesuffix(".csv")
            claims[row.name] = Claim(document, row.line, row.values, derivations["formula"], derivations["query"])
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


def _row_faults(
    row: Mapping[str, str], derivations: Mapping[str, tuple[Derivation, ...]], sources: Mapping
) -> list[str]:
    """Return what is wrong between the columns of a row."""
    found = []
    if row["source"] not in sources:
        found.append(f"source: expected a name of {SOURCES}, found {row['source']!r}.")
    if bool(row["value"]) != bool(row["precision"]):
        found.append("value and precision: expected both or neither.")
    empty = [column for column in derivations if row[column] and not split_derivations(row[column])]
    found += [f"{column}: expected a {column}, found {row[column]!r}." for column in empty]
    if not row["value"] and row["kind"] != "statement":
        found.append(f"value: expected a number for the kind {row['kind']!r}, found none; only a statement has none.")
    if row["value"] and not row["unit"]:
        found.append("unit: expected what the value counts, found nothing.")
    try:
        value, step = Fraction(row["value"] or 0), Fraction(row["precision"] or 0)
    except ValueError:
        return found  # the schema reports it
    if row["wording"] in ("nearly", "over") and not value:
        found.append(f"wording: nothing is {row['wording']} zero.")
    if row["value"] and not row["wording"] and value % (step or 1):
        found.append(
            f"value: expected a number in steps of {row['precision']}, as the precision says, found {row['value']}."
        )
    return found + [
        fault for column, each in derivations.items() for one in each for fault in _derivation_faults(row, column, one)
    ]


def _derivation_faults(row: Mapping[str, str], column: str, derivation: Derivation) -> list[str]:
    """Return what is wrong with a derivation of this claim: a statement is compared, a number is computed."""
    if derivation.differs and not row["difference"]:
        text = derivation.text[:80]
        return [f"{column}: expected a difference that explains what is marked with {DIFFERS_MARK}: {text!r}."]
    if derivation.tree.kind in TRUTHS and row["kind"] != "statement":
        return [f"{column}: a comparison belongs to a statement, not to a {row['kind']}: {derivation.text[:80]!r}."]
    if derivation.tree.kind not in TRUTHS and not row["value"]:
        return [f"{column}: expected a comparison, because no value is printed: {derivation.text[:80]!r}."]
    return []
