"""What numbers of one group give of each other wherever they stand: levels of two periods, a level and its change."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from analysis.register.claims import Claim
from analysis.register.draft.candidate import CHANGE, GROWTH, LEVEL, MEAN, RATIO, SHARE, Candidate
from analysis.register.draft.proposals.fit import TEMPLATES, Span, fitted, total
from analysis.register.draft.proposals.proposal import Idea
from analysis.register.draft.proposals.repeats import scheme_key, significant, topic

_COUNTS = (
    "persons",
    "provisions",
    "contracts",
    "places",
    "jobs",
    "trajectories",
    "combinations",
    "persons per quarter",
)
_MOST = 2
"""Proposals of one kind for a number: those of the finest figures."""
_MOST_NEAR, _MOST_OF_TABLES = 16, 12
"""How many figures of a group are looked at for each number: in a long document the pairs of all would be too many."""
_PLAUSIBLE = 0.35
"""How far a relation that does not hold may be off, as a part of the number, to be proposed all the same."""


@dataclass(frozen=True)
class Attempt:
    """A formula with what it gives, before it is compared."""

    text: str
    gives: Span
    rough: float
    words: str


class Index:
    """The figures of a document by group, to find the levels, changes and growth that belong to one another."""

    def __init__(self, figures: Sequence[Candidate], claims: Mapping[str, Claim]) -> None:
        self.spans = {each.id: Span.of(claims[each.id]) for each in figures}
        self.topics = {each.id: topic(each) for each in figures}
        self.by_group: dict[frozenset[str], list[Candidate]] = defaultdict(list)
        for each in figures:
            self.by_group[scheme_key(each.group)].append(each)
        self._of_kinds: dict[tuple, tuple[list[Candidate], list[int], list[Candidate]]] = {}

    def of(self, each: Candidate, *kinds: str, group: str | None = None) -> list[Candidate]:
        """Return figures of a group of some kinds: those nearest to a number, and the first of the tables."""
        key = scheme_key(each.group if group is None else group), kinds
        if key not in self._of_kinds:
            found = [one for one in self.by_group[key[0]] if one.kind in kinds]
            self._of_kinds[key] = (
                found,
                [one.block for one in found],
                [one for one in found if one.row >= 0][:_MOST_OF_TABLES],
            )
        found, blocks, of_tables = self._of_kinds[key]
        at = bisect_left(blocks, each.block)
        near = sorted(found[max(0, at - _MOST_NEAR) : at + _MOST_NEAR], key=lambda one: abs(one.block - each.block))
        chosen = dict.fromkeys([*near[:_MOST_NEAR], *of_tables])
        return sorted(chosen, key=lambda one: (one.row < 0, one.step))


def group_ideas(figures: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Return what to try for the changes, growth rates, shares and rates of a document."""
    index = Index(figures, claims)
    for each in figures:
        if not _years(each.period):
            continue
        if each.kind in (CHANGE, GROWTH):
            yield from _best(each, _of_levels(each, index), index, "two levels of the group")
            yield from _best(each, _of_level_and_change(each, index), index, "a level of the group and its change")
            yield from _best(each, _of_flows(each, index), index, "what came and went of the group")
        elif each.kind == SHARE and each.unit == "percent":
            yield from _best(each, _of_parts(each, index), index, "a part and its whole")
        elif each.unit.startswith("per 100") or each.kind == RATIO:
            yield from _best(each, _of_ratio(each, index), index, "the ratio of the group")
        elif each.kind == LEVEL and each.row < 0:
            yield from _best(each, _before(each, index), index, "a later level and its change")


