"""What the numbers of a sentence or paragraph may give of each other: changes, growth, shares and their complements."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations

from analysis.register.claims import Claim
from analysis.register.draft.candidate import CHANGE, GROWTH, LEVEL, MEAN, SHARE, Candidate
from analysis.register.draft.facts import group_key
from analysis.register.draft.proposals.fit import TEMPLATES, Span, fitted, templates_for, total
from analysis.register.draft.proposals.proposal import Idea

_NEAR = 14
"""Numbers before and after one in the text among which those it follows from are looked for."""


def text_ideas(figures: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Return what to try for the numbers of the text, each from those around it."""
    prose = [each for each in figures if each.row < 0]
    for index, each in enumerate(prose):
        around = [other for other in prose[max(0, index - _NEAR) : index + _NEAR + 1] if other is not each]
        yield from _structural(each, prose, index)
        if each.kind in (CHANGE, GROWTH, SHARE):
            yield from _fitting(each, around, claims)
        if each.kind in (LEVEL, CHANGE) and not each.unit.startswith(("percent", "years", "hours", "ratio")):
            yield from _added(
                each, [other for other in around if other.unit == each.unit and other.kind == each.kind], claims
            )
    yield from _complements(prose, claims)


def _structural(each: Candidate, prose: Sequence[Candidate], index: int) -> Iterator[Idea]:
    """Propose what the words themselves say: "from A to B", "N (p%)"; tried whether it fits or not."""
    before = [other for other in prose[max(0, index - 3) : index] if _close(each, other)]
    after = [other for other in prose[index + 1 : index + 4] if _close(each, other)]
    if each.kind == GROWTH:
        changes = [
            other for other in [*before[::-1], *after] if other.kind == CHANGE and other.sentence == each.sentence
        ]
        levels = [
            other
            for other in [*after, *before[::-1]]
            if other.kind in (LEVEL, MEAN) and other.value and other.sentence == each.sentence
        ]
        for change in changes[:1]:
            for level in levels[:1]:
                if level.unit == change.unit and _same_group(level, change):
                    yield Idea(
                        each.id,
                        f"growth_by([{level.id}], [{change.id}])",
                        "the level, its change and the growth in one sentence",
                    )
    if each.kind == GROWTH:
        pair = [other for other in before[-3:] if other.kind == LEVEL and not other.wording]
        if len(pair) >= 2 and pair[-1].unit == pair[-2].unit and year_of(pair[-2]) < year_of(pair[-1]):
            yield Idea(
                each.id,
                f"growth([{pair[-1].id}], [{pair[-2].id}])",
                "from one level to another, and the growth behind them",
            )
    levels = [
        other
        for other in [*before, *after]
        if other.kind == LEVEL and other.unit == each.unit and each.sentence == other.sentence
    ]
    if each.kind == CHANGE and len(levels) == 2 and levels[0].period[:4] != levels[1].period[:4]:
        old, new = sorted(levels, key=lambda other: other.period)
        yield Idea(each.id, f"[{new.id}] - [{old.id}]", "two levels and their change in one sentence")


def year_of(each: Candidate) -> str:
    """Return the year that a number is of."""
    return each.period[:4]


def _close(one: Candidate, two: Candidate) -> bool:
    return one.block == two.block and abs(one.sentence - two.sentence) <= 1


def _same_group(one: Candidate, two: Candidate) -> bool:
    return group_key(one.group) == group_key(two.group)


def _fitting(each: Candidate, around: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose pairs of numbers nearby that give this one, where that is no chance; the nearest two of each formula."""
    target = claims[each.id]
    printed = Span.of(target)
    found: list[tuple[float, Idea]] = []
    for a, b in permutations(around, 2):
        for name in templates_for(target, claims[a.id], claims[b.id]):
            if not _fits_kinds(name, a, b) or not _of_one(each, a, b, name):
                continue
            gives = fitted(name, Span.of(claims[a.id]), Span.of(claims[b.id]))
            if gives is None or not gives.meets(printed) or not gives.tells(printed):
                continue
            distance = (
                abs(a.block - each.block)
                + abs(b.block - each.block)
                + 0.1 * (abs(a.sentence - each.sentence) + abs(b.sentence - each.sentence))
            )
            words = f"{name.replace('_', ' ')} of two numbers near it in the text"
            found.append((distance, Idea(each.id, TEMPLATES[name][0].format(a=a.id, b=b.id), words)))
    yield from (idea for _, idea in sorted(found, key=lambda one: one[0])[:2])


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


def _fits_kinds(name: str, a: Candidate, b: Candidate) -> bool:
    if name == "growth_by":
        return a.kind in (LEVEL, MEAN) and b.kind == CHANGE
    if name in ("growth", "difference"):
        return a.kind == b.kind and a.kind in (LEVEL, MEAN) and a.period[:4] > b.period[:4]
    return a.kind in (LEVEL, MEAN) and b.kind in (LEVEL, MEAN) and abs(a.value) < abs(b.value)


def _of_one(each: Candidate, a: Candidate, b: Candidate, name: str) -> bool:
    """Tell whether the groups agree: a change and its levels are of one group, a share only of its part."""
    if name == "share":
        return _same_group(each, a) or (abs(a.start - each.start) < 60 and a.block == each.block)
    return _same_group(a, b) or (a.block == b.block == each.block and a.sentence == b.sentence)


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
