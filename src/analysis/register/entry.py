"""The register: published numbers as facts, read from ``data/findings`` with every fault reported at once."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis.errors import CallError, DataError
from analysis.intervals.formula import TRUTHS, FormulaError
from analysis.register.claims import Claim, Derivation
from analysis.register.formulas import parse, split_derivations
from analysis.register.relations import Register, formula_faults, relations
from analysis.register.schema import COLUMNS, faults
from analysis.workspace import project_root

DIFFERS_MARK = "~"
"""Before a formula or query that is known to count something else, as the row's ``difference`` says."""
DOCUMENTS, SOURCES, TEMPLATE = "documents.csv", "sources.csv", "template.csv"


def findings_folder() -> Path:
    """Return the folder of the register."""
    return project_root() / "data" / "findings"


def document_names() -> list[str]:
    """Return the names of the documents of the register."""
    with (findings_folder() / DOCUMENTS).open(encoding="utf-8-sig", newline="") as text:
        return [row["document"] for row in csv.DictReader(text)]


def tables_in_queries() -> list[str]:
    """Return the tables that queries of the register name, without reading the rest of it."""
    tables: set[str] = set()
    for path in findings_folder().glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as text:
            queries = [row.get("query") or "" for row in csv.DictReader(text)]
        tables |= {name.strip() for query in queries for name in re.findall(r"\{([^{}|]+)\|", query)}
    return sorted(tables)


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
    wrong: list[str] = []
    documents = {row["document"]: row for _, row in _read("documents", {DOCUMENTS: folder / DOCUMENTS}, wrong)}
    sources = {row["source"]: row for _, row in _read("sources", {SOURCES: folder / SOURCES}, wrong)}
    wrong += [f"{name}.csv: the document has no row in {DOCUMENTS}." for name in paths if name not in documents]
    lines = _read("claims", {f"{name}.csv": path for name, path in paths.items()}, wrong)
    claims = _claims(lines, sources, wrong)
    every = relations(claims)
    wrong += formula_faults(claims, {row["claim_id"] for _, row in lines}, every)
    wrong += [f"{DOCUMENTS}: {name} has no file {name}.csv." for name in documents if name not in paths]
    if extra is not None:
        wrong = [fault for fault in wrong if re.search(rf"(^|\W){re.escape(extra.name)}\b", fault)]
    if wrong:
        raise DataError("\n".join(wrong))
    return Register(claims, documents, sources, every)


Line = tuple[tuple[str, int], dict[str, str]]


def _read(table: str, paths: Mapping[str, Path], wrong: list[str]) -> list[Line]:
    """Return the rows of files, each with its file and line; a file with other columns is reported and left out."""
    lines: list[Line] = []
    for name, path in paths.items():
        try:
            with path.open(encoding="utf-8-sig", newline="") as text:
                reader = csv.reader(text, strict=True)
                header = next(reader, [])
                if tuple(header) != COLUMNS[table]:
                    wrong.append(f"{name}: expected the columns {','.join(COLUMNS[table])}; found {','.join(header)}.")
                    continue
                for row in reader:
                    if len(row) == len(header):
                        lines.append(((name, reader.line_num), dict(zip(header, row, strict=True))))
                    else:
                        wrong.append(
                            f"{name}, line {reader.line_num}: expected {len(header)} values, found {len(row)}."
                        )
        except (OSError, UnicodeDecodeError, csv.Error) as fault:
            wrong.append(f"{name}: cannot be read as a table in UTF-8 ({fault}).")
    key = COLUMNS[table][0]
    frame = pd.DataFrame([row for _, row in lines], columns=list(COLUMNS[table]), dtype=str)
    for row, column, expected, found in faults(table, frame):
        (name, line), values = lines[row]
        wrong.append(f"{name}, line {line}, {values[key]}: {column}: expected {expected}, found {found!r}.")
    first: dict[str, tuple[str, int]] = {}
    for position, row in lines:
        earlier = first.setdefault(row[key], position)
        if earlier != position:
            file, line = position
            wrong.append(f"{file}, line {line}, {row[key]}: occurs already in {earlier[0]}, line {earlier[1]}.")
    return lines


def _claims(lines: list[Line], sources: Mapping[str, Mapping[str, str]], wrong: list[str]) -> dict[str, Claim]:
    claims = {}
    for (name, line), row in lines:
        position = f"{name}, line {line}, {row['claim_id']}"
        derivations = {
            column: _derivations(row[column], f"{position}: {column}", column, wrong) for column in ("formula", "query")
        }
        wrong += [f"{position}: {fault}" for fault in _row_faults(row, derivations, sources)]
        if not any(fault.startswith(f"{position}: ") for fault in wrong):
            document = name.removesuffix(".csv")
            claims[row["claim_id"]] = Claim(document, line, row, derivations["formula"], derivations["query"])
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
