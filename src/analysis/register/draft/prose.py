"""The numbers of running text: what kind each is, which way a change goes, and the period and group it is of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from analysis.register.draft.candidates import CHANGE, GROWTH, LEVEL, MEAN, RATIO, SHARE, Candidate, Memory, pooled_step, quote
from analysis.register.draft.document import Block
from analysis.register.draft.grammar import words
from analysis.register.draft.groups import TOTAL, GroupMention, group_of, groups_in, pattern
from analysis.register.draft.numbers import Printed, numbers_in
from analysis.register.draft.periods import Mention, compares_with_baseline, periods_in, span, year_before
from analysis.register.draft.statements import statement_candidates

_ABBREVIATED = re.compile(r"(?:\b(?:t\.o\.v|t\.b\.v|bijv|ca|nr|art|resp|o\.a|d\.w\.z|incl|excl|evt|mln|mld|prof|dr|e\.g|i\.e|no)|\b[A-Z])\.$", re.IGNORECASE)
_NOUN_OF = r"(?:stijging|daling|toename|afname|groei|krimp|verschil|increase|decrease|rise|fall|growth|decline)(?:\s[\w-]+){0,3}\s(?:van|of)(?:\s(?:slechts|maar))?\s?"
_WORDING = r"(?:\b(?:bijna|ruim|circa|ca\.|ongeveer|zo.n|meer dan|nearly|over|about|some|gemiddeld|liefst|nog eens|relatief)\s)?[€(]?\s?$"
_NOUN = re.compile(_NOUN_OF + _WORDING)
_BY = re.compile(r"\b(?:met|by)\s" + _WORDING)
_TO = re.compile(r"\b(?:naar|tot|op|richting|uit op|to)\s" + _WORDING)
_COMPARATIVE = re.compile(r"\s*%?\s*(?:\([^)]*\)\s*)?(?:[\w’-]+\s){0,2}?(?P<word>meer|minder|hoger|lager|groter|kleiner|extra|more|fewer|less|higher|lower)\b(?! (?:dan )?(?:voorzieningen|andere|re-integratie|twee|vijf|\d))")
_ADDED = re.compile(r"\bkwamen er\b.*\bbij\b|\bbij\s?gekomen\b|\bbij zijn gekomen\b")
_PER = re.compile(r"^\D{0,40}?\bper (kwartaal|maand|quarter|month)\b")
_BASE = re.compile(r"^\D{0,30}?\b(?:op (?:iedere|elke)|per) (100(?:[.,]?000)?)\b(?! ?%)")
_BREAK = re.compile(r"[,;:]|\b(?:en|terwijl|maar|(?<!jonger )(?<!ouder )dan|of|and|while|but|was|waren|is|werd|werden|ontving|ontvingen|hadden)\b")


_CLAUSE = re.compile(r"[,;:]|\b(?:en|terwijl|tegenover|maar|of|and|while|but)\b")
_JOINS = re.compile(r"%?\)?(?:\s[\w’-]+){0,2}?\s?(?:\(?in |over |per |van |eind |ultimo |voor |\()?")
_OF_HEADINGS = frozenset({"scheme", "sector", "contract"})
_SAME_NUMBER = frozenset({"sector", "contract"})
"""Dimensions that part what another group names, so that both are said of a number."""


def sentences_of(text: str) -> Iterator[tuple[int, str]]:
    """Return the sentences of a text with where each begins."""
    start = 0
    for match in re.finditer(r"(?:(?<=\D)[.!?]['’”)\]]{0,2}\d{0,2}|(?<=\d)[.!?])\s+(?=[A-ZÀ-Ý‘“•€\d–-])", text):
        if _ABBREVIATED.search(text[start : match.start() + 1]):
            continue
        yield start, text[start : match.end()]
        start = match.end()
    yield start, text[start:]


@dataclass
class _Sentence:
    text: str
    numbers: list[Printed]
    periods: list[Mention]
    groups: list[GroupMention]
    memory: Memory
    heading_group: list[GroupMention]
    taken: set[int] = field(default_factory=set)

    @property
    def figures(self) -> list[Printed]:
        return [each for each in self.numbers if not each.reason]


def prose_candidates(block: Block, memory: Memory) -> Iterator[Candidate]:
    """Return the candidates of a paragraph, and remember the period and group it ends with."""
    if block.heading != memory.heading:
        begin_section(memory, block.heading)
    memory.group = ""
    heading_group = [each for each in _outside(groups_in(block.heading), memory) if each.dimension in _OF_HEADINGS]
    text = re.sub(r"\[bookmark: \w+\]", lambda match: " " * len(match[0]), block.text)
    steps = _steps(text, memory)
    for number, (offset, sentence) in enumerate(sentences_of(text)):
        read = _Sentence(
            sentence, list(numbers_in(sentence, memory.comma)), periods_in(sentence),
            _outside(groups_in(sentence), memory), memory, heading_group,
        )  # fmt: skip
        done: list[Candidate] = []
        for index, each in enumerate(read.numbers):
            found = _candidate(block, read, index, done, steps.get(offset + each.start, each.step))
            done.append(replace(found, sentence=number, start=offset + each.start))
        yield from done
        yield from (replace(each, sentence=number) for each in statement_candidates(block, sentence, read.groups, memory))
        _remember(read, done)


def begin_section(memory: Memory, heading: str) -> None:
    """Forget what the section before spoke of; a heading may name the period of its own."""
    memory.heading, memory.unit = heading, ""
    usual = max(memory.stated, key=lambda each: memory.stated[each], default=memory.main)
    keeps = memory.period == usual or memory.period[:4] == usual[:4] and len(memory.period) < 8
    memory.period = next((each.period for each in periods_in(heading)), memory.period if keeps else usual)


def _steps(text: str, memory: Memory) -> dict[int, str]:
    numbers = [replace(each, start=each.start) for each in numbers_in(text, memory.comma)]
    return {numbers[index].start: step for index, step in pooled_step(numbers).items()}


def _outside(groups: list[GroupMention], memory: Memory) -> list[GroupMention]:
    return [each for each in groups if each.name not in memory.universe]


def _candidate(block: Block, read: _Sentence, index: int, done: list[Candidate], step: str) -> Candidate:
    number = read.numbers[index]
    before, after = read.text[: number.start].lower(), read.text[number.end :].lower()
    kind, down = _kind(read, index, done)
    unit = number.unit or _unit_from_context(read, number)
    unit, kind = _rate(unit, kind, before, after)
    value = -abs(number.value) if down and kind in (CHANGE, GROWTH) else number.value
    partner = _partner(read, index, done)
    group = partner.group if partner and not _groups_within(read, number) else _group(read, number)
    period = _period(read, number, kind)
    if partner and (partner.kind in (CHANGE, GROWTH)) == (kind in (CHANGE, GROWTH)):
        period = partner.period
    if unit in ("municipalities", "companies", "areas", "moments", "places") and abs(value) < 1000:
        step = "0"
    source = "5" if kind == CHANGE and step == "10" else ""
    return Candidate(
        "", block.page, block.heading or block.caption, quote(read.text, number.start, number.end), number.text, value, unit, step,
        source, number.wording, kind, _quantity(read, number, kind), group, period, number.reason,
    )  # fmt: skip


def _partner(read: _Sentence, index: int, done: list[Candidate]) -> Candidate | None:
    """Return the number that another one in parentheses right behind it belongs to, as in "2.620 (6,8%)"."""
    number = read.numbers[index]
    for other in range(index - 1, -1, -1):
        between = read.text[read.numbers[other].end : number.start]
        if len(between) > 45 or ")" in between or ("(" not in between and not re.search(r"\([^()]*$", read.text[: number.start])):
            return None
        if not read.numbers[other].reason:
            return done[other] if re.fullmatch(r"[^(]{0,24}\(?[^(]{0,30}", between) else None
    return None


def _kind(read: _Sentence, index: int, done: list[Candidate]) -> tuple[str, bool]:
    """Return what kind a number is, and whether it goes down."""
    number = read.numbers[index]
    before, after = read.text[: number.start].lower(), read.text[number.end :].lower()
    percent = number.unit.startswith("percent")
    change, other = (GROWTH, SHARE) if percent else (CHANGE, LEVEL)
    if number.unit == "ratio 1:n" or re.search(r"verhoudingsgetal|ratio", before):
        return RATIO, False
    if number.signed and not number.unit.startswith(("euro", "million", "billion")):
        return change, number.value < 0
    if re.search(r"\b(?:aandeel|percentage|share)\b", read.text.lower()) and percent and not number.signed and not _NOUN.search(before):
        return other, False
    partner = _partner(read, index, done)
    if partner and partner.kind in (CHANGE, GROWTH) and not re.match(r"[^)]{0,4}\bvan (?:het|de|alle|totaal)", after):
        return change, partner.value < 0
    if found := re.search(r"\b(meer|minder|hoger|lager|gestegen|gedaald)\s\($", before):
        return change, found[1] in ("minder", "lager", "gedaald")
    if re.search(r"(?:19|20)\d\d\s\($", before):
        return other, False
    if found := re.search(r"\b(stijging|daling|toename|afname|groei)\s(?:[^.;]{0,60})\($", before):
        return change, bool(_direction("down").match(found[1]))
    if found := _NOUN.search(before):
        return change, bool(_direction("down").match(found[0].strip()))
    if found := _COMPARATIVE.match(after):
        return change, found["word"] in ("minder", "lager", "kleiner", "fewer", "less", "lower")
    if (_BY.search(before) and not _TO.search(before) and _directions(read)) or (not percent and _ADDED.search(read.text.lower()) and index == len(read.numbers) - 1):
        return change, _goes_down(read, number)
    return other, False


def _direction(name: str) -> re.Pattern[str]:
    return dict(words("direction"))[name]


def _directions(read: _Sentence) -> list[tuple[int, bool]]:
    """Return where the words of a change stand, and whether each is one downwards."""
    lower = read.text.lower()
    return [(match.start() if len(match[0]) < 12 else match.end(), name == "down") for name in ("up", "down") for match in re.finditer(rf"\b{_direction(name).pattern}", lower)]


def _goes_down(read: _Sentence, number: Printed) -> bool:
    return min(_directions(read), key=lambda each: abs(each[0] - number.start), default=(0, number.value < 0))[1]


def _unit_from_context(read: _Sentence, number: Printed) -> str:
    """Return the unit of a count without one: what a count "aantal …" is of, a count beside it, or the one before."""
    lower = read.text.lower()
    if re.search(r"\bmiljoen|\bmln|\bmillion", number.text.lower()) and any(each.unit == "million euro" for each in read.numbers):
        return "million euro"
    if re.search(r"verhoudingsgetal", lower):
        return "per 100"
    if re.search(r"ratio|verhouding", lower) and number.value < 10:
        return "ratio"
    named = [(each.end(), name) for name, nouns in _counted_nouns() for each in re.finditer(rf"\b(?:aantal|inzet van|number of|voorziening)(?: [\w-]+){{0,2}}? ?{nouns.pattern}", lower)]
    named = [each for each in named if each[0] <= number.start] or named
    if named:
        return min(named, key=lambda each: abs(each[0] - number.start))[1]
    counts = [each for each in read.figures if each.unit and not each.unit.startswith(("percent", "years", "ratio", "fte", "hours"))]
    if counts:
        return min(counts, key=lambda each: abs(each.start - number.start)).unit
    if read.memory.unit:
        return read.memory.unit
    return next((name for name, nouns in _counted_nouns() if re.search(rf"\b{nouns.pattern}", lower)), "persons")


def _counted_nouns() -> list[tuple[str, re.Pattern[str]]]:
    return [each for each in words("units") if not each[0].startswith(("percent", "years", "hours", "fte", "SE", "moments"))]


def _rate(unit: str, kind: str, before: str, after: str) -> tuple[str, str]:
    """Return unit and kind of a number that is a rate, a mean or part of a wage."""
    if found := _BASE.match(after):
        return f"per {re.sub(r'[.,]', '', found[1])}", RATIO
    if (found := _PER.match(after)) and unit == "persons":
        return f"{unit} per {'quarter' if found[1] in ('kwartaal', 'quarter') else 'month'}", MEAN
    if re.search(r"\b(?:gemiddelde?|average|mean)\b[^,;]{0,60}$", before) and kind == LEVEL:
        kind = MEAN
    if unit == "percent" and kind == SHARE and re.search(r"\bloonwaarde\b[^.]{0,80}$", before):
        return "percent of WML", MEAN
    return unit, kind


def _groups_within(read: _Sentence, number: Printed) -> bool:
    """Tell whether the parentheses that a number stands in name a group behind it, as in "(waarvan 3.430 forfaitair)"."""
    closing = read.text.find(")", number.end)
    stop = _BREAK.search(read.text[number.end : closing].lower()) if closing > 0 else None
    end = number.end + stop.start() if stop else closing
    return any(number.end <= each.start < end for each in read.groups)


def _group(read: _Sentence, number: Printed) -> str:
    """Return the group that a number is of: what stands right after it, and before; else that of text before."""
    before, after, left, right = _around(read, number)
    before = [each for each in before if each.start not in read.taken] or before
    read.taken |= {each.start for each in after} if not number.reason else set()
    near = _cluster(after, read.text) or _cluster(before[::-1], read.text)[::-1]
    if near:
        others = [each for each in _cluster(before[::-1], read.text) if each.dimension not in {one.dimension for one in near}]
        if after and others and {each.dimension for each in others} <= _SAME_NUMBER:
            near = [*near, *others]
        return _with_heading(near, read)
    if pattern("carried").search(f"{read.text[left : number.start][-40:]} {read.text[number.end : number.end + 30]}".lower()) and read.memory.group:
        return read.memory.group
    if pattern("total").search(read.text[left : min(right, number.end + 30)].lower()):
        return TOTAL
    earlier = [each for each in read.groups if each.end <= number.start]
    parenthesised = re.search(r"\([^()]*$", read.text[: number.start]) is not None
    if earlier and not parenthesised and not re.search(r"[;]|\bterwijl\b", read.text[earlier[-1].end : number.start]):
        return _with_heading(_cluster(earlier[::-1], read.text)[::-1], read)
    if read.memory.group and pattern("carried").search(read.text[:60].lower()):
        return read.memory.group
    return group_of(read.heading_group)


def _with_heading(mentions: list[GroupMention], read: _Sentence) -> str:
    """Return the group of mentions; a sector or contract that the heading names goes with it."""
    own = {each.dimension for each in mentions}
    return group_of([*mentions, *(each for each in read.heading_group if each.dimension in _SAME_NUMBER and each.dimension not in own)])


def _around(read: _Sentence, number: Printed) -> tuple[list[GroupMention], list[GroupMention], int, int]:
    """Return the groups named before and after a number, up to the next ones, and where those stand."""
    figures = read.figures
    left = max((each.end for each in figures if each.end <= number.start), default=0)
    right = min((each.start for each in figures if each.start >= number.end), default=len(read.text))
    before = [each for each in read.groups if left <= each.start and each.end <= number.start + 1]
    rest = read.text[number.end : right].lower()
    stop, closing = _BREAK.search(rest), rest.find(")")
    limit = min(stop.start() if stop else 70, closing if re.search(r"\([^()]*$", read.text[: number.start]) and closing >= 0 else 70)
    after = [each for each in read.groups if number.end <= each.start < number.end + limit]
    close = before and not _CLAUSE.search(read.text[before[-1].end : number.start].lower()) and number.start - before[-1].end < 12
    return before, [] if close else after, left, right


def _cluster(mentions: list[GroupMention], text: str) -> list[GroupMention]:
    """Return the first mention and those that stand in one phrase with it."""
    kept = mentions[:1]
    for each in mentions[1:]:
        low, high = min(kept[-1].end, each.end), max(kept[-1].start, each.start)
        between = text[low:high].lower()
        if len(between) > 45 or re.search(r"[,;:]|\d|\b(?:en|of|dan|terwijl)\b", between) or each.dimension in {one.dimension for one in kept}:
            break
        kept.append(each)
    return kept


def _period(read: _Sentence, number: Printed, kind: str) -> str:
    level = _level_period(read, number, kind)
    if kind not in (CHANGE, GROWTH) or not level:
        return _moved(read, number, level)
    compared = [each.period for each in read.periods if each.reference and each.period < level and not _is_aside(read, each, number)]
    if not compared and read.memory.baseline and compares_with_baseline(read.text):
        compared = [read.memory.baseline]
    same = [each for each in read.periods if each.reference and each.period[:4] >= level[:4]]
    if same and not compared and not any(not each.reference for each in read.periods):
        level, compared = read.memory.main, [each.period for each in same if each.period[:4] < read.memory.main[:4]]
    return span(compared[-1] if compared else year_before(level), level)


def _is_aside(read: _Sentence, mention: Mention, number: Printed) -> bool:
    """Tell whether a period only dates what came before, as "sinds 2015," does before another clause."""
    return mention.end < number.start and "," in read.text[mention.end : number.start] and bool(re.search(r"\b(?:sinds|since)\s$", read.text[: mention.start].lower()))


def _moved(read: _Sentence, number: Printed, level: str) -> str:
    """Return the period of a level that something rose or fell to, or from: the end of the year, or of the one before."""
    before, after = read.text[: number.start].lower(), read.text[number.end :].lower()
    if not re.fullmatch(r"\d{4}", level) or not _directions(read):
        return level
    if re.search(r"\b(?:van|from)\s" + _WORDING, before) and re.match(r"\D{0,30}\b(?:naar|to)\b", after):
        return f"{year_before(level)}-12"
    return f"{level}-12" if _TO.search(before) else level


def _level_period(read: _Sentence, number: Printed, kind: str) -> str:
    """Return the period that the text gives a number: right after it, before it, else the one last spoken of."""
    text, mentions, moved = read.text, read.periods, kind in (CHANGE, GROWTH)
    following = next((each for each in mentions if each.start >= number.end), None)
    if following and not moved and _JOINS.fullmatch(text[number.end : following.start]):
        return following.period
    preceding = [each for each in mentions if each.end <= number.start]
    if preceding and not moved:
        between = text[preceding[-1].end : number.start].lower()
        if re.fullmatch(r"\s?\(", between) or re.match(r"\)?,?\s?(?:toen|then|when)\b", between):
            return preceding[-1].period
    if not moved and re.match(r"\s*(?:toen|then)\b", text.lower()) and read.memory.stated_last:
        return read.memory.stated_last
    stated = [each for each in preceding if not each.reference]
    later = [each for each in mentions if each.start >= number.end and not each.reference]
    if len(stated) == 2 and not moved and re.search(r"\b(?:van|from)\s" + _WORDING, text[: number.start].lower()) and re.match(r"\D{0,30}\b(?:naar|to)\b", text[number.end :]):
        return stated[0].period
    if stated or later:
        return (stated or later[::-1])[-1].period
    return read.memory.period or read.memory.main


def _quantity(read: _Sentence, number: Printed, kind: str) -> str:
    """Return the words around a number that may say what it counts; a person writes it better."""
    after = re.split(r"[,;.()]", read.text[number.end :], maxsplit=1)[0].strip(" %")
    before = re.split(r"[,;.()]", read.text[: number.start])[-1].strip()
    return " ".join(f"{kind}: {before} … {after}".split()[:16]).strip(" …")


def _remember(read: _Sentence, done: list[Candidate]) -> None:
    stated = [each.period for each in read.periods if not each.reference]
    if read.periods:
        read.memory.stated_last = read.periods[-1].period
    if stated:
        read.memory.period = stated[-1]
        read.memory.stated.update(stated)
    read.memory.group = _with_heading(_cluster(read.groups, read.text), read) if read.groups else read.memory.group if pattern("carried").search(read.text[:60].lower()) else ""
    counts = [each.unit for each in done if each.is_figure and not each.unit.startswith(("percent", "ratio", "years", "euro", "million", "fte", "hours", "per"))]
    if counts:
        read.memory.unit = counts[-1]
