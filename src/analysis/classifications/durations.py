"""Bands of duration, built from the classes that the tables share; each band is a group."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from analysis.classifications.categories import CATEGORIES, TOTAL, finest, read_list
from analysis.classifications.groups import Definition, Group
from analysis.errors import CallError, name_some

_DURATIONS = CATEGORIES["duration"]
_SPANS = {name: (min(each.covers), max(each.covers) + 1) for name, each in _DURATIONS.items() if name != TOTAL}
CLASSES = {name: _SPANS[name] for name in sorted((each.name for each in finest("duration", _SPANS)), key=_SPANS.get)}
"""The classes that no other divides, in order, each with the months at which it begins and ends."""
OPEN = max(end for _, end in CLASSES.values())
"""The end of the last class, which has none."""
CLASS_ENDS = {name: end for name, (_, end) in CLASSES.items() if end != OPEN}
_NAMES = {tuple(span): name for name, span in read_list("groups")["bands"].items()}


@cache
def duration_band(start: int, end: int = OPEN) -> Group:
    """Return the group with a duration from ``start`` to below ``end`` months, by default of at least ``start``.

    Its definitions: the table's own class, then the sum of the finest classes or the total less the classes before,
    whichever has fewer cells.

    Raises
    ------
    CallError
        When a month is no end of a class.
    """
    _check_ends(tuple(month for month in (start, end) if 0 < month < OPEN))
    inside = [name for name, (first, last) in CLASSES.items() if start <= first and last <= end]
    definitions = [_sum(inside)]
    if end == OPEN:
        before = [(-1, {"duration": name}) for name, last in CLASS_ENDS.items() if last <= start]
        definitions = sorted([((1, {}), *before), *definitions], key=len)
    own = [_sum([name]) for name, span in _SPANS.items() if span == (start, end)]
    name = f"{start}+" if end == OPEN else inside[0] if len(inside) == 1 else f"{start}–{end}m"
    return Group("duration", _NAMES.get((start, end), name), (*own, *(each for each in definitions if each not in own)))


def named_bands() -> list[Group]:
    """Return every class of duration, and the bands that have a name of their own, with all their definitions."""
    classes = [replace(duration_band(*span), name=name) for name, span in _SPANS.items()]
    return [*classes, *(duration_band(*span) for span in _NAMES)]


def band_groups(cuts: Iterable[int]) -> tuple[Group, ...]:
    """Return the bands between these months, the last open.

    Raises
    ------
    CallError
        When there are no cuts, or they do not rise or are no ends of the tables' classes.
    """
    cuts = tuple(cuts)
    _check_ends(cuts or (0,))
    return (*(duration_band(*span) for span in zip((0, *cuts), cuts, strict=False)), duration_band(cuts[-1]))


def _sum(names: list[str]) -> Definition:
    return tuple((1, {"duration": name}) for name in names)


def _check_ends(cuts: tuple[int, ...]) -> None:
    known = list(CLASS_ENDS.values())
    unknown = [cut for cut in cuts if cut not in known]
    if unknown or list(cuts) != sorted(set(cuts)):
        near = name_some(min(known, key=lambda end: abs(end - cut)) for cut in unknown)
        hint = f"; nearest: {near}" if near else ""
        raise CallError(
            f"bands {cuts!r}: expected rising months out of {name_some(known)} at which CBS's classes end{hint}."
        )
