"""The numbers and statements of running text."""

import re
from collections.abc import Iterator
from dataclasses import replace

from analysis.register.draft.bearings import cluster, group_at, groups_within, period_at, with_heading
from analysis.register.draft.candidate import CHANGE, GROWTH, Candidate, Memory, pooled_step, quote
from analysis.register.draft.document import Block
from analysis.register.draft.groups import GroupMention, groups_in, pattern
from analysis.register.draft.kinds import kind_of, rated, unit_from_context
from analysis.register.draft.numbers import Printed, numbers_in
from analysis.register.draft.periods import periods_in
from analysis.register.draft.sentences import Sentence, sentences_of
from analysis.register.draft.statements import statement_candidates

_OF_HEADINGS = frozenset({"scheme", "sector", "contract"})


def prose_candidates(block: Block, memory: Memory) -> Iterator[Candidate]:
    """Return the candidates of a paragraph, and remember the period and group it ends with."""
    if block.heading != memory.heading:
        begin_section(memory, block.heading)
    memory.group = ""
    heading_group = [each for each in _outside(groups_in(block.heading), memory) if each.dimension in _OF_HEADINGS]
    text = re.sub(r"\[bookmark: \w+\]", lambda match: " " * len(match[0]), block.text)
    steps = _steps(text, memory)
    for number, (offset, sentence) in enumerate(sentences_of(text)):
        read = Sentence(
            sentence, list(numbers_in(sentence, memory.comma)), periods_in(sentence),
            _outside(groups_in(sentence), memory), memory, heading_group,
        )  # fmt: skip
        done: list[Candidate] = []
        for index, each in enumerate(read.numbers):
            found = _candidate(block, read, index, done, steps.get(offset + each.start, each.step))
            done.append(replace(found, sentence=number, start=offset + each.start))
        yield from done
        yield from (replace(each, sentence=number) for each in statement_candidates(block, read))
        _remember(read, done)


def begin_section(memory: Memory, heading: str) -> None:
    """Forget what the section before spoke of; a heading may name the period of its own."""
    memory.heading, memory.unit = heading, ""
    usual = max(memory.stated, key=lambda each: memory.stated[each], default=memory.main)
    keeps = memory.period == usual or (memory.period[:4] == usual[:4] and len(memory.period) < 8)
    memory.period = next((each.period for each in periods_in(heading)), memory.period if keeps else usual)


def _steps(text: str, memory: Memory) -> dict[int, str]:
    numbers = list(numbers_in(text, memory.comma))
    return {numbers[index].start: step for index, step in pooled_step(numbers).items()}


def _outside(groups: list[GroupMention], memory: Memory) -> list[GroupMention]:
    return [each for each in groups if each.name not in memory.universe]


def _candidate(block: Block, read: Sentence, index: int, done: list[Candidate], step: str) -> Candidate:
    number = read.numbers[index]
    before, after = read.text[: number.start].lower(), read.text[number.end :].lower()
    partner = _partner(read, index, done)
    kind, down = kind_of(read, index, partner)
    unit = number.unit or unit_from_context(read, number)
    unit, kind = rated(unit, kind, before, after)
    value = -abs(number.value) if down and kind in (CHANGE, GROWTH) else number.value
    group = partner.group if partner and not groups_within(read, number) else group_at(read, number)
    period = period_at(read, number, kind)
    if partner and (partner.kind in (CHANGE, GROWTH)) == (kind in (CHANGE, GROWTH)):
        period = partner.period
    if unit in ("municipalities", "companies", "areas", "moments", "places") and abs(value) < 1000:
        step = "0"
    source = "5" if kind == CHANGE and step == "10" else ""
    location, quoted = block.heading or block.caption, quote(read.text, number.start, number.end)
    return Candidate(
        "", block.page, location, quoted, number.text, value, unit, step, source, number.wording, kind,
        _quantity(read, number), group, period, number.reason,
    )  # fmt: skip


def _partner(read: Sentence, index: int, done: list[Candidate]) -> Candidate | None:
    """Return the number that another one in parentheses right behind it belongs to, as in "2.620 (6,8%)"."""
    number = read.numbers[index]
    for other in range(index - 1, -1, -1):
        between = read.text[read.numbers[other].end : number.start]
        if (
            len(between) > 45
            or ")" in between
            or ("(" not in between and not re.search(r"\([^()]*$", read.text[: number.start]))
        ):
            return None
        if not read.numbers[other].reason:
            return done[other] if re.fullmatch(r"[^(]{0,24}\(?[^(]{0,30}", between) else None
    return None


def _quantity(read: Sentence, number: Printed) -> str:
    """Return the words around a number that may say what it counts; a person writes it better."""
    after = re.split(r"[,;.()]", read.text[number.end :], maxsplit=1)[0].strip(" %")
    before = re.split(r"[,;.()]", read.text[: number.start])[-1].strip()
    if not before:  # a number in parentheses: the sentence says what it is of
        before = read.text[: number.start].strip(" (")
    return " ".join(f"{before} … {after}".split()[:16]).strip(" …") or "not said"


def _remember(read: Sentence, done: list[Candidate]) -> None:
    stated = [each.period for each in read.periods if not each.reference]
    if read.periods:
        read.memory.stated_last = read.periods[-1].period
    if stated:
        read.memory.period = stated[-1]
        read.memory.stated.update(stated)
    read.memory.group = (
        with_heading(cluster(read.groups, read.text), read)
        if read.groups
        else read.memory.group
        if pattern("carried").search(read.text[:60].lower())
        else ""
    )
    counts = [
        each.unit
        for each in done
        if each.is_figure
        and not each.unit.startswith(("percent", "ratio", "years", "euro", "million", "fte", "hours", "per"))
    ]
    if counts:
        read.memory.unit = counts[-1]
