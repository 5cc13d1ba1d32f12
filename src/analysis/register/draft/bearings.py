"""Of whom and when a number of a text is: what the sentence names nearest to it, else what was last spoken of."""

import re

from analysis.classifications.categories import TOTAL
from analysis.register.draft.candidate import CHANGE, GROWTH
from analysis.register.draft.groups import GroupMention, group_of, names_total, pattern
from analysis.register.draft.kinds import directions
from analysis.register.draft.numbers import Printed
from analysis.register.draft.periods import Mention, compares_with_baseline, span, year_before
from analysis.register.draft.sentences import BREAK, FROM, TO, Sentence

_CLAUSE = re.compile(r"[,;:]|\b(?:en|terwijl|tegenover|maar|of|and|while|but)\b")
_JOINS = re.compile(r"%?\)?(?:\s[\w’-]+){0,2}?\s?(?:\(?in |over |per |van |eind |ultimo |voor |\()?")
SAME_NUMBER = frozenset({"sector", "contract"})
"""Dimensions that part what another group names, so that both are said of a number."""


def groups_within(read: Sentence, number: Printed) -> bool:
    """Tell whether a number in parentheses has its group behind it there, as in "(waarvan 3.430 forfaitair)"."""
    closing = read.text.find(")", number.end)
    stop = BREAK.search(read.text[number.end : closing].lower()) if closing > 0 else None
    end = number.end + stop.start() if stop else closing
    return any(number.end <= each.start < end for each in read.groups)


def group_at(read: Sentence, number: Printed) -> str:
    """Return the group that a number is of: what stands right after it, and before; else that of text before."""
    before, after, left, right = _around(read, number)
    before = [each for each in before if each.start not in read.taken] or before
    read.taken |= set() if number.reason else {each.start for each in after}
    nearest = cluster(before[::-1], read.text)[::-1]
    near = cluster(after, read.text) or nearest
    if near:
        others = [each for each in nearest if each.dimension not in {one.dimension for one in near}]
        if after and {each.dimension for each in others} <= SAME_NUMBER:
            near = [*near, *others]
        return with_heading(near, read)
    around = f"{read.text[left : number.start][-40:]} {read.text[number.end : number.end + 30]}".lower()
    if read.memory.group and pattern("carried").search(around):
        return read.memory.group
    if names_total(read.text[left : min(right, number.end + 30)]):
        return TOTAL
    return _earlier_group(read, number)


def _earlier_group(read: Sentence, number: Printed) -> str:
    """Return the group that was named earlier in the sentence, in the one before, or in the heading."""
    earlier = [each for each in read.groups if each.end <= number.start]
    parenthesised = re.search(r"\([^()]*$", read.text[: number.start]) is not None
    if earlier and not parenthesised and not re.search(r";|\bterwijl\b", read.text[earlier[-1].end : number.start]):
        return with_heading(cluster(earlier[::-1], read.text)[::-1], read)
    if read.memory.group and pattern("carried").search(read.text[:60].lower()):
        return read.memory.group
    return group_of(read.heading_group)


def with_heading(mentions: list[GroupMention], read: Sentence) -> str:
    """Return the group of mentions; a sector or contract that the heading names goes with it."""
    own = {each.dimension for each in mentions}
    return group_of(
        [
            *mentions,
            *(each for each in read.heading_group if each.dimension in SAME_NUMBER and each.dimension not in own),
        ]
    )


def _around(read: Sentence, number: Printed) -> tuple[list[GroupMention], list[GroupMention], int, int]:
    """Return the groups named before and after a number, up to the next ones, and where those stand."""
    figures = read.figures
    left = max((each.end for each in figures if each.end <= number.start), default=0)
    right = min((each.start for each in figures if each.start >= number.end), default=len(read.text))
    before = [each for each in read.groups if left <= each.start and each.end <= number.start + 1]
    rest = read.text[number.end : right].lower()
    stop, closing = BREAK.search(rest), rest.find(")")
    limit = min(
        stop.start() if stop else 70,
        closing if re.search(r"\([^()]*$", read.text[: number.start]) and closing >= 0 else 70,
    )
    after = [each for each in read.groups if number.end <= each.start < number.end + limit]
    if after and after[0].start <= number.end + 2:  # the noun itself, as in "227.000 vrouwen"
        return [], after, left, right
    close = (
        before
        and not _CLAUSE.search(read.text[before[-1].end : number.start].lower())
        and number.start - before[-1].end < 12
    )
    return before, [] if close else after, left, right


def cluster(mentions: list[GroupMention], text: str) -> list[GroupMention]:
    """Return the first mention and those that stand in one phrase with it."""
    kept = mentions[:1]
    for each in mentions[1:]:
        low, high = min(kept[-1].end, each.end), max(kept[-1].start, each.start)
        between = text[low:high].lower()
        if (
            len(between) > 45
            or re.search(r"[,;:]|\d|\b(?:en|of|dan|terwijl)\b", between)
            or each.dimension in {one.dimension for one in kept}
        ):
            break
        kept.append(each)
    return kept


def period_at(read: Sentence, number: Printed, kind: str) -> str:
    """Return the period that a number is of: of a change, the one it is compared with and the one it leads to."""
    level = _level_period(read, number, kind)
    if kind not in (CHANGE, GROWTH) or not level:
        return _moved(read, number, level)
    compared = [
        each.period
        for each in read.periods
        if each.reference and each.period < level and not _only_dates(read, each, number)
    ]
    if not compared and read.memory.baseline and compares_with_baseline(read.text):
        compared = [read.memory.baseline]
    same = [each for each in read.periods if each.reference and each.period[:4] >= level[:4]]
    if same and not compared and not any(not each.reference for each in read.periods):
        level, compared = read.memory.main, [each.period for each in same if each.period[:4] < read.memory.main[:4]]
    return span(compared[-1] if compared else year_before(level), level)


def _only_dates(read: Sentence, mention: Mention, number: Printed) -> bool:
    """Tell whether a period only dates what came before, as "sinds 2015," does before another clause."""
    return (
        mention.end < number.start
        and "," in read.text[mention.end : number.start]
        and bool(re.search(r"\b(?:sinds|since)\s$", read.text[: mention.start].lower()))
    )


def _moved(read: Sentence, number: Printed, level: str) -> str:
    """Return the period of a level that something rose or fell to, or from: the end of a year."""
    before, after = read.text[: number.start].lower(), read.text[number.end :].lower()
    if not re.fullmatch(r"\d{4}", level) or not directions(read):
        return level
    if FROM.search(before) and re.match(r"\D{0,30}\b(?:naar|to)\b", after):
        return f"{year_before(level)}-12"
    return f"{level}-12" if TO.search(before) else level


def _level_period(read: Sentence, number: Printed, kind: str) -> str:
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
    if (
        len(stated) == 2
        and not moved
        and FROM.search(text[: number.start].lower())
        and re.match(r"\D{0,30}\b(?:naar|to)\b", text[number.end :])
    ):
        return stated[0].period
    if stated or later:
        return (stated or later[::-1])[-1].period
    return read.memory.period or read.memory.main
