"""A document as blocks: paragraphs, headings and tables, each with its page and the heading that it stands under."""

from collections.abc import Iterator
from dataclasses import dataclass

PARAGRAPH, TABLE = "paragraph", "table"


@dataclass(frozen=True)
class TableRow:
    """A row of a table: its label, the heading of its part of the table, and its cells from left to right."""

    label: str
    cells: tuple[str, ...]
    section: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph or a table of a document.

    ``heading`` is the heading or the caption that it stands under; ``columns`` names the columns of a table as far as
    they can be told apart, ``header`` is all that stands above its first row.
    """

    kind: str
    page: int
    heading: str
    text: str = ""
    caption: str = ""
    header: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()


@dataclass(frozen=True)
class Document:
    """The blocks of a document in the order of its text; ``notes`` says what could not be read, such as pictures."""

    name: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of its words, for what is asked of the document as a whole."""
        return "\n".join(part for block in self.blocks for part in _parts(block))


def _parts(block: Block) -> Iterator[str]:
    yield from filter(None, (block.caption or block.heading, block.header, block.text))
    yield from (" ".join((row.label, *row.cells)) for row in block.rows)
