"""Where a number is printed again: elsewhere in the document, or in another document of the register."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from analysis.register.claims import Claim
from analysis.register.draft.candidate import CHANGE, GROWTH, Candidate
from analysis.register.draft.facts import group_key
from analysis.register.draft.proposals.fit import Span
from analysis.register.draft.proposals.proposal import Idea

_DIGITS = 3
"""A number of fewer digits is found again by chance: it has to be about the same thing in its words too."""
_WINDOW, _COARSEST = Fraction(3, 20), Fraction(1)
"""How far from a number others of its size are looked for: wider than what could be the same, rounded or misprinted."""
_WORDS = (
    "the same quantity, group and period elsewhere",
    "the same number elsewhere",
    "the same number elsewhere, with its sign",
)
_MOST_SOURCES = 60
_NEAR = 0.1
"""Two figures of one thing that differ by more than this part are figures of two things."""
_SAME_SCHEME = {"lks-beschut": "sheltered work", "lks-banenafspraak": "jobs agreement"}
_STEM = 7
"""Letters of a word that say what it is about, whatever its ending."""
_NOT_SAYING = (
    "aantal aandeel mensen personen december januari eind totaal gemiddeld werkontwikkelbedrijven "
    "ontwikkeling figuur tabel leeftijd geslacht herkomst ouderen toename afname stijging daling procent "
    "duizend ongeveer hiervan groepen medewerkers werkgever landelijk ultimo share level change growth mean "
    "total people number average"
)
_COMMON = frozenset(word[:_STEM] for word in _NOT_SAYING.split())
"""Stems that say nothing of what a number is about."""


def repeat_ideas(figures: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Return where a number of the document may be printed again in it: from the coarser or later to the finer one."""
    topics = {each.id: topic(each) for each in figures}
    by_key: dict[tuple, list[Candidate]] = defaultdict(list)
    for each in figures:
        by_key[_key(each)].append(each)
    for alike in by_key.values():
        ordered = sorted(alike, key=lambda each: abs(each.value))
        sizes = [abs(each.value) for each in ordered]
        for each in alike:
            room = max(abs(each.value) * _WINDOW, each.step, _COARSEST)
            first, last = bisect_left(sizes, abs(each.value) - room), bisect_right(sizes, abs(each.value) + room)
            sources = [other for other in ordered[first:last] if _is_source(other, each)]
            yield from _copies(each, sorted(sources, key=lambda one: one.id)[:_MOST_SOURCES], claims, topics)


def _key(each: Candidate) -> tuple:
    unit = "persons" if each.unit in ("contracts", "places", "jobs") else each.unit
    return (unit.removesuffix(" per quarter"), each.kind in (CHANGE, GROWTH))


def _is_source(other: Candidate, each: Candidate) -> bool:
    """Tell whether a number may be where another is taken from: a table before the text, a finer or earlier one."""
    if other is each:
        return False
    one, two = (-(other.row >= 0), other.step, other.id), (-(each.row >= 0), each.step, each.id)
    return one < two and not (other.row >= 0 and each.row >= 0 and other.block == each.block)


def _copies(
    each: Candidate, sources: Iterable[Candidate], claims: Mapping[str, Claim], topics: Mapping[str, frozenset[str]]
) -> Iterator[Idea]:
    printed = Span.of(claims[each.id])
    scored = []
    for other in sources:
        span = Span.of(claims[other.id])
        close = _touch(printed, span)
        shared, groups = len(topics[each.id] & topics[other.id]), _groups_agree(each, other)
        periods = _periods_agree(each.period, other.period)
        points = shared + 2 * (groups == 2) + (groups == 1) + 2 * periods + (significant(each) >= _DIGITS)
        if close and (groups and (significant(each) >= _DIGITS or shared or groups == 2) and points >= 3):
            scored.append((points, 1, other))
        elif (
            not close
            and groups == 2
            and periods
            and shared >= 2
            and _near(printed, span)
            and (each.row >= 0) != (other.row >= 0)
        ):
            scored.append((points, 0, other))
        elif (
            other.row >= 0 > each.row
            and groups
            and _touch(Span(-printed.value, -printed.hi, -printed.lo), span)
            and significant(each) >= 2
        ):
            scored.append((points - 1, 2, other))
    scored.sort(key=lambda one: -one[0])
    fitting = [one for one in scored if one[1]][:2]
    differing = [one for one in scored if not one[1]][:1]
    certain = any(_groups_agree(each, other) == 2 for _, _, other in fitting)
    for _, holds, other in [*fitting, *([] if certain else differing)]:
        text = f"0 - [{other.id}]" if holds == 2 else f"[{other.id}]"
        yield Idea(each.id, text, f"{_WORDS[holds]}: {other.location[:60]}")


