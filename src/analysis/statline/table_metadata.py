"""A table as a platform describes it made into the metadata that a snapshot keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.classifications.categories import category_of
from analysis.errors import DataError
from analysis.missing import FINAL, PROVISIONAL, STATUSES
from analysis.snapshots.format import PERIOD_CODE, Code, Dimension, Measure, TableMetadata
from analysis.statline.catalogue import declared_measure, dimension_names, expected_of
from analysis.statline.figures import common_step
from analysis.statline.regions import region_attributes
from analysis.statline.wire_format import STATUS_OF_WORD, WireDimension, WireMeasure, WireTable

if TYPE_CHECKING:
    from analysis.statline.table_writer import TableWriter


@dataclass(frozen=True)
class CellEvidence:
    """What the cells of a measure show: the step of definitive and of provisional figures, and any below zero."""

    step: float | None = None
    provisional_step: float | None = None
    negative: bool = False


def evidence_of(table: WireTable, writer: TableWriter) -> dict[str, CellEvidence]:
    """Return what the cells show, by the code of their measure.

    Figures of provisional and of further provisional periods are taken apart: the wider step counts.
    """
    import numpy as np  # not before data came: the first requests need not wait for it

    keys, cells = writer.cells()
    statuses = [status_of(code.status) for code in sorted(table.time.codes, key=lambda code: code.code)]
    number = np.array([STATUSES.index(status) for status in statuses])
    seen = np.zeros((len(writer.measures.sorted), len(STATUSES), len(writer.kept_texts)), bool)
    seen[keys // writer.crossing(), number[keys % len(statuses)], cells] = True
    found = {}
    for measure, code in enumerate(writer.measures.sorted):
        texts = [[writer.kept_texts[at] for at in np.flatnonzero(shown)] for shown in seen[measure]]
        steps = [common_step(each) for each in texts]
        provisional = [step for step, status in zip(steps, STATUSES, strict=True) if status != FINAL and step]
        found[code] = CellEvidence(
            steps[STATUSES.index(FINAL)],
            max(provisional, default=None),
            any(text.startswith("-") for each in texts for text in each),
        )
    return found


def evidence_before(metadata: TableMetadata) -> dict[str, CellEvidence]:
    """Return what the cells of an older vintage showed, for a table that is taken over from it."""
    return {
        each.code: CellEvidence(each.rounding, each.provisional_rounding, each.signed) for each in metadata.measures
    }


def texts_before(metadata: TableMetadata, table: WireTable) -> dict[str, dict[str, str]]:
    """Return the words of each topic for each region as an older vintage has them."""
    codes = [code for dimension in metadata.dimensions for code in dimension.codes]
    return {
        topic.key: {code.code: code.attributes[topic.title] for code in codes if topic.title in code.attributes}
        for topic in table.texts
    }


def metadata_of(
    table: WireTable, evidence: Mapping[str, CellEvidence], texts: dict[str, dict[str, str]] | None = None
) -> TableMetadata:
    """Return the metadata of a table as a snapshot keeps them; codes are kept, categories stand beside them.

    Parameters
    ----------
    table : WireTable
    evidence : mapping of str to CellEvidence
        What the cells of each measure show: the rounding of one that the catalogue does not declare.
    texts : dict of str to dict, optional
        For each topic of words, by its key, its word for each region.

    Raises
    ------
    DataError
        When a declared measure has a figure below zero that it cannot have.
    """
    names = dimension_names(table)
    measures = (_measure(measure, table, evidence.get(measure.code, CellEvidence())) for measure in table.numbers)
    return TableMetadata(
        dimensions=tuple(
            Dimension(names[dimension.key], dimension.title, _codes(dimension, names[dimension.key], table, texts))
            for dimension in table.others
        ),
        measures=tuple(sorted(measures, key=lambda measure: measure.code)),
        periods={code.code: status_of(code.status) for code in sorted(table.time.codes, key=lambda known: known.code)},
        source_note=table.description,
        notes=expected_of(table.id).notes,
    )


def status_of(word: str) -> str:
    """Return the status that CBS's word means; a word that is not known counts as provisional."""
    return STATUS_OF_WORD.get(word, PROVISIONAL)


def check_periods(table: WireTable) -> None:
    """Refuse periods that are no months, quarters or years: the ordinary reader reads no table that has one."""
    last = {"MM": 12, "KW": 4, "JJ": 0}
    for code in table.time.codes:
        found = PERIOD_CODE.fullmatch(code.code)
        if not found or not min(last[found[2]], 1) <= int(found[3]) <= last[found[2]]:
            raise DataError(
                f"table {table.id}, column {table.time.key}: expected months, quarters and years, found {code.code!r} "
                f"({code.title}). The workbench reads no such periods."
            )


def _codes(
    dimension: WireDimension, name: str, table: WireTable, texts: dict[str, dict[str, str]] | None
) -> tuple[Code, ...]:
    """Return the codes of a dimension; of two that mean one category, the first by code has it."""
    attributes: dict[str, dict[str, str]] = {}
    if dimension == table.regions:
        titles = {topic.key: topic.title for topic in table.texts}
        attributes = region_attributes(dimension, {titles[key]: words for key, words in (texts or {}).items()})
    codes: list[Code] = []
    taken: set[str | None] = set()
    for code in sorted(dimension.codes, key=lambda known: known.code):
        category = category_of(name, code.code, code.title)
        codes.append(
            Code(code.code, code.title, None if category in taken else category, attributes.get(code.code, {}))
        )
        taken.add(category)
    return tuple(codes)


def _measure(measure: WireMeasure, table: WireTable, shown: CellEvidence) -> Measure:
    known = declared_measure(measure, table)
    if known and shown.negative and not known.get("signed", False):
        raise DataError(
            f"table {table.id}, column {measure.key}: expected a count, found a figure below zero. If it can be one, "
            "the catalogue has to say so (signed)."
        )
    if known:
        return Measure(measure.code, measure.title, **known)
    width = shown.step or shown.provisional_step or 10.0**-measure.decimals
    unit = measure.unit.strip() or "number"
    return Measure(
        measure.code, measure.title, measure.code, unit, width, shown.provisional_step, signed=shown.negative
    )
