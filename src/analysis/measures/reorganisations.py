"""Municipalities that were merged, divided or renamed, and what became of each on the map of a later day.

The list is ``reorganisations.csv`` of the classifications: for each municipality that ended since 1998 those that its
inhabitants came to, how many, and whether that one began on the day. It is what CBS's own list of regions says
(03759ned, as it stood on 2 July 2026; CC BY 4.0); moves of a border between two that both went on are not in it.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf

from analysis.errors import CallError, name_some


@dataclass(frozen=True)
class Move:
    """One line of the list: ``inhabitants`` of ``code`` came to ``into`` on a day; all of them in a mere renaming."""

    code: str
    name: str
    into: str
    into_name: str
    date: str
    inhabitants: float
    new: bool


@dataclass(frozen=True)
class Part:
    """What of a municipality that has ended lies in one of a later map.

    ``share`` is of its inhabitants at its end: 1 where all came there. ``here`` and ``elsewhere`` are these numbers of
    inhabitants: no more persons than ``here`` can have come there, and no more than ``elsewhere`` to others.
    """

    code: str
    share: float = 1.0
    here: float = inf
    elsewhere: float = 0.0


@cache
def moves() -> dict[str, tuple[Move, ...]]:
    """Return the lines of the list by the code of the municipality that ended, the earliest end first."""
    found: defaultdict[str, list[Move]] = defaultdict(list)
    with (files("analysis.classifications") / "reorganisations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number, new = float(row.pop("inhabitants") or "nan"), row.pop("new") == "yes"
            found[row["code"]].append(Move(**row, inhabitants=number, new=new))
    return {code: tuple(lines) for code, lines in found.items()}


@cache
def began() -> dict[str, str]:
    """Return the first day of each municipality that a reorganisation made."""
    return {move.into: move.date for lines in moves().values() for move in lines if move.new}


def exists(code: str, date: str) -> bool:
    """Tell whether a region is one on a day (``2024-01-01``), as far as reorganisations say."""
    ended = code in moves() and moves()[code][0].date <= date
    return not ended and began().get(code, date) <= date


def parts_on(date: str) -> dict[str, list[Part]]:
    """Return what each municipality of the map of a day is made of, beside itself: those that ended by then.

    Parameters
    ----------
    date : str
        A day, as ``2024-01-01``.

    Returns
    -------
    dict of str to list of Part
        By code; a municipality that took in no other is not there.
    """
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for code, lines in moves().items():
        if lines[0].date <= date:
            for into, part in _arrivals(Part(code), code, date):
                found[into].append(part)
    return dict(found)


def _arrivals(part: Part, at: str, date: str) -> Iterator[tuple[str, Part]]:
    """Yield the municipalities of a day's map that a part of one comes to, reorganisation after reorganisation."""
    lines = [move for move in moves().get(at, ()) if move.date <= date]
    if not lines:
        yield at, part
        return
    if len(lines) == 1:
        yield from _arrivals(part, lines[0].into, date)
        return
    everyone = sum(move.inhabitants for move in lines)
    for move in lines:
        away = part.elsewhere + everyone - move.inhabitants
        here = min(part.here, move.inhabitants)
        yield from _arrivals(Part(part.code, part.share * move.inhabitants / everyone, here, away), move.into, date)


def refuse_ended(code: str, date: str) -> None:
    """Raise a CallError, naming the successor, for a municipality that is none any more on a day.

    One that is none yet is refused too, naming what it was made of.
    """
    if exists(code, date):
        return
    if code in moves() and moves()[code][0].date <= date:
        lines = moves()[code]
        names = name_some(f"{move.into} ({move.into_name})" for move in lines)
        how = "was divided over" if len(lines) > 1 else "went over into"
        raise CallError(
            f"region {code} ({lines[0].name}) {how} {names} on {lines[0].date}; name a successor: its figures "
            "of the years before have those of its predecessors in them."
        )
    made_of = [f"{move.code} ({move.name})" for lines in moves().values() for move in lines if move.into == code]
    raise CallError(f"region {code} begins on {began()[code]}, made of {name_some(made_of)}; choose a later year.")