def _best(each: Candidate, attempts: Iterable[Attempt], index: Index, words: str) -> Iterator[Idea]:
    """Propose the formulas that give the number; where none does, the likeliest one that should."""
    printed = index.spans[each.id]
    every = sorted(attempts, key=lambda one: one.rough)
    fits = [
        one
        for one in every
        if one.gives.meets(printed) and one.gives.tells(printed) | (significant(each) <= 2 and one.rough < 2)
    ]
    for one in fits[:_MOST]:
        yield Idea(each.id, one.text, f"{words}: {one.words}")
    if fits or each.wording == "about":
        return
    near = [
        one
        for one in every
        if one.rough < 1
        and not one.gives.meets(printed)
        and abs(one.gives.value - printed.value) <= _PLAUSIBLE * abs(printed.value)
    ]
    for one in near[:1]:
        yield Idea(each.id, one.text, f"{words}: {one.words}")


def _years(period: str) -> list[str]:
    return [found[:4] for found in re.findall(r"\d{4}(?:-\d\d)?", period)]


def _distance(one: Candidate, two: Candidate) -> float:
    """Return how unlikely it is that two figures are about the same thing: 0 where they stand together."""
    if one.block == two.block:
        return 0.1 * abs(one.sentence - two.sentence)
    return 1.0


def _attempt(name: str, a: Candidate, b: Candidate, index: Index, rough: float, words: str) -> Iterator[Attempt]:
    """Try a template on two figures, where it has a value of them."""
    gives = fitted(name, index.spans[a.id], index.spans[b.id])
    if gives is not None:
        yield Attempt(TEMPLATES[name][0].format(a=a.id, b=b.id), gives, rough, words)


def _of_levels(each: Candidate, index: Index) -> Iterator[Attempt]:
    """Try the difference and growth of levels at the two ends of the period of a change."""
    ends = _years(each.period)
    levels = [one for one in index.of(each, LEVEL, MEAN) if one.unit in (*_COUNTS, "euro", "million euro")]
    for new, old in permutations(levels, 2):
        if (
            new.unit != old.unit
            or _years(new.period)[:1] != ends[-1:]
            or _years(old.period)[:1] != ends[:1]
            or ends[0] == ends[-1]
        ):
            continue
        if (new.row >= 0) != (old.row >= 0) or (new.row >= 0 and new.block != old.block):
            continue
        if each.kind == CHANGE and each.unit != new.unit and {each.unit, new.unit} - set(_COUNTS):
            continue
        shared = len(index.topics[each.id] & index.topics[new.id])
        rough = (_distance(each, new) + _distance(each, old)) / 2 - 0.25 * min(shared, 2) + (0 if new.row >= 0 else 0.1)
        if each.kind == CHANGE:
            yield from _attempt("difference", new, old, index, rough, "their difference")
        elif index.spans[old.id].lo > 0 and each.unit == "percent":
            yield from _attempt("growth", new, old, index, rough, "the growth from one to the other")


def _of_level_and_change(each: Candidate, index: Index) -> Iterator[Attempt]:
    """Try growth from a level and its change, and a change from a level and its growth."""
    ends = _years(each.period)
    partners = index.of(each, CHANGE if each.kind == GROWTH else GROWTH)
    for level in index.of(each, LEVEL, MEAN):
        if _years(level.period)[:1] != ends[-1:] or level.unit not in _COUNTS:
            continue
        for other in partners:
            if (
                _years(other.period) != ends
                or other.block not in (each.block, level.block)
                or index.spans[level.id].value == 0
            ):
                continue
            count = other if each.kind == GROWTH else each
            if count.unit != level.unit or (other.row >= 0 and (other.row, other.block) != (level.row, level.block)):
                continue
            rough = _distance(each, other) + 0.5 * _distance(each, level) + (0 if level.row >= 0 else 0.1)
            if each.kind == GROWTH:
                yield from _attempt("growth_by", level, other, index, rough, "the growth that they give")
            else:
                yield from _attempt("change", level, other, index, rough, "the change that its growth gives")


