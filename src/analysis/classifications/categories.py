"""The workbench's own names for the categories of CBS classifications, and which of them overlap.

A code or, where a page shows no codes, a Dutch label is resolved once, when a snapshot is made; from then on the
category is the same in every table. Codes as seen in 85615NED (v4, 8 July 2026) and 85692NED (June 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from analysis.errors import DataError

TOTAL, ABOVE_AOW = "total", "AOW+"
USUAL_TOTALS = ("up to AOW", TOTAL)
"""What a dimension stands at when nothing is asked of it: bijstand up to the AOW age, where a table tells it apart."""

# Marks on the age axis: only their order matters. The AOW age itself moves with the calendar.
_AOW, _END = 67.0, 200.0
_UNKNOWN_AGE = (_END, _END + 1)  # beyond every age, and in the total
_OPEN = 1200.0  # months: the open end of the last duration class


@dataclass(frozen=True)
class Category:
    """A category: its name, the CBS codes and Dutch labels that mean it, and what it covers.

    ``covers`` is a half-open range (years of age, months of duration) or a set of elementary parts. Two categories
    overlap when what they cover does.
    """

    name: str
    codes: frozenset[str]
    labels: frozenset[str]
    covers: tuple[float, float] | frozenset[str]


def _category(name: str, codes: str, labels: Iterable[str], covers: tuple[float, float] | str) -> Category:
    parts = frozenset(covers.split()) if isinstance(covers, str) else covers
    return Category(name, frozenset(codes.split()), frozenset(labels), parts)


# part of the whole -> name of the kind of provision, and its labels
_PROVISIONS = {
    "lks": ("wage subsidy", ["Loonkostensubsidie (Participatiewet)", "Loonkostensubsidie Participatiewet"]),
    "flks": ("flat-rate wage subsidy", ["Forfaitaire loonkostensubsidie"]),
    "tlks": ("temporary wage subsidy", ["Tijdelijke loonkostensubsidie"]),
    "wiw": ("WIW/ID job", ["WIW/ID-baan"]),
    "sheltered": ("sheltered work", ["Beschut werk"]),
    "place": ("participation place", ["Participatieplaats"]),
    "trial": ("trial placement", ["Proefplaatsing t.b.v. loonwaardebepaling"]),
    "workplace": ("other workplaces", ["Overige werkplekken"]),
    "coach": ("job coach", ["Jobcoach / begeleiding op de werkplek"]),
    "adaptation": ("workplace adaptation", ["Werkplekaanpassing"]),
    "coaching": ("coaching", ["Coaching naar werk of participatie"]),
    "training": ("training", ["Training / cursus / opleiding"]),
    "voluntary": ("voluntary work", ["Vrijwilligerswerk"]),
    "activation": ("other social activation", ["Overige sociale activering"]),
    "transport": ("transport", ["Vervoersvoorziening"]),
    "facilities": ("other facilities", ["Overig faciliterend"]),
    "unknown": ("outsourced or unknown", ["Uitbesteed én onbekend", "Uitbesteed, onbekend en niet nader in te delen"]),
}

CATEGORIES: dict[str, tuple[Category, ...]] = {
    "sex": (
        _category(TOTAL, "T001038", ["Totaal mannen en vrouwen"], "men women unknown"),
        _category("men", "3000", ["Mannen"], "men"),
        _category("women", "4000", ["Vrouwen"], "women"),
        _category("unknown", "9000", ["Geslacht onbekend"], "unknown"),
    ),
    "age": (
        _category(TOTAL, "10000", ["Totaal", "Totaal leeftijd"], (0, _UNKNOWN_AGE[1])),
        _category("up to AOW", "90210", ["Tot AOW-leeftijd"], (0, _AOW)),
        _category("<25", "41500 53050", ["Jonger dan 25 jaar", "15 tot 25 jaar"], (0, 25)),
        _category("<27", "41600", ["Jonger dan 27 jaar", "15 tot 27 jaar"], (0, 27)),
        _category("25-27", "53400", ["25 tot 27 jaar"], (25, 27)),
        _category("25-35", "53500", ["25 tot 35 jaar"], (25, 35)),
        _category("27-35", "53600", ["27 tot 35 jaar"], (27, 35)),
        _category("27-45", "53610", ["27 tot 45 jaar"], (27, 45)),
        _category("27-AOW", "90145", ["27 jaar tot AOW-leeftijd"], (27, _AOW)),
        _category("35-45", "53700", ["35 tot 45 jaar"], (35, 45)),
        _category("45-55", "53800", ["45 tot 55 jaar"], (45, 55)),
        _category("45-AOW", "90150", ["45 jaar tot AOW-leeftijd"], (45, _AOW)),
        _category("55-AOW", "90170", ["55 jaar tot AOW-leeftijd"], (55, _AOW)),
        _category(ABOVE_AOW, "90200", ["AOW-leeftijd of ouder"], (_AOW, _END)),
        _category("unknown", "99999", ["Leeftijd onbekend"], _UNKNOWN_AGE),
    ),
    "origin": (
        _category(TOTAL, "T001040", ["Totaal"], "nl eu out unknown"),
        _category("Netherlands", "1012600", ["Nederland"], "nl"),
        _category("Europe", "H007933", ["Europa (exclusief Nederland)"], "eu"),
        _category("outside Europe", "H008859", ["Buiten Europa"], "out"),
        _category("unknown", "2012659", ["Onbekend herkomstland"], "unknown"),
    ),
    "birth": (
        _category(TOTAL, "T001638", ["Totaal"], "nl_nl nl_abroad abroad unknown"),
        _category("born in NL", "A051735", ["Geboren in Nederland"], "nl_nl nl_abroad"),
        _category("born outside NL", "A051736", ["Geboren buiten Nederland"], "abroad"),
        _category("born in NL, parents in NL", "A051760", ["Geboren in NL, ouders in NL"], "nl_nl"),
        _category("born in NL, parent(s) abroad", "A051742", ["Geboren in NL, ouder(s) buiten NL"], "nl_abroad"),
        _category("unknown", "A052139", ["Onbekend"], "unknown"),
    ),
    # the classification that CBS stopped after 2023Q3; it does not map onto origin
    "background": (
        _category(TOTAL, "", ["Totaal", "Totaal herkomst", "Totaal herkomstgroepering"], "nl west nonwest unknown"),
        _category("Dutch background", "", ["Nederlandse achtergrond"], "nl"),
        _category("migration background", "", ["Met migratieachtergrond"], "west nonwest"),
        _category("western", "", ["Westerse migratieachtergrond"], "west"),
        _category("non-western", "", ["Niet-westerse migratieachtergrond"], "nonwest"),
    ),
    "region": (_category(TOTAL, "NL01", ["Nederland"], "country"),),
    # who a benefit is paid to, in tables of benefits: a household below or above the AOW age
    "aow": (
        _category(TOTAL, "", ["Uitkeringen totaal"], "below above"),
        _category("up to AOW", "", ["Aan personen tot de AOW-leeftijd"], "below"),
        _category(ABOVE_AOW, "", ["Aan personen vanaf de AOW-leeftijd"], "above"),
    ),
    # kinds of re-integration and participation provisions: labels of CBS as pages of 85588NED, 85589NED and 84511NED
    # showed them, else the names that the factsheet of 2024 prints; CBS's whole list was never seen
    "provision": (
        _category(TOTAL, "", ["Totaal re-integratie-/participatievoorz."], " ".join(_PROVISIONS)),
        *(_category(name, "", labels, part) for part, (name, labels) in _PROVISIONS.items()),
    ),
    # what ran at the end of the month and what ended in it, together; labels of the two apart were never seen
    "provision_status": (
        _category(
            TOTAL,
            "",
            ["Totaal voorzieningen:Lopend en beëindigd", "Totaal personen: Lopend en uitstroom"],
            "running ended",
        ),
    ),
    # running duration of the stock, completed duration of ended spells: the same classes, in months
    "duration": (
        _category(TOTAL, "", ["Totaal", "Uitkeringsduur, totaal", "Totaal uitkeringsduur"], (0, _OPEN)),
        _category("0-6m", "", ["0 tot 6 maanden"], (0, 6)),
        _category("6-12m", "", ["6 tot 12 maanden"], (6, 12)),
        _category("1-2y", "", ["1 tot 2 jaar"], (12, 24)),
        _category("2-3y", "", ["2 tot 3 jaar"], (24, 36)),
        _category("3-4y", "", ["3 tot 4 jaar"], (36, 48)),
        _category("4-5y", "", ["4 tot 5 jaar"], (48, 60)),
        _category("5y+", "", ["5 jaar of langer"], (60, _OPEN)),
        _category("<2y", "", ["korter dan 2 jaar"], (0, 24)),
        _category("2-5y", "", ["2 tot 5 jaar"], (24, 60)),
        _category("2y+", "", ["2 jaar of langer"], (24, _OPEN)),
    ),
}


def category_of(dimension: str, code: str, label: str) -> str | None:
    """Return the category that a code means, else the one that its label means, else None.

    Labels of kinds of provision, which pages and documents spell each in their own way, are compared loosely: without
    regard to case and blanks, with a slash, a comma and "of" alike.
    """
    known = CATEGORIES.get(dimension, ())
    same = _loosely if dimension == "provision" else str
    by_code = next((category.name for category in known if code in category.codes), None)
    return by_code or next((category.name for category in known if same(label) in map(same, category.labels)), None)


def _loosely(label: str) -> str:
    return " ".join(re.sub(r"(\s*(/|,|\bof\b)\s*)+", "/", label.casefold()).split())


def find_category(dimension: str, name: str) -> Category:
    """Return a category by name; raise a DataError when the workbench has none of that name."""
    for category in CATEGORIES.get(dimension, ()):
        if category.name == name:
            return category
    raise DataError(f"dimension {dimension!r} has no category {name!r}.")


def overlap(dimension: str, first: str, second: str) -> bool:
    """Tell whether two categories of a dimension have members in common."""
    one, two = find_category(dimension, first).covers, find_category(dimension, second).covers
    if isinstance(one, tuple) and isinstance(two, tuple):
        return max(one[0], two[0]) < min(one[1], two[1])
    return bool(frozenset(one) & frozenset(two))


def refuse_overlap(dimension: str, names: Iterable[str]) -> None:
    """Raise a DataError when categories that are about to be added have members in common."""
    for first, second in combinations(list(names), 2):
        if overlap(dimension, first, second):
            raise DataError(
                f"{dimension} classes {first!r} and {second!r} overlap and cannot be added: people would count twice. "
                "Choose classes that do not overlap, or a declared group."
            )
