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
from published.files import (
    DESCRIPTIONS,
    LIST,
    MARK,
    NAMED,
    NUMBER,
    TEXT,
    WIDTH,
    read_description,
    read_page,
    read_period,
)
from published.fits import check_fit

from analysis.checked_files import SOME_TEXT, Field, one_of
from analysis.classifications.categories import TOTAL, category_of
from analysis.errors import DataError, name_some
from analysis.intervals.formula import FormulaError
from analysis.missing import STATUSES
from analysis.register.formulas import parse
from analysis.register.relations import Register
from analysis.register.verdicts import Recomputed, recompute
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable

_OF_TABLE = {**dict.fromkeys(("licence", "retrieved", "title"), TEXT), "status": one_of(STATUSES), "measures": NAMED}
_OF_TABLE |= {"dimensions": Field(kind=list), "notes": LIST, "as_of": LIST}
_OF_CLAIMS = {"claim_unit": Field(SOME_TEXT, optional=True), "claim_periods": LIST}
_OF_MEASURE = {"title": TEXT, "unit": TEXT, "quantity": Field(SOME_TEXT, optional=True), "rounding": NUMBER}
_OF_MEASURE |= {"signed": MARK, **_OF_CLAIMS}
_OF_PAGE = {"period": TEXT, "measure": TEXT, "claim": TEXT, "rounding": WIDTH}
_OF_PAGE |= {"status": one_of(("", *STATUSES), optional=True)}


def document_tables(folder: Path, register: Register) -> list[NewTable]:
    """Return the tables of one document, from its folder and the register.

    Raises
    ------
    DataError
        When a file is not described or a description has no file; when a column, label, period, measure or claim is
        not what the description and the register say.
    """
    _, tables = read_description(folder, ("defaults",), _OF_TABLE, _OF_MEASURE)
    return [_table(folder / f"{name}.csv", about, register) for name, about in tables.items()]


def _table(path: Path, about: dict[str, Any], register: Register) -> NewTable:
    classes = dict.fromkeys(about["dimensions"], Field(SOME_TEXT, "a label without blanks around it", optional=True))
    page, positions = read_page(path, _OF_PAGE | classes | {"measure": one_of(about["measures"])})
    rows = list(zip(positions, page.to_dict("records"), strict=True))
    if unused := sorted(set(about["measures"]) - set(page["measure"])):
        raise DataError(f"{path}: measure {name_some(unused)} of {DESCRIPTIONS} stands in no row.")
    dimensions = [column for column in page if column in about["dimensions"]]
    codes = {name: _codes(name, page[name]) for name in dimensions}
    used = [_figure(row, about["measures"], register, position) for position, row in rows]
    frame = pd.DataFrame({"measure": page["measure"]})
    for name in dimensions:
        frame[name] = page[name].map({code.label: code.code for code in codes[name]})
    frame["period"] = [read_period(row["period"], position) for position, row in rows]
    frame["value"] = [_printed(result.value) for result, _ in used]
    frame["status"] = [own or about["status"] for own in _own(page, "status")]
    frame["rounding"] = [own or _width(result) for own, (result, _) in zip(_own(page, "rounding"), used, strict=True)]
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
            sources=_locations(claims, register),
            notes=tuple(about.get("notes", ())),
            as_of=tuple(about.get("as_of", ())),
        ),
        frame=frame,
    )


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
    row: dict[str, str], measures: dict[str, dict[str, Any]], register: Register, position: str
) -> tuple[Recomputed, list[str]]:
    """Return what a claim, or a formula of claims, gives, and the claims that it is made of."""
    text = row["claim"]
    try:
        tree = parse(text if "[" in text else f"[{text}]")
        operands = {name: register.claims[name].interval for name in tree.claims()}
    except (FormulaError, KeyError) as fault:
        raise DataError(
            f"{position}: claim: expected a claim of the register or a formula, found {text!r} ({fault})."
        ) from fault
    if None in operands.values():
        raise DataError(f"{position}: claim: expected claims with a number, found a statement in {text!r}.")
    check_fit(tree, register.claims, row["period"], measures[row["measure"]], position)
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


def _locations(claims: set[str], register: Register) -> tuple[str, ...]:
    """Return the document and location of each figure, once."""
    used = [register.claims[name] for name in claims]
    titles = {name: about["title"] for name, about in register.documents.items()}
    return tuple(sorted({f"{titles[claim.document]}, {claim.row['location']}" for claim in used}))
