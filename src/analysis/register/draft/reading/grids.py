"""Tables that a file has as rows of cells, as blocks of a document."""

import re
from collections.abc import Sequence

from analysis.register.draft.document import TABLE, Block, TableRow
from analysis.register.draft.lines import CELL, YEAR
from analysis.register.draft.reading.text import one_line

_NUMBER = re.compile(CELL)


def grid_block(page: int, heading: str, caption: str, rows: Sequence[Sequence[str]]) -> Block | None:
    """Return a table of cells; None where it holds no numbers.

    The rows above the first with numbers name the columns; a row with a label alone begins a part of the table.
    """
    cleaned = [[one_line(cell) for cell in row] for row in rows]
    cleaned = [row for row in cleaned if any(row)]
    first = next((index for index, row in enumerate(cleaned) if _figures(row[1:])), None)
    if first is None:
        return None
    width = max(len(row) for row in cleaned)
    head = [row + [""] * (width - len(row)) for row in cleaned[:first]]
    columns = tuple(" ".join(dict.fromkeys(filter(None, (row[column] for row in head)))) for column in range(1, width))
    section, parts = "", []
    for row in cleaned[first:]:
        cells = tuple(cell if _NUMBER.fullmatch(cell) else "" for cell in (row[1:] + [""] * (width - len(row))))
        if not any(cells):
            section = next(filter(None, row), section)
            continue
        parts.append(TableRow(row[0], cells, section))
    return Block(TABLE, page, heading, "", caption, " ".join(filter(None, columns)), columns, tuple(parts))


def _figures(cells: Sequence[str]) -> bool:
    """Tell whether cells hold numbers that are not all years."""
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    return any(not YEAR.fullmatch(cell) for cell in numbers)