def _touch(one: Span, two: Span) -> bool:
    """Tell whether two printed numbers can be one: their intervals have more than an end in common."""
    return one.lo < two.hi and two.lo < one.hi and (one.value == 0) == (two.value == 0)


def _near(one: Span, two: Span) -> bool:
    apart, larger = abs(one.value - two.value), max(abs(one.value), abs(two.value))
    return 0 < apart <= _NEAR * larger and (one.value > 0) == (two.value > 0)


def scheme_key(group: str) -> frozenset[str]:
    """Return the parts of a group, the schemes under one name of several."""
    return frozenset(_SAME_SCHEME.get(each, each) for each in group_key(group))


def _groups_agree(one: Candidate, two: Candidate) -> int:
    """Return 2 where two groups are the same, 1 where one is part of what the other says, 0 where they differ."""
    a, b = scheme_key(one.group), scheme_key(two.group)
    if a == b:
        return 2
    return 1 if a <= b or b <= a else 0


def _periods_agree(one: str, two: str) -> int:
    """Return 2 where two periods are the same, 1 where they are of one year, 0 where they differ."""
    if one == two:
        return 2
    years = [re.findall(r"\d{4}", each)[-1:] for each in (one, two)]
    return int(years[0] == years[1])


def significant(each: Candidate) -> int:
    """Return how many digits a number is printed with."""
    return len(str(int(abs(each.value) / each.step))) if each.value else 0


def topic(each: Candidate) -> frozenset[str]:
    """Return the stems of the words that say what a number is about."""
    text = f"{each.quote} {each.quantity} {each.location}".lower()
    stems = {word[:_STEM] for word in re.findall(r"[a-zà-ÿ]{5,}", text)}
    return frozenset(stems - _COMMON)


def elsewhere_ideas(
    figures: Sequence[Candidate], claims: Mapping[str, Claim], others: Iterable[Claim]
) -> Iterator[Idea]:
    """Return where a number may be printed in other documents of the register, and what it follows from there."""
    known: dict[tuple, list[tuple[Claim, Span]]] = defaultdict(list)
    for claim in others:
        if claim.value is not None and claim.row["kind"] != "statement":
            key = claim.row["unit"], claim.row["kind"] in (CHANGE, GROWTH), group_key(claim.row["group"])
            known[key].append((claim, Span.of(claim)))
    for each in figures:
        alike = known.get((each.unit, each.kind in (CHANGE, GROWTH), group_key(each.group)), ())
        found = list(_elsewhere(each, Span.of(claims[each.id]), alike))
        found.sort(key=lambda one: (-one[0], float(one[1].step)))
        fits = [one for one in found if one[0] > 0]
        for points, claim in (fits or found)[:2]:
            words = "the same number" if points else "the same quantity, group and period"
            yield Idea(each.id, f"[{claim.id}]", f"{words} in {claim.document}: {claim.row['quantity'][:60]}")
        yield from _what_it_follows_from(each, fits[:1])


def _elsewhere(each: Candidate, printed: Span, alike: Iterable[tuple[Claim, Span]]) -> Iterator[tuple[float, Claim]]:
    """Return the claims that may be this number, with how likely; 0 for one that differs and should not."""
    for claim, span in alike:
        touches = _touch(printed, span)
        near = abs(printed.value - span.value) <= _NEAR / 5 * abs(printed.value)
        if not (touches or near) or not (periods := _periods_agree(each.period, claim.row["period"])):
            continue
        if touches and (significant(each) >= _DIGITS or periods == 2):
            yield periods + (float(each.step) >= float(claim.step)), claim
        elif not touches and periods == 2 and each.wording != "about" and significant(each) >= _DIGITS:
            yield 0, claim


def _what_it_follows_from(each: Candidate, fits: Sequence[tuple[int, Claim]]) -> Iterator[Idea]:
    for _, claim in fits:
        for derivation in claim.formulas:
            if derivation.tree.kind != "claim":
                yield Idea(each.id, derivation.text, f"what the same number follows from in {claim.document}")
