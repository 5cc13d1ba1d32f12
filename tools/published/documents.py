"""Tables and figures of published documents, as tables of the snapshot.

``data/sources/<document>/`` holds ``tables.toml`` (what each table is) and one CSV a table, without a single figure:
each row names its categories, period and measure, and the claim of the findings register that its figure is, or a
formula of claims. Value, rounding, place in the document and source come from the register, so that a published
number is entered once. Optional columns: ``rounding``, a width of the row's own, and ``status``, where a figure is
less final than its document.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
from published.files import read_description, read_page
from published.fits import check_fit

from analysis.classifications.categories import TOTAL, category_of
from analysis.cleaning.periods import parse_period, period_code
from analysis.errors import DataError, name_some
from analysis.intervals.formula import FormulaError
from analysis.missing import STATUSES
from analysis.register.formulas import parse
from analysis.register.relations import Recomputed, Register, recompute
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable

DESCRIPTIONS = "tables.toml"
_FIXED = ("period", "measure", "claim")
_OWN_WIDTH = "rounding"
_OWN_STATUS = "status"
_DESCRIBED = {"dimensions", "licence", "measures", "retrieved", "status", "title"}
_OF_CLAIMS = {"claim_unit", "claim_periods"}
_OF_MEASURE = {"title", "unit", "rounding", "signed", "quantity"} | _OF_CLAIMS


def document_tables(folder: Path, register: Register) -> list[NewTable]:
    """Return the tables of one document, from its folder and the register.

    Raises
    ------
    DataError
        When a file is not described or a description has no file; when a column, label, period, measure or claim is
        not what the description and the register say.
    """
    described = read_description(folder / DESCRIPTIONS, ("defaults", "tables"), _DESCRIBED)
    files = {path.stem for path in folder.glob("*.csv")}
    if files != set(described["tables"]):
        odd = name_some(sorted(files ^ set(described["tables"])))
        raise DataError(f"{folder}: expected one CSV for each table of {DESCRIPTIONS}, found a difference: {odd}.")
    return [
        _table(folder / f"{name}.csv", {**described["defaults"], **about}, register)
        for name, about in described["tables"].items()
    ]


def _table(path: Path, about: dict[str, Any], register: Register) -> NewTable:
    _check_description(path, about)
    page = read_page(path)
    dimensions = [column for column in page if column not in (*_FIXED, _OWN_WIDTH, _OWN_STATUS)]
    _check_page(path, page, dimensions, about)
    codes = {name: _codes(name, page[name]) for name in dimensions}
    used = [_figure(row, about["measures"], register, place) for place, row in _rows(path, page)]
    frame = pd.DataFrame({"measure": page["measure"]})
    for name in dimensions:
        frame[name] = page[name].map({code.label: code.code for code in codes[name]})
    frame["period"] = [_period(row["period"], place) for place, row in _rows(path, page)]
    frame["value"] = [_printed(result.value) for result, _ in used]
    frame["status"] = [own or about["status"] for own in _own(page, _OWN_STATUS)]
    frame["rounding"] = [own or _width(result) for own, (result, _) in zip(_own(page, _OWN_WIDTH), used, strict=True)]
    keys = ["measure", *dimensions, "period"]
    if frame.duplicated(keys).any():
        twice = ", ".join(frame[frame.duplicated(keys)].iloc[0][keys])
        raise DataError(f"{path}: expected each figure once, found {twice} more than once.")
    claims = {name for _, names in used for name in names}
    return NewTable(
        id=f"{path.parent.name}-{path.stem}",
        title=about["title"],
        platform="document",
        modified=None,
        retrieved=about["retrieved"],
        coverage="partial",
        licence=about["licence"],
        attribution=_attribution(claims, register),
        metadata=TableMetadata(
            dimensions=tuple(Dimension(name, name, codes[name]) for name in dimensions),
            measures=_measures(about["measures"], frame),
            periods=period_statuses(frame),
            source_note="Taken from the findings register, where each figure stands with its place and wording.",
            sources=_places(claims, register),
            notes=tuple(about.get("notes", ())),
            as_of=tuple(about.get("as_of", ())),
        ),
        frame=frame,
    )


def _check_description(path: Path, about: dict[str, Any]) -> None:
    """Refuse a description of a status or measure that is not known."""
    if about["status"] not in STATUSES:
        raise DataError(f"{path}: expected a status that is one of {', '.join(STATUSES)}, found {about['status']!r}.")
    for measure, described in about["measures"].items():
        if not {"title", "unit"} <= set(described) <= _OF_MEASURE:
            keys = ", ".join(sorted(_OF_MEASURE))
            raise DataError(f"{path}, measure {measure}: expected title, unit and of {keys}; found {list(described)}.")


def _check_page(path: Path, page: pd.DataFrame, dimensions: list[str], about: dict[str, Any]) -> None:
    """Refuse a page whose columns, measures, labels or statuses are not what its description says."""
    if not set(_FIXED) <= set(page):
        raise DataError(f"{path}: expected the columns {', '.join(_FIXED)}, found {', '.join(page)}.")
    if strange := [name for name in dimensions if name not in about["dimensions"]]:
        raise DataError(f"{path}: column {name_some(strange)} is not among the dimensions in {DESCRIPTIONS}.")
    if strange := sorted(set(page["measure"]) ^ set(about["measures"])):
        raise DataError(f"{path}, column measure: {name_some(strange)} stands in one of it and {DESCRIPTIONS} only.")
    for place, row in _rows(path, page):
        if blank := [name for name in dimensions if row[name] != row[name].strip() or not row[name]]:
            raise DataError(f"{place}, column {blank[0]}: expected a label without blanks, found {row[blank[0]]!r}.")
        if (own := row.get(_OWN_STATUS)) and own not in STATUSES:
            raise DataError(f"{place}, column status: expected one of {', '.join(STATUSES)}, found {own!r}.")


def _rows(path: Path, page: pd.DataFrame) -> list[tuple[str, dict[str, str]]]:
    """Return each row with its place, for messages."""
    return [(f"{path}, row {number}", row) for number, row in enumerate(page.to_dict("records"), start=2)]


def _period(text: str, place: str) -> str:
    try:
        return period_code(parse_period(text))
    except DataError as fault:
        raise DataError(f"{place}, column period: {fault}") from fault


def period_statuses(frame: pd.DataFrame) -> dict[str, str]:
    """Give each period the least final status that one of its figures has."""
    order = frame["status"].map(STATUSES.index)
    worst = order.groupby(frame["period"], sort=True).max()
    return {str(period): STATUSES[rank] for period, rank in worst.items()}


def _own(page: pd.DataFrame, column: str) -> pd.Series:
    """Return an optional column, empty where the file lacks it."""
    return page[column] if column in page else pd.Series("", index=page.index)


def _measures(described: dict[str, dict[str, Any]], frame: pd.DataFrame) -> tuple[Measure, ...]:
    """Return the measures of a table; where none is described, the rounding is the widest of the figures."""
    widest = frame["rounding"].astype(float).groupby(frame["measure"], observed=True).max()
    return tuple(
        Measure(
            **{"code": code, "quantity": code, "rounding": float(widest[code])}
            | {name: value for name, value in given.items() if name not in _OF_CLAIMS}
        )
        for code, given in described.items()
    )


def _codes(dimension: str, labels: pd.Series) -> tuple[Code, ...]:
    """Return the categories of a dimension in the order of the document."""
    codes = []
    for label in dict.fromkeys(labels):
        category = TOTAL if label == TOTAL else category_of(dimension, "", label)
        codes.append(Code(category or label, label, category))
    return tuple(codes)


def _figure(
    row: dict[str, str], measures: dict[str, dict[str, Any]], register: Register, place: str
) -> tuple[Recomputed, list[str]]:
    """Return what a claim, or a formula of claims, gives, and the claims that it is made of."""
    text = row["claim"]
    try:
        tree = parse(text if "[" in text else f"[{text}]")
        operands = {name: register.claims[name].interval for name in tree.claims()}
    except (FormulaError, KeyError) as fault:
        raise DataError(f"{place}: expected a claim of the register or a formula, found {text!r} ({fault}).") from fault
    if None in operands.values():
        raise DataError(f"{place}, column claim: expected claims with a number, found a statement in {text!r}.")
    check_fit(tree, register.claims, row["period"], measures[row["measure"]], place)
    return recompute(tree, operands), list(operands)


def _width(result: Recomputed) -> str:
    """Return the width of an interval round the value that holds the whole range: figures carry rounding that way."""
    return _printed(2 * max(result.hi - result.value, result.value - result.lo))


def _printed(value: Fraction | float) -> str:
    exact = Fraction(value)
    return str(exact.numerator) if exact.denominator == 1 else f"{float(exact):.10g}"


def _attribution(claims: set[str], register: Register) -> str:
    """Return the sources that the documents name for these figures, and the documents that printed them."""
    used = [register.claims[name] for name in claims]
    sources = sorted({name for claim in used for name in claim.row["source"].split(", ")} - {"document"})
    titles = sorted({register.documents[claim.document]["title"] for claim in used})
    return f"{', '.join(sources)} ({'; '.join(titles)})" if sources else "; ".join(titles)


def _places(claims: set[str], register: Register) -> tuple[str, ...]:
    """Return the document and location of each figure, once."""
    used = [register.claims[name] for name in claims]
    titles = {name: about["title"] for name, about in register.documents.items()}
    return tuple(sorted({f"{titles[claim.document]}, {claim.row['location']}" for claim in used}))
