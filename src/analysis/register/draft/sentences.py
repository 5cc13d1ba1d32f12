"""A sentence as it is read: its numbers, the periods and groups it names, and what the text before has in mind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from analysis.register.draft.candidate import Memory
from analysis.register.draft.groups import GroupMention
from analysis.register.draft.numbers import Printed
from analysis.register.draft.periods import Mention

_ABBREVIATED = re.compile(
    r"(?:\b(?:t\.o\.v|t\.b\.v|bijv|ca|nr|art|resp|o\.a|d\.w\.z|incl|excl|evt|mln|mld|prof|dr|e\.g|i\.e|no)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_END = re.compile(r"(?:(?<=\D)[.!?]['’”)\]]{0,2}\d{0,2}|(?<=\d)[.!?])\s+(?=[A-ZÀ-Ý‘“•€\d–-])")
_LONGEST = 2000
"""Characters of a sentence: the longest of official texts have some 600."""
AFTER_PREPOSITION = (
    r"(?:\b(?:bijna|ruim|circa|ca\.|ongeveer|zo.n|meer dan|nearly|over|about|some|gemiddeld|liefst|nog eens|in totaal"
    r"|relatief)\s)?"
    r"[€(]?\s?$"
)
"""What may stand between a preposition and its number."""
TO = re.compile(r"\b(?:naar|tot|op|richting|uit op|to)\s" + AFTER_PREPOSITION)
FROM = re.compile(r"\b(?:van|from)\s" + AFTER_PREPOSITION)
BREAK = re.compile(
    r"[,;:]|\b(?:en|terwijl|maar|(?<!jonger )(?<!ouder )dan|tegenover|of|and|while|but)\b"
    r"|\b(?:was|waren|is|werd|werden|ontving|ontvingen|hadden)\b"
)
"""Where a clause ends, or its verb stands: what comes behind is said of something else."""


def sentences_of(text: str) -> Iterator[tuple[int, str]]:
    """Return the sentences of a text with where each begins; what goes on without end is cut at a blank."""
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATED.search(text[max(start, match.start() - 12) : match.start() + 1]):
            continue
        yield from _cut(start, text[start : match.end()])
        start = match.end()
    yield from _cut(start, text[start:])


def _cut(start: int, sentence: str) -> Iterator[tuple[int, str]]:
    while len(sentence) > _LONGEST:
        at = sentence.rfind(" ", 1, _LONGEST) + 1 or _LONGEST
        yield start, sentence[:at]
        start, sentence = start + at, sentence[at:]
    yield start, sentence


@dataclass
class Sentence:
    """A sentence with what is named in it; ``taken`` holds where groups stand that a number has already."""

    text: str
    numbers: list[Printed]
    periods: list[Mention]
    groups: list[GroupMention]
    memory: Memory
    heading_group: list[GroupMention]
    taken: set[int] = field(default_factory=set)

    @property
    def figures(self) -> list[Printed]:
        """The numbers that are figures."""
        return [each for each in self.numbers if not each.reason]
