"""The numbers in a text: value, unit, precision and wording, or the reason why one is no figure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from analysis.register.draft.grammar import grammar, words

_DIGITS = r"\d{1,3}(?:[.\u202f\u00a0]\d{3})+(?:,\d+)?(?![\d%])|\d+(?:[.,]\d+)?"
_SIGN = r"(?:(?<![\w%)])[-–−+]\s?)?"
_COUNTED_IN_WORDS = ("persons", "households", "municipalities", "companies", "areas", "moments")
_OLDEST = 120
"""No age in years is above this."""
_READ = 90
"""How many characters before and after a number are read for its wording, its unit and why it may be no figure."""


@dataclass(frozen=True)
class Printed:
    """A number as a text prints it.

    ``value`` is exact, ``step`` the step in which it is printed as far as its own digits say (as text, as the register
    has it), ``zeros`` the zeros it ends in as a plain count. ``reason`` says why it is no figure, if it is none.
    """

    start: int
    end: int
    text: str
    value: Fraction
    step: str
    unit: str = ""
    wording: str = ""
    signed: bool = False
    zeros: int = 0
    reason: str = ""


@cache
def _pattern() -> re.Pattern[str]:
    multipliers = "|".join(grammar()["multipliers"])
    named = "|".join(sorted(grammar()["words"], key=len, reverse=True))
    fractions = "|".join(f"(?:{each})" for each in grammar()["fractions"])
    odds = (
        rf"(?:\d+|een|één|{named}) op (?:de |elke |iedere )?(?:\d+|{named})\b(?! rij)"
        rf"|(?:one|{named}) (?:in|out of) (?:every )?(?:{named}|\d+)\b"
    )
    return re.compile(
        rf"(?P<odds>\b(?:{odds}))"
        rf"|(?P<fraction>\b(?:{fractions})\b)"
        rf"|(?P<ratio>\b1 ?: ?(?P<of>\d+)\b)"
        rf"|(?P<sign>{_SIGN})(?P<money>[€$£]\s?(?P<minus>[-–−]\s?)?)?(?P<digits>{_DIGITS})"
        rf"(?P<tail>(?:\s?(?P<multiplier>{multipliers})\b)?(?P<money2>\s(?:euro|eur)\b)?)"
        rf"|\b(?P<word>{named})\b(?P<wordtail>\s(?P<wordmultiplier>{multipliers})\b)?"
    )


def numbers_in(text: str, comma: str = ",") -> Iterator[Printed]:
    """Return every number in a text in its order.

    Parameters
    ----------
    text : str
    comma : str
        The decimal mark of the language of the text; the other one divides thousands.
    """
    lower = text.lower() if len(text.lower()) == len(text) else text
    if comma == ".":
        lower = lower.translate(str.maketrans(",.", ".,"))
    for match in _pattern().finditer(lower):
        found = _printed(match, lower)
        if found is not None:
            yield replace(found, text=text[found.start : found.end].strip())


def _printed(match: re.Match[str], lower: str) -> Printed | None:
    start, end = match.span()
    before, after = lower[max(0, start - _READ) : start], lower[end : end + _READ]
    if match["odds"]:
        return _odds(match, before)
    if match["fraction"]:
        value, step = next(
            entry for each, entry in grammar()["fractions"].items() if re.fullmatch(each, match["fraction"])
        )
        wording = wording_before(before) or ("" if step == "10" and not before else "about")
        return Printed(start, end, match[0], Fraction(str(value)), step, "percent", wording or "about")
    if match["ratio"]:
        return Printed(
            start, end, match[0], Fraction(match["of"]), _ones(match["of"]), "ratio 1:n", wording_before(before)
        )
    if match["word"]:
        return _in_words(match, before, after)
    return _in_digits(match, before, after)


def _odds(match: re.Match[str], before: str) -> Printed | None:
    names = grammar()["words"] | {"een": 1, "één": 1, "one": 1}
    parts = [each for each in re.findall(r"\w+", match[0]) if each.isdigit() or each in names]
    one, two = (Fraction(each) if each.isdigit() else Fraction(names[each]) for each in (parts[0], parts[-1]))
    if not two or one > two:
        return None
    share = round(100 * one / two, 1)
    return Printed(*match.span(), match[0], share, "10", "percent", wording_before(before) or "about")


def _in_words(match: re.Match[str], before: str, after: str) -> Printed | None:
    power = _power(match["wordmultiplier"])
    value = Fraction(grammar()["words"][match["word"]]) * 10**power
    unit = unit_after(after)
    plain = Printed(*match.span(), match[0], value, str(10**power) if power else "0", unit, wording_before(before))
    reason = excluded(before, after, match[0].strip())
    if reason or unit == "years" or re.match(r"-|\s?(?:jaar|maand|week|dag)", after):
        return replace(plain, reason=reason or "duration")
    return plain if unit in _COUNTED_IN_WORDS or power else None


def _in_digits(match: re.Match[str], before: str, after: str) -> Printed:
    digits, power = match["digits"], _power(match["multiplier"])
    grouped = re.fullmatch(r"(\d{1,3}(?:[.\u202f\u00a0]\d{3})+)(,\d+)?", digits)
    whole, _, decimals = digits.partition(",")
    if grouped is None and "." in digits:  # a point that divides no thousands is a decimal one
        whole, _, decimals = digits.partition(".")
    value = Fraction(f"{re.sub(r'[^0-9]', '', whole)}{'.' + decimals if decimals else ''}")
    money = match["money"] or match["money2"]
    unit = unit_after(after) if not money else ""
    scaled = 10 ** (0 if money and power >= 6 else power)
    if money:
        unit, scaled = ("million euro", 10 ** (power - 6)) if power >= 6 else ("euro", scaled)
    sign = (
        -1
        if re.search(r"[-–−]", (match["sign"] or "") + (match["minus"] or "")) or re.match(r"\W*negatief", after)
        else 1
    )
    places = len(decimals)
    step = Fraction(scaled) / 10**places
    zeros = 0 if power or places or unit in ("percent", "percentage points") else _zeros(whole)
    found = Printed(
        *match.span(), match[0], sign * value * scaled, _decimal(step), unit, wording_before(before),
        bool(match["sign"] or match["minus"]), zeros,
    )  # fmt: skip
    return replace(found, reason=_reason(found, digits, before, after))


def _power(multiplier: str | None) -> int:
    if not multiplier:
        return 0
    return next(power for each, power in grammar()["multipliers"].items() if re.fullmatch(each, multiplier))


def _zeros(whole: str) -> int:
    digits = re.sub(r"\D", "", whole)
    return len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0


def _ones(whole: str) -> str:
    return str(10 ** min(_zeros(whole), max(len(whole) - 2, 0)))


def _decimal(step: Fraction) -> str:
    return str(int(step)) if step >= 1 else f"{float(step):.9f}".rstrip("0")


def _reason(found: Printed, digits: str, before: str, after: str) -> str:
    """Return why a number in digits is no figure."""
    reason = excluded(before, after, digits)
    counted = found.unit not in ("", "years") or abs(found.value) > _OLDEST
    if reason and not (reason == "age" and counted and not re.fullmatch(r"(?:19|20)\d\d", digits)):
        return reason if reason != "age" or not counted else "year"
    bare = digits.isdigit() and not found.unit.startswith(("percent", "euro", "million", "billion"))
    if bare and re.fullmatch(r"(?:19|20)\d\d", digits) and not re.search(r"duizend|miljoen", found.text):
        return "year"
    if re.fullmatch(r"(?:19|20)\d\d\.?\d{1,2}", digits) and (bare or "." in digits) and len(digits) > 4:
        return "year with a footnote mark"
    short = len(before) + len(after) < 16 and not found.unit and not re.search(r"[a-z]{2}", after)
    if bare and len(digits) < 5 and (short or not re.search(r"[^\d\s|]", before + after)):
        return "page number or axis tick"
    return ""


def excluded(before: str, after: str, number: str) -> str:
    """Return the reason of the grammar why a number that stands between two texts is no figure, ``""`` if none."""
    around = f"{before}§{after}"
    for reason, pattern in _reasons():
        if pattern.search(around):
            return reason
    return ""


@cache
def _reasons() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((each["reason"], re.compile("|".join(each["patterns"]))) for each in grammar()["excluded"])


@cache
def _wordings() -> re.Pattern[str]:
    groups = "|".join(f"(?P<{name}>{'|'.join(listed)})" for name, listed in grammar()["wording"].items())
    return re.compile(rf"\b(?:{groups})\s?(?:de |een |van )?[€(]?\s?$")


def wording_before(before: str) -> str:
    """Return what the words right before a number say of it, as the register names it; ``""`` for nothing."""
    found = _wordings().search(before)
    return found.lastgroup or "" if found else ""


def unit_after(after: str) -> str:
    """Return the unit that the words after a number name; ``""`` for none.

    Up to three words may stand between a count and what it counts ("16 kwetsbare gebieden").
    """
    for name, pattern in words("units"):
        if pattern.match(after.lstrip() if name.startswith("percent") else after.lstrip(" (")):
            return name
    for words_between in (1, 2, 3):
        found = re.match(rf"\s?((?:[a-zà-ÿ][\w-]*\s){{{words_between}}})", after)
        if not found or re.search(r"\b(?:en|of|dan|naar|tot|van|in|op|bij|voor|met|and|or|than|to)\b", found[1]):
            return ""
        for name, pattern in words("units"):
            if (
                not name.startswith("percent")
                and name not in ("years", "hours per week")
                and pattern.match(after[found.end() :])
            ):
                return name
    return ""


def decimal_mark(text: str) -> str:
    """Return the decimal mark of a text: a point in English, a comma in Dutch."""
    lower = f" {text.lower()} "
    dutch, english = (sum(lower.count(f" {word} ") for word in words) for words in grammar()["language"].values())
    return "." if english > dutch else ","
