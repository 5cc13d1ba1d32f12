"""Attributes of a region: its level, the region it lies in, and its validity."""

import re

from analysis.classifications.categories import read_list
from analysis.classifications.regions import level_of
from analysis.statline.wire_format import WireCode, WireDimension

# the newest municipalities have no Begindatum, and that of GM1942 is a year early (03759ned, July 2026)
_BEGUN = re.compile(r"(?:Ontstaan per|Begindatum) (\d{2})-(\d{2})-(\d{4})")
# a new name gives a municipality a new code: GM0083 became GM1908 (03759ned, July 2026)
_ENDED = re.compile(r"(?:Opgeheven|Naamswijziging) per (\d{2})-(\d{2})-(\d{4})(?=,\s+overgegaan|,\s+nieuwe naam|\s|$)")


def region_attributes(dimension: WireDimension, texts: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return for each code of a dimension of regions what is known of it.

    Parameters
    ----------
    dimension : WireDimension
    texts : dict of str to dict
        For each topic of words its word for each code.

    Returns
    -------
    dict of str to dict
        By code: ``level``, ``parent``, ``valid_from``, ``valid_until`` (the first day on which it was one no more) and
        the words of each topic under its title; what is not known is not there.
    """
    provinces = {code.title: code.code for code in dimension.codes if code.code.startswith("PV")}
    known = {code.code for code in dimension.codes}
    found = {}
    for code in dimension.codes:
        attributes = {
            "level": level_of(code.code),
            "parent": _parent(code, provinces, known),
            "valid_from": _date(_BEGUN, code.description),
            "valid_until": _date(_ENDED, code.description),
            **{title: words.get(code.code, "") for title, words in texts.items()},
        }
        found[code.code] = {name: word for name, word in attributes.items() if word}
    return found


def _parent(code: WireCode, provinces: dict[str, str], known: set[str]) -> str:
    """Return the code of the region that one lies in, where the code or its group shows it and the table has it."""
    kind, number = code.code[:2], code.code[2:]
    group = re.fullmatch(r"(?:GM|CR)(PV\d{2})", code.group)  # v4; v3 has the title of the province
    named = group[1] if group else provinces.get(code.group, "")
    nested = {
        "BU": f"WK{number[:6]}",
        "WK": f"GM{number[:4]}",
        "PV": read_list("regions")["regions"].get(code.code, {}).get("part_of", ""),
        "GM": named,
        "CR": named,
    }
    country = "NL01" if kind != "NL" else ""
    return next((each for each in (nested.get(kind, ""), country) if each in known), "")


def _date(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return f"{found[3]}-{found[2]}-{found[1]}" if found else ""
