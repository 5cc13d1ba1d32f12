"""What the numbers of a sentence or paragraph may give of each other: changes, growth, shares and their complements."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from analysis.register.claims import Claim
from analysis.register.draft.candidate import CHANGE, GROWTH, LEVEL, MEAN, SHARE, Candidate
from analysis.register.draft.facts import group_key
from analysis.register.draft.proposals.fit import Span, total
from analysis.register.draft.proposals.proposal import Idea

_NEAR = 14
"""Numbers before and after one in the text among which those it follows from are looked for."""


def text_ideas(figures: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Return what to try for the numbers of the text, each from those around it."""
    prose = [each for each in figures if each.row < 0]
    for index, each in enumerate(prose):
        around = [other for other in prose[max(0, index - _NEAR) : index + _NEAR + 1] if other is not each]
        yield from _structural(each, prose, index)
        if each.kind in (LEVEL, CHANGE) and not each.unit.startswith(("percent", "years", "hours", "ratio")):
            yield from _added(
                each, [other for other in around if other.unit == each.unit and other.kind == each.kind], claims
            )
    yield from _complements(prose, claims)


def _structural(each: Candidate, prose: Sequence[Candidate], index: int) -> Iterator[Idea]:
    """Propose what the words themselves say: "from A to B", "N (p%)"; tried whether it fits or not."""
    near = [one for one in prose[max(0, index - 3) : index + 4] if one is not each and _close(each, one)]
    together = [one for one in near if one.sentence == each.sentence]
    levels = [one for one in together if one.kind in (LEVEL, MEAN) and one.value]
    changes = [one for one in together if one.kind == CHANGE]
    pair = [one for one in near if one.kind == LEVEL and not one.wording and one.start < each.start][-2:]
    if each.kind == GROWTH and levels and changes:
        level = min(levels, key=lambda one: (one.start < each.start, abs(one.start - each.start)))
        change = min(changes, key=lambda one: (one.start > each.start, abs(one.start - each.start)))
        if level.unit == change.unit and group_key(level.group) == group_key(change.group):
            words = "the level, its change and the growth in one sentence"
            yield Idea(each.id, f"growth_by([{level.id}], [{change.id}])", words)
    if each.kind == GROWTH and len(pair) == 2 and pair[0].unit == pair[1].unit and year_of(pair[0]) < year_of(pair[1]):
        words = "from one level to another, and the growth behind them"
        yield Idea(each.id, f"growth([{pair[1].id}], [{pair[0].id}])", words)
    levels = [one for one in levels if one.kind == LEVEL and one.unit == each.unit]
    if each.kind == CHANGE and len(levels) == 2 and year_of(levels[0]) != year_of(levels[1]):
        old, new = sorted(levels, key=year_of)
        yield Idea(each.id, f"[{new.id}] - [{old.id}]", "two levels and their change in one sentence")


def year_of(each: Candidate) -> str:
    """Return the year that a number is of."""
    return each.period[:4]


def _close(one: Candidate, two: Candidate) -> bool:
    return one.block == two.block and abs(one.sentence - two.sentence) <= 1


def _added(each: Candidate, around: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose that a count is the sum of two or three others of its paragraph, and the shares beside them likewise."""
    printed = Span.of(claims[each.id])
    near = [other for other in around if other.block == each.block and abs(other.sentence - each.sentence) <= 3]
    for parts in [*combinations(near, 2), *combinations(near, 3)]:
        if (
            len({other.printed for other in (each, *parts)}) <= len(parts)
            or len({year_of(other) for other in (each, *parts)}) > 1
        ):
            continue
        gives = total([Span.of(claims[other.id]) for other in parts])
        if gives.meets(printed) and gives.tells(printed) and all(abs(other.value) < abs(each.value) for other in parts):
            yield Idea(
                each.id, " + ".join(f"[{other.id}]" for other in parts), "a sum of numbers of the same paragraph"
            )


def _complements(prose: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose that the shares of a sentence, or of two, add up to the whole; the last is what the others leave."""
    by_place: dict[tuple[int, int], list[Candidate]] = {}
    for each in prose:
        if each.kind == SHARE and each.unit == "percent" and not each.wording:
            by_place.setdefault((each.block, each.sentence), []).append(each)
    for (block, sentence), shares in by_place.items():
        following = by_place.get((block, sentence + 1), [])
        for members in (shares, [*shares, *following] if following else []):
            yield from _runs(members, claims)


def _runs(members: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose runs of two to six shares that make 100, and one that is the sum of two to five behind it."""
    spans = [Span.of(claims[each.id]) for each in members]
    for start in range(len(members)):
        for end in range(start + 2, min(start + 6, len(members)) + 1):
            run, names = spans[start:end], [each.id for each in members[start:end]]
            whole = total(run)
            if whole.lo <= 100 <= whole.hi and abs(whole.value - 100) <= 1:
                for name in (names[-1], names[0]) if len(names) == 2 else names[-1:]:
                    others = " - ".join(["100", *(f"[{each}]" for each in names if each != name)])
                    yield Idea(name, others, "the shares of a sentence add up to the whole")
            if (
                start
                and end - start <= 5
                and total(run).meets(spans[start - 1])
                and re.search(r"overige|waarvan|the other|of which", members[start - 1].quote.lower())
            ):
                yield Idea(
                    members[start - 1].id,
                    " + ".join(f"[{each}]" for each in names),
                    "a share and the parts named behind it",
                )
