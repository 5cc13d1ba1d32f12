"""Statements that compare: highest, in a row, mainly, stable, more, less; with the comparison that they make."""

import re
from collections.abc import Iterator

from analysis.register.draft.candidate import STATEMENT, Candidate, quote
from analysis.register.draft.document import Block
from analysis.register.draft.grammar import words
from analysis.register.draft.groups import group_of
from analysis.register.draft.sentences import Sentence

COMPARISONS = {
    "highest": "highest([this], [the others])",
    "lowest": "lowest([this], [the others])",
    "in_a_row": "all([each period] > [the one before])",
    "mainly": "highest([this change], [the other changes]) or a share above 50",
    "stable": "abs(growth([now], [before])) < 0.5",
    "more": "[this] > [the other]",
    "less": "[this] < [the other]",
    "rise": "[now] > [before]",
    "fall": "[now] < [before]",
}
"""The comparison that each kind of statement makes, in the language of formulas, with what has to be named in words."""


def statement_candidates(block: Block, read: Sentence) -> Iterator[Candidate]:
    """Return the statement that a sentence makes, the strongest word of it alone."""
    lower, memory = read.text.lower(), read.memory
    for name, each in words("statements"):
        match = each.search(lower)
        if match is None or len(read.text.split()) < 5:
            continue
        stated = [mention.period for mention in read.periods if not mention.reference]
        period = stated[-1] if stated else memory.period or memory.main
        location, quoted = block.heading or block.caption, quote(read.text, *match.span())
        printed, quantity = re.sub(r"\s+", " ", match[0]), f"{name}: {COMPARISONS[name]}"
        yield Candidate(
            "", block.page, location, quoted, printed, None, "", "", "", "", STATEMENT, quantity, group_of(read.groups),
            period, start=match.start(),
        )  # fmt: skip
        return
