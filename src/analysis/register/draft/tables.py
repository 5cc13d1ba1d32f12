"""The numbers of tables: unit and step by column, period and group by row, column and caption."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analysis.classifications.categories import TOTAL
from analysis.register.draft.alignment import columns_of
from analysis.register.draft.candidate import CHANGE, GROWTH, LEVEL, MEAN, RATIO, SHARE, Candidate, Memory
from analysis.register.draft.document import Block, TableRow
from analysis.register.draft.grammar import words
from analysis.register.draft.groups import GroupMention, group_of, groups_in, names_total
from analysis.register.draft.numbers import Printed, numbers_in
from analysis.register.draft.periods import compares_with_baseline, periods_in, span, year_before

_CHANGED = re.compile(
    r"ontwikkeling|verandering|toename|afname|groei|mutatie|verschil|t\.o\.v\.|ten opzichte|change|growth|increase"
)
_MEASURE = re.compile(
    r"^\W*(?:aantal|aandeel|instroom|uitstroom|in %|percentage|gemiddeld|onderste|bovenste|stand|saldo|landelijk"
    r"|waarvan|number|share|mean|inflow|outflow)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\bper \d{1,2} [a-z]+ \d{4}")
_PER = re.compile(r"\bper 100[.,]?000\b")
_QUARTERLY = re.compile(r"gemiddeld per kwartaal|average per quarter|mean per quarter")


@dataclass(frozen=True)
class _Cell:
    row: int
    column: int
    number: Printed


def table_candidates(block: Block, memory: Memory) -> Iterator[Candidate]:
    """Return the candidates of a table."""
    cells = list(_cells(block, memory))
    zeros = _zeros(block, [cell for cell in cells if not _PER.search(block.rows[cell.row].label)])
    changed = _changed_columns(block, cells)
    by_row = _groups_by_row(block)
    for cell in cells:
        column = block.columns[cell.column] if cell.column < len(block.columns) else ""
        yield _candidate(block, memory, cell, column, zeros, changed, by_row[cell.row])


def _groups_by_row(block: Block) -> list[list[GroupMention]]:
    """Return the groups that the label of each row names; where columns are schemes, one in a label is none."""
    columns = any(each.dimension == "scheme" for name in block.columns for each in groups_in(name))
    found: list[list[GroupMention]] = []
    for row in block.rows:
        found.append(_row_groups(row, found[-1] if found else []))
    return [[each for each in named if not (columns and each.dimension == "scheme")] for named in found]


def _cells(block: Block, memory: Memory) -> Iterator[_Cell]:
    columns = columns_of(block, memory.comma)
    for index, row in enumerate(block.rows):
        for column, text in zip(columns[index], row.cells, strict=True):
            number = next(numbers_in(text, memory.comma), None)
            if number is not None:
                yield _Cell(index, column, replace(number, reason="", text=text.strip("()")))


def _zeros(block: Block, cells: list[_Cell]) -> dict[int, int]:
    """Return to how many zeros the counts of each column are rounded, counts of several columns alike."""
    plain = [cell for cell in cells if _is_count(cell.number)]
    by_row = all("%" not in cell.number.text for cell in cells)
    zeros = {}
    for cell in plain:
        alike = [each.number for each in plain if by_row or each.column == cell.column]
        zeros[cell.column] = min((each.zeros for each in alike if each.value), default=0)
    return zeros


def _is_count(number: Printed) -> bool:
    return number.step == "1" and not number.unit.startswith(("percent", "million")) and number.value.denominator == 1


def _changed_columns(block: Block, cells: list[_Cell]) -> set[int]:
    """Return the columns that hold changes, where header or caption says that some do."""
    named = {index for index, name in enumerate(block.columns) if _CHANGED.search(name.lower())}
    if named:
        shares = [cell for cell in cells if cell.number.value < 0 and "%" in cell.number.text]
        after = {cell.column for cell in shares if cell.column > max(named)}
        return named | after
    if not _CHANGED.search(f"{block.header} {block.caption}".lower()) or block.columns:
        return set()
    signed = [cell.column for cell in cells if cell.number.value < 0]
    width = max((cell.column for cell in cells), default=0) + 1
    first = min(signed, default=width // 2 if width > 1 else 0)
    return set(range(first, width)) if first or width == 1 else set()


def _row_groups(row: TableRow, before: list[GroupMention]) -> list[GroupMention]:
    """Return the groups of a row; a part of the group above it, such as a place of birth, goes with that group."""
    named, dimensions = groups_in(row.label), {each.dimension for each in before}
    carries = {each.dimension for each in named} == {"birth"} and dimensions >= {"origin", "birth"}
    return [*(each for each in before if carries and each.dimension == "origin"), *named]


def _candidate(
    block: Block,
    memory: Memory,
    cell: _Cell,
    column: str,
    zeros: dict[int, int],
    changed: set[int],
    row_groups: list[GroupMention],
) -> Candidate:
    row, number = block.rows[cell.row], cell.number
    is_change = cell.column in changed
    percent = "%" in number.text
    unit, kind = _unit(block, row, column, number, percent, is_change)
    step = number.step
    if _is_count(number) and unit not in ("percent", "per 100000", "ratio", "years", "fte"):
        step = str(10 ** min(zeros.get(cell.column, 0), 4))
    if number.wording == "" and unit.startswith(("companies", "municipalities")):
        step = "0"
    source = "5" if kind == CHANGE and step == "10" else ""
    words_of = " ".join(filter(None, (row.section, row.label, column)))
    quoted = " ".join(f"{words_of} {number.text}".split()[-25:])
    group = _group(block, row, column, row_groups)
    period = _period(block, row, column, is_change, memory)
    return Candidate(
        "", block.page, block.caption or block.heading, quoted, number.text, number.value, unit, step, source, "", kind,
        _quantity(block, row, column), group, period, row=cell.row, column=cell.column,
    )  # fmt: skip


def _unit(block: Block, row: TableRow, column: str, number: Printed, percent: bool, is_change: bool) -> tuple[str, str]:
    words_of = [column.lower(), block.header.lower(), block.caption.lower(), row.label.lower(), row.section.lower()]
    if percent or (re.search(r"in %|percentage", row.label.lower()) and number.value.denominator != 1):
        return _percent_unit(words_of), GROWTH if is_change else SHARE
    if number.unit.startswith(("euro", "million", "billion")):
        millions = re.search(r"\b(?:mln|miljoen|million)\b", column.lower())
        return "million euro" if millions else "euro", LEVEL if millions else MEAN
    if _PER.search(row.label):
        return "per 100000", RATIO
    mean = _QUARTERLY.search(words_of[2])
    if number.value.denominator != 1 and re.search(r"ratio|verhouding", " ".join(words_of)) and abs(number.value) < 10:
        return "ratio", RATIO
    if (
        number.value.denominator != 1
        and re.search(r"fte|omvang van het dienstverband|deeltijd", " ".join(words_of))
        and abs(number.value) <= 2
    ):
        return "fte", MEAN
    if re.search(r"\bleeftijd van|gemiddelde leeftijd|mean age|average age", words_of[2]):
        return "years", MEAN
    unit = next(
        (
            name
            for text in words_of
            for name, nouns in words("units")
            if not name.startswith(("percent", "years", "hours", "SE")) and re.search(rf"\b{nouns.pattern}", text)
        ),
        "",
    )
    if unit == "persons" or not unit:
        unit = "persons per quarter" if mean else "persons"
    return unit, CHANGE if is_change else MEAN if mean else LEVEL


def _percent_unit(words_of: list[str]) -> str:
    return "percent of WML" if re.search(r"loonwaarde\b.*minimumloon", words_of[2]) else "percent"


def _group(block: Block, row: TableRow, column: str, row_groups: list[GroupMention]) -> str:
    """Return the group of a cell: what row and column name, in the words of the label where they are no known group."""
    column_groups = groups_in(column)
    mentions = [
        *row_groups,
        *(each for each in column_groups if each.dimension not in {one.dimension for one in row_groups}),
    ]
    if mentions:
        return group_of(mentions)
    if names_total(row.label) or not row.label:
        return TOTAL
    if any(groups_in(each) for each in block.columns) or _MEASURE.search(row.label) or periods_in(row.label):
        return TOTAL
    return re.sub(r"[*¹²³]+$|\s+\d\)?$", "", row.label).strip()


def _period(block: Block, row: TableRow, column: str, is_change: bool, memory: Memory) -> str:
    if _QUARTERLY.search(block.caption.lower()) and (named := periods_in(block.caption)):
        return f"{named[-1].period[:4]}Q1-Q4 mean"
    texts = [
        column,
        row.label,
        row.section,
        block.caption,
        block.header,
        *(each.label for each in block.rows if not _DAY.search(each.label.lower())),
    ]
    if is_change:  # what a column of changes names is what it compares with
        texts = [row.label, block.caption, block.header, column]
    named = next((found for text in texts if (found := [each for each in periods_in(text) if not each.reference])), [])
    period = named[0].period if named else memory.period if not block.caption else memory.main
    if not is_change:
        return period
    compared = [
        each.period
        for text in (column, block.header, block.caption)
        for each in periods_in(text)
        if each.period < period
    ]
    if not compared and memory.baseline and compares_with_baseline(f"{block.caption} {block.header}"):
        compared = [memory.baseline]
    return span(compared[-1] if compared else year_before(period), period)


def _quantity(block: Block, row: TableRow, column: str) -> str:
    caption = re.sub(r"^\W*\w+ \d+\w?[:.]?\s*", "", block.caption)
    measure = row.label if _MEASURE.search(row.label) else ""
    return " | ".join(filter(None, (caption[:110].strip(), row.section, measure, column))) or "not said"