def _of_flows(each: Candidate, index: Index) -> Iterator[Attempt]:
    """Try the sum of two figures of opposite sign in one column of a table: inflow and outflow."""
    unit_of = ("percent",) if each.kind == GROWTH else _COUNTS
    cells = [
        one
        for one in index.of(each, LEVEL, SHARE, RATIO, MEAN)
        if one.row >= 0 and one.unit in unit_of and _years(one.period)[-1:] == _years(each.period)[-1:]
    ]
    for plus, minus in permutations(cells, 2):
        if plus.block == minus.block and plus.column == minus.column and plus.value > 0 > minus.value:
            gives = total([index.spans[plus.id], index.spans[minus.id]])
            shared = len(index.topics[each.id] & index.topics[plus.id])
            yield Attempt(f"[{plus.id}] + [{minus.id}]", gives, 1.2 - 0.1 * shared, "their sum")


def _of_parts(each: Candidate, index: Index) -> Iterator[Attempt]:
    """Try the share of a count adjacent it in a total, and of two counts of its group."""
    of_total = [one for one in index.of(each, LEVEL, MEAN, group="total") if one.unit in _COUNTS][:40]
    of_group = [one for one in index.of(each, LEVEL, MEAN) if one.unit in _COUNTS]
    adjacent = [
        one
        for one in dict.fromkeys([*of_group, *of_total])
        if one.block == each.block and 0 < each.start - one.start < 90 and one.row < 0 and each.row < 0
    ]
    for part in [*adjacent, *(one for one in of_group if one not in adjacent)]:
        for whole in dict.fromkeys([*of_total, *of_group]):
            if (
                whole is part
                or whole.unit != part.unit
                or not 0 < abs(part.value) < abs(whole.value)
                or _years(part.period)[:1] != _years(whole.period)[:1]
            ):
                continue
            if (
                part.row >= 0
                and whole.row >= 0
                and part.block == whole.block
                and part.column != whole.column
                and part.row != whole.row
            ):
                continue
            shared = len(index.topics[each.id] & (index.topics[whole.id] | index.topics[part.id]))
            rough = (
                1 + _distance(each, part) + 0.5 * _distance(each, whole) - 0.2 * min(shared, 3) - (part in adjacent) / 2
            )
            yield from _attempt("share", part, whole, index, rough, "the share of one in the other")


def _of_ratio(each: Candidate, index: Index) -> Iterator[Attempt]:
    """Try a hundred times a ratio of the same group, and the two counts that ratio is of."""
    for ratio in index.of(each, RATIO):
        if ratio is each or ratio.unit != "ratio" or each.unit != "per 100 inflow":
            continue
        span = index.spans[ratio.id]
        yield Attempt(
            f"100 * [{ratio.id}]", Span(100 * span.value, 100 * span.lo, 100 * span.hi), 0.5, "a hundred times it"
        )
        row = [one for one in index.of(each, MEAN, LEVEL) if one.row == ratio.row and one.block == ratio.block]
        for part, whole in permutations(row, 2):
            if index.spans[whole.id].lo > 0 and part.unit == whole.unit:
                yield from _attempt("share", part, whole, index, 0.6, "the share of one in the other")


def _before(each: Candidate, index: Index) -> Iterator[Attempt]:
    """Try an earlier level from a later one and its change or growth."""
    year = _years(each.period)[:1]
    for level in index.of(each, LEVEL):
        if level.unit != each.unit or not year or _years(level.period)[:1] <= year:
            continue
        for other in index.of(each, CHANGE, GROWTH):
            if (
                _years(other.period)[:1] != year
                or _years(other.period)[-1:] != _years(level.period)[:1]
                or (other.kind == CHANGE and other.unit != level.unit)
            ):
                continue
            rough = 1.2 + _distance(each, other) * 0.3 + 0.3 * _distance(level, other)
            if other.kind == CHANGE:
                yield from _attempt("difference", level, other, index, rough, "the level less its change")
            elif other.unit == "percent" and (other.row, other.block) == (level.row, level.block):
                yield from _attempt("before", level, other, index, rough, "the level before its growth")
