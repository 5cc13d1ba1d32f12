"""What kind a number of a text is: a level, a change or a share, which way it goes, and what it counts."""

import re

from analysis.register.draft.candidate import CHANGE, GROWTH, LEVEL, MEAN, RATIO, SHARE, Candidate
from analysis.register.draft.grammar import words
from analysis.register.draft.numbers import Printed
from analysis.register.draft.sentences import AFTER_PREPOSITION, TO, Sentence

_NOUN = re.compile(
    r"(?:stijging|daling|toename|afname|groei|krimp|verschil|increase|decrease|rise|fall|growth|decline)"
    r"(?:\s[\w-]+){0,3}\s(?:van|of)(?:\s(?:slechts|maar))?\s?" + AFTER_PREPOSITION
)
_BY = re.compile(r"\b(?:met|by)\s" + AFTER_PREPOSITION)
_COMPARATIVE = re.compile(
    r"\s*%?\s*(?:\([^)]*\)\s*)?(?:[\w’-]+\s){0,2}?"
    r"(?P<word>meer|minder|hoger|lager|groter|kleiner|extra|more|fewer|less|higher|lower)\b"
    r"(?! (?:dan )?(?:voorzieningen|andere|re-integratie|twee|vijf|\d))"
)
_DOWN = ("minder", "lager", "kleiner", "gedaald", "fewer", "less", "lower")
_ADDED = re.compile(r"\bkwamen er\b.*\bbij\b|\bbij\s?gekomen\b|\bbij zijn gekomen\b")
_BRACKETED = re.compile(r"\b(meer|minder|hoger|lager|gestegen|gedaald)\s\($")
_NOUN_BRACKETED = re.compile(r"\b(stijging|daling|toename|afname|groei)\s(?:[^.;]{0,60})\($")
_SHARED = re.compile(r"\b(?:aandeel|percentage|share)\b")
_OF_ALL = re.compile(r"[^)]{0,4}\bvan (?:het|de|alle|totaal)")
_PER = re.compile(r"^\D{0,40}?\bper (kwartaal|maand|quarter|month)\b")
_BASE = re.compile(r"^\D{0,30}?\b(?:op (?:iedere|elke)|per) (100(?:[.,]?000)?)\b(?! ?%)")
_MONEY = ("euro", "million")


def kind_of(read: Sentence, index: int, partner: Candidate | None) -> tuple[str, bool]:
    """Return what kind a number is, and whether it goes down.

    ``partner`` is the number that it stands behind in parentheses, as in "2.620 (6,8%)".
    """
    number = read.numbers[index]
    before, after = read.text[: number.start].lower(), read.text[number.end :].lower()
    percent = number.unit.startswith("percent")
    change, other = (GROWTH, SHARE) if percent else (CHANGE, LEVEL)
    if number.unit == "ratio 1:n" or re.search(r"verhoudingsgetal|ratio", before):
        return RATIO, False
    if number.signed and not number.unit.startswith(_MONEY):
        return change, number.value < 0
    if percent and not number.signed and _SHARED.search(read.text.lower()) and not _NOUN.search(before):
        return other, False
    if partner and partner.kind in (CHANGE, GROWTH) and not _OF_ALL.match(after):
        return change, partner.value < 0
    down = _changes(read, number, before, after)
    if down is None and not percent and index == len(read.numbers) - 1 and _ADDED.search(read.text.lower()):
        down = _goes_down(read, number)
    return (other, False) if down is None else (change, down)


def _changes(read: Sentence, number: Printed, before: str, after: str) -> bool | None:
    """Return whether the words around a number say that something went down by it, or up; None for neither."""
    if found := _BRACKETED.search(before):
        return found[1] in _DOWN
    if re.search(r"(?:19|20)\d\d\s\($", before):
        return None
    if found := _NOUN_BRACKETED.search(before):
        return bool(_direction("down").match(found[1]))
    if found := _NOUN.search(before):
        return bool(_direction("down").match(found[0].strip()))
    if found := _COMPARATIVE.match(after):
        return found["word"] in _DOWN
    if _BY.search(before) and not TO.search(before) and directions(read):
        return _goes_down(read, number)
    return None


def _direction(name: str) -> re.Pattern[str]:
    return dict(words("direction"))[name]


def directions(read: Sentence) -> list[tuple[int, bool]]:
    """Return where the words of a change stand, and whether each is one downwards."""
    lower = read.text.lower()
    return [
        (match.start() if len(match[0]) < 12 else match.end(), name == "down")
        for name in ("up", "down")
        for match in re.finditer(rf"\b{_direction(name).pattern}", lower)
    ]


def _goes_down(read: Sentence, number: Printed) -> bool:
    return min(directions(read), key=lambda each: abs(each[0] - number.start), default=(0, number.value < 0))[1]


def unit_from_context(read: Sentence, number: Printed) -> str:
    """Return the unit of a count without one: what a count "aantal …" is of, a count beside it, or the one before."""
    lower = read.text.lower()
    if re.search(r"\bmiljoen|\bmln|\bmillion", number.text.lower()) and any(
        each.unit == "million euro" for each in read.numbers
    ):
        return "million euro"
    if re.search(r"verhoudingsgetal", lower):
        return "per 100 inflow"
    if re.search(r"ratio|verhouding", lower) and number.value < 10:
        return "ratio"
    named = [
        (each.end(), name)
        for name, nouns in _counted_nouns()
        for each in re.finditer(
            rf"\b(?:aantal|inzet van|number of|voorziening)(?: [\w-]+){{0,2}}? ?{nouns.pattern}", lower
        )
    ]
    named = [each for each in named if each[0] <= number.start] or named
    if named:
        return min(named, key=lambda each: abs(each[0] - number.start))[1]
    counts = [
        each
        for each in read.figures
        if each.unit and not each.unit.startswith(("percent", "years", "ratio", "fte", "hours"))
    ]
    if counts:
        return min(counts, key=lambda each: abs(each.start - number.start)).unit
    if read.memory.unit:
        return read.memory.unit
    return next((name for name, nouns in _counted_nouns() if re.search(rf"\b{nouns.pattern}", lower)), "persons")


def _counted_nouns() -> list[tuple[str, re.Pattern[str]]]:
    return [
        each for each in words("units") if not each[0].startswith(("percent", "years", "hours", "fte", "SE", "moments"))
    ]


def rated(unit: str, kind: str, before: str, after: str) -> tuple[str, str]:
    """Return unit and kind of a number that is a rate, a mean or part of a wage."""
    if found := _BASE.match(after):
        base = re.sub(r"[.,]", "", found[1])
        inflow = re.match(r"\W*(?:instro|inflow|entr)", after[found.end() :]) is not None
        return ("per 100000" if base == "100000" else "per 100 inflow" if inflow else "percent"), RATIO
    if (found := _PER.match(after)) and unit == "persons":
        return f"{unit} per {'quarter' if found[1] in ('kwartaal', 'quarter') else 'month'}", MEAN
    if re.search(r"\b(?:gemiddelde?|average|mean)\b[^,;]{0,60}$", before) and kind == LEVEL:
        kind = MEAN
    if unit == "percent" and kind == SHARE and re.search(r"\bloonwaarde\b[^.]{0,80}$", before):
        return "percent of WML", MEAN
    return unit, kind
