"""Every number of a document as a candidate for its register, with what the text says of it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from analysis.register.draft.candidate import Candidate, Memory
from analysis.register.draft.document import PARAGRAPH, Block, Document
from analysis.register.draft.groups import groups_in
from analysis.register.draft.numbers import decimal_mark
from analysis.register.draft.periods import baseline_of, main_period
from analysis.register.draft.prose import prose_candidates
from analysis.register.draft.tables import table_candidates


def candidates_of(document: Document) -> list[Candidate]:
    """Return the candidates of a document, figures and what is none, in the order of its text."""
    text, main = document.text, main_period(map(_text, document.blocks), document.name)
    memory = Memory(main, decimal_mark(text), _universe(document), baseline_of(text))
    found: list[Candidate] = []
    for index, block in enumerate(document.blocks):
        read = prose_candidates if block.kind == PARAGRAPH else table_candidates
        found += [replace(each, block=index) for each in read(block, memory)]
    return list(_numbered(found, slug(document.name)))


def _numbered(found: list[Candidate], prefix: str) -> Iterator[Candidate]:
    for number, each in enumerate(found, start=1):
        location = each.location or f"page {each.page}, before the first heading"
        yield replace(each, id=f"{prefix}-{number:03}", location=location)


def _text(block: Block) -> str:
    return " ".join([block.caption, block.header, block.text])


def _universe(document: Document) -> frozenset[str]:
    """Return the groups that are what a document is about: named in most of its paragraphs, they part nothing."""
    blocks = [
        {each.name for each in groups_in(_text(block)) if each.dimension == "scheme"}
        for block in document.blocks
        if len(block.text) > 200
    ]
    times = Counter(name for named in blocks for name in named)
    return frozenset(name for name, count in times.items() if count > 0.6 * len(blocks))


def slug(name: str) -> str:
    """Return a name in lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "draft"
