"""Which column each cell of a table stands in, where a row has fewer cells than the table has columns."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from analysis.register.draft.document import Block, TableRow
from analysis.register.draft.groups import groups_in, names_total
from analysis.register.draft.numbers import Printed, numbers_in

_WIDEST = 8
"""Columns above which the places of cells are not tried."""
_LONGEST = 5
"""Rows of a sum, at the most, by which the place of a cell is known."""


def columns_of(block: Block, comma: str) -> list[list[int]]:
    """Return the columns of the cells of each row.

    Cells of an incomplete row stand to the right, or where notation or the label tell. Where they are sums of the
    cells above them in other columns, they stand there.
    """
    width = max((len(row.cells) for row in block.rows), default=0)
    above: list[dict[int, Printed]] = []
    found = []
    for row in block.rows:
        numbers = [next(numbers_in(cell, comma), None) for cell in row.cells]
        columns = _columns(block, row, width)
        if len(row.cells) < width <= _WIDEST and None not in numbers:
            columns = _by_sums(numbers, columns, above, width)
        found.append(columns)
        above.append({at: number for at, number in zip(columns, numbers, strict=True) if number is not None})
    return found


def _columns(block: Block, row: TableRow, width: int) -> list[int]:
    missing = width - len(row.cells)
    columns = [missing + each for each in range(len(row.cells))]
    total = names_total(row.label)
    if missing and total and re.search(r"%", " ".join(row.cells)):
        return _by_notation(block, row, columns)
    if missing and not total and block.columns:
        named = {each.name for each in groups_in(row.label)}
        for index, name in enumerate(block.columns[: missing + 1]):
            if named & {each.name for each in groups_in(name)}:
                return [index, *columns[1:]]
    return columns


def _by_notation(block: Block, row: TableRow, columns: list[int]) -> list[int]:
    """Return the columns of a row whose cells are noted as those of a full row are, with one left out between."""
    full = next((each for each in block.rows if len(each.cells) == len(row.cells) + 1), None)
    for left_out in range(len(full.cells)) if full else ():
        kept = [index for index in range(len(full.cells)) if index != left_out]
        if all(("%" in full.cells[index]) == ("%" in cell) for index, cell in zip(kept, row.cells, strict=True)):
            return kept
    return columns


def _by_sums(
    numbers: Sequence[Printed], columns: list[int], above: Sequence[Mapping[int, Printed]], width: int
) -> list[int]:
    """Return the columns in which most numbers are a sum of those above them; the usual ones where none is."""

    def points(chosen: Sequence[int]) -> tuple[int, int]:
        sums = sum(_is_sum(number, at, above) for number, at in zip(numbers, chosen, strict=True))
        filled = sum(len([row for row in above[-3:] if at in row]) > 1 for at in chosen)
        return sums, filled

    best = max(combinations(range(width), len(numbers)), key=points)
    return list(best) if points(best)[0] > points(columns)[0] else columns


def _is_sum(number: Printed, at: int, above: Sequence[Mapping[int, Printed]]) -> bool:
    """Tell whether a number is the sum of two or more right above it, as they are rounded."""
    for count in range(2, min(_LONGEST, len(above)) + 1):
        parts = [row[at] for row in above[-count:] if at in row]
        room = (len(parts) + 1) * float(number.step) / 2
        if len(parts) > 1 and abs(sum(float(part.value) for part in parts) - float(number.value)) <= room:
            return True
    return False
